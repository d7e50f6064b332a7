//! Whether requests should come here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use utoipa::ToSchema;

use crate::sync::lock;

/// Knows of each part of the server whether it is ready. The server is ready when all parts are
/// and nobody asked it to stop.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    stopping: bool,
    parts: BTreeMap<&'static str, Option<String>>,
}

/// A part of the server, which tells whether it is ready.
#[derive(Debug, Clone)]
pub struct Part {
    name: &'static str,
    readiness: Readiness,
}

/// Whether the server is ready, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// Whether requests should come here.
    pub ready: bool,
    /// Why not: the parts that are not ready, and what they wait for.
    pub waiting_for: Vec<String>,
}

impl Readiness {
    /// Adds a part, which is not ready until it says so.
    pub fn part(&self, name: &'static str) -> Part {
        let part = Part { name, readiness: self.clone() };
        part.not_ready("starting");
        part
    }

    /// The server is about to stop, and will not be ready again.
    pub fn stop(&self) {
        lock(&self.0).stopping = true;
    }

    /// How it stands now.
    pub fn report(&self) -> Report {
        let state = lock(&self.0);
        let stopping = state.stopping.then(|| "the server is stopping".to_owned());
        let parts = state.parts.iter();
        let unready = parts.filter_map(|(name, why)| Some(format!("{name}: {}", why.as_ref()?)));
        let waiting_for: Vec<String> = stopping.into_iter().chain(unready).collect();
        Report { ready: waiting_for.is_empty(), waiting_for }
    }
}

impl Part {
    /// The part is ready.
    pub fn ready(&self) {
        lock(&self.readiness.0).parts.insert(self.name, None);
    }

    /// The part is not ready, and why: without internals, anyone may read it.
    pub fn not_ready(&self, why: impl Into<String>) {
        lock(&self.readiness.0).parts.insert(self.name, Some(why.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::Readiness;

    #[test]
    fn the_server_is_ready_when_all_parts_are_and_until_it_stops() {
        let readiness = Readiness::default();
        assert!(readiness.report().ready);
        let store = readiness.part("store");
        store.not_ready("recovering");
        assert_eq!(readiness.report().waiting_for, ["store: recovering"]);
        store.ready();
        assert!(readiness.report().ready);
        readiness.stop();
        assert_eq!(readiness.report().waiting_for, ["the server is stopping"]);
    }
}
