//! What a durable step costs: members with a record of 200 bytes and a timer; a step reads the record of a member drawn at
//! random, writes it back, moves its timer and appends to the outbox; each batch is made durable before the next.
//!
//! ```text
//! cargo bench -p journey-engine --bench store -- --members 10000000 --steps 4000000 --writers 2
//! ```
//!
//! With ten million members it needs 6 GB of disk, which are given back at the end; `--directory` says where.

#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use journey_engine::store::{Batch, EmbeddedStore, Metrics, Options, Store};

// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RECORD: usize = 200;
const OUTBOX: usize = 120;

struct Arguments {
    members: u64,
    steps: u64,
    batch: u64,
    writers: u64,
    directory: PathBuf,
}

fn arguments() -> Arguments {
    let mut read = Arguments {
        members: 1_000_000,
        steps: 2_000_000,
        batch: 1_000,
        writers: 1,
        directory: std::env::temp_dir(),
    };
    let mut given = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(name) = given.next() {
        let value = given.next().unwrap_or_else(|| panic!("{name} needs a value"));
        match name.as_str() {
            "--members" => read.members = value.parse().unwrap(),
            "--steps" => read.steps = value.parse().unwrap(),
            "--batch" => read.batch = value.parse().unwrap(),
            "--writers" => read.writers = value.parse().unwrap(),
            "--directory" => read.directory = value.into(),
            _ => panic!("unknown: {name}"),
        }
    }
    read
}

/// Numbers without pattern (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A record that begins with the instant of its timer.
    fn record(&mut self, due: u64, size: usize) -> Vec<u8> {
        let mut record = due.to_be_bytes().to_vec();
        while record.len() < size {
            record.extend_from_slice(&self.next().to_be_bytes());
        }
        record.truncate(size);
        record
    }
}

fn customer(member: u64) -> String {
    format!("customer-{member:010}")
}

fn record_key(shard: u64, member: u64) -> Vec<u8> {
    [b"c", &(shard as u16).to_be_bytes()[..], customer(member).as_bytes()].concat()
}

fn timer_key(shard: u64, due: u64, member: u64) -> Vec<u8> {
    let (shard, due) = ((shard as u16).to_be_bytes(), due.to_be_bytes());
    [b"t", &shard[..], &due, customer(member).as_bytes()].concat()
}

fn outbox_key(shard: u64, number: u64) -> Vec<u8> {
    [b"o", &(shard as u16).to_be_bytes()[..], &number.to_be_bytes()].concat()
}

fn load(store: &EmbeddedStore, given: &Arguments) {
    let mut numbers = Numbers(1);
    let mut batch = Batch::new();
    for member in 0..given.members {
        let (shard, due) = (member % given.writers, numbers.next() >> 24);
        batch.put(&record_key(shard, member), &numbers.record(due, RECORD));
        batch.put(&timer_key(shard, due, member), b"");
        if batch.len() >= 20_000 {
            store.append(&batch).unwrap();
            batch.clear();
        }
    }
    store.append(&batch).unwrap();
    store.flush().unwrap();
    while store.merge_step().unwrap() {}
}

/// One writer's steps. Returns how long each batch took, from its first read to its fsync.
fn run(store: &EmbeddedStore, given: &Arguments, shard: u64) -> Vec<Duration> {
    let mut numbers = Numbers(1000 + shard);
    let mut commits = Vec::new();
    let mut batch = Batch::new();
    let mut outbox = 0;
    for _ in 0..given.steps / given.writers / given.batch {
        let begin = Instant::now();
        batch.clear();
        let mut moved = std::collections::BTreeSet::new();
        for _ in 0..given.batch {
            let member = numbers.next() % (given.members / given.writers) * given.writers + shard;
            if !moved.insert(member) {
                continue;
            }
            let key = record_key(shard, member);
            let record = store.get(&key).unwrap().unwrap();
            let due = u64::from_be_bytes(*record.first_chunk().unwrap());
            let next = due + numbers.next() % 86_400_000;
            batch.put(&key, &numbers.record(next, RECORD));
            batch.delete(&timer_key(shard, due, member));
            batch.put(&timer_key(shard, next, member), b"");
            outbox += 1;
            batch.put(&outbox_key(shard, outbox), &numbers.record(next, OUTBOX));
        }
        let ticket = store.append(&batch).unwrap();
        assert!(store.sync().unwrap() >= ticket);
        commits.push(begin.elapsed());
    }
    commits
}

/// A number that the system keeps of this process.
fn of_process(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn disk_bytes() -> u64 {
    of_process("/proc/self/io", "write_bytes:")
}

/// Processor time of this process so far, all threads together, in seconds.
fn processor() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may have blanks; in hundredths.
    let rest = text.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let fields = rest.split(' ').skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn size(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => size(&entry.path()),
            Ok(meta) => meta.len(),
            // A table that was merged away meanwhile.
            Err(_) => 0,
        })
        .sum()
}

fn report(
    given: &Arguments,
    took: Duration,
    mut commits: Vec<Duration>,
    written: u64,
    metrics: &Metrics,
) {
    let steps = given.steps as f64;
    commits.sort_unstable();
    let quantile =
        |of: f64| commits[((commits.len() - 1) as f64 * of) as usize].as_secs_f64() * 1e3;
    println!("steps/s                    {:10.0}", steps / took.as_secs_f64());
    println!("log bytes per step         {:10.0}", metrics.log_bytes as f64 / steps);
    println!("bytes to disk per step     {:10.0}", written as f64 / steps);
    let (median, high, most) = (quantile(0.5), quantile(0.99), quantile(1.0));
    println!("a batch: p50, p99, most ms {median:10.1} {high:6.1} {most:6.1}");
    println!(
        "syncs, flushes, merges     {:10} {:6} {:6}",
        metrics.syncs, metrics.flushes, metrics.merges
    );
    println!("appends that waited        {:10}", metrics.waits);
}

fn main() {
    let given = arguments();
    let folder = tempfile::tempdir_in(&given.directory).unwrap();
    println!(
        "{} members, {} steps in batches of {}, {} writers",
        given.members, given.steps, given.batch, given.writers
    );
    let begin = Instant::now();
    let (store, _) = EmbeddedStore::open(folder.path(), Options::new(1)).unwrap();
    load(&store, &given);
    println!("loaded in                  {:10.1} s", begin.elapsed().as_secs_f64());
    println!("on disk                    {:10} MB", size(folder.path()) >> 20);
    drop(store);

    let (store, _) = EmbeddedStore::open(folder.path(), Options::new(1)).unwrap();
    let (before, begin, worked) = (disk_bytes(), Instant::now(), processor());
    let commits = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..given.writers)
            .map(|shard| {
                let (store, given) = (&store, &given);
                scope.spawn(move || run(store, given, shard))
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    report(&given, begin.elapsed(), commits, disk_bytes() - before, &store.metrics());
    let micros = (processor() - worked) * 1e6 / given.steps as f64;
    println!("processor µs per step      {micros:10.1}");
    println!("on disk                    {:10} MB", size(folder.path()) >> 20);
    drop(store);

    let begin = Instant::now();
    let (_, recovery) = EmbeddedStore::open(folder.path(), Options::new(1)).unwrap();
    println!("recovered in               {:10.2} s", begin.elapsed().as_secs_f64());
    println!("  {recovery}");
    println!(
        "peak memory                {:10} MB",
        of_process("/proc/self/status", "VmHWM:") >> 10
    );
}
