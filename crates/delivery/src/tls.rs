//! TLS: whom to trust, and connections that are secured or not.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use tokio_rustls::{TlsConnector, rustls::version};

use crate::network::{Stream, bare};
use crate::problem::{ConnectError, TlsProblem};

/// Whose certificates are trusted.
#[derive(Debug, Clone)]
pub struct Roots {
    /// Whether those of the machine are.
    pub system: bool,
    /// Others, each a file's content in PEM.
    pub extra: Vec<String>,
}

impl Default for Roots {
    fn default() -> Self {
        Roots { system: true, extra: Vec::new() }
    }
}

/// Why the certificates cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// A text is no certificate.
    #[error("certificate authority {0}: there is no PEM certificate in it that can be read")]
    Pem(usize),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

impl Roots {
    fn store(&self) -> Result<RootCertStore, RootsError> {
        let mut store = RootCertStore::empty();
        if self.system {
            let found = rustls_native_certs::load_native_certs();
            let (added, _) = store.add_parsable_certificates(found.certs);
            if added == 0 {
                tracing::warn!(
                    "this machine has no certificate authorities: https is not possible until \
                     they are installed (Debian: ca-certificates) or SSL_CERT_FILE names a file"
                );
            }
        }
        for (number, pem) in self.extra.iter().enumerate() {
            let bad = || RootsError::Pem(number + 1);
            let mut some = false;
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                store.add(certificate.map_err(|_| bad())?).map_err(|_| bad())?;
                some = true;
            }
            if !some {
                return Err(bad());
            }
        }
        Ok(store)
    }
}

/// Secures connections, of HTTP and of mail.
#[derive(Clone)]
pub(crate) struct Tls(TlsConnector);

impl Tls {
    pub(crate) fn new(roots: &Roots) -> Result<Tls, RootsError> {
        let setup = |error: rustls::Error| RootsError::Setup(error.to_string());
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(setup)?
            .with_root_certificates(roots.store()?)
            .with_no_client_auth();
        Ok(Tls(TlsConnector::from(Arc::new(config))))
    }

    /// Secures a connection to a host, which must show a certificate of its name.
    pub(crate) async fn secure(
        &self,
        host: &str,
        stream: Box<dyn Stream>,
    ) -> Result<Wire, ConnectError> {
        let name = ServerName::try_from(bare(host).to_owned())
            .map_err(|_| ConnectError::Tls(TlsProblem::OtherName))?;
        match self.0.connect(name, stream).await {
            Ok(secured) => Ok(Wire::Secured(Box::new(secured))),
            Err(error) => Err(ConnectError::Tls(TlsProblem::from(&error))),
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// A connection, secured or not.
pub(crate) enum Wire {
    Plain(Box<dyn Stream>),
    Secured(Box<TlsStream<Box<dyn Stream>>>),
}

impl Wire {
    fn stream(self: Pin<&mut Self>) -> Pin<&mut dyn Stream> {
        match self.get_mut() {
            Wire::Plain(stream) => Pin::new(stream),
            Wire::Secured(stream) => Pin::new(stream),
        }
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wire::Plain(_) => "Plain",
            Wire::Secured(_) => "Secured",
        })
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}
