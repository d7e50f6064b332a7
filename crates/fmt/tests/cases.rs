//! The pages of `tests/cases`: pairs of code blocks, what was written and what becomes of it.
//!
//! A pair may say its width: ` ```journey width=40 `. What comes out must come out again when it
//! is formatted once more. `UPDATE_EXPECT=1` rewrites the second block of each pair.
// Helpers of tests may be as blunt as the tests themselves.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use journey_fmt::{DEFAULT_WIDTH, FormatError, format};

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut pages: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    assert!(!pages.is_empty());
    pages
}

/// The result for the first block of a pair.
fn outcome(before: &str, fence: &str) -> String {
    let width =
        fence.split_once("width=").map_or(DEFAULT_WIDTH, |(_, w)| w.trim().parse().unwrap());
    match format(before, width) {
        Ok(after) => {
            assert_eq!(format(&after, width).as_deref(), Ok(after.as_str()), "not idempotent");
            after
        }
        Err(FormatError::Syntax(errors)) => {
            errors.iter().map(|error| format!("// refused: {}\n", error.message)).collect()
        }
        Err(error) => panic!("{error}\n{before}"),
    }
}

/// The page with what really comes out in the second block of each pair.
fn actual(page: &str) -> String {
    let (mut out, mut lines) = (String::new(), page.lines());
    let mut before: Option<(String, &str)> = None;
    while let Some(line) = lines.next() {
        out += &format!("{line}\n");
        if !line.starts_with("```journey") {
            continue;
        }
        let block: String = lines
            .by_ref()
            .take_while(|line| *line != "```")
            .map(|line| format!("{line}\n"))
            .collect();
        match before.take() {
            None => {
                out += &block;
                before = Some((block, line));
            }
            Some((written, fence)) => out += &outcome(&written, fence),
        }
        out += "```\n";
    }
    assert!(before.is_none(), "the last block has no result");
    out
}

#[test]
fn what_is_written_becomes_what_the_pages_say() {
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let actual = actual(&page);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, actual).unwrap();
        } else {
            assert!(page == actual, "{}\n{}", path.display(), first_difference(&page, &actual));
        }
    }
}

fn first_difference(expected: &str, actual: &str) -> String {
    let mut pairs = expected.lines().zip(actual.lines()).enumerate();
    let found = pairs.find(|(_, (a, b))| a != b);
    found.map_or_else(
        || "one is longer than the other".to_owned(),
        |(line, (a, b))| format!("line {}\n  expected: {a}\n  actual:   {b}", line + 1),
    )
}

#[test]
fn line_ends_and_byte_order_marks_are_made_uniform() {
    let written = "\u{FEFF}// remark  \r\n/// Doc.\t\r\ncustomer {\r\n\r\n  a: int = 1\r\n}\r\n\r\n\r\n\r\nlet b = 2";
    let expected = "// remark\n/// Doc.\ncustomer {\n  a: int = 1\n}\n\nlet b = 2\n";
    // As most lines end, so do all afterwards.
    assert_eq!(format(written, 100).as_deref(), Ok(&*expected.replace('\n', "\r\n")));
    let mostly_single = written.replacen("\r\n", "\n", 5);
    assert_eq!(format(&mostly_single, 100).as_deref(), Ok(expected));
    for nothing in ["", " ", "\n\n\n", "\u{FEFF}"] {
        assert_eq!(format(nothing, 100).as_deref(), Ok(""));
    }
    assert_eq!(format("\n\n// only a remark", 100).as_deref(), Ok("// only a remark\n"));
}

#[test]
fn a_canonical_file_is_canonical_with_either_line_ends() {
    let text = "\
// Remark.
let a = \"\"\"
  Dear {customer.name},

    yours.
\"\"\"

journey j { // why
  entry manual
  exit done
}
";
    assert_eq!(format(text, 100).as_deref(), Ok(text));
    let double = text.replace('\n', "\r\n");
    assert_eq!(format(&double, 100).as_deref(), Ok(&*double));
    let messy = double.replace("  entry", "\t\tentry").replace("exit done\r\n", "exit done");
    assert_eq!(format(&messy, 100).as_deref(), Ok(&*double));
}

#[test]
fn a_file_with_mistakes_is_refused_with_all_of_them() {
    let refused = format("customer { a: }\njourney x {\n  wait\n}\n", 100);
    let Err(FormatError::Syntax(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors.len(), 2);
}

#[test]
fn time_is_linear_in_the_length_of_a_list_and_nesting_is_survived() {
    let list = format!("let a = [{}]", "f(1, x), ".repeat(40_000));
    let lines = format(&list, 100).unwrap().lines().count();
    assert_eq!(lines, 40_002);
    let chain = format!("audience a = {}", vec!["customer.a"; 40_000].join(" or "));
    assert_eq!(format(&chain, 100).unwrap().lines().count(), 40_001);
    let deep = format!("let a = {}1{}", "(".repeat(100), ")".repeat(100));
    assert_eq!(format(&deep, 250).unwrap(), format!("{deep}\n"));
    assert_eq!(format(&deep, 40).unwrap().lines().count(), 201);
}
