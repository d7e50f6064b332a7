//! What the canvas asks of a journey of 1,000 tiles, and of one of 4,000, which should take about four
//! times as long: `cargo bench -p journey-ide --bench canvas`.

#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use journey_ide::canvas::{New, Op, Options, TileKind, TileRef, canvas, edit, form, tile_at};
use journey_ide::{Config, FileId, FilePosition, Workspace};

/// As in the products.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn pictures(c: &mut Criterion) {
    let (file, name) = (FileId(0), "long");
    let mut group = c.benchmark_group("canvas");
    group.sample_size(20);
    for tiles in [1_000, 4_000] {
        let files = vec![("long.journey".to_owned(), common::journey(tiles))];
        let workspace = Workspace::new(Config::default(), files);
        assert_eq!(workspace.diagnostics_of(file), []);
        let options = Options::default();
        let picture = canvas(&workspace, file, name, &options).unwrap();
        assert!(picture.tiles.len() >= tiles);
        let middle = picture.edges.get(picture.edges.len() / 2).unwrap().place.clone();
        let tile = picture.tiles.get(picture.tiles.len() / 2).unwrap();
        let at = FilePosition { file, offset: tile.span.start };
        let tile = TileRef { journey: name.to_owned(), key: tile.key.clone() };
        let new = New::Kind(TileKind::Send);
        let insert = Op::Insert { at: middle, new, spacing: None };
        let extract = Op::ExtractSubJourney { tile: "note_7".to_owned(), last: None, name: None };
        let size = |what: &str| BenchmarkId::new(what, tiles);
        group.bench_function(size("view"), |bench| {
            bench.iter(|| canvas(black_box(&workspace), file, name, &options));
        });
        group.bench_function(size("tileAt"), |bench| {
            bench.iter(|| tile_at(black_box(&workspace), at));
        });
        group.bench_function(size("form"), |bench| {
            bench.iter(|| form(black_box(&workspace), file, &tile));
        });
        group.bench_function(size("edit: insert"), |bench| {
            bench.iter(|| edit(black_box(&workspace), file, name, &insert).unwrap());
        });
        group.bench_function(size("edit: extract"), |bench| {
            bench.iter(|| edit(black_box(&workspace), file, name, &extract).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, pictures);
criterion_main!(benches);
