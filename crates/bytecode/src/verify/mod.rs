//! The verifier: the only way from a [`Program`] to a [`Verified`] one.

use std::fmt;
use std::ops::Deref;

use chrono_tz::Tz;
use regex::Regex;

use crate::Program;

/// A program that the verifier has let through, with what the verifier had to build to check it.
#[derive(Debug, Clone)]
pub struct Verified<T> {
    inner: T,
    zone: Tz,
    regexes: Vec<Regex>,
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> Verified<T> {
    /// The program's time zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The patterns of `matches`, compiled, in the program's order.
    pub fn regexes(&self) -> &[Regex] {
        &self.regexes
    }

    /// The program, no longer known to be verified once it is changed.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

/// Why a program is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    /// Where: `journey cart_recovery, op 12`.
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
}

/// Checks a program.
pub fn verify(program: Program) -> Result<Verified<Program>, VerifyError> {
    let zone = program.timezone.parse::<Tz>().map_err(|_| VerifyError {
        place: "program".to_owned(),
        problem: Problem::UnknownZone(program.timezone.clone()),
    })?;
    let mut regexes = Vec::new();
    for (index, pattern) in program.regexes.iter().enumerate() {
        let regex = Regex::new(pattern).map_err(|error| VerifyError {
            place: format!("pattern {index}"),
            problem: Problem::BadPattern(error.to_string()),
        })?;
        regexes.push(regex);
    }
    Ok(Verified { inner: program, zone, regexes })
}
