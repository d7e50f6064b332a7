//! `journeyd dev` with a workspace: what is saved is checked and runs.

use std::path::Path;

use serde_json::{Value, json};

use super::support::{Server, journeyd, run};

const SCHEMA: &str = "event signed_up {}\ndestination crm log { action note(text: text) }\n";
const WELCOME: &str = "journey welcome {\n  entry event signed_up\n  send crm.note(text: \"hi\")\n  wait 1h\n  exit done\n}\n";

fn workspace(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("journey.toml"), "[workspace]\nname = \"shop\"\n").unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn dev(workspace: &Path) -> Server {
    Server::dev(&[workspace.to_str().unwrap()])
}

/// Asks until the answer is as it should be.
fn until(server: &Server, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
    loop {
        let answer = server.get(path);
        let value = answer.json();
        if answer.status == 200 && holds(&value) {
            return value;
        }
    }
}

#[test]
fn a_workspace_starts_without_a_word_about_what_the_checker_does() {
    let folder = workspace(&[("schema.journey", SCHEMA), ("welcome.journey", WELCOME)]);
    let server = dev(folder.path());
    assert_eq!(server.get("/api/v1/journeys/welcome").json()["state"], "active");
    let log = server.log();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("the workspace runs"), "{log}");
}

#[test]
fn what_is_saved_is_checked_shown_and_run() {
    let folder = workspace(&[("schema.journey", SCHEMA), ("welcome.journey", WELCOME)]);
    let server = dev(folder.path());
    let file = folder.path().join("welcome.journey");
    server.post_json("/api/v1/events", r#"{"customer_id":"ann","event":"signed_up"}"#);

    std::fs::write(&file, WELCOME.replace("signed_up", "signed_upp")).unwrap();
    while !server.log().contains("what ran before runs on") {}
    let log = server.log();
    assert!(log.contains("there is no event `signed_upp`"), "{log}");
    assert!(log.contains("welcome.journey:2:"), "{log}");
    let journey = server.get("/api/v1/journeys/welcome").json();
    assert_eq!((&journey["state"], &journey["version"]), (&json!("active"), &json!(1)));

    std::fs::write(&file, WELCOME.replace("1h", "2h")).unwrap();
    let changed = until(&server, "/api/v1/journeys/welcome", |it| it["version"] == 2);
    assert_eq!((&changed["state"], &changed["counts"]["inside"]), (&json!("active"), &json!(1)));
    while !server.log().contains("now runs: welcome (version 2)") {}
    let ann = server.get("/api/v1/customers/ann").json();
    assert_eq!(ann["memberships"][0]["journey"], "welcome", "{ann}");

    let second = WELCOME.replace("welcome", "second");
    std::fs::write(folder.path().join("second.journey"), second).unwrap();
    until(&server, "/api/v1/journeys", |it| it["items"].as_array().unwrap().len() == 2);
}

#[test]
fn a_workspace_with_errors_is_served_once_they_are_mended() {
    let broken = WELCOME.replace("signed_up", "signed_upp");
    let folder = workspace(&[("schema.journey", SCHEMA), ("welcome.journey", &broken)]);
    let server = dev(folder.path());
    assert!(server.log().contains("there is no event `signed_upp`"), "{}", server.log());
    assert_eq!(server.get("/api/v1/journeys").json()["items"], json!([]));
    std::fs::write(folder.path().join("welcome.journey"), WELCOME).unwrap();
    until(&server, "/api/v1/journeys", |it| it["items"][0]["state"] == "active");
}

#[test]
fn a_workspace_that_is_not_there_is_told_by_its_path() {
    let said = run(journeyd().args(["dev", "nowhere-at-all"]));
    assert_eq!(said.status.code(), Some(2));
    assert!(said.err.contains("nowhere-at-all"), "{}", said.err);
}
