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
    /// `"`
    Quote,
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
            Some(b'"') => break Piece::Quote,
            Some(b'{') => break Piece::Open,
            Some(b'\n' | b'\r') | None => break Piece::End,
            Some(_) => len += 1,
        }
    };
    if len > 0 { Piece::Chunk(len) } else { next }
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

/// The length of a text in single quotes, as other languages have it, for one clear error.
pub(super) fn single_quoted(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let end = inside.find(['\'', '\n'])?;
    inside.get(end..)?.starts_with('\'').then_some(end + 2)
}
