//! Audiences that are given, keyed journeys and goals, as `test` and `simulate` show them.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use serde_json::Value;
use support::{Workspace, journeyc};

const SHOP: &str = r#"
customer { orders: int = 0 }
event cart_updated { id: text  due_at: time }
event order_placed { cart_id: text }
destination mail log { action reminder(cart: text)  action welcome(name: text) }

audience newsletter
audience regulars = customer.orders >= 3

journey carts {
  entry event cart_updated as cart keyed by cart.id
  reenter never
  while inside restart
  exit bought on event order_placed as order where order.cart_id == cart.id
  goal purchase on event order_placed as order where order.cart_id == cart.id within 7d
  rest: wait 1h
  send mail.reminder(cart: cart.id)
  exit done
}

journey trips {
  entry event cart_updated as trip keyed by trip.id
  while inside refresh
  due: wait until trip.due_at
  send mail.reminder(cart: trip.id)
  exit done
}

journey letters {
  entry audience newsletter including existing
  reenter always
  exit gone when not customer in newsletter
  week: wait 7d
  send mail.welcome(name: "letter")
  remove customer from newsletter
  exit done
}

journey invite {
  entry audience regulars
  add customer to newsletter
  exit done
}
"#;

fn shop(tests: &str) -> Workspace {
    Workspace::new(&[("shop.journey", SHOP), ("tests.journey", tests)])
}

