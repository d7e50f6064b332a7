//! Whatever the text, the parser answers, loses no byte and keeps the promises of the tree.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use journey_syntax::ast::{AstNode, File, Item};
use journey_syntax::{MAX_DEPTH, MAX_ERRORS, MAX_TEXT, Parse, SyntaxKind, Tree, parse};

const TOUR: &str = include_str!("data/tour.journey");

/// Parses, and checks what holds for any text.
fn check(text: &str) -> Parse {
    let parse = parse(text);
    assert_eq!(parse.tree.text(), text);
    assert_eq!(parse.tree.validate(), Ok(()), "{text:?}");
    assert!(parse.errors.len() <= MAX_ERRORS + 1);
    for error in &parse.errors {
        assert!(error.range.end as usize <= text.len(), "{error:?} in {text:?}");
        assert!(text.get(std::ops::Range::from(error.range)).is_some(), "{error:?} in {text:?}");
    }
    let trouble = parse
        .tree
        .tape()
        .iter()
        .any(|entry| matches!(entry.kind, SyntaxKind::ERROR | SyntaxKind::ERROR_TOKEN));
    assert!(!trouble || !parse.errors.is_empty(), "an error node without an error: {text:?}");
    parse
}

/// Numbers for choices in tests, the same in each run.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |bound| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    }
}

#[test]
fn the_tokens_of_a_file_are_its_text() {
    for text in [TOUR, &TOUR[..TOUR.len() / 2], "\u{FEFF}a \"{", ""] {
        let tree = check(text).tree;
        assert_eq!(tree.tokens().map(|token| token.text()).collect::<String>(), text);
    }
}

#[test]
fn every_prefix_of_the_tour_parses() {
    for (end, _) in TOUR.char_indices() {
        check(&TOUR[..end]);
    }
    assert_eq!(check(TOUR).errors, []);
}

/// The sources that come with the project: examples, and what tests compile.
fn sources() -> Vec<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut open = vec![format!("{root}/examples"), format!("{root}/tests")];
    let mut found = Vec::new();
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path.to_str().unwrap().to_owned());
            } else if path.extension().is_some_and(|extension| extension == "journey") {
                found.push(path);
            }
        }
    }
    found.sort();
    found.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_prefix_of_each_source_parses() {
    /// So much is parsed for each file; of longer ones, not each prefix but evenly spaced ones.
    const BUDGET: usize = 1 << 20;
    let sources = sources();
    assert!(sources.len() >= 5, "the sources are gone");
    for text in sources {
        let step = 1 + text.len() * text.len() / 2 / BUDGET;
        for (end, _) in text.char_indices().step_by(step) {
            check(&text[..end]);
        }
        assert_eq!(check(&text).errors, []);
    }
}

#[test]
fn suffixes_of_the_tour_parse() {
    for (start, _) in TOUR.char_indices().step_by(3) {
        check(&TOUR[start..]);
    }
}

#[test]
fn a_file_with_any_token_left_out_parses() {
    let tree = parse(TOUR).tree;
    for token in tree.tokens() {
        let (start, end) = (token.range().start as usize, token.range().end as usize);
        check(&format!("{}{}", &TOUR[..start], &TOUR[end..]));
    }
}

#[test]
fn random_characters_parse() {
    let pieces = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "\"",
        "\"\"\"",
        "=>",
        "\\",
        "'",
        "/",
        "//",
        "///",
        "\n",
        " ",
        ".",
        "..",
        "?",
        "-",
        "=",
        ":",
        ",",
        ";",
        "@",
        "1",
        "09:00",
        "1d",
        "2026-12-01",
        "T",
        "é",
        "😀",
        "\0",
        "\u{FEFF}",
        "\r",
        "wait",
        "journey",
        "customer",
        "event",
        "test",
        "branch",
        "when",
        "timeout",
        "else",
        "if",
        "then",
        "not",
        "in",
        "is",
        "at",
        "where",
        "a",
        "b",
        "exit",
        "on",
        "run",
        "webhook",
        "policy",
        "since",
        "repeat",
    ];
    let mut number = numbers(7);
    for _ in 0..4_000 {
        let text: String = (0..number(60)).map(|_| pieces[number(pieces.len())]).collect();
        check(&text);
    }
}

