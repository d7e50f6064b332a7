//! How messages get in and out.
//!
//! `frames` cuts a stream of bytes into messages, `service` carries messages to the handlers and
//! back. A transport that has messages by itself, like a WebSocket, needs the second alone.

mod frames;
mod service;

pub use frames::FrameError;
pub(crate) use frames::{read_frame, write_frame};
pub use service::Incoming;
pub(crate) use service::serve_messages;

/// Longer than this no message may be, in bytes. A source has 1 MiB at most; what an editor makes
/// of one as JSON is several times as long.
pub const MAX_MESSAGE: usize = 16 << 20;
