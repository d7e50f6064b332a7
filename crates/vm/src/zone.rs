//! Time zones: the one place where instants and local clocks meet.
//!
//! A local time that clocks skip stands for the first instant after the gap; one that they show
//! twice stands for the first of the two. Every function is total: what lies outside the calendar
//! (some 262,000 years around now) gives none.

use chrono::{
    DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
    Timelike,
};
use chrono_tz::Tz;

/// Milliseconds of a day that has no change of clocks.
const DAY: i64 = 86_400_000;

/// No zone has ever been further from UTC than this.
const MAX_OFFSET: i64 = 16 * 3_600_000;

/// What local clocks show at an instant.
pub(crate) fn local(zone: Tz, instant: i64) -> Option<NaiveDateTime> {
    let utc = DateTime::from_timestamp_millis(instant)?;
    // Near the ends of the calendar the offset may lead outside.
    let near_end = utc.year().abs() > 262_000;
    (!near_end).then(|| utc.with_timezone(&zone).naive_local())
}

/// The instant at which local clocks show `wanted`.
pub(crate) fn instant(zone: Tz, wanted: NaiveDateTime) -> Option<i64> {
    first_after(zone, wanted, i64::MIN)
}

/// The first instant after `after` at which local clocks show `wanted` or, if they skip it, the
/// end of the gap; the first one at all if every one is over.
fn first_after(zone: Tz, wanted: NaiveDateTime, after: i64) -> Option<i64> {
    if wanted.year().abs() > 262_000 {
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
    let as_utc = wanted.and_utc().timestamp_millis();
    let (mut behind, mut ahead) = (as_utc - MAX_OFFSET, as_utc + MAX_OFFSET);
    while ahead - behind > 1 {
        let middle = behind + (ahead - behind) / 2;
        if local(zone, middle)? < wanted {
            behind = middle;
        } else {
            ahead = middle;
        }
    }
    Some(ahead)
}

/// The first instant of the local day after the one `instant` lies in.
pub(crate) fn next_day(zone: Tz, instant: i64) -> Option<i64> {
    let tomorrow = local(zone, instant)?.date().succ_opt()?;
    first_after(zone, tomorrow.and_time(NaiveTime::MIN), instant)
}

/// The first instant after `now` at which local clocks show `time`, in milliseconds of the day,
/// or pass over it.
pub(crate) fn next_time_of_day(zone: Tz, now: i64, time: i32) -> Option<i64> {
    let time = time_of_day(time)?;
    let mut date = local(zone, now)?.date();
    // Today's may be over; tomorrow's may be skipped with the whole day; the day after that is
    // always left.
    for _ in 0..3 {
        let found = first_after(zone, date.and_time(time), now)?;
        if found > now {
            return Some(found);
        }
        date = date.succ_opt()?;
    }
    None
}

/// When a comparison of the time of day with `time` can come out otherwise than at `now`: clocks
/// show it, show the millisecond after it, or are set back.
pub(crate) fn next_crossing(zone: Tz, now: i64, time: i32) -> Option<i64> {
    let shown = next_time_of_day(zone, now, time)?;
    let passed = match time_of_day(time + 1) {
        Some(_) => next_time_of_day(zone, now, time + 1)?,
        // Midnight follows, at which the date changes too.
        None => shown,
    };
    Some(set_back(zone, now, shown.min(passed)))
}

/// When a comparison of the date can come out otherwise than at `instant`: the next day begins,
/// or clocks are set back, maybe to the day before.
pub(crate) fn next_date(zone: Tz, instant: i64) -> Option<i64> {
    Some(set_back(zone, instant, next_day(zone, instant)?))
}

/// The first instant after `from` at which clocks have been set back, if that is before `to`;
/// else `to`.
fn set_back(zone: Tz, from: i64, to: i64) -> i64 {
    let offset = |at| local(zone, at).map(|shown| shown.and_utc().timestamp_millis() - at);
    let Some((before, after)) = offset(from).zip(offset(to)) else { return to };
    if after >= before {
        return to;
    }
    let (mut unchanged, mut changed) = (from, to);
    while changed - unchanged > 1 {
        let middle = unchanged + (changed - unchanged) / 2;
        if offset(middle) == Some(before) {
            unchanged = middle;
        } else {
            changed = middle;
        }
    }
    changed
}

/// The instant at which the clocks of a zone show a day, given in days since 1970, and a time of
/// day, in milliseconds since midnight.
pub fn date_at(zone: Tz, date: i32, time: i32) -> Option<i64> {
    instant(zone, self::date(date)?.and_time(time_of_day(time)?))
}

/// The day an instant lies in, in days since 1970.
pub(crate) fn date_of(local: NaiveDateTime) -> i32 {
    local.date().num_days_from_ce() - EPOCH_FROM_CE
}

/// Milliseconds since local midnight, as clocks show it.
pub(crate) fn time_of(local: NaiveDateTime) -> i32 {
    let time = local.time();
    (time.num_seconds_from_midnight() * 1000 + time.nanosecond() / 1_000_000) as i32
}

/// 0 is Monday.
pub(crate) fn weekday_of(local: NaiveDateTime) -> u8 {
    local.weekday().num_days_from_monday() as u8
}

/// 1970-01-01, counted from the first day of the year 1.
const EPOCH_FROM_CE: i32 = 719_163;

/// A day given in days since 1970.
pub(crate) fn date(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(days.checked_add(EPOCH_FROM_CE)?)
}

fn time_of_day(time: i32) -> Option<NaiveTime> {
    let time = i64::from(time);
    (0..DAY).contains(&time).then(|| NaiveTime::MIN + TimeDelta::milliseconds(time))
}

#[cfg(test)]
mod tests;
