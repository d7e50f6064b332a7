//! From a JSON object to a row, by the names on the wire.
//!
//! The lines of a log come in few shapes: nearly always, the keys of an event stand in the order
//! in which they stood the last time. So the reader remembers what came of the key at each place
//! and looks a name up only when the guess is wrong.

use journey_bytecode::Slot;
use journey_vm::Row;

use crate::json::{Cursor, Text};
use crate::names::NameCounts;
use crate::schema::{Layout, is_required};
use crate::value::{Extra, Room, Wrong, read, wanted};

/// Places beyond this many are not remembered.
const REMEMBERED: usize = 256;

/// Fills rows of one layout, always the same.
#[derive(Debug, Default)]
pub(crate) struct RowReader {
    guesses: Vec<Guess>,
    /// For each slot, the number of the object in which it was last seen.
    seen: Vec<u64>,
    object: u64,
}

/// What came of the key at a place.
#[derive(Debug)]
struct Guess {
    key: Box<str>,
    target: Target,
}

/// What a key stands for.
#[derive(Debug, Clone, Copy)]
enum Target {
    Slot(u16),
    /// Not declared; its number among the counted names.
    Unknown(Option<u32>),
}

/// What a row reader needs from outside for one object.
pub(crate) struct Surroundings<'s> {
    /// Memory for values.
    pub(crate) room: &'s mut Room,
    /// Counts keys that are not declared.
    pub(crate) unknown: &'s mut NameCounts,
    /// Says what becomes of what is not declared, and counts fields of records.
    pub(crate) extra: &'s mut Extra,
}

impl RowReader {
    /// Forgets all guesses: the numbers of unknown names mean nothing once counting starts anew.
    pub(crate) fn recount(&mut self) {
        self.guesses.clear();
    }

    /// Reads the object at the cursor into `row`. What the object does not give gets its default.
    pub(crate) fn read(
        &mut self,
        cursor: &mut Cursor<'_>,
        layout: &Layout,
        row: &mut Row,
        around: Surroundings<'_>,
    ) -> Result<(), Box<Wrong>> {
        let Surroundings { room, unknown, extra } = around;
        row.reset(&layout.slots);
        if self.seen.len() < layout.slots.len() {
            self.seen.resize(layout.slots.len(), 0);
        }
        self.object += 1;
        let (mut fresh, mut place, mut required) = (true, 0, 0);
        while let Some(key) = cursor.key(&mut fresh)? {
            let target = match self.guesses.get(place) {
                Some(guess) if *guess.key == *key.raw => {
                    if let Target::Unknown(number) = guess.target {
                        unknown.again(number, 1);
                    }
                    guess.target
                }
                _ => self.look_up(place, key, layout, &mut room.text, unknown),
            };
            place += 1;
            let Target::Slot(number) = target else {
                if extra.reject {
                    return Err(unknown_key(key, &mut room.text));
                }
                cursor.skip()?;
                continue;
            };
            let Some(slot) = layout.slots.get(usize::from(number)) else { continue };
            self.first_time(number, slot)?;
            let value =
                read(cursor, &slot.ty, room, extra).map_err(|wrong| wrong.inside(&slot.wire))?;
            if value.is_set() {
                row.set(number, value);
                required += usize::from(is_required(slot));
            }
        }
        if required < layout.required { Err(missing(layout, row)) } else { Ok(()) }
    }

    /// Makes sure that a slot is given once.
    #[inline]
    fn first_time(&mut self, number: u16, slot: &Slot) -> Result<(), Box<Wrong>> {
        match self.seen.get_mut(usize::from(number)) {
            Some(seen) if *seen == self.object => {
                Err(Box::new(Wrong::Twice { path: slot.wire.clone() }))
            }
            Some(seen) => {
                *seen = self.object;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Looks a key up and remembers what came of it.
    #[cold]
    fn look_up(
        &mut self,
        place: usize,
        key: Text<'_>,
        layout: &Layout,
        room: &mut String,
        unknown: &mut NameCounts,
    ) -> Target {
        let name = key.resolve(room).unwrap_or(key.raw);
        let target = match layout.find(name) {
            Some(slot) => Target::Slot(slot),
            None => Target::Unknown(unknown.add(name, 1)),
        };
        let guess = Guess { key: key.raw.into(), target };
        match self.guesses.get_mut(place) {
            Some(place) => *place = guess,
            None if place < REMEMBERED => self.guesses.push(guess),
            None => {}
        }
        target
    }
}

#[cold]
fn unknown_key(key: Text<'_>, room: &mut String) -> Box<Wrong> {
    Box::new(Wrong::Unknown { path: key.resolve(room).unwrap_or(key.raw).to_owned() })
}

/// Names the first slot that should have been given.
#[cold]
fn missing(layout: &Layout, row: &Row) -> Box<Wrong> {
    let slots = layout.slots.iter().zip(0..);
    let slot = slots.filter(|(slot, _)| is_required(slot)).find(|(_, number)| !row.is_set(*number));
    let (path, wanted) = match slot {
        Some((slot, _)) => (slot.wire.clone(), wanted(&slot.ty)),
        None => (String::new(), String::new()),
    };
    Box::new(Wrong::Missing { path, wanted })
}