#[test]
fn tests_speak_of_audiences_keys_and_goals() {
    let workspace = shop(
        r#"
test "two carts, each with its own hour" {
  journey carts
  at 2026-01-05T09:00Z
  event cart_updated { id: "a", due_at: 2026-01-05T09:00Z }
  after 30m
  event cart_updated { id: "b", due_at: 2026-01-05T09:00Z }
  event cart_updated { id: "a", due_at: 2026-01-05T09:00Z }
  expect exit restarted
  expect at rest until 2026-01-05T10:30Z
  after 30m
  expect no send mail.reminder
  event order_placed { cart_id: "b" }
  expect exit bought
  expect goal purchase
  after 30m
  expect send mail.reminder(cart: "a") 1 times
  expect no send mail.reminder(cart: "b")
  expect exit done
}
test "bought after the journey" {
  journey carts
  at 2026-01-05T09:00Z
  event cart_updated { id: "a", due_at: 2026-01-05T09:00Z }
  after 2d
  expect exit done
  expect no goal purchase
  event order_placed { cart_id: "b" }
  expect no goal purchase
  event order_placed { cart_id: "a" }
  expect goal purchase
}
test "too late to count" {
  journey carts
  at 2026-01-05T09:00Z
  event cart_updated { id: "a", due_at: 2026-01-05T09:00Z }
  after 7d
  event order_placed { cart_id: "a" }
  expect no goal purchase
}
test "a new date moves the timer" {
  journey trips
  at 2026-01-05T09:00Z
  event cart_updated { id: "a", due_at: 2026-01-06T09:00Z }
  event cart_updated { id: "b", due_at: 2026-01-07T09:00Z }
  event cart_updated { id: "a", due_at: 2026-01-08T09:00Z }
  expect at due until 2026-01-08T09:00Z
  expect at due until 2026-01-07T09:00Z
  at 2026-01-07T09:00Z
  expect send mail.reminder 1 times
  event cart_updated { id: "a", due_at: 2026-01-07T08:00Z }
  expect send mail.reminder 2 times
}
test "who was there when it began" {
  journey letters
  customer { orders: 1 } in newsletter
  at 2026-01-05T09:00Z
  expect at week until 2026-01-12T09:00Z
  leave newsletter
  expect exit gone
  join newsletter
  after 7d
  expect send mail.welcome 1 times
  expect not (customer in newsletter)
}
test "who comes later" {
  journey letters
  at 2026-01-05T09:00Z
  expect not entered
  join newsletter
  expect at week
}
test "a tile puts the customer there" {
  journey invite
  at 2026-01-05T09:00Z
  update customer { orders: 3 }
  expect customer in newsletter
}
"#,
    );
    let run = journeyc(workspace.path(), &["test"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_failing_expectation_tells_keys_apart() {
    let workspace = shop(
        r#"
test "never bought" {
  journey carts
  at 2026-01-05T09:00Z
  event cart_updated { id: "a", due_at: 2026-01-05T09:00Z }
  expect goal purchase
}
"#,
    );
    let run = journeyc(workspace.path(), &["test"]);
    assert_eq!(run.code, 1);
    for part in
        ["but `purchase` was not reached; the customer is at `rest`", "enters carts with \"a\""]
    {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
}

const EVENTS: &str = r#"{"ts":"2026-01-01T09:00:00Z","customer_id":"ada","event":"cart_updated","properties":{"id":"a","due_at":"2026-01-02T09:00:00Z"}}
{"ts":"2026-01-01T09:10:00Z","customer_id":"ada","event":"cart_updated","properties":{"id":"b","due_at":"2026-01-02T09:00:00Z"}}
{"ts":"2026-01-01T09:20:00Z","customer_id":"ada","event":"cart_updated","properties":{"id":"a","due_at":"2026-01-03T09:00:00Z"}}
{"ts":"2026-01-01T12:00:00Z","customer_id":"ada","event":"order_placed","properties":{"cart_id":"b"}}
"#;

const PROFILES: &str = r#"{"customer_id":"bob","traits":{"orders":1},"audiences":["newsletter","old_list"]}
{"customer_id":"cid","audiences":["regulars"]}
{"customer_id":"dan","audiences":"newsletter"}
{"customer_id":"eve","traits":{},"audiences":null}
"#;

#[test]
fn a_simulation_counts_goals_restarts_and_members() {
    let workspace = Workspace::new(&[
        ("shop.journey", SHOP),
        ("events.ndjson", EVENTS),
        ("profiles.ndjson", PROFILES),
    ]);
    let arguments = [
        "simulate",
        ".",
        "--events",
        "events.ndjson",
        "--profiles",
        "profiles.ndjson",
        "--until",
        "2026-02-01T00:00:00Z",
        "--out",
        "out",
    ];
    let run = journeyc(workspace.path(), &arguments);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let summary = std::fs::read_to_string(workspace.path().join("out/summary.json")).unwrap();
    let summary: Value = serde_json::from_str(&summary).unwrap();
    let carts = &summary["journeys"]["carts"];
    assert_eq!(carts["memberships"], 3);
    assert_eq!(carts["exits"]["restarted"], 1);
    assert_eq!(carts["exits"]["done"], 2);
    assert_eq!(carts["goals"]["purchase"], 1);
    let trips = &summary["journeys"]["trips"];
    assert_eq!((&trips["memberships"], &trips["refreshed"]), (&2.into(), &1.into()));
    let letters = &summary["journeys"]["letters"];
    assert_eq!((&letters["memberships"], &letters["members_set"]), (&1.into(), &1.into()));
    assert_eq!(summary["profiles"]["rejected"], 2);
    assert_eq!(summary["profiles"]["unknown_traits"]["by_name"]["audiences.old_list"], 1);
    for part in [
        "`audiences` names `regulars`, whose members are computed from its definition",
        "the field `audiences` is the text \"newsletter\": an array of names is wanted",
        "goal",
        "purchase        1  33.3%",
        "1 went on with a new entry while they were inside",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
    let members = std::fs::read_to_string(workspace.path().join("out/memberships.csv")).unwrap();
    let of_ada: Vec<&str> = members.lines().filter(|it| it.starts_with("carts,ada,")).collect();
    assert_eq!(
        of_ada,
        [
            "carts,ada,1,2026-01-01T09:00:00Z,2026-01-01T09:20:00Z,restarted,,a,",
            "carts,ada,2,2026-01-01T09:10:00Z,2026-01-01T10:10:00Z,done,,b,",
            "carts,ada,3,2026-01-01T09:20:00Z,2026-01-01T10:20:00Z,done,,a,",
        ]
    );
    let actions = std::fs::read_to_string(workspace.path().join("out/actions.csv")).unwrap();
    let removed =
        "letters,bob,1,2,remove,update_1,customer,\"{\"\"audience\"\":\"\"newsletter\"\"}\"";
    assert!(actions.lines().any(|line| line.starts_with(removed)), "{actions}");
}

#[test]
fn a_member_that_cannot_go_on_is_written_with_the_reason_and_its_key() {
    let journey = r#"
event shared { parts: int }
destination out log { action note(rest: int) }
journey parts {
  entry event shared as share keyed by share.parts
  wait 1h
  division: send out.note(rest: 10 % share.parts)
  exit done
}
"#;
    let event = |parts: &str| {
        let ts = "2026-01-01T09:00:00Z";
        format!(
            r#"{{"ts":"{ts}","customer_id":"ada","event":"shared","properties":{{"parts":{parts}}}}}"#
        ) + "\n"
    };
    let events = event("0") + &event("3");
    let workspace = Workspace::new(&[("parts.journey", journey), ("events.ndjson", &events)]);
    let arguments = ["simulate", ".", "--events", "events.ndjson", "--out", "out"];
    let until = ["--until", "2026-01-02T00:00:00Z"];
    let run = journeyc(workspace.path(), &[&arguments[..], &until].concat());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let members = std::fs::read_to_string(workspace.path().join("out/memberships.csv")).unwrap();
    assert_eq!(
        members.lines().skip(1).collect::<Vec<_>>(),
        [
            "parts,ada,1,2026-01-01T09:00:00Z,,,division,0,division by zero",
            "parts,ada,2,2026-01-01T09:00:00Z,2026-01-01T10:00:00Z,done,,3,",
        ]
    );
}
