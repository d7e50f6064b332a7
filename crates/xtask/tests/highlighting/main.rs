//! What editors highlight is what the lexer and the parser say, character by character.
//!
//! A highlighter sees one line and a word's neighbours, so it may take a contextual keyword for a name or a name for
//! one. Where it does in the files of this repository would be listed here. Today there is no such place; what is known
//! to differ stands in the last two tests.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use expect_test::{Expect, expect};
use journey_syntax::{CONTEXTUAL, SyntaxKind, parse};
use journey_treesitter::Highlighter;

#[allow(dead_code, unreachable_pub)]
#[path = "../../../delivery/tests/common/tools.rs"]
mod tools;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// TextMate, CodeMirror, Vim, Neovim, Emacs, tree-sitter.
const HIGHLIGHTERS: usize = 6;

/// A letter for each UTF-16 unit: what `classes.mjs` writes for the highlighters, for the parser.
///
/// `c` comment, `d` documentation, `k` keyword, `t` text, `T` time, `D` date, `O` time of day, `U` duration,
/// `N` number, `I` integer, `o` operator or punctuation, `n` name, `x` mistake.
fn classes(text: &str) -> String {
    let mut found = String::new();
    for token in parse(text).tree.tokens() {
        let class = class(token.kind());
        for letter in token.text().chars() {
            let shown = if letter == '\n' { '\n' } else { class };
            found.extend(std::iter::repeat_n(shown, letter.len_utf16()));
        }
    }
    found
}

fn class(kind: SyntaxKind) -> char {
    match kind {
        SyntaxKind::WHITESPACE => ' ',
        SyntaxKind::COMMENT => 'c',
        SyntaxKind::DOC => 'd',
        SyntaxKind::TEXT_QUOTE
        | SyntaxKind::LONG_QUOTE
        | SyntaxKind::TEXT_CHUNK
        | SyntaxKind::LONG_CHUNK => 't',
        SyntaxKind::TIME_LIT => 'T',
        SyntaxKind::DATE_LIT => 'D',
        SyntaxKind::TIMEOFDAY_LIT => 'O',
        SyntaxKind::DURATION_LIT => 'U',
        SyntaxKind::NUMBER_LIT => 'N',
        SyntaxKind::INT_LIT => 'I',
        SyntaxKind::IDENT => 'n',
        SyntaxKind::ERROR_TOKEN => 'x',
        _ if format!("{kind:?}").starts_with("KW_") => 'k',
        _ => 'o',
    }
}

/// The classes of texts by each highlighter that can be run.
fn highlighted(texts: &[&str]) -> Vec<BTreeMap<String, String>> {
    let mut found = by_node(texts).unwrap_or_else(|| vec![BTreeMap::new(); texts.len()]);
    for editor in ["vim", "nvim", "emacs"] {
        for (all, seen) in found.iter_mut().zip(by_editor(editor, texts).unwrap_or_default()) {
            all.insert(editor.to_owned(), seen);
        }
    }
    let highlighter = Highlighter::new().unwrap();
    for (all, text) in found.iter_mut().zip(texts) {
        all.insert("tree-sitter".to_owned(), by_tree(&highlighter, text));
    }
    found
}

/// The classes by the query for tree-sitter.
fn by_tree(highlighter: &Highlighter, text: &str) -> String {
    let mut letters = vec![' '; text.len()];
    for (range, name) in highlighter.captures(text).unwrap() {
        letters[range].fill(captured(&name));
    }
    let shown = text.char_indices().flat_map(|(at, letter)| {
        let shown = if letter == '\n' { '\n' } else { letters[at] };
        std::iter::repeat_n(shown, letter.len_utf16())
    });
    shown.collect()
}

fn captured(name: &str) -> char {
    match name.split('.').next().unwrap() {
        "comment" if name == "comment" => 'c',
        "comment" => 'd',
        "constant" if name == "constant.builtin" => 'k',
        "keyword" => 'k',
        "string" => 't',
        "number" => 'N',
        "operator" | "punctuation" => 'o',
        "error" => 'x',
        "attribute" | "constant" | "function" | "label" | "module" | "property" | "type"
        | "variable" => 'n',
        _ => panic!("nobody knows what `{name}` is"),
    }
}

