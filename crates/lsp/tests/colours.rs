//! Semantic tokens: all of a document, a part of it, and what differs from the answer before.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{Client, range};
use serde_json::{Value, json};

const TEXT: &str = "\
/// Somebody bought something.
event bought { total: number }
journey thanks {
  entry event bought as order where order.total > 25
  wait 1d
  branch {
    when order.total > 100 { exit rich }
    else { exit done }
  }
}
";

const A: &str = "untitled:a";

fn document() -> Value {
    json!({ "textDocument": { "uri": A } })
}

fn numbers(tokens: &Value) -> Vec<u64> {
    tokens.as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect()
}

/// All tokens, told anew, and without anything that is kept.
fn all(client: &mut Client) -> Vec<u64> {
    let mut whole = document();
    whole["range"] = range([0, 0], [9_999, 0]);
    numbers(&client.ask("textDocument/semanticTokens/range", whole).unwrap()["data"])
}

fn difference(client: &mut Client, before: &Value) -> Value {
    let mut params = document();
    params["previousResultId"] = before.clone();
    client.ask("textDocument/semanticTokens/full/delta", params).unwrap()
}

/// Makes the edits of an answer; how many numbers were sent.
fn apply(tokens: &mut Vec<u64>, answer: &Value) -> usize {
    let edits = answer["edits"].as_array().expect("it is a difference");
    // They are places of the answer before, so the last comes first.
    for edit in edits.iter().rev() {
        let start = edit["start"].as_u64().unwrap() as usize;
        let end = start + edit["deleteCount"].as_u64().unwrap() as usize;
        let data = edit.get("data").map(numbers).unwrap_or_default();
        tokens.splice(start..end, data);
    }
    edits.iter().map(|it| it.get("data").map_or(0, |data| data.as_array().unwrap().len())).sum()
}

#[test]
fn differences_make_the_whole_answer_over_random_edits() {
    let mut client = Client::new(&[], json!({}));
    let mut text: Vec<char> = TEXT.chars().collect();
    client.open(A, 1, TEXT);
    let first = client.ask("textDocument/semanticTokens/full", document()).unwrap();
    let (mut tokens, mut name) = (numbers(&first["data"]), first["resultId"].clone());
    // A generator of random numbers (Knuth, MMIX), the same in every run.
    let mut seed = 7_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let pieces = ["", "x", "\n", " 25 ", "\"", "wait 2d\n", "é😀", "{", "// no\n", "exit done\n"];
    let mut short = 0;
    for version in 2..120 {
        let from = random(text.len());
        let to = (from + random(12)).min(text.len());
        text.splice(from..to, pieces[random(pieces.len())].chars());
        let now: String = text.iter().collect();
        client.change(A, version, json!([{ "text": now }]));
        let answer = difference(&mut client, &name);
        let sent = apply(&mut tokens, &answer);
        name = answer["resultId"].clone();
        let whole = all(&mut client);
        assert_eq!(tokens, whole, "after {now:?}");
        short += usize::from(sent * 2 < whole.len());
    }
    assert!(short > 60, "most differences are short: {short}");
    client.goodbye();
}

#[test]
fn where_nothing_differs_nothing_is_sent_and_a_line_above_is_one_token() {
    let mut client = Client::new(&[], json!({}));
    client.open(A, 1, TEXT);
    let first = client.ask("textDocument/semanticTokens/full", document()).unwrap();
    let same = difference(&mut client, &first["resultId"]);
    assert_eq!(same["edits"], json!([]));
    client.change(A, 2, json!([{ "range": range([2, 0], [2, 0]), "text": "\n" }]));
    let moved = difference(&mut client, &same["resultId"]);
    assert_eq!(apply(&mut numbers(&first["data"]), &moved), 5);
    // A client that took its question back has the answer before.
    let id = client.begin("textDocument/semanticTokens/full/delta", {
        let mut params = document();
        params["previousResultId"] = moved["resultId"].clone();
        params
    });
    client.tell("$/cancelRequest", json!({ "id": id }));
    let _ = client.answer(id);
    assert_eq!(difference(&mut client, &moved["resultId"])["edits"], json!([]));
    client.goodbye();
}

#[test]
fn who_has_an_answer_that_is_not_known_any_more_is_told_everything() {
    let mut client = Client::new(&[], json!({}));
    client.open(A, 1, TEXT);
    let whole = all(&mut client);
    let first = client.ask("textDocument/semanticTokens/full", document()).unwrap();
    client.close(A);
    client.open(A, 1, TEXT);
    for name in [&json!("never told"), &first["resultId"]] {
        let answer = difference(&mut client, name);
        assert_eq!(numbers(&answer["data"]), whole, "{name}");
        assert!(answer["resultId"].is_string());
    }
    client.goodbye();
}

#[test]
fn a_part_has_the_tokens_that_are_in_it() {
    let mut client = Client::new(&[], json!({}));
    client.open(A, 1, TEXT);
    let options = client.capabilities["semanticTokensProvider"].clone();
    assert_eq!((&options["range"], &options["full"]["delta"]), (&json!(true), &json!(true)));
    let mut part = document();
    part["range"] = range([4, 0], [5, 0]);
    let found = client.ask("textDocument/semanticTokens/range", part).unwrap();
    let data = numbers(&found["data"]);
    assert_eq!((data.len(), &data[..3]), (10, &[4, 2, 4][..]), "`wait` and `1d`");
    client.goodbye();
}
