//! Inflating, a piece at a time.

use bytes::{Buf, Bytes, BytesMut};
use flate2::{Decompress, FlushDecompress, Status};

/// What is inflated at a time, so that a small body that inflates to a huge one is never held.
const PIECE: usize = 16 * 1024;

/// Window bits of deflate: its largest window.
const WINDOW: u8 = 15;

/// Ways a body may be compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Gzip,
    Deflate,
}

impl Encoding {
    /// The encoding a header names; outer nothing if it is unknown, inner nothing if it is none.
    #[expect(clippy::option_option, reason = "unknown and none are different answers")]
    pub(crate) fn named(name: &[u8]) -> Option<Option<Encoding>> {
        match name.trim_ascii().to_ascii_lowercase().as_slice() {
            b"gzip" | b"x-gzip" => Some(Some(Encoding::Gzip)),
            b"deflate" => Some(Some(Encoding::Deflate)),
            b"identity" | b"" => Some(None),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Encoding::Gzip => "gzip",
            Encoding::Deflate => "deflate",
        }
    }

    fn start(self) -> Decompress {
        match self {
            Encoding::Gzip => Decompress::new_gzip(WINDOW),
            Encoding::Deflate => Decompress::new(true),
        }
    }
}

/// Inflates what it is fed.
#[derive(Debug)]
pub(super) struct Inflate {
    encoding: Encoding,
    state: Decompress,
    input: Bytes,
    /// Whether the stream ended where it may.
    complete: bool,
}

/// The stream is not what it says.
pub(super) struct Corrupt;

impl Inflate {
    pub(super) fn new(encoding: Encoding) -> Inflate {
        Inflate { encoding, state: encoding.start(), input: Bytes::new(), complete: false }
    }

    /// Takes more input; what was fed before has been used up.
    pub(super) fn feed(&mut self, input: Bytes) {
        self.input = input;
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether the input may end here. Nothing at all is an empty body.
    pub(super) fn may_end(&self) -> bool {
        self.complete || self.state.total_in() == 0
    }

    /// The next piece; nothing when more input is needed.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, Corrupt> {
        let mut piece = BytesMut::zeroed(PIECE);
        loop {
            if self.complete {
                if self.input.is_empty() {
                    return Ok(None);
                }
                // gzip may be several streams one behind the other.
                if self.encoding != Encoding::Gzip {
                    return Err(Corrupt);
                }
                self.state = self.encoding.start();
                self.complete = false;
            }
            let (read, written) = (self.state.total_in(), self.state.total_out());
            let status = self
                .state
                .decompress(&self.input, &mut piece, FlushDecompress::None)
                .map_err(|_| Corrupt)?;
            let read = (self.state.total_in() - read) as usize;
            let written = (self.state.total_out() - written) as usize;
            self.input.advance(read.min(self.input.len()));
            self.complete = status == Status::StreamEnd;
            if written > 0 {
                piece.truncate(written);
                return Ok(Some(piece.freeze()));
            }
            if read == 0 && !self.complete {
                return if self.input.is_empty() { Ok(None) } else { Err(Corrupt) };
            }
        }
    }
}