/// The same by the editors themselves: they read the texts from files and write what they show beside them.
fn by_editor(editor: &str, texts: &[&str]) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (at, text) in texts.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{at:03}.journey")), text).unwrap();
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/highlighting");
    let editors = root().join("editors");
    let mut command = Command::new(editor);
    match editor {
        "vim" => command
            .args(["-es", "-u", "NONE", "-i", "NONE", "-N", "-S"])
            .arg(here.join("classes.vim")),
        "nvim" => command
            .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-S"])
            .arg(here.join("classes.vim")),
        _ => command
            .args(["-Q", "--batch", "-L"])
            .arg(editors.join("emacs"))
            .arg("-l")
            .arg(here.join("classes.el")),
    };
    let folder_of = if editor == "vim" { "vim" } else { "neovim" };
    command.env("JOURNEY_EDITOR", editors.join(folder_of)).env("JOURNEY_FILES", folder.path());
    let Ok(output) = command.stdin(Stdio::null()).output() else { return tools::missing(editor) };
    let said = String::from_utf8_lossy(&output.stderr);
    let read = |at| std::fs::read_to_string(folder.path().join(format!("{at:03}.classes")));
    let all: std::io::Result<Vec<String>> = (0..texts.len()).map(read).collect();
    let all = all.unwrap_or_else(|error| panic!("{editor}: {error}\n{said}"));
    Some(all.into_iter().map(|text| text.strip_suffix('\n').unwrap_or(&text).to_owned()).collect())
}

