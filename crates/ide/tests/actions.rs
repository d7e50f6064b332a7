//! Every action that is offered at any tile, expression or name of the recipes and the language's
//! pages leaves text that parses, is formatted if it was, and has nothing found in it that was
//! not found before; and every test that passed passes still.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::recipes;
use journey_ide::{
    Action, ActionKind, Config, Diagnostic, FileId, FileRange, TextRange, Workspace, code_actions,
};
use journey_syntax::ast::{AstNode, Expr, Tile};
use journey_syntax::{SyntaxKind, SyntaxNode};

/// Where a person may stand or what they may select: tiles and their first words, several tiles at
/// once, expressions, names, arms, clauses, the words of the grammar.
fn places(root: SyntaxNode<'_>) -> Vec<TextRange> {
    let mut found = BTreeSet::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        let kind = node.kind();
        if matches!(kind, SyntaxKind::TILE | SyntaxKind::NAME) || Expr::can_cast(kind) {
            found.insert(node.range());
            found.insert(TextRange::empty(node.range().start));
        }
        let words = node.elements().filter_map(|it| it.token());
        let words = words.filter(|word| word.kind().is_keyword()).take(1);
        found.extend(words.map(|word| TextRange::empty(word.range().start)));
        // From each tile to the next, and to the last of its siblings.
        let tiles: Vec<TextRange> = node.children::<Tile<'_>>().map(|tile| tile.range()).collect();
        for (at, tile) in tiles.iter().enumerate() {
            let others = [tiles.get(at + 1), tiles.last().filter(|_| at + 2 < tiles.len())];
            found.extend(others.into_iter().flatten().map(|other| tile.cover(*other)));
        }
        open.extend(node.elements().filter_map(|it| it.node()));
    }
    found.into_iter().collect()
}

fn after(workspace: &Workspace, action: &Action) -> Vec<(String, String)> {
    let files = (0..workspace.file_count()).map(FileId);
    files
        .map(|file| {
            let mut text = workspace.text(file).unwrap().to_string();
            let mut edits: Vec<_> = action.edits.iter().filter(|it| it.file == file).collect();
            assert!(edits.is_sorted_by(|a, b| a.range.end <= b.range.start), "{edits:?}");
            edits.reverse();
            for edit in edits {
                text.replace_range(std::ops::Range::from(edit.range), &edit.text);
            }
            (workspace.path(file).unwrap().to_owned(), text)
        })
        .collect()
}

/// What is found more often than before.
fn news(before: &[Diagnostic], after: &[Diagnostic]) -> Vec<String> {
    let count = |found: &[Diagnostic]| {
        let mut counts: BTreeMap<String, i32> = BTreeMap::new();
        for it in found {
            // A lint says the same of the new form in other words.
            let message = if it.code.lint().is_empty() { &*it.message } else { "" };
            *counts.entry(format!("{} {message}", it.code)).or_default() += 1;
        }
        counts
    };
    let before = count(before);
    let more = count(after).into_iter();
    more.filter(|(what, times)| before.get(what).is_none_or(|it| it < times))
        .map(|(what, _)| what)
        .collect()
}

/// Tries all actions on the last of some files; gives how many of each kind there were.
fn try_all(files: &[(String, String)], report: &mut String) -> BTreeMap<String, usize> {
    let file = FileId(files.len() as u32 - 1);
    let workspace = Workspace::new(Config::default(), files.to_vec());
    let before = workspace.diagnostics();
    let failed = failing(&workspace);
    let text = workspace.text(file).unwrap();
    let parse = journey_syntax::parse(&text);
    let canonical: Vec<bool> = files
        .iter()
        .map(|(_, text)| journey_fmt::format(text, 100).is_ok_and(|it| it == *text))
        .collect();
    let (mut seen, mut tried) = (BTreeSet::new(), BTreeMap::new());
    for range in places(parse.tree.root()) {
        for action in code_actions(&workspace, FileRange { file, range }) {
            // What mends a finding is tested with the findings.
            if matches!(action.kind, ActionKind::Fix | ActionKind::FixAll) {
                continue;
            }
            let edited = after(&workspace, &action);
            if !seen.insert((action.title.clone(), edited.clone())) {
                continue;
            }
            let title = action.title.split('`').next().unwrap().trim().to_owned();
            *tried.entry(title).or_default() += 1;
            for (was, (path, text)) in canonical.iter().zip(&edited) {
                if *was && journey_fmt::format(text, 100).as_deref() != Ok(text) {
                    report.push_str(&format!("{}: {path} is not formatted\n", action.title));
                }
            }
            let after = Workspace::new(Config::default(), edited.clone());
            let mut news = news(&before, &after.diagnostics());
            news.extend(failing(&after).difference(&failed).cloned());
            // Which customers the branch is for has yet to be said, so tests may find others there.
            if action.title == "Wrap in a branch" {
                news.retain(|it| !it.starts_with('"'));
            }
            // A new journey has the same exit criteria, and tiles that are moved may be looked at
            // twice: with what lints said of them. A comment that allows a lint speaks of one line.
            if matches!(&*action.title, "Wrap in a branch" | "Make it a journey of its own") {
                let lints = before.iter().filter(|it| !it.code.lint().is_empty());
                let known: Vec<String> = lints.map(|it| format!("{} ", it.code)).collect();
                let allowed = text.contains("journey:allow");
                news.retain(|it| !(known.contains(it) || allowed && it.ends_with(' ')));
            }
            if !news.is_empty() {
                let (path, text) = edited.last().unwrap();
                report.push_str(&format!(
                    "{path}: {} at {:?}: {news:?}\n{}\n",
                    action.title,
                    range.of(&workspace.text(file).unwrap()),
                    changed(&files.last().unwrap().1, text),
                ));
            }
        }
    }
    tried
}

