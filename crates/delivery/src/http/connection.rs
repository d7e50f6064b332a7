//! A connection to a receiver, with HTTP/1 on it.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::http_problem;
use crate::network::Dialer;
use crate::pool::Resting;
use crate::problem::{ConnectError, Problem};
use crate::tls::{Tls, Wire};

/// The longest head of a response.
const LONGEST_HEAD: usize = 64 * 1024;

/// How long a connection may take to be free for the next request.
const FREED: Duration = Duration::from_millis(100);

/// Whom a connection leads to.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Origin {
    secure: bool,
    host: String,
    port: u16,
}

impl Origin {
    pub(super) fn of(uri: &Uri) -> Result<Origin, Problem> {
        let secure = uri.scheme_str() == Some("https");
        let host = uri.host().ok_or(Problem::Url)?.to_owned();
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Origin { secure, host, port })
    }
}

/// A connection. It is closed when it is dropped.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Moves the bytes.
    task: JoinHandle<()>,
}

impl Connection {
    /// Connects where the guard permits it.
    pub(super) async fn open(
        dialer: &Dialer,
        tls: &Tls,
        to: &Origin,
    ) -> Result<Connection, Problem> {
        let wire = timeout(dialer.patience(), wire(dialer, tls, to));
        let wire = wire.await.map_err(|_| ConnectError::Slow)??;
        let shaken = Builder::new().max_buf_size(LONGEST_HEAD).handshake(TokioIo::new(wire)).await;
        let (sender, connection) = shaken.map_err(|error| http_problem(&error))?;
        let task = tokio::spawn(async move {
            // What goes wrong is told to whoever waits for the answer.
            let _ = connection.await;
        });
        Ok(Connection { sender, task })
    }

    /// Sends a request and waits for the head of the answer.
    pub(super) async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Problem> {
        self.sender.send_request(request).await.map_err(|error| http_problem(&error))
    }

    /// Waits until another request can be sent, which is at once if the last one was sent and its answer
    /// was read to the end.
    pub(super) async fn is_free(&mut self) -> bool {
        timeout(FREED, self.sender.ready()).await.is_ok_and(|ready| ready.is_ok())
    }
}

async fn wire(dialer: &Dialer, tls: &Tls, to: &Origin) -> Result<Wire, ConnectError> {
    let stream = dialer.dial(&to.host, to.port).await?;
    match to.secure {
        true => tls.secure(&to.host, stream).await,
        false => Ok(Wire::Plain(stream)),
    }
}

impl Resting for Connection {
    async fn farewell(self) {
        drop(self);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}
