//! What the parser says about text that does not follow the grammar.

use journey_base::{Code, TextRange};

/// One mistake: what is wrong, where, and where possible what to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SyntaxError {
    /// Which kind of mistake.
    pub code: Code,
    /// Where.
    pub range: TextRange,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Another place that matters, and why.
    pub related: Option<(TextRange, String)>,
}

impl SyntaxError {
    pub(crate) fn new(code: Code, range: TextRange, message: impl Into<String>) -> SyntaxError {
        SyntaxError { code, range, message: message.into(), help: None, related: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> SyntaxError {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn related(mut self, range: TextRange, label: impl Into<String>) -> SyntaxError {
        self.related = Some((range, label.into()));
        self
    }
}
