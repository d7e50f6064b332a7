//! Rows of typed slots: the traits of a customer, the properties of an event, the locals of an
//! instance.
//!
//! A row is one vector of words (first a presence bit per slot, then a bit that says the slot's
//! word is a reference, then a word per slot), the row's own text, and the cells of its lists and
//! records. Clearing a row keeps its memory, so a reader refills one row for millions of events.
//!
//! A row does not know the types of its slots; who reads a slot names the type. Reading a slot as
//! something else than it was written as gives a wrong value or none, never a panic.

use std::fmt;

use bumpalo::Bump;
use journey_bytecode::{Const, Slot};

use crate::value::{Kind, MAX_DEPTH, Val};

/// Values by slot number. See the [module](self).
#[derive(Clone, Default)]
pub struct Row {
    slots: usize,
    /// Where the words of the slots begin in `words`, behind the bits.
    base: usize,
    words: Vec<u64>,
    text: String,
    cells: Vec<Cell>,
    /// Bytes and cells that no slot refers to any more.
    dead: usize,
}

/// One value inside a list or record. Items of a list lie side by side, after their list.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Unset,
    Bool(bool),
    Int(i64),
    Number(f64),
    Text { at: u32, len: u32 },
    Time(i64),
    Date(i32),
    TimeOfDay(i32),
    Weekday(u8),
    Duration(i64),
    List { at: u32, len: u32 },
    Record { at: u32, len: u32 },
}

/// What the word of a reference slot says in place of a length when the slot holds a list or
/// record.
const NESTED: u32 = u32::MAX;

/// Waste below this is not worth a copy.
const SMALL_WASTE: usize = 1024;

impl Row {
    /// A row in which every one of `slots` slots is absent.
    pub fn new(slots: usize) -> Row {
        let mut row = Row::default();
        row.resize(slots);
        row
    }

    /// A row without slots, for where a row is asked for and none is at hand.
    pub(crate) const fn nothing() -> Row {
        Row {
            slots: 0,
            base: 0,
            words: Vec::new(),
            text: String::new(),
            cells: Vec::new(),
            dead: 0,
        }
    }

    /// A row laid out by `slots`, holding their defaults.
    pub fn with_defaults(slots: &[Slot]) -> Row {
        let mut row = Row::default();
        row.reset(slots);
        row
    }

    /// Makes the row what [`Row::with_defaults`] makes, in the memory it has.
    pub fn reset(&mut self, slots: &[Slot]) {
        self.resize(slots.len());
        for (slot, declared) in slots.iter().enumerate() {
            if let Some(default) = &declared.default {
                self.set_const(slot_number(slot), default);
            }
        }
    }

    /// Makes every slot absent.
    pub fn clear(&mut self) {
        self.resize(self.slots);
    }

    /// How many slots there are.
    pub fn len(&self) -> usize {
        self.slots
    }

    /// Whether there are no slots at all.
    pub fn is_empty(&self) -> bool {
        self.slots == 0
    }

    /// How many bytes the row has taken from the heap.
    pub fn memory(&self) -> usize {
        let cells = self.cells.capacity() * size_of::<Cell>();
        self.words.capacity() * size_of::<u64>() + self.text.capacity() + cells
    }

    /// Whether the slot holds a value.
    #[inline]
    pub fn is_set(&self, slot: u16) -> bool {
        let slot = usize::from(slot);
        slot < self.slots && self.words.get(slot >> 6).is_some_and(|m| m >> (slot & 63) & 1 == 1)
    }

    /// The word of a slot that is set.
    #[inline]
    fn word(&self, slot: u16) -> Option<u64> {
        // A slot beyond the last may find some bit set, but never a word.
        let slot = usize::from(slot);
        let present = self.words.get(slot >> 6)? >> (slot & 63) & 1 == 1;
        let word = self.words.get(self.base + slot)?;
        present.then_some(*word)
    }

    /// A `bool` slot.
    #[inline]
    pub fn bool(&self, slot: u16) -> Option<bool> {
        self.word(slot).map(|word| word != 0)
    }

    /// A `number` slot.
    #[inline]
    pub fn number(&self, slot: u16) -> Option<f64> {
        self.word(slot).map(f64::from_bits)
    }

    /// A slot of one of the types that fit an `i64`: int, time, date, timeofday, weekday,
    /// duration.
    #[inline]
    pub fn int(&self, slot: u16) -> Option<i64> {
        self.word(slot).map(u64::cast_signed)
    }

