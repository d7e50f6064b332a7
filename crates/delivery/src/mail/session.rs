//! A session with a mail server.

use std::error::Error as _;
use std::fmt::{self, Display};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use journey_vm::MailServer;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

use super::compose::Composed;
use super::starttls;
use crate::network::Dialer;
use crate::problem::{MailProblem, Problem, Step};
use crate::tls::{Tls, Wire};

/// So many bytes of replies may come for one mail, or while a session is opened.
const LONGEST_REPLIES: usize = 256 * 1024;

/// How long a session that rested may take to show that it still stands.
const SIGN_OF_LIFE: Duration = Duration::from_secs(3);

/// A session: greeted, secured if it is to be, logged in.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    watch: Arc<Watch>,
    usable: bool,
}

impl Session {
    pub(super) async fn open(
        dialer: &Dialer,
        tls: &Tls,
        name: &ClientId,
        server: &MailServer,
    ) -> Result<Session, Problem> {
        let host = server.host.as_str();
        let mode = server.tls.as_str();
        if !matches!(mode, "starttls" | "implicit" | "none") {
            return Err(MailProblem::TlsMode.into());
        }
        let stream = dialer.dial(host, server.port).await?;
        let (wire, greeting) = match mode {
            "implicit" => (tls.secure(host, stream).await?, starttls::NOT_GREETED),
            "none" => (Wire::Plain(stream), starttls::NOT_GREETED),
            _ => {
                let stream = starttls::ask(stream, name).await?;
                (tls.secure(host, stream).await?, starttls::GREETED)
            }
        };
        let watch = Arc::new(Watch::default());
        let wire = Watched { wire, greeting, watch: Arc::clone(&watch) };
        let connection = AsyncSmtpConnection::connect_with_transport(Box::new(wire), name).await;
        let connection = connection.map_err(|error| refused_us(&error, &watch))?;
        let mut session = Session { connection, watch, usable: true };
        if let Some((user, password)) = &server.login {
            session.log_in(user, password).await?;
        }
        Ok(session)
    }

    async fn log_in(&mut self, user: &str, password: &str) -> Result<(), Problem> {
        let credentials = Credentials::new(user.to_owned(), password.to_owned());
        match self.connection.auth(DEFAULT_MECHANISMS, &credentials).await {
            Ok(_) => Ok(()),
            Err(error) if error.status().is_some() || error.is_client() => {
                Err(MailProblem::Login(error.status().map(u16::from)).into())
            }
            Err(error) => Err(broke_off(&error, &self.watch)),
        }
    }

    /// Whether the server still answers.
    pub(super) async fn is_alive(&mut self) -> bool {
        self.watch.renew();
        timeout(SIGN_OF_LIFE, self.connection.test_connected()).await.unwrap_or(false)
    }

    /// Whether another mail can be handed in.
    pub(super) fn is_usable(&self) -> bool {
        self.usable
    }

    /// Says farewell.
    pub(super) async fn close(mut self) {
        // The connection is closed in any case.
        let _ = self.connection.quit().await;
    }

    /// Hands a mail in; gives the code of the reply.
    pub(super) async fn hand_in(&mut self, mail: &Composed) -> Result<u16, Problem> {
        self.watch.renew();
        self.usable = false;
        let handed_in = self.steps(mail).await;
        self.usable = match &handed_in {
            Ok(_) => true,
            Err(Problem::Mail(MailProblem::NoUtf8)) => true,
            // The server refused the mail, not the session.
            Err(Problem::Mail(MailProblem::Refused { code, .. })) if *code != 421 => {
                self.connection.command(Rset).await.is_ok()
            }
            Err(_) => false,
        };
        handed_in
    }

    async fn steps(&mut self, mail: &Composed) -> Result<u16, Problem> {
        let options = self.options(mail)?;
        self.step(Mail::new(Some(mail.from.clone()), options), Step::Sender).await?;
        self.step(Rcpt::new(mail.to.clone(), Vec::new()), Step::Recipient).await?;
        self.step(Data, Step::Content).await?;
        let reply = self.connection.message(&mail.content).await;
        self.reply(reply, Step::Content)
    }

