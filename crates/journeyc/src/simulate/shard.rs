//! A shard: some of the customers, and what happens to them.

use std::sync::Arc;

use bumpalo::Bump;
use journey_bytecode::{ArmTrigger, Program};
use journey_intake::Guest;
use journey_vm::{Customer, Input, ProgramSet, Refusal, Scratch, Status, Val, apply};

use super::customers::Customers;
use super::enter::Listed;
use super::input::{Batch, Entry, hash};
use super::log::{InsideRow, Log, Membership};
use super::responses::Responses;
use super::story::{Scene, Story};
use journey_testing::{MAX_ANSWERS, Reply};

/// Some of the customers. One thread works on a shard; nothing in it is shared.
#[derive(Debug)]
pub(crate) struct Shard<'p> {
    /// Which of the shards it is.
    number: usize,
    set: &'p ProgramSet,
    pub(crate) customers: Customers,
    /// The customers of a batch's entries.
    numbers: Vec<u32>,
    scratch: Scratch,
    /// What came of it all.
    pub(crate) log: Log<'p>,
    /// How webhooks answer.
    pub(crate) responses: Arc<Responses>,
    /// Whether some tile waits for an outcome: then time passes in steps.
    asks: bool,
    /// The latest time of an event so far.
    clock: Option<i64>,
    started: bool,
    entering: Option<Entering>,
    /// What came of entering the listed customers.
    pub(crate) entered: Vec<EnteredByHand>,
    /// Events that were applied.
    pub(crate) applied: u64,
    /// Those among them that came after a later one.
    pub(crate) late: u64,
    /// Profiles of customers that had one already.
    pub(crate) replaced: u64,
    /// The one customer to whom things happen, if it is about one.
    pub(crate) only: Option<String>,
}

/// Customers of this shard that are to be entered by hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entering {
    /// When.
    pub(crate) at: i64,
    /// Whom, in the order of the list.
    pub(crate) customers: Vec<Guest>,
    /// Into which journeys.
    pub(crate) journeys: Vec<u16>,
}

/// What came of entering a listed customer into a journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnteredByHand {
    pub(crate) listed: Listed,
    pub(crate) journey: u16,
    pub(crate) refusal: Option<Refusal>,
}

