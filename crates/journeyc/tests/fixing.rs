//! `check` with options that do more than look: `--fix`, `--deny`, `--baseline`, `--watch`, `-`.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use support::{Workspace, journeyc};

const TYPO: &str = "customer {\n  orders: integer = 0   // how many\n}\n";

#[test]
fn safe_fixes_are_applied_and_the_rest_of_the_file_stays() {
    let workspace = Workspace::new(&[("a.journey", TYPO)]);
    let run = journeyc(workspace.path(), &["check", "--fix"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.stderr, "1 fix applied in a.journey\n");
    let text = std::fs::read_to_string(workspace.path().join("a.journey")).unwrap();
    assert_eq!(text, TYPO.replace("integer", "int"));
    let again = journeyc(workspace.path(), &["check", "--fix"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, ""));
}

#[test]
fn what_is_fixed_ends_its_lines_as_the_file_does() {
    let unused = "let one = 1\r\n\r\njourney j {\r\n  entry manual\r\n  exit done\r\n}\r\n";
    let allowed = "// journey:allow(unused)\r\nlet two = 2 // journey:allow(typos)\r\n";
    let workspace = Workspace::new(&[("a.journey", unused), ("b.journey", allowed)]);
    journeyc(workspace.path(), &["check", "--fix"]);
    for file in ["a.journey", "b.journey"] {
        let text = std::fs::read_to_string(workspace.path().join(file)).unwrap();
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{file}: {text:?}");
    }
    let text = std::fs::read_to_string(workspace.path().join("a.journey")).unwrap();
    assert_eq!(text.trim_start(), unused.replace("let one = 1\r\n", "").trim_start());
}

#[test]
fn a_guess_is_not_applied() {
    let source = "customer { n: int? }\njourney j { entry manual wait 1d branch { when customer.n > 3 { wait 1d } } exit done }\n";
    let workspace = Workspace::new(&[("a.journey", source)]);
    let run = journeyc(workspace.path(), &["check", "--fix", "--format", "short"]);
    assert_eq!(run.code, 1);
    let text = std::fs::read_to_string(workspace.path().join("a.journey")).unwrap();
    assert_eq!(text, source);
}

const UNUSED: &str = "event signed_up {}\n";

#[test]
fn a_lint_that_is_denied_fails_the_run() {
    let workspace = Workspace::new(&[("a.journey", UNUSED)]);
    assert_eq!(journeyc(workspace.path(), &["check"]).code, 0);
    assert_eq!(journeyc(workspace.path(), &["check", "--deny", "unused"]).code, 1);
    assert_eq!(journeyc(workspace.path(), &["check", "--deny", "warnings"]).code, 1);
    assert_eq!(journeyc(workspace.path(), &["check", "--deny", "name_style"]).code, 0);
    let unknown = journeyc(workspace.path(), &["check", "--deny", "unusd"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("there is no lint `unusd`"), "{unknown:?}");
    workspace.write("journey.toml", b"[lints]\nunused = \"allow\"\n");
    assert_eq!(journeyc(workspace.path(), &["check", "--deny", "warnings"]).code, 0);
}

#[test]
fn a_baseline_hides_what_was_there_and_nothing_new() {
    let workspace = Workspace::new(&[("a.journey", UNUSED)]);
    let missing = journeyc(workspace.path(), &["check", "--baseline", "known.json"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("--write-baseline"), "{missing:?}");
    let write = ["check", "--baseline", "known.json", "--write-baseline"];
    assert_eq!(journeyc(workspace.path(), &write).code, 0);

    // Lines above it do not matter, and a second finding does.
    workspace.write("a.journey", format!("\n\n{UNUSED}event again {{}}\n").as_bytes());
    let deny = ["check", "--baseline", "known.json", "--deny", "unused", "--format", "short"];
    let run = journeyc(workspace.path(), &deny);
    assert_eq!(run.code, 1);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert!(run.stdout.contains("`again`"));

    workspace.write("a.journey", b"customer {}\n");
    let run = journeyc(workspace.path(), &["check", "--baseline", "known.json"]);
    assert!(run.stderr.contains("1 finding in it are gone"), "{run:?}");
    workspace.write("known.json", b"{}");
    let run = journeyc(workspace.path(), &["check", "--baseline", "known.json"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("not a baseline"), "{run:?}");
}

#[test]
fn a_file_comes_in_by_the_standard_input() {
    let workspace = Workspace::new(&[]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_journeyc"))
        .args(["check", "-", "--format", "short"])
        .current_dir(workspace.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"customer { a: txt }\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("<stdin>:1:15: error[J0101]"), "{text}");
    let refused = journeyc(workspace.path(), &["check", "-", "--fix"]);
    assert_eq!(refused.code, 2);
}

#[test]
fn what_is_no_baseline_is_told_in_its_own_words() {
    let workspace = Workspace::new(&[("a.journey", UNUSED)]);
    for (text, why) in [
        ("nonsense", "it is not JSON at line 1, column 2"),
        ("[]", "it is no object with a `version`"),
        (r#"{"version": 2, "findings": []}"#, "its version is 2, and this program reads 1"),
        (r#"{"version": 1}"#, "it has no list of `findings`"),
        (r#"{"version": 1, "findings": [{"file": "a"}]}"#, "finding 1 in it is no object of three"),
    ] {
        workspace.write("known.json", text.as_bytes());
        let run = journeyc(workspace.path(), &["check", "--baseline", "known.json"]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(&format!("not a baseline: {why}")), "{}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_device_is_no_workspace() {
    let workspace = Workspace::new(&[]);
    let run = journeyc(workspace.path(), &["check", "/dev/null"]);
    assert_eq!(run.code, 2);
    let wanted = "error: /dev/null: neither a file nor a directory\n  hint: `-` reads from";
    assert!(run.stderr.starts_with(wanted), "{}", run.stderr);
}

#[test]
fn watching_checks_again_when_a_file_changes() {
    let workspace = Workspace::new(&[("a.journey", "event signed_up {\n")]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_journeyc"))
        .args(["check", "--watch", "--format", "short"])
        .current_dir(workspace.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("error[J0005]"), "{first}");
    workspace.write("a.journey", b"event signed_up { a: txt }\n");
    let second = lines.find(|line| line.as_ref().unwrap().contains("error[J0101]"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(second.is_some());
}

#[test]
fn the_grammar_itself_is_asked_too() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/grocery");
    let run = journeyc(&examples, &["check", "--reference"]);
    assert_eq!(run.code, 0, "{run:?}");
}
