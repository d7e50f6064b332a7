//! Arithmetic on constants, as the running program would do it.
//!
//! What is folded here must equal what the interpreter computes. Where the two could differ in a
//! detail (how a number is written as text, the lower case of letters beyond ASCII) nothing is
//! folded and the operation stays in the program. So it does where the time zone is not known before
//! a customer is.

use std::sync::Arc;

use journey_time::{self as zone, Tz};

use crate::thir::{BinaryOp, CompareOp, Const, UnaryOp};
use crate::urls;

/// Why an operation on constants has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Outside the range of the type.
    #[error("the result is too large")]
    Overflow,
    /// A divisor of zero.
    #[error("the divisor is 0")]
    DivisionByZero,
}

/// The value of `a op b`; `None` where that is left to the program.
pub(crate) fn binary(
    op: BinaryOp,
    a: &Const,
    b: &Const,
    zone: Option<Tz>,
) -> Result<Option<Const>, Fault> {
    use BinaryOp::*;
    use Const::*;
    let value = match (op, a, b) {
        (AddInt, Int(a), Int(b)) => Int(a.checked_add(*b).ok_or(Fault::Overflow)?),
        (SubInt, Int(a), Int(b)) => Int(a.checked_sub(*b).ok_or(Fault::Overflow)?),
        (MulInt, Int(a), Int(b)) => Int(a.checked_mul(*b).ok_or(Fault::Overflow)?),
        (RemInt, Int(_), Int(0)) => return Err(Fault::DivisionByZero),
        (RemInt, Int(a), Int(b)) => Int(a.checked_rem(*b).ok_or(Fault::Overflow)?),
        (MinInt, Int(a), Int(b)) => Int(*a.min(b)),
        (MaxInt, Int(a), Int(b)) => Int(*a.max(b)),
        (DivNumber | RemNumber, Number(_), Number(b)) if *b == 0.0 => {
            return Err(Fault::DivisionByZero);
        }
        (AddNumber, Number(a), Number(b)) => finite(a + b)?,
        (SubNumber, Number(a), Number(b)) => finite(a - b)?,
        (MulNumber, Number(a), Number(b)) => finite(a * b)?,
        (DivNumber, Number(a), Number(b)) => finite(a / b)?,
        (RemNumber, Number(a), Number(b)) => finite(a % b)?,
        (MinNumber, Number(a), Number(b)) => finite(a.min(*b))?,
        (MaxNumber, Number(a), Number(b)) => finite(a.max(*b))?,
        (AddTimeDuration, Time(a), Duration(b)) => Time(a.checked_add(*b).ok_or(Fault::Overflow)?),
        (SubTimeDuration, Time(a), Duration(b)) => Time(a.checked_sub(*b).ok_or(Fault::Overflow)?),
        (SubTimeTime, Time(a), Time(b)) => Duration(a.checked_sub(*b).ok_or(Fault::Overflow)?),
        (AddDuration, Duration(a), Duration(b)) => {
            Duration(a.checked_add(*b).ok_or(Fault::Overflow)?)
        }
        (SubDuration, Duration(a), Duration(b)) => {
            Duration(a.checked_sub(*b).ok_or(Fault::Overflow)?)
        }
        (MulDurationInt, Duration(a), Int(b)) => {
            Duration(a.checked_mul(*b).ok_or(Fault::Overflow)?)
        }
        (AddDateInt, Date(a), Int(b)) => Date(shift(*a, Some(*b))?),
        (SubDateInt, Date(a), Int(b)) => Date(shift(*a, b.checked_neg())?),
        (AddMonths, Date(a), Int(b)) => Date(zone::add_months(*a, *b).ok_or(Fault::Overflow)?),
        (DateAt, Date(a), TimeOfDay(b)) => {
            let Some(zone) = zone else { return Ok(None) };
            Time(zone::instant(zone, *a, *b).ok_or(Fault::Overflow)?)
        }
        (ConcatText, Text(a), Text(b)) => Text(Arc::from(format!("{a}{b}"))),
        (ConcatList, List(a), List(b)) => List(a.iter().chain(b.iter()).cloned().collect()),
        _ => return Ok(None),
    };
    Ok(Some(value))
}

