//! Values and instants as the language writes them.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use journey_bytecode::Const;
use journey_sema::thir;

/// An instant, RFC 3339 in UTC.
pub(crate) fn instant(ms: i64) -> String {
    DateTime::<Utc>::from_timestamp_millis(ms)
        .map_or_else(|| format!("{ms} ms"), |t| t.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// A value as source.
pub fn value(value: &Const) -> String {
    match value {
        Const::Unset => "unset".to_owned(),
        Const::Bool(v) => v.to_string(),
        Const::Int(v) => v.to_string(),
        Const::Number(v) => v.to_string(),
        Const::Text(v) => format!("{v:?}"),
        Const::Time(v) => instant(*v),
        Const::Date(v) => NaiveDate::from_epoch_days(*v).map_or("?".into(), |d| d.to_string()),
        Const::TimeOfDay(v) => clock(*v),
        Const::Weekday(v) => {
            let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            names.get(*v as usize).copied().unwrap_or("?").to_owned()
        }
        Const::Duration(v) => journey_ir::duration(*v),
        Const::List(items) => {
            format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
        Const::Record(fields) => {
            format!("{{ {} }}", fields.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
    }
}

fn clock(ms: i32) -> String {
    let seconds = u32::try_from(ms / 1000).unwrap_or(0);
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).map_or("?".into(), |t| {
        t.format(if seconds % 60 == 0 { "%H:%M" } else { "%T" }).to_string()
    })
}

/// A constant of the typed tree as the program holds it.
pub(crate) fn convert(value: &thir::Const) -> Const {
    match value {
        thir::Const::Unset => Const::Unset,
        thir::Const::Bool(v) => Const::Bool(*v),
        thir::Const::Int(v) => Const::Int(*v),
        thir::Const::Number(v) => Const::Number(*v),
        thir::Const::Text(v) => Const::Text(v.to_string()),
        thir::Const::Time(v) => Const::Time(*v),
        thir::Const::Date(v) => Const::Date(*v),
        thir::Const::TimeOfDay(v) => Const::TimeOfDay(*v),
        thir::Const::Weekday(v) => Const::Weekday(*v),
        thir::Const::Duration(v) => Const::Duration(*v),
        thir::Const::List(v) => Const::List(v.iter().map(convert).collect()),
        thir::Const::Record(v) => Const::Record(v.iter().map(convert).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Const, instant, value};

    #[test]
    fn values_read_as_they_are_written() {
        assert_eq!(instant(1_767_603_600_000), "2026-01-05T09:00:00Z");
        assert_eq!(value(&Const::TimeOfDay(75_600_000)), "21:00");
        assert_eq!(value(&Const::List(vec![Const::Int(1), Const::Text("a".into())])), "[1, \"a\"]");
    }
}
