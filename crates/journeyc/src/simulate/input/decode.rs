//! From a chunk of lines to a batch.

use std::hash::BuildHasher;
use std::sync::Arc;

use journey_intake::{Event, Named, Reason, Rejection, Schema, Strangers, Unknown};
use memchr::memchr_iter;
use rustc_hash::FxBuildHasher;

use super::batch::{Batch, Entry};
use super::chunk::{Chunk, MAX_LINE};

/// What the lines of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// `{"customer_id","traits","audiences"?}`
    Profiles,
    /// `{"ts","customer_id","event","properties","id"?}`
    Events,
}

/// What decoding goes by, the same for all threads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'r> {
    /// Names and types.
    pub(crate) schema: &'r Arc<Schema>,
    /// Events later than this are left out.
    pub(crate) until: Option<i64>,
    /// Whether an undeclared event is a mistake.
    pub(crate) strict: bool,
    /// Over how many shards customers are spread.
    pub(crate) shards: usize,
}

/// Turns lines into entries. One a thread: it remembers the shape of the lines it saw.
#[derive(Debug)]
pub(crate) struct Decoder {
    objects: journey_intake::Decoder,
    rules: journey_intake::Rules,
    pass: Pass,
    until: Option<i64>,
    shards: usize,
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    pub(crate) fn new(rules: Rules<'_>, pass: Pass) -> Decoder {
        let events = if rules.strict { Strangers::Reject } else { Strangers::Count };
        Decoder {
            objects: journey_intake::Decoder::new(Arc::clone(rules.schema)),
            // Each line of a log says when it happened.
            rules: journey_intake::Rules { received: None, events, values: Strangers::Count },
            pass,
            until: rules.until,
            shards: rules.shards,
        }
    }

    /// Decodes a chunk into an emptied batch.
    pub(crate) fn chunk(&mut self, chunk: &Chunk, batch: &mut Batch) {
        batch.reset(self.shards);
        self.objects.take_unknown(std::mem::take(&mut batch.unknown));
        let (mut start, mut number) = (0, chunk.first_line);
        let ends = memchr_iter(b'\n', &chunk.bytes).chain([chunk.bytes.len()]);
        for end in ends {
            self.line(chunk.bytes.get(start..end).unwrap_or_default(), number, batch);
            (start, number) = (end + 1, number + 1);
        }
        batch.unknown = self.objects.take_unknown(Unknown::default());
        if let Some(oversize) = &chunk.oversize {
            batch.lines += 1;
            batch.rejections.push(Rejection {
                line: oversize.line,
                reason: Box::new(Reason::TooLong { limit: MAX_LINE }),
                text: String::from_utf8_lossy(&oversize.start).into_owned(),
            });
        }
    }

    fn line(&mut self, bytes: &[u8], number: u64, batch: &mut Batch) {
        let bytes = if number == 1 { without_mark(bytes) } else { bytes };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        batch.lines += 1;
        let mut entry = batch.blank();
        let decoded = match std::str::from_utf8(bytes) {
            Ok(line) => self.entry(line, &mut entry, batch),
            Err(error) => Err(Box::new(Reason::NotUtf8 { at: error.valid_up_to() + 1 })),
        };
        match decoded {
            Ok(true) => batch.push(entry),
            Ok(false) => batch.give_back(entry),
            Err(reason) => {
                batch.give_back(entry);
                let text = String::from_utf8_lossy(bytes).trim_end().to_owned();
                batch.rejections.push(Rejection { line: number, reason, text });
            }
        }
    }

    /// Decodes a line; false if it is fine but not to be applied.
    fn entry(
        &mut self,
        line: &str,
        entry: &mut Entry,
        batch: &mut Batch,
    ) -> Result<bool, Box<Reason>> {
        if line.len() > MAX_LINE {
            return Err(Box::new(Reason::TooLong { limit: MAX_LINE }));
        }
        let Entry { row, audiences, .. } = entry;
        match self.pass {
            Pass::Events => {
                let event = self.objects.event(line, self.rules, row)?;
                Ok(event_entry(&event, self.until, entry, batch))
            }
            Pass::Profiles => {
                let customer = self.objects.profile(line, self.rules, row, audiences)?;
                name(customer, entry, batch);
                Ok(true)
            }
        }
    }
}

/// Fills an entry with an event; false if the event is not to be applied.
fn event_entry(
    event: &Event<'_>,
    until: Option<i64>,
    entry: &mut Entry,
    batch: &mut Batch,
) -> bool {
    let clock = advance(event.at, until, batch);
    let Named::Declared(number) = event.event else { return false };
    let Some(clock) = clock else {
        batch.after_horizon += 1;
        return false;
    };
    name(event.customer, entry, batch);
    entry.event = number;
    entry.at = event.at;
    entry.clock = clock;
    entry.id = event.id.map(|id| batch.keep(id));
    true
}

fn name(customer: &str, entry: &mut Entry, batch: &mut Batch) {
    entry.hash = hash(customer);
    entry.customer = batch.keep(customer);
}

/// Moves the batch's clock on to an event; `None` if the event lies after the horizon.
fn advance(at: i64, until: Option<i64>, batch: &mut Batch) -> Option<i64> {
    batch.first = batch.first.or(Some(at));
    if until.is_some_and(|until| at > until) {
        return None;
    }
    let clock = batch.clock.map_or(at, |clock| clock.max(at));
    batch.clock = Some(clock);
    Some(clock)
}

/// The hash of a customer's id, by which customers are spread and found.
pub(crate) fn hash(id: &str) -> u64 {
    FxBuildHasher.hash_one(id)
}

/// A line without the byte-order mark that some editors put before a file.
fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
}
