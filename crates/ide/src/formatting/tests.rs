use super::{format_file, format_on_type, format_range};
use crate::fixture::fixture;
use crate::{Edit, FileId, FileRange, TextRange};

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(std::ops::Range::from(edit.range), &edit.text);
    }
    text
}

const MESSY: &str = "\
event a {id: text}  // one
journey   j {
    entry event a
      // why
      wait  1h   branch { when true {exit x} }
  exit   y }
";

#[test]
fn a_file_becomes_canonical_and_only_its_blanks_are_touched() {
    let fixture = fixture(MESSY);
    let edits = format_file(&fixture.workspace, FileId(0)).unwrap();
    let text = fixture.text(FileId(0));
    assert_eq!(apply(&text, &edits), journey_fmt::format(&text, 100).unwrap());
    assert!(
        edits.iter().all(|it| it.range.of(&text).trim().is_empty() && it.text.trim().is_empty())
    );
}

#[test]
fn every_recipe_is_canonical_and_comes_back_from_one_long_line_a_statement() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/recipes");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "journey") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let plain = fixture(&text);
        assert_eq!(format_file(&plain.workspace, FileId(0)).unwrap(), [], "{path:?}");
        let squeezed: String = text.lines().map(|line| format!("{}\n", line.trim())).collect();
        let messy = fixture(&squeezed);
        let edits = format_file(&messy.workspace, FileId(0)).unwrap();
        assert_eq!(apply(&squeezed, &edits), text, "{path:?}");
        seen += 1;
    }
    assert!(seen > 15);
}

#[test]
fn a_comma_and_a_comment_that_move_are_edits_of_their_own() {
    let text = "let a = [ // first\n1, 2,\n]\n";
    let fixture = fixture(text);
    let edits = format_file(&fixture.workspace, FileId(0)).unwrap();
    assert_eq!(apply(text, &edits), journey_fmt::format(text, 100).unwrap());
}

#[test]
fn a_file_with_mistakes_is_left_alone_and_says_so() {
    let fixture = fixture("journey j { wait");
    let error = format_file(&fixture.workspace, FileId(0)).unwrap_err();
    assert!(error.to_string().contains("the grammar is not followed"), "{error}");
}

/// The text after the lines from the one with `from` to the one with `to` were formatted.
fn range_formatted(text: &str, from: &str, to: &str) -> String {
    let fixture = fixture(text);
    let start = text.find(from).expect("it is in the text");
    let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let end = text.find(to).expect("it is in the text") + to.len();
    let range = TextRange::new(start as u32, end as u32);
    let edits = format_range(&fixture.workspace, FileRange { file: FileId(0), range });
    apply(text, &edits)
}

#[test]
fn in_a_range_only_whole_statements_are_formatted() {
    assert_eq!(
        range_formatted(MESSY, "wait", "{exit x} }"),
        MESSY.replace(
            "      wait  1h   branch { when true {exit x} }",
            "  wait 1h\n  branch {\n    when true { exit x }\n  }"
        )
    );
    assert_eq!(range_formatted(MESSY, "event a {", "id"), MESSY);
    assert_eq!(
        range_formatted(MESSY, "event a {", "// one"),
        MESSY.replace("{id: text}", "{\n  id: text\n}")
    );
}

#[test]
fn mistakes_elsewhere_do_not_keep_a_declaration_from_being_formatted() {
    let text = "let a  =  1\njourney j { wait\n";
    assert_eq!(range_formatted(text, "let a", "1"), "let a = 1\njourney j { wait\n");
}

/// The text after `typed` was typed before the mark.
fn typed(marked: &str, typed: char) -> String {
    let fixture = fixture(marked);
    let text = fixture.text(FileId(0));
    apply(&text, &format_on_type(&fixture.workspace, fixture.at, typed))
}

#[test]
fn a_new_line_stands_as_far_in_as_what_is_open() {
    assert_eq!(typed("journey j {\n$0", '\n'), "journey j {\n  ");
    assert_eq!(typed("journey j {\n  wait {\n$0exit x", '\n'), "journey j {\n  wait {\n    exit x");
    assert_eq!(typed("journey j {\n  exit x }\n  $0", '\n'), "journey j {\n  exit x }\n");
    assert_eq!(typed("let a = f({\n$0", '\n'), "let a = f({\n  ");
    assert_eq!(typed("let a = 1 +\n$0 2", '\n'), "let a = 1 +\n  2");
    assert_eq!(typed("journey j {\n$0}", '\n'), "journey j {\n}");
}

#[test]
fn a_closing_brace_goes_back_to_the_line_of_what_it_closes() {
    assert_eq!(typed("journey j {\n  wait {\n    }$0\n", '}'), "journey j {\n  wait {\n  }\n");
    assert_eq!(typed("journey j { wait 1h   }$0", '}'), "journey j { wait 1h   }");
}

#[test]
fn the_lines_of_a_text_are_left_as_they_are() {
    let marked = "let a = \"\"\"\n one\n$0   two\n\"\"\"";
    assert_eq!(typed(marked, '\n'), marked.replace("$0", ""));
}
