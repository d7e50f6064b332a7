//! Whoever had typed the examples would have been offered every name and keyword in them.

#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod common;

use common::recipes;
use journey_ide::{
    Config, Counts, FileId, FilePosition, Workspace, completions, definition, hover,
    prepare_rename, signature_help,
};
use journey_sema::index::Definition;
use journey_syntax::SyntaxKind;

/// Whether something that is offered begins with the word, or is it behind a dot.
fn offers(workspace: &Workspace, at: FilePosition, word: &str) -> bool {
    completions(workspace, at).items.iter().any(|item| {
        let label = item.label.trim_end_matches(':');
        label == word
            || label.rsplit('.').next() == Some(word)
            || label.starts_with(&format!("{word}."))
    })
}

/// What stands in the examples and was not offered; how many words were looked at. Behind the
/// cursor stands the rest of the file, or nothing at all.
fn missed(whole: bool, wanted: impl Fn(SyntaxKind) -> bool) -> (Vec<String>, usize) {
    let files = recipes();
    let mut all = Workspace::new(Config::default(), files.clone());
    let (mut missed, mut count) = (Vec::new(), 0);
    for (id, (path, text)) in (0..).map(FileId).zip(&files) {
        let index = all.index(id);
        let parse = journey_syntax::parse(text);
        let tokens: Vec<_> = parse.tree.tokens().collect();
        for token in tokens.iter().filter(|token| wanted(token.kind())) {
            let range = token.range();
            let name = index.references.iter().find(|it| it.range == range);
            let given = name.is_some_and(|it| it.declares);
            let known = name.is_some_and(
                |it| !matches!(it.definition, Definition::Local { at, .. } if at == range),
            );
            // New names are for the author to think of.
            if given || token.kind() == SyntaxKind::IDENT && !known {
                continue;
            }
            let rest = if whole { &text[range.end as usize..] } else { "" };
            all.set_text(id, format!("{}{rest}", &text[..range.start as usize]));
            count += 1;
            let at = FilePosition { file: id, offset: range.start };
            if !offers(&all, at, token.text()) {
                let line = text[..range.start as usize].matches('\n').count();
                missed.push(format!(
                    "{path}:{} {}: {}",
                    line + 1,
                    token.text(),
                    text.lines().nth(line).unwrap_or_default().trim()
                ));
            }
        }
        all.set_text(id, text.clone());
    }
    (missed, count)
}

fn check(missed: &[String], count: usize, least: usize) {
    let share = (count - missed.len()) * 1_000 / count.max(1);
    let shown: Vec<&String> = missed.iter().take(40).collect();
    assert!(share >= least, "{share} of 1000 of {count}; missed {shown:#?}");
}

#[test]
fn names_are_offered_in_the_middle_of_a_file() {
    let (missed, count) = missed(true, |kind| kind == SyntaxKind::IDENT);
    assert!(count > 1_000);
    check(&missed, count, 1_000);
}

#[test]
fn names_are_offered_at_the_end_of_what_is_typed() {
    let (missed, count) = missed(false, |kind| kind == SyntaxKind::IDENT);
    check(&missed, count, 1_000);
}

#[test]
fn keywords_are_offered() {
    let (missed, count) = missed(true, |kind| kind.is_keyword());
    check(&missed, count, 1_000);
}

#[test]
fn no_place_of_a_half_typed_file_makes_anything_fail() {
    let files = recipes();
    let mut all = Workspace::new(Config::default(), files.clone());
    for (id, (_, text)) in (0..).map(FileId).zip(&files).step_by(5) {
        for end in (0..text.len()).step_by(7).filter(|end| text.is_char_boundary(*end)) {
            all.set_text(id, &text[..end]);
            let at = FilePosition { file: id, offset: end as u32 };
            let _ =
                (completions(&all, at), hover(&all, at, &Counts::default()), definition(&all, at));
            let _ = (signature_help(&all, at), prepare_rename(&all, at));
        }
        all.set_text(id, text.clone());
    }
}
