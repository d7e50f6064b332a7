//! What can be done about a place: mend what was found there, declare what is missing, say that a
//! lint does not matter, or put the same thing differently.
//!
//! Each kind of action is a file of its own, a function from a [`Context`] to [`Draft`]s. What
//! all of them share is here: a file that was in its canonical form before stays so.

use std::collections::BTreeMap;

use journey_base::{Diagnostic, Edit, FileId, TextRange};
use journey_sema::Workspace;
use journey_syntax::{Parse, SyntaxNode, parse};

use crate::place::{FileRange, covering, edited, parsed};
use crate::tokendiff;

mod allow;
mod declare;
mod fixes;
mod infer;

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
    let mut finish = Finish { workspace, canonical: BTreeMap::new() };
    drafts.into_iter().filter_map(|draft| finish.action(draft)).collect()
}

/// Where actions are asked for.
struct Context<'w> {
    workspace: &'w Workspace,
    file: FileId,
    parse: Parse,
    range: TextRange,
    /// What was found in the whole file.
    found: Vec<Diagnostic>,
}

impl<'w> Context<'w> {
    fn new(workspace: &'w Workspace, at: FileRange) -> Option<Context<'w>> {
        let parse = parsed(workspace, at.file)?;
        let found = workspace.diagnostics_of(at.file);
        Some(Context { workspace, file: at.file, parse, range: at.range, found })
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

    /// An edit of this file.
    fn edit(&self, range: TextRange, text: impl Into<String>) -> Edit {
        Edit { file: self.file, range, text: text.into() }
    }
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
}

impl Draft {
    fn new(title: impl Into<String>, kind: ActionKind, edits: Vec<Edit>) -> Draft {
        let title = capitalised(&title.into());
        Draft { title, kind, preferred: false, mends: None, edits, laid_out: false }
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
    /// Whether a file is in its canonical form.
    canonical: BTreeMap<FileId, bool>,
}

impl Finish<'_> {
    fn action(&mut self, draft: Draft) -> Option<Action> {
        let Draft { title, kind, preferred, mends, edits, laid_out } = draft;
        let mut by_file: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
        for edit in edits {
            by_file.entry(edit.file).or_default().push(edit);
        }
        let mut settled = Vec::new();
        for (file, mut edits) in by_file {
            edits.sort_by_key(|edit| edit.range);
            let formatted = if laid_out { None } else { self.formatted(file, &edits) };
            settled.extend(formatted.unwrap_or(edits));
        }
        (!settled.is_empty()).then_some(Action { title, kind, preferred, mends, edits: settled })
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
