//! `journeyc lsp --socket`: who calls is served, one after the other and beside each other.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use support::{Workspace, journeyc};

/// Longer than this nothing takes; a test that waits as long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs until the test ends.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// On a port that is free, which it says.
    fn new() -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_journeyc"))
            .args(["lsp", "--socket", "0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").expect(&line).to_owned();
        Server { child, address }
    }

    fn call(&self) -> Client {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Client { input: BufReader::new(stream.try_clone().unwrap()), output: stream }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// An editor that called.
struct Client {
    input: BufReader<TcpStream>,
    output: TcpStream,
}

impl Client {
    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.output, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
        loop {
            let message = self.read();
            if message["id"] == 1 && message.get("method").is_none() {
                return message["result"].clone();
            }
        }
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.input.read_line(&mut line).unwrap() > 0, "the server goes on");
            match line.trim().split_once(": ") {
                Some((_, value)) => length = value.parse().unwrap(),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.input.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// Introduces itself, and asks a question about a document of its own.
    fn work(&mut self, event: &str) {
        self.ask("initialize", &json!({ "capabilities": {} }));
        self.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
        let document = json!({
            "uri": "untitled:a", "languageId": "journey", "version": 1,
            "text": format!("event {event} {{}}"),
        });
        let params = json!({ "textDocument": document });
        self.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params }));
        assert_eq!(self.declares(), [event]);
    }

    /// What the document declares, as the server knows it.
    fn declares(&mut self) -> Vec<String> {
        let found = self.ask("workspace/symbol", &json!({ "query": "" }));
        let names = found.as_array().unwrap().iter();
        names.map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Says goodbye, after which the server hangs up.
    fn goodbye(mut self) {
        self.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }));
        self.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
        let mut rest = Vec::new();
        self.input.read_to_end(&mut rest).unwrap();
    }
}

#[test]
fn editors_are_served_one_after_the_other() {
    let server = Server::new();
    for event in ["one", "two", "three"] {
        let mut client = server.call();
        client.work(event);
        client.goodbye();
    }
}

#[test]
fn a_second_editor_is_served_beside_the_first_and_sees_nothing_of_it() {
    let server = Server::new();
    let (mut first, mut second) = (server.call(), server.call());
    first.work("one");
    second.work("two");
    assert_eq!((first.declares(), second.declares()), (vec!["one".into()], vec!["two".into()]));
    first.goodbye();
    assert_eq!(second.declares(), ["two"]);
    second.goodbye();
}

#[test]
fn one_that_is_gone_in_the_middle_of_a_message_harms_nobody() {
    let server = Server::new();
    let mut stays = server.call();
    stays.work("stays");
    for piece in ["Content-Le", "Content-Length: 100\r\n\r\n{\"jsonrpc\"", ""] {
        let mut goes = server.call();
        goes.work("goes");
        goes.output.write_all(piece.as_bytes()).unwrap();
        goes.output.shutdown(Shutdown::Write).unwrap();
        // The server hangs up, too.
        goes.input.read_to_end(&mut Vec::new()).unwrap();
    }
    assert_eq!(stays.declares(), ["stays"]);
    stays.goodbye();
    server.call().work("later");
}

#[test]
fn a_port_that_somebody_has_is_said_to_be_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = Workspace::new(&[]);
    let run = journeyc(folder.path(), &["lsp", "--socket", &port]);
    assert_eq!(run.code, 2);
    let wanted = format!("127.0.0.1:{port}: another program listens there already");
    assert!(run.stderr.contains(&wanted), "{}", run.stderr);
    assert!(run.stderr.contains("`--socket 0` takes one that is free"), "{}", run.stderr);
}
