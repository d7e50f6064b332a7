//! What the states of a journey do not allow is refused, and changes nothing.

use serde_json::{Value, json};

use super::receiver::{create, get, post, set_up};
use super::support::{ANY, Server};

const SCHEMA: &str = "event signed_up {}\n";
const MOVES: [&str; 5] = ["activate", "pause", "resume", "complete", "stop"];

/// A state, the moves that lead to it, those that lead on from it, and those that leave it as it is.
struct Case {
    state: &'static str,
    by: &'static [&'static str],
    allowed: &'static [&'static str],
    idle: &'static [&'static str],
}

const CASES: [Case; 5] = [
    Case { state: "draft", by: &[], allowed: &["activate"], idle: &[] },
    Case {
        state: "active",
        by: &["activate"],
        allowed: &["pause", "complete", "stop"],
        idle: &["activate", "resume"],
    },
    Case {
        state: "paused",
        by: &["activate", "pause"],
        allowed: &["resume", "complete", "stop"],
        idle: &["pause"],
    },
    Case { state: "completed", by: &["activate", "complete"], allowed: &[], idle: &["complete"] },
    Case { state: "stopped", by: &["activate", "stop"], allowed: &[], idle: &["stop"] },
];

fn source(name: &str) -> String {
    format!("journey {name} {{\n  entry event signed_up\n  wait 1h\n  exit done\n}}\n")
}

/// A server with a journey in each state, named after it.
fn server() -> Server {
    let server = Server::dev(&[]);
    set_up(&server, SCHEMA, &[]);
    for case in &CASES {
        let id = create(&server, &source(&format!("is_{}", case.state)));
        for wanted in case.by {
            post(&server, &format!("/api/v1/journeys/{id}/{wanted}"));
        }
    }
    server
}

#[test]
fn every_refused_move_says_the_state_and_what_it_allows() {
    let server = server();
    let mut refused = 0;
    for Case { state, allowed, idle, .. } in &CASES {
        let path = format!("/api/v1/journeys/is_{state}");
        let before = get(&server, &path);
        assert_eq!((&before["state"], &before["moves"]), (&json!(state), &json!(allowed)));
        for wanted in MOVES.iter().filter(|it| !allowed.contains(it)) {
            let answer = server.send("POST", &format!("{path}/{wanted}"), &[ANY], b"");
            if idle.contains(wanted) {
                assert_eq!(
                    (answer.status, &answer.json()["state"]),
                    (200, &json!(state)),
                    "{wanted}"
                );
                continue;
            }
            refused += 1;
            assert_eq!(answer.problem(), (409, "conflict".to_owned()), "{state}: {wanted}");
            let problem = answer.json();
            assert_eq!((&problem["state"], &problem["allowed"]), (&json!(state), &json!(allowed)));
            let detail = problem["detail"].as_str().unwrap();
            let list = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
            assert!(
                detail.starts_with(&format!("a journey that is {state} cannot be ")),
                "{detail}"
            );
            assert!(detail.ends_with(&format!("; allowed are: {list}")), "{detail}");
        }
        assert_eq!(get(&server, &path), before, "nothing has changed");
    }
    assert_eq!(refused, 13, "four each of a draft and of what is over, one of what is paused");
}

#[test]
fn what_was_activated_is_neither_changed_nor_deleted() {
    let server = server();
    let headers = [("content-type", "application/json"), ANY];
    for Case { state, .. } in CASES.iter().filter(|case| case.state != "draft") {
        let path = format!("/api/v1/journeys/is_{state}");
        let before = get(&server, &path);
        let body = json!({ "source": source(&format!("is_{state}")).replace("1h", "2h") });
        let put = server.send("PUT", &path, &headers, body.to_string().as_bytes());
        assert_eq!(put.problem(), (409, "conflict".to_owned()), "{state}");
        assert!(put.text().contains(&format!("/journeys/is_{state}/draft")), "{}", put.text());
        let deleted = server.send("DELETE", &path, &[ANY], b"");
        assert_eq!(deleted.problem(), (409, "conflict".to_owned()), "{state}");
        assert!(
            deleted.text().contains(&format!("/journeys/is_{state}/stop")),
            "{}",
            deleted.text()
        );
        assert_eq!(get(&server, &path), before, "nothing has changed");
    }
}

#[test]
fn a_move_of_no_journey_and_no_move_of_a_journey_are_not_found() {
    let server = server();
    for wanted in MOVES {
        let path = format!("/api/v1/journeys/nobody/{wanted}");
        assert_eq!(server.send("POST", &path, &[ANY], b"").problem().0, 404, "{wanted}");
        let path = format!("/api/v1/journeys/is_active/{wanted}");
        assert_eq!(server.send("GET", &path, &[], b"").problem().0, 405, "{wanted}");
    }
    assert_eq!(server.send("POST", "/api/v1/journeys/is_active/archive", &[ANY], b"").status, 404);
    assert_eq!(get(&server, "/api/v1/journeys/is_active")["state"], Value::from("active"));
}
