//! Rows and single values.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use journey_bytecode::Slot;
use smallvec::SmallVec;

use super::RecordError;
use super::wire::{Reader, Writer};
use crate::value::{Kind, MAX_DEPTH};
use crate::{Row, Val};

/// A bit for each slot that is set, then their values. The kinds are those of the slots.
pub(super) fn put_row(to: &mut Writer<'_>, row: &Row, kinds: &[Kind]) {
    let arena = Bump::new();
    let bits = to.out.len();
    to.out.resize(bits + kinds.len().div_ceil(8), 0);
    for (slot, kind) in (0..).zip(kinds) {
        let value = row.value(slot, *kind, &arena);
        if !value.is_set() {
            continue;
        }
        if let Some(byte) = to.out.get_mut(bits + usize::from(slot) / 8) {
            *byte |= 1 << (slot % 8);
        }
        match value {
            Val::Bool(v) => to.byte(u8::from(v)),
            Val::List(_) | Val::Record(_) => put_value(to, value, 0),
            plain => put_plain(to, plain),
        }
    }
}

pub(super) fn get_row(from: &mut Reader<'_>, kinds: &[Kind]) -> Result<Row, RecordError> {
    let bits = from.take(kinds.len().div_ceil(8))?;
    let mut row = Row::new(kinds.len());
    for (slot, kind) in (0..).zip(kinds) {
        let byte = bits.get(usize::from(slot) / 8).copied().unwrap_or_default();
        if byte >> (slot % 8) & 1 == 0 {
            continue;
        }
        match kind {
            Kind::Bool => row.set_bool(slot, from.byte()? != 0),
            Kind::Int | Kind::Date | Kind::TimeOfDay | Kind::Weekday | Kind::Duration => {
                row.set_int(slot, from.int()?);
            }
            Kind::Time => row.set_int(slot, from.time()?),
            Kind::Number => row.set_number(slot, from.number()?),
            Kind::Text => row.set_text(slot, from.text()?),
            Kind::List | Kind::Record => {
                let arena = Bump::new();
                let value = get_value(from, &arena, 0)?;
                if !kind.takes(value) {
                    return Err(from.malformed("a value of another type than its slot"));
                }
                row.set(slot, value);
            }
        }
    }
    Ok(row)
}

/// What says of which type a value is that stands for itself.
mod tag {
    pub(super) const UNSET: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const NUMBER: u8 = 4;
    pub(super) const TEXT: u8 = 5;
    pub(super) const TIME: u8 = 6;
    pub(super) const DATE: u8 = 7;
    pub(super) const TIME_OF_DAY: u8 = 8;
    pub(super) const WEEKDAY: u8 = 9;
    pub(super) const DURATION: u8 = 10;
    pub(super) const LIST: u8 = 11;
    pub(super) const RECORD: u8 = 12;
}

/// A value without its type: neither a bool nor a list or record.
fn put_plain(to: &mut Writer<'_>, value: Val<'_>) {
    match value {
        Val::Int(v) | Val::Duration(v) => to.int(v),
        Val::Number(v) => to.number(v),
        Val::Text(v) => to.text(v),
        Val::Time(v) => to.time(v),
        Val::Date(v) | Val::TimeOfDay(v) => to.int(i64::from(v)),
        Val::Weekday(v) => to.int(i64::from(v)),
        Val::Unset | Val::Bool(_) | Val::List(_) | Val::Record(_) => {}
    }
}

/// A value, its type before it. What nests too deep for any row is left out.
pub(super) fn put_value(to: &mut Writer<'_>, value: Val<'_>, depth: usize) {
    let (tag, items) = match value {
        Val::List(_) | Val::Record(_) if depth >= MAX_DEPTH => (tag::UNSET, None),
        Val::Unset => (tag::UNSET, None),
        Val::Bool(false) => (tag::FALSE, None),
        Val::Bool(true) => (tag::TRUE, None),
        Val::Int(_) => (tag::INT, None),
        Val::Number(_) => (tag::NUMBER, None),
        Val::Text(_) => (tag::TEXT, None),
        Val::Time(_) => (tag::TIME, None),
        Val::Date(_) => (tag::DATE, None),
        Val::TimeOfDay(_) => (tag::TIME_OF_DAY, None),
        Val::Weekday(_) => (tag::WEEKDAY, None),
        Val::Duration(_) => (tag::DURATION, None),
        Val::List(items) => (tag::LIST, Some(items)),
        Val::Record(items) => (tag::RECORD, Some(items)),
    };
    to.byte(tag);
    match items {
        None => put_plain(to, value),
        Some(items) => {
            to.count(items.len());
            items.iter().for_each(|item| put_value(to, *item, depth + 1));
        }
    }
}

