//! What the engine must come to, the slow and obvious way: every durable command, one after the other, for
//! one customer at a time, in maps in memory.
//!
//! It shares `journey_vm::apply` with the engine and nothing else: no store, no batches, no records, no indexes.

mod answers;
mod compare;
mod gather;

use std::collections::BTreeMap;
use std::sync::Arc;

use bumpalo::Bump;
use journey_bytecode::Const;
use journey_engine::command::{Command, Reply, What};
use journey_engine::deploy::{Change, Deployment, History, Operation};
use journey_engine::outbox::{Message, MessageId};
use journey_engine::timeline::{Cause, Record};
use journey_engine::trouble::Undelivered;
use journey_vm::{Customer, Input, Key, Scratch, Val, apply};

use crate::checker::Origin;
use gather::Gather;

/// A customer.
struct Person {
    customer: Customer,
    seen: u32,
    deployment: Arc<Deployment>,
}

/// See the [module](self).
pub struct Reference {
    dedupe: i64,
    people: BTreeMap<String, Person>,
    seen: BTreeMap<(String, String), i64>,
    outbox: BTreeMap<MessageId, Message>,
    troubles: BTreeMap<(u16, u64), Undelivered>,
    /// The next numbers of messages and troubles, by shard.
    numbers: BTreeMap<u16, (u64, u64)>,
    timelines: BTreeMap<String, Vec<Record>>,
    /// Timelines of customers that were erased.
    forgotten: Vec<(String, Vec<Record>)>,
    /// Every message that was ever caused.
    sent: BTreeMap<Key, Origin>,
    scratch: Scratch,
}

/// What a command may want to know of an input.
#[derive(Default)]
struct Summary {
    entered: Vec<u16>,
    refused: Vec<(u16, journey_vm::Refusal)>,
    exited: Vec<u16>,
}

/// What is the same for the commands of a step.
struct Step<'s> {
    shard: u16,
    history: &'s History,
    latest: &'s Arc<Deployment>,
}

impl Reference {
    /// A world without customers. Ids of events are remembered for so long.
    pub fn new(dedupe: i64) -> Reference {
        Reference {
            dedupe,
            people: BTreeMap::new(),
            seen: BTreeMap::new(),
            outbox: BTreeMap::new(),
            troubles: BTreeMap::new(),
            numbers: BTreeMap::new(),
            timelines: BTreeMap::new(),
            forgotten: Vec::new(),
            sent: BTreeMap::new(),
            scratch: Scratch::new(),
        }
    }

    /// Does the commands of a step of a shard that knows of these operations.
    pub fn step(&mut self, shard: u16, history: &History, commands: &[Command]) -> Vec<Reply> {
        let Some(latest) = history.deployment() else {
            return commands.iter().map(|_| Reply::Stale).collect();
        };
        let step = Step { shard, history, latest };
        commands.iter().map(|command| self.execute(&step, command)).collect()
    }

    fn execute(&mut self, step: &Step<'_>, command: &Command) -> Reply {
        let Command { customer: id, now, what, .. } = command;
        let made_for = match what {
            What::Event { deployment, .. }
            | What::Traits { deployment, .. }
            | What::Member { deployment, .. }
            | What::Enter { deployment, .. } => Some(*deployment),
            _ => None,
        };
        if made_for.is_some_and(|number| number != step.latest.number) {
            return Reply::Stale;
        }
        let mut person = match self.people.remove(&**id) {
            Some(mut person) => {
                self.catch_up(&mut person, step);
                person
            }
            None if made_for.is_none() => return Reply::Unknown,
            None => self.newcomer(id, step, *now),
        };
        let reply = self.perform(&mut person, step, *now, what);
        // Of whom nothing has happened yet, nothing is known.
        if !matches!(what, What::Erase) && person.customer.clock().is_some() {
            self.people.insert(id.to_string(), person);
        }
        reply
    }

