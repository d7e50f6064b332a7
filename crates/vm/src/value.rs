//! Values as the interpreter handles them.

use bumpalo::Bump;
use journey_bytecode::{Const, Type};

/// How deep lists and records may nest. The verifier bounds types by less; this bounds what comes
/// in from outside.
pub(crate) const MAX_DEPTH: usize = 64;

/// A value. Small and `Copy`: text, lists and records are borrowed, from a row, from the
/// program's constants, or from the arena of the [`Scratch`](crate::Scratch) at hand.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Val<'a> {
    /// No value.
    #[default]
    Unset,
    /// `true` or `false`.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// A finite double.
    Number(f64),
    /// Text; enum members too.
    Text(&'a str),
    /// Milliseconds since 1970-01-01T00:00Z.
    Time(i64),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds since midnight.
    TimeOfDay(i32),
    /// 0 is Monday.
    Weekday(u8),
    /// Milliseconds.
    Duration(i64),
    /// Values of one type, in order.
    List(&'a [Val<'a>]),
    /// One value a field, in declaration order.
    Record(&'a [Val<'a>]),
}

impl<'a> Val<'a> {
    /// Whether there is a value.
    pub fn is_set(self) -> bool {
        !matches!(self, Val::Unset)
    }

    /// Whether it is a value of a type, through and through. Unset is of none.
    pub fn is_a(self, ty: &Type) -> bool {
        match (self, ty) {
            (Val::Text(member), Type::Enum(members)) => members.iter().any(|it| it == member),
            (Val::List(items), Type::List(ty)) => items.iter().all(|item| item.is_a(ty)),
            (Val::Record(values), Type::Record(fields)) => {
                let mut pairs = values.iter().zip(fields);
                values.len() == fields.len()
                    && pairs.all(|(value, field)| match value {
                        Val::Unset => field.optional,
                        value => value.is_a(&field.ty),
                    })
            }
            (Val::Unset, _) => false,
            (value, ty) => Kind::of(ty).takes(value),
        }
    }

    /// The same value as a constant that owns its parts.
    pub fn to_const(self) -> Const {
        match self {
            Val::Unset => Const::Unset,
            Val::Bool(v) => Const::Bool(v),
            Val::Int(v) => Const::Int(v),
            Val::Number(v) => Const::Number(v),
            Val::Text(v) => Const::Text(v.to_owned()),
            Val::Time(v) => Const::Time(v),
            Val::Date(v) => Const::Date(v),
            Val::TimeOfDay(v) => Const::TimeOfDay(v),
            Val::Weekday(v) => Const::Weekday(v),
            Val::Duration(v) => Const::Duration(v),
            Val::List(v) => Const::List(v.iter().map(|v| v.to_const()).collect()),
            Val::Record(v) => Const::Record(v.iter().map(|v| v.to_const()).collect()),
        }
    }

    /// A constant as a value; only its lists and records take room in the arena.
    pub fn from_const(value: &'a Const, arena: &'a Bump) -> Val<'a> {
        let many = |items: &'a [Const]| -> &'a [Val<'a>] {
            arena.alloc_slice_fill_iter(items.iter().map(|item| Val::from_const(item, arena)))
        };
        match value {
            Const::Unset => Val::Unset,
            Const::Bool(v) => Val::Bool(*v),
            Const::Int(v) => Val::Int(*v),
            Const::Number(v) => Val::Number(*v),
            Const::Text(v) => Val::Text(v),
            Const::Time(v) => Val::Time(*v),
            Const::Date(v) => Val::Date(*v),
            Const::TimeOfDay(v) => Val::TimeOfDay(*v),
            Const::Weekday(v) => Val::Weekday(*v),
            Const::Duration(v) => Val::Duration(*v),
            Const::List(v) => Val::List(many(v)),
            Const::Record(v) => Val::Record(many(v)),
        }
    }

    /// The same value with all its parts in `arena`, so that what it was borrowed from may change.
    pub(crate) fn kept<'b>(self, arena: &'b Bump) -> Val<'b> {
        let many = |items: &[Val<'a>]| -> &'b [Val<'b>] {
            arena.alloc_slice_fill_iter(items.iter().map(|item| item.kept(arena)))
        };
        match self {
            Val::Text(v) => Val::Text(arena.alloc_str(v)),
            Val::List(v) => Val::List(many(v)),
            Val::Record(v) => Val::Record(many(v)),
            Val::Unset => Val::Unset,
            Val::Bool(v) => Val::Bool(v),
            Val::Int(v) => Val::Int(v),
            Val::Number(v) => Val::Number(v),
            Val::Time(v) => Val::Time(v),
            Val::Date(v) => Val::Date(v),
            Val::TimeOfDay(v) => Val::TimeOfDay(v),
            Val::Weekday(v) => Val::Weekday(v),
            Val::Duration(v) => Val::Duration(v),
        }
    }
}

/// What a slot's word means: a [`Type`] without its members and elements, small enough to look
/// at on every load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Bool,
    Int,
    Number,
    Text,
    Time,
    Date,
    TimeOfDay,
    Weekday,
    Duration,
    List,
    Record,
}

impl Kind {
    pub(crate) fn of(ty: &Type) -> Kind {
        match ty {
            Type::Bool => Kind::Bool,
            Type::Int => Kind::Int,
            Type::Number => Kind::Number,
            Type::Text | Type::Enum(_) | Type::Json => Kind::Text,
            Type::Time => Kind::Time,
            Type::Date => Kind::Date,
            Type::TimeOfDay => Kind::TimeOfDay,
            Type::Weekday => Kind::Weekday,
            Type::Duration => Kind::Duration,
            Type::List(_) => Kind::List,
            Type::Record(_) => Kind::Record,
        }
    }

    /// Whether a slot of this kind may hold `value`.
    pub(crate) fn takes(self, value: Val<'_>) -> bool {
        match value {
            Val::Unset => true,
            Val::Bool(_) => self == Kind::Bool,
            Val::Int(_) => self == Kind::Int,
            Val::Number(v) => self == Kind::Number && v.is_finite(),
            Val::Text(_) => self == Kind::Text,
            Val::Time(_) => self == Kind::Time,
            Val::Date(_) => self == Kind::Date,
            Val::TimeOfDay(_) => self == Kind::TimeOfDay,
            Val::Weekday(_) => self == Kind::Weekday,
            Val::Duration(_) => self == Kind::Duration,
            Val::List(_) => self == Kind::List,
            Val::Record(_) => self == Kind::Record,
        }
    }
}
