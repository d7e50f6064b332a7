//! What was counted in journeys, above them and in what tiles say of themselves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::fs;
use std::path::Path;

use common::{Client, folder, uri};
use journey_lsp::{Counts, FileAccess, JourneyCounts, LiveCounts, Options, TileCounts};
use serde_json::{Value, json};

const TEXT: &str = "journey waits {\n  entry manual\n  wait 1d\n  exit done\n}\n";

fn summary(inside: u64) -> String {
    let wait =
        json!({ "edges": {}, "entered": 12_480, "inside": inside, "kind": "wait", "passed": 1 });
    let gone = json!({ "entered": 9, "inside": 9 });
    let tiles = json!({ "wait_1": wait, "wait_9": gone });
    json!({ "customers": 7, "journeys": { "waits": { "memberships": 310, "tiles": tiles } } })
        .to_string()
}

/// A workspace with a summary in `out`.
fn shop() -> tempfile::TempDir {
    let summary = summary(1_204);
    folder(&[("journey.toml", ""), ("a.journey", TEXT), ("out/summary.json", &summary)])
}

/// A client that names a file of counts when it introduces itself.
fn named(folder: &Path, stats: &str, capabilities: &Value) -> Client {
    let mut client = Client::silent(Options::default());
    let params = json!({
        "capabilities": capabilities,
        "rootUri": uri(folder),
        "initializationOptions": { "stats": stats },
    });
    client.ask("initialize", params).unwrap();
    client.tell("initialized", json!({}));
    client.open(&uri(&folder.join("a.journey")), 1, TEXT);
    client
}

fn can_refresh() -> Value {
    json!({ "workspace": { "codeLens": { "refreshSupport": true }, "didChangeWatchedFiles": { "dynamicRegistration": true } } })
}

fn told_to_look_again(client: &mut Client) {
    client.wait(|it| it["method"] == "workspace/codeLens/refresh");
}

/// What stands above the journey.
fn titles(client: &mut Client, document: &str) -> Vec<String> {
    let params = json!({ "textDocument": { "uri": document } });
    let lenses = client.ask("textDocument/codeLens", params).unwrap();
    let lenses = lenses.as_array().unwrap().clone().into_iter();
    let title = |lens| {
        let command = client.ask("codeLens/resolve", lens).unwrap()["command"].clone();
        command["title"].as_str().unwrap().to_owned()
    };
    lenses.map(title).collect()
}

fn hover(client: &mut Client, document: &str) -> String {
    let at = json!({ "line": 2, "character": 3 });
    let params = json!({ "textDocument": { "uri": document }, "position": at });
    let found = client.ask("textDocument/hover", params).unwrap();
    found["contents"]["value"].as_str().unwrap().to_owned()
}

#[test]
fn a_file_of_the_workspace_says_who_is_inside() {
    let folder = shop();
    let a = uri(&folder.path().join("a.journey"));
    let mut client = named(folder.path(), "out/summary.json", &can_refresh());
    told_to_look_again(&mut client);
    assert_eq!(titles(&mut client, &a), ["no tests", "1,204 inside · 310 entered"]);
    let tile = hover(&mut client, &a);
    assert!(tile.ends_with("12,480 in · 1,204 here"), "{tile}");
    client.goodbye();
}

#[test]
fn without_counts_nothing_is_shown() {
    let folder = shop();
    let a = uri(&folder.path().join("a.journey"));
    let mut client = Client::new(&[folder.path()], json!({}));
    client.open(&a, 1, TEXT);
    assert_eq!(titles(&mut client, &a), ["no tests"]);
    assert!(!hover(&mut client, &a).contains(" in · "));
    client.goodbye();
}