    /// A `text` slot.
    #[inline]
    pub fn text(&self, slot: u16) -> Option<&str> {
        let (at, len) = unpack(self.word(slot)?);
        if len == NESTED {
            return None;
        }
        self.slice(at, len)
    }

    /// The slot as a value of the given type; lists and records are laid out in `arena`.
    pub fn get<'a>(&'a self, slot: u16, ty: &journey_bytecode::Type, arena: &'a Bump) -> Val<'a> {
        self.value(slot, Kind::of(ty), arena)
    }

    #[inline]
    pub(crate) fn value<'a>(&'a self, slot: u16, kind: Kind, arena: &'a Bump) -> Val<'a> {
        let Some(word) = self.word(slot) else { return Val::Unset };
        let int = word.cast_signed();
        match kind {
            Kind::Bool => Val::Bool(word != 0),
            Kind::Int => Val::Int(int),
            Kind::Number => Val::Number(f64::from_bits(word)),
            Kind::Text => self.text(slot).map_or(Val::Unset, Val::Text),
            Kind::Time => Val::Time(int),
            Kind::Date => Val::Date(int as i32),
            Kind::TimeOfDay => Val::TimeOfDay(int as i32),
            Kind::Weekday => Val::Weekday(int as u8),
            Kind::Duration => Val::Duration(int),
            Kind::List | Kind::Record => match unpack(word) {
                (cell, NESTED) => self.cell_value(cell, arena, 0),
                _ => Val::Unset,
            },
        }
    }

    /// Makes the slot absent.
    pub fn clear_slot(&mut self, slot: u16) {
        self.forget(slot);
        self.set_bits(slot, false, false);
    }

    /// Sets a `bool` slot.
    #[inline]
    pub fn set_bool(&mut self, slot: u16, value: bool) {
        self.put(slot, u64::from(value), false);
    }

    /// Sets an `int` slot, or one of another type that fits an `i64`.
    #[inline]
    pub fn set_int(&mut self, slot: u16, value: i64) {
        self.put(slot, value.cast_unsigned(), false);
    }

    /// Sets a `number` slot.
    #[inline]
    pub fn set_number(&mut self, slot: u16, value: f64) {
        // What comes in as −0 is 0.
        self.put(slot, (value + 0.0).to_bits(), false);
    }

    /// Sets a `text` slot. A row holds less than 4 GiB of text; what goes beyond is left absent.
    pub fn set_text(&mut self, slot: u16, value: &str) {
        match self.push_text(value) {
            Some((at, len)) => self.put(slot, pack(at, len), true),
            None => self.clear_slot(slot),
        }
    }

    /// Sets a slot to a constant of its type.
    pub fn set_const(&mut self, slot: u16, value: &Const) {
        match value {
            Const::Unset => self.clear_slot(slot),
            Const::Bool(v) => self.set_bool(slot, *v),
            Const::Int(v) | Const::Time(v) | Const::Duration(v) => self.set_int(slot, *v),
            Const::Number(v) => self.set_number(slot, *v),
            Const::Text(v) => self.set_text(slot, v),
            Const::Date(v) | Const::TimeOfDay(v) => self.set_int(slot, i64::from(*v)),
            Const::Weekday(v) => self.set_int(slot, i64::from(*v)),
            Const::List(_) | Const::Record(_) => {
                let arena = Bump::new();
                self.set(slot, Val::from_const(value, &arena));
            }
        }
    }

    /// Sets a slot to a value of its type.
    pub fn set(&mut self, slot: u16, value: Val<'_>) {
        match value {
            Val::Unset => self.clear_slot(slot),
            Val::Bool(v) => self.set_bool(slot, v),
            Val::Int(v) | Val::Time(v) | Val::Duration(v) => self.set_int(slot, v),
            Val::Number(v) => self.set_number(slot, v),
            Val::Text(v) => self.set_text(slot, v),
            Val::Date(v) | Val::TimeOfDay(v) => self.set_int(slot, i64::from(v)),
            Val::Weekday(v) => self.set_int(slot, i64::from(v)),
            Val::List(_) | Val::Record(_) => match self.push_root(value) {
                Some(cell) => self.put(slot, pack(cell, NESTED), true),
                None => self.clear_slot(slot),
            },
        }
    }

