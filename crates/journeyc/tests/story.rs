//! `journeyc replay`: what happened to one customer, and why.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use serde_json::Value;
use support::{Workspace, journeyc};

const SOURCE: &str = r#"
customer { plan: "free" | "pro" = "free" }
event signed_up { from: text }
event bought { total: number }
destination crm log { action note(text: text) }
audience buyers = count(bought) >= 2
journey j {
  entry event signed_up as signup where signup.from != "test"
  exit rich on event bought where bought.total > 100
  wait 1d
  branch {
    when customer.plan == "pro" { send crm.note(text: "pro") }
    else { send crm.note(text: "free") }
  }
  wait 10d
  exit done
}
journey k { entry audience buyers send crm.note(text: "again") exit done }
"#;

const EVENTS: &str = r#"{"ts":"2026-01-01T00:00:00Z","customer_id":"a","event":"signed_up","properties":{"from":"web"}}
{"ts":"2026-01-01T00:00:00Z","customer_id":"b","event":"signed_up","properties":{"from":"web"}}
{"ts":"2026-01-03T00:00:00Z","customer_id":"a","event":"bought","properties":{"total":20}}
{"ts":"2026-01-04T00:00:00Z","customer_id":"a","event":"bought","properties":{"total":120}}
"#;

fn workspace() -> Workspace {
    Workspace::new(&[
        ("w/j.journey", SOURCE),
        ("events.ndjson", EVENTS),
        ("profiles.ndjson", "{\"customer_id\":\"a\",\"traits\":{\"plan\":\"pro\"}}\n"),
    ])
}

fn replay(customer: &str, format: &str) -> support::Run {
    let options = [
        "replay",
        "w",
        "--customer",
        customer,
        "--events",
        "events.ndjson",
        "--profiles",
        "profiles.ndjson",
        "--format",
        format,
    ];
    journeyc(workspace().path(), &options)
}

#[test]
fn each_decision_is_told_with_the_values_it_read() {
    let run = replay("a", "human");
    assert_eq!(run.code, 0, "{run:?}");
    let wanted = [
        "event signed_up {\"from\":\"web\"}",
        "j: entry? yes: signed_up.from = \"web\"",
        "enters j",
        "j: branch_1, the next arm? yes: customer.plan = \"pro\"",
        "sends crm.note(text: \"pro\")",
        "event bought {\"total\":20}",
        "j: exit rich? no: bought.total = 20",
        "event bought {\"total\":120}",
        "j: exit rich? yes: bought.total = 120",
        "exits rich",
        "in buyers? yes: count(bought) = 2",
    ];
    for line in wanted {
        assert!(run.stdout.contains(line), "`{line}` is not in\n{}", run.stdout);
    }
    // The timer of the second day fired before the purchase of the third, and is told before it.
    let at = |text: &str| run.stdout.find(text).unwrap();
    assert!(at("sends crm.note(text: \"pro\")") < at("{\"total\":20}"));
    // What did not change is not told again.
    assert_eq!(run.stdout.matches("in buyers? no").count(), 1, "{}", run.stdout);
}

#[test]
fn the_story_is_data_too() {
    let run = replay("a", "json");
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let scenes = document["scenes"].as_array().unwrap();
    let decided: Vec<&Value> = scenes.iter().filter(|it| it["kind"] == "decision").collect();
    assert!(decided.iter().all(|it| it["holds"].is_boolean()));
    let branch = decided.iter().find(|it| it["reads"][0]["name"] == "customer.plan").unwrap();
    assert_eq!(branch["reads"][0]["value"], "\"pro\"");
    let other = replay("b", "human").stdout;
    assert!(!other.contains("bought") || !other.contains("event bought"), "{other}");
}

#[test]
fn a_customer_that_is_not_there_has_no_story() {
    let run = replay("nobody", "human");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("nothing in this log is about a customer `nobody`"), "{run:?}");
}
