//! A customer as bytes, for a store.
//!
//! A record says nothing of its own layout: which traits there are and of what types, which
//! journeys with which locals, is what the [`ProgramSet`] says that the customer was laid out by.
//! It has to be read with the same one.
//!
//! ```text
//! u8 format · varint which parts follow · clock · sequence · the parts, in order of their bits
//! ```
//!
//! Whole numbers are varints, signed ones zigzag; instants are given by how long before or after the
//! customer's clock they are; of a row only the slots that are set are there, after a bit for
//! each slot. What can be computed of the rest is left out, and so is what nothing can ask for any
//! more: events that have left their window, exits that the re-entry rule does not ask for, goals
//! whose time is up.
//!
//! Reading never panics and never takes more memory than the program lays out for what is there: a
//! count is believed only as far as there are bytes left. It refuses what refers to something the
//! program does not have. It does not find every flipped bit; that is what checksums are for.

mod error;
mod instance;
mod past;
mod profile;
mod row;
mod window;
mod wire;

pub use error::RecordError;
pub use row::{decode_args, encode_args};

use wire::{Reader, Writer};

use crate::{Customer, ProgramSet};

/// The first byte of each record.
const FORMAT: u8 = 1;

/// Whether the first input has been applied; a customer of whom that is not true has traits and
/// audiences at most.
const STARTED: u64 = 1;
const TRAITS: u64 = 1 << 1;
const AUDIENCES: u64 = 1 << 2;
const WINDOWS: u64 = 1 << 3;
const WAKES: u64 = 1 << 4;
const INSTANCES: u64 = 1 << 5;
const MEMORY: u64 = 1 << 6;
const PAST: u64 = 1 << 7;
const SENT: u64 = 1 << 8;
const FORCED: u64 = 1 << 9;
const PAUSED: u64 = 1 << 10;
const RECENT: u64 = 1 << 11;

/// A part of a record: its bit, whether there is something to write, how that is written, and how
/// it is read.
struct Part {
    bit: u64,
    is_there: fn(&Customer, &ProgramSet) -> bool,
    put: fn(&Customer, &ProgramSet, &mut Writer<'_>),
    get: fn(&mut Customer, &ProgramSet, &mut Reader<'_>) -> Result<(), RecordError>,
}

/// All parts, in order. Instances come before memories, which find the open ones among them.
const PARTS: &[Part] = &[
    profile::TRAITS,
    profile::AUDIENCES,
    profile::WINDOWS,
    profile::WAKES,
    instance::INSTANCES,
    past::MEMORY,
    past::PAST,
    profile::SENT,
    profile::FORCED,
    profile::PAUSED,
    profile::RECENT,
];

impl Customer {
    /// Appends the customer to `out`, all but the id. `set` is what the customer was laid out by:
    /// the one of the last input.
    pub fn encode(&self, set: &ProgramSet, out: &mut Vec<u8>) {
        let mut parts = if self.started { STARTED } else { 0 };
        for part in PARTS {
            if (part.is_there)(self, set) {
                parts |= part.bit;
            }
        }
        let mut to = Writer::new(out, 0);
        to.byte(FORMAT);
        to.varint(parts);
        if self.started {
            to.int(self.clock);
            to.varint(self.sequence);
            to.base = self.clock;
        }
        for part in PARTS.iter().filter(|part| parts & part.bit != 0) {
            (part.put)(self, set, &mut to);
        }
    }

    /// The customer with this id whose record these bytes are.
    pub fn decode(set: &ProgramSet, id: &str, bytes: &[u8]) -> Result<Customer, RecordError> {
        let mut from = Reader::new(bytes, 0);
        let format = from.byte()?;
        if format != FORMAT {
            return Err(RecordError::Format { found: format, read: FORMAT });
        }
        let parts = from.varint()?;
        let mut customer = Customer::new(id);
        let allowed = match parts & STARTED {
            0 => TRAITS | AUDIENCES,
            _ => PARTS.iter().fold(STARTED, |known, part| known | part.bit),
        };
        let needs_traits = parts & STARTED != 0 && !set.trait_kinds.is_empty();
        if parts & !allowed != 0 || needs_traits && parts & TRAITS == 0 {
            return Err(from.malformed("other parts than a customer has"));
        }
        if parts & STARTED != 0 {
            customer.clock = from.int()?;
            customer.sequence = from.counted()?;
            from.base = customer.clock;
            customer.make_room(set);
        }
        for part in PARTS.iter().filter(|part| parts & part.bit != 0) {
            (part.get)(&mut customer, set, &mut from)?;
        }
        from.finish()?;
        customer.find_next_due();
        Ok(customer)
    }
}
