//! `journeyc simulate --report`, and what it says of splits.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use serde_json::Value;
use support::{Workspace, journeyc};

const SOURCE: &str = r#"
event signed_up {}
event bought {}
destination crm log { action note(text: text) }
journey j "A <b> \"title\"" {
  entry event signed_up
  exit converted on event bought
  goal purchase on event bought within 30d
  split variant {
    50% a { send crm.note(text: "a") }
    50% b { send crm.note(text: "b") }
  }
  wait 10d
  exit lost
}
"#;

/// Forty customers; those with an even number buy, every fourth after having left.
fn events() -> String {
    let mut lines = Vec::new();
    for customer in 0..40 {
        lines.push(format!(
            r#"{{"ts":"2026-01-0{}T00:00:00Z","customer_id":"c{customer}","event":"signed_up","properties":{{}}}}"#,
            1 + customer / 20
        ));
    }
    for customer in (0..40).step_by(2) {
        let day = if customer % 4 == 0 { 20 } else { 5 };
        lines.push(format!(
            r#"{{"ts":"2026-01-{day:02}T00:00:00Z","customer_id":"c{customer}","event":"bought","properties":{{}}}}"#
        ));
    }
    lines.sort();
    lines.join("\n") + "\n"
}

fn workspace() -> Workspace {
    Workspace::new(&[("w/j.journey", SOURCE), ("events.ndjson", &events())])
}

#[test]
fn arms_are_counted_side_by_side_with_goals_that_came_after_the_exit() {
    let workspace = workspace();
    let options = ["simulate", "w", "--events", "events.ndjson", "--out", "out"];
    let run = journeyc(workspace.path(), &options);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("split variant"), "{}", run.stdout);
    let text = std::fs::read_to_string(workspace.path().join("out/summary.json")).unwrap();
    let summary: Value = serde_json::from_str(&text).unwrap();
    let arms = &summary["journeys"]["j"]["splits"]["split_1"];
    let sum = |path: &str| -> u64 {
        ["a", "b"].iter().map(|arm| arms[arm].pointer(path).unwrap().as_u64().unwrap()).sum()
    };
    assert_eq!(sum("/members"), 40);
    assert_eq!(sum("/goals/purchase/count"), 20);
    assert_eq!(sum("/exits/converted/count"), 10);
    assert_eq!(sum("/exits/lost/count"), 30);
    let rate = &arms["a"]["goals"]["purchase"];
    let share = rate["count"].as_f64().unwrap() / arms["a"]["members"].as_f64().unwrap();
    assert!(rate["low"].as_f64().unwrap() < share && share < rate["high"].as_f64().unwrap());
}

#[test]
fn the_page_stands_by_itself_and_is_the_same_whatever_the_number_of_threads() {
    let workspace = workspace();
    let page = |threads: &str| {
        let options = [
            "simulate",
            "w",
            "--events",
            "events.ndjson",
            "--report",
            "p.html",
            "--threads",
            threads,
        ];
        assert_eq!(journeyc(workspace.path(), &options).code, 0);
        std::fs::read_to_string(workspace.path().join("p.html")).unwrap()
    };
    let html = page("1");
    assert_eq!(html, page("3"));
    assert!(html.contains("A &lt;b&gt; &quot;title&quot;"), "{html}");
    for outside in ["<script", "http://", "https://", "url(h", "<link", "<img"] {
        // The name of the SVG namespace is no address that anything is fetched from.
        let html = html.replace("http://www.w3.org/2000/svg", "");
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("40 entered"), "the picture has counts");
    assert!(html.contains("<polyline") || html.contains("stroke-linejoin"), "a time series");
}

#[test]
fn a_picture_takes_counts_and_shares_from_a_summary() {
    let workspace = workspace();
    let options = ["simulate", "w", "--events", "events.ndjson", "--out", "out"];
    assert_eq!(journeyc(workspace.path(), &options).code, 0);
    let run = journeyc(workspace.path(), &["graph", "w", "--stats", "out/summary.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("◈ split variant  [40 entered]"), "{}", run.stdout);
    let shares: Vec<&str> = run.stdout.lines().filter(|line| line.contains(" %]")).collect();
    assert_eq!(shares.len(), 2, "{}", run.stdout);
}

#[test]
fn a_page_on_the_standard_output_stands_there_alone() {
    let workspace = workspace();
    let run = journeyc(
        workspace.path(),
        &["simulate", "w", "--events", "events.ndjson", "--report", "-"],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.starts_with("<!doctype html>"), "{}", run.stdout);
    assert!(run.stdout.trim_end().ends_with("</html>"), "{}", run.stdout);
    assert!(!workspace.path().join("-").exists());
}

#[test]
fn a_replay_offers_no_file_that_it_would_not_write() {
    let workspace = workspace();
    for option in ["--out", "--report", "--threads"] {
        let arguments =
            ["replay", "w", "--customer", "c1", "--events", "events.ndjson", option, "2"];
        let run = journeyc(workspace.path(), &arguments);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains("unexpected argument"), "{run:?}");
    }
}
