//! What holds of every edit of every journey.

use journey_base::Edit;
use journey_syntax::{AstNode, SyntaxKind};

use super::sources::{all, journeys_of};
use crate::canvas::sheet::{Sheet, journeys};
use crate::canvas::{
    Canvas, Change, FieldType, New, Op, Options, Place, Refusal, TileKind, TileRef, canvas, edit,
    form,
};
use crate::{FileId, Workspace};

pub(super) const KINDS: [TileKind; 10] = [
    TileKind::Wait,
    TileKind::Branch,
    TileKind::Split,
    TileKind::Send,
    TileKind::Webhook,
    TileKind::Update,
    TileKind::Run,
    TileKind::Enter,
    TileKind::Repeat,
    TileKind::Exit,
];

/// Numbers that look random, the same ones each time.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new() -> Dice {
        Dice(0x5DEE_CE66_D1CE_4E5B)
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % count as u64) as usize
    }
}

pub(super) fn text_of(workspace: &Workspace, file: FileId) -> String {
    workspace.text(file).expect("a file").to_string()
}

/// A text with edits, which must be in order and apart.
pub(super) fn edited(text: &str, edits: &[Edit]) -> String {
    let mut out = String::new();
    let mut from = 0;
    for edit in edits {
        assert!(from <= edit.range.start as usize, "edits overlap: {edits:?}");
        out.push_str(&text[from..edit.range.start as usize]);
        out.push_str(&edit.text);
        from = edit.range.end as usize;
    }
    out.push_str(&text[from..]);
    out
}

pub(super) fn picture(workspace: &Workspace, file: FileId, journey: &str) -> Canvas {
    canvas(workspace, file, journey, &Options::default()).expect("a picture")
}

/// What can be done to a journey: every tile removed, copied, wrapped and extracted, every arm moved and
/// removed, a tile put in at every edge and every tile moved to some.
fn operations(canvas: &Canvas, dice: &mut Dice) -> Vec<Op> {
    let mut ops = Vec::new();
    let edges: Vec<Place> = canvas.edges.iter().map(|edge| edge.place.clone()).collect();
    for at in &edges {
        let new = New::Kind(KINDS[dice.below(KINDS.len())]);
        ops.push(Op::Insert { at: at.clone(), new, spacing: None });
    }
    let captures = canvas.captures.iter().map(|capture| capture.key.clone());
    for tile in canvas.tiles.iter().map(|tile| tile.key.clone()).chain(captures) {
        let last = None;
        ops.push(Op::Remove { tile: tile.clone(), last: last.clone() });
        ops.push(Op::Duplicate { tile: tile.clone(), last: last.clone() });
        ops.push(Op::WrapInBranch { tile: tile.clone(), last: last.clone() });
        let name = None;
        ops.push(Op::ExtractSubJourney { tile: tile.clone(), last: last.clone(), name });
        for _ in 0..3 {
            let to = edges[dice.below(edges.len())].clone();
            let (tile, last) = (tile.clone(), last.clone());
            ops.push(Op::Move { tile, last, to, spacing: None });
        }
    }
    for tile in &canvas.tiles {
        let key = || tile.key.clone();
        ops.push(Op::AddArm { tile: key(), text: None, at: None, spacing: None, shares: None });
        for arm in 0..tile.arms.len() as u32 {
            ops.push(Op::RemoveArm { tile: key(), arm, shares: None });
            let to = dice.below(tile.arms.len()) as u32;
            ops.push(Op::MoveArm { tile: key(), arm, to, at: None, spacing: None });
        }
        let siblings: Vec<_> =
            canvas.tiles.iter().filter(|it| it.place.sequence == tile.place.sequence).collect();
        let last = siblings.last().expect("the tile itself").key.clone();
        ops.push(Op::Remove { tile: key(), last: Some(last.clone()) });
        ops.push(Op::Duplicate { tile: key(), last: Some(last.clone()) });
        ops.push(Op::WrapInBranch { tile: key(), last: Some(last) });
    }
    ops
}

