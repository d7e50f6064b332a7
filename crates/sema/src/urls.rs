//! URLs: who is called is fixed in the source, and what is put in behind that is encoded.
//!
//! A value must not decide which host is called, nor add a path or a parameter of its own. So a URL
//! begins with `https://` and its host, or with a setting or secret that holds both; every other value
//! stands behind the host, where it is percent-encoded.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, SyntaxKind, ast};

use crate::cx::Cx;
use crate::expr::{concatenation, unwrapped};
use crate::findings::Finding;
use crate::thir::{Const, Expr, ExprKind, UnaryOp};
use crate::{Type, literals};

/// How far a URL has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Nothing was read.
    Start,
    /// The host may go on.
    Host,
    /// The host is complete.
    Path,
}

/// A part of a URL.
enum Part {
    Text(Arc<str>, TextRange),
    Value(Expr),
}

impl Cx<'_> {
    /// A URL. `what` calls it: `a webhook`.
    pub(crate) fn url(&mut self, syntax: Option<ast::Expr<'_>>, what: &str) -> Expr {
        let Some(syntax) = syntax.map(unwrapped) else { return Expr::error(TextRange::default()) };
        let range = syntax.range();
        self.nodes = 0;
        let parts = match syntax {
            ast::Expr::Text(text) => self.url_parts(text),
            other => {
                self.wish(|| vec![crate::Type::Text]);
                let value = self.untyped(Some(other));
                let textual = value.ty.is_textual() || value.is_error();
                if !textual || value.as_const().is_none() && !self.is_base(&value) {
                    return self.no_url(range, what);
                }
                Some(vec![Part::Value(value)])
            }
        };
        let Some(parts) = parts else { return Expr::error(range) };
        if parts.is_empty() {
            return self.no_url(range, what);
        }
        let mut progress = Progress::Start;
        let mut whole = Vec::with_capacity(parts.len());
        for part in parts {
            let part = match part {
                Part::Text(text, range) => self.url_text(&text, range, &mut progress),
                Part::Value(value) => self.url_value(value, &mut progress),
            };
            match part {
                Some(part) => whole.push(part),
                None => return Expr::error(range),
            }
        }
        concatenation(whole, range)
    }

    /// Says that something is no URL.
    fn no_url(&mut self, range: TextRange, what: &str) -> Expr {
        let message = format!("the URL of {what} is a text that begins with http:// or https://");
        let finding = Finding::new(Code::BAD_URL, range, message);
        self.report(finding.note("put values into it in braces: `\"https://example.com/{x}\"`"));
        Expr::error(range)
    }

    fn url_parts(&mut self, text: ast::Text<'_>) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        let mut failed = false;
        for element in text.syntax().elements() {
            match element.kind() {
                SyntaxKind::TEXT_CHUNK => {
                    let token = element.token().map_or("", |token| token.text());
                    match literals::text(token) {
                        Ok(value) => parts.push(Part::Text(value.into(), element.range())),
                        Err(problem) => {
                            failed = true;
                            self.bad_literal(element.range(), problem);
                        }
                    }
                }
                SyntaxKind::INTERPOLATION => {
                    let part = element.node().and_then(ast::Interpolation::cast);
                    let value = self.interpolation(part, element.range());
                    failed |= value.is_error();
                    parts.push(Part::Value(value));
                }
                SyntaxKind::ERROR | SyntaxKind::ERROR_TOKEN => failed = true,
                _ => {}
            }
        }
        (!failed).then_some(parts)
    }

    /// A part that stands as it is.
    fn url_text(&mut self, text: &str, range: TextRange, progress: &mut Progress) -> Option<Expr> {
        let bad = |cx: &mut Self, message: &str, note: &str| {
            let finding = Finding::new(Code::BAD_URL, range, message);
            cx.report(finding.note(note));
            None
        };
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return bad(self, "a URL has no blanks", "write a blank as `%20`");
        }
        if !text.is_ascii() {
            let note = "other letters are written by their bytes, é as `%C3%A9`";
            return bad(self, "a URL is made of ASCII characters", note);
        }
        let rest = match *progress {
            Progress::Start => {
                let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
                let Some(rest) = rest else {
                    return bad(
                        self,
                        "a URL begins with http:// or https://",
                        "or with a setting or secret that holds the beginning: `\"{base_url}/v1\"`",
                    );
                };
                if rest.starts_with(['/', '?', '#', ':', '@']) {
                    let note = "name it behind the slashes: `https://example.com/…`";
                    return bad(self, "this URL has no host", note);
                }
                *progress = Progress::Host;
                rest
            }
            _ => text,
        };
        if rest.contains(['/', '?', '#']) {
            *progress = Progress::Path;
        }
        Some(Expr::new(ExprKind::Const(Const::Text(text.into())), Type::Text, range))
    }

    /// A value that is put in.
    fn url_value(&mut self, value: Expr, progress: &mut Progress) -> Option<Expr> {
        let range = value.range;
        if *progress == Progress::Path {
            return Some(self.encoded(value));
        }
        if self.is_base(&value) {
            *progress = Progress::Host;
            return Some(value);
        }
        // A constant of `let`.
        if let Some(Const::Text(text)) = value.as_const() {
            let text = text.clone();
            return self.url_text(&text, range, progress);
        }
        let message = "a value cannot decide who is called";
        let finding = Finding::new(Code::BAD_URL, range, message)
            .label("this stands where the host is named");
        self.report(finding.note(
            "write the host out, or take it from a setting of the destination; values stand behind \
             the first slash",
        ));
        None
    }

    /// Whether it is a setting or secret: what those who run the journeys decide.
    fn is_base(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Parameter(name) => {
                self.request.as_ref().is_some_and(|request| request.is_fixed(name))
            }
            _ => false,
        }
    }

    /// A text as a part of a URL.
    fn encoded(&mut self, value: Expr) -> Expr {
        self.unary(UnaryOp::EncodeUrl, value, Type::Text)
    }
}

/// A text, percent-encoded as [`UnaryOp::EncodeUrl`] does it.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn everything_but_letters_digits_and_a_few_marks_is_encoded() {
        assert_eq!(encode("a-b.c_d~9"), "a-b.c_d~9");
        assert_eq!(encode("a b/c?d=é&"), "a%20b%2Fc%3Fd%3D%C3%A9%26");
    }
}
