//! One question of each kind, with its answer as a client gets it. What is in the answers is
//! tested where they are found, in `journey-ide`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{Client, folder, range, uri};
use serde_json::{Value, json};

const SCHEMA: &str = "\
/// Somebody bought something.
event bought { total: number }
";

const JOURNEY: &str = "\
journey thanks {
  entry event bought
  wait 1d
  exit done
}

journey again {
  entry manual
  enter thanks()
  exit done
}
";

/// A client with a workspace of two files, one of them open.
fn started(capabilities: Value) -> (tempfile::TempDir, Client, String, String) {
    let folder =
        folder(&[("journey.toml", ""), ("schema.journey", SCHEMA), ("a.journey", JOURNEY)]);
    let (a, schema) = (folder.path().join("a.journey"), folder.path().join("schema.journey"));
    let mut client = Client::new(&[folder.path()], capabilities);
    client.open(&uri(&a), 1, JOURNEY);
    client.findings_at(&uri(&a), 1);
    (folder, client, uri(&a), uri(&schema))
}

fn at(document: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": document }, "position": { "line": line, "character": character } })
}

#[test]
fn names_lead_to_where_they_are_declared_and_used() {
    let (_folder, mut client, a, schema) = started(json!({}));
    let bought = at(&a, 1, 15);
    let found = client.ask("textDocument/definition", bought.clone()).unwrap();
    assert_eq!(found[0]["uri"], schema);
    assert_eq!(found[0]["range"], range([1, 6], [1, 12]));
    let hover = client.ask("textDocument/hover", bought.clone()).unwrap();
    assert_eq!(hover["range"], range([1, 14], [1, 20]));
    assert_eq!(hover["contents"]["kind"], "markdown");
    assert!(hover["contents"]["value"].as_str().unwrap().contains("Somebody bought something."));
    let mut uses = bought.clone();
    uses["context"] = json!({ "includeDeclaration": false });
    let uses = client.ask("textDocument/references", uses).unwrap();
    assert_eq!(uses, json!([{ "uri": a, "range": range([1, 14], [1, 20]) }]));
    let marked = client.ask("textDocument/documentHighlight", bought.clone()).unwrap();
    assert_eq!(marked.as_array().unwrap().len(), 1);

    assert_eq!(
        client.ask("textDocument/prepareRename", bought.clone()).unwrap(),
        range([1, 14], [1, 20])
    );
    let mut rename = bought;
    rename["newName"] = json!("order");
    let edit = client.ask("textDocument/rename", rename.clone()).unwrap();
    let mut changed: Vec<&String> = edit["changes"].as_object().unwrap().keys().collect();
    changed.sort();
    assert_eq!(changed, [&a, &schema]);
    rename["newName"] = json!("no name");
    let refused = client.ask("textDocument/rename", rename).unwrap_err();
    assert_eq!(refused["code"], -32803);
    assert!(refused["message"].as_str().unwrap().contains("`no name` is no name"));
    client.goodbye();
}

#[test]
fn edits_have_the_versions_of_their_documents_where_the_client_knows_them() {
    let (_folder, mut client, a, schema) =
        started(json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } }));
    let mut rename = at(&a, 1, 15);
    rename["newName"] = json!("order");
    let edit = client.ask("textDocument/rename", rename).unwrap();
    let documents: Vec<&Value> =
        edit["documentChanges"].as_array().unwrap().iter().map(|it| &it["textDocument"]).collect();
    assert!(documents.contains(&&json!({ "uri": a, "version": 1 })), "{edit}");
    assert!(documents.contains(&&json!({ "uri": schema, "version": null })), "{edit}");
    client.goodbye();
}

