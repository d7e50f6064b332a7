//! Dates, times and durations as logs write them.
//!
//! Dates and times are ISO 8601 in the extended form (`2026-12-01T09:00:30.250+01:00`), durations
//! are written as in the language (`1d12h`). The readers are strict: they take the whole text or
//! nothing, and no day or hour that does not exist.

use journey_time::Tz;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A time as it was read: what the clock showed that it was written from, and by how many
/// milliseconds that clock is ahead of UTC, if the text says so.
struct Read {
    days: i32,
    millis: i32,
    offset: Option<i64>,
}

impl Read {
    fn instant(&self, offset: i64) -> i64 {
        i64::from(self.days) * DAY + i64::from(self.millis) - offset
    }
}

/// An instant that says its offset from UTC: RFC 3339.
#[inline]
pub fn instant(text: &str) -> Option<i64> {
    let read = read(text)?;
    read.offset.map(|offset| read.instant(offset))
}

/// An instant; without an offset it is by the clocks of `zone`.
pub fn time(text: &str, zone: Tz) -> Option<i64> {
    let read = read(text)?;
    match read.offset {
        Some(offset) => Some(read.instant(offset)),
        None => journey_time::instant(zone, read.days, read.millis),
    }
}

fn read(text: &str) -> Option<Read> {
    let (date, rest) = text.as_bytes().split_at_checked(10)?;
    let days = days(date)?;
    let (separator, rest) = rest.split_first()?;
    if !matches!(separator, b'T' | b't' | b' ') {
        return None;
    }
    let (millis, rest) = clock(rest)?;
    Some(Read { days, millis, offset: offset(rest)? })
}

/// A calendar day, in days since 1970-01-01.
pub fn date(text: &str) -> Option<i32> {
    days(text.as_bytes())
}

/// A time of day, in milliseconds since midnight.
pub fn time_of_day(text: &str) -> Option<i32> {
    match clock(text.as_bytes())? {
        (millis, []) => Some(millis),
        _ => None,
    }
}

/// The number of a day of the week, Monday being 0.
pub fn weekday(text: &str) -> Option<u8> {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    days.iter().position(|day| *day == text).and_then(|day| u8::try_from(day).ok())
}

/// A length of time as the language writes it, with a sign in front if it is negative.
pub fn duration(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total = 0i64;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, tail) = rest.split_at_checked(digits)?;
        let (unit, tail) = unit(tail)?;
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        rest = tail;
    }
    Some(sign * total)
}

fn unit(text: &str) -> Option<(i64, &str)> {
    // `ms` stands before `m`, which it begins with.
    let units = [("ms", 1), ("s", SECOND), ("m", MINUTE), ("h", HOUR), ("d", DAY), ("w", 7 * DAY)];
    units.iter().find_map(|(name, millis)| Some((*millis, text.strip_prefix(name)?)))
}

/// `YYYY-MM-DD`
#[inline]
fn days(text: &[u8]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    if !(1..=12).contains(&month) || day < 1 || day > length_of_month(year, month) {
        return None;
    }
    Some(days_since_epoch(year, month, day))
}

