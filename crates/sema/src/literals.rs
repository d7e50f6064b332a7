//! What literals stand for.
//!
//! The lexer sees to their form; that a month has no 32nd day is found out here.

use journey_time::{self as zone, Tz};

/// Why a literal of the right form has no value.
pub(crate) type Problem = String;

/// `1_000`. The sign is read with it, because the smallest int has no positive twin.
pub(crate) fn int(text: &str, negative: bool) -> Result<i64, Problem> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let signed = if negative { format!("-{digits}") } else { digits };
    signed.parse().map_err(|_| {
        format!("an int is at most {} and at least {}; `{text}` is outside", i64::MAX, i64::MIN)
    })
}

/// `2.5`, `1e3`.
pub(crate) fn number(text: &str) -> Result<f64, Problem> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let value: f64 = digits.parse().map_err(|_| format!("`{text}` is not a number"))?;
    if value.is_finite() { Ok(value) } else { Err(format!("`{text}` is too large for a number")) }
}

/// `1d12h`, in milliseconds.
pub(crate) fn duration(text: &str) -> Result<i64, Problem> {
    let too_long = || format!("`{text}` is too long for a duration");
    let mut total: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, tail) = rest.split_at_checked(digits).unwrap_or((rest, ""));
        let letters = tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let (unit, tail) = tail.split_at_checked(letters).unwrap_or((tail, ""));
        let unit: i64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => zone::DAY,
            "w" => 7 * zone::DAY,
            _ => return Err(format!("`{text}` is not a duration")),
        };
        let number: i64 = number.parse().map_err(|_| too_long())?;
        let part = number.checked_mul(unit).ok_or_else(too_long)?;
        total = total.checked_add(part).ok_or_else(too_long)?;
        rest = tail;
    }
    Ok(total)
}

/// `2026-12-01`, in days since 1970.
pub(crate) fn date(text: &str) -> Result<i32, Problem> {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse().ok());
    let (year, month, day): (u32, u32, u32) = match (part(0, 4), part(5, 7), part(8, 10)) {
        (Some(year), Some(month), Some(day)) => (year, month, day),
        _ => return Err(format!("`{text}` is not a date")),
    };
    zone::date(year as i32, month, day).ok_or_else(|| {
        if (1..=12).contains(&month) {
            format!("month {month} of {year} has no day {day}")
        } else {
            format!("there is no month {month}; a date is written year-month-day")
        }
    })
}

/// `09:00`, `21:30:15`, in milliseconds since midnight.
pub(crate) fn time_of_day(text: &str) -> Result<i32, Problem> {
    let mut parts = text.split(':').map(|digits| digits.parse::<i32>().ok());
    let (hour, minute) = match (parts.next().flatten(), parts.next().flatten()) {
        (Some(hour), Some(minute)) => (hour, minute),
        _ => return Err(format!("`{text}` is not a time of day")),
    };
    let second = parts.next().flatten().unwrap_or(0);
    match (hour, minute, second) {
        (24, 0, 0) => Err("midnight is written `00:00`; a range may end there".to_owned()),
        (0..=23, 0..=59, 0..=59) => Ok(((hour * 60 + minute) * 60 + second) * 1000),
        _ => Err(format!("no clock shows `{text}`: hours go to 23, minutes and seconds to 59")),
    }
}

/// What a literal of a time says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// With an offset, an instant: milliseconds since 1970.
    Instant(i64),
    /// Without one, what clocks show: a day since 1970, and milliseconds since midnight.
    Local(i32, i32),
}

/// `2026-12-01T09:00:30.250+01:00`.
pub(crate) fn moment(text: &str) -> Result<Moment, Problem> {
    let (day, clock) = text.split_once('T').unwrap_or((text, ""));
    let day = date(day)?;
    let end = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at_checked(end).unwrap_or((clock, ""));
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let millis = time_of_day(whole)? + thousandths(fraction);
    if offset.is_empty() {
        return Ok(Moment::Local(day, millis));
    }
    let ahead = match offset.strip_prefix(['+', '-']) {
        None => 0,
        Some(clock) if offset.starts_with('-') => -time_of_day(clock)?,
        Some(clock) => time_of_day(clock)?,
    };
    Ok(Moment::Instant(i64::from(day) * zone::DAY + i64::from(millis) - i64::from(ahead)))
}

