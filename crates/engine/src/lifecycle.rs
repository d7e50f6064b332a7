//! The states of a journey, and which moves lead from one to another.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a journey stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum State {
    /// Was never activated; has no member.
    Draft,
    /// Enters customers and moves members.
    Active,
    /// Nobody enters, and members stand still.
    Paused,
    /// Nobody enters; members go on to their exit.
    Completed,
    /// Over: its members have left.
    Stopped,
}

/// What can be done to a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Move {
    Activate,
    Pause,
    Resume,
    Complete,
    Stop,
}

/// A move that its state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a journey that is {state} cannot be {}", .refused.participle())]
pub struct Refused {
    /// How the journey stands.
    pub state: State,
    /// What was asked for.
    pub refused: Move,
}

const MOVES: [Move; 5] = [Move::Activate, Move::Pause, Move::Resume, Move::Complete, Move::Stop];

impl State {
    /// The state after a move. A move to where the journey is already changes nothing, so that asking
    /// twice is the same as asking once.
    pub fn after(self, wanted: Move) -> Result<State, Refused> {
        use State::{Active, Completed, Draft, Paused, Stopped};
        Ok(match (self, wanted) {
            (Draft | Active, Move::Activate) => Active,
            (Active | Paused, Move::Pause) => Paused,
            (Paused | Active, Move::Resume) => Active,
            (Active | Paused | Completed, Move::Complete) => Completed,
            (Active | Paused | Stopped, Move::Stop) => Stopped,
            (state, refused) => return Err(Refused { state, refused }),
        })
    }

    /// The moves that lead to another state.
    pub fn allowed(self) -> Vec<Move> {
        let leads = |it: &Move| self.after(*it).is_ok_and(|next| next != self);
        MOVES.into_iter().filter(leads).collect()
    }

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Active => "active",
            State::Paused => "paused",
            State::Completed => "completed",
            State::Stopped => "stopped",
        }
    }
}

impl Move {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Move::Activate => "activate",
            Move::Pause => "pause",
            Move::Resume => "resume",
            Move::Complete => "complete",
            Move::Stop => "stop",
        }
    }

    fn participle(self) -> &'static str {
        match self {
            Move::Activate => "activated",
            Move::Pause => "paused",
            Move::Resume => "resumed",
            Move::Complete => "completed",
            Move::Stop => "stopped",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_moves_that_are_drawn_lead_anywhere() {
        let names =
            |state: State| -> Vec<&str> { state.allowed().iter().map(|it| it.name()).collect() };
        assert_eq!(names(State::Draft), ["activate"]);
        assert_eq!(names(State::Active), ["pause", "complete", "stop"]);
        assert_eq!(names(State::Paused), ["resume", "complete", "stop"]);
        assert!(names(State::Completed).is_empty());
        assert!(names(State::Stopped).is_empty());
    }

    #[test]
    fn a_refused_move_says_how_the_journey_stands() {
        let refused = State::Draft.after(Move::Pause).unwrap_err();
        assert_eq!(refused.to_string(), "a journey that is draft cannot be paused");
        assert_eq!(State::Paused.after(Move::Pause), Ok(State::Paused));
    }
}