#[test]
fn the_file_is_read_again_when_it_changes() {
    let folder = shop();
    let file = folder.path().join("out/summary.json");
    let a = uri(&folder.path().join("a.journey"));
    let mut client = named(folder.path(), "out/summary.json", &can_refresh());
    let asked = client.wait(|it| {
        it["params"]["registrations"][0]["id"].as_str().is_some_and(|id| id.contains("counts"))
    });
    let watchers = &asked["params"]["registrations"][0]["registerOptions"]["watchers"];
    assert_eq!(watchers[0]["globPattern"], "**/summary.json");
    told_to_look_again(&mut client);
    fs::write(&file, summary(7)).unwrap();
    let touched = |client: &mut Client, path: &Path, kind: u32| {
        let change = json!({ "uri": uri(path), "type": kind });
        client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
        told_to_look_again(client);
    };
    touched(&mut client, &file, 2);
    assert_eq!(titles(&mut client, &a)[1], "7 inside · 310 entered");
    // It goes with its folder, and comes back.
    fs::remove_dir_all(folder.path().join("out")).unwrap();
    touched(&mut client, &folder.path().join("out"), 3);
    assert_eq!(titles(&mut client, &a), ["no tests"]);
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(&file, summary(8)).unwrap();
    touched(&mut client, &file, 1);
    assert_eq!(titles(&mut client, &a)[1], "8 inside · 310 entered");
    client.goodbye();
}

#[test]
fn the_server_watches_it_where_the_client_does_not() {
    let folder = shop();
    let can = json!({ "workspace": { "codeLens": { "refreshSupport": true } } });
    let mut client = named(folder.path(), "out/summary.json", &can);
    told_to_look_again(&mut client);
    fs::write(folder.path().join("out/new.json"), summary(7)).unwrap();
    fs::rename(folder.path().join("out/new.json"), folder.path().join("out/summary.json")).unwrap();
    told_to_look_again(&mut client);
    let a = uri(&folder.path().join("a.journey"));
    assert_eq!(titles(&mut client, &a)[1], "7 inside · 310 entered");
    client.goodbye();
}

#[test]
fn the_settings_of_an_editor_name_it_however_they_are_told() {
    let folder = shop();
    fs::write(folder.path().join("other.json"), summary(5)).unwrap();
    let a = uri(&folder.path().join("a.journey"));
    let mut client = named(folder.path(), "out/summary.json", &can_refresh());
    told_to_look_again(&mut client);
    let mut set = |settings: Value| {
        client.tell("workspace/didChangeConfiguration", json!({ "settings": settings }));
        told_to_look_again(&mut client);
        titles(&mut client, &a)
    };
    let other = set(json!({ "journey": { "stats": "other.json", "trace": "off" } }));
    assert_eq!(other[1], "5 inside · 310 entered");
    // Where the settings say nothing, what was said first counts.
    assert_eq!(set(json!({ "journey": { "stats": "" } }))[1], "1,204 inside · 310 entered");
    assert_eq!(set(json!({ "journey.stats": "gone.json" })), ["no tests"]);
    client.goodbye();
}

#[test]
fn an_editor_that_can_be_asked_is_asked() {
    let folder = shop();
    let a = uri(&folder.path().join("a.journey"));
    let mut can = can_refresh();
    can["workspace"]["configuration"] = json!(true);
    let mut client = Client::silent(Options::default());
    client.answers = false;
    client
        .ask("initialize", json!({ "capabilities": can, "rootUri": uri(folder.path()) }))
        .unwrap();
    client.tell("initialized", json!({}));
    let answer = |client: &mut Client, stats: Value| {
        let asked = client.wait(|it| it["method"] == "workspace/configuration");
        assert_eq!(asked["params"]["items"][0]["section"], "journey");
        client.send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": [stats] }));
    };
    answer(&mut client, Value::Null);
    client.open(&a, 1, TEXT);
    assert_eq!(titles(&mut client, &a), ["no tests"]);
    client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
    answer(&mut client, json!({ "stats": "out/summary.json" }));
    told_to_look_again(&mut client);
    assert_eq!(titles(&mut client, &a)[1], "1,204 inside · 310 entered");
    client.goodbye();
}