#[test]
fn what_a_file_of_another_kind_contains_parses() {
    for text in [
        "",
        "\0\0\0\0",
        "\u{FEFF}",
        "<!DOCTYPE html><html lang=\"en\"><body class='a'>&nbsp;</body></html>",
        "{\"type\": \"object\", \"properties\": {\"a\": [1, 2.5e10, null, \"\\u00e9\"]}}",
        "SELECT * FROM customers WHERE name = 'x' AND NOT EXISTS (SELECT 1);\n-- done",
        "fn main() { println!(\"{}\", 1 + 1); }\n",
        "key: value\nlist:\n  - one\n  - 'two'\n",
    ] {
        assert_eq!(check(text).errors.is_empty(), text.trim_matches('\u{FEFF}').is_empty());
    }
}

/// Texts that would overflow the stack of a parser that recursed into them.
fn deep(n: usize) -> Vec<String> {
    let nested = |open: &str, inside: &str, close: &str| {
        format!("{}{inside}{}", open.repeat(n), close.repeat(n))
    };
    let mut texts = vec![
        format!("let a = {}", nested("(", "1", ")")),
        format!("let a = {}", nested("[", "1", "]")),
        format!("let a = {}", nested("{a: ", "1", "}")),
        format!("let a = {}", nested("f(", "1", ")")),
        format!("let a = {}", nested("\"{", "1", "}\"")),
        format!("let a = {}", nested("if ", "1", " then 1 else 1")),
        format!("let a = {}1", "if a then b else ".repeat(n)),
        format!("let a = {}", nested("a == not ", "1", "")),
        format!("let a = {}", nested("a ?? - ", "1", "")),
        format!("let a = {}", nested("x is not ", "1", "")),
        format!("let a = {}", nested("1 + if ", "1", "")),
        format!("customer {{ a: {} }}", nested("list<", "int", ">")),
        format!("customer {{ a: {} }}", nested("{ a: ", "int", "}")),
        format!("journey a {{ {} }}", nested("wait { timeout { ", "", "} }")),
        format!("journey a {{ {} }}", nested("branch { else { ", "", "} }")),
        format!("journey a {{ {} }}", nested("branch 1 { 1 { ", "", "} }")),
        format!("journey a {{ {} }}", nested("repeat up to 2 times { ", "", "}")),
        format!("journey a {{ {} }}", nested("send a.b() { failed { ", "", "} }")),
        format!("journey a {{ {} }}", nested("webhook get a { ok as b: { c: int } { ", "", "} }")),
        format!("journey a {{ {} }}", nested("run a() { else { ", "", "} }")),
        format!("journey a {{ {} }}", nested("wait until a { late { ", "", "} }")),
        format!("let a = {}", nested("\"\"\"{", "1", "}\"\"\"")),
        format!("let a = {}", nested("any(a, b => ", "1", ")")),
        format!("journey a({}", nested("b: { ", "", "}")),
    ];
    for open in [
        "(",
        "[",
        "{",
        "<",
        "\"",
        "\"{",
        "if ",
        "not ",
        "-",
        "wait {",
        "branch ",
        "f(",
        "\"\"\"",
        "\"\"\"{",
        "{\"\"\"{",
        "x => ",
        "@a(",
        "webhook ",
        "repeat ",
        "run a() {",
        "quiet ",
    ] {
        texts.push(open.repeat(n));
        texts.push(format!("let a = {}", open.repeat(n)));
        texts.push(format!("journey a {{ {}", open.repeat(n)));
    }
    for close in [")", "]", "}", ">", "}}", "///\n", "/", ",", "a,", "at ", "else "] {
        texts.push(close.repeat(n));
        texts.push(format!("let a = f({}", close.repeat(n)));
        texts.push(format!("journey a {{ {}", close.repeat(n)));
    }
    texts
}

#[test]
fn nesting_of_any_depth_needs_no_stack() {
    for text in deep(20_000) {
        check(&text);
    }
}

#[test]
fn too_deep_nesting_is_one_mistake() {
    for text in deep(300).into_iter().take(5) {
        let errors = check(&text).errors;
        assert_eq!(errors.len(), 1, "{errors:?}");
    }
}