impl<'p> Shard<'p> {
    /// An empty shard.
    pub(crate) fn new(
        number: usize,
        set: &'p ProgramSet,
        keep_rows: bool,
        entering: Option<Entering>,
    ) -> Shard<'p> {
        Shard {
            number,
            set,
            customers: Customers::default(),
            numbers: Vec::new(),
            scratch: Scratch::new(),
            log: Log::new(set.program(), keep_rows),
            responses: Arc::default(),
            asks: asks(set.program()),
            clock: None,
            started: false,
            entering,
            entered: Vec::new(),
            applied: 0,
            late: 0,
            replaced: 0,
            only: None,
        }
    }

    /// Makes it about one customer, whose story is told.
    pub(crate) fn about(&mut self, customer: &str) {
        self.only = Some(customer.to_owned());
        self.log.story = Some(Story::new());
    }

    /// The story of the customer it is about.
    pub(crate) fn story(&mut self) -> Vec<Scene> {
        self.log.story.take().map(|story| story.scenes).unwrap_or_default()
    }

    /// Takes the profiles of a batch.
    pub(crate) fn profiles(&mut self, batch: &Batch) {
        for entry in batch.of_shard(self.number) {
            let id = batch.text(entry.customer);
            let before = self.customers.len();
            let number = self.customers.number(id, entry.hash);
            self.replaced += u64::from(before == self.customers.len());
            if let Some(customer) = self.customers.get_mut(number) {
                *customer = Customer::known(id, entry.row.clone());
                entry.audiences.iter().for_each(|audience| customer.join(audience));
            }
        }
    }

    /// Applies the events of a batch.
    pub(crate) fn events(&mut self, batch: &Batch, until: Option<i64>) {
        if let Some(first) = batch.first {
            self.start(until.map_or(first, |until| first.min(until)));
        }
        // Customers are found first, all in one go: most of them are not in the cache, and the
        // processor waits for many of them at once rather than for each by itself.
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.extend(batch.of_shard(self.number).map(|entry| {
            let id = batch.text(entry.customer);
            self.customers.number(id, entry.hash)
        }));
        for (number, entry) in numbers.drain(..).zip(batch.of_shard(self.number)) {
            self.event(batch, entry, number);
        }
        self.numbers = numbers;
        self.clock = self.clock.max(batch.clock);
    }

    fn event(&mut self, batch: &Batch, entry: &Entry, number: u32) {
        let now = self.clock.map_or(entry.clock, |clock| clock.max(entry.clock));
        if self.entering.as_ref().is_some_and(|entering| entering.at < now) {
            self.enter();
        }
        self.applied += 1;
        self.late += u64::from(entry.at < now);
        let id = entry.id.map(|id| batch.text(id));
        let input = Input::Event { event: entry.event, at: entry.at, id, row: &entry.row };
        self.apply(number, input, now);
    }

    /// Starts the journeys, once: who is known by now was known before.
    fn start(&mut self, at: i64) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let at = self.entering.as_ref().map_or(at, |entering| entering.at.min(at));
        for number in 0..self.customers.len() {
            self.apply(number, Input::Activate, at);
        }
    }

    /// Enters the listed customers, once.
    fn enter(&mut self) {
        let Some(Entering { at, customers, journeys }) = self.entering.take() else { return };
        let arena = Scratch::new();
        for Guest { line, id, brings } in customers {
            let number = self.customers.number(&id, hash(&id));
            let listed = Listed { line, id };
            for (journey, brought) in journeys.iter().copied().zip(&brings) {
                // What does not fit was said when the list was read.
                let Some(brought) = brought else { continue };
                let args: Vec<(u16, Val<'_>)> = brought
                    .args
                    .iter()
                    .map(|(param, value)| (*param, Val::from_const(value, arena.arena())))
                    .collect();
                self.log.last_entry = None;
                let event = brought.event.as_ref();
                self.apply(number, Input::Enter { journey, args: &args, event }, at);
                let refusal = match self.log.last_entry {
                    Some((entered, Err(refusal))) if entered == journey => Some(refusal),
                    _ => None,
                };
                self.entered.push(EnteredByHand { listed: listed.clone(), journey, refusal });
            }
        }
    }

    /// Lets the time pass up to the horizon, and notes who is still inside.
    pub(crate) fn finish(&mut self, horizon: i64) {
        self.start(horizon);
        self.enter();
        for number in 0..self.customers.len() {
            let due = self.customers.get_mut(number).and_then(|customer| customer.next_due());
            if due.is_some_and(|due| due <= horizon) {
                self.apply(number, Input::Tick, horizon);
            }
        }
        let Some(rows) = &mut self.log.rows else { return };
        for (customer, state) in (0..).zip(self.customers.iter()) {
            rows.inside.extend(state.instances().iter().map(|instance| InsideRow {
                membership: Membership {
                    journey: instance.journey,
                    customer,
                    number: instance.membership,
                },
                tile: instance.tile,
                fault: match instance.status {
                    Status::Faulted(fault) => Some(fault),
                    Status::Waiting(_) | Status::Paused => None,
                },
            }));
        }
    }

    /// The latest time that this shard has lived to, before the horizon.
    pub(crate) fn clock(&self) -> Option<i64> {
        self.clock
    }

    /// Applies an input and notes it, where it happens to the customer it is about.
    fn tell(&mut self, number: u32, input: Input<'_>, now: i64) {
        let id = self.customers.get_mut(number).map(|customer| customer.id().to_owned());
        if id != self.only {
            return;
        }
        // What is due by then happens before it, and is told before it.
        if !matches!(input, Input::Activate) {
            self.apply_now(number, Input::Tick, now);
        }
        if let Some(story) = &mut self.log.story {
            story.input(self.set.program(), &input, now);
        }
        self.apply_now(number, input, now);
    }

    #[inline]
    fn apply(&mut self, number: u32, input: Input<'_>, now: i64) {
        match self.only {
            None => self.apply_now(number, input, now),
            Some(_) => self.tell(number, input, now),
        }
    }

    #[inline]
    fn apply_now(&mut self, number: u32, input: Input<'_>, now: i64) {
        self.log.customer = number;
        if self.asks {
            return self.apply_in_steps(number, input, now);
        }
        if let Some(customer) = self.customers.get_mut(number) {
            apply(self.set, customer, input, now, &mut self.scratch, &mut self.log);
        }
    }

    /// Applies an input after all that is due before it, each at its own instant: what is sent or
    /// called then is answered then.
    fn apply_in_steps(&mut self, number: u32, input: Input<'_>, now: i64) {
        while let Some(customer) = self.customers.get_mut(number)
            && let Some(due) = customer.next_due().filter(|due| *due <= now)
        {
            apply(self.set, customer, Input::Tick, due, &mut self.scratch, &mut self.log);
            self.answer(number, due);
        }
        if let Some(customer) = self.customers.get_mut(number) {
            apply(self.set, customer, input, now, &mut self.scratch, &mut self.log);
            self.answer(number, now);
        }
    }

    /// Answers what waits for an outcome, and what is asked thereupon.
    fn answer(&mut self, number: u32, now: i64) {
        let mut answered = 0;
        while let Some(customer) = self.customers.get_mut(number)
            && !self.log.pending.is_empty()
        {
            let pending = self.log.pending.remove(0);
            answered += 1;
            if answered > MAX_ANSWERS {
                self.log.endless += 1;
                self.log.pending.clear();
                return;
            }
            let told = self.responses.find(&pending, customer.id()).cloned();
            let reply = told.or_else(|| pending.untold(self.set.program())).unwrap_or_else(|| {
                self.log.unanswered += 1;
                Reply::Failed(None)
            });
            let arena = Bump::new();
            let input = pending.input(&reply, &arena);
            apply(self.set, customer, input, now, &mut self.scratch, &mut self.log);
        }
    }
}

/// Whether some tile waits for an outcome.
fn asks(program: &Program) -> bool {
    let arms = program.journeys.iter().flat_map(|journey| &journey.states);
    let mut arms = arms.flat_map(|state| &state.arms);
    arms.any(|arm| matches!(arm.trigger, ArmTrigger::Outcome(_)))
}
