//! The verifier: the only way from a [`Program`] to a [`Verified`] one.
//!
//! The interpreter trusts what is checked here and nothing else. Each part is looked at once:
//! first names, types and constants (`schema`, `versions`), then every expression (`expr`), then the windows,
//! audiences, policies and journeys that use them (`uses`, `policies`, `journey`), and last the paths through each
//! journey (`flow`). Whether a value can be unset is not tracked: narrowing was the type
//! checker's business, and the interpreter stops an instance that meets an unset value where one
//! is needed.

mod cycles;
mod each;
mod expr;
mod flow;
mod journey;
mod ops;
mod policies;
mod problem;
mod request;
mod schema;
mod shape;
mod uses;
mod versions;

use std::fmt::Display;
use std::ops::Deref;

use journey_time::Tz;
use regex::{Regex, RegexBuilder};

pub use problem::{Problem, VerifyError};

use crate::Program;

/// The memory a compiled pattern may take. The engine is linear in time whatever the pattern.
const MAX_PATTERN_BYTES: usize = 1 << 20;

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

/// Checks a program.
pub fn verify(program: Program) -> Result<Verified<Program>, VerifyError> {
    let Some(zone) = journey_time::find(&program.timezone) else {
        return refuse("program", Problem::UnknownZone(program.timezone));
    };
    let mut regexes = Vec::new();
    for (index, pattern) in program.regexes.iter().enumerate() {
        match RegexBuilder::new(pattern).size_limit(MAX_PATTERN_BYTES).build() {
            Ok(regex) => regexes.push(regex),
            Err(error) => {
                return refuse(format!("pattern {index}"), Problem::BadPattern(error.to_string()));
            }
        }
    }
    schema::check(&program)?;
    versions::check(&program)?;
    let facts = expr::check_all(&program)?;
    uses::check_windows(&program, &facts)?;
    let facts = uses::close(&program, facts);
    uses::check_audiences(&program, &facts)?;
    policies::check(&program, &facts)?;
    request::check_actions(&program, &facts)?;
    for number in 0..program.journeys.len() {
        journey::check(&program, &facts, number)?;
        flow::check(&program, number)?;
    }
    Ok(Verified { inner: program, zone, regexes })
}

/// What a check gives back.
type Checked<T> = Result<T, VerifyError>;

/// Refuses the program.
fn refuse<T>(place: impl Display, problem: Problem) -> Checked<T> {
    Err(VerifyError { place: place.to_string(), problem })
}

/// Refuses more than `limit` of something.
fn limit(place: impl Display, what: &'static str, count: usize, limit: usize) -> Checked<()> {
    match count <= limit {
        true => Ok(()),
        false => refuse(place, Problem::Limit { what, count, limit }),
    }
}

/// The item an index points to.
fn at<'a, T>(items: &'a [T], index: usize, what: &'static str) -> Result<&'a T, Problem> {
    items.get(index).ok_or(Problem::Index { what, index })
}
