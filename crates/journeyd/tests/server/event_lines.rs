//! Events in lines are taken while they come.

use std::io::Write;
use std::net::TcpStream;
use std::time::Instant;

use serde_json::{Value, json};

use super::support::{Answer, PATIENCE, Server, head, resident};

const WELCOME: &str = "journey welcome { entry event signed_up  reenter always  exit done }";
const LINES: (&str, &str) = ("content-type", "application/x-ndjson");

/// A server that counts in `welcome` who signs up.
fn start(settings: &[&str]) -> Server {
    let settings: Vec<&str> = settings.iter().flat_map(|it| ["--set", it]).collect();
    let server = Server::dev(&settings);
    let schema = json!({ "files": [{ "path": "schema.journey", "text": "event signed_up { note: text? }\n" }] });
    let json = [("content-type", "application/json"), super::support::ANY];
    for (method, path, body) in [
        ("PUT", "/api/v1/schema", schema.to_string()),
        ("POST", "/api/v1/journeys", json!({ "source": WELCOME }).to_string()),
        ("POST", "/api/v1/journeys/welcome/activate", String::new()),
    ] {
        let done = server.send(method, path, &json, body.as_bytes());
        assert!(done.status < 300, "{}", done.text());
    }
    server
}

fn event(number: usize) -> String {
    format!("{{\"id\":\"e{number}\",\"customer_id\":\"c{number}\",\"event\":\"signed_up\"}}\n")
}

fn events(numbers: std::ops::Range<usize>) -> String {
    numbers.map(event).collect()
}

/// How many have signed up.
fn entered(server: &Server) -> u64 {
    server.get("/api/v1/journeys/welcome").json()["counts"]["entered"].as_u64().unwrap()
}

fn until_entered(server: &Server, count: u64) {
    let begun = Instant::now();
    while entered(server) != count {
        assert!(begun.elapsed() < PATIENCE, "{} entered, not {count}", entered(server));
        std::thread::yield_now();
    }
}

/// A body that is being sent, a chunk at a time.
struct Sending(TcpStream);

impl Sending {
    fn begin(server: &Server, headers: &[(&str, &str)]) -> Sending {
        let headers = [&[LINES, ("transfer-encoding", "chunked")], headers].concat();
        let mut stream = server.connect();
        stream.write_all(head("POST", "/api/v1/events", &headers, 0).as_bytes()).unwrap();
        Sending(stream)
    }

    fn send(&mut self, text: &str) {
        let chunk = format!("{:x}\r\n{text}\r\n", text.len());
        // A server that has heard enough may not read to the end.
        let _ = self.0.write_all(chunk.as_bytes());
    }

    fn end(mut self) -> Answer {
        let _ = self.0.write_all(b"0\r\n\r\n");
        self.answer()
    }

    fn answer(mut self) -> Answer {
        Answer::read(&mut self.0)
    }
}

#[test]
fn a_body_may_be_as_long_as_it_likes_and_takes_little_memory() {
    const LINE: usize = 100 * 1024;
    const COUNT: usize = 400;
    // Less than the body, in every way.
    let server =
        start(&["limits.body=64KiB", "limits.stream_body=64KiB", "limits.bodies_in_memory=2MiB"]);
    let padding = "x".repeat(LINE);
    let before = resident(server.id());
    let mut sending = Sending::begin(&server, &[]);
    for number in 0..COUNT {
        let line = event(number).replace("}\n", &format!(",\"context\":\"{padding}\"}}\n"));
        sending.send(&line);
    }
    let taken = sending.end();
    assert_eq!(taken.status, 200, "{}", taken.text());
    assert_eq!(
        taken.json(),
        json!({ "accepted": COUNT, "duplicates": 0, "rejected": 0, "errors": [] })
    );
    let grown = resident(server.id()).saturating_sub(before);
    assert!(grown < (COUNT * LINE / 2) as u64, "{grown} bytes more");
    assert_eq!(entered(&server), COUNT as u64);
}

#[test]
fn what_is_no_event_does_not_stop_those_behind_it() {
    let server = start(&["limits.event=1KiB"]);
    let long = event(2).replace("c2", &"c".repeat(2_000));
    let (first, last) = (event(0), event(5));
    let body = [&first, "{\"customer_id\": \n", "\n", &long, &event(3), "[]\n", last.trim_end()];
    let taken = server.send("POST", "/api/v1/events", &[LINES], body.concat().as_bytes());
    assert_eq!(taken.status, 200, "{}", taken.text());
    let taken = taken.json();
    let index = |error: &Value| error["index"].as_u64().unwrap();
    let rejected: Vec<u64> = taken["errors"].as_array().unwrap().iter().map(index).collect();
    assert_eq!((&taken["accepted"], rejected), (&json!(3), vec![1, 2, 4]), "{taken}");
    assert_eq!(taken["errors"][1]["reason"], "the element is longer than 1024 bytes");
    let kept = server.get("/api/v1/rejected-events").json();
    assert_eq!(kept["items"].as_array().unwrap().len(), 3);
}

