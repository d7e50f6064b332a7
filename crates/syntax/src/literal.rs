//! What literals stand for, as plain numbers.
//!
//! The grammar checks the form only: `2026-02-30` is a well-formed date that does not exist.
//! Instants without an offset stay local times here; which time zone they are in is not known to
//! syntax.

use crate::SyntaxKind;
use crate::ast::{Literal, Percent};

/// The value of a literal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LiteralValue {
    /// `true`, `false`
    Bool(bool),
    /// `unset`
    Unset,
    /// `mon` … `sun`: days since Monday.
    Weekday(u8),
    /// `42`
    Int(i64),
    /// `2.5`; always finite.
    Number(f64),
    /// `1d12h`, in milliseconds.
    Duration(i64),
    /// `2026-12-01`, in days since 1970-01-01.
    Date(i32),
    /// `09:00`, in milliseconds since midnight.
    TimeOfDay(u32),
    /// `2026-12-01T09:00Z`
    Time(TimeValue),
}

/// An instant, or a local time in a zone that syntax does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeValue {
    /// Milliseconds since 1970-01-01T00:00 on the calendar and clock of the literal.
    pub local_ms: i64,
    /// Minutes that this clock is ahead of UTC, where the literal says so.
    pub offset_minutes: Option<i32>,
}

impl TimeValue {
    /// Milliseconds since 1970-01-01T00:00Z, where the literal has an offset.
    pub fn utc_ms(self) -> Option<i64> {
        self.offset_minutes.map(|minutes| self.local_ms - i64::from(minutes) * MINUTE)
    }
}

/// Why a literal has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LiteralError {
    /// An integer beyond 64 bits.
    #[error("this integer is too large: the largest is 9223372036854775807")]
    IntTooLarge,
    /// A number beyond the range of `f64`.
    #[error("this number is too large")]
    NumberTooLarge,
    /// A duration whose milliseconds exceed 64 bits.
    #[error("this duration is too long: the longest is about 292 million years")]
    DurationTooLong,
    /// A month or day that does not exist.
    #[error("this date is not in the calendar")]
    NoSuchDate,
    /// An hour, minute or second that does not exist.
    #[error("this time of day is not on the clock: it runs from 00:00 to 23:59:59")]
    NoSuchTimeOfDay,
    /// An offset of a day or more, or of 60 minutes or more past the hour.
    #[error("this offset from UTC is out of range")]
    NoSuchOffset,
    /// `\u{…}` with a number that is no character.
    #[error("`\\u{{…}}` must name a character: 0 to D7FF or E000 to 10FFFF")]
    NoSuchCharacter,
    /// A percentage above 100, or finer than a thousandth.
    #[error("a share is between 0% and 100%, with at most three decimals")]
    NoSuchShare,
    /// Not a literal of this kind at all; the parser has reported it.
    #[error("this is not a literal")]
    Malformed,
}

use LiteralError as E;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Literal<'_> {
    /// What it stands for.
    pub fn value(&self) -> Result<LiteralValue, LiteralError> {
        let token = crate::AstNode::syntax(self).first_token().ok_or(E::Malformed)?;
        let text = token.text();
        Ok(match token.kind() {
            SyntaxKind::KW_TRUE => LiteralValue::Bool(true),
            SyntaxKind::KW_FALSE => LiteralValue::Bool(false),
            SyntaxKind::KW_UNSET => LiteralValue::Unset,
            SyntaxKind::KW_MON => LiteralValue::Weekday(0),
            SyntaxKind::KW_TUE => LiteralValue::Weekday(1),
            SyntaxKind::KW_WED => LiteralValue::Weekday(2),
            SyntaxKind::KW_THU => LiteralValue::Weekday(3),
            SyntaxKind::KW_FRI => LiteralValue::Weekday(4),
            SyntaxKind::KW_SAT => LiteralValue::Weekday(5),
            SyntaxKind::KW_SUN => LiteralValue::Weekday(6),
            SyntaxKind::INT_LIT => LiteralValue::Int(int(text)?),
            SyntaxKind::NUMBER_LIT => LiteralValue::Number(number(text)?),
            SyntaxKind::DURATION_LIT => LiteralValue::Duration(duration_ms(text)?),
            SyntaxKind::DATE_LIT => LiteralValue::Date(date_days(text)?),
            SyntaxKind::TIMEOFDAY_LIT => LiteralValue::TimeOfDay(time_of_day_ms(text)?),
            SyntaxKind::TIME_LIT => LiteralValue::Time(time(text)?),
            _ => return Err(E::Malformed),
        })
    }
}

