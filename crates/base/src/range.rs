//! Places in text.

use std::fmt;
use std::ops::Range;

/// A half-open range of byte offsets. Sources are limited to 1 MiB, so 32 bits are plenty.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TextRange {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl TextRange {
    /// The range from `start` up to `end`; an end before the start makes it empty at `start`.
    pub fn new(start: u32, end: u32) -> TextRange {
        TextRange { start, end: end.max(start) }
    }

    /// An empty range.
    pub fn empty(at: u32) -> TextRange {
        TextRange { start: at, end: at }
    }

    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers no byte.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The smallest range that covers both.
    pub fn cover(self, other: TextRange) -> TextRange {
        TextRange { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `offset` lies inside, the end excluded.
    pub fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// The same range, moved `by` bytes to the right: from item-relative to file offsets.
    pub fn shift(self, by: u32) -> TextRange {
        TextRange { start: self.start.saturating_add(by), end: self.end.saturating_add(by) }
    }

    /// The text it covers; empty where it does not fit `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(Range::from(self)).unwrap_or_default()
    }
}

impl From<TextRange> for Range<usize> {
    fn from(range: TextRange) -> Range<usize> {
        range.start as usize..range.end as usize
    }
}

impl fmt::Debug for TextRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::TextRange;

    #[test]
    fn a_range_names_the_text_it_covers_and_nothing_beyond() {
        let range = TextRange::new(4, 8);
        assert_eq!(range.of("wait until"), " unt");
        assert_eq!(range.shift(100).of("wait until"), "");
        assert_eq!(TextRange::new(9, 2), TextRange::empty(9));
    }
}
