//! The syntax of Journey: lexer, parser, lossless tree and typed views.
//!
//! This crate turns text into a tree and never fails: what does not follow the grammar becomes an
//! error node and an entry in a list of errors. It does not know what names mean, which types
//! there are, or where text comes from.
//!
//! Start at [`parse()`], which makes a [`Parse`]; its [`Tree`] holds the text and the tape, and
//! [`ast`] has a typed view for each rule of `grammar/journey.pest`.

mod error;
mod generated;
mod lexer;
mod node;
mod parser;
mod tree;

pub mod literal;
pub mod operators;
pub mod texts;

/// Typed views of the tree, one for each rule of the grammar.
///
/// Names follow from the rules: rule `customer_decl` makes [`ast::CustomerDecl`]; what it refers
/// to once is `fn name() -> Option<Name>`, what can repeat is `fn fields()`, and a token is
/// `fn int_lit_token()` or `fn kw_not_tokens()`. Silent choices are enums; the whole expression
/// ladder is [`ast::Expr`].
pub mod ast {
    pub use crate::generated::ast::*;
    pub use crate::node::AstNode;
}

pub use error::SyntaxError;
pub use generated::kind::{CONTEXTUAL, RESERVED, SyntaxKind};
pub use node::{AstNode, Children, Elements, SyntaxElement, SyntaxNode, SyntaxToken, Tokens};
pub use parser::{MAX_DEPTH, MAX_ERRORS, Parse, parse};
pub use tree::{MAX_TEXT, SyntaxPtr, TapeNode, Tree};

/// Whether a word is a keyword that cannot be a name.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|(reserved, _)| *reserved == word)
}
