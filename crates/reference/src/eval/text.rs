//! Texts: case, values as text, and text as numbers.

use regex::Regex;

use super::{Fault, Outcome, Value, calendar};

/// The text that a value is.
pub(super) fn of(value: &Value) -> Result<&str, Fault> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Unset => Err(Fault::Unset),
        _ => Err(Fault::Unchecked),
    }
}

/// Each character's simple lower case, from the third-last column of `UnicodeData.txt`. The
/// standard library knows the full mapping only, which differs for one character.
pub(super) fn lower(text: &str) -> String {
    text.replace('İ', "i").chars().flat_map(char::to_lowercase).collect()
}

/// Each character's simple upper case. Where the full mapping is longer than one character, the
/// simple one is the character itself, but for Greek with an iota below.
pub(super) fn upper(text: &str) -> String {
    const LOW: &str = "ᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾳῃῳ";
    const HIGH: &str = "ᾈᾉᾊᾋᾌᾍᾎᾏᾘᾙᾚᾛᾜᾝᾞᾟᾨᾩᾪᾫᾬᾭᾮᾯᾼῌῼ";
    let simple = |c: char| {
        let full: Vec<char> = c.to_uppercase().collect();
        let greek = LOW.chars().zip(HIGH.chars()).find(|(low, _)| *low == c);
        match (full.as_slice(), greek) {
            ([one], _) => *one,
            (_, Some((_, high))) => high,
            _ => c,
        }
    };
    text.chars().map(simple).collect()
}

/// A scalar as interpolation shows it.
pub(super) fn show(value: &Value) -> Result<String, Fault> {
    Ok(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(value) => value.to_string(),
        Value::Time(value) => calendar::show_time(*value)?,
        Value::Date(value) => calendar::show_date(*value)?,
        Value::TimeOfDay(value) => show_time_of_day(*value),
        Value::Weekday(day) => {
            let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            (*names.get(usize::from(*day)).ok_or(Fault::Unchecked)?).to_owned()
        }
        Value::Duration(value) => show_duration(*value),
        Value::Unset => return Err(Fault::Unset),
        Value::List(_) | Value::Record(_) => return Err(Fault::Unchecked),
    })
}

/// `09:00`; seconds, and then milliseconds, only where there are any.
fn show_time_of_day(millis: i32) -> String {
    let full = format!(
        "{:02}:{:02}:{:02}.{:03}",
        millis / 3_600_000,
        millis / 60_000 % 60,
        millis / 1_000 % 60,
        millis % 1_000
    );
    let short = full.strip_suffix(".000").unwrap_or(&full);
    short.strip_suffix(":00").filter(|it| it.len() == 5).unwrap_or(short).to_owned()
}

/// `1d12h`: what is nothing is left out, but not all of it.
fn show_duration(millis: i64) -> String {
    let sign = if millis < 0 { "-" } else { "" };
    let millis = millis.unsigned_abs();
    let part = |count: u64, unit| if count > 0 { format!("{count}{unit}") } else { String::new() };
    let days = part(millis / 86_400_000, "d");
    let hours = part(millis / 3_600_000 % 24, "h");
    let minutes = part(millis / 60_000 % 60, "m");
    let seconds = part(millis / 1_000 % 60, "s");
    let rest = part(millis % 1_000, "ms");
    let shown = format!("{sign}{days}{hours}{minutes}{seconds}{rest}");
    if shown.is_empty() { "0s".to_owned() } else { shown }
}

/// The number that a text shows, unset if it shows none.
pub(super) fn parse(text: &str) -> Outcome {
    let shape = Regex::new(r"\A[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\z");
    if !shape.map_err(|_| Fault::Unchecked)?.is_match(text) {
        return Ok(Value::Unset);
    }
    match text.parse::<f64>() {
        // Zero has no sign in the language.
        Ok(0.0) => Ok(Value::Number(0.0)),
        Ok(number) if number.is_finite() => Ok(Value::Number(number)),
        _ => Ok(Value::Unset),
    }
}

/// A text as a part of a URL: what is not plain is written by its bytes.
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || "-._~".contains(char::from(byte));
    let shown = |byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(shown).collect()
}
