//! A journey as it moves.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::{Answer, PATIENCE, Server, Workspace, basic, head};

const SCHEMA: &str = "customer { plan: text? }\nevent signed_up {}\n";
const JOURNEY: &str =
    "journey welcome {\n  entry event signed_up\n  patience: wait 1d\n  exit done\n}\n";

struct Stream(BufReader<TcpStream>);

impl Stream {
    fn open(workspace: &Workspace) -> Stream {
        let mut socket = workspace.server.connect();
        let authorization = basic(&workspace.reader);
        let headers = [("authorization", &*authorization)];
        let head = head("GET", "/api/v1/journeys/welcome/live", &headers, 0);
        socket.write_all(head.as_bytes()).unwrap();
        let mut stream = Stream(BufReader::new(socket));
        assert!(stream.line().unwrap().starts_with("HTTP/1.1 200"));
        stream
    }

    /// The next line; nothing at the end.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).unwrap();
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The next counts, and when they came; nothing at the end.
    fn counts(&mut self) -> Option<(Value, Instant)> {
        loop {
            let line = self.line()?;
            if let Some(data) = line.strip_prefix("data: ") {
                return Some((serde_json::from_str(data).unwrap(), Instant::now()));
            }
        }
    }
}

fn workspace(config: &str) -> Workspace {
    Workspace::serve(config, SCHEMA, &[("welcome", JOURNEY)])
}

fn enter(workspace: &Workspace, customer: &str) {
    workspace.events(&json!({ "customer_id": customer, "event": "signed_up" }));
}

#[test]
fn absolute_counts_come_at_once_and_when_they_change_at_most_once_a_second() {
    let workspace = workspace("[log]\nlevel = \"trace\"\n");
    let mut stream = Stream::open(&workspace);
    let (first, mut before) = stream.counts().unwrap();
    assert_eq!((&first["journey"], &first["state"]), (&json!("welcome"), &json!("active")));
    assert_eq!(first["counts"]["inside"], 0);
    for customer in 1..=3 {
        // Many at once are told at once.
        for part in 0..5 {
            enter(&workspace, &format!("canary-{customer}-{part}"));
        }
        let wanted = customer * 5;
        loop {
            let (counts, at) = stream.counts().unwrap();
            assert!(at - before > Duration::from_millis(900), "{:?}", at - before);
            before = at;
            if counts["counts"]["inside"] == wanted {
                let tile = &counts["versions"][0]["tiles"][0];
                assert_eq!(
                    [&tile["entered"], &tile["inside"], &tile["passed"]],
                    [wanted, wanted, 0]
                );
                assert_eq!(tile["id"], "patience");
                break;
            }
        }
    }
    // Who comes later is told at once, too.
    let (counts, _) = Stream::open(&workspace).counts().unwrap();
    assert_eq!(counts["counts"]["inside"], 15);
    workspace.done("POST", "/api/v1/journeys/welcome/pause", "");
    assert_eq!(stream.counts().unwrap().0["state"], "paused");
    workspace.tells_nobody();
}

#[test]
fn a_server_that_stops_ends_the_stream_and_does_not_wait_for_it() {
    let mut workspace = workspace("");
    let mut stream = Stream::open(&workspace);
    stream.counts().unwrap();
    let begun = Instant::now();
    workspace.server.terminate();
    assert_eq!(stream.counts(), None);
    assert!(workspace.server.wait().success());
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[test]
fn only_so_many_listen_and_a_place_becomes_free_when_one_leaves() {
    let workspace = workspace("[limits]\nlive_listeners = 2\n");
    let ask = || -> Answer { workspace.get("/api/v1/journeys/welcome/live") };
    let mut first = Stream::open(&workspace);
    let mut second = Stream::open(&workspace);
    first.counts().unwrap();
    second.counts().unwrap();
    assert_eq!(ask().problem(), (429, "overloaded".to_owned()));
    drop(first);
    let begun = Instant::now();
    let mut open = false;
    while !open && begun.elapsed() < PATIENCE {
        // A stream does not end, so that its head is all there is to wait for.
        let mut socket = workspace.server.connect();
        let authorization = basic(&workspace.reader);
        let headers = [("authorization", &*authorization)];
        socket
            .write_all(head("GET", "/api/v1/journeys/welcome/live", &headers, 0).as_bytes())
            .unwrap();
        let mut line = String::new();
        BufReader::new(socket).read_line(&mut line).unwrap();
        open = line.starts_with("HTTP/1.1 200");
    }
    assert!(open, "the place of one who left is free");
    second.0.get_ref().shutdown(std::net::Shutdown::Both).unwrap();
}

#[test]
fn there_must_be_such_a_journey_and_a_key_that_may_read() {
    let workspace = workspace("");
    assert_eq!(workspace.get("/api/v1/journeys/none/live").problem().0, 404);
    assert_eq!(workspace.server.get("/api/v1/journeys/welcome/live").problem().0, 401);
    let dev = Server::dev(&[]);
    assert_eq!(dev.get("/api/v1/journeys/none/live").problem().0, 404);
}