pub(super) fn get_value<'v, 'a: 'v>(
    from: &mut Reader<'a>,
    arena: &'v Bump,
    depth: usize,
) -> Result<Val<'v>, RecordError> {
    Ok(match from.byte()? {
        tag::UNSET => Val::Unset,
        tag::FALSE => Val::Bool(false),
        tag::TRUE => Val::Bool(true),
        tag::INT => Val::Int(from.int()?),
        tag::NUMBER => Val::Number(from.number()?),
        tag::TEXT => Val::Text(from.text()?),
        tag::TIME => Val::Time(from.time()?),
        tag::DATE => Val::Date(small(from)?),
        tag::TIME_OF_DAY => Val::TimeOfDay(small(from)?),
        tag::WEEKDAY => Val::Weekday(small(from)?),
        tag::DURATION => Val::Duration(from.int()?),
        tag::LIST => Val::List(get_items(from, arena, depth)?),
        tag::RECORD => Val::Record(get_items(from, arena, depth)?),
        _ => return Err(from.malformed("a value of no type")),
    })
}

/// Grown item by item: a count that lies runs into the end long before it costs memory.
fn get_items<'v, 'a: 'v>(
    from: &mut Reader<'a>,
    arena: &'v Bump,
    depth: usize,
) -> Result<&'v [Val<'v>], RecordError> {
    if depth >= MAX_DEPTH {
        return Err(from.malformed("lists that nest too deep"));
    }
    let mut items = ArenaVec::new_in(arena);
    for _ in 0..from.count()? {
        items.push(get_value(from, arena, depth + 1)?);
    }
    Ok(items.into_bump_slice())
}

fn small<T: TryFrom<i64>>(from: &mut Reader<'_>) -> Result<T, RecordError> {
    let value = from.int()?;
    T::try_from(value).map_err(|_| from.malformed("a date or time of day out of range"))
}

/// Appends values by number, such as the arguments of a message. They say themselves of which
/// types they are.
pub fn encode_args(args: &[(u16, Val<'_>)], out: &mut Vec<u8>) {
    let mut to = Writer::new(out, 0);
    to.count(args.len());
    for (number, value) in args {
        to.varint(*number);
        put_value(&mut to, *value, 0);
    }
}

/// The values that [`encode_args`] has written; texts are those of the bytes.
pub fn decode_args<'a>(
    bytes: &'a [u8],
    arena: &'a Bump,
) -> Result<&'a [(u16, Val<'a>)], RecordError> {
    let mut from = Reader::new(bytes, 0);
    let mut args = ArenaVec::new_in(arena);
    for _ in 0..from.count()? {
        args.push((from.index()?, get_value(&mut from, arena, 0)?));
    }
    from.finish()?;
    Ok(args.into_bump_slice())
}

impl Row {
    /// Appends the row, which is laid out by `slots`, to `out`.
    pub fn encode(&self, slots: &[Slot], out: &mut Vec<u8>) {
        put_row(&mut Writer::new(out, 0), self, &kinds(slots));
    }

    /// The row laid out by `slots` that [`encode`](Row::encode) has written.
    pub fn decode(slots: &[Slot], bytes: &[u8]) -> Result<Row, RecordError> {
        let mut from = Reader::new(bytes, 0);
        let row = get_row(&mut from, &kinds(slots))?;
        from.finish()?;
        Ok(row)
    }
}

fn kinds(slots: &[Slot]) -> SmallVec<[Kind; 32]> {
    slots.iter().map(|slot| Kind::of(&slot.ty)).collect()
}