/// Every field of every tile: left out if it can be, set to what it says, and said where it is missing.
fn settings(workspace: &Workspace, file: FileId, canvas: &Canvas) -> Vec<Op> {
    let mut ops = Vec::new();
    let captures = canvas.captures.iter().map(|capture| &capture.key);
    for key in canvas.tiles.iter().map(|tile| &tile.key).chain(captures) {
        let tile = TileRef { journey: canvas.journey.clone(), key: key.clone() };
        let form = form(workspace, file, &tile).expect("a form");
        let text = text_of(workspace, file);
        for field in form.fields {
            if let (Some(span), false) = (field.span, field.ty == FieldType::Doc) {
                let shown = field.text.clone().expect("what stands there");
                assert!(shown == span.of(&text) || field.ty == FieldType::Flag, "{field:?}");
            }
            let sample = match &field.ty {
                FieldType::Name | FieldType::Names => "another_name",
                FieldType::Doc => "What it is for.\n\nAnd why.",
                FieldType::Choice if field.choices.is_empty() => continue,
                FieldType::Choice => &field.choices[0].value,
                FieldType::Flag => "true",
                FieldType::Condition => "customer.id == \"x\" and (1 > 0 or 2 < 3)",
                FieldType::Expression { .. } => "\"a {customer.id}\"",
                FieldType::Duration => "1d12h",
                FieldType::Window => "mon..fri 09:00..17:00",
                FieldType::Share => "12.5",
                FieldType::Source { what } if what == "retry" => "3 times from 5s to 1h",
                FieldType::Source { .. } => "answer: { points: int }",
            };
            for value in [None, Some(sample.to_owned()), field.text.clone()] {
                let (tile, field) = (key.clone(), field.name.clone());
                ops.push(Op::SetField { tile, field, value, at: None });
            }
        }
    }
    ops
}

pub(super) fn comments(text: &str) -> Vec<String> {
    let parse = journey_syntax::parse(text);
    let tokens = parse.tree.tokens();
    let tokens = tokens.filter(|it| matches!(it.kind(), SyntaxKind::COMMENT | SyntaxKind::DOC));
    let mut found: Vec<String> = tokens.map(|it| it.text().trim_end().to_owned()).collect();
    found.sort();
    found
}

/// The comments right above a statement and behind it, read off the lines of the text.
fn comments_of(text: &str, journey: &str, key: &str) -> Vec<String> {
    let parse = journey_syntax::parse(text);
    let sheet = Sheet::of(&parse, journey).expect("the journey");
    let number = sheet.find(key).expect("the statement");
    let range = sheet.get(number).expect("the statement").tile.range();
    let (before, behind) = (&text[..range.start as usize], &text[range.end as usize..]);
    let lines = before.lines().map(str::trim).rev().skip(1);
    let above = lines.take_while(|line| line.starts_with("//"));
    let behind = behind.lines().next().unwrap_or_default().trim();
    let behind = behind.starts_with("//").then_some(behind);
    above.chain(behind).map(str::to_owned).collect()
}

/// A text without blanks and commas.
fn unspaced(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect()
}

/// The keys of all statements of a journey.
fn keys(text: &str, journey: &str) -> Vec<String> {
    let parse = journey_syntax::parse(text);
    let sheet = Sheet::of(&parse, journey).expect("the journey");
    sheet.statements.iter().map(|statement| statement.key.clone()).collect()
}

pub(super) fn canonical(text: &str) -> bool {
    journey_fmt::format(text, 100).is_ok_and(|it| it == text)
}

/// Does something and undoes it, and looks at both.
fn lawful(
    workspace: &mut Workspace,
    file: FileId,
    journey: &str,
    op: &Op,
) -> Result<Change, Refusal> {
    let before = text_of(workspace, file);
    let change = edit(workspace, file, journey, op)?;
    let after = edited(&before, &change.edits);
    let told = || format!("{journey}: {op:?}\n--- before\n{before}\n--- after\n{after}");
    let errors = |text: &str| journey_syntax::parse(text).errors.len();
    assert_eq!(
        before.contains("\r\n"),
        !after.replace("\r\n", "").contains('\n'),
        "line ends: {}",
        told()
    );
    assert_eq!(errors(&before), errors(&after), "it parses: {}", told());
    if canonical(&before) {
        assert!(canonical(&after), "it is formatted: {}", told());
    }
    if matches!(
        op,
        Op::Move { .. }
            | Op::MoveArm { .. }
            | Op::WrapInBranch { .. }
            | Op::ExtractSubJourney { .. }
    ) {
        assert_eq!(comments(&before), comments(&after), "comments stay: {}", told());
    }
    workspace.set_text(file, after.as_str());
    if let Some(select) = &change.select {
        assert!(keys(&after, journey).contains(&select.key), "{select:?} is there: {}", told());
    }
    if let (Op::Move { tile, .. } | Op::Duplicate { tile, .. }, Some(select)) = (op, &change.select)
    {
        let was = comments_of(&before, journey, tile);
        assert_eq!(comments_of(&after, journey, &select.key), was, "they move along: {}", told());
    }
    let mut text = after.clone();
    let mut again = Vec::new();
    for op in &change.back {
        let back = edit(workspace, file, journey, op);
        let back = back.unwrap_or_else(|why| panic!("{op:?}: {why}: {}", told()));
        text = edited(&text, &back.edits);
        workspace.set_text(file, text.as_str());
        again = back.back;
    }
    let undone = !change.back.is_empty() || change.edits.is_empty();
    assert!(undone, "there is a way back: {}", told());
    if !change.back.is_empty() {
        match canonical(&before.replace("\r\n", "\n")) {
            true => assert_eq!(text, before, "it is undone by {:?}: {}", change.back, told()),
            // Blanks may come out otherwise around what nobody formatted.
            false => assert_eq!(unspaced(&text), unspaced(&before), "it is undone: {}", told()),
        }
    }
    // What puts a text back is a text itself, and so is what undoes that.
    if let (Op::ExtractSubJourney { .. }, [Op::Restore { .. }]) = (op, again.as_slice()) {
        assert_eq!(text, before, "it is undone byte for byte: {}", told());
        let redone = edit(workspace, file, journey, &again[0]).expect("it can be done again");
        assert_eq!(edited(&text, &redone.edits), after, "it is done again: {}", told());
    }
    workspace.set_text(file, before.as_str());
    Ok(change)
}

