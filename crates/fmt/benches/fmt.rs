//! How fast files are formatted: `cargo bench -p journey-fmt`.
//!
//! The input is a file of about a megabyte, made of the example workspace over and over. As it
//! stands it is formatted already, so that nothing needs to be read again; with its lines
//! torn apart it is the slow case, in which the result is parsed and compared.
#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use journey_fmt::{DEFAULT_WIDTH, format};

/// The allocator of the binaries.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WORKSPACE: &[&str] = &[
    include_str!("../../../examples/grocery/schema.journey"),
    include_str!("../../../examples/grocery/journeys/coupon_followup.journey"),
    include_str!("../../../examples/grocery/journeys/come_back.journey"),
];

fn bench(c: &mut Criterion) {
    let once = WORKSPACE.join("\n");
    let tidy = once.repeat((1 << 20) / once.len());
    let torn = tidy.replace(" {\n", "\n{\n\n\n").replace(": ", " :\t");
    let mut group = c.benchmark_group("fmt");
    for (name, text) in [("tidy", tidy), ("torn", torn)] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| b.iter(|| format(black_box(&text), DEFAULT_WIDTH)));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
