//! Workspaces that tests run over.

use std::path::Path;

use crate::canvas::sheet::journeys;
use crate::{Config, FileId, Workspace};

/// The workspaces, by directory: all recipes, and journeys with what recipes have not.
const DIRECTORIES: [&str; 5] = [
    "examples/recipes",
    "examples/grocery",
    "tests/behaviour/waits",
    "tests/behaviour/loops",
    "crates/simulator/src/journeys",
];

/// All `.journey` files below a directory of the project, by path.
pub(super) fn files(directory: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(directory);
    let mut found = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(&directory).expect("a directory of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "journey") {
                let text = std::fs::read_to_string(&path).expect("a source");
                let name = path.strip_prefix(&root).expect("below it").display().to_string();
                found.push((name, text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{directory} is empty");
    found
}

pub(super) fn workspace(files: Vec<(String, String)>) -> Workspace {
    Workspace::new(Config::default(), files)
}

pub(super) fn recipes() -> Workspace {
    workspace(files("examples/recipes"))
}

/// All workspaces.
pub(super) fn all() -> Vec<Workspace> {
    // Of the simulator's journeys there are two versions.
    let one = |files: Vec<(String, String)>| {
        files.into_iter().filter(|(path, _)| !path.ends_with("_b.journey")).collect()
    };
    DIRECTORIES.iter().map(|directory| workspace(one(files(directory)))).collect()
}

/// Every journey of a workspace with its file.
pub(super) fn journeys_of(workspace: &Workspace) -> Vec<(FileId, String)> {
    let mut found = Vec::new();
    for file in (0..workspace.file_count()).map(FileId) {
        let parse = journey_syntax::parse(&workspace.text(file).expect("a file"));
        for decl in journeys(&parse) {
            found.push((
                file,
                decl.name().expect("a name").ident_token().expect("a word").text().to_owned(),
            ));
        }
    }
    found
}
