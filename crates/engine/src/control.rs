//! Putting programs to work, and what is done to all customers at once: kept in the store, and handed to
//! the shards as a [`History`].
//!
//! There is one writer of all this. It writes, makes durable, and only then tells the shards.

use std::sync::Arc;

use journey_bytecode::{Fate, LinkError, Pinned, Plan, Program, Verified, VerifyError};
use journey_vm::{ProgramSet, Rebase, RebaseError};
use serde::{Deserialize, Serialize};

use crate::deploy::{AudienceId, Change, Deployment, History, Line, Operation, Version};
use crate::form::{ReadError, Unreadable, decode, encode};
use crate::keys;
use crate::lifecycle::{Move, Refused, State};
use crate::store::{Batch, Store, StoreError};

const LINES: &str = "lines";
const AUDIENCES: &str = "audiences";
const DEPLOYMENT: &str = "deployment";
const OPERATION: &str = "operation";
const STATE: &str = "state";

/// See the [module](self).
#[derive(Debug)]
pub struct Control {
    /// Names of lines, by number.
    lines: Vec<String>,
    /// How each line stands.
    states: Vec<State>,
    /// Names of audiences, by number.
    audiences: Vec<String>,
    history: Arc<History>,
}

/// A deployment as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredDeployment {
    artifact: Vec<u8>,
    plan: Plan,
    admits: Vec<u16>,
}

/// An operation as it is stored.
#[derive(Serialize, Deserialize)]
struct StoredOperation {
    at: i64,
    change: StoredChange,
}

#[derive(Serialize, Deserialize)]
enum StoredChange {
    Deploy(u32),
    Pause(Line),
    Resume(Line),
    Stop(Line),
}

/// A program that is to be put to work: the current version of each journey that takes entries,
/// [numbered](Program::set_versions).
#[derive(Debug)]
pub struct Release {
    /// The program.
    pub program: Verified<Program>,
    /// What becomes of members of versions that are not current any more.
    pub plan: Plan,
    /// Names of journeys that begin with this, and take in who is in their audience already.
    pub begins: Vec<String>,
}

/// A release with all that it needs of what was at work before.
#[derive(Debug)]
pub struct Prepared {
    artifact: Vec<u8>,
    set: ProgramSet,
    rebase: Option<Rebase>,
    plan: Plan,
    admits: Vec<u16>,
    /// The deployment it follows.
    follows: u32,
    /// What is written with it.
    beside: Batch,
}

impl Prepared {
    /// Has this written with it: after a crash there are both or neither.
    #[must_use]
    pub fn beside(self, beside: Batch) -> Prepared {
        Prepared { beside, ..self }
    }
}