#[test]
fn what_can_be_written_replaces_the_word_so_far() {
    for snippets in [false, true] {
        let (_folder, mut client, a, _) = started(
            json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": snippets } } } }),
        );
        client.change(&a, 2, json!([{ "range": range([1, 14], [1, 20]), "text": "bou" }]));
        let found = client.ask("textDocument/completion", at(&a, 1, 17)).unwrap();
        let items = found["items"].as_array().unwrap();
        let bought = items.iter().find(|it| it["label"] == "bought").expect("it fits");
        assert_eq!(bought["textEdit"]["range"], range([1, 14], [1, 17]));
        assert_eq!(bought["textEdit"]["newText"], "bought");
        let all = client.ask("textDocument/completion", at(&a, 2, 2)).unwrap();
        let has_snippets =
            all["items"].as_array().unwrap().iter().any(|it| it["insertTextFormat"] == 2);
        assert_eq!(has_snippets, snippets);
        let dollars = |it: &Value| it["textEdit"]["newText"].as_str().unwrap().contains('$');
        assert!(snippets || !all["items"].as_array().unwrap().iter().any(dollars));
        client.goodbye();
    }
}

#[test]
fn files_have_outlines_folds_colours_and_selections() {
    let outlines = json!({ "documentSymbol": { "hierarchicalDocumentSymbolSupport": true }, "foldingRange": { "lineFoldingOnly": true } });
    let (_folder, mut client, a, _) = started(json!({ "textDocument": outlines }));
    let document = json!({ "textDocument": { "uri": a } });
    let symbols = client.ask("textDocument/documentSymbol", document.clone()).unwrap();
    assert_eq!((&symbols[0]["name"], &symbols[1]["name"]), (&json!("thanks"), &json!("again")));
    assert!(!symbols[0]["children"].as_array().unwrap().is_empty());
    let folds = client.ask("textDocument/foldingRange", document.clone()).unwrap();
    assert_eq!((&folds[0]["startLine"], &folds[0]["endLine"]), (&json!(0), &json!(3)));
    let tokens = client.ask("textDocument/semanticTokens/full", document).unwrap();
    let data = tokens["data"].as_array().unwrap();
    assert_eq!(data.len() % 5, 0);
    let types = &client.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"];
    let first = &types[data[3].as_u64().unwrap() as usize];
    assert_eq!((first, &data[2]), (&json!("keyword"), &json!(7)), "journey");
    let mut place = json!({ "textDocument": { "uri": a }, "positions": [{ "line": 1, "character": 15 }, { "line": 99, "character": 0 }] });
    let selections = client.ask("textDocument/selectionRange", place.take()).unwrap();
    assert_eq!(selections.as_array().unwrap().len(), 2);
    assert_eq!(selections[0]["range"], range([1, 14], [1, 20]));
    client.goodbye();
}

