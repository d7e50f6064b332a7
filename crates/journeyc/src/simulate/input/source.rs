//! Where lines come from: a file or standard input, compressed or not.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// How much is read at once from a file.
const BLOCK: usize = 128 * 1024;

/// A file, or `-` for standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl FromStr for Input {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Input, Self::Err> {
        Ok(if text == "-" { Input::Stdin } else { Input::File(text.into()) })
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Stdin => f.write_str("standard input"),
            Input::File(path) => path.display().fmt(f),
        }
    }
}

/// An opened input, decompressed as it is read.
pub(crate) struct Source {
    /// The text.
    pub(crate) text: Box<dyn Read + Send>,
    /// How many bytes there are to read, before decompression, if that is known.
    pub(crate) length: Option<u64>,
    /// How many of them were read.
    pub(crate) position: Arc<AtomicU64>,
}

impl Source {
    /// Opens an input.
    pub(crate) fn open(input: &Input) -> io::Result<Source> {
        match input {
            Input::Stdin => Source::new(Box::new(io::stdin()), None),
            Input::File(path) => Source::open_file(path),
        }
    }

    fn open_file(path: &Path) -> io::Result<Source> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let length = metadata.is_file().then_some(metadata.len());
        Source::new(Box::new(file), length)
    }

    /// Reads from anything. What it holds is told by its first bytes, not by a name.
    pub(crate) fn new(raw: Box<dyn Read + Send>, length: Option<u64>) -> io::Result<Source> {
        let position = Arc::new(AtomicU64::new(0));
        let mut raw = Counted { raw, position: Arc::clone(&position) };
        let mut magic = Vec::with_capacity(4);
        raw.by_ref().take(4).read_to_end(&mut magic)?;
        let format = Format::of(&magic);
        let all = BufReader::with_capacity(BLOCK, Cursor::new(magic).chain(raw));
        let text: Box<dyn Read + Send> = match format {
            Format::Plain => Box::new(all),
            Format::Gzip => Box::new(MultiGzDecoder::new(all)),
            Format::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(all)?),
        };
        Ok(Source { text, length, position })
    }
}

/// How bytes are compressed.
enum Format {
    Plain,
    Gzip,
    Zstd,
}

impl Format {
    fn of(magic: &[u8]) -> Format {
        match magic {
            [0x1f, 0x8b, ..] => Format::Gzip,
            // A frame, or a skippable frame before one.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Format::Zstd,
            _ => Format::Plain,
        }
    }
}

/// Counts what is read.
struct Counted {
    raw: Box<dyn Read + Send>,
    position: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        self.position.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read, Write};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::Source;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &str) -> Vec<u8> {
        zstd::encode_all(text.as_bytes(), 1).unwrap()
    }

    fn read(bytes: Vec<u8>) -> std::io::Result<String> {
        let mut text = String::new();
        Source::new(Box::new(Cursor::new(bytes)), None)?.text.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn what_a_stream_holds_is_told_by_its_first_bytes() {
        assert_eq!(read(b"{}\n{}".to_vec()).unwrap(), "{}\n{}");
        assert_eq!(read(gzip("one\n")).unwrap(), "one\n");
        assert_eq!(read(zstd("one\n")).unwrap(), "one\n");
        assert_eq!(read(Vec::new()).unwrap(), "");
        assert_eq!(read(b"{".to_vec()).unwrap(), "{");
    }

    #[test]
    fn members_and_frames_one_after_the_other_are_one_text() {
        assert_eq!(read([gzip("one\n"), gzip("two\n")].concat()).unwrap(), "one\ntwo\n");
        assert_eq!(read([zstd("one\n"), zstd("two\n")].concat()).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn a_stream_that_breaks_off_is_an_error() {
        for mut bytes in [gzip("a longer text\n"), zstd("a longer text\n")] {
            bytes.truncate(bytes.len() - 3);
            assert!(read(bytes).is_err());
        }
    }
}