/// Why a program cannot be put to work.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// A version that still has members cannot go on beside it.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// What came of that is no program.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Customers cannot be brought along.
    #[error(transparent)]
    Rebase(#[from] RebaseError),
    /// Something else was put to work meanwhile.
    #[error("another program was put to work meanwhile")]
    Overtaken,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a journey was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// No journey has this name.
    #[error("there is no journey of this name")]
    Unknown,
    /// Its state does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Control {
    /// Reads what was put to work so far.
    pub fn open(store: &dyn Store) -> Result<Control, ReadError> {
        let list = |name: &str| -> Result<Vec<String>, ReadError> {
            Ok(match store.get(&keys::control(name, &[]))? {
                Some(bytes) => decode("names", &bytes)?,
                None => Vec::new(),
            })
        };
        let (lines, audiences) = (list(LINES)?, list(AUDIENCES)?);
        let mut control = Control { states: Vec::new(), lines, audiences, history: Arc::default() };
        for number in (0u32..).take(control.lines.len()) {
            let stored = store.get(&keys::control(STATE, &number.to_be_bytes()))?;
            let state = stored.map_or(Ok(State::Draft), |bytes| decode("state", &bytes))?;
            control.states.push(state);
        }
        let mut history = History::default();
        let all = keys::controls(OPERATION);
        for (_, bytes) in store.scan(&all.start, &all.end, usize::MAX)? {
            let stored: StoredOperation = decode("operation", &bytes)?;
            let what = match stored.change {
                StoredChange::Deploy(number) => {
                    Change::Deploy(Arc::new(control.read(store, number, &history)?))
                }
                StoredChange::Pause(line) => Change::Pause(line),
                StoredChange::Resume(line) => Change::Resume(line),
                StoredChange::Stop(line) => Change::Stop(line),
            };
            history.push(Operation { at: stored.at, what });
        }
        control.history = Arc::new(history);
        Ok(control)
    }

    /// Reads a deployment.
    fn read(
        &self,
        store: &dyn Store,
        number: u32,
        history: &History,
    ) -> Result<Deployment, ReadError> {
        let damaged = || Unreadable { what: "deployment" };
        let key = keys::control(DEPLOYMENT, &number.to_be_bytes());
        let bytes = store.get(&key)?.ok_or_else(damaged)?;
        let stored: StoredDeployment = decode("deployment", &bytes)?;
        let program = journey_bytecode::decode(&stored.artifact).map_err(|_| damaged())?;
        let program = journey_bytecode::verify(program).map_err(|_| damaged())?;
        let set = ProgramSet::new(program);
        let before = history.deployment();
        let rebase = before.map(|before| Rebase::between(&before.set, &set, &stored.plan));
        let rebase = rebase.transpose().map_err(|_| damaged())?;
        self.deployment(number, set, rebase, stored.admits).ok_or_else(|| damaged().into())
    }

    /// A deployment, with the numbers that lines and audiences have. All must be known.
    fn deployment(
        &self,
        number: u32,
        set: ProgramSet,
        rebase: Option<Rebase>,
        admits: Vec<u16>,
    ) -> Option<Deployment> {
        let program = set.program();
        let numbered = (0u16..).zip(&program.journeys);
        let version = |(number, journey): (u16, &journey_bytecode::Journey)| {
            let line = self.line(&journey.name)?;
            Some(Version { line, version: program.version(number).number })
        };
        let journeys = numbered.map(version).collect::<Option<Vec<Version>>>()?;
        let id = |audience: &journey_bytecode::Audience| self.audience(&audience.name);
        let audiences = program.audiences.iter().map(id).collect::<Option<Vec<AudienceId>>>()?;
        Some(Deployment { number, set, journeys, audiences, rebase, admits })
    }

    /// All that was done so far.
    pub fn history(&self) -> Arc<History> {
        Arc::clone(&self.history)
    }

    /// The number of a journey's line.
    pub fn line(&self, name: &str) -> Option<Line> {
        number(&self.lines, name).map(Line)
    }

    /// All lines.
    pub fn lines(&self) -> impl Iterator<Item = Line> + use<> {
        (0u32..).take(self.lines.len()).map(Line)
    }

    /// The name of a line.
    pub fn name(&self, line: Line) -> Option<&str> {
        self.lines.get(line.0 as usize).map(String::as_str)
    }

    /// The number of an audience.
    pub fn audience(&self, name: &str) -> Option<AudienceId> {
        number(&self.audiences, name).map(AudienceId)
    }

    /// How a journey stands. One that was never put to work is a draft.
    pub fn state(&self, line: Line) -> State {
        self.states.get(line.0 as usize).copied().unwrap_or(State::Draft)
    }

    /// Finds out whether a release can be put to work, and changes nothing. `inside` says how many
    /// members a version has.
    pub fn prepare(
        &self,
        release: Release,
        inside: impl Fn(Version) -> u64,
    ) -> Result<Prepared, DeployError> {
        let Release { program, mut plan, begins } = release;
        let before = self.history.deployment();
        let pinned = before.map(|before| pinned(before, &program, &mut plan, inside));
        let linked = match pinned {
            Some(pinned) if !pinned.is_empty() => {
                journey_bytecode::verify(journey_bytecode::link(&program, &pinned)?)?
            }
            _ => program,
        };
        let heads = linked.heads();
        let admits = begins.iter().filter_map(|name| heads.get(&**name).copied()).collect();
        let artifact = journey_bytecode::encode(&linked);
        let set = ProgramSet::new(linked);
        let rebase = before.map(|before| Rebase::between(&before.set, &set, &plan)).transpose()?;
        let follows = before.map_or(0, |before| before.number);
        Ok(Prepared { artifact, set, rebase, plan, admits, follows, beside: Batch::new() })
    }

    /// Puts a release to work.
    pub fn deploy(
        &mut self,
        store: &dyn Store,
        prepared: Prepared,
        at: i64,
    ) -> Result<(), DeployError> {
        let Prepared { artifact, set, rebase, plan, admits, follows, beside: mut batch } = prepared;
        let latest = self.history.deployment().map_or(0, |before| before.number);
        if latest != follows {
            return Err(DeployError::Overtaken);
        }
        let number = latest + 1;
        let stored = StoredDeployment { artifact, plan, admits: admits.clone() };
        batch.put(&keys::control(DEPLOYMENT, &number.to_be_bytes()), &encode(&stored));
        self.register(set.program(), &mut batch);
        // The names were registered just now, so all are known.
        let Some(deployment) = self.deployment(number, set, rebase, admits) else {
            return Err(DeployError::Overtaken);
        };
        self.enter_states(deployment.set.program(), &mut batch);
        let change = Change::Deploy(Arc::new(deployment));
        Ok(self.operate(store, batch, at, change)?)
    }

    /// Gives numbers to what is new.
    fn register(&mut self, program: &Program, batch: &mut Batch) {
        for journey in &program.journeys {
            if self.line(&journey.name).is_none() {
                self.lines.push(journey.name.clone());
                self.states.push(State::Draft);
            }
        }
        for audience in &program.audiences {
            if self.audience(&audience.name).is_none() {
                self.audiences.push(audience.name.clone());
            }
        }
        batch.put(&keys::control(LINES, &[]), &encode(&self.lines));
        batch.put(&keys::control(AUDIENCES, &[]), &encode(&self.audiences));
    }

    /// Journeys that take entries are active, unless they are paused; those that took entries and do
    /// not any more are completed, unless they were stopped.
    fn enter_states(&mut self, program: &Program, batch: &mut Batch) {
        let (lines, states, heads) = (&self.lines, &mut self.states, program.heads());
        for (number, (name, state)) in (0u32..).zip(lines.iter().zip(states)) {
            let head = heads.get(&**name);
            let open = head.is_some_and(|head| !program.version(*head).retired);
            let next = match (*state, open) {
                (State::Paused, true) => State::Paused,
                (_, true) => State::Active,
                (State::Active | State::Paused, false) => State::Completed,
                (state, false) => state,
            };
            if next != *state {
                *state = next;
                batch.put(&keys::control(STATE, &number.to_be_bytes()), &encode(&next));
            }
        }
    }

    /// Pauses a journey, lets it go on, or stops it. Whether anything changed.
    pub fn shift(
        &mut self,
        store: &dyn Store,
        line: Line,
        wanted: Move,
        at: i64,
    ) -> Result<bool, MoveError> {
        let before = self.state(line);
        let next = before.after(wanted)?;
        let change = match wanted {
            Move::Pause => Change::Pause(line),
            Move::Resume => Change::Resume(line),
            Move::Stop => Change::Stop(line),
            // These put a program to work.
            Move::Activate | Move::Complete => {
                return Err(Refused { state: before, refused: wanted }.into());
            }
        };
        if next == before {
            return Ok(false);
        }
        let mut batch = Batch::new();
        batch.put(&keys::control(STATE, &line.0.to_be_bytes()), &encode(&next));
        self.operate(store, batch, at, change)?;
        if let Some(state) = self.states.get_mut(line.0 as usize) {
            *state = next;
        }
        Ok(true)
    }

    /// Adds an operation and makes it durable.
    fn operate(
        &mut self,
        store: &dyn Store,
        mut batch: Batch,
        at: i64,
        what: Change,
    ) -> Result<(), StoreError> {
        let change = match &what {
            Change::Deploy(deployment) => StoredChange::Deploy(deployment.number),
            Change::Pause(line) => StoredChange::Pause(*line),
            Change::Resume(line) => StoredChange::Resume(*line),
            Change::Stop(line) => StoredChange::Stop(*line),
        };
        let number = self.history.len() + 1;
        let key = keys::control(OPERATION, &number.to_be_bytes());
        batch.put(&key, &encode(&StoredOperation { at, change }));
        store.append(&batch)?;
        store.sync()?;
        let mut history = History::clone(&self.history);
        history.push(Operation { at, what });
        self.history = Arc::new(history);
        Ok(())
    }
}

