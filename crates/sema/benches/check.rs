//! How long checking takes: everything from cold, and after a keystroke in one file that file, and everything.
//!
//! `cargo bench -p journey-sema`

#![allow(missing_docs, clippy::unwrap_used)]

mod generated;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use generated::{file, files};
use journey_base::FileId;
use journey_sema::{Config, Workspace};

// As in the products.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn cold(c: &mut Criterion) {
    let mut group = c.benchmark_group("cold");
    for count in [100, 10_000] {
        let files = files(count);
        let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
        group.throughput(Throughput::Bytes(bytes as u64)).sample_size(10);
        group.bench_function(format!("{count} files"), |bench| {
            let open = || Workspace::new(Config::default(), files.clone());
            bench.iter_batched_ref(open, |it| it.diagnostics(), BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn keystroke(c: &mut Criterion) {
    let mut workspace = Workspace::new(Config::default(), files(10_000));
    assert_eq!(workspace.diagnostics(), []);
    let edited = FileId(5_000);
    let texts = [file(4_999), file(4_999).replace("wait 1h", "wait 2h")];
    workspace.open(edited);
    let mut turn = 0;
    let mut press = |workspace: &mut Workspace| {
        turn += 1;
        workspace.set_text(edited, texts.get(turn % 2).unwrap().as_str());
    };
    let mut group = c.benchmark_group("keystroke in one of 10000 files");
    group.bench_function("that file", |bench| {
        bench.iter(|| {
            press(&mut workspace);
            workspace.diagnostics_of(edited)
        });
    });
    group.sample_size(30).bench_function("everything", |bench| {
        bench.iter(|| {
            press(&mut workspace);
            workspace.diagnostics()
        });
    });
    group.finish();
}

criterion_group!(benches, cold, keystroke);
criterion_main!(benches);
