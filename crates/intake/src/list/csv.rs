//! Lists as CSV: columns are called like the parameters of a journey, or like the properties of its
//! entry's event, on the wire.

use csv::{ByteRecord, ReaderBuilder};
use journey_bytecode::Slot;
use journey_vm::Row;

use super::{Brought, CUSTOMER, Guest, List, ListError, Rejection};
use crate::cells::Cells;
use crate::id;
use crate::reason::{Place, Reason, Root, shortened};
use crate::schema::{Schema, is_required};

/// Reads a list of customers who are to enter these journeys.
pub fn read_csv(bytes: &[u8], schema: &Schema, journeys: &[u16]) -> Result<List, ListError> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
    let columns: Vec<String> = match reader.byte_headers() {
        Ok(columns) => columns.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect(),
        Err(error) => return Err(broken(1, &error)),
    };
    let Some(column) = columns.iter().position(|column| column == CUSTOMER) else {
        return Err(ListError::NoCustomerColumn { columns });
    };
    let takers: Vec<Taker<'_>> =
        journeys.iter().filter_map(|journey| Taker::new(schema, *journey, &columns)).collect();
    for taker in &takers {
        taker.all_there(&columns)?;
    }
    let is_taken = |at: usize| at == column || takers.iter().any(|taker| taker.takes(at));
    let ignored = columns.iter().enumerate().filter(|(at, _)| !is_taken(*at));
    let mut list =
        List { ignored: ignored.map(|(_, column)| column.clone()).collect(), ..List::default() };
    let mut cells = Cells::new(schema.zone);
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(list),
            Ok(true) => {}
            Err(error) => return Err(broken(reader.position().line(), &error)),
        }
        let line = record.position().map_or(0, |position| line(position, bytes));
        list.row(&record, line, column, &takers, &mut cells);
    }
}

impl List {
    fn row(
        &mut self,
        record: &ByteRecord,
        line: u64,
        column: usize,
        takers: &[Taker<'_>],
        cells: &mut Cells,
    ) {
        self.rows += 1;
        let mut reject = |reason: Reason| {
            let fields: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
            let text = fields.join(",");
            self.rejections.push(Rejection { line, reason: Box::new(reason), text });
        };
        let id = match customer(record, column) {
            Ok(id) => id,
            Err(reason) => return reject(reason),
        };
        let mut brings = Vec::with_capacity(takers.len());
        let mut said: Vec<Reason> = Vec::new();
        for taker in takers {
            let brought = taker.read(record, cells);
            // What two journeys take is wrong for both, and told once.
            if let Err(reason) = &brought
                && !said.contains(reason)
            {
                said.push(reason.clone());
                reject(reason.clone());
            }
            brings.push(brought.ok());
        }
        if takers.is_empty() || brings.iter().any(Option::is_some) {
            self.customers.push(Guest { line, id, brings });
        }
    }
}

/// A journey that is to be entered, and the columns of what it takes.
struct Taker<'s> {
    journey: &'s str,
    /// Parameters, each with its column.
    params: Vec<(&'s Slot, Option<usize>)>,
    /// Properties of the entry's event, each with its column.
    properties: Option<(&'s [Slot], Vec<Option<usize>>)>,
}

impl<'s> Taker<'s> {
    fn new(schema: &'s Schema, journey: u16, columns: &[String]) -> Option<Taker<'s>> {
        let journey = schema.journeys.get(usize::from(journey))?;
        let column = |slot: &Slot| columns.iter().position(|column| *column == slot.wire);
        let params = journey.params.slots.iter().map(|param| (param, column(param)));
        let properties = match journey.event {
            Some(event) => {
                let slots = schema.events.get(usize::from(event))?.properties.slots.as_slice();
                Some((slots, slots.iter().map(column).collect()))
            }
            None => None,
        };
        Some(Taker { journey: &journey.name, params: params.collect(), properties })
    }

    /// All that it takes, with the column.
    fn columns(&self) -> impl Iterator<Item = (&'s Slot, Option<usize>)> {
        let properties = self.properties.iter();
        let properties = properties.flat_map(|(slots, columns)| slots.iter().zip(columns));
        self.params.iter().copied().chain(properties.map(|(slot, column)| (slot, *column)))
    }

    fn takes(&self, at: usize) -> bool {
        self.columns().any(|(_, column)| column == Some(at))
    }

    /// Whether the list has all that the journey cannot be entered without.
    fn all_there(&self, columns: &[String]) -> Result<(), ListError> {
        let mut open =
            self.columns().filter(|(slot, column)| column.is_none() && is_required(slot));
        let Some((slot, _)) = open.next() else { return Ok(()) };
        let (column, journey) = (slot.wire.clone(), self.journey.to_owned());
        Err(ListError::NoColumn { column, journey, columns: columns.to_vec() })
    }

    /// What a row has for it.
    fn read(&self, record: &ByteRecord, cells: &mut Cells) -> Result<Brought, Reason> {
        let mut value = |slot: &Slot, column: Option<usize>| {
            let cell = column.and_then(|column| record.get(column)).unwrap_or_default();
            cells.read(cell, slot)
        };
        let mut brought = Brought::default();
        for (number, (slot, column)) in (0..).zip(&self.params) {
            brought.args.extend(value(slot, *column)?.map(|value| (number, value)));
        }
        if let Some((slots, columns)) = &self.properties {
            let mut row = Row::with_defaults(slots);
            for (number, (slot, column)) in (0..).zip(slots.iter().zip(columns)) {
                if let Some(value) = value(slot, *column)? {
                    row.set_const(number, &value);
                }
            }
            brought.event = Some(row);
        }
        Ok(brought)
    }
}

/// The line a record begins on. Its position may lie before line ends that are passed over.
fn line(position: &csv::Position, bytes: &[u8]) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let ahead = bytes.get(start..).unwrap_or_default();
    let ends = ahead.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + ends.filter(|byte| **byte == b'\n').count() as u64
}

fn customer(record: &ByteRecord, column: usize) -> Result<Box<str>, Reason> {
    let field = record.get(column).ok_or(Reason::MissingField { field: CUSTOMER })?;
    let id = std::str::from_utf8(field)
        .map_err(|error| Reason::NotUtf8 { at: error.valid_up_to() + 1 })?;
    // A quote that is never closed takes the rest of the list for one field.
    if id.contains(['\n', '\r']) {
        return Err(Reason::Csv("a quote is opened here and not closed on the line".to_owned()));
    }
    if id.is_empty() {
        return Err(Reason::MissingField { field: CUSTOMER });
    }
    match id::unfit(id) {
        None => Ok(id.into()),
        Some(wanted) => Err(Reason::Mismatch {
            what: Place { root: Root::Column, path: CUSTOMER.to_owned() },
            found: shortened(&format!("{id:?}")),
            wanted,
        }),
    }
}

/// Rows of any length and of any bytes are read, so hardly anything is left to fail.
fn broken(line: u64, error: &csv::Error) -> ListError {
    ListError::Broken { line: line.saturating_sub(1), what: error.to_string() }
}
