//! What could not be taken is kept, with the reason.

use serde_json::{Value, json};

use super::support::{Workspace, basic};

const SCHEMA: &str = "customer { plan: text? }\nevent bought { total: number }\n";

/// The texts of all pages, and how many pages there were.
fn all(workspace: &Workspace, limit: usize) -> (Vec<String>, usize) {
    let (mut texts, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/api/v1/rejected-events?limit={limit}{cursor}");
        let page = workspace.done("GET", &path, "").json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        texts.extend(items.iter().map(|it| it["text"].as_str().unwrap().to_owned()));
        pages += 1;
        let Some(next) = page["next_cursor"].as_str() else { return (texts, pages) };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn rejected_events_are_listed_newest_first_page_by_page() {
    let workspace = Workspace::serve("[engine]\nshards = 3\n", SCHEMA, &[]);
    workspace
        .events(&json!({ "customer_id": "ann", "event": "bought", "properties": { "total": 1 } }));
    assert_eq!(all(&workspace, 10), (Vec::new(), 1), "what is taken is not among them");
    for number in 0..7 {
        let events: Vec<Value> = (0..3)
            .map(|part| json!({ "customer_id": format!("c{number}"), "event": "bought", "n": [number, part] }))
            .collect();
        let taken = workspace.done("POST", "/api/v1/events", &Value::from(events).to_string());
        assert_eq!(taken.json()["rejected"], 3);
    }
    let undeclared = json!({ "customer_id": "ann", "event": "sold" }).to_string();
    assert_eq!(workspace.request("POST", "/api/v1/events", &undeclared).json()["accepted"], 0);

    let page = workspace.get("/api/v1/rejected-events?limit=200").json();
    let items = page["items"].as_array().unwrap();
    assert!(items.is_sorted_by_key(|it| std::cmp::Reverse(it["at"].as_str().unwrap())), "{page}");
    let of_ann: Vec<&Value> = items.iter().filter(|it| it["customer"] == "ann").collect();
    assert_eq!(of_ann.len(), 1);
    assert_eq!(of_ann[0]["reason"], "the event `sold` is not declared");
    let (texts, pages) = all(&workspace, 4);
    assert_eq!((texts.len(), pages), (22, 6));
    let latest = texts.iter().find(|it| !it.is_empty()).unwrap();
    assert!(latest.contains("\"n\":[6,2]"), "{latest}");
    assert_eq!(all(&workspace, 200).0, texts, "the size of pages does not matter");
    let distinct: std::collections::BTreeSet<&String> = texts.iter().collect();
    assert_eq!(distinct.len(), 22, "none comes twice");
}

#[test]
fn rejected_events_need_a_key_that_may_read_and_are_in_no_log() {
    let workspace = Workspace::serve("[log]\nlevel = \"trace\"\n", SCHEMA, &[]);
    let event = json!({ "customer_id": "canary-1", "event": "canary-event", "properties": {} });
    workspace.request("POST", "/api/v1/events", &event.to_string());
    workspace.request("POST", "/api/v1/events", "{\"customer_id\": \"canary-2\", ");
    let asked = |key: &str| {
        let authorization = basic(key);
        let headers = [("authorization", &*authorization)];
        workspace.server.send("GET", "/api/v1/rejected-events", &headers, b"")
    };
    assert_eq!(asked(&workspace.reader).json()["items"].as_array().unwrap().len(), 2);
    assert_eq!(asked(&workspace.ingest).problem().0, 403);
    assert_eq!(workspace.server.get("/api/v1/rejected-events").problem().0, 401);
    assert_eq!(workspace.get("/api/v1/rejected-events?limit=201").problem().0, 400);
    assert_eq!(workspace.get("/api/v1/rejected-events?cursor=AAAA").problem().1, "invalid-cursor");
    workspace.tells_nobody();
}
