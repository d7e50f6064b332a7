//! Requests over HTTP.
//!
//! Connections are kept open between requests. There are no redirects, no proxies and no cookies. This
//! stands on hyper's connections and not on a whole client, because clients log whom they call, and a
//! host can be part of a secret.

mod connection;
mod request;
mod response;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response};
use tokio::time::{Instant, timeout_at};

use crate::network::Dialer;
use crate::pool::Pool;
use crate::problem::Problem;
use crate::tls::Tls;
use connection::{Connection, Origin};

pub(crate) use request::{Envelope, build};
pub(crate) use response::{Arrival, Setback, receive};

/// Calls receivers.
pub(crate) struct HttpSender {
    dialer: Arc<Dialer>,
    tls: Tls,
    pool: Arc<Pool<Origin, Connection>>,
    longest_answer: usize,
}

/// What is called, and how.
pub(crate) struct Call<'a> {
    /// The queue it stood in.
    pub(crate) queue: &'a str,
    /// How many connections of the queue may rest.
    pub(crate) resting: usize,
    /// Whether the body of the answer is wanted.
    pub(crate) answer: bool,
    /// The time of day.
    pub(crate) now: i64,
    /// Until when there must be an answer, its body too if that is wanted.
    pub(crate) deadline: Instant,
}

impl HttpSender {
    pub(crate) fn new(dialer: Arc<Dialer>, tls: Tls, longest_answer: usize) -> HttpSender {
        HttpSender { dialer, tls, pool: Arc::default(), longest_answer }
    }

    /// Sends a request, whose URI is absolute, and waits for the answer.
    pub(crate) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
        call: &Call<'_>,
    ) -> Result<Arrival, Setback> {
        let origin = Origin::of(request.uri())?;
        request::address(&mut request)?;
        let exchanged = timeout_at(call.deadline, self.exchange(request, &origin, call)).await;
        let (response, mut connection) = exchanged.map_err(|_| Problem::Timeout)??;
        let limit = call.answer.then_some(self.longest_answer);
        let (arrival, ended) = receive(response, limit, call.now, call.deadline).await;
        if ended && connection.is_free().await {
            self.pool.rest(call.queue, &origin, connection, call.resting);
        }
        arrival
    }

    /// Sends a request on a connection that rested, or on a new one.
    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        origin: &Origin,
        call: &Call<'_>,
    ) -> Result<(Response<Incoming>, Connection), Problem> {
        if let Some(mut connection) = self.pool.wake(call.queue, origin) {
            match connection.exchange(request.clone()).await {
                Ok(response) => return Ok((response, connection)),
                // The receiver closed it while it rested. That is no failure; if it took the request all
                // the same, it has its key.
                Err(Problem::Closed) => {}
                Err(problem) => return Err(problem),
            }
        }
        let mut connection = Connection::open(&self.dialer, &self.tls, origin).await?;
        let response = connection.exchange(request).await?;
        Ok((response, connection))
    }
}

impl fmt::Debug for HttpSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpSender")
    }
}

/// What was wrong, from an error that may hold what was answered.
fn http_problem(error: &hyper::Error) -> Problem {
    match error.is_parse() || error.is_parse_status() {
        true => Problem::NotHttp,
        false => Problem::Closed,
    }
}
