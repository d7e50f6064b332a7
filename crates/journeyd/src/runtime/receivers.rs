//! How the receivers of messages stand, for people who look at what does not arrive.

use std::collections::BTreeMap;

use journey_delivery::{Circuit, Deliverer};

/// Those who are called, by the names of their queues.
pub trait Receivers: Send + Sync {
    /// Receivers that are left alone at present, and why.
    fn left_alone(&self) -> BTreeMap<String, Circuit>;

    /// Has a receiver called again, whatever it did before.
    fn enable(&self, queue: &str);
}

impl Receivers for Deliverer {
    fn left_alone(&self) -> BTreeMap<String, Circuit> {
        let all = self.status().into_iter().map(|status| (status.queue, status.circuit));
        all.filter(|(_, circuit)| *circuit != Circuit::Closed).collect()
    }

    fn enable(&self, queue: &str) {
        // One that got nothing since the start is not left alone.
        let _ = Deliverer::enable(self, queue);
    }
}

/// Nobody: nothing leaves.
impl Receivers for () {
    fn left_alone(&self) -> BTreeMap<String, Circuit> {
        BTreeMap::new()
    }

    fn enable(&self, _: &str) {}
}