fn length_of_month(year: i32, month: i32) -> i32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Years are counted from March, so that the leap day comes last; then the days before a month
/// are a straight line, rounded.
fn days_since_epoch(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, and what follows. Digits beyond milliseconds are cut.
#[inline]
fn clock(text: &[u8]) -> Option<(i32, &[u8])> {
    let [h1, h2, b':', m1, m2, rest @ ..] = text else { return None };
    let (hour, minute) = (two(*h1, *h2)?, two(*m1, *m2)?);
    let (second, rest) = match rest {
        [b':', s1, s2, rest @ ..] => (two(*s1, *s2)?, rest),
        _ => (0, rest),
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (millis, rest) = match rest {
        [b'.' | b',', rest @ ..] => fraction(rest)?,
        _ => (0, rest),
    };
    Some((((hour * 60 + minute) * 60 + second) * 1_000 + millis, rest))
}

fn fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (fraction, rest) = text.split_at_checked(digits).filter(|_| digits > 0)?;
    let millis = fraction.iter().chain(b"000").take(3);
    Some((millis.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0')), rest))
}

/// `Z`, `+01:00`, `+0100`, `+01` or nothing, in milliseconds.
#[inline]
fn offset(text: &[u8]) -> Option<Option<i64>> {
    let (sign, hour, minute) = match *text {
        [] => return Some(None),
        [b'Z' | b'z'] => return Some(Some(0)),
        [sign, h1, h2, b':', m1, m2] => (sign, two(h1, h2)?, two(m1, m2)?),
        [sign, h1, h2, m1, m2] => (sign, two(h1, h2)?, two(m1, m2)?),
        [sign, h1, h2] => (sign, two(h1, h2)?, 0),
        _ => return None,
    };
    if hour > 23 || minute > 59 {
        return None;
    }
    let millis = i64::from(hour) * HOUR + i64::from(minute) * MINUTE;
    match sign {
        b'+' => Some(Some(millis)),
        b'-' => Some(Some(-millis)),
        _ => None,
    }
}

#[inline]
fn two(tens: u8, ones: u8) -> Option<i32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i32::from(tens * 10 + ones))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};
    use journey_time::Tz;

    use super::{date, duration, instant, time, time_of_day, weekday};

    #[test]
    fn instants_are_read_as_chrono_reads_them() {
        let texts = [
            "1970-01-01T00:00:00Z",
            "1997-01-01T00:00:00Z",
            "2000-02-29T23:59:59.999+01:00",
            "2026-12-01T09:00:30.25-05:30",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "1900-02-28T12:00:00+00:00",
        ];
        for text in texts {
            let chrono = DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis();
            assert_eq!(instant(text), Some(chrono), "{text}");
        }
    }

    #[test]
    fn every_day_of_eight_centuries_has_its_number() {
        let first = NaiveDate::from_ymd_opt(1600, 1, 1).unwrap();
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        for day in first.iter_days().take(365 * 800) {
            let number = i32::try_from((day - epoch).num_days()).unwrap();
            assert_eq!(date(&day.to_string()), Some(number), "{day}");
        }
    }

    #[test]
    fn short_and_long_forms_mean_the_same() {
        let noon = instant("2026-12-01T12:00:00.000Z");
        assert!(noon.is_some());
        for text in [
            "2026-12-01T12:00Z",
            "2026-12-01 12:00:00z",
            "2026-12-01T13:00:00.000000+01:00",
            "2026-12-01T13:00+0100",
            "2026-12-01T07:00-05",
            "2026-12-01T12:00:00,0009Z",
        ] {
            assert_eq!(instant(text), noon, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-12-01",
            "2026-12-01T",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-00-10T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-12-01T24:00:00Z",
            "2026-12-01T12:60:00Z",
            "2026-12-01T12:00:60Z",
            "2026-12-01T12:00:00.Z",
            "2026-12-01T12:00:00+24:00",
            "2026-12-01T12:00:00Zulu",
            "2026-12-01T12Z",
            "26-12-01T12:00:00Z",
            "2026/12/01T12:00:00Z",
            "1764590400",
            "２026-12-01T12:00:00Z",
        ] {
            assert_eq!(time(text, Tz::UTC), None, "{text}");
        }
    }

    #[test]
    fn an_instant_needs_an_offset_and_a_time_takes_the_zone() {
        assert_eq!(instant("2026-07-01T12:00:00"), None);
        let berlin = Tz::Europe__Berlin;
        assert_eq!(time("2026-07-01T12:00:00", berlin), instant("2026-07-01T10:00:00Z"));
        assert_eq!(time("2026-07-01T12:00:00Z", berlin), instant("2026-07-01T12:00:00Z"));
        // Clocks go from 02:00 to 03:00 on 29 March 2026 and show 02:30 twice on 25 October.
        assert_eq!(time("2026-03-29T02:30:10", berlin), instant("2026-03-29T01:00:00Z"));
        assert_eq!(time("2026-10-25T02:30:00", berlin), instant("2026-10-25T00:30:00Z"));
        // Samoa had no 30 December 2011.
        let apia = Tz::Pacific__Apia;
        assert_eq!(time("2011-12-30T12:00:00", apia), instant("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn times_of_day_weekdays_and_durations() {
        assert_eq!(time_of_day("09:05"), Some(9 * 3_600_000 + 5 * 60_000));
        assert_eq!(time_of_day("23:59:59.5"), Some(86_399_500));
        assert_eq!(time_of_day("9:05"), None);
        assert_eq!(time_of_day("09:05Z"), None);
        assert_eq!((weekday("mon"), weekday("sun"), weekday("Mon")), (Some(0), Some(6), None));
        assert_eq!(duration("1d12h"), Some(36 * 3_600_000));
        assert_eq!(duration("-250ms"), Some(-250));
        assert_eq!(duration("5m1s1ms"), Some(301_001));
        for text in ["", "-", "5", "d", "1y", "1 d", "99999999999999999999d", "9999999999999999d"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
