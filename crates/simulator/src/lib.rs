//! Runs the whole engine in one thread, on a disk, with receivers and by a clock that fail as a seed
//! says, and checks the engine's promises.
//!
//! A seed settles everything: what is asked of the engine and when, in which order shards step, when the store is
//! synced, what the disk loses, which receivers fail. So a seed that breaks a promise breaks it again, with the
//! events that led to it.
//!
//! [`run`] runs one, in two parts. `world` is the engine with all that is around it; [`reference`](mod@reference) says what it must
//! come to, and [`checker`] looks at what is stored, whoever has left it. [`storage`] is the store by itself, compared with a sorted map; [`disk`] says what a disk may
//! do. Nothing here is part of a product.

pub mod base;
pub mod checker;
pub mod disk;
pub mod machine;
mod programs;
pub mod random;
pub mod reference;
pub mod storage;
pub mod trace;
pub mod violation;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

pub use programs::Library;
use trace::{Keep, Trace};
use violation::Violation;

/// A seed that broke a promise.
#[derive(Debug)]
pub struct Broken {
    /// The seed.
    pub seed: u64,
    /// What was broken.
    pub violation: Violation,
    /// The last events before that.
    pub events: Vec<String>,
}

/// How many events are shown.
const SHOWN: usize = 40;

/// Runs one seed.
///
/// # Errors
///
/// If a promise is broken; with the events that led to it.
pub fn run(seed: u64, library: &Library) -> Result<(), Box<Broken>> {
    match once(seed, library, &mut Trace::default()) {
        Ok(()) => Ok(()),
        Err(first) => {
            let mut trace = Trace::new(Keep::Last(SHOWN));
            let again = once(seed, library, &mut trace).err();
            // The same seed breaks the same promise.
            let violation = again.unwrap_or(first);
            Err(Box::new(Broken { seed, violation, events: trace.into_events() }))
        }
    }
}

/// Runs seeds on all processors, and says now and then how many are done.
///
/// # Errors
///
/// The first seed, of those that were run, that broke a promise.
pub fn run_all(from: u64, seeds: u64, done: &(dyn Fn(u64) + Sync)) -> Result<(), Box<Broken>> {
    let (next, library) = (AtomicU64::new(0), Library::default());
    let broken: Mutex<Option<Box<Broken>>> = Mutex::new(None);
    let work = || {
        while let seed = next.fetch_add(1, Ordering::Relaxed)
            && seed < seeds
        {
            if let Err(found) = run(from + seed, &library) {
                let mut broken = broken.lock().unwrap_or_else(PoisonError::into_inner);
                if broken.as_ref().is_none_or(|first| found.seed < first.seed) {
                    *broken = Some(found);
                }
                next.store(seeds, Ordering::Relaxed);
            }
            done(seed + 1);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    match broken.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(broken) => Err(broken),
        None => Ok(()),
    }
}

/// Runs one seed and shows what happens.
///
/// # Errors
///
/// If a promise is broken.
pub fn show(seed: u64) -> Result<(), Violation> {
    once(seed, &Library::default(), &mut Trace::new(Keep::Shown))
}

fn once(seed: u64, library: &Library, trace: &mut Trace) -> Result<(), Violation> {
    storage::run(seed, trace)?;
    world::run(seed, library, trace)
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "seed {}: {}", self.seed, self.violation)?;
        for event in &self.events {
            writeln!(f, "  {event}")?;
        }
        write!(f, "again: cargo xtask simulate-faults --seed {} --verbose", self.seed)
    }
}
