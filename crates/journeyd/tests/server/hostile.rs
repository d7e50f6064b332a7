//! What strangers send.

use std::io::{Read, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Answer, Server, head, resident};

#[test]
fn a_thousand_half_open_connections_are_closed_within_ten_seconds_and_others_are_served() {
    let server = Server::dev(&[]);
    let beginnings: [&[u8]; 5] = [
        b"",
        b"G",
        b"PRI * HTTP/2.0\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    let mut open: Vec<_> = (0..1_000)
        .map(|number| {
            let mut stream = server.connect();
            stream.write_all(beginnings[number % beginnings.len()]).unwrap();
            stream
        })
        .collect();
    let begun = Instant::now();
    assert_eq!(server.get("/livez").status, 200, "served while they are open");
    for stream in &mut open {
        let mut rest = Vec::new();
        // Ends when the server closes it, be it by a reset.
        let _ = stream.read_to_end(&mut rest);
    }
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_bomb_is_refused_and_memory_stays_bounded() {
    let server = Server::dev(&[]);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..256 {
        encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let before = resident(server.id());
    for _ in 0..20 {
        let answer = server.send("POST", "/api/v1/check", &headers, &bomb);
        assert_eq!(answer.problem(), (413, "body-too-large".to_owned()));
    }
    let grown = resident(server.id()).saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more");
}

#[test]
fn bodies_too_large_or_too_deep_are_refused() {
    let server = Server::dev(&[]);
    let large = vec![b' '; (1 << 20) + 1];
    let json = [("content-type", "application/json")];
    let answer = server.send("POST", "/api/v1/check", &json, &large);
    assert_eq!(answer.problem(), (413, "body-too-large".to_owned()));
    let deep = "[".repeat(100_000);
    assert_eq!(
        server.post_json("/api/v1/check", &deep).problem(),
        (400, "json-too-deep".to_owned())
    );
}

#[test]
fn who_waits_to_be_told_to_send_too_much_is_not_told_to() {
    let server = Server::dev(&[]);
    let mut stream = server.connect();
    let headers = [("content-type", "application/json"), ("expect", "100-continue")];
    stream.write_all(head("POST", "/api/v1/check", &headers, 100 << 20).as_bytes()).unwrap();
    assert_eq!(Answer::read(&mut stream).problem(), (413, "body-too-large".to_owned()));
}

#[test]
fn a_body_that_stops_is_not_waited_for() {
    let server = Server::dev(&["--set", "limits.body_idle_time=500ms"]);
    let mut stream = server.connect();
    let json = [("content-type", "application/json")];
    stream.write_all(head("POST", "/api/v1/check", &json, 100).as_bytes()).unwrap();
    stream.write_all(b"{\"source\":").unwrap();
    assert_eq!(Answer::read(&mut stream).problem(), (408, "request-timeout".to_owned()));
}

#[test]
fn a_connection_that_lies_idle_is_closed() {
    let server = Server::dev(&["--set", "limits.idle_time=500ms"]);
    let mut stream = server.connect();
    stream.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let answer = Answer::read(&mut stream);
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"live\n".as_slice()));
}

#[test]
fn more_connections_than_allowed_wait_for_their_turn() {
    let server = Server::dev(&["--set", "limits.connections=1", "--set", "limits.head_time=1s"]);
    let first = server.connect();
    assert_eq!(server.get("/livez").status, 200, "once the first is given up");
    drop(first);
}

#[test]
fn what_is_no_http_is_refused() {
    let server = Server::dev(&[]);
    for (bytes, status) in [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 400),
        (b"GET / HTTP/1.1\r\nhost localhost\r\n\r\n".to_vec(), 400),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70_000)).into_bytes(), 431),
        (format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(70_000)).into_bytes(), 431),
        (
            b"POST /api/v1/check HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"
                .to_vec(),
            400,
        ),
    ] {
        let mut stream = server.connect();
        let _ = stream.write_all(&bytes);
        assert_eq!(Answer::read(&mut stream).status, status);
    }
}

#[test]
fn connections_do_not_take_the_files_that_the_store_needs() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 120 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_journeyd")]);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_by(command, folder, &["dev", "--set", "limits.head_time=1m"]);
    assert!(server.log().contains("raise it (`ulimit -n`"), "{}", server.log());
    let json = [("content-type", "application/json")];
    let schema = br#"{"files":[{"path":"schema.journey","text":"event signed_up {}"}]}"#;
    assert_eq!(server.send("PUT", "/api/v1/schema", &json, schema).status, 200);
    server.post_json("/api/v1/events", r#"{"customer_id":"ann","event":"signed_up"}"#);

    let mut early = server.connect();
    let mut answered = |request: &str, end: &str| {
        early
            .write_all(format!("{request} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes())
            .unwrap();
        let (mut read, mut piece) = (String::new(), [0; 1_024]);
        while !read.ends_with(end) {
            let length = early.read(&mut piece).unwrap();
            assert_ne!(length, 0, "the connection ended: {}", server.log());
            read.push_str(std::str::from_utf8(&piece[..length]).unwrap());
        }
        read
    };
    answered("GET /livez", "live\n");
    // More than there are files for, and no more than the system lets wait to be accepted.
    let flood: Vec<_> = (0..130).map(|_| server.connect()).collect();
    // Makes new files of all that is stored.
    let erased = answered("DELETE /api/v1/customers/ann?wait=true", "\r\n\r\n");
    assert!(erased.starts_with("HTTP/1.1 204"), "{erased}");
    drop(flood);
}
