//! The engine: what stands between `apply` and a disk, so that journeys run durably.
//!
//! It takes commands in batches, loads the customers they concern from a [`store`], lets
//! `journey_vm`'s `apply` say what happens, and writes records, timers,
//! outbox, counters and timeline back as one atomic batch.
//!
//! It does not know HTTP, destinations or configuration. It reads no clock and draws no random
//! number: the time and seeds come in from outside, and whoever drives it says when something is to
//! be made durable. So the server drives it with threads, and the fault simulator with a seeded
//! scheduler, and both see the same answers. The only files it touches are those of the embedded
//! store, and those through a trait.
//!
//! Start at [`store::Store`], which everything else stands on.

pub mod command;
pub mod control;
pub mod counters;
pub mod deploy;
pub mod erasure;
pub mod experiments;
pub mod form;
pub mod keys;
pub mod lifecycle;
mod mention;
pub mod outbox;
pub mod planted;
pub mod rejected;
pub mod shard;
pub mod store;
pub mod timeline;
pub mod trouble;