/// The place of a name in a list.
fn number(names: &[String], name: &str) -> Option<u32> {
    names.iter().position(|known| known == name).and_then(|place| u32::try_from(place).ok())
}

/// The versions that go on beside the current ones: those that have members, and are not current any
/// more or have no entry any more; and, if they can, those that are [`kept`] without members.
fn pinned<'d>(
    before: &'d Deployment,
    program: &Verified<Program>,
    plan: &mut Plan,
    inside: impl Fn(Version) -> u64,
) -> Vec<Pinned<'d>> {
    let old = before.set.program();
    let (mut found, mut wanted) = (Vec::new(), Vec::new());
    for (journey, version) in (0u16..).zip(&before.journeys) {
        let Some(declared) = old.journeys.get(usize::from(journey)) else { continue };
        if program.journey_of(&declared.name, version.version).is_some() {
            continue;
        }
        if *plan.fate(&declared.name, version.version) != Fate::Pin {
            continue;
        }
        let pin = Pinned { program: old, journey, version: version.version };
        if inside(*version) > 0 {
            found.push(pin);
        } else if kept(old, program, journey, &declared.name) {
            wanted.push(pin);
        } else {
            plan.set(&declared.name, version.version, Fate::Leave);
        }
    }
    for pin in add(program, &mut found, wanted) {
        if let Some(declared) = old.journeys.get(usize::from(pin.journey)) {
            plan.set(&declared.name, pin.version, Fate::Leave);
        }
    }
    found
}

