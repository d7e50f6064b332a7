//! Where connections come in.
//!
//! `axum::serve` waits for ever for whoever says nothing. This loop does not: see [`connection`].

mod activity;
mod connection;
mod stream;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::connection::Shared;
pub use self::tls::{TlsError, TlsFiles};
use crate::config::Limits;
use crate::observe::metrics::HttpMetrics;
use crate::observe::{Stop, Stopping};

/// How long to wait when the system has no more sockets to give.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// A socket that listens.
pub struct Listener {
    socket: TcpListener,
    tls: Option<TlsFiles>,
}

impl Listener {
    /// Begins to listen; connections wait until [`Listener::serve`].
    ///
    /// # Errors
    /// The address is taken, or not ours.
    pub async fn bind(address: SocketAddr, tls: Option<TlsFiles>) -> io::Result<Listener> {
        Ok(Listener { socket: TcpListener::bind(address).await?, tls })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `stopping`, then lets requests that have begun end, for as long as `drain`.
    /// Says how many connections it gave up.
    pub async fn serve(
        self,
        router: Router,
        limits: &Limits,
        metrics: HttpMetrics,
        mut stopping: Stopping,
        drain: Duration,
    ) -> usize {
        let places = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let stop = Stop::default();
        let shared = Arc::new(Shared::new(router, limits, metrics, self.tls));
        let mut connections = JoinSet::new();
        loop {
            let place = tokio::select! {
                place = Arc::clone(&places).acquire_owned() => place,
                () = stopping.begun() => break,
            };
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                () = stopping.begun() => break,
            };
            while connections.try_join_next().is_some() {}
            match accepted {
                Ok((socket, _)) => {
                    let (shared, stopping) = (Arc::clone(&shared), stop.listener());
                    connections.spawn(async move {
                        shared.drive(socket, stopping).await;
                        drop(place);
                    });
                }
                Err(error) if of_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    tokio::time::sleep(EXHAUSTED).await;
                }
            }
        }
        drop(self.socket);
        stop.stop();
        let all = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(drain, all).await.is_err() {
            let left = connections.len();
            connections.shutdown().await;
            return left;
        }
        0
    }
}

/// Whether an error concerns one connection, which went away before it was accepted.
fn of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
