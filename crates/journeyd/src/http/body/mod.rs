//! Bodies that come in: inflated, bounded, timed, and counted against what all may hold together.
//!
//! The frame puts a [`Guarded`] body in place of each request's own, and an [`Intake`] beside it.
//! [`read_all`] reads one into memory; a stream is read frame by frame and holds no more than one, and
//! [`BodyLines`] cuts one into pieces of whole lines.

mod guarded;
mod inflate;
mod lines;
mod pace;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) use guarded::Guarded;
pub(crate) use inflate::Encoding;
pub(crate) use lines::BodyLines;
pub(crate) use pace::Pace;

use super::problem::{Problem, ProblemKind};
use crate::config::{Limits, Size};
use crate::sync::lock;

/// Memory for bodies is given out in pieces of so many bytes.
const PIECE: usize = 1024;

/// Why a body cannot be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is larger than the path takes.
    #[error(
        "the body is larger than {0}, which is the most this path takes; what is compressed counts inflated"
    )]
    TooLarge(Size),
    /// It stood still, or came too slowly.
    #[error("the body stood still or came too slowly")]
    TooSlow,
    /// It is not compressed the way it says.
    #[error("the body is not the {0} that Content-Encoding says")]
    Corrupt(&'static str),
    /// Whoever sent it went away.
    #[error("the body ended early")]
    Broken,
    /// There is no memory left for it.
    #[error("there is no room for the body now")]
    NoRoom,
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Problem {
        let kind = match error {
            BodyError::TooLarge(_) => ProblemKind::BodyTooLarge,
            BodyError::TooSlow => ProblemKind::RequestTimeout,
            BodyError::Corrupt(_) => ProblemKind::CorruptBody,
            BodyError::Broken => ProblemKind::BadRequest,
            BodyError::NoRoom => return Problem::overloaded(Duration::from_secs(1)),
        };
        Problem::new(kind, error.to_string())
    }
}

/// What all bodies in memory may hold together.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<Semaphore>);

impl Budget {
    pub(crate) fn new(all: Size) -> Budget {
        Budget(Arc::new(Semaphore::new((all.bytes() / PIECE).clamp(1, Semaphore::MAX_PERMITS))))
    }
}

/// What is known of a request's body while the request is answered.
#[derive(Debug, Clone)]
pub(crate) struct Intake(Arc<IntakeInner>);

#[derive(Debug)]
struct IntakeInner {
    arrived: AtomicBool,
    /// Whoever reads it does something else meanwhile.
    away: AtomicBool,
    budget: Budget,
    held: Mutex<Vec<OwnedSemaphorePermit>>,
}

impl Intake {
    pub(crate) fn new(budget: Budget) -> Intake {
        Intake(Arc::new(IntakeInner {
            arrived: AtomicBool::new(false),
            away: AtomicBool::new(false),
            budget,
            held: Mutex::new(Vec::new()),
        }))
    }

    /// Whether the whole body has come in.
    pub(crate) fn has_arrived(&self) -> bool {
        self.0.arrived.load(Ordering::Relaxed)
    }

    fn arrived(&self) {
        self.0.arrived.store(true, Ordering::Relaxed);
    }

    /// Whoever waited for more of it does not any longer, and goes on only later: that is not the body's time.
    pub(crate) fn look_away(&self) {
        self.0.away.store(true, Ordering::Relaxed);
    }

    /// Whether somebody comes back to it.
    fn comes_back(&self) -> bool {
        self.0.away.swap(false, Ordering::Relaxed)
    }

    /// Takes memory for so many bytes, to be given back when the request is over.
    fn hold(&self, bytes: usize) -> Result<(), BodyError> {
        let pieces = u32::try_from(bytes.div_ceil(PIECE)).map_err(|_| BodyError::NoRoom)?;
        let permit = Arc::clone(&self.0.budget.0).try_acquire_many_owned(pieces);
        lock(&self.0.held).push(permit.map_err(|_| BodyError::NoRoom)?);
        Ok(())
    }
}

/// Puts a guarded body in place of the one that came.
pub(crate) fn guard(
    request: Request,
    limits: &Limits,
    most: Size,
    budget: &Budget,
) -> Result<(Request, Intake), Problem> {
    let encoding = encoding(request.headers())?;
    let waits = request.headers().contains_key(header::EXPECT);
    let intake = Intake::new(budget.clone());
    let (mut parts, body) = request.into_parts();
    if body.is_end_stream() {
        intake.arrived();
    }
    let declared = body.size_hint().lower();
    let pace = Pace::new(limits.body_idle_time.0, limits.body_rate);
    let mut body = Guarded::new(body, encoding, most, pace, intake.clone());
    if declared > most.0 {
        body.refuse(waits);
    }
    if encoding.is_some() {
        // What reads on sees it inflated.
        parts.headers.remove(header::CONTENT_ENCODING);
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    parts.extensions.insert(intake.clone());
    Ok((Request::from_parts(parts, Body::new(body)), intake))
}

fn encoding(headers: &HeaderMap) -> Result<Option<Encoding>, Problem> {
    let mut named = headers.get_all(header::CONTENT_ENCODING).iter();
    let Some(name) = named.next() else { return Ok(None) };
    match (Encoding::named(name.as_bytes()), named.next()) {
        (Some(encoding), None) => Ok(encoding),
        _ => Err(Problem::new(
            ProblemKind::UnsupportedEncoding,
            "a body may be compressed once, as gzip or deflate: say so in Content-Encoding",
        )
        .header(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"))),
    }
}

/// Reads a whole body into memory.
pub(crate) async fn read_all(body: Body, intake: Option<&Intake>) -> Result<Bytes, Problem> {
    let mut whole = Vec::new();
    let mut held = 0_usize;
    let mut frames = BodyFrames(body);
    while let Some(data) = frames.next().await? {
        if let Some(intake) = intake
            && whole.len() + data.len() > held
        {
            // By growing steps, so that a large body is no long list of small permits.
            let step = data.len().max(held).max(PIECE);
            intake.hold(step)?;
            held += step;
        }
        whole.extend_from_slice(&data);
    }
    Ok(Bytes::from(whole))
}

/// A body, frame by frame, for streams: `let mut frames = BodyFrames::of(request);`.
#[derive(Debug)]
pub struct BodyFrames(Body);

impl BodyFrames {
    /// The body of a request.
    pub fn of(request: Request) -> BodyFrames {
        BodyFrames(request.into_body())
    }

    /// What comes next, inflated; nothing at the end.
    ///
    /// # Errors
    /// The body is too large, too slow, broken off, or not what it says. What came before it came.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        while let Some(frame) = self.0.frame().await {
            if let Ok(data) = frame.map_err(body_error)?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}

/// What a frame's error is: ours, wrapped by axum.
fn body_error(error: axum::Error) -> Problem {
    match error.into_inner().downcast::<BodyError>() {
        Ok(error) => Problem::from(*error),
        Err(_) => BodyError::Broken.into(),
    }
}
