//! From one JSON object to an event or a profile.

mod event;
mod field;
pub(crate) mod gather;
mod payload;
mod profile;
mod traits;

use std::sync::Arc;

pub use event::{Event, Named};
use journey_vm::{Bits, Row};

use crate::json::{Cursor, Malformed};
use crate::names::Unknown;
use crate::properties::{RowReader, Surroundings};
use crate::reason::{Reason, Root};
use crate::schema::Schema;
use crate::value::{Extra, Room, Wrong};

/// What is made of what is left out, and of what the schema does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// The time of an event that has none of its own. Without it such an event is rejected.
    pub received: Option<i64>,
    /// What becomes of an event that is not declared.
    pub events: Strangers,
    /// What becomes of properties, traits, parameters and fields of records that are not declared.
    pub values: Strangers,
}

/// What becomes of what the schema does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strangers {
    /// It is counted and passed over.
    #[default]
    Count,
    /// What it stands in is rejected.
    Reject,
}

/// Reads objects by a schema. It remembers the shape of those it saw, so one decoder should read many;
/// making one costs next to nothing.
#[derive(Debug)]
pub struct Decoder {
    schema: Arc<Schema>,
    desk: Desk,
}

/// What a decoder works with.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) room: Room,
    /// One an event, as far as they have come by.
    events: Vec<RowReader>,
    traits: RowReader,
    /// The event of the last object.
    last_event: u16,
    unknown: Unknown,
    /// Where a customer's id and an event's id are resolved, if they have escapes.
    pub(crate) customer: String,
    pub(crate) id: String,
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    pub fn new(schema: Arc<Schema>) -> Decoder {
        let desk = Desk {
            room: Room::new(schema.zone),
            events: Vec::new(),
            traits: RowReader::default(),
            last_event: 0,
            unknown: Unknown::default(),
            customer: String::new(),
            id: String::new(),
        };
        Decoder { schema, desk }
    }

    /// What it reads by, and what it works with.
    pub(crate) fn parts(&mut self) -> (&Schema, &mut Desk) {
        (&self.schema, &mut self.desk)
    }

    /// What it reads by.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// What was passed over since the last call. It goes on counting in `room`, which is emptied.
    pub fn take_unknown(&mut self, mut room: Unknown) -> Unknown {
        room.clear();
        // What the readers remember of unknown names is where they are counted.
        self.desk.events.iter_mut().for_each(RowReader::recount);
        self.desk.traits.recount();
        std::mem::replace(&mut self.desk.unknown, room)
    }

    /// Reads an event: `{"customer_id", "event", "ts"?, "properties"?, "id"?}`. Its properties,
    /// defaults filled in, go into `row`; those of an event that is not declared are passed over.
    pub fn event<'d>(
        &'d mut self,
        text: &'d str,
        rules: Rules,
        row: &mut Row,
    ) -> Result<Event<'d>, Box<Reason>> {
        self.desk.event(&self.schema, text, rules, row).map_err(|failure| failure.reason(text))
    }

    /// Reads a profile: `{"customer_id", "traits"?, "audiences"?}`. Traits, defaults filled in, go into
    /// `row`. Gives the customer's id.
    pub fn profile<'d>(
        &'d mut self,
        text: &'d str,
        rules: Rules,
        row: &mut Row,
        audiences: &mut Bits,
    ) -> Result<&'d str, Box<Reason>> {
        self.desk
            .profile(&self.schema, text, rules, row, audiences)
            .map_err(|failure| failure.reason(text))
    }
}

impl Desk {
    /// Reads an object of properties into a row.
    pub(crate) fn properties(
        &mut self,
        schema: &Schema,
        event: u16,
        cursor: &mut Cursor<'_>,
        rules: Rules,
        row: &mut Row,
    ) -> Decoded<()> {
        let index = usize::from(event);
        if self.events.len() <= index {
            self.events.resize_with(index + 1, RowReader::default);
        }
        let reader = self.events.get_mut(index);
        let (Some(declared), Some(reader), Some(unknown)) =
            (schema.events.get(index), reader, self.unknown.of_event(event))
        else {
            return Ok(());
        };
        let mut extra = rules.extra();
        let around = Surroundings { room: &mut self.room, unknown, extra: &mut extra };
        let read = reader.read(cursor, &declared.properties, row, around);
        self.unknown.fields += extra.fields;
        read.map_err(|wrong| Failure::wrong(*wrong, Root::Event(declared.wire.to_string())))
    }

    /// Reads an object of traits into a row.
    fn traits(
        &mut self,
        schema: &Schema,
        cursor: &mut Cursor<'_>,
        rules: Rules,
        row: &mut Row,
    ) -> Decoded<()> {
        let mut extra = rules.extra();
        let unknown = &mut self.unknown.traits;
        let around = Surroundings { room: &mut self.room, unknown, extra: &mut extra };
        let read = self.traits.read(cursor, &schema.traits, row, around);
        self.unknown.fields += extra.fields;
        read.map_err(|wrong| Failure::wrong(*wrong, Root::Traits))
    }
}

impl Rules {
    fn extra(self) -> Extra {
        Extra { fields: 0, reject: self.values == Strangers::Reject }
    }
}

/// An object can fail with more to say than fits a register.
pub(crate) type Decoded<T> = Result<T, Box<Failure>>;

/// Why an object is rejected, as its parts say it; [`Failure::reason`] adds where.
#[derive(Debug)]
pub(crate) enum Failure {
    Malformed(Malformed),
    Reason(Reason),
}

impl Failure {
    #[cold]
    fn wrong(wrong: Wrong, root: Root) -> Box<Failure> {
        match wrong {
            Wrong::Malformed(malformed) => malformed.into(),
            // What is malformed aside, no reason quotes the text.
            wrong => wrong.reason("", root).into(),
        }
    }

    #[cold]
    fn reason(self, text: &str) -> Box<Reason> {
        Box::new(match self {
            Failure::Malformed(malformed) => Reason::malformed(text, malformed),
            Failure::Reason(reason) => reason,
        })
    }
}

impl From<Malformed> for Box<Failure> {
    fn from(malformed: Malformed) -> Box<Failure> {
        Box::new(Failure::Malformed(malformed))
    }
}

impl From<Reason> for Box<Failure> {
    fn from(reason: Reason) -> Box<Failure> {
        Box::new(Failure::Reason(reason))
    }
}
