//! What runs: the schema and the journeys as people have written them, their drafts and versions, and
//! how they come to be at work.
//!
//! [`documents`] is what is kept, [`texts`] takes files apart, `compile` makes a program of the
//! sources that are to be live, and [`Catalog`] has the moves. Every change of what is live compiles
//! all of it anew, so nothing runs that does not check together.

mod check;
mod compile;
pub mod documents;
mod error;
mod files;
mod look;
mod moves;
pub mod texts;
mod views;
mod workspace;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use journey_engine::form::ReadError;
use journey_engine::lifecycle::State;

use crate::http::SourceError;
use crate::runtime::Runtime;
use compile::Sources;
use documents::{JourneyDocument, SchemaDocument, VersionDocument};

pub use check::Checker;
pub use error::CatalogError;
pub use files::{FilesError, WorkspaceFiles};
pub use look::Look;
pub use moves::{InFlight, Planned, PlannedTile};
pub use views::JourneyView;

/// See the [module](self).
pub struct Catalog {
    runtime: Arc<Runtime>,
    inner: Mutex<Inner>,
    looks: Mutex<look::Looks>,
}

/// What is kept, in memory.
#[derive(Debug, Default)]
struct Inner {
    schema: SchemaDocument,
    journeys: BTreeMap<String, JourneyDocument>,
}

impl Catalog {
    /// Reads what is kept.
    pub fn open(runtime: Arc<Runtime>) -> Result<Catalog, ReadError> {
        let store = runtime.store();
        let schema = documents::read_schema(store)?;
        let mut journeys = BTreeMap::new();
        for document in documents::read_journeys(store)? {
            journeys.insert(document.name.clone(), document);
        }
        let (inner, looks) = (Mutex::new(Inner { schema, journeys }), Mutex::default());
        Ok(Catalog { runtime, inner, looks })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Changes are made whole or not at all.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a journey stands.
    pub fn state(&self, name: &str) -> State {
        self.runtime.read_control(|control| {
            control.line(name).map_or(State::Draft, |line| control.state(line))
        })
    }

    /// The schema.
    pub fn schema(&self) -> SchemaDocument {
        self.inner().schema.clone()
    }

    /// A journey as it was written.
    pub fn document(&self, name: &str) -> Option<JourneyDocument> {
        self.inner().journeys.get(name).cloned()
    }

    /// Creates a journey as a draft.
    pub fn create(&self, source: &str, allow_errors: bool) -> Result<JourneyView, CatalogError> {
        let name = texts::name_of(source)?;
        let inner = &mut *self.inner();
        if inner.journeys.contains_key(&name) {
            return Err(CatalogError::Exists { name });
        }
        inner.refuse_errors(&self.runtime, &name, source, allow_errors)?;
        let draft = VersionDocument {
            number: 1,
            source: source.to_owned(),
            created_at: self.runtime.clock().now(),
            activated_at: None,
        };
        let document = JourneyDocument { name: name.clone(), versions: vec![draft], revision: 1 };
        self.keep(inner, document)?;
        self.view_of(inner, &name)
    }

    /// Changes the text of a draft. `revision` is that of the journey which the change was made for.
    pub fn update(
        &self,
        name: &str,
        source: &str,
        allow_errors: bool,
        revision: u64,
    ) -> Result<JourneyView, CatalogError> {
        let named = texts::name_of(source)?;
        if named != name {
            return Err(CatalogError::Renamed { name: name.to_owned(), named });
        }
        let inner = &mut *self.inner();
        let mut document = inner.at_revision(name, revision)?;
        inner.refuse_errors(&self.runtime, name, source, allow_errors)?;
        match document.versions.last_mut() {
            Some(draft) if draft.activated_at.is_none() => draft.source = source.to_owned(),
            _ => return Err(CatalogError::NotADraft { name: name.to_owned() }),
        }
        document.revision += 1;
        self.keep(inner, document)?;
        self.view_of(inner, name)
    }

    /// Begins a new version of a journey that was activated; one that was begun already is given back.
    pub fn draft(&self, name: &str) -> Result<JourneyView, CatalogError> {
        let inner = &mut *self.inner();
        let mut document = inner.known(name)?.clone();
        if document.draft().is_none() {
            let Some(latest) = document.versions.last() else {
                return Err(CatalogError::Unknown { name: name.to_owned() });
            };
            document.versions.push(VersionDocument {
                number: latest.number + 1,
                source: latest.source.clone(),
                created_at: self.runtime.clock().now(),
                activated_at: None,
            });
            document.revision += 1;
            self.keep(inner, document)?;
        }
        self.view_of(inner, name)
    }

    /// Deletes a journey that was never activated, or the draft of a new version.
    pub fn delete(&self, name: &str, revision: u64) -> Result<(), CatalogError> {
        let inner = &mut *self.inner();
        let mut document = inner.at_revision(name, revision)?;
        if document.draft().is_none() {
            return Err(CatalogError::NothingToDelete { name: name.to_owned() });
        }
        document.versions.pop();
        document.revision += 1;
        if document.versions.is_empty() {
            documents::delete_journey(self.runtime.store(), name)?;
            inner.journeys.remove(name);
            return Ok(());
        }
        self.keep(inner, document)
    }

    fn keep(&self, inner: &mut Inner, document: JourneyDocument) -> Result<(), CatalogError> {
        documents::write_journey(self.runtime.store(), &document)?;
        inner.journeys.insert(document.name.clone(), document);
        Ok(())
    }
}

impl Inner {
    fn known(&self, name: &str) -> Result<&JourneyDocument, CatalogError> {
        self.journeys.get(name).ok_or_else(|| CatalogError::Unknown { name: name.to_owned() })
    }

    fn at_revision(&self, name: &str, revision: u64) -> Result<JourneyDocument, CatalogError> {
        let document = self.known(name)?;
        match document.revision == revision {
            true => Ok(document.clone()),
            false => Err(CatalogError::Changed { current: document.revision }),
        }
    }

    /// The sources that are live.
    fn live(&self, runtime: &Runtime) -> Sources<'_> {
        let is_live = |document: &&JourneyDocument| {
            let state = runtime.read_control(|control| {
                control.line(&document.name).map_or(State::Draft, |line| control.state(line))
            });
            matches!(state, State::Active | State::Paused)
        };
        let current = |document: &'_ JourneyDocument| -> Option<(String, u32)> {
            let version = document.current()?;
            Some((document.name.clone(), version.number))
        };
        let documents = self.journeys.values().filter(is_live);
        let journeys = documents.filter_map(|document| {
            let (name, number) = current(document)?;
            let version = document.version(number)?;
            Some((name, (number, version.source.as_str())))
        });
        Sources { schema: &self.schema, journeys: journeys.collect() }
    }

    fn check(&self, runtime: &Runtime, name: &str, source: &str) -> Vec<SourceError> {
        let mut sources = self.live(runtime);
        sources.journeys.insert(name.to_owned(), (1, source));
        sources.check().findings
    }

    fn refuse_errors(
        &self,
        runtime: &Runtime,
        name: &str,
        source: &str,
        allow_errors: bool,
    ) -> Result<(), CatalogError> {
        if allow_errors {
            return Ok(());
        }
        let mut findings = self.check(runtime, name, source);
        findings.retain(SourceError::is_error);
        match findings.is_empty() {
            true => Ok(()),
            false => Err(CatalogError::Broken { findings }),
        }
    }
}
