//! From the cells of a table to values.

use journey_bytecode::{Const, Slot};
use journey_time::Tz;

use crate::json::Cursor;
use crate::reason::{Place, Reason, Root, shortened};
use crate::schema::is_required;
use crate::value::{Extra, Room, from_text, is_text, read, wanted};

/// Reads cells. Texts, times and the like stand as they are, numbers and bools as in JSON, lists and
/// records as JSON. An empty cell gives nothing.
#[derive(Debug)]
pub(crate) struct Cells {
    room: Room,
}

impl Cells {
    /// A reader by whose clocks times without an offset are read.
    pub(crate) fn new(zone: Tz) -> Cells {
        Cells { room: Room::new(zone) }
    }

    /// The value of a cell; nothing if it is empty.
    pub(crate) fn read(&mut self, cell: &[u8], slot: &Slot) -> Result<Option<Const>, Reason> {
        let what = || Place { root: Root::Column, path: slot.wire.clone() };
        let cell = std::str::from_utf8(cell)
            .map_err(|error| Reason::NotUtf8 { at: error.valid_up_to() + 1 })?;
        if cell.is_empty() {
            return match is_required(slot) {
                true => Err(Reason::Missing { what: what(), wanted: wanted(&slot.ty) }),
                false => Ok(None),
            };
        }
        self.room.arena.reset();
        let value = if is_text(&slot.ty) {
            from_text(cell, &slot.ty, self.room.zone).map(|value| value.to_const())
        } else {
            let mut cursor = Cursor::new(cell.trim());
            let value = read(&mut cursor, &slot.ty, &mut self.room, &mut Extra::default());
            let value = value.ok().filter(|value| value.is_set()).map(|value| value.to_const());
            value.filter(|_| cursor.end().is_ok())
        };
        value.map(Some).ok_or_else(|| Reason::Mismatch {
            what: what(),
            found: shortened(&format!("{cell:?}")),
            wanted: wanted(&slot.ty),
        })
    }
}
