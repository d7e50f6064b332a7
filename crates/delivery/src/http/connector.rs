//! Connections for the HTTP client.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tower_service::Service;

use crate::network::Dialer;
use crate::problem::ConnectError;
use crate::tls::{Tls, Wire};

/// Connects where the guard permits it, and secures what is `https`.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    dialer: Arc<Dialer>,
    tls: Tls,
}

impl Connector {
    pub(crate) fn new(dialer: Arc<Dialer>, tls: Tls) -> Connector {
        Connector { dialer, tls }
    }

    async fn connect(self, uri: Uri) -> Result<Wire, ConnectError> {
        let host = uri.host().ok_or(ConnectError::Unknown)?;
        let secure = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream = self.dialer.dial(host, port).await?;
        match secure {
            true => self.tls.secure(host, stream).await,
            false => Ok(Wire::Plain(stream)),
        }
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Wire>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let patience = this.dialer.patience();
            let wire = timeout(patience, this.connect(uri)).await;
            wire.map_err(|_| ConnectError::Slow)?.map(TokioIo::new)
        })
    }
}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}
