//! Days, without zones.

use chrono::{Datelike, Months, NaiveDate};

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

/// The day so many months after `date`, or before it; the last day of the month where that has no
/// such day.
pub fn add_months(date: i32, months: i64) -> Option<i32> {
    let distance = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    let day = match months < 0 {
        true => day(date)?.checked_sub_months(distance)?,
        false => day(date)?.checked_add_months(distance)?,
    };
    day.num_days_from_ce().checked_sub(EPOCH_FROM_CE)
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
    use super::{add_months, civil, date, weekday};

    #[test]
    fn days_have_names_and_names_have_days() {
        let day = date(2026, 12, 1).unwrap();
        assert_eq!(civil(day), Some((2026, 12, 1)));
        assert_eq!(weekday(day), 1, "a Tuesday");
        assert_eq!(weekday(-1), 2, "1969-12-31 was a Wednesday");
        assert_eq!(date(2026, 2, 29), None);
        assert_eq!((civil(i32::MAX), civil(i32::MIN)), (None, None));
    }

    #[test]
    fn a_month_that_has_no_such_day_gives_its_last() {
        let after = |(year, month, day), months| {
            add_months(date(year, month, day).unwrap(), months).and_then(civil)
        };
        assert_eq!(after((2026, 1, 31), 1), Some((2026, 2, 28)));
        assert_eq!(after((2024, 1, 31), 1), Some((2024, 2, 29)));
        assert_eq!(after((2026, 3, 31), -13), Some((2025, 2, 28)));
        assert_eq!(after((2026, 12, 15), 1), Some((2027, 1, 15)));
        assert_eq!(after((2026, 1, 1), 0), Some((2026, 1, 1)));
        assert_eq!(after((2026, 1, 1), i64::MIN), None);
        assert_eq!(after((2026, 1, 1), 4_000_000), None);
    }
}
