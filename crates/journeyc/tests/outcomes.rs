//! Webhooks and outcomes as a team sees them: in tests and in simulations.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use support::{Workspace, journeyc};

const SHOP: &str = r#"
customer { points: int = 0  tier: text = "" }
event bought { order: text  items: list<{ sku "SKU": text  qty: int }> = [] }
destination mail log { action letter(kind: text) }

journey reward {
  entry event bought as order
  exit expired after 30d
  rest: wait 1d
  grant: webhook post "https://api.example.com/{order.order}" {
    body { order: order.order, items: order.items }
    ok as answer: { points "Points": int  tier: text = "basic" } {
      update customer { points: answer.points, tier: answer.tier }
    }
    failed { exit refused }
  }
  pause: wait 1d
  letter: send mail.letter(kind: "thanks") {
    failed { exit unreachable }
  }
  tell: webhook put "https://api.example.com/done" { body { points: customer.points } }
  exit done
}
"#;

const TESTS: &str = r#"
test "the response is read, at the instant of the call" {
  journey reward
  at 2026-01-05T09:00Z
  respond grant { points: 50 }
  event bought { order: "a/b", items: [{ sku: "s1", qty: 2 }] }
  expect no webhook grant
  after 10d
  expect webhook grant { order: "a/b", items: [{ sku: "s1", qty: 2 }] } 1 times
  expect customer.points == 50 and customer.tier == "basic"
  expect webhook tell { points: 50 }
  expect exit done
}
test "a failure takes its arm" {
  journey reward
  at 2026-01-05T09:00Z
  fail grant with 503
  event bought { order: "1" }
  after 1d
  expect exit refused
  expect no webhook tell
}
test "so many failures, then as before" {
  journey reward
  at 2026-01-05T09:00Z
  respond grant { points: 1, tier: "gold" }
  fail grant 0 times
  fail letter 1 times
  event bought { order: "1" }
  after 2d
  expect customer.tier == "gold"
  expect exit unreachable
}
test "a response that nobody gave cannot be read" {
  journey reward
  at 2026-01-05T09:00Z
  event bought { order: "1" }
  after 1d
  expect exit refused
}
"#;

