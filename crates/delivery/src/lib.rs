//! Delivery: everything that leaves the server. HTTP requests, mails, and the lines of `log`
//! destinations.
//!
//! ```text
//! submit(Job) → queue of its destination → one attempt → Report::report(id, attempt, Outcome)
//! ```
//!
//! A [`Job`] is one attempt to deliver one message. Nothing that must survive a restart is kept here:
//! whoever submits jobs holds the messages, writes down what is reported, and submits the next
//! attempt when [`Outcome::Again`] says so. At least once, always with the same idempotency key.
//!
//! # What a queue does
//!
//! Each destination, and each host of webhooks, has a queue of its own, so that a receiver that hangs
//! delays nobody else. A queue
//!
//! - makes at most [`QueueSettings::at_once`] attempts at once and lets at most
//!   [`QueueSettings::waiting`] jobs wait; more are refused, and [`Report::room`] tells when to come back;
//! - keeps the `limit` of each message: no stretch of time sees more than that. Messages of one
//!   destination with the same limit share it; others do not wait behind them;
//! - leaves a receiver alone that keeps failing (a circuit breaker, [`BreakerSettings`]): jobs wait, and one
//!   probe at a time finds out whether it is well again;
//! - is disabled when its receiver answers 410: jobs wait until [`Deliverer::enable`]. Who reports are for is told
//!   ([`Report::gone`]), and asked when the queue is opened anew;
//! - rests for a while when its receiver answers 429 or 503 with `Retry-After`;
//! - asks [`Report::wanted`] before an attempt begins, so that what was erased or dropped does not leave.
//!
//! There is one queue a receiver that sources and settings name: no value decides who is called. Queues that have
//! nothing to do, and of which there is nothing to remember, are forgotten, and [`Settings::most_waiting`] jobs wait in all
//! of them together, or a few more for each.
//!
//! # What is tried again
//!
//! No connection, no answer in time, an answer that breaks off; 408, 425, 429 and 5xx; a mail server's 4xx,
//! and whatever keeps it from letting us begin. After a pause drawn between the first pause and a ceiling
//! that doubles up to the longest one, or as long as `Retry-After` says if that is longer. Everything
//! else fails at once: other 4xx, redirects (they are not followed), a mail server's 5xx, an address that may
//! not be called. A wanted answer that is too long fails too.
//!
//! # What never happens
//!
//! - A connection to an address that is not public, unless [`Guard::allowing`] lists it. The guard stands
//!   between look-up and connection, and sees the very address that is connected to.
//! - A redirect, a proxy from the environment, a cookie.
//! - A secret, a URL, a header, a body, a mail address or a text of a receiver in a log, a reason or a
//!   `Debug`.
//!
//! Clock, seed and network come in from outside ([`Parts`]); how long things take is tokio's clock, which
//! tests can pause. This crate does not know the engine, nor the server's HTTP.
//!
//! Start at [`Deliverer`], then `queue/core.rs` (when a job may leave) and `attempt.rs` (how it does).

mod attempt;
mod backoff;
mod clock;
mod deliverer;
mod guard;
mod http;
mod job;
mod mail;
mod network;
mod pool;
mod problem;
mod queue;
mod settings;
mod signing;
mod sink;
mod tls;
mod verdict;

pub use clock::{Clock, SystemClock};
pub use deliverer::{Deliverer, Parts, Refused, StartError};
pub use guard::{Guard, GuardError};
pub use job::{Job, JobId, Outcome, Report};
pub use network::{BoxFuture, Network, Stream, SystemNetwork};
pub use queue::{BreakerSettings, Circuit, LastFailure, QueueStatus, Refusal};
pub use settings::{QueueSettings, Settings};
pub use signing::{SigningSecret, SigningSecretError};
pub use sink::{JsonLines, LogLine, Sink};
pub use tls::{Roots, RootsError};
