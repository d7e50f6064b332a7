//! The program itself, as people start it, over sockets.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod configuration;
mod document;
mod hostile;
mod journeys;
mod keys;
mod problems;
mod same_answers;
mod stopping;
mod support;
mod tls;