#[test]
fn tests_say_how_webhooks_answer() {
    let workspace = Workspace::new(&[("shop.journey", SHOP), ("tests.journey", TESTS)]);
    let run = journeyc(workspace.path(), &["test"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("4 tests passed"), "{}", run.stdout);
}

#[test]
fn a_failing_expectation_shows_what_was_called() {
    let tests = r#"
test "wrong" {
  journey reward
  at 2026-01-05T09:00Z
  event bought { order: "7" }
  after 1d
  expect webhook grant { order: "8" }
}"#;
    let workspace = Workspace::new(&[("shop.journey", SHOP), ("tests.journey", tests)]);
    let run = journeyc(workspace.path(), &["test"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    for part in [
        "but `grant` was called 1 time, and 0 calls fit: { order: \"7\", items: [] }",
        "calls POST https://api.example.com/7 {\"order\":\"7\",\"items\":[]}",
        "nothing was said of the response: `respond LABEL { … }` says it",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
}

const EVENTS: &str = r#"{"ts":"2026-01-01T09:00:00Z","customer_id":"ada","event":"bought","properties":{"order":"a","items":[{"SKU":"x","qty":1}]}}
{"ts":"2026-01-01T09:00:00Z","customer_id":"bob","event":"bought","properties":{"order":"b"}}
{"ts":"2026-01-01T09:00:00Z","customer_id":"eve","event":"bought","properties":{"order":"e"}}
{"ts":"2026-02-01T09:00:00Z","customer_id":"ada","event":"bought","properties":{"order":"late"}}
"#;

const RESPONSES: &str = r#"{"journey":"reward","tile":"grant","body":{"Points":5}}
{"journey":"reward","tile":"grant","customer":"bob","status":500}

{"journey":"reward","tile":"grant","customer":"eve","body":{"Points":"many"}}
"#;

#[test]
fn a_simulation_answers_from_a_file_at_the_instant_of_the_call() {
    let files = [("shop.journey", SHOP), ("events.ndjson", EVENTS), ("answers.ndjson", RESPONSES)];
    let workspace = Workspace::new(&files);
    let arguments = [
        "simulate",
        ".",
        "--events",
        "events.ndjson",
        "--responses",
        "answers.ndjson",
        "--out",
        "o",
    ];
    let run = journeyc(workspace.path(), &arguments);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let members = std::fs::read_to_string(workspace.path().join("o/memberships.csv")).unwrap();
    let members: Vec<&str> = members.lines().collect();
    assert_eq!(
        members[1..],
        [
            "reward,ada,1,2026-01-01T09:00:00Z,2026-01-03T09:00:00Z,done,,,",
            "reward,bob,1,2026-01-01T09:00:00Z,2026-01-02T09:00:00Z,refused,,,",
            "reward,eve,1,2026-01-01T09:00:00Z,2026-01-02T09:00:00Z,refused,,,",
        ]
    );
    let actions = std::fs::read_to_string(workspace.path().join("o/actions.csv")).unwrap();
    let ada: Vec<&str> = actions.lines().filter(|line| line.contains(",ada,")).collect();
    assert_eq!(ada.len(), 4, "{actions}");
    assert_eq!(
        ada[0],
        concat!(
            "reward,ada,1,1,webhook,grant,reward.grant,",
            r#""{""method"":""POST"",""url"":""https://api.example.com/a"",""body"":{""order"":""a"",""items"":[{""SKU"":""x"",""qty"":1}]}}","#,
            "2026-01-02T09:00:00Z"
        )
    );
    let alone = journeyc(workspace.path(), &["simulate", ".", "--events", "events.ndjson"]);
    assert!(
        alone.stdout.contains("calls failed: nothing says what is answered"),
        "{}",
        alone.stdout
    );
    assert!(ada[1].contains(",update,") && ada[1].contains(r#"""points"":5"#), "{}", ada[1]);
}

#[test]
fn a_wrong_line_of_responses_is_told_with_its_place() {
    for (line, reason) in [
        ("{", "EOF while parsing"),
        (r#"{"journey":"rewards","tile":"grant"}"#, "there is no journey `rewards`"),
        (r#"{"journey":"reward","tile":"letter"}"#, "the journey `reward` has no webhook `letter`"),
        (r#"{"journey":"reward","tile":"grant","code":3}"#, "unknown field `code`"),
        (
            r#"{"journey":5}"#,
            "r.ndjson:2: invalid type: integer `5`, expected a text, at column 12",
        ),
        (r#"{"status":"ok"}"#, "string \"ok\", expected a status such as 200, at column 14"),
        ("[]", "r.ndjson:2: a line is an object: `{\"journey\": …"),
    ] {
        let text = format!("\n{line}\n");
        let files = [("shop.journey", SHOP), ("events.ndjson", EVENTS), ("r.ndjson", &text)];
        let workspace = Workspace::new(&files);
        let arguments = ["simulate", ".", "--events", "events.ndjson", "--responses", "r.ndjson"];
        let run = journeyc(workspace.path(), &arguments);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains("r.ndjson:2: "), "{}", run.stderr);
        assert!(run.stderr.contains(reason), "{}", run.stderr);
    }
}

#[test]
fn responses_that_are_no_text_are_told_with_their_line() {
    let workspace = Workspace::new(&[("shop.journey", SHOP), ("events.ndjson", EVENTS)]);
    workspace.write("r.ndjson", &[RESPONSES.as_bytes(), b"{\xFF}\n"].concat());
    let arguments = ["simulate", ".", "--events", "events.ndjson", "--responses", "r.ndjson"];
    let run = journeyc(workspace.path(), &arguments);
    assert_eq!(run.code, 2, "{}", run.stdout);
    let wanted = "r.ndjson:5: byte 2 of the line is not UTF-8";
    assert!(run.stderr.contains(wanted), "{}", run.stderr);
}

#[test]
fn the_destinations_of_the_examples_check() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let run = journeyc(&folder, &["check", "examples/destinations"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}
