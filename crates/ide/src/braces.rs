//! The bracket, brace, parenthesis or quote that belongs to another.

use journey_base::TextRange;
use journey_sema::Workspace;
use journey_syntax::SyntaxKind;

use crate::place::{FilePosition, parsed};

/// The two signs of the pair that has one at the cursor, the opening one first. Where two pairs
/// touch, it is the sign behind the cursor that counts.
pub fn matching_brace(workspace: &Workspace, at: FilePosition) -> Option<(TextRange, TextRange)> {
    let parse = parsed(workspace, at.file)?;
    let mut open: Vec<(SyntaxKind, TextRange)> = Vec::new();
    let mut before = None;
    for token in parse.tree.tokens() {
        let (kind, range) = (token.kind(), token.range());
        let closes = open.last().is_some_and(|(opened, _)| partner(*opened) == Some(kind));
        if closes && let Some((_, opened)) = open.pop() {
            let pair = (opened, range);
            if opened.start == at.offset || range.start == at.offset {
                return Some(pair);
            }
            if opened.end == at.offset || range.end == at.offset {
                before = Some(pair);
            }
        } else if partner(kind).is_some() {
            open.push((kind, range));
        }
    }
    before
}

/// What closes what this opens.
fn partner(kind: SyntaxKind) -> Option<SyntaxKind> {
    Some(match kind {
        SyntaxKind::L_BRACE => SyntaxKind::R_BRACE,
        SyntaxKind::L_BRACKET => SyntaxKind::R_BRACKET,
        SyntaxKind::L_PAREN => SyntaxKind::R_PAREN,
        SyntaxKind::INTERP_OPEN => SyntaxKind::INTERP_CLOSE,
        SyntaxKind::TEXT_QUOTE => SyntaxKind::TEXT_QUOTE,
        SyntaxKind::LONG_QUOTE => SyntaxKind::LONG_QUOTE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::matching_brace;
    use crate::fixture::fixture;

    /// The two signs, with what stands between them.
    fn pair(marked: &str) -> Option<String> {
        let fixture = fixture(marked);
        let (open, close) = matching_brace(&fixture.workspace, fixture.at)?;
        Some(open.cover(close).of(&fixture.text(fixture.at.file)).to_owned())
    }

    #[test]
    fn a_cursor_at_either_side_of_either_sign_finds_the_pair() {
        for marked in [
            "event a $0{ id: text }",
            "event a {$0 id: text }",
            "event a { id: text $0}",
            "event a { id: text }$0",
        ] {
            assert_eq!(pair(marked).as_deref(), Some("{ id: text }"), "{marked}");
        }
        assert_eq!(pair("event a { $0id: text }"), None);
    }

    #[test]
    fn braces_in_texts_count_for_their_interpolation_only() {
        let marked = r#"let a = "\{ {lower("}")$0} \}""#;
        assert_eq!(pair(marked).as_deref(), Some(r#"{lower("}")}"#));
        assert_eq!(
            pair(r#"let a = $0"x {lower("}")} y""#).as_deref(),
            Some(r#""x {lower("}")} y""#)
        );
    }

    #[test]
    fn of_two_pairs_that_touch_the_one_behind_the_cursor_counts() {
        assert_eq!(pair("let a = ((1)$0)").as_deref(), Some("((1))"));
        assert_eq!(pair("let a = ((1)$0 )").as_deref(), Some("(1)"));
    }

    #[test]
    fn a_sign_without_a_partner_has_no_pair() {
        assert_eq!(pair("journey j $0{ entry manual"), None);
        assert_eq!(pair("let a = 1 $0}"), None);
    }
}
