//! Journeys run behind the API, and what was answered is there after a kill.

use serde_json::{Value, json};

use super::support::Server;

const SCHEMA: &str = "customer { plan: text? }\nevent signed_up { source: text? }\n\
                      destination crm log { action note(text: text) }\n";
const WELCOME: &str = "journey welcome {\n  entry event signed_up\n  send crm.note(text: \"hi\")\n  \
                       wait 1h\n  exit done\n}\n";

fn with_schema(server: &Server) {
    let schema = json!({ "files": [{ "path": "schema.journey", "text": SCHEMA }] });
    let json = [("content-type", "application/json")];
    let answer = server.send("PUT", "/api/v1/schema", &json, schema.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn source(text: &str) -> String {
    json!({ "source": text }).to_string()
}

fn post(server: &Server, path: &str) -> (u16, Value) {
    let answer = server.send("POST", path, &[], b"");
    (answer.status, answer.json())
}

/// Starts a server on data that outlives it.
fn start(data: &std::path::Path) -> Server {
    Server::dev(&["--data", data.to_str().unwrap()])
}

#[test]
fn a_journey_is_written_activated_entered_and_left_as_the_states_allow() {
    let server = Server::dev(&[]);
    with_schema(&server);
    let created = server.post_json("/api/v1/journeys", &source(WELCOME));
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(created.header("location"), Some("/api/v1/journeys/welcome"));
    let journey = created.json();
    assert_eq!((&journey["state"], &journey["moves"]), (&json!("draft"), &json!(["activate"])));
    let kinds: Vec<&str> = journey["canvas"]["tiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["send", "wait", "exit"]);

    for wanted in ["pause", "resume", "complete", "stop"] {
        let refused = server.send("POST", &format!("/api/v1/journeys/welcome/{wanted}"), &[], b"");
        assert_eq!(refused.problem(), (409, "conflict".to_owned()));
        assert_eq!(refused.json()["allowed"], json!(["activate"]));
    }
    assert_eq!(post(&server, "/api/v1/journeys/welcome/activate").0, 200);
    let taken = server.post_json(
        "/api/v1/events",
        r#"[{"customer_id":"ann","event":"signed_up","id":"e1"},{"customer_id":"ann","event":"signed_up","id":"e1"},{"event":"signed_up"},{"customer_id":"bob","event":"nonsense"}]"#,
    );
    let taken = taken.json();
    assert_eq!((&taken["accepted"], &taken["duplicates"]), (&json!(2), &json!(1)), "{taken}");
    assert_eq!(taken["rejected"], 2);
    assert_eq!(taken["errors"][0]["index"], 2);
    let counts = &server.get("/api/v1/journeys/welcome").json()["counts"];
    assert_eq!((&counts["entered"], &counts["inside"]), (&json!(1), &json!(1)), "{counts}");
    let ann = server.get("/api/v1/customers/ann").json();
    assert_eq!(ann["memberships"][0]["tile"], "wait_1", "{ann}");

    assert_eq!(post(&server, "/api/v1/journeys/welcome/pause").1["state"], "paused");
    server.post_json("/api/v1/events", r#"{"customer_id":"bob","event":"signed_up"}"#);
    let counts = &server.get("/api/v1/journeys/welcome").json()["counts"];
    assert_eq!(counts["entered"], 1, "nobody enters a paused journey");
    assert_eq!(post(&server, "/api/v1/journeys/welcome/resume").1["state"], "active");
    assert_eq!(post(&server, "/api/v1/journeys/welcome/complete").1["state"], "completed");
    let refused = server.send("POST", "/api/v1/journeys/welcome/pause", &[], b"");
    assert_eq!(refused.problem().0, 409);

    let erased = server.send("DELETE", "/api/v1/customers/ann", &[], b"");
    assert_eq!(erased.status, 204);
    assert_eq!(server.get("/api/v1/customers/ann").problem().0, 404);
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let server = start(data.path());
    with_schema(&server);
    server.post_json("/api/v1/journeys", &source(WELCOME));
    post(&server, "/api/v1/journeys/welcome/activate");
    let events: Vec<Value> = (0..500)
        .map(|number| json!({ "customer_id": format!("c{number}"), "event": "signed_up" }))
        .collect();
    let taken = server.post_json("/api/v1/events", &Value::from(events).to_string()).json();
    assert_eq!(taken["accepted"], 500, "{taken}");
    // Dropping the server kills it.
    drop(server);

    let server = start(data.path());
    let journey = server.get("/api/v1/journeys/welcome").json();
    assert_eq!((&journey["state"], &journey["counts"]["inside"]), (&json!("active"), &json!(500)));
    let again = server.post_json("/api/v1/events", r#"{"customer_id":"c1","event":"signed_up"}"#);
    assert_eq!(again.json()["accepted"], 1);
    assert_eq!(server.get("/api/v1/journeys/welcome").json()["counts"]["entered"], 500);
}

#[test]
fn a_draft_is_changed_with_its_etag_and_broken_text_is_refused_with_places() {
    let server = Server::dev(&[]);
    with_schema(&server);
    let broken = server.post_json("/api/v1/journeys", &source(&WELCOME.replace("signed_up", "x")));
    assert_eq!(broken.problem(), (422, "source-errors".to_owned()));
    assert_eq!(broken.json()["errors"][0]["line"], 2);
    let created = server.post_json("/api/v1/journeys", &source(WELCOME));
    let tag = created.header("etag").unwrap().to_owned();
    let json = ("content-type", "application/json");
    let changed = source(&WELCOME.replace("1h", "2h"));
    let put = |headers: &[(&str, &str)]| {
        server.send("PUT", "/api/v1/journeys/welcome", headers, changed.as_bytes())
    };
    assert_eq!(put(&[json]).problem().0, 428);
    assert_eq!(put(&[json, ("if-match", "\"99\"")]).problem().0, 412);
    assert_eq!(put(&[json, ("if-match", &tag)]).status, 200);
    post(&server, "/api/v1/journeys/welcome/activate");
    assert_eq!(put(&[json, ("if-match", "*")]).problem().0, 409, "only drafts are changed");
    let draft = post(&server, "/api/v1/journeys/welcome/draft").1;
    assert_eq!((&draft["version"], &draft["draft"]), (&json!(1), &json!(2)));
    let plan = post(&server, "/api/v1/journeys/welcome/activate?in_flight=migrate&plan=true").1;
    assert_eq!((&plan["from"], &plan["to"]), (&json!(1), &json!(2)), "{plan}");
}

#[test]
fn a_message_leaves_once_its_cause_is_durable() {
    let mut server = Server::dev(&[]);
    with_schema(&server);
    server.post_json("/api/v1/journeys", &source(WELCOME));
    post(&server, "/api/v1/journeys/welcome/activate");
    server.post_json("/api/v1/events", r#"{"customer_id":"ann","event":"signed_up"}"#);
    let line = server.next_line();
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["action"], &line["args"]["text"]), (&json!("crm.note"), &json!("hi")));
}

#[test]
fn a_slip_in_a_parameter_does_not_do_the_other_thing() {
    let server = Server::dev(&[]);
    with_schema(&server);
    server.post_json("/api/v1/journeys", &source(WELCOME));
    let slip = server.send("POST", "/api/v1/journeys/welcome/activate?pln=true", &[], b"");
    assert_eq!(slip.problem(), (400, "invalid-parameter".to_owned()));
    assert!(slip.text().contains("unknown field `pln`"), "{}", slip.text());
    assert_eq!(server.get("/api/v1/journeys/welcome").json()["state"], "draft");
}

#[test]
fn a_page_of_others_cannot_have_a_browser_stop_a_journey() {
    let server = Server::dev(&[]);
    with_schema(&server);
    server.post_json("/api/v1/journeys", &source(WELCOME));
    post(&server, "/api/v1/journeys/welcome/activate");
    let page = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let stop = server.send("POST", "/api/v1/journeys/welcome/stop", &page, b"");
    assert_eq!(stop.problem(), (403, "forbidden".to_owned()));
    assert_eq!(server.get("/api/v1/journeys/welcome").json()["state"], "active");
    let event = br#"{"customer_id":"ann","event":"signed_up"}"#;
    let headers = [page[0], page[1], ("content-type", "application/json")];
    assert_eq!(server.send("POST", "/api/v1/events", &headers, event).status, 200);
}

#[test]
fn who_wants_to_delete_what_is_live_is_told_how_to_end_it() {
    let server = Server::dev(&[]);
    with_schema(&server);
    server.post_json("/api/v1/journeys", &source(WELCOME));
    post(&server, "/api/v1/journeys/welcome/activate");
    let refused = server.send("DELETE", "/api/v1/journeys/welcome", &[], b"");
    assert_eq!(refused.problem().0, 409);
    assert!(refused.text().contains("/journeys/welcome/stop"), "{}", refused.text());
}

#[test]
fn more_events_than_a_request_may_have_are_not_taken_in_part() {
    let server = Server::dev(&[]);
    with_schema(&server);
    let event = r#"{"customer_id":"ann","event":"signed_up"}"#;
    let events = |count: usize| format!("[{}]", vec![event; count].join(","));
    let refused = server.post_json("/api/v1/events", &events(10_001));
    assert_eq!(refused.problem(), (413, "body-too-large".to_owned()));
    assert_eq!(server.get("/api/v1/customers/ann").status, 404, "nothing was done");
    assert_eq!(server.post_json("/api/v1/events", &events(10_000)).json()["accepted"], 10_000);
}

#[test]
fn what_is_no_json_is_told_apart_from_json_that_is_not_wanted() {
    let server = Server::dev(&[]);
    with_schema(&server);
    let json = [("content-type", "application/json")];
    let deep = [b"{\"email\":".as_slice(), &b"[".repeat(100)].concat();
    for (body, problem) in [
        (b"{\"email\": ".as_slice(), (400, "invalid-json")),
        (b"{\"email\": \"\xff\"}", (400, "invalid-json")),
        (&deep, (400, "json-too-deep")),
        (b"{\"no such trait\": 1}", (422, "invalid-body")),
    ] {
        let answer = server.send("PATCH", "/api/v1/customers/ann", &json, body);
        assert_eq!(answer.problem(), (problem.0, problem.1.to_owned()), "{}", answer.text());
    }
}
