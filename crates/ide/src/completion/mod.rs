//! What can be written at the cursor.
//!
//! The text is read once more with a word put in at the cursor. Where that word ends up in the
//! tree says which kinds of names fit ([`context`]); a check of the declaration around it says
//! which of them are in scope and which type is wanted ([`values`]). Which words of the language
//! fit is asked of the parser itself ([`keywords`]), so there is no second grammar here.
//! Where something is begun and not whole, only what it lacks is offered ([`unfinished`]).

mod context;
mod fields;
mod fit;
mod found;
mod keywords;
mod literals;
mod names;
mod nearby;
mod snippets;
mod steps;
mod texts;
mod unfinished;
mod values;

#[cfg(test)]
mod tests;

use journey_base::TextRange;
use journey_sema::Workspace;

use crate::place::FilePosition;

use found::Found;
use nearby::Nearby;

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
    let mut found = Found::new(&context.typed);
    if context.in_text {
        texts::complete(workspace, &context, &mut found);
    } else {
        names::complete(workspace, &context, &mut found);
        if !found.closed {
            literals::by_place(&context, &mut found);
            keywords::complete(&context, &mut found);
        }
    }
    if context.called {
        found.without_arguments();
    }
    found.finish(context.replace, &Nearby::of(&context))
}
