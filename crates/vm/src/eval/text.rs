//! Values as text, and text as numbers.

use std::fmt::{self, Display, Write};

use chrono::{DateTime, NaiveDate, SecondsFormat};

use crate::{Fault, Val};

/// A scalar as interpolation shows it: `2.5`, `true`, `2026-12-01T09:00:00Z`, `2026-12-01`,
/// `09:00`, `mon`, `1d12h`. Of anything else nothing is shown.
pub struct Shown<'a>(pub Val<'a>);

/// The days of the week as they are written in source.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Shown<'_> {
    /// Checks that the value can be shown at all.
    pub(super) fn check(&self) -> Result<(), Fault> {
        match self.0 {
            Val::Unset => Err(Fault::Unset),
            Val::List(_) | Val::Record(_) => Err(Fault::Program),
            Val::Time(v) if DateTime::from_timestamp_millis(v).is_none() => Err(Fault::Calendar),
            Val::Date(v) if NaiveDate::from_epoch_days(v).is_none() => Err(Fault::Calendar),
            _ => Ok(()),
        }
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Val::Unset | Val::List(_) | Val::Record(_) => Ok(()),
            Val::Bool(v) => write!(f, "{v}"),
            Val::Int(v) => write!(f, "{v}"),
            Val::Number(v) => write!(f, "{v}"),
            Val::Text(v) => f.write_str(v),
            Val::Time(v) => match DateTime::from_timestamp_millis(v) {
                Some(time) => {
                    let whole = v.rem_euclid(1000) == 0;
                    let form = if whole { SecondsFormat::Secs } else { SecondsFormat::Millis };
                    f.write_str(&time.to_rfc3339_opts(form, true))
                }
                None => Ok(()),
            },
            Val::Date(v) => {
                NaiveDate::from_epoch_days(v).map_or(Ok(()), |date| write!(f, "{date}"))
            }
            Val::TimeOfDay(v) => time_of_day(f, v),
            Val::Weekday(v) => f.write_str(WEEKDAYS.get(usize::from(v)).unwrap_or(&"")),
            Val::Duration(v) => duration(f, v),
        }
    }
}

/// `09:00`, with seconds and milliseconds only where there are any.
fn time_of_day(f: &mut fmt::Formatter<'_>, time: i32) -> fmt::Result {
    let (seconds, millis) = (time / 1000, time % 1000);
    write!(f, "{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
    if seconds % 60 != 0 || millis != 0 {
        write!(f, ":{:02}", seconds % 60)?;
    }
    if millis != 0 {
        write!(f, ".{millis:03}")?;
    }
    Ok(())
}

/// `1d12h` and `1s250ms`, largest unit first, so that it is a literal again; `0s`; a minus in front.
fn duration(f: &mut fmt::Formatter<'_>, duration: i64) -> fmt::Result {
    if duration < 0 {
        f.write_char('-')?;
    }
    if duration == 0 {
        return f.write_str("0s");
    }
    let mut rest = duration.unsigned_abs();
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    for (unit, length) in units {
        if rest >= length {
            write!(f, "{}{unit}", rest / length)?;
            rest %= length;
        }
    }
    Ok(())
}

/// The number a text shows: an optional sign, digits, an optional fraction, an optional exponent,
/// and nothing else. None if it shows none, or one too large to be finite.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|e| e.strip_prefix(['-', '+']).unwrap_or(e));
    let shaped = digits(whole) && fraction.is_none_or(digits) && exponent.is_none_or(digits);
    text.parse().ok().filter(|number: &f64| shaped && number.is_finite())
}

/// Unicode simple lower case. Only one character has a full mapping that differs.
pub(super) fn lower(c: char) -> char {
    let mut mapped = c.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ if c == '\u{130}' => 'i',
        _ => c,
    }
}

/// Unicode simple upper case. Characters whose full upper case is several characters stay as they
/// are, but for the Greek ones with iota subscript, which have a single title-case form.
pub(super) fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => {
            let up = match c {
                '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
                '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
                _ => 0,
            };
            char::from_u32(u32::from(c) + up).unwrap_or(c)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Shown, lower, parse_number, upper};
    use crate::Val;

    #[test]
    fn scalars_are_shown_as_they_are_written() {
        let shown = |value| Shown(value).to_string();
        assert_eq!(shown(Val::Number(2.0)), "2");
        assert_eq!(shown(Val::Number(0.1)), "0.1");
        assert_eq!(shown(Val::Int(-7)), "-7");
        assert_eq!(shown(Val::Time(1_796_115_600_000)), "2026-12-01T09:00:00Z");
        assert_eq!(shown(Val::Time(-1)), "1969-12-31T23:59:59.999Z");
        assert_eq!(shown(Val::Date(0)), "1970-01-01");
        assert_eq!(shown(Val::TimeOfDay(9 * 3_600_000)), "09:00");
        assert_eq!(shown(Val::TimeOfDay(77_415_000)), "21:30:15");
        assert_eq!(shown(Val::Weekday(6)), "sun");
        assert_eq!(shown(Val::Duration(0)), "0s");
        assert_eq!(shown(Val::Duration(129_600_000)), "1d12h");
        assert_eq!(shown(Val::Duration(-61_250)), "-1m1s250ms");
    }

    #[test]
    fn numbers_are_read_only_where_the_whole_text_is_one() {
        assert_eq!(parse_number("12.50"), Some(12.5));
        assert_eq!(parse_number("-1e3"), Some(-1000.0));
        for text in ["", " 1", "1 ", "1.", ".5", "inf", "NaN", "1e", "0x10", "1e999", "1_000"] {
            assert_eq!(parse_number(text), None, "{text:?}");
        }
    }

    #[test]
    fn case_is_mapped_character_by_character() {
        let lowered: String = "ÀİΣ".chars().map(lower).collect();
        assert_eq!(lowered, "àiσ");
        let raised: String = "straße ŉ ᾳ ǆ".chars().map(upper).collect();
        assert_eq!(raised, "STRAßE ŉ ᾼ Ǆ");
    }
}
