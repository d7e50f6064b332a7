//! The types that the verifier computes with.
//!
//! A shape is a type without what does not matter while code runs: names of fields, members of
//! enums, optionality. It adds the type of `unset`, which goes with every other.

use std::fmt;
use std::rc::Rc;

use crate::{Const, Type};

/// The type of a value in a register.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Known to be unset, or the item of an empty list.
    Unset,
    Bool,
    Int,
    Number,
    Text,
    Time,
    Date,
    TimeOfDay,
    Weekday,
    Duration,
    List(Rc<Shape>),
    Record(Rc<[Shape]>),
}

impl Shape {
    pub(super) fn of(ty: &Type) -> Shape {
        match ty {
            Type::Bool => Shape::Bool,
            Type::Int => Shape::Int,
            Type::Number => Shape::Number,
            Type::Text | Type::Enum(_) | Type::Json => Shape::Text,
            Type::Time => Shape::Time,
            Type::Date => Shape::Date,
            Type::TimeOfDay => Shape::TimeOfDay,
            Type::Weekday => Shape::Weekday,
            Type::Duration => Shape::Duration,
            Type::List(item) => Shape::List(Rc::new(Shape::of(item))),
            Type::Record(fields) => {
                Shape::Record(fields.iter().map(|field| Shape::of(&field.ty)).collect())
            }
        }
    }

    /// The shape of a constant; none if the items of a list are of different types.
    pub(super) fn of_const(value: &Const) -> Option<Shape> {
        Some(match value {
            Const::Unset => Shape::Unset,
            Const::Bool(_) => Shape::Bool,
            Const::Int(_) => Shape::Int,
            Const::Number(_) => Shape::Number,
            Const::Text(_) => Shape::Text,
            Const::Time(_) => Shape::Time,
            Const::Date(_) => Shape::Date,
            Const::TimeOfDay(_) => Shape::TimeOfDay,
            Const::Weekday(_) => Shape::Weekday,
            Const::Duration(_) => Shape::Duration,
            Const::List(items) => {
                let mut all = Shape::Unset;
                for item in items {
                    all = all.join(&Shape::of_const(item)?)?;
                }
                Shape::List(Rc::new(all))
            }
            Const::Record(fields) => {
                Shape::Record(fields.iter().map(Shape::of_const).collect::<Option<_>>()?)
            }
        })
    }

    /// The shape of a value that is of one or the other; none if they do not go together.
    pub(super) fn join(&self, other: &Shape) -> Option<Shape> {
        match (self, other) {
            (Shape::Unset, any) | (any, Shape::Unset) => Some(any.clone()),
            (Shape::List(a), Shape::List(b)) => Some(Shape::List(Rc::new(a.join(b)?))),
            (Shape::Record(a), Shape::Record(b)) if a.len() == b.len() => {
                let fields = a.iter().zip(b.iter()).map(|(a, b)| a.join(b));
                Some(Shape::Record(fields.collect::<Option<_>>()?))
            }
            (a, b) if a == b => Some(a.clone()),
            _ => None,
        }
    }

    /// Whether a value of this shape may stand where `expected` is.
    pub(super) fn fits(&self, expected: &Shape) -> bool {
        match (self, expected) {
            (Shape::Unset, _) => true,
            (Shape::List(a), Shape::List(b)) => a.fits(b),
            (Shape::Record(a), Shape::Record(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.fits(b))
            }
            (a, b) => a == b,
        }
    }

    /// Whether the value is one 64-bit integer when stored in a slot.
    pub(super) fn is_word(&self) -> bool {
        use Shape::{Date, Duration, Int, Time, TimeOfDay, Weekday};
        matches!(self, Int | Time | Date | TimeOfDay | Weekday | Duration)
    }

    /// Whether values have an order.
    pub(super) fn is_ordered(&self) -> bool {
        self.is_word() || matches!(self, Shape::Unset | Shape::Number | Shape::Text)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Shape::Unset => "unset",
            Shape::Bool => "a bool",
            Shape::Int => "an int",
            Shape::Number => "a number",
            Shape::Text => "a text",
            Shape::Time => "a time",
            Shape::Date => "a date",
            Shape::TimeOfDay => "a timeofday",
            Shape::Weekday => "a weekday",
            Shape::Duration => "a duration",
            Shape::List(item) => return write!(f, "a list of {item}"),
            Shape::Record(fields) => return write!(f, "a record of {} fields", fields.len()),
        };
        f.write_str(name)
    }
}