#[test]
fn findings_are_mended_by_actions() {
    let literal = json!({ "textDocument": { "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } } } });
    let (_folder, mut client, a, _) = started(literal);
    client.change(&a, 2, json!([{ "range": range([1, 14], [1, 20]), "text": "bougth" }]));
    let finding = client.findings_at(&a, 2).remove(0);
    let params = json!({ "textDocument": { "uri": a }, "range": finding["range"], "context": { "diagnostics": [finding], "only": ["quickfix"] } });
    let actions = client.ask("textDocument/codeAction", params).unwrap();
    let action = &actions[0];
    assert_eq!(action["kind"], "quickfix");
    // No more than what is wrong is replaced.
    assert_eq!(action["edit"]["changes"][&a][0]["newText"], "ht");
    assert_eq!(action["diagnostics"][0]["message"], finding["message"]);
    client.goodbye();
}

#[test]
fn lenses_say_what_they_lead_to_when_they_are_seen() {
    let (_folder, mut client, a, _) = started(json!({}));
    let lenses =
        client.ask("textDocument/codeLens", json!({ "textDocument": { "uri": a } })).unwrap();
    let lens = lenses[0].clone();
    assert!(lens.get("command").is_none(), "{lens}");
    let resolved = client.ask("codeLens/resolve", lens).unwrap();
    assert!(
        resolved["command"]["title"].as_str().unwrap().contains("started by 1 journey"),
        "{resolved}"
    );
    let foreign =
        client.ask("codeLens/resolve", json!({ "range": range([0, 0], [0, 1]), "data": 7 }));
    assert_eq!(foreign.unwrap_err()["code"], -32602);
    client.goodbye();
}

#[test]
fn a_lens_that_an_edit_overtook_is_asked_for_again() {
    let (_folder, mut client, a, _) = started(json!({}));
    let asked = json!({ "textDocument": { "uri": a } });
    let lenses = client.ask("textDocument/codeLens", asked.clone()).unwrap();
    let line = json!({ "range": range([0, 0], [0, 0]), "text": "// Above.\n" });
    client.change(&a, 2, json!([line]));
    let late = client.ask("codeLens/resolve", lenses[0].clone());
    assert_eq!(late.unwrap_err()["code"], -32801);
    let lenses = client.ask("textDocument/codeLens", asked).unwrap();
    let resolved = client.ask("codeLens/resolve", lenses[0].clone()).unwrap();
    assert!(resolved["command"]["title"].is_string(), "{resolved}");
    client.goodbye();
}

#[test]
fn a_test_says_above_itself_whether_it_passes() {
    let (_folder, mut client, a, _) = started(json!({}));
    let test = |outcome: &str| {
        format!(
            "journey short {{\n  entry manual\n  wait 1d\n  exit done\n  }}\ntest \"it ends\" {{\n  journey short\n  at 2026-01-05T09:00Z\n  enter()\n  after {outcome}\n  expect exit done\n}}\n"
        )
    };
    let title = |client: &mut Client, version: i64, text: &str| {
        client.change(&a, version, json!([{ "text": text }]));
        let asked = json!({ "textDocument": { "uri": a } });
        let lenses = client.ask("textDocument/codeLens", asked).unwrap();
        let lens = lenses.as_array().unwrap().iter().find(|it| it["data"]["kind"] == "test");
        let resolved = client.ask("codeLens/resolve", lens.unwrap().clone()).unwrap();
        resolved["command"]["title"].as_str().unwrap().to_owned()
    };
    assert_eq!(title(&mut client, 2, &test("2d")), "✓ passed: 1 expectation held");
    let failed = title(&mut client, 3, &test("1h"));
    assert!(failed.starts_with("✗ failed at `expect exit done`: "), "{failed}");
    assert_eq!(title(&mut client, 4, &test("1h").replace("exit done", "exit")), "Run test");
    client.goodbye();
}

#[test]
fn journeys_that_start_others_are_their_callers() {
    let (_folder, mut client, a, _) = started(json!({}));
    let found = client.ask("textDocument/prepareCallHierarchy", at(&a, 0, 10)).unwrap();
    assert_eq!(found[0]["name"], "thanks");
    let callers = client.ask("callHierarchy/incomingCalls", json!({ "item": found[0] })).unwrap();
    assert_eq!(callers[0]["from"]["name"], "again");
    assert_eq!(callers[0]["fromRanges"], json!([range([8, 8], [8, 14])]));
    let callees = json!({ "item": callers[0]["from"] });
    let callees = client.ask("callHierarchy/outgoingCalls", callees).unwrap();
    assert_eq!(callees[0]["to"]["name"], "thanks");
    client.goodbye();
}

#[test]
fn the_canvas_gets_pictures_and_its_edits_are_those_of_the_text() {
    let (_folder, mut client, a, _) = started(json!({}));
    let asked = json!({ "textDocument": { "uri": a }, "journey": "thanks", "collapsed": [], "direction": "down" });
    let picture = client.ask("journey/canvas", asked.clone()).unwrap();
    assert_eq!(picture["stale"], false);
    let wait = &picture["tiles"][0];
    assert_eq!((&wait["kind"], &wait["span"]), (&json!("wait"), &range([2, 2], [2, 9])));
    let tile = client.ask("journey/tileAt", at(&a, 2, 4)).unwrap();
    assert_eq!(tile, json!({ "journey": "thanks", "key": wait["key"] }));
    let about = json!({ "textDocument": { "uri": a }, "tile": tile });
    assert_eq!(client.ask("journey/rangeOf", about.clone()).unwrap(), wait["span"]);
    assert_eq!(client.ask("journey/form", about).unwrap()["span"], wait["span"]);
    let selected = json!({ "textDocument": { "uri": a }, "range": range([2, 3], [3, 4]) });
    assert_eq!(client.ask("journey/runAt", selected).unwrap()["first"], tile);

    let op = json!({ "op": "remove", "tile": wait["key"] });
    let mut edit =
        json!({ "textDocument": { "uri": a }, "version": 1, "journey": "thanks", "op": op });
    let done = client.ask("journey/edit", edit.clone()).unwrap();
    assert_eq!(done["edits"], json!([{ "range": range([2, 2], [3, 2]), "newText": "" }]));
    client.change(
        &a,
        2,
        done["edits"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| json!({ "range": it["range"], "text": it["newText"] }))
            .collect(),
    );
    // The picture is of another text now.
    assert_eq!(client.ask("journey/edit", edit.clone()).unwrap_err()["code"], -32801);
    edit["version"] = json!(2);
    let refused = client.ask("journey/edit", edit).unwrap_err();
    assert_eq!((&refused["code"], &refused["data"]["reason"]), (&json!(-32803), &json!("noTile")));
    assert_eq!(client.ask("journey/canvas", asked).unwrap()["tiles"].as_array().unwrap().len(), 1);
    client.goodbye();
}

#[test]
fn what_got_a_name_can_be_renamed_right_away_where_the_client_says_that_it_can() {
    let text = "event bought { total: number }\njourney a {\n  entry event bought as it\n  \
        branch { when it.total > 25 { exit much } }\n  exit done\n}\n";
    let literal = json!({ "codeActionKind": { "valueSet": [] } });
    let can = json!({ "textDocument": { "codeAction": { "codeActionLiteralSupport": literal } } });
    for commands in [json!([]), json!(["journey.rename"])] {
        let mut client = Client::silent(journey_lsp::Options::default());
        let options = json!({ "commands": commands });
        client
            .ask("initialize", json!({ "capabilities": can, "initializationOptions": options }))
            .unwrap();
        client.tell("initialized", json!({}));
        client.open("untitled:a", 1, text);
        let params = json!({
            "textDocument": { "uri": "untitled:a" }, "range": range([3, 27], [3, 29]),
            "context": { "diagnostics": [], "only": ["refactor.extract"] },
        });
        let actions = client.ask("textDocument/codeAction", params).unwrap();
        let actions = actions.as_array().unwrap();
        let action = actions.iter().find(|it| it["title"].as_str().unwrap().contains("constant"));
        let action = action.unwrap_or_else(|| panic!("{actions:#?}"));
        if commands == json!([]) {
            assert!(action.get("command").is_none(), "{action}");
        } else {
            assert_eq!(action["command"]["command"], "journey.rename");
            let changes: Vec<Value> = action["edit"]["changes"]["untitled:a"]
                .as_array()
                .unwrap()
                .iter()
                .rev()
                .map(|it| json!({ "range": it["range"], "text": it["newText"] }))
                .collect();
            client.change("untitled:a", 2, json!(changes));
            let place = &action["command"]["arguments"][1];
            let rename = json!({ "textDocument": { "uri": "untitled:a" }, "position": place, "newName": "lots" });
            let edit = client.ask("textDocument/rename", rename).unwrap();
            // The declaration and its use.
            assert_eq!(edit["changes"]["untitled:a"].as_array().unwrap().len(), 2, "{edit}");
        }
        client.goodbye();
    }
}
