//! What can be written at the cursor.
//!
//! The text is read once more with a word put in at the cursor. Where that word ends up in the
//! tree says which kinds of names fit ([`context`]); a check of the declaration around it says
//! which of them are in scope and which type is wanted ([`values`]). Which words of the language
//! fit is asked of the parser itself ([`keywords`]), so there is no second grammar here.

mod context;
mod fields;
mod keywords;
mod names;
mod snippets;
mod texts;
mod values;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use journey_base::TextRange;
use journey_sema::{NameKind, Workspace};

use crate::place::FilePosition;

pub(crate) use context::Context;
pub(crate) use names::parameters;

/// At most so many items are given; with more, those that fit what was typed are asked for again.
pub const MAX_ITEMS: usize = 300;

/// What can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown, and what is typed to find it.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// Its type or signature, in one line.
    pub detail: String,
    /// What its author says of it, or what it does, in Markdown.
    pub documentation: String,
    /// What is written. Where it is a snippet, `$1`, `${1:word}` and `$0` are places to fill in, and
    /// `$`, `}` and `\` stand behind a backslash.
    pub insert: String,
    /// Whether it is a snippet.
    pub snippet: bool,
    /// How well it fits: the smaller, the better.
    pub rank: u8,
    /// Whether it should not be used any more.
    pub deprecated: bool,
}

/// What a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum CompletionKind {
    Keyword,
    Trait,
    Event,
    Property,
    Audience,
    Destination,
    Action,
    Policy,
    Secret,
    Journey,
    Constant,
    Parameter,
    Local,
    Function,
    Type,
    EnumMember,
    Label,
    Outcome,
    Arm,
    Value,
    Attribute,
}

/// All that can be written at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    /// What each of them replaces: the word at the cursor, as far as it is typed.
    pub replace: TextRange,
    /// The best first.
    pub items: Vec<Completion>,
    /// Whether there are more, for a longer word.
    pub incomplete: bool,
}

/// What can be written at a place.
pub fn completions(workspace: &Workspace, at: FilePosition) -> Completions {
    let Some(text) = workspace.text(at.file) else { return Completions::default() };
    let Some(context) = Context::at(workspace, at, &text) else { return Completions::default() };
    let mut found = Found { items: Vec::new(), typed: context.typed.clone(), incomplete: false };
    if context.in_text {
        texts::complete(workspace, &context, &mut found);
    } else {
        names::complete(workspace, &context, &mut found);
        if !values::of_history(&context) {
            keywords::complete(&context, &mut found);
        }
    }
    if context.called {
        found.without_arguments();
    }
    found.finish(context.replace)
}

/// Items as they are found.
struct Found {
    items: Vec<Completion>,
    /// What is typed so far.
    typed: String,
    /// Whether some that would fit were not looked at.
    incomplete: bool,
}

impl Found {
    /// The names of a kind that fit what is typed when `prefix` stands before them, those that begin
    /// so first: in a workspace of ten thousand journeys nobody reads them all.
    fn names(&mut self, workspace: &Workspace, kind: NameKind, prefix: &str) -> Vec<Arc<str>> {
        let shown = |name: &str| format!("{prefix}{name}");
        let mut names = workspace.names_where(kind, |name| fits(&shown(name), &self.typed));
        names.sort_by_key(|name| !shown(name).starts_with(&self.typed));
        self.incomplete |= names.len() > MAX_ITEMS;
        names.truncate(MAX_ITEMS);
        names
    }

    /// Adds a word that is written as it is shown.
    fn plain(&mut self, kind: CompletionKind, label: &str, detail: impl Into<String>, rank: u8) {
        self.items.push(Completion {
            label: label.to_owned(),
            kind,
            detail: detail.into(),
            documentation: String::new(),
            insert: label.to_owned(),
            snippet: false,
            rank,
            deprecated: false,
        });
    }

    /// Adds a word with more behind it.
    fn snippet(
        &mut self,
        kind: CompletionKind,
        label: &str,
        insert: String,
        detail: impl Into<String>,
        rank: u8,
    ) {
        self.plain(kind, label, detail, rank);
        if let Some(last) = self.items.last_mut() {
            last.insert = insert;
            last.snippet = true;
        }
    }

    /// Leaves the arguments away: there are some already.
    fn without_arguments(&mut self) {
        for item in &mut self.items {
            if item.insert.strip_prefix(&item.label).is_some_and(|rest| rest.starts_with('(')) {
                item.insert.clone_from(&item.label);
                item.snippet = false;
            }
        }
    }

    /// Says more of the item that was added last.
    fn documented(&mut self, documentation: impl Into<String>, deprecated: bool) {
        if let Some(last) = self.items.last_mut() {
            last.documentation = documentation.into();
            last.deprecated = deprecated;
            last.rank += 2 * u8::from(deprecated);
        }
    }

    /// Keeps what fits the typed word, sorted.
    fn finish(self, replace: TextRange) -> Completions {
        let Found { mut items, typed, incomplete } = self;
        let typed = &*typed;
        items.retain(|item| fits(&item.label, typed));
        let begins = |item: &Completion| item.label.starts_with(typed);
        items.sort_by(|a, b| {
            let key = |it: &Completion| (!begins(it), it.rank);
            key(a).cmp(&key(b)).then_with(|| a.label.cmp(&b.label))
        });
        items.dedup_by(|a, b| a.label == b.label && a.insert == b.insert);
        let incomplete = incomplete || items.len() > MAX_ITEMS;
        items.truncate(MAX_ITEMS);
        Completions { replace, items, incomplete }
    }
}

/// Whether the letters of `typed` stand in `label` in this order, whatever their case.
fn fits(label: &str, typed: &str) -> bool {
    let mut letters = label.bytes().map(|it| it.to_ascii_lowercase());
    typed.bytes().map(|it| it.to_ascii_lowercase()).all(|it| letters.any(|letter| letter == it))
}
