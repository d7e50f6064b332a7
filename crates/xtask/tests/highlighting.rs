//! The highlighter knows exactly the keywords of the grammar.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// Names of the `kw_*` rules.
fn keywords_of_the_grammar() -> BTreeSet<String> {
    let grammar = read("grammar/journey.pest");
    let rules = grammar.lines().filter_map(|line| line.strip_prefix("kw_")?.split(' ').next());
    rules.map(str::to_owned).collect()
}

/// Words in the alternatives of the highlighter's keyword patterns.
fn keywords_of_the_highlighter() -> BTreeSet<String> {
    let grammar: serde_json::Value =
        serde_json::from_str(&read("editors/textmate/journey.tmLanguage.json")).unwrap();
    let patterns = grammar["patterns"].as_array().unwrap();
    let words = patterns.iter().filter_map(|pattern| {
        let name = pattern["name"].as_str()?;
        let is_words = name.starts_with("keyword.") || name.starts_with("constant.language");
        // Some words are keywords only in front of something: `get "https://…"`.
        let (alternatives, _) =
            pattern["match"].as_str()?.strip_prefix("\\b(")?.split_once(")\\b")?;
        is_words.then(|| alternatives.split('|').map(str::to_owned))
    });
    words.flatten().collect()
}

#[test]
fn every_keyword_is_highlighted_and_nothing_else_is() {
    assert_eq!(keywords_of_the_highlighter(), keywords_of_the_grammar());
    assert!(keywords_of_the_grammar().len() > 50);
}
