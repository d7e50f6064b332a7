//! What "select more" takes, step by step: the word, the value, what stands beside it, the tile,
//! the block, the declaration, the file.

use journey_base::TextRange;
use journey_sema::Workspace;
use journey_syntax::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

use crate::place::{FilePosition, covering, parsed};
use crate::tree::{meant_at, seen};

/// The stretches around the cursor, from the smallest to the whole file, each larger than the one
/// before it.
pub fn selection_ranges(workspace: &Workspace, at: FilePosition) -> Vec<TextRange> {
    let Some(parse) = parsed(workspace, at.file) else { return Vec::new() };
    let text = parse.tree.text();
    let whole = TextRange::new(0, text.len() as u32);
    let Some(token) = meant_at(&parse.tree, at.offset) else { return vec![whole] };

    let mut ranges = Vec::new();
    // Blanks are nothing that anyone wants selected; what is around them is.
    if token.kind() != SyntaxKind::WHITESPACE {
        ranges.extend(word(token, at.offset));
        ranges.extend(lines(token, at.offset));
        ranges.push(seen(token));
    }
    if matches!(token.kind(), SyntaxKind::COMMENT | SyntaxKind::DOC) {
        ranges.extend(run_of_comments(parse.tree.root(), token));
    }
    for node in covering(&parse.tree, token.range()).into_iter().rev() {
        ranges.extend(within(node, token.range()));
        ranges.push(node.range());
    }
    ranges.push(whole);
    growing(ranges, at.offset.min(whole.end))
}

/// The ranges that hold the cursor, all before them, and more. A part of a token, or what ends
/// before the blanks do, need not hold it.
fn growing(ranges: Vec<TextRange>, offset: u32) -> Vec<TextRange> {
    let mut steps: Vec<TextRange> = Vec::new();
    for range in ranges {
        let grows = steps.last().is_none_or(|last| {
            range.start <= last.start && last.end <= range.end && range != *last
        });
        let holds = range.start <= offset && offset <= range.end;
        if grows && holds && !range.is_empty() {
            steps.push(range);
        }
    }
    steps
}

/// The word at the cursor, where a token has several.
fn word(token: SyntaxToken<'_>, offset: u32) -> Option<TextRange> {
    let prose = matches!(
        token.kind(),
        SyntaxKind::COMMENT | SyntaxKind::DOC | SyntaxKind::TEXT_CHUNK | SyntaxKind::LONG_CHUNK
    );
    let (range, text) = (token.range(), token.text());
    let (before, after) = text.split_at_checked(offset.checked_sub(range.start)? as usize)?;
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let start = before.len() - before.trim_end_matches(inside).len();
    let end = after.len() - after.trim_start_matches(inside).len();
    let found = TextRange::new(offset - start as u32, offset + end as u32);
    (prose && !found.is_empty()).then_some(found)
}

/// The line at the cursor, where a token has several.
fn lines(token: SyntaxToken<'_>, offset: u32) -> Option<TextRange> {
    let text = token.text();
    let (before, after) =
        text.split_at_checked(offset.checked_sub(token.range().start)? as usize)?;
    if !text.contains('\n') {
        return None;
    }
    let before = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let after = after.split('\n').next().unwrap_or_default().trim_end();
    Some(TextRange::new(offset - before.len() as u32, offset + after.len() as u32))
}

/// The comments on the lines around one, as long as no line between them is empty.
fn run_of_comments(root: SyntaxNode<'_>, token: SyntaxToken<'_>) -> Option<TextRange> {
    let mut run: Option<TextRange> = None;
    for other in root.leaves() {
        match other.kind() {
            SyntaxKind::COMMENT | SyntaxKind::DOC => {
                run = Some(run.map_or(seen(other), |run| run.cover(seen(other))));
            }
            SyntaxKind::WHITESPACE if other.text().matches('\n').count() < 2 => {}
            _ if run.is_some_and(|run| run.contains(token.range().start)) => return run,
            _ => run = None,
        }
    }
    run
}

/// Stretches of a node around one of its parts that are no node of their own, but that people
/// take for one: what stands between braces, the beginning of a chain, a statement without the
/// comment above it.
fn within(node: SyntaxNode<'_>, part: TextRange) -> Vec<TextRange> {
    let mut steps = Vec::new();
    if is_chain(node.kind()) {
        // `a + b - c` groups to the left: behind `b` comes `a + b`.
        let ends = node.elements().filter_map(SyntaxElement::node).map(|it| it.range().end);
        let end = ends.into_iter().find(|end| *end >= part.end);
        steps.extend(end.map(|end| TextRange::new(node.range().start, end)));
    }
    steps.extend(between_signs(node, part));
    let significant =
        node.elements().find(|it| !it.kind().is_trivia() && it.kind() != SyntaxKind::DOC);
    if let Some(first) = significant {
        let rest = TextRange::new(first.range().start, node.range().end);
        if rest.start <= part.start {
            steps.push(rest);
        }
    }
    steps
}

