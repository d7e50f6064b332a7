//! From a chunk of lines to a batch.

use std::hash::BuildHasher;

use bumpalo::Bump;
use journey_time::Tz;
use memchr::memchr_iter;
use rustc_hash::FxBuildHasher;

use super::batch::{Batch, Entry, Rejection};
use super::chunk::{Chunk, MAX_LINE};
use super::iso;
use super::json::{Cursor, Kind, Malformed, Text};
use super::properties::{RowReader, Surroundings};
use super::reason::{Place, Reason, Root, describe};
use super::schema::Schema;
use super::value::{Room, Wrong};

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
pub(crate) struct Rules<'p> {
    /// Names and types.
    pub(crate) schema: &'p Schema<'p>,
    /// By whose clocks times without an offset are read.
    pub(crate) zone: Tz,
    /// Events later than this are left out.
    pub(crate) until: Option<i64>,
    /// Whether an undeclared event is a mistake.
    pub(crate) strict: bool,
    /// Over how many shards customers are spread.
    pub(crate) shards: usize,
}

/// Turns lines into entries. One a thread: it remembers the shape of the lines it saw.
#[derive(Debug)]
pub(crate) struct Decoder<'p> {
    rules: Rules<'p>,
    pass: Pass,
    room: Room,
    /// One an event, the traits last.
    readers: Vec<RowReader>,
    /// The event of the last line.
    last_event: u16,
}

/// A line can fail with more to say than fits a register.
type Decoded<T> = Result<T, Box<Failure>>;

/// Why a line is rejected, as its parts say it; [`Decoder::reason`] adds where.
enum Failure {
    Malformed(Malformed),
    Reason(Reason),
}

impl From<Malformed> for Box<Failure> {
    fn from(malformed: Malformed) -> Box<Failure> {
        Box::new(Failure::Malformed(malformed))
    }
}

impl From<Reason> for Box<Failure> {
    fn from(reason: Reason) -> Box<Failure> {
        Box::new(Failure::Reason(reason))
    }
}

/// The fields of a line, as far as they have come by.
#[derive(Default)]
struct Fields<'l> {
    at: Option<i64>,
    customer: Option<Text<'l>>,
    event: Option<Named<'l>>,
    id: Option<Text<'l>>,
    /// Properties or traits that stand before the event's name, or have been read already.
    values: Option<Values<'l>>,
    /// Whether the audiences have been read.
    audiences: Option<()>,
}

/// The event that a line names.
#[derive(Clone, Copy)]
enum Named<'l> {
    Declared(u16),
    Undeclared(Text<'l>),
}

enum Values<'l> {
    Read,
    Waiting(Cursor<'l>),
}

