//! Backups of a server that is used, data folders made of them, and reading a store from end to end.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::{ANY, Said, Server, journeyd, run};

const SCHEMA: &str = "event signed_up {}\n";
const WELCOME: &str = "journey welcome { entry event signed_up  wait 1h  exit done }";

fn start(data: &Path) -> Server {
    Server::dev(&["--data", data.to_str().unwrap()])
}

/// A server with a journey, on data that outlives it.
fn running() -> (TempDir, Server) {
    let data = tempfile::tempdir().unwrap();
    let server = start(data.path());
    let schema = json!({ "files": [{ "path": "schema.journey", "text": SCHEMA }] }).to_string();
    let json = [("content-type", "application/json")];
    assert_eq!(server.send("PUT", "/api/v1/schema", &json, schema.as_bytes()).status, 200);
    let made = server.post_json("/api/v1/journeys", &json!({ "source": WELCOME }).to_string());
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(server.send("POST", "/api/v1/journeys/welcome/activate", &[ANY], b"").status, 200);
    (data, server)
}

fn sign_up(server: &Server, ids: std::ops::Range<usize>) {
    let event = |id: usize| json!({ "customer_id": format!("c{id}"), "event": "signed_up" });
    let events: Vec<Value> = ids.clone().map(event).collect();
    let taken = server.post_json("/api/v1/events", &Value::from(events).to_string()).json();
    assert_eq!(taken["accepted"], ids.len(), "{taken}");
}

fn inside(server: &Server) -> usize {
    let journey = server.get("/api/v1/journeys/welcome").json();
    usize::try_from(journey["counts"]["inside"].as_u64().unwrap()).unwrap()
}

fn command(arguments: &[&str], data: &Path) -> Said {
    run(journeyd().args(arguments).args(["--data", data.to_str().unwrap()]))
}

fn backup(data: &Path, to: &Path) -> Said {
    command(&["backup", to.to_str().unwrap()], data)
}

#[test]
fn a_backup_under_load_is_restored_to_what_was_there_and_goes_on() {
    let (data, server) = running();
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("monday");
    sign_up(&server, 0..500);
    let (done, sent) = (AtomicBool::new(false), AtomicUsize::new(500));
    let during = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let from = sent.load(Ordering::SeqCst);
                sign_up(&server, from..from + 50);
                sent.store(from + 50, Ordering::SeqCst);
            }
        });
        let before = sent.load(Ordering::SeqCst);
        let said = backup(data.path(), &copy);
        let after = sent.load(Ordering::SeqCst);
        done.store(true, Ordering::SeqCst);
        assert_eq!(said.status.code(), Some(0), "{}", said.err);
        before..=after + 50
    });
    let again = backup(data.path(), &copy);
    assert_eq!(again.status.code(), Some(2));
    assert!(again.err.contains("there is something already"), "{}", again.err);
    assert_eq!(inside(&server), sent.load(Ordering::SeqCst));

    let other = copies.path().join("other");
    let said = command(&["restore", copy.to_str().unwrap()], &other);
    assert_eq!(said.status.code(), Some(0), "{}", said.err);
    let restored = start(&other);
    let found = inside(&restored);
    assert!(during.contains(&found), "{found} of {during:?}");
    for id in 0..500 {
        assert_eq!(restored.get(&format!("/api/v1/customers/c{id}")).status, 200);
    }
    sign_up(&restored, 1_000_000..1_000_010);
    assert_eq!(inside(&restored), found + 10);
    assert_ne!(inside(&server), inside(&restored), "the two go their own ways");
}

#[test]
fn a_restore_goes_only_where_nothing_is_and_takes_no_damaged_backup() {
    let (data, server) = running();
    sign_up(&server, 0..2_000);
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy");
    assert_eq!(backup(data.path(), &copy).status.code(), Some(0));
    let restore = |to: &Path| command(&["restore", copy.to_str().unwrap()], to);

    let occupied = restore(data.path());
    assert_eq!(occupied.status.code(), Some(2));
    assert!(occupied.err.contains("there is something already"), "{}", occupied.err);

    let tables = std::fs::read_dir(copy.join("store/base/tables")).unwrap();
    for file in tables.map(|entry| entry.unwrap().path()) {
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&file, bytes).unwrap();
    }
    let other = copies.path().join("other");
    let damaged = restore(&other);
    assert_eq!(damaged.status.code(), Some(2));
    let said = &damaged.err;
    assert!(said.contains("nothing was restored") && said.contains("store/base"), "{said}");
    assert!(!other.exists());

    let nothing = command(&["restore", "nowhere"], &other);
    assert!(nothing.err.contains("nowhere/store"), "{}", nothing.err);
    let nobody = backup(&other, &copies.path().join("third"));
    assert!(nobody.err.contains("no server runs on this data"), "{}", nobody.err);
}

#[test]
fn a_store_is_checked_while_no_server_runs_and_damage_is_told_with_its_place() {
    let (data, server) = running();
    sign_up(&server, 0..100);
    let used = command(&["check-store"], data.path());
    assert_eq!(used.status.code(), Some(2));
    assert!(used.err.contains("another process has this store open"), "{}", used.err);
    drop(server);

    let sound = command(&["check-store"], data.path());
    assert_eq!(sound.status.code(), Some(0), "{}", sound.err);
    assert!(sound.out.ends_with("sound\n"), "{}", sound.out);

    let log = std::fs::read_dir(data.path().join("store/log")).unwrap();
    let segment = log.map(|entry| entry.unwrap().path()).min().unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let damaged = command(&["check-store"], data.path());
    assert_eq!(damaged.status.code(), Some(1), "{}", damaged.err);
    let name = segment.file_name().unwrap().to_str().unwrap();
    assert!(damaged.out.contains(name) && damaged.out.contains("at byte"), "{}", damaged.out);
    assert!(damaged.out.ends_with("damaged\n"), "{}", damaged.out);
}
