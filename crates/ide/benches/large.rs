//! What an editor asks of files with very many declarations, and of files four times as large, which
//! should take about four times as long: `cargo bench -p journey-ide --bench large`.

#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use journey_ide::{
    Config, Counts, FileId, FilePosition, TextRange, Workspace, code_lenses, document_links,
    document_symbols, folding_ranges, hover, incoming_calls, inlay_hints, resolve_lens,
    semantic_tokens,
};

/// As in the products.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FILE: FileId = FileId(0);

/// How often the first of the things is named, and by whom.
fn counted(workspace: &Workspace) {
    let none = Counts::default();
    for lens in code_lenses(workspace, FILE, &none).into_iter().take(1) {
        black_box(resolve_lens(workspace, FILE, lens, &none));
    }
}

fn features(c: &mut Criterion) {
    let mut group = c.benchmark_group("large files");
    group.sample_size(10);
    type Source = fn(usize) -> String;
    let sources: [(&str, Source); 3] =
        [("events", common::events), ("traits", common::traits), ("journeys", common::journeys)];
    for (name, source) in sources {
        for count in [1_500, 6_000] {
            let text = source(count);
            let whole = TextRange::new(0, text.len() as u32);
            let middle = FilePosition { file: FILE, offset: text.len() as u32 / 2 };
            let files = vec![("large.journey".to_owned(), text)];
            let workspace = Workspace::new(Config::default(), files);
            black_box(workspace.diagnostics_of(FILE));
            let mut row = |what: &str, ask: &dyn Fn(&Workspace)| {
                let id = BenchmarkId::new(format!("{name}: {what}"), count);
                group.bench_function(id, |bench| bench.iter(|| ask(black_box(&workspace))));
            };
            row("semantic tokens", &|it| drop(black_box(semantic_tokens(it, FILE, None))));
            row("symbols", &|it| drop(black_box(document_symbols(it, FILE))));
            row("lenses", &|it| drop(black_box(code_lenses(it, FILE, &Counts::default()))));
            row("one lens counted", &counted);
            row("hints", &|it| drop(black_box(inlay_hints(it, FILE, whole))));
            row("folds", &|it| drop(black_box(folding_ranges(it, FILE))));
            row("links", &|it| drop(black_box(document_links(it, FILE))));
            row("hover", &|it| drop(black_box(hover(it, middle, &Counts::default()))));
            row("incoming calls", &|it| drop(black_box(incoming_calls(it, "j0"))));
        }
    }
    group.finish();
}

criterion_group!(benches, features);
criterion_main!(benches);
