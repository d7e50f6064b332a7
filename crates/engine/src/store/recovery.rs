//! What opening a store found.

use std::fmt;
use std::path::PathBuf;

use super::Ticket;

/// What opening a store found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Whether the store is new.
    pub created: bool,
    /// Up to where the base held everything.
    pub base: Ticket,
    /// The last batch that is there.
    pub last: Ticket,
    /// How many segments the log had.
    pub segments: usize,
    /// How many batches were taken from the log.
    pub records: u64,
    /// Whether it is proven that nothing which was acknowledged is missing: the log ends with the seal that is
    /// written behind what was synced, or the store is new. After a power cut the last seal may be
    /// missing although nothing else is.
    pub sealed: bool,
    /// What was cut off the end of the log.
    pub cut: Option<Cut>,
}

/// The end of the log that was not whole: a write which a crash cut off. Nothing proves that it was ever synced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub file: PathBuf,
    /// From where on it was cut.
    pub offset: u64,
    /// How many bytes were cut off.
    pub bytes: u64,
    /// What was wrong there.
    pub what: &'static str,
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.created {
            return write!(f, "a new store");
        }
        write!(
            f,
            "everything up to batch {}: {} of the base, {} of the log in {} segments",
            self.last, self.base, self.records, self.segments
        )?;
        match &self.cut {
            Some(cut) => write!(f, "; {cut}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: cut off at byte {}, with {} bytes of a write that had not come to its end ({})",
            self.file.display(),
            self.offset,
            self.bytes,
            self.what
        )
    }
}
