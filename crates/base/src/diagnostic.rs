//! Diagnostics as plain data.

use serde::Serialize;

use crate::{Code, TextRange};

/// A file of the workspace, by its place in the workspace's sorted list of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The workspace does not compile.
    Error,
    /// It compiles, and probably does not do what was meant.
    Warning,
}

/// One finding: what is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Which kind of finding.
    pub code: Code,
    /// How bad it is; the code's own severity unless the workspace set another.
    pub severity: Severity,
    /// One line: what is wrong, naming the thing.
    pub message: String,
    /// Where it is wrong. The text of this label, which may be empty, stands at the place.
    pub primary: Label,
    /// Other places that matter, in other files too.
    pub secondary: Vec<Label>,
    /// What to do, or why it is so. One sentence each.
    pub notes: Vec<String>,
    /// Edits that would mend it.
    pub fixes: Vec<Fix>,
}

/// A place with a remark.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub range: TextRange,
    /// The remark; may be empty.
    pub text: String,
}

/// Whether a fix may be applied without a person looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Mends the finding and changes nothing else that was meant.
    Safe,
    /// A guess that a person should confirm.
    Unsafe,
}

/// A set of edits that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What it does: "replace with `email`".
    pub title: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
    /// Edits, none overlapping.
    pub edits: Vec<Edit>,
}

/// Replaces a range of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// The file.
    pub file: FileId,
    /// What goes.
    pub range: TextRange,
    /// What comes.
    pub text: String,
}

impl Diagnostic {
    /// A finding with the severity its code has by itself.
    pub fn new(code: Code, file: FileId, range: TextRange, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: code.severity(),
            message: message.into(),
            primary: Label { file, range, text: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Puts a remark at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, file: FileId, range: TextRange, text: impl Into<String>) -> Self {
        self.secondary.push(Label { file, range, text: text.into() });
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a fix that replaces `range` of the primary file.
    #[must_use]
    pub fn fix(
        mut self,
        applicability: Applicability,
        title: impl Into<String>,
        range: TextRange,
        text: impl Into<String>,
    ) -> Self {
        let edit = Edit { file: self.primary.file, range, text: text.into() };
        self.fixes.push(Fix { title: title.into(), applicability, edits: vec![edit] });
        self
    }
}
