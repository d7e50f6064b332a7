//! Journeys run behind the API, and what was answered is there after a kill.

use serde_json::{Value, json};

use super::support::{ANY, Server};

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
    let answer = server.send("POST", path, &[ANY], b"");
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
fn what_is_there_is_changed_only_by_who_says_which_version_is_meant() {
    let server = Server::dev(&[]);
    // Neither the first schema nor a new journey changes anything that somebody else may have changed.
    with_schema(&server);
    server.post_json("/api/v1/journeys", &source(WELCOME));
    let json = ("content-type", "application/json");
    let schema =
        json!({ "files": [{ "path": "a.journey", "text": format!("{SCHEMA}event b {{}}\n") }] });
    let (schema, changed) = (schema.to_string(), source(&WELCOME.replace("1h", "2h")));
    let welcome = "/api/v1/journeys/welcome";
    let activate = format!("{welcome}/activate");
    let refused = |method: &str, path: &str, body: &str| {
        let before = (server.get("/api/v1/schema").text(), server.get(welcome).text());
        let answer = server.send(method, path, &[json], body.as_bytes());
        assert_eq!(answer.problem(), (428, "precondition-required".to_owned()), "{method} {path}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("the ETag that GET gave") && detail.contains("`If-Match: *`"));
        let old = [json, ("if-match", "\"99\"")];
        assert_eq!(server.send(method, path, &old, body.as_bytes()).problem().0, 412, "{path}");
        let after = (server.get("/api/v1/schema").text(), server.get(welcome).text());
        assert_eq!(before, after, "{method} {path}");
    };
    let done = |method: &str, path: &str, read: &str, body: &str| {
        let tag = server.get(read).header("etag").unwrap().to_owned();
        let answer = server.send(method, path, &[json, ("if-match", &tag)], body.as_bytes());
        assert!(answer.status < 300, "{method} {path}: {}", answer.text());
    };
    refused("PUT", "/api/v1/schema", &schema);
    done("PUT", "/api/v1/schema", "/api/v1/schema", &schema);
    refused("PUT", welcome, &changed);
    done("PUT", welcome, welcome, &changed);
    refused("POST", &activate, "");
    done("POST", &activate, welcome, "");

    let json = [json];
    for (method, path, body) in
        [("PUT", welcome, changed.as_str()), ("POST", &*activate, ""), ("DELETE", welcome, "")]
    {
        let answer = server.send(method, path, &json, body.as_bytes());
        assert_eq!(answer.problem().0, 428, "{method} {path}: also of what has no draft");
    }
    post(&server, &format!("{welcome}/draft"));
    let plan = server.send("POST", &format!("{activate}?plan=true"), &[], b"");
    assert_eq!(plan.status, 200, "a plan changes nothing: {}", plan.text());
    refused("DELETE", welcome, "");
    done("DELETE", welcome, welcome, "");
    let nothing = server.send("DELETE", "/api/v1/journeys/nothing", &[], b"");
    assert_eq!(nothing.problem().0, 404);
}

#[test]
fn who_forgot_the_version_says_it_with_the_same_idempotency_key() {
    let server = Server::dev(&[]);
    with_schema(&server);
    let created = server.post_json("/api/v1/journeys", &source(WELCOME));
    let tag = created.header("etag").unwrap();
    let activate = |headers: &[(&str, &str)]| {
        let headers = [&[("idempotency-key", "k1")], headers].concat();
        server.send("POST", "/api/v1/journeys/welcome/activate", &headers, b"")
    };
    assert_eq!(activate(&[]).problem().0, 428);
    assert_eq!(activate(&[("if-match", "\"99\"")]).problem().0, 412);
    let done = activate(&[("if-match", tag)]);
    assert_eq!((done.status, &done.json()["state"]), (200, &json!("active")));
    assert_eq!(activate(&[("if-match", tag)]).header("idempotency-replayed"), Some("true"));
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
    let refused = server.send("DELETE", "/api/v1/journeys/welcome", &[ANY], b"");
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