    /// A customer nobody has heard of finds those journeys paused that are.
    fn newcomer(&mut self, id: &str, step: &Step<'_>, now: i64) -> Person {
        let mut person = Person {
            customer: Customer::new(id),
            seen: step.history.len(),
            deployment: Arc::clone(step.latest),
        };
        for line in step.history.paused() {
            if let Some(journey) = person.deployment.current(*line) {
                self.apply(
                    &mut person,
                    step,
                    Input::Pause { journey },
                    Cause::Pause { journey },
                    now,
                );
            }
        }
        person
    }

    fn catch_up(&mut self, person: &mut Person, step: &Step<'_>) {
        for operation in step.history.since(person.seen) {
            self.undergo(person, step, operation);
            person.seen += 1;
        }
    }

    fn undergo(&mut self, person: &mut Person, step: &Step<'_>, operation: &Operation) {
        let at = operation.at;
        let (line, is) = match &operation.what {
            Change::Deploy(next) => return self.deploy(person, step, next, at),
            Change::Pause(line) => (line, 0),
            Change::Resume(line) => (line, 1),
            Change::Stop(line) => (line, 2),
        };
        let Some(journey) = person.deployment.current(*line) else { return };
        let (input, cause) = match is {
            0 => (Input::Pause { journey }, Cause::Pause { journey }),
            1 => (Input::Resume { journey }, Cause::Resume { journey }),
            _ => (Input::Stop { journey }, Cause::Stop { journey }),
        };
        self.apply(person, step, input, cause, at);
    }

    fn deploy(&mut self, person: &mut Person, step: &Step<'_>, next: &Arc<Deployment>, at: i64) {
        let from = std::mem::replace(&mut person.deployment, Arc::clone(next));
        if let Some(rebase) = &next.rebase {
            let mut gather = Gather::new(person.customer.id(), &from, Some(next));
            let (customer, scratch) = (&mut person.customer, &mut self.scratch);
            rebase.apply(&from.set, &next.set, customer, at, scratch, &mut gather);
            self.keep(person, step.shard, [Cause::Time, Cause::Deploy], at, gather);
        }
        for journey in &next.admits {
            self.apply(person, step, Input::Admit { journey: *journey }, Cause::Deploy, at);
        }
    }

    fn apply(
        &mut self,
        person: &mut Person,
        step: &Step<'_>,
        input: Input<'_>,
        cause: Cause,
        at: i64,
    ) -> Summary {
        let mut gather = Gather::new(person.customer.id(), &person.deployment, None);
        let (customer, scratch) = (&mut person.customer, &mut self.scratch);
        apply(&person.deployment.set, customer, input, at, scratch, &mut gather);
        let summary = Summary {
            entered: std::mem::take(&mut gather.entered),
            refused: std::mem::take(&mut gather.refused),
            exited: std::mem::take(&mut gather.exited),
        };
        self.keep(person, step.shard, [cause, Cause::Deploy], at, gather);
        summary
    }

    fn keep(&mut self, person: &Person, shard: u16, causes: [Cause; 2], at: i64, gather: Gather) {
        self.sent.extend(gather.origins);
        let timeline = self.timelines.entry(person.customer.id().to_owned()).or_default();
        for (part, cause) in gather.parts.into_iter().zip(causes) {
            for message in part.messages {
                let (next, _) = self.numbers.entry(shard).or_default();
                self.outbox.insert(MessageId { shard, number: *next }, message);
                *next += 1;
            }
            if !part.effects.is_empty() {
                let deployment = part.deployment.number;
                timeline.push(Record { deployment, at, cause, effects: part.effects });
            }
        }
    }

