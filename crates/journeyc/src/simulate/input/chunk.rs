//! A text in chunks of whole lines.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

/// A line may have this many bytes.
pub(crate) const MAX_LINE: usize = 1024 * 1024;

/// How much of a line that is too long is kept to show.
const SHOWN: usize = 1024;

/// Some whole lines of a text.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// The number of the first line, from 1.
    pub(crate) first_line: u64,
    /// The lines.
    pub(crate) bytes: Vec<u8>,
    /// A line behind them that is too long.
    pub(crate) oversize: Option<Oversize>,
}

/// A line that is too long.
#[derive(Debug)]
pub(crate) struct Oversize {
    /// Its number.
    pub(crate) line: u64,
    /// How it begins.
    pub(crate) start: Vec<u8>,
}

/// Cuts a text into chunks. Where it cuts depends on the text alone, not on how it arrives.
pub(crate) struct Chunks {
    text: Box<dyn Read + Send>,
    size: usize,
    /// The beginning of the line that the last chunk ended before.
    carry: Vec<u8>,
    next_line: u64,
    ended: bool,
}

impl Chunks {
    /// Cuts a text into chunks of about `size` bytes.
    pub(crate) fn new(text: Box<dyn Read + Send>, size: usize) -> Chunks {
        Chunks { text, size, carry: Vec::new(), next_line: 1, ended: false }
    }

    /// How many lines the chunks so far have ended.
    pub(crate) fn lines(&self) -> u64 {
        self.next_line - 1
    }

    /// The next chunk, in the memory of a former one.
    pub(crate) fn next(&mut self, room: Chunk) -> io::Result<Option<Chunk>> {
        let mut bytes = room.bytes;
        bytes.clear();
        bytes.append(&mut self.carry);
        let mut size = self.size;
        loop {
            self.fill(&mut bytes, size)?;
            if self.ended && bytes.is_empty() {
                return Ok(None);
            }
            if self.ended {
                return Ok(Some(self.chunk(bytes, None)));
            }
            if let Some(end) = memrchr(b'\n', &bytes) {
                self.carry.extend_from_slice(bytes.get(end + 1..).unwrap_or_default());
                bytes.truncate(end + 1);
                return Ok(Some(self.chunk(bytes, None)));
            }
            if bytes.len() > MAX_LINE {
                return self.oversize(bytes).map(Some);
            }
            size = (size * 2).clamp(size + 1, MAX_LINE + 1);
        }
    }

    /// Reads until there are `size` bytes or the text ends.
    fn fill(&mut self, bytes: &mut Vec<u8>, size: usize) -> io::Result<()> {
        let room = size.saturating_sub(bytes.len()) as u64;
        let read = self.text.by_ref().take(room).read_to_end(bytes)?;
        self.ended |= (read as u64) < room;
        Ok(())
    }

    fn chunk(&mut self, bytes: Vec<u8>, oversize: Option<Oversize>) -> Chunk {
        let first_line = self.next_line;
        self.next_line += memchr_iter(b'\n', &bytes).count() as u64;
        Chunk { first_line, bytes, oversize }
    }

    /// Passes over the rest of a line that is too long, holding little of it.
    fn oversize(&mut self, mut bytes: Vec<u8>) -> io::Result<Chunk> {
        let start = bytes.get(..SHOWN).unwrap_or_default().to_vec();
        let line = self.next_line;
        while !self.ended {
            bytes.clear();
            self.fill(&mut bytes, MAX_LINE)?;
            if let Some(end) = memchr(b'\n', &bytes) {
                self.carry.extend_from_slice(bytes.get(end + 1..).unwrap_or_default());
                break;
            }
        }
        bytes.clear();
        let chunk = self.chunk(bytes, Some(Oversize { line, start }));
        self.next_line += 1;
        Ok(chunk)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read};

    use super::{Chunk, Chunks, MAX_LINE};

    /// All lines with their numbers; a line that is too long as its length of nothing.
    fn lines(text: Box<dyn Read + Send>, size: usize) -> Vec<(u64, String)> {
        let mut chunks = Chunks::new(text, size);
        let (mut lines, mut room) = (Vec::new(), Chunk::default());
        while let Some(chunk) = chunks.next(room).unwrap() {
            let text = std::str::from_utf8(&chunk.bytes).unwrap();
            lines.extend((chunk.first_line..).zip(text.lines().map(str::to_owned)));
            lines.extend(chunk.oversize.as_ref().map(|long| (long.line, "too long".to_owned())));
            room = chunk;
        }
        lines
    }

    /// Gives one byte at a time.
    struct Trickle(Cursor<Vec<u8>>);

    impl Read for Trickle {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let one = buffer.len().min(1);
            self.0.read(&mut buffer[..one])
        }
    }

    #[test]
    fn no_line_is_lost_or_cut_whatever_the_size() {
        let text = "a\nbb\n\nccc\r\ndddddddddd\nlast";
        let expected: Vec<(u64, String)> = (1..).zip(text.lines().map(str::to_owned)).collect();
        for size in 1..40 {
            assert_eq!(lines(Box::new(Cursor::new(text)), size), expected, "{size}");
            let trickle = Trickle(Cursor::new(text.as_bytes().to_vec()));
            assert_eq!(lines(Box::new(trickle), size), expected, "{size}");
        }
        assert_eq!(lines(Box::new(Cursor::new("")), 10), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let long = "x".repeat(3 * MAX_LINE);
        let fits = "y".repeat(MAX_LINE);
        let text = format!("one\n{long}\n{fits}\n{long}\nlast\n{long}");
        let lines = lines(Box::new(Cursor::new(text)), 1000);
        let expected = ["one", "too long", &fits, "too long", "last", "too long"];
        let numbered: Vec<(u64, String)> = (1..).zip(expected.map(str::to_owned)).collect();
        assert!(lines == numbered, "{:?}", lines.iter().map(|l| l.1.len()).collect::<Vec<_>>());
    }
}
