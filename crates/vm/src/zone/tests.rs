//! Time zones, compared with another implementation that carries its own rules.

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use jiff::tz::{AmbiguousOffset, TimeZone};
use proptest::prelude::*;

use super::*;

/// Zones with an hour's change north and south, half an hour's, changes at midnight, a day that
/// was left out, none at all.
const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kolkata",
];

fn at(date: (i32, u32, u32), hour: u32, minute: u32) -> NaiveDateTime {
    let date = NaiveDate::from_ymd_opt(date.0, date.1, date.2);
    date.and_then(|date| date.and_hms_opt(hour, minute, 0)).unwrap()
}

fn utc(date: (i32, u32, u32), hour: u32, minute: u32) -> i64 {
    at(date, hour, minute).and_utc().timestamp_millis()
}

#[test]
fn a_time_that_clocks_skip_is_the_first_one_after() {
    let spring = (2026, 3, 29);
    // 02:00 to 03:00 do not exist; 03:00 is 01:00 UTC.
    for (hour, minute) in [(2, 0), (2, 30), (3, 0)] {
        let found = instant(Tz::Europe__Berlin, at(spring, hour, minute));
        assert_eq!(found, Some(utc(spring, 1, 0)), "{hour}:{minute}");
    }
    // A day left out: the 30th of December 2011 was not, in Samoa.
    let found = instant(Tz::Pacific__Apia, at((2011, 12, 30), 12, 0));
    assert_eq!(found, Some(utc((2011, 12, 30), 10, 0)));
}

#[test]
fn a_time_that_clocks_show_twice_is_the_first_of_them() {
    let autumn = (2026, 10, 25);
    assert_eq!(instant(Tz::Europe__Berlin, at(autumn, 2, 30)), Some(utc(autumn, 0, 30)));
}

#[test]
fn the_next_day_begins_when_clocks_first_show_it() {
    let zone = Tz::America__Sao_Paulo;
    // Midnight of the 4th of November 2018 was skipped: the day began at 01:00.
    let begins = utc((2018, 11, 4), 3, 0);
    assert_eq!(next_day(zone, utc((2018, 11, 3), 20, 0)), Some(begins));
    // In Havana midnight came twice on the 1st of November 2026; that day began with the first.
    let zone = Tz::America__Havana;
    assert_eq!(next_day(zone, utc((2026, 10, 31), 20, 0)), Some(utc((2026, 11, 1), 4, 0)));
    assert_eq!(next_day(zone, utc((2026, 11, 1), 4, 30)), Some(utc((2026, 11, 2), 5, 0)));
}

#[test]
fn the_next_nine_oclock_is_today_or_tomorrow() {
    let (zone, nine) = (Tz::Europe__Berlin, 9 * 3_600_000);
    let day = (2026, 1, 5);
    assert_eq!(next_time_of_day(zone, utc(day, 7, 59), nine), Some(utc(day, 8, 0)));
    assert_eq!(next_time_of_day(zone, utc(day, 8, 0), nine), Some(utc((2026, 1, 6), 8, 0)));
    // Over the change of clocks the same clock time is an hour earlier in UTC.
    assert_eq!(
        next_time_of_day(zone, utc((2026, 3, 28), 9, 0), nine),
        Some(utc((2026, 3, 29), 7, 0))
    );
}

#[test]
fn outside_the_calendar_there_is_nothing() {
    for zone in [Tz::UTC, Tz::Europe__Berlin] {
        for edge in [i64::MIN, i64::MAX, 8_210_266_876_799_999, -8_334_601_228_800_000] {
            assert_eq!(local(zone, edge), None);
            assert_eq!(next_day(zone, edge), None);
            assert_eq!(next_time_of_day(zone, edge, 0), None);
        }
        assert_eq!(date_at(zone, i32::MAX, 0), None);
        assert_eq!(date_at(zone, i32::MIN, 0), None);
        assert_eq!(date_at(zone, 0, 86_400_000), None);
        assert_eq!(date_at(zone, 0, -1), None);
    }
}

/// What the other implementation says of a local time, the rules for gaps and overlaps applied.
fn oracle(zone: &TimeZone, wanted: jiff::civil::DateTime) -> i64 {
    let ambiguous = zone.to_ambiguous_timestamp(wanted);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => {
            // Before the gap by the offset that holds after it: the next change ends the gap.
            let before = ambiguous.earlier().unwrap();
            zone.following(before).next().unwrap().timestamp().as_millisecond()
        }
        _ => ambiguous.earlier().unwrap().as_millisecond(),
    }
}

/// Milliseconds from 1975 to 2037, where both implementations know the same rules.
fn instants() -> impl Strategy<Value = i64> {
    157_766_400_000..2_114_380_800_000i64
}