/// One in `part` of all operations on all journeys, whose text is changed first; gives how many were done and how
/// many refused.
fn over_all(part: usize, change: impl Fn(&str) -> String) -> (usize, usize) {
    let mut dice = Dice::new();
    let (mut done, mut refused) = (0, 0);
    for mut workspace in all() {
        for (file, journey) in journeys_of(&workspace) {
            let text = text_of(&workspace, file);
            workspace.set_text(file, change(&text));
            let canvas = picture(&workspace, file, &journey);
            assert!(!canvas.stale);
            let settings = settings(&workspace, file, &canvas);
            for op in operations(&canvas, &mut dice).into_iter().chain(settings) {
                if dice.below(part) > 0 {
                    continue;
                }
                match lawful(&mut workspace, file, &journey, &op) {
                    Ok(_) => done += 1,
                    Err(why) => {
                        assert!(why.to_string().len() > 10, "{op:?}: {why}");
                        refused += 1;
                    }
                }
            }
            workspace.set_text(file, text);
        }
    }
    (done, refused)
}

#[test]
fn what_is_done_parses_is_formatted_keeps_comments_and_can_be_undone() {
    let formatted = all()
        .iter()
        .flat_map(|workspace| {
            journeys_of(workspace)
                .into_iter()
                .map(|(file, _)| canonical(&text_of(workspace, file)))
                .collect::<Vec<_>>()
        })
        .filter(|it| *it)
        .count();
    assert!(formatted > 20, "{formatted} journeys stand in files in the canonical form");
    let (done, refused) = over_all(12, str::to_owned);
    assert!(done > 300 && refused > 0, "{done} done, {refused} refused");
}

#[test]
fn line_ends_of_two_characters_stay_and_what_is_put_in_has_them_too() {
    let (done, _) = over_all(60, |text| text.replace('\n', "\r\n"));
    assert!(done > 30, "{done} done");
}

#[test]
fn mistakes_elsewhere_in_the_file_are_no_hindrance() {
    let broken = |text: &str| format!("event half {{ id: }}\n\n{text}\naudience nobody =\n");
    let (done, _) = over_all(60, broken);
    assert!(done > 30, "{done} done");
}

#[test]
fn what_nobody_formatted_stays_as_it_is_around_an_edit() {
    // Indented otherwise, with empty lines in plenty.
    let (done, _) = over_all(60, |text| text.replace("\n  ", "\n\n\t  "));
    assert!(done > 30, "{done} done");
}

/// A comment above every tile that begins a line, and behind every one that ends it.
fn commented(text: &str) -> String {
    let parse = journey_syntax::parse(text);
    let mut comments: Vec<(usize, String)> = Vec::new();
    for decl in journeys(&parse) {
        for statement in &Sheet::new(&parse, decl).statements {
            let range = statement.tile.range();
            let (start, end) = (range.start as usize, range.end as usize);
            let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
            if text[line..start].trim().is_empty() {
                comments.push((line, format!("// Above {}.\n", statement.key)));
            }
            if text[end..].starts_with('\n') {
                comments.push((end, format!(" // Behind {}.", statement.key)));
            }
        }
    }
    comments.sort();
    let mut out = String::new();
    let mut from = 0;
    for (at, comment) in comments {
        out.push_str(&text[from..at]);
        out.push_str(&comment);
        from = at;
    }
    out.push_str(&text[from..]);
    journey_fmt::format(&out, 100).expect("a text that parses")
}

#[test]
fn comments_above_and_behind_a_tile_go_where_it_goes() {
    let (done, _) = over_all(12, commented);
    assert!(done > 150, "{done} done");
}
