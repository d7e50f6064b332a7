//! One process: what the server does with threads, one piece at a time.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use journey_engine::command::{Command, Reply, What};
use journey_engine::control::Control;
use journey_engine::deploy::History;
use journey_engine::keys;
use journey_engine::outbox::MessageId;
use journey_engine::planted::{self, Bug};
use journey_engine::shard::{Settings, Shard, Step, Swept};
use journey_engine::store::{EmbeddedStore, Store};

use super::halt::Halt;
use super::{Recorded, World};
use crate::checker::all;
use crate::violation::Violation;

/// What came to a shard.
pub(super) enum Work {
    Command(Command),
    Learn(Arc<History>),
}

/// A shard with what waits for it.
pub(super) struct Worker {
    shard: Shard,
    history: Arc<History>,
    pub(super) queue: VecDeque<Work>,
    /// Customers after this one are still to be brought along.
    sweep: Option<Option<String>>,
    forget: Option<Vec<u8>>,
}

/// What may be known once it lasts.
struct Commit {
    replies: Vec<(u64, Reply)>,
    messages: Vec<MessageId>,
}

/// See the [module](self).
pub(super) struct Process {
    pub(super) store: Arc<EmbeddedStore>,
    pub(super) control: Control,
    pub(super) workers: Vec<Worker>,
    commits: Vec<Commit>,
    /// Messages that may be sent, and those whose time is to come.
    pub(super) ready: VecDeque<MessageId>,
    pub(super) later: BTreeSet<(i64, MessageId)>,
}

impl Process {
    /// Reads what is stored.
    pub(super) fn open(
        store: Arc<EmbeddedStore>,
        shards: u16,
        dedupe: i64,
    ) -> Result<Process, Violation> {
        let control = Control::open(&*store).map_err(Violation::simulation)?;
        let history = control.history();
        let mut workers = Vec::new();
        let mut ready = VecDeque::new();
        for number in 0..shards {
            let settings = Settings { dedupe, decisions: true };
            let shard = Shard::open(&*store, number, Arc::clone(&history), settings);
            let shard = shard.map_err(Violation::simulation)?;
            let history = Arc::clone(&history);
            let queue = VecDeque::new();
            workers.push(Worker { shard, history, queue, sweep: Some(None), forget: None });
            let outbox = all(&*store, keys::outbox_from(number, 0))?;
            let ids = outbox.iter().filter_map(|(key, _)| keys::numbered_of(key));
            ready.extend(ids.map(|(shard, number)| MessageId { shard, number }));
        }
        let (commits, later) = (Vec::new(), BTreeSet::new());
        Ok(Process { store, control, workers, commits, ready, later })
    }

    /// Whether nothing waits to be done or to last.
    pub(super) fn is_idle(&self) -> bool {
        let idle = |worker: &Worker| worker.queue.is_empty() && worker.sweep.is_none();
        self.workers.iter().all(idle) && self.commits.is_empty() && self.ready.is_empty()
    }

    /// Tells the shards what was done to all customers, behind what waits already.
    pub(super) fn tell(&mut self) {
        let history = self.control.history();
        for worker in &mut self.workers {
            worker.queue.push_back(Work::Learn(Arc::clone(&history)));
        }
    }

    /// The time of the command that has waited longest.
    pub(super) fn oldest_waiting(&self) -> Option<i64> {
        let waiting = self.workers.iter().flat_map(|worker| &worker.queue);
        let time = |work: &Work| match work {
            Work::Command(command) => Some(command.now),
            Work::Learn(_) => None,
        };
        waiting.filter_map(time).min()
    }

    /// When the next thing happens by itself.
    pub(super) fn next_due(&self) -> Result<Option<i64>, Halt> {
        let mut due = None;
        for worker in &self.workers {
            let next = worker.shard.next_due(&*self.store)?;
            due = [due, next].into_iter().flatten().min();
        }
        Ok(due)
    }
}

impl Worker {
    /// Whether something was done to all customers that this shard does not know of yet. Until it does, it must not
    /// let time pass by itself.
    fn is_behind(&self) -> bool {
        self.queue.iter().any(|work| matches!(work, Work::Learn(_)))
    }
}

