//! Types and constants in a listing, as they are written in source.

use std::fmt;

use crate::{Const, Type};

/// A type.
pub(super) struct Types<'a>(pub(super) &'a Type);

/// A constant.
pub(super) struct Shown<'a>(pub(super) &'a Const);

/// A length of time in milliseconds: `1d12h`.
pub(super) struct Millis(pub(super) i64);

/// As in source.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Types(self).fmt(f)
    }
}

impl fmt::Display for Types<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Number => "number",
            Type::Text => "text",
            Type::Time => "time",
            Type::Date => "date",
            Type::TimeOfDay => "timeofday",
            Type::Weekday => "weekday",
            Type::Duration => "duration",
            Type::Json => "json",
            Type::Enum(members) => {
                let members: Vec<_> = members.iter().map(|member| format!("{member:?}")).collect();
                return f.write_str(&members.join(" | "));
            }
            Type::List(item) => return write!(f, "list<{}>", Types(item)),
            Type::Record(fields) => {
                f.write_str("{")?;
                for field in fields {
                    let mark = if field.optional { "?" } else { "" };
                    write!(f, " {}: {}{mark}", field.name, Types(&field.ty))?;
                    if let Some(default) = &field.default {
                        write!(f, " = {}", Shown(default))?;
                    }
                }
                return f.write_str(" }");
            }
        };
        f.write_str(name)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = |items: &[Const]| {
            items.iter().map(|item| Shown(item).to_string()).collect::<Vec<_>>().join(", ")
        };
        match self.0 {
            Const::Unset => f.write_str("unset"),
            Const::Bool(v) => write!(f, "{v}"),
            Const::Int(v) => write!(f, "{v}"),
            Const::Number(v) => write!(f, "{v:?}"),
            Const::Text(v) => write!(f, "{v:?}"),
            Const::Time(v) => write!(f, "time {v}"),
            Const::Date(v) => write!(f, "day {v}"),
            Const::TimeOfDay(v) => {
                let (minutes, rest) = (v / 60_000, v % 60_000);
                write!(f, "{:02}:{:02}", minutes / 60, minutes % 60)?;
                if rest == 0 { Ok(()) } else { write!(f, ":{}", f64::from(rest) / 1000.0) }
            }
            Const::Weekday(v) => {
                let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                f.write_str(days.get(usize::from(*v)).unwrap_or(&"?"))
            }
            Const::Duration(v) => write!(f, "{}", Millis(*v)),
            Const::List(v) => write!(f, "[{}]", items(v)),
            Const::Record(v) => write!(f, "{{ {} }}", items(v)),
        }
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        if rest == 0 {
            return f.write_str("0s");
        }
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")];
        for (unit, name) in units {
            if rest >= unit {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

/// Days of the week, a bit a day, Monday the lowest.
pub(super) struct Week(pub(super) u8);

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let named = names.iter().enumerate().filter(|(day, _)| self.0 >> day & 1 == 1);
        let mut separator = "";
        for (_, name) in named {
            write!(f, "{separator}{name}")?;
            separator = ",";
        }
        Ok(())
    }
}
