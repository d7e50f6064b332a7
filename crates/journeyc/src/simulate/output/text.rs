//! Times and shares as files and tables show them.

use std::fmt::Write;

const DAY: i64 = 86_400_000;

/// Writes an instant as RFC 3339 in UTC, milliseconds only where there are some.
pub(crate) fn time(out: &mut String, millis: i64) {
    let (days, rest) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    day(out, days);
    let (seconds, millis) = (rest / 1_000, rest % 1_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    // Writing to a string does not fail, here and below.
    let _ = write!(out, "T{hour:02}:{minute:02}:{second:02}");
    if millis != 0 {
        let _ = write!(out, ".{millis:03}");
    }
    out.push('Z');
}

/// An instant, see [`time`].
pub(crate) fn time_text(millis: i64) -> String {
    let mut out = String::new();
    time(&mut out, millis);
    out
}

/// Writes a day, given in days since 1970-01-01.
pub(crate) fn date(out: &mut String, days: i32) {
    day(out, i64::from(days));
}

/// Years are counted from March, in eras of 400 years, which all have the same number of days.
fn day(out: &mut String, days: i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    // Beyond four digits ISO 8601 wants a sign.
    let _ = match year {
        0..=9999 => write!(out, "{year:04}-{month:02}-{day:02}"),
        _ => write!(out, "{year:+07}-{month:02}-{day:02}"),
    };
}

/// A share in percent with one decimal. What is neither nothing nor all is not shown as such.
pub(crate) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let percent = part as f64 * 100.0 / whole as f64;
    if part > 0 && percent < 0.05 {
        "<0.1%".to_owned()
    } else if part < whole && percent >= 99.95 {
        ">99.9%".to_owned()
    } else {
        format!("{percent:.1}%")
    }
}

#[cfg(test)]
mod tests {
    use journey_intake::iso;

    use super::{date, share, time_text};

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn what_is_written_reads_back() {
        for day in (-719_000..2_900_000).step_by(97) {
            assert_eq!(iso::date(&written(|out| date(out, day))), Some(day));
            let millis =
                i64::from(day) * 86_400_000 + i64::from(day).rem_euclid(86_400) * 1_000 + 7;
            assert_eq!(iso::instant(&time_text(millis)), Some(millis));
        }
    }

    #[test]
    fn times_are_as_short_as_they_can_be() {
        assert_eq!(time_text(0), "1970-01-01T00:00:00Z");
        assert_eq!(time_text(852_076_800_120), "1997-01-01T00:00:00.120Z");
        assert_eq!(time_text(253_402_300_800_000), "+010000-01-01T00:00:00Z");
    }

    #[test]
    fn shares_are_easy_to_read() {
        assert_eq!(share(1, 3), "33.3%");
        assert_eq!(share(0, 5), "0.0%");
        assert_eq!(share(1, 1_000_000), "<0.1%");
        assert_eq!(share(999_999, 1_000_000), ">99.9%");
        assert_eq!(share(5, 5), "100.0%");
        assert_eq!(share(0, 0), "");
    }
}