impl<'p> Decoder<'p> {
    /// A decoder that has seen nothing yet.
    pub(crate) fn new(rules: Rules<'p>, pass: Pass) -> Decoder<'p> {
        let Schema { events, traits, .. } = rules.schema;
        let layouts = events.iter().chain([traits]);
        Decoder {
            rules,
            pass,
            room: Room { text: String::new(), arena: Bump::new(), zone: rules.zone },
            readers: layouts.map(RowReader::new).collect(),
            last_event: 0,
        }
    }

    /// Decodes a chunk into an emptied batch.
    pub(crate) fn chunk(&mut self, chunk: &Chunk, batch: &mut Batch) {
        batch.reset(self.rules.shards, self.readers.len());
        self.readers.iter_mut().for_each(RowReader::recount);
        let (mut start, mut number) = (0, chunk.first_line);
        let ends = memchr_iter(b'\n', &chunk.bytes).chain([chunk.bytes.len()]);
        for end in ends {
            self.line(chunk.bytes.get(start..end).unwrap_or_default(), number, batch);
            (start, number) = (end + 1, number + 1);
        }
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
        entry.audiences.clear();
        let decoded = match std::str::from_utf8(bytes) {
            Ok(line) => self.entry(line, &mut entry, batch).map_err(|failure| match *failure {
                Failure::Malformed(malformed) => Reason::malformed(line, malformed),
                Failure::Reason(reason) => reason,
            }),
            Err(error) => Err(Reason::NotUtf8 { at: error.valid_up_to() + 1 }),
        };
        match decoded {
            Ok(true) => batch.push(entry),
            Ok(false) => batch.give_back(entry),
            Err(reason) => {
                batch.give_back(entry);
                let text = String::from_utf8_lossy(bytes).trim_end().to_owned();
                batch.rejections.push(Rejection { line: number, reason: Box::new(reason), text });
            }
        }
        self.room.arena.reset();
    }

    /// Decodes a line; false if it is fine but not to be applied.
    fn entry(&mut self, line: &str, entry: &mut Entry, batch: &mut Batch) -> Decoded<bool> {
        if line.len() > MAX_LINE {
            return Err(Reason::TooLong { limit: MAX_LINE }.into());
        }
        let mut cursor = Cursor::new(line);
        let mut fields = Fields::default();
        let mut fresh = true;
        while let Some(key) = cursor.key(&mut fresh)? {
            self.field(key, &mut cursor, &mut fields, entry, batch)?;
        }
        cursor.end()?;
        match self.pass {
            Pass::Events => self.finish_event(&fields, entry, batch),
            Pass::Profiles => self.finish_profile(&fields, entry, batch),
        }
    }

    /// Takes one field of a line. Fields that mean nothing to us are passed over.
    fn field<'l>(
        &mut self,
        key: Text<'l>,
        cursor: &mut Cursor<'l>,
        fields: &mut Fields<'l>,
        entry: &mut Entry,
        batch: &mut Batch,
    ) -> Decoded<()> {
        let name = key.resolve(&mut self.room.text).unwrap_or(key.raw);
        match (self.pass, name) {
            (_, "customer_id") => {
                once(&mut fields.customer, text(cursor, "customer_id")?, "customer_id")
            }
            (Pass::Events, "ts") => {
                let at = text(cursor, "ts")?.map(|text| self.instant(text)).transpose()?;
                once(&mut fields.at, at, "ts")
            }
            (Pass::Events, "event") => {
                let event = text(cursor, "event")?.map(|text| self.named(text));
                once(&mut fields.event, event, "event")
            }
            (Pass::Events, "id") => once(&mut fields.id, text(cursor, "id")?, "id"),
            (Pass::Events, "properties") => self.values("properties", cursor, fields, entry, batch),
            (Pass::Profiles, "traits") => self.values("traits", cursor, fields, entry, batch),
            (Pass::Profiles, "audiences") => {
                once(&mut fields.audiences, Some(()), "audiences")?;
                self.audiences(cursor, entry, batch)
            }
            _ => cursor.skip().map_err(Into::into),
        }
    }

    /// Reads the names of the audiences that a customer is in. Those that are not declared are
    /// counted with the traits that are not.
    fn audiences(
        &mut self,
        cursor: &mut Cursor<'_>,
        entry: &mut Entry,
        batch: &mut Batch,
    ) -> Decoded<()> {
        match cursor.kind()? {
            Kind::Array => {}
            Kind::Null => return cursor.null().map_err(Into::into),
            kind => return Err(not_a(cursor, "audiences", kind, "an array of names")?.into()),
        }
        let mut fresh = true;
        while cursor.item(&mut fresh)? {
            let kind = cursor.kind()?;
            if kind != Kind::Text {
                return Err(not_a(cursor, "audiences", kind, "an array of names")?.into());
            }
            let name = cursor.text()?;
            let name = name.resolve(&mut self.room.text).unwrap_or(name.raw);
            match self.rules.schema.audience(name) {
                Some((number, false)) => entry.audiences.set(number, true),
                Some((_, true)) => return Err(Reason::Computed { name: name.to_owned() }.into()),
                None => {
                    if let Some(unknown) = batch.unknown.last_mut() {
                        unknown.add(&format!("audiences.{name}"), 1);
                    }
                }
            }
        }
        Ok(())
    }

