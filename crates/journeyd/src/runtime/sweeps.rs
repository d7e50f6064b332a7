//! How far customers have been brought along to what was done last.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// One for each shard.
#[derive(Debug, Default)]
pub(super) struct Sweeps(Vec<Sweep>);

/// The sweep of one shard.
#[derive(Debug, Default)]
struct Sweep {
    /// Customers it has looked at.
    looked_at: AtomicU64,
    /// Customers that the one before found; 0 as long as nobody knows.
    customers: AtomicU64,
    /// Operations that all customers have seen.
    reached: AtomicU32,
}

/// How far it is. Operations concern all customers, and who is no member is looked at, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchingUp {
    /// Customers that were looked at so far.
    pub looked_at: u64,
    /// How many there were the last time all were looked at.
    pub customers: Option<u64>,
}

impl Sweeps {
    pub(super) fn new(shards: u16) -> Sweeps {
        Sweeps((0..shards).map(|_| Sweep::default()).collect())
    }

    /// A sweep of a shard begins anew.
    pub(super) fn begin(&self, shard: u16) {
        if let Some(sweep) = self.0.get(usize::from(shard)) {
            sweep.looked_at.store(0, Ordering::Relaxed);
        }
    }

    /// It has looked at so many more.
    pub(super) fn looked_at(&self, shard: u16, count: usize) {
        if let Some(sweep) = self.0.get(usize::from(shard)) {
            sweep.looked_at.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    /// It is at its end: all have seen so many operations.
    pub(super) fn end(&self, shard: u16, operations: u32) {
        if let Some(sweep) = self.0.get(usize::from(shard)) {
            sweep.customers.store(sweep.looked_at.load(Ordering::Relaxed), Ordering::Relaxed);
            sweep.reached.store(operations, Ordering::Release);
        }
    }

    /// How far it is, if there are customers who may not have seen an operation.
    pub(super) fn catching_up(&self, operation: u32) -> Option<CatchingUp> {
        if self.0.iter().all(|sweep| sweep.reached.load(Ordering::Acquire) >= operation) {
            return None;
        }
        let (mut looked_at, mut customers) = (0, Some(0));
        for sweep in &self.0 {
            let (so_far, before) =
                (sweep.looked_at.load(Ordering::Relaxed), sweep.customers.load(Ordering::Relaxed));
            looked_at += so_far;
            let known = sweep.reached.load(Ordering::Relaxed) > 0;
            customers = customers.filter(|_| known).map(|sum| sum + before.max(so_far));
        }
        Some(CatchingUp { looked_at, customers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_how_far_until_all_shards_are_there() {
        let sweeps = Sweeps::new(2);
        sweeps.looked_at(0, 500);
        let unknown = CatchingUp { looked_at: 500, customers: None };
        assert_eq!(sweeps.catching_up(1), Some(unknown), "how many there are is not known yet");
        sweeps.end(0, 1);
        sweeps.end(1, 1);
        assert_eq!(sweeps.catching_up(1), None);
        assert_eq!(
            sweeps.catching_up(2),
            Some(CatchingUp { looked_at: 500, customers: Some(500) })
        );
        sweeps.begin(0);
        sweeps.looked_at(0, 200);
        sweeps.looked_at(1, 7);
        let far = CatchingUp { looked_at: 207, customers: Some(507) };
        assert_eq!(sweeps.catching_up(2), Some(far), "new ones count as they are found");
        assert_eq!(sweeps.catching_up(1), None);
    }
}
