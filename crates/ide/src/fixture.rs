//! Small workspaces for tests, with marks in their text.
//!
//! A fixture is one or more files. A line `//- path` begins each; without one there is a single
//! file `main.journey`. Two marks say where something is, and do not get in the way of the language:
//!
//! - `$0` is the cursor. It is taken out of the text. At most one, anywhere.
//! - A comment line `//   ^^^^ some words` below a line marks what stands above the carets.
//!   It stays in the text.

use std::sync::Arc;

use journey_base::{FileId, TextRange};
use journey_ir::graph::{Counts, JourneyCounts, TileCounts};
use journey_sema::{Config, Workspace};

use crate::place::{FilePosition, FileRange};

/// A workspace made of a marked text.
pub(crate) struct Fixture {
    pub(crate) workspace: Workspace,
    /// Where the cursor is; the start of the first file where there is none.
    pub(crate) at: FilePosition,
    /// What carets mark, in the order in which they stand, with the words behind them.
    pub(crate) marks: Vec<(FileRange, String)>,
}

impl Fixture {
    pub(crate) fn text(&self, file: FileId) -> Arc<str> {
        self.workspace.text(file).expect("a file of the fixture")
    }

    /// What was marked with these words.
    pub(crate) fn marked(&self, words: &str) -> Vec<FileRange> {
        self.marks.iter().filter(|(_, it)| it == words).map(|(range, _)| *range).collect()
    }

    /// A range with its text, as `path:line "text"`, to compare in tests.
    pub(crate) fn show(&self, range: FileRange) -> String {
        let text = self.text(range.file);
        let line = text[..range.range.start as usize].matches('\n').count() + 1;
        let path = self.workspace.path(range.file).expect("a file of the fixture");
        format!("{path}:{line} {:?}", range.range.of(&text))
    }
}

/// Reads a marked text.
pub(crate) fn fixture(marked: &str) -> Fixture {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in marked.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("//- ") {
            files.push((path.trim().to_owned(), String::new()));
        } else {
            if files.is_empty() {
                files.push(("main.journey".to_owned(), String::new()));
            }
            files.last_mut().expect("one was pushed").1.push_str(line);
        }
    }
    let mut at = FilePosition { file: FileId(0), offset: 0 };
    let mut marks = Vec::new();
    for (index, (_, text)) in files.iter_mut().enumerate() {
        let file = FileId(index as u32);
        if let Some(offset) = text.find("$0") {
            text.replace_range(offset..offset + 2, "");
            at = FilePosition { file, offset: offset as u32 };
        }
        marks.extend(marks_of(text).map(|(range, words)| (FileRange { file, range }, words)));
    }
    Fixture { workspace: Workspace::new(Config::default(), files), at, marks }
}

/// Counts of the journey `waits`: how often it was entered, and of tiles by key who arrived and who
/// is there.
pub(crate) fn counts(memberships: Option<u64>, tiles: &[(&str, u64, u64)]) -> Counts {
    let tile = |(key, entered, inside): &(&str, u64, u64)| {
        let counts = TileCounts { entered: *entered, inside: *inside, ..TileCounts::default() };
        ((*key).to_owned(), counts)
    };
    let journey = JourneyCounts { memberships, tiles: tiles.iter().map(tile).collect() };
    Counts { journeys: [("waits".to_owned(), journey)].into() }
}

/// What the carets of a text mark.
fn marks_of(text: &str) -> impl Iterator<Item = (TextRange, String)> {
    let mut above = 0;
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let carets =
            line.trim_start().strip_prefix("//").filter(|it| it.trim_start().starts_with('^'));
        match carets {
            Some(carets) => {
                let column = line.find('^').expect("it begins with one");
                let count = carets.matches('^').count();
                let words = carets.trim_start().trim_start_matches('^').trim();
                let from = (above + column) as u32;
                found.push((TextRange::new(from, from + count as u32), words.to_owned()));
            }
            None => above = start,
        }
        start += line.len();
    }
    found.into_iter()
}
