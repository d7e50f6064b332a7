//! Events.

use journey_vm::Row;

use super::field::{once, text};
use super::{Decoded, Desk, Rules, Strangers, field};
use crate::iso;
use crate::json::{Cursor, Kind, Text};
use crate::reason::{Place, Reason, describe};
use crate::schema::Schema;

/// An event, its properties aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'d> {
    /// The customer's id.
    pub customer: &'d str,
    /// Which event.
    pub event: Named<'d>,
    /// Its own time.
    pub at: i64,
    /// Its id.
    pub id: Option<&'d str>,
}

/// An event by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<'d> {
    /// A declared one, by its number.
    Declared(u16),
    /// One that is not declared, by its name. It has been counted.
    Undeclared(&'d str),
}

/// The fields of an event, as far as they have come by.
#[derive(Default)]
struct Fields<'l> {
    at: Option<i64>,
    customer: Option<Text<'l>>,
    event: Option<Name<'l>>,
    id: Option<Text<'l>>,
    properties: Option<Properties<'l>>,
}

/// The name of an event, looked up.
#[derive(Clone, Copy)]
enum Name<'l> {
    Declared(u16),
    Undeclared(Text<'l>),
}

enum Properties<'l> {
    Read,
    /// They stand before the event's name.
    Waiting(Cursor<'l>),
}

/// What an event is read with.
#[derive(Clone, Copy)]
struct By<'b> {
    schema: &'b Schema,
    rules: Rules,
}

impl Desk {
    pub(super) fn event<'d>(
        &'d mut self,
        schema: &Schema,
        line: &'d str,
        rules: Rules,
        row: &mut Row,
    ) -> Decoded<Event<'d>> {
        self.room.arena.reset();
        let by = By { schema, rules };
        let mut cursor = Cursor::new(line);
        let mut fields = Fields::default();
        let mut fresh = true;
        while let Some(key) = cursor.key(&mut fresh)? {
            self.event_field(key, &mut cursor, &mut fields, by, row)?;
        }
        cursor.end()?;
        let at = fields.at.or(rules.received).ok_or(Reason::MissingField { field: "ts" })?;
        let customer = self.has_customer(fields.customer)?;
        let name = fields.event.ok_or(Reason::MissingField { field: "event" })?;
        match name {
            Name::Undeclared(name) => self.stranger(name, rules)?,
            Name::Declared(event) => match fields.properties {
                Some(Properties::Read) => {}
                Some(Properties::Waiting(mut cursor)) => {
                    self.properties(schema, event, &mut cursor, rules, row)?;
                }
                None => self.properties(schema, event, &mut Cursor::new("{}"), rules, row)?,
            },
        }
        let Desk { customer: customer_room, id: id_room, room, .. } = self;
        Ok(Event {
            customer: customer.resolve(customer_room).unwrap_or_default(),
            event: match name {
                Name::Declared(event) => Named::Declared(event),
                Name::Undeclared(name) => {
                    Named::Undeclared(name.resolve(&mut room.text).unwrap_or(name.raw))
                }
            },
            at,
            id: fields.id.map(|id| id.resolve(id_room).unwrap_or(id.raw)),
        })
    }

    /// Takes one field. Those that mean nothing to us are passed over.
    fn event_field<'l>(
        &mut self,
        key: Text<'l>,
        cursor: &mut Cursor<'l>,
        fields: &mut Fields<'l>,
        by: By<'_>,
        row: &mut Row,
    ) -> Decoded<()> {
        match key.resolve(&mut self.room.text).unwrap_or(key.raw) {
            "customer_id" => {
                once(&mut fields.customer, text(cursor, "customer_id")?, "customer_id")
            }
            "ts" => {
                let at = text(cursor, "ts")?.map(|text| self.instant(text)).transpose()?;
                once(&mut fields.at, at, "ts")
            }
            "event" => {
                let event = text(cursor, "event")?.map(|text| self.name(by.schema, text));
                once(&mut fields.event, event, "event")
            }
            "id" => once(&mut fields.id, text(cursor, "id")?, "id"),
            "properties" => self.event_properties(cursor, fields, by, row),
            _ => cursor.skip().map_err(Into::into),
        }
    }

    fn instant(&mut self, text: Text<'_>) -> Decoded<i64> {
        let resolved = text.resolve(&mut self.room.text).unwrap_or_default();
        iso::instant(resolved).ok_or_else(|| {
            Reason::Mismatch {
                what: Place::field("ts"),
                found: describe(Kind::Text, &format!("\"{}\"", text.raw)),
                wanted: "a time with its offset, such as \"2026-12-01T09:00:30Z\",".to_owned(),
            }
            .into()
        })
    }

    /// Which event a name stands for; most objects name the same event as the one before.
    #[inline]
    fn name<'l>(&mut self, schema: &Schema, text: Text<'l>) -> Name<'l> {
        let name = text.resolve(&mut self.room.text).unwrap_or(text.raw);
        let last = schema.events.get(usize::from(self.last_event));
        if last.is_some_and(|last| *last.wire == *name) {
            return Name::Declared(self.last_event);
        }
        match schema.event(name) {
            Some(event) => {
                self.last_event = event;
                Name::Declared(event)
            }
            None => Name::Undeclared(text),
        }
    }

    /// The event of a name. None has been counted or refused.
    pub(crate) fn event_named(
        &mut self,
        schema: &Schema,
        text: Text<'_>,
        rules: Rules,
    ) -> Decoded<Option<u16>> {
        match self.name(schema, text) {
            Name::Declared(event) => Ok(Some(event)),
            Name::Undeclared(name) => self.stranger(name, rules).map(|()| None),
        }
    }

    /// Reads properties, or puts them off until it is known what they belong to.
    fn event_properties<'l>(
        &mut self,
        cursor: &mut Cursor<'l>,
        fields: &mut Fields<'l>,
        by: By<'_>,
        row: &mut Row,
    ) -> Decoded<()> {
        match cursor.kind()? {
            Kind::Object => {}
            Kind::Null => return cursor.null().map_err(Into::into),
            kind => return Err(field::not_a(cursor, "properties", kind, "an object")?.into()),
        }
        let start = *cursor;
        let properties = match fields.event {
            Some(Name::Declared(event)) => {
                self.properties(by.schema, event, cursor, by.rules, row)?;
                Properties::Read
            }
            _ => {
                cursor.skip()?;
                Properties::Waiting(start)
            }
        };
        once(&mut fields.properties, Some(properties), "properties")
    }

    /// Counts an event that is not declared, or refuses it.
    #[cold]
    fn stranger(&mut self, name: Text<'_>, rules: Rules) -> Decoded<()> {
        let name = name.resolve(&mut self.room.text).unwrap_or(name.raw);
        match rules.events {
            Strangers::Count => {
                self.unknown.events.add(name, 1);
                Ok(())
            }
            Strangers::Reject => Err(Reason::Undeclared { name: name.to_owned() }.into()),
        }
    }
}
