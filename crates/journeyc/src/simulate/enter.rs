//! Lists of customers that are to be entered by hand, with what they bring along: columns are
//! called like the parameters of a journey, or like the properties of its entry's event on the wire.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder};
use journey_bytecode::{Const, Entry, Program, Slot, Verified};
use journey_vm::Row;

use super::error::SimulateError;
use super::input::{Cells, Input, Reason, Rejection, Source, is_required};

/// The column that names the customer.
const COLUMN: &str = "customer_id";

/// A customer of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The line in the list.
    pub(crate) line: u64,
    pub(crate) id: Box<str>,
}

/// What a customer brings along to a journey.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Brought {
    /// Arguments by parameter.
    pub(crate) args: Vec<(u16, Const)>,
    /// The properties of the event, where the journey is entered by one.
    pub(crate) event: Option<Row>,
}

/// A customer of a list with what it brings along.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Guest {
    pub(crate) listed: Listed,
    /// For each journey to be entered; nothing where the row does not fit it.
    pub(crate) brings: Vec<Option<Brought>>,
}

/// A list as it was read.
#[derive(Debug, Default)]
pub(crate) struct List {
    /// How many rows there are.
    pub(crate) rows: u64,
    pub(crate) customers: Vec<Guest>,
    /// Rows that name no customer, or have something else than a journey takes.
    pub(crate) rejections: Vec<Rejection>,
    /// Columns that mean nothing to us.
    pub(crate) ignored: Vec<String>,
}

/// Reads a list of customers who are to enter these journeys. A bad row does not stop the rest.
pub(crate) fn read(
    input: &Input,
    program: &Verified<Program>,
    journeys: &[u16],
) -> Result<List, SimulateError> {
    let source = Source::open(input)
        .map_err(|source| SimulateError::Open { input: input.clone(), source })?;
    read_csv(source, input, program, journeys)
}

fn read_csv(
    mut source: Source,
    input: &Input,
    program: &Verified<Program>,
    journeys: &[u16],
) -> Result<List, SimulateError> {
    let mut bytes = Vec::new();
    let read = source.text.read_to_end(&mut bytes);
    read.map_err(|source| SimulateError::Read { input: input.clone(), line: 0, source })?;
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(&*bytes);
    let columns: Vec<String> = match reader.byte_headers() {
        Ok(columns) => columns.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect(),
        Err(error) => return Err(broken(input, 1, error)),
    };
    let Some(column) = columns.iter().position(|column| column == COLUMN) else {
        let columns = columns.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
        return Err(SimulateError::NoCustomerColumn { input: input.clone(), columns });
    };
    let takers: Vec<Taker<'_>> =
        journeys.iter().filter_map(|journey| Taker::new(program, *journey, &columns)).collect();
    for taker in &takers {
        taker.all_there(input, &columns)?;
    }
    let is_taken = |at: usize| at == column || takers.iter().any(|taker| taker.takes(at));
    let ignored = columns.iter().enumerate().filter(|(at, _)| !is_taken(*at));
    let mut list =
        List { ignored: ignored.map(|(_, column)| column.clone()).collect(), ..List::default() };
    let mut cells = Cells::new(program.zone());
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(list),
            Ok(true) => {}
            Err(error) => return Err(broken(input, reader.position().line(), error)),
        }
        let line = record.position().map_or(0, |position| line(position, &bytes));
        list.rows += 1;
        let mut reject = |reason: Reason| {
            let fields: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
            let text = fields.join(",");
            list.rejections.push(Rejection { line, reason: Box::new(reason), text });
        };
        let id = match customer(&record, column) {
            Ok(id) => id,
            Err(reason) => {
                reject(reason);
                continue;
            }
        };
        let mut brings = Vec::with_capacity(takers.len());
        let mut said: Vec<Reason> = Vec::new();
        for taker in &takers {
            let brought = taker.read(&record, &mut cells);
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
            list.customers.push(Guest { listed: Listed { line, id }, brings });
        }
    }
}

