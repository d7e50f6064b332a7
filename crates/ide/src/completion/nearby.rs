//! What is spoken of near the cursor: of all that fits by its type, that is meant most often.

use std::collections::HashSet;

use journey_base::TextRange;
use journey_syntax::{AstNode, SyntaxKind as K, SyntaxToken, ast};

use super::context::Context;

/// A name, with the one before its dot if there is one.
type Path<'t> = (&'t str, &'t str);

/// So many names of a file are looked at: one of a mebibyte has far more than anybody speaks of.
const MAX_NAMES: usize = 20_000;

/// The likeness of the very thing that a value is compared with.
pub(super) const ITSELF: u8 = 9;

/// The names near the cursor.
pub(super) struct Nearby<'t> {
    /// In the same declaration, or in the journey that a test is about.
    here: HashSet<Path<'t>>,
    /// In the same file.
    file: HashSet<Path<'t>>,
    /// What the value is given to or compared with, if that has a name: a parameter, a trait.
    given: Vec<String>,
    /// The other side of the comparison, as it is written.
    other: Option<&'t str>,
}

impl<'t> Nearby<'t> {
    pub(super) fn of(context: &'t Context) -> Nearby<'t> {
        let declaration = context.declaration().into_iter().flat_map(|node| node.leaves());
        let tested = context.tested.iter().flat_map(|tree| tree.tokens());
        let elsewhere = |(path, at)| (at != context.probe).then_some(path);
        let here = paths(declaration).filter_map(elsewhere);
        let here = here.chain(paths(tested).map(|(path, _)| path)).collect();
        let file = paths(context.trial.tree.tokens()).take(MAX_NAMES).filter_map(elsewhere);
        let file = file.collect();
        Nearby { here, file, given: given(context), other: other_side(context) }
    }

    /// How far away something is spoken of that is called so.
    pub(super) fn distance(&self, label: &str) -> u8 {
        let path = path(label);
        match () {
            () if self.here.contains(&path) => 0,
            () if self.file.contains(&path) => 1,
            () => 2,
        }
    }

    /// How much something is called like what it is given to: `to: cart.to`, `order.cart_id ==
    /// cart.id`, `name: customer.first_name`.
    pub(super) fn likeness(&self, label: &str) -> u8 {
        let (base, name) = path(label);
        let same = |given: &String| {
            let joined = given.strip_prefix(base).and_then(|rest| rest.strip_prefix('_'));
            name == given || joined == Some(name)
        };
        let ends = |given: &String| {
            let rest = name.strip_suffix(given.as_str());
            rest.is_some_and(|rest| rest.ends_with('_'))
        };
        match () {
            // Nothing is compared with itself.
            () if self.other == Some(label) => ITSELF,
            () if self.given.iter().any(same) => 0,
            () if self.given.iter().any(ends) => 1,
            () => 2,
        }
    }
}

/// The names among some tokens.
fn paths<'t>(
    tokens: impl Iterator<Item = SyntaxToken<'t>>,
) -> impl Iterator<Item = (Path<'t>, TextRange)> {
    let mut last: [Option<SyntaxToken<'t>>; 2] = [None, None];
    let tokens = tokens.filter(|token| !token.kind().is_trivia());
    tokens.filter_map(move |token| {
        let [before, dot] = last;
        last = [dot, Some(token)];
        let base = match (before, dot) {
            (Some(base), Some(dot)) if dot.kind() == K::DOT => base.text(),
            _ => "",
        };
        let known = is_word(token) || token.kind() == K::DURATION_LIT;
        known.then(|| ((base, token.text()), token.range()))
    })
}

/// The name that is meant by a label, with the one before its dot.
fn path(label: &str) -> Path<'_> {
    let label = label.strip_prefix("customer in ").unwrap_or(label);
    let name = label.split([' ', ':', '(']).next().unwrap_or_default();
    name.rsplit_once('.').unwrap_or(("", name))
}

/// What the value at the cursor is given to or compared with.
fn given(context: &Context) -> Vec<String> {
    let around = context.around();
    let name = |name: Option<ast::AnyName<'_>>| {
        name.map(|name| name.source().to_owned()).into_iter().collect()
    };
    for node in around.iter().rev() {
        let node = *node;
        return match node.kind() {
            K::ARG => {
                let arg = ast::Arg::cast(node).and_then(|arg| arg.arg_name());
                name(arg.and_then(|arg| arg.any_name()))
            }
            K::ASSIGNMENT => name(ast::Assignment::cast(node).and_then(|it| it.any_name())),
            K::FIELD => name(ast::Field::cast(node).and_then(|it| it.any_name())),
            K::TIMEZONE_CLAUSE => vec!["timezone".to_owned()],
            K::COMPARE_CHAIN => {
                let chain = ast::CompareChain::cast(node);
                chain.map(|chain| compared(context, chain)).unwrap_or_default()
            }
            K::NAME
            | K::NAME_EXPR
            | K::PAREN_EXPR
            | K::COALESCE_CHAIN
            | K::FIELD_CHAIN
            | K::FIELD_ACCESS
            | K::ANY_NAME => continue,
            _ => Vec::new(),
        };
    }
    Vec::new()
}

/// The other side of the comparison around the cursor.
fn other_side(context: &Context) -> Option<&str> {
    let around = context.around();
    let direct = [K::NAME, K::NAME_EXPR, K::FIELD_CHAIN, K::FIELD_ACCESS, K::ANY_NAME];
    let outer = around.iter().rev().find(|node| !direct.contains(&node.kind()))?;
    other_operand(context, ast::CompareChain::cast(*outer)?).map(|other| other.source())
}

fn other_operand<'t>(context: &Context, chain: ast::CompareChain<'t>) -> Option<ast::Expr<'t>> {
    let here = |it: &ast::Expr<'_>| {
        it.range().start <= context.probe.start && context.probe.end <= it.range().end
    };
    chain.exprs().find(|side| !here(side))
}

/// What others may call the other side of a comparison: `cart.id` is `id`, and `cart_id`.
fn compared(context: &Context, chain: ast::CompareChain<'_>) -> Vec<String> {
    let Some(other) = other_operand(context, chain) else { return Vec::new() };
    let words = other.syntax().leaves().filter(|token| !token.kind().is_trivia());
    let words: Vec<SyntaxToken<'_>> = words.collect();
    match words.as_slice() {
        [only] if is_word(*only) => vec![only.text().to_owned()],
        [base, dot, name] if dot.kind() == K::DOT && is_word(*name) => {
            vec![name.text().to_owned(), format!("{}_{}", base.text(), name.text())]
        }
        _ => Vec::new(),
    }
}

fn is_word(token: SyntaxToken<'_>) -> bool {
    token.kind() == K::IDENT || token.kind().is_keyword()
}
