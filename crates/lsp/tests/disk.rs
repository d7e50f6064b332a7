//! Workspaces on the disk: which there are, that changes of their files are seen, and that a
//! hostile one does no harm.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::fs;
use std::path::Path;

use common::{Client, folder, said, uri};
use serde_json::{Value, json};

const USES: &str = "journey a { entry event bought exit done }";
const SCHEMA: &str = "event bought {}\n";

/// A client that tells of changed files when it is asked to.
fn watching() -> Value {
    json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } })
}

fn touched(client: &mut Client, changes: &[(&Path, u32)]) {
    let changes: Vec<Value> =
        changes.iter().map(|(path, kind)| json!({ "uri": uri(path), "type": kind })).collect();
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
}

/// The names of all declarations that the server knows.
fn known(client: &mut Client) -> Vec<String> {
    let found = client.ask("workspace/symbol", json!({ "query": "" })).unwrap();
    let names = found.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn what_other_programs_write_is_seen_where_the_client_tells() {
    let folder =
        folder(&[("journey.toml", ""), ("a.journey", USES), ("sub/schema.journey", SCHEMA)]);
    let (a, schema) = (folder.path().join("a.journey"), folder.path().join("sub/schema.journey"));
    let mut client = Client::new(&[folder.path()], watching());
    let asked = client.wait(|it| it["method"] == "client/registerCapability");
    let watchers = &asked["params"]["registrations"][0]["registerOptions"]["watchers"];
    assert_eq!(watchers[0]["globPattern"], "**/*.journey");
    assert_eq!(known(&mut client), ["a", "bought"]);

    fs::write(&schema, "event sold {}").unwrap();
    touched(&mut client, &[(&schema, 2)]);
    client.until(|found| found.get(&uri(&a)).is_some_and(|it| it.len() == 1));
    // Renamed: one goes, one comes.
    let moved = folder.path().join("schema.journey");
    fs::rename(&schema, &moved).unwrap();
    fs::write(&moved, SCHEMA).unwrap();
    touched(&mut client, &[(&schema, 3), (&moved, 1)]);
    client.until(|found| found[&uri(&a)].is_empty());
    // A folder that goes takes its files with it.
    fs::create_dir(folder.path().join("more")).unwrap();
    let more = folder.path().join("more/b.journey");
    fs::write(&more, "event more {}").unwrap();
    touched(&mut client, &[(&more, 1)]);
    client.until(|found| found.contains_key(&uri(&more)));
    assert_eq!(known(&mut client), ["a", "bought", "more"]);
    fs::remove_dir_all(folder.path().join("more")).unwrap();
    touched(&mut client, &[(&folder.path().join("more"), 3)]);
    client.until(|found| found[&uri(&more)].is_empty());
    // And so does a list of what is ignored.
    fs::write(folder.path().join(".gitignore"), "schema.journey").unwrap();
    touched(&mut client, &[(&folder.path().join(".gitignore"), 1)]);
    client.until(|found| found[&uri(&a)].len() == 1);
    client.goodbye();
}

#[test]
fn what_other_programs_write_is_seen_where_the_client_tells_nothing() {
    let folder = folder(&[("journey.toml", ""), ("a.journey", USES), ("schema.journey", SCHEMA)]);
    let a = uri(&folder.path().join("a.journey"));
    let mut client = Client::new(&[folder.path()], json!({}));
    assert_eq!(known(&mut client), ["a", "bought"]);
    fs::write(folder.path().join("schema.journey"), "event sold {}").unwrap();
    client.until(|found| found.get(&a).is_some_and(|it| it.len() == 1));
    fs::write(folder.path().join("more.journey"), SCHEMA).unwrap();
    client.until(|found| found[&a].is_empty());
    fs::remove_file(folder.path().join("more.journey")).unwrap();
    client.until(|found| found[&a].len() == 1);
    client.goodbye();
}

#[test]
fn the_configuration_counts_as_it_is_now() {
    let folder = folder(&[("journey.toml", ""), ("a.journey", "event idle {}")]);
    let (config, a) = (folder.path().join("journey.toml"), folder.path().join("a.journey"));
    let mut client = Client::new(&[folder.path()], watching());
    client.until(|found| found.get(&uri(&a)).is_some_and(|it| it.len() == 1));
    fs::write(&config, "[lints]\nunused = \"allow\"\n").unwrap();
    touched(&mut client, &[(&config, 2)]);
    client.until(|found| found[&uri(&a)].is_empty());
    fs::write(&config, "[lints]\nunsued = \"deny\"\n").unwrap();
    touched(&mut client, &[(&config, 2)]);
    client.until(|found| found.get(&uri(&config)).is_some_and(|it| it.len() == 1));
    assert!(said(&client.findings[&uri(&config)][0]).contains("there is no lint `unsued`"));
    // An editor that shows it knows better than the disk.
    client.open(&uri(&config), 1, "[lints]\nunused = \"deny\"\n");
    client.until(|found| found[&uri(&config)].is_empty());
    client.until(|found| found[&uri(&a)].iter().any(|it| it["severity"] == 1));
    client.close(&uri(&config));
    client.until(|found| !found[&uri(&config)].is_empty());
    client.goodbye();
}

#[test]
fn each_configuration_makes_a_workspace_and_what_is_in_none_is_alone() {
    let folder = folder(&[
        ("one/journey.toml", ""),
        ("one/a.journey", USES),
        ("one/schema.journey", SCHEMA),
        ("two/journey.toml", ""),
        ("two/a.journey", USES),
        ("three.journey", USES),
    ]);
    let path = |name: &str| uri(&folder.path().join(name));
    let mut client = Client::new(&[folder.path()], watching());
    client.until(|found| found.get(&path("two/a.journey")).is_some_and(|it| it.len() == 1));
    assert!(!client.findings.contains_key(&path("one/a.journey")));
    client.open(&path("three.journey"), 1, USES);
    assert_eq!(client.findings_at(&path("three.journey"), 1).len(), 1);
    // A workspace that becomes one while a document in it is open.
    let config = folder.path().join("journey.toml");
    fs::write(&config, "").unwrap();
    fs::write(folder.path().join("schema.journey"), SCHEMA).unwrap();
    touched(&mut client, &[(&config, 1)]);
    client.until(|found| found[&path("three.journey")].is_empty());
    client.goodbye();
}

#[test]
fn a_document_that_is_ignored_no_longer_is_one_of_its_workspace() {
    let folder = folder(&[
        ("journey.toml", ""),
        (".gitignore", "a.journey"),
        ("a.journey", USES),
        ("v1.2/schema.journey", SCHEMA),
    ]);
    let a = uri(&folder.path().join("a.journey"));
    let mut client = Client::new(&[folder.path()], watching());
    client.open(&a, 1, USES);
    assert_eq!(client.findings_at(&a, 1).len(), 1);
    let ignore = folder.path().join(".gitignore");
    fs::write(&ignore, "").unwrap();
    touched(&mut client, &[(&ignore, 2)]);
    client.until(|found| found[&a].is_empty());
    assert_eq!(known(&mut client), ["a", "bought"]);
    fs::write(&ignore, "a.journey").unwrap();
    touched(&mut client, &[(&ignore, 2)]);
    client.until(|found| found[&a].len() == 1);
    assert_eq!(known(&mut client), ["a", "bought"]);
    // Back in it, and a folder with a dot in its name takes its files with it.
    fs::remove_file(&ignore).unwrap();
    touched(&mut client, &[(&ignore, 3)]);
    client.until(|found| found[&a].is_empty());
    fs::remove_dir_all(folder.path().join("v1.2")).unwrap();
    touched(&mut client, &[(&folder.path().join("v1.2"), 3)]);
    client.until(|found| found[&a].len() == 1);
    client.goodbye();
}

#[test]
fn folders_come_and_go() {
    let one = folder(&[("journey.toml", ""), ("a.journey", USES)]);
    let two = folder(&[("b.journey", USES), ("schema.journey", SCHEMA)]);
    let a = uri(&one.path().join("a.journey"));
    let mut client = Client::new(&[one.path()], watching());
    client.until(|found| found.get(&a).is_some_and(|it| it.len() == 1));
    let folder = |path: &Path| json!({ "uri": uri(path), "name": "" });
    let event = json!({ "added": [folder(two.path())], "removed": [folder(one.path())] });
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    client.until(|found| found[&a].is_empty());
    // Without a configuration a folder is one workspace.
    assert_eq!(known(&mut client), ["a", "bought"]);
    client.goodbye();
}

#[test]
fn damaged_files_are_reported_as_by_the_command() {
    let folder = folder(&[("journey.toml", ""), ("a.journey", USES), ("schema.journey", SCHEMA)]);
    fs::write(folder.path().join("latin.journey"), b"event caf\xE9 {}").unwrap();
    fs::write(folder.path().join("long.journey"), vec![b'/'; (1 << 20) + 1]).unwrap();
    fs::create_dir(folder.path().join("dir.journey")).unwrap();
    let path = |name: &str| uri(&folder.path().join(name));
    let mut client = Client::new(&[folder.path()], watching());
    client.until(|found| found.len() == 2);
    let latin = said(&client.findings[&path("latin.journey")][0]);
    assert!(latin.contains("not UTF-8: byte 0xE9 at offset 9"), "{latin}");
    let long = said(&client.findings[&path("long.journey")][0]);
    assert!(long.contains("the file has 1048577 bytes; at most 1048576 are read"), "{long}");
    // An editor can mend it, and make it too long again.
    client.open(&path("latin.journey"), 1, "event _cafe {}");
    assert_eq!(client.findings_at(&path("latin.journey"), 1), Vec::<Value>::new());
    client.change(&path("latin.journey"), 2, json!([{ "text": "/".repeat((1 << 20) + 1) }]));
    let long = client.findings_at(&path("latin.journey"), 2);
    assert!(said(&long[0]).contains("at most 1048576"), "{long:?}");
    client.change(&path("latin.journey"), 3, json!([{ "text": "// fine" }]));
    assert_eq!(client.findings_at(&path("latin.journey"), 3), Vec::<Value>::new());
    client.goodbye();
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_are_not_followed() {
    use std::os::unix::fs::symlink;
    let outside = folder(&[
        ("secret.journey", "event secret {}\n"),
        ("journey.toml", "secret = \"x\""),
        ("sub/journey.toml", ""),
        ("sub/secret.journey", "event deeper {}\n"),
    ]);
    let inside = folder(&[("a.journey", "event _own {}\n")]);
    let path = |name: &str| inside.path().join(name);
    symlink(outside.path().join("secret.journey"), path("link.journey")).unwrap();
    symlink(outside.path().join("journey.toml"), path("journey.toml")).unwrap();
    symlink(outside.path(), path("dir")).unwrap();
    symlink("/dev/zero", path("endless.journey")).unwrap();
    let mut client = Client::new(&[inside.path()], watching());
    assert_eq!(known(&mut client), ["_own"]);
    client.until(|found| found.contains_key(&uri(&path("journey.toml"))));
    let config = said(&client.findings[&uri(&path("journey.toml"))][0]);
    assert!(config.contains("a link that leads out of the workspace"), "{config}");
    // Documents behind links are what the editor shows, and nothing beside them is read.
    for name in ["link.journey", "dir/new.journey", "dir/sub/new.journey", "dir/sub/secret.journey"]
    {
        client.open(&uri(&path(name)), 1, "journey j { entry event deeper exit done }");
        assert_eq!(client.findings_at(&uri(&path(name)), 1).len(), 1, "{name}");
        touched(&mut client, &[(&path(name), 2)]);
    }
    let mut names = known(&mut client);
    names.dedup();
    assert_eq!(names, ["_own", "j"]);
    for name in ["link.journey", "dir/new.journey", "dir/sub/secret.journey"] {
        client.close(&uri(&path(name)));
        client.until(|found| found[&uri(&path(name))].is_empty());
    }
    client.goodbye();
}

#[test]
fn long_work_is_shown() {
    let folder = folder(&[("journey.toml", ""), ("a.journey", "event _a {}")]);
    let mut client =
        Client::new(&[folder.path()], json!({ "window": { "workDoneProgress": true } }));
    let created = client.wait(|it| it["method"] == "window/workDoneProgress/create");
    let token = created["params"]["token"].clone();
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|kind| kind != "end") {
        let step = client.wait(|it| it["method"] == "$/progress");
        assert_eq!(step["params"]["token"], token);
        kinds.push(step["params"]["value"]["kind"].as_str().unwrap().to_owned());
    }
    assert_eq!(kinds, ["begin", "report", "end"]);
    client.goodbye();
}

#[test]
fn a_client_that_answers_nothing_is_served_all_the_same() {
    let folder = folder(&[("journey.toml", ""), ("a.journey", USES)]);
    let a = uri(&folder.path().join("a.journey"));
    let mut client = Client::silent(journey_lsp::Options::default());
    client.answers = false;
    let capabilities = json!({
        "window": { "workDoneProgress": true },
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
    });
    client
        .ask("initialize", json!({ "rootUri": uri(folder.path()), "capabilities": capabilities }))
        .unwrap();
    client.tell("initialized", json!({}));
    client.open(&a, 1, USES);
    assert_eq!(client.findings_at(&a, 1).len(), 1);
    client.goodbye();
}
