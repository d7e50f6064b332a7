//! The product's side: a compiled program and a customer that `apply` keeps.

use std::sync::Arc;

use journey_bytecode::{self as bc, ExprId};
use journey_reference::eval::{Customer, Occurrence};
use journey_sema::thir::Const;
use journey_vm::{
    Effect, Ending, Eval, Fault, Input, ProgramSet, Row, Scratch, Val, apply, eval, test,
};

/// What the reference needs to know of what the journeys did: the journey, and the tile, its
/// edge, the outcome or the fault.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Note {
    Entered(u16),
    Arrived(u16, u16),
    Left(u16, u16, u16),
    Exited(u16, u16),
    Faulted(u16, Fault),
}

pub(crate) struct Machine {
    pub(crate) set: ProgramSet,
    customer: journey_vm::Customer,
    scratch: Scratch,
}

/// What an expression came out as.
pub(crate) type Outcome = Result<bc::Const, Fault>;

impl Machine {
    pub(crate) fn new(set: ProgramSet, known: &Customer) -> Machine {
        let mut traits = Row::with_defaults(&set.program().traits);
        for (slot, declared) in (0..).zip(&set.program().traits) {
            if let Some(value) = known.traits.get(&*declared.name) {
                traits.set_const(slot, &constant(value));
            }
        }
        let customer = journey_vm::Customer::known(&known.id, traits);
        Machine { set, customer, scratch: Scratch::new() }
    }

    pub(crate) fn tick(&mut self, now: i64) -> Vec<Note> {
        self.apply(Input::Tick, now)
    }

    pub(crate) fn event(&mut self, event: &Occurrence, now: i64) -> Vec<Note> {
        let (number, row) = self.row(event);
        self.apply(Input::Event { event: number, at: event.at, id: None, row: &row }, now)
    }

    fn row(&self, event: &Occurrence) -> (u16, Row) {
        let events = &self.set.program().events;
        let number = events.iter().position(|it| *it.name == *event.event).expect("declared");
        let mut row = Row::new(events[number].properties.len());
        for (slot, value) in (0..).zip(&event.properties) {
            row.set_const(slot, &constant(value));
        }
        (number as u16, row)
    }

    pub(crate) fn traits(&mut self, changes: &[(Arc<str>, Const)], now: i64) -> Vec<Note> {
        let arena = Scratch::new();
        let slot = |name: &str| {
            let slot = self.set.program().traits.iter().position(|it| it.name == *name);
            slot.expect("declared") as u16
        };
        let owned: Vec<_> =
            changes.iter().map(|(name, value)| (slot(name), constant(value))).collect();
        let changes: Vec<_> = owned
            .iter()
            .map(|(slot, value)| (*slot, Val::from_const(value, arena.arena())))
            .collect();
        self.apply(Input::Traits(&changes), now)
    }

    fn apply(&mut self, input: Input<'_>, now: i64) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut take = |effect: Effect<'_>| match effect {
            Effect::Entered { journey, .. } => notes.push(Note::Entered(journey)),
            Effect::Arrived { journey, tile, .. } => notes.push(Note::Arrived(journey, tile)),
            Effect::Left { journey, tile, edge, .. } => {
                notes.push(Note::Left(journey, tile, edge));
            }
            Effect::Exited { journey, ending: Ending::Outcome(outcome), .. } => {
                notes.push(Note::Exited(journey, outcome));
            }
            Effect::Faulted { journey, fault, .. } => notes.push(Note::Faulted(journey, fault)),
            _ => {}
        };
        apply(&self.set, &mut self.customer, input, now, &mut self.scratch, &mut take);
        notes
    }

    /// Evaluates a compiled expression inside the open instance.
    pub(crate) fn value(
        &self,
        id: ExprId,
        now: i64,
        at_hand: Option<&Occurrence>,
        is_test: bool,
    ) -> Outcome {
        let scratch = Scratch::new();
        let instance = self.customer.instance(0).expect("inside");
        let row = at_hand.map(|event| (self.row(event).1, event.at));
        let mut ctx = Eval::inside(&self.customer, instance, now, &scratch);
        ctx.event = row.as_ref().map(|(row, at)| (row, *at));
        match is_test {
            true => test(&self.set, id, &ctx).map(bc::Const::Bool),
            false => eval(&self.set, id, &ctx).map(Val::to_const),
        }
    }

    /// When something happens by itself, at the earliest.
    pub(crate) fn next_due(&self) -> Option<i64> {
        self.customer.next_due()
    }

    /// Whether an instance of a journey is open and waits.
    pub(crate) fn is_waiting(&self, journey: u16) -> bool {
        let instance = self.customer.instance(journey);
        instance.is_some_and(|it| matches!(it.status, journey_vm::Status::Waiting(_)))
    }

    /// Whether the customer is in an audience.
    pub(crate) fn is_member(&self, audience: u16) -> bool {
        self.customer.audiences().contains(audience)
    }
}

/// A value of the tree as the program has it.
pub(crate) fn constant(value: &Const) -> bc::Const {
    match value {
        Const::Unset => bc::Const::Unset,
        Const::Bool(value) => bc::Const::Bool(*value),
        Const::Int(value) => bc::Const::Int(*value),
        Const::Number(value) => bc::Const::Number(*value),
        Const::Text(value) => bc::Const::Text(value.to_string()),
        Const::Time(value) => bc::Const::Time(*value),
        Const::Date(value) => bc::Const::Date(*value),
        Const::TimeOfDay(value) => bc::Const::TimeOfDay(*value),
        Const::Weekday(value) => bc::Const::Weekday(*value),
        Const::Duration(value) => bc::Const::Duration(*value),
        Const::List(items) => bc::Const::List(items.iter().map(constant).collect()),
        Const::Record(values) => bc::Const::Record(values.iter().map(constant).collect()),
    }
}
