//! The workspaces in `examples` check without a warning, and their tests pass.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};

use support::journeyc;

fn workspaces() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.join("journey.toml").exists()).collect();
    found.sort();
    found
}

#[test]
fn every_example_checks_and_its_tests_pass() {
    let found = workspaces();
    assert!(found.len() >= 3, "{found:?}");
    for workspace in found {
        let check = journeyc(&workspace, &["check", "--deny", "warnings", "--reference"]);
        assert_eq!(check.code, 0, "{}: {}", workspace.display(), check.stdout);
        let test = journeyc(&workspace, &["test"]);
        assert_eq!(test.code, 0, "{}: {}", workspace.display(), test.stdout);
    }
}

#[test]
fn every_recipe_has_tests_and_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap());
    let recipes: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    assert_eq!(recipes.len(), 20);
    for name in recipes {
        let text = std::fs::read_to_string(folder.join(&name)).unwrap();
        assert!(text.contains("\ntest \""), "{name} has no test");
        assert!(readme.contains(&format!("({name})")), "{name} is not listed");
    }
}
