//! Streaming a log into a server that is killed on the way.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Case;
use crate::support::{ANY, PATIENCE, Server, head};

/// How many events a request brings.
const TOGETHER: usize = 1_000;
/// How many connections bring profiles.
const CONNECTIONS: usize = 32;

/// A server, and what its predecessors have written.
pub(super) struct Stream<'c> {
    case: &'c Case,
    data: TempDir,
    server: Server,
    lines: Receiver<String>,
    to_lines: Sender<String>,
    sent: BTreeMap<String, String>,
}

impl<'c> Stream<'c> {
    /// Starts a server that knows the journey as a draft.
    pub(super) fn start(case: &'c Case) -> Stream<'c> {
        let data = tempfile::tempdir().unwrap();
        let (to_lines, lines) = channel();
        let server = start(data.path(), &to_lines);
        let stream = Stream { case, data, server, lines, to_lines, sent: BTreeMap::new() };
        let read = |name: &str| std::fs::read_to_string(case.journey.join(name)).unwrap();
        let text = read(case.source);
        let at = text.find("\njourney ").unwrap();
        // An event that nothing listens to moves the clock to the horizon.
        let schema = format!("{}\nevent clock {{}}\n", &text[..at]);
        let schema = json!({
            "files": [{ "path": "schema.journey", "text": schema }],
            "config": read("journey.toml"),
        });
        let json = [("content-type", "application/json")];
        let set = stream.server.send("PUT", "/api/v1/schema", &json, schema.to_string().as_bytes());
        assert_eq!(set.status, 200, "{}", set.text());
        let draft = json!({ "source": &text[at + 1..] }).to_string();
        let made = stream.server.post_json("/api/v1/journeys", &draft);
        assert_eq!(made.status, 201, "{}", made.text());
        stream
    }

    /// Sets the traits of all customers.
    pub(super) fn profiles(&self) {
        let lines = unpacked(&self.case.log.join("profiles.ndjson.gz"));
        let (server, share) = (&self.server, lines.len().div_ceil(CONNECTIONS));
        std::thread::scope(|scope| {
            for lines in lines.chunks(share) {
                scope.spawn(move || change_traits(server, lines));
            }
        });
    }

    pub(super) fn activate(&self) {
        let journeys = self.server.get("/api/v1/journeys").json();
        let name = journeys["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{journeys}"));
        let path = format!("/api/v1/journeys/{name}/activate");
        let answer = self.server.send("POST", &path, &[ANY], b"");
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Sends all events, each with an id. The server is killed once while it has a request, whose
    /// answer is never seen, and once between two.
    pub(super) fn events(&mut self) {
        let lines = unpacked(&self.case.log.join("events.ndjson.gz"));
        let batches: Vec<String> = lines.chunks(TOGETHER).enumerate().map(with_ids).collect();
        for (number, batch) in batches.iter().enumerate() {
            if number == batches.len() / 3 {
                let mut connection = self.server.connect();
                let head = head("POST", "/api/v1/events", &[LINES], batch.len());
                connection.write_all(head.as_bytes()).unwrap();
                connection.write_all(batch.as_bytes()).unwrap();
                self.kill();
            }
            if number == batches.len() / 2 {
                self.kill();
            }
            let taken = self.server.send("POST", "/api/v1/events", &[LINES], batch.as_bytes());
            assert_eq!(taken.status, 200, "{}", taken.text());
            let taken = taken.json();
            assert_eq!(
                (&taken["rejected"], taken["errors"].as_array().unwrap().len()),
                (&json!(0), 0)
            );
            assert_eq!(taken["accepted"], batch.lines().count());
        }
    }

    /// Kills the server and starts another on what it has left.
    fn kill(&mut self) {
        // SIGKILL, whatever it is at.
        self.server.kill();
        self.server = start(self.data.path(), &self.to_lines);
    }

    /// Lets the clock go on.
    pub(super) fn until(&self, horizon: &str) {
        let event = json!({ "customer_id": "nobody", "event": "clock", "ts": horizon }).to_string();
        assert_eq!(self.server.post_json("/api/v1/events", &event).json()["accepted"], 1);
    }

    /// The actions that were sent, by idempotency key, once there are so many.
    pub(super) fn sent(&mut self, count: usize) -> BTreeMap<String, String> {
        while self.sent.len() < count {
            let left = count - self.sent.len();
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("{left} actions are not sent"));
            self.note(&line);
        }
        // What was sent too much is there by now.
        while let Ok(line) = self.lines.try_recv() {
            self.note(&line);
        }
        self.sent.clone()
    }

    fn note(&mut self, line: &str) {
        // A line that the kill has cut off is written again.
        let Ok(line) = serde_json::from_str::<Value>(line) else { return };
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        let action = text("action");
        let before = self.sent.insert(text("key"), action.clone());
        assert!(before.is_none_or(|before| before == action), "two actions with one key");
    }

    /// Stops the server and gives its data.
    pub(super) fn stop(mut self) -> TempDir {
        self.server.terminate();
        assert_eq!(self.server.wait().code(), Some(0));
        while let Ok(line) = self.lines.try_recv() {
            let known = self.sent.len();
            self.note(&line);
            assert_eq!(self.sent.len(), known, "too much was sent: {line}");
        }
        self.data
    }
}

const LINES: (&str, &str) = ("content-type", "application/x-ndjson");

fn start(data: &Path, lines: &Sender<String>) -> Server {
    let mut server = Server::dev(&["--clock", "events", "--data", data.to_str().unwrap()]);
    let (output, lines) = (server.take_output(), lines.clone());
    std::thread::spawn(move || {
        for line in output.lines() {
            // The test may be over.
            let Ok(line) = line else { return };
            let _ = lines.send(line);
        }
    });
    server
}

/// Lines of a batch with ids, by which what is sent twice is recognised.
fn with_ids((batch, lines): (usize, &[String])) -> String {
    let with_id = |(number, line): (usize, &String)| {
        let rest = line.strip_prefix('{').unwrap();
        format!("{{\"id\":\"{batch}-{number}\",{rest}\n")
    };
    lines.iter().enumerate().map(with_id).collect()
}

fn unpacked(path: &Path) -> Vec<String> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    BufReader::new(GzDecoder::new(file)).lines().map(Result::unwrap).collect()
}

/// Sends changes over one connection.
fn change_traits(server: &Server, lines: &[String]) {
    let mut stream = BufReader::new(server.connect());
    for line in lines {
        let profile: Value = serde_json::from_str(line).unwrap();
        let (id, traits) = (profile["customer_id"].as_str().unwrap(), &profile["traits"]);
        let body = traits.to_string();
        let length = body.len();
        let request = format!(
            "PATCH /api/v1/customers/{id} HTTP/1.1\r\nhost: localhost\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.get_mut().write_all(request.as_bytes()).unwrap();
        assert_eq!(status(&mut stream), 200, "{line}");
    }
}

/// Reads an answer of a connection that stays open.
fn status(stream: &mut impl BufRead) -> u16 {
    let (mut line, mut length) = (String::new(), 0);
    stream.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("{line:?}")).parse().unwrap();
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).unwrap();
        if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
    }
    stream.read_exact(&mut vec![0; length]).unwrap();
    status
}
