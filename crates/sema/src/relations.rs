//! How types relate: which value fits where, and what two values have in common.

use std::sync::Arc;

use crate::{Field, Type};

/// How a value of one type becomes one of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// It is one already, or is stored the same way.
    Same,
    /// An int becomes a number.
    IntToNumber,
}

impl Type {
    /// How a value of this type, taken to be set, becomes a `wanted`; `None` where it does not.
    pub(crate) fn converts_to(&self, wanted: &Type) -> Option<Conversion> {
        match (self, wanted) {
            (Type::Error, _) | (_, Type::Error) => Some(Conversion::Same),
            (Type::Unset, Type::Optional(_)) => Some(Conversion::Same),
            (Type::Optional(a), Type::Optional(b)) => a.converts_to(b),
            (a, Type::Optional(b)) => a.converts_to(b),
            (Type::Int, Type::Number) => Some(Conversion::IntToNumber),
            (Type::Enum(_), Type::Text) => Some(Conversion::Same),
            // Every member of the one is a member of the other; at run time both are texts.
            (Type::Enum(a), Type::Enum(b)) => {
                a.iter().all(|member| b.contains(member)).then_some(Conversion::Same)
            }
            (Type::List(a), Type::List(b)) => {
                (a.converts_to(b) == Some(Conversion::Same)).then_some(Conversion::Same)
            }
            (Type::Record(a), Type::Record(b)) => same_fields(a, b).then_some(Conversion::Same),
            (a, b) => (a == b).then_some(Conversion::Same),
        }
    }

    /// The type of a value that is one or the other: of the branches of an `if`, of the items of
    /// a list.
    pub(crate) fn join(&self, other: &Type) -> Option<Type> {
        if *other == Type::Error || self.converts_to(other).is_some() {
            return Some(other.clone());
        }
        if *self == Type::Error || other.converts_to(self).is_some() {
            return Some(self.clone());
        }
        match (self, other) {
            (Type::Unset, some) | (some, Type::Unset) => Some(some.clone().optional()),
            (Type::Optional(a), b) | (b, Type::Optional(a)) => {
                Some(a.join(&b.required())?.optional())
            }
            (Type::Enum(_) | Type::Text, Type::Enum(_) | Type::Text) => Some(Type::Text),
            _ => None,
        }
    }

    /// Whether it is a single value that can be compared and shown, neither a list or record nor
    /// opaque.
    pub(crate) fn is_scalar(&self) -> bool {
        use Type::{Json, List, Optional, Record, Unset};
        !matches!(self, List(_) | Record(_) | Json | Optional(_) | Unset)
    }

    /// Whether `<` means something. Days of the week go round, members of an enum have no order.
    pub(crate) fn is_ordered(&self) -> bool {
        matches!(
            self,
            Type::Int
                | Type::Number
                | Type::Text
                | Type::Time
                | Type::Date
                | Type::TimeOfDay
                | Type::Duration
                | Type::Error
        )
    }

    /// Whether it is an int or a number.
    pub(crate) fn is_numeric(&self) -> bool {
        matches!(self, Type::Int | Type::Number)
    }

    /// Whether it is a text or one of a few texts.
    pub(crate) fn is_textual(&self) -> bool {
        matches!(self, Type::Text | Type::Enum(_))
    }

    /// `an int`, `a list<text>`, as a sentence needs it.
    pub(crate) fn with_article(&self) -> String {
        match self {
            Type::Enum(_) => format!("one of `{self}`"),
            Type::Record(_) => format!("a record `{self}`"),
            Type::Unset => "`unset`".to_owned(),
            Type::Int => "an `int`".to_owned(),
            Type::Optional(inner) if **inner == Type::Int => "an `int?`".to_owned(),
            _ => format!("a `{self}`"),
        }
    }
}

fn same_fields(a: &Arc<[Field]>, b: &Arc<[Field]>) -> bool {
    a.len() == b.len()
        && a.iter().zip(b.iter()).all(|(a, b)| {
            a.name == b.name
                && a.ty.converts_to(&b.ty) == Some(Conversion::Same)
                && a.ty.is_optional() == b.ty.is_optional()
        })
}

#[cfg(test)]
mod tests {
    use super::Conversion;
    use crate::Type;

    fn plan(members: &[&str]) -> Type {
        Type::Enum(members.iter().map(|member| (*member).into()).collect())
    }

    #[test]
    fn only_int_to_number_and_enum_to_text_convert() {
        assert_eq!(Type::Int.converts_to(&Type::Number), Some(Conversion::IntToNumber));
        assert_eq!(Type::Number.converts_to(&Type::Int), None);
        assert_eq!(plan(&["a"]).converts_to(&Type::Text), Some(Conversion::Same));
        assert_eq!(Type::Text.converts_to(&plan(&["a"])), None);
        assert_eq!(plan(&["a"]).converts_to(&plan(&["b", "a"])), Some(Conversion::Same));
        assert_eq!(Type::Date.converts_to(&Type::Time), None);
        assert_eq!(Type::Int.converts_to(&Type::Text), None);
        let ints = Type::List(Type::Int.into());
        assert_eq!(ints.converts_to(&Type::List(Type::Number.into())), None);
    }

    #[test]
    fn branches_join_to_what_both_are() {
        assert_eq!(Type::Int.join(&Type::Number), Some(Type::Number));
        assert_eq!(plan(&["a"]).join(&plan(&["b"])), Some(Type::Text));
        assert_eq!(Type::Unset.join(&Type::Text), Some(Type::Text.optional()));
        assert_eq!(Type::Int.optional().join(&Type::Number), Some(Type::Number.optional()));
        assert_eq!(Type::Int.join(&Type::Text), None);
    }

    #[test]
    fn what_was_reported_fits_everything() {
        assert_eq!(Type::Error.converts_to(&Type::Int), Some(Conversion::Same));
        assert_eq!(Type::Int.join(&Type::Error), Some(Type::Error));
    }
}
