//! Who is forgotten leaves no byte in the store.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::support::{ANY, Server};

const SCHEMA: &str = "customer { email: text?  city: text? }\nevent signed_up { source: text? }\n";
const WELCOME: &str = "journey welcome {\n  entry event signed_up\n  wait 1h\n  exit done\n}\n";

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    nested.flatten().filter(|path| path.is_file()).collect()
}

/// The files beneath a folder in which a text stands.
fn found(folder: &Path, text: &str) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    files(folder).into_iter().filter(holds).collect()
}

fn send(server: &Server, method: &str, path: &str, body: &serde_json::Value) -> u16 {
    let json = [("content-type", "application/json")];
    let answer = server.send(method, path, &json, body.to_string().as_bytes());
    assert!(answer.status < 500, "{}", answer.text());
    answer.status
}

#[test]
fn who_is_forgotten_leaves_no_byte_in_the_store() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::dev(&["--data", data.path().to_str().unwrap()]);
    let schema = json!({ "files": [{ "path": "schema.journey", "text": SCHEMA }] });
    assert_eq!(send(&server, "PUT", "/api/v1/schema", &schema), 200);
    assert_eq!(send(&server, "POST", "/api/v1/journeys", &json!({ "source": WELCOME })), 201);
    assert_eq!(server.send("POST", "/api/v1/journeys/welcome/activate", &[ANY], b"").status, 200);
    let zora = "/api/v1/customers/zora.neale";
    let traits = json!({ "email": "hurston@example.org", "city": "Eatonville" });
    assert_eq!(send(&server, "PATCH", zora, &traits), 200);
    for id in ["ann", "zora.neale", "zzz"] {
        let event = json!({ "customer_id": id, "event": "signed_up", "id": format!("{id}-1"),
            "properties": { "source": format!("letter to {id}") } });
        assert_eq!(send(&server, "POST", "/api/v1/events", &event), 200);
    }
    // An event that is not taken names her, too.
    let strange = json!({ "customer_id": "zora.neale", "event": "nonsense" });
    assert_eq!(send(&server, "POST", "/api/v1/events", &strange), 200);
    let secrets = ["zora.neale", "hurston@example.org", "Eatonville"];
    for secret in secrets {
        assert_ne!(found(data.path(), secret), Vec::<PathBuf>::new(), "{secret}");
    }

    let erased = server.send("DELETE", &format!("{zora}?wait=true"), &[], b"");
    assert_eq!(erased.status, 204, "{}", erased.text());
    for secret in secrets {
        assert_eq!(found(data.path(), secret), Vec::<PathBuf>::new(), "{secret}");
    }
    assert_eq!(server.get(zora).problem().0, 404);
    assert_eq!(server.get("/api/v1/customers/ann").status, 200);
    let counts = &server.get("/api/v1/journeys/welcome").json()["counts"];
    assert_eq!((&counts["entered"], &counts["inside"]), (&json!(3), &json!(2)), "{counts}");
}

#[test]
fn an_erasure_that_nobody_waits_for_leaves_the_disk_in_time_also_after_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let start = |within: &str| {
        let within = format!("data.erase_within={within}");
        Server::dev(&["--data", data.path().to_str().unwrap(), "--set", &within])
    };
    let server = start("1d");
    let schema = json!({ "files": [{ "path": "schema.journey", "text": "event signed_up {}\n" }] });
    assert_eq!(send(&server, "PUT", "/api/v1/schema", &schema), 200);
    let event = json!({ "customer_id": "zora.neale", "event": "signed_up" });
    assert_eq!(send(&server, "POST", "/api/v1/events", &event), 200);
    assert_eq!(server.send("DELETE", "/api/v1/customers/zora.neale", &[], b"").status, 204);
    assert_ne!(found(data.path(), "zora.neale"), Vec::<PathBuf>::new());
    drop(server);

    let server = start("0s");
    while !server.log().contains("has left the disk") {}
    assert_eq!(found(data.path(), "zora.neale"), Vec::<PathBuf>::new());
    drop(server);
    let server = start("0s");
    assert_eq!(server.get("/readyz").status, 200);
    assert_eq!(server.log(), "", "there is nothing left to do");
}

#[test]
fn who_is_known_only_by_an_event_that_was_not_taken_leaves_no_byte_either() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::dev(&["--data", data.path().to_str().unwrap()]);
    let schema = json!({ "files": [{ "path": "schema.journey", "text": SCHEMA }] });
    assert_eq!(send(&server, "PUT", "/api/v1/schema", &schema), 200);
    for id in ["zora.neale", "zoe"] {
        let strange = json!({ "customer_id": id, "event": "nonsense" });
        assert_eq!(send(&server, "POST", "/api/v1/events", &strange), 200);
    }
    assert_ne!(found(data.path(), "zora.neale"), Vec::<PathBuf>::new());
    let erased = server.send("DELETE", "/api/v1/customers/zora.neale?wait=true", &[], b"");
    assert_eq!(erased.problem().0, 404);
    assert_eq!(found(data.path(), "zora.neale"), Vec::<PathBuf>::new());
}

