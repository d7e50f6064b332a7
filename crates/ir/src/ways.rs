//! The ways out of a tile.
//!
//! What the edges of a tile are, in which order, and which block each one opens is said here and
//! nowhere else: the control-flow graph, the compiled tiles and the picture all ask this module,
//! so an edge has the same number in all three.

use std::collections::{BTreeMap, BTreeSet};

/// What the picture calls a tile.
pub use journey_bytecode::TileKind as Kind;
use journey_sema::Type;
use journey_sema::thir::{
    Binding, Const, Expr, ExprKind, Journey, Outcome, OutcomeArm, Tile, TileKind, WaitLimit,
};

use crate::titles;

/// One edge out of a tile.
#[derive(Debug, Clone, PartialEq)]
pub struct Way<'a> {
    /// What people read at the edge: `timeout`, `when …`, `next`.
    pub label: String,
    /// The block that it opens; without one it leads straight on to the tile that follows.
    pub block: Option<&'a [Tile]>,
}

impl<'a> Way<'a> {
    fn into_block(label: impl Into<String>, block: &'a [Tile]) -> Way<'a> {
        Way { label: label.into(), block: Some(block) }
    }

    fn on(label: &str) -> Way<'a> {
        Way { label: label.to_owned(), block: None }
    }
}

/// The ways out of `tile` in source order, the fall-through last. An exit has none, and neither has
/// a `let`, which is no tile. `bindings` are
/// those of its journey: conditions on edges name them.
pub fn ways<'a>(tile: &'a Tile, bindings: &[Binding]) -> Vec<Way<'a>> {
    match &tile.kind {
        TileKind::Send { arms: Some(arms), .. } => outcome_ways(tile, arms),
        TileKind::Webhook(webhook) => match &webhook.arms {
            Some(arms) => outcome_ways(tile, arms),
            None => vec![Way::on("next")],
        },
        TileKind::WaitFor(_)
        | TileKind::WaitWindow(_)
        | TileKind::Send { .. }
        | TileKind::Update(_)
        | TileKind::Member { .. } => vec![Way::on("next")],
        TileKind::WaitUntil { late, .. } => {
            let late = late.as_deref().map(|late| Way::into_block("late", late));
            [Way::on("next")].into_iter().chain(late).collect()
        }
        TileKind::WaitCondition { up_to, .. } => {
            let mut ways = vec![Way::on("next")];
            ways.extend(up_to.is_some().then(|| Way::on("timeout")));
            ways
        }
        TileKind::WaitEvent { up_to, .. } => {
            let mut ways = vec![Way::on("event")];
            ways.extend(up_to.is_some().then(|| Way::on("timeout")));
            ways
        }
        TileKind::WaitArms { limit, arms, timeout } => {
            let mut ways: Vec<_> =
                arms.iter().map(|arm| Way::into_block(&*arm.title, &arm.body)).collect();
            if *limit != WaitLimit::None || timeout.is_some() {
                ways.push(Way { label: "timeout".to_owned(), block: timeout.as_deref() });
            }
            ways
        }
        TileKind::BranchWhen { arms, otherwise } => {
            let label = |test| format!("when {}", titles::short(test, bindings));
            let mut ways: Vec<_> =
                arms.iter().map(|(test, body)| Way::into_block(label(test), body)).collect();
            ways.push(rest(otherwise.as_deref()));
            ways
        }
        TileKind::BranchValue { subject, arms, otherwise } => {
            let mut ways: Vec<_> = arms
                .iter()
                .map(|(values, body)| Way::into_block(titles::short_list(values, bindings), body))
                .collect();
            if otherwise.is_some() || !covers_all(subject, arms) {
                ways.push(rest(otherwise.as_deref()));
            }
            ways
        }
        TileKind::Split { arms, .. } => {
            arms.iter().map(|arm| Way::into_block(&*arm.name, &arm.body)).collect()
        }
        TileKind::Enter(_) => vec![Way::on("next")],
        TileKind::Run { arms, otherwise, covered, .. } => {
            let mut ways: Vec<_> =
                arms.iter().map(|arm| Way::into_block(&*arm.title, &arm.body)).collect();
            if otherwise.is_some() || !covered {
                ways.push(rest(otherwise.as_deref()));
            }
            ways
        }
        TileKind::Repeat(repeat) => {
            vec![Way::into_block("again", &repeat.body), Way::on("done")]
        }
        TileKind::Exit(_) | TileKind::Let(..) => Vec::new(),
    }
}

/// The outcomes that a tile waits for, those with an arm first, in source order.
pub fn outcomes(tile: &Tile) -> Vec<Outcome> {
    let (arms, all): (_, &[Outcome]) = match &tile.kind {
        TileKind::Send { arms, .. } => {
            (arms, &[Outcome::Delivered, Outcome::Failed, Outcome::Skipped])
        }
        TileKind::Webhook(webhook) => (&webhook.arms, &[Outcome::Delivered, Outcome::Failed]),
        _ => return Vec::new(),
    };
    let Some(arms) = arms else { return Vec::new() };
    let mut outcomes: Vec<Outcome> = arms.iter().map(|arm| arm.outcome).collect();
    outcomes.extend(all.iter().filter(|it| !arms.iter().any(|arm| arm.outcome == **it)));
    outcomes
}

