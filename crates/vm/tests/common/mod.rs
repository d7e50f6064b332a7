//! A customer under test: inputs go in, the timeline comes out as lines of text.

#![allow(dead_code, missing_docs, unreachable_pub)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../../../bytecode/tests/common/mod.rs"]
pub mod build;
pub mod waiting;

pub mod versions;

pub use build::*;
pub use journey_bytecode::*;
use journey_vm::{Customer, Effect, Input, ProgramSet, Rebase, Row, Scratch, Val, apply};

/// One customer, known by the id `c`.
pub struct World {
    pub set: ProgramSet,
    pub customer: Customer,
    pub scratch: Scratch,
    /// Everything that happened and was not taken yet.
    log: Vec<String>,
    now: i64,
    /// Whether the timeline names versions, where there are any.
    pub names_versions: bool,
    /// What was sent or called: journey, membership, tile, visit.
    pub sent: Vec<(u16, u32, u16, u32)>,
}

impl World {
    pub fn new(build: Build) -> World {
        World::of(ProgramSet::new(build.done()))
    }

    pub fn of(set: ProgramSet) -> World {
        let (customer, scratch) = (Customer::new("c"), Scratch::new());
        let (log, sent, names_versions) = (vec![], vec![], true);
        World { set, customer, scratch, log, now: 0, names_versions, sent }
    }

    /// A program for who tells of it.
    fn told(&self, set: &ProgramSet) -> Program {
        let mut program = set.program().clone().into_inner();
        if !self.names_versions {
            program.versions.clear();
        }
        program
    }

    /// Inputs come at this time from now on.
    pub fn at(&mut self, now: i64) -> &mut World {
        self.now = now;
        self
    }

    pub fn input(&mut self, input: Input<'_>) -> &mut World {
        let program = self.told(&self.set);
        let World { set, customer, scratch, log, now, sent, .. } = self;
        let before = customer.next_due();
        apply(set, customer, input, *now, scratch, &mut |effect: Effect<'_>| {
            sent.extend(message(&effect));
            log.push(line(&program, effect));
        });
        *customer = stored(set, customer);
        let late = customer.next_due().is_some_and(|due| due <= *now);
        assert!(!late, "still due at {now}: {:?}, before: {before:?}", customer.next_due());
        self
    }

    /// Another program takes over.
    pub fn deploy(&mut self, to: ProgramSet, plan: &Plan) -> &mut World {
        let rebase = Rebase::between(&self.set, &to, plan).unwrap_or_else(|e| panic!("{e}"));
        let (old, new) = (self.told(&self.set), self.told(&to));
        let World { set, customer, scratch, log, now, sent, .. } = self;
        let mut rebased = false;
        rebase.apply(set, &to, customer, *now, scratch, &mut |effect: Effect<'_>| {
            if matches!(effect, Effect::Rebased { .. }) {
                rebased = true;
                sent.retain_mut(|(journey, _, tile, _)| {
                    let place = rebase.tile(*journey, *tile);
                    place.map(|place| (*journey, *tile) = place).is_some()
                });
            }
            sent.extend(message(&effect));
            log.push(line(if rebased { &new } else { &old }, effect));
        });
        self.customer = stored(&to, &self.customer);
        self.set = to;
        self
    }

    pub fn tick(&mut self, now: i64) -> &mut World {
        self.at(now).input(Input::Tick)
    }

    /// An event that carries the time at which it comes.
    pub fn event(&mut self, event: u16, properties: &[Val<'_>]) -> &mut World {
        self.event_at(event, self.now, None, properties)
    }

    pub fn event_at(
        &mut self,
        event: u16,
        at: i64,
        id: Option<&str>,
        properties: &[Val<'_>],
    ) -> &mut World {
        let row = row(properties);
        self.input(Input::Event { event, at, id, row: &row })
    }

    pub fn set(&mut self, slot: u16, value: Val<'_>) -> &mut World {
        self.input(Input::Traits(&[(slot, value)]))
    }

    /// What happened, without arrivals at tiles and departures from them.
    pub fn news(&mut self) -> Vec<String> {
        let mut all = self.path();
        all.retain(|line| !line.contains(": at ") && !line.contains(" by "));
        all
    }

    /// Everything that happened.
    pub fn path(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }
}

/// What tells a message or call from others.
fn message(effect: &Effect<'_>) -> Option<(u16, u32, u16, u32)> {
    match effect {
        Effect::Sent { journey, membership, tile, key, .. }
        | Effect::Called { journey, membership, tile, key, .. } => {
            Some((*journey, *membership, *tile, key.visit))
        }
        _ => None,
    }
}

/// The customer as it comes back from a store.
pub fn stored(set: &ProgramSet, customer: &Customer) -> Customer {
    let (mut record, mut again) = (vec![], vec![]);
    customer.encode(set, &mut record);
    let back = Customer::decode(set, customer.id(), &record).unwrap_or_else(|e| panic!("{e}"));
    back.encode(set, &mut again);
    // What has no meaning any more is left out, so the two need not be equal in all.
    assert_eq!(record, again);
    assert_eq!(customer.instances(), back.instances());
    assert_eq!((customer.traits(), customer.audiences()), (back.traits(), back.audiences()));
    assert_eq!((customer.next_due(), customer.clock()), (back.next_due(), back.clock()));
    back
}

/// An entry by hand that brings nothing along.
pub fn by_hand(journey: u16) -> Input<'static> {
    Input::Enter { journey, args: &[], event: None }
}

