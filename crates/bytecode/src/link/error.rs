//! Why an earlier version cannot go on.

use std::fmt;

/// A journey that a change of the schema, or of another journey, would break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkError {
    /// Name of the journey.
    pub journey: String,
    /// The version that members are pinned to.
    pub version: u32,
    /// What it can no longer do with.
    pub reason: Broken,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "version {} of journey `{}`: {}", self.version, self.journey, self.reason)
    }
}

impl std::error::Error for LinkError {}

/// What an earlier version can no longer do with. Things are named as in ``trait `plan```.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Something it uses is not there any more.
    #[error("the {0} is gone")]
    Gone(String),
    /// Something it uses has another type.
    #[error("the {thing} is now `{is}`, for this version it is `{was}`")]
    Retyped {
        /// What.
        thing: String,
        /// The type it had, as in source.
        was: String,
        /// The type it has.
        is: String,
    },
    /// There is a new parameter or property for which it has no value.
    #[error("the {0} has to be given, and this version does not know it")]
    NoValue(String),
    /// It sets the members of an audience, and they are computed now.
    #[error("the members of audience `{0}` are computed now, and this version sets them")]
    Computed(String),
    /// It sends an action that was put under a policy, or taken from under one.
    #[error("action `{action}` {}", match .now {
        true => "is under a policy now, and this version does not ask it",
        false => "is under no policy any more, and this version asks it",
    })]
    Policy {
        /// Name of the action.
        action: String,
        /// Whether it is under a policy now.
        now: bool,
    },
    /// It starts a journey with the properties of an event, and that one is entered otherwise now.
    #[error("journey `{0}` is no longer entered by the event with which this version starts it")]
    Entry(String),
    /// It waits for a journey that can end in a new way.
    #[error("journey `{journey}` can exit with `{outcome}`, which this version does not know")]
    End {
        /// Name of the journey that it waits for.
        journey: String,
        /// Name of the outcome.
        outcome: String,
    },
    /// The version is there already.
    #[error("the version is linked twice")]
    Twice,
    /// The program would have too many of something.
    #[error("there would be too many {0}")]
    TooMany(&'static str),
    /// There is no such journey in the program that it was to come from.
    #[error("the program has no such journey")]
    NoJourney,
    /// The program that it comes from refers to what is not there. Never seen with a verified one.
    #[error("the program that it comes from is inconsistent")]
    Inconsistent,
}
