//! Who asks the engine for something, and asks again if nobody answered.

use std::collections::BTreeMap;

use journey_bytecode::Const;
use journey_engine::command::{Command, Reply, What};
use journey_engine::deploy::Deployment;
use journey_engine::keys;
use journey_engine::outbox::{Message, MessageId};
use journey_engine::shard::shard_of;
use journey_engine::store::Store;
use journey_engine::trouble::{TroubleId, Undelivered};
use journey_vm::Row;

use super::halt::Halt;
use super::process::{Process, Work};
use super::{HOUR, MINUTE, World};
use crate::checker::{Origin, decoded};

const CUSTOMERS: [&str; 9] = [
    "c1-anna", "c2-bruno", "c3-clara", "c4-david", "c5-emma", "c6-felix", "c7-greta", "c8-hugo",
    "c9-ida",
];

/// Something that is asked for, in words that hold for every program.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    Event {
        name: &'static str,
        id: Option<String>,
        at: i64,
        properties: Vec<(&'static str, Const)>,
    },
    Traits(Vec<(&'static str, Const)>),
    Newsletter(bool),
    Enter(&'static str, Option<String>),
    Remove(&'static str),
    Retry(TroubleId),
    Drop(TroubleId),
    Erase,
}

/// What was asked for and not answered yet.
#[derive(Debug, Clone)]
struct Asked {
    customer: String,
    ask: Ask,
    now: i64,
}

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Client {
    waiting: BTreeMap<u64, Asked>,
    /// To be asked again: the process ended before it answered.
    again: Vec<(String, Ask)>,
    /// Events that were sent, of which some are sent once more.
    sent: Vec<(String, Ask)>,
    next: u64,
}

impl Client {
    /// The process is gone. Some of what it did not answer is asked for again.
    pub(super) fn lose(&mut self, random: &mut crate::random::Random) {
        for (_, asked) in std::mem::take(&mut self.waiting) {
            if random.chance(70) {
                self.again.push((asked.customer, asked.ask));
            }
        }
    }

    pub(super) fn take_again(&mut self) -> Option<(String, Ask)> {
        self.again.pop()
    }

    pub(super) fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.again.is_empty()
    }
}

impl World<'_> {
    /// Asks for something.
    pub(super) fn ask(&mut self, process: &mut Process) -> Result<(), Halt> {
        if let Some((customer, ask)) = self.client.again.pop() {
            self.submit(process, customer, ask);
            return Ok(());
        }
        if self.random.chance(10)
            && let Some((customer, ask)) = self.random.pick(&self.client.sent).cloned()
        {
            self.submit(process, customer, ask);
            return Ok(());
        }
        if self.random.chance(8) {
            return self.decide(process);
        }
        let Some(customer) = self.random.pick(&CUSTOMERS) else { return Ok(()) };
        let ask = self.draw_ask();
        if let Ask::Event { id: Some(_), .. } | Ask::Enter(_, Some(_)) = &ask {
            self.client.sent.push(((*customer).to_owned(), ask.clone()));
        }
        self.submit(process, (*customer).to_owned(), ask);
        Ok(())
    }

    fn draw_ask(&mut self) -> Ask {
        let random = &mut self.random;
        let small = Const::Int(random.below(7) as i64);
        match random.below(100) {
            0..=64 => self.draw_event(),
            65..=76 => {
                let plan = Const::Text(if random.chance(50) { "pro" } else { "free" }.to_owned());
                let changes = [
                    ("points", small),
                    ("plan", plan),
                    ("consent", Const::Bool(random.chance(70))),
                    ("factor", Const::Int(1)),
                ];
                let place = random.place(changes.len());
                Ask::Traits(changes.into_iter().skip(place).take(2).collect())
            }
            77..=82 => Ask::Newsletter(random.chance(70)),
            83..=93 => {
                let id = random.chance(50).then(|| format!("r{}", random.draw()));
                Ask::Enter(if random.chance(60) { "risky" } else { "survey" }, id)
            }
            94..=96 => {
                let names = ["welcome", "carts", "loyal", "risky"];
                Ask::Remove(random.pick(&names).copied().unwrap_or("welcome"))
            }
            _ => Ask::Erase,
        }
    }

    fn draw_event(&mut self) -> Ask {
        let random = &mut self.random;
        let cart = Const::Text(format!("cart{}", random.below(3)));
        let total = Const::Number(random.below(100) as f64);
        let (name, properties) = match random.below(10) {
            0..=4 => ("signed_up", Vec::new()),
            5..=7 => ("cart_updated", vec![("id", cart), ("total", total)]),
            _ => ("bought", vec![("cart", cart), ("total", total)]),
        };
        let id = random.chance(80).then(|| format!("e{}", random.draw()));
        // Some come late, and say so.
        let late = if random.chance(20) { random.below(3 * HOUR as u64) as i64 } else { 0 };
        Ask::Event { name, id, at: self.now - late, properties }
    }

    /// Decides what becomes of something that went wrong, or is about to.
    fn decide(&mut self, process: &mut Process) -> Result<(), Halt> {
        let shard = self.random.below(u64::from(self.facts.shards)) as u16;
        let mut found: Vec<(String, TroubleId, Option<Message>)> = Vec::new();
        let all = keys::troubles_from(shard, 0);
        for (key, bytes) in process.store.scan(&all.start, &all.end, 20)? {
            let Some((shard, number)) = keys::numbered_of(&key) else { continue };
            let message = decoded::<Undelivered>("trouble", &bytes)?.message;
            let id = TroubleId::Message { shard, number, key: message.key };
            found.push((message.customer.clone(), id, Some(message)));
        }
        let all = keys::outbox_from(shard, 0);
        for (key, bytes) in process.store.scan(&all.start, &all.end, 3)? {
            let Some((shard, number)) = keys::numbered_of(&key) else { continue };
            let message: Message = decoded("message", &bytes)?;
            let (id, key) = (MessageId { shard, number }, message.key);
            let id = TroubleId::Trying { id, key };
            found.push((message.customer.clone(), id, Some(message)));
        }
        if let Some(line) = process.control.line("risky") {
            let all = keys::faults(line.0, shard);
            for (key, _) in process.store.scan(&all.start, &all.end, 20)? {
                let Some((customer, membership)) = keys::member_of(&key) else { continue };
                found.push((customer.to_owned(), TroubleId::Member { line, membership }, None));
            }
        }
        let Some((customer, trouble, message)) = self.random.pick(&found).cloned() else {
            return Ok(());
        };
        if self.random.chance(60) {
            self.submit(process, customer, Ask::Retry(trouble));
            return Ok(());
        }
        if let Some(message) = message {
            let origin = origin(process, &message);
            self.facts.dropped.extend(origin.map(|origin| (message.key, origin)));
        }
        self.submit(process, customer, Ask::Drop(trouble));
        Ok(())
    }

    /// Puts it into the queue of the customer's shard.
    pub(super) fn submit(&mut self, process: &mut Process, customer: String, ask: Ask) {
        let history = process.control.history();
        let Some(deployment) = history.deployment() else { return };
        let Some(what) = made(process, deployment, &ask) else { return };
        if let Ask::Erase = ask {
            self.facts.erased.insert(customer.clone());
        }
        let tag = self.client.next;
        self.client.next += 1;
        let now = self.now;
        let place = usize::from(shard_of(&customer, self.facts.shards));
        let command = Command { tag, customer: customer.as_str().into(), now, what };
        self.client.waiting.insert(tag, Asked { customer, ask, now });
        if let Some(worker) = process.workers.get_mut(place) {
            worker.queue.push_back(Work::Command(command));
        }
    }

    /// Answers come.
    pub(super) fn heard(&mut self, process: &mut Process, replies: Vec<(u64, Reply)>) {
        for (tag, reply) in replies {
            let Some(Asked { customer, ask, now }) = self.client.waiting.remove(&tag) else {
                continue;
            };
            if reply == Reply::Stale {
                self.submit(process, customer, ask);
                continue;
            }
            match ask {
                Ask::Event { id: Some(id), .. } if reply == Reply::Done => {
                    self.facts.events.insert((customer.clone(), id), now);
                    self.facts.known.insert(customer);
                }
                Ask::Event { .. } | Ask::Traits(_) | Ask::Newsletter(_) => {
                    self.facts.known.insert(customer);
                }
                Ask::Enter(_, id) if reply != Reply::Duplicate => {
                    self.facts.events.extend(id.map(|id| ((customer.clone(), id), now)));
                    self.facts.known.insert(customer);
                }
                _ => {}
            }
        }
    }

    /// Lets time pass: some, or up to when something is due.
    pub(super) fn pass_time(&mut self, process: &mut Process) -> Result<(), Halt> {
        let to = match self.random.below(10) {
            0..=4 => self.now + self.random.below(40 * MINUTE as u64) as i64,
            5..=8 => process.next_due()?.unwrap_or(self.now),
            _ => self.now + self.random.below(9 * HOUR as u64) as i64,
        };
        self.pass_to(process, to);
        Ok(())
    }

    /// Lets time pass, but no command waits as long as ids of events are remembered, which is not long here.
    pub(super) fn pass_to(&mut self, process: &Process, to: i64) {
        let latest = process.oldest_waiting().map(|at| at + self.facts.dedupe / 2);
        self.now = self.now.max(to.min(latest.unwrap_or(i64::MAX)));
    }
}

/// What a message is about.
pub(super) fn origin(process: &Process, message: &Message) -> Option<Origin> {
    let history = process.control.history();
    let deployment = history.numbered(message.deployment)?;
    let journey = deployment.set.program().journeys.get(usize::from(message.journey))?;
    Some(Origin {
        customer: message.customer.clone(),
        journey: journey.name.clone(),
        membership: message.membership,
        tile: journey.tiles.get(usize::from(message.tile))?.id.clone(),
        visit: message.visit,
    })
}

/// The command for the program that is at work; none if that does not know what is spoken of.
fn made(process: &Process, deployment: &Deployment, ask: &Ask) -> Option<What> {
    let program = deployment.set.program();
    let number = deployment.number;
    Some(match ask {
        Ask::Event { name, id, at, properties } => {
            let event = program.events.iter().position(|it| it.name == *name)?;
            let slots = &program.events.get(event)?.properties;
            let mut row = Row::with_defaults(slots);
            for (property, value) in properties {
                let slot = slots.iter().position(|it| it.name == *property)?;
                row.set_const(slot as u16, value);
            }
            let id = id.as_deref().map(Into::into);
            What::Event { deployment: number, event: event as u16, at: *at, id, row }
        }
        Ask::Traits(changes) => {
            let slot = |name: &str| program.traits.iter().position(|it| it.name == name);
            let slots =
                changes.iter().map(|(name, value)| Some((slot(name)? as u16, value.clone())));
            What::Traits { deployment: number, changes: slots.collect::<Option<_>>()? }
        }
        Ask::Newsletter(member) => {
            let audience = program.audiences.iter().position(|it| it.name == "newsletter")?;
            What::Member { deployment: number, audience: audience as u16, member: *member }
        }
        Ask::Enter(name, id) => {
            let journey = program.heads().get(name).copied()?;
            let id = id.as_deref().map(Into::into);
            What::Enter { deployment: number, journey, args: Vec::new(), event: None, id }
        }
        Ask::Remove(name) => What::Remove { line: process.control.line(name)? },
        Ask::Retry(trouble) => What::Retry { trouble: *trouble },
        Ask::Drop(trouble) => What::Drop { trouble: *trouble },
        Ask::Erase => What::Erase,
    })
}
