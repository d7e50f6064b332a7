//! Dates and local times, by way of `jiff`.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp, ToSpan};
use journey_sema::thir::UnaryOp;

use super::{Fault, Outcome, Value, World, arithmetic::wide};

/// The first and the last day that the interpreter's calendar knows, in days since 1970: the
/// years -262143 and 262142.
const FIRST_DAY: i128 = -96_465_292;
const LAST_DAY: i128 = 95_026_236;

/// A date that many days after 1970-01-01.
pub(super) fn date(days: i128) -> Outcome {
    let narrow = i32::try_from(days).map_err(|_| Fault::Overflow)?;
    match (FIRST_DAY..=LAST_DAY).contains(&days) {
        true => Ok(Value::Date(narrow)),
        false => Err(Fault::Calendar),
    }
}

/// A property of a time; none if the operation is not one of those.
pub(super) fn part(op: UnaryOp, value: &Value, world: &World<'_>) -> Result<Option<Value>, Fault> {
    let Value::Time(instant) = value else { return Ok(None) };
    if op == UnaryOp::ToText {
        return Ok(None);
    }
    let local = local(*instant, world.zone)?;
    Ok(Some(match op {
        UnaryOp::DateOf => {
            let since = local.date().since(Date::constant(1970, 1, 1));
            Value::Date(since.map_err(|_| Fault::BeyondReference)?.get_days())
        }
        UnaryOp::TimeOfDayOf => Value::TimeOfDay(millis_of(local.time())),
        UnaryOp::WeekdayOf => Value::Weekday(local.weekday().to_monday_zero_offset() as u8),
        UnaryOp::HourOf => Value::Int(i64::from(local.hour())),
        UnaryOp::DayOf => Value::Int(i64::from(local.day())),
        UnaryOp::MonthOf => Value::Int(i64::from(local.month())),
        UnaryOp::YearOf => Value::Int(i64::from(local.year())),
        _ => return Ok(None),
    }))
}

fn local(instant: i64, zone: &TimeZone) -> Result<DateTime, Fault> {
    let instant = Timestamp::from_millisecond(instant).map_err(|_| Fault::BeyondReference)?;
    let local = zone.to_datetime(instant);
    settled(local, zone).map(|()| local)
}

/// The interpreter's tables say when clocks change until 2099; here the present rules go on for
/// ever.
fn settled(local: DateTime, zone: &TimeZone) -> Result<(), Fault> {
    match local.year() > 2098 && *zone != TimeZone::UTC {
        true => Err(Fault::BeyondReference),
        false => Ok(()),
    }
}

fn millis_of(time: Time) -> i32 {
    let seconds =
        i32::from(time.hour()) * 3_600 + i32::from(time.minute()) * 60 + i32::from(time.second());
    seconds * 1_000 + i32::from(time.millisecond())
}

/// `date at timeofday`: skipped by the clocks, the first instant after the gap; shown twice, the
/// first of the two.
pub(super) fn date_at(date: &Value, time: &Value, zone: &TimeZone) -> Outcome {
    if [date, time].contains(&&Value::Unset) {
        return Err(Fault::Unset);
    }
    let beyond = |_| Fault::BeyondReference;
    let days = i32::try_from(wide(date)?).map_err(|_| Fault::Unchecked)?;
    let midnight = day(days)?.to_datetime(Time::midnight());
    let millis = i64::try_from(wide(time)?).map_err(|_| Fault::Unchecked)?;
    let wanted = midnight.checked_add(millis.milliseconds()).map_err(beyond)?;
    settled(wanted, zone)?;
    let instant = match zone.to_ambiguous_timestamp(wanted).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wanted).map_err(beyond)?,
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(wanted).map_err(beyond)?,
        AmbiguousOffset::Gap { after, .. } => {
            // Read with the offset behind the gap, the wanted time lies before the gap: the next
            // change of clocks is the gap itself.
            let earlier = after.to_timestamp(wanted).map_err(beyond)?;
            let change = zone.following(earlier).next().ok_or(Fault::BeyondReference)?;
            change.timestamp()
        }
    };
    Ok(Value::Time(instant.as_millisecond()))
}

/// The day so many months later, or the last of its month where that has no such day.
pub(super) fn add_months(date: &Value, months: &Value) -> Outcome {
    if [date, months].contains(&&Value::Unset) {
        return Err(Fault::Unset);
    }
    let (days, months) = (wide(date)?, wide(months)?);
    if months.unsigned_abs() > u128::from(u32::MAX) {
        return Err(Fault::Overflow);
    }
    let days = i32::try_from(days).map_err(|_| Fault::Unchecked)?;
    let from = day(days)?;
    // Counted in months since year 0, without a calendar's help.
    let count = i128::from(from.year()) * 12 + i128::from(from.month()) - 1 + months;
    let beyond = |_| Fault::BeyondReference;
    let year = i16::try_from(count.div_euclid(12)).map_err(|_| Fault::BeyondReference)?;
    let first = Date::new(year, count.rem_euclid(12) as i8 + 1, 1).map_err(beyond)?;
    let to = first.with().day(from.day().min(first.days_in_month())).build().map_err(beyond)?;
    let since = to.since(Date::constant(1970, 1, 1)).map_err(beyond)?;
    Ok(Value::Date(since.get_days()))
}

/// `2026-12-01T09:00:00Z`, with milliseconds where there are any.
pub(super) fn show_time(instant: i64) -> Result<String, Fault> {
    let local = local(instant, &TimeZone::UTC)?;
    let millis = match local.millisecond() {
        0 => String::new(),
        millis => format!(".{millis:03}"),
    };
    Ok(format!("{}T{}{millis}Z", show(local.date())?, local.time().strftime("%H:%M:%S")))
}

/// `2026-12-01`
pub(super) fn show_date(days: i32) -> Result<String, Fault> {
    show(day(days)?)
}

/// The day so many days after 1970-01-01.
fn day(days: i32) -> Result<Date, Fault> {
    let beyond = |_| Fault::BeyondReference;
    let span = Span::new().try_days(days).map_err(beyond)?;
    Date::constant(1970, 1, 1).checked_add(span).map_err(beyond)
}

/// Years before the first have no settled spelling.
fn show(date: Date) -> Result<String, Fault> {
    match date.year() {
        0.. => Ok(date.strftime("%Y-%m-%d").to_string()),
        _ => Err(Fault::BeyondReference),
    }
}
