//! What happens without waiting: ways through tiles on which nobody stands still.

use std::sync::Arc;

use crate::thir::{Const, ExprKind, Repeat, Tile, TileKind};

/// Whether a member can get from the beginning of these tiles to their end without waiting. A tile
/// at which it can stand still counts as one at which it does.
pub(crate) fn passes(tiles: &[Tile]) -> bool {
    tiles.iter().all(|tile| match blocks(tile) {
        Through::Stays | Through::Leaves => false,
        Through::Straight => true,
        Through::Blocks(blocks, past) => past || blocks.into_iter().any(passes),
    })
}

/// The journeys that are started on some way from the beginning of these tiles on which nobody
/// waits before.
pub(crate) fn starts(tiles: &[Tile]) -> Vec<&Arc<str>> {
    let mut found = Vec::new();
    collect(tiles, &mut found);
    found
}

/// Whether members come out at the end without having waited.
fn collect<'t>(tiles: &'t [Tile], found: &mut Vec<&'t Arc<str>>) -> bool {
    for tile in tiles {
        if let TileKind::Enter(call) | TileKind::Run { call, .. } = &tile.kind {
            found.push(&call.journey);
        }
        let on = match blocks(tile) {
            Through::Stays | Through::Leaves => false,
            Through::Straight => true,
            Through::Blocks(blocks, past) => {
                blocks.into_iter().fold(past, |past, block| collect(block, found) | past)
            }
        };
        if !on {
            return false;
        }
    }
    true
}

/// The blocks inside a tile, on whichever way.
pub(crate) fn inside(tile: &Tile) -> Vec<&[Tile]> {
    match &tile.kind {
        TileKind::WaitArms { arms, timeout, .. } => {
            arms.iter().map(|arm| &*arm.body).chain(timeout.as_deref()).collect()
        }
        TileKind::Send { arms: Some(arms), .. } => arms.iter().map(|arm| &*arm.body).collect(),
        TileKind::Webhook(webhook) => webhook.arms.iter().flatten().map(|arm| &*arm.body).collect(),
        TileKind::WaitUntil { late, .. } => late.as_deref().into_iter().collect(),
        TileKind::Run { arms, otherwise, .. } => {
            arms.iter().map(|arm| &*arm.body).chain(otherwise.as_deref()).collect()
        }
        _ => match blocks(tile) {
            Through::Blocks(blocks, _) => blocks,
            Through::Stays | Through::Leaves | Through::Straight => Vec::new(),
        },
    }
}

/// How a tile is passed.
enum Through<'t> {
    /// A member can stand still at it.
    Stays,
    /// It leaves the journey there.
    Leaves,
    /// It goes on at once.
    Straight,
    /// It goes on through one of these blocks; or past them.
    Blocks(Vec<&'t [Tile]>, bool),
}

fn blocks(tile: &Tile) -> Through<'_> {
    match &tile.kind {
        TileKind::WaitFor(_)
        | TileKind::WaitUntil { .. }
        | TileKind::WaitWindow(_)
        | TileKind::WaitCondition { .. }
        | TileKind::WaitEvent { .. }
        | TileKind::WaitArms { .. }
        | TileKind::Run { .. } => Through::Stays,
        TileKind::Exit(_) => Through::Leaves,
        // With arms it waits for the outcome.
        TileKind::Send { arms: Some(_), .. } => Through::Stays,
        TileKind::Webhook(webhook) if webhook.arms.is_some() => Through::Stays,
        TileKind::Send { .. }
        | TileKind::Webhook(_)
        | TileKind::Update(_)
        | TileKind::Member { .. }
        | TileKind::Let(..)
        | TileKind::Enter(_) => Through::Straight,
        TileKind::BranchWhen { arms, otherwise } => {
            let blocks = arms.iter().map(|(_, body)| &**body).chain(otherwise.as_deref());
            Through::Blocks(blocks.collect(), otherwise.is_none())
        }
        TileKind::BranchValue { arms, otherwise, .. } => {
            let blocks = arms.iter().map(|(_, body)| &**body).chain(otherwise.as_deref());
            Through::Blocks(blocks.collect(), otherwise.is_none() && !exhaustive(tile))
        }
        TileKind::Split { arms, .. } => {
            Through::Blocks(arms.iter().map(|arm| &*arm.body).collect(), false)
        }
        TileKind::Repeat(repeat) => Through::Blocks(vec![&repeat.body], may_skip(repeat)),
    }
}

/// Whether a loop may have no round at all.
fn may_skip(repeat: &Repeat) -> bool {
    !matches!(&repeat.times.kind, ExprKind::Const(Const::Int(1..))) || repeat.until.is_some()
}

/// Whether the arms of a branch by value leave nothing over.
fn exhaustive(tile: &Tile) -> bool {
    let TileKind::BranchValue { subject, arms, .. } = &tile.kind else { return false };
    let constants = arms.iter().flat_map(|(values, _)| values).filter_map(|it| it.as_const());
    let values: Vec<&Const> = constants.collect();
    match &subject.ty {
        crate::Type::Enum(members) => {
            members.iter().all(|member| values.contains(&&Const::Text(member.clone())))
        }
        crate::Type::Bool => [true, false].iter().all(|it| values.contains(&&Const::Bool(*it))),
        _ => false,
    }
}
