//! Where an instance goes on that stands still and is to go on elsewhere than in a state: with an
//! operation that it could not do, or where the outcome leads that came meanwhile.
//!
//! It goes on at the tile where its own is now. Nothing that was done there is done again, if it can be
//! helped: it goes on with the operation that is the same among those of its kind.

use journey_bytecode::{ArmTrigger, Journey, Op, Outcome};

use super::Route;
use crate::ProgramSet;
use crate::state::{Instance, Still};

/// The operation in the new program; nothing if there is no place for it any more.
pub(super) fn onward(
    from: &ProgramSet,
    to: &ProgramSet,
    route: &Route,
    instance: &Instance,
    still: &Still,
) -> Option<u32> {
    let op = still.onward?;
    let ((was, _), (is, _)) = (from.journey(instance.journey)?, to.journey(route.to)?);
    let Some(tile) = instance.tile else {
        // Between two tiles there is no place that the other version would know, but for the entry.
        return (op == 0 || same_code(was, is)).then_some(op);
    };
    let new = route.tile(tile)?;
    match answered(was, tile, still.state, op) {
        Some(outcome) => answer(is, route.state(still.state)?, outcome),
        None if same_code(was, is) => Some(op),
        None => operation(was, is, (tile, op), new),
    }
}

/// The outcome that leads to an operation from the state of a tile.
fn answered(journey: &Journey, tile: u16, state: u16, op: u32) -> Option<Outcome> {
    let state = journey.states.get(usize::from(state)).filter(|state| state.tile == tile)?;
    state.arms.iter().find_map(|arm| match arm.trigger {
        ArmTrigger::Outcome(outcome) if arm.to == op => Some(outcome),
        _ => None,
    })
}

/// Where an outcome leads. A tile may have lost the arm for messages that are skipped.
fn answer(journey: &Journey, state: u16, outcome: Outcome) -> Option<u32> {
    let arms = &journey.states.get(usize::from(state))?.arms;
    let takes =
        |outcome: Outcome| arms.iter().find(|arm| arm.trigger == ArmTrigger::Outcome(outcome));
    takes(outcome).or_else(|| takes(Outcome::Failed)).map(|arm| arm.to)
}

/// Whether two journeys differ in nothing but values.
fn same_code(was: &Journey, is: &Journey) -> bool {
    was.code.len() == is.code.len()
        && was.code.iter().zip(&is.code).all(|(a, b)| kind(*a) == kind(*b))
        && was.tiles.iter().map(|tile| &tile.id).eq(is.tiles.iter().map(|tile| &tile.id))
}

fn kind(op: Op) -> std::mem::Discriminant<Op> {
    std::mem::discriminant(&op)
}

/// The operation of the new tile that is the how manyeth of its kind there, or else the first behind the
/// arrival.
fn operation(was: &Journey, is: &Journey, (tile, op): (u16, u32), new: u16) -> Option<u32> {
    let (old, fresh) = (operations(was, tile)?, operations(is, new)?);
    let meant = was.code.get(op as usize)?;
    let number = old.iter().filter(|(at, it)| *at < op && kind(*it) == kind(*meant)).count();
    let mut like = fresh.iter().filter(|(_, it)| kind(*it) == kind(*meant));
    like.nth(number).or(fresh.first()).map(|(at, _)| *at)
}

/// The operations of a tile, behind the arrival, in the order in which they stand.
fn operations(journey: &Journey, tile: u16) -> Option<Vec<(u32, Op)>> {
    let arrival = journey.code.iter().position(|op| *op == Op::Arrive { tile })?;
    let behind = (0_u32..).zip(journey.code.iter().copied()).skip(arrival + 1);
    Some(behind.take_while(|(_, op)| !matches!(op, Op::Arrive { .. })).collect())
}
