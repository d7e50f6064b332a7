//! Names, addresses and connections: the only way out, and the guard on it.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::guard::Guard;
use crate::problem::ConnectError;

/// A future that a trait object can give.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A connection.
pub trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// The network outside. [`SystemNetwork`] is the real one; tests and simulations have others.
///
/// Its two parts are apart so that nothing but the guard stands between them: a connection is made to
/// an address that was looked up and permitted, never to a name.
pub trait Network: Send + Sync {
    /// The addresses of a host, by its name.
    fn lookup<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;

    /// Connects to an address.
    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>>;
}

/// The machine's resolver and TCP.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNetwork;

impl Network for SystemNetwork {
    fn lookup<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((host, 0)).await?;
            Ok(addresses.map(|address| address.ip()).collect())
        })
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let stream: Box<dyn Stream> = Box::new(stream);
            Ok(stream)
        })
    }
}

/// Connects to hosts, at addresses that the guard permits.
pub(crate) struct Dialer {
    guard: Guard,
    network: Box<dyn Network>,
    patience: Duration,
}

impl Dialer {
    pub(crate) fn new(guard: Guard, network: Box<dyn Network>, patience: Duration) -> Dialer {
        Dialer { guard, network, patience }
    }

    /// How long a connection may take to stand, TLS included.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// Connects to a host, given by name or address, with or without the brackets of IPv6.
    pub(crate) async fn dial(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Box<dyn Stream>, ConnectError> {
        let deadline = Instant::now() + self.patience;
        let host = bare(host);
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => timeout_at(deadline, self.network.lookup(host))
                .await
                .map_err(|_| ConnectError::Slow)?
                .map_err(|_| ConnectError::Unknown)?,
        };
        if addresses.is_empty() {
            return Err(ConnectError::Unknown);
        }
        let permitted: Vec<IpAddr> =
            addresses.into_iter().filter(|address| self.guard.permits(host, *address)).collect();
        self.first_of(&permitted, port, deadline).await
    }

    /// Connects to the first address that lets itself be connected to. Each gets its share of the time
    /// that is left, so that one which does not answer leaves some for the next.
    async fn first_of(
        &self,
        addresses: &[IpAddr],
        port: u16,
        deadline: Instant,
    ) -> Result<Box<dyn Stream>, ConnectError> {
        let mut last = ConnectError::Denied;
        for (address, left) in addresses.iter().zip((1..=addresses.len()).rev()) {
            let now = Instant::now();
            let share = deadline.saturating_duration_since(now) / u32::try_from(left).unwrap_or(1);
            let connect = self.network.connect(SocketAddr::new(*address, port));
            match timeout_at(now + share, connect).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = ConnectError::from(&error),
                Err(_) => last = ConnectError::Slow,
            }
        }
        Err(last)
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialer").field("guard", &self.guard).finish_non_exhaustive()
    }
}

/// A host without the brackets that an IPv6 address has in a URL.
pub(crate) fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}
