//! Time zones, compared with another implementation that carries its own rules.

use chrono_tz::Tz;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};
use proptest::prelude::*;

use super::*;
use crate::{DAY, date, instant, weekday};

/// Zones with an hour's change north and south, half an hour's, two hours', changes at midnight,
/// a day that was left out, clocks that are set back in winter by law, none at all.
const ZONES: [&str; 12] = [
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Antarctica/Troll",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "America/Toronto",
];

const HOUR: i32 = 3_600_000;
const MINUTE: i32 = 60_000;

fn day(year: i32, month: u32, day: u32) -> i32 {
    date(year, month, day).unwrap()
}

fn utc(date: i32, hour: i32, minute: i32) -> i64 {
    i64::from(date) * DAY + i64::from(hour * HOUR + minute * MINUTE)
}

#[test]
fn a_time_that_clocks_skip_is_the_first_one_after() {
    let spring = day(2026, 3, 29);
    // 02:00 to 03:00 do not exist; 03:00 is 01:00 UTC.
    for time in [2 * HOUR, 2 * HOUR + 30 * MINUTE, 3 * HOUR] {
        assert_eq!(instant(Tz::Europe__Berlin, spring, time), Some(utc(spring, 1, 0)), "{time}");
    }
    // A day left out: the 30th of December 2011 was not, in Samoa.
    let left_out = day(2011, 12, 30);
    let found = instant(Tz::Pacific__Apia, left_out, 12 * HOUR);
    assert_eq!(found, Some(utc(left_out, 10, 0)));
    // Half an hour, on Lord Howe Island.
    let spring = day(2026, 10, 4);
    let found = instant(Tz::Australia__Lord_Howe, spring, 2 * HOUR + 15 * MINUTE);
    assert_eq!(found, Some(utc(spring - 1, 15, 30)));
    // Two hours, at Troll.
    let found = instant(Tz::Antarctica__Troll, day(2026, 3, 29), 2 * HOUR);
    assert_eq!(found, Some(utc(day(2026, 3, 29), 1, 0)));
}

#[test]
fn a_time_that_clocks_show_twice_is_the_first_of_them() {
    let autumn = day(2026, 10, 25);
    let half_past_two = 2 * HOUR + 30 * MINUTE;
    assert_eq!(instant(Tz::Europe__Berlin, autumn, half_past_two), Some(utc(autumn, 0, 30)));
    // In Dublin it is the winter that the law makes the exception; clocks show the same.
    let half_past_one = HOUR + 30 * MINUTE;
    assert_eq!(instant(Tz::Europe__Dublin, autumn, half_past_one), Some(utc(autumn, 0, 30)));
}

#[test]
fn before_there_were_zones_each_town_had_its_own_time() {
    // Berlin was 53 minutes and 28 seconds ahead.
    let noon = instant(Tz::Europe__Berlin, day(1890, 1, 1), 12 * HOUR);
    assert_eq!(noon, Some(utc(day(1890, 1, 1), 11, 6) + 32_000));
    assert_eq!(
        local(Tz::Europe__Berlin, noon.unwrap()),
        Some(crate::Local { date: day(1890, 1, 1), time: 12 * HOUR })
    );
}

#[test]
fn the_next_day_begins_when_clocks_first_show_it() {
    let zone = Tz::America__Sao_Paulo;
    // Midnight of the 4th of November 2018 was skipped: the day began at 01:00.
    let begins = utc(day(2018, 11, 4), 3, 0);
    assert_eq!(next_day(zone, utc(day(2018, 11, 3), 20, 0)), Some(begins));
    // In Havana midnight came twice on the 1st of November 2026; that day began with the first.
    let zone = Tz::America__Havana;
    let first = day(2026, 11, 1);
    assert_eq!(next_day(zone, utc(first - 1, 20, 0)), Some(utc(first, 4, 0)));
    assert_eq!(next_day(zone, utc(first, 4, 30)), Some(utc(first + 1, 5, 0)));
}

#[test]
fn the_next_nine_oclock_is_today_or_tomorrow() {
    let (zone, nine) = (Tz::Europe__Berlin, 9 * HOUR);
    let today = day(2026, 1, 5);
    assert_eq!(next_time_of_day(zone, utc(today, 7, 59), nine), Some(utc(today, 8, 0)));
    assert_eq!(next_time_of_day(zone, utc(today, 8, 0), nine), Some(utc(today + 1, 8, 0)));
    // Over the change of clocks the same clock time is an hour earlier in UTC.
    let spring = day(2026, 3, 29);
    assert_eq!(next_time_of_day(zone, utc(spring - 1, 9, 0), nine), Some(utc(spring, 7, 0)));
}

