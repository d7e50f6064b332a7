//! Requests over HTTP.
//!
//! One client for all queues: it keeps connections open between requests, follows no redirect, knows no
//! proxy and no cookie. A connection belongs to scheme, host and port, and was permitted by the guard
//! when it was made.

mod connector;
mod request;
mod response;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, timeout_at};

use crate::network::Dialer;
use crate::problem::{ConnectError, Problem};
use crate::tls::Tls;
use connector::Connector;

pub(crate) use request::{Envelope, build};
pub(crate) use response::{Arrival, Setback, receive};

/// The longest head of a response.
const LONGEST_HEAD: usize = 64 * 1024;

/// Connections to one host that are kept open for the next request, and for how long.
const KEPT: (usize, Duration) = (16, Duration::from_secs(60));

/// Calls receivers.
#[derive(Debug, Clone)]
pub(crate) struct HttpSender {
    client: Client<Connector, Full<Bytes>>,
    longest_answer: usize,
}

impl HttpSender {
    pub(crate) fn new(dialer: Arc<Dialer>, tls: Tls, longest_answer: usize) -> HttpSender {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(KEPT.0)
            .pool_idle_timeout(KEPT.1)
            .http1_max_buf_size(LONGEST_HEAD)
            .build(Connector::new(dialer, tls));
        HttpSender { client, longest_answer }
    }

    /// Sends a request and waits until the deadline for the answer, its body too if that is wanted.
    pub(crate) async fn send(
        &self,
        request: hyper::Request<Full<Bytes>>,
        answer: bool,
        now: i64,
        deadline: Instant,
    ) -> Result<Arrival, Setback> {
        let limit = answer.then_some(self.longest_answer);
        match timeout_at(deadline, self.client.request(request)).await {
            Ok(Ok(response)) => receive(response, limit, now, deadline).await,
            Ok(Err(error)) => Err(problem(&error).into()),
            Err(_) => Err(Problem::Timeout.into()),
        }
    }
}

/// What was wrong, from an error that may hold addresses.
fn problem(error: &Error) -> Problem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(connect) = error.downcast_ref::<ConnectError>() {
            return Problem::Connect(*connect);
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            return http_problem(error);
        }
        cause = error.source();
    }
    match error.is_connect() {
        true => Problem::Connect(ConnectError::Unreachable),
        false => Problem::Closed,
    }
}

fn http_problem(error: &hyper::Error) -> Problem {
    match error.is_parse() || error.is_parse_status() {
        true => Problem::NotHttp,
        false => Problem::Closed,
    }
}
