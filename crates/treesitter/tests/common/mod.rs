//! What the tests share: files to parse, and trees in the terms in which parsers are compared.

#![allow(dead_code, unreachable_pub)]

use std::path::{Path, PathBuf};

use journey_reference::oracle::Node;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The tree that tree-sitter makes of a text: its nodes are called as the rules of the grammar, and so are those here.
pub fn tree(text: &str) -> Node {
    let tree = journey_treesitter::parse(text).unwrap();
    let mut file = node(tree.root_node());
    // A file owns the blanks around its declarations.
    (file.start, file.end) = (0, text.len());
    file
}

fn node(of: journey_treesitter::Node<'_>) -> Node {
    let range = of.byte_range();
    let mut children: Vec<Node> = Vec::new();
    let mut cursor = of.walk();
    for child in of.children(&mut cursor) {
        let kind = child.kind();
        let is_word = kind.starts_with(|c: char| c.is_ascii_lowercase());
        // Comments and punctuation are in no tree that is compared.
        if child.is_extra() && !child.is_error() || !is_word && child.kind() != "ERROR" {
            continue;
        }
        if matches!(kind, "interp_open" | "interp_close") {
            continue;
        }
        let mut inner = node(child);
        // Made for editors, and in no other tree.
        if kind == "braces" {
            children.append(&mut inner.children);
            continue;
        }
        if !child.is_named() {
            inner.rule = format!("kw_{kind}");
        }
        // Escapes stand apart here, and a chunk ends where the text might: both belong to the chunk of the others.
        if matches!(kind, "text_chunk" | "long_chunk" | "escape") {
            let long = of.child(0).is_some_and(|quotes| quotes.kind().len() == 3);
            let rule = if long { "long_chunk" } else { "text_chunk" };
            match children.last_mut() {
                Some(last) if last.rule == rule && last.end == inner.start => {
                    last.end = inner.end;
                    continue;
                }
                _ => inner.rule = rule.to_owned(),
            }
        }
        children.push(inner);
    }
    Node { rule: of.kind().to_owned(), start: range.start, end: range.end, children }
}

/// Every mistake tree-sitter sees, as a line for people.
pub fn mistakes(text: &str) -> Vec<String> {
    let tree = journey_treesitter::parse(text).unwrap();
    let mut found = Vec::new();
    let mut open = vec![tree.root_node()];
    while let Some(node) = open.pop() {
        if node.is_error() || node.is_missing() || matches!(node.kind(), "malformed" | "bad_escape")
        {
            let line = node.start_position().row + 1;
            let part: String = text[node.byte_range()].chars().take(60).collect();
            let what = if node.is_missing() { format!("missing {}", node.kind()) } else { part };
            found.push(format!("{line}: {what:?}"));
            continue;
        }
        let mut cursor = node.walk();
        open.extend(
            node.children(&mut cursor).filter(|child| child.has_error() || !child.is_named()),
        );
    }
    found.sort();
    found
}

/// Every `.journey` file of the repository, and every snippet of the specification, that the parser accepts.
pub fn texts() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["examples", "tests", "docs", "crates"] {
        collect(&root().join(folder), &mut found);
    }
    found.retain(|(_, text)| journey_syntax::parse(text).errors.is_empty());
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        let ending = path.extension().unwrap_or_default();
        if path.is_dir() {
            collect(&path, found);
        } else if ending == "journey" {
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        } else if ending == "md" {
            let page = std::fs::read_to_string(&path).unwrap();
            for (at, snippet) in page.split("```journey\n").skip(1).enumerate() {
                let text = snippet.split("\n```").next().unwrap();
                found.push((format!("{name}#{at}"), text.to_owned()));
            }
        }
    }
}
