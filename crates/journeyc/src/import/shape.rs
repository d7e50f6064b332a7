//! What an import knows of events and traits, before it is written as text.

use super::Node;

/// All that a source declares.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Declared {
    /// Traits of the customer.
    pub traits: Vec<Field>,
    /// Events.
    pub events: Vec<Event>,
    /// What the person who imports should know.
    pub notes: Vec<String>,
}

/// An event.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Event {
    /// Its name on the wire.
    pub wire: String,
    /// What it is, in words.
    pub doc: Option<String>,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Its properties.
    pub fields: Vec<Field>,
}

/// A property, a trait, or a field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name on the wire.
    pub wire: String,
    /// What it is, in words.
    pub doc: Option<String>,
    /// Why its type says less than the source.
    pub remark: Option<String>,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Whether it may be missing.
    pub optional: bool,
    /// What it is where it is missing.
    pub default: Option<Node>,
    /// Its type.
    pub shape: Shape,
}

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `number`
    Number,
    /// `text`
    Text,
    /// `time`
    Time,
    /// `date`
    Date,
    /// `"a" | "b"`, each once
    Enum(Vec<String>),
    /// `list<T>`
    List(Box<Shape>),
    /// `{ a: T }`
    Record(Vec<Field>),
    /// `json`, and why nothing more can be said
    Json(String),
}

impl Field {
    /// A field that must be there.
    pub fn new(wire: &str, shape: Shape) -> Field {
        Field {
            wire: wire.to_owned(),
            doc: None,
            remark: None,
            deprecated: false,
            optional: false,
            default: None,
            shape,
        }
    }
}

impl Shape {
    /// The one type that fits what both fit.
    pub fn join(self, other: Shape) -> Shape {
        match (self, other) {
            (a, b) if a == b => a,
            (Shape::Int | Shape::Number, Shape::Int | Shape::Number) => Shape::Number,
            (Shape::Enum(mut members), Shape::Enum(more)) => {
                members.extend(more);
                Shape::Enum(unique(members))
            }
            (
                Shape::Enum(_) | Shape::Text | Shape::Time | Shape::Date,
                Shape::Enum(_) | Shape::Text | Shape::Time | Shape::Date,
            ) => Shape::Text,
            (Shape::List(a), Shape::List(b)) => Shape::List(Box::new(a.join(*b))),
            (a, b) => Shape::Json(format!("it may be {} or {}", a.noun(), b.noun())),
        }
    }

    /// The type in a sentence.
    pub fn noun(&self) -> &'static str {
        match self {
            Shape::Bool => "true or false",
            Shape::Int => "an int",
            Shape::Number => "a number",
            Shape::Text => "a text",
            Shape::Time => "a time",
            Shape::Date => "a date",
            Shape::Enum(_) => "one of some texts",
            Shape::List(_) => "a list",
            Shape::Record(_) => "an object",
            Shape::Json(_) => "anything",
        }
    }

    /// Why nothing more can be said of it or of what is in it.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Shape::Json(why) => Some(why),
            Shape::List(item) => item.reason(),
            _ => None,
        }
    }
}

/// The texts without repetitions, in their order.
pub(super) fn unique(texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    texts.into_iter().filter(|text| seen.insert(text.clone())).collect()
}
