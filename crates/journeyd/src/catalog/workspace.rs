//! A workspace in a folder, taken over as a whole: that is how `journeyd dev` runs one.

use std::collections::BTreeMap;

use journey_bytecode::Plan;
use journey_engine::control::Release;
use journey_engine::lifecycle::State;
use journey_engine::store::Batch;
use journey_ir::diff;

use super::compile::Sources;
use super::documents::{self, JourneyDocument, SchemaDocument, VersionDocument};
use super::moves::check_live;
use super::texts::take_apart;
use super::{Catalog, CatalogError, Inner, WorkspaceFiles};

impl Catalog {
    /// Makes live what the files say: the schema, and each journey. One whose text has changed goes on as a
    /// new version, and its members with it; one that is gone is completed. Says which journeys are new or
    /// changed.
    pub fn load(&self, files: &WorkspaceFiles) -> Result<Vec<String>, CatalogError> {
        let inner = &mut *self.inner();
        let now = self.runtime.clock().now();
        let (schema, texts) = parts(files, inner.schema.revision + 1);
        let mut next: BTreeMap<String, JourneyDocument> = BTreeMap::new();
        let mut changed = Vec::new();
        for (name, source) in texts {
            let known = inner.journeys.get(&name);
            let (document, is_new) = at_text(known, &name, source, now);
            if is_new || !self.is_live(&name) {
                changed.push(name.clone());
            }
            next.insert(name, document);
        }
        let is_gone = |name: &&String| !next.contains_key(*name) && self.is_live(name);
        let gone = inner.journeys.keys().filter(is_gone).count();
        let same = (&schema.files, &schema.config) == (&inner.schema.files, &inner.schema.config);
        if same && changed.is_empty() && gone == 0 {
            return Ok(Vec::new());
        }
        let release = self.whole(inner, &schema, &next)?;
        next.retain(|name, _| changed.contains(name));
        let mut noted = Batch::new();
        documents::put_schema(&mut noted, &schema);
        next.values().for_each(|document| documents::put_journey(&mut noted, document));
        self.deploy(release, noted)?;
        inner.schema = schema;
        inner.journeys.append(&mut next);
        Ok(changed)
    }

    fn is_live(&self, name: &str) -> bool {
        matches!(self.state(name), State::Active | State::Paused)
    }

    /// What puts all of it to work at once.
    fn whole(
        &self,
        inner: &Inner,
        schema: &SchemaDocument,
        next: &BTreeMap<String, JourneyDocument>,
    ) -> Result<Release, CatalogError> {
        let journeys = next.iter().filter_map(|(name, document)| {
            let last = document.versions.last()?;
            Some((name.clone(), (last.number, last.source.as_str())))
        });
        let sources = Sources { schema, journeys: journeys.collect() };
        let checked = check_live(&sources)?;
        let live = inner.live(&self.runtime);
        let mut plan = Plan::default();
        // Where what was live does not check any more there is nothing to compare with: members stay with
        // their version.
        if !live.journeys.is_empty()
            && let Ok(before) = check_live(&live)
        {
            for (name, (version, _)) in &live.journeys {
                let to = sources.journeys.get(name).map(|(number, _)| number);
                if to.is_some_and(|to| to != version) {
                    let steps = diff::plan(&before, &checked, name);
                    let steps = steps.map_err(|error| CatalogError::Lower(error.to_string()))?;
                    plan.set(name, *version, diff::migration(&steps));
                }
            }
        }
        let program = sources.lower(&checked).map_err(CatalogError::Lower)?;
        let begins = next.keys().filter(|name| !self.is_live(name)).cloned().collect();
        Ok(Release { program, plan, begins })
    }
}

/// The schema and the journeys of the files.
fn parts(files: &WorkspaceFiles, revision: u64) -> (SchemaDocument, Vec<(String, String)>) {
    let mut schema = SchemaDocument { files: Vec::new(), config: files.config.clone(), revision };
    let mut journeys = Vec::new();
    for (path, text) in &files.sources {
        let parts = take_apart(text);
        journeys.extend(parts.journeys);
        if parts.declares {
            schema.files.push((path.clone(), parts.rest));
        }
    }
    (schema, journeys)
}

/// A journey whose last version has this text, and whether that is a new one.
fn at_text(
    known: Option<&JourneyDocument>,
    name: &str,
    source: String,
    now: i64,
) -> (JourneyDocument, bool) {
    let blank = || JourneyDocument { name: name.to_owned(), versions: Vec::new(), revision: 0 };
    let mut document = known.cloned().unwrap_or_else(blank);
    if document.versions.last().is_some_and(|it| it.activated_at.is_none()) {
        document.versions.pop();
    }
    if document.versions.last().is_some_and(|it| it.source == source) {
        return (document, false);
    }
    let number = document.versions.last().map_or(1, |it| it.number + 1);
    let activated_at = Some(now);
    document.versions.push(VersionDocument { number, source, created_at: now, activated_at });
    document.revision += 1;
    (document, true)
}
