//! What texts and doc comments say.

use std::borrow::Cow;

use crate::ast::{AstNode, Interpolation, Text};
use crate::literal::LiteralError;
use crate::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextPart<'t> {
    /// Characters; [`unescape`] says which.
    Chunk(SyntaxToken<'t>),
    /// An expression.
    Interpolation(Interpolation<'t>),
}

impl<'t> Text<'t> {
    /// Its pieces, in order.
    pub fn parts(&self) -> impl Iterator<Item = TextPart<'t>> {
        self.syntax().elements().filter_map(|element| match element {
            SyntaxElement::Token(token) if token.kind() == SyntaxKind::TEXT_CHUNK => {
                Some(TextPart::Chunk(token))
            }
            SyntaxElement::Token(_) => None,
            SyntaxElement::Node(node) => Interpolation::cast(node).map(TextPart::Interpolation),
        })
    }

    /// What it says, if no expression is part of it.
    pub fn plain(&self) -> Result<Option<String>, LiteralError> {
        let mut plain = String::new();
        for part in self.parts() {
            match part {
                TextPart::Chunk(token) => plain.push_str(&unescape(token.text())?),
                TextPart::Interpolation(_) => return Ok(None),
            }
        }
        Ok(Some(plain))
    }
}

/// The characters of a chunk, its escapes replaced by what they stand for.
pub fn unescape(chunk: &str) -> Result<Cow<'_, str>, LiteralError> {
    let Some(first) = chunk.find('\\') else { return Ok(Cow::Borrowed(chunk)) };
    let (plain, mut rest) = chunk.split_at(first);
    let mut text = plain.to_owned();
    while let Some(escape) = rest.strip_prefix('\\') {
        let mut letters = escape.chars();
        let letter = letters.next().ok_or(LiteralError::Malformed)?;
        rest = letters.as_str();
        text.push(match letter {
            'n' => '\n',
            't' => '\t',
            'u' => {
                let (digits, tail) = rest
                    .strip_prefix('{')
                    .and_then(|rest| rest.split_once('}'))
                    .ok_or(LiteralError::Malformed)?;
                rest = tail;
                let code = u32::from_str_radix(digits, 16).map_err(|_| LiteralError::Malformed)?;
                char::from_u32(code).ok_or(LiteralError::NoSuchCharacter)?
            }
            other => other,
        });
        let plain = rest.find('\\').unwrap_or(rest.len());
        let (plain, tail) = rest.split_at(plain);
        text.push_str(plain);
        rest = tail;
    }
    Ok(Cow::Owned(text))
}

/// The doc comment of a declaration, field or tile: its lines without the slashes.
pub fn doc_text(node: SyntaxNode<'_>) -> Option<String> {
    let lines: Vec<&str> = node
        .tokens(SyntaxKind::DOC)
        .map(|token| {
            let line = token.text().trim_start_matches('/').trim_end();
            line.strip_prefix(' ').unwrap_or(line)
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::{File, Item};
    use crate::parse;

    fn first_item(text: &str, check: impl FnOnce(Item<'_>)) {
        let parse = parse(text);
        assert_eq!(parse.errors, []);
        check(File::cast(parse.tree.root()).unwrap().items().next().unwrap());
    }

    #[test]
    fn escapes_stand_for_characters() {
        assert_eq!(unescape(r#"a\n\t\\\"\{\}\u{1F600}b"#), Ok("a\n\t\\\"{}😀b".into()));
        assert_eq!(unescape("plain"), Ok(Cow::Borrowed("plain")));
        assert_eq!(unescape(r"\u{D800}"), Err(LiteralError::NoSuchCharacter));
        assert_eq!(unescape(r"\u{FFFFFF}"), Err(LiteralError::NoSuchCharacter));
    }

    #[test]
    fn a_text_is_plain_unless_an_expression_is_part_of_it() {
        let plain = |text: &str| {
            let mut found = None;
            first_item(text, |item| {
                let Item::TestDecl(test) = item else { panic!("{item:?}") };
                found = test.text().unwrap().plain().unwrap();
            });
            found
        };
        assert_eq!(plain(r#"test "it \"works\"" {}"#), Some("it \"works\"".to_owned()));
        assert_eq!(plain(r#"test "it {1}" {}"#), None);
        assert_eq!(plain(r#"test "" {}"#), Some(String::new()));
    }

    #[test]
    fn doc_comments_lose_their_slashes_and_keep_their_lines() {
        first_item("/// One.\r\n///\n///  Two.\ncustomer {}", |item| {
            assert_eq!(doc_text(item.syntax()).as_deref(), Some("One.\n\n Two."));
        });
        first_item("// no doc\ncustomer {}", |item| assert_eq!(doc_text(item.syntax()), None));
    }
}
