//! What texts and doc comments say.

use std::borrow::Cow;

use crate::ast::{AstNode, Interpolation, Text};
use crate::literal::LiteralError;
use crate::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextPart<'t> {
    /// Characters.
    Chunk(TextChunk<'t>),
    /// An expression.
    Interpolation(Interpolation<'t>),
}

/// Characters of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextChunk<'t> {
    token: SyntaxToken<'t>,
    /// Its place in a text of several lines.
    long: Option<LongPlace<'t>>,
}

/// Where a chunk stands in a text between three quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct LongPlace<'t> {
    /// The blanks that all lines of the text begin with.
    margin: &'t str,
    /// Whether it stands behind the opening quotes.
    first: bool,
    /// Whether it stands before the closing ones.
    last: bool,
}

impl<'t> Text<'t> {
    /// Its pieces, in order.
    pub fn parts(&self) -> impl Iterator<Item = TextPart<'t>> {
        let margin = self.long_quote_tokens().next().map(|_| self.margin());
        let pieces = self.syntax().elements();
        let ends = self.range();
        pieces.filter_map(move |element| match element {
            SyntaxElement::Token(token) => {
                let range = token.range();
                let long = margin.map(|margin| LongPlace {
                    margin,
                    first: range.start == ends.start + LONG_QUOTES,
                    last: range.end + LONG_QUOTES == ends.end,
                });
                is_chunk(token).then_some(TextPart::Chunk(TextChunk { token, long }))
            }
            SyntaxElement::Node(node) => Interpolation::cast(node).map(TextPart::Interpolation),
        })
    }

    /// What it says, if no expression is part of it.
    pub fn plain(&self) -> Result<Option<String>, LiteralError> {
        let mut plain = String::new();
        for part in self.parts() {
            match part {
                TextPart::Chunk(chunk) => plain.push_str(&unescape(&chunk.source())?),
                TextPart::Interpolation(_) => return Ok(None),
            }
        }
        Ok(Some(plain))
    }

    /// The blanks that all its lines begin with, but for empty ones and for the first, which
    /// begins with the quotes.
    fn margin(&self) -> &'t str {
        let closing = self.range().end.saturating_sub(LONG_QUOTES);
        let mut margin: Option<&'t str> = None;
        for chunk in self.syntax().elements().filter_map(|it| it.token()).filter(|it| is_chunk(*it))
        {
            let mut lines = chunk.text().split('\n').skip(1).peekable();
            while let Some(line) = lines.next() {
                // Behind the last line of a chunk, an expression may follow.
                let goes_on = lines.peek().is_none() && chunk.range().end != closing;
                if goes_on || !is_blank(line) {
                    let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
                    let shared = line.get(..blanks).unwrap_or_default();
                    margin = Some(margin.map_or(shared, |margin| common_start(margin, shared)));
                }
            }
        }
        margin.unwrap_or_default()
    }
}

/// How long the quotes of a text of several lines are.
const LONG_QUOTES: u32 = 3;

fn is_chunk(token: SyntaxToken<'_>) -> bool {
    matches!(token.kind(), SyntaxKind::TEXT_CHUNK | SyntaxKind::LONG_CHUNK)
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

fn common_start<'t>(one: &'t str, other: &str) -> &'t str {
    let len = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    one.get(..len).unwrap_or_default()
}

impl<'t> TextChunk<'t> {
    /// The token, escapes and indentation included.
    pub fn token(&self) -> SyntaxToken<'t> {
        self.token
    }

    /// What is written, without what belongs to the layout of the file only: the indentation that
    /// all lines share, and the line ends behind the opening quotes and before the closing ones.
    /// Line ends are `\n` in any file.
    pub fn source(&self) -> Cow<'t, str> {
        let text = self.token.text();
        let Some(LongPlace { margin, first, last }) = self.long else { return text.into() };
        let mut text = text;
        // Whether the text begins where a line does.
        let mut at_start = false;
        if let Some((line, rest)) = text.split_once('\n').filter(|_| first)
            && is_blank(line)
        {
            (text, at_start) = (rest, true);
        }
        let mut lines = text.split('\n').peekable();
        let mut kept = String::with_capacity(text.len());
        let mut index = 0;
        while let Some(line) = lines.next() {
            let starts = index > 0 || at_start;
            let ends = lines.peek().is_some();
            if starts && last && !ends && is_blank(line) {
                break;
            }
            if index > 0 {
                kept.push('\n');
            }
            let line = if ends { line.strip_suffix('\r').unwrap_or(line) } else { line };
            let inside = if starts { line.strip_prefix(margin) } else { None };
            // An empty line may have less than the margin, and what it has is not seen.
            kept.push_str(if starts && ends && is_blank(line) {
                ""
            } else {
                inside.unwrap_or(line)
            });
            index += 1;
        }
        kept.into()
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

    /// The pieces of the text in `let a = …`, expressions as they are written.
    fn pieces(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        first_item(&format!("let a = {text}"), |item| {
            let Item::LetDecl(constant) = item else { panic!("{item:?}") };
            let Some(crate::ast::Expr::Text(text)) = constant.expr() else { panic!("{item:?}") };
            let shown = |part| match part {
                TextPart::Chunk(chunk) => unescape(&chunk.source()).unwrap().into_owned(),
                TextPart::Interpolation(inner) => inner.source().to_owned(),
            };
            found = text.parts().map(shown).collect();
        });
        found
    }

    #[test]
    fn the_layout_of_a_text_of_several_lines_is_no_part_of_it() {
        let text = "\"\"\"\n    Dear {name},\n      welcome.\n\n    {sign}\n  {sign}  \n   \"\"\"";
        assert_eq!(
            pieces(text),
            ["  Dear ", "{name}", ",\n    welcome.\n\n  ", "{sign}", "\n", "{sign}", "  "]
        );
        // In whatever way the file ends its lines.
        assert_eq!(pieces(&text.replace('\n', "\r\n")), pieces(text));
    }

    #[test]
    fn a_text_between_three_quotes_may_stand_on_one_line_or_begin_on_the_first() {
        assert_eq!(pieces(r#""""say "hi" to {a} ""!""""#), [r#"say "hi" to "#, "{a}", r#" ""!"#]);
        assert_eq!(pieces("\"\"\"a\n    b\n      c\"\"\""), ["a\nb\n  c"]);
        assert_eq!(pieces("\"\"\"  \"\"\""), ["  "]);
        assert_eq!(pieces("\"\"\"\"\"\""), [""; 0]);
        assert_eq!(pieces("\"\"\" \n \"\"\""), [""]);
        assert_eq!(pieces("\"\"\"\n\n  \n\"\"\""), ["\n"]);
    }

    #[test]
    fn escapes_are_no_layout() {
        assert_eq!(pieces("\"\"\"\n  \\ta\\n  b\\\"\"\"\""), ["\ta\n  b\""]);
        assert_eq!(pieces("\"\"\"\n\ta\n  b\n\"\"\""), ["\ta\n  b"]);
    }

    #[test]
    fn doc_comments_lose_their_slashes_and_keep_their_lines() {
        first_item("/// One.\r\n///\n///  Two.\ncustomer {}", |item| {
            assert_eq!(doc_text(item.syntax()).as_deref(), Some("One.\n\n Two."));
        });
        first_item("// no doc\ncustomer {}", |item| assert_eq!(doc_text(item.syntax()), None));
    }
}
