//! Types and constants as a program stores them.

/// The type of a slot, a register or a constant. Optionality is a property of the slot, kept
/// beside the type as a presence bit, not part of the type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A signed 64-bit integer.
    Int,
    /// A finite IEEE 754 double.
    Number,
    /// UTF-8 text.
    Text,
    /// Text that is one of the given members, in declaration order. At run time it is plain text;
    /// the members matter where values come in from outside.
    Enum(Vec<String>),
    /// An instant: milliseconds since 1970-01-01T00:00Z.
    Time,
    /// A calendar day: days since 1970-01-01.
    Date,
    /// Milliseconds since midnight, below 86,400,000.
    TimeOfDay,
    /// 0 is Monday, 6 is Sunday.
    Weekday,
    /// A signed length of time in milliseconds.
    Duration,
    /// Anything, as the text of its JSON. Nothing can be done with it but to pass it on.
    Json,
    /// Values of one type, in order.
    List(Box<Type>),
    /// Named fields, in declaration order.
    Record(Vec<FieldType>),
}

impl Type {
    /// Whether every value of the other type is one of this, laid out in the same way: the same
    /// type, or one whose members are all among these. How values are called on the wire, and what
    /// those get that are not there, makes no difference.
    pub fn takes(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Enum(these), Type::Enum(others)) => {
                others.iter().all(|member| these.contains(member))
            }
            (Type::List(this), Type::List(other)) => this.takes(other),
            (Type::Record(these), Type::Record(others)) => {
                these.len() == others.len()
                    && these.iter().zip(others).all(|(this, other)| {
                        this.name == other.name
                            && this.optional == other.optional
                            && this.ty.takes(&other.ty)
                    })
            }
            (this, other) => this == other,
        }
    }
}

/// One field of a record type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldType {
    /// The name in source.
    pub name: String,
    /// The name on the wire.
    pub wire: String,
    /// The type of a value that is set.
    pub ty: Type,
    /// Whether the field may be unset.
    pub optional: bool,
    /// What an incoming record that lacks the field gets.
    pub default: Option<Const>,
}

/// A constant of the pool, or a default.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Const {
    /// The absent value.
    Unset,
    /// See [`Type::Bool`].
    Bool(bool),
    /// See [`Type::Int`].
    Int(i64),
    /// See [`Type::Number`].
    Number(f64),
    /// See [`Type::Text`].
    Text(String),
    /// See [`Type::Time`].
    Time(i64),
    /// See [`Type::Date`].
    Date(i32),
    /// See [`Type::TimeOfDay`].
    TimeOfDay(i32),
    /// See [`Type::Weekday`].
    Weekday(u8),
    /// See [`Type::Duration`].
    Duration(i64),
    /// See [`Type::List`].
    List(Vec<Const>),
    /// See [`Type::Record`]; one value a field, in declaration order.
    Record(Vec<Const>),
}

// Constants hold no NaN (the verifier refuses it), so equality is total.
impl Eq for Const {}

impl std::hash::Hash for Const {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Const::Unset => {}
            Const::Bool(v) => v.hash(state),
            Const::Int(v) | Const::Time(v) | Const::Duration(v) => v.hash(state),
            Const::Number(v) => v.to_bits().hash(state),
            Const::Text(v) => v.hash(state),
            Const::Date(v) | Const::TimeOfDay(v) => v.hash(state),
            Const::Weekday(v) => v.hash(state),
            Const::List(v) | Const::Record(v) => v.hash(state),
        }
    }
}
