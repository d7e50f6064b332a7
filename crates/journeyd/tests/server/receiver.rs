//! A receiver of messages that behaves as a test wants, and what helps to look at what comes of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Inbox, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::{ANY, PATIENCE, Server};

/// What a receiver does with a request.
#[derive(Clone, Copy)]
pub(crate) enum Manner {
    /// Answers with a status, a header and a body.
    Answers(u16, &'static str, &'static str),
    /// Says nothing.
    Hangs,
    /// Resets the connection.
    Resets,
    /// Answers 200 and never ends.
    Endless,
}

/// It is well.
pub(crate) const WELL: Manner = Manner::Answers(200, "x: y", "{}");
/// It is overloaded.
pub(crate) const BUSY: Manner = Manner::Answers(503, "x: y", "try later, secret-of-the-receiver");

/// A server on loopback.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    requests: Inbox<String>,
}

impl Receiver {
    pub(crate) fn new(manner: Manner) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let manner = Arc::new(Mutex::new(manner));
        let (told, requests) = channel();
        let now = Arc::clone(&manner);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (manner, told) = (*now.lock().unwrap(), told.clone());
                std::thread::spawn(move || answer(stream.unwrap(), manner, &told));
            }
        });
        Receiver { address, manner, requests }
    }

    pub(crate) fn behaves(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// The next request: its head and its body.
    pub(crate) fn request(&self) -> String {
        self.requests.recv_timeout(PATIENCE).unwrap()
    }

    pub(crate) fn got_nothing_more(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn answer(mut stream: TcpStream, manner: Manner, told: &Sender<String>) {
    if let Manner::Resets = manner {
        // What is not read when a connection is closed resets it.
        stream.peek(&mut [0]).unwrap();
        let _ = told.send(String::new());
        return;
    }
    let _ = told.send(request(&mut stream));
    match manner {
        Manner::Answers(status, header, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} It\r\n{header}\r\ncontent-length: {length}\r\n");
            let _ = write!(stream, "{head}connection: close\r\n\r\n{body}");
        }
        Manner::Endless => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n[");
            while stream.write_all(&[b' '; 4096]).is_ok() {}
        }
        // Until the other side gives up.
        Manner::Hangs | Manner::Resets => drop(stream.read(&mut [0])),
    }
}

/// Reads a request.
fn request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return text,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    }
}

/// The value of a header.
pub(crate) fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let lines = request.lines();
    let mut found = lines.filter_map(|line| line.split_once(": "));
    let found = found.find(|(it, _)| it.eq_ignore_ascii_case(name));
    found.unwrap_or_else(|| panic!("no {name} in {request}")).1
}

/// A server by the clock of events whose destination `crm` is this receiver. Its journeys are live.
pub(crate) fn calling(receiver: &Receiver, schema: &str, journeys: &[&str]) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let base = format!("http://{}", receiver.address);
    let settings = format!("[destinations.crm.settings]\nbase_url = \"{base}\"\n");
    std::fs::write(folder.path().join("journeyd.toml"), settings).unwrap();
    by_events(folder, schema, journeys)
}

/// A server by the clock of events.
pub(crate) fn by_events(folder: TempDir, schema: &str, journeys: &[&str]) -> Server {
    let server = Server::start(folder, &["dev", "--set", "engine.clock=events"]);
    set_up(&server, schema, journeys);
    server
}

/// Sets the schema and activates journeys.
pub(crate) fn set_up(server: &Server, schema: &str, journeys: &[&str]) {
    let schema = json!({ "files": [{ "path": "schema.journey", "text": schema }] });
    let put = server.send("PUT", "/api/v1/schema", JSON, schema.to_string().as_bytes());
    assert_eq!(put.status, 200, "{}", put.text());
    for source in journeys {
        let id = create(server, source);
        post(server, &format!("/api/v1/journeys/{id}/activate"));
    }
}

pub(crate) const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

/// Creates a draft, and gives its id.
pub(crate) fn create(server: &Server, source: &str) -> String {
    let created = server.post_json("/api/v1/journeys", &json!({ "source": source }).to_string());
    assert_eq!(created.status, 201, "{}", created.text());
    created.json()["id"].as_str().unwrap().to_owned()
}

/// A POST without a body that must go well.
pub(crate) fn post(server: &Server, path: &str) -> Value {
    let answer = server.send("POST", path, &[ANY], b"");
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// A GET that must go well.
pub(crate) fn get(server: &Server, path: &str) -> Value {
    let answer = server.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// The items of a list.
pub(crate) fn items(server: &Server, path: &str) -> Vec<Value> {
    get(server, path)["items"].as_array().unwrap().clone()
}

/// An event at a time of the fifth of January 2026.
pub(crate) fn event(server: &Server, customer: &str, event: &str, time: &str) {
    let ts = format!("2026-01-05T{time}Z");
    let event = json!({ "customer_id": customer, "event": event, "ts": ts });
    let taken = server.post_json("/api/v1/events", &event.to_string()).json();
    assert_eq!(taken["accepted"], 1, "{taken}");
}

/// Looks until there is something to be seen.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < deadline, "it never came to this: {what}");
    }
}

/// Looks at a list until its items are such.
pub(crate) fn until_items(
    server: &Server,
    path: &str,
    what: &str,
    fits: impl Fn(&[Value]) -> bool,
) -> Vec<Value> {
    until(what, || Some(items(server, path)).filter(|items| fits(items)))
}