/// A row of values by slot.
pub fn row(properties: &[Val<'_>]) -> Row {
    let mut row = Row::new(properties.len());
    for (slot, value) in (0..).zip(properties) {
        row.set(slot, *value);
    }
    row
}

/// A moment of the tests' calendar, which begins at 0: `1d2h`.
fn clock(at: i64) -> String {
    let (mut rest, mut text) = (at, String::new());
    for (unit, letter) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"), (1, "ms")] {
        if rest >= unit {
            text += &format!("{}{letter}", rest / unit);
            rest %= unit;
        }
    }
    if text.is_empty() { "0".into() } else { text }
}

fn values(list: &[(u16, Val<'_>)]) -> String {
    let shown = list.iter().map(|(_, value)| match value {
        Val::Text(text) => (*text).to_owned(),
        Val::Int(v) => v.to_string(),
        Val::Number(v) => v.to_string(),
        Val::Bool(v) => v.to_string(),
        Val::Time(v) => clock(*v),
        other => format!("{other:?}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn line(program: &Program, effect: Effect<'_>) -> String {
    let name = |journey: u16, membership: u32| {
        let mut name = program.journeys[usize::from(journey)].name.clone();
        if !program.versions.is_empty() {
            name += &format!(" v{}", program.version(journey).number);
        }
        if membership < 2 { name } else { format!("{name}#{membership}") }
    };
    let tile = |journey: u16, tile: u16| {
        program.journeys[usize::from(journey)].tiles[usize::from(tile)].id.clone()
    };
    let audience = |audience: u16| &program.audiences[usize::from(audience)].name;
    match effect {
        Effect::Entered { journey, membership, key, at } => {
            let key = key.map_or(String::new(), |key| format!(" with {}", values(&[(0, key)])));
            format!("{} {}: entered{key}", clock(at), name(journey, membership))
        }
        Effect::Decided { .. } => unreachable!("nobody asked for decisions"),
        Effect::Refreshed { journey, membership, at } => {
            format!("{} {}: refreshed", clock(at), name(journey, membership))
        }
        Effect::SetMember { journey, membership, seq, tile: t, audience: a, member, at } => {
            let (name, tile) = (name(journey, membership), tile(journey, t));
            let done = if member { "added to" } else { "removed from" };
            format!("{} {name}: {seq} {done} {} at {tile}", clock(at), audience(a))
        }
        Effect::GoalReached { journey, membership, goal, at } => {
            let goal = &program.journeys[usize::from(journey)].goals[usize::from(goal)].name;
            format!("{} {}: goal {goal}", clock(at), name(journey, membership))
        }
        Effect::GoalFault { journey, membership, fault, at, .. } => {
            format!("{} {}: goal fault, {fault:?}", clock(at), name(journey, membership))
        }
        Effect::NotEntered { journey, reason, at } => {
            format!("{} {}: not entered, {reason:?}", clock(at), name(journey, 0))
        }
        Effect::Arrived { journey, membership, tile: t, at } => {
            format!("{} {}: at {}", clock(at), name(journey, membership), tile(journey, t))
        }
        Effect::Left { journey, membership, tile: t, edge, at, .. } => {
            let edges = &program.journeys[usize::from(journey)].tiles[usize::from(t)].edges;
            let (edge, tile) = (&edges[usize::from(edge)], tile(journey, t));
            format!("{} {}: {tile} by {edge}", clock(at), name(journey, membership))
        }
        Effect::Sent { journey, membership, seq, tile: t, args, at, .. } => {
            let (name, tile) = (name(journey, membership), tile(journey, t));
            format!("{} {name}: {seq} sent {tile} ({})", clock(at), values(args))
        }
        Effect::Called { journey, membership, seq, tile: t, call, at, .. } => {
            let (name, tile) = (name(journey, membership), tile(journey, t));
            let body = call.body_text().unwrap_or_default();
            let (method, url) = (call.method.name(), call.url);
            format!("{} {name}: {seq} called {tile} ({method} {url} {body})", clock(at))
        }
        Effect::Answered { journey, membership, tile: t, outcome, status, at, .. } => {
            let (name, tile) = (name(journey, membership), tile(journey, t));
            let status = status.map_or(String::new(), |status| format!(" with {status}"));
            format!("{} {name}: {tile} {outcome:?}{status}", clock(at))
        }
        Effect::Held { journey, membership, tile: t, rule, until, again, at, .. } => {
            let (name, tile) = (name(journey, membership), tile(journey, t));
            let still = if again { "still " } else { "" };
            format!("{} {name}: {tile} {still}held until {}, {rule:?}", clock(at), clock(until))
        }
        Effect::Skipped { journey, membership, tile: t, rule, at, .. } => {
            let (name, tile) = (name(journey, membership), tile(journey, t));
            format!("{} {name}: {tile} skipped, {rule:?}", clock(at))
        }
        Effect::Updated { journey, membership, seq, tile: t, changes, at } => {
            let (name, tile) = (name(journey, membership), tile(journey, t));
            format!("{} {name}: {seq} updated {tile} ({})", clock(at), values(changes))
        }
        Effect::Exited { journey, membership, ending, tile: t, at, .. } => {
            let outcome = ending.name(&program.journeys[usize::from(journey)]);
            let from = t.map_or("entry".into(), |t| tile(journey, t));
            let from = if from.starts_with("exit") { String::new() } else { format!(" at {from}") };
            format!("{} {}: exit {outcome}{from}", clock(at), name(journey, membership))
        }
        Effect::Faulted { journey, membership, fault, at, .. } => {
            format!("{} {}: fault, {fault:?}", clock(at), name(journey, membership))
        }
        Effect::Unparked { journey, membership, at, .. } => {
            format!("{} {}: goes on", clock(at), name(journey, membership))
        }
        Effect::Forgotten { journey, membership, event, at } => {
            let event = &program.events[usize::from(event)].name;
            format!("{} {}: forgets {event}", clock(at), name(journey, membership))
        }
        Effect::JoinedAudience { audience: a, at } => {
            format!("{} joined {}", clock(at), audience(a))
        }
        Effect::LeftAudience { audience: a, at } => format!("{} left {}", clock(at), audience(a)),
        Effect::AudienceFault { audience: a, fault, at } => {
            format!("{} {}: fault, {fault:?}", clock(at), audience(a))
        }
        Effect::UnknownZone { journey, membership, at } => {
            format!("{} {}: unknown zone", clock(at), name(journey, membership))
        }
        Effect::Duplicate { at } => format!("{} duplicate", clock(at)),
        Effect::Rebased { at } => format!("{} rebased", clock(at)),
        Effect::Migrated { journey, membership, tile: t, from, at, .. } => {
            let (name, tile) = (name(journey, membership), t.map(|t| tile(journey, t)));
            format!("{} {name}: from v{from} to {}", clock(at), tile.unwrap_or_default())
        }
    }
}

/// Two events and an action: what most tests need.
pub struct Shop {
    pub b: Build,
    pub buy: u16,
    pub visit: u16,
    pub note: u16,
}

pub fn shop() -> Shop {
    let mut b = Build::new();
    let buy = b.event("buy", &[("total", Type::Number)]);
    let visit = b.event("visit", &[]);
    let note = b.action("crm.note", &[]);
    Shop { b, buy, visit, note }
}
