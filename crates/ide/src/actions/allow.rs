//! `// journey:allow(name)`: saying that a finding of a lint is as it should be.

use std::collections::BTreeSet;

use journey_base::{Code, TextRange};
use journey_syntax::SyntaxKind;

use super::{ActionKind, Context, Draft};

/// For each lint that found something here, a comment that silences it on that line.
pub(super) fn of(context: &Context<'_>) -> Vec<Draft> {
    let mut seen = BTreeSet::new();
    let lints = context.here().filter(|found| {
        let lint = found.code.lint();
        !lint.is_empty() && found.code != Code::UNUSED_ALLOW && seen.insert(lint)
    });
    let lints: Vec<_> = lints.collect();
    let drafts = lints.into_iter().filter_map(|found| {
        let lint = found.code.lint();
        let (range, text) = comment(context, found.primary.range.start, lint)?;
        let edits = vec![context.edit(range, text)];
        let draft = Draft::new(format!("Allow `{lint}` here"), ActionKind::Fix, edits);
        Some(Draft { laid_out: true, ..draft.mending(found) })
    });
    drafts.collect()
}

/// The comment and its place: on a line of its own before the line of `offset`, and behind it
/// where its beginning lies inside a text or a statement, whose comments the formatter moves to
/// its end.
fn comment(context: &Context<'_>, offset: u32, lint: &str) -> Option<(TextRange, String)> {
    let text = context.text();
    let before = text.get(..offset as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?;
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    let first = (start + indent) as u32;
    if starts_statement(context, first) {
        let indent = line.get(..indent)?;
        let range = TextRange::empty(start as u32);
        return Some((range, format!("{indent}// journey:allow({lint})\n")));
    }
    // Behind the line, which must not end in a comment or in the middle of a text.
    let end = start + line.find('\n').unwrap_or(line.len());
    let end = end - text.get(start..end)?.len() + text.get(start..end)?.trim_end().len();
    let free = context.parse.tree.tokens().all(|token| {
        let range = token.range();
        let comment = matches!(token.kind(), SyntaxKind::COMMENT | SyntaxKind::DOC);
        let covers = range.start < end as u32 && end as u32 <= range.end;
        let splits = range.start < end as u32 && (end as u32) < range.end;
        let blank = token.kind() == SyntaxKind::WHITESPACE;
        !(covers && comment || splits && !blank)
    });
    let range = TextRange::empty(end as u32);
    free.then(|| (range, format!(" // journey:allow({lint})")))
}

/// Whether a statement, or its part behind the doc comment, begins at an offset.
fn starts_statement(context: &Context<'_>, offset: u32) -> bool {
    let around = context.around(TextRange::new(offset, offset + 1));
    around.iter().filter(|node| crate::tree::is_statement(node.kind())).any(|node| {
        let first = node.leaves().find(|it| !it.kind().is_trivia() && it.kind() != SyntaxKind::DOC);
        node.range().start == offset || first.is_some_and(|first| first.range().start == offset)
    })
}
