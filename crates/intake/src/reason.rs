//! Why something that came in is rejected.

use std::fmt;

use crate::json::{self, Kind, Malformed};

/// How much of a value a message quotes.
const QUOTED: usize = 40;

/// Why something that came in is rejected: what was found, what is wanted, and where.
///
/// It is told of a line; [`Reason::of_element`] tells the same of an element of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is no UTF-8.
    NotUtf8 {
        /// Offset of the first wrong byte, from 1.
        at: usize,
    },
    /// It is longer than it may be.
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// It is not JSON.
    Malformed {
        /// Where, in bytes from 1.
        column: usize,
        /// What is wanted there.
        wanted: &'static str,
        /// What stands there; nothing at the end.
        found: Option<char>,
    },
    /// A field of the object itself is missing.
    MissingField {
        /// Which.
        field: &'static str,
    },
    /// A required property or trait is missing.
    Missing {
        /// Which.
        what: Place,
        /// Its type.
        wanted: String,
    },
    /// A value is not what is wanted there.
    Mismatch {
        /// Where.
        what: Place,
        /// What stands there.
        found: String,
        /// What is wanted.
        wanted: String,
    },
    /// A profile says that the customer is in an audience that is computed.
    Computed {
        /// Its name.
        name: String,
    },
    /// A key stands twice in one object.
    Twice {
        /// Which.
        what: Place,
    },
    /// An event that is not declared, where only declared ones are allowed.
    Undeclared {
        /// Its name.
        name: String,
    },
    /// A property, trait or field that is not declared, where only declared ones are allowed.
    Unknown {
        /// Which.
        what: Place,
    },
    /// A row of a CSV file cannot be read.
    Csv(String),
}

/// A field, property or trait, by its names on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What the path starts from.
    pub root: Root,
    /// Name, then fields and indices: `items[2].sku`.
    pub path: String,
}

/// What a [`Place`] starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// The object itself.
    Line,
    /// The properties of an event, by the event's name.
    Event(String),
    /// The traits of a customer.
    Traits,
    /// The columns of a list.
    Column,
    /// A value that stands for itself.
    Value,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.root {
            Root::Line => write!(f, "the field `{path}`"),
            Root::Event(event) => write!(f, "property `{path}` of event `{event}`"),
            Root::Traits => write!(f, "trait `{path}`"),
            Root::Column => write!(f, "column `{path}`"),
            Root::Value if path.is_empty() => f.write_str("the value"),
            Root::Value => write!(f, "`{path}`"),
        }
    }
}

impl Place {
    /// A field of the object itself.
    pub(crate) fn field(name: &str) -> Place {
        Place { root: Root::Line, path: name.to_owned() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell(f, "line")
    }
}

impl std::error::Error for Reason {}

impl Reason {
    /// Says what stands in `text` where it stops being JSON.
    pub(crate) fn malformed(text: &str, error: Malformed) -> Reason {
        let found = text.get(error.at..).and_then(|rest| rest.chars().next());
        Reason::Malformed { column: error.at + 1, wanted: error.wanted, found }
    }

    /// The reason as it is told of an element of a body, which need not be a line.
    pub fn of_element(&self) -> impl fmt::Display + '_ {
        OfElement(self)
    }

    fn tell(&self, f: &mut fmt::Formatter<'_>, unit: &str) -> fmt::Result {
        match self {
            Reason::NotUtf8 { at } => write!(f, "byte {at} of the {unit} is not UTF-8"),
            Reason::TooLong { limit } => write!(f, "the {unit} is longer than {limit} bytes"),
            Reason::Malformed { column, wanted, found } => {
                match *wanted == json::END {
                    true => write!(f, "not JSON: the end of the {unit} is wanted")?,
                    false => write!(f, "not JSON: {wanted} is wanted")?,
                }
                match found {
                    Some(c) => write!(f, " at column {column}, not {c:?}"),
                    None => write!(f, " at column {column}, but the {unit} ends there"),
                }
            }
            Reason::MissingField { field } => write!(f, "the field `{field}` is missing"),
            Reason::Missing { what, wanted } => write!(f, "{what} is missing: {wanted} is wanted"),
            Reason::Mismatch { what, found, wanted } => {
                write!(f, "{what} is {found}: {wanted} is wanted")
            }
            Reason::Computed { name } => write!(
                f,
                "`audiences` names `{name}`, whose members are computed from its definition: only \
                 audiences without one can be given"
            ),
            Reason::Twice { what } => write!(f, "{what} stands twice"),
            Reason::Undeclared { name } => write!(f, "the event {name:?} is not declared"),
            Reason::Unknown { what } => write!(f, "{what} is not declared"),
            Reason::Csv(what) => write!(f, "not CSV: {what}"),
        }
    }
}

struct OfElement<'r>(&'r Reason);

impl fmt::Display for OfElement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.tell(f, "element")
    }
}

/// A value as a message shows it: `the text "12"`, `true`, `an object`.
pub(crate) fn describe(kind: Kind, raw: &str) -> String {
    match kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool => raw.to_owned(),
        Kind::Number => format!("the number {}", shortened(raw)),
        Kind::Text => format!("the text {}", shortened(raw)),
        Kind::Array => "an array".to_owned(),
        Kind::Object => "an object".to_owned(),
    }
}

pub(crate) fn shortened(raw: &str) -> String {
    if raw.len() <= QUOTED {
        return raw.to_owned();
    }
    let kept: String = raw.chars().take(QUOTED).collect();
    format!("{kept}…")
}
