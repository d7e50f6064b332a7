//! Reading a store from end to end.

use std::path::Path;
use std::sync::Arc;

use super::base::{Base, OpenBase, Purpose};
use super::disk::Disk;
use super::home::Home;
use super::log::{self, Place, Visitor};
use super::lsm::{LsmBase, LsmOptions};
use super::real_disk::RealDisk;
use super::{Batch, EmbeddedStore, Recovery, StoreError, Ticket};

/// What reading a store from end to end found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The id of the store.
    pub store: u64,
    /// How many pairs the base holds.
    pub pairs: u64,
    /// How many batches the log holds.
    pub records: u64,
    /// How many changes there are in those that the base does not have.
    pub changes: u64,
    /// What opening the store would find; none if it would be refused.
    pub recovery: Option<Recovery>,
    /// What is wrong. A write that a crash cut off is not: [`recovery`](Self::recovery) says it.
    pub damage: Vec<StoreError>,
}

impl Report {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn sound(&self) -> bool {
        self.damage.is_empty()
    }
}

impl EmbeddedStore {
    /// Reads every byte of a store that nobody has open, and compares checksums.
    ///
    /// # Errors
    ///
    /// If there is no store in the directory, or somebody has it open.
    pub fn check(directory: &Path) -> Result<Report, StoreError> {
        let open_base = |path: &Path, purpose: Purpose| {
            Ok(Arc::new(LsmBase::open(path, purpose, LsmOptions::default())?) as Arc<dyn Base>)
        };
        Self::check_with(Arc::new(RealDisk), directory, &open_base)
    }

    /// The same on any disk and base.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn check_with(
        disk: Arc<dyn Disk>,
        directory: &Path,
        open_base: &OpenBase,
    ) -> Result<Report, StoreError> {
        let home = Home::existing(&*disk, directory)?;
        let mut report = Report {
            store: home.store,
            pairs: 0,
            records: 0,
            changes: 0,
            recovery: None,
            damage: Vec::new(),
        };
        let through = match base(&home, open_base, &mut report) {
            Ok(through) => through,
            Err(damage) => {
                // Without it nobody knows where the log has to begin.
                report.damage.push(damage);
                return Ok(report);
            }
        };
        let place = Place {
            disk,
            directory: home.log(),
            store: home.store,
            health: Arc::default(),
            counters: Arc::default(),
        };
        let mut count = Count(0);
        match log::check(&place, through, &mut count) {
            Ok((records, recovery)) => {
                report.records = records;
                report.recovery = Some(recovery);
            }
            Err(damage) => report.damage.push(damage),
        }
        report.changes = count.0;
        Ok(report)
    }
}

fn base(home: &Home, open_base: &OpenBase, report: &mut Report) -> Result<Ticket, StoreError> {
    let base = open_base(&home.base(), Purpose::Open)?;
    let (pairs, damage) = base.check()?;
    report.pairs = pairs;
    report.damage.extend(damage);
    Ok(home.belongs(base.held()?)?.through)
}

struct Count(u64);

impl Visitor for Count {
    fn record(&mut self, _: Ticket, batch: &Batch) -> Result<(), StoreError> {
        self.0 += batch.len() as u64;
        Ok(())
    }

    fn end_of_segment(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}