/// The tests that fail, and how.
fn failing(workspace: &Workspace) -> BTreeSet<String> {
    let Some(checked) = workspace.checked_in_part() else { return BTreeSet::new() };
    let run = |test: &journey_sema::CheckedTest| {
        let text = workspace.text(test.file).unwrap();
        let outcome = journey_testing::run(&checked, test, &text, &mut Default::default());
        let Ok(outcome) = outcome else {
            return Some(format!("\"{}\" cannot run", test.test.title));
        };
        let failure = outcome.failure?;
        Some(format!("\"{}\": {} but {}", test.test.title, failure.step, failure.found))
    };
    checked.tests.iter().filter_map(run).collect()
}

/// The lines that are new.
fn changed(before: &str, after: &str) -> String {
    let before: BTreeSet<&str> = before.lines().collect();
    let new = after.lines().filter(|line| !before.contains(line));
    new.map(|line| format!("    {line}\n")).collect()
}

fn add(to: &mut BTreeMap<String, usize>, more: BTreeMap<String, usize>) {
    for (title, count) in more {
        *to.entry(title).or_default() += count;
    }
}

#[test]
fn actions_in_recipes_change_the_way_of_writing_and_nothing_else() {
    let (mut report, mut tried) = (String::new(), BTreeMap::new());
    let mut recipes = recipes();
    let shared = recipes.iter().position(|(name, _)| name == "shared.journey").unwrap();
    let shared = recipes.remove(shared);
    for recipe in recipes {
        add(&mut tried, try_all(&[shared.clone(), recipe], &mut report));
    }
    add(&mut tried, try_all(&[shared], &mut report));
    assert!(report.is_empty(), "\n{report}");
    for title in ["Add the label", "Extract into a constant", "Extract into an audience"] {
        assert!(tried.get(title).is_some_and(|count| *count > 1), "{title}: {tried:#?}");
    }
}

#[test]
fn actions_in_the_pages_of_the_language_do_so_too() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/language");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut report, mut tried) = (String::new(), BTreeMap::new());
    for path in paths {
        let page = std::fs::read_to_string(&path).unwrap();
        let mut schema = String::new();
        for fence in page.split("```journey").skip(1) {
            let (info, rest) = fence.split_once('\n').unwrap();
            let text = rest.split("\n```").next().unwrap().to_owned() + "\n";
            if info.trim() == "schema" {
                schema.push_str(&text);
                continue;
            }
            // Snippets that show mistakes check less than they seem to.
            if text.contains("// error") {
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let files = [("schema.journey".to_owned(), schema.clone()), (name, text)];
            add(&mut tried, try_all(&files, &mut report));
        }
    }
    assert!(report.is_empty(), "\n{report}");
    for title in
        ["Extract into a captured value", "Inline the constant", "Turn into a wait with arms"]
    {
        assert!(tried.get(title).is_some_and(|count| *count > 3), "{title}: {tried:#?}");
    }
}

/// A journey with something in it for every action.
const SAMPLE: &str = r#"let least = 10 + 15
let hello = "Hi"
let tiers = ["pro", "team"]

customer {
  email: text?
  plan: "free" | "pro" | "team" = "free"
  city: text = ""
  orders: int = 0
  vip: bool = false
}

event order {
  total: number
  note: text = ""
  ref: text?
}

event paid {
  ref: text
}

destination crm log {
  action note(name: text, total: number = 0)
}

journey sample "Sample" {
  entry event order as o where o.total > least

  exit left when customer.orders > 5 and count(paid, within: 30d) > 2
  exit expired after 30d

  let total = o.total
  let shown = lower(o.note)
  let both = o.note + hello
  let asked = o.ref
  crm_note: send crm.note(name: "{hello} {shown}", total: total + 1)
  send crm.note(name: lower(hello + customer.city), total: total * 2)
  wait for event paid as p where p.ref == (asked ?? "-") up to 2d
  branch {
    when asked is set { send crm.note(name: "ref {asked}", total: least * 2) }
    else { send crm.note(name: both) }
  }
  branch {
    when not (customer.vip or customer.orders > 2) { exit few }
    else { wait 1h }
  }
  branch {
    when customer.plan == "free" { exit free }
    when customer.plan in ["pro"] { wait 2h }
    else { exit other }
  }
  branch customer.city {
    "Rome", "Bonn" { wait 1h }
    "Oslo" { wait 2h }
  }
  branch customer.orders + 1 {
    1 { exit first }
    else { wait for event paid }
  }
  branch {
    when customer.city in tiers { exit tier }
    when hello.length > 3 or customer.orders > least { exit many }
  }
  update customer { orders: customer.orders + 1, city: hello }
  exit done
}
"#;

#[test]
fn every_action_finds_its_place_in_a_sample() {
    let mut report = String::new();
    let tried = try_all(&[("sample.journey".to_owned(), SAMPLE.to_owned())], &mut report);
    assert!(report.is_empty(), "\n{report}");
    for title in [
        "Add the label",
        "Extract into a captured value",
        "Extract into a constant",
        "Extract into an audience",
        "Inline the constant",
        "Inline the value",
        "Swap the two arms",
        "Turn into a branch by conditions",
        "Turn into a branch by value",
        "Turn into a wait with arms",
    ] {
        assert!(tried.contains_key(title), "{title}: {tried:#?}");
    }
}
