//! What several of the tests here need.

#![allow(clippy::expect_used)]

use std::path::Path;

/// The recipes, each with its name, sorted.
pub(crate) fn recipes() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let mut files: Vec<(String, String)> = std::fs::read_dir(root)
        .expect("there are recipes")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|it| it == "journey"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a recipe");
            (path.file_name().expect("it has one").to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    files
}
