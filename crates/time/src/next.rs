//! What comes next on a clock.

use chrono_tz::Tz;

use crate::clock::{first_after, local, naive, offset};

/// The first instant of the local day after the one `instant` lies in.
pub(crate) fn next_day(zone: Tz, instant: i64) -> Option<i64> {
    let tomorrow = local(zone, instant)?.date.checked_add(1)?;
    first_after(zone, naive(tomorrow, 0)?, instant)
}

/// The first instant after `now` at which local clocks show `time` or pass over it.
pub(crate) fn next_time_of_day(zone: Tz, now: i64, time: i32) -> Option<i64> {
    let today = local(zone, now)?.date;
    // Today's may be over; tomorrow's may be skipped with the whole day; the day after that is
    // always left.
    for date in today..=today.checked_add(2)? {
        let found = first_after(zone, naive(date, time)?, now)?;
        if found > now {
            return Some(found);
        }
    }
    None
}

/// When a comparison of the time of day with `time` can come out otherwise than at `now`: clocks
/// show it, show the millisecond after it, or are set back.
pub fn next_crossing(zone: Tz, now: i64, time: i32) -> Option<i64> {
    let shown = next_time_of_day(zone, now, time)?;
    let passed = match time.checked_add(1).filter(|after| naive(0, *after).is_some()) {
        Some(after) => next_time_of_day(zone, now, after)?,
        // Midnight follows, at which the date changes too.
        None => shown,
    };
    Some(set_back(zone, now, shown.min(passed)))
}

/// When a comparison of the date can come out otherwise than at `instant`: the next day begins,
/// or clocks are set back, maybe to the day before.
pub fn next_date(zone: Tz, instant: i64) -> Option<i64> {
    Some(set_back(zone, instant, next_day(zone, instant)?))
}

/// The first instant after `from` at which clocks have been set back, if that is before `to`;
/// else `to`.
fn set_back(zone: Tz, from: i64, to: i64) -> i64 {
    let offset = |at| offset(zone, at);
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

#[cfg(test)]
mod tests;
