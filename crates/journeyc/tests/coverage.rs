//! `journeyc test --coverage`, `--filter`, `--watch`.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;
use support::{Workspace, journeyc};

const SOURCE: &str = r#"
customer { vip: bool = false }
event ordered { total: number }
destination crm log { action note(text: text) }
journey j {
  entry event ordered
  branch {
    when customer.vip { thanks: send crm.note(text: "vip") }
    else { wait 1d }
  }
  exit done
}
journey k { entry manual wait 1d exit done }
test "vips are thanked" {
  journey j
  customer { vip: true }
  at 2026-01-05T09:00Z
  event ordered { total: 5 }
  expect exit done
}
test "others wait" {
  journey j
  at 2026-01-05T09:00Z
  event ordered { total: 5 }
  expect exit done
}
"#;

#[test]
fn what_no_test_reaches_is_named() {
    let workspace = Workspace::new(&[("j.journey", SOURCE)]);
    let only = ["test", "--filter", "vips", "--coverage"];
    let run = journeyc(workspace.path(), &only);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("3/4  75%        1/2  50%"), "{}", run.stdout);
    assert!(run.stdout.contains("  never taken    branch_1: else\n"), "{}", run.stdout);
    assert!(run.stdout.contains("  never reached  wait_1: wait 1d\n"), "{}", run.stdout);
    assert!(run.stdout.contains("0/2   0%"), "{}", run.stdout);
}

#[test]
fn coverage_is_written_for_programs_and_as_pictures() {
    let workspace = Workspace::new(&[("j.journey", SOURCE)]);
    let options =
        ["test", "--filter", "vips", "--coverage-json", "c.json", "--coverage-svg", "svg"];
    assert_eq!(journeyc(workspace.path(), &options).code, 0);
    let text = std::fs::read_to_string(workspace.path().join("c.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let journey = &document["journeys"][0];
    assert_eq!(journey["tiles"], serde_json::json!({ "found": 4, "hit": 3 }));
    assert_eq!(journey["items"][0]["arms"][1]["hits"], 0);
    let svg = std::fs::read_to_string(workspace.path().join("svg/j.svg")).unwrap();
    assert!(svg.contains("wait_1 · missed"), "{svg}");
}

#[test]
fn a_filter_that_fits_nothing_is_no_success() {
    let workspace = Workspace::new(&[("j.journey", SOURCE)]);
    let run = journeyc(workspace.path(), &["test", "--filter", "nobody"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no test has `nobody`"), "{run:?}");
}

#[test]
fn watching_runs_the_tests_again_when_a_file_changes() {
    let workspace = Workspace::new(&[("j.journey", SOURCE)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_journeyc"))
        .args(["test", "--watch"])
        .current_dir(workspace.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("1 failed")));
    workspace.write("j.journey", SOURCE.replace("else { wait 1d }", "else {}").as_bytes());
    assert!(lines.any(|line| line.contains("2 tests passed")));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn coverage_on_the_standard_output_stands_there_alone() {
    let workspace = Workspace::new(&[("j.journey", SOURCE)]);
    let run = journeyc(workspace.path(), &["test", "--filter", "vips", "--coverage-json", "-"]);
    assert_eq!(run.code, 0, "{run:?}");
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["version"], 1);
    assert!(run.stderr.contains("1 test passed"), "{run:?}");
}
