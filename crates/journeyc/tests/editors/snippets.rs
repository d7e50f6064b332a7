//! Snippets of editors are journeys, with their placeholders as they stand.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::support::read;

#[derive(Deserialize)]
struct Snippet {
    prefix: String,
    body: Vec<String>,
    description: String,
}

/// The body as it stands when nobody types into it.
fn expanded(body: &str) -> String {
    let mut names: BTreeMap<u32, String> = BTreeMap::new();
    let mut found = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('$') {
        found += before;
        let (number, shown, behind) = placeholder(after);
        let shown = shown.or_else(|| names.get(&number).cloned()).unwrap_or_default();
        names.entry(number).or_insert_with(|| shown.clone());
        found += &shown;
        rest = behind;
    }
    found + rest
}

/// `1`, `{1:name}` or `{1|one,two|}`: the number, what it shows, and what follows.
fn placeholder(text: &str) -> (u32, Option<String>, &str) {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let Some(inside) = text.strip_prefix('{') else {
        let (number, rest) = text.split_at(digits(text));
        return (number.parse().unwrap(), None, rest);
    };
    let (number, inside) = inside.split_at(digits(inside));
    let end = if inside.starts_with('|') { "|}" } else { "}" };
    let (shown, rest) = inside[1..].split_once(end).unwrap();
    let first = if end == "|}" { shown.split(',').next().unwrap() } else { shown };
    (number.parse().unwrap(), Some(first.to_owned()), rest)
}

#[test]
fn a_snippet_as_it_is_inserted_follows_the_grammar() {
    let text = read("editors/vscode/snippets/journey.json");
    let snippets: BTreeMap<String, Snippet> = serde_json::from_str(&text).unwrap();
    assert!(snippets.len() > 10);
    for (name, snippet) in snippets {
        let body = expanded(&snippet.body.join("\n"));
        let inside = format!("journey a {{\n  entry manual\n  {body}\n  exit b\n}}\n");
        let (file, tile) = (journey_syntax::parse(&body), journey_syntax::parse(&inside));
        let errors = [&file.errors, &tile.errors].into_iter().min_by_key(|found| found.len());
        assert!(errors.unwrap().is_empty(), "{name}: {:?}\n{body}", errors.unwrap());
        assert!(!snippet.prefix.is_empty() && !snippet.description.is_empty(), "{name}");
    }
}
