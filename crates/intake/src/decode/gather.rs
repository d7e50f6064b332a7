//! Objects of which every field is looked at, so that all that is wrong can be said at once.

use journey_bytecode::{Const, Slot};

use super::Desk;
use crate::json::{Cursor, Kind, Malformed, Text};
use crate::reason::{Place, Reason, Root, describe};
use crate::value::{Extra, Wrong, read};

/// More reasons than these are not told of one object.
const MOST: usize = 50;

/// What is wrong with an object.
#[derive(Debug)]
pub(crate) enum Bad {
    /// It is not JSON, so nothing else can be said of it.
    Malformed(Malformed),
    /// A field.
    Field(Reason),
}

impl From<Malformed> for Bad {
    fn from(malformed: Malformed) -> Bad {
        Bad::Malformed(malformed)
    }
}

/// Gathers what is wrong.
#[derive(Debug, Default)]
pub(super) struct Reasons(Vec<Reason>);

impl Reasons {
    pub(super) fn add(&mut self, reason: Reason) {
        if self.0.len() < MOST {
            self.0.push(reason);
        }
    }

    /// Whether something is wrong with this field, or within it.
    pub(super) fn is_about(&self, place: &Place) -> bool {
        self.0.iter().filter_map(Reason::place).any(|other| {
            let within = other.path.strip_prefix(place.path.as_str());
            let within = within.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
            within && other.root == place.root
        })
    }

    /// The value, if nothing is wrong.
    pub(super) fn or<T>(self, value: T) -> Result<T, Vec<Reason>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}

impl Desk {
    /// Reads the value at the cursor, which stands behind it afterwards whether it fits or not. Unset for
    /// `null`.
    pub(super) fn value(
        &mut self,
        cursor: &mut Cursor<'_>,
        slot: &Slot,
        extra: &mut Extra,
        root: impl FnOnce() -> Root,
    ) -> Result<Const, Bad> {
        let start = *cursor;
        self.room.arena.reset();
        match read(cursor, &slot.ty, &mut self.room, extra) {
            Ok(value) => Ok(value.to_const()),
            Err(wrong) => match *wrong.inside(&slot.wire) {
                Wrong::Malformed(malformed) => Err(malformed.into()),
                wrong => {
                    *cursor = start;
                    cursor.skip()?;
                    Err(Bad::Field(wrong.reason("", root())))
                }
            },
        }
    }

    /// The name of a key.
    pub(super) fn key_name<'k>(&'k mut self, key: Text<'k>) -> &'k str {
        key.resolve(&mut self.room.text).unwrap_or(key.raw)
    }
}

/// Makes sure that an object stands at the cursor; says otherwise what does.
pub(super) fn object(cursor: &mut Cursor<'_>, root: Root) -> Result<(), Bad> {
    let start = cursor.at();
    let kind = cursor.kind()?;
    if kind == Kind::Object {
        return Ok(());
    }
    cursor.skip()?;
    let found = describe(kind, cursor.since(start).trim_start());
    let what = Place { root, path: String::new() };
    Err(Bad::Field(Reason::Mismatch { what, found, wanted: "an object".to_owned() }))
}

/// Remembers which slots have been given.
#[derive(Debug)]
pub(super) struct Seen(Vec<bool>);

impl Seen {
    pub(super) fn new(slots: usize) -> Seen {
        Seen(vec![false; slots])
    }

    /// Whether the slot is given for the first time.
    pub(super) fn first(&mut self, slot: u16) -> bool {
        let seen = self.0.get_mut(usize::from(slot));
        seen.is_some_and(|seen| !std::mem::replace(seen, true))
    }
}