    /// Copies one slot of another row, whatever its type.
    pub fn copy_slot(&mut self, to: u16, from: &Row, slot: u16) {
        let Some(word) = from.word(slot) else { return self.clear_slot(to) };
        if !from.is_far(slot) {
            return self.put(to, word, false);
        }
        match unpack(word) {
            (cell, NESTED) => {
                let arena = Bump::new();
                self.set(to, from.cell_value(cell, &arena, 0));
            }
            (at, len) => self.set_text(to, from.slice(at, len).unwrap_or_default()),
        }
    }
}

/// The machinery behind the setters and getters.
impl Row {
    fn resize(&mut self, slots: usize) {
        if self.slots != slots {
            self.slots = slots;
            self.base = 2 * slots.div_ceil(64);
            self.words.resize(self.base + slots, 0);
        }
        if let Some(bits) = self.words.get_mut(..self.base) {
            bits.fill(0);
        }
        self.text.clear();
        self.cells.clear();
        self.dead = 0;
    }

    /// Whether the slot's word is a reference.
    fn is_far(&self, slot: u16) -> bool {
        let slot = usize::from(slot);
        let mask = self.words.get(self.base / 2 + (slot >> 6));
        self.is_set(slot_number(slot)) && mask.is_some_and(|mask| mask >> (slot & 63) & 1 == 1)
    }

    #[inline]
    fn put(&mut self, slot: u16, word: u64, far: bool) {
        let at = usize::from(slot);
        if at >= self.slots {
            return;
        }
        self.forget(slot);
        self.set_bits(slot, true, far);
        if let Some(place) = self.words.get_mut(self.base + at) {
            *place = word;
        }
        if far {
            self.compact_if_wasteful();
        }
    }

    #[inline]
    fn set_bits(&mut self, slot: u16, present: bool, far: bool) {
        let at = usize::from(slot);
        if at >= self.slots {
            return;
        }
        let masks = self.base / 2;
        for (index, on) in [(at >> 6, present), (masks + (at >> 6), far)] {
            if let Some(mask) = self.words.get_mut(index) {
                *mask = *mask & !(1 << (at & 63)) | u64::from(on) << (at & 63);
            }
        }
    }

    /// Counts what the slot refers to as waste: it is about to be overwritten.
    #[inline]
    fn forget(&mut self, slot: u16) {
        if !self.is_far(slot) {
            return;
        }
        let (at, len) = unpack(self.word(slot).unwrap_or_default());
        let waste = if len == NESTED { self.weight(at, 0) } else { len as usize };
        self.dead = self.dead.saturating_add(waste);
    }

    /// Bytes and cells that hang on a cell.
    fn weight(&self, cell: u32, depth: usize) -> usize {
        match self.cells.get(cell as usize) {
            Some(&Cell::Text { len, .. }) => 1 + len as usize,
            Some(&(Cell::List { at, len } | Cell::Record { at, len })) if depth < MAX_DEPTH => {
                let items = (at..at.saturating_add(len)).map(|item| self.weight(item, depth + 1));
                1 + items.sum::<usize>()
            }
            _ => 1,
        }
    }

    /// Copies what is alive once more than half is waste, so that a trait that is set again and
    /// again does not grow its row.
    fn compact_if_wasteful(&mut self) {
        let size = self.text.len() + self.cells.len();
        if self.dead < SMALL_WASTE || self.dead * 2 < size {
            return;
        }
        let mut fresh = Row::new(self.slots);
        for slot in 0..self.slots {
            fresh.copy_slot(slot_number(slot), self, slot_number(slot));
        }
        *self = fresh;
    }

    fn slice(&self, at: u32, len: u32) -> Option<&str> {
        let at = at as usize;
        self.text.get(at..at.checked_add(len as usize)?)
    }

    fn push_text(&mut self, value: &str) -> Option<(u32, u32)> {
        let at = u32::try_from(self.text.len()).ok()?;
        let len = u32::try_from(value.len()).ok().filter(|len| *len != NESTED)?;
        at.checked_add(len)?;
        self.text.push_str(value);
        Some((at, len))
    }

    fn push_root(&mut self, value: Val<'_>) -> Option<u32> {
        let root = u32::try_from(self.cells.len()).ok()?;
        self.cells.push(Cell::Unset);
        let cell = self.new_cell(value, 0)?;
        *self.cells.get_mut(root as usize)? = cell;
        Some(root)
    }