#[test]
fn outside_the_calendar_there_is_nothing() {
    for zone in [Tz::UTC, Tz::Europe__Berlin] {
        for edge in [i64::MIN, i64::MAX, 8_210_266_876_799_999, -8_334_601_228_800_000] {
            assert_eq!(local(zone, edge), None);
            assert_eq!(next_day(zone, edge), None);
            assert_eq!(next_time_of_day(zone, edge, 0), None);
        }
        assert_eq!(instant(zone, i32::MAX, 0), None);
        assert_eq!(instant(zone, i32::MIN, 0), None);
        assert_eq!(instant(zone, 0, 86_400_000), None);
        assert_eq!(instant(zone, 0, -1), None);
    }
    assert_eq!(next_crossing(Tz::UTC, 0, i32::MAX), None);
}

/// What the other implementation says of a local time, the rules for gaps and overlaps applied.
fn oracle(zone: &TimeZone, wanted: civil::DateTime) -> i64 {
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

/// Milliseconds from 1880, when most towns kept their own time, to 2037: as far as both
/// implementations carry their rules in full.
fn instants() -> impl Strategy<Value = i64> {
    prop_oneof![157_766_400_000..2_114_380_800_000i64, -2_840_140_800_000..157_766_400_000i64]
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
        let shown = local(crate::find(ZONES[zone]).unwrap(), instant).unwrap();
        let oracle = TimeZone::get(ZONES[zone]).unwrap();
        let theirs = oracle.to_datetime(jiff::Timestamp::from_millisecond(instant).unwrap());
        let epoch = civil::date(1970, 1, 1);
        prop_assert_eq!(shown.date, theirs.date().since(epoch).unwrap().get_days());
        let midnight = theirs.date().at(0, 0, 0, 0);
        let since = theirs.duration_since(midnight).as_millis();
        prop_assert_eq!(i128::from(shown.time), since);
        prop_assert_eq!(shown.hour(), i32::from(theirs.hour()));
        let weekday = theirs.weekday().to_monday_zero_offset();
        prop_assert_eq!(i64::from(shown.weekday()), i64::from(weekday));
    }

    /// The clock is read off an instant nearby, so that it falls into gaps and overlaps as well.
    #[test]
    fn local_times_agree((zone, instant) in any_moment(), minutes in -90i64..90) {
        let tz = crate::find(ZONES[zone]).unwrap();
        let oracle_zone = TimeZone::get(ZONES[zone]).unwrap();
        let shown = local(tz, instant).unwrap();
        let shown = i64::from(shown.date) * DAY + i64::from(shown.time) + minutes * 60_000;
        let (date, time) = (shown.div_euclid(DAY) as i32, shown.rem_euclid(DAY) as i32);
        let wanted = jiff::Timestamp::from_millisecond(shown).unwrap();
        let wanted = TimeZone::UTC.to_datetime(wanted);
        let expected = oracle(&oracle_zone, wanted);
        prop_assert_eq!(crate::instant(tz, date, time), Some(expected), "{}", wanted);
    }

    /// The next midnight and the next time of day lie ahead, not too far, and nothing that shows
    /// the same lies between.
    #[test]
    fn what_comes_next_is_the_first_to_come((zone, now) in any_moment(), time in 0..86_400) {
        let tz = crate::find(ZONES[zone]).unwrap();
        let time = time * 1000;
        let clock = |at| local(tz, at).unwrap();
        let next = next_time_of_day(tz, now, time).unwrap();
        prop_assert!(next > now && next - now <= 50 * 3_600_000);
        let (before, shown) = (clock(next - 1).time, clock(next).time);
        // It shows the time, or has just jumped over it.
        prop_assert!(shown == time || before < time && time < shown || shown < before);
        let passed = (now / 60_000 + 1..next / 60_000).step_by(7).map(|minute| minute * 60_000);
        for instant in passed {
            prop_assert!(clock(instant).time != time, "{} shows it", instant);
        }
        let day = next_day(tz, now).unwrap();
        prop_assert!(day > now && day - now <= 50 * 3_600_000);
        prop_assert!(clock(day).date > clock(now).date);
        prop_assert!(clock(day - 1).date <= clock(day).date);
        prop_assert!(clock(day - 1).date != clock(day).date || clock(day).time == 0);
        prop_assert_eq!(weekday(clock(day).date), clock(day).weekday());
    }

    /// Up to the next crossing a comparison with the time of day comes out as it does now, and up
    /// to the next date the date stays.
    #[test]
    fn nothing_changes_before_it_can((zone, now) in any_moment(), time in 0..86_400) {
        let tz = crate::find(ZONES[zone]).unwrap();
        let time = time * 1000;
        let compare = |at| local(tz, at).unwrap().time.cmp(&time);
        let date = |at| local(tz, at).unwrap().date;
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
