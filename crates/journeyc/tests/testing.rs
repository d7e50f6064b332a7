//! `journeyc test` as a team sees it.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use support::{Workspace, journeyc};

const SHOP: &str = r#"
customer { email: text?  orders: int = 0 }
event cart_left { id: text  total: number }
event ordered { cart: text }
destination mail log { action letter(kind: text, total: number?) }

journey cart {
  entry event cart_left as left where left.total >= 25
  reenter later
  exit bought on event ordered as order where order.cart == left.id
  first: wait 1h
  send mail.letter(kind: "first", total: left.total)
  update customer { orders: customer.orders + 1 }
  second: wait until 2026-02-01T09:00Z
  exit done
}
"#;

fn shop(tests: &str) -> Workspace {
    Workspace::new(&[("shop.journey", SHOP), ("tests.journey", tests)])
}

#[test]
fn passing_tests_exit_with_0_and_are_named() {
    let workspace = shop(
        r#"
test "gets the letter after an hour" {
  journey cart
  customer { orders: 4 }
  at 2026-01-05T09:00Z
  event cart_left { id: "c1", total: 80 }
  expect at first until 2026-01-05T10:00Z
  after 59m
  expect no send mail.letter
  after 1m
  expect send mail.letter(kind: "first", total: 80) 1 times
  expect customer.orders == 5
  expect at second until 2026-02-01T09:00Z
  at 2026-02-01T09:00Z
  expect exit done
}
test "a small cart is left alone" {
  journey cart
  at 2026-01-05T09:00Z
  event cart_left { id: "c1", total: 24.99 }
  expect not entered
}
"#,
    );
    let run = journeyc(workspace.path(), &["test"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("✓ gets the letter after an hour"), "{}", run.stdout);
    assert!(run.stdout.contains("2 tests passed"), "{}", run.stdout);
}

const FAILING: &str = r#"
test "buys, but another cart" {
  journey cart
  at 2026-01-05T09:00Z
  event cart_left { id: "c1", total: 80 }
  after 30m
  event ordered { cart: "c2" }
  expect exit bought
}
"#;

#[test]
fn a_failing_test_shows_the_step_and_the_timeline_and_exits_with_1() {
    let run = journeyc(shop(FAILING).path(), &["test"]);
    assert_eq!(run.code, 1);
    for part in [
        "✗ cart › buys, but another cart",
        "tests.journey:8:3",
        "expect exit bought",
        "but no exit: the customer is at `first`",
        "2026-01-05T09:00:00Z    enters cart",
        "2026-01-05T09:30:00Z  event ordered",
        "1 failed",
    ] {
        assert!(run.stdout.contains(part), "no {part:?} in:\n{}", run.stdout);
    }
}

#[test]
fn programs_read_json_and_build_servers_read_junit() {
    let workspace = shop(FAILING);
    let json = journeyc(workspace.path(), &["test", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(value["failed"], 1);
    assert_eq!(value["tests"][0]["failure"]["line"], 8);
    let junit = journeyc(workspace.path(), &["test", "--format", "junit"]);
    assert_eq!(junit.code, 1);
    assert!(junit.stdout.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    assert!(junit.stdout.contains(r#"<testsuites tests="1" failures="1">"#), "{}", junit.stdout);
    assert!(junit.stdout.contains(r#"name="buys, but another cart""#));
}

#[test]
fn a_workspace_with_errors_is_not_tested() {
    let run = journeyc(shop("test \"x\" { journey crat }").path(), &["test"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("crat"), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

/// A journey whose clock stirs again every second, for years.
const RESTLESS: &str = "
journey restless {
  entry manual
  repeat up to 10000 times { repeat up to 10000 times { w: wait 1s } }
  exit done
}
test \"comes to an end some day\" {
  journey restless
  at 2026-01-05T09:00Z
  enter ()
  after 3650d
  expect exit done
}
test \"is inside at first\" {
  journey restless
  at 2026-01-05T09:00Z
  enter ()
  after 5m
  expect at w
}
";

#[test]
fn a_test_that_hardly_ever_ends_fails_and_says_what_to_do() {
    let workspace = Workspace::new(&[("restless.journey", RESTLESS)]);
    let run = journeyc(workspace.path(), &["test", "--limit", "5000"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    for part in [
        "✓ is inside at first",
        "✗ restless › comes to an end some day",
        "restless.journey:11:3",
        "after 3650d",
        "but the test was given up: by 2026-01-05T",
        "time had brought about 5,000 things, and more was due; let less time pass",
        "allow more by `--limit N`",
        "… and so on: ",
        "1 test passed, 1 failed",
    ] {
        assert!(run.stdout.contains(part), "no {part:?} in:\n{}", run.stdout);
    }
    assert!(run.stdout.lines().count() < 80, "what repeats is left out:\n{}", run.stdout);
    let junit = journeyc(workspace.path(), &["test", "--limit", "5000", "--format", "junit"]);
    assert!(junit.stdout.contains("failures=\"1\"") && junit.stdout.contains("given up"));
    // Five minutes are three hundred things: a limit that is too low is one for this test, too.
    let low = journeyc(workspace.path(), &["test", "--limit", "100", "--filter", "at first"]);
    assert!(low.stdout.contains("after 5m") && low.code == 1, "{}", low.stdout);
}
