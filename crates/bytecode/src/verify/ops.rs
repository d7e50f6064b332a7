//! The types of operands and results of operations.

use super::shape::Shape;
use crate::{BinaryOp, UnaryOp};

/// Operand and result of an operation on one register, where they do not depend on each other.
pub(super) fn unary(op: UnaryOp) -> Option<(Shape, Shape)> {
    use Shape::{Bool, Date, Duration, Int, Number, Text, Time, TimeOfDay, Weekday};
    use UnaryOp as Op;
    Some(match op {
        Op::Not => (Bool, Bool),
        Op::NegInt | Op::AbsInt => (Int, Int),
        Op::NegNumber | Op::AbsNumber => (Number, Number),
        Op::NegDuration => (Duration, Duration),
        Op::IntToNumber => (Int, Number),
        Op::Round | Op::Floor | Op::Ceil => (Number, Int),
        Op::Lower | Op::Upper | Op::Trim | Op::EncodeUrl => (Text, Text),
        Op::LengthText => (Text, Int),
        Op::ParseNumber => (Text, Number),
        Op::DateOf => (Time, Date),
        Op::TimeOfDayOf => (Time, TimeOfDay),
        Op::WeekdayOf => (Time, Weekday),
        Op::HourOf | Op::DayOf | Op::MonthOf | Op::YearOf => (Time, Int),
        Op::NextTimeOfDay => (TimeOfDay, Time),
        Op::NextDay => (Time, Time),
        Op::LengthList | Op::ToText => return None,
    })
}

/// Operands and result of an operation on two registers, where they do not depend on each other.
pub(super) fn binary(op: BinaryOp) -> Option<(Shape, Shape, Shape)> {
    use BinaryOp as Op;
    use Shape::{Bool, Date, Duration, Int, Number, Text, Time, TimeOfDay};
    Some(match op {
        Op::AddInt | Op::SubInt | Op::MulInt | Op::RemInt | Op::MinInt | Op::MaxInt => {
            (Int, Int, Int)
        }
        Op::AddNumber
        | Op::SubNumber
        | Op::MulNumber
        | Op::DivNumber
        | Op::RemNumber
        | Op::MinNumber
        | Op::MaxNumber => (Number, Number, Number),
        Op::AddTimeDuration | Op::SubTimeDuration => (Time, Duration, Time),
        Op::SubTimeTime => (Time, Time, Duration),
        Op::AddDuration | Op::SubDuration => (Duration, Duration, Duration),
        Op::MulDurationInt => (Duration, Int, Duration),
        Op::AddDateInt | Op::SubDateInt | Op::AddMonths => (Date, Int, Date),
        Op::DateAt => (Date, TimeOfDay, Time),
        Op::ConcatText => (Text, Text, Text),
        Op::ContainsText | Op::StartsWith | Op::EndsWith => (Text, Text, Bool),
        Op::ConcatList | Op::ContainsList | Op::InList => return None,
    })
}
