//! Takes the effects of one input: counts them, keeps them for the timeline, and collects what is to
//! be sent.

use journey_bytecode::Program;
use journey_vm::{Effect, Effects, Refusal, Val};

use crate::counters::{self, Book, Counts};
use crate::deploy::{Deployment, Line, Version};
use crate::form::{ReadError, decode};
use crate::keys;
use crate::outbox::{Message, Post};
use crate::store::Store;
use crate::timeline::Happened;
use crate::trouble::Faulted;

/// What one input has led to.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// The effects, for the timeline.
    pub(super) effects: Vec<Happened>,
    /// What is to be sent.
    pub(super) messages: Vec<Message>,
    /// Members that cannot go on: the journey, the membership, and why.
    pub(super) faults: Vec<(Line, u32, Faulted)>,
    /// Journeys that were entered, once for each entry.
    pub(super) entered: Vec<u16>,
    /// Entries that were refused.
    pub(super) refused: Vec<(u16, Refusal)>,
    /// Journeys that were left, once for each member.
    pub(super) exited: Vec<u16>,
}

/// See the [module](self).
pub(super) struct Recorder<'r> {
    pub(super) store: &'r dyn Store,
    pub(super) shard: u16,
    pub(super) deployment: &'r Deployment,
    pub(super) customer: &'r str,
    pub(super) book: &'r mut Book,
    /// Whether the timeline says what decisions have read.
    pub(super) decisions: bool,
    pub(super) out: &'r mut Collected,
    /// The program that takes the customer over in the middle of this, and where what follows goes.
    pub(super) next: Option<(&'r Deployment, &'r mut Collected)>,
    /// The program that it has taken over from.
    pub(super) before: Option<&'r Deployment>,
    /// Why something could not be counted: the step comes to nothing.
    pub(super) error: &'r mut Option<ReadError>,
}

impl Effects for Recorder<'_> {
    fn wants_decisions(&self) -> bool {
        self.decisions
    }

    fn emit(&mut self, effect: Effect<'_>) {
        if let Effect::Rebased { .. } = effect
            && let Some((deployment, out)) = self.next.take()
        {
            self.before = Some(std::mem::replace(&mut self.deployment, deployment));
            self.out = out;
        }
        let happened = Happened::of(&effect);
        if let Some(journey) = happened.journey {
            self.on(journey, happened.at, |program, it| counters::count(program, it, &effect));
        }
        self.count_move(&effect);
        self.collect(&effect);
        self.out.effects.push(happened);
    }
}

impl Recorder<'_> {
    /// Counts a member that went from one version of its journey to another, in both.
    fn count_move(&mut self, effect: &Effect<'_>) {
        let Effect::Migrated { journey, from, from_tile, tile, faulted, at, .. } = *effect else {
            return;
        };
        self.on(journey, at, |_, counts| counts.move_in(tile, faulted));
        let version = self.deployment.version(journey).map(|it| Version { version: from, ..it });
        if let (Some(before), Some(version)) = (self.before, version)
            && let Some(journey) = before.find(version)
        {
            self.on_of(before, journey, at, |_, counts| counts.move_out(from_tile, faulted));
        }
    }

    /// Changes the counts of a journey.
    fn on(&mut self, journey: u16, at: i64, change: impl Fn(&Program, &mut Counts)) {
        self.on_of(self.deployment, journey, at, change);
    }

    fn on_of(
        &mut self,
        deployment: &'_ Deployment,
        journey: u16,
        at: i64,
        change: impl Fn(&Program, &mut Counts),
    ) {
        let Some(version) = deployment.version(journey) else { return };
        let (store, shard) = (self.store, self.shard);
        let load = |hour| load(store, shard, deployment, version, hour, journey);
        match self.book.row(version, at, load) {
            Ok(counts) => change(deployment.set.program(), counts),
            Err(error) => *self.error = Some(error),
        }
        let blank = || counters::blank(deployment, journey);
        change(deployment.set.program(), self.book.since(version, at, blank));
    }

    fn collect(&mut self, effect: &Effect<'_>) {
        let own = |values: &[(u16, Val<'_>)]| {
            values.iter().map(|(slot, value)| (*slot, value.to_const())).collect()
        };
        match *effect {
            Effect::Entered { journey, .. } => self.out.entered.push(journey),
            Effect::NotEntered { journey, reason, .. } => self.out.refused.push((journey, reason)),
            Effect::Exited { journey, .. } => self.out.exited.push(journey),
            Effect::Faulted { journey, membership, tile, fault, at } => {
                let Some(Version { line, .. }) = self.deployment.version(journey) else { return };
                let deployment = self.deployment.number;
                let fault = Faulted { deployment, journey, tile, fault, at };
                self.out.faults.push((line, membership, fault));
            }
            Effect::Sent { journey, membership, tile, action, args, key, awaits, at, .. } => {
                let post = Post::Action { action, args: own(args) };
                let message = self.message((journey, membership, tile), awaits, at, post);
                self.out.messages.push(Message { visit: key.visit, key: key.compute(), ..message });
            }
            Effect::Called {
                journey, membership, tile, webhook, call, key, awaits, at, ..
            } => {
                let headers = call.headers.iter();
                let post = Post::Call {
                    webhook,
                    method: call.method,
                    url: call.url.to_owned(),
                    headers: headers.map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
                    body: call.body_text(),
                    delivery: call.delivery,
                };
                let message = self.message((journey, membership, tile), awaits, at, post);
                self.out.messages.push(Message { visit: key.visit, key: key.compute(), ..message });
            }
            _ => {}
        }
    }

    fn message(&self, from: (u16, u32, u16), awaits: bool, at: i64, post: Post) -> Message {
        let (journey, membership, tile) = from;
        Message {
            customer: self.customer.to_owned(),
            deployment: self.deployment.number,
            journey,
            membership,
            tile,
            visit: 0,
            awaits,
            key: journey_vm::Key([0; 16]),
            at,
            post,
            attempt: 1,
            next_at: at,
            last: None,
        }
    }
}

/// A row of counters as it is stored, or an empty one.
fn load(
    store: &dyn Store,
    shard: u16,
    deployment: &Deployment,
    version: Version,
    hour: i64,
    journey: u16,
) -> Result<Counts, ReadError> {
    let key = keys::counter(version.line.0, version.version, hour, shard);
    match store.get(&key)? {
        Some(bytes) => Ok(decode("counters", &bytes)?),
        None => Ok(counters::blank(deployment, journey)),
    }
}
