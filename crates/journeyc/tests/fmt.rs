//! `journeyc fmt` as a shell, an editor or a pull request sees it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use support::{Run, Workspace, journeyc};

const UGLY: &str = "event  a { x:int }\n";
const FINE: &str = "event a {\n  x: int\n}\n";

/// Runs `journeyc` with something on its standard input.
fn piped(folder: &Path, arguments: &[&str], input: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_journeyc"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn text(workspace: &Workspace, path: &str) -> String {
    std::fs::read_to_string(workspace.path().join(path)).unwrap()
}

#[test]
fn a_file_keeps_its_line_ends() {
    let double = |text: &str| text.replace('\n', "\r\n");
    let files =
        [("journey.toml", ""), ("fine.journey", &double(FINE)), ("ugly.journey", &double(UGLY))];
    let workspace = Workspace::new(&files);
    let run = journeyc(workspace.path(), &["fmt", "--check", "fine.journey"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    let run = journeyc(workspace.path(), &["fmt"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "1 of 2 files changed\n"));
    assert_eq!(text(&workspace, "ugly.journey"), double(FINE));
    let run = piped(workspace.path(), &["fmt", "--stdin"], &double(UGLY));
    assert_eq!((run.code, run.stdout), (0, double(FINE)));
}

#[test]
fn the_files_of_the_workspace_are_rewritten_and_named() {
    let workspace = Workspace::new(&[
        ("journey.toml", ""),
        ("b/b.journey", UGLY),
        ("a.journey", UGLY),
        ("c.journey", FINE),
    ]);
    let run = journeyc(&workspace.path().join("b"), &["fmt"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "2 of 3 files changed\n"));
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines.first().is_some_and(|line| line.ends_with("a.journey")), "{lines:?}");
    assert!(lines.get(1).is_some_and(|line| line.ends_with("b.journey")), "{lines:?}");
    assert_eq!(text(&workspace, "a.journey"), FINE);
    assert_eq!(text(&workspace, "b/b.journey"), FINE);
    let run = journeyc(workspace.path(), &["fmt", "--check"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert_eq!(run.stderr, "3 files, nothing to change\n");
}

#[test]
fn a_named_file_or_folder_is_formatted_and_nothing_else() {
    let workspace = Workspace::new(&[
        ("journey.toml", ""),
        ("one.journey", UGLY),
        ("deep/two.journey", UGLY),
        ("deep/er/three.journey", UGLY),
        ("target/four.journey", UGLY),
    ]);
    let run = journeyc(workspace.path(), &["fmt", "deep"]);
    assert_eq!(run.stdout, "formatted deep/er/three.journey\nformatted deep/two.journey\n");
    assert_eq!(text(&workspace, "one.journey"), UGLY);
    let run = journeyc(workspace.path(), &["fmt", "one.journey"]);
    assert_eq!(run.stdout, "formatted one.journey\n");
    let run = journeyc(workspace.path(), &["fmt", "target/four.journey"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("leaves it out"), "{}", run.stderr);
    let run = journeyc(workspace.path(), &["fmt", "nowhere"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("there is no such file"), "{}", run.stderr);
}

#[test]
fn check_shows_the_first_difference_and_writes_nothing() {
    let workspace = Workspace::new(&[("a.journey", UGLY), ("b.journey", FINE)]);
    let run = journeyc(workspace.path(), &["fmt", "--check"]);
    assert_eq!(run.code, 1);
    assert_eq!(
        run.stdout,
        "--- a.journey\n+++ a.journey (formatted)\n@@ -1,1 +1,3 @@\n-event  a { x:int }\n\
         +event a {\n+  x: int\n+}\n"
    );
    assert_eq!(run.stderr, "1 of 2 files would change; `journeyc fmt` changes them\n");
    assert_eq!(text(&workspace, "a.journey"), UGLY);
}

#[test]
fn the_width_is_that_of_the_workspace() {
    let narrow = ("journey.toml", "[format]\nwidth = 40\n");
    let long = "let a = [\"one long text\", \"another long text\"]\n";
    let workspace = Workspace::new(&[narrow, ("a.journey", long)]);
    assert_eq!(journeyc(workspace.path(), &["fmt"]).code, 0);
    let broken = "let a = [\n  \"one long text\", \"another long text\",\n]\n";
    assert_eq!(text(&workspace, "a.journey"), broken);
    // The same for what an editor sends, wherever the file may be.
    assert_eq!(piped(workspace.path(), &["fmt", "--stdin"], long).stdout, broken);
    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(piped(elsewhere.path(), &["fmt", "-"], long).stdout, long);
    let place = workspace.path().join("new/not_there_yet.journey");
    let run = piped(elsewhere.path(), &["fmt", "--stdin", place.to_str().unwrap()], long);
    assert_eq!((run.code, run.stdout.as_str()), (0, broken));
}

#[test]
fn a_wrong_configuration_is_reported_and_nothing_is_written() {
    let workspace =
        Workspace::new(&[("journey.toml", "[format]\nwidth = 4\n"), ("a.journey", UGLY)]);
    let run = journeyc(workspace.path(), &["fmt"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("must be a number from 40 to 400"), "{}", run.stderr);
    assert_eq!(text(&workspace, "a.journey"), UGLY);
}

#[test]
fn a_file_with_mistakes_is_left_alone_and_the_others_are_formatted() {
    let broken = "event  a { x: }\n";
    let workspace = Workspace::new(&[("a.journey", broken), ("b.journey", UGLY)]);
    workspace.write("c.journey", b"event caf\xE9 {}\n");
    let run = journeyc(workspace.path(), &["fmt"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, "formatted b.journey\n"));
    assert!(run.stderr.contains("a.journey:1:15"), "{}", run.stderr);
    assert!(run.stderr.contains("not UTF-8"), "{}", run.stderr);
    assert_eq!(text(&workspace, "a.journey"), broken);
    let run = piped(workspace.path(), &["fmt", "--stdin"], broken);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("error"), "{}", run.stderr);
}

#[test]
fn standard_input_comes_out_formatted_or_is_compared() {
    let workspace = Workspace::new(&[]);
    for input in [UGLY, FINE] {
        let run = piped(workspace.path(), &["fmt", "--stdin"], input);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, FINE, ""));
    }
    assert_eq!(piped(workspace.path(), &["fmt", "--stdin", "--check"], FINE).code, 0);
    let run = piped(workspace.path(), &["fmt", "--stdin", "--check"], UGLY);
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("--- <stdin>\n"), "{}", run.stdout);
    assert_eq!(piped(workspace.path(), &["fmt", "-", "a.journey"], FINE).code, 2);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said_and_stays_whole() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let workspace = Workspace::new(&[("a.journey", UGLY), ("b.journey", UGLY)]);
    let path = workspace.path().join("a.journey");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let run = journeyc(workspace.path(), &["fmt"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, "formatted b.journey\n"));
    assert!(run.stderr.contains("a.journey: cannot be written"), "{}", run.stderr);
    assert!(run.stderr.contains("the file is read-only"), "{}", run.stderr);
    assert_eq!(text(&workspace, "a.journey"), UGLY);

    // A link stays one, and the file behind it is formatted.
    let target = Workspace::new(&[("real.journey", UGLY)]);
    let link = workspace.path().join("link.journey");
    symlink(target.path().join("real.journey"), &link).unwrap();
    let run = journeyc(workspace.path(), &["fmt", "link.journey"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(text(&target, "real.journey"), FINE);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn all_journeys_of_this_repository_are_in_their_canonical_form() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let run = journeyc(&root, &["fmt", "--check", "examples", "tests"]);
    assert_eq!(
        run.code, 0,
        "write them with `cargo run -p journeyc -- fmt examples tests`\n{}{}",
        run.stdout, run.stderr
    );
}
