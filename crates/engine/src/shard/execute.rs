//! What each command does.

use std::sync::Arc;

use bumpalo::Bump;
use journey_bytecode::{Const, Outcome};
use journey_vm::{Answer, Fault, Input, Key, Status, Val};

use super::guest::Guest;
use super::round::Round;
use crate::command::{Attempt, Command, Failure, Reply, What};
use crate::deploy::{Deployment, Line, Version};
use crate::form::{ReadError, decode, encode};
use crate::keys;
use crate::outbox::{Message, MessageId};
use crate::planted::{self, Bug};
use crate::rejected::{KEPT, Rejected};
use crate::timeline::Cause;
use crate::trouble::{TroubleId, Undelivered};

type Answered = Result<Reply, ReadError>;

impl Round<'_> {
    /// Does what a command asks for.
    pub(super) fn execute(&mut self, command: Command) -> Answered {
        let Command { customer: id, now, what, .. } = command;
        if let What::Reject(rejected) = what {
            self.reject(&rejected);
            return Ok(Reply::Done);
        }
        // Before the first deployment there is nothing to know of anybody.
        let Some(latest) = self.latest.clone() else { return Ok(Reply::Stale) };
        if made_for(&what).is_some_and(|number| number != latest.number) {
            return Ok(Reply::Stale);
        }
        let mut guest = self.take(&id, &latest)?;
        if !guest.exists && !guest.touched && !begins(&what) {
            self.put_back(guest);
            return match what {
                // What it has left behind goes, too.
                What::Erase => self.erase_unknown(&id),
                What::Attempted { message, .. } => {
                    self.take_message(message).map(|_| Reply::Unknown)
                }
                _ => Ok(Reply::Unknown),
            };
        }
        self.greet(&mut guest, now)?;
        let reply = self.perform(&mut guest, &latest, now, what);
        self.put_back(guest);
        reply
    }

    /// Writes an event down that was not taken, in the place of the oldest if there are many.
    fn reject(&mut self, rejected: &Rejected) {
        let (shard, number) = (self.shard.number, self.shard.numbers.rejected);
        self.shard.numbers.rejected += 1;
        self.batch.put(&keys::rejected(shard, number), &encode(rejected));
        if let Some(oldest) = number.checked_sub(KEPT) {
            self.batch.delete(&keys::rejected(shard, oldest));
        }
    }

    /// A customer who is new finds those journeys paused that are.
    fn greet(&mut self, guest: &mut Guest, now: i64) -> Result<(), ReadError> {
        if guest.exists || guest.touched {
            return Ok(());
        }
        let history = Arc::clone(&self.shard.history);
        for line in history.paused() {
            if let Some(journey) = guest.deployment.current(*line) {
                self.apply(guest, Input::Pause { journey }, Cause::Pause { journey }, now)?;
            }
        }
        Ok(())
    }

    fn perform(
        &mut self,
        guest: &mut Guest,
        latest: &Arc<Deployment>,
        now: i64,
        what: What,
    ) -> Answered {
        let arena = Bump::new();
        match what {
            What::Event { event, at, id, row, .. } => {
                if let Some(id) = id
                    && self.was_seen(guest.customer.id(), &id, now)?
                {
                    self.apply(guest, Input::Tick, Cause::Time, now)?;
                    return Ok(Reply::Duplicate);
                }
                let input = Input::Event { event, at, id: None, row: &row };
                self.apply(guest, input, Cause::Event { event, at }, now)?;
                Ok(Reply::Done)
            }
            What::Traits { changes, .. } => {
                let values = values(&changes, &arena);
                let cause = Cause::Traits(changes.clone());
                self.apply(guest, Input::Traits(&values), cause, now)?;
                Ok(Reply::Done)
            }
            What::Member { audience, member, .. } => {
                let cause = Cause::Member { audience, member };
                self.apply(guest, Input::Member { audience, member }, cause, now)?;
                Ok(Reply::Done)
            }
            What::Enter { journey, args, event, id, .. } => {
                if let Some(id) = id
                    && self.was_seen(guest.customer.id(), &id, now)?
                {
                    return Ok(Reply::Duplicate);
                }
                let args = values(&args, &arena);
                let input = Input::Enter { journey, args: &args, event: event.as_ref() };
                let summary = self.apply(guest, input, Cause::Enter { journey }, now)?;
                Ok(summary.entry(journey))
            }
            What::Remove { line } => {
                let Some(journey) = latest.current(line) else { return Ok(Reply::Unknown) };
                let input = Input::Remove { journey, membership: None };
                let summary = self.apply(guest, input, Cause::Remove { journey }, now)?;
                Ok(Reply::Removed(summary.exits(&guest.deployment, line)))
            }
            What::Attempted { message, attempt, result } => {
                self.attempted(guest, now, message, attempt, result)
            }
            What::Retry { trouble } => self.retry(guest, now, trouble),
            What::Drop { trouble } => self.drop(guest, now, trouble),
            What::CatchUp => {
                self.apply(guest, Input::Tick, Cause::Time, now)?;
                Ok(Reply::Done)
            }
            What::Erase => self.erase(guest, latest, now),
            // Is about nobody; see above.
            What::Reject(_) => Ok(Reply::Done),
        }
    }

    /// Whether an event id of a customer was seen within the window; from now on it is.
    fn was_seen(&mut self, customer: &str, id: &str, now: i64) -> Result<bool, ReadError> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(customer.as_bytes()).update(&[0]).update(id.as_bytes());
        let mut hash = [0; 16];
        hasher.finalize_xof().fill(&mut hash);
        let key = keys::seen(self.shard.number, hash);
        let known = match self.store.get(&key)? {
            Some(bytes) => {
                decode::<i64>("event id", &bytes)? > now.saturating_sub(self.shard.settings.dedupe)
            }
            None => false,
        };
        if (known || !self.seen.insert(hash)) && !planted::is(Bug::NoDedupe) {
            return Ok(true);
        }
        self.batch.put(&key, &encode(&now));
        Ok(false)
    }

    /// A message of the outbox; one that was written in this step is not in the store yet. Whoever
    /// takes it puts it back or deletes it.
    fn take_message(&mut self, id: MessageId) -> Result<Option<Message>, ReadError> {
        if let Some(place) = self.messages.iter().position(|(known, _)| *known == id) {
            return Ok(Some(self.messages.swap_remove(place).1));
        }
        let key = keys::outbox(id.shard, id.number);
        if self.gone.contains(&key) {
            return Ok(None);
        }
        let stored = self.store.get(&key)?;
        Ok(stored.map(|bytes| decode("message", &bytes)).transpose()?)
    }

    /// The same, if it fits; otherwise it stays what it is.
    fn take_message_if(
        &mut self,
        id: MessageId,
        fits: impl FnOnce(&Message) -> bool,
    ) -> Result<Option<Message>, ReadError> {
        let was_changed = self.messages.iter().any(|(known, _)| *known == id);
        let Some(message) = self.take_message(id)? else { return Ok(None) };
        if fits(&message) {
            return Ok(Some(message));
        }
        if was_changed {
            self.messages.push((id, message));
        }
        Ok(None)
    }

    /// Deletes a message or a trouble, for what follows in this step, too.
    pub(super) fn settle(&mut self, key: Vec<u8>) {
        self.batch.delete(&key);
        self.gone.insert(key);
    }

    /// What became of an attempt to deliver a message.
    fn attempted(
        &mut self,
        guest: &mut Guest,
        now: i64,
        id: MessageId,
        attempt: u32,
        result: Attempt,
    ) -> Answered {
        let key = keys::outbox(id.shard, id.number);
        let customer = guest.customer.id();
        // One that does not fit is an answer that comes late.
        let is_current = |it: &Message| it.attempt == attempt || planted::is(Bug::FenceNotChecked);
        let fits = |it: &Message| is_current(it) && it.customer == customer;
        let Some(mut message) = self.take_message_if(id, fits)? else {
            return Ok(Reply::Unknown);
        };
        match result {
            Attempt::Again { at, failure } => {
                message.attempt += 1;
                message.next_at = at;
                message.last = Some(failure);
                if planted::is(Bug::AttemptInKey) {
                    message.key.0[0] ^= message.attempt.to_le_bytes()[0];
                }
                self.messages.push((id, message));
            }
            Attempt::Delivered { response, .. } => {
                self.settle(key);
                let arena = Bump::new();
                let answer = response.as_ref().map_or(Answer::Delivered, |response| {
                    Answer::Response(Val::from_const(response, &arena))
                });
                self.answer(guest, &message, answer, Outcome::Delivered, now)?;
            }
            Attempt::Failed(failure) => {
                self.settle(key);
                let answer = Answer::Failed { status: failure.status };
                self.answer(guest, &message, answer, Outcome::Failed, now)?;
                self.give_up(message, now, failure);
            }
        }
        Ok(Reply::Done)
    }

    /// Tells the member who waits for it.
    fn answer(
        &mut self,
        guest: &mut Guest,
        message: &Message,
        answer: Answer<'_>,
        outcome: Outcome,
        now: i64,
    ) -> Result<(), ReadError> {
        let Message { membership, visit, .. } = *message;
        if !message.awaits {
            return Ok(());
        }
        let Some((journey, tile)) = self.place_now(guest, message) else { return Ok(()) };
        let cause = Cause::Outcome { journey, membership, tile, visit, outcome };
        let input = Input::Outcome { journey, membership, tile, visit, answer };
        self.apply(guest, input, cause, now).map(drop)
    }

    /// The journey and the tile at which the member who sent a message waits for its outcome, in the
    /// deployment that the customer is laid out for: a member that was moved to another version waits on there.
    fn place_now(&self, guest: &Guest, message: &Message) -> Option<(u16, u16)> {
        let mut place = (message.journey, message.tile);
        for number in message.deployment + 1..=guest.deployment.number {
            let rebase = self.shard.history.numbered(number)?.rebase.as_ref()?;
            let next = rebase.tile(place.0, place.1)?;
            if planted::is(Bug::OutcomeOfMovedLost) && next != place {
                return None;
            }
            place = next;
        }
        Some(place)
    }

    /// Writes a message down that will not be tried again.
    fn give_up(&mut self, message: Message, now: i64, failure: Failure) {
        if planted::is(Bug::FailureNotListed) {
            return;
        }
        let number = self.shard.numbers.trouble;
        self.shard.numbers.trouble += 1;
        let undelivered = Undelivered { message, at: now, failure };
        let key = keys::trouble(self.shard.number, number);
        self.batch.put(&key, &encode(&undelivered));
    }

    /// Tries something again that went wrong.
    fn retry(&mut self, guest: &mut Guest, now: i64, trouble: TroubleId) -> Answered {
        match trouble {
            TroubleId::Message { shard, number, key: of } => {
                let key = keys::trouble(shard, number);
                let Some(undelivered) = self.undelivered(&key, of, guest)? else {
                    return Ok(Reply::Unknown);
                };
                let Undelivered { mut message, failure, .. } = undelivered;
                self.settle(key);
                // Who waited for it has taken its way already.
                message.awaits = false;
                message.attempt += 1;
                message.next_at = now;
                message.last = Some(failure);
                let number = self.shard.numbers.outbox;
                self.shard.numbers.outbox += 1;
                self.messages.push((MessageId { shard: self.shard.number, number }, message));
                Ok(Reply::Done)
            }
            TroubleId::Trying { id, key } => {
                let Some(mut message) = self.trying(id, key, guest)? else {
                    return Ok(Reply::Unknown);
                };
                message.next_at = message.next_at.min(now);
                self.messages.push((id, message));
                Ok(Reply::Done)
            }
            TroubleId::Member { line, membership } => {
                let Some((journey, _)) = faulted(guest, line, membership) else {
                    return Ok(Reply::Unknown);
                };
                let cause = Cause::Retry { journey, membership };
                self.apply(guest, Input::Retry { journey, membership }, cause, now)?;
                Ok(match faulted(guest, line, membership) {
                    Some((_, fault)) => Reply::Faulted(fault),
                    None => Reply::Done,
                })
            }
        }
    }

    /// Gives up something that went wrong.
    fn drop(&mut self, guest: &mut Guest, now: i64, trouble: TroubleId) -> Answered {
        match trouble {
            TroubleId::Message { shard, number, key: of } => {
                let key = keys::trouble(shard, number);
                if self.undelivered(&key, of, guest)?.is_none() {
                    return Ok(Reply::Unknown);
                }
                self.settle(key);
                Ok(Reply::Done)
            }
            TroubleId::Trying { id, key } => {
                let Some(message) = self.trying(id, key, guest)? else { return Ok(Reply::Unknown) };
                self.settle(keys::outbox(id.shard, id.number));
                let status = message.last.as_ref().and_then(|last| last.status);
                let answer = Answer::Failed { status };
                self.answer(guest, &message, answer, Outcome::Failed, now)?;
                Ok(Reply::Done)
            }
            TroubleId::Member { line, membership } => {
                let Some((journey, _)) = faulted(guest, line, membership) else {
                    return Ok(Reply::Unknown);
                };
                let input = Input::Remove { journey, membership: Some(membership) };
                let summary = self.apply(guest, input, Cause::Remove { journey }, now)?;
                Ok(Reply::Removed(summary.exits(&guest.deployment, line)))
            }
        }
    }

    /// A message that is still tried, if it is this customer's, and of this key.
    fn trying(
        &mut self,
        id: MessageId,
        key: Key,
        guest: &Guest,
    ) -> Result<Option<Message>, ReadError> {
        let own = |it: &Message| it.key == key && it.customer == guest.customer.id();
        self.take_message_if(id, own)
    }

    /// A message that was given up, if it is this customer's, and of this key.
    fn undelivered(
        &self,
        key: &[u8],
        of: Key,
        guest: &Guest,
    ) -> Result<Option<Undelivered>, ReadError> {
        if self.gone.contains(key) {
            return Ok(None);
        }
        let Some(bytes) = self.store.get(key)? else { return Ok(None) };
        let found: Undelivered = decode("undelivered message", &bytes)?;
        let own = |it: &Message| it.key == of && it.customer == guest.customer.id();
        Ok(Some(found).filter(|it| own(&it.message)))
    }
}

/// The deployment a command was made for.
fn made_for(what: &What) -> Option<u32> {
    match what {
        What::Event { deployment, .. }
        | What::Traits { deployment, .. }
        | What::Member { deployment, .. }
        | What::Enter { deployment, .. } => Some(*deployment),
        _ => None,
    }
}

/// Whether a command makes a customer known.
fn begins(what: &What) -> bool {
    made_for(what).is_some()
}

/// Values in memory that lasts for the command.
fn values<'a>(values: &'a [(u16, Const)], arena: &'a Bump) -> Vec<(u16, Val<'a>)> {
    values.iter().map(|(slot, value)| (*slot, Val::from_const(value, arena))).collect()
}

/// The journey of a member that cannot go on, and why it cannot.
fn faulted(guest: &Guest, line: Line, membership: u32) -> Option<(u16, Fault)> {
    let mut instances = guest.customer.instances().iter();
    instances.find_map(|it| {
        let Version { line: of, .. } = guest.deployment.version(it.journey)?;
        match it.status {
            Status::Faulted(fault) if of == line && it.membership == membership => {
                Some((it.journey, fault))
            }
            _ => None,
        }
    })
}
