//! The parser in C. That it is what it says is the one thing that Rust cannot vouch for.
#![allow(unsafe_code)]

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_journey() -> *const ();
}

/// The grammar.
// SAFETY: `build.rs` compiled the function from what tree-sitter generated, and it gives a `TSLanguage` that is never
// freed. The language calls `scanner.c`, which is written by hand: it allocates one byte in `create` and frees it in
// `destroy`, writes that byte into the buffer of `serialize`, and reads the text only through the
// lexer it is handed. The tests of this crate have it read mutants and texts that are cut off anywhere.
pub(super) const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_journey) };
