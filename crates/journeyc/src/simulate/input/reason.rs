//! Why a line of input is rejected.

use std::fmt;

use super::json::{Kind, Malformed};

/// How much of a value a message quotes.
const QUOTED: usize = 40;

/// Why a line of input is rejected: what was found, what is wanted, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The line is no UTF-8.
    #[error("byte {at} of the line is not UTF-8")]
    NotUtf8 {
        /// Offset of the first wrong byte, from 1.
        at: usize,
    },
    /// The line is longer than a line may be.
    #[error("the line is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// The line is not JSON.
    #[error("not JSON: {wanted} is wanted at column {column}, {found}")]
    Malformed {
        /// Where, in bytes from 1.
        column: usize,
        /// What is wanted there.
        wanted: &'static str,
        /// What stands there.
        found: String,
    },
    /// A field of the line is missing.
    #[error("the field `{field}` is missing")]
    MissingField {
        /// Which.
        field: &'static str,
    },
    /// A required property or trait is missing.
    #[error("{what} is missing: {wanted} is wanted")]
    Missing {
        /// Which.
        what: Place,
        /// Its type.
        wanted: String,
    },
    /// A value is not what is wanted there.
    #[error("{what} is {found}: {wanted} is wanted")]
    Mismatch {
        /// Where.
        what: Place,
        /// What stands there.
        found: String,
        /// What is wanted.
        wanted: String,
    },
    /// A profile says that the customer is in an audience that is computed.
    #[error(
        "`audiences` names `{name}`, whose members are computed from its definition: only audiences \
         without one can be given"
    )]
    Computed {
        /// Its name.
        name: String,
    },
    /// A key stands twice in one object.
    #[error("{what} stands twice")]
    Twice {
        /// Which.
        what: Place,
    },
    /// An event that is not declared, where only declared ones are allowed.
    #[error("the event {name:?} is not declared")]
    Undeclared {
        /// Its name.
        name: String,
    },
    /// A row of a CSV file cannot be read.
    #[error("not CSV: {0}")]
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
    /// The line itself.
    Line,
    /// The properties of an event, by the event's name.
    Event(String),
    /// The traits of a customer.
    Traits,
    /// The columns of a list.
    Column,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Root::Line => write!(f, "the field `{}`", self.path),
            Root::Event(event) => write!(f, "property `{}` of event `{event}`", self.path),
            Root::Traits => write!(f, "trait `{}`", self.path),
            Root::Column => write!(f, "column `{}`", self.path),
        }
    }
}

impl Place {
    /// A field of the line itself.
    pub(crate) fn field(name: &str) -> Place {
        Place { root: Root::Line, path: name.to_owned() }
    }
}

impl Reason {
    /// Says what stands in `line` where it stops being JSON.
    pub(crate) fn malformed(line: &str, error: Malformed) -> Reason {
        let found = match line.get(error.at..).and_then(|rest| rest.chars().next()) {
            Some(c) => format!("not {c:?}"),
            None => "but the line ends there".to_owned(),
        };
        Reason::Malformed { column: error.at + 1, wanted: error.wanted, found }
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