/// The value of `op a`; `None` where that is left to the program.
pub(crate) fn unary(op: UnaryOp, a: &Const, zone: Option<Tz>) -> Result<Option<Const>, Fault> {
    use Const::*;
    use UnaryOp::*;
    let value = match (op, a) {
        (NegInt, Int(a)) => Int(a.checked_neg().ok_or(Fault::Overflow)?),
        (NegNumber, Number(a)) => finite(-a)?,
        (NegDuration, Duration(a)) => Duration(a.checked_neg().ok_or(Fault::Overflow)?),
        (IntToNumber, Int(a)) => Number(*a as f64),
        (AbsInt, Int(a)) => Int(a.checked_abs().ok_or(Fault::Overflow)?),
        (AbsNumber, Number(a)) => finite(a.abs())?,
        (Round, Number(a)) => whole(a.round())?,
        (Floor, Number(a)) => whole(a.floor())?,
        (Ceil, Number(a)) => whole(a.ceil())?,
        (Lower, Text(a)) if a.is_ascii() => Text(Arc::from(a.to_ascii_lowercase())),
        (Upper, Text(a)) if a.is_ascii() => Text(Arc::from(a.to_ascii_uppercase())),
        (Trim, Text(a)) if a.is_ascii() => Text(Arc::from(a.trim())),
        (EncodeUrl, Text(a)) => Text(Arc::from(urls::encode(a))),
        (LengthText, Text(a)) => Int(a.chars().count() as i64),
        (LengthList, List(a)) => Int(a.len() as i64),
        (ToText, Text(_)) => a.clone(),
        (ToText, Int(a)) => Text(Arc::from(a.to_string())),
        (ToText, Bool(a)) => Text(Arc::from(a.to_string())),
        (DateOf | TimeOfDayOf | WeekdayOf | HourOf | DayOf | MonthOf | YearOf, Time(a)) => {
            return zone.map_or(Ok(None), |zone| calendar(op, *a, zone));
        }
        _ => return Ok(None),
    };
    Ok(Some(value))
}

/// What local clocks and calendars say at an instant.
fn calendar(op: UnaryOp, instant: i64, zone: Tz) -> Result<Option<Const>, Fault> {
    let shown = zone::local(zone, instant).ok_or(Fault::Overflow)?;
    let (year, month, day) = zone::civil(shown.date).ok_or(Fault::Overflow)?;
    Ok(Some(match op {
        UnaryOp::DateOf => Const::Date(shown.date),
        UnaryOp::TimeOfDayOf => Const::TimeOfDay(shown.time),
        UnaryOp::WeekdayOf => Const::Weekday(shown.weekday()),
        UnaryOp::HourOf => Const::Int(i64::from(shown.hour())),
        UnaryOp::DayOf => Const::Int(i64::from(day)),
        UnaryOp::MonthOf => Const::Int(i64::from(month)),
        UnaryOp::YearOf => Const::Int(i64::from(year)),
        _ => return Ok(None),
    }))
}

/// Whether `a op b`, for values of one type.
pub(crate) fn compare(op: CompareOp, a: &Const, b: &Const) -> Option<bool> {
    use std::cmp::Ordering;
    let order = order(a, b)?;
    Some(match op {
        CompareOp::Eq => order == Ordering::Equal,
        CompareOp::Ne => order != Ordering::Equal,
        CompareOp::Lt => order == Ordering::Less,
        CompareOp::Le => order != Ordering::Greater,
        CompareOp::Gt => order == Ordering::Greater,
        CompareOp::Ge => order != Ordering::Less,
    })
}

/// The order of two scalars of one type.
pub(crate) fn order(a: &Const, b: &Const) -> Option<std::cmp::Ordering> {
    Some(match (a, b) {
        (Const::Bool(a), Const::Bool(b)) => a.cmp(b),
        (Const::Int(a), Const::Int(b)) => a.cmp(b),
        (Const::Number(a), Const::Number(b)) => a.partial_cmp(b)?,
        // Bytes of UTF-8 are in the order of code points.
        (Const::Text(a), Const::Text(b)) => a.cmp(b),
        (Const::Time(a), Const::Time(b)) => a.cmp(b),
        (Const::Date(a), Const::Date(b)) => a.cmp(b),
        (Const::TimeOfDay(a), Const::TimeOfDay(b)) => a.cmp(b),
        (Const::Weekday(a), Const::Weekday(b)) => a.cmp(b),
        (Const::Duration(a), Const::Duration(b)) => a.cmp(b),
        _ => return None,
    })
}