#[test]
fn nesting_is_allowed_up_to_the_limit_and_no_further() {
    let inside = |depth: u32| {
        let depth = depth as usize;
        format!("let a = {}1{}", "(".repeat(depth), ")".repeat(depth))
    };
    // The definition is a level itself.
    assert_eq!(check(&inside(MAX_DEPTH - 1)).errors, []);
    let errors = check(&inside(MAX_DEPTH)).errors;
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code, journey_base::Code::TOO_DEEP);
    assert_eq!(errors[0].message, "nested more than 128 levels deep");
}

#[test]
fn a_megabyte_of_texts_left_open_takes_no_time_to_read() {
    for piece in
        ["\"\"\"", "\"\"\"\n", "\"\"\"{", "\"\"\" \"\"\"", "\"\"\"\nlet a = ", "\"\"\"{a\n"]
    {
        let text = piece.repeat((1 << 20) / piece.len()) + "\"\"\"";
        assert!(parse(&text).tree.text() == text);
    }
}

#[test]
fn chains_and_rows_of_operators_may_be_long() {
    let many = 20_000;
    for text in [
        format!("let a = {}b", "not ".repeat(many)),
        format!("let a = {}b", "-".repeat(many)),
        format!("let a = 1{}", " + 1".repeat(many)),
        format!("let a = b{}", " and b".repeat(many)),
        format!("let a = b{}", ".c".repeat(many)),
        format!("let a = [{}]", "1, ".repeat(many)),
    ] {
        let parse = check(&text);
        assert_eq!(parse.errors, []);
    }
}

#[test]
fn a_declaration_cut_out_is_the_same_wherever_it_stood() {
    fn journeys(tree: &Tree) -> Vec<Tree> {
        let file = File::cast(tree.root()).unwrap();
        let journeys = file.items().filter(|item| matches!(item, Item::JourneyDecl(_)));
        journeys.map(|journey| Tree::subtree(journey.syntax())).collect()
    }
    let moved = format!("// A remark above.\nlet one = 1\n\n{TOUR}");
    let (before, after) = (parse(TOUR).tree, parse(&moved).tree);
    assert_eq!(journeys(&before), journeys(&after));
    let cut = &journeys(&before)[0];
    assert_eq!(cut.validate(), Ok(()));
    assert_eq!(cut.root().range().start, 0);
    let edited = TOUR.replace("wait 1h", "wait 2h");
    assert_ne!(journeys(&before)[0], journeys(&parse(&edited).tree)[0]);
    assert_eq!(journeys(&before)[1], journeys(&parse(&edited).tree)[1]);
}

#[test]
fn a_node_is_found_again_in_an_equal_tree() {
    let (one, two) = (parse(TOUR).tree, parse(TOUR).tree);
    let item = File::cast(one.root()).unwrap().items().nth(3).unwrap();
    let again = two.resolve(item.syntax().ptr()).unwrap();
    assert_eq!(again.range(), item.range());
    assert_eq!(again.kind(), item.syntax().kind());
}

#[test]
fn of_a_text_that_is_too_long_the_beginning_is_read() {
    let declaration = "let a = 1 // äöü\n";
    let text = declaration.repeat(MAX_TEXT / declaration.len() + 2);
    let Parse { tree, errors } = parse(&text);
    assert!(text.starts_with(tree.text()) && tree.text().len() > MAX_TEXT - 4);
    assert_eq!(tree.validate(), Ok(()));
    let error = errors.last().unwrap();
    assert!(error.message.contains("bytes; at most 2097152 are read"), "{error:?}");
    check(&text[..text.floor_char_boundary(MAX_TEXT)]);
}

#[test]
fn a_tree_has_room_for_the_densest_text() {
    for (begin, one) in [("let a = [", "a,"), ("let a = ", "-"), ("", ") "), ("let a = ", "f(")] {
        let text = begin.to_owned() + &one.repeat((MAX_TEXT - begin.len()) / one.len());
        let tree = check(&text).tree;
        // Nothing else comes near to the eight entries a byte that there is room for.
        assert!(tree.tape().len() < 4 * text.len(), "{one}: {}", tree.tape().len());
    }
}
