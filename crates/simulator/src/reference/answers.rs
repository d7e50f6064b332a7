//! What receivers answer, and what people decide of what went wrong.

use bumpalo::Bump;
use journey_bytecode::Outcome;
use journey_engine::command::{Attempt, Reply};
use journey_engine::deploy::{Deployment, Line};
use journey_engine::outbox::{Message, MessageId};
use journey_engine::timeline::Cause;
use journey_engine::trouble::{TroubleId, Undelivered};
use journey_vm::{Answer, Fault, Input, Key, Status, Val};

use super::{Person, Reference, Step, Summary};

/// What came of an entry by hand.
pub(super) fn entry(summary: &Summary, journey: u16) -> Reply {
    let entries = summary.entered.iter().filter(|it| **it == journey).count() as u32;
    match summary.refused.iter().find(|(refused, _)| *refused == journey) {
        Some((_, reason)) if entries == 0 => Reply::NotEntered(*reason),
        _ => Reply::Entered(entries),
    }
}

/// How many members of a journey left.
pub(super) fn exits(summary: &Summary, deployment: &Deployment, line: Line) -> u32 {
    let of_line = |journey: &&u16| deployment.version(**journey).is_some_and(|it| it.line == line);
    summary.exited.iter().filter(of_line).count() as u32
}

impl Reference {
    pub(super) fn attempted(
        &mut self,
        person: &mut Person,
        step: &Step<'_>,
        now: i64,
        id: MessageId,
        attempt: u32,
        result: &Attempt,
    ) -> Reply {
        let fits = |it: &&mut Message| it.attempt == attempt && it.customer == person.customer.id();
        let Some(message) = self.outbox.get_mut(&id).filter(fits) else { return Reply::Unknown };
        match result {
            Attempt::Again { at, failure } => {
                message.attempt += 1;
                message.next_at = *at;
                message.last = Some(failure.clone());
            }
            Attempt::Delivered { response, .. } => {
                let Some(message) = self.outbox.remove(&id) else { return Reply::Unknown };
                let arena = Bump::new();
                let answer = response.as_ref().map_or(Answer::Delivered, |response| {
                    Answer::Response(Val::from_const(response, &arena))
                });
                self.tell(person, step, &message, (answer, Outcome::Delivered), now);
            }
            Attempt::Failed(failure) => {
                let Some(message) = self.outbox.remove(&id) else { return Reply::Unknown };
                let answer = Answer::Failed { status: failure.status };
                self.tell(person, step, &message, (answer, Outcome::Failed), now);
                let (_, next) = self.numbers.entry(step.shard).or_default();
                let undelivered = Undelivered { message, at: now, failure: failure.clone() };
                self.troubles.insert((step.shard, *next), undelivered);
                *next += 1;
            }
        }
        Reply::Done
    }

    /// Tells the member who waits for it, wherever it is by now.
    fn tell(
        &mut self,
        person: &mut Person,
        step: &Step<'_>,
        message: &Message,
        (answer, outcome): (Answer<'_>, Outcome),
        now: i64,
    ) {
        let Message { membership, visit, awaits: true, .. } = *message else { return };
        let (mut journey, mut tile) = (message.journey, message.tile);
        for number in message.deployment + 1..=person.deployment.number {
            let deployment = step.history.numbered(number);
            let rebase = deployment.and_then(|deployment| deployment.rebase.as_ref());
            let Some(moved) = rebase.and_then(|rebase| rebase.tile(journey, tile)) else { return };
            (journey, tile) = moved;
        }
        let cause = Cause::Outcome { journey, membership, tile, visit, outcome };
        let input = Input::Outcome { journey, membership, tile, visit, answer };
        self.apply(person, step, input, cause, now);
    }

    pub(super) fn retry(
        &mut self,
        person: &mut Person,
        step: &Step<'_>,
        now: i64,
        trouble: TroubleId,
    ) -> Reply {
        match trouble {
            TroubleId::Message { shard, number, key } => {
                let Some(Undelivered { mut message, failure, .. }) =
                    self.take_trouble(person, (shard, number), key)
                else {
                    return Reply::Unknown;
                };
                message.awaits = false;
                message.attempt += 1;
                message.next_at = now;
                message.last = Some(failure);
                let (next, _) = self.numbers.entry(step.shard).or_default();
                self.outbox.insert(MessageId { shard: step.shard, number: *next }, message);
                *next += 1;
                Reply::Done
            }
            TroubleId::Trying { id, key } => {
                let own = |it: &&mut Message| it.key == key && it.customer == person.customer.id();
                let Some(message) = self.outbox.get_mut(&id).filter(own) else {
                    return Reply::Unknown;
                };
                message.next_at = message.next_at.min(now);
                Reply::Done
            }
            TroubleId::Member { line, membership } => {
                let Some((journey, _)) = faulted(person, line, membership) else {
                    return Reply::Unknown;
                };
                let input = Input::Retry { journey, membership };
                self.apply(person, step, input, Cause::Retry { journey, membership }, now);
                match faulted(person, line, membership) {
                    Some((_, fault)) => Reply::Faulted(fault),
                    None => Reply::Done,
                }
            }
        }
    }

    pub(super) fn give_up(
        &mut self,
        person: &mut Person,
        step: &Step<'_>,
        now: i64,
        trouble: TroubleId,
    ) -> Reply {
        match trouble {
            TroubleId::Message { shard, number, key } => {
                match self.take_trouble(person, (shard, number), key) {
                    Some(_) => Reply::Done,
                    None => Reply::Unknown,
                }
            }
            TroubleId::Trying { id, key } => {
                let own = |it: &&Message| it.key == key && it.customer == person.customer.id();
                if self.outbox.get(&id).filter(own).is_none() {
                    return Reply::Unknown;
                }
                let Some(message) = self.outbox.remove(&id) else { return Reply::Unknown };
                let status = message.last.as_ref().and_then(|last| last.status);
                let answer = Answer::Failed { status };
                self.tell(person, step, &message, (answer, Outcome::Failed), now);
                Reply::Done
            }
            TroubleId::Member { line, membership } => {
                let Some((journey, _)) = faulted(person, line, membership) else {
                    return Reply::Unknown;
                };
                let input = Input::Remove { journey, membership: Some(membership) };
                let summary = self.apply(person, step, input, Cause::Remove { journey }, now);
                Reply::Removed(exits(&summary, &person.deployment, line))
            }
        }
    }

    fn take_trouble(&mut self, person: &Person, at: (u16, u64), key: Key) -> Option<Undelivered> {
        let found = &self.troubles.get(&at)?.message;
        let own = found.key == key && found.customer == person.customer.id();
        own.then(|| self.troubles.remove(&at)).flatten()
    }
}

fn faulted(person: &Person, line: Line, membership: u32) -> Option<(u16, Fault)> {
    person.customer.instances().iter().find_map(|it| match it.status {
        Status::Faulted(fault)
            if it.membership == membership
                && person.deployment.version(it.journey)?.line == line =>
        {
            Some((it.journey, fault))
        }
        _ => None,
    })
}