#[test]
fn forgetting_one_leaves_what_is_kept_of_others() {
    let server = Server::dev(&[]);
    let schema = json!({ "files": [{ "path": "schema.journey", "text": SCHEMA }] });
    assert_eq!(send(&server, "PUT", "/api/v1/schema", &schema), 200);
    let event = |id: &str, ts: &str| {
        json!({ "customer_id": id, "event": "signed_up", "ts": ts, "properties": {} }).to_string()
    };
    let good = event("2", "2026-01-11T10:00:00Z");
    let headers = [("content-type", "application/json"), ("idempotency-key", "k1")];
    let once = || server.send("POST", "/api/v1/events", &headers, good.as_bytes());
    assert_eq!(once().json()["accepted"], 1);
    let json = [("content-type", "application/json")];
    for (id, ts) in [("2", "2026-01-11"), ("1", "2026-01-11")] {
        server.send("POST", "/api/v1/events", &json, event(id, ts).as_bytes());
    }
    server.send("POST", "/api/v1/events", &json, event("1", "2026-01-11T10:00:00Z").as_bytes());
    assert_eq!(server.send("DELETE", "/api/v1/customers/1", &[], b"").status, 204);
    let rejected = server.get("/api/v1/rejected-events").json();
    let rejected = rejected["items"].as_array().unwrap();
    assert_eq!(rejected.len(), 1, "{rejected:?}");
    assert!(rejected[0]["text"].as_str().unwrap().contains("\"2\""), "{rejected:?}");
    let again = once();
    assert_eq!(again.header("idempotency-replayed"), Some("true"), "the answer is kept");
}

#[test]
fn an_id_that_was_spelled_with_escapes_is_forgotten_too() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::dev(&["--data", data.path().to_str().unwrap()]);
    let schema = json!({ "files": [{ "path": "schema.journey", "text": SCHEMA }] });
    assert_eq!(send(&server, "PUT", "/api/v1/schema", &schema), 200);
    // Nobody can read whose these are.
    let spelled = [
        r#"{"customer_id":["zo\u00eb"],"event":"signed_up"}"#,
        r#"{"event":"signed_up","userId":"zo\u00eb","#,
        r#"{"customer_id":["a\/b"],"event":"signed_up"}"#,
        r#"{"customer_id":["q\"q"],"event":"signed_up"}"#,
    ];
    for event in spelled {
        assert_eq!(server.post_json("/api/v1/events", event).json()["rejected"], 1, "{event}");
    }
    let left = || {
        let rejected = server.get("/api/v1/rejected-events").json();
        rejected["items"].as_array().unwrap().len()
    };
    for (id, rest) in [("zo%C3%AB", 2), ("a%2Fb", 1), ("q%22q", 0)] {
        let path = format!("/api/v1/customers/{id}?wait=true");
        assert_eq!(server.send("DELETE", &path, &[], b"").problem().0, 404);
        assert_eq!(left(), rest, "{id}");
    }
    for bytes in ["u00eb", "a\\/b", "q\\\"q"] {
        assert_eq!(found(data.path(), bytes), Vec::<PathBuf>::new(), "{bytes}");
    }
}

#[test]
fn an_export_has_no_events_of_others_that_hold_the_same_number() {
    let server = Server::dev(&[]);
    let schema = json!({ "files": [{ "path": "schema.journey", "text": SCHEMA }] });
    assert_eq!(send(&server, "PUT", "/api/v1/schema", &schema), 200);
    assert_eq!(send(&server, "PATCH", "/api/v1/customers/1", &json!({ "city": "Rome" })), 200);
    let others = [
        r#"{"customer_id":"2","event":"signed_up","properties":{"source":1}}"#,
        r#"{"customer_id":"2","event":"signed_up","ts":"2026-1-1","n":1}"#,
    ];
    let own = [
        r#"{"customer_id":"1","event":"signed_up","ts":"2026-1-1"}"#,
        r#"{"customer_id":1,"event":"signed_up"}"#,
        r#"{"event":"signed_up","of":["\u0031"]}"#,
    ];
    for event in others.iter().chain(&own) {
        assert_eq!(server.post_json("/api/v1/events", event).json()["rejected"], 1, "{event}");
    }
    let rejected = server.get("/api/v1/rejected-events").json();
    for event in rejected["items"].as_array().unwrap() {
        assert!(event["text"].as_str().unwrap().contains('1'), "{event}");
    }
    let export = server.get("/api/v1/customers/1/export").json();
    let mut texts: Vec<&str> = export["rejected_events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["text"].as_str().unwrap())
        .collect();
    texts.sort_unstable();
    let mut own = own.to_vec();
    own.sort_unstable();
    assert_eq!(texts, own);
    assert_eq!(server.send("DELETE", "/api/v1/customers/1", &[], b"").status, 204);
    let rejected = server.get("/api/v1/rejected-events").json();
    assert_eq!(rejected["items"].as_array().unwrap().len(), others.len(), "{rejected}");
}