fn finite(value: f64) -> Result<Const, Fault> {
    // There is no negative zero: adding 0 makes one of it.
    if value.is_finite() { Ok(Const::Number(value + 0.0)) } else { Err(Fault::Overflow) }
}

fn whole(value: f64) -> Result<Const, Fault> {
    // 2⁶³ as a number; every number below it and at or above −2⁶³ has an int.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) {
        Ok(Const::Int(value as i64))
    } else {
        Err(Fault::Overflow)
    }
}

fn shift(date: i32, days: Option<i64>) -> Result<i32, Fault> {
    let days = days.and_then(|days| i32::try_from(days).ok()).ok_or(Fault::Overflow)?;
    date.checked_add(days).ok_or(Fault::Overflow)
}

#[cfg(test)]
mod tests {
    use super::{Fault, binary, compare, unary};
    use crate::thir::{BinaryOp, CompareOp, Const, UnaryOp};

    const UTC: Option<journey_time::Tz> = Some(journey_time::Tz::UTC);

    #[test]
    fn arithmetic_that_has_no_value_is_a_fault_never_a_wrap() {
        let (one, max) = (Const::Int(1), Const::Int(i64::MAX));
        assert_eq!(binary(BinaryOp::AddInt, &max, &one, UTC), Err(Fault::Overflow));
        assert_eq!(binary(BinaryOp::RemInt, &one, &Const::Int(0), UTC), Err(Fault::DivisionByZero));
        let (tiny, zero) = (Const::Number(1.0), Const::Number(0.0));
        assert_eq!(binary(BinaryOp::DivNumber, &tiny, &zero, UTC), Err(Fault::DivisionByZero));
        let huge = Const::Number(1e308);
        assert_eq!(binary(BinaryOp::MulNumber, &huge, &huge, UTC), Err(Fault::Overflow));
        assert_eq!(unary(UnaryOp::Round, &huge, UTC), Err(Fault::Overflow));
        assert_eq!(unary(UnaryOp::NegInt, &Const::Int(i64::MIN), UTC), Err(Fault::Overflow));
    }

    #[test]
    fn dates_and_times_are_computed_in_the_zone() {
        let berlin = journey_time::find("Europe/Berlin");
        let (date, noon) = (Const::Date(20_000), Const::TimeOfDay(43_200_000));
        let at = binary(BinaryOp::DateAt, &date, &noon, berlin).unwrap().unwrap();
        assert_eq!(unary(UnaryOp::HourOf, &at, berlin), Ok(Some(Const::Int(12))));
        // 2024-10-04, summer time.
        assert_eq!(unary(UnaryOp::HourOf, &at, UTC), Ok(Some(Const::Int(10))));
        assert_eq!(unary(UnaryOp::DateOf, &at, berlin), Ok(Some(date.clone())));
        // Where the zone is known only for each member, the program computes it.
        assert_eq!(binary(BinaryOp::DateAt, &date, &noon, None), Ok(None));
        assert_eq!(unary(UnaryOp::HourOf, &at, None), Ok(None));
    }

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(unary(UnaryOp::Round, &Const::Number(-2.5), UTC), Ok(Some(Const::Int(-3))));
        assert_eq!(unary(UnaryOp::Floor, &Const::Number(-2.5), UTC), Ok(Some(Const::Int(-3))));
        assert_eq!(unary(UnaryOp::Ceil, &Const::Number(-2.5), UTC), Ok(Some(Const::Int(-2))));
    }

    #[test]
    fn what_the_program_may_see_differently_is_not_folded() {
        let text = Const::Text("É".into());
        assert_eq!(unary(UnaryOp::Lower, &text, UTC), Ok(None));
        assert_eq!(unary(UnaryOp::ToText, &Const::Number(0.5), UTC), Ok(None));
        assert_eq!(compare(CompareOp::Lt, &Const::Int(1), &Const::Number(2.0)), None);
    }
}
