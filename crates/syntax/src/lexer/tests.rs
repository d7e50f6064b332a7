use super::{Token, lex};
use crate::SyntaxKind::{self, *};
use crate::{CONTEXTUAL, RESERVED};

/// The tokens of `text`, blanks left out, after a check that none is lost.
fn tokens(text: &str) -> Vec<(SyntaxKind, &str)> {
    let mut at = 0;
    let mut found = Vec::new();
    for Token { kind, len } in lex(text).tokens {
        let piece = &text[at..at + len as usize];
        at += len as usize;
        if kind != WHITESPACE {
            found.push((kind, piece));
        }
    }
    assert_eq!(at, text.len(), "the tokens of {text:?} do not cover it");
    found
}

fn kinds(text: &str) -> Vec<SyntaxKind> {
    tokens(text).into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn each_keyword_of_the_grammar_is_one_token_and_a_longer_word_is_a_name() {
    for (word, kind) in RESERVED.iter().chain(CONTEXTUAL) {
        assert_eq!(tokens(word), [(*kind, *word)]);
        assert_eq!(kinds(&format!("{word}_")), [IDENT]);
    }
}

#[test]
fn literals_are_told_apart_by_their_form() {
    for (text, kind) in [
        ("2026-12-01T09:00Z", TIME_LIT),
        ("2026-12-01T09:00", TIME_LIT),
        ("2026-12-01T09:00:30.250+01:00", TIME_LIT),
        ("2026-12-01", DATE_LIT),
        ("09:00", TIMEOFDAY_LIT),
        ("21:30:15", TIMEOFDAY_LIT),
        ("1d12h", DURATION_LIT),
        ("250ms", DURATION_LIT),
        ("2.5", NUMBER_LIT),
        ("1_000.5e-3", NUMBER_LIT),
        ("1e3", NUMBER_LIT),
        ("1_000", INT_LIT),
        ("0", INT_LIT),
    ] {
        assert_eq!(tokens(text), [(kind, text)]);
    }
}

#[test]
fn a_literal_that_runs_into_a_word_is_one_malformed_token() {
    for text in
        ["5min", "1.5d", "1d12", "9e", "12:00pm", "9:00", "2026-12-01T09:00:30.1234", "1_000x"]
    {
        assert_eq!(tokens(text), [(ERROR_TOKEN, text)]);
    }
}

#[test]
fn what_only_resembles_a_literal_is_arithmetic() {
    assert_eq!(kinds("2026-12-1"), [INT_LIT, MINUS, INT_LIT, MINUS, INT_LIT]);
    assert_eq!(kinds("2026-12-011"), [INT_LIT, MINUS, INT_LIT, MINUS, INT_LIT]);
    assert_eq!(kinds("1..2"), [INT_LIT, DOT_DOT, INT_LIT]);
    assert_eq!(kinds("1._5"), [INT_LIT, DOT, IDENT]);
    assert_eq!(kinds("2026-12-01T09:00-1h"), [TIME_LIT, MINUS, DURATION_LIT]);
}

#[test]
fn slashes_make_comments_docs_or_a_division() {
    assert_eq!(kinds("// a\n/// b\n//// c\na / b"), [COMMENT, DOC, COMMENT, IDENT, SLASH, IDENT]);
    assert_eq!(kinds("///"), [DOC]);
    assert_eq!(kinds("//"), [COMMENT]);
}

#[test]
fn texts_contain_expressions_that_contain_texts() {
    let text = r#""Hi {customer.name ?? "you {1}"}, \{ok}""#;
    let inner = [TEXT_QUOTE, TEXT_CHUNK, INTERP_OPEN, INT_LIT, INTERP_CLOSE, TEXT_QUOTE];
    let mut expected = vec![TEXT_QUOTE, TEXT_CHUNK, INTERP_OPEN, KW_CUSTOMER, DOT, IDENT];
    expected.push(QUESTION_QUESTION);
    expected.extend(inner);
    expected.extend([INTERP_CLOSE, TEXT_CHUNK, TEXT_QUOTE]);
    assert_eq!(kinds(text), expected);
}

#[test]
fn braces_inside_an_interpolation_do_not_end_it() {
    let expected = [
        TEXT_QUOTE,
        INTERP_OPEN,
        L_BRACE,
        IDENT,
        COLON,
        INT_LIT,
        R_BRACE,
        INTERP_CLOSE,
        TEXT_QUOTE,
    ];
    assert_eq!(kinds(r#""{{ a: 1 }}""#), expected);
}

#[test]
fn a_text_that_is_not_closed_ends_with_its_line() {
    assert_eq!(kinds("\"abc\nwait"), [TEXT_QUOTE, TEXT_CHUNK, KW_WAIT]);
    assert_eq!(
        kinds("\"{a \"b\n}"),
        [TEXT_QUOTE, INTERP_OPEN, IDENT, TEXT_QUOTE, TEXT_CHUNK, R_BRACE]
    );
}

#[test]
fn an_interpolation_that_is_not_closed_ends_where_no_expression_goes_on() {
    assert_eq!(
        kinds("\"Hi {name\n wait 1d \"x\""),
        [
            TEXT_QUOTE,
            TEXT_CHUNK,
            INTERP_OPEN,
            IDENT,
            KW_WAIT,
            DURATION_LIT,
            TEXT_QUOTE,
            TEXT_CHUNK,
            TEXT_QUOTE
        ]
    );
    // The brace on the next line belongs to a block, for no quote follows it.
    assert_eq!(kinds("\"Hi {name\n}\n"), [TEXT_QUOTE, TEXT_CHUNK, INTERP_OPEN, IDENT, R_BRACE]);
    // A field may be called like a keyword.
    assert_eq!(*kinds("\"{a(\n wait: b.send)}\"").last().unwrap(), TEXT_QUOTE);
}

#[test]
fn bad_escapes_are_marked_and_the_text_goes_on() {
    assert_eq!(
        tokens(r#""a\qb\u{zz}c""#),
        [
            (TEXT_QUOTE, "\""),
            (TEXT_CHUNK, "a"),
            (ERROR_TOKEN, r"\q"),
            (TEXT_CHUNK, "b"),
            (ERROR_TOKEN, r"\u{zz}"),
            (TEXT_CHUNK, "c"),
            (TEXT_QUOTE, "\""),
        ]
    );
}

#[test]
fn what_other_languages_write_is_one_malformed_token() {
    assert_eq!(
        tokens("a && 'it is' || ;"),
        [
            (IDENT, "a"),
            (ERROR_TOKEN, "&&"),
            (ERROR_TOKEN, "'it is'"),
            (ERROR_TOKEN, "||"),
            (ERROR_TOKEN, ";"),
        ]
    );
}

#[test]
fn deep_nesting_of_texts_is_bounded() {
    let text = "\"{".repeat(1000);
    let open = kinds(&text).into_iter().filter(|kind| *kind == INTERP_OPEN);
    assert_eq!(open.count(), super::MAX_NESTING);
}

#[test]
fn a_megabyte_of_one_character_needs_no_stack() {
    for piece in ["é", "\u{FEFF}", " ", "_", "1", "/", "\"", "{", "\\", "'", "\"{"] {
        let text = piece.repeat((1 << 20) / piece.len());
        tokens(&text);
    }
    tokens(&format!("// {}", "é".repeat(1 << 19)));
}
