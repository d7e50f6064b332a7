//! How long an editor waits in a workspace of 10,000 journeys, at the protocol: from the bytes of
//! a message to those of its answer, with both sides in this process.
//!
//! `cargo bench -p journey-lsp` · `cargo bench -p journey-lsp -- --files 1000 --edits 200`

#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::indexing_slicing)]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../../sema/benches/generated/mod.rs"]
mod generated;

use std::time::{Duration, Instant};

use common::{Client, range, uri};
use serde_json::{Value, json};

// As in the products.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let (files, edits) = (option("--files", 10_000), option("--edits", 1_000));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("journey.toml"), "").unwrap();
    let all = generated::files(files);
    for (path, text) in &all {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (path, text) = all.last().unwrap();
    let document = uri(&folder.path().join(path));
    println!("{} files, {edits} edits, {} cores", all.len(), cores());

    let start = Instant::now();
    let watches = json!({ "didChangeWatchedFiles": { "dynamicRegistration": true } });
    let mut client = Client::new(&[folder.path()], json!({ "workspace": watches }));
    client.open(&document, 0, text);
    assert_eq!(client.findings_at(&document, 0), Vec::<Value>::new());
    println!("start to first diagnostics     {:>9.1?}", start.elapsed());
    // What is asked of everything is answered when everything is known.
    client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    println!("start to all diagnostics       {:>9.1?}", start.elapsed());

    let line = text.lines().position(|line| line.contains("wait 1h")).expect("it waits") as u32;
    let column = text.lines().nth(line as usize).unwrap().find("1h").unwrap() as u32;
    let mut version = 0;
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for turn in 0..edits {
        version += 1;
        let digit = ["2", "1"][turn % 2];
        let change = json!([{ "range": range([line, column], [line, column + 1]), "text": digit }]);
        let begun = Instant::now();
        client.change(&document, version, change);
        client.findings_at(&document, version);
        times[0].push(begun.elapsed());
        // As while typing: right after an edit.
        let at = json!({ "line": line, "character": column });
        let place = json!({ "textDocument": { "uri": document }, "position": at });
        for (times, method) in times[1..].iter_mut().zip(["completion", "hover"]) {
            let begun = Instant::now();
            client.ask(&format!("textDocument/{method}"), place.clone()).unwrap();
            times.push(begun.elapsed());
        }
    }
    let names = ["didChange to diagnostics", "completion", "hover"];
    for (name, times) in names.into_iter().zip(&mut times) {
        times.sort();
        println!("{name:<26} p50 {:>9.1?}  p99 {:>9.1?}", share(times, 50), share(times, 99));
    }
    client.goodbye();
    match peak() {
        Some(kib) => println!("peak memory, client included   {:>6} MB", kib / 1024),
        None => println!("peak memory: this system does not say"),
    }
}

fn option(name: &str, otherwise: usize) -> usize {
    let given = std::env::args().skip_while(|it| it != name).nth(1);
    given.map_or(otherwise, |number| number.parse().expect("a number"))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn share(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

/// What the kernel counted, in KiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
