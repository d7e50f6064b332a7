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
    /// Arrays and objects nest deeper in it than they may.
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A body has more elements than it may; those from here on are not looked at.
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// A body is no JSON array from here on; what comes behind is not looked at.
    Broken {
        /// Where in the body, in bytes from 1.
        at: usize,
        /// What is wanted there.
        wanted: &'static str,
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
    /// There is no audience of a name, or only one that is computed.
    Audience {
        /// Its name.
        name: String,
        /// Whether it is computed from a definition.
        computed: bool,
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
    /// The parameters of a journey, as they are brought along to it.
    Param,
    /// The properties of the event of a journey's entry, as they are brought along to it.
    Brought(String),
    /// A value that stands for itself.
    Value,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.root {
            Root::Traits if path.is_empty() => f.write_str("the object of traits"),
            Root::Param if path.is_empty() => f.write_str("the payload"),
            Root::Line => write!(f, "the field `{path}`"),
            Root::Param => write!(f, "parameter `{path}`"),
            Root::Event(event) | Root::Brought(event) => {
                write!(f, "property `{path}` of event `{event}`")
            }
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

    /// The path from the object that was sent: `properties.items[2].sku`.
    pub fn field_path(&self) -> String {
        let within = match &self.root {
            Root::Line | Root::Column | Root::Value => return self.path.clone(),
            Root::Event(_) => "properties",
            Root::Traits => "traits",
            Root::Param | Root::Brought(_) => "payload",
        };
        match self.path.as_str() {
            "" => within.to_owned(),
            path => format!("{within}.{path}"),
        }
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

    /// A word for the kind of reason, for programs. It stays the same.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::NotUtf8 { .. } => "not_utf8",
            Reason::TooLong { .. } => "too_long",
            Reason::TooDeep { .. } => "too_deep",
            Reason::TooMany { .. } => "too_many",
            Reason::Broken { .. } => "broken_body",
            Reason::Malformed { .. } => "not_json",
            Reason::MissingField { .. } | Reason::Missing { .. } => "missing",
            Reason::Mismatch { .. } => "mismatch",
            Reason::Computed { .. } | Reason::Audience { computed: true, .. } => {
                "computed_audience"
            }
            Reason::Audience { computed: false, .. } => "unknown_audience",
            Reason::Twice { .. } => "twice",
            Reason::Undeclared { .. } => "undeclared_event",
            Reason::Unknown { .. } => "undeclared",
            Reason::Csv(_) => "not_csv",
        }
    }

    /// Where in what was sent, if it is about one field: see [`Place::field_path`].
    pub fn field(&self) -> Option<String> {
        match self {
            Reason::MissingField { field } => Some((*field).to_owned()),
            Reason::Undeclared { .. } => Some("event".to_owned()),
            Reason::Computed { .. } => Some("audiences".to_owned()),
            other => other.place().map(Place::field_path),
        }
    }

    /// The place of what is wrong, if it is about one.
    pub(crate) fn place(&self) -> Option<&Place> {
        match self {
            Reason::Missing { what, .. }
            | Reason::Mismatch { what, .. }
            | Reason::Twice { what }
            | Reason::Unknown { what } => Some(what),
            _ => None,
        }
    }

    /// The reason as it is told of an element of a body, which need not be a line.
    pub fn of_element(&self) -> impl fmt::Display + '_ {
        OfElement(self)
    }

    fn tell(&self, f: &mut fmt::Formatter<'_>, unit: &str) -> fmt::Result {
        match self {
            Reason::NotUtf8 { at } => write!(f, "byte {at} of the {unit} is not UTF-8"),
            Reason::TooLong { limit } => write!(f, "the {unit} is longer than {limit} bytes"),
            Reason::TooDeep { limit } => {
                write!(f, "the {unit} nests deeper than {limit} levels")
            }
            Reason::TooMany { limit } => write!(f, "there are more than {limit} elements"),
            Reason::Broken { at, wanted } => {
                write!(f, "the body is not JSON: {wanted} is wanted at byte {at}")
            }
            Reason::Malformed { wanted: json::OBJECT, found: Some('['), .. } => {
                write!(f, "the {unit} is an array: an object is wanted")
            }
            Reason::Malformed { wanted: json::OBJECT, found: Some('"'), .. } => {
                write!(f, "the {unit} is a text: an object is wanted")
            }
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
            Reason::Audience { name, computed: false } => {
                write!(f, "there is no audience `{name}`")
            }
            Reason::Audience { name, computed: true } => write!(
                f,
                "the members of the audience `{name}` are computed from its definition: only those \
                 of audiences without one can be given"
            ),
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
