//! A request with an `Idempotency-Key` is done once, whenever the process ends.

use std::path::Path;

use data_encoding::HEXLOWER;
use journey_engine::keys;
use journey_engine::store::{Batch, EmbeddedStore, Options, Store};
use serde_json::{Value, json};

use super::support::{ANY, Answer, Server};

const WELCOME: &str = "journey welcome { entry event signed_up  reenter always  exit done }";

fn start(data: &Path) -> Server {
    Server::dev(&["--data", data.to_str().unwrap()])
}

fn with_schema(server: &Server) {
    let schema = json!({ "files": [{ "path": "schema.journey", "text": "event signed_up {}\n" }] });
    let json = [("content-type", "application/json")];
    let set = server.send("PUT", "/api/v1/schema", &json, schema.to_string().as_bytes());
    assert_eq!(set.status, 200, "{}", set.text());
}

fn post(server: &Server, key: &str, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key), ANY];
    server.send("POST", path, &headers, body.to_string().as_bytes())
}

/// What a process leaves that ends before it can keep its answers: notes where there were some.
fn end_before_the_answer(data: &Path, noted: bool) {
    let (store, _) = EmbeddedStore::open(&data.join("store"), Options::new(0)).unwrap();
    let all = keys::requests();
    let mut batch = Batch::new();
    for (key, value) in store.scan(&all.start, &all.end, usize::MAX).unwrap() {
        let (expires, answer) = value.split_at(8);
        let head = answer.split(|byte| *byte == b'\n').next().unwrap();
        let head: Value = serde_json::from_slice(head).unwrap();
        let fingerprint = HEXLOWER.decode(head["request"].as_str().unwrap().as_bytes()).unwrap();
        match noted {
            true => batch.put(&key, &[expires, &b"done"[..], &fingerprint].concat()),
            false => batch.delete(&key),
        }
    }
    assert!(!batch.is_empty(), "no answer was kept");
    store.append(&batch).unwrap();
    store.sync().unwrap();
}

#[test]
fn an_answer_is_given_again_after_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let server = start(data.path());
    with_schema(&server);
    let source = json!({ "source": WELCOME });
    let first = post(&server, "k1", "/api/v1/journeys", &source);
    assert_eq!(first.status, 201, "{}", first.text());
    drop(server);

    let server = start(data.path());
    let again = post(&server, "k1", "/api/v1/journeys", &source);
    assert_eq!((again.status, again.text()), (201, first.text()));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.header("location"), first.header("location"));
    let other = post(&server, "k1", "/api/v1/journeys", &json!({ "source": "" }));
    assert_eq!(other.problem(), (422, "idempotency-key-reused".to_owned()));
    assert_eq!(post(&server, "k2", "/api/v1/journeys", &source).problem().0, 409);
}

#[test]
fn what_was_done_but_not_answered_is_answered_and_not_done_again() {
    let data = tempfile::tempdir().unwrap();
    let server = start(data.path());
    with_schema(&server);
    let source = json!({ "source": WELCOME });
    let first = post(&server, "k1", "/api/v1/journeys", &source);
    let activated = post(&server, "k2", "/api/v1/journeys/welcome/activate", &Value::Null);
    assert_eq!((first.status, activated.status), (201, 200));
    drop(server);
    end_before_the_answer(data.path(), true);

    let server = start(data.path());
    let again = post(&server, "k1", "/api/v1/journeys", &source);
    assert_eq!(again.status, 201, "{}", again.text());
    assert_eq!(again.header("location"), first.header("location"));
    let other = post(&server, "k2", "/api/v1/journeys/welcome/pause", &Value::Null);
    assert_eq!(other.problem(), (422, "idempotency-key-reused".to_owned()));
    let again = post(&server, "k2", "/api/v1/journeys/welcome/activate", &Value::Null);
    assert_eq!((again.status, &again.json()["state"]), (200, &json!("active")));
    assert_eq!(again.json()["version"], 1);
    let replayed = post(&server, "k2", "/api/v1/journeys/welcome/activate", &Value::Null);
    assert_eq!(replayed.header("idempotency-replayed"), Some("true"));
}

#[test]
fn events_of_a_request_that_was_half_done_count_once() {
    let data = tempfile::tempdir().unwrap();
    let server = start(data.path());
    with_schema(&server);
    post(&server, "k1", "/api/v1/journeys", &json!({ "source": WELCOME }));
    post(&server, "k2", "/api/v1/journeys/welcome/activate", &Value::Null);
    let event = |n: u32| json!({ "customer_id": format!("c{}", n % 10), "event": "signed_up" });
    let events: Vec<Value> = (0..40).map(event).collect();
    let first = post(&server, "k3", "/api/v1/events", &events.clone().into()).json();
    assert_eq!((&first["accepted"], &first["duplicates"]), (&json!(40), &json!(0)), "{first}");
    drop(server);
    end_before_the_answer(data.path(), false);

    let server = start(data.path());
    let again = post(&server, "k3", "/api/v1/events", &events.clone().into()).json();
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(40), &json!(40)), "{again}");
    let new = post(&server, "k4", "/api/v1/events", &events.into()).json();
    assert_eq!(new["duplicates"], 0, "another request is another one: {new}");
    let counts = &server.get("/api/v1/journeys/welcome").json()["counts"];
    assert_eq!(counts["entered"], 80, "{counts}");
}
