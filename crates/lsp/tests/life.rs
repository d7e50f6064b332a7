//! The life of a connection: how it begins and ends, and that nothing that is sent on it ends it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{Client, folder, range, said, uri};
use journey_lsp::{Ended, FileAccess, Options};
use serde_json::{Value, json};

#[test]
fn a_client_comes_and_goes() {
    let folder = folder(&[("journey.toml", ""), ("a.journey", "event a {}")]);
    let client = Client::new(&[folder.path()], json!({}));
    assert_eq!(client.capabilities["positionEncoding"], "utf-16");
    assert_eq!(client.capabilities["textDocumentSync"]["change"], 2);
    assert!(client.capabilities.get("diagnosticProvider").is_none(), "it is told, it need not ask");
    client.goodbye();
}

#[test]
fn one_who_just_goes_is_noticed() {
    let mut client = Client::new(&[], json!({}));
    assert_eq!(client.ended(), Ended::Abruptly);
    let mut client = Client::new(&[], json!({}));
    client.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(client.ended(), Ended::Abruptly);
}

#[test]
fn who_was_not_introduced_gets_no_answer_and_a_second_introduction_is_none() {
    let mut client = Client::silent(Options::default());
    let refused = client.ask("textDocument/hover", json!({})).unwrap_err();
    assert_eq!(refused["code"], -32002);
    client.ask("initialize", json!({ "capabilities": {} })).unwrap();
    let again = client.ask("initialize", json!({ "capabilities": {} })).unwrap_err();
    assert_eq!(again["code"], -32600);
    client.goodbye();
}

#[test]
fn garbage_is_answered_and_the_connection_lives_on() {
    let mut client = Client::new(&[], json!({}));
    let refused =
        |client: &mut Client| client.wait(|it| it["id"].is_null() && it.get("error").is_some());
    client.write_raw(b"Content-Length: 9\r\n\r\n{\"jsonrpc");
    assert_eq!(refused(&mut client)["error"]["code"], -32700);
    client.write_raw(b"Content-Length: 2\r\n\r\n\xFF\xFE");
    assert_eq!(refused(&mut client)["error"]["code"], -32700);
    client.write_raw(b"Content-Length: many\r\n\r\n");
    assert!(refused(&mut client)["error"]["message"].as_str().unwrap().contains("Content-Length"));
    client.write_raw(b"garbage\r\nContent-Length: 4\r\n\r\n[{}]");
    assert_eq!(refused(&mut client)["error"]["code"], -32600);
    let deep = "[".repeat(100_000);
    client.write_raw(format!("Content-Length: {}\r\n\r\n{deep}", deep.len()).as_bytes());
    assert_eq!(refused(&mut client)["error"]["code"], -32700);
    client.send(&json!({ "jsonrpc": "2.0", "id": 7, "result": "nobody asked" }));
    client.send(&json!({ "jsonrpc": "1.0", "id": 77, "method": "x" }));
    assert_eq!(client.answer(77).unwrap_err()["code"], -32600);
    for params in [json!(null), json!([]), json!({ "textDocument": 3 }), json!("x")] {
        client.tell("textDocument/didOpen", params.clone());
        client.tell("textDocument/didChange", params.clone());
        let wrong = client.ask("textDocument/foldingRange", params).unwrap_err();
        assert_eq!(wrong["code"], -32602);
    }
    assert_eq!(client.ask("journey/unknown", json!({})).unwrap_err()["code"], -32601);
    client.tell("$/unknown", json!({}));
    client.tell("unknown", json!({}));
    client.goodbye();
}

#[test]
fn a_panic_is_an_error_and_the_server_goes_on() {
    let mut client = Client::new(&[], json!({}));
    client.open("untitled:a", 1, "event a {\n}\n");
    for method in ["journey/panic", "journey/panicInHandler", "journey/panic", "journey/panic"] {
        let error = client.ask(method, json!({ "uri": "untitled:a" })).unwrap_err();
        assert_eq!(error["code"], -32603);
        assert!(error["message"].as_str().unwrap().contains("please report it"));
    }
    let document = json!({ "textDocument": { "uri": "untitled:a" } });
    assert_eq!(
        client.ask("textDocument/foldingRange", document).unwrap().as_array().unwrap().len(),
        1
    );
    client.goodbye();
}

