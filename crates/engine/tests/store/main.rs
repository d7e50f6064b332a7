//! The embedded store, seen from outside.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod copies;
mod damage;
mod erasure;
mod failures;
mod model;
mod order;
mod reading;
mod recovery;
mod support;
mod threads;
