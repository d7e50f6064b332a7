//! Line ends of one character or two, byte order marks, tabs and letters of four bytes: what an editor
//! asks has the same answers, at the same places, and what is written into a file ends its lines
//! as the file does.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::recipes;
use journey_ide::{
    Action, Config, Counts, FileId, FilePosition, FileRange, Symbol, TextRange, Workspace,
    call_item, code_actions, code_lenses, definition, diagnostics, document_links,
    document_symbols, folding_ranges, format_file, format_on_type, format_range, highlights, hover,
    inlay_hints, matching_brace, prepare_rename, references, rename, resolve_lens,
    selection_ranges, semantic_tokens, signature_help,
};

/// The file that is looked at; what it shares with others stands in another one.
const FILE: FileId = FileId(1);

/// A recipe in a workspace with what all of them share.
fn workspace(shared: &str, text: &str) -> Workspace {
    let files = [("shared.journey", shared), ("recipe.journey", text)];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    Workspace::new(Config::default(), files.to_vec())
}

/// Everything there is to see in a file, with places as `place` counts them.
struct Seen<'w> {
    workspace: &'w Workspace,
    text: String,
    place: &'w dyn Fn(u32) -> u32,
    lines: Vec<String>,
}

impl Seen<'_> {
    fn range(&self, range: TextRange) -> String {
        let inside = self.text.get(range.start as usize..range.end as usize);
        assert!(inside.is_some(), "{range:?} is no part of the text");
        for at in [range.start, range.end] {
            let (before, behind) = self.text.split_at(at as usize);
            let splits = before.ends_with('\r') && behind.starts_with('\n');
            assert!(!splits, "{range:?} takes a line end apart");
        }
        format!("{}..{}", (self.place)(range.start), (self.place)(range.end))
    }

    fn place(&self, at: FileRange) -> String {
        match at.file {
            FILE => self.range(at.range),
            other => format!("{other:?} {:?}", at.range),
        }
    }

    fn note(&mut self, line: impl Into<String>) {
        let line = line.into();
        assert!(!line.contains('\r'), "{line:?}");
        self.lines.push(line);
    }

    fn symbols(&mut self, symbols: &[Symbol]) {
        for it in symbols {
            let (range, selection) = (self.range(it.range), self.range(it.selection));
            self.note(format!("symbol {} | {} {range} {selection}", it.name, it.detail));
            self.symbols(&it.children);
        }
    }

    fn file(&mut self) {
        let workspace = self.workspace;
        let whole = TextRange::new(0, self.text.len() as u32);
        for it in diagnostics(workspace, FILE) {
            let range = self.range(it.primary.range);
            self.note(format!("{} {range} {}", it.code, it.message));
        }
        self.symbols(&document_symbols(workspace, FILE));
        for it in folding_ranges(workspace, FILE) {
            let range = self.range(it.range);
            self.note(format!("fold {range} {:?}", it.kind));
        }
        for it in document_links(workspace, FILE) {
            let range = self.range(it.range);
            self.note(format!("link {range} {}", it.target));
        }
        for it in semantic_tokens(workspace, FILE, None) {
            let range = self.range(it.range);
            self.note(format!("token {range} {:?} {:?}", it.kind, it.modifiers));
        }
        for it in inlay_hints(workspace, FILE, whole) {
            let range = self.range(TextRange::empty(it.offset));
            self.note(format!("hint {range} {} {}", it.text, it.tooltip));
        }
        let counts = Counts::default();
        for it in code_lenses(workspace, FILE, &counts) {
            let found = resolve_lens(workspace, FILE, it, &counts);
            let places: Vec<_> = found.places.iter().map(|it| self.place(*it)).collect();
            let range = self.range(it.range);
            self.note(format!("lens {range} {} {:?} {places:?}", found.title, found.test));
        }
    }

    fn at(&mut self, offset: u32) {
        let workspace = self.workspace;
        let at = FilePosition { file: FILE, offset };
        for it in selection_ranges(workspace, at) {
            // Only all of it has the byte order mark, too.
            if (it.start, it.end) != (0, self.text.len() as u32) {
                let range = self.range(it);
                self.note(format!("selection {range}"));
            }
        }
        if let Some(it) = hover(workspace, at, &Counts::default()) {
            let range = self.range(it.range);
            self.note(format!("hover {range} {}", it.markdown));
        }
        for it in definition(workspace, at) {
            let place = self.place(it);
            self.note(format!("definition {place}"));
        }
        for it in references(workspace, at) {
            let place = self.place(it.place);
            self.note(format!("use {place} {}", it.declares));
        }
        for (range, declares) in highlights(workspace, at) {
            let range = self.range(range);
            self.note(format!("highlight {range} {declares}"));
        }
        if let Some(it) = signature_help(workspace, at) {
            self.note(format!("signature {} {:?}", it.label, it.active));
        }
        if let Some((open, close)) = matching_brace(workspace, at) {
            let (open, close) = (self.range(open), self.range(close));
            self.note(format!("brace {open} {close}"));
        }
        if let Some(it) = call_item(workspace, at) {
            let place = self.place(it.place);
            self.note(format!("calls {} {place}", it.name));
        }
        if let Ok(range) = prepare_rename(workspace, at) {
            let range = self.range(range);
            let edits = rename(workspace, at, "zz_fresh").map(|edits| edits.len());
            self.note(format!("rename {range} {edits:?}"));
        }
        for action in
            code_actions(workspace, FileRange { file: FILE, range: TextRange::empty(offset) })
        {
            let done = self.done(&action);
            self.note(format!("action {}: {done}", action.title));
        }
    }

    /// The file after an action, without what its lines end with.
    fn done(&self, action: &Action) -> String {
        let mut edits: Vec<_> = action.edits.iter().filter(|it| it.file == FILE).collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range));
        let mut text = self.text.clone();
        for edit in edits {
            self.range(edit.range);
            text.replace_range(std::ops::Range::from(edit.range), &edit.text);
        }
        let double = self.text.contains("\r\n");
        assert_eq!(double, text.contains("\r\n"), "{}: {text:?}", action.title);
        if double && !self.text.replace("\r\n", "").contains('\n') {
            assert!(!text.replace("\r\n", "").contains('\n'), "{}: {text:?}", action.title);
        }
        if let Some(named) = action.named {
            assert!(text.get(std::ops::Range::from(named.range)).is_some_and(is_name), "{named:?}");
        }
        text.replace("\r\n", "\n").trim_start_matches('\u{FEFF}').to_owned()
    }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !text.is_empty()
}

