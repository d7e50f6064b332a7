//! Time zones: the one place where instants and local clocks meet.
//!
//! An instant is milliseconds since 1970-01-01T00:00Z; a date is days since 1970-01-01; a time of
//! day is milliseconds since midnight as clocks show it. Two moments a year need a rule: a local
//! time that clocks skip stands for the first instant after the gap, one that they show twice for
//! the first of the two.
//!
//! Every function is total: what lies outside the calendar (some 262,000 years around now) gives
//! none. This crate knows neither the language nor how it runs, and reads no clock: the rules of
//! all zones are compiled in. Start at [`local`] and [`instant`], then read [`next_crossing`] for
//! what comes next on a clock, and [`Hours`] for windows of opening hours.

mod calendar;
mod clock;
mod next;
mod window;

pub use calendar::{add_months, civil, date, weekday};
pub use chrono_tz::Tz;
pub use clock::{Local, instant, local};
pub use next::{next_crossing, next_date};
pub use window::{Days, Hours, next_inside};

/// Milliseconds of a day that has no change of clocks.
pub const DAY: i64 = 86_400_000;

/// A time zone of the IANA database, by its exact name.
pub fn find(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The names of all zones.
pub fn names() -> impl Iterator<Item = &'static str> {
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
}
