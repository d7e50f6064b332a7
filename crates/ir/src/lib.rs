//! Control-flow graph of a journey, lowering to bytecode, and the canvas graph.
//!
//! A checked workspace comes in as typed trees and goes out as a
//! [`Program`](journey_bytecode::Program). In between, each journey is a graph of basic blocks
//! ([`mod@cfg`]) whose expressions are still typed trees. This crate does not know source text, how
//! the checker came to its trees, or how a program is run; it reads no file and no clock, and
//! the same input gives the same program, byte for byte.
//!
//! Start at [`build()`] for the graph of a journey, at `emit.rs` for how it becomes code, and at
//! `expr.rs` and `predicate.rs` for expressions. [`graph`] is the picture people see: it is made
//! of the tree itself, and shares with lowering only what [`ways`] says of a tile's edges.

mod build;
mod calls;
pub mod cfg;
mod code;
mod condition;
pub mod diff;
mod emit;
mod error;
mod expr;
pub mod graph;
mod leaf;
mod locals;
mod lowering;
mod ops;
mod policies;
mod pool;
mod predicate;
mod program;
mod requests;
mod schema;
mod slots;
mod titles;
pub mod walk;
pub mod ways;
mod windows;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use build::build;
pub use error::LowerError;
pub use program::{lower, lower_journeys, lower_with_conditions};
pub use titles::{duration, source};