    fn options(&self, mail: &Composed) -> Result<Vec<MailParameter>, Problem> {
        if !mail.needs_utf8() {
            return Ok(Vec::new());
        }
        let server = self.connection.server_info();
        let able = server.supports_feature(Extension::SmtpUtfEight)
            && server.supports_feature(Extension::EightBitMime);
        let body = MailParameter::Body(MailBodyParameter::EightBitMime);
        able.then(|| vec![MailParameter::SmtpUtfEight, body])
            .ok_or_else(|| MailProblem::NoUtf8.into())
    }

    async fn step(&mut self, command: impl Display, step: Step) -> Result<u16, Problem> {
        let reply = self.connection.command(command).await;
        self.reply(reply, step)
    }

    fn reply(&self, reply: Result<Response, Error>, step: Step) -> Result<u16, Problem> {
        match reply {
            Ok(response) => Ok(u16::from(response.code())),
            Err(error) => Err(match error.status().map(u16::from) {
                Some(code) => {
                    let enhanced = enhanced(&error);
                    MailProblem::Refused { step, code, enhanced }.into()
                }
                None => broke_off(&error, &self.watch),
            }),
        }
    }
}

/// The enhanced status code (RFC 3463) with which the text of a reply may begin. The rest of the text
/// is the server's own and may name the recipient.
fn enhanced(error: &Error) -> Option<String> {
    let text = error.source()?.to_string();
    let first = text.split_ascii_whitespace().next()?;
    let mut parts = first.split('.');
    let number = |part: Option<&str>| {
        part.is_some_and(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let three = number(parts.next()) && number(parts.next()) && number(parts.next());
    (three && parts.next().is_none()).then(|| first.to_owned())
}

/// The server did not let a session begin.
fn refused_us(error: &Error, watch: &Watch) -> Problem {
    match error.status() {
        Some(code) => MailProblem::Unwilling(u16::from(code)).into(),
        None => broke_off(error, watch),
    }
}

/// There was no reply, or none that can be read.
fn broke_off(error: &Error, watch: &Watch) -> Problem {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    match io {
        Some(error) if error.kind() == io::ErrorKind::InvalidData => MailProblem::NotSmtp.into(),
        Some(_) => Problem::Closed,
        None if watch.ended.load(Ordering::Relaxed) => Problem::Closed,
        None => MailProblem::NotSmtp.into(),
    }
}

/// Watches what is read.
struct Watch {
    left: AtomicUsize,
    ended: AtomicBool,
}

impl Default for Watch {
    fn default() -> Self {
        Watch { left: AtomicUsize::new(LONGEST_REPLIES), ended: AtomicBool::new(false) }
    }
}

impl Watch {
    fn renew(&self) {
        self.left.store(LONGEST_REPLIES, Ordering::Relaxed);
    }

    fn read(&self, bytes: usize) -> io::Result<()> {
        if bytes == 0 {
            self.ended.store(true, Ordering::Relaxed);
        }
        let left = self.left.load(Ordering::Relaxed);
        match left.checked_sub(bytes) {
            Some(left) => {
                self.left.store(left, Ordering::Relaxed);
                Ok(())
            }
            None => Err(io::Error::new(io::ErrorKind::InvalidData, "replies without end")),
        }
    }
}

/// A connection on which a reply without end is not read to its end, and which begins with a greeting
/// that was read before.
struct Watched {
    wire: Wire,
    greeting: &'static [u8],
    watch: Arc<Watch>,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}

impl AsyncTokioStream for Watched {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.greeting.is_empty() {
            let length = this.greeting.len().min(buf.remaining());
            let (now, later) = this.greeting.split_at(length);
            buf.put_slice(now);
            this.greeting = later;
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        match Pin::new(&mut this.wire).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                Poll::Ready(this.watch.read(buf.filled().len().saturating_sub(before)))
            }
            other => other,
        }
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().wire).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().wire).poll_shutdown(cx)
    }
}
