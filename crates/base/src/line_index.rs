//! From byte offsets to lines and columns and back.

/// A place for people: both numbers count from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in Unicode scalar values.
    pub column: u32,
}

/// Where the lines of a text begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    /// Byte offset of each line's first byte; the first is 0.
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`. Lines end at `\n`; a `\r` before it belongs to the line.
    pub fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(
            text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at as u32 + 1),
        );
        LineIndex { starts }
    }

    /// Line and column of `offset` in the `text` this index was made of. An offset past the end
    /// is taken as the end.
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let offset = offset.min(text.len() as u32);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = text.as_bytes().get(start as usize..offset as usize).unwrap_or_default();
        // Characters begin at every byte that is no continuation byte (RFC 3629).
        let column = before.iter().filter(|b| **b & 0xC0 != 0x80).count() as u32;
        LineColumn { line: line as u32, column: column + 1 }
    }

    /// Number of lines; a text that ends in `\n` has an empty last one.
    pub fn lines(&self) -> u32 {
        self.starts.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{LineColumn, LineIndex};

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "é = 1\nwait 3d\n";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(text, 3), LineColumn { line: 1, column: 3 });
        assert_eq!(index.line_column(text, 12), LineColumn { line: 2, column: 6 });
        assert_eq!(index.line_column(text, 999), LineColumn { line: 3, column: 1 });
        assert_eq!(index.lines(), 3);
    }
}
