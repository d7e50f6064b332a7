//! What an editor waits for, measured where it waits: at the protocol, in a workspace of 10,000
//! journeys. Prints a table.
//!
//! `cargo bench -p journey-lsp --bench protocol`

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../../sema/benches/generated/mod.rs"]
mod generated;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use common::{Client, range, uri};
use serde_json::{Value, json};

// As in the products.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Journeys in the workspace.
const JOURNEYS: usize = 10_000;

/// How often each thing is measured.
const TIMES: usize = 400;

/// The line that is typed: a condition of an exit criterion, behind the first.
const TYPED: &str =
    "  exit gone when customer.email is unset and customer.orders > 3 and now > entered";

fn main() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("journey.toml"), "name = \"bench\"\n").unwrap();
    for (path, text) in generated::files(JOURNEYS) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let path = generated::files(JOURNEYS / 2).pop().unwrap();
    let document = uri(&folder.path().join(&path.0));
    println!("{JOURNEYS} journeys; {TIMES} times each\n");
    println!("| what | p50 | p99 | most |\n| --- | --- | --- | --- |");

    let (mut client, first) = start(folder.path(), &document, &path.1);
    row("start to the first findings", &mut [first]);
    let insert_at =
        path.1.lines().position(|line| line.contains("exit no_address")).unwrap() as u32;
    let mut typing = Typing { document, version: 1, line: insert_at, typed: 0 };
    typing.new_line(&mut client);
    row(
        "a keystroke to the findings of its file",
        &mut measure(|| {
            let began = Instant::now();
            let version = typing.press(&mut client);
            client.findings_at(&typing.document, version);
            began.elapsed()
        }),
    );
    for (what, method) in [
        ("a keystroke, then completion", "textDocument/completion"),
        ("a keystroke, then hovering", "textDocument/hover"),
        ("a keystroke, then signature help", "textDocument/signatureHelp"),
        ("a keystroke, then definition", "textDocument/definition"),
        ("a keystroke, then semantic tokens", "textDocument/semanticTokens/full"),
    ] {
        let mut times = measure(|| {
            typing.press(&mut client);
            let began = Instant::now();
            client.ask(method, typing.place()).unwrap();
            began.elapsed()
        });
        row(what, &mut times);
    }
    let mut few = |what: &str, method: &str, params: Value| {
        let mut times: Vec<Duration> = (0..10)
            .map(|_| {
                let began = Instant::now();
                client.ask(method, params.clone()).unwrap();
                began.elapsed()
            })
            .collect();
        row(what, &mut times);
    };
    let schema = uri(&folder.path().join(&generated::files(0)[0].0));
    let trait_at =
        generated::SCHEMA.lines().position(|line| line.contains("email: text?")).unwrap();
    let place = json!({
        "textDocument": { "uri": schema }, "position": { "line": trait_at, "character": 3 },
        "context": { "includeDeclaration": true }
    });
    few("all uses of a trait that every journey reads", "textDocument/references", place);
    few("a search for symbols", "workspace/symbol", json!({ "query": "recovery_77" }));
    println!("\nmemory at most: {} MB, client and server", peak() / 1_000);
}

/// Introduces a client, opens a document and waits for its findings.
fn start(folder: &Path, document: &str, text: &str) -> (Client, Duration) {
    let began = Instant::now();
    let mut client = Client::new(&[folder], json!({}));
    client.open(document, 1, text);
    client.findings_at(document, 1);
    (client, began.elapsed())
}

/// Somebody who types a line, over and over.
struct Typing {
    document: String,
    version: i64,
    line: u32,
    typed: usize,
}

impl Typing {
    fn change(&mut self, client: &mut Client, from: [u32; 2], to: [u32; 2], text: &str) -> i64 {
        self.version += 1;
        let change = json!([{ "range": range(from, to), "text": text }]);
        client.change(&self.document, self.version, change);
        self.version
    }

    fn new_line(&mut self, client: &mut Client) {
        self.change(client, [self.line, 0], [self.line, 0], "\n");
    }

    /// Types the next character; behind the last the line is emptied.
    fn press(&mut self, client: &mut Client) -> i64 {
        let at = self.typed as u32;
        if self.typed == TYPED.len() {
            self.typed = 0;
            return self.change(client, [self.line, 0], [self.line, at], "");
        }
        self.typed += 1;
        let next = &TYPED[self.typed - 1..self.typed];
        self.change(client, [self.line, at], [self.line, at], next)
    }

    fn place(&self) -> Value {
        let position = json!({ "line": self.line, "character": self.typed });
        json!({ "textDocument": { "uri": self.document }, "position": position })
    }
}

fn measure(mut once: impl FnMut() -> Duration) -> Vec<Duration> {
    (0..TIMES).map(|_| once()).collect()
}

fn row(what: &str, times: &mut [Duration]) {
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!("| {what} | {:.2} ms | {:.2} ms | {:.2} ms |", at(50), at(99), at(100));
}

/// The most memory that the process had, in KB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
