//! `Idempotency-Key`: a request that is sent again is answered again, and done once.
//!
//! The frame handles the header for every POST of [`Group::api`](super::Group::api). What a
//! handler returns is kept when it returns. So that nothing is done twice if the process ends before that,
//! a handler takes [`Idempotent`] and writes its [note](Idempotent::note) in the very write of its
//! effect. A request that is sent again and finds only the note is [done](Idempotent::is_done) already: the
//! handler answers with what has become.

mod layer;
mod memory;
mod record;
mod stored;
mod streamed;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

pub(crate) use layer::remember;
pub use memory::MemoryResponses;
pub(crate) use record::{Kept, Remembered};
pub use stored::StoredResponses;
pub(crate) use streamed::Streamed;

use super::problem::Problem;
use crate::runtime::Note;
use crate::sync::lock;

/// What a request is remembered under: who sent it, and the key they gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestKey(pub [u8; 32]);

/// Tells whether two requests are the same: method, path, query and body.
pub(crate) type Fingerprint = [u8; 32];

/// A row to be written: an answer to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is remembered under.
    pub key: RequestKey,
    /// What is remembered.
    pub value: Vec<u8>,
    /// Until when, in milliseconds since 1970.
    pub expires: u64,
}

/// Something that is waited for.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why answers cannot be kept. It goes to the log.
#[derive(Debug, thiserror::Error)]
#[error("answers to idempotent requests: {0}")]
pub struct ResponsesError(pub Box<dyn std::error::Error + Send + Sync>);

/// Where answers are kept.
pub trait Responses: Send + Sync {
    /// What is remembered under a key and has not expired.
    fn load(&self, key: RequestKey) -> Pending<'_, Result<Option<Vec<u8>>, ResponsesError>>;

    /// Remembers an answer, durably.
    fn save(&self, entry: Entry) -> Pending<'_, Result<(), ResponsesError>>;
}

/// Requests that were answered before, and those that are being answered.
pub struct Idempotency {
    responses: Arc<dyn Responses>,
    time: Duration,
    running: Arc<Mutex<HashMap<RequestKey, Fingerprint>>>,
}

/// A request that is being answered; no other under its key is, while this is held.
struct Running {
    key: RequestKey,
    all: Arc<Mutex<HashMap<RequestKey, Fingerprint>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        lock(&self.all).remove(&self.key);
    }
}

impl Idempotency {
    pub(super) fn new(responses: Arc<dyn Responses>, time: Duration) -> Idempotency {
        Idempotency { responses, time, running: Arc::default() }
    }

    /// Begins a request; if another runs under its key, the fingerprint of that.
    fn begin(&self, key: RequestKey, fingerprint: Fingerprint) -> Result<Running, Fingerprint> {
        let mut running = lock(&self.running);
        if let Some(other) = running.get(&key) {
            return Err(*other);
        }
        running.insert(key, fingerprint);
        Ok(Running { key, all: Arc::clone(&self.running) })
    }
}

/// The idempotency key of a request, for handlers that keep their answer in the write of their effect.
#[derive(Debug, Clone)]
pub struct Idempotent(Option<Arc<Keyed>>);

#[derive(Debug)]
struct Keyed {
    key: RequestKey,
    fingerprint: Fingerprint,
    time: Duration,
    done: bool,
}

impl Idempotent {
    /// Whether what is asked for was done by a process that ended before it could answer.
    pub fn is_done(&self) -> bool {
        self.0.as_ref().is_some_and(|keyed| keyed.done)
    }

    /// The note that this request is done, to be written with its effect; none if it has no key.
    pub fn note(&self) -> Option<Note> {
        let keyed = self.0.as_ref()?;
        let (key, value) = stored::row(&keyed.entry(Kept::note(&keyed.fingerprint)));
        Some(Note { key, value })
    }

    /// A name for a part of what the request asks for, the same when it is sent again; none if it has no
    /// key.
    pub fn name_of(&self, part: usize) -> Option<String> {
        let keyed = self.0.as_ref()?;
        Some(format!("{}-{part}", data_encoding::HEXLOWER.encode(&keyed.key.0)))
    }
}

impl Keyed {
    fn entry(&self, value: Vec<u8>) -> Entry {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let expires = u64::try_from((since + self.time).as_millis()).unwrap_or(u64::MAX);
        Entry { key: self.key, value, expires }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Idempotent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<Idempotent>().cloned().unwrap_or(Idempotent(None)))
    }
}
