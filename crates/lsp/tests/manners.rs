//! Questions that make no sense, or come too late: each is answered as the protocol has it, and the
//! next one is served.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{Client, folder, range, said, uri};
use serde_json::{Value, json};

const TEXT: &str = "journey a {\n  entry manual\n  wait 1d\n  exit done\n}\n";

/// Every question about a document, with where it is asked and what selects something in it.
fn questions(document: &str, at: [u32; 2], within: &Value) -> Vec<(&'static str, Value)> {
    let place = json!({ "line": at[0], "character": at[1] });
    let params = |more: Value| {
        let mut params = json!({ "textDocument": { "uri": document } });
        let more = more.as_object().unwrap().clone();
        params.as_object_mut().unwrap().extend(more);
        params
    };
    let position = || params(json!({ "position": place }));
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let item = json!({
        "name": "a", "kind": 3, "uri": document, "range": within, "selectionRange": within,
    });
    let tile = json!({ "journey": "a", "key": "wait_1" });
    vec![
        ("textDocument/completion", position()),
        ("textDocument/hover", position()),
        ("textDocument/signatureHelp", position()),
        ("textDocument/definition", position()),
        ("textDocument/declaration", position()),
        ("textDocument/typeDefinition", position()),
        (
            "textDocument/references",
            params(json!({ "position": place, "context": { "includeDeclaration": true } })),
        ),
        ("textDocument/documentHighlight", position()),
        ("textDocument/documentSymbol", params(json!({}))),
        (
            "textDocument/codeAction",
            params(json!({ "range": within, "context": { "diagnostics": [] } })),
        ),
        ("textDocument/codeLens", params(json!({}))),
        ("textDocument/documentLink", params(json!({}))),
        ("textDocument/foldingRange", params(json!({}))),
        ("textDocument/selectionRange", params(json!({ "positions": [place] }))),
        ("textDocument/inlayHint", params(json!({ "range": within }))),
        ("textDocument/formatting", params(json!({ "options": options }))),
        ("textDocument/rangeFormatting", params(json!({ "range": within, "options": options }))),
        (
            "textDocument/onTypeFormatting",
            params(json!({ "position": place, "ch": "\n", "options": options })),
        ),
        ("textDocument/semanticTokens/full", params(json!({}))),
        ("textDocument/semanticTokens/full/delta", params(json!({ "previousResultId": "1" }))),
        ("textDocument/semanticTokens/range", params(json!({ "range": within }))),
        ("textDocument/prepareCallHierarchy", position()),
        ("callHierarchy/incomingCalls", json!({ "item": item })),
        ("callHierarchy/outgoingCalls", json!({ "item": item })),
        ("journey/canvas", params(json!({ "journey": "a", "collapsed": [], "direction": "down" }))),
        ("journey/form", params(json!({ "tile": tile }))),
        ("journey/rangeOf", params(json!({ "tile": tile }))),
        ("journey/tileAt", position()),
        ("journey/runAt", params(json!({ "range": within }))),
    ]
}

/// Questions that cannot be answered where there is nothing, and what is said instead.
fn refused(document: &str) -> Vec<(&'static str, Value, i64)> {
    let text_document = json!({ "uri": document });
    let lens = json!({
        "range": range([0, 8], [0, 9]), "data": { "uri": document, "kind": "journey" },
    });
    let op = json!({ "op": "remove", "tile": "wait_1" });
    vec![
        ("codeLens/resolve", lens, -32801),
        (
            "journey/edit",
            json!({ "textDocument": text_document, "version": 1, "journey": "a", "op": op }),
            -32803,
        ),
    ]
}

fn diagnostics(document: &str) -> Value {
    json!({ "textDocument": { "uri": document }, "identifier": "journey" })
}

/// A client that asks for findings.
fn pulling() -> Value {
    json!({
        "textDocument": {
            "diagnostic": {},
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } },
        },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    })
}

