//! What is written at once.

use super::StoreError;

/// The longest key, in bytes: the base has lengths of 16 bits, and puts a byte before each key.
pub const MAX_KEY: usize = 65_534;

/// The largest batch, in bytes as logged.
pub const MAX_BATCH: usize = 256 << 20;

/// The number of a batch in the order of appends, from 1. Zero is before all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

impl Ticket {
    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl std::fmt::Display for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Puts and deletes that happen together or not at all, in order: of two changes of one key the later
/// one counts.
///
/// It is kept in the form in which it is logged, so that appending it is copying it:
/// for each change the length of the key, that of the value plus one or 0 for a delete, the key,
/// the value. Lengths are LEB128.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    bytes: Vec<u8>,
    changes: usize,
    longest: usize,
}

/// One change of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// What is changed.
    pub key: &'a [u8],
    /// Its value from now on; none if it is deleted.
    pub value: Option<&'a [u8]>,
}

impl Batch {
    /// A batch that changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives `key` this value.
    pub fn put(&mut self, key: &[u8], value: &[u8]) {
        self.push(key, Some(value));
    }

    /// Takes `key` away, whether it is there or not.
    pub fn delete(&mut self, key: &[u8]) {
        self.push(key, None);
    }

    /// Adds one change.
    pub fn push(&mut self, key: &[u8], value: Option<&[u8]>) {
        write_length(&mut self.bytes, key.len() as u64);
        write_length(&mut self.bytes, value.map_or(0, |value| value.len() as u64 + 1));
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value.unwrap_or_default());
        self.changes += 1;
        self.longest = self.longest.max(key.len());
    }

    /// The changes, in order.
    #[must_use]
    pub fn changes(&self) -> Changes<'_> {
        Changes { rest: &self.bytes }
    }

    /// How many changes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes
    }

    /// Whether nothing is changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes == 0
    }

    /// How many bytes it takes in the log.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The form in which it is logged.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets the changes and keeps the room they took.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.changes = 0;
        self.longest = 0;
    }

    /// Reads a batch from the form in which it is logged; none if it is not one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let (mut changes, mut longest) = (0, 0);
        while !rest.is_empty() {
            longest = longest.max(read_change(&mut rest)?.key.len());
            changes += 1;
        }
        Some(Self { bytes: bytes.to_vec(), changes, longest })
    }
}

/// The changes of a batch, in order.
#[derive(Debug, Clone)]
pub struct Changes<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Changes<'a> {
    type Item = Change<'a>;

    fn next(&mut self) -> Option<Change<'a>> {
        read_change(&mut self.rest)
    }
}

fn write_length(to: &mut Vec<u8>, mut length: u64) {
    while length >= 0x80 {
        to.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    to.push(length as u8);
}

fn read_length(from: &mut &[u8]) -> Option<u64> {
    let mut length = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}

fn read_change<'a>(from: &mut &'a [u8]) -> Option<Change<'a>> {
    let key = usize::try_from(read_length(from)?).ok()?;
    let value = usize::try_from(read_length(from)?).ok()?;
    let (key, rest) = from.split_at_checked(key)?;
    let (bytes, rest) = rest.split_at_checked(value.saturating_sub(1))?;
    *from = rest;
    Some(Change { key, value: (value > 0).then_some(bytes) })
}

/// Whether a store may take the batch.
pub(super) fn admit(batch: &Batch) -> Result<(), StoreError> {
    if batch.size() > MAX_BATCH {
        return Err(StoreError::TooLarge { what: "batch", size: batch.size(), most: MAX_BATCH });
    }
    if batch.longest > MAX_KEY {
        return Err(StoreError::TooLarge { what: "key", size: batch.longest, most: MAX_KEY });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Batch, Change};

    fn two() -> Batch {
        let mut batch = Batch::new();
        batch.put(b"name", &[7; 300]);
        batch.delete(b"");
        batch.put(b"empty", b"");
        batch
    }

    #[test]
    fn a_batch_reads_back_as_it_was_written() {
        let batch = two();
        let changes: Vec<Change<'_>> = batch.changes().collect();
        assert_eq!(changes.len(), batch.len());
        assert_eq!(changes[0], Change { key: b"name", value: Some(&[7; 300]) });
        assert_eq!(changes[1], Change { key: b"", value: None });
        assert_eq!(changes[2], Change { key: b"empty", value: Some(b"") });
        assert_eq!(Batch::from_bytes(batch.as_bytes()), Some(batch));
    }

    #[test]
    fn bytes_that_end_within_a_change_are_no_batch() {
        let batch = two();
        let whole = batch.as_bytes();
        let ends = [whole.len(), whole.len() - 7, whole.len() - 9, 0];
        for end in 0..whole.len() {
            assert_eq!(Batch::from_bytes(&whole[..end]).is_some(), ends.contains(&end), "{end}");
        }
        assert_eq!(Batch::from_bytes(&[0xff; 40]), None);
    }
}
