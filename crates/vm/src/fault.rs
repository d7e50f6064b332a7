//! What can go wrong while a verified program runs.

/// Why an evaluation, and with it the instance that asked for it, cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Fault {
    /// An int, duration or time left its range.
    #[error("a number left the range of 64 bits")]
    Overflow,
    /// A number would have become infinite or no number.
    #[error("the result is not a finite number")]
    NonFinite,
    /// An int was divided by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A date or time outside the years the calendar knows.
    #[error("a date outside the calendar")]
    Calendar,
    /// A value was needed where there is none.
    #[error("a value is needed but unset")]
    Unset,
    /// A text or list grew beyond all sense.
    #[error("a text or list became too large")]
    TooLarge,
    /// One expression looked at too many elements of lists.
    #[error("an expression looked at more elements of lists than the budget allows")]
    Elements,
    /// Too many tiles were passed on one input.
    #[error("more tiles were passed on one input than the budget allows")]
    Budget,
    /// The code is not what the verifier lets through. Never seen with a verified program.
    #[error("the program is inconsistent")]
    Program,
}

/// All faults, each at its code less one. New ones go to the end: codes stand in stores.
const ALL: [Fault; 9] = [
    Fault::Overflow,
    Fault::NonFinite,
    Fault::DivisionByZero,
    Fault::Calendar,
    Fault::Unset,
    Fault::TooLarge,
    Fault::Elements,
    Fault::Budget,
    Fault::Program,
];

impl Fault {
    /// A number for records, from 1.
    pub fn code(self) -> u8 {
        match self {
            Fault::Overflow => 1,
            Fault::NonFinite => 2,
            Fault::DivisionByZero => 3,
            Fault::Calendar => 4,
            Fault::Unset => 5,
            Fault::TooLarge => 6,
            Fault::Elements => 7,
            Fault::Budget => 8,
            Fault::Program => 9,
        }
    }

    /// The fault with this code.
    pub fn from_code(code: u8) -> Option<Fault> {
        ALL.get(usize::from(code).checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, Fault};

    #[test]
    fn codes_lead_back_to_their_faults() {
        for fault in ALL {
            assert_eq!(Fault::from_code(fault.code()), Some(fault));
        }
        assert_eq!(Fault::from_code(0), None);
        assert_eq!(Fault::from_code(10), None);
    }
}
