//! What can be done about a place: mend what was found there, declare what is missing, say that a
//! lint does not matter, or put the same thing differently.
//!
//! Each kind of action is a file of its own, a function from a [`Context`] to [`Draft`]s. What
//! all of them share is here: a file that was in its canonical form before stays so.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use journey_base::{Diagnostic, Edit, FileId, LineEnds, TextRange};
use journey_sema::Workspace;
use journey_sema::index::Index;
use journey_syntax::ast::AstNode;
use journey_syntax::{Parse, SyntaxKind, SyntaxNode, Tree, parse};

use crate::place::{FileRange, covering, edited, parsed};
use crate::tokendiff;
use crate::tree::{is_declaration, meant_at};

mod allow;
mod arms;
mod branches;
mod declare;
mod extract;
mod fixes;
mod infer;
mod inline;
mod label;
mod tiles;
mod values;

/// What an action is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActionKind {
    /// Mends a finding.
    Fix,
    /// Mends all of a file that can be mended without a person looking at it.
    FixAll,
    /// Takes something out and gives it a name.
    Extract,
    /// Puts something in place of its name.
    Inline,
    /// Puts the same thing differently.
    Rewrite,
}

/// Something that can be done, whole: what has to be edited for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does, to be shown.
    pub title: String,
    /// What it is for.
    pub kind: ActionKind,
    /// Whether it is what nearly everybody would want: a fix that is right whatever was meant.
    pub preferred: bool,
    /// The finding that it mends.
    pub mends: Option<Diagnostic>,
    /// Edits, those of a file by place and none overlapping.
    pub edits: Vec<Edit>,
    /// Where the name stands, once that is done, that it gave to something: an editor can ask for a
    /// better one right away, by renaming it.
    pub named: Option<FileRange>,
}

/// The actions at a place: first what is certain, then guesses, then what changes nothing but the
/// way in which it is written.
pub fn code_actions(workspace: &Workspace, at: FileRange) -> Vec<Action> {
    let Some(context) = Context::new(workspace, at) else { return Vec::new() };
    let mut drafts = Vec::new();
    drafts.extend(fixes::of(&context));
    drafts.extend(declare::of(&context));
    drafts.extend(allow::of(&context));
    drafts.extend(fixes::all(&context));
    // What is half typed has to be finished before it can be put differently.
    if !context.is_broken() {
        drafts.extend(inline::of(&context));
        drafts.extend(extract::of(&context));
        drafts.extend(label::add(&context));
        drafts.extend(arms::of_wait(&context));
        drafts.extend(branches::of(&context));
        drafts.extend(tiles::in_branch(&context));
        drafts.extend(tiles::sub_journey(&context));
    }
    let mut finish = Finish { workspace, file: at.file, canonical: BTreeMap::new() };
    drafts.into_iter().filter_map(|draft| finish.action(draft)).collect()
}

/// Where actions are asked for.
struct Context<'w> {
    workspace: &'w Workspace,
    file: FileId,
    parse: Parse,
    range: TextRange,
    /// The token at the cursor, or what is selected without the blanks at its ends.
    place: TextRange,
    /// What was found in the whole file.
    found: Vec<Diagnostic>,
    /// What the names around the place stand for, once somebody asks.
    index: OnceCell<Index>,
}

impl<'w> Context<'w> {
    fn new(workspace: &'w Workspace, at: FileRange) -> Option<Context<'w>> {
        let parse = parsed(workspace, at.file)?;
        let found = workspace.diagnostics_of(at.file);
        let place = place(&parse.tree, at.range);
        let (file, range, index) = (at.file, at.range, OnceCell::new());
        Some(Context { workspace, file, parse, range, place, found, index })
    }

    /// What was found at the place.
    fn here(&self) -> impl Iterator<Item = &Diagnostic> {
        let touches =
            |range: TextRange| range.start <= self.range.end && self.range.start <= range.end;
        self.found.iter().filter(move |it| touches(it.primary.range))
    }

    fn text(&self) -> &str {
        self.parse.tree.text()
    }

    /// The nodes around a range, the outermost first.
    fn around(&self, range: TextRange) -> Vec<SyntaxNode<'_>> {
        covering(&self.parse.tree, range)
    }

    /// The innermost node of a kind around the place.
    fn innermost<'t, N: AstNode<'t>>(&'t self) -> Option<N> {
        self.around(self.place).into_iter().rev().find_map(N::cast)
    }

    /// What the names of the declaration around the place stand for.
    fn index(&self) -> &Index {
        self.index.get_or_init(|| self.workspace.index_at(self.file, self.place.start))
    }

    /// Whether the parser found a mistake in the declaration around the place.
    fn is_broken(&self) -> bool {
        let around = self.around(self.place);
        let item = around.iter().find(|node| is_declaration(node.kind()));
        let touches = |item: TextRange| {
            let errors = self.parse.errors.iter().map(|error| error.range);
            errors.into_iter().any(|it| it.start <= item.end && item.start <= it.end)
        };
        item.is_none_or(|item| touches(item.range()))
    }

