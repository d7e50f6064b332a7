//! What clocks show at an instant, and the instant at which they show it.

use chrono::{DateTime, Datelike, MappedLocalTime, NaiveDateTime, NaiveTime, Offset, TimeDelta};
use chrono::{TimeZone, Timelike};
use chrono_tz::Tz;

use crate::{DAY, calendar};

/// No zone has ever been further from UTC than this.
const MAX_OFFSET: i64 = 16 * 3_600_000;

/// Near the ends of the calendar an offset may lead outside.
const LAST_YEAR: i32 = 262_000;

/// What local clocks show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Local {
    /// The day, in days since 1970-01-01.
    pub date: i32,
    /// Milliseconds since midnight.
    pub time: i32,
}

impl Local {
    /// 0 to 23.
    pub fn hour(self) -> i32 {
        self.time / 3_600_000
    }

    /// 0 is Monday.
    pub fn weekday(self) -> u8 {
        calendar::weekday(self.date)
    }
}

/// What the clocks of a zone show at an instant.
pub fn local(zone: Tz, instant: i64) -> Option<Local> {
    let shown = instant + offset(zone, instant)?;
    Some(Local {
        date: i32::try_from(shown.div_euclid(DAY)).ok()?,
        time: shown.rem_euclid(DAY) as i32,
    })
}

/// The instant at which the clocks of a zone show a day and a time of day.
pub fn instant(zone: Tz, date: i32, time: i32) -> Option<i64> {
    first_after(zone, naive(date, time)?, i64::MIN)
}

/// Milliseconds that local clocks are ahead of UTC.
pub(crate) fn offset(zone: Tz, instant: i64) -> Option<i64> {
    let utc = DateTime::from_timestamp_millis(instant)?.naive_utc();
    let offset = || zone.offset_from_utc_datetime(&utc).fix().local_minus_utc();
    (utc.year().abs() <= LAST_YEAR).then(|| i64::from(offset()) * 1000)
}

/// A day and a time of day, if there are such.
pub(crate) fn naive(date: i32, time: i32) -> Option<NaiveDateTime> {
    let time = i64::from(time);
    let time = (0..DAY).contains(&time).then(|| NaiveTime::MIN + TimeDelta::milliseconds(time))?;
    Some(calendar::day(date)?.and_time(time))
}

/// The first instant after `after` at which local clocks show `wanted` or, if they skip it, the
/// end of the gap; the first one at all if every one is over.
pub(crate) fn first_after(zone: Tz, wanted: NaiveDateTime, after: i64) -> Option<i64> {
    if wanted.year().abs() > LAST_YEAR {
        return None;
    }
    match zone.from_local_datetime(&wanted) {
        MappedLocalTime::Single(time) => Some(time.timestamp_millis()),
        MappedLocalTime::Ambiguous(a, b) => {
            let (a, b) = (a.timestamp_millis(), b.timestamp_millis());
            let (first, second) = (a.min(b), a.max(b));
            Some(if first > after || second <= after { first } else { second })
        }
        MappedLocalTime::None => gap_end(zone, wanted),
    }
}

/// The first instant after the gap that `wanted` lies in, by bisection: before it local clocks are
/// behind `wanted`, from it on they are ahead.
fn gap_end(zone: Tz, wanted: NaiveDateTime) -> Option<i64> {
    let millis = i64::from(wanted.nanosecond() / 1_000_000);
    let as_utc = wanted.and_utc().timestamp() * 1000 + millis;
    let (mut behind, mut ahead) = (as_utc - MAX_OFFSET, as_utc + MAX_OFFSET);
    while ahead - behind > 1 {
        let middle = behind + (ahead - behind) / 2;
        if middle + offset(zone, middle)? < as_utc {
            behind = middle;
        } else {
            ahead = middle;
        }
    }
    Some(ahead)
}
