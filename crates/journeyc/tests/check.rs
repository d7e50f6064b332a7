//! `journeyc check` as a shell or a pull request sees it.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use support::{Workspace, journeyc};

const GOOD: &str = r#"
customer { email: text? }
event signed_up {}
destination crm log { action note(name: text) }
journey welcome {
  entry event signed_up
  wait 1d
  send crm.note(name: "day 1")
  exit done
}
"#;

#[test]
fn a_clean_workspace_exits_with_0_and_says_so() {
    let workspace = Workspace::new(&[("shop.journey", GOOD)]);
    let run = journeyc(workspace.path(), &["check"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.stdout, "1 file checked, no findings\n");
}

#[test]
fn many_errors_are_reported_in_one_run_with_exit_code_1() {
    let schema = "customer { email: text? }\nevent signed_up {}\n";
    let first = "journey a {\n  entry event signed_upp\n  wait 1d\n  exit done\n}\n";
    let second = "journey b {\n  entry event signed_up\n  wait customer.emial\n}\n";
    let workspace =
        Workspace::new(&[("schema.journey", schema), ("a.journey", first), ("b.journey", second)]);
    let run = journeyc(workspace.path(), &["check", "--format", "short"]);
    assert_eq!(run.code, 1);
    let errors: Vec<&str> = run.stdout.lines().filter(|line| line.contains("error[")).collect();
    assert_eq!(errors.len(), 3, "{}", run.stdout);
    assert!(errors[0].starts_with("a.journey:2:15: error[J0101]"), "{}", errors[0]);
    assert!(errors[1].starts_with("b.journey:"), "{}", errors[1]);
}

#[test]
fn a_name_declared_twice_shows_both_files() {
    let workspace = Workspace::new(&[("a.journey", "event x {}\n"), ("b.journey", "event x {}\n")]);
    let run = journeyc(workspace.path(), &["check"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("a.journey") && run.stdout.contains("b.journey"), "{}", run.stdout);
    assert!(run.stdout.contains("J0102"));
}

#[test]
fn json_names_places_by_line_column_and_offset() {
    let workspace = Workspace::new(&[("a.journey", "event x {\n  a: txt\n}\n")]);
    let run = journeyc(workspace.path(), &["check", "--format", "json"]);
    assert_eq!(run.code, 1);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = json["diagnostics"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["code"] == "J0101").unwrap();
    assert_eq!(finding["file"], "a.journey");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["start"]["line"], 2);
    assert_eq!(finding["start"]["column"], 6);
    assert_eq!(finding["start"]["offset"], 15);
}

#[test]
fn a_single_file_is_a_workspace_of_its_own() {
    let workspace = Workspace::new(&[("one.journey", GOOD), ("other.journey", "garbage")]);
    let run = journeyc(workspace.path(), &["check", "one.journey"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_file_inside_a_workspace_is_checked_with_the_whole_of_it() {
    let (schema, journey) = GOOD.split_once("journey welcome").unwrap();
    let workspace = Workspace::new(&[
        ("journey.toml", "[workspace]\nname = \"shop\"\nlanguage = 1\n"),
        ("schema.journey", schema),
        ("deep/er/welcome.journey", &format!("journey welcome{journey}")),
        ("target/ignored.journey", "garbage"),
        (".hidden/ignored.journey", "garbage"),
    ]);
    let run = journeyc(workspace.path(), &["check", "deep/er/welcome.journey"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "2 files checked, no findings\n"));
}

#[test]
fn nothing_to_check_is_exit_code_2_and_says_what_to_give() {
    let workspace = Workspace::new(&[("notes.txt", "hello")]);
    let run = journeyc(workspace.path(), &["check"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no `.journey` file"), "{}", run.stderr);
    let run = journeyc(workspace.path(), &["check", "nowhere"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("nowhere: there is no such file"), "{}", run.stderr);
    let run = journeyc(workspace.path(), &["check", "notes.txt"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("not a journey file"), "{}", run.stderr);
}

#[test]
fn bytes_that_are_no_utf8_are_one_error_with_their_place() {
    let workspace = Workspace::new(&[("good.journey", GOOD)]);
    workspace.write("latin1.journey", b"event caf\xE9 {}\n");
    let run = journeyc(workspace.path(), &["check", "--format", "short"]);
    assert_eq!(run.code, 1);
    let line = run.stdout.lines().next().unwrap();
    assert_eq!(
        line,
        "latin1.journey:1:10: error[J0501]: the file is not UTF-8: byte 0xE9 at offset 9"
    );
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
}

#[test]
fn hostile_files_end_in_a_message_not_in_a_crash() {
    let nested = format!("let deep = {}1{}\n", "(".repeat(20_000), ")".repeat(20_000));
    let blocks = format!("journey j {{ entry manual {}", "branch { when true ".repeat(20_000));
    let garbage = "}{)(\u{0}\u{7f} \"unclosed\n@@@ journey journey { { { ".repeat(200);
    let types = format!("event e {{ x: {} }}\n", "list<".repeat(20_000));
    for text in [nested, blocks, garbage, types] {
        let workspace = Workspace::new(&[("bad.journey", &text)]);
        let run = journeyc(workspace.path(), &["check"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stdout.contains("error"), "{}", run.stdout);
        assert!(run.stdout.len() < 200_000, "{} bytes of output", run.stdout.len());
    }
}

#[test]
fn a_megabyte_of_journeys_is_checked_and_more_is_refused() {
    let one = "event e_NNN { a: int }\n";
    let mut text = String::new();
    while text.len() < 1_000_000 {
        text.push_str(&one.replace("NNN", &text.len().to_string()));
    }
    let workspace = Workspace::new(&[("big.journey", &text)]);
    let run = journeyc(workspace.path(), &["check", "--format", "short"]);
    assert_eq!(run.code, 0, "{}", run.stdout.lines().next().unwrap_or_default());
    let workspace = Workspace::new(&[("huge.journey", &text.repeat(2))]);
    let run = journeyc(workspace.path(), &["check", "--format", "short"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("error[J0501]"), "{}", run.stdout);
}

#[test]
fn a_mistake_in_the_configuration_is_shown_where_it_stands() {
    let workspace = Workspace::new(&[
        ("journey.toml", "[workspace]\nname = \"shop\"\nlanguage = 1\ntimezon = \"UTC\"\n"),
        ("a.journey", GOOD),
    ]);
    let run = journeyc(workspace.path(), &["check", "--format", "short"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("journey.toml:4:1: error[J0502]"), "{}", run.stdout);
    assert!(run.stdout.contains("timezon"), "{}", run.stdout);
}

#[test]
fn an_empty_file_is_fine() {
    let workspace = Workspace::new(&[("empty.journey", "")]);
    assert_eq!(journeyc(workspace.path(), &["check"]).code, 0);
}