/// The classes by the TextMate grammar and the parser for CodeMirror; nothing where there is no node to run them.
fn by_node(texts: &[&str]) -> Option<Vec<BTreeMap<String, String>>> {
    let modules = tools::node("vscode-textmate")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/highlighting/classes.mjs");
    let mut node = Command::new("node")
        .arg(script)
        .args([modules, root()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = serde_json::to_vec(texts).unwrap();
    node.stdin.take().unwrap().write_all(&input).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "node failed");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// What differs, a line for each word: by whom, what the parser says, what the highlighter says, how often and where first.
fn differences(files: &[(String, String)]) -> String {
    let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
    let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for ((name, text), by) in files.iter().zip(highlighted(&texts)) {
        for (highlighter, seen) in by {
            for (line, piece, expected, actual) in compare(text, &seen, &highlighter) {
                let key = format!("{highlighter} {expected}→{actual} {piece}");
                found.entry(key).or_insert((0, format!("{name}:{line}"))).0 += 1;
            }
        }
    }
    let lines = found.iter().map(|(key, (count, first))| format!("{key} ×{count} {first}\n"));
    lines.collect()
}

/// Runs of units of which the classes differ: line, text, what the parser and the highlighter say.
fn compare(text: &str, seen: &str, highlighter: &str) -> Vec<(usize, String, char, char)> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let coarse = |class: char| match class {
        'T' | 'D' | 'O' | 'U' | 'I' if highlighter != "textmate" => 'N',
        other => other,
    };
    let expected: Vec<char> = classes(text).chars().map(coarse).collect();
    let actual: Vec<char> = seen.chars().collect();
    assert_eq!((units.len(), units.len()), (expected.len(), actual.len()), "{seen}");
    let mut found: Vec<(usize, String, char, char)> = Vec::new();
    let (mut line, mut last) = (1, usize::MAX);
    for at in 0..units.len() {
        line += usize::from(at > 0 && units[at - 1] == u16::from(b'\n'));
        // Blanks have no looks.
        if expected[at] == actual[at] || expected[at] == ' ' {
            continue;
        }
        let letter = String::from_utf16_lossy(&units[at..=at]);
        match found.last_mut() {
            Some((.., e, a)) if last + 1 == at && (*e, *a) == (expected[at], actual[at]) => {
                found.last_mut().unwrap().1 += &letter;
            }
            _ => found.push((line, letter, expected[at], actual[at])),
        }
        last = at;
    }
    found
}

fn check(files: &[(String, String)], expected: &Expect) {
    let found = differences(files);
    // What is expected of an editor that is not there is not asked for.
    let there = highlighted(&[""]).remove(0);
    if there.len() == HIGHLIGHTERS {
        return expected.assert_eq(&found);
    }
    let of = |line: &&str| there.contains_key(line.split(' ').next().unwrap());
    let expected: Vec<&str> = expected.data().lines().map(str::trim).filter(of).collect();
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

fn journey_files(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            journey_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "journey") {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_file_of_the_repository_is_highlighted_as_it_is_parsed() {
    let mut files = Vec::new();
    for folder in ["examples", "tests", "crates/syntax/tests/data"] {
        journey_files(&root().join(folder), &mut files);
    }
    assert!(files.len() > 30, "only {} files", files.len());
    check(&files, &expect![""]);
}

#[test]
fn every_snippet_of_the_specification_is_highlighted_as_it_is_parsed() {
    let mut files = Vec::new();
    for folder in ["docs", "docs/errors", "tests/language"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            let Ok(page) = std::fs::read_to_string(&path) else { continue };
            for (at, snippet) in page.split("```journey\n").skip(1).enumerate() {
                let text = snippet.split("\n```").next().unwrap().to_owned();
                // Broken ones are for the eyes of the parser.
                if parse(&text).errors.is_empty() {
                    files.push((format!("{name}#{at}"), text));
                }
            }
        }
    }
    files.sort();
    assert!(files.len() > 100, "only {} snippets", files.len());
    check(&files, &expect![""]);
}

/// What a highlighter could easily get wrong.
const NASTY: &[(&str, &str)] = &[
    ("texts", r#"let a = "plain \"quoted\" \{ \u{1F600} \\" let b = "" let c = "{1}" // "x""#),
    ("nested", r#"let a = "Hi {customer.name ?? "you {if true then "a" else "{1d}"}"}, bye""#),
    ("records", "let a = \"{ { a: { b: 1 }, c: [{}] } }\" let b = { d: \"}\" }"),
    ("lines", "let a = \"{f(\n  a: 1, // one\n  wait: 2d\n)} and {\n  b\n}\" let c = 1\n"),
    (
        "long",
        "let a = \"\"\"\n  He said \"no\" // not a comment\n  {b} \"\" {\"\"\"x\"\"\"}\n\"\"\"\nlet c = 1",
    ),
    ("numbers", "let a = [1_000, 2.5, 1e3, 1_0.5E-3, 0, 12..13, 1d12h, 250ms, 5s, 3w2d]"),
    (
        "times",
        "let a = [2026-12-01T09:00Z, 2026-12-01T09:00:30.250+01:00, 2026-12-01T09:00, 2026-12-01]",
    ),
    ("clocks", "let a = [09:00, 21:30:15, 2026-12-1, 2026-12-01T09:00-1h, customer.day at 09:00]"),
    ("comments", "// a\n/// b\n//// c\n/// d \"e\" {\nlet a = 6 / 2 /// f\nlet b = 1//\n"),
    ("docs", "///\ncustomer {\n  /// \"a\n  a: text // b\n}\n"),
    (
        "kinds",
        "let a = b >= 1 and c <= 2 or d != 3 and not e == f ?? 4 * -5 % 6 and g < 7 and h > 8",
    ),
    ("ranges", "journey a { entry manual wait until mon..fri, sun 09:00..17:00 exit b }"),
    ("unicode", "let ä = \"größer 😀 {a}\" // ünter\nlet b = 1"),
    (
        "fields",
        "customer { wait: text on: int? for: list<text> = [] @pii @deprecated(\"if\") text: text }",
    ),
    ("dots", "let a = customer.wait.on.times + customer .text - customer. set"),
    (
        "names",
        "audience text = happened(post) and body == 1 let goal = never + no let set = goal is set",
    ),
    (
        "places",
        "journey get { entry event webhook as text where text.body == 1 keyed by text.to\n\
         reenter never\n while inside ignore\n exit run on any event cap\n goal put on event late within 2d\n\
         retry: wait 1d\n webhook: webhook post \"{body}\" { header \"to\": text.header body { to: \"a\", from: 1 }\n\
         ok as body: { text: text } { exit run } failed { } }\n repeat up to 3 times every 1d until set == 1 { }\n\
         run get(to: text) { exited up, to { } not_entered { } else { } } exit run }",
    ),
    (
        "destinations",
        "destination post log {\n  setting body: text\n  secret header\n  action get(text: text, to: int) under limit {\n\
         \x20   post \"{body}/v1\"\n    header \"a\": \"b\"\n    body { text: text, to: [to] }\n    timeout 5s\n\
         \x20   retry 8 times from 5s to 1h\n    limit 2 per 1s\n  }\n}\n\
         policy quiet { require customer.text is set quiet 21:00..08:00 hold spread 2h cap 2 per 7d skip }",
    ),
    (
        "steps",
        "test \"to {1}\" {\n  journey run\n  choose goal put\n  customer { to: 1 } in text, body\n  at 2026-12-01T09:00Z\n\
         \x20 join text\n  leave text\n  pause\n  resume\n  fail webhook with 500 2 times\n  respond webhook { text: 1 }\n\
         \x20 expect send post.get(to: 1) 2 times\n  expect no goal put\n  expect not entered\n\
         \x20 expect at retry until 2026-12-02T09:00Z\n  enter(to: 1)\n}",
    ),
];

#[test]
fn texts_numbers_comments_and_contextual_words_are_highlighted_as_they_are_parsed() {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    let files: Vec<(String, String)> = NASTY.iter().map(owned).collect();
    check(
        &files,
        &expect![[r#"
        emacs x→o ä ×1 unicode:1
        tree-sitter x→n ä ×1 unicode:1
    "#]],
    );
}

/// The price of looking at a line and at neighbours only, counted: a keyword that ends its line and needs something
/// behind it, and names where only the grammar knows that no keyword can stand.
#[test]
fn what_a_highlighter_cannot_know() {
    let files = [
        ("a keyword alone on its line", "journey a {\n  entry manual\n  run\n    b()\n  exit c\n}"),
        ("blanks between", "journey a {\n  entry manual\n  reenter  never\n  exit c\n}"),
        (
            "a name in front of a name",
            "test \"a\" { expect at b expect goal text fail limit 2 times }",
        ),
        ("a call of a name like a keyword", "let a = [b, text(1), enter(2)]\nlet c =\n  enter(d)"),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    check(
        &files,
        &expect![[r#"
            codemirror k→n never ×1 blanks between:3
            codemirror k→n run ×1 a keyword alone on its line:3
            codemirror n→k enter ×1 a call of a name like a keyword:3
            emacs k→n run ×1 a keyword alone on its line:3
            emacs n→k enter ×1 a call of a name like a keyword:3
            nvim k→n never ×1 blanks between:3
            nvim k→n run ×1 a keyword alone on its line:3
            nvim n→k enter ×1 a call of a name like a keyword:3
            textmate k→n never ×1 blanks between:3
            textmate k→n run ×1 a keyword alone on its line:3
            textmate n→k enter ×1 a call of a name like a keyword:3
            vim k→n never ×1 blanks between:3
            vim k→n run ×1 a keyword alone on its line:3
            vim n→k enter ×1 a call of a name like a keyword:3
        "#]],
    );
}

/// While somebody types, the rest of the file keeps its looks. What makes tree-sitter give up has none.
#[test]
fn what_is_not_closed_ends_where_the_lexer_ends_it() {
    let files = [
        ("a text", "let a = \"abc\nlet b = 1 // c"),
        ("an expression", "let a = \"abc {b\nlet c = \"d\"\nlet e = 1"),
        ("an expression in a tile", "journey a {\n  send b.c(\"{d\n  wait 1d\n  exit e\n}"),
        ("a text in an expression", "let a = \"{b ?? \"c\nlet d = 1"),
        (
            "malformed",
            "let a = [5min, 1.5d, 1d12, 9e, 12:00pm, 9:00, 2026-12-01T09:00:30.1234, 1_000x]",
        ),
        ("escapes", r#"let a = "a\qb\u{zz}c\u{1234567}""#),
        ("other languages", "let a = b && c || d"),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    check(
        &files,
        &expect![[r#"
        emacs x→N 1 ×1 malformed:1
        emacs x→N 5d ×1 malformed:1
        emacs x→o . ×1 malformed:1
        emacs x→t \q ×1 escapes:1
        emacs x→t \u{1234567} ×1 escapes:1
        emacs x→t \u{zz} ×1 escapes:1
        tree-sitter k→  wait ×1 an expression in a tile:3
        tree-sitter n→  b ×1 other languages:1
        tree-sitter x→  && ×1 other languages:1
        tree-sitter x→o || ×1 other languages:1
    "#]],
    );
}

#[test]
fn every_contextual_keyword_has_a_place_in_the_corpus() {
    let mut files = Vec::new();
    for folder in ["examples", "tests", "crates/syntax/tests/data"] {
        journey_files(&root().join(folder), &mut files);
    }
    let mut missing: BTreeSet<&str> = CONTEXTUAL.iter().map(|(word, _)| *word).collect();
    for text in
        files.iter().map(|(_, text)| text.as_str()).chain(NASTY.iter().map(|(_, text)| *text))
    {
        for token in parse(text).tree.tokens() {
            if class(token.kind()) == 'k' {
                missing.remove(token.text());
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn the_types_that_are_highlighted_are_those_of_the_checker() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let table = read("crates/sema/src/types.rs");
    let table = table.split("const NAMED").nth(1).unwrap().split("];").next().unwrap().to_owned();
    let named = table.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split('"').next());
    let mut expected: BTreeSet<&str> = named.collect();
    expected.insert("list");
    let source = read("crates/xtask/src/highlight/words.rs");
    let ours = source.split("const TYPES").nth(1).unwrap().split("];").next().unwrap();
    let ours: BTreeSet<&str> =
        ours.lines().filter_map(|l| l.trim().strip_prefix('"')?.strip_suffix("\",")).collect();
    assert_eq!(ours, expected);
}
