//! Days, without zones.

use chrono::{Datelike, NaiveDate};

/// 1970-01-01, counted from the first day of the year 1.
const EPOCH_FROM_CE: i32 = 719_163;

/// Year, month and day of a date.
pub fn civil(date: i32) -> Option<(i32, u32, u32)> {
    let day = day(date)?;
    Some((day.year(), day.month(), day.day()))
}

/// The day that is called so, if there is one.
pub fn date(year: i32, month: u32, day: u32) -> Option<i32> {
    NaiveDate::from_ymd_opt(year, month, day)?.num_days_from_ce().checked_sub(EPOCH_FROM_CE)
}

/// The day of the week: 0 is Monday.
pub fn weekday(date: i32) -> u8 {
    // 1970-01-01 was a Thursday.
    (i64::from(date) + 3).rem_euclid(7) as u8
}

pub(crate) fn day(date: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(date.checked_add(EPOCH_FROM_CE)?)
}

#[cfg(test)]
mod tests {
    use super::{civil, date, weekday};

    #[test]
    fn days_have_names_and_names_have_days() {
        let day = date(2026, 12, 1).unwrap();
        assert_eq!(civil(day), Some((2026, 12, 1)));
        assert_eq!(weekday(day), 1, "a Tuesday");
        assert_eq!(weekday(-1), 2, "1969-12-31 was a Wednesday");
        assert_eq!(date(2026, 2, 29), None);
        assert_eq!((civil(i32::MAX), civil(i32::MIN)), (None, None));
    }
}
