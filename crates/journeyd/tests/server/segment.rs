//! Segment's own libraries, pointed at a server, work.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::support::{Server, Workspace, basic};
use super::tools;

const SCHEMA: &str = "customer { plan: text? }\n\
    event order_placed \"Order Placed\" { total: number }\n\
    event page_viewed \"Page Viewed\" { name: text? url: text? }\n\
    destination crm log { action note(text: text) }\n";
const JOURNEY: &str = "journey thanks {\n  entry event order_placed\n  \
    send crm.note(text: \"thanks\")\n  wait 1h\n  exit done\n}\n";

fn workspace() -> Workspace {
    let config = "[server]\nallowed_origins = [\"http://shop.test\"]\n[log]\nlevel = \"trace\"\n";
    Workspace::serve(config, SCHEMA, &[("thanks", JOURNEY)])
}

/// Runs a script with the packages it needs.
fn node(modules: &Path, script: &str, arguments: &[&str]) {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/scripts");
    let mut command = Command::new("node");
    let output = command.arg(scripts.join(script)).arg(modules).args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.is_empty(), "{}: {told}", output.status);
}

fn reasons(workspace: &Workspace) -> Vec<String> {
    let rejected = workspace.get("/api/v1/rejected-events").json();
    let items = rejected["items"].as_array().unwrap().iter();
    items.map(|it| it["reason"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_library_for_servers_works() {
    let Some(modules) = tools::node("@segment/analytics-node") else { return };
    let workspace = workspace();
    let address = workspace.server.address.to_string();
    node(&modules, "segment-node.cjs", &[&address, &workspace.ingest]);

    let ann = workspace.get("/api/v1/customers/canary-ann").json();
    assert_eq!(ann["traits"], json!({ "plan": "pro" }));
    assert_eq!(ann["memberships"][0]["tile"], "wait_1");
    let counts = workspace.get("/api/v1/journeys/thanks").json()["counts"].clone();
    assert_eq!(counts["entered"], 1, "the same message twice is one: {counts}");
    assert_eq!(workspace.get("/api/v1/customers/canary-anonymous").status, 200);
    assert_eq!(
        reasons(&workspace),
        ["property `total` of event `Order Placed` is the text \"a lot\": a number is wanted"]
    );
    workspace.tells_nobody();
}

#[test]
fn the_library_for_browsers_works_from_a_page_that_may_send() {
    let Some(modules) = tools::node("@segment/analytics-next") else { return };
    let Some(_) = tools::node("happy-dom") else { return };
    for strategy in ["standard", "batching"] {
        let workspace = workspace();
        let address = workspace.server.address.to_string();
        node(&modules, "segment-browser.cjs", &[&address, &workspace.ingest, strategy]);

        let eve = workspace.get("/api/v1/customers/canary-eve").json();
        assert_eq!(eve["traits"], json!({ "plan": "free" }), "{strategy}");
        assert_eq!(eve["memberships"][0]["journey"], "thanks", "{strategy}");
        assert_eq!(reasons(&workspace), Vec::<String>::new(), "{strategy}");
        assert!(workspace.server.log().contains("\"OPTIONS\""), "the page asked first");
        workspace.tells_nobody();
    }
}

fn track(customer: &str, more: &Value) -> Value {
    let mut message =
        json!({ "userId": customer, "event": "Order Placed", "properties": { "total": 1 } });
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message
}

#[test]
fn a_beacon_has_its_key_in_the_body() {
    let workspace = workspace();
    let send = |path: &str, headers: &[(&str, &str)], body: &Value| {
        workspace.server.send("POST", path, headers, body.to_string().as_bytes())
    };
    let text = ("content-type", "text/plain;charset=UTF-8");
    let with_key = track("ann", &json!({ "writeKey": workspace.ingest }));
    let taken = send("/v1/t", &[text], &with_key);
    assert_eq!((taken.status, &taken.json()["accepted"]), (200, &json!(1)), "{}", taken.text());
    assert_eq!(send("/v1/track", &[], &with_key).status, 200, "no content type at all");
    let batch = json!({ "batch": [track("bob", &json!({ "type": "track" }))], "writeKey": workspace.ingest });
    assert_eq!(send("/v1/b", &[text], &batch).json()["accepted"], 1);

    assert_eq!(send("/v1/t", &[text], &track("ann", &json!({}))).problem().0, 401);
    let other = track("ann", &json!({ "writeKey": "jk_none" }));
    assert_eq!(send("/v1/t", &[text], &other).problem().0, 401);
    let reader = track("ann", &json!({ "writeKey": workspace.reader }));
    assert_eq!(send("/v1/t", &[text], &reader).problem().0, 403);
    // A key in the header counts, whatever the body says.
    let authorization = basic(&workspace.reader);
    assert_eq!(send("/v1/t", &[("authorization", &authorization)], &with_key).problem().0, 403);
    assert_eq!(send("/v1/nonsense", &[text], &with_key).problem().0, 404);
    assert_eq!(workspace.get("/v1/track").problem().0, 405);
}

#[test]
fn each_message_is_taken_or_not_by_itself() {
    let workspace = workspace();
    let ingest = basic(&workspace.ingest);
    let send = |path: &str, body: &str| {
        workspace.server.send("POST", path, &[("authorization", &ingest)], body.as_bytes())
    };
    let batch = json!({ "batch": [
        track("ann", &json!({ "type": "track", "messageId": "a" })),
        track("ann", &json!({ "type": "track", "messageId": "a" })),
        { "type": "track", "event": "Order Placed" },
        { "type": "group", "userId": "ann", "groupId": "g" },
        { "type": "track", "userId": "ann", "event": "Other" },
    ]});
    let taken = send("/v1/batch", &batch.to_string()).json();
    assert_eq!(taken["success"], true);
    assert_eq!([&taken["accepted"], &taken["duplicates"], &taken["rejected"]], [2, 1, 1]);
    assert_eq!(taken["errors"][0]["index"], 2);
    assert_eq!(taken["ignored"], json!({ "group_not_supported": 1, "undeclared_event": 1 }));
    assert_eq!(reasons(&workspace), ["the field `userId` is missing"]);

    assert_eq!(send("/v1/batch", "{\"batch\": 7}").problem().0, 400);
    assert_eq!(send("/v1/batch", "nonsense").problem(), (400, "invalid-json".to_owned()));
    let broken = send("/v1/track", "{\"userId\": ").json();
    assert_eq!((&broken["success"], &broken["rejected"]), (&json!(true), &json!(1)));
}

#[test]
fn before_there_is_a_schema_senders_are_told_to_try_again() {
    let server = Server::dev(&[]);
    let answer = server.post_json("/v1/track", &track("ann", &json!({})).to_string());
    assert_eq!(answer.problem(), (503, "unavailable".to_owned()));
    assert!(answer.header("retry-after").is_some());
    assert_eq!(server.post_json("/v1/m", r#"{"series":[]}"#).status, 200);
}

#[test]
fn a_page_that_may_not_send_is_not_told_that_it_may() {
    let workspace = workspace();
    let preflight = |origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,content-type,x-retry-count"),
        ];
        let answer = workspace.server.send("OPTIONS", "/v1/t", &headers, b"");
        answer.header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(preflight("http://shop.test").as_deref(), Some("http://shop.test"));
    assert_eq!(preflight("http://other.test"), None);
}
