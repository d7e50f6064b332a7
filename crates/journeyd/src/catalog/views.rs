//! A journey as people see it.

use journey_engine::lifecycle::State;
use serde::Serialize;

use super::documents::JourneyDocument;
use super::{Catalog, CatalogError, Inner};

/// A journey: what was written, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JourneyView {
    /// What was written.
    pub document: JourneyDocument,
    /// How it stands.
    pub state: State,
}

impl JourneyView {
    /// The names of the moves that lead from here to another state.
    pub fn moves(&self) -> Vec<&'static str> {
        let mut moves: Vec<&str> = self.state.allowed().iter().map(|it| it.name()).collect();
        if self.document.draft().is_some() && !moves.contains(&"activate") {
            moves.insert(0, "activate");
        }
        moves
    }
}

impl Catalog {
    /// A journey.
    pub fn view(&self, name: &str) -> Result<JourneyView, CatalogError> {
        self.view_of(&self.inner(), name)
    }

    /// All journeys, by name.
    pub fn list(&self) -> Vec<JourneyView> {
        let inner = self.inner();
        let view = |document: &JourneyDocument| JourneyView {
            document: document.clone(),
            state: self.state(&document.name),
        };
        inner.journeys.values().map(view).collect()
    }

    pub(super) fn view_of(&self, inner: &Inner, name: &str) -> Result<JourneyView, CatalogError> {
        let document = inner.known(name)?.clone();
        Ok(JourneyView { document, state: self.state(name) })
    }
}