/// A literal of a time in milliseconds since 1970; without an offset it is read in `zone`.
pub(crate) fn time(text: &str, zone: Tz) -> Result<i64, Problem> {
    match moment(text)? {
        Moment::Instant(at) => Ok(at),
        Moment::Local(day, millis) => zone::instant(zone, day, millis)
            .ok_or_else(|| format!("`{text}` is outside the calendar")),
    }
}

/// One to three digits behind a point, as thousandths.
fn thousandths(digits: &str) -> i32 {
    let padded: String = digits.chars().chain("000".chars()).take(3).collect();
    padded.parse().unwrap_or(0)
}

/// `12.5`, in thousandths; `None` where there are more than three digits behind the point, or
/// more than a whole split could use.
pub(crate) fn percent(text: &str) -> Option<u32> {
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 3 {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    whole.checked_mul(1000)?.checked_add(thousandths(fraction) as u32)
}

/// What an escape sequence of a text stands for, and how many bytes of `rest`, which begins
/// behind the backslash, it takes.
fn escape(rest: &str) -> Option<(char, usize)> {
    let first = rest.chars().next()?;
    let plain = match first {
        'n' => '\n',
        't' => '\t',
        'u' => {
            let hex = rest.strip_prefix("u{")?;
            let end = hex.find('}')?;
            let code = u32::from_str_radix(hex.get(..end)?, 16).ok()?;
            return Some((char::from_u32(code)?, end + 3));
        }
        other => other,
    };
    Some((plain, first.len_utf8()))
}

/// The characters of a piece of a text, escapes replaced.
pub(crate) fn text(piece: &str) -> Result<String, Problem> {
    let mut out = String::with_capacity(piece.len());
    let mut rest = piece;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let from = from.get(1..).unwrap_or_default();
        let Some((plain, len)) = escape(from) else {
            let end = from.find('}').map_or(from.len(), |end| end + 1);
            let shown = from.get(..end).unwrap_or_default();
            return Err(format!("`\\{shown}` is not a character"));
        };
        out.push(plain);
        rest = from.get(len..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{date, duration, int, number, percent, text, time, time_of_day};

    const UTC: journey_time::Tz = journey_time::Tz::UTC;

    #[test]
    fn literals_have_the_value_they_show() {
        assert_eq!(int("1_000", false), Ok(1000));
        assert_eq!(int("9223372036854775808", true), Ok(i64::MIN));
        assert_eq!(number("1e3"), Ok(1000.0));
        assert_eq!(duration("1d12h"), Ok(129_600_000));
        assert_eq!(duration("250ms"), Ok(250));
        assert_eq!(date("1970-01-02"), Ok(1));
        assert_eq!(time_of_day("21:30:15"), Ok(77_415_000));
        assert_eq!(time("1970-01-01T00:00:01.5Z", UTC), Ok(1500));
        assert_eq!(time("1970-01-01T01:00+01:00", UTC), Ok(0));
        let berlin = journey_time::find("Europe/Berlin").unwrap();
        assert_eq!(time("1970-01-01T01:00", berlin), Ok(0));
        assert_eq!(text(r#"a\n\"\{\u{1F600}"#), Ok("a\n\"{😀".to_owned()));
        assert_eq!(percent("33.335"), Some(33_335));
        assert_eq!(percent("50.000"), Some(50_000));
    }

    #[test]
    fn literals_without_a_value_say_why() {
        assert!(int("9223372036854775808", false).is_err());
        assert_eq!(number("1e999"), Err("`1e999` is too large for a number".to_owned()));
        assert!(duration("9999999999999w").is_err());
        assert_eq!(date("2026-02-30"), Err("month 2 of 2026 has no day 30".to_owned()));
        assert!(date("2026-13-01").unwrap_err().starts_with("there is no month 13"));
        assert!(time_of_day("24:00").unwrap_err().starts_with("midnight"));
        assert!(time_of_day("09:60").unwrap_err().starts_with("no clock shows"));
        assert!(text(r"\u{D800}").is_err());
        assert_eq!(percent("33.3333"), None);
    }
}
