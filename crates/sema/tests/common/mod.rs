//! What the tests of this crate share: a workspace of one file and its findings in short.
#![allow(dead_code)] // each test uses its own part
#![allow(clippy::unwrap_used)]

use journey_base::{Diagnostic, FileId, LineIndex};
use journey_sema::{Config, Workspace};

/// A workspace of one file.
pub(crate) fn one_file(text: &str) -> Workspace {
    Workspace::new(Config::default(), vec![("main.journey".to_owned(), text.to_owned())])
}

/// A workspace of several files.
pub(crate) fn workspace(files: &[(&str, &str)]) -> Workspace {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    Workspace::new(Config::default(), files.collect())
}

/// The findings about a text, one a line: place, code, message; below it what else is said.
pub(crate) fn check(text: &str) -> String {
    let workspace = one_file(text);
    workspace.diagnostics().iter().map(|it| short(&workspace, it)).collect()
}

/// Only place, code and message.
pub(crate) fn brief(text: &str) -> String {
    let workspace = one_file(text);
    workspace.diagnostics().iter().map(|it| line(&workspace, it) + "\n").collect()
}

/// Place, code and message of a finding.
pub(crate) fn line(workspace: &Workspace, finding: &Diagnostic) -> String {
    let at = place(workspace, finding.primary.file, finding.primary.range.start);
    format!("{at} {} {}", finding.code, finding.message)
}

/// All that a finding says.
pub(crate) fn short(workspace: &Workspace, finding: &Diagnostic) -> String {
    let mut out = line(workspace, finding);
    let shown = shown(workspace, finding.primary.file, finding.primary.range);
    out.push_str(format!("\n  | {shown:?} {}", finding.primary.text).trim_end());
    for label in &finding.secondary {
        let at = place(workspace, label.file, label.range.start);
        out.push_str(&format!("\n  | {at} {}", label.text));
    }
    for note in &finding.notes {
        out.push_str(&format!("\n  = {note}"));
    }
    for fix in &finding.fixes {
        let edits = fix.edits.iter();
        let edits = edits.map(|edit| {
            let at = place(workspace, edit.file, edit.range.start);
            format!("{at}+{} {:?}", edit.range.len(), edit.text)
        });
        let edits: Vec<String> = edits.collect();
        let kind = format!("{:?}", fix.applicability).to_lowercase();
        out.push_str(&format!("\n  > {} ({kind}): {}", fix.title, edits.join(", ")));
    }
    out + "\n"
}

/// The text of a range, shortened.
fn shown(workspace: &Workspace, file: FileId, range: journey_base::TextRange) -> String {
    let text = workspace.text(file).unwrap();
    let all = range.of(&text);
    let first = all.lines().next().unwrap_or_default();
    if first.len() < all.len() { format!("{first}…") } else { first.to_owned() }
}

/// Line and column; the path too where it is not the only file.
pub(crate) fn place(workspace: &Workspace, file: FileId, offset: u32) -> String {
    let text = workspace.text(file).unwrap();
    let at = LineIndex::new(&text).line_column(&text, offset);
    let path = workspace.path(file).unwrap();
    let path = if path == "main.journey" { String::new() } else { format!("{path}:") };
    format!("{path}{}:{}", at.line, at.column)
}

/// A fence of a page.
pub(crate) struct Fence {
    /// The words behind the three backticks.
    pub(crate) info: Vec<String>,
    /// The line of the page on which its text begins.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// The fences of a page.
pub(crate) fn fences(page: &str) -> Vec<Fence> {
    let mut fences = Vec::new();
    let mut open: Option<Fence> = None;
    for (number, line) in page.lines().enumerate() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(info)) => {
                let info = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Fence { info, line: number + 2, text: String::new() });
            }
            (Some(_), Some(_)) => fences.extend(open.take()),
            (Some(fence), None) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            (None, None) => {}
        }
    }
    fences
}