    /// Whether nothing in a range is a comment, which would have to go somewhere.
    fn has_no_comments(&self, range: TextRange) -> bool {
        let inside = |it: TextRange| range.start <= it.start && it.end <= range.end;
        let mut tokens = self.parse.tree.tokens().filter(|it| inside(it.range()));
        tokens.all(|token| !matches!(token.kind(), SyntaxKind::COMMENT | SyntaxKind::DOC))
    }

    /// An edit of this file.
    fn edit(&self, range: TextRange, text: impl Into<String>) -> Edit {
        Edit { file: self.file, range, text: text.into() }
    }
}

/// The token that a cursor means, or a selection without the blanks at its ends.
fn place(tree: &Tree, range: TextRange) -> TextRange {
    if range.is_empty() {
        return meant_at(tree, range.start).map_or(range, |token| token.range());
    }
    let text = range.of(tree.text());
    let start = range.start + (text.len() - text.trim_start().len()) as u32;
    TextRange::new(start, start + text.trim().len() as u32)
}

/// An action before its layout is settled.
struct Draft {
    title: String,
    kind: ActionKind,
    preferred: bool,
    mends: Option<Diagnostic>,
    edits: Vec<Edit>,
    /// Whether its edits are laid out already.
    laid_out: bool,
    /// The name that it gives to something in this file.
    name: Option<String>,
}

impl Draft {
    fn new(title: impl Into<String>, kind: ActionKind, edits: Vec<Edit>) -> Draft {
        let title = capitalised(&title.into());
        Draft { title, kind, preferred: false, mends: None, edits, laid_out: false, name: None }
    }

    /// The same as what gives something this name.
    fn naming(self, name: &str) -> Draft {
        Draft { name: Some(name.to_owned()), ..self }
    }

    /// The same as what mends a finding.
    fn mending(self, found: &Diagnostic) -> Draft {
        Draft { mends: Some(found.clone()), ..self }
    }
}

fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}

/// Larger files are not formatted again for each action.
const MAX_FORMATTED: usize = 200_000;

/// Settles the layout of actions.
struct Finish<'w> {
    workspace: &'w Workspace,
    /// Where they were asked for.
    file: FileId,
    /// Whether a file is in its canonical form.
    canonical: BTreeMap<FileId, bool>,
}

impl Finish<'_> {
    fn action(&mut self, draft: Draft) -> Option<Action> {
        let Draft { title, kind, preferred, mends, edits, laid_out, name } = draft;
        let mut by_file: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
        for edit in edits {
            by_file.entry(edit.file).or_default().push(edit);
        }
        let mut settled = Vec::new();
        for (file, mut edits) in by_file {
            let ends = LineEnds::of(&self.workspace.text(file)?);
            for edit in &mut edits {
                edit.text = ends.put(&edit.text).into_owned();
            }
            edits.sort_by_key(|edit| edit.range);
            let formatted = if laid_out { None } else { self.formatted(file, &edits) };
            settled.extend(formatted.unwrap_or(edits));
        }
        let named = name.and_then(|name| self.named(&name, &settled));
        let done = !settled.is_empty();
        done.then_some(Action { title, kind, preferred, mends, edits: settled, named })
    }

    /// Where a name stands first that edits put into the text.
    fn named(&self, name: &str, edits: &[Edit]) -> Option<FileRange> {
        let here: Vec<&Edit> = edits.iter().filter(|edit| edit.file == self.file).collect();
        let after = edited(&self.workspace.text(self.file)?, here.iter().copied());
        let (mut more, mut less) = (0, 0);
        let mut new: Vec<TextRange> = Vec::new();
        for edit in here {
            let start = edit.range.start + more - less;
            new.push(TextRange::new(start, start + edit.text.len() as u32));
            (more, less) = (more + edit.text.len() as u32, less + edit.range.len());
        }
        let parse = parse(&after);
        let touches = |range: TextRange| {
            new.iter().any(|new| new.start <= range.end && range.start <= new.end)
        };
        let mut tokens = parse.tree.tokens().filter(|token| token.text() == name);
        let range = tokens.find(|token| touches(token.range()))?.range();
        Some(FileRange { file: self.file, range })
    }

    /// The edits and those that the formatter would make after them, where it had nothing to say
    /// before them.
    fn formatted(&mut self, file: FileId, edits: &[Edit]) -> Option<Vec<Edit>> {
        let text = self.workspace.text(file)?;
        let width = self.workspace.config().width;
        let canonical = *self.canonical.entry(file).or_insert_with(|| {
            let small = text.len() < MAX_FORMATTED;
            small && journey_fmt::format(&text, width).is_ok_and(|formatted| *formatted == *text)
        });
        if !canonical {
            return None;
        }
        let formatted = journey_fmt::format(&edited(&text, edits.iter()), width).ok()?;
        let edits = tokendiff::edits(&parse(&text).tree, &formatted).into_iter();
        Some(edits.map(|(range, text)| Edit { file, range, text }).collect())
    }
}

#[cfg(test)]
mod tests;
