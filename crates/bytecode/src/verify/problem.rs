//! What the verifier can find.

use std::fmt;

/// Why a program is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    /// Where: ``journey `cart_recovery`, op 12``.
    pub place: String,
    /// What is wrong there.
    pub problem: Problem,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

impl std::error::Error for VerifyError {}

/// What is wrong with a program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The time zone is none.
    #[error("unknown time zone `{0}`")]
    UnknownZone(String),
    /// A pattern does not compile.
    #[error("the pattern does not compile: {0}")]
    BadPattern(String),
    /// More of something than a program may have.
    #[error("{count} {what}, at most {limit} are allowed")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// An index that points nowhere.
    #[error("there is no {what} {index}")]
    Index {
        /// Into what.
        what: &'static str,
        /// The index.
        index: usize,
    },
    /// Names or numbers that must ascend do not.
    #[error("{0} do not ascend")]
    Order(&'static str),
    /// Events are kept for waits as they come, since the entry or a mark.
    #[error("events for waits are kept as they come, since the entry or a mark")]
    KeptEvents,
    /// Bits that are no days of a week, or none.
    #[error("{0:#010b} are no days of a week")]
    Days(u8),
    /// A number that is infinite or none.
    #[error("a number is not finite")]
    NotFinite,
    /// A constant that is no value of its type: mixed items, an impossible date, another type.
    #[error("a constant is no value of type {0}")]
    NoValue(String),
    /// A trait that can be unset without being optional.
    #[error("neither optional nor with a default")]
    NoDefault,
    /// Expressions must stand one behind the other and cover all code.
    #[error("expressions do not cover the code one behind the other")]
    Layout,
    /// Code that goes on behind its end.
    #[error("the code runs over its end")]
    RunsOver,
    /// A jump from outside into the code that is run for each element of a list.
    #[error("a jump leads into a loop")]
    IntoLoop,
    /// A register outside those declared.
    #[error("register {0} is not declared")]
    Register(u8),
    /// A register that some path leaves without a value.
    #[error("register {0} may hold nothing yet")]
    Unassigned(u8),
    /// A value of the wrong type.
    #[error("{what} is {found}, not {expected}")]
    Mismatch {
        /// Which value.
        what: &'static str,
        /// The type it has.
        found: String,
        /// The type it must have.
        expected: String,
    },
    /// A comparison or fused instruction that does not exist for the type.
    #[error("{0} cannot be compared in this way")]
    NotComparable(String),
    /// Something that is not there where the expression is used: an event, an instance.
    #[error("{0} is not at hand here")]
    Scope(&'static str),
    /// A window asks for another window.
    #[error("a window's filter or value asks for a window")]
    NestedWindow,
    /// A value that may be unset, where one is needed.
    #[error("{0} may be unset")]
    MayBeUnset(&'static str),
    /// A condition does not declare something that its code reads.
    #[error("{what} {index} is read but not declared as read")]
    UndeclaredRead {
        /// Of which kind.
        what: &'static str,
        /// Which.
        index: u16,
    },
    /// A rule of a policy whose figures make no sense.
    #[error("the figures of the rule `{0}` make no sense")]
    Rule(&'static str),
    /// The shares of a split must sum to 100,000.
    #[error("the shares sum to {0}, not to 100000")]
    Shares(u64),
    /// A tile sets the membership of an audience that is computed.
    #[error("the members of the audience are computed")]
    Computed,
    /// Something required is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// An operation where the instance cannot be: arriving at a tile while at another, sending
    /// between tiles, waiting at a state of another tile.
    #[error("{0}")]
    Position(&'static str),
    /// Paths that meet at one place but are at different tiles.
    #[error("paths that meet here are at different tiles")]
    Disagreement,
    /// A cycle in which an instance could turn for ever.
    #[error("a cycle that never suspends")]
    Endless,
    /// A name of an HTTP header that is none.
    #[error("`{0}` is no name of a header")]
    Header(String),
    /// A request that its destination does not send.
    #[error("a destination of another kind")]
    Kind,
    /// A length of time or a number that cannot be.
    #[error("{0} is out of range")]
    Range(&'static str),
    /// A state that nothing ends.
    #[error("a state that nothing ends")]
    DeadEnd,
}