#[test]
fn a_setting_that_is_no_text_is_said_to_be_none() {
    let folder = shop();
    let no_text = |message: &Value| {
        let said = message["params"]["message"].as_str().unwrap_or_default();
        said.starts_with("journey.stats: 7 is no text; give the path of a file relative to")
    };
    let mut client = Client::silent(Options::default());
    let said = json!({ "stats": 7 });
    let params = json!({
        "capabilities": {}, "rootUri": uri(folder.path()), "initializationOptions": said,
    });
    client.ask("initialize", params).unwrap();
    client.tell("initialized", json!({}));
    client.wait(no_text);
    let said = json!({ "settings": { "journey": said } });
    client.tell("workspace/didChangeConfiguration", said);
    client.wait(no_text);
    client.goodbye();
}

/// What is said where a file does not do.
fn refused(folder: &Path, stats: &str) -> String {
    let mut client = named(folder, stats, &can_refresh());
    let message = client.wait(|it| it["method"] == "window/logMessage");
    let a = uri(&folder.join("a.journey"));
    assert_eq!(titles(&mut client, &a), ["no tests"], "{stats}");
    client.goodbye();
    message["params"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn nothing_outside_the_workspace_is_read_and_nothing_else_is_taken_for_counts() {
    let outside = folder(&[("summary.json", &summary(3))]);
    let folder = shop();
    let elsewhere = outside.path().join("summary.json");
    for setting in ["../summary.json", "out/../../x.json", elsewhere.to_str().unwrap()] {
        let said = refused(folder.path(), setting);
        assert!(said.contains("leads out of the workspace"), "{said}");
        assert!(said.contains(setting) && said.contains("give a path within it"), "{said}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(&elsewhere, folder.path().join("link.json")).unwrap();
        symlink(outside.path(), folder.path().join("folder")).unwrap();
        symlink("/dev/zero", folder.path().join("endless.json")).unwrap();
        for setting in ["link.json", "folder/summary.json", "endless.json"] {
            let said = refused(folder.path(), setting);
            assert!(said.contains("leads out of the workspace"), "{said}");
        }
    }
    let inside = folder.path().join("out/summary.json");
    for setting in [".", "out/..", inside.to_str().unwrap()] {
        let said = refused(folder.path(), setting);
        let what = "is not the path of a file relative to the folder with the journey.toml";
        assert!(said.starts_with(&format!("journey.stats: `{setting}` {what}")), "{said}");
    }
    let said = refused(folder.path(), "out/gone.json");
    assert!(said.starts_with("journey.stats: there is no file `out/gone.json` in the"), "{said}");
    let said = refused(folder.path(), "out");
    assert!(said.contains("out: it is not a file"), "{said}");
    let said = refused(folder.path(), "a.journey");
    assert!(said.contains("not the summary of a simulation: expected value"), "{said}");
    assert!(said.contains("`journeyc simulate --out` writes one"), "{said}");
}

#[test]
fn whoever_runs_the_server_can_hand_in_counts_that_live() {
    let counts = |inside| {
        let tile = TileCounts { entered: 50, inside, ..TileCounts::default() };
        let tiles = [("wait_1".to_owned(), tile)].into();
        let journey = JourneyCounts { memberships: Some(50), tiles };
        Counts { journeys: [("waits".to_owned(), journey)].into() }
    };
    let live = LiveCounts::new(counts(1));
    let options =
        Options { files: FileAccess::None, live: Some(live.clone()), ..Options::default() };
    let mut client = Client::with(options, &[], can_refresh());
    client.open("file:///a.journey", 1, TEXT);
    assert_eq!(titles(&mut client, "file:///a.journey")[1], "1 inside · 50 entered");
    live.set(counts(2));
    told_to_look_again(&mut client);
    assert_eq!(titles(&mut client, "file:///a.journey")[1], "2 inside · 50 entered");
    assert!(hover(&mut client, "file:///a.journey").ends_with("50 in · 2 here"));
    client.goodbye();
}
