//! How long a large picture takes: `cargo bench -p journey-ir --bench graph`.

#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use journey_ir::graph::{Overlay, graph, picture_size, render_svg};

/// As in the products.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn pictures(c: &mut Criterion) {
    let checked = common::checked(1_000);
    let journey = checked.journeys.first().unwrap();
    let drawn = graph(journey).unwrap();
    let mut tiles = 0;
    drawn.visit(&mut |_| tiles += 1);
    assert_eq!(tiles, 1_000);

    let overlay = Overlay::default();
    let mut group = c.benchmark_group("1000 tiles");
    group.bench_function("graph", |bench| bench.iter(|| graph(journey)));
    group.bench_function("layout", |bench| bench.iter(|| picture_size(&drawn, &overlay)));
    group.bench_function("layout and SVG", |bench| bench.iter(|| render_svg(&drawn, &overlay)));
    group.finish();
}

criterion_group!(benches, pictures);
criterion_main!(benches);
