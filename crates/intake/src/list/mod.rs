//! Lists of customers that are to be entered by hand, with what they bring along.

mod csv;
mod lines;

use journey_bytecode::Const;
use journey_vm::Row;

pub use self::csv::read_csv;
pub use self::lines::read_lines;
use crate::reason::Reason;

/// The field that names the customer.
const CUSTOMER: &str = "customer_id";

/// A list as it was read. A bad row does not stop the rest.
#[derive(Debug, Default)]
pub struct List {
    /// How many rows there are.
    pub rows: u64,
    /// Who is to be entered, in the order of the list.
    pub customers: Vec<Guest>,
    /// Rows that name no customer, or have something else than a journey takes.
    pub rejections: Vec<Rejection>,
    /// Columns, or fields of a payload, that mean nothing to us.
    pub ignored: Vec<String>,
}

/// A customer of a list with what it brings along.
#[derive(Debug, Clone, PartialEq)]
pub struct Guest {
    /// The line in the list, from 1.
    pub line: u64,
    /// The customer's id.
    pub id: Box<str>,
    /// For each journey to be entered; nothing where the row does not fit it.
    pub brings: Vec<Option<Brought>>,
}

/// What a customer brings along to a journey.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Brought {
    /// Arguments by parameter.
    pub args: Vec<(u16, Const)>,
    /// The properties of the event, where the journey is entered by one.
    pub event: Option<Row>,
}

/// A line that was rejected.
#[derive(Debug)]
pub struct Rejection {
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub reason: Box<Reason>,
    /// The line itself, or as much of it as was read.
    pub text: String,
}

/// Why a list cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// There is no column for the customer.
    #[error("there is no column `{CUSTOMER}`; the columns are: {}", listed(columns))]
    NoCustomerColumn {
        /// The columns there are.
        columns: Vec<String>,
    },
    /// Something is lacking that a journey takes.
    #[error(
        "there is no column `{column}`, which the journey `{journey}` takes; the columns are: {}",
        listed(columns)
    )]
    NoColumn {
        /// The column.
        column: String,
        /// The journey.
        journey: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// It breaks off.
    #[error("cannot be read on after line {line}: {what}")]
    Broken {
        /// The last line that was read whole.
        line: u64,
        /// What is wrong.
        what: String,
    },
}

/// The columns there are, as a message lists them.
fn listed(columns: &[String]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}