    /// The cell of a value, what it refers to pushed behind all that is there.
    fn new_cell(&mut self, value: Val<'_>, depth: usize) -> Option<Cell> {
        Some(match value {
            Val::Unset => Cell::Unset,
            Val::Bool(v) => Cell::Bool(v),
            Val::Int(v) => Cell::Int(v),
            Val::Number(v) => Cell::Number(v + 0.0),
            Val::Text(v) => {
                let (at, len) = self.push_text(v)?;
                Cell::Text { at, len }
            }
            Val::Time(v) => Cell::Time(v),
            Val::Date(v) => Cell::Date(v),
            Val::TimeOfDay(v) => Cell::TimeOfDay(v),
            Val::Weekday(v) => Cell::Weekday(v),
            Val::Duration(v) => Cell::Duration(v),
            Val::List(items) => {
                let (at, len) = self.push_cells(items, depth)?;
                Cell::List { at, len }
            }
            Val::Record(items) => {
                let (at, len) = self.push_cells(items, depth)?;
                Cell::Record { at, len }
            }
        })
    }

    fn push_cells(&mut self, items: &[Val<'_>], depth: usize) -> Option<(u32, u32)> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let first = self.cells.len();
        let (at, len) = (u32::try_from(first).ok()?, u32::try_from(items.len()).ok()?);
        self.cells.resize(first + items.len(), Cell::Unset);
        for (index, item) in items.iter().enumerate() {
            let cell = self.new_cell(*item, depth + 1)?;
            *self.cells.get_mut(first + index)? = cell;
        }
        Some((at, len))
    }

    fn cell_value<'a>(&'a self, cell: u32, arena: &'a Bump, depth: usize) -> Val<'a> {
        let items = |at: u32, len: u32| -> &'a [Val<'a>] {
            let cells = (at..at.saturating_add(len)).map(|c| self.cell_value(c, arena, depth + 1));
            arena.alloc_slice_fill_iter(cells)
        };
        match self.cells.get(cell as usize) {
            _ if depth > MAX_DEPTH => Val::Unset,
            None | Some(Cell::Unset) => Val::Unset,
            Some(Cell::Bool(v)) => Val::Bool(*v),
            Some(Cell::Int(v)) => Val::Int(*v),
            Some(Cell::Number(v)) => Val::Number(*v),
            Some(Cell::Text { at, len }) => self.slice(*at, *len).map_or(Val::Unset, Val::Text),
            Some(Cell::Time(v)) => Val::Time(*v),
            Some(Cell::Date(v)) => Val::Date(*v),
            Some(Cell::TimeOfDay(v)) => Val::TimeOfDay(*v),
            Some(Cell::Weekday(v)) => Val::Weekday(*v),
            Some(Cell::Duration(v)) => Val::Duration(*v),
            Some(Cell::List { at, len }) => Val::List(items(*at, *len)),
            Some(Cell::Record { at, len }) => Val::Record(items(*at, *len)),
        }
    }

    /// The value of a slot without knowing its type: its plain word, its text, or its cells.
    fn raw<'a>(&'a self, slot: u16, arena: &'a Bump) -> Val<'a> {
        match self.word(slot) {
            None => Val::Unset,
            Some(word) if !self.is_far(slot) => Val::Int(word.cast_signed()),
            Some(word) => match unpack(word) {
                (cell, NESTED) => self.cell_value(cell, arena, 0),
                (at, len) => self.slice(at, len).map_or(Val::Unset, Val::Text),
            },
        }
    }
}

/// Rows are equal when their slots hold equal values, wherever the text happens to lie.
impl PartialEq for Row {
    fn eq(&self, other: &Row) -> bool {
        let arena = Bump::new();
        self.slots == other.slots
            && (0..self.slots)
                .map(slot_number)
                .all(|slot| self.raw(slot, &arena) == other.raw(slot, &arena))
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arena = Bump::new();
        let set = (0..self.slots).map(slot_number).filter(|slot| self.is_set(*slot));
        f.debug_map().entries(set.map(|slot| (slot, self.raw(slot, &arena)))).finish()
    }
}

/// Slots are numbered by `u16`; a row of more has slots that nothing can name.
fn slot_number(slot: usize) -> u16 {
    u16::try_from(slot).unwrap_or(u16::MAX)
}

fn pack(at: u32, len: u32) -> u64 {
    u64::from(at) << 32 | u64::from(len)
}

fn unpack(word: u64) -> (u32, u32) {
    ((word >> 32) as u32, word as u32)
}
