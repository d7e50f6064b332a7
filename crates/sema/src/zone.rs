//! Time zones: from local dates and times to instants, and back.
//!
//! Two moments a year need a rule. A local time that a clock skips means the first instant after
//! the gap; one that it shows twice means the first of the two.

use chrono::{DateTime, Datelike, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

/// Milliseconds of a day of 24 hours.
pub(crate) const DAY: i64 = 86_400_000;

/// A time zone of the IANA database, by its name.
pub(crate) fn find(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The instant at which clocks in `zone` show `time_of_day` on `date`: milliseconds since 1970.
/// `None` far outside the calendar.
pub(crate) fn instant(zone: Tz, date: i32, time_of_day: i32) -> Option<i64> {
    let local = i64::from(date).checked_mul(DAY)?.checked_add(i64::from(time_of_day))?;
    let naive = naive(local)?;
    match zone.from_local_datetime(&naive) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.timestamp_millis()),
        LocalResult::None => after_gap(zone, local),
    }
}

/// What clocks in `zone` show at `instant`: date and time of day.
pub(crate) fn local(zone: Tz, instant: i64) -> Option<(i32, i32)> {
    let local = instant.checked_add(offset(zone, instant)?)?;
    Some((i32::try_from(local.div_euclid(DAY)).ok()?, local.rem_euclid(DAY) as i32))
}

/// Year, month and day of a date.
pub(crate) fn civil(date: i32) -> Option<(i32, u32, u32)> {
    let day = naive(i64::from(date) * DAY)?.date();
    Some((day.year(), day.month(), day.day()))
}

/// The day that is called so, if there is one.
pub(crate) fn date(year: i32, month: u32, day: u32) -> Option<i32> {
    let day = chrono::NaiveDate::from_ymd_opt(year, month, day)?;
    i32::try_from(day.signed_duration_since(chrono::NaiveDate::default()).num_days()).ok()
}

/// 0 for Monday.
pub(crate) fn weekday(date: i32) -> u8 {
    // 1970-01-01 was a Thursday.
    (i64::from(date) + 3).rem_euclid(7) as u8
}

fn naive(millis: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_millis(millis).map(|at| at.naive_utc())
}

/// Milliseconds that local clocks are ahead of UTC.
fn offset(zone: Tz, instant: i64) -> Option<i64> {
    let offset = zone.offset_from_utc_datetime(&naive(instant)?).fix();
    Some(i64::from(offset.local_minus_utc()) * 1000)
}

/// The first instant whose local time is at or after `local`, which lies in a gap. Around a gap
/// local time never goes back, so it is found by halving.
fn after_gap(zone: Tz, local: i64) -> Option<i64> {
    let (mut before, mut after) = (local.checked_sub(DAY)?, local.checked_add(DAY)?);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if middle.checked_add(offset(zone, middle)?)? >= local {
            after = middle;
        } else {
            before = middle;
        }
    }
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::{DAY, civil, date, find, instant, local, weekday};

    const HOUR: i32 = 3_600_000;

    #[test]
    fn a_skipped_local_time_is_the_first_instant_after_and_a_repeated_one_the_first() {
        let berlin = find("Europe/Berlin").unwrap();
        // 02:30 on 2026-03-29 does not exist: clocks go from 02:00 to 03:00 at 01:00Z.
        let spring = date(2026, 3, 29).unwrap();
        let gap = instant(berlin, spring, 2 * HOUR + HOUR / 2).unwrap();
        assert_eq!(gap, i64::from(spring) * DAY + i64::from(HOUR));
        // 02:30 on 2026-10-25 is shown at 00:30Z and again at 01:30Z.
        let autumn = date(2026, 10, 25).unwrap();
        let twice = instant(berlin, autumn, 2 * HOUR + HOUR / 2).unwrap();
        assert_eq!(twice, i64::from(autumn) * DAY + i64::from(HOUR / 2));
    }

    #[test]
    fn local_time_and_back() {
        let tokyo = find("Asia/Tokyo").unwrap();
        let day = date(2026, 12, 1).unwrap();
        let nine = instant(tokyo, day, 9 * HOUR).unwrap();
        assert_eq!(nine, i64::from(day) * DAY);
        assert_eq!(local(tokyo, nine), Some((day, 9 * HOUR)));
        assert_eq!(weekday(day), 1, "a Tuesday");
        assert_eq!(civil(day), Some((2026, 12, 1)));
        assert_eq!(date(2026, 2, 29), None);
        assert!(find("Mars/Olympus").is_none());
    }
}