/// A way for each outcome; one without an arm leads straight on.
fn outcome_ways<'a>(tile: &'a Tile, arms: &'a [OutcomeArm]) -> Vec<Way<'a>> {
    let is_call = matches!(tile.kind, TileKind::Webhook(_));
    let label = |outcome| match outcome {
        Outcome::Delivered if is_call => "ok",
        Outcome::Delivered => "delivered",
        Outcome::Failed => "failed",
        Outcome::Skipped => "skipped",
    };
    let way = |outcome: Outcome| {
        let arm = arms.iter().find(|arm| arm.outcome == outcome);
        Way { label: label(outcome).to_owned(), block: arm.map(|arm| &*arm.body) }
    };
    outcomes(tile).into_iter().map(way).collect()
}

fn rest(otherwise: Option<&[Tile]>) -> Way<'_> {
    match otherwise {
        Some(block) => Way::into_block("else", block),
        None => Way::on("next"),
    }
}

/// Whether the values of the arms leave nothing over, so that the last arm needs no test and the
/// branch cannot fall through.
pub(crate) fn covers_all(subject: &Expr, arms: &[(Vec<Expr>, Vec<Tile>)]) -> bool {
    let mut texts = BTreeSet::new();
    let mut bools = BTreeSet::new();
    let mut days = BTreeSet::new();
    for value in arms.iter().flat_map(|(values, _)| values) {
        match &value.kind {
            ExprKind::Const(Const::Text(text)) => {
                texts.insert(&**text);
            }
            ExprKind::Const(Const::Bool(value)) => {
                bools.insert(*value);
            }
            ExprKind::Const(Const::Weekday(day)) => {
                days.insert(*day);
            }
            _ => {}
        }
    }
    match &subject.ty {
        Type::Enum(members) => members.iter().all(|member| texts.contains(&**member)),
        Type::Bool => bools.len() == 2,
        Type::Weekday => days.len() == 7,
        _ => false,
    }
}

/// What the canvas calls a tile's kind; nothing for a `let`, which is no tile.
pub fn kind(tile: &Tile) -> Option<Kind> {
    Some(match tile.kind {
        TileKind::WaitFor(_)
        | TileKind::WaitUntil { .. }
        | TileKind::WaitWindow(_)
        | TileKind::WaitCondition { .. }
        | TileKind::WaitEvent { .. }
        | TileKind::WaitArms { .. } => Kind::Wait,
        TileKind::BranchWhen { .. } | TileKind::BranchValue { .. } => Kind::Branch,
        TileKind::Split { .. } => Kind::Split,
        TileKind::Send { .. } => Kind::Send,
        TileKind::Webhook(_) => Kind::Webhook,
        TileKind::Update(_) | TileKind::Member { .. } => Kind::Update,
        TileKind::Run { .. } => Kind::Run,
        TileKind::Enter(_) => Kind::Enter,
        TileKind::Repeat(_) => Kind::Repeat,
        TileKind::Exit(_) => Kind::Exit,
        TileKind::Let(..) => return None,
    })
}

/// All tiles of the canvas in source order, those of nested blocks right after the tile that
/// opens them.
pub fn tiles(journey: &Journey) -> Vec<&Tile> {
    let mut tiles = statements(journey);
    tiles.retain(|tile| kind(tile).is_some());
    tiles
}

/// All statements of a journey, in the same order: its tiles, and each `let`.
pub fn statements(journey: &Journey) -> Vec<&Tile> {
    let mut found = Vec::new();
    // A stack in place of recursion; blocks go on it last first so that they come off in order.
    let mut stack: Vec<&Tile> = journey.body.iter().rev().collect();
    while let Some(tile) = stack.pop() {
        found.push(tile);
        for block in tile.blocks().into_iter().rev() {
            stack.extend(block.iter().rev());
        }
    }
    found
}

/// An id for each of the [`tiles`], unique in the journey: see [`ids_of`].
pub fn ids(tiles: &[&Tile]) -> Vec<String> {
    let seen: Vec<_> = tiles.iter().map(|tile| (tile.label.as_deref(), kind(tile))).collect();
    ids_of(&seen)
}

/// An id for each tile of a journey, given by its label and its kind in source order: the label, or
/// else the kind and a running number among the unlabelled tiles of that kind. A number that would
/// make the id of one tile the label of another is passed over. What has no kind is no tile.
pub fn ids_of(tiles: &[(Option<&str>, Option<Kind>)]) -> Vec<String> {
    let labels: BTreeSet<&str> = tiles.iter().filter_map(|(label, _)| *label).collect();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut unlabelled = |kind: Option<Kind>| {
        let mut id = String::new();
        if let Some(kind) = kind {
            let count = counts.entry(kind_name(kind)).or_default();
            loop {
                *count += 1;
                id = format!("{}_{count}", kind_name(kind));
                if !labels.contains(&*id) {
                    break;
                }
            }
        }
        id
    };
    let id = |(label, kind): &(Option<&str>, Option<Kind>)| match label {
        Some(label) => (*label).to_owned(),
        None => unlabelled(*kind),
    };
    tiles.iter().map(id).collect()
}

/// The kind as ids and pictures name it.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Wait => "wait",
        Kind::Branch => "branch",
        Kind::Split => "split",
        Kind::Send => "send",
        Kind::Webhook => "webhook",
        Kind::Update => "update",
        Kind::Run => "run",
        Kind::Enter => "enter",
        Kind::Repeat => "repeat",
        Kind::Exit => "exit",
    }
}