/// Everything in a text and at some places of it, which come as places of `plain`.
fn seen(
    shared: &str,
    text: &str,
    places: &[u32],
    there: &dyn Fn(u32) -> u32,
    back: &dyn Fn(u32) -> u32,
) -> Vec<String> {
    let workspace = workspace(shared, text);
    let mut seen =
        Seen { workspace: &workspace, text: text.to_owned(), place: back, lines: Vec::new() };
    seen.file();
    for place in places {
        seen.at(there(*place));
    }
    seen.lines
}

/// Some recipes with what they share; all of them would take long.
fn some_recipes() -> (String, Vec<(String, String)>) {
    let mut recipes = recipes();
    let shared = recipes.iter().position(|(name, _)| name == "shared.journey").unwrap();
    let (_, shared) = recipes.remove(shared);
    let some = recipes.into_iter().enumerate().filter(|(at, _)| at % 3 == 1);
    (shared, some.map(|(_, recipe)| recipe).collect())
}

/// Where words begin, every so many of them.
fn places(text: &str) -> Vec<u32> {
    let parse = journey_syntax::parse(text);
    let words = parse.tree.tokens().filter(|token| !token.text().trim().is_empty());
    words.step_by(7).map(|token| token.range().start).collect()
}

fn compare(name: &str, one: &[String], other: &[String]) {
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other, "{name}");
    }
    assert_eq!(one.len(), other.len(), "{name}");
}

#[test]
fn with_line_ends_of_two_characters_everything_is_where_it_was() {
    let (shared, recipes) = some_recipes();
    for (name, text) in recipes {
        let double = text.replace('\n', "\r\n");
        let ends: Vec<u32> = text.match_indices('\n').map(|(at, _)| at as u32).collect();
        let there = |at: u32| at + ends.partition_point(|end| *end < at) as u32;
        let doubled: Vec<u32> = double.match_indices("\r\n").map(|(at, _)| at as u32).collect();
        let back = |at: u32| at - doubled.partition_point(|end| *end + 2 <= at) as u32;
        let places = places(&text);
        let plain = seen(&shared, &text, &places, &|at| at, &|at| at);
        assert!(plain.len() > 400, "{name}: {}", plain.len());
        compare(&name, &seen(&shared, &double, &places, &there, &back), &plain);
        let workspace = workspace(&shared, &double);
        assert_eq!(format_file(&workspace, FILE).unwrap(), [], "{name} is canonical");
        let whole = FileRange { file: FILE, range: TextRange::new(0, double.len() as u32) };
        assert_eq!(format_range(&workspace, whole), [], "{name} is canonical");
    }
}

