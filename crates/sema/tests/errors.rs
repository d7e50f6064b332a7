//! The pages of `docs/errors`: every code has one, its failing example gives that code and no other
//! error, and the mended one does not.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::fences;
use journey_base::{Code, Severity};
use journey_sema::{Config, LintLevel, Workspace};

/// Codes that no source text can give rise to: a file that is no text, and a mistake of the
/// checker. Their pages have no example.
const WITHOUT_EXAMPLE: [Code; 2] = [Code::BAD_FILE, Code::INTERNAL];

fn pages() -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let entries = std::fs::read_dir(directory).expect("docs/errors exists");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

/// The codes found in an example: all of errors, and of warnings, unused names aside where the
/// page is not about them.
fn codes(code: Code, language: &str, text: &str) -> BTreeSet<Code> {
    if language == "toml" {
        return Config::parse(text).err().map(|_| Code::BAD_CONFIG).into_iter().collect();
    }
    let mut config = Config::default();
    if code != Code::UNUSED {
        config.lints.insert("unused".to_owned(), LintLevel::Allow);
    }
    if code.is_quiet() {
        config.lints.insert(code.lint().to_owned(), LintLevel::Warn);
    }
    let files = vec![("example.journey".to_owned(), text.to_owned())];
    Workspace::new(config, files).diagnostics().iter().map(|found| found.code).collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: BTreeSet<String> = pages().into_iter().map(|(name, _)| name).collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(Code::to_string).collect();
    assert_eq!(pages, codes);
}

#[test]
fn pages_are_titled_as_the_catalogue_says() {
    for (name, page) in pages() {
        let code = Code::parse(&name).unwrap();
        assert_eq!(page.lines().next(), Some(&*format!("# {name}: {}", code.title())));
        if !code.lint().is_empty() {
            assert!(page.contains(&format!("`{}`", code.lint())), "{name} does not name its lint");
        }
    }
}

#[test]
fn the_examples_do_what_the_pages_say() {
    let mut report = String::new();
    for (name, page) in pages() {
        let code = Code::parse(&name).unwrap();
        let (mut fails, mut passes) = (0, 0);
        for fence in fences(&page) {
            let words: Vec<&str> = fence.info.iter().map(String::as_str).collect();
            let (expected, also) = match words.as_slice() {
                [_, "fails"] => (true, None),
                [_, "fails", "also", also] => (true, Code::parse(also)),
                [_, "passes"] => (false, None),
                _ => panic!("{name}: a fence of neither kind: {words:?}"),
            };
            let found = codes(code, words[0], &fence.text);
            let wanted: BTreeSet<Code> =
                if expected { [code].into_iter().chain(also).collect() } else { BTreeSet::new() };
            *(if expected { &mut fails } else { &mut passes }) += 1;
            if found != wanted {
                report.push_str(&format!("{name}: found {found:?}, not {wanted:?}\n"));
            }
        }
        if !WITHOUT_EXAMPLE.contains(&code) && (fails == 0 || passes == 0) {
            report.push_str(&format!("{name}: {fails} failing and {passes} mended examples\n"));
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn a_lint_is_a_warning_that_can_be_silenced_or_denied() {
    let text = "journey j { entry manual exit done wait 1d exit later }";
    let severity = |level: Option<LintLevel>| {
        let mut config = Config::default();
        config.lints.extend(level.map(|level| ("unreachable".to_owned(), level)));
        let files = vec![("main.journey".to_owned(), text.to_owned())];
        let workspace = Workspace::new(config, files);
        let found = workspace.diagnostics();
        (found.first().map(|found| found.severity), workspace.checked().is_some())
    };
    assert_eq!(severity(None), (Some(Severity::Warning), true));
    assert_eq!(severity(Some(LintLevel::Allow)), (None, true));
    assert_eq!(severity(Some(LintLevel::Deny)), (Some(Severity::Error), false));
}