/// A journey that is to be entered, and the columns of what it takes.
struct Taker<'p> {
    journey: &'p str,
    /// Parameters, each with its column.
    params: Vec<(&'p Slot, Option<usize>)>,
    /// Properties of the entry's event, each with its column.
    properties: Option<(&'p [Slot], Vec<Option<usize>>)>,
}

impl<'p> Taker<'p> {
    fn new(program: &'p Program, journey: u16, columns: &[String]) -> Option<Taker<'p>> {
        let journey = program.journeys.get(usize::from(journey))?;
        let column = |slot: &Slot| columns.iter().position(|column| *column == slot.wire);
        let params = journey.params.iter().map(|param| (&param.slot, column(&param.slot)));
        let properties = match &journey.entry {
            Entry::Event { event, .. } => {
                let slots = &program.events.get(usize::from(*event))?.properties;
                Some((slots.as_slice(), slots.iter().map(column).collect()))
            }
            Entry::Audience { .. } | Entry::Manual => None,
        };
        Some(Taker { journey: &journey.name, params: params.collect(), properties })
    }

    /// All that it takes, with the column.
    fn columns(&self) -> impl Iterator<Item = (&'p Slot, Option<usize>)> {
        let properties = self.properties.iter();
        let properties = properties.flat_map(|(slots, columns)| slots.iter().zip(columns));
        self.params.iter().copied().chain(properties.map(|(slot, column)| (slot, *column)))
    }

    fn takes(&self, at: usize) -> bool {
        self.columns().any(|(_, column)| column == Some(at))
    }

    /// Whether the list has all that the journey cannot be entered without.
    fn all_there(&self, input: &Input, columns: &[String]) -> Result<(), SimulateError> {
        let mut open =
            self.columns().filter(|(slot, column)| column.is_none() && is_required(slot));
        let Some((slot, _)) = open.next() else { return Ok(()) };
        let columns = columns.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
        let (column, journey) = (slot.wire.clone(), self.journey.to_owned());
        Err(SimulateError::NoColumn { input: input.clone(), column, journey, columns })
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
    let field = record.get(column).ok_or(Reason::MissingField { field: COLUMN })?;
    let id = std::str::from_utf8(field)
        .map_err(|error| Reason::NotUtf8 { at: error.valid_up_to() + 1 })?;
    // A quote that is never closed takes the rest of the list for one field.
    if id.contains(['\n', '\r']) {
        return Err(Reason::Csv("a quote is opened here and not closed on the line".to_owned()));
    }
    if id.is_empty() { Err(Reason::MissingField { field: COLUMN }) } else { Ok(id.into()) }
}

/// Rows of any length are read, so what fails is the input itself.
fn broken(input: &Input, line: u64, error: csv::Error) -> SimulateError {
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        other => std::io::Error::other(format!("{other:?}")),
    };
    SimulateError::Read { input: input.clone(), line: line.saturating_sub(1), source }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use journey_bytecode::{
        Const, Entry, Journey, Op, Param, Program, Reenter, Slot, Tile, TileKind, Type, Verified,
        WhileInside, verify,
    };

    use super::{List, read_csv};
    use crate::simulate::error::SimulateError;
    use crate::simulate::input::{Input, Source};

    fn program() -> Verified<Program> {
        let param = |name: &str, ty, optional, default| Param {
            slot: Slot { name: name.into(), wire: name.into(), ty, optional, default, pii: false },
            local: None,
        };
        let one = Const::Int(1);
        let params = vec![
            param("reason", Type::Text, false, None),
            param("points", Type::Int, false, Some(one)),
            param("tags", Type::List(Box::new(Type::Text)), true, None),
        ];
        let journey = Journey {
            name: "nudge".into(),
            title: "nudge".into(),
            params,
            entry: Entry::Manual,
            reenter: Reenter::Never,
            inside: WhileInside::Ignore,
            timezone: None,
            exits: vec![],
            goals: vec![],
            outcomes: vec!["done".into()],
            tiles: vec![Tile {
                id: "exit_1".into(),
                kind: TileKind::Exit,
                title: "exit done".into(),
                edges: vec![],
            }],
            locals: vec![],
            marks: 0,
            code: vec![Op::Arrive { tile: 0 }, Op::Exit { outcome: 0 }],
            states: vec![],
            sends: vec![],
            webhooks: vec![],
            updates: vec![],
            splits: vec![],
            calls: vec![],
        };
        let timezone = "UTC".into();
        verify(Program { timezone, journeys: vec![journey], ..Program::default() }).unwrap()
    }

    fn entering(text: &'static [u8], journeys: &[u16]) -> Result<List, SimulateError> {
        let source = Source::new(Box::new(Cursor::new(text)), None).unwrap();
        read_csv(source, &Input::Stdin, &program(), journeys)
    }

    fn list(text: &'static [u8]) -> Result<List, SimulateError> {
        entering(text, &[])
    }

    #[test]
    fn columns_are_arguments_and_a_row_that_does_not_fit_is_named() {
        let text = b"customer_id,reason,points,tags,colour\n\
            a,weekend,5,\"[\"\"x\"\"]\",red\n\
            b,weekend,,,\n\
            c,,3,,\n\
            d,weekend,many,,\n\
            e,weekend,3.5,,\n\
            f,weekend,1,x,\n";
        let list = entering(text, &[0]).unwrap();
        let brought = |at: usize| list.customers[at].brings[0].clone().unwrap().args;
        let text = |text: &str| Const::Text(text.into());
        let tags = Const::List(vec![text("x")]);
        assert_eq!(brought(0), [(0, text("weekend")), (1, Const::Int(5)), (2, tags)]);
        assert_eq!(brought(1), [(0, text("weekend"))]);
        assert_eq!(list.customers.len(), 2);
        assert_eq!(list.ignored, ["colour"]);
        let bad: Vec<_> =
            list.rejections.iter().map(|r| format!("{}: {}", r.line, r.reason)).collect();
        assert_eq!(
            bad,
            [
                "4: column `reason` is missing: a text is wanted",
                "5: column `points` is \"many\": an int is wanted",
                "6: column `points` is \"3.5\": an int is wanted",
                "7: column `tags` is \"x\": an array is wanted",
            ]
        );
    }

    #[test]
    fn a_list_without_a_column_that_a_journey_needs_is_refused_as_a_whole() {
        let error = entering(b"customer_id,points\n1,2\n", &[0]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "standard input: there is no column `reason`, which the journey `nudge` takes; the \
             columns are: `customer_id`, `points`"
        );
    }

    #[test]
    fn a_bad_row_does_not_stop_the_rest() {
        let text = b"\xEF\xBB\xBFname,customer_id\r\nAda,c1\r\nBob\r\n,\r\n\"Eve \"\"E\"\"\",\"c,2\"\r\n\xFF,\xFF\r\nMax,c1\r\n";
        let list = list(text).unwrap();
        let ids: Vec<_> = list.customers.iter().map(|c| (c.listed.line, &*c.listed.id)).collect();
        assert_eq!(ids, [(2, "c1"), (5, "c,2"), (7, "c1")]);
        let bad: Vec<_> = list.rejections.iter().map(|r| (r.line, r.reason.to_string())).collect();
        let missing = || "the field `customer_id` is missing".to_owned();
        let not_utf8 = "byte 1 of the line is not UTF-8".to_owned();
        assert_eq!(bad, [(3, missing()), (4, missing()), (6, not_utf8)]);
        assert_eq!(list.ignored, ["name"]);
    }

    #[test]
    fn a_quote_that_is_never_closed_makes_no_customer_of_the_rows_behind_it() {
        let list = list(b"customer_id\n1\n\"2\n3\n4\n").unwrap();
        assert_eq!(list.customers.iter().map(|c| &*c.listed.id).collect::<Vec<_>>(), ["1"]);
        let bad: Vec<_> = list.rejections.iter().map(|r| (r.line, r.reason.to_string())).collect();
        let said = "not CSV: a quote is opened here and not closed on the line".to_owned();
        assert_eq!(bad, [(3, said)]);
    }

    #[test]
    fn a_list_without_the_column_names_those_it_has() {
        let error = list(b"id,name\n1,Ada\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "standard input: there is no column `customer_id`; the columns are: `id`, `name`"
        );
    }
}
