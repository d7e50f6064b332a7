//! What editors and the canvas ask of a workspace, as plain data in their terms.
//!
//! One feature, one file: each is a function of a [`Workspace`] and a place in it, and gives data
//! that any protocol can carry. This crate does not know the language server's protocol, threads,
//! files or clocks; it changes nothing, and what should change it says as [`Edit`]s.
//!
//! Offsets are bytes of UTF-8. A place that is not in the file any more gives an empty answer, and
//! never a panic.

mod actions;
mod braces;
mod calls;
pub mod canvas;
mod completion;
mod definition;
mod diagnostics;
mod docs;
mod folding;
mod formatting;
mod hover;
mod inlay;
mod lens;
mod links;
mod names;
mod naming;
mod place;
mod references;
mod rename;
mod selection;
mod signature;
mod symbols;
mod tokendiff;
mod tokens;
mod tree;
mod words;
mod workspace_symbols;

#[cfg(test)]
mod fixture;

pub use actions::{Action, ActionKind, code_actions};
pub use braces::matching_brace;
pub use calls::{Call, CallItem, call_item, incoming_calls, outgoing_calls};
pub use completion::{Completion, CompletionKind, Completions, MAX_ITEMS, completions};
pub use definition::{definition, type_definition};
pub use diagnostics::diagnostics;
pub use folding::{Folding, FoldingKind, folding_ranges};
pub use formatting::{format_file, format_on_type, format_range};
pub use hover::{Hover, hover};
pub use inlay::{Inlay, InlayKind, inlay_hints};
pub use journey_base::{Diagnostic, Edit, FileId, Fix, TextRange};
pub use journey_fmt::FormatError;
pub use journey_ir::graph::{Counts, JourneyCounts, TileCounts};
pub use journey_sema::{Config, Workspace};
pub use lens::{Lens, LensKind, ResolvedLens, code_lenses, resolve_lens};
pub use links::{Link, document_links};
pub use place::{FilePosition, FileRange, edited};
pub use references::{Use, highlights, references};
pub use rename::{RenameError, prepare_rename, rename};
pub use selection::selection_ranges;
pub use signature::{Signature, signature_help};
pub use symbols::{Symbol, SymbolKind, document_symbols};
pub use tokens::{SemanticToken, TokenKind, TokenModifiers, semantic_tokens};
pub use workspace_symbols::{FoundSymbol, workspace_symbols};
