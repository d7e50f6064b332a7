use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::{DAY, date};

const HOUR: i32 = 3_600_000;
const WEEKDAYS: u8 = 0b001_1111;

fn days(bits: u8) -> Days {
    Days::from_bits(bits).unwrap()
}

/// An instant by the clocks of a zone.
fn at(zone: Tz, day: (i32, u32, u32), hour: i32, minute: i32) -> i64 {
    let day = date(day.0, day.1, day.2).unwrap();
    instant(zone, day, hour * HOUR + minute * 60_000).unwrap()
}

#[test]
fn office_hours_are_now_or_when_they_next_begin() {
    let zone = Tz::Europe__Berlin;
    let next = |now| next_inside(zone, now, days(WEEKDAYS), Hours::Range(9 * HOUR, 17 * HOUR));
    // 2026-01-05 is a Monday.
    let monday = |hour, minute| at(zone, (2026, 1, 5), hour, minute);
    assert_eq!(next(monday(8, 59)), Some(monday(9, 0)));
    assert_eq!(next(monday(9, 0)), Some(monday(9, 0)));
    assert_eq!(next(monday(16, 59)), Some(monday(16, 59)));
    assert_eq!(next(monday(17, 0)), Some(at(zone, (2026, 1, 6), 9, 0)));
    assert_eq!(next(at(zone, (2026, 1, 9), 17, 0)), Some(at(zone, (2026, 1, 12), 9, 0)));
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    let zone = Tz::Europe__Berlin;
    let friday = days(0b001_0000);
    let next = |now| next_inside(zone, now, friday, Hours::Range(22 * HOUR, 6 * HOUR));
    let on = |day, hour| at(zone, (2026, 1, day), hour, 0);
    // The 9th is a Friday.
    assert_eq!(next(on(9, 5)), Some(on(9, 22)));
    assert_eq!(next(on(10, 5)), Some(on(10, 5)));
    assert_eq!(next(on(10, 6)), Some(on(16, 22)));
}

#[test]
fn a_point_in_time_is_the_next_one_even_at_that_very_time() {
    let zone = Tz::America__New_York;
    let next = |now| next_inside(zone, now, Days::EVERY, Hours::At(9 * HOUR));
    let on = |day, hour, minute| at(zone, (2026, 1, day), hour, minute);
    assert_eq!(next(on(5, 8, 59)), Some(on(5, 9, 0)));
    assert_eq!(next(on(5, 9, 0)), Some(on(6, 9, 0)));
    let on_weekdays = next_inside(zone, on(9, 9, 0), days(WEEKDAYS), Hours::At(9 * HOUR));
    assert_eq!(on_weekdays, Some(on(12, 9, 0)));
}

#[test]
fn a_point_that_clocks_skip_is_the_end_of_the_gap_and_one_they_show_twice_the_first() {
    let zone = Tz::Europe__Berlin;
    let half_past_two = Hours::At(2 * HOUR + HOUR / 2);
    let next = |now| next_inside(zone, now, Days::EVERY, half_past_two);
    assert_eq!(next(at(zone, (2026, 3, 28), 12, 0)), Some(at(zone, (2026, 3, 29), 3, 0)));
    let first = at(zone, (2026, 10, 25), 2, 30);
    assert_eq!(next(at(zone, (2026, 10, 25), 0, 0)), Some(first));
    assert_eq!(next(first), Some(at(zone, (2026, 10, 26), 2, 30)));
}

#[test]
fn a_day_that_was_left_out_is_waited_for_no_longer() {
    // There was no Friday the 30th of December 2011 in Samoa.
    let zone = Tz::Pacific__Apia;
    let friday = days(0b001_0000);
    let thursday = at(zone, (2011, 12, 29), 12, 0);
    let next_friday = (2012, 1, 6);
    for (hours, hour) in [(Hours::All, 0), (Hours::At(9 * HOUR), 9)] {
        let found = next_inside(zone, thursday, friday, hours);
        assert_eq!(found, Some(at(zone, next_friday, hour, 0)), "{hours:?}");
    }
}

const ZONES: [Tz; 7] = [
    Tz::Europe__Berlin,
    Tz::America__Sao_Paulo,
    Tz::America__Havana,
    Tz::Antarctica__Troll,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Apia,
    Tz::America__New_York,
];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        rng_seed: prop::test_runner::RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    /// The instant found is inside, and none before it, looked at quarter by quarter.
    #[test]
    fn it_is_the_first_instant_inside(
        zone in 0..ZONES.len(),
        quarter in 360_000i64..2_300_000,
        bits in 1u8..0x80,
        from in 0..96i32,
        to in 0..97i32,
    ) {
        let zone = ZONES[zone];
        let now = quarter * 900_000;
        let days = days(bits);
        let hours = match to {
            96 => Hours::All,
            to if to == from => Hours::At(from * 900_000),
            to => Hours::Range(from * 900_000, to * 900_000),
        };
        let found = next_inside(zone, now, days, hours).unwrap();
        prop_assert!(found - now <= 16 * DAY);
        let inside = |at| is_inside(local(zone, at).unwrap(), days, hours);
        match hours {
            Hours::At(time) => {
                prop_assert!(found > now);
                // Some day of the window has it, and it is the first instant of that day's.
                let named = (-1..=1).map(|step| local(zone, found).unwrap().date + step);
                let mut named = named.filter(|date| days.have(*date));
                prop_assert!(named.any(|date| instant(zone, date, time) == Some(found)));
            }
            _ => prop_assert!(inside(found)),
        }
        let first = now + i64::from(matches!(hours, Hours::At(_))) * 900_000;
        for at in (first..found).step_by(900_000).filter(|at| inside(*at)) {
            // Only the second time that clocks show a point in time is passed over.
            let shown = local(zone, at).unwrap();
            let earlier = instant(zone, shown.date, shown.time).unwrap();
            let repeated = matches!(hours, Hours::At(_)) && earlier < at;
            prop_assert!(repeated, "{} is inside", at);
        }
    }
}
