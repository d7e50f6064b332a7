//! The names and types by which everything is read that comes in.

use journey_bytecode::{Entry, Program, Slot, Verified};
use journey_time::Tz;
use rustc_hash::FxHashMap;

use crate::reason::Reason;

/// The slots of one kind of row, found by their names on the wire.
#[derive(Debug)]
pub struct Layout {
    /// The slots.
    pub slots: Vec<Slot>,
    by_wire: FxHashMap<Box<str>, u16>,
    /// How many slots must be given.
    pub(crate) required: usize,
}

impl Layout {
    fn new<'s>(slots: impl IntoIterator<Item = &'s Slot>) -> Layout {
        let slots: Vec<Slot> = slots.into_iter().cloned().collect();
        let wires = slots.iter().map(|slot| slot.wire.as_str().into());
        let required = slots.iter().filter(|slot| is_required(slot)).count();
        Layout { by_wire: wires.zip(0..).collect(), required, slots }
    }

    /// The slot of a name.
    pub fn find(&self, wire: &str) -> Option<u16> {
        self.by_wire.get(wire).copied()
    }
}

/// Whether a row without the slot is to be rejected.
pub(crate) fn is_required(slot: &Slot) -> bool {
    !slot.optional && slot.default.is_none()
}

/// An event by its name, with its properties.
#[derive(Debug)]
pub struct EventLayout {
    /// The name on the wire.
    pub wire: Box<str>,
    /// Its properties.
    pub properties: Layout,
}

/// What a journey is entered with.
#[derive(Debug)]
pub struct JourneyLayout {
    /// Its name.
    pub name: Box<str>,
    /// Its parameters.
    pub params: Layout,
    /// The event that enters it, if one does: by hand it is entered with properties of that event.
    pub event: Option<u16>,
}

/// The names and types of a program, all in the program's order. It holds what it needs, so that it
/// outlives the program and can be shared by threads.
#[derive(Debug)]
pub struct Schema {
    /// By whose clocks times without an offset are read.
    pub zone: Tz,
    /// The declared events.
    pub events: Vec<EventLayout>,
    /// The traits of a customer.
    pub traits: Layout,
    /// The journeys.
    pub journeys: Vec<JourneyLayout>,
    events_by_wire: FxHashMap<Box<str>, u16>,
    /// Audiences by name, and whether they are computed.
    audiences: FxHashMap<Box<str>, (u16, bool)>,
}

impl Schema {
    /// The schema of a program.
    pub fn new(program: &Verified<Program>) -> Schema {
        let audiences = (0..).zip(&program.audiences).map(|(number, audience)| {
            (audience.name.as_str().into(), (number, audience.condition.is_some()))
        });
        let events = program.events.iter();
        let wires = events.clone().map(|event| event.wire.as_str().into());
        let journeys = program.journeys.iter().map(|journey| JourneyLayout {
            name: journey.name.as_str().into(),
            params: Layout::new(journey.params.iter().map(|param| &param.slot)),
            event: match &journey.entry {
                Entry::Event { event, .. } => Some(*event),
                Entry::Audience { .. } | Entry::Manual => None,
            },
        });
        Schema {
            zone: program.zone(),
            events_by_wire: wires.zip(0..).collect(),
            events: events
                .map(|event| EventLayout {
                    wire: event.wire.as_str().into(),
                    properties: Layout::new(&event.properties),
                })
                .collect(),
            traits: Layout::new(&program.traits),
            journeys: journeys.collect(),
            audiences: audiences.collect(),
        }
    }

    /// The number of the event of a name.
    pub fn event(&self, wire: &str) -> Option<u16> {
        self.events_by_wire.get(wire).copied()
    }

    /// The number of the audience of a name, whose members can be given: one that is computed has them
    /// from its definition.
    pub fn audience(&self, name: &str) -> Result<u16, Reason> {
        match self.find_audience(name) {
            Some((number, false)) => Ok(number),
            other => Err(Reason::Audience { name: name.to_owned(), computed: other.is_some() }),
        }
    }

    /// The audience of a name, and whether it is computed.
    pub(crate) fn find_audience(&self, name: &str) -> Option<(u16, bool)> {
        self.audiences.get(name).copied()
    }
}
