//! A machine with a disk, on which a store is opened, lost and opened again.

use std::path::Path;
use std::sync::Arc;

use journey_engine::store::{EmbeddedStore, Options, Recovery, Report, StoreError};

use crate::base::SimBase;
use crate::disk::{Faults, SimDisk};
use crate::random::Random;
use crate::violation::{Promise, Violation, promise};

const HOME: &str = "/data/store";
const ID: u64 = 0x5eed;

/// How a process comes to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is killed, or gives up: what it wrote can be read by the next one.
    Process,
    /// The power is cut: what was not synced may be lost, in part.
    Power,
}

/// See the [module](self).
#[derive(Debug)]
pub struct Machine {
    /// Its disk.
    pub disk: SimDisk,
    base: SimBase,
    options: Options,
}

/// A store that was opened.
pub struct Opened {
    /// The store.
    pub store: Arc<EmbeddedStore>,
    /// What opening it found.
    pub recovery: Recovery,
}

impl Machine {
    /// A machine with an empty disk. The store has layers so small that they are written and forgotten all the
    /// time; how small is drawn.
    pub fn new(random: &mut Random) -> Machine {
        let disk = SimDisk::new(Random::new(random.draw(), 11));
        let mut options = Options::new(ID);
        options.layer_bytes = 500 << random.below(7);
        options.layers = 1 + random.place(2);
        options.segment_bytes = 500 << random.below(7);
        options.unsynced_bytes = 2_000 << random.below(6);
        Machine { base: SimBase::new(&disk), disk, options }
    }

    /// Opens the store, or makes it.
    pub fn open(&self) -> Result<Opened, StoreError> {
        let disk = Arc::new(self.disk.clone());
        let opener = self.base.opener();
        let (store, recovery) =
            EmbeddedStore::open_with(disk, Path::new(HOME), self.options, opener)?;
        Ok(Opened { store: Arc::new(store), recovery })
    }

    /// The process comes to its end.
    pub fn end(&self, end: End) {
        match end {
            End::Process => self.disk.end_process(),
            End::Power => self.disk.cut_power(),
        }
    }

    /// Opens the store of which nobody knows a damage. The disk may fail on the way, or the machine go off; that
    /// is tried again, and at last nothing fails any more.
    pub fn start(&self, random: &mut Random, faulty: bool) -> Result<Opened, Violation> {
        for attempt in 0..4 {
            if faulty && attempt < 3 && random.chance(30) {
                self.disk.arm(Faults {
                    off_after: random.chance(60).then(|| random.below(25)),
                    read: random.chance(20).then(|| random.below(10)),
                    write: random.chance(20).then(|| random.below(6)),
                    sync: random.chance(20).then(|| random.below(6)),
                    full_after: random.chance(10).then(|| random.below(6)),
                });
            }
            match self.open() {
                Ok(opened) => {
                    // What was to fail and has not is called off.
                    self.disk.arm(Faults::default());
                    return Ok(opened);
                }
                Err(StoreError::Failed(_) | StoreError::Unreadable(_)) if attempt < 3 => {
                    let end = if random.chance(50) { End::Power } else { End::Process };
                    self.end(end);
                }
                Err(error) => return Err(Violation::new(Promise::Opens, error.to_string())),
            }
        }
        Err(Violation::simulation("the store does not open without faults"))
    }

    /// While nothing runs, a bit of a file goes bad; the store is read, and the bit is mended. Says
    /// what was said.
    ///
    /// Only where the store proves that nothing is missing: otherwise the bit may be in the last write, which
    /// cannot be told from one that a crash cut off.
    pub fn spoil(&self, random: &mut Random) -> Result<Option<String>, Violation> {
        let mut files = self.disk.files();
        // Nobody reads what was not finished.
        files.retain(|(path, _)| path.extension().is_none_or(|it| it != "new"));
        let Some((path, size)) = random.pick(&files).cloned() else { return Ok(None) };
        let (byte, bit) = (random.place(size), random.below(8) as u8);
        let sealed = |report: &Report| report.recovery.clone().filter(|it| it.sealed);
        let before = self.check().ok().as_ref().and_then(sealed);
        let Some(before) = before.filter(|_| self.disk.lasts()) else { return Ok(None) };
        self.disk.flip(&path, byte, bit);
        let report = self.check();
        self.disk.flip(&path, byte, bit);
        let file = path.display().to_string();
        let said: Vec<String> = match report {
            Ok(Report { recovery: Some(recovery), damage, .. }) if damage.is_empty() => {
                let (last, known) = (recovery.last, before.last);
                promise(last == known, Promise::Acknowledged, || {
                    format!(
                        "with a bad bit in {file} the store goes to {last}, without it to {known}"
                    )
                })?;
                recovery.cut.iter().map(ToString::to_string).collect()
            }
            Ok(report) => report.damage.iter().map(ToString::to_string).collect(),
            Err(error) => vec![error.to_string()],
        };
        promise(said.iter().any(|it| it.contains(&file)), Promise::Refused, || {
            format!("bit {bit} of byte {byte} of {file} was turned over: {said:?}")
        })?;
        Ok(said.into_iter().next())
    }

    fn check(&self) -> Result<Report, StoreError> {
        let disk = Arc::new(self.disk.clone());
        EmbeddedStore::check_with(disk, Path::new(HOME), &*self.base.opener())
    }
}
