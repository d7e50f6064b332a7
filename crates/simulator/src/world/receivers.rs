//! Who receives messages: some answer, some fail, some hang, some answer late or twice.

use std::collections::BTreeMap;

use journey_bytecode::Const;
use journey_engine::command::{Attempt, Command, Failure, What};
use journey_engine::keys;
use journey_engine::outbox::{Message, MessageId, Post};
use journey_engine::planted::{self, Bug};
use journey_engine::shard::shard_of;
use journey_engine::store::{Batch, Store};

use super::client::origin;
use super::halt::Halt;
use super::process::{Process, Work};
use super::{MINUTE, World};
use crate::checker::decoded;

/// How often a message is tried.
const ATTEMPTS: u32 = 4;

/// An answer on its way.
#[derive(Debug, Clone)]
struct OnWay {
    message: MessageId,
    customer: String,
    attempt: u32,
    result: Attempt,
}

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Receivers {
    /// By when they come.
    answers: BTreeMap<(i64, u64), OnWay>,
    next: u64,
}

impl Receivers {
    /// Nobody is there any more to hear them.
    pub(super) fn forget_answers(&mut self) {
        self.answers.clear();
    }

    pub(super) fn next_answer(&self) -> Option<i64> {
        self.answers.keys().next().map(|(at, _)| *at)
    }

    fn answer(&mut self, at: i64, answer: OnWay) {
        self.answers.insert((at, self.next), answer);
        self.next += 1;
    }
}

impl World<'_> {
    /// Sends a message that may be sent.
    pub(super) fn dispatch(&mut self, process: &mut Process) -> Result<(), Halt> {
        while let Some((_, id)) = process.later.pop_first_if_due(self.now) {
            process.ready.push_back(id);
        }
        let Some(id) = process.ready.pop_front() else { return Ok(()) };
        let key = keys::outbox(id.shard, id.number);
        let Some(bytes) = process.store.get(&key)? else { return Ok(()) };
        let message: Message = decoded("message", &bytes)?;
        if message.next_at > self.now {
            process.later.insert((message.next_at, id));
            return Ok(());
        }
        if planted::is(Bug::OutboxEmptiedAtDispatch) {
            let mut batch = Batch::new();
            batch.delete(&key);
            process.store.append(&batch)?;
        }
        self.send(process, id, &message);
        Ok(())
    }

    fn send(&mut self, process: &Process, id: MessageId, message: &Message) {
        let soon = self.now + 1 + self.random.below(20_000) as i64;
        let attempt = message.attempt;
        let on_way = |result: Attempt| OnWay {
            message: id,
            customer: message.customer.clone(),
            attempt,
            result,
        };
        let delivered = Attempt::Delivered { status: Some(200), response: self.response(message) };
        let again = self.again(attempt, soon);
        let kind = self.random.below(100);
        // Whoever hangs may have received it.
        let received = kind < 85 || self.random.chance(50);
        match kind {
            0..=54 => self.receivers.answer(soon, on_way(delivered)),
            55..=69 => self.receivers.answer(soon, on_way(again)),
            70..=74 => {
                let failure = Failure { status: Some(400), reason: "no".to_owned() };
                self.receivers.answer(soon, on_way(Attempt::Failed(failure)));
            }
            75..=79 => {
                self.receivers.answer(soon, on_way(delivered.clone()));
                self.receivers.answer(soon + 1_000, on_way(delivered));
            }
            // It is given up before the answer comes.
            80..=84 => {
                self.receivers.answer(self.now + MINUTE, on_way(again));
                let late = self.now + MINUTE + self.random.below(5 * MINUTE as u64) as i64;
                self.receivers.answer(late, on_way(delivered));
            }
            _ => self.receivers.answer(self.now + MINUTE, on_way(again)),
        }
        if received {
            let origin = origin(process, message);
            self.facts.received.extend(origin.map(|origin| (message.key, origin)));
        }
        self.trace.event(|| {
            let Message { customer, key, .. } = message;
            format!("at {}: {id:?} of {customer} is sent, {key}, attempt {attempt}", self.now)
        });
    }

    /// A failure that is tried again, unless there were too many.
    fn again(&mut self, attempt: u32, now: i64) -> Attempt {
        let failure = Failure { status: Some(503), reason: "busy".to_owned() };
        if attempt.is_multiple_of(ATTEMPTS) {
            return Attempt::Failed(failure);
        }
        Attempt::Again { at: now + self.random.below(10 * MINUTE as u64) as i64, failure }
    }

    /// What a webhook answers, if somebody waits for it.
    fn response(&mut self, message: &Message) -> Option<Const> {
        let Post::Call { .. } = message.post else { return None };
        let points = Const::Int(self.random.below(8) as i64);
        message.awaits.then(|| Const::Record(vec![points]))
    }

    /// The next answer comes, if it is time.
    pub(super) fn answer(&mut self, process: &mut Process) -> Result<(), Halt> {
        let Some(at) = self.receivers.next_answer() else { return Ok(()) };
        // Often nothing else happens before it comes.
        if at > self.now && self.random.chance(50) {
            self.pass_to(process, at);
        }
        if at > self.now {
            return Ok(());
        }
        let Some((_, on_way)) = self.receivers.answers.pop_first() else { return Ok(()) };
        let OnWay { message, customer, attempt, result } = on_way;
        let what = What::Attempted { message, attempt, result };
        let place = usize::from(shard_of(&customer, self.facts.shards));
        let (tag, now) = (u64::MAX, self.now);
        let command = Command { tag, customer: customer.as_str().into(), now, what };
        if let Some(worker) = process.workers.get_mut(place) {
            worker.queue.push_back(Work::Command(command));
        }
        Ok(())
    }
}

/// The first of a set, if its time has come.
trait PopDue {
    fn pop_first_if_due(&mut self, now: i64) -> Option<(i64, MessageId)>;
}

impl PopDue for std::collections::BTreeSet<(i64, MessageId)> {
    fn pop_first_if_due(&mut self, now: i64) -> Option<(i64, MessageId)> {
        self.first().is_some_and(|(at, _)| *at <= now).then(|| self.pop_first()).flatten()
    }
}