/// Whether a version without members is to go on all the same. It may have some by the instant of the change: it is
/// entered until then, and somebody's timer may not have been seen to yet. Or nothing else of its journey is
/// left: customers remember by it how often they were inside. Were that forgotten, memberships of a journey
/// that begins anew would be numbered from 1 again, and their messages have the keys of earlier ones.
fn kept(old: &Program, program: &Program, journey: u16, name: &str) -> bool {
    let is_last = || old.heads().get(name) == Some(&journey);
    !old.version(journey).retired || (program.line_of(name).next().is_none() && is_last())
}

/// Adds versions to others beside which they go on, as far as they can. Returns those that cannot.
fn add<'d>(
    program: &Verified<Program>,
    found: &mut Vec<Pinned<'d>>,
    wanted: Vec<Pinned<'d>>,
) -> Vec<Pinned<'d>> {
    let link = |pins: &[Pinned<'d>]| journey_bytecode::link(program, pins).is_ok();
    let all = [&found[..], &wanted[..]].concat();
    // Mostly all can. If those that have to go on cannot, that is for the caller to find out.
    if wanted.is_empty() || link(&all) {
        *found = all;
        return Vec::new();
    }
    wanted
        .into_iter()
        .filter(|pin| {
            found.push(*pin);
            let goes_on = link(found);
            if !goes_on {
                found.pop();
            }
            !goes_on
        })
        .collect()
}
