//! How far in a line stands, told from the brackets that are open where it begins. This works in
//! text that cannot be parsed, which is how text is while somebody types.

use std::collections::BTreeSet;

use journey_base::TextRange;
use journey_syntax::{SyntaxKind, Tree};

/// Blanks of a level.
const STEP: usize = 2;

/// The indentation for the line at `offset`.
pub(super) fn line(tree: &Tree, offset: u32) -> Option<(TextRange, String)> {
    let text = tree.text();
    let before = text.get(..offset as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1) as u32;
    let rest = text.get(start as usize..)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let is = TextRange::new(start, start + blanks as u32);
    let wanted = " ".repeat(levels(tree, start, is.end)? * STEP);
    (is.of(text) != wanted).then_some((is, wanted))
}

/// The indentation for the line that a brace at its beginning closes, once it was typed.
pub(super) fn closed(tree: &Tree, offset: u32) -> Option<(TextRange, String)> {
    let before = tree.text().get(..offset as usize)?;
    let line = before.rsplit('\n').next()?;
    (line.trim_start() == "}").then(|| self::line(tree, offset))?
}

/// The levels of a line that begins at `start` and has its first character at `first`; nothing
/// where it begins inside a text, whose blanks mean something.
fn levels(tree: &Tree, start: u32, first: u32) -> Option<usize> {
    use SyntaxKind::*;
    // The lines on which open brackets stand: several on one line are one level.
    let mut open: Vec<u32> = Vec::new();
    let (mut line, mut texts, mut last, mut closes) = (0, 0u32, None, false);
    for token in tree.tokens() {
        let range = token.range();
        let here = range.start >= start;
        if range.start < start && start < range.end && token.kind() != WHITESPACE {
            return None;
        }
        if here && token.kind() != WHITESPACE {
            closes = range.start == first && matches!(token.kind(), R_BRACE | R_BRACKET | R_PAREN);
            break;
        }
        match token.kind() {
            L_BRACE | L_BRACKET | L_PAREN => open.push(line),
            R_BRACE | R_BRACKET | R_PAREN => {
                open.pop();
            }
            INTERP_OPEN => texts += 1,
            INTERP_CLOSE => texts = texts.saturating_sub(1),
            _ => {}
        }
        line += token.text().matches('\n').count() as u32;
        if !token.kind().is_trivia() && !here {
            last = Some(token.kind());
        }
    }
    if texts > 0 {
        return None;
    }
    if closes {
        // The bracket that this one closes is no level of its own any more, and neither are
        // those beside it on its line.
        let opened = open.pop();
        open.retain(|other| Some(*other) != opened);
    }
    let levels = open.iter().collect::<BTreeSet<_>>().len();
    let goes_on = !closes && last.is_some_and(continues);
    Some(levels + usize::from(goes_on))
}

/// Whether something must follow on the next line.
fn continues(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        kind,
        EQ | FAT_ARROW
            | EQ_EQ
            | BANG_EQ
            | LT_EQ
            | GT_EQ
            | PLUS
            | MINUS
            | STAR
            | SLASH
            | QUESTION_QUESTION
            | PIPE
            | KW_AND
            | KW_OR
            | KW_THEN
            | KW_IN
            | KW_CONTAINS
            | KW_WHERE
    )
}
