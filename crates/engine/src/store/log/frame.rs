//! What stands in a segment behind its header: records, and seals.
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | mark: a record or a seal |
//! | 4 | length of the payload |
//! | 4 | CRC-32 of the store, the segment, the other fields and the payload |
//! | 4 | how far before this frame its group begins |
//! | 8 | ticket |
//! | … | payload |
//!
//! A *group* is what one write brings; it is synced before the next one is written. So a frame that
//! is whole proves that everything before its group was on disk. That is how damage is told from a write
//! that a crash cut off.
//!
//! A *seal* has no payload. It is written without a sync of its own behind a group that is synced, and
//! the next group is written over it: it proves the last group, which has no other behind it.

use crc32fast::Hasher;

use crate::planted::{self, Bug};
use crate::store::Ticket;

pub(super) const SIZE: usize = 24;

/// The first bytes of a frame.
pub(super) const RECORD: [u8; 4] = *b"\xf1Rec";
const SEAL: [u8; 4] = *b"\xf1End";

/// What both marks begin with.
pub(super) const LEAD: u8 = 0xf1;

/// What all checksums of a segment begin with, so that no record of another store, of another segment
/// or of a file that was in the same place before can pass for one of this.
#[derive(Debug, Clone)]
pub(super) struct Seed(Hasher);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Record,
    Seal,
}

/// What a frame says before its payload.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) kind: Kind,
    pub(super) length: u32,
    pub(super) back: u32,
    pub(super) ticket: Ticket,
    crc: u32,
}

impl Seed {
    pub(super) fn new(store: u64, first: Ticket) -> Self {
        let mut hasher = Hasher::new();
        hasher.update(&store.to_le_bytes());
        hasher.update(&first.0.to_le_bytes());
        Self(hasher)
    }

    fn crc(&self, mark: [u8; 4], back: u32, ticket: Ticket, payload: &[u8]) -> u32 {
        let mut hasher = self.0.clone();
        let mut fields = [0; 20];
        let length = payload.len() as u32;
        let parts =
            [&mark[..], &length.to_le_bytes(), &back.to_le_bytes(), &ticket.0.to_le_bytes()];
        fields.iter_mut().zip(parts.into_iter().flatten()).for_each(|(to, from)| *to = *from);
        hasher.update(&fields);
        hasher.update(payload);
        hasher.finalize()
    }

    fn write(&self, to: &mut Vec<u8>, mark: [u8; 4], back: u32, ticket: Ticket, payload: &[u8]) {
        to.extend_from_slice(&mark);
        to.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        to.extend_from_slice(&self.crc(mark, back, ticket, payload).to_le_bytes());
        to.extend_from_slice(&back.to_le_bytes());
        to.extend_from_slice(&ticket.0.to_le_bytes());
        to.extend_from_slice(payload);
    }

    /// Appends a record whose group began `back` bytes ago.
    pub(super) fn record(&self, to: &mut Vec<u8>, back: u32, ticket: Ticket, payload: &[u8]) {
        self.write(to, RECORD, back, ticket, payload);
    }

    /// Appends a seal behind the record with this ticket.
    pub(super) fn seal(&self, to: &mut Vec<u8>, ticket: Ticket) {
        self.write(to, SEAL, 0, ticket, &[]);
    }

    /// Whether the head and the payload are what was written.
    pub(super) fn proves(&self, head: &Head, payload: &[u8]) -> bool {
        planted::is(Bug::ChecksumSkipped)
            || self.crc(head.kind.mark(), head.back, head.ticket, payload) == head.crc
    }
}

impl Kind {
    fn mark(self) -> [u8; 4] {
        match self {
            Self::Record => RECORD,
            Self::Seal => SEAL,
        }
    }
}

impl Head {
    /// Reads the fields; none if there is no mark.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (mark, rest) = bytes.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (crc, rest) = rest.split_first_chunk::<4>()?;
        let (back, rest) = rest.split_first_chunk::<4>()?;
        let (ticket, _) = rest.split_first_chunk::<8>()?;
        let kind = match *mark {
            RECORD => Kind::Record,
            SEAL => Kind::Seal,
            _ => return None,
        };
        Some(Self {
            kind,
            length: u32::from_le_bytes(*length),
            crc: u32::from_le_bytes(*crc),
            back: u32::from_le_bytes(*back),
            ticket: Ticket(u64::from_le_bytes(*ticket)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_bit_anywhere_is_noticed() {
        let seed = Seed::new(7, Ticket(3));
        let mut frame = Vec::new();
        seed.record(&mut frame, 12, Ticket(5), b"payload");
        for bit in 0..frame.len() * 8 {
            let mut changed = frame.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let head = Head::read(&changed);
            let whole = head.filter(|head| head.length == 7);
            assert!(!whole.is_some_and(|head| seed.proves(&head, &changed[SIZE..])), "bit {bit}");
        }
    }

    #[test]
    fn a_record_counts_in_its_own_segment_of_its_own_store() {
        let mut frame = Vec::new();
        Seed::new(7, Ticket(3)).record(&mut frame, 0, Ticket(5), b"");
        let head = Head::read(&frame).unwrap();
        assert!(Seed::new(7, Ticket(3)).proves(&head, b""));
        assert!(!Seed::new(7, Ticket(4)).proves(&head, b""));
        assert!(!Seed::new(8, Ticket(3)).proves(&head, b""));
    }
}