#[test]
fn lines_are_done_as_they_come_and_what_broke_off_can_be_sent_again() {
    let server = start(&[]);
    // The last line is whole JSON, and nobody knows whether it is a whole line.
    for (whole, begun) in [(3, event(3).trim_end().to_owned()), (7, event(7)[..20].to_owned())] {
        let mut sending = Sending::begin(&server, &[]);
        sending.send(&events(0..whole));
        sending.send(&begun);
        until_entered(&server, whole as u64);
        drop(sending);
    }
    let taken = server.send("POST", "/api/v1/events", &[LINES], events(0..10).as_bytes()).json();
    assert_eq!(taken, json!({ "accepted": 10, "duplicates": 7, "rejected": 0, "errors": [] }));
    assert_eq!(entered(&server), 10);
}

#[test]
fn who_sends_nothing_more_is_told_what_is_done() {
    let server = start(&["limits.body_idle_time=1s"]);
    let mut sending = Sending::begin(&server, &[]);
    for number in 0..3 {
        // Each is answered for before the next is sent: the sender is slow, and not too slow.
        sending.send(&event(number));
        until_entered(&server, number as u64 + 1);
    }
    let answer = sending.answer();
    assert_eq!(answer.problem(), (408, "request-timeout".to_owned()));
    let done = json!({ "accepted": 3, "duplicates": 0, "rejected": 0, "errors": [] });
    assert_eq!(answer.json()["done"], done);
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.ends_with("; the first 3 events are done, go on behind them"), "{detail}");
    // Of whom nothing was done, nothing is told.
    let nothing = Sending::begin(&server, &[]).answer();
    assert_eq!((nothing.status, nothing.json().get("done")), (408, None));
}

#[test]
fn a_server_that_stops_says_what_is_done() {
    let mut server = start(&[]);
    let mut sending = Sending::begin(&server, &[]);
    sending.send(&events(0..2));
    until_entered(&server, 2);
    server.terminate();
    let answer = sending.answer();
    assert_eq!(answer.problem(), (503, "unavailable".to_owned()));
    assert_eq!(answer.json()["done"]["accepted"], 2);
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn a_body_with_an_idempotency_key_is_done_once_also_if_it_broke_off() {
    let server = start(&[]);
    let nameless = |numbers: std::ops::Range<usize>| {
        let line = |n| format!("{{\"customer_id\":\"c{n}\",\"event\":\"signed_up\"}}\n");
        numbers.map(line).collect::<String>()
    };
    let key = [("idempotency-key", "k1")];
    let post = |body: &str| {
        let mut sending = Sending::begin(&server, &key);
        sending.send(body);
        sending.end()
    };
    let mut sending = Sending::begin(&server, &key);
    sending.send(&nameless(0..4));
    until_entered(&server, 4);
    assert_eq!(post(&nameless(0..6)).problem(), (409, "request-in-progress".to_owned()));
    drop(sending);
    let begun = Instant::now();
    let first = loop {
        let answer = post(&nameless(0..6));
        // Until the server has noticed that the first sender is gone.
        if answer.status != 409 {
            break answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{}", answer.text());
    };
    assert_eq!(
        first.json(),
        json!({ "accepted": 6, "duplicates": 4, "rejected": 0, "errors": [] })
    );
    let again = post(&nameless(0..6));
    assert_eq!((again.status, again.text()), (200, first.text()));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(post(&nameless(0..7)).problem(), (422, "idempotency-key-reused".to_owned()));
    assert_eq!(entered(&server), 6);
}

#[test]
fn ten_thousand_lines_count_as_a_request_and_as_many_errors_are_told() {
    const COUNT: usize = 20_001;
    let server = start(&["limits.ingest_requests_per_minute=10"]);
    let begun = Instant::now();
    let taken = server.send("POST", "/api/v1/events", &[LINES], "{}\n".repeat(COUNT).as_bytes());
    assert_eq!(taken.status, 200, "{}", taken.text());
    let taken = taken.json();
    assert_eq!((&taken["accepted"], &taken["rejected"]), (&json!(0), &json!(COUNT)));
    assert_eq!(taken["errors"].as_array().unwrap().len(), 10_000);
    assert_eq!(taken["errors"][9_999]["index"], 9_999);
    let next = server.send("POST", "/api/v1/events", &[LINES], event(0).as_bytes());
    let left = next.header("ratelimit").unwrap().split(['=', ';']).nth(2).unwrap();
    // One each for this and for the one before, and two for its other lines.
    let refilled = begun.elapsed().as_secs() / 6 + 1;
    assert!(left.parse::<u64>().unwrap() <= 6 + refilled, "{left} left");
}

#[test]
fn a_body_may_be_bounded() {
    let server = start(&["limits.events_body=1KiB"]);
    let body = events(0..100);
    let refused = server.send("POST", "/api/v1/events", &[LINES], body.as_bytes());
    assert_eq!(refused.problem(), (413, "body-too-large".to_owned()));
    assert_eq!((refused.json().get("done"), entered(&server)), (None, 0), "it says so itself");
    let mut sending = Sending::begin(&server, &[]);
    sending.send(&events(0..10));
    sending.send(&events(10..20));
    let refused = sending.end();
    assert_eq!(refused.problem(), (413, "body-too-large".to_owned()));
    assert_eq!((&refused.json()["done"]["accepted"], entered(&server)), (&json!(10), 10));
}
