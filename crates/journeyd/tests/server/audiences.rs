//! Audiences that are set from outside.

use serde_json::{Value, json};

use super::receiver::{JSON, get, items, set_up, until_items};
use super::support::Server;

const SCHEMA: &str = "customer { plan: text? }
event signed_up {}
audience newsletter \"Readers\"
audience paying = customer.plan == \"pro\"
";

const MEMBERS: &str = "/api/v1/audiences/newsletter/members";

fn server() -> Server {
    let server = Server::dev(&[]);
    set_up(&server, SCHEMA, &[]);
    server
}

fn customers(server: &Server, path: &str) -> Vec<String> {
    let all = items(server, path);
    let mut all: Vec<String> =
        all.iter().map(|it| it["customer"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

fn put(server: &Server, customer: &str) -> u16 {
    server.send("PUT", &format!("{MEMBERS}/{customer}"), &[], b"").status
}

#[test]
fn audiences_are_listed_with_where_their_members_come_from() {
    let empty = Server::dev(&[]);
    assert_eq!(items(&empty, "/api/v1/audiences"), Vec::<Value>::new());
    let server = server();
    let listed = items(&server, "/api/v1/audiences");
    let expected = json!([
        { "name": "newsletter", "title": "Readers", "kind": "external" },
        { "name": "paying", "title": "paying", "kind": "computed" },
    ]);
    assert_eq!(Value::from(listed), expected);
    let first = get(&server, "/api/v1/audiences?limit=1");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&server, &format!("/api/v1/audiences?limit=1&cursor={cursor}"));
    assert_eq!(second["items"][0]["name"], "paying");
    assert_eq!(second.get("next_cursor"), None);
}

#[test]
fn customers_are_put_in_and_taken_out_one_by_one() {
    let server = server();
    assert_eq!([put(&server, "ann"), put(&server, "ann"), put(&server, "a%2Fb")], [204; 3]);
    assert_eq!(customers(&server, MEMBERS), ["a/b", "ann"]);
    let ann = get(&server, "/api/v1/customers/ann");
    assert_eq!(ann["audiences"], json!(["newsletter"]));
    let remove = |customer: &str| server.send("DELETE", &format!("{MEMBERS}/{customer}"), &[], b"");
    assert_eq!(remove("ann").status, 204);
    assert_eq!(remove("ann").problem(), (404, "not-found".to_owned()));
    assert_eq!(remove("stranger").problem().0, 404);
    assert_eq!(customers(&server, MEMBERS), ["a/b"]);
    let long = format!("{MEMBERS}/{}", "x".repeat(1_025));
    assert_eq!(server.send("PUT", &long, &[], b"").problem().1, "invalid-parameter");
    let named = server.send("PATCH", "/api/v1/customers/a%00b", JSON, b"{}");
    assert_eq!(named.problem().1, "invalid-parameter", "no id has a NUL, wherever it is named");
    let unknown = server.send("PUT", "/api/v1/audiences/nothing/members/ann", &[], b"");
    assert_eq!(unknown.problem().0, 404);
    assert_eq!(server.get("/api/v1/audiences/nothing/members").problem().0, 404);
}

#[test]
fn an_audience_that_is_computed_refuses_changes_and_says_why() {
    let server = server();
    server.send("PATCH", "/api/v1/customers/ann", JSON, br#"{"plan":"pro"}"#);
    let paying = "/api/v1/audiences/paying/members";
    assert_eq!(customers(&server, paying), ["ann"]);
    let csv = [("content-type", "text/csv")];
    for refused in [
        server.send("PUT", &format!("{paying}/bob"), &[], b""),
        server.send("DELETE", &format!("{paying}/ann"), &[], b""),
        server.send("POST", paying, &csv, b"customer_id\nbob\n"),
    ] {
        assert_eq!(refused.problem(), (409, "conflict".to_owned()));
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("computed from its definition"), "{detail}");
    }
    assert_eq!(customers(&server, paying), ["ann"]);
}

#[test]
fn a_list_is_put_in_and_taken_out_and_bad_rows_are_told() {
    let data = tempfile::tempdir().unwrap();
    let start = || Server::dev(&["--data", data.path().to_str().unwrap()]);
    let server = start();
    set_up(&server, SCHEMA, &[]);
    let upload = |server: &Server, query: &str, media: &str, body: &str| {
        let headers = [("content-type", media)];
        let path = format!("{MEMBERS}{query}");
        let answer = server.send("POST", &path, &headers, body.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let csv = "customer_id,name\nann,Ann\n,Nobody\nbob,Bob\nann,Ann again\n";
    let report = upload(&server, "", "text/csv", csv);
    assert_eq!((&report["rows"], &report["done"]), (&json!(4), &json!(3)), "{report}");
    assert_eq!(report["errors"][0]["line"], 3);
    assert_eq!(report["ignored"], json!(["name"]));
    drop(server);

    let server = start();
    assert_eq!(customers(&server, MEMBERS), ["ann", "bob"], "what was answered is durable");
    let lines = "{\"customer_id\":\"ann\"}\n{\"customer\":\"bob\"}\n";
    let report = upload(&server, "?change=remove", "application/x-ndjson", lines);
    assert_eq!((&report["done"], &report["rejected"]), (&json!(1), &json!(1)), "{report}");
    assert_eq!(customers(&server, MEMBERS), ["bob"]);
    let headers = [("content-type", "application/json")];
    let json = server.send("POST", MEMBERS, &headers, br#"{"customer_id":"ann"}"#);
    assert_eq!(json.problem().0, 415);
    until_items(&server, MEMBERS, "nothing changed", |items| items.len() == 1);
}
