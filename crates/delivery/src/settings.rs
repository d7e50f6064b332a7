//! What delivery is told by the configuration.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::guard::Guard;
use crate::queue::BreakerSettings;
use crate::signing::SigningSecret;
use crate::tls::Roots;

/// What delivery is told by the configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How requests name this program: `User-Agent`.
    pub agent: String,
    /// How this machine names itself to mail servers: a host name. Without one it says `[127.0.0.1]`.
    pub mail_name: Option<String>,
    /// Which addresses may be called.
    pub guard: Guard,
    /// Whose certificates are trusted.
    pub roots: Roots,
    /// How long a connection may take to stand, TLS included, within the timeout of an attempt.
    pub connect_timeout: Duration,
    /// How many bytes an answer may have that is wanted.
    pub longest_answer: usize,
    /// A pause that a receiver asks for by `Retry-After` is cut to this.
    pub longest_retry_after: Duration,
    /// How many jobs wait in all queues together. Beyond that a queue takes no more than a few.
    pub most_waiting: usize,
    /// Queues that are not named below.
    pub default: QueueSettings,
    /// Queues, by the name of their destination or the host of their webhooks.
    pub queues: BTreeMap<String, QueueSettings>,
}

/// How one queue works.
#[derive(Debug, Clone)]
pub struct QueueSettings {
    /// How many attempts may be under way at once.
    pub at_once: usize,
    /// How many jobs may wait; more are refused until there is room.
    pub waiting: usize,
    /// When the receiver is left alone.
    pub breaker: BreakerSettings,
    /// What HTTP requests are signed with. None: they are not signed.
    pub signing: Vec<SigningSecret>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            agent: concat!("journeyd/", env!("CARGO_PKG_VERSION")).to_owned(),
            mail_name: None,
            guard: Guard::default(),
            roots: Roots::default(),
            connect_timeout: Duration::from_secs(10),
            longest_answer: 64 * 1024,
            longest_retry_after: Duration::from_secs(3_600),
            most_waiting: 32_768,
            default: QueueSettings::default(),
            queues: BTreeMap::new(),
        }
    }
}

impl Default for QueueSettings {
    fn default() -> Self {
        QueueSettings {
            at_once: 16,
            waiting: 1_024,
            breaker: BreakerSettings::default(),
            signing: Vec::new(),
        }
    }
}

impl Settings {
    /// How a queue works.
    pub(crate) fn queue(&self, name: &str) -> &QueueSettings {
        self.queues.get(name).unwrap_or(&self.default)
    }
}
