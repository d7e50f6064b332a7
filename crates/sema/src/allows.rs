//! `// journey:allow(name)`: comments that silence a lint at one place.
//!
//! A comment behind code speaks of its own line; one that stands alone, of the next line with code
//! on it. Behind the brackets there is room for the reason. A comment that silences nothing is
//! reported itself, so that none outlives what it was written for.

use std::cell::Cell;

use journey_base::{Applicability, Code, Diagnostic, FileId, LineIndex, TextRange};
use journey_syntax::SyntaxKind;

use crate::suggest::{self, Candidate};

/// What such a comment begins with, behind its slashes.
const MARKER: &str = "journey:allow";

/// The comments of a file that silence lints.
pub(crate) struct Allows<'t> {
    text: &'t str,
    lines: LineIndex,
    comments: Vec<Allow>,
}

struct Allow {
    /// The comment.
    range: TextRange,
    /// The line it speaks of, from 1; 0 where no code follows.
    line: u32,
    names: Vec<Named>,
}

/// A lint's name in a comment.
struct Named {
    range: TextRange,
    used: Cell<bool>,
}

impl<'t> Allows<'t> {
    /// Finds them in the text of a file.
    pub(crate) fn of(text: &'t str) -> Allows<'t> {
        let mut found = Allows { text, lines: LineIndex::new(""), comments: Vec::new() };
        // Nearly no file has one, so it costs less to parse those again than to keep their trees.
        if !text.contains(MARKER) {
            return found;
        }
        found.lines = LineIndex::new(text);
        let mut last_line = 0;
        for token in journey_syntax::parse(text).tree.tokens() {
            let range = token.range();
            let line = found.line(range.start);
            match token.kind() {
                SyntaxKind::COMMENT => {
                    if let Some(names) = names(token.text(), range.start) {
                        let line = if line == last_line { line } else { 0 };
                        found.comments.push(Allow { range, line, names });
                    }
                }
                kind if kind.is_trivia() || kind == SyntaxKind::DOC => {}
                _ => {
                    // Those that stand alone still wait for their line of code.
                    let waiting = found.comments.iter_mut().rev().take_while(|it| it.line == 0);
                    waiting.for_each(|comment| comment.line = line);
                    last_line = found.line(range.end.saturating_sub(1));
                }
            }
        }
        found
    }

    fn line(&self, offset: u32) -> u32 {
        self.lines.line_column(self.text, offset).line
    }

    /// Whether a comment silences a finding of `lint` that begins at `at`. Such a comment is not
    /// unused.
    pub(crate) fn silence(&self, lint: &str, at: u32) -> bool {
        if lint.is_empty() || self.comments.is_empty() {
            return false;
        }
        let line = self.line(at);
        // They are in the order of the lines they speak of; those that speak of none come last.
        let before = |it: &Allow| it.line != 0 && it.line < line;
        let here = self.comments.iter().skip(self.comments.partition_point(before));
        let names = here.take_while(|it| it.line == line).flat_map(|it| &it.names);
        let mut matching = names.filter(|name| name.range.of(self.text) == lint).peekable();
        let silenced = matching.peek().is_some();
        matching.for_each(|name| name.used.set(true));
        silenced
    }

    /// Comments, or names in them, that silenced nothing.
    pub(crate) fn unused(&self, file: FileId) -> Vec<Diagnostic> {
        let reports = self.comments.iter().flat_map(|comment| self.unused_of(comment, file));
        reports.collect()
    }

    fn unused_of(&self, comment: &Allow, file: FileId) -> Vec<Diagnostic> {
        if comment.names.is_empty() {
            let message = "this comment does not say which lint it allows";
            let finding = Diagnostic::new(Code::UNUSED_ALLOW, file, comment.range, message);
            return vec![finding.note("write `// journey:allow(name)`, with the name of a lint")];
        }
        let idle = comment.names.iter().filter(|name| !name.used.get());
        idle.map(|name| self.idle(comment, name, file)).collect()
    }

    /// The report of one name.
    fn idle(&self, comment: &Allow, name: &Named, file: FileId) -> Diagnostic {
        let text = name.range.of(self.text);
        if !Code::lints().any(|lint| lint == text) {
            let message = format!("there is no lint `{text}`");
            let finding = Diagnostic::new(Code::UNUSED_ALLOW, file, name.range, message);
            let known: Vec<Candidate> = Code::lints().map(Candidate::new).collect();
            return match suggest::closest(text, &known).as_slice() {
                [] => {
                    let all = suggest::list_all(known.iter().map(|known| &known.name));
                    finding.note(format!("there is {all}; errors cannot be allowed"))
                }
                [close, ..] => {
                    let title = format!("replace with `{}`", close.name);
                    finding.fix(Applicability::Unsafe, title, name.range, &*close.name)
                }
            };
        }
        let message = format!("`{text}` finds nothing here that would have to be allowed");
        let finding = Diagnostic::new(Code::UNUSED_ALLOW, file, name.range, message);
        if let [_] = comment.names.as_slice() {
            let range = self.with_its_line(comment.range);
            return finding.fix(Applicability::Safe, "remove the comment", range, "");
        }
        let range = self.with_its_comma(comment, name);
        finding.fix(Applicability::Safe, format!("remove `{text}`"), range, "")
    }

    /// The comment with the blanks before it, and with its whole line where it stands alone.
    fn with_its_line(&self, range: TextRange) -> TextRange {
        let before = self.text.get(..range.start as usize).unwrap_or_default();
        let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
        let start = range.start - blanks as u32;
        let alone = before.trim_end_matches([' ', '\t']);
        let alone = alone.is_empty() || alone.ends_with('\n');
        let behind = self.text.get(range.end as usize..).unwrap_or_default();
        let newline = if alone { crate::usage::line_end(behind) } else { 0 };
        TextRange::new(start, range.end + newline)
    }

    /// The name with the comma that parts it from its neighbour.
    fn with_its_comma(&self, comment: &Allow, name: &Named) -> TextRange {
        let next = comment.names.iter().find(|other| other.range.start > name.range.start);
        let previous = comment.names.iter().rev().find(|it| it.range.start < name.range.start);
        match (next, previous) {
            (Some(next), _) => TextRange::new(name.range.start, next.range.start),
            (None, Some(previous)) => TextRange::new(previous.range.end, name.range.end),
            (None, None) => name.range,
        }
    }
}

/// The names in a comment, where it is one that allows something.
fn names(comment: &str, start: u32) -> Option<Vec<Named>> {
    let body = comment.trim_start_matches('/').trim_start();
    let rest = body.strip_prefix(MARKER)?;
    let Some((inside, _)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        return Some(Vec::new());
    };
    let mut at = start + (comment.len() - rest.len() + 1) as u32;
    let mut names = Vec::new();
    for part in inside.split(',') {
        let name = part.trim();
        if !name.is_empty() {
            let from = at + (part.len() - part.trim_start().len()) as u32;
            let range = TextRange::new(from, from + name.len() as u32);
            names.push(Named { range, used: Cell::new(false) });
        }
        at += part.len() as u32 + 1;
    }
    Some(names)
}
