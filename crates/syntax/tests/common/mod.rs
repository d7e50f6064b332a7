//! What the parser makes of a text, in a form to compare.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

use std::fmt::Write;

use expect_test::Expect;
use journey_base::{LineIndex, TextRange};
use journey_syntax::ast::{AstNode, File, Item};
use journey_syntax::{SyntaxKind, parse};

/// The errors of `text`, and an outline of the declarations and tiles that were understood.
pub(crate) fn check(text: &str, expected: Expect) {
    let text = text.trim_start_matches('\n');
    let parse = parse(text);
    assert_eq!(parse.tree.validate(), Ok(()));
    let index = LineIndex::new(text);
    let place = |range: TextRange| {
        let at = index.line_column(text, range.start);
        format!("{}:{} {:?}", at.line, at.column, range.of(text))
    };
    let mut out = String::new();
    for error in &parse.errors {
        let _ = writeln!(out, "{} {} {}", place(error.range), error.code, error.message);
        if let Some(help) = &error.help {
            let _ = writeln!(out, "    help: {help}");
        }
        if let Some((range, label)) = &error.related {
            let _ = writeln!(out, "    {}: {label}", place(*range));
        }
    }
    out.push_str("survived:");
    for item in File::cast(parse.tree.root()).unwrap().items() {
        let _ = write!(out, " {}", outline(item));
    }
    out.push('\n');
    expected.assert_eq(&out);
}

/// `cart(3)` is a journey with three tiles, wherever in it they stand.
fn outline(item: Item<'_>) -> String {
    let count = |kind: SyntaxKind| {
        let node = item.syntax();
        let tree = journey_syntax::Tree::subtree(node);
        tree.tape().iter().filter(|entry| entry.kind == kind).count()
    };
    let name = |name: Option<journey_syntax::ast::Name<'_>>| {
        name.map_or("?".to_owned(), |name| name.text().to_owned())
    };
    match item {
        Item::JourneyDecl(it) => format!("{}({} tiles)", name(it.name()), count(SyntaxKind::TILE)),
        Item::TestDecl(it) => format!("test({} steps)", it.steps().len()),
        Item::CustomerDecl(it) => format!("customer({} fields)", it.fields().len()),
        Item::EventDecl(it) => format!("{}({} fields)", name(it.name()), it.fields().len()),
        Item::AudienceDecl(it) => name(it.name()),
        Item::LetDecl(it) => name(it.name()),
        Item::PolicyDecl(it) => format!("{}({} rules)", name(it.name()), it.policy_rules().len()),
        Item::DestinationDecl(it) => {
            format!("{}({} actions)", name(it.name()), count(SyntaxKind::ACTION_DECL))
        }
    }
}