#[test]
fn of_a_document_that_there_is_not_nothing_is_said() {
    let folder = folder(&[("journey.toml", ""), ("a.journey", TEXT)]);
    let outside = common::folder(&[("b.journey", TEXT)]);
    let mut client = Client::new(&[folder.path()], pulling());
    for document in [
        uri(&folder.path().join("unknown.journey")),
        uri(&outside.path().join("b.journey")),
        "untitled:Untitled-1".to_owned(),
        "git:/a.journey?HEAD".to_owned(),
        "file://elsewhere/a.journey".to_owned(),
        // A configuration that is not open, and of no workspace.
        uri(&outside.path().join("journey.toml")),
    ] {
        for (method, params) in questions(&document, [0, 0], &range([0, 0], [1, 0])) {
            let answer = client.ask(method, params);
            assert_eq!(answer, Ok(Value::Null), "{method} of {document}");
        }
        let place = json!({ "line": 0, "character": 0 });
        let mut rename = json!({ "textDocument": { "uri": document }, "position": place });
        assert_eq!(client.ask("textDocument/prepareRename", rename.clone()), Ok(Value::Null));
        rename["newName"] = json!("b");
        assert_eq!(client.ask("textDocument/rename", rename), Ok(Value::Null));
        for (method, params, code) in refused(&document) {
            assert_eq!(client.ask(method, params).unwrap_err()["code"], code, "{method}");
        }
        let report = client.ask("textDocument/diagnostic", diagnostics(&document)).unwrap();
        assert_eq!((&report["kind"], &report["items"]), (&json!("full"), &json!([])), "{document}");
        let mut again = diagnostics(&document);
        again["previousResultId"] = report["resultId"].clone();
        let again = client.ask("textDocument/diagnostic", again).unwrap();
        assert_eq!(again["kind"], "unchanged");
    }
    client.goodbye();
}

#[test]
fn of_a_configuration_what_is_wrong_with_it_is_said_and_nothing_else() {
    let folder = folder(&[("journey.toml", "[lints]\nunsued = \"deny\"\n"), ("a.journey", TEXT)]);
    let config = uri(&folder.path().join("journey.toml"));
    let mut client = Client::new(&[folder.path()], pulling());
    for open in [false, true] {
        if open {
            client.open(&config, 1, "[lints]\nunussed = \"deny\"\n");
        }
        let report = client.ask("textDocument/diagnostic", diagnostics(&config)).unwrap();
        let wanted = if open { "there is no lint `unussed`" } else { "there is no lint `unsued`" };
        assert!(said(&report["items"][0]).contains(wanted), "{report}");
        for (method, params) in questions(&config, [1, 2], &range([0, 0], [1, 0])) {
            assert_eq!(client.ask(method, params), Ok(Value::Null), "{method}");
        }
        for (method, params, code) in refused(&config) {
            assert_eq!(client.ask(method, params).unwrap_err()["code"], code, "{method}");
        }
    }
    // Who asks for findings is told to ask again when it is mended.
    client.change(&config, 2, json!([{ "text": "" }]));
    client.wait(|it| it["method"] == "workspace/diagnostic/refresh");
    let report = client.ask("textDocument/diagnostic", diagnostics(&config)).unwrap();
    assert_eq!(report["items"], json!([]));
    client.goodbye();
}

#[test]
fn places_that_are_not_in_the_text_are_the_nearest_that_are() {
    let mut client = Client::new(&[], pulling());
    client.open("untitled:a", 1, TEXT);
    let far = u32::MAX;
    for (at, within) in [
        ([far, far], range([far, far], [far, far])),
        ([2, far], range([2, far], [2, far])),
        // From behind to before, and half out of the text.
        ([0, 0], range([4, 0], [0, 0])),
        ([9, 9], range([9, 9], [1, 3])),
    ] {
        for (method, params) in questions("untitled:a", at, &within) {
            let answer = client.ask(method, params);
            assert!(answer.is_ok(), "{method} at {at:?}, {within}: {answer:?}");
        }
    }
    // A selection that was made from behind is that selection.
    let action = |client: &mut Client, within: Value| {
        let params = json!({
            "textDocument": { "uri": "untitled:a" }, "range": within, "context": { "diagnostics": [] },
        });
        client.ask("textDocument/codeAction", params).unwrap()
    };
    let forward = action(&mut client, range([2, 2], [3, 11]));
    assert!(!forward.as_array().unwrap().is_empty());
    assert_eq!(forward, action(&mut client, range([3, 11], [2, 2])));
    // So is a change.
    client.change(
        "untitled:a",
        2,
        json!([{ "range": range([3, 11], [2, 2]), "text": "exit sold" }]),
    );
    let symbols = json!({ "textDocument": { "uri": "untitled:a" }, "positions": [{ "line": 2, "character": 8 }] });
    let found = client.ask("textDocument/selectionRange", symbols).unwrap();
    assert_eq!(found[0]["range"], range([2, 7], [2, 11]), "`sold`");
    client.goodbye();
}

