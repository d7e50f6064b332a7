//! Documents: opened, edited in either encoding, closed; and what is said of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{Client, folder, range, said, uri};
use serde_json::{Value, json};

/// What a client has that counts bytes.
fn utf8() -> Value {
    json!({ "general": { "positionEncodings": ["utf-32", "utf-8"] } })
}

/// The text as the server has it, seen from its canonical form: all of it is one edit away.
fn formatted(client: &mut Client, document: &str, before: &str, encoding: &str) -> String {
    let params = json!({ "textDocument": { "uri": document }, "options": { "tabSize": 2, "insertSpaces": true } });
    let edits = client.ask("textDocument/formatting", params).unwrap();
    let mut text = before.to_owned();
    for edit in edits.as_array().unwrap().iter().rev() {
        let offset = |at: &Value| {
            let line = at["line"].as_u64().unwrap() as usize;
            let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
            let column = at["character"].as_u64().unwrap() as usize;
            let mut units = 0;
            for (at, character) in text[start..].char_indices() {
                if units >= column {
                    return start + at;
                }
                units +=
                    if encoding == "utf-8" { character.len_utf8() } else { character.len_utf16() };
            }
            text.len()
        };
        let (start, end) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
        text.replace_range(start..end, edit["newText"].as_str().unwrap());
    }
    text
}

#[test]
fn edits_are_counted_in_what_was_agreed_on() {
    for (capabilities, encoding) in [(json!({}), "utf-16"), (utf8(), "utf-8")] {
        let mut client = Client::new(&[], capabilities);
        assert_eq!(client.capabilities["positionEncoding"], encoding);
        let text = "// 😀é\r\nevent  _a {}\r\njourney j \"😀\" { entry event b exit done }\r\n";
        client.open("untitled:a", 1, text);
        let found = client.findings_at("untitled:a", 1);
        let [finding] = found.as_slice() else { panic!("{found:?}") };
        assert!(said(finding).contains("there is no event `b`"), "{found:?}");
        // Behind the emoji columns differ.
        let column = if encoding == "utf-8" { 31 } else { 29 };
        assert_eq!(finding["range"], range([2, column], [2, column + 1]));
        let changes = json!([{ "range": range([2, column], [2, column + 1]), "text": "_a" }]);
        client.change("untitled:a", 2, changes);
        assert_eq!(client.findings_at("untitled:a", 2), Vec::<Value>::new());
        let before = text.replace("event b", "event _a");
        let after = formatted(&mut client, "untitled:a", &before, encoding);
        assert!(after.starts_with("// 😀é\r\nevent _a {}\r\n"), "{after}");
        client.goodbye();
    }
}

#[test]
fn what_comes_too_late_is_left_out() {
    let mut client = Client::new(&[], json!({}));
    client.open("untitled:a", 5, "event a {}");
    client.change("untitled:a", 4, json!([{ "text": "broken" }]));
    client.change("untitled:a", 5, json!([{ "range": range([0, 0], [0, 1]), "text": "" }]));
    client.change("untitled:unknown", 1, json!([{ "text": "x" }]));
    client.close("untitled:unknown");
    client.change("untitled:a", 9, json!([{ "range": range([0, 6], [0, 7]), "text": "b" }]));
    assert_eq!(client.findings_at("untitled:a", 9).len(), 1);
    assert!(said(&client.findings["untitled:a"][0]).contains("`b`"));
    let complaint = client.wait(|it| it["method"] == "window/logMessage");
    assert!(
        complaint["params"]["message"].as_str().unwrap().contains("version 4 came after version 5")
    );
    client.goodbye();
}

#[test]
fn a_document_may_be_opened_again_and_closed() {
    let mut client = Client::new(&[], json!({}));
    client.open("untitled:a", 1, "event a");
    assert!(!client.findings_at("untitled:a", 1).is_empty());
    client.open("untitled:a", 2, "");
    assert!(client.findings_at("untitled:a", 2).is_empty());
    client.change("untitled:a", 3, json!([{ "text": "event a" }]));
    assert!(!client.findings_at("untitled:a", 3).is_empty());
    client.close("untitled:a");
    client.until(|found| found["untitled:a"].is_empty());
    let document = json!({ "textDocument": { "uri": "untitled:a" } });
    assert_eq!(client.ask("textDocument/foldingRange", document), Ok(Value::Null), "it is gone");
    client.goodbye();
}

#[test]
fn a_file_of_the_workspace_is_the_editors_while_it_is_open_and_the_disks_after() {
    let folder = folder(&[
        ("journey.toml", ""),
        ("schema.journey", "event bought {}"),
        ("a.journey", "journey a { entry event bought exit done }"),
    ]);
    let (schema, a) = (folder.path().join("schema.journey"), folder.path().join("a.journey"));
    let mut client = Client::new(&[folder.path()], json!({}));
    client.open(&uri(&schema), 1, "event sold {}");
    client.until(|found| found.get(&uri(&a)).is_some_and(|it| it.len() == 1));
    assert!(said(&client.findings[&uri(&a)][0]).contains("there is no event `bought`"));
    client.close(&uri(&schema));
    client.until(|found| found[&uri(&a)].is_empty());
    // One that is not saved yet belongs to the workspace of its folder.
    let more = uri(&folder.path().join("new file.journey"));
    client.open(&more, 1, "journey b { entry event bought exit done }");
    assert_eq!(client.findings_at(&more, 1), Vec::<Value>::new());
    client.close(&more);
    client.goodbye();
}

