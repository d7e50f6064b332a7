//! What must come next where something is begun and not whole: any value would be in its way.

use journey_syntax::{AstNode, SyntaxKind as K, ast};

use super::context::Context;
use super::fit::FIRST;
use super::{CompletionKind, Found};

/// Offers what is missing before the cursor; says whether anything is.
pub(super) fn complete(context: &Context, found: &mut Found) -> bool {
    let (kind, label, insert, about) = match () {
        () if lacks_equals(context) => (CompletionKind::Value, "= …", "= $0", "what it is"),
        () if lacks_colon(context) => (CompletionKind::Value, ": …", ": $0", "its type"),
        () if lacks_to(context) => {
            let bound = match context.before_last() {
                Some(K::KW_REPEAT) => "to ${1:3} times$0",
                _ => "to ${1:3d}$0",
            };
            (CompletionKind::Keyword, "to", bound, "at most so much")
        }
        () if lacks_block(context) => {
            (CompletionKind::Arm, "{ … }", "{\n  $0\n}", "what happens then")
        }
        () => return false,
    };
    found.snippet(kind, label, insert.to_owned(), about, FIRST);
    found.closed = true;
    true
}

/// Whether a name is defined here, and the `=` is not there yet.
fn lacks_equals(context: &Context) -> bool {
    let defined = matches!(context.parent(), Some(K::LET_DECL | K::LET_TILE | K::DEFINITION));
    defined && is_named(context)
}

/// Whether a field or a parameter is named here, and the `:` is not there yet.
fn lacks_colon(context: &Context) -> bool {
    let typed = context.kinds.contains(&K::NAMED_TYPE);
    typed && is_named(context)
}

/// Whether a name stands before the cursor, perhaps with the external one or an attribute.
fn is_named(context: &Context) -> bool {
    let ends = [K::IDENT, K::TEXT_QUOTE, K::LONG_QUOTE, K::R_PAREN];
    context.before().is_some_and(|before| ends.contains(&before))
}

/// Whether the `up` of `up to` stands before the cursor. Behind `wait` it could be a constant.
fn lacks_to(context: &Context) -> bool {
    let bounds = context.before() == Some(K::KW_UP)
        || matches!(context.before_last(), Some(K::KW_WAIT | K::KW_REPEAT));
    bounds && context.prefix.split_whitespace().next_back() == Some("up")
}

/// Whether the values of an arm stand before the cursor, without a comma behind them.
fn lacks_block(context: &Context) -> bool {
    let around = context.around();
    let branch = around.iter().rev().find_map(|node| ast::BranchValue::cast(*node));
    let arms = branch.into_iter().flat_map(|branch| branch.value_arms());
    let last = arms.take_while(|arm| arm.range().end <= context.probe.start).last();
    let begins = context.parent() == Some(K::VALUE_ARM);
    // What is not whole in a block before it ends elsewhere.
    begins
        && last.is_some_and(|arm| {
            arm.exprs().last().map(|value| value.range().end) == Some(context.before_end())
        })
}
