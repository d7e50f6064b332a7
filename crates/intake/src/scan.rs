//! Where a value ends, told by quotes and brackets alone.
//!
//! Elements of a body are cut apart before they are read, so that one that is broken does not take the
//! others along. Whether an element is JSON, its reader says.

/// A value as it was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Where what comes behind it begins: a comma, the bracket that closes what it is in, or the end.
    pub(crate) end: usize,
    /// How deep arrays and objects nest in it.
    pub(crate) depth: usize,
}

/// Passes over a value that begins at `start` in something that `close` ends.
pub(crate) fn value(bytes: &[u8], start: usize, close: u8) -> Extent {
    let rest = bytes.get(start..).unwrap_or_default();
    let (mut open, mut deepest, mut quoted, mut escaped) = (0usize, 0, false, false);
    for (at, byte) in (start..).zip(rest) {
        if quoted {
            quoted = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            continue;
        }
        match *byte {
            b'"' => quoted = true,
            b'{' | b'[' => {
                open += 1;
                deepest = deepest.max(open);
            }
            byte if open == 0 && (byte == close || byte == b',') => {
                return Extent { end: at, depth: deepest };
            }
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    Extent { end: bytes.len(), depth: deepest }
}

/// How deep arrays and objects nest in a text.
pub(crate) fn depth(bytes: &[u8]) -> usize {
    let (mut at, mut deepest) = (0, 0);
    while at < bytes.len() {
        // Nothing closes what is in nothing, so commas alone cut it.
        let Extent { end, depth } = value(bytes, at, b',');
        deepest = deepest.max(depth);
        at = end + 1;
    }
    deepest
}

/// The first byte from `at` on that is not blank, and where it stands.
pub(crate) fn look(bytes: &[u8], at: usize) -> (usize, Option<u8>) {
    let rest = bytes.get(at..).unwrap_or_default();
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    let at = at + blanks.count();
    (at, bytes.get(at).copied())
}

/// A text in quotes that begins at `at`: what stands between them, and where it goes on.
pub(crate) fn quoted(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let inside = bytes.get(at..)?.strip_prefix(b"\"")?;
    let mut escaped = false;
    let end = inside.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    Some((inside.get(..end)?, at + end + 2))
}

#[cfg(test)]
mod tests {
    use super::{Extent, depth, quoted, value};

    #[test]
    fn a_value_ends_where_its_brackets_and_quotes_say() {
        let end = |text: &str| value(text.as_bytes(), 0, b']').end;
        assert_eq!(end(r#"{"a":[1,2]},3]"#), 11);
        assert_eq!(end(r#""],\"]," ]"#), 9);
        assert_eq!(end("1"), 1);
        assert_eq!(end("nope, 1]"), 4);
        // What is closed but was not opened belongs to the value.
        assert_eq!(end("1}, 2]"), 2);
        assert_eq!(value(br#"[[{}],[[[]]]],"#, 0, b']'), Extent { end: 13, depth: 4 });
        assert_eq!(depth(br#"{"a":[]},[[[]]] "[[[[[[""#), 3);
    }

    #[test]
    fn a_text_ends_at_its_quote() {
        assert_eq!(quoted(br#""a\"b":1"#, 0), Some((&br#"a\"b"#[..], 6)));
        assert_eq!(quoted(br#""a\"#, 0), None);
        assert_eq!(quoted(b"a", 0), None);
    }
}
