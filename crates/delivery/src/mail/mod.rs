//! Mails, handed in by SMTP.
//!
//! A session is a connection on which the server knows us: greeted, secured, logged in. It takes one
//! mail after the other, and rests for a while between them.

mod compose;
mod session;
mod starttls;

use std::fmt;
use std::sync::Arc;

use journey_vm::{MailMessage, MailServer};
use lettre::transport::smtp::extension::ClientId;

use crate::http::{Arrival, Setback};
use crate::network::Dialer;
use crate::pool::{Pool, Resting};
use crate::tls::Tls;
use session::Session;

/// Hands mails in.
pub(crate) struct MailSender {
    way: Way,
    pool: Arc<Pool<MailServer, Session>>,
}

/// How a server is reached.
struct Way {
    dialer: Arc<Dialer>,
    tls: Tls,
    /// How this machine names itself.
    name: ClientId,
}

/// What goes onto a mail for its way.
pub(crate) struct Postmark<'a> {
    /// The queue it stood in.
    pub(crate) queue: &'a str,
    /// The idempotency key.
    pub(crate) key: &'a str,
    /// When the journey asked for it.
    pub(crate) at: i64,
    /// How many sessions of the queue may rest.
    pub(crate) resting: usize,
}

impl MailSender {
    pub(crate) fn new(dialer: Arc<Dialer>, tls: Tls, name: Option<&str>) -> MailSender {
        let name = name.map_or_else(ClientId::default, |name| ClientId::Domain(name.to_owned()));
        MailSender { way: Way { dialer, tls, name }, pool: Arc::default() }
    }

    /// Hands a mail in.
    pub(crate) async fn send(
        &self,
        message: &MailMessage,
        mark: &Postmark<'_>,
    ) -> Result<Arrival, Setback> {
        let mail = compose::compose(message, mark.key, mark.at)?;
        let mut session = self.session(message, mark.queue).await?;
        let handed_in = session.hand_in(&mail).await;
        if session.is_usable() {
            self.pool.rest(mark.queue, &message.server, session, mark.resting);
        }
        Ok(Arrival { status: Some(handed_in?), body: None })
    }

    /// A session that rested, if it still stands, or a new one.
    async fn session(&self, message: &MailMessage, queue: &str) -> Result<Session, Setback> {
        while let Some(mut session) = self.pool.wake(queue, &message.server) {
            if session.is_alive().await {
                return Ok(session);
            }
        }
        let way = &self.way;
        Ok(Session::open(&way.dialer, &way.tls, &way.name, &message.server).await?)
    }
}

impl Resting for Session {
    async fn farewell(self) {
        self.close().await;
    }
}

impl fmt::Debug for MailSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailSender")
    }
}