impl World<'_> {
    /// A shard takes some of what waits for it.
    pub(super) fn turn(&mut self, process: &mut Process) -> Result<(), Halt> {
        let place = self.random.place(process.workers.len());
        let most = 1 + self.random.place(6);
        self.work(process, place, most)
    }

    pub(super) fn work(
        &mut self,
        process: &mut Process,
        place: usize,
        most: usize,
    ) -> Result<(), Halt> {
        let Some(worker) = process.workers.get_mut(place) else { return Ok(()) };
        let mut commands = Vec::new();
        while commands.len() < most {
            match worker.queue.pop_front() {
                Some(Work::Command(command)) => commands.push(command),
                Some(Work::Learn(history)) if commands.is_empty() => {
                    worker.shard.learn(Arc::clone(&history));
                    worker.history = history;
                    worker.sweep = Some(None);
                }
                // What came before it happens before it.
                Some(learn) => {
                    worker.queue.push_front(learn);
                    break;
                }
                None => break,
            }
        }
        if commands.is_empty() {
            return Ok(());
        }
        let step = worker.shard.step(&*process.store, commands.clone())?;
        self.took(process, place, commands, step);
        Ok(())
    }

    /// A shard lets happen what is due.
    pub(super) fn fire(&mut self, process: &mut Process) -> Result<(), Halt> {
        let place = self.random.place(process.workers.len());
        let limit = 1 + self.random.place(8);
        let Some(worker) = process.workers.get_mut(place) else { return Ok(()) };
        if worker.is_behind() {
            return Ok(());
        }
        let due = keys::timers_until(worker.shard.number(), self.now);
        let timers = process.store.scan(&due.start, &due.end, limit)?;
        let ids = timers.iter().filter_map(|(key, _)| keys::timer_of(key));
        let commands: Vec<Command> = ids.map(|(_, id)| catch_up(id, self.now)).collect();
        let step = worker.shard.fire(&*process.store, self.now, limit)?;
        self.took(process, place, commands, step);
        Ok(())
    }

    /// A shard brings customers along whom nobody looks at.
    pub(super) fn sweep(&mut self, process: &mut Process) -> Result<(), Halt> {
        let place = self.random.place(process.workers.len());
        let limit = 1 + self.random.place(5);
        let Some(worker) = process.workers.get_mut(place) else { return Ok(()) };
        let Some(after) = worker.sweep.clone().filter(|_| !worker.is_behind()) else {
            return Ok(());
        };
        let number = worker.shard.number();
        let range = match &after {
            None => keys::customers(number),
            Some(after) => keys::customers_after(number, after),
        };
        let records = process.store.scan(&range.start, &range.end, limit)?;
        let operations = worker.history.len();
        let behind = records.iter().filter(|(_, record)| operations_seen(record) < operations);
        let ids = behind.filter_map(|(key, _)| keys::customer_of(key));
        let commands: Vec<Command> = ids.map(|id| catch_up(id, self.now)).collect();
        let Swept { step, last, .. } =
            worker.shard.sweep(&*process.store, after.as_deref(), limit, self.now)?;
        worker.sweep = last.map(Some);
        self.took(process, place, commands, step);
        Ok(())
    }

    /// A shard forgets ids of events that are too old to be asked for.
    pub(super) fn forget(&mut self, process: &mut Process) -> Result<(), Halt> {
        let place = self.random.place(process.workers.len());
        let limit = 1 + self.random.place(20);
        // For a command that waits the window ends where it did when the command came.
        let now = process.oldest_waiting().unwrap_or(self.now);
        let Some(worker) = process.workers.get_mut(place) else { return Ok(()) };
        let after = worker.forget.take();
        worker.forget = worker.shard.forget_seen(&*process.store, after.as_deref(), limit, now)?;
        Ok(())
    }

    /// A step was taken: what came of it may be known once it lasts.
    fn took(&mut self, process: &mut Process, place: usize, commands: Vec<Command>, step: Step) {
        let Some(worker) = process.workers.get(place) else { return };
        let Step { ticket, replies, messages } = step;
        self.last = ticket.unwrap_or(self.last);
        let shard = worker.shard.number();
        self.trace.event(|| {
            let shown: Vec<String> = commands.iter().map(shown).collect();
            let answers: Vec<&Reply> = replies.iter().map(|(_, reply)| reply).collect();
            format!("shard {shard} at {}: {shown:?} → {answers:?}, {ticket:?}", self.now)
        });
        self.steps.push_back(Recorded {
            ticket: self.last,
            shard,
            history: Arc::clone(&worker.history),
            commands,
            replies: replies.iter().map(|(_, reply)| reply.clone()).collect(),
        });
        let mut commit = Commit { replies, messages };
        if planted::is(Bug::AcknowledgeEarly) {
            self.heard(process, std::mem::take(&mut commit.replies));
        }
        if planted::is(Bug::DispatchEarly) {
            process.ready.extend(std::mem::take(&mut commit.messages));
        }
        process.commits.push(commit);
    }

    /// Makes everything durable, then gives answers and lets messages go.
    pub(super) fn sync(&mut self, process: &mut Process) -> Result<(), Halt> {
        let ticket = process.store.sync()?;
        self.trace.event(|| format!("synced up to {ticket}"));
        self.settle(ticket)?;
        for Commit { replies, messages } in std::mem::take(&mut process.commits) {
            process.ready.extend(messages);
            self.heard(process, replies);
        }
        Ok(())
    }
}

/// How many operations a customer has seen, by its record: a number behind the first byte, seven bits a byte.
fn operations_seen(record: &[u8]) -> u32 {
    let (mut seen, mut shift) = (0, 0);
    for byte in record.iter().skip(1).take(5) {
        seen |= u32::from(byte & 0x7f) << shift;
        shift += 7;
        if *byte < 0x80 {
            break;
        }
    }
    seen
}

fn catch_up(customer: &str, now: i64) -> Command {
    Command { tag: u64::MAX, customer: customer.into(), now, what: What::CatchUp }
}

fn shown(command: &Command) -> String {
    let what = match &command.what {
        What::Event { event, id, .. } => format!("event {event} {id:?}"),
        other => format!("{other:?}"),
    };
    format!("{}: {what}", command.customer)
}
