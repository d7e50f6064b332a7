//! Rules about source files.

use std::path::{Path, PathBuf};

use super::layers;
use crate::{Failure, shell};

/// Files longer than this are split.
const MAX_LINES: usize = 600;

/// Tracked files with one of these endings, relative to the root.
pub(super) fn tracked(root: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    let listing = shell::output(root, "git", &["ls-files", "--cached", "--exclude-standard"])?;
    let wanted = |path: &&str| endings.iter().any(|ending| path.ends_with(ending));
    let paths = listing.lines().filter(wanted).map(PathBuf::from);
    Ok(paths.filter(|path| root.join(path).is_file()).collect())
}

fn generated(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "generated")
}

pub(super) fn sizes(root: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for path in tracked(root, &[".rs"])? {
        let lines = std::fs::read_to_string(root.join(&path))?.lines().count();
        if lines > MAX_LINES && !generated(&path) {
            found.push(format!("{}: {lines} lines", path.display()));
        }
    }
    Ok(found)
}

pub(super) fn headers(root: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for name in layers::crates(root)? {
        let source = root.join("crates").join(&name).join("src");
        let main = ["lib.rs", "main.rs"].map(|file| source.join(file));
        let Some(path) = main.iter().find(|path| path.is_file()) else {
            found.push(format!("crates/{name} has neither lib.rs nor main.rs"));
            continue;
        };
        let text = std::fs::read_to_string(path)?;
        if text.lines().take_while(|line| line.starts_with("//!")).count() < 3 {
            found.push(format!("{} does not say what the crate is", path.display()));
        }
    }
    Ok(found)
}

pub(super) fn leftovers(root: &Path) -> Result<Vec<String>, Failure> {
    // Spelled in two parts, so that this file does not find itself.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("#[", "ignore"),
    ];
    let mut found = Vec::new();
    for path in tracked(root, &[".rs", ".journey", ".pest", ".toml"])? {
        let text = std::fs::read_to_string(root.join(&path))?;
        let may_be_unsafe =
            ["crates/vm", "crates/jit", "crates/treesitter"].iter().any(|of| path.starts_with(of));
        for (number, line) in text.lines().enumerate() {
            let mark = marks.iter().find(|mark| line.contains(**mark));
            if let Some(mark) = mark {
                found.push(format!("{}:{}: {mark}", path.display(), number + 1));
            }
            if !may_be_unsafe && line.contains(concat!("unsafe", " {")) {
                found.push(format!("{}:{}: unsafe code", path.display(), number + 1));
            }
        }
    }
    Ok(found)
}
