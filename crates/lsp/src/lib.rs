//! The language server: what editors say and hear, and nothing else.
//!
//! What is answered is in `journey-ide`, as plain data; here it is put into the words of the
//! protocol. [`serve`] takes a stream of bytes, [`serve_messages`] one of messages, like a
//! WebSocket. Start at `state`, the loop that owns the workspaces, and at `server`, whose handlers
//! do nothing but ask it; `features` has one function a question, `wire` the transport. Workspaces
//! are found in `homes`, filled in `root`, and what was found in them is said by `sweep`.
//!
//! The server executes nothing and fetches nothing. It reads the directories of workspaces and
//! nothing outside them, and writes nowhere: changes are the client's to make.

mod capabilities;
mod client;
mod counting;
mod documents;
mod events;
mod features;
mod findings;
mod homes;
mod kept;
mod ledger;
mod opening;
mod outgoing;
mod pool;
mod position;
mod reads;
mod root;
mod schedule;
mod server;
mod state;
mod sweep;
mod table;
mod touching;
mod uris;
mod view;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{Sink, Stream, sink, stream};
use tokio::io::{AsyncRead, AsyncWrite, BufReader};

pub use counting::LiveCounts;
pub use journey_ide::{Counts, JourneyCounts, TileCounts};
pub use wire::{FrameError, Incoming, MAX_MESSAGE};

/// Whether the server may look at the machine's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAccess {
    /// It reads the workspaces of the documents and folders that the client has open.
    Disk,
    /// It reads nothing: what the client has open is all there is, and one workspace.
    None,
}

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// What may be read.
    pub files: FileAccess,
    /// Where the pages about codes are, as a URL with a slash at the end.
    pub pages: Option<String>,
    /// Counts of journeys that run. They count for more than those of a file.
    pub live: Option<LiveCounts>,
    /// Answers `journey/panic` by a panic and `journey/endless` never, for tests.
    pub panics: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { files: FileAccess::Disk, pages: None, live: None, panics: false }
    }
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The client said first that it would, as it should.
    Orderly,
    /// It did not.
    Abruptly,
}

/// Serves a client on a stream of bytes, until it says that it is done or is gone.
pub async fn serve(
    options: Options,
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin + Send,
) -> Ended {
    let input = stream::unfold(BufReader::new(input), |mut input| async move {
        match wire::read_frame(&mut input).await {
            Ok(message) => Some((Ok(message?), input)),
            // Nothing can be read from it any more.
            Err(FrameError::Io(_)) => None,
            Err(error) => Some((Err(error), input)),
        }
    });
    let output = sink::unfold(output, |mut output, message: String| async move {
        wire::write_frame(&mut output, &message).await.map(|()| output)
    });
    serve_messages(options, Box::pin(input), Box::pin(output)).await
}

/// Serves a client on a stream of messages.
pub async fn serve_messages(
    options: Options,
    input: impl Stream<Item = Incoming> + Unpin,
    output: impl Sink<String> + Unpin + Send,
) -> Ended {
    let announced = Arc::new(AtomicBool::new(false));
    let (service, socket) = server::service(options, announced.clone());
    let exited = wire::serve_messages(service, socket, input, output).await;
    if exited && announced.load(Ordering::Relaxed) { Ended::Orderly } else { Ended::Abruptly }
}
