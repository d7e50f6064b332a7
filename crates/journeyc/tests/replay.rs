//! `journeyc replay`: what a decision is said to have read.

#![allow(clippy::unwrap_used)]

mod support;

use support::{Workspace, journeyc};

#[test]
fn decisions_are_told_in_the_words_of_the_source() {
    let journeys = r#"
customer { consent: bool = false }
event started {}
event answered {}
policy polite { require customer.consent }
destination out log { action offer(n: int) under polite }
journey asking {
  entry event started
  wait for event answered as answer up to 1d
  branch { when answer is set { exit answered } }
  send out.offer(n: 1)
  exit silent
}
"#;
    let log = r#"{"ts":"2026-01-05T09:00:00Z","customer_id":"ada","event":"started"}
{"ts":"2026-01-07T09:00:00Z","customer_id":"ada","event":"answered"}
"#;
    let workspace = Workspace::new(&[("shop.journey", journeys), ("log.jsonl", log)]);
    let log = workspace.path().join("log.jsonl");
    let log = log.to_str().unwrap();
    let run = journeyc(workspace.path(), &["replay", "--customer", "ada", "--events", log, "."]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    for told in [
        "branch_1, the next arm? no: answer is set = false",
        "send_1, `require`? no: customer.consent = false",
    ] {
        assert!(run.stdout.contains(told), "{}", run.stdout);
    }
}
