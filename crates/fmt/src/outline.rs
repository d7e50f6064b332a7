//! The tree with parents before their children: the order in which a document is written.

use journey_syntax::{SyntaxKind, TapeNode};

/// A node or token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// What it is.
    pub(crate) kind: SyntaxKind,
    /// Where it begins.
    pub(crate) start: u32,
    /// Its length in bytes.
    pub(crate) len: u32,
    /// Entries it covers, itself included.
    size: u32,
}

/// All entries of a tree, each before those inside it.
pub(crate) struct Outline(Vec<Entry>);

/// A walk over the children of an entry: the next one, and where they end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    at: u32,
    end: u32,
}

const NOTHING: Entry = Entry { kind: SyntaxKind::EOF, start: 0, len: 0, size: 1 };

impl Outline {
    /// Turns a tape around. A subtree covers the same stretch in both orders, but for one place
    /// that each of its ancestors moves it back.
    pub(crate) fn new(tape: &[TapeNode]) -> Outline {
        let mut entries = vec![NOTHING; tape.len()];
        // Where the subtrees begin that are open, the innermost last.
        let mut open: Vec<usize> = Vec::new();
        let mut end: u32 = tape.last().map_or(0, |root| root.len());
        for (index, entry) in tape.iter().enumerate().rev() {
            while open.last().is_some_and(|first| index < *first) {
                open.pop();
            }
            let first = (index + 1).saturating_sub(entry.size() as usize);
            if let Some(slot) = entries.get_mut(first + open.len()) {
                let start = end.saturating_sub(entry.len());
                *slot = Entry { kind: entry.kind, start, len: entry.len(), size: entry.size() };
            }
            if entry.kind.is_token() {
                end = end.saturating_sub(entry.len());
            } else if entry.size() > 1 {
                open.push(first);
            }
        }
        Outline(entries)
    }

    /// The entry at an index.
    pub(crate) fn get(&self, index: u32) -> Entry {
        self.0.get(index as usize).copied().unwrap_or(NOTHING)
    }

    /// The children of an entry.
    pub(crate) fn children(&self, index: u32) -> Walk {
        Walk { at: index + 1, end: index + self.get(index).size }
    }

    /// The index of the next child.
    pub(crate) fn next(&self, walk: &mut Walk) -> Option<u32> {
        let found = walk.at;
        (found < walk.end).then(|| {
            walk.at += self.get(found).size;
            found
        })
    }

    /// The kinds of the children that are neither blanks nor comments.
    pub(crate) fn kinds(&self, index: u32) -> impl Iterator<Item = SyntaxKind> {
        let mut walk = self.children(index);
        let kinds = std::iter::from_fn(move || self.next(&mut walk).map(|at| self.get(at).kind));
        kinds.filter(|kind| !kind.is_trivia())
    }

    /// All tokens in an entry.
    pub(crate) fn inside(&self, index: u32) -> impl Iterator<Item = Entry> {
        let end = index + self.get(index).size;
        let entries = self.0.get(index as usize..end as usize).unwrap_or_default();
        entries.iter().copied().filter(|entry| entry.kind.is_token())
    }
}
