//! Constants as source spells them.

use std::fmt::Write;

use crate::Type;
use crate::thir::{Const, Hours, Window};

/// A duration as it is written: `1d12h`. Without weeks: people say 7d and 30d.
pub fn duration(ms: i64) -> String {
    const UNITS: [(&str, u64); 5] =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let mut text = String::from(if ms < 0 { "-" } else { "" });
    let mut left = ms.unsigned_abs();
    for (unit, size) in UNITS {
        if left >= size {
            put(&mut text, format_args!("{}{unit}", left / size));
            left %= size;
        }
    }
    if ms == 0 {
        text.push_str("0s");
    }
    text
}

/// Days and hours as they are written: `mon..fri 09:00..17:00`.
pub fn window(window: Window) -> String {
    let has = |day: usize| window.days >> (day % 7) & 1 == 1;
    let mut spans: Vec<String> = Vec::new();
    // Spans begin after a day that is left out; where none is, all days are one.
    let begins = (0..7).filter(|day| has(*day) && !has(day + 6));
    for first in begins {
        let length = (first..first + 7).take_while(|day| has(*day)).count();
        let name = |day: usize| WEEKDAYS.get(day % 7).copied().unwrap_or("?");
        spans.push(match length {
            1 => name(first).to_owned(),
            _ => format!("{}..{}", name(first), name(first + length - 1)),
        });
    }
    let mut text = spans.join(", ");
    let hours = match window.hours {
        Hours::All => return text,
        Hours::Range(from, to) => vec![from, to],
        Hours::At(at) => vec![at],
    };
    for (index, hour) in hours.into_iter().enumerate() {
        text.push_str(if index > 0 {
            ".."
        } else if text.is_empty() {
            ""
        } else {
            " "
        });
        time_of_day(hour, &mut text);
    }
    text
}

/// The days of the week as they are written in source.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Prints `value`, whose type is `ty`.
pub fn print(value: &Const, ty: &Type, out: &mut String) {
    match value {
        Const::Unset => out.push_str("unset"),
        Const::Bool(value) => put(out, format_args!("{value}")),
        Const::Int(value) => put(out, format_args!("{value}")),
        // An int widens, so what is whole can be written like one.
        Const::Number(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
            put(out, format_args!("{value}"));
        }
        Const::Number(value) => put(out, format_args!("{value:?}")),
        Const::Text(text) => quote(text, out),
        Const::Time(ms) => time(*ms, out),
        Const::Date(days) => date(*days, out),
        Const::TimeOfDay(ms) => time_of_day(*ms, out),
        Const::Weekday(day) => {
            out.push_str(WEEKDAYS.get(usize::from(*day)).unwrap_or(&"?"));
        }
        Const::Duration(ms) => out.push_str(&duration(*ms)),
        Const::List(items) => {
            let item_type = match ty.required() {
                Type::List(item) => (*item).clone(),
                _ => Type::Unset,
            };
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                print(item, &item_type, out);
            }
            out.push(']');
        }
        Const::Record(values) => record(values, ty, out),
    }
}

fn record(values: &[Const], ty: &Type, out: &mut String) {
    let Type::Record(fields) = ty.required() else { return out.push_str("{ … }") };
    out.push_str("{ ");
    let given = fields.iter().zip(values).filter(|(_, value)| **value != Const::Unset);
    for (index, (field, value)) in given.enumerate() {
        put(out, format_args!("{}{}: ", if index == 0 { "" } else { ", " }, field.name));
        print(value, &field.ty, out);
    }
    out.push_str(" }");
}

/// `text` in quotes.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    escape(text, out);
    out.push('"');
}

/// `text` as it stands between quotes.
pub fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '{' => out.push_str("\\{"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => put(out, format_args!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
}

fn time(ms: i64, out: &mut String) {
    const DAY: i64 = journey_time::DAY;
    let (days, in_day) = (ms.div_euclid(DAY), ms.rem_euclid(DAY));
    let day = i32::try_from(days).ok().and_then(journey_time::civil);
    // Beyond every calendar; no literal can say it, folding could.
    let Some((year, month, day)) = day else { return put(out, format_args!("{ms}ms")) };
    let (seconds, millis) = (in_day / 1_000, in_day % 1_000);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    put(out, format_args!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}"));
    if in_day % 60_000 != 0 {
        put(out, format_args!(":{:02}", seconds % 60));
    }
    if millis != 0 {
        put(out, format_args!(".{millis:03}"));
    }
    out.push('Z');
}

fn date(days: i32, out: &mut String) {
    match journey_time::civil(days) {
        Some((year, month, day)) => put(out, format_args!("{year:04}-{month:02}-{day:02}")),
        None => put(out, format_args!("day {days}")),
    }
}

fn time_of_day(ms: i32, out: &mut String) {
    let seconds = ms / 1_000;
    put(out, format_args!("{:02}:{:02}", seconds / 3_600, seconds / 60 % 60));
    if ms % 60_000 != 0 {
        put(out, format_args!(":{:02}", seconds % 60));
    }
}

/// Writing into a string cannot fail.
fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}
