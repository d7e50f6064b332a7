//! Places in the protocol's terms: lines from zero, and columns in the units that were agreed on.

use std::sync::Arc;

use journey_base::TextRange;
use tower_lsp_server::ls_types::{Position, Range};

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16, which is what the protocol assumes where nothing is said.
    Utf16,
}

/// A text with the places at which its lines begin.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    text: Arc<str>,
    starts: Vec<u32>,
    encoding: Encoding,
}

impl Lines {
    /// Looks at the lines of a text. They end with `\n`, `\r\n` or `\r`.
    pub(crate) fn new(text: Arc<str>, encoding: Encoding) -> Lines {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let mut starts = vec![0];
        starts.extend(ends.map(|(at, _)| at as u32 + 1));
        Lines { text, starts, encoding }
    }

    /// The place of a byte. One inside a character is that of the character.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0) as usize;
        let before = self.text.get(start..offset).unwrap_or_default();
        let column = match self.encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.chars().map(char::len_utf16).sum(),
        };
        Position { line: line as u32, character: column as u32 }
    }

    /// The byte at a place. A column behind the end of its line is the end of the line, a line
    /// behind the last is the end of the text, and what is inside a character is its beginning.
    pub(crate) fn offset(&self, position: Position) -> u32 {
        let Some(&start) = self.starts.get(position.line as usize) else {
            return self.text.len() as u32;
        };
        let end = self.starts.get(position.line as usize + 1).copied();
        let line = self.text.get(start as usize..end.map_or(self.text.len(), |end| end as usize));
        let line = line.unwrap_or_default().trim_end_matches(['\n', '\r']);
        let wanted = position.character as usize;
        let mut column = 0;
        for (at, character) in line.char_indices() {
            let width = match self.encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
            };
            if wanted < column + width {
                return start + at as u32;
            }
            column += width;
        }
        start + line.len() as u32
    }

    /// A stretch of the text.
    pub(crate) fn range(&self, range: TextRange) -> Range {
        Range { start: self.position(range.start), end: self.position(range.end) }
    }

    /// The bytes of a stretch, whichever of its ends comes first.
    pub(crate) fn text_range(&self, range: Range) -> TextRange {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        TextRange::new(start.min(end), start.max(end))
    }
}

#[cfg(test)]
mod tests {
    use tower_lsp_server::ls_types::Position;

    use super::{Encoding, Lines};

    const TEXT: &str = "a😀b\r\néç\rx\n";

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_count_what_was_agreed_on() {
        let utf8 = Lines::new(TEXT.into(), Encoding::Utf8);
        let utf16 = Lines::new(TEXT.into(), Encoding::Utf16);
        let b = TEXT.find('b').unwrap() as u32;
        assert_eq!((utf8.position(b), utf16.position(b)), (at(0, 5), at(0, 3)));
        let cedilla = TEXT.find('ç').unwrap() as u32;
        assert_eq!((utf8.position(cedilla), utf16.position(cedilla)), (at(1, 2), at(1, 1)));
        assert_eq!(utf8.position(TEXT.find('x').unwrap() as u32), at(2, 0));
        assert_eq!(utf8.position(TEXT.len() as u32), at(3, 0));
    }

    #[test]
    fn every_character_is_found_again() {
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = Lines::new(TEXT.into(), encoding);
            for (offset, character) in TEXT.char_indices() {
                // Between the two signs of a line end there is no place.
                if character != '\n' {
                    assert_eq!(lines.offset(lines.position(offset as u32)), offset as u32);
                }
            }
        }
    }

    #[test]
    fn places_that_are_not_there_are_the_nearest_before_them() {
        let lines = Lines::new(TEXT.into(), Encoding::Utf16);
        assert_eq!(lines.offset(at(0, 2)), 1, "inside a surrogate pair");
        assert_eq!(lines.offset(at(0, 99)), 6, "behind the end of the line");
        assert_eq!(lines.offset(at(99, 0)), TEXT.len() as u32);
        assert_eq!(lines.position(3), at(0, 1), "inside a character");
        assert_eq!(lines.position(9_999), at(3, 0));
    }
}