impl Percent<'_> {
    /// The share in thousandths of a percent: `0.5%` is 500, `100%` is 100 000. Exact, so that
    /// shares can be summed.
    pub fn thousandths(&self) -> Result<u32, LiteralError> {
        let token = self.int_lit_token().or_else(|| self.number_lit_token());
        let text = token.ok_or(E::Malformed)?.text().replace('_', "");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 3 {
            return Err(E::NoSuchShare);
        }
        // An exponent makes the digits unreadable as such, and is refused with them.
        let digits = format!("{whole}{fraction:0<3}");
        let share: u32 = digits.parse().map_err(|_| E::NoSuchShare)?;
        if share <= 100_000 { Ok(share) } else { Err(E::NoSuchShare) }
    }
}

/// `1_000`
pub fn int(text: &str) -> Result<i64, LiteralError> {
    text.replace('_', "").parse().map_err(|_| E::IntTooLarge)
}

/// `2.5`, `1e3`
pub fn number(text: &str) -> Result<f64, LiteralError> {
    let value: f64 = text.replace('_', "").parse().map_err(|_| E::Malformed)?;
    if value.is_finite() { Ok(value) } else { Err(E::NumberTooLarge) }
}

/// `1d12h`, in milliseconds.
pub fn duration_ms(text: &str) -> Result<i64, LiteralError> {
    let mut rest = text;
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or(E::Malformed)?;
        let (count, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let unit = match unit {
            "ms" => 1,
            "s" => SECOND,
            "m" => MINUTE,
            "h" => HOUR,
            "d" => DAY,
            "w" => 7 * DAY,
            _ => return Err(E::Malformed),
        };
        let count: i64 = count.parse().map_err(|_| E::DurationTooLong)?;
        let part = count.checked_mul(unit).ok_or(E::DurationTooLong)?;
        total = total.checked_add(part).ok_or(E::DurationTooLong)?;
        rest = tail;
    }
    Ok(total)
}

/// `2026-12-01`, in days since 1970-01-01.
pub fn date_days(text: &str) -> Result<i32, LiteralError> {
    let mut parts = text.splitn(3, '-').map(str::parse::<i32>);
    let mut part = || parts.next().and_then(Result::ok).ok_or(E::Malformed);
    let (year, month, day) = (part()?, part()?, part()?);
    if day < 1 || day > days_of(year, month).ok_or(E::NoSuchDate)? {
        return Err(E::NoSuchDate);
    }
    let before: i32 = (1..month).filter_map(|month| days_of(year, month)).sum();
    Ok(days_before(year) - days_before(1970) + before + day - 1)
}

/// Days of the years before `year`, from year 1 on.
fn days_before(year: i32) -> i32 {
    let past = year - 1;
    past * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400)
}

fn days_of(year: i32, month: i32) -> Option<i32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    })
}

/// `21:30:15`, in milliseconds since midnight.
pub fn time_of_day_ms(text: &str) -> Result<u32, LiteralError> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.splitn(3, ':').map(str::parse::<u32>);
    let mut part = || parts.next().transpose().map_err(|_| E::Malformed);
    let (hour, minute) = (part()?.ok_or(E::Malformed)?, part()?.ok_or(E::Malformed)?);
    let second = part()?.unwrap_or(0);
    if hour > 23 || minute > 59 || second > 59 {
        return Err(E::NoSuchTimeOfDay);
    }
    let milliseconds: u32 = format!("{fraction:0<3}").parse().map_err(|_| E::Malformed)?;
    Ok(((hour * 60 + minute) * 60 + second) * 1000 + milliseconds)
}

