//! Windows of opening hours: certain days of the week, certain hours of the day.

use chrono_tz::Tz;

use crate::clock::{Local, instant, local};
use crate::next::{next_crossing, next_date};

/// Days of the week, a bit a day, Monday the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Days(u8);

/// The hours of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hours {
    /// From the first midnight to the next.
    All,
    /// From the first time of day up to, and without, the second; over midnight where the second
    /// is earlier. A night belongs to the day on which it begins.
    Range(i32, i32),
    /// A point in time of day.
    At(i32),
}

impl Days {
    /// All seven.
    pub const EVERY: Days = Days(0x7f);

    /// Those whose bits are set; none if other bits are, or none at all.
    pub fn from_bits(bits: u8) -> Option<Days> {
        (bits != 0 && bits & !Days::EVERY.0 == 0).then_some(Days(bits))
    }

    /// A bit for each day, Monday the lowest.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether a day of the week is one of them; 0 is Monday.
    pub fn has(self, weekday: u8) -> bool {
        self.0.checked_shr(u32::from(weekday)).is_some_and(|rest| rest & 1 == 1)
    }

    fn have(self, date: i32) -> bool {
        self.has(crate::weekday(date))
    }
}

/// The first instant at or after `now` inside a window. A point in time of day is another matter:
/// it is the next one, later than `now`, so that waiting for nine o'clock at nine takes a day.
///
/// A time that clocks skip counts as the first instant after the gap; one that they show twice
/// counts once, the first time. A range is inside whenever clocks show a time of it.
pub fn next_inside(zone: Tz, now: i64, days: Days, hours: Hours) -> Option<i64> {
    match hours {
        Hours::At(time) => next_point(zone, now, days, time),
        _ => next_range(zone, now, days, hours),
    }
}

fn next_point(zone: Tz, now: i64, days: Days, time: i32) -> Option<i64> {
    let today = local(zone, now)?.date;
    // A week ahead and one day for today's being over, one for a day that was left out of the
    // calendar. Clocks that are set back over midnight show yesterday again.
    for date in today.checked_sub(1)?..=today.checked_add(15)? {
        if !days.have(date) {
            continue;
        }
        let begins = instant(zone, date, 0)?;
        let exists = local(zone, begins)?.date == date;
        let found = instant(zone, date, time)?;
        if exists && found > now {
            return Some(found);
        }
    }
    None
}

fn next_range(zone: Tz, now: i64, days: Days, hours: Hours) -> Option<i64> {
    let mut at = now;
    // From one change to the next: a few a day, two weeks at most, as a day may be left out.
    for _ in 0..100 {
        let shown = local(zone, at)?;
        if is_inside(shown, days, hours) {
            return Some(at);
        }
        let midnight = next_date(zone, at)?;
        at = match hours {
            Hours::Range(from, _) if is_day_of(shown, days, hours) => {
                midnight.min(next_crossing(zone, at, from)?)
            }
            _ => midnight,
        };
    }
    None
}

/// Whether some of the present day's hours may be inside.
fn is_day_of(shown: Local, days: Days, hours: Hours) -> bool {
    let wraps = matches!(hours, Hours::Range(from, to) if from >= to);
    days.have(shown.date) || wraps && days.have(shown.date.wrapping_sub(1))
}

fn is_inside(shown: Local, days: Days, hours: Hours) -> bool {
    let Local { date, time } = shown;
    match hours {
        Hours::All => days.have(date),
        Hours::At(at) => time == at && days.have(date),
        Hours::Range(from, to) if from < to => (from..to).contains(&time) && days.have(date),
        Hours::Range(from, to) => {
            time >= from && days.have(date) || time < to && days.have(date.wrapping_sub(1))
        }
    }
}

#[cfg(test)]
mod tests;
