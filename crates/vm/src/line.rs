//! Lines: journeys of one name, which differ in their version.
//!
//! A customer who is inside by one version is inside, a membership has one number whatever its
//! version, and a pause is of all of them. So what is kept of a journey is kept under the number of
//! its line: that of the journey which customers enter or, where none does, the latest. In a
//! program without versions each journey is its own line.

use journey_bytecode::Program;

use crate::ProgramSet;

/// The line of each journey, and what is true of it.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// The journey that stands for the line, by journey.
    heads: Vec<u16>,
    /// How many versions there are, by journey.
    versions: Vec<u16>,
}

impl Lines {
    pub(crate) fn of(program: &Program) -> Lines {
        let heads = program.heads();
        let number = |name: &str| heads.get(name).copied().unwrap_or(u16::MAX);
        let of_each: Vec<u16> = program.journeys.iter().map(|it| number(&it.name)).collect();
        let mut counts = vec![0_u16; of_each.len()];
        for head in &of_each {
            if let Some(count) = counts.get_mut(usize::from(*head)) {
                *count = count.saturating_add(1);
            }
        }
        let count = |head: &u16| counts.get(usize::from(*head)).copied().unwrap_or(1);
        Lines { versions: of_each.iter().map(count).collect(), heads: of_each }
    }
}

impl ProgramSet {
    /// The number of a journey's line. Journeys of one name have the same; that of the journey which
    /// customers enter is its own.
    #[inline]
    pub fn line(&self, journey: u16) -> u16 {
        self.lines.heads.get(usize::from(journey)).copied().unwrap_or(journey)
    }

    /// The version that customers enter of a journey's line, if they enter any.
    pub fn current(&self, journey: u16) -> Option<u16> {
        let head = self.line(journey);
        let is_journey = usize::from(head) < self.lines.heads.len();
        (is_journey && !self.program().version(head).retired).then_some(head)
    }

    /// Whether there are other versions of a journey.
    pub(crate) fn has_versions(&self, journey: u16) -> bool {
        self.lines.versions.get(usize::from(journey)).is_some_and(|count| *count > 1)
    }

    /// An outcome of one version, as another version calls it.
    pub(crate) fn outcome_of(&self, outcome: u16, from: u16, to: u16) -> Option<u16> {
        if from == to {
            return Some(outcome);
        }
        let name = self.journey(from)?.0.outcomes.get(usize::from(outcome))?;
        let place = self.journey(to)?.0.outcomes.iter().position(|known| known == name)?;
        u16::try_from(place).ok()
    }
}
