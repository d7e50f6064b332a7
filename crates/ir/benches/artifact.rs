//! How long a journey takes from source to artifact, and from artifact to one that may run:
//! `cargo bench -p journey-ir --bench artifact`.

#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use journey_bytecode::{decode, encode, verify};
use journey_ir::lower;

/// As in the products.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn loading(c: &mut Criterion) {
    let program = lower(&common::checked(40)).unwrap();
    assert_eq!(program.journeys.first().map(|it| it.tiles.len()), Some(40));
    let artifact = encode(&program);
    let mut group = c.benchmark_group("artifact of 40 tiles");
    group.throughput(Throughput::Bytes(artifact.len() as u64));
    group.bench_function("decode", |bench| bench.iter(|| decode(&artifact).unwrap()));
    group.bench_function("verify", |bench| {
        let program = || decode(&artifact).unwrap();
        bench.iter_batched(program, |it| verify(it).unwrap(), BatchSize::SmallInput);
    });
    group.bench_function("decode and verify", |bench| {
        bench.iter(|| verify(decode(&artifact).unwrap()).unwrap());
    });
    group.finish();
}

fn compiling(c: &mut Criterion) {
    let checked = common::checked(10_000);
    let mut group = c.benchmark_group("10000 tiles");
    group.sample_size(10);
    group.bench_function("check", |bench| bench.iter(|| common::checked(10_000)));
    group.bench_function("lower", |bench| bench.iter(|| lower(&checked).unwrap()));
    let program = lower(&checked).unwrap();
    group.bench_function("encode", |bench| bench.iter(|| encode(&program)));
    group.finish();
}

criterion_group!(benches, loading, compiling);
criterion_main!(benches);
