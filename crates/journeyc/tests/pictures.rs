//! `journeyc graph` and `journeyc diff`.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use serde_json::Value;
use support::{Workspace, journeyc};

const OLD: &str = r#"
customer { email: text? vip: bool = false }
event ordered { total: number }
destination crm log { action note(text: text) }
journey j "A \"b\" | c" {
  entry event ordered
  wait 3d
  branch {
    when customer.vip { vip: send crm.note(text: "a|b <c>") }
    else { wait 1d }
  }
  exit done
}
"#;

/// A folder with two versions of a workspace.
fn versions() -> Workspace {
    let new = OLD.replace("wait 3d", "wait 5d").replace("else { wait 1d }", "else { exit gone }");
    Workspace::new(&[("old/j.journey", OLD), ("new/j.journey", &new)])
}

fn graph(format: &str) -> String {
    let folder = versions();
    let run = journeyc(folder.path(), &["graph", "old", "--format", format]);
    assert_eq!(run.code, 0, "{run:?}");
    run.stdout
}

#[test]
fn json_has_every_tile_with_what_it_says_and_every_edge() {
    let document: Value = serde_json::from_str(&graph("json")).unwrap();
    let journey = &document["journeys"][0];
    let tiles = journey["tiles"].as_array().unwrap();
    let ids: Vec<_> = tiles.iter().map(|tile| tile["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["wait_1", "branch_1", "vip", "wait_2", "exit_1"]);
    assert_eq!(tiles[2]["config"][1], serde_json::json!(["text", "\"a|b <c>\""]));
    let edges = journey["edges"].as_array().unwrap();
    for edge in edges {
        assert!(ids.contains(&edge["from"].as_str().unwrap()));
        assert!(ids.contains(&edge["to"].as_str().unwrap()));
    }
    assert_eq!(edges.len(), 5);
}

#[test]
fn mermaid_and_dot_are_not_confused_by_what_is_in_a_text() {
    let mermaid = graph("mermaid");
    assert!(mermaid.starts_with("flowchart TD\n"));
    assert!(mermaid.contains("t_branch_1 -->|\"when customer.vip\"| t_vip"), "{mermaid}");
    assert!(!mermaid.contains("<c>") && mermaid.contains("#60;c#62;"), "{mermaid}");
    let dot = graph("dot");
    assert!(
        dot.contains("\"tile branch_1\" -> \"tile vip\" [label=\"when customer.vip\"];"),
        "{dot}"
    );
    assert!(dot.contains("text: \\\"a|b <c>\\\""), "{dot}");
}

#[test]
fn a_picture_over_an_earlier_version_says_what_changed() {
    let folder = versions();
    let run = journeyc(folder.path(), &["graph", "new", "--diff", "old"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("wait 5d  (changed)"), "{}", run.stdout);
    assert!(run.stdout.contains("wait 1d  (removed)"), "{}", run.stdout);
    assert!(run.stdout.contains("exit gone  (added)"), "{}", run.stdout);
    let svg = journeyc(folder.path(), &["graph", "new", "--diff", "old", "--format", "svg"]);
    assert!(svg.stdout.contains(">wait_2 · removed<"), "{}", svg.stdout);
}

#[test]
fn a_difference_is_told_to_people_programs_and_pull_requests() {
    let folder = versions();
    let run = journeyc(folder.path(), &["diff", "old", "new"]);
    assert_eq!(run.code, 0, "{run:?}");
    let wanted = "~ journey j\n  ~ wait_1: wait 5d\n      wait: 3d → 5d\n  + exit_1: exit gone\n  - wait_2: wait 1d\n";
    assert!(run.stdout.starts_with(wanted), "{}", run.stdout);
    assert!(run.stdout.contains("    at wait_1: stay\n    at wait_2: leave"), "{}", run.stdout);

    let json = journeyc(folder.path(), &["diff", "old", "new", "--format", "json"]);
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["journeys"][0]["plan"][0]["fate"], "keep");

    let markdown = journeyc(folder.path(), &["diff", "old", "new", "--format", "markdown"]);
    assert!(
        markdown.stdout.contains("| changed | `wait_1` | wait: `3d → 5d` |"),
        "{}",
        markdown.stdout
    );
    assert!(markdown.stdout.contains("| `wait_2` | leave"), "{}", markdown.stdout);

    assert_eq!(journeyc(folder.path(), &["diff", "old", "new", "--exit-code"]).code, 1);
    let same = journeyc(folder.path(), &["diff", "old", "old", "--exit-code"]);
    assert_eq!(
        (same.code, same.stdout.as_str()),
        (0, "no difference that members or messages would notice\n")
    );
}

#[test]
fn a_version_with_errors_is_reported_and_not_compared() {
    let folder = versions();
    folder.write("broken/j.journey", b"journey j {\n");
    let run = journeyc(folder.path(), &["diff", "old", "broken"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("J0005"), "{run:?}");
}