#[test]
fn behind_a_byte_order_mark_everything_is_where_it_was() {
    const MARK: u32 = '\u{FEFF}'.len_utf8() as u32;
    let (shared, recipes) = some_recipes();
    for (name, text) in recipes.into_iter().take(2) {
        let marked = format!("\u{FEFF}{text}");
        let places = places(&text);
        let plain = seen(&shared, &text, &places, &|at| at, &|at| at);
        let back = |at: u32| at.saturating_sub(MARK);
        compare(&name, &seen(&shared, &marked, &places, &|at| at + MARK, &back), &plain);
        let edits = format_file(&workspace(&shared, &marked), FILE).unwrap();
        let [edit] = edits.as_slice() else { panic!("{edits:?}") };
        assert_eq!((edit.range, &*edit.text), (TextRange::new(0, MARK), ""));
    }
}

/// The text after the formatter's edits.
fn formatted(text: &str) -> Option<String> {
    let workspace = workspace("", text);
    let mut text = text.to_owned();
    for edit in format_file(&workspace, FILE).ok()?.iter().rev() {
        text.replace_range(std::ops::Range::from(edit.range), &edit.text);
    }
    Some(text)
}

#[test]
fn odd_texts_have_answers_and_become_canonical_if_they_can_be_read() {
    let (shared, recipes) = some_recipes();
    let (name, text) = &recipes[0];
    let mut second = 0;
    let mixed = text.replace('\n', "\u{1}").chars().fold(String::new(), |mut out, c| {
        second += u32::from(c == '\u{1}');
        match c {
            '\u{1}' if second % 2 == 0 => out.push_str("\r\n"),
            '\u{1}' => out.push('\n'),
            c => out.push(c),
        }
        out
    });
    let readable = [
        mixed,
        text.trim_end().to_owned(),
        text.trim_end().replace('\n', "\r\n"),
        text.replace("  ", "\t"),
        text.replace('\n', "\r\r\n"),
        text.replace("\n\n", "\n// 😀 ünd \u{10FFFF}\n\n"),
        text.replace(": \"", ": \"😀 "),
    ];
    let unreadable = [
        text.replace("\n\n", "\n\u{C}\n"),
        text.replace('\n', "\r"),
        text.replace(' ', "\u{A0}"),
        text.replace("{\n", "{ 😀\n"),
        text.replace('"', "\u{201C}"),
        "\r\n".to_owned(),
        "\u{FEFF}".to_owned(),
        "😀".to_owned(),
    ];
    for (at, odd) in readable.iter().chain(&unreadable).enumerate() {
        let places: Vec<u32> = places(odd).into_iter().step_by(5).collect();
        seen(&shared, odd, &places, &|at| at, &|at| at);
        let Some(formatted) = formatted(odd) else {
            assert!(at >= readable.len(), "{name}, {at} can be read");
            continue;
        };
        assert_eq!(self::formatted(&formatted).as_deref(), Some(&*formatted), "{name}, {at}");
        let single = formatted.replace("\r\n", "");
        assert!(!formatted.contains("\r\n") || !single.contains('\n'), "{name}, {at} is uniform");
    }
}

#[test]
fn a_line_that_is_begun_or_closed_is_indented_whatever_lines_end_with() {
    for typed in ['\n', '}'] {
        let text = "journey j {\n  wait {\n}".to_owned();
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let workspace = workspace("", &text);
            let at =
                FilePosition { file: FILE, offset: text.len() as u32 - u32::from(typed == '\n') };
            let edits = format_on_type(&workspace, at, typed);
            let [edit] = edits.as_slice() else { panic!("{edits:?}") };
            assert_eq!((edit.range.start, &*edit.text), (text.len() as u32 - 1, "  "), "{typed:?}");
        }
    }
}
