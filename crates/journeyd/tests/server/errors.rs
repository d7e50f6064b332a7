//! Members that cannot go on, and deciding what becomes of them.

use serde_json::{Value, json};

use super::receiver::{JSON, by_events, event, get, items, post, until_items};
use super::support::Server;

const SCHEMA: &str = "customer { parts: int = 0 }
event signed_up {}
event tick {}
destination crm log { action note(text: text) }
";

const SHARE: &str = "journey share {
  entry event signed_up
  wait 1h
  big: branch { when 10 / customer.parts > 2 { send crm.note(text: \"big\") } }
  exit done
}
";

const OTHER: &str = "journey other {
  entry event signed_up
  exit done
}
";

const ERRORS: &str = "/api/v1/journeys/share/errors";

/// Three customers whose share cannot be computed.
fn faulted() -> Server {
    let server = by_events(tempfile::tempdir().unwrap(), SCHEMA, &[SHARE, OTHER]);
    for (what, time) in [("signed_up", "09:00:00"), ("tick", "10:00:00")] {
        for customer in ["ann", "bob", "eve/zoë"] {
            event(&server, customer, what, time);
        }
    }
    server
}

fn of(errors: &[Value], customer: &str) -> Value {
    errors.iter().find(|it| it["customer"] == customer).unwrap().clone()
}

fn decide(server: &Server, error: &Value, what: &str) -> Value {
    post(server, &format!("{ERRORS}/{}/{what}", error["id"].as_str().unwrap()))
}

#[test]
fn a_member_that_cannot_go_on_is_listed_retried_and_dropped() {
    let server = faulted();
    let errors = items(&server, ERRORS);
    assert_eq!(errors.len(), 3, "{errors:?}");
    let ann = of(&errors, "ann");
    assert_eq!((&ann["state"], &ann["tile"]), (&json!("faulted"), &json!("big")), "{ann}");
    assert_eq!(ann["reason"], "the result is not a finite number");
    assert_eq!((&ann["since"], &ann["version"]), (&json!("2026-01-05T10:00:00.000Z"), &json!(1)));
    assert_eq!(ann.get("message"), None);
    assert_eq!(items(&server, "/api/v1/journeys/other/errors"), Vec::<Value>::new());

    let still = decide(&server, &ann, "retry");
    assert_eq!(still["result"], "faulted");
    assert_eq!(still["fault"], "the result is not a finite number");
    server.send("PATCH", "/api/v1/customers/ann", JSON, br#"{"parts":2}"#);
    assert_eq!(decide(&server, &ann, "retry")["result"], "went_on");
    assert_eq!(decide(&server, &of(&errors, "eve/zoë"), "drop")["result"], "dropped");
    let left = items(&server, ERRORS);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["customer"], "bob");
    let counts = &get(&server, "/api/v1/journeys/share")["counts"];
    let (exited, removed, inside) = (&counts["exited"], &counts["removed"], &counts["inside"]);
    assert_eq!((exited, removed, inside), (&json!(1), &json!(1), &json!(1)));
}

#[test]
fn nobody_goes_on_while_the_journey_is_paused() {
    let server = faulted();
    post(&server, "/api/v1/journeys/share/pause");
    let ann = of(&items(&server, ERRORS), "ann");
    let path = format!("{ERRORS}/{}/retry", ann["id"].as_str().unwrap());
    let refused = server.send("POST", &path, &[], b"");
    assert_eq!(refused.problem(), (409, "conflict".to_owned()));
    assert!(refused.json()["detail"].as_str().unwrap().contains("resume"), "{}", refused.text());
}

#[test]
fn errors_come_in_pages_and_an_id_of_nothing_is_not_found() {
    let server = faulted();
    let first = get(&server, &format!("{ERRORS}?limit=2"));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&server, &format!("{ERRORS}?limit=2&cursor={cursor}"));
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(second.get("next_cursor"), None);
    let elsewhere = format!("{ERRORS}?limit=2&state=faulted&cursor={cursor}");
    assert_eq!(server.get(&elsewhere).problem(), (400, "invalid-cursor".to_owned()));
    assert_eq!(server.get(&format!("{ERRORS}?state=odd")).problem().1, "invalid-parameter");
    assert_eq!(items(&server, &format!("{ERRORS}?state=undelivered")), Vec::<Value>::new());

    let ann =
        of(first["items"].as_array().unwrap(), first["items"][0]["customer"].as_str().unwrap());
    let id = ann["id"].as_str().unwrap();
    for path in [
        format!("{ERRORS}/nonsense/retry"),
        format!("{ERRORS}/outbox-0-99-00000000000000000000000000000000/drop"),
        format!("{ERRORS}/undelivered-9-0-00000000000000000000000000000000/retry"),
        format!("/api/v1/journeys/other/errors/{id}/drop"),
        format!("/api/v1/journeys/nothing/errors/{id}/drop"),
    ] {
        let answer = server.send("POST", &path, &[], b"");
        assert_eq!(answer.problem(), (404, "not-found".to_owned()), "{path}");
    }
    assert_eq!(server.get("/api/v1/journeys/nothing/errors").problem().0, 404);
    until_items(&server, ERRORS, "nothing changed", |items| items.len() == 3);
}
