//! What editors load works in those editors.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod clients;
mod snippets;
mod support;
mod vscode;
