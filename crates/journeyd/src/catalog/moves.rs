//! Activating, pausing, completing, stopping; and changing the schema under what is live.

use std::collections::BTreeSet;

use journey_bytecode::Plan;
use journey_engine::control::{Control, Release};
use journey_engine::deploy::Version;
use journey_engine::lifecycle::{Move, State};
use journey_engine::store::{Batch, Store};
use journey_ir::diff;
use journey_sema::Checked;
use serde::{Deserialize, Serialize};

use super::compile::{Sources, path_of};
use super::documents::{self, SchemaDocument};
use super::{Catalog, CatalogError, Inner, JourneyView};
use crate::analytics;
use crate::http::SourceError;
use crate::runtime::Runtime;

/// What becomes of members of the version before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InFlight {
    /// They go on by the version they entered.
    #[default]
    Pin,
    /// They go over to the new version, tile by tile.
    Migrate,
}

/// What activating a draft would do.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Planned {
    /// The version that is live.
    pub from: Option<u32>,
    /// The version that would be.
    pub to: u32,
    /// Where members of the one stand, and where they would go on.
    pub tiles: Vec<PlannedTile>,
}

/// What would become of the members at a tile.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PlannedTile {
    /// The tile in the version before.
    pub tile: String,
    /// What it says.
    pub title: String,
    /// How many members are there now.
    pub members: u64,
    /// `pin`, `keep`, `map` or `exit`.
    pub fate: String,
    /// The tile they go to, of `map`.
    pub to: Option<String>,
}

impl Catalog {
    /// What activating the draft of a journey would do. Changes nothing.
    pub fn plan(&self, name: &str, in_flight: InFlight) -> Result<Planned, CatalogError> {
        let inner = &*self.inner();
        let prospect = inner.prospect(&self.runtime, name)?;
        let release = prospect.release(name, in_flight)?;
        // An earlier version that cannot go on beside it is found out here as there.
        self.runtime.read_control(|control| {
            control.prepare(release, |version| inside(self.runtime.store(), version)).map(drop)
        })?;
        Ok(prospect.planned(&self.runtime, name, in_flight))
    }

    /// Activates the draft of a journey. A journey that is active and has no draft stays as it is. `revision` is
    /// that of the journey which was looked at, if it matters.
    pub fn activate(
        &self,
        name: &str,
        in_flight: InFlight,
        revision: Option<u64>,
    ) -> Result<JourneyView, CatalogError> {
        let inner = &mut *self.inner();
        let document = inner.known(name)?;
        let current = document.revision;
        if revision.is_some_and(|revision| revision != current) {
            return Err(CatalogError::Changed { current });
        }
        let state = self.state(name);
        if document.draft().is_none() {
            state.after(Move::Activate)?;
            return self.view_of(inner, name);
        }
        let release = inner.prospect(&self.runtime, name)?.release(name, in_flight)?;
        let mut document = inner.known(name)?.clone();
        if let Some(draft) = document.versions.last_mut() {
            draft.activated_at = Some(self.runtime.clock().now());
        }
        document.revision += 1;
        let mut noted = Batch::new();
        documents::put_journey(&mut noted, &document);
        self.deploy(release, noted)?;
        inner.journeys.insert(name.to_owned(), document);
        self.view_of(inner, name)
    }

    /// Pauses, resumes, completes or stops a journey.
    pub fn shift(&self, name: &str, wanted: Move) -> Result<JourneyView, CatalogError> {
        let inner = &mut *self.inner();
        inner.known(name)?;
        let state = self.state(name);
        let next = state.after(wanted)?;
        if next != state {
            match wanted {
                Move::Complete => self.complete(inner, name)?,
                Move::Stop => {
                    self.shift_line(name, wanted)?;
                    self.complete(inner, name)?;
                }
                _ => self.shift_line(name, wanted)?,
            }
        }
        self.view_of(inner, name)
    }

    fn shift_line(&self, name: &str, wanted: Move) -> Result<(), CatalogError> {
        self.runtime.control(|control, store, now| {
            let Some(line) = control.line(name) else {
                return Err(CatalogError::Unknown { name: name.to_owned() });
            };
            Ok(control.shift(store, line, wanted, now).map(drop)?)
        })
    }

    /// Nobody enters any more: the journey is left out of what takes entries.
    fn complete(&self, inner: &Inner, name: &str) -> Result<(), CatalogError> {
        let mut sources = inner.live(&self.runtime);
        sources.journeys.remove(name);
        let checked = check_live(&sources)?;
        let program = sources.lower(&checked).map_err(CatalogError::Lower)?;
        let release = Release { program, plan: Plan::default(), begins: Vec::new() };
        self.deploy(release, Batch::new())
    }

    /// Sets the schema. What is live must check with it.
    pub fn set_schema(
        &self,
        files: Vec<(String, String)>,
        config: String,
        revision: Option<u64>,
    ) -> Result<SchemaDocument, CatalogError> {
        let inner = &mut *self.inner();
        let current = inner.schema.revision;
        if revision.is_some_and(|revision| revision != current) {
            return Err(CatalogError::Changed { current });
        }
        if let Err(errors) = journey_sema::Config::parse(&config) {
            let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
            return Err(CatalogError::Config(all.join("; ")));
        }
        let schema = SchemaDocument { files, config, revision: current + 1 };
        if (&schema.files, &schema.config) == (&inner.schema.files, &inner.schema.config)
            && current > 0
        {
            return Ok(inner.schema.clone());
        }
        let mut sources = inner.live(&self.runtime);
        sources.schema = &schema;
        let checked = check_live(&sources)?;
        let program = sources.lower(&checked).map_err(CatalogError::Lower)?;
        let mut noted = Batch::new();
        documents::put_schema(&mut noted, &schema);
        self.deploy(Release { program, plan: Plan::default(), begins: Vec::new() }, noted)?;
        inner.schema = schema.clone();
        Ok(schema)
    }