#[test]
fn nothing_is_said_twice() {
    let folder = folder(&[
        ("journey.toml", ""),
        ("schema.journey", "event bought {}"),
        ("a.journey", "journey a { entry event sold exit done }"),
        ("b.journey", "journey b { entry event bought exit done }"),
    ]);
    let path = |name: &str| uri(&folder.path().join(name));
    let mut client = Client::new(&[folder.path()], json!({}));
    client.open(&path("b.journey"), 1, "journey b { entry event bought exit done }");
    client.until(|found| found.len() == 2);
    let before = client.told.clone();
    for version in 2..6 {
        let text = format!("// {version}\njourney b {{ entry event bought exit done }}");
        client.change(&path("b.journey"), version, json!([{ "text": text }]));
        client.findings_at(&path("b.journey"), version);
    }
    client.ask("workspace/symbol", json!({ "query": "" })).unwrap();
    assert_eq!(client.told[&path("a.journey")], before[&path("a.journey")]);
    assert!(client.told[&path("b.journey")] >= before[&path("b.journey")] + 4);
    client.goodbye();
}

#[test]
fn findings_have_all_that_a_client_can_show() {
    let folder = folder(&[
        ("journey.toml", ""),
        ("schema.journey", "event bought {}\nevent bought {}\nevent idle {}\n"),
        ("a.journey", "journey a { entry event bougth exit done }"),
    ]);
    let capabilities = json!({
        "textDocument": { "publishDiagnostics": { "relatedInformation": true } },
    });
    let mut client = Client::silent(journey_lsp::Options::default());
    let params = json!({
        "capabilities": capabilities,
        "rootUri": uri(folder.path()),
        "initializationOptions": { "pages": "https://example.com/errors/" },
    });
    client.ask("initialize", params).unwrap();
    client.tell("initialized", json!({}));
    let (schema, a) = (folder.path().join("schema.journey"), folder.path().join("a.journey"));
    client.until(|found| found.len() == 2);
    let found = client.findings[&uri(&schema)].clone();
    let twice = found.iter().find(|it| said(it).contains("declared twice")).unwrap();
    assert_eq!(twice["severity"], 1);
    assert_eq!(twice["source"], "journey");
    assert_eq!(twice["codeDescription"]["href"], "https://example.com/errors/J0102.md");
    assert_eq!(twice["relatedInformation"][0]["message"], "first here");
    assert_eq!(twice["relatedInformation"][0]["location"]["range"], range([0, 6], [0, 12]));
    let idle = found.iter().find(|it| said(it).contains("never used")).unwrap();
    assert_eq!((&idle["severity"], &idle["tags"]), (&json!(2), &json!([1])));
    let unknown = client.findings[&uri(&a)][0].clone();
    let fix = &unknown["data"]["fixes"][0];
    assert_eq!(fix["edit"]["changes"][uri(&a)][0]["newText"], "bought", "{unknown}");
    client.goodbye();
}

#[test]
fn who_asks_for_findings_is_not_told_them() {
    let folder = folder(&[
        ("journey.toml", "[lints]\nnonsense = \"deny\"\n"),
        ("schema.journey", "event bought {}"),
        ("a.journey", "journey a { entry event sold exit done }"),
    ]);
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let a = uri(&folder.path().join("a.journey"));
    let mut client = Client::new(&[folder.path()], capabilities);
    assert_eq!(client.capabilities["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.open(&a, 1, "journey a { entry event sold exit done }");
    let document = json!({ "textDocument": { "uri": a } });
    let first = client.ask("textDocument/diagnostic", document.clone()).unwrap();
    assert_eq!((&first["kind"], first["items"].as_array().unwrap().len()), (&json!("full"), 1));
    let mut again = document;
    again["previousResultId"] = first["resultId"].clone();
    assert_eq!(client.ask("textDocument/diagnostic", again).unwrap()["kind"], "unchanged");
    let all = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let items = all["items"].as_array().unwrap();
    assert_eq!(items.len(), 3, "the journey, the unused event, the configuration: {all}");
    let known: Vec<Value> =
        items.iter().map(|it| json!({ "uri": it["uri"], "value": it["resultId"] })).collect();
    // The other file's edit changes what is found here, and the client is asked to look again.
    client.wait(|it| it["method"] == "workspace/diagnostic/refresh");
    let schema = uri(&folder.path().join("schema.journey"));
    client.open(&schema, 1, "event sold {}");
    client.wait(|it| it["method"] == "workspace/diagnostic/refresh");
    let all = client.ask("workspace/diagnostic", json!({ "previousResultIds": known })).unwrap();
    let kinds: Vec<&str> =
        all["items"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "unchanged").count(), 1, "{all}");
    assert!(client.findings.is_empty(), "{:?}", client.findings);
    client.goodbye();
}