/// Chains whose first operands are a value of their own.
fn is_chain(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(kind, FIELD_CHAIN | ADD_CHAIN | MUL_CHAIN | AND_CHAIN | OR_CHAIN | COALESCE_CHAIN)
}

/// What stands between the braces, brackets, parentheses or quotes of a node around `part`.
fn between_signs(node: SyntaxNode<'_>, part: TextRange) -> Option<TextRange> {
    use SyntaxKind::*;
    let opens = |kind| {
        matches!(kind, L_BRACE | L_BRACKET | L_PAREN | INTERP_OPEN | TEXT_QUOTE | LONG_QUOTE)
    };
    let closes = |kind| {
        matches!(kind, R_BRACE | R_BRACKET | R_PAREN | INTERP_CLOSE | TEXT_QUOTE | LONG_QUOTE)
    };
    let signs = || node.elements().filter_map(SyntaxElement::token);
    let open = signs().find(|it| opens(it.kind()))?.range();
    let close = signs().filter(|it| closes(it.kind())).last()?.range();
    if part.start < open.end || close.start < part.end {
        return None;
    }
    let between = TextRange::new(open.end, close.start);
    if matches!(node.kind(), TEXT) {
        return Some(between);
    }
    let text = between.of(node.tree().text());
    let start = between.start + (text.len() - text.trim_start().len()) as u32;
    Some(TextRange::new(start, start + text.trim().len() as u32))
}

#[cfg(test)]
mod tests {
    use super::selection_ranges;
    use crate::fixture::fixture;

    fn steps(marked: &str) -> Vec<String> {
        let fixture = fixture(marked);
        let text = fixture.text(fixture.at.file);
        let ranges = selection_ranges(&fixture.workspace, fixture.at);
        ranges.iter().map(|range| range.of(&text).to_owned()).collect()
    }

    #[test]
    fn from_a_word_to_its_value_its_chain_its_tile_its_block_and_the_file() {
        let marked = "\
journey j {
  entry manual
  branch {
    when customer.na$0me == \"x\" and customer.vip { wait 1h exit done }
  }
}
";
        let whole = marked.replace("$0", "");
        let branch =
            "branch {\n    when customer.name == \"x\" and customer.vip { wait 1h exit done }\n  }";
        let inside = format!("entry manual\n  {branch}");
        assert_eq!(
            steps(marked),
            [
                "name",
                ".name",
                "customer.name",
                "customer.name == \"x\"",
                "customer.name == \"x\" and customer.vip",
                "when customer.name == \"x\" and customer.vip { wait 1h exit done }",
                branch,
                &inside,
                whole.trim_end(),
                &whole,
            ]
        );
    }

    #[test]
    fn in_a_text_words_and_interpolations_come_before_the_quotes() {
        assert_eq!(
            steps("let a = \"Dear fr$0iend, {b} is {c}.\"")[..4],
            ["friend", "Dear friend, ", "Dear friend, {b} is {c}.", "\"Dear friend, {b} is {c}.\""]
        );
        assert_eq!(
            steps("let a = \"Dear {b$0 + 1}.\"")[..5],
            ["b", "b + 1", "{b + 1}", "Dear {b + 1}.", "\"Dear {b + 1}.\""]
        );
    }

    #[test]
    fn a_long_text_has_lines() {
        let marked = "let a = \"\"\"\n  One two.\n  Three $0four.\n  \"\"\"";
        assert_eq!(steps(marked)[..2], ["four", "Three four."]);
    }

    #[test]
    fn a_comment_goes_with_those_around_it() {
        let marked = "// First line,\n// sec$0ond.\n\n// Other.\nlet a = 1\n";
        assert_eq!(steps(marked)[..3], ["second", "// second.", "// First line,\n// second."]);
    }

    #[test]
    fn the_beginning_of_a_chain_is_a_value() {
        assert_eq!(steps("let a = 1 + $02 - 3")[..3], ["2", "1 + 2", "1 + 2 - 3"]);
    }

    #[test]
    fn broken_text_and_empty_files_have_steps_too() {
        assert_eq!(steps("$0"), [""]);
        assert_eq!(
            steps("journey j { wait $0").last().map(String::as_str),
            Some("journey j { wait ")
        );
        let past = fixture("let a = 1");
        let at = crate::FilePosition { offset: 1000, ..past.at };
        assert_eq!(selection_ranges(&past.workspace, at).len(), 1);
    }
}