    /// Puts a program to work, and writes in the same batch what people have written that it is made of:
    /// else a kill in between would leave it running with documents that say otherwise.
    pub(super) fn deploy(&self, release: Release, noted: Batch) -> Result<(), CatalogError> {
        let runtime = &self.runtime;
        runtime.control(|control, store, now| {
            let prepared = control.prepare(release, |version| inside(store, version))?;
            Ok(control.deploy(store, prepared.beside(noted), now)?)
        })
    }
}

/// How many members a version has.
fn inside(store: &dyn Store, version: Version) -> u64 {
    // What cannot be counted is taken to have members, so that nobody is lost.
    analytics::totals(store, version).map_or(u64::MAX, |counts| counts.inside())
}

/// Checks what is to be live. What is wrong is said of the journeys it is wrong with.
pub(super) fn check_live(sources: &Sources<'_>) -> Result<Checked, CatalogError> {
    let outcome = sources.check();
    if let Some(checked) = outcome.checked {
        return Ok(checked);
    }
    let mut findings = outcome.findings;
    findings.retain(SourceError::is_error);
    let broken: BTreeSet<&str> = findings.iter().map(|it| it.file.as_str()).collect();
    let names = sources.journeys.keys().filter(|name| broken.contains(path_of(name).as_str()));
    let journeys: Vec<String> = names.cloned().collect();
    Err(match journeys.is_empty() {
        true => CatalogError::Broken { findings },
        false => CatalogError::Breaks { journeys, findings },
    })
}

/// What would be live with a draft.
struct Prospect<'i> {
    sources: Sources<'i>,
    checked: Checked,
    /// What is live now, where the journey is.
    before: Option<(u32, Checked)>,
    to: u32,
    begins: bool,
}

impl Inner {
    fn prospect(&self, runtime: &Runtime, name: &str) -> Result<Prospect<'_>, CatalogError> {
        let document = self.known(name)?;
        let none = || CatalogError::NotADraft { name: name.to_owned() };
        let draft = document.draft().ok_or_else(none)?;
        let state = runtime.read_control(|control| state(control, name));
        // A journey that is over begins anew with its next version.
        if state == State::Paused {
            state.after(Move::Activate)?;
        }
        let live = self.live(runtime);
        let before = match live.journeys.get(name) {
            Some((version, _)) => Some((*version, check_live(&live)?)),
            None => None,
        };
        let mut sources = live;
        sources.journeys.insert(name.to_owned(), (draft.number, &draft.source));
        let checked = check_live(&sources).map_err(|error| match error {
            // A draft that does not check is broken; it breaks nothing that is live.
            CatalogError::Breaks { journeys, findings } if journeys == [name] => {
                CatalogError::Broken { findings }
            }
            error => error,
        })?;
        let begins = !matches!(state, State::Active);
        Ok(Prospect { sources, checked, before, to: draft.number, begins })
    }
}

fn state(control: &Control, name: &str) -> State {
    control.line(name).map_or(State::Draft, |line| control.state(line))
}

impl Prospect<'_> {
    fn release(&self, name: &str, in_flight: InFlight) -> Result<Release, CatalogError> {
        let program = self.sources.lower(&self.checked).map_err(CatalogError::Lower)?;
        let mut plan = Plan::default();
        if let (InFlight::Migrate, Some((version, before))) = (in_flight, &self.before) {
            let steps = diff::plan(before, &self.checked, name);
            let steps = steps.map_err(|error| CatalogError::Lower(error.to_string()))?;
            plan.set(name, *version, diff::migration(&steps));
        }
        let begins = if self.begins { vec![name.to_owned()] } else { Vec::new() };
        Ok(Release { program, plan, begins })
    }

    fn planned(&self, runtime: &Runtime, name: &str, in_flight: InFlight) -> Planned {
        let from = self.before.as_ref().map(|(version, _)| *version);
        let line = runtime.read_control(|control| control.line(name));
        let tiles = match (&self.before, line) {
            (Some((version, before)), Some(line)) => {
                self.tiles(runtime, before, name, Version { line, version: *version }, in_flight)
            }
            _ => Vec::new(),
        };
        Planned { from, to: self.to, tiles }
    }

    fn tiles(
        &self,
        runtime: &Runtime,
        before: &Checked,
        name: &str,
        version: Version,
        in_flight: InFlight,
    ) -> Vec<PlannedTile> {
        let steps = diff::plan(before, &self.checked, name).unwrap_or_default();
        let counts = analytics::totals(runtime.store(), version).unwrap_or_default();
        let history = runtime.history();
        let journey_now = history.deployment().and_then(|deployment| {
            let number = deployment.find(version)?;
            deployment.set.program().journeys.get(usize::from(number))
        });
        let members = |tile: &str| {
            let place = journey_now?.tiles.iter().position(|it| it.id == tile)?;
            counts.tiles.get(place).map(journey_engine::counters::TileCounts::inside)
        };
        let steps = steps.into_iter().map(|step| {
            let (fate, to) = match (in_flight, &step.fate) {
                (InFlight::Pin, _) => ("pin", None),
                (_, diff::Fate::Keep) => ("keep", None),
                (_, diff::Fate::Map(to)) => ("map", Some(to.clone())),
                (_, diff::Fate::Exit) => ("exit", None),
            };
            let members = members(&step.tile).unwrap_or_default();
            PlannedTile { tile: step.tile, title: step.title, members, fate: fate.to_owned(), to }
        });
        steps.collect()
    }
}
