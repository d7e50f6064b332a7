//! What can be set, from where, and what it is set to.
//!
//! Defaults stand here. Over them lie `journeyd.toml`, then `JOURNEYD_*` in the environment, then
//! flags. [`load`] lays them over one another and remembers for each key where its value came from.
//!
//! A new section is a struct with [`Default`], [`Serialize`] and [`Deserialize`], and a field of
//! [`Config`]: its keys, variables and origins follow from that. A path or text that may be
//! absent is empty when it is. `docs/configuration.md` tells of every key; a test compares.

mod breaker;
mod destinations;
mod layers;
mod shape;
mod values;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::runtime::ClockKind;

pub use breaker::{Breaker, OwnBreaker};
pub(crate) use destinations::variable;
pub use destinations::{DestinationConfig, SecretError, SecretSource, Secrets};
pub use layers::{ConfigError, Loaded, Origin, Sources, load};
pub use values::{Length, Size, ValueError};

/// All that can be set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Where requests come in.
    pub server: Server,
    /// How much of anything one caller, or all together, may ask for.
    pub limits: Limits,
    /// What is kept.
    pub data: Data,
    /// How journeys run.
    pub engine: EngineConfig,
    /// How messages leave.
    pub delivery: DeliveryConfig,
    /// What is told about the process.
    pub log: Log,
    /// How the process ends.
    pub stop: Stop,
    /// Where secrets are looked for.
    pub secrets: SecretsConfig,
    /// What each destination is set to.
    pub destinations: BTreeMap<String, DestinationConfig>,
}

/// Where requests come in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Server {
    /// The address to listen at; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A file the bound address is written into once it is.
    pub address_file: PathBuf,
    /// Whether to serve without TLS off loopback: behind a proxy that has it.
    pub plain_text: bool,
    /// Whether `/metrics` answers without a key.
    pub open_metrics: bool,
    /// Origins of web pages that may send events; `*` is any.
    pub allowed_origins: Vec<String>,
    /// TLS, if both files are named.
    pub tls: Tls,
}

/// The files of TLS, in PEM. They are read again when they change.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tls {
    /// The certificate and those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Tls {
    /// Whether TLS is wanted.
    pub fn wanted(&self) -> bool {
        !self.certificate.as_os_str().is_empty() || !self.key.as_os_str().is_empty()
    }
}

/// How much of anything one caller, or all together, may ask for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Connections at a time; further ones wait to be accepted.
    pub connections: usize,
    /// Requests at a time; further ones are answered 429.
    pub requests: usize,
    /// How long the head of a request, with TLS before it, may take.
    pub head_time: Length,
    /// How long a connection may lie idle between requests.
    pub idle_time: Length,
    /// How long a body may stand still.
    pub body_idle_time: Length,
    /// How long a reader of an answer may stand still.
    pub write_idle_time: Length,
    /// How slow a body may be, in bytes a second, after `body_idle_time`.
    pub body_rate: Size,
    /// How long a request may take before its answer begins; streams aside.
    pub request_time: Length,
    /// The largest body, inflated.
    pub body: Size,
    /// The largest event, and the longest line of events.
    pub event: Size,
    /// The largest body of lines of events, inflated; 0 is any size, since they are taken as they come.
    pub events_body: Size,
    /// The largest body of a list, inflated.
    pub stream_body: Size,
    /// What the bodies of all requests may hold in memory together.
    pub bodies_in_memory: Size,
    /// How deep JSON may nest.
    pub json_depth: usize,
    /// Requests a minute of one key, events aside; 0 is any number.
    pub requests_per_minute: u32,
    /// Requests with events a minute of one key; 0 is any number.
    pub ingest_requests_per_minute: u32,
    /// Who may watch journeys at a time, by `GET /api/v1/journeys/{id}/live`; further ones are answered 429.
    pub live_listeners: usize,
    /// How long the answer to a request with an `Idempotency-Key` is remembered.
    pub idempotency_time: Length,
}

impl Limits {
    /// The largest body of lines of events.
    pub(crate) fn longest_events_body(&self) -> Size {
        if self.events_body.0 == 0 { Size(u64::MAX) } else { self.events_body }
    }
}

/// What is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Data {
    /// The folder of all that is kept.
    pub directory: PathBuf,
    /// How long after an erasure the store is compacted at the latest, so that no byte of it is left.
    pub erase_within: Length,
}

/// How journeys run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct EngineConfig {
    /// How many shards a new store gets; 0 is one for each core. A store keeps the number it was
    /// made with.
    pub shards: u16,
    /// How many members a second go on again when a journey is resumed.
    pub release_rate: u32,
    /// Whose clock: `wall`, the machine's; `events`, the latest time of an event, for tests with
    /// event logs.
    pub clock: ClockKind,
}

impl Default for EngineConfig {
    fn default() -> Self {
        EngineConfig { shards: 0, release_rate: 10_000, clock: ClockKind::Wall }
    }
}

/// How messages leave.
#[derive(Default, Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct DeliveryConfig {
    /// Addresses, networks and names of hosts that may be called though they are not public.
    pub allow: Vec<String>,
    /// How this machine names itself to mail servers; `[127.0.0.1]` if nothing is said.
    pub mail_name: String,
    /// When a receiver that fails is left alone.
    pub breaker: Breaker,
}

/// What is told about the process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Log {
    /// Text for people or JSON for programs.
    pub format: LogFormat,
    /// The least that is told: `error`, `warn`, `info`, `debug`, `trace`; or by module, as in `info,journeyd::http=debug`.
    pub level: String,
}

/// Forms of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A line of JSON.
    Json,
}

/// How the process ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Stop {
    /// How long to serve on, saying not to be ready, before no more connections are accepted.
    pub delay: Length,
    /// How long requests that have begun may take to end.
    pub drain: Length,
}

/// Where secrets are looked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SecretsConfig {
    /// A folder with a file `DESTINATION.NAME` for each secret, as container platforms mount them.
    pub directory: PathBuf,
}

impl Default for Server {
    fn default() -> Self {
        Server {
            listen: SocketAddr::from(([127, 0, 0, 1], 4010)),
            address_file: PathBuf::new(),
            plain_text: false,
            open_metrics: false,
            allowed_origins: Vec::new(),
            tls: Tls::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 10_000,
            requests: 2_048,
            head_time: Length::seconds(5),
            idle_time: Length::seconds(75),
            body_idle_time: Length::seconds(10),
            write_idle_time: Length::seconds(30),
            body_rate: Size(512),
            request_time: Length::seconds(60),
            body: Size::mib(1),
            event: Size::kib(256),
            events_body: Size(0),
            stream_body: Size::mib(256),
            bodies_in_memory: Size::mib(256),
            json_depth: 64,
            requests_per_minute: 6_000,
            ingest_requests_per_minute: 0,
            live_listeners: 256,
            idempotency_time: Length::seconds(86_400),
        }
    }
}

impl Default for Data {
    fn default() -> Self {
        Data { directory: PathBuf::from("journeyd-data"), erase_within: Length::seconds(3_600) }
    }
}

impl Default for Log {
    fn default() -> Self {
        Log { format: LogFormat::Text, level: "info".to_owned() }
    }
}

impl Default for Stop {
    fn default() -> Self {
        Stop { delay: Length::seconds(0), drain: Length::seconds(30) }
    }
}