#[test]
fn a_request_can_be_taken_back() {
    let folder = folder(&[("journey.toml", ""), ("a.journey", "event a {}")]);
    let mut client = Client::new(&[folder.path()], json!({}));
    client.open("untitled:a", 1, "event a {}");
    // The first is not answered before it is cancelled, as both are read together.
    let mut both = String::new();
    let document = json!({ "textDocument": { "uri": "untitled:a" } });
    for message in [
        json!({ "jsonrpc": "2.0", "id": "x", "method": "textDocument/foldingRange", "params": document }),
        json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": "x" } }),
        json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": "never asked" } }),
    ] {
        let text = message.to_string();
        both += &format!("Content-Length: {}\r\n\r\n{text}", text.len());
    }
    client.write_raw(both.as_bytes());
    let answer = client.wait(|it| it["id"] == "x");
    let cancelled = answer["error"]["code"] == -32800;
    assert!(cancelled || answer.get("result").is_some(), "{answer}");
    client.goodbye();
}

#[test]
fn a_question_that_is_taken_back_keeps_nobody_waiting() {
    let mut client = Client::new(&[], json!({}));
    client.open("untitled:a", 1, "event a {\n}\n");
    // More questions without an answer than there are threads: two of them begin.
    let asked: Vec<i64> =
        (0..20).map(|_| client.begin("journey/endless", json!({ "uri": "untitled:a" }))).collect();
    let begins = |it: &Value| it["params"]["message"] == "it has begun";
    let (first, second) = (client.wait(begins), client.wait(begins));
    assert_eq!(first, second);
    let take_back = |client: &mut Client, ids: &[i64]| {
        for id in ids {
            client.tell("$/cancelRequest", json!({ "id": id }));
        }
        for id in ids {
            assert_eq!(client.answer(*id).unwrap_err()["code"], -32800);
        }
    };
    // Those that wait are not begun any more, and those that were begun end.
    let (running, waiting) = asked.split_at(2);
    take_back(&mut client, waiting);
    take_back(&mut client, running);
    let document = json!({ "textDocument": { "uri": "untitled:a" } });
    let folds = client.ask("textDocument/foldingRange", document).unwrap();
    assert_eq!(folds.as_array().unwrap().len(), 1);
    assert!(!client.came(begins), "two questions were looked at, and no other");
    client.goodbye();
}

#[test]
fn a_question_about_what_was_changed_since_is_void() {
    let mut client = Client::new(&[], json!({}));
    client.open("untitled:a", 1, "event a {\n}\n");
    let document = json!({ "textDocument": { "uri": "untitled:a" } });
    let mut void = 0;
    for version in 2..60 {
        let before = client.begin("textDocument/foldingRange", document.clone());
        client.change("untitled:a", version, json!([{ "text": "event a {\n}\n" }]));
        let after = client.begin("textDocument/foldingRange", document.clone());
        match client.answer(before) {
            Ok(folds) => assert_eq!(folds.as_array().unwrap().len(), 1),
            Err(error) => {
                assert_eq!(error["code"], -32801);
                void += 1;
            }
        }
        assert_eq!(client.answer(after).unwrap().as_array().unwrap().len(), 1);
    }
    assert!(void > 0, "not one of them was overtaken");
    client.goodbye();
}

#[test]
fn nothing_is_executed() {
    let mut client = Client::new(&[], json!({}));
    let error = client.ask("workspace/executeCommand", json!({ "command": "rm" })).unwrap_err();
    assert_eq!(error["code"], -32602);
    client.goodbye();
}

#[test]
fn without_a_disk_what_is_open_is_one_workspace_and_nothing_else_is_read() {
    let folder =
        folder(&[("journey.toml", "[workspace]\nname = 3"), ("secret.journey", "event secret {}")]);
    let options = Options { files: FileAccess::None, ..Options::default() };
    let mut client = Client::with(options, &[folder.path()], json!({}));
    let file = |name: &str| uri(&folder.path().join(name));
    client.open(
        &file("a.journey"),
        1,
        "journey a { entry event bought exit done }\njourney b { entry event secret exit done }",
    );
    let alone = client.findings_at(&file("a.journey"), 1);
    assert_eq!(alone.len(), 2, "{alone:?}");
    client.open(&file("schema.journey"), 1, "event bought {}");
    client.until(|found| found[&file("a.journey")].len() == 1);
    assert!(said(&client.findings[&file("a.journey")][0]).contains("secret"));
    let symbols = client.ask("workspace/symbol", json!({ "query": "secret" })).unwrap();
    assert_eq!(symbols, json!([]));
    client.tell(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": file("secret.journey"), "type": 1 }] }),
    );
    let symbols = client.ask("workspace/symbol", json!({ "query": "secret" })).unwrap();
    assert_eq!(symbols, json!([]));
    client.change(&file("a.journey"), 2, json!([{ "range": range([0, 0], [9, 0]), "text": "" }]));
    assert_eq!(client.findings_at(&file("a.journey"), 2), Vec::<Value>::new());
    client.goodbye();
}
