//! The production parser's tree in the oracle's terms.

use journey_base::Code;
use journey_syntax::{SyntaxElement, SyntaxError, SyntaxKind, SyntaxNode, parse as parse_file};

use crate::oracle::{self, Node};

/// How the two parsers differ about a text, in a few lines for people; nothing where they agree.
///
/// The grammar knows no limits, so a text that is nested too deeply, or too large, for the
/// production parser is not compared.
pub fn disagreement(text: &str) -> Option<String> {
    let parse = parse_file(text);
    if parse.tree.validate().is_err() || parse.tree.text() != text {
        return Some("the production parser lost a part of the text".to_owned());
    }
    if parse.errors.iter().any(|error| matches!(error.code, Code::TOO_DEEP | Code::TOO_LARGE)) {
        return None;
    }
    match (oracle::parse(text), parse.errors.first()) {
        (Err(_), Some(_)) => None,
        (Ok(expected), None) => {
            let found = node(parse.tree.root());
            let differ = expected != found;
            differ.then(|| first_difference(&expected.dump(), &found.dump()))
        }
        (Err(error), None) => Some(format!("only the grammar refuses it:\n{error}")),
        (Ok(_), Some(error)) => Some(format!("only the parser refuses it: {}", error.message)),
    }
}

/// The first lines of two dumps that are not the same.
fn first_difference(expected: &str, found: &str) -> String {
    let mut pairs = expected.lines().zip(found.lines());
    let differ = pairs.find(|(expected, found)| expected != found);
    let (expected, found) = differ.unwrap_or(("more", "less"));
    format!("the grammar reads `{}`, the parser `{}`", expected.trim(), found.trim())
}

/// Parses a file with the production parser.
pub fn parse(text: &str) -> (Node, Vec<SyntaxError>) {
    let parse = parse_file(text);
    (node(parse.tree.root()), parse.errors)
}

fn node(node: SyntaxNode<'_>) -> Node {
    let range = node.range();
    let children = node.elements().filter_map(|element| match element {
        SyntaxElement::Node(inner) => Some(self::node(inner)),
        SyntaxElement::Token(token) => {
            let rule =
                if token.kind() == SyntaxKind::IDENT { "word" } else { token.kind().rule()? };
            Some(Node {
                rule: rule.to_owned(),
                start: token.range().start as usize,
                end: token.range().end as usize,
                children: Vec::new(),
            })
        }
    });
    Node {
        rule: node.kind().rule().unwrap_or("error").to_owned(),
        start: range.start as usize,
        end: range.end as usize,
        children: children.collect(),
    }
}
