//! Arithmetic, by way of integers so wide that nothing can overflow unnoticed.

use std::sync::Arc;

use journey_sema::thir::{BinaryOp, UnaryOp};

use super::{Fault, Outcome, Value, calendar, items, text};

pub(super) fn binary(op: BinaryOp, a: &Value, b: &Value) -> Outcome {
    use BinaryOp as Op;
    if *a == Value::Unset || *b == Value::Unset {
        return Err(Fault::Unset);
    }
    match op {
        Op::AddInt | Op::SubInt | Op::MulInt | Op::RemInt | Op::MinInt | Op::MaxInt => {
            ints(op, wide(a)?, wide(b)?)
        }
        Op::AddNumber | Op::SubNumber | Op::MulNumber | Op::DivNumber | Op::RemNumber => {
            numbers(op, double(a)?, double(b)?)
        }
        Op::MinNumber => Ok(if double(b)? < double(a)? { b.clone() } else { a.clone() }),
        Op::MaxNumber => Ok(if double(b)? > double(a)? { b.clone() } else { a.clone() }),
        Op::AddTimeDuration => Ok(Value::Time(narrow(wide(a)? + wide(b)?)?)),
        Op::SubTimeDuration => Ok(Value::Time(narrow(wide(a)? - wide(b)?)?)),
        Op::SubTimeTime | Op::SubDuration => Ok(Value::Duration(narrow(wide(a)? - wide(b)?)?)),
        Op::AddDuration => Ok(Value::Duration(narrow(wide(a)? + wide(b)?)?)),
        Op::MulDurationInt => Ok(Value::Duration(narrow(wide(a)? * wide(b)?)?)),
        Op::AddDateInt => calendar::date(wide(a)? + wide(b)?),
        Op::SubDateInt => calendar::date(wide(a)? - wide(b)?),
        Op::ConcatText => Ok(Value::Text([text::of(a)?, text::of(b)?].concat().into())),
        Op::ConcatList => Ok(Value::List(Arc::from([items(a)?, items(b)?].concat()))),
        // Need the calendar.
        Op::AddMonths | Op::DateAt => Err(Fault::Unchecked),
    }
}

fn ints(op: BinaryOp, a: i128, b: i128) -> Outcome {
    let result = match op {
        BinaryOp::AddInt => a + b,
        BinaryOp::SubInt => a - b,
        BinaryOp::MulInt => a * b,
        BinaryOp::RemInt if b == 0 => return Err(Fault::DivisionByZero),
        BinaryOp::RemInt => a % b,
        BinaryOp::MinInt => a.min(b),
        _ => a.max(b),
    };
    Ok(Value::Int(narrow(result)?))
}

fn numbers(op: BinaryOp, a: f64, b: f64) -> Outcome {
    finite(match op {
        BinaryOp::AddNumber => a + b,
        BinaryOp::SubNumber => a - b,
        BinaryOp::MulNumber => a * b,
        BinaryOp::DivNumber => a / b,
        _ => a % b,
    })
}

pub(super) fn unary(op: UnaryOp, a: &Value) -> Outcome {
    use UnaryOp as Op;
    if *a == Value::Unset {
        return Err(Fault::Unset);
    }
    match op {
        Op::NegInt => Ok(Value::Int(narrow(-wide(a)?)?)),
        Op::AbsInt => Ok(Value::Int(narrow(wide(a)?.abs())?)),
        Op::NegDuration => Ok(Value::Duration(narrow(-wide(a)?)?)),
        Op::NegNumber => finite(-double(a)?),
        Op::AbsNumber => finite(double(a)?.abs()),
        Op::IntToNumber => finite(wide(a)? as f64),
        Op::Round => whole(round_half_away(double(a)?)),
        Op::Floor => whole(double(a)?.floor()),
        Op::Ceil => whole(double(a)?.ceil()),
        Op::Lower => Ok(Value::Text(text::lower(text::of(a)?).into())),
        Op::Upper => Ok(Value::Text(text::upper(text::of(a)?).into())),
        Op::Trim => Ok(Value::Text(text::of(a)?.trim().into())),
        Op::EncodeUrl => Ok(Value::Text(text::encoded(text::of(a)?).into())),
        Op::LengthText => Ok(Value::Int(text::of(a)?.chars().count() as i64)),
        Op::LengthList => Ok(Value::Int(items(a)?.len() as i64)),
        Op::ToText => Ok(Value::Text(text::show(a)?.into())),
        Op::ParseNumber => text::parse(text::of(a)?),
        // Properties of time need the time zone.
        Op::DateOf
        | Op::TimeOfDayOf
        | Op::WeekdayOf
        | Op::HourOf
        | Op::DayOf
        | Op::MonthOf
        | Op::YearOf => Err(Fault::Unchecked),
    }
}

/// The whole number nearest to `value`; of two equally near ones that further from zero.
fn round_half_away(value: f64) -> f64 {
    let below = value.abs().floor();
    let nearest = if value.abs() - below >= 0.5 { below + 1.0 } else { below };
    if value < 0.0 { -nearest } else { nearest }
}

fn whole(value: f64) -> Outcome {
    // Every double in the range of i128 converts without loss when it is whole.
    if value.abs() > 1e30 {
        return Err(Fault::Overflow);
    }
    Ok(Value::Int(narrow(value as i128)?))
}

fn finite(value: f64) -> Outcome {
    if !value.is_finite() {
        return Err(Fault::NonFinite);
    }
    // There is no negative zero.
    Ok(Value::Number(if value == 0.0 { 0.0 } else { value }))
}

fn narrow(value: i128) -> Result<i64, Fault> {
    i64::try_from(value).map_err(|_| Fault::Overflow)
}

/// The integer that a value is counted by.
pub(super) fn wide(value: &Value) -> Result<i128, Fault> {
    match value {
        Value::Int(value) | Value::Time(value) | Value::Duration(value) => Ok(i128::from(*value)),
        Value::Date(value) | Value::TimeOfDay(value) => Ok(i128::from(*value)),
        _ => Err(Fault::Unchecked),
    }
}

fn double(value: &Value) -> Result<f64, Fault> {
    match value {
        Value::Number(value) => Ok(*value),
        _ => Err(Fault::Unchecked),
    }
}
