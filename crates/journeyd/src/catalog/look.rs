//! What a text looks like: its picture and its findings. People look at the same text again and
//! again, so what was found is kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use journey_ir::diff::{JourneyDiff, WorkspaceDiff, diff};
use journey_ir::graph::{Graph, graph};
use journey_sema::Checked;

use super::compile::path_of;
use super::{Catalog, CatalogError};
use crate::http::SourceError;

/// How many texts are remembered.
const REMEMBERED: usize = 1_000;

/// What a text looks like.
#[derive(Debug, Default)]
pub struct Look {
    /// The picture, where there is no error in it.
    pub graph: Option<Graph>,
    /// What is wrong with it.
    pub findings: Vec<SourceError>,
}

/// What is remembered: by name and text, for one state of everything else.
#[derive(Debug, Default)]
pub(super) struct Looks {
    state: (u64, u32),
    known: HashMap<(String, String), Arc<Look>>,
}

impl Catalog {
    /// What a text looks like as the source of a journey, beside what is live.
    pub fn look_at(&self, name: &str, source: &str) -> Arc<Look> {
        let state = (self.schema().revision, self.runtime.history().len());
        let key = (name.to_owned(), source.to_owned());
        {
            let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
            if looks.state != state || looks.known.len() >= REMEMBERED {
                *looks = Looks { state, known: HashMap::new() };
            }
            if let Some(known) = looks.known.get(&key) {
                return Arc::clone(known);
            }
        }
        let look = Arc::new(self.look(name, source));
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.known.insert(key, Arc::clone(&look));
        look
    }

    fn look(&self, name: &str, source: &str) -> Look {
        let inner = self.inner();
        let mut sources = inner.live(&self.runtime);
        sources.journeys.insert(name.to_owned(), (1, source));
        let outcome = sources.check();
        let file = path_of(name);
        let findings = outcome.findings.into_iter().filter(|it| it.file == file).collect();
        let journey = outcome.checked.and_then(|checked| {
            let journey = checked.journeys.iter().find(|it| &*it.name == name)?;
            graph(journey).ok()
        });
        Look { graph: journey, findings }
    }

    /// How one version of a journey differs from another. Both must check with the schema of today.
    pub fn diff(
        &self,
        name: &str,
        from: u32,
        to: u32,
    ) -> Result<Option<JourneyDiff>, CatalogError> {
        let (old, new) = (self.checked(name, from)?, self.checked(name, to)?);
        let difference: WorkspaceDiff =
            diff(&old, &new).map_err(|error| CatalogError::Lower(error.to_string()))?;
        Ok(difference.journeys.into_iter().find(|it| it.name == name))
    }

    fn checked(&self, name: &str, version: u32) -> Result<Checked, CatalogError> {
        let inner = self.inner();
        let document = inner.known(name)?;
        let version = document
            .version(version)
            .ok_or_else(|| CatalogError::NoVersion { name: name.to_owned(), version })?;
        let mut sources = inner.live(&self.runtime);
        sources.journeys.insert(name.to_owned(), (version.number, &version.source));
        let outcome = sources.check();
        let findings = outcome.findings;
        outcome.checked.ok_or(CatalogError::Broken { findings })
    }
}
