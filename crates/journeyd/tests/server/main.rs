//! The program itself, as people start it, over sockets.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod configuration;
mod copies;
mod dev;
mod document;
mod erasure;
mod hostile;
mod journeys;
mod keys;
mod problems;
mod rejected;
mod same_answers;
mod segment;
mod stopping;
mod support;
mod tls;
#[allow(dead_code, unreachable_pub, reason = "shared with other crates' tests")]
#[path = "../../../delivery/tests/common/tools.rs"]
mod tools;