/// Instants close to a change of clocks of a zone, where mistakes live.
fn near_changes() -> impl Strategy<Value = (usize, i64)> {
    (0..ZONES.len(), instants(), -180i64..180).prop_map(|(zone, from, minutes)| {
        let oracle = TimeZone::get(ZONES[zone]).unwrap();
        let from = jiff::Timestamp::from_millisecond(from).unwrap();
        let change = oracle.following(from).next().map_or(from, |change| change.timestamp());
        (zone, change.as_millisecond().min(2_114_380_800_000) + minutes * 60_000)
    })
}

fn any_moment() -> impl Strategy<Value = (usize, i64)> {
    prop_oneof![(0..ZONES.len(), instants()), near_changes()]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        rng_seed: prop::test_runner::RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn clocks_agree((zone, instant) in any_moment()) {
        let shown = local(ZONES[zone].parse().unwrap(), instant).unwrap();
        let oracle = TimeZone::get(ZONES[zone]).unwrap();
        let theirs = oracle.to_datetime(jiff::Timestamp::from_millisecond(instant).unwrap());
        prop_assert_eq!(shown.format("%Y-%m-%dT%H:%M:%S").to_string(), theirs.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        prop_assert_eq!(i64::from(time_of(shown)) % 1000, instant.rem_euclid(1000));
        let weekday = theirs.weekday().to_monday_zero_offset();
        prop_assert_eq!(i64::from(weekday_of(shown)), i64::from(weekday));
        let epoch = jiff::civil::date(1970, 1, 1);
        prop_assert_eq!(date_of(shown), theirs.date().since(epoch).unwrap().get_days());
    }

    /// The clock is read off an instant nearby, so that it falls into gaps and overlaps as well.
    #[test]
    fn local_times_agree((zone, instant) in any_moment(), minutes in -90i64..90) {
        let tz: Tz = ZONES[zone].parse().unwrap();
        let oracle_zone = TimeZone::get(ZONES[zone]).unwrap();
        let shown = local(tz, instant).unwrap() + chrono::TimeDelta::minutes(minutes);
        let text = shown.format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
        let wanted: jiff::civil::DateTime = text.parse().unwrap();
        prop_assert_eq!(super::instant(tz, shown), Some(oracle(&oracle_zone, wanted)), "{}", text);
    }

    /// The next midnight and the next time of day lie ahead, not too far, and nothing that shows
    /// the same lies between.
    #[test]
    fn what_comes_next_is_the_first_to_come((zone, now) in any_moment(), time in 0..86_400) {
        let tz: Tz = ZONES[zone].parse().unwrap();
        let time = time * 1000;
        let next = next_time_of_day(tz, now, time).unwrap();
        prop_assert!(next > now && next - now <= 50 * 3_600_000);
        let shown = time_of(local(tz, next).unwrap());
        let before = time_of(local(tz, next - 1).unwrap());
        // It shows the time, or has just jumped over it.
        prop_assert!(shown == time || before < time && time < shown || shown < before);
        let passed = (now / 60_000 + 1..next / 60_000).step_by(7).map(|minute| minute * 60_000);
        for instant in passed {
            prop_assert!(time_of(local(tz, instant).unwrap()) != time, "{} shows it", instant);
        }
        let day = next_day(tz, now).unwrap();
        prop_assert!(day > now && day - now <= 50 * 3_600_000);
        let (today, then) = (local(tz, now).unwrap().date(), local(tz, day).unwrap().date());
        prop_assert!(then > today);
        prop_assert!(local(tz, day - 1).unwrap().date() <= then);
        prop_assert!(local(tz, day - 1).unwrap().date() != then || time_of(local(tz, day).unwrap()) == 0);
    }

    /// Up to the next crossing a comparison with the time of day comes out as it does now, and up
    /// to the next date the date stays.
    #[test]
    fn nothing_changes_before_it_can((zone, now) in any_moment(), time in 0..86_400) {
        let tz: Tz = ZONES[zone].parse().unwrap();
        let time = time * 1000;
        let compare = |at| time_of(local(tz, at).unwrap()).cmp(&time);
        let date = |at| local(tz, at).unwrap().date();
        let until = next_crossing(tz, now, time).unwrap();
        let next = next_date(tz, now).unwrap();
        prop_assert!(until > now && next > now);
        for at in (now..until).step_by(5 * 60_000 + 1).chain([until - 1]) {
            // At midnight the time of day begins anew; the conditions it is asked for say so.
            prop_assert!(compare(at) == compare(now) || date(at) != date(now), "{}", at);
        }
        for at in (now..next).step_by(5 * 60_000 + 1).chain([next - 1]) {
            prop_assert_eq!(date(at), date(now));
        }
    }
}