#[test]
fn what_was_asked_before_a_document_was_closed_is_void_and_afterwards_the_disk_counts() {
    let folder = folder(&[("journey.toml", ""), ("a.journey", TEXT)]);
    let a = uri(&folder.path().join("a.journey"));
    let mut client = Client::new(&[folder.path()], json!({}));
    client.open(&a, 1, "journey other { entry manual exit done }");
    client.findings_at(&a, 1);
    let params = json!({ "textDocument": { "uri": a } });
    let asked = client.begin("textDocument/documentSymbol", params.clone());
    client.close(&a);
    let after = client.begin("textDocument/documentSymbol", params);
    match client.answer(asked) {
        Ok(found) => assert_eq!(found[0]["name"], "other"),
        Err(error) => assert_eq!(error["code"], -32801),
    }
    assert_eq!(client.answer(after).unwrap()[0]["name"], "a");
    // A file that is deleted then has no findings, and nobody is told of a mistake.
    std::fs::remove_file(folder.path().join("a.journey")).unwrap();
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": a, "type": 3 }] }));
    let report = client.ask("textDocument/diagnostic", diagnostics(&a)).unwrap();
    assert_eq!(report["items"], json!([]));
    client.goodbye();
}

/// What a client is told of a mistake of its own.
fn warned(client: &mut Client, of: &str) {
    let message = client.wait(|it| it["method"] == "window/logMessage");
    assert_eq!(message["params"]["type"], 2);
    let text = message["params"]["message"].as_str().unwrap();
    assert!(text.contains(of), "{text}");
}

#[test]
fn documents_that_are_opened_changed_and_closed_out_of_turn_do_no_harm() {
    let mut client = Client::new(&[], json!({}));
    let names = |client: &mut Client| -> Vec<String> {
        let params = json!({ "textDocument": { "uri": "untitled:a" } });
        match client.ask("textDocument/documentSymbol", params).unwrap() {
            Value::Null => Vec::new(),
            found => {
                let names = found.as_array().unwrap().iter();
                names.map(|it| it["name"].as_str().unwrap().to_owned()).collect()
            }
        }
    };
    // Changed, and closed, without having been opened.
    client.change("untitled:a", 1, json!([{ "text": "event x {}" }]));
    warned(&mut client, "untitled:a was changed and is not open");
    client.close("untitled:a");
    assert_eq!(names(&mut client), Vec::<String>::new());
    // Opened twice: the second text counts, whatever its version.
    client.open("untitled:a", 7, "event one {}");
    client.open("untitled:a", 1, "event two {}");
    assert_eq!(names(&mut client), ["two"]);
    // A change to an older text is left out, and the next one is made.
    client.change("untitled:a", 3, json!([{ "text": "event three {}" }]));
    client.change("untitled:a", 2, json!([{ "range": range([0, 0], [0, 5]), "text": "journey" }]));
    warned(&mut client, "version 2 came after version 3");
    assert_eq!(names(&mut client), ["three"]);
    client.change("untitled:a", 4, json!([{ "text": "event four {}" }]));
    assert_eq!(names(&mut client), ["four"]);
    assert!(client.findings_at("untitled:a", 4).len() == 1, "nothing uses it");
    // Closed twice: its findings are taken back once.
    client.close("untitled:a");
    client.close("untitled:a");
    client.until(|found| found["untitled:a"].is_empty());
    assert_eq!(names(&mut client), Vec::<String>::new());
    client.goodbye();
}
