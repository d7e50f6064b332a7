//! The production parser's tree in the oracle's terms.

use journey_reference::oracle::Node;
use journey_syntax::{SyntaxElement, SyntaxError, SyntaxKind, SyntaxNode, parse as parse_file};

/// Parses a file with the production parser, and checks that no byte got lost.
pub(crate) fn parse(text: &str) -> (Node, Vec<SyntaxError>) {
    let parse = parse_file(text);
    assert_eq!(parse.tree.validate(), Ok(()), "{text}");
    assert_eq!(parse.tree.text(), text);
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
