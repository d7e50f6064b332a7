//! The corpus of the grammar, `editors/tree-sitter-journey/test/corpus`, as `tree-sitter test` reads it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

/// A case: its file and name, the text, and the tree that is expected.
struct Case {
    name: String,
    text: String,
    tree: String,
}

fn cases() -> Vec<Case> {
    let folder = common::root().join("editors/tree-sitter-journey/test/corpus");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let page = std::fs::read_to_string(&path).unwrap();
        let rule = "=".repeat(20);
        let parts: Vec<&str> = page.split(&format!("{rule}\n")).skip(1).collect();
        for part in parts.chunks(2) {
            let (text, tree) = part[1].split_once("\n---\n").unwrap();
            found.push(Case {
                name: format!("{}: {}", path.file_name().unwrap().display(), part[0].trim()),
                text: text.trim_start_matches('\n').to_owned(),
                tree: tree.split_whitespace().collect::<Vec<_>>().join(" "),
            });
        }
    }
    found
}

#[test]
fn every_case_has_the_tree_that_it_says() {
    let cases = cases();
    assert!(cases.len() > 25, "only {} cases", cases.len());
    for case in cases {
        let tree = journey_treesitter::parse(&case.text).unwrap();
        let found = tree.root_node().to_sexp();
        // The names of fields are left out, as `tree-sitter test` does where the corpus has none.
        let found: Vec<&str> = found.split(' ').filter(|word| !word.ends_with(':')).collect();
        assert_eq!(found.join(" "), case.tree, "{}", case.name);
    }
}
