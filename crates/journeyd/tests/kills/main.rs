//! A server is killed at random moments while it is used, and what it leaves keeps the engine's promises.
//!
//! `cargo xtask kill-loop --cycles 1000` does it longer. A failure names the seed: `JOURNEYD_KILL_SEED` does the
//! same again, as far as threads and disks let it.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod journeys;
mod load;
mod seen;
#[path = "../server/support.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{SystemTime, UNIX_EPOCH};

use journey_simulator::random::Random;
use tempfile::TempDir;

use load::Load;
use seen::Seen;
use support::Server;

/// Cycles on one store: then a new one is begun, so that reading all of it takes no longer and longer.
const STORE: u64 = 10;
/// How many threads use the server.
const THREADS: u64 = 3;

#[test]
fn a_server_that_is_killed_at_any_moment_keeps_its_promises() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let cycles = number("JOURNEYD_KILL_CYCLES").unwrap_or(100);
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = number("JOURNEYD_KILL_SEED").unwrap_or_else(clock);
    println!("{cycles} cycles, seed {seed}");
    let mut random = Random::new(seed, 0);
    let (mut world, mut events) = (World::new(), 0);
    for cycle in 0..cycles {
        if cycle % STORE == 0 {
            world = World::new();
        }
        events += world.cycle(cycle, &mut random);
        if let Err(broken) = world.seen.check(world.data.path()) {
            let kept = world.data.keep();
            panic!("seed {seed}, cycle {cycle}, store in {}: {broken}", kept.display());
        }
    }
    println!("{events} events were answered, nothing was broken");
}

/// The check finds what is missing: otherwise it would prove nothing.
#[test]
fn what_was_answered_and_is_not_there_is_found() {
    let mut world = World::new();
    world.cycle(0, &mut Random::new(1, 0));
    world.seen.check(world.data.path()).unwrap();
    let lost = ("customer-001".to_owned(), "lost".to_owned());
    world.seen.events.insert(lost.clone(), seen::now());
    assert!(world.seen.check(world.data.path()).unwrap_err().contains("lost"));
    world.seen.events.remove(&lost);
    let key = "00112233445566778899aabbccddeeff";
    let line = format!(r#"{{"key":"{key}","action":"crm.note","args":{{"text":"customer-001"}}}}"#);
    world.seen.lines.push(line);
    assert!(world.seen.check(world.data.path()).unwrap_err().contains(key));
}

struct World {
    data: TempDir,
    seen: Seen,
    lines: Receiver<String>,
    to_lines: Sender<String>,
    begun: bool,
}

impl World {
    fn new() -> World {
        let (to_lines, lines) = channel();
        let data = tempfile::tempdir().unwrap();
        World { data, seen: Seen::default(), lines, to_lines, begun: false }
    }

    /// Starts a server, uses it, and kills it after so many answers. Says how many events were answered.
    fn cycle(&mut self, cycle: u64, random: &mut Random) -> usize {
        let mut server = Server::dev(&["--data", self.data.path().to_str().unwrap()]);
        let reading = seen::read_lines(&mut server, &self.to_lines);
        if !self.begun {
            journeys::begin(&server);
            self.begun = true;
        }
        let wanted = 1 + random.below(60) as usize;
        let (answers, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let loads: Vec<Load> =
            (0..THREADS).map(|thread| Load::new(cycle * THREADS + thread, random.draw())).collect();
        let seen: Vec<Seen> = std::thread::scope(|scope| {
            let address = server.address;
            let work = loads.into_iter().map(|load| {
                let (answers, over) = (&answers, &over);
                scope.spawn(move || load.run(address, answers, over))
            });
            let work: Vec<_> = work.collect();
            while answers.load(Ordering::SeqCst) < wanted {
                std::thread::yield_now();
            }
            server.kill();
            over.store(true, Ordering::SeqCst);
            work.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        reading.join().unwrap();
        let before = self.seen.events.len();
        seen.into_iter().for_each(|seen| self.seen.add(seen));
        self.seen.lines.extend(self.lines.try_iter());
        self.seen.events.len() - before
    }
}