    fn instant(&mut self, text: Text<'_>) -> Decoded<i64> {
        let resolved = text.resolve(&mut self.room.text).unwrap_or_default();
        iso::instant(resolved).ok_or_else(|| {
            Reason::Mismatch {
                what: Place::field("ts"),
                found: describe(Kind::Text, &format!("\"{}\"", text.raw)),
                wanted: "a time with its offset, such as \"2026-12-01T09:00:30Z\",".to_owned(),
            }
            .into()
        })
    }

    /// Which event a name stands for; most lines name the same event as the one before.
    #[inline]
    fn named<'l>(&mut self, text: Text<'l>) -> Named<'l> {
        let name = text.resolve(&mut self.room.text).unwrap_or(text.raw);
        let last = self.rules.schema.program.events.get(usize::from(self.last_event));
        if last.is_some_and(|last| last.wire == name) {
            return Named::Declared(self.last_event);
        }
        match self.rules.schema.event(name) {
            Some(event) => {
                self.last_event = event;
                Named::Declared(event)
            }
            None => Named::Undeclared(text),
        }
    }

    /// Reads properties or traits, or puts them off until it is known what they belong to.
    fn values<'l>(
        &mut self,
        name: &'static str,
        cursor: &mut Cursor<'l>,
        fields: &mut Fields<'l>,
        entry: &mut Entry,
        batch: &mut Batch,
    ) -> Decoded<()> {
        match cursor.kind()? {
            Kind::Object => {}
            Kind::Null => return cursor.null().map_err(Into::into),
            kind => return Err(not_a(cursor, name, kind, "an object")?.into()),
        }
        let start = *cursor;
        let values = match (self.pass, fields.event) {
            (Pass::Profiles, _) => {
                self.row(cursor, None, entry, batch)?;
                Values::Read
            }
            (Pass::Events, Some(Named::Declared(event))) => {
                self.row(cursor, Some(event), entry, batch)?;
                Values::Read
            }
            (Pass::Events, _) => {
                cursor.skip()?;
                Values::Waiting(start)
            }
        };
        once(&mut fields.values, Some(values), name)
    }

    /// Reads an object into the entry's row: the properties of an event, or traits.
    fn row(
        &mut self,
        cursor: &mut Cursor<'_>,
        event: Option<u16>,
        entry: &mut Entry,
        batch: &mut Batch,
    ) -> Decoded<()> {
        let schema = self.rules.schema;
        let index = event.map_or(schema.events.len(), usize::from);
        let layout = schema.events.get(index).unwrap_or(&schema.traits);
        let (Some(reader), Some(unknown)) =
            (self.readers.get_mut(index), batch.unknown.get_mut(index))
        else {
            return Ok(());
        };
        let unknown_fields = &mut batch.unknown_fields;
        let around = Surroundings { room: &mut self.room, unknown, unknown_fields };
        reader.read(cursor, layout, &mut entry.row, around).map_err(|wrong| {
            let event = event.and_then(|event| schema.program.events.get(usize::from(event)));
            let root = event.map_or(Root::Traits, |event| Root::Event(event.wire.clone()));
            located(*wrong, root)
        })
    }

    fn finish_event(
        &mut self,
        fields: &Fields<'_>,
        entry: &mut Entry,
        batch: &mut Batch,
    ) -> Decoded<bool> {
        let at = fields.at.ok_or(Reason::MissingField { field: "ts" })?;
        self.customer(fields.customer, entry, batch)?;
        match fields.event.ok_or(Reason::MissingField { field: "event" })? {
            Named::Undeclared(name) => {
                let name = name.resolve(&mut self.room.text).unwrap_or(name.raw);
                if self.rules.strict {
                    return Err(Reason::Undeclared { name: name.to_owned() }.into());
                }
                batch.undeclared.add(name, 1);
                self.advance(at, batch);
                return Ok(false);
            }
            Named::Declared(event) => {
                match fields.values {
                    Some(Values::Read) => {}
                    Some(Values::Waiting(mut cursor)) => {
                        self.row(&mut cursor, Some(event), entry, batch)?;
                    }
                    None => self.row(&mut Cursor::new("{}"), Some(event), entry, batch)?,
                }
                entry.event = event;
            }
        }
        entry.at = at;
        entry.id = fields.id.map(|id| {
            let id = id.resolve(&mut self.room.text).unwrap_or(id.raw);
            batch.keep(id)
        });
        match self.advance(at, batch) {
            Some(clock) => {
                entry.clock = clock;
                Ok(true)
            }
            None => {
                batch.after_horizon += 1;
                Ok(false)
            }
        }
    }

    /// Moves the batch's clock on to an event; `None` if the event lies after the horizon.
    fn advance(&self, at: i64, batch: &mut Batch) -> Option<i64> {
        batch.first = batch.first.or(Some(at));
        if self.rules.until.is_some_and(|until| at > until) {
            return None;
        }
        let clock = batch.clock.map_or(at, |clock| clock.max(at));
        batch.clock = Some(clock);
        Some(clock)
    }

    fn finish_profile(
        &mut self,
        fields: &Fields<'_>,
        entry: &mut Entry,
        batch: &mut Batch,
    ) -> Decoded<bool> {
        self.customer(fields.customer, entry, batch)?;
        if fields.values.is_none() {
            self.row(&mut Cursor::new("{}"), None, entry, batch)?;
        }
        Ok(true)
    }

    fn customer(
        &mut self,
        customer: Option<Text<'_>>,
        entry: &mut Entry,
        batch: &mut Batch,
    ) -> Decoded<()> {
        let customer = customer.ok_or(Reason::MissingField { field: "customer_id" })?;
        let id = customer.resolve(&mut self.room.text).unwrap_or_default();
        if id.is_empty() {
            let found = describe(Kind::Text, &format!("\"{}\"", customer.raw));
            let wanted = "a text that is not empty".to_owned();
            return Err(
                Reason::Mismatch { what: Place::field("customer_id"), found, wanted }.into()
            );
        }
        entry.hash = hash(id);
        entry.customer = batch.keep(id);
        Ok(())
    }
}