    fn perform(&mut self, person: &mut Person, step: &Step<'_>, now: i64, what: &What) -> Reply {
        let arena = Bump::new();
        match what {
            What::Event { event, at, id, row, .. } => {
                if let Some(id) = id
                    && self.was_seen(person.customer.id(), id, now)
                {
                    self.apply(person, step, Input::Tick, Cause::Time, now);
                    return Reply::Duplicate;
                }
                let (event, at) = (*event, *at);
                let input = Input::Event { event, at, id: None, row };
                self.apply(person, step, input, Cause::Event { event, at }, now);
                Reply::Done
            }
            What::Traits { changes, .. } => {
                let input = Input::Traits(&values(changes, &arena));
                self.apply(person, step, input, Cause::Traits(changes.clone()), now);
                Reply::Done
            }
            What::Member { audience, member, .. } => {
                let (audience, member) = (*audience, *member);
                let input = Input::Member { audience, member };
                self.apply(person, step, input, Cause::Member { audience, member }, now);
                Reply::Done
            }
            What::Enter { journey, args, event, id, .. } => {
                if let Some(id) = id
                    && self.was_seen(person.customer.id(), id, now)
                {
                    return Reply::Duplicate;
                }
                let (journey, args) = (*journey, values(args, &arena));
                let input = Input::Enter { journey, args: &args, event: event.as_ref() };
                let summary = self.apply(person, step, input, Cause::Enter { journey }, now);
                answers::entry(&summary, journey)
            }
            What::Remove { line } => {
                let Some(journey) = step.latest.current(*line) else { return Reply::Unknown };
                let input = Input::Remove { journey, membership: None };
                let summary = self.apply(person, step, input, Cause::Remove { journey }, now);
                Reply::Removed(answers::exits(&summary, &person.deployment, *line))
            }
            What::Attempted { message, attempt, result } => {
                self.attempted(person, step, now, *message, *attempt, result)
            }
            What::Retry { trouble } => self.retry(person, step, now, *trouble),
            What::Drop { trouble } => self.give_up(person, step, now, *trouble),
            What::CatchUp => {
                self.apply(person, step, Input::Tick, Cause::Time, now);
                Reply::Done
            }
            What::Erase => self.erase(person, step, now),
            What::Reject(_) => Reply::Done,
        }
    }

    fn was_seen(&mut self, customer: &str, id: &str, now: i64) -> bool {
        let key = (customer.to_owned(), id.to_owned());
        let known = self.seen.get(&key).is_some_and(|at| *at > now - self.dedupe);
        if !known {
            self.seen.insert(key, now);
        }
        known
    }

    fn erase(&mut self, person: &mut Person, step: &Step<'_>, now: i64) -> Reply {
        let mut journeys: Vec<u16> =
            person.customer.instances().iter().map(|it| it.journey).collect();
        journeys.sort_unstable();
        journeys.dedup();
        let mut removed = 0;
        for journey in journeys {
            let input = Input::Remove { journey, membership: None };
            let summary = self.apply(person, step, input, Cause::Remove { journey }, now);
            removed += summary.exited.len() as u32;
        }
        let id = person.customer.id();
        self.outbox.retain(|_, message| message.customer != id);
        self.troubles.retain(|_, trouble| trouble.message.customer != id);
        let timeline = self.timelines.remove(id).unwrap_or_default();
        self.forgotten.push((id.to_owned(), timeline));
        Reply::Removed(removed)
    }

    /// Timelines of customers that were erased.
    pub fn forgotten(&self) -> &[(String, Vec<Record>)] {
        &self.forgotten
    }

    /// Whether this message was ever caused.
    pub fn has_caused(&self, key: &Key, origin: &Origin) -> bool {
        self.sent.get(key) == Some(origin)
    }

    /// Asks of each member who is inside.
    pub(crate) fn standing<E>(
        &self,
        mut ask: impl FnMut(&str, &journey_vm::Instance) -> Result<(), E>,
    ) -> Result<(), E> {
        for (id, person) in &self.people {
            person.customer.instances().iter().try_for_each(|instance| ask(id, instance))?;
        }
        Ok(())
    }

    /// Whether a customer is known.
    pub fn knows(&self, id: &str) -> bool {
        self.people.contains_key(id)
    }
}

/// Values in memory that lasts for the command.
fn values<'a>(values: &'a [(u16, Const)], arena: &'a Bump) -> Vec<(u16, Val<'a>)> {
    values.iter().map(|(slot, value)| (*slot, Val::from_const(value, arena))).collect()
}
