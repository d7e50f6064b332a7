//! Lists of customers that are to be entered by hand.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder};

use super::error::SimulateError;
use super::input::{Input, Reason, Rejection, Source};

/// The column that names the customer.
const COLUMN: &str = "customer_id";

/// A customer of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The line in the list.
    pub(crate) line: u64,
    pub(crate) id: Box<str>,
}

/// A list as it was read.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) customers: Vec<Listed>,
    /// Rows that name no customer.
    pub(crate) rejections: Vec<Rejection>,
    /// Columns that mean nothing to us.
    pub(crate) ignored: Vec<String>,
}

/// Reads a list. A bad row does not stop the rest.
pub(crate) fn read(input: &Input) -> Result<List, SimulateError> {
    let source = Source::open(input)
        .map_err(|source| SimulateError::Open { input: input.clone(), source })?;
    read_csv(source, input)
}

fn read_csv(mut source: Source, input: &Input) -> Result<List, SimulateError> {
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
    let mut list = List {
        ignored: columns.into_iter().filter(|column| column != COLUMN).collect(),
        ..List::default()
    };
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(list),
            Ok(true) => {}
            Err(error) => return Err(broken(input, reader.position().line(), error)),
        }
        let line = record.position().map_or(0, |position| line(position, &bytes));
        match customer(&record, column) {
            Ok(id) => list.customers.push(Listed { line, id }),
            Err(reason) => {
                let fields: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
                let text = fields.join(",");
                list.rejections.push(Rejection { line, reason: Box::new(reason), text });
            }
        }
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

    use super::{List, read_csv};
    use crate::simulate::error::SimulateError;
    use crate::simulate::input::{Input, Source};

    fn list(text: &'static [u8]) -> Result<List, SimulateError> {
        read_csv(Source::new(Box::new(Cursor::new(text)), None).unwrap(), &Input::Stdin)
    }

    #[test]
    fn a_bad_row_does_not_stop_the_rest() {
        let text = b"\xEF\xBB\xBFname,customer_id\r\nAda,c1\r\nBob\r\n,\r\n\"Eve \"\"E\"\"\",\"c,2\"\r\n\xFF,\xFF\r\nMax,c1\r\n";
        let list = list(text).unwrap();
        let ids: Vec<_> = list.customers.iter().map(|c| (c.line, &*c.id)).collect();
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
        assert_eq!(list.customers.iter().map(|c| &*c.id).collect::<Vec<_>>(), ["1"]);
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
