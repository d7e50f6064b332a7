//! Checks of the paths through a journey.
//!
//! An instance is at a tile or between two tiles. Where it is must follow from the code alone, so
//! that every record of the timeline names the right tile: it arrives only from between tiles,
//! leaves by an edge of the tile it is at, waits only at states of that tile, and paths that meet
//! agree. After a wait it must leave the tile before it can wait again, but for a send, which may
//! wait for its policy first. Every cycle passes a wait or counts down the rounds of a loop
//! (`cycles`), and the interpreter's budget counts the tiles.

use super::cycles;
use super::problem::Problem;
use super::{Checked, at, refuse};
use crate::{ArmTrigger, Deadline, Journey, Op, Program};

/// Where an instance is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Position {
    /// Before the first tile, or on an edge.
    Between,
    /// At a tile.
    At { tile: u16, waited: Waited },
}

/// What an instance has waited for at the tile it is at.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Waited {
    Nothing,
    /// The policy of the message.
    Policy,
    Anything,
}

impl Position {
    /// Where it is if it may have come from either; nothing if that is at two places. Where
    /// it may have waited for one thing or another, it has for anything.
    fn meet(self, other: Position) -> Option<Position> {
        match (self, other) {
            (Position::Between, Position::Between) => Some(Position::Between),
            (Position::At { tile, waited }, Position::At { tile: also, waited: too })
                if tile == also =>
            {
                let waited = if waited == too { waited } else { Waited::Anything };
                Some(Position::At { tile, waited })
            }
            _ => None,
        }
    }
}

pub(super) fn check(program: &Program, number: usize) -> Checked<()> {
    let Some(journey) = program.journeys.get(number) else { return Ok(()) };
    let place = |op: usize| format!("journey `{}`, op {op}", journey.name);
    if journey.code.is_empty() {
        return refuse(place(0), Problem::RunsOver);
    }
    shared(journey).map_or(Ok(()), |op| {
        refuse(place(op), Problem::Position("shares a state or split with another operation"))
    })?;
    let mut before: Vec<Option<Position>> = vec![None; journey.code.len()];
    let mut work = vec![(0, Position::Between)];
    while let Some((op, position)) = work.pop() {
        match before.get_mut(op) {
            None => return refuse(place(op), Problem::RunsOver),
            Some(Some(known)) => match known.meet(position) {
                None => return refuse(place(op), Problem::Disagreement),
                Some(both) if both == *known => continue,
                Some(both) => *known = both,
            },
            Some(unknown) => *unknown = Some(position),
        }
        let Some(position) = before.get(op).copied().flatten() else { continue };
        let after =
            step(program, journey, op, position).or_else(|problem| refuse(place(op), problem))?;
        journey.successors(op, true, |target| work.push((target, after)));
        work.extend(former_ends(program, number, journey, op).map(|target| (target, after)));
    }
    match cycles::endless(journey) {
        Some(op) => refuse(place(op), Problem::Endless),
        None => Ok(()),
    }
}

/// Where an instance goes on when a journey for which it waits ends as it only did in an earlier
/// version.
fn former_ends(
    program: &Program,
    number: usize,
    journey: &Journey,
    op: usize,
) -> impl Iterator<Item = usize> {
    let waits = match journey.code.get(op) {
        Some(Op::Suspend { state }) => Some(*state),
        _ => None,
    };
    let version = program.versions.get(number);
    let ends = version.into_iter().flat_map(|version| &version.former_ends);
    ends.filter(move |end| Some(end.state) == waits).map(|end| end.to as usize)
}

/// Finds an operation whose state or split another one uses already. With one operation each,
/// there are no more ways through the code than arms.
fn shared(journey: &Journey) -> Option<usize> {
    let mut states = vec![false; journey.states.len()];
    let mut splits = vec![false; journey.splits.len()];
    journey.code.iter().position(|op| {
        let used = match op {
            Op::Suspend { state } => states.get_mut(usize::from(*state)),
            Op::Split { split } => splits.get_mut(usize::from(*split)),
            _ => None,
        };
        used.is_some_and(|used| std::mem::replace(used, true))
    })
}

/// Where the instance is after an operation.
fn step(
    program: &Program,
    journey: &Journey,
    op: usize,
    position: Position,
) -> Result<Position, Problem> {
    let at_tile = match position {
        Position::At { tile, .. } => Some(tile),
        Position::Between => None,
    };
    match *at(&journey.code, op, "operation")? {
        Op::Arrive { tile } => match at_tile {
            None => Ok(Position::At { tile, waited: Waited::Nothing }),
            Some(_) => Err(Problem::Position("arrives at a tile while at another")),
        },
        Op::Leave { edge } => {
            let tile = at_tile.ok_or(Problem::Position("leaves a tile while at none"))?;
            let tile = at(&journey.tiles, usize::from(tile), "tile")?;
            at(&tile.edges, usize::from(edge), "edge").map(|_| Position::Between)
        }
        Op::Send { .. }
        | Op::Call { .. }
        | Op::Update { .. }
        | Op::Member { .. }
        | Op::Split { .. }
        | Op::Enter { .. }
            if at_tile.is_none() =>
        {
            Err(Problem::Position("acts between tiles"))
        }
        // No message leaves before its policy was asked.
        Op::Send { send } if is_under_policy(program, journey, send) => match position {
            Position::At { waited: Waited::Policy, .. } => Ok(position),
            _ => Err(Problem::Position("sends without asking the policy")),
        },
        Op::Suspend { state } if !follows_what_it_awaits(journey, op, state) => {
            Err(Problem::Position("waits for an outcome of nothing"))
        }
        Op::Suspend { state } => {
            let state = at(&journey.states, usize::from(state), "state")?;
            let policy = matches!(state.deadline, Deadline::Policy { .. });
            match position {
                Position::At { tile, waited } if tile == state.tile => match (waited, policy) {
                    (Waited::Nothing, true) => Ok(Position::At { tile, waited: Waited::Policy }),
                    (Waited::Nothing | Waited::Policy, false) => {
                        Ok(Position::At { tile, waited: Waited::Anything })
                    }
                    _ => Err(Problem::Position("waits again without leaving the tile")),
                },
                _ => Err(Problem::Position("waits at a state of a tile it is not at")),
            }
        }
        _ => Ok(position),
    }
}

/// Whether a state that waits for an outcome stands right behind what has one.
fn follows_what_it_awaits(journey: &Journey, op: usize, state: u16) -> bool {
    let state = journey.states.get(usize::from(state));
    let awaits = state.is_some_and(|state| {
        state.arms.iter().any(|arm| matches!(arm.trigger, ArmTrigger::Outcome(_)))
    });
    let before = op.checked_sub(1).and_then(|op| journey.code.get(op));
    !awaits || matches!(before, Some(Op::Send { .. } | Op::Call { .. }))
}

fn is_under_policy(program: &Program, journey: &Journey, send: u16) -> bool {
    let send = journey.sends.get(usize::from(send));
    let action = send.and_then(|send| program.actions.get(usize::from(send.action)));
    action.is_some_and(|action| action.policy.is_some())
}
