//! What comes back.

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper::{Response, StatusCode};
use tokio::time::{Instant, timeout, timeout_at};

use super::http_problem;
use crate::backoff::retry_after;
use crate::problem::Problem;

/// How much of a body that nobody wants is read so that the connection can be used again, and for
/// how long.
const DRAINED: (usize, Duration) = (16 * 1024, Duration::from_millis(100));

/// A message arrived.
#[derive(Debug, Default)]
pub(crate) struct Arrival {
    /// The status of the response, or the code of the reply.
    pub(crate) status: Option<u16>,
    /// The body, if it was wanted.
    pub(crate) body: Option<Vec<u8>>,
}

/// A message did not arrive.
#[derive(Debug)]
pub(crate) struct Setback {
    pub(crate) problem: Problem,
    /// How long the receiver asks to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

impl From<Problem> for Setback {
    fn from(problem: Problem) -> Self {
        Setback { problem, retry_after: None }
    }
}

/// Reads a response: its body up to a limit if it is wanted, otherwise little of it. Only a body that is
/// wanted can miss the deadline: what became of the message is known without the others. Also says
/// whether the body was read to its end, so that the connection can be used again.
pub(crate) async fn receive(
    response: Response<Incoming>,
    wanted: Option<usize>,
    now: i64,
    deadline: Instant,
) -> (Result<Arrival, Setback>, bool) {
    let (head, body) = response.into_parts();
    let status = Some(head.status.as_u16());
    match (refusal(head.status), wanted) {
        (Some(problem), _) => {
            let retry_after = asked_pause(&head.headers, now);
            (Err(Setback { problem, retry_after }), drain(body).await)
        }
        (None, None) => (Ok(Arrival { status, body: None }), drain(body).await),
        (None, Some(limit)) => {
            let read = timeout_at(deadline, read(body, limit)).await;
            let read = read.unwrap_or(Err(Problem::Timeout));
            let ended = read.is_ok();
            let arrival = read.map(|body| Arrival { status, body: Some(body) });
            (arrival.map_err(Setback::from), ended)
        }
    }
}

fn refusal(status: StatusCode) -> Option<Problem> {
    if status.is_success() {
        return None;
    }
    Some(match status {
        StatusCode::GONE => Problem::Gone,
        status if status.is_redirection() => Problem::Redirect(status.as_u16()),
        status => Problem::Status(status.as_u16()),
    })
}

fn asked_pause(headers: &HeaderMap, now: i64) -> Option<Duration> {
    retry_after(headers.get(RETRY_AFTER)?.to_str().ok()?, now)
}

async fn read(mut body: Incoming, limit: usize) -> Result<Vec<u8>, Problem> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(Problem::LongAnswer(limit));
    }
    let mut read = Vec::with_capacity(announced);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| http_problem(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        if read.len() + data.len() > limit {
            return Err(Problem::LongAnswer(limit));
        }
        read.extend_from_slice(&data);
    }
    Ok(read)
}

/// Reads what is left if that is little, and says whether that was all. Otherwise the connection is
/// closed with the body.
async fn drain(mut body: Incoming) -> bool {
    let (most, patience) = DRAINED;
    let reading = async {
        let mut read = 0;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            read += frame.data_ref().map_or(0, |data| data.len());
            if read > most {
                return false;
            }
        }
        true
    };
    // Too slow is no failure: what mattered was the status.
    timeout(patience, reading).await.unwrap_or(false)
}
