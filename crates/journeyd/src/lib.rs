//! The server: journeys run durably, behind an HTTP API.
//!
//! `journeyd` keeps a workspace (its schema and its journeys), takes events in, runs journeys by
//! way of `journey-engine`, sends actions out, and shows what happens. What a journey means is not
//! known here: this crate is the process around the engine, with its clock, threads, files and sockets.
//!
//! Start at [`server`] for what is started and how it ends, at [`http`] for how a request is
//! answered, at [`catalog`] for what runs, at [`runtime`] for how it runs,
//! at [`engine`] for how these are put together. [`config`] tells what can be set, [`observe`] what is told.

pub mod analytics;
pub mod auth;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod control;
pub mod copies;
pub mod descriptors;
pub mod dev;
pub mod engine;
pub mod http;
pub mod instance;
pub mod lines;
pub mod observe;
pub mod outside;
pub mod pages;
pub mod runtime;
pub mod secret;
pub mod server;
pub mod story;
mod sync;
pub mod upkeep;
