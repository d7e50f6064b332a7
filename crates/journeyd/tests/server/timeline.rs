//! What happened to a customer, and all that is stored of it.

use serde_json::{Value, json};

use super::support::{Workspace, basic};

const CONFIG: &str = "[log]\nlevel = \"trace\"\n[engine]\nclock = \"events\"\n";
const SCHEMA: &str = "customer { plan: text? }\n\
    event signed_up \"Signed Up\" { source: text? }\nevent bought { total: number }\n\
    destination crm log { action note(text: text) }\n";
const JOURNEY: &str = "journey welcome {\n  entry event signed_up as signup\n  reenter later\n  \
    exit bought on event bought\n  \
    choice: branch {\n    when customer.plan == \"pro\" { send crm.note(text: \"dear {signup.source ?? \"you\"}\") }\n    \
    else { send crm.note(text: \"hello\") }\n  }\n  patience: wait 1d\n  exit done\n}\n";

fn workspace() -> Workspace {
    let workspace = Workspace::serve(CONFIG, SCHEMA, &[("welcome", JOURNEY)]);
    let event = |name: &str, day: u8, properties: Value| json!({ "customer_id": "canary-ann", "event": name, "ts": format!("2026-01-0{day}T10:00:00Z"), "properties": properties });
    workspace.events(&event("Signed Up", 5, json!({ "source": "canary-friend" })));
    workspace.done("PATCH", "/api/v1/customers/canary-ann", r#"{ "plan": "pro" }"#);
    workspace.events(&event("bought", 5, json!({ "total": 3 })));
    workspace.events(&event("Signed Up", 6, json!({})));
    workspace
}

/// All entries, read so many at a time.
fn entries(workspace: &Workspace, limit: usize) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/customers/canary-ann/timeline?limit={limit}{cursor}");
        let page = workspace.done("GET", &path, "").json();
        all.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn the_timeline_tells_the_path_and_what_each_decision_read() {
    let workspace = workspace();
    let all = entries(&workspace, 200);
    assert_eq!(entries(&workspace, 1), all, "the size of pages does not matter");
    let causes: Vec<&str> = all.iter().map(|it| it["cause"]["kind"].as_str().unwrap()).collect();
    assert_eq!(causes, ["event", "event", "event"], "newest first; changing a trait did nothing");

    let second = &all[0];
    assert_eq!(second["at"], "2026-01-06T10:00:00.000Z");
    assert_eq!(second["cause"]["event"], "Signed Up");
    let of = |entry: &Value, kind: &str| -> Vec<Value> {
        let effects = entry["effects"].as_array().unwrap().iter();
        effects.filter(|it| it["kind"] == kind).cloned().collect()
    };
    let decided = of(second, "decided");
    let choice = decided.iter().find(|it| it["tile"] == "choice").unwrap();
    assert_eq!(choice["holds"], true);
    assert_eq!(choice["reads"], json!([{ "name": "customer.plan", "value": "pro" }]));
    assert_eq!((&choice["journey"], &choice["version"]), (&json!("welcome"), &json!(1)));
    assert_eq!(choice["membership"], 2);
    assert_eq!(of(second, "sent")[0]["args"], json!({ "text": "dear you" }));

    let bought = &all[1];
    assert_eq!(of(bought, "exited")[0]["outcome"], "bought");
    let first = &all[2];
    let choice = of(first, "decided").into_iter().find(|it| it["tile"] == "choice").unwrap();
    assert_eq!(choice["holds"], false);
    assert_eq!(of(first, "sent")[0]["args"], json!({ "text": "hello" }));
    let arrived: Vec<Value> = of(first, "arrived").iter().map(|it| it["tile"].clone()).collect();
    assert_eq!(arrived.last(), Some(&json!("patience")), "{arrived:?}");
    workspace.tells_nobody();
}

#[test]
fn an_export_has_everything_and_an_erased_customer_nothing() {
    let workspace = workspace();
    let rejected = json!({ "customer_id": "canary-ann", "event": "bought", "properties": {} });
    workspace.request("POST", "/api/v1/events", &rejected.to_string());
    let export = workspace.done("GET", "/api/v1/customers/canary-ann/export", "").json();
    assert_eq!(export["customer"]["traits"], json!({ "plan": "pro" }));
    assert_eq!(export["customer"]["memberships"][0]["tile"], "patience");
    let mut timeline = entries(&workspace, 200);
    timeline.reverse();
    assert_eq!(export["timeline"], Value::from(timeline), "the same, oldest first");
    assert_eq!(export["rejected_events"].as_array().unwrap().len(), 1);
    assert!(export["record"].as_str().is_some_and(|record| record.len() > 40));
    for list in ["messages", "undelivered"] {
        assert!(export[list].is_array(), "{list}");
    }

    workspace.done("DELETE", "/api/v1/customers/canary-ann", "");
    for what in ["timeline", "export"] {
        let path = format!("/api/v1/customers/canary-ann/{what}");
        assert_eq!(workspace.get(&path).problem().0, 404, "{what}");
        let authorization = basic(&workspace.ingest);
        let ingest = [("authorization", &*authorization)];
        assert_eq!(workspace.server.send("GET", &path, &ingest, b"").problem().0, 403, "{what}");
    }
    workspace.tells_nobody();
}
