//! What is put to work, and what people do to it: deployments and operations.
//!
//! A deployment is one program: the current version of every live journey, and the older versions
//! that still have members. An operation is what somebody does to all customers at once: put a
//! deployment to work, pause a journey, let it go on, stop it. Operations are numbered and each has
//! its instant. A customer is brought along when it is next looked at, through each operation it
//! has not seen, at the instant of that operation; so what becomes of it does not depend on when
//! anybody looks.

use std::sync::Arc;

use journey_vm::{ProgramSet, Rebase};
use serde::{Deserialize, Serialize};

/// The number of a journey's line: all versions of the journey of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Line(pub u32);

/// The number of an audience, the same in all deployments that have one of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AudienceId(pub u32);

/// A version of a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    /// Which journey.
    pub line: Line,
    /// From 1.
    pub version: u32,
}

/// A program that was put to work.
#[derive(Debug)]
pub struct Deployment {
    /// From 1.
    pub number: u32,
    /// The program, prepared.
    pub set: ProgramSet,
    /// What each journey of the program is.
    pub journeys: Vec<Version>,
    /// What each audience of the program is.
    pub audiences: Vec<AudienceId>,
    /// How a customer gets here from the deployment before; none for the first.
    pub rebase: Option<Rebase>,
    /// Journeys that begin here and take those in who are in their audience already.
    pub admits: Vec<u16>,
}

impl Deployment {
    /// What a journey of the program is.
    pub fn version(&self, journey: u16) -> Option<Version> {
        self.journeys.get(usize::from(journey)).copied()
    }

    /// The number, in the program, of the version that takes entries; of a journey that takes none
    /// any more, that of its latest version.
    pub fn current(&self, line: Line) -> Option<u16> {
        let of_line = (0u16..).zip(&self.journeys).filter(|(_, it)| it.line == line);
        of_line.max_by_key(|(_, it)| it.version).map(|(number, _)| number)
    }

    /// The versions of a journey that are part of the program.
    pub fn versions(&self, line: Line) -> Vec<Version> {
        self.journeys.iter().filter(|it| it.line == line).copied().collect()
    }

    /// The number of a version in the program.
    pub fn find(&self, version: Version) -> Option<u16> {
        (0u16..).zip(&self.journeys).find(|(_, it)| **it == version).map(|(number, _)| number)
    }
}

/// What is done to all customers at once.
#[derive(Debug, Clone)]
pub struct Operation {
    /// When.
    pub at: i64,
    /// What.
    pub what: Change,
}

/// See [`Operation`].
#[derive(Debug, Clone)]
pub enum Change {
    /// A program is put to work.
    Deploy(Arc<Deployment>),
    /// Members stand still, and nobody enters.
    Pause(Line),
    /// Members go on.
    Resume(Line),
    /// Members leave.
    Stop(Line),
}

/// All operations so far. Cheap to clone: a shard keeps one and is given another when there is
/// something new.
#[derive(Debug, Clone, Default)]
pub struct History {
    operations: Vec<Operation>,
    /// Deployments in order.
    deployments: Vec<Arc<Deployment>>,
    /// Journeys that are paused now.
    paused: Vec<Line>,
}

impl History {
    /// Adds an operation.
    pub fn push(&mut self, operation: Operation) {
        match &operation.what {
            Change::Deploy(deployment) => self.deployments.push(Arc::clone(deployment)),
            Change::Pause(line) => self.paused.push(*line),
            Change::Resume(line) | Change::Stop(line) => self.paused.retain(|it| it != line),
        }
        self.operations.push(operation);
    }

    /// How many operations there are.
    pub fn len(&self) -> u32 {
        u32::try_from(self.operations.len()).unwrap_or(u32::MAX)
    }

    /// Whether nothing was ever put to work.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Operations that somebody who has seen so many has not seen.
    pub fn since(&self, seen: u32) -> &[Operation] {
        self.operations.get(seen as usize..).unwrap_or_default()
    }

    /// The number of the latest operation that concerns a journey: it was paused, resumed or stopped, or a
    /// deployment changed its versions or took in who was in its audience.
    pub fn latest_about(&self, line: Line) -> Option<u32> {
        let place = self.operations.iter().rposition(|it| self.is_about(it, line))?;
        u32::try_from(place + 1).ok()
    }

    fn is_about(&self, operation: &Operation, line: Line) -> bool {
        match &operation.what {
            Change::Pause(of) | Change::Resume(of) | Change::Stop(of) => *of == line,
            Change::Deploy(now) => {
                let before = now.number.checked_sub(1).and_then(|number| self.numbered(number));
                let before = before.map(|before| before.versions(line)).unwrap_or_default();
                now.versions(line) != before
                    || now
                        .admits
                        .iter()
                        .any(|it| now.version(*it).is_some_and(|it| it.line == line))
            }
        }
    }

    /// The program that is at work.
    pub fn deployment(&self) -> Option<&Arc<Deployment>> {
        self.deployments.last()
    }

    /// A deployment by its number.
    pub fn numbered(&self, number: u32) -> Option<&Arc<Deployment>> {
        self.deployments.get(number.checked_sub(1)? as usize)
    }

    /// Journeys that are paused now.
    pub fn paused(&self) -> &[Line] {
        &self.paused
    }
}
