//! The types of the language.

use std::fmt;
use std::sync::Arc;

/// A type. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// `bool`
    Bool,
    /// `int`: i64
    Int,
    /// `number`: finite f64
    Number,
    /// `text`: UTF-8
    Text,
    /// `time`: an instant, in milliseconds
    Time,
    /// `date`
    Date,
    /// `timeofday`
    TimeOfDay,
    /// `weekday`
    Weekday,
    /// `duration`, in milliseconds
    Duration,
    /// `"free" | "pro"`: members in declaration order. A subtype of `text`.
    Enum(Arc<[Arc<str>]>),
    /// `json`: anything, and opaque. A constant of it is the text of its JSON.
    Json,
    /// `list<T>`
    List(Arc<Type>),
    /// `{ sku: text qty: int }`
    Record(Arc<[Field]>),
    /// `T?`, never nested
    Optional(Arc<Type>),
    /// The type of `unset` alone; fits every optional.
    Unset,
    /// What an expression has that was reported already; fits everything, so that one mistake
    /// gives one finding.
    Error,
}

/// A field of a record type, a trait, a property or a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// The name in source.
    pub name: Arc<str>,
    /// The name on the wire.
    pub wire: Arc<str>,
    /// Its type, `Optional` where it may be unset.
    pub ty: Type,
    /// What it holds when nothing was given.
    pub default: Option<super::thir::Const>,
    /// What its attributes say.
    pub marks: Marks,
}

/// What the attributes of a declaration say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Marks {
    /// `@pii`: personal data.
    pub pii: bool,
    /// `@deprecated("…")`: what to do instead.
    pub deprecated: Option<Arc<str>>,
}

impl Field {
    /// Whether it holds personal data, itself or in a part.
    pub fn holds_pii(&self) -> bool {
        self.marks.pii || self.ty.holds_pii()
    }
}

impl Type {
    /// `T?` for `T`; an optional stays as it is.
    pub fn optional(self) -> Type {
        match self {
            Type::Optional(_) | Type::Unset | Type::Error => self,
            other => Type::Optional(Arc::new(other)),
        }
    }

    /// `T` for `T?`, and `T` for `T`.
    pub fn required(&self) -> Type {
        match self {
            Type::Optional(inner) => (**inner).clone(),
            other => other.clone(),
        }
    }

    /// Whether some field inside is personal data.
    pub fn holds_pii(&self) -> bool {
        match self {
            Type::Record(fields) => fields.iter().any(Field::holds_pii),
            Type::List(inner) | Type::Optional(inner) => inner.holds_pii(),
            _ => false,
        }
    }

    /// Whether a value of the type may be unset.
    pub fn is_optional(&self) -> bool {
        matches!(self, Type::Optional(_) | Type::Unset)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::Number => f.write_str("number"),
            Type::Text => f.write_str("text"),
            Type::Time => f.write_str("time"),
            Type::Date => f.write_str("date"),
            Type::TimeOfDay => f.write_str("timeofday"),
            Type::Weekday => f.write_str("weekday"),
            Type::Duration => f.write_str("duration"),
            Type::Json => f.write_str("json"),
            Type::Enum(members) => {
                for (index, member) in members.iter().enumerate() {
                    let bar = if index == 0 { "" } else { " | " };
                    write!(f, "{bar}\"{member}\"")?;
                }
                Ok(())
            }
            Type::List(item) => write!(f, "list<{item}>"),
            Type::Record(fields) => {
                f.write_str("{")?;
                for field in fields.iter() {
                    write!(f, " {}: {}", field.name, field.ty)?;
                }
                f.write_str(" }")
            }
            Type::Optional(inner) => write!(f, "{inner}?"),
            Type::Unset => f.write_str("unset"),
            Type::Error => f.write_str("?"),
        }
    }
}