/// The hash of a customer's id, by which customers are spread and found.
pub(crate) fn hash(id: &str) -> u64 {
    FxBuildHasher.hash_one(id)
}

/// Reads a field that is a text; `None` for `null`.
#[inline]
fn text<'l>(cursor: &mut Cursor<'l>, name: &'static str) -> Decoded<Option<Text<'l>>> {
    match cursor.kind()? {
        Kind::Text => Ok(Some(cursor.text()?)),
        Kind::Null => {
            cursor.null()?;
            Ok(None)
        }
        kind => Err(not_a(cursor, name, kind, "a text")?.into()),
    }
}

#[cold]
fn not_a(
    cursor: &mut Cursor<'_>,
    name: &'static str,
    kind: Kind,
    wanted: &str,
) -> Result<Reason, Malformed> {
    let start = cursor.at();
    cursor.skip()?;
    let found = describe(kind, cursor.since(start).trim_start());
    Ok(Reason::Mismatch { what: Place::field(name), found, wanted: wanted.to_owned() })
}

/// Fills a field that has not been filled before.
#[inline]
fn once<T>(field: &mut Option<T>, value: Option<T>, name: &'static str) -> Decoded<()> {
    if field.is_some() {
        return Err(Reason::Twice { what: Place::field(name) }.into());
    }
    *field = value;
    Ok(())
}

/// Says where in the line a value is wrong.
#[cold]
fn located(wrong: Wrong, root: Root) -> Box<Failure> {
    match wrong {
        Wrong::Malformed(malformed) => malformed.into(),
        Wrong::Mismatch { path, found, wanted } => {
            Reason::Mismatch { what: Place { root, path }, found, wanted }.into()
        }
        Wrong::Missing { path, wanted } => {
            Reason::Missing { what: Place { root, path }, wanted }.into()
        }
        Wrong::Twice { path } => Reason::Twice { what: Place { root, path } }.into(),
    }
}

/// A line without the byte-order mark that some editors put before a file.
fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
}
