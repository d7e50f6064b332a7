//! The pieces of a text literal.

/// What comes next in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// So many bytes of plain characters and escapes.
    Chunk(usize),
    /// A backslash that begins no escape, with what probably belongs to it.
    BadEscape(usize),
    /// `{`
    Open,
    /// `"` or `"""`, by its length.
    Quote(usize),
    /// The line or the file ends.
    End,
}

/// The piece at the start of `rest`.
pub(super) fn piece(rest: &str) -> Piece {
    let bytes = rest.as_bytes();
    let mut len = 0;
    let next = loop {
        match bytes.get(len) {
            Some(b'\\') => match escape(rest.get(len..).unwrap_or_default()) {
                Ok(escape) => len += escape,
                Err(bad) => break Piece::BadEscape(bad),
            },
            Some(b'"') => break Piece::Quote(1),
            Some(b'{') => break Piece::Open,
            Some(b'\n' | b'\r') | None => break Piece::End,
            Some(_) => len += 1,
        }
    };
    if len > 0 { Piece::Chunk(len) } else { next }
}

/// The piece of a text between three quotes at the start of `rest`.
pub(super) fn long_piece(rest: &str) -> Piece {
    let bytes = rest.as_bytes();
    let mut len = 0;
    let next = loop {
        let from = bytes.get(len..).unwrap_or_default();
        let Some(plain) = memchr::memchr3(b'\\', b'"', b'{', from) else {
            len = bytes.len();
            break Piece::End;
        };
        len += plain;
        let rest = rest.get(len..).unwrap_or_default();
        match rest.as_bytes() {
            [b'\\', ..] => match escape(rest) {
                Ok(escape) => len += escape,
                Err(bad) => break Piece::BadEscape(bad),
            },
            [b'"', b'"', b'"', ..] => break Piece::Quote(3),
            [b'"', ..] => len += 1,
            _ => break Piece::Open,
        }
    };
    if len > 0 { Piece::Chunk(len) } else { next }
}

/// The length of a text between three quotes that is never closed: up to the first line that
/// closes a block or begins at the margin, for there the text's author would not have written.
pub(super) fn unclosed(rest: &str) -> usize {
    let mut len = 0;
    for line in rest.split_inclusive('\n') {
        let at_margin = line.starts_with(|first: char| !first.is_whitespace());
        let closing = line.trim_start().starts_with('}');
        if len > 0 && (at_margin || closing) {
            return rest.get(..len).map_or(len, |text| text.trim_end().len());
        }
        len += line.len();
    }
    rest.trim_end().len()
}

/// Where a text that seems to end at the next three quotes has taken in a declaration before them:
/// its length up to there. Only files that are broken for sure are looked at like this.
pub(super) fn swallows_declaration(rest: &str) -> Option<usize> {
    const DECLARATIONS: &[&str] =
        &["customer", "event", "audience", "let", "policy", "destination", "journey", "test"];
    let end = memchr::memmem::find(rest.as_bytes(), b"\"\"\"").unwrap_or(rest.len());
    let mut len = 0;
    for line in rest.get(..end)?.split_inclusive('\n') {
        let word = line.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
        if len > 0 && (DECLARATIONS.contains(&word) || line.starts_with("///")) {
            return rest.get(..len).map(|text| text.trim_end().len());
        }
        len += line.len();
    }
    None
}

/// The length of the escape at the start of `rest`, or of what is to be called malformed.
fn escape(rest: &str) -> Result<usize, usize> {
    let after = rest.get(1..).unwrap_or_default();
    match after.chars().next() {
        Some('n' | 't' | '\\' | '"' | '{' | '}') => Ok(2),
        Some('u') if after.starts_with("u{") => {
            let word = after.get(2..).unwrap_or_default();
            let end = word.find(|letter: char| !letter.is_ascii_alphanumeric());
            let end = end.unwrap_or(word.len());
            let closed = word.get(end..).is_some_and(|rest| rest.starts_with('}'));
            let digits = word.get(..end).unwrap_or_default();
            let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let len = 3 + end + usize::from(closed);
            if closed && hex && (1..=6).contains(&end) { Ok(len) } else { Err(len) }
        }
        Some(other) if other != '\n' && other != '\r' => Err(1 + other.len_utf8()),
        _ => Err(1),
    }
}

/// Whether a text goes on in `rest` up to a quote or another interpolation on the same line.
pub(super) fn goes_on(rest: &str) -> bool {
    let end = rest.bytes().find(|byte| matches!(byte, b'"' | b'{' | b'\n' | b'\r'));
    matches!(end, Some(b'"' | b'{'))
}

/// The length of what stands in `rest` before the line or a text between three quotes ends.
pub(super) fn rest_of_line(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let ends = |at: &usize| bytes.get(*at..).is_some_and(|rest| rest.starts_with(b"\"\"\""));
    let candidates = memchr::memchr3_iter(b'\n', b'\r', b'"', bytes);
    let mut found = candidates.filter(|at| bytes.get(*at) != Some(&b'"') || ends(at));
    found.next().unwrap_or(rest.len())
}

/// The length of what other languages and word processors write, where it is one thing to the
/// reader and should be one mistake: a text in other quotes.
pub(super) fn foreign(rest: &str) -> Option<usize> {
    /// A quote that ends further away has nothing to do with this one.
    const FAR: usize = 200;
    let mut letters = rest.chars();
    let first = letters.next()?;
    let inside = letters.as_str();
    let last = match first {
        '\'' => '\'',
        '“' | '„' => '”',
        '‘' => '’',
        '«' => '»',
        _ => return None,
    };
    let ends = |c: char| c == last || (c == '“' && first == '„') || c == '\n';
    let (end, quote) = inside.char_indices().take(FAR).find(|(_, c)| ends(*c))?;
    (quote != '\n').then_some(first.len_utf8() + end + quote.len_utf8())
}
