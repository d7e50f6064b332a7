//! Diagnostics of the language, as problems and answers hold them.

use std::collections::BTreeMap;
use std::sync::Arc;

use journey_base::{Applicability, Diagnostic, FileId, LineIndex, Severity, TextRange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A place in a text. Lines and columns count from 1, columns in characters; offsets are bytes from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Position {
    /// Line, from 1.
    #[schema(minimum = 1)]
    pub line: u32,
    /// Column in characters, from 1.
    #[schema(minimum = 1)]
    pub column: u32,
    /// Bytes before it.
    pub offset: u32,
}

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceSpan {
    /// Where it begins.
    pub start: Position,
    /// Where it ends; what stands there does not belong to it.
    pub end: Position,
}

/// One finding: what is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceError {
    /// Which kind of finding, as in `J0312`; `journeyc explain` has a page for each.
    #[schema(pattern = "^J[0-9]{4}$")]
    pub code: String,
    /// How bad it is.
    pub severity: SourceSeverity,
    /// One line: what is wrong.
    pub message: String,
    /// The file it is in.
    pub file: String,
    /// Line, from 1.
    #[schema(minimum = 1)]
    pub line: u32,
    /// Column in characters, from 1.
    #[schema(minimum = 1)]
    pub column: u32,
    /// Where it is.
    pub span: SourceSpan,
    /// A remark at the place; may be empty.
    pub label: String,
    /// Other places that matter.
    pub related: Vec<SourceRemark>,
    /// What to do, or why it is so.
    pub notes: Vec<String>,
    /// Edits that would mend it.
    pub fixes: Vec<SourceFix>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceSeverity {
    /// It does not compile.
    Error,
    /// It compiles, and probably does not do what was meant.
    Warning,
}

/// A place with a remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceRemark {
    /// The file.
    pub file: String,
    /// Where in it.
    pub span: SourceSpan,
    /// The remark; may be empty.
    pub label: String,
}

/// Edits that mend a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceFix {
    /// What they do.
    pub title: String,
    /// Whether they may be applied without a person looking at them.
    pub safe: bool,
    /// The edits; none overlaps another.
    pub edits: Vec<SourceEdit>,
}

/// Replaces a stretch of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceEdit {
    /// The file.
    pub file: String,
    /// What goes.
    pub span: SourceSpan,
    /// What comes.
    pub text: String,
}

impl SourceError {
    /// Whether it keeps the source from compiling.
    pub fn is_error(&self) -> bool {
        self.severity == SourceSeverity::Error
    }
}

/// Turns findings into what answers hold: knows the paths and texts of files.
pub struct Places<F> {
    file: F,
    lines: BTreeMap<FileId, (String, Arc<str>, LineIndex)>,
}

impl<F: Fn(FileId) -> Option<(String, Arc<str>)>> Places<F> {
    /// Takes what tells path and text of a file.
    pub fn new(file: F) -> Self {
        Places { file, lines: BTreeMap::new() }
    }

    /// One finding.
    pub fn error(&mut self, finding: &Diagnostic) -> SourceError {
        let (file, span) = self.place(finding.primary.file, finding.primary.range);
        SourceError {
            code: finding.code.to_string(),
            severity: match finding.severity {
                Severity::Error => SourceSeverity::Error,
                Severity::Warning => SourceSeverity::Warning,
            },
            message: finding.message.clone(),
            file,
            line: span.start.line,
            column: span.start.column,
            span,
            label: finding.primary.text.clone(),
            related: finding
                .secondary
                .iter()
                .map(|label| {
                    let (file, span) = self.place(label.file, label.range);
                    SourceRemark { file, span, label: label.text.clone() }
                })
                .collect(),
            notes: finding.notes.clone(),
            fixes: finding.fixes.iter().map(|fix| self.fix(fix)).collect(),
        }
    }

    fn fix(&mut self, fix: &journey_base::Fix) -> SourceFix {
        let edit = |edit: &journey_base::Edit| {
            let (file, span) = self.place(edit.file, edit.range);
            SourceEdit { file, span, text: edit.text.clone() }
        };
        SourceFix {
            title: fix.title.clone(),
            safe: fix.applicability == Applicability::Safe,
            edits: fix.edits.iter().map(edit).collect(),
        }
    }

    fn place(&mut self, file: FileId, range: TextRange) -> (String, SourceSpan) {
        let (path, text, index) = self.lines.entry(file).or_insert_with(|| {
            let (path, text) = (self.file)(file).unwrap_or_default();
            let index = LineIndex::new(&text);
            (path, text, index)
        });
        let position = |offset| {
            let at = index.line_column(text, offset);
            Position { line: at.line, column: at.column, offset }
        };
        (path.clone(), SourceSpan { start: position(range.start), end: position(range.end) })
    }
}
