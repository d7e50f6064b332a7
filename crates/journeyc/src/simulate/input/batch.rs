//! A batch: what one chunk of lines comes out as.
//!
//! A batch is filled by one thread and then read by all, each applying the entries of its own
//! shard of the customers. It is used again for a later chunk, so its rows keep their memory.

use std::io;

use journey_intake::{Rejection, Unknown};
use journey_vm::{Bits, Row};

/// What one chunk of lines comes out as.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    entries: Vec<Entry>,
    /// How many of `entries` are of this batch; the others wait to be used again.
    used: usize,
    texts: String,
    /// The entries of each shard, in order.
    shards: Vec<Vec<u32>>,
    /// How many lines were read, empty ones aside.
    pub(crate) lines: u64,
    /// How many events lie after the horizon.
    pub(crate) after_horizon: u64,
    /// Lines that are no event or profile, in order.
    pub(crate) rejections: Vec<Rejection>,
    /// What is not declared.
    pub(crate) unknown: Unknown,
    /// The time of the first event.
    pub(crate) first: Option<i64>,
    /// The latest time of an event up to the horizon.
    pub(crate) clock: Option<i64>,
    /// Set where reading went no further.
    pub(crate) failure: Option<io::Error>,
    /// The last line that was read whole, where that is so.
    pub(crate) last_line: u64,
}

/// A text of the batch.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    start: usize,
    end: usize,
}

/// An event or a profile.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// The customer's id.
    pub(crate) customer: Span,
    /// The hash of that id.
    pub(crate) hash: u64,
    /// Which event; nothing for a profile.
    pub(crate) event: u16,
    /// The event's own time.
    pub(crate) at: i64,
    /// The latest time of the batch's events so far, this one included.
    pub(crate) clock: i64,
    /// The event's id.
    pub(crate) id: Option<Span>,
    /// Properties or traits.
    pub(crate) row: Row,
    /// Of a profile the audiences the customer is in.
    pub(crate) audiences: Bits,
}

impl Batch {
    /// Empties the batch and keeps its memory.
    pub(crate) fn reset(&mut self, shards: usize) {
        self.used = 0;
        self.texts.clear();
        self.shards.resize_with(shards, Vec::new);
        self.shards.iter_mut().for_each(Vec::clear);
        self.lines = 0;
        self.after_horizon = 0;
        self.rejections.clear();
        self.unknown.clear();
        self.first = None;
        self.clock = None;
        self.failure = None;
    }

    /// Takes out a blank entry to be filled. It is lost unless [`Batch::push`] brings it back.
    pub(crate) fn blank(&mut self) -> Entry {
        self.entries.get_mut(self.used).map(std::mem::take).unwrap_or_default()
    }

    /// Puts a filled entry behind the others.
    pub(crate) fn push(&mut self, entry: Entry) {
        let shards = self.shards.len();
        let shard = shard_of(entry.hash, shards);
        if let (Ok(number), Some(list)) = (u32::try_from(self.used), self.shards.get_mut(shard)) {
            list.push(number);
            self.give_back(entry);
            self.used += 1;
        }
    }

    /// Puts an entry back that was not filled after all.
    pub(crate) fn give_back(&mut self, entry: Entry) {
        match self.entries.get_mut(self.used) {
            Some(place) => *place = entry,
            None => self.entries.push(entry),
        }
    }

    /// Keeps a text.
    pub(crate) fn keep(&mut self, text: &str) -> Span {
        let start = self.texts.len();
        self.texts.push_str(text);
        Span { start, end: self.texts.len() }
    }

    /// A text that was kept.
    pub(crate) fn text(&self, span: Span) -> &str {
        self.texts.get(span.start..span.end).unwrap_or_default()
    }

    /// The entries of a shard, in order.
    pub(crate) fn of_shard(&self, shard: usize) -> impl Iterator<Item = &Entry> {
        let numbers = self.shards.get(shard).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().filter_map(|number| self.entries.get(*number as usize))
    }
}

/// Which shard a customer belongs to, by the hash of its id. The high bits decide, because the
/// shards' own tables use the low ones.
pub(crate) fn shard_of(hash: u64, shards: usize) -> usize {
    let high = u128::from(hash) * shards as u128;
    (high >> 64) as usize
}
