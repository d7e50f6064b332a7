//! One message.

use std::fmt;

use journey_bytecode::Const;
use journey_vm::Row;

use super::fields::{Fields, missing};
use super::{Kind, Terms, Times};
use crate::decode::{Decoder, Desk, Failure, Rules, gather};
use crate::json::{Cursor, Malformed};
use crate::reason::Reason;
use crate::schema::Schema;

/// What a message becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Taken<'d> {
    /// An event. Its properties are in the row.
    Event {
        /// The customer's id.
        customer: &'d str,
        /// Which event.
        event: u16,
        /// When it happened, by our clock.
        at: i64,
        /// The message's id.
        id: Option<&'d str>,
    },
    /// Changes of a customer's traits, maybe none.
    Traits {
        /// The customer's id.
        customer: &'d str,
        /// Unset takes a trait away.
        changes: Vec<(u16, Const)>,
    },
    /// Nothing; it is fine nevertheless.
    Ignored(Ignored),
}

/// Why a message is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ignored {
    /// Messages of this kind are not supported.
    Unsupported(Kind),
    /// A page or screen, where the schema has no event for it.
    NoEvent(Kind),
    /// An event that is not declared.
    Undeclared,
    /// A message that has an anonymous id alone.
    Anonymous,
}

impl Ignored {
    /// A word for it, for programs. It stays the same.
    pub fn code(self) -> &'static str {
        match self {
            Ignored::Unsupported(Kind::Group) => "group_not_supported",
            Ignored::Unsupported(Kind::Alias) => "alias_not_supported",
            Ignored::Unsupported(_) => "not_supported",
            Ignored::NoEvent(Kind::Screen) => "no_screen_event",
            Ignored::NoEvent(_) => "no_page_event",
            Ignored::Undeclared => "undeclared_event",
            Ignored::Anonymous => "anonymous",
        }
    }
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ignored::Unsupported(kind) => write!(f, "`{}` is not supported", kind.name()),
            Ignored::NoEvent(kind) => write!(f, "no event is declared for a {}", kind.name()),
            Ignored::Undeclared => f.write_str("the event is not declared"),
            Ignored::Anonymous => f.write_str("it has no `userId`"),
        }
    }
}

impl Decoder {
    /// Reads a message of Segment's libraries. `kind` is what the path says it is; in a batch the message
    /// says it. The properties of an event go into `row`.
    pub fn message<'d>(
        &'d mut self,
        kind: Option<Kind>,
        text: &'d str,
        terms: &Terms<'_>,
        times: Times,
        row: &mut Row,
    ) -> Result<Taken<'d>, Vec<Reason>> {
        let (schema, desk) = self.parts();
        take(schema, desk, kind, text, terms, times, row).map_err(|bad| match bad {
            Bad::Malformed(malformed) => vec![Reason::malformed(text, malformed)],
            Bad::Reasons(reasons) => reasons,
        })
    }
}

/// Why a message is rejected.
pub(super) enum Bad {
    Malformed(Malformed),
    Reasons(Vec<Reason>),
}

impl From<Malformed> for Bad {
    fn from(malformed: Malformed) -> Bad {
        Bad::Malformed(malformed)
    }
}

impl From<Reason> for Bad {
    fn from(reason: Reason) -> Bad {
        Bad::Reasons(vec![reason])
    }
}

impl From<Box<Failure>> for Bad {
    fn from(failure: Box<Failure>) -> Bad {
        match *failure {
            Failure::Malformed(malformed) => malformed.into(),
            Failure::Reason(reason) => reason.into(),
        }
    }
}

impl From<gather::Bad> for Bad {
    fn from(bad: gather::Bad) -> Bad {
        match bad {
            gather::Bad::Malformed(malformed) => malformed.into(),
            gather::Bad::Field(reason) => reason.into(),
        }
    }
}

fn take<'d>(
    schema: &Schema,
    desk: &'d mut Desk,
    kind: Option<Kind>,
    text: &'d str,
    terms: &Terms<'_>,
    times: Times,
    row: &mut Row,
) -> Result<Taken<'d>, Bad> {
    let rules = Rules { received: None, events: terms.events, values: terms.values };
    let fields = Fields::read(text, desk)?;
    let kind = match kind {
        Some(kind) => kind,
        None => fields.kind(desk)?,
    };
    if let Kind::Group | Kind::Alias = kind {
        return Ok(Taken::Ignored(Ignored::Unsupported(kind)));
    }
    let Some(customer) = fields.customer(terms, desk)? else {
        return Ok(Taken::Ignored(Ignored::Anonymous));
    };
    if kind == Kind::Identify {
        let changes = match fields.traits {
            Some(traits) => desk.changes(schema, &mut Cursor::new(traits), rules)?,
            None => Ok(Vec::new()),
        };
        let changes = changes.map_err(Bad::Reasons)?;
        let customer = customer.resolve(&mut desk.customer).unwrap_or_default();
        return Ok(Taken::Traits { customer, changes });
    }
    let event = match kind {
        Kind::Page => terms.page.and_then(|name| schema.event(name)),
        Kind::Screen => terms.screen.and_then(|name| schema.event(name)),
        _ => desk.event_named(schema, fields.event.ok_or(missing("event"))?, rules)?,
    };
    let Some(event) = event else {
        return Ok(Taken::Ignored(match kind {
            Kind::Page | Kind::Screen => Ignored::NoEvent(kind),
            _ => Ignored::Undeclared,
        }));
    };
    let at = fields.at(times, &mut desk.room.text)?;
    let titled = match kind {
        Kind::Page | Kind::Screen => fields.titled(schema, event, &mut desk.room.text)?,
        _ => None,
    };
    let properties = titled.as_deref().or(fields.properties).unwrap_or("{}");
    desk.room.arena.reset();
    desk.properties(schema, event, &mut Cursor::new(properties), rules, row)?;
    let Desk { customer: customer_room, id: id_room, .. } = desk;
    Ok(Taken::Event {
        customer: customer.resolve(customer_room).unwrap_or_default(),
        event,
        at,
        id: fields.id.map(|id| id.resolve(id_room).unwrap_or(id.raw)),
    })
}
