use super::{Action, ActionKind, code_actions};
use crate::fixture::{Fixture, fixture};
use crate::place::edited;
use crate::{FileId, FileRange, TextRange};
use journey_sema::Workspace;

mod mending;
mod refactoring;

/// The actions at the cursor.
pub(super) fn at_cursor(fixture: &Fixture) -> Vec<Action> {
    let range = TextRange::empty(fixture.at.offset);
    code_actions(&fixture.workspace, FileRange { file: fixture.at.file, range })
}

/// All files of a workspace after an action.
pub(super) fn after(workspace: &Workspace, action: &Action) -> Vec<(String, String)> {
    (0..workspace.file_count())
        .map(FileId)
        .map(|file| {
            let edits: Vec<_> = action.edits.iter().filter(|it| it.file == file).cloned().collect();
            assert!(edits.is_sorted_by(|one, two| one.range.end <= two.range.start), "{edits:?}");
            let text = workspace.text(file).expect("a file of the workspace");
            let path = workspace.path(file).expect("a file of the workspace");
            (path.to_owned(), edited(&text, edits.iter()))
        })
        .collect()
}

/// The file with the cursor after the action with this title.
pub(super) fn done(marked: &str, title: &str) -> String {
    let fixture = fixture(marked);
    let actions = at_cursor(&fixture);
    let titles: Vec<&str> = actions.iter().map(|action| &*action.title).collect();
    let action = actions.iter().find(|action| action.title == title);
    let action = action.unwrap_or_else(|| panic!("{title:?} is not among {titles:?}"));
    after(&fixture.workspace, action).swap_remove(fixture.at.file.0 as usize).1
}

#[test]
fn the_certain_fix_comes_first_and_is_preferred() {
    let marked = "\
event order_placed { total: number }
journey j {
  entry event order_plac$0d
  exit done
}
";
    let actions = at_cursor(&fixture(marked));
    assert_eq!(actions[0].title, "Replace with `order_placed`");
    assert!(actions[0].preferred && actions[0].kind == ActionKind::Fix);
    assert!(actions[1..].iter().all(|action| !action.preferred));
    assert!(done(marked, "Replace with `order_placed`").contains("entry event order_placed\n"));
}

#[test]
fn several_safe_fixes_of_a_file_can_be_applied_at_once() {
    let marked = "\
event order { total: number }
let one = 1

let $0two = 2
journey j {
  entry event ordr
  exit done
}
";
    let text = done(marked, "Fix 3 problems of this file safely");
    assert!(!text.contains("let") && text.contains("entry event order\n"), "{text}");
}

#[test]
fn a_lint_can_be_allowed_on_a_line_of_its_own() {
    let marked = "journey j {\n  entry manual\n  wait for event e$0\n  exit done\n}\nevent e {}\n";
    let text = done(marked, "Allow `endless_wait` here");
    assert!(text.contains("  // journey:allow(endless_wait)\n  wait for event e\n"), "{text}");
    assert_eq!(fixture(&text).workspace.diagnostics(), []);
}

#[test]
fn arms_that_are_missing_can_be_added_and_a_formatted_file_stays_formatted() {
    let marked = "\
customer {
  plan: \"free\" | \"pro\" | \"team\" = \"free\"
}

journey j {
  entry manual
  branch customer.$0plan {
    \"free\" { exit free }
  }
  exit done
}
";
    let text = done(marked, "Add the missing arms");
    assert_eq!(journey_fmt::format(&text, 100).as_deref(), Ok(&*text));
    assert_eq!(fixture(&text).workspace.diagnostics(), []);
}

#[test]
fn a_trait_is_declared_with_the_type_that_its_use_wants() {
    let declared = |condition: &str| {
        let marked = format!(
            "customer {{\n  email: text?\n}}\n\njourney j {{\n  entry manual\n  branch {{\n    \
             when {condition} {{ exit a }}\n  }}\n  exit done\n}}\n"
        );
        let fixture = fixture(&marked);
        let action = at_cursor(&fixture);
        let action = action.iter().find(|it| it.title.starts_with("Declare the trait"));
        let text = after(&fixture.workspace, action.expect(condition)).swap_remove(0).1;
        assert_eq!(journey_fmt::format(&text, 100).as_deref(), Ok(&*text));
        text.lines().nth(2).expect("it has lines").trim().to_owned()
    };
    assert_eq!(declared("customer.v$0ip"), "vip: bool = false");
    assert_eq!(declared("not customer.vip$0"), "vip: bool = false");
    assert_eq!(declared("customer.age$0 > 17"), "age: int = 0");
    assert_eq!(declared("2.5 <= customer.score$0"), "score: number = 0");
    assert_eq!(declared("customer.city$0 == \"Rome\""), "city: text?");
    assert_eq!(declared("customer.city$0 in [\"Rome\", \"Bonn\"]"), "city: text?");
    assert_eq!(declared("\"a\" in customer.tags$0"), "tags: list<text> = []");
    assert_eq!(declared("customer.seen$0 is set"), "seen: text?");
    assert_eq!(declared("(customer.seen$0 ?? now) < now"), "seen: time?");
    assert_eq!(declared("customer.day$0 == mon"), "day: weekday?");
}

#[test]
fn an_argument_wants_the_type_of_its_parameter() {
    let marked = |argument: &str| {
        format!(
            "customer {{\n  email: text?\n}}\n\ndestination crm log {{\n  action note(on: date?, \
             tags: list<text> = [])\n}}\n\njourney j {{\n  entry manual\n  \
             send crm.note({argument})\n  exit done\n}}\n"
        )
    };
    let declared = |argument: &str| {
        let actions = at_cursor(&fixture(&marked(argument)));
        let mut titles = actions.into_iter().map(|action| action.title);
        titles.find(|title| title.starts_with("Declare the trait")).expect("it is offered")
    };
    assert_eq!(declared("on: customer.born$0"), "Declare the trait `born: date?`");
    assert_eq!(declared("tags: customer.likes$0"), "Declare the trait `likes: list<text> = []`");
}

#[test]
fn what_is_declared_goes_where_others_of_its_kind_are() {
    let marked = "\
//- a.journey
journey j {
  entry event paid$0 as it where it.total > 25.0 and it.note == \"x\"
  exit done
}
test \"t\" { journey j at 2026-01-05T09:00Z event paid { total: 30, at_home: true } expect exit done }
//- schema.journey
customer {}
event order {} // the first
audience vip
";
    let fixture = fixture(marked);
    let actions = at_cursor(&fixture);
    let action = actions.iter().find(|it| it.title == "Declare the event `paid`").expect("offered");
    let files = after(&fixture.workspace, action);
    let wanted = "\
customer {}
event order {} // the first

event paid {
  total: number
  note: text?
  at_home: bool
}

audience vip
";
    assert_eq!(files[1].1, wanted);
}

#[test]
fn the_first_of_its_kind_goes_before_what_uses_it() {
    let marked = "\
// About this file.

journey j {
  entry audience vip$0
  exit done
}
";
    let text = done(marked, "Declare the audience `vip`");
    assert!(text.starts_with("// About this file.\n\naudience vip\n\njourney j {"), "{text}");
    assert_eq!(fixture(&text).workspace.diagnostics(), []);
}
