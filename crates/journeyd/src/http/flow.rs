//! Answers that are made while they are sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body::Frame;
use tokio::sync::mpsc;

/// The end of an answer that pieces are put into. Putting one in waits until the reader has taken earlier
/// ones; a reader who is gone is an error.
#[derive(Debug)]
pub(super) struct Flow(mpsc::Sender<io::Result<Bytes>>);

/// The other end.
struct Sink(mpsc::Receiver<io::Result<Bytes>>);

impl Flow {
    /// A body, and what it is filled by.
    pub(super) fn new() -> (Flow, Body) {
        // So few that a slow reader holds little in memory.
        let (sender, receiver) = mpsc::channel(4);
        (Flow(sender), Body::new(Sink(receiver)))
    }

    /// Puts a piece in.
    pub(super) async fn put(&self, piece: impl Into<Bytes>) -> Result<(), Gone> {
        self.0.send(Ok(piece.into())).await.map_err(|_| Gone)
    }

    /// The same on a thread that may block.
    pub(super) fn put_blocking(&self, piece: impl Into<Bytes>) -> Result<(), Gone> {
        self.0.blocking_send(Ok(piece.into())).map_err(|_| Gone)
    }

    /// Ends once nobody reads any more.
    pub(super) async fn abandoned(&self) {
        self.0.closed().await;
    }

    /// Breaks the answer off, so that its reader sees that it is not whole.
    pub(super) fn break_off(self, error: io::Error) {
        // Whoever does not take it is gone.
        let _ = self.0.blocking_send(Err(error));
    }
}

/// Nobody reads any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone;

impl http_body::Body for Sink {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
