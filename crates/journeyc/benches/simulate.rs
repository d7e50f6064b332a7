//! `simulate` over the CD log: all of it, and applying the events alone; the latter also beside a
//! thousand journeys that none of the events concern.
//!
//! The log lies beside the repository, as for the conformance tests.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use flate2::read::GzDecoder;
use journey_vm::{Customer, Effect, Input, ProgramSet, Row, Scratch, apply};
use journeyc::load::SourceText;
use journeyc::simulate::{self, Options, Progress};
use rustc_hash::FxHashMap;
use serde_json::Value;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn log() -> PathBuf {
    root().join("../shared/data/cdnow/events.ndjson.gz")
}

/// What the journeys beside are about: nothing of it is ever heard of.
const BESIDE: &str = r#"
customer { visits: int = 0 language: text? }
event visited { page: text }
destination web log { action banner(page: text) }
"#;

/// A journey that is active and that purchases do not concern: other event, other traits.
fn beside(number: usize) -> String {
    format!(
        r#"
journey beside_{number} "Beside {number}" {{
  entry event visited as visit where visit.page == "{number}"
  reenter always
  exit elsewhere on event visited as next where next.page != visit.page
  exit foreign when customer.language == "{number}"
  exit expired after 30d
  wait 1d
  wait until customer.visits > {number} up to 3d
  branch {{ when count(visited, within: 7d) > {number} {{ send web.banner(page: visit.page) }} }}
  exit done
}}
"#
    )
}

/// The journey of `tests/conformance/cd1`, with others beside it.
fn program(others: usize) -> ProgramSet {
    let mut sources = journeyc::load::load(&[root().join("tests/conformance/cd1")]).unwrap();
    let mut sources = sources.pop().unwrap();
    if others > 0 {
        let text = BESIDE.to_owned() + &(0..others).map(beside).collect::<String>();
        let (path, text) = ("beside.journey".into(), text.into());
        sources.files.push(SourceText { path, text, damage: None });
    }
    let compiled = journeyc::compile::compile(&sources);
    let program = journey_ir::lower(&compiled.checked.unwrap()).unwrap();
    let purchase = program.events.first().map(|event| &*event.name);
    assert_eq!((purchase, program.journeys.len()), (Some("purchase"), others + 1));
    ProgramSet::new(journey_bytecode::verify(program).unwrap())
}

/// A purchase, decoded: customer, time, properties.
struct Purchase {
    customer: usize,
    at: i64,
    row: Row,
}

/// All purchases, and the ids of those who made them.
fn purchases() -> (Vec<Purchase>, Vec<String>) {
    let (mut ids, mut numbers) = (Vec::new(), FxHashMap::default());
    let lines = BufReader::new(GzDecoder::new(File::open(log()).unwrap())).lines();
    let purchases = lines
        .map(|line| {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            let text = |field: &str| line[field].as_str().unwrap().to_owned();
            let customer = *numbers.entry(text("customer_id")).or_insert_with(|| {
                ids.push(text("customer_id"));
                ids.len() - 1
            });
            let at = chrono::DateTime::parse_from_rfc3339(&text("ts")).unwrap();
            let mut row = Row::new(2);
            row.set_int(0, line["properties"]["cds"].as_i64().unwrap());
            row.set_number(1, line["properties"]["amount"].as_f64().unwrap());
            Purchase { customer, at: at.timestamp_millis(), row }
        })
        .collect();
    (purchases, ids)
}

fn cdnow(c: &mut Criterion) {
    let set = program(0);
    let (purchases, ids) = purchases();
    let mut group = c.benchmark_group("cdnow");
    group.sample_size(20).throughput(Throughput::Elements(purchases.len() as u64));
    for others in [0, 1, 1_000] {
        let set = program(others);
        group.bench_function(format!("applying alone, {others} journeys beside"), |bencher| {
            let customers = || ids.iter().map(|id| Customer::new(id)).collect::<Vec<_>>();
            let mut scratch = Scratch::new();
            bencher.iter_batched_ref(
                customers,
                |customers| {
                    let mut sends = 0u64;
                    let mut out = |effect: Effect<'_>| {
                        sends += u64::from(matches!(effect, Effect::Sent { .. }));
                    };
                    for Purchase { customer, at, row } in &purchases {
                        let input = Input::Event { event: 0, at: *at, id: None, row };
                        apply(&set, &mut customers[*customer], input, *at, &mut scratch, &mut out);
                    }
                    sends
                },
                BatchSize::PerIteration,
            );
        });
    }
    let beside = program(1_000);
    for (name, set) in [("", &set), (", 1000 journeys beside", &beside)] {
        let options = options(1);
        group.bench_function(format!("reading and applying, threads 1{name}"), |bencher| {
            bencher.iter(|| simulate::run(set, &options, Progress::default()).unwrap());
        });
    }
    let options = options(2);
    group.bench_function("reading and applying, threads 2", |bencher| {
        bencher.iter(|| simulate::run(&set, &options, Progress::default()).unwrap());
    });
    group.finish();
}

fn options(threads: usize) -> Options {
    let mut options = Options::new(simulate::Input::File(log()));
    options.threads = NonZeroUsize::new(threads).unwrap();
    options
}

criterion_group!(benches, cdnow);
criterion_main!(benches);
