//! Several versions of journeys in one program.
//!
//! A customer record is laid out by one program, so the current versions of all journeys and the
//! earlier ones that still have members stand in one. [`link()`] starts from the program of the current
//! versions, which is compiled against the present schema, and adds journeys from programs
//! that were compiled earlier, as they were. What they refer to in the schema they now find by
//! name; if it is gone or has another type, the earlier version cannot go on, and that is
//! what a [`LinkError`] says.
//!
//! Nothing of the base is changed or moved: it stands at the beginning of the outcome.
//!
//! What is the workspace's stays the workspace's: its name, its time zone, definitions of audiences,
//! policies, what actions send. What is the version's stays the version's: its code, the constants in it,
//! its history windows. It has no entry any more, so what only that referred to may be gone.

mod calls;
mod code;
mod compare;
mod error;
mod names;
mod pools;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

pub use code::Counterpart;
pub use compare::Comparison;
pub use error::{Broken, LinkError};

use calls::Lines;
use code::Copied;
use names::Names;
use pools::Pools;
use walk::Referred;

use crate::{Journey, Program, Verified, Version};

/// A version of a journey that still has members.
#[derive(Debug, Clone, Copy)]
pub struct Pinned<'a> {
    /// A program that it is part of.
    pub program: &'a Verified<Program>,
    /// Its index there.
    pub journey: u16,
    /// Its number.
    pub version: u32,
}

/// Adds earlier versions to a program. The order in which they are given makes no difference.
pub fn link(base: &Verified<Program>, pinned: &[Pinned<'_>]) -> Result<Program, LinkError> {
    let base: &Program = base;
    let mut program = base.clone();
    if pinned.is_empty() {
        return Ok(program);
    }
    let mut pinned: Vec<Unit<'_>> = pinned.iter().map(Unit::of).collect::<Result<_, _>>()?;
    pinned.sort_by(|a, b| a.key().cmp(&b.key()));
    twice(base, &pinned)?;
    let (names, lines) = (Names::of(base), Lines::of(base, &pinned));
    if program.versions.is_empty() {
        program.versions = vec![Version::current(1); program.journeys.len()];
    }
    let mut pools = Pools::of(base);
    for unit in &pinned {
        let copied = unit.link(&mut program, &mut pools, &names, &lines);
        let (journey, version) = copied.map_err(|reason| unit.error(reason))?;
        program.journeys.push(journey);
        program.versions.push(version);
    }
    Ok(program)
}

/// A version that is to be linked.
#[derive(Debug, Clone, Copy)]
struct Unit<'a> {
    from: &'a Program,
    number: u16,
    journey: &'a Journey,
    version: u32,
}

impl<'a> Unit<'a> {
    fn of(pinned: &Pinned<'a>) -> Result<Unit<'a>, LinkError> {
        let Pinned { program, journey: number, version } = *pinned;
        let from: &Program = program;
        match from.journeys.get(usize::from(number)) {
            Some(journey) => Ok(Unit { from, number, journey, version }),
            None => {
                let journey = format!("#{number}");
                Err(LinkError { journey, version, reason: Broken::NoJourney })
            }
        }
    }

    fn key(&self) -> (&'a str, u32) {
        (&self.journey.name, self.version)
    }

    fn error(&self, reason: Broken) -> LinkError {
        LinkError { journey: self.journey.name.clone(), version: self.version, reason }
    }

    fn link(
        &self,
        to: &mut Program,
        pools: &mut Pools,
        names: &Names<'_>,
        lines: &Lines<'_>,
    ) -> Referred<(Journey, Version)> {
        let too_many = |_| Broken::TooMany("journeys");
        let number = u16::try_from(to.journeys.len()).map_err(too_many)?;
        let own = Some(Counterpart::same(self.number, number));
        let mut copied = Copied::new(self.from, own, names, lines);
        let mut journey = copied.journey(self.journey, to, pools)?;
        let former_ends = calls::ends(self, &mut journey, lines)?;
        if let Some(restarted) = lines.restarted(&self.journey.name)
            && !journey.outcomes.contains(restarted)
        {
            journey.outcomes.push(restarted.clone());
        }
        Ok((journey, Version { former_ends, ..Version::retired(self.version) }))
    }
}

/// Each version stands in a program once.
fn twice(base: &Program, pinned: &[Unit<'_>]) -> Result<(), LinkError> {
    let base = (0..=u16::MAX).zip(&base.journeys).map(|(number, journey)| {
        let version = base.version(number).number;
        (&*journey.name, version)
    });
    let mut known: BTreeSet<(&str, u32)> = base.collect();
    match pinned.iter().find(|unit| !known.insert(unit.key())) {
        Some(unit) => Err(unit.error(Broken::Twice)),
        None => Ok(()),
    }
}

/// By name and number, what each unit is to become.
fn numbers<'a>(base: &Program, pinned: &[Unit<'a>]) -> BTreeMap<(&'a str, u32), u16> {
    let first = u16::try_from(base.journeys.len()).unwrap_or(u16::MAX);
    pinned.iter().map(Unit::key).zip(first..=u16::MAX).collect()
}
