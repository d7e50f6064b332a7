//! The server: journeys run durably, behind an HTTP API.
//!
//! `journeyd` keeps a workspace (its schema and its journeys), takes events in, runs journeys by
//! way of `journey-engine`, sends actions out, and shows what happens. What a journey means is not
//! known here: this crate is the process around the engine, with its clock, threads, files and sockets.
//!
//! Start at [`http`] for how a request is answered, at [`catalog`] for what runs, at [`runtime`]
//! for how it runs, at [`delivery`] for what leaves the process.

pub mod catalog;
pub mod delivery;
pub mod runtime;
