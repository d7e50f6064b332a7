//! Recipes typed character by character, and edited at random: whatever is typed nothing panics,
//! and in the end the server has found what it finds in the same files afresh.
//!
//! `JOURNEY_REPLAY=all cargo test -p journey-lsp --test replay` types all of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Client, uri};
use serde_json::{Value, json};

/// The recipes, in a folder of their own.
fn recipes() -> (tempfile::TempDir, Vec<PathBuf>) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = folder.path().join(path.file_name().unwrap());
        if path.is_file() {
            fs::copy(&path, &to).unwrap();
            all.extend(to.extension().is_some_and(|it| it == "journey").then_some(to));
        }
    }
    all.sort();
    assert!(all.len() > 10, "the recipes are where they were");
    (folder, all)
}

fn client(folder: &Path) -> Client {
    let watches =
        json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    Client::new(&[folder], watches)
}

/// What is found in all files when one of them is open with this text.
fn afresh(folder: &Path, document: &str, text: &str) -> BTreeMap<String, Vec<Value>> {
    let mut client = client(folder);
    client.open(document, 1, text);
    let found = settled(&mut client, document, 1);
    client.goodbye();
    found
}

/// What is found in all files once everything is said: the server is asked to say it again.
fn settled(client: &mut Client, document: &str, version: i64) -> BTreeMap<String, Vec<Value>> {
    client.findings_at(document, version);
    let all = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let items = all["items"].as_array().unwrap().iter();
    let found = items.map(|it| {
        (it["uri"].as_str().unwrap().to_owned(), it["items"].as_array().unwrap().clone())
    });
    found.filter(|(_, findings)| !findings.is_empty()).collect()
}

/// Line and column in UTF-16 of a byte.
fn position(text: &str, offset: usize) -> [u32; 2] {
    let before = &text[..offset];
    let line = before.matches('\n').count() as u32;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    [line, before[start..].encode_utf16().count() as u32]
}

fn question(document: &str, at: [u32; 2]) -> Value {
    json!({
        "textDocument": { "uri": document },
        "position": { "line": at[0], "character": at[1] },
        "context": { "triggerKind": 1, "includeDeclaration": true, "isRetrigger": false, "diagnostics": [] },
        "range": common::range([0, 0], at),
    })
}

/// Asks a few things; an answer may be that it was overtaken, but no mistake.
fn ask_around(client: &mut Client, document: &str, at: [u32; 2]) {
    let methods = [
        "textDocument/completion",
        "textDocument/hover",
        "textDocument/signatureHelp",
        "textDocument/documentSymbol",
        "textDocument/semanticTokens/full",
        "textDocument/codeAction",
        "textDocument/inlayHint",
        "textDocument/definition",
        "textDocument/foldingRange",
    ];
    let asked: Vec<(&str, i64)> = methods
        .iter()
        .map(|method| (*method, client.begin(method, question(document, at))))
        .collect();
    for (method, id) in asked {
        if let Err(error) = client.answer(id) {
            panic!("{method} at {at:?}: {error}");
        }
    }
}

#[test]
fn recipes_can_be_typed() {
    let (folder, all) = recipes();
    let whole = std::env::var("JOURNEY_REPLAY").is_ok_and(|it| it == "all");
    let mut recipes: Vec<&PathBuf> = all.iter().collect();
    recipes.sort_by_key(|path| fs::metadata(path).unwrap().len());
    // The sample: the shortest two.
    let recipes = if whole { &recipes[..] } else { &recipes[..2] };
    for recipe in recipes {
        let document = uri(recipe);
        let text = fs::read_to_string(recipe).unwrap();
        let mut client = client(folder.path());
        client.open(&document, 0, "");
        let mut version = 0;
        for (offset, character) in text.char_indices() {
            version += 1;
            let at = position(&text, offset);
            let change = json!([{ "range": common::range(at, at), "text": character.to_string() }]);
            client.change(&document, version, change);
            if version % 23 == 0 {
                ask_around(&mut client, &document, position(&text, offset + character.len_utf8()));
            }
        }
        let found = settled(&mut client, &document, version);
        assert_eq!(found, afresh(folder.path(), &document, &text), "{document}");
        client.goodbye();
    }
}

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

#[test]
fn edits_at_random_lead_to_what_is_found_afresh() {
    let (folder, all) = recipes();
    let texts: Vec<String> = all.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let whole = std::env::var("JOURNEY_REPLAY").is_ok_and(|it| it == "all");
    let mut dice = Dice(3);
    for _ in 0..(if whole { 60 } else { 4 }) {
        let recipe = dice.roll(all.len());
        let (document, mut text) = (uri(&all[recipe]), texts[recipe].clone());
        let mut client = client(folder.path());
        client.open(&document, 0, &text);
        let edits = 40;
        for version in 1..=edits {
            let mut changes = Vec::new();
            for _ in 0..=dice.roll(2) {
                let mut ends = [dice.roll(text.len() + 1), 0];
                ends[1] = (ends[0] + dice.roll(40)).min(text.len());
                for end in &mut ends {
                    // Between the two signs of a line end there is no place.
                    let inside = |at: usize| text.get(..at).is_some_and(|it| it.ends_with('\r'));
                    while !text.is_char_boundary(*end) || inside(*end) {
                        *end -= 1;
                    }
                }
                let other = &texts[dice.roll(texts.len())];
                let from = other.floor_char_boundary(dice.roll(other.len()));
                let to = other.floor_char_boundary((from + dice.roll(30)).min(other.len()));
                let inserted = ["", "é😀", "\r\n", "\"", "{", &other[from..to]][dice.roll(6)];
                let range = common::range(position(&text, ends[0]), position(&text, ends[1]));
                changes.push(json!({ "range": range, "text": inserted }));
                text.replace_range(ends[0]..ends[1], inserted);
            }
            client.change(&document, version, json!(changes));
            if version % 10 == 0 {
                let at = text.floor_char_boundary(dice.roll(text.len() + 1));
                ask_around(&mut client, &document, position(&text, at));
            }
        }
        let found = settled(&mut client, &document, edits);
        let cold = afresh(folder.path(), &document, &text);
        let (missing, extra) = (difference(&cold, &found), difference(&found, &cold));
        assert!(
            missing.is_empty() && extra.is_empty(),
            "{document}: {extra:#?} instead of {missing:#?} in\n{text}"
        );
        client.goodbye();
    }
}

/// The findings of the first that the second has not, in a line each.
fn difference(
    one: &BTreeMap<String, Vec<Value>>,
    other: &BTreeMap<String, Vec<Value>>,
) -> Vec<String> {
    let lines = |(uri, found): (&String, &Vec<Value>)| {
        let lines = found.iter().map(|it| format!("{uri} {it}"));
        lines.collect::<Vec<_>>()
    };
    let known: Vec<String> = other.iter().flat_map(lines).collect();
    one.iter().flat_map(lines).filter(|line| !known.contains(line)).collect()
}
