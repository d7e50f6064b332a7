//! The end of a simulation: nothing fails any more, and the system comes to rest.

use journey_engine::keys;
use journey_engine::lifecycle::{Move, State};
use journey_engine::store::Store;
use journey_vm::Status;

use super::halt::Halt;
use super::process::Process;
use super::{MINUTE, World};
use crate::checker::all;
use crate::disk::Faults;
use crate::machine::End;
use crate::violation::{Promise, Violation, promise};

/// In so many rounds everything has happened that is going to.
const ROUNDS: usize = 600;

impl World<'_> {
    /// Ends the process once more, starts it without faults, and lets everything happen that is due, asked for or on
    /// its way.
    pub(super) fn rest(&mut self, process: Process) -> Result<(), Violation> {
        drop(process);
        let power = self.random.chance(50);
        self.end(Some(if power { End::Power } else { End::Process }))?;
        let mut process = self.start(false)?;
        self.machine.disk.arm(Faults::default());
        self.calm(&mut process).map_err(|halt| match halt {
            Halt::Broken(violation) => violation,
            Halt::Process(_) => Violation::new(Promise::Rest, "the store fails without a fault"),
        })
    }

    fn calm(&mut self, process: &mut Process) -> Result<(), Halt> {
        for name in ["welcome", "carts", "loyal", "survey", "news", "risky"] {
            let line = process.control.line(name);
            if line.is_some_and(|line| process.control.state(line) == State::Paused) {
                self.shift(process, name, Move::Resume)?;
            }
        }
        for _ in 0..ROUNDS {
            self.round(process)?;
            if process.is_idle() && self.client.is_done() {
                match self.next(process)? {
                    None => {
                        self.check(process)?;
                        return Ok(self.check_rest(process)?);
                    }
                    Some(next) => self.now = self.now.max(next),
                }
            }
        }
        let next = self.next(process)?.map(|next| next - self.now);
        let what = format!("after {ROUNDS} rounds something is still to come, in {next:?} ms");
        Err(Violation::new(Promise::Rest, what).into())
    }

    /// Everybody does what there is to do.
    fn round(&mut self, process: &mut Process) -> Result<(), Halt> {
        if !self.client.is_done() {
            self.ask_again(process)?;
        }
        for place in 0..process.workers.len() {
            self.work(process, place, usize::MAX)?;
            self.work(process, place, usize::MAX)?;
        }
        for _ in 0..6 {
            self.fire(process)?;
            self.sweep(process)?;
        }
        self.sync(process)?;
        for _ in 0..8 {
            self.dispatch(process)?;
            self.answer(process)?;
        }
        Ok(())
    }

    fn ask_again(&mut self, process: &mut Process) -> Result<(), Halt> {
        while let Some((customer, ask)) = self.client.take_again() {
            self.submit(process, customer, ask);
        }
        Ok(())
    }

    /// When the next thing happens.
    fn next(&self, process: &Process) -> Result<Option<i64>, Halt> {
        let later = process.later.first().map(|(at, _)| *at);
        let answer = self.receivers.next_answer();
        Ok([process.next_due()?, later, answer].into_iter().flatten().min())
    }

    /// Nothing is left to be sent, and nobody stands still but who cannot go on.
    fn check_rest(&self, process: &Process) -> Result<(), Violation> {
        let store: &dyn Store = &*process.store;
        for shard in 0..self.facts.shards {
            let left = all(store, keys::outbox_from(shard, 0))?.len();
            promise(left == 0, Promise::Rest, || format!("{left} messages are left"))?;
            let timers = all(store, keys::timers(shard))?;
            promise(timers.is_empty(), Promise::Rest, || {
                format!("{} timers are left", timers.len())
            })?;
        }
        self.reference.standing(|customer, instance| {
            let may = matches!(instance.status, Status::Faulted(_));
            promise(may, Promise::Rest, || {
                let minutes = (self.now - instance.arrived_at) / MINUTE;
                format!("{customer} has waited for {minutes} minutes, for nothing: {instance:?}")
            })
        })
    }
}
