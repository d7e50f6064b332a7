//! A body with its limits.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::inflate::Inflate;
use super::{BodyError, Encoding, Intake, Pace};
use crate::config::Size;

/// How much of a body that is too large is still read and thrown away: who sends it reads the
/// answer only when done, and a connection closed under unread bytes takes the answer with it.
const THROWN_AWAY: u64 = 8 << 20;

/// A body that is inflated as it is read, is never longer than it may be, and never slower.
#[derive(Debug)]
pub(crate) struct Guarded {
    inner: Body,
    inflate: Option<Inflate>,
    most: Size,
    left: u64,
    pace: Pace,
    intake: Intake,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    /// Too large: so much is still thrown away.
    Refusing(u64),
    Over,
}

impl Guarded {
    pub(super) fn new(
        inner: Body,
        encoding: Option<Encoding>,
        most: Size,
        pace: Pace,
        intake: Intake,
    ) -> Guarded {
        let inflate = encoding.map(Inflate::new);
        Guarded { inner, inflate, most, left: most.0, pace, intake, state: State::Reading }
    }

    /// The body says itself that it is too large. Who waits to be told to send it is not told to.
    pub(super) fn refuse(&mut self, waits: bool) {
        self.state = State::Refusing(if waits { 0 } else { THROWN_AWAY });
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            match self.state {
                State::Over => return Poll::Ready(None),
                State::Refusing(0) => return self.fail(BodyError::TooLarge(self.most)),
                State::Refusing(left) => match ready!(self.poll_raw(cx)) {
                    Some(Ok(data)) => {
                        self.state = State::Refusing(left.saturating_sub(data.len() as u64));
                    }
                    _ => self.state = State::Refusing(0),
                },
                State::Reading => {
                    if let Some(piece) = ready!(self.poll_piece(cx)) {
                        let piece = match piece {
                            Ok(piece) => piece,
                            Err(error) => return self.fail(error),
                        };
                        match self.left.checked_sub(piece.len() as u64) {
                            Some(left) => self.left = left,
                            None => {
                                self.state = State::Refusing(THROWN_AWAY);
                                continue;
                            }
                        }
                        return Poll::Ready(Some(Ok(piece)));
                    }
                    self.state = State::Over;
                    self.intake.arrived();
                }
            }
        }
    }

    /// The next piece, inflated if need be.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            if let Some(inflate) = &mut self.inflate {
                match inflate.next() {
                    Ok(Some(piece)) => return Poll::Ready(Some(Ok(piece))),
                    Ok(None) => {}
                    Err(_) => {
                        let name = inflate.encoding().name();
                        return Poll::Ready(Some(Err(BodyError::Corrupt(name))));
                    }
                }
            }
            let data = match ready!(self.poll_raw(cx)) {
                Some(Ok(data)) => data,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    let cut = self.inflate.as_ref().filter(|inflate| !inflate.may_end());
                    let error = cut.map(|it| Err(BodyError::Corrupt(it.encoding().name())));
                    return Poll::Ready(error);
                }
            };
            match &mut self.inflate {
                Some(inflate) => inflate.feed(data),
                None => return Poll::Ready(Some(Ok(data))),
            }
        }
    }

    /// What came in, as it came in.
    fn poll_raw(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        if self.intake.comes_back() {
            self.pace.begin_again();
        }
        loop {
            match Pin::new(&mut self.inner).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        self.pace.progress(data.len());
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Some(Err(BodyError::Broken))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => {
                    ready!(self.pace.poll_late(cx));
                    return Poll::Ready(Some(Err(BodyError::TooSlow)));
                }
            }
        }
    }

    fn fail<T>(&mut self, error: BodyError) -> Poll<Option<Result<T, BodyError>>> {
        self.state = State::Over;
        Poll::Ready(Some(Err(error)))
    }
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.get_mut().poll_next(cx).map(|next| next.map(|data| data.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        match self.state {
            State::Over => true,
            State::Reading => self.inner.is_end_stream() && self.inflate.is_none(),
            State::Refusing(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        if self.inflate.is_none() { self.inner.size_hint() } else { SizeHint::default() }
    }
}

#[cfg(test)]
#[path = "guarded_tests.rs"]
mod tests;
