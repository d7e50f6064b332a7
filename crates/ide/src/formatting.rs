//! The canonical form, as the smallest edits that bring it about.

use journey_base::{Edit, FileId, TextRange};
use journey_fmt::FormatError;
use journey_sema::Workspace;
use journey_syntax::ast::{self, AstNode};
use journey_syntax::{SyntaxElement, SyntaxKind, SyntaxNode, Tree, parse};

use crate::place::{FilePosition, FileRange, parsed};
use crate::tokendiff::edits;
use crate::tree::is_statement;

mod indent;

/// The edits that bring a file into its canonical form, by place. A file with mistakes in its
/// grammar has none.
pub fn format_file(workspace: &Workspace, file: FileId) -> Result<Vec<Edit>, FormatError> {
    let Some(parse) = parsed(workspace, file) else { return Ok(Vec::new()) };
    let formatted = journey_fmt::format(parse.tree.text(), workspace.config().width)?;
    Ok(in_file(file, edits(&parse.tree, &formatted)))
}

/// The edits that bring those declarations, clauses, tiles and steps into their canonical form
/// that lie in `range` with all they have. Mistakes in other declarations do not matter.
pub fn format_range(workspace: &Workspace, range: FileRange) -> Vec<Edit> {
    let FileRange { file, range } = range;
    let Some(whole) = parsed(workspace, file) else { return Vec::new() };
    let Some(root) = ast::File::cast(whole.tree.root()) else { return Vec::new() };
    let mut found = Vec::new();
    for item in root.items().filter(|item| touches(item.range(), range)) {
        let start = item.range().start;
        // A declaration means the same wherever it stands, so it is formatted by itself.
        let alone = parse(item.source());
        let formatted = journey_fmt::format(item.source(), workspace.config().width);
        let (true, Ok(formatted)) = (alone.errors.is_empty(), formatted) else { continue };
        let inside =
            TextRange::new(range.start.saturating_sub(start), range.end.saturating_sub(start));
        let places = whole_statements(alone.tree.root(), inside);
        let mut changes = edits(&alone.tree, formatted.trim_end());
        changes.retain(|(at, _)| {
            let behind = places.partition_point(|place| place.start <= at.start);
            let around = behind.checked_sub(1).and_then(|place| places.get(place));
            around.is_some_and(|place| at.end <= place.end)
        });
        // Of a comment that moves only one end may be in the range.
        if keeps_comments(&alone.tree, &changes) {
            found.extend(changes.into_iter().map(|(at, text)| (at.shift(start), text)));
        }
    }
    in_file(file, found)
}

/// What follows a character that was just typed before the cursor: behind a line end the line gets
/// its indentation, and so does one that begins with a closing brace.
pub fn format_on_type(workspace: &Workspace, at: FilePosition, typed: char) -> Vec<Edit> {
    let Some(parse) = parsed(workspace, at.file) else { return Vec::new() };
    let edit = match typed {
        '\n' => indent::line(&parse.tree, at.offset),
        '}' => indent::closed(&parse.tree, at.offset),
        _ => None,
    };
    in_file(at.file, edit.into_iter().collect())
}

fn in_file(file: FileId, edits: Vec<(TextRange, String)>) -> Vec<Edit> {
    edits.into_iter().map(|(range, text)| Edit { file, range, text }).collect()
}

fn touches(one: TextRange, other: TextRange) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// The stretches of the outermost statements that lie in `range`, by place, each with the blanks
/// before it that do.
fn whole_statements(root: SyntaxNode<'_>, range: TextRange) -> Vec<TextRange> {
    let within = |of: TextRange| range.start <= of.start && of.end <= range.end;
    let mut open: Vec<SyntaxNode<'_>> = Vec::new();
    let mut found = Vec::new();
    if is_statement(root.kind()) && within(root.range()) {
        return vec![root.range()];
    }
    open.push(root);
    while let Some(node) = open.pop() {
        for child in node.elements().filter_map(SyntaxElement::node) {
            if is_statement(child.kind()) && within(child.range()) {
                let before = TextRange::new(range.start, child.range().start);
                let blanks = before.of(root.tree().text());
                let blanks = blanks.len() - blanks.trim_end().len();
                let start = child.range().start - blanks as u32;
                found.push(TextRange::new(start, child.range().end));
            } else if touches(child.range(), range) {
                open.push(child);
            }
        }
    }
    found.sort();
    found
}

/// Whether a text has the same comments after these edits, and can still be read.
fn keeps_comments(before: &Tree, edits: &[(TextRange, String)]) -> bool {
    let mut text = before.text().to_owned();
    for (range, new) in edits.iter().rev() {
        text.replace_range(std::ops::Range::from(*range), new);
    }
    let after = parse(&text);
    after.errors.is_empty() && comments(before) == comments(&after.tree)
}

fn comments(tree: &Tree) -> Vec<&str> {
    let tokens = tree.tokens().filter(|it| it.kind() == SyntaxKind::COMMENT);
    let mut comments: Vec<&str> = tokens.map(|token| token.text().trim_end()).collect();
    comments.sort_unstable();
    comments
}

#[cfg(test)]
mod tests;