/// `2026-12-01T09:00:30.250+01:00`
pub fn time(text: &str) -> Result<TimeValue, LiteralError> {
    let (date, clock) = text.split_once('T').ok_or(E::Malformed)?;
    let (clock, offset_minutes) = match clock.find(['Z', '+', '-']) {
        Some(at) => {
            let (clock, offset) = clock.split_at(at);
            (clock, Some(offset_minutes(offset)?))
        }
        None => (clock, None),
    };
    let days = i64::from(date_days(date)?);
    Ok(TimeValue { local_ms: days * DAY + i64::from(time_of_day_ms(clock)?), offset_minutes })
}

fn offset_minutes(text: &str) -> Result<i32, LiteralError> {
    let sign = match text.chars().next() {
        Some('+') => 1,
        Some('-') => -1,
        _ => return Ok(0),
    };
    let clock = text.get(1..).unwrap_or_default();
    let ms = time_of_day_ms(clock).map_err(|_| E::NoSuchOffset)?;
    Ok(sign * (ms / 60_000) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_count_days_since_1970() {
        assert_eq!(date_days("1970-01-01"), Ok(0));
        assert_eq!(date_days("1969-12-31"), Ok(-1));
        assert_eq!(date_days("2000-03-01"), Ok(11_017));
        assert_eq!(date_days("2026-12-01"), Ok(20_788));
        assert_eq!(date_days("0000-01-01"), Ok(-719_528));
        assert_eq!(date_days("9999-12-31"), Ok(2_932_896));
    }

    #[test]
    fn dates_and_times_that_do_not_exist_are_refused() {
        for date in ["2026-02-30", "2026-13-01", "2026-00-10", "2026-04-31", "1900-02-29"] {
            assert_eq!(date_days(date), Err(E::NoSuchDate), "{date}");
        }
        assert_eq!(date_days("2024-02-29"), Ok(19_782));
        assert_eq!(time_of_day_ms("24:00"), Err(E::NoSuchTimeOfDay));
        assert_eq!(time_of_day_ms("12:60"), Err(E::NoSuchTimeOfDay));
        assert_eq!(time("2026-01-01T09:00+24:00"), Err(E::NoSuchOffset));
    }

    #[test]
    fn instants_have_milliseconds_and_perhaps_an_offset() {
        let value = time("2026-12-01T09:00:30.25+01:30").unwrap();
        assert_eq!(value.local_ms, 20_788 * DAY + 9 * HOUR + 30 * SECOND + 250);
        assert_eq!(value.utc_ms(), Some(value.local_ms - HOUR - 30 * MINUTE));
        assert_eq!(time("1970-01-01T00:00Z").unwrap().utc_ms(), Some(0));
        assert_eq!(time("1970-01-01T00:00-00:30").unwrap().utc_ms(), Some(30 * MINUTE));
        assert_eq!(
            time("1970-01-02T00:00").unwrap(),
            TimeValue { local_ms: DAY, offset_minutes: None }
        );
    }

    #[test]
    fn durations_add_their_parts_and_may_not_overflow() {
        assert_eq!(duration_ms("1d12h"), Ok(36 * HOUR));
        assert_eq!(duration_ms("1w2d3h4m5s6ms"), Ok(9 * DAY + 3 * HOUR + 4 * MINUTE + 5006));
        assert_eq!(duration_ms("99999999999w"), Err(E::DurationTooLong));
        assert_eq!(duration_ms("99999999999999999999ms"), Err(E::DurationTooLong));
    }

    #[test]
    fn numbers_take_underscores_and_must_be_finite() {
        assert_eq!(int("1_000_"), Ok(1000));
        assert_eq!(int("9223372036854775808"), Err(E::IntTooLarge));
        assert_eq!(number("1_0.5e2"), Ok(1050.0));
        assert_eq!(number("1e999"), Err(E::NumberTooLarge));
    }
}
