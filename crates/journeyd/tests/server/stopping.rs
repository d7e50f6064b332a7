use std::io::Write;

use crate::support::{Answer, Server, head};

#[test]
fn a_server_that_is_asked_to_stop_ends_what_it_began_and_exits_0() {
    let mut server = Server::dev(&["--set", "stop.delay=1s"]);
    let source = "{\"source\":\"\"}";
    let mut running = server.connect();
    let json = [("content-type", "application/json")];
    running.write_all(head("POST", "/api/v1/check", &json, source.len()).as_bytes()).unwrap();
    let idle = server.connect();
    server.terminate();
    loop {
        let ready = server.get("/readyz");
        if ready.status == 503 {
            assert_eq!(ready.json()["waiting_for"][0], "the server is stopping");
            break;
        }
    }
    running.write_all(source.as_bytes()).unwrap();
    assert_eq!(Answer::read(&mut running).status, 200);
    assert_eq!(server.wait().code(), Some(0));
    assert!(std::net::TcpStream::connect(server.address).is_err(), "nobody listens any more");
    drop(idle);
}

#[test]
fn a_request_that_does_not_end_is_given_up() {
    let mut server = Server::dev(&["--set", "stop.drain=500ms"]);
    let mut running = server.connect();
    let json = [("content-type", "application/json")];
    running.write_all(head("POST", "/api/v1/check", &json, 100).as_bytes()).unwrap();
    // It has begun once the server says that it runs.
    while !server.log().is_empty() || server.get("/livez").status != 200 {}
    server.terminate();
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn a_second_signal_does_not_wait() {
    let mut server = Server::dev(&["--set", "stop.delay=1d"]);
    server.terminate();
    while server.get("/readyz").status != 503 {}
    server.terminate();
    assert_eq!(server.wait().code(), Some(0), "nothing runs: the delay alone is cut short");
}
