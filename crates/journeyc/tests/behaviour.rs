//! The workspaces of `tests/behaviour`: what the language does, said by tests in the language.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::journeyc;

#[test]
fn journeys_behave_as_their_own_tests_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/behaviour");
    let mut folders: Vec<_> =
        std::fs::read_dir(root).unwrap().map(|it| it.unwrap().path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    assert!(!folders.is_empty());
    for folder in folders {
        let check = journeyc(&folder, &["check"]);
        assert_eq!(check.code, 0, "{}: {}{}", folder.display(), check.stdout, check.stderr);
        assert!(!check.stderr.contains("warning"), "{}", check.stderr);
        let run = journeyc(&folder, &["test"]);
        assert_eq!(run.code, 0, "{}: {}{}", folder.display(), run.stdout, run.stderr);
    }
}
