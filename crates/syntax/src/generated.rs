//! What `cargo xtask codegen` writes from the grammar.

pub(crate) mod ast;
pub(crate) mod kind;
