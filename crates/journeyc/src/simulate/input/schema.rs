//! Which slot a name on the wire belongs to.

use journey_bytecode::{Program, Slot};
use rustc_hash::FxHashMap;

/// The layout of one kind of row, to be filled by names on the wire.
#[derive(Debug)]
pub(crate) struct Layout<'p> {
    /// The slots.
    pub(crate) slots: &'p [Slot],
    by_wire: FxHashMap<&'p str, u16>,
    /// How many slots must be given.
    pub(crate) required: usize,
}

impl<'p> Layout<'p> {
    fn new(slots: &'p [Slot]) -> Layout<'p> {
        let wires = slots.iter().map(|slot| slot.wire.as_str());
        let required = slots.iter().filter(|slot| is_required(slot)).count();
        Layout { slots, by_wire: wires.zip(0..).collect(), required }
    }

    /// The slot of a name.
    pub(crate) fn find(&self, wire: &str) -> Option<u16> {
        self.by_wire.get(wire).copied()
    }
}

/// Whether a row without the slot is to be rejected.
pub(crate) fn is_required(slot: &Slot) -> bool {
    !slot.optional && slot.default.is_none()
}

/// All that lines of input are read by.
#[derive(Debug)]
pub(crate) struct Schema<'p> {
    /// The program it is the schema of.
    pub(crate) program: &'p Program,
    /// One a declared event, in the program's order.
    pub(crate) events: Vec<Layout<'p>>,
    /// The traits of a customer.
    pub(crate) traits: Layout<'p>,
    by_wire: FxHashMap<&'p str, u16>,
    /// Audiences by name, and whether they are computed.
    audiences: FxHashMap<&'p str, (u16, bool)>,
}

impl<'p> Schema<'p> {
    /// The schema of a program.
    pub(crate) fn new(program: &'p Program) -> Schema<'p> {
        let audiences = (0..).zip(&program.audiences).map(|(number, audience)| {
            (audience.name.as_str(), (number, audience.condition.is_some()))
        });
        Schema {
            program,
            audiences: audiences.collect(),
            events: program.events.iter().map(|event| Layout::new(&event.properties)).collect(),
            traits: Layout::new(&program.traits),
            by_wire: program.events.iter().map(|event| event.wire.as_str()).zip(0..).collect(),
        }
    }

    /// The audience of a name, and whether it is computed.
    pub(crate) fn audience(&self, name: &str) -> Option<(u16, bool)> {
        self.audiences.get(name).copied()
    }

    /// The event of a name.
    pub(crate) fn event(&self, wire: &str) -> Option<u16> {
        self.by_wire.get(wire).copied()
    }
}
