//! The grammar and the production parser have the same words.

use journey_reference::rules;
use journey_syntax::{CONTEXTUAL, RESERVED, parse};
use pest_meta::ast::Expr;

fn strings(expr: &Expr, found: &mut Vec<String>) {
    match expr {
        Expr::Str(text) => found.push(text.clone()),
        Expr::Seq(left, right) | Expr::Choice(left, right) => {
            strings(left, found);
            strings(right, found);
        }
        _ => {}
    }
}

/// The words of the grammar: all keywords, and those that are reserved.
fn words() -> (Vec<String>, Vec<String>) {
    let rules = rules().unwrap();
    let mut keywords: Vec<String> = Vec::new();
    let mut reserved = Vec::new();
    for rule in &rules {
        if rule.name.starts_with("kw_") {
            let mut spelling = Vec::new();
            strings(&rule.expr, &mut spelling);
            assert_eq!(spelling, [rule.name.trim_start_matches("kw_")], "{}", rule.name);
            keywords.extend(spelling);
        } else if rule.name == "reserved" {
            strings(&rule.expr, &mut reserved);
        }
    }
    keywords.sort();
    reserved.sort();
    (keywords, reserved)
}

#[test]
fn the_lexer_knows_the_keywords_of_the_grammar_and_no_others() {
    let (keywords, reserved) = words();
    let mut known: Vec<&str> = RESERVED.iter().chain(CONTEXTUAL).map(|(word, _)| *word).collect();
    known.sort_unstable();
    assert_eq!(known, keywords);
    assert_eq!(RESERVED.iter().map(|(word, _)| *word).collect::<Vec<_>>(), reserved);
}

#[test]
fn exactly_the_reserved_words_cannot_be_names() {
    for (word, kind) in RESERVED.iter().chain(CONTEXTUAL) {
        let text = format!("let {word} = 1");
        assert_eq!(!parse(&text).errors.is_empty(), kind.is_reserved(), "{word}");
        assert_eq!(journey_reference::oracle::parse(&text).is_err(), kind.is_reserved(), "{word}");
    }
}
