//! The program itself, as people start it, over sockets.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod analytics;
mod audiences;
mod configuration;
mod console;
mod copies;
mod dev;
mod document;
mod erasure;
mod errors;
mod event_lines;
mod hostile;
mod journeys;
mod keys;
mod live;
mod members;
mod metrics;
mod moves;
mod once;
mod pages;
mod problems;
mod receiver;
mod receivers;
mod rejected;
mod same_answers;
mod segment;
mod signing;
mod stopping;
mod strangers;
mod support;
mod timeline;
mod tls;
#[allow(dead_code, unreachable_pub, reason = "shared with other crates' tests")]
#[path = "../../../delivery/tests/common/tools.rs"]
mod tools;
