//! One connection, from its first byte to its last.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::Version;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tower_service::Service;

use super::activity::{Activity, Overdue, Running};
use super::stream::Watched;
use super::tls::TlsFiles;
use crate::config::Limits;
use crate::observe::Stopping;
use crate::observe::metrics::{ClosedLabels, HttpMetrics};

/// How often a connection is looked at while nothing says when to.
const TICK: Duration = Duration::from_secs(2);

/// Largest head of a request.
const HEAD: usize = 32 * 1024;

/// Requests at a time on one connection of HTTP/2.
const STREAMS: u32 = 128;

/// What all connections share.
pub(super) struct Shared {
    router: Router,
    builder: Builder<TokioExecutor>,
    head_time: Duration,
    idle_time: Duration,
    write_idle_time: Duration,
    metrics: HttpMetrics,
    tls: Option<TlsFiles>,
}

impl Shared {
    pub(super) fn new(
        router: Router,
        limits: &Limits,
        metrics: HttpMetrics,
        tls: Option<TlsFiles>,
    ) -> Shared {
        let mut builder = Builder::new(TokioExecutor::new());
        // Times are kept by `Activity`: those of hyper begin only once it knows which HTTP it is.
        builder.http1().header_read_timeout(None).max_buf_size(HEAD);
        builder.http2().max_header_list_size(HEAD as u32).max_concurrent_streams(STREAMS);
        Shared {
            router,
            builder,
            head_time: limits.head_time.0,
            idle_time: limits.idle_time.0,
            write_idle_time: limits.write_idle_time.0,
            metrics,
            tls,
        }
    }

    /// Serves a connection until it ends, is overdue, or the server stops.
    pub(super) async fn drive(&self, socket: TcpStream, stopping: Stopping) {
        self.metrics.connections.inc();
        let _open = Open(&self.metrics);
        let activity = Activity::new(self.head_time, self.idle_time);
        // An answer is written whole: waiting for more to send with it only delays it.
        let _ = socket.set_nodelay(true);
        match self.tls.as_ref().map(TlsFiles::acceptor) {
            None => self.serve(socket, activity, stopping).await,
            Some(acceptor) => match timeout(self.head_time, acceptor.accept(socket)).await {
                Ok(Ok(socket)) => self.serve(socket, activity, stopping).await,
                Ok(Err(_)) | Err(_) => self.closed("handshake"),
            },
        }
    }

    async fn serve<S>(&self, socket: S, activity: Activity, mut stopping: Stopping)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let socket = Watched::new(socket, activity.clone(), self.write_idle_time);
        let requests = activity.clone();
        let service = service_fn(|request: hyper::Request<Incoming>| {
            let running = requests.begin(request.version() == Version::HTTP_2);
            let mut router = self.router.clone();
            async move {
                let request: Request = request.map(Body::new);
                let response = router.call(request).await;
                response.map(|response| response.map(|body| Held { body, _running: running }))
            }
        });
        let mut connection = pin!(self.builder.serve_connection(TokioIo::new(socket), service));
        let mut ending = None;
        loop {
            let due = activity.deadline();
            let tick = Instant::now() + TICK;
            let look = due.map_or(tick, |(due, _)| due.min(tick));
            tokio::select! {
                ended = connection.as_mut() => {
                    if ended.is_err() {
                        self.closed("protocol");
                    }
                    return;
                }
                () = stopping.begun(), if ending.is_none() => {
                    connection.as_mut().graceful_shutdown();
                    ending = Some(None);
                }
                () = sleep_until(look) => {}
            }
            let now = Instant::now();
            match activity.deadline() {
                Some((due, Overdue::Head)) if due <= now => return self.closed("head_time"),
                // It is said goodbye to, and given time to hear it.
                Some((due, Overdue::Idle)) if due <= now => match ending {
                    Some(Some(by)) if by <= now => return self.closed("idle_time"),
                    Some(Some(_)) => {}
                    _ => {
                        connection.as_mut().graceful_shutdown();
                        ending = Some(Some(now + TICK));
                    }
                },
                _ => {}
            }
        }
    }

    fn closed(&self, reason: &'static str) {
        self.metrics.closed.get_or_create(&ClosedLabels { reason }).inc();
    }
}

/// Counts a connection while it is open.
struct Open<'a>(&'a HttpMetrics);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.connections.dec();
    }
}

/// The body of an answer. While it is sent, its request runs.
struct Held {
    body: Body,
    _running: Running,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
