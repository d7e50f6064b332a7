//! Operations on values. Every one is total: what has no result faults.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;
use journey_bytecode::{BinaryOp, Cmp, ExprId, UnaryOp};
use journey_time::{self as zone, Days, Hours, Local, Tz};

use super::text::{Shown, lower, parse_number, upper};
use super::{Eval, eval};
use crate::set::ZonePlan;
use crate::{Fault, ProgramSet, Val};

/// Texts, and lists with all that is in them, grow no larger than this.
pub(super) const MAX_SIZE: usize = 1 << 20;

/// What operations need beside their operands.
#[derive(Clone, Copy)]
pub(super) struct Means<'m, 'a> {
    pub(super) arena: &'a Bump,
    pub(super) set: &'a ProgramSet,
    pub(super) ctx: &'m Eval<'a>,
    pub(super) zone: ZonePlan,
}

impl<'a> Means<'_, 'a> {
    /// The zone in which local times are read. A name that no zone has stands for the program's.
    fn zone(&self) -> Result<Tz, Fault> {
        match self.zone {
            ZonePlan::Always(zone) => Ok(zone),
            ZonePlan::Named(name) => match zone_named(self.set, name, self.ctx) {
                // What it is made of may be gone when a goal is reached after the exit.
                Ok(None) | Err(Fault::Unset) => Ok(self.set.program().zone()),
                Ok(Some(zone)) => Ok(zone),
                Err(fault) => Err(fault),
            },
        }
    }

    pub(super) fn unary(&self, op: UnaryOp, a: Val<'a>) -> Result<Val<'a>, Fault> {
        use UnaryOp as Op;
        Ok(match (op, a) {
            (_, Val::Unset) => return Err(Fault::Unset),
            (Op::Not, Val::Bool(v)) => Val::Bool(!v),
            (Op::NegInt, Val::Int(v)) => Val::Int(v.checked_neg().ok_or(Fault::Overflow)?),
            (Op::AbsInt, Val::Int(v)) => Val::Int(v.checked_abs().ok_or(Fault::Overflow)?),
            (Op::NegNumber, Val::Number(v)) => Val::Number(unsigned_zero(-v)),
            (Op::AbsNumber, Val::Number(v)) => Val::Number(v.abs()),
            (Op::NegDuration, Val::Duration(v)) => {
                Val::Duration(v.checked_neg().ok_or(Fault::Overflow)?)
            }
            (Op::IntToNumber, Val::Int(v)) => Val::Number(v as f64),
            (Op::Round, Val::Number(v)) => to_int(v.round())?,
            (Op::Floor, Val::Number(v)) => to_int(v.floor())?,
            (Op::Ceil, Val::Number(v)) => to_int(v.ceil())?,
            (Op::Lower, Val::Text(v)) => self.map(v, lower)?,
            (Op::Upper, Val::Text(v)) => self.map(v, upper)?,
            (Op::EncodeUrl, Val::Text(v)) => self.percent(v)?,
            (Op::Trim, Val::Text(v)) => Val::Text(v.trim()),
            (Op::LengthText, Val::Text(v)) => Val::Int(v.chars().count() as i64),
            (Op::LengthList, Val::List(v)) => Val::Int(v.len() as i64),
            (Op::ToText, Val::Text(v)) => Val::Text(v),
            (Op::ToText, value) => {
                let shown = Shown(value);
                shown.check()?;
                Val::Text(bumpalo::format!(in self.arena, "{}", shown).into_bump_str())
            }
            (Op::ParseNumber, Val::Text(v)) => {
                parse_number(v).map(unsigned_zero).map_or(Val::Unset, Val::Number)
            }
            (Op::NextTimeOfDay, Val::TimeOfDay(v)) => {
                time(zone::next_crossing(self.zone()?, self.ctx.now, v))?
            }
            (Op::NextDay, Val::Time(v)) => time(zone::next_date(self.zone()?, v))?,
            (op, Val::Time(v)) => {
                let local = zone::local(self.zone()?, v).ok_or(Fault::Calendar)?;
                local_part(op, local)?
            }
            _ => return Err(Fault::Program),
        })
    }

    pub(super) fn binary(&self, op: BinaryOp, a: Val<'a>, b: Val<'a>) -> Result<Val<'a>, Fault> {
        use BinaryOp as Op;
        if op == Op::InList && !a.is_set() {
            return Ok(Val::Bool(false));
        }
        Ok(match (op, a, b) {
            (_, Val::Unset, _) | (_, _, Val::Unset) => return Err(Fault::Unset),
            (_, Val::Int(a), Val::Int(b)) => Val::Int(ints(op, a, b)?),
            (_, Val::Number(a), Val::Number(b)) => Val::Number(numbers(op, a, b)?),
            (Op::AddTimeDuration, Val::Time(a), Val::Duration(b)) => {
                Val::Time(a.checked_add(b).ok_or(Fault::Overflow)?)
            }
            (Op::SubTimeDuration, Val::Time(a), Val::Duration(b)) => {
                Val::Time(a.checked_sub(b).ok_or(Fault::Overflow)?)
            }
            (Op::SubTimeTime, Val::Time(a), Val::Time(b)) => {
                Val::Duration(a.checked_sub(b).ok_or(Fault::Overflow)?)
            }
            (Op::AddDuration, Val::Duration(a), Val::Duration(b)) => {
                Val::Duration(a.checked_add(b).ok_or(Fault::Overflow)?)
            }
            (Op::SubDuration, Val::Duration(a), Val::Duration(b)) => {
                Val::Duration(a.checked_sub(b).ok_or(Fault::Overflow)?)
            }
            (Op::MulDurationInt, Val::Duration(a), Val::Int(b)) => {
                Val::Duration(a.checked_mul(b).ok_or(Fault::Overflow)?)
            }
            (Op::AddDateInt, Val::Date(a), Val::Int(b)) => add_days(a, Some(b))?,
            (Op::SubDateInt, Val::Date(a), Val::Int(b)) => add_days(a, b.checked_neg())?,
            (Op::AddMonths, Val::Date(a), Val::Int(b)) => add_months(a, b)?,
            (Op::DateAt, Val::Date(a), Val::TimeOfDay(b)) => {
                time(zone::instant(self.zone()?, a, b))?
            }
            (Op::ConcatText, Val::Text(a), Val::Text(b)) => self.concat(a, b)?,
            (Op::ConcatList, Val::List(a), Val::List(b)) => {
                self.list(a.len() + b.len(), a.iter().chain(b).copied())?
            }
            (Op::ContainsText, Val::Text(a), Val::Text(b)) => Val::Bool(a.contains(b)),
            (Op::StartsWith, Val::Text(a), Val::Text(b)) => Val::Bool(a.starts_with(b)),
            (Op::EndsWith, Val::Text(a), Val::Text(b)) => Val::Bool(a.ends_with(b)),
            (Op::ContainsList, Val::List(a), b) => Val::Bool(a.contains(&b)),
            (Op::InList, a, Val::List(b)) => Val::Bool(b.contains(&a)),
            _ => return Err(Fault::Program),
        })
    }

    /// The first instant from now on inside certain days and hours.
    pub(super) fn next_inside(&self, days: u8, hours: Hours) -> Result<Val<'a>, Fault> {
        let days = Days::from_bits(days).ok_or(Fault::Program)?;
        time(zone::next_inside(self.zone()?, self.ctx.now, days, hours))
    }

    fn concat(&self, a: &str, b: &str) -> Result<Val<'a>, Fault> {
        if a.len() + b.len() > MAX_SIZE {
            return Err(Fault::TooLarge);
        }
        let mut text = ArenaString::with_capacity_in(a.len() + b.len(), self.arena);
        text.push_str(a);
        text.push_str(b);
        Ok(Val::Text(text.into_bump_str()))
    }

    fn map(&self, text: &str, f: fn(char) -> char) -> Result<Val<'a>, Fault> {
        if text.len() > MAX_SIZE {
            return Err(Fault::TooLarge);
        }
        let mapped = ArenaString::from_iter_in(text.chars().map(f), self.arena);
        Ok(Val::Text(mapped.into_bump_str()))
    }

    /// Text as a part of a URL.
    fn percent(&self, text: &str) -> Result<Val<'a>, Fault> {
        let mut encoded = ArenaString::with_capacity_in(text.len(), self.arena);
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    encoded.push(char::from(byte));
                }
                _ => {
                    let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap_or('0');
                    encoded.push('%');
                    encoded.push(digit(byte >> 4).to_ascii_uppercase());
                    encoded.push(digit(byte & 15).to_ascii_uppercase());
                }
            }
            if encoded.len() > MAX_SIZE {
                return Err(Fault::TooLarge);
            }
        }
        Ok(Val::Text(encoded.into_bump_str()))
    }

    /// A list of items that are all set.
    pub(super) fn list(
        &self,
        len: usize,
        items: impl Iterator<Item = Val<'a>>,
    ) -> Result<Val<'a>, Fault> {
        let mut list = bumpalo::collections::Vec::with_capacity_in(len, self.arena);
        let mut weight = 0;
        for item in items {
            if !item.is_set() {
                return Err(Fault::Unset);
            }
            weight += 1 + self::weight(item, MAX_SIZE);
            if weight > MAX_SIZE {
                return Err(Fault::TooLarge);
            }
            list.push(item);
        }
        Ok(Val::List(list.into_bump_slice()))
    }
}

/// The zone that an expression names; none if no zone has the name.
pub(crate) fn zone_named(
    set: &ProgramSet,
    name: ExprId,
    ctx: &Eval<'_>,
) -> Result<Option<Tz>, Fault> {
    match eval(set, name, ctx)? {
        Val::Text(name) => Ok(zone::find(name)),
        _ => Err(Fault::Program),
    }
}

/// How many values and bytes of text there are in a value, counted no further than `limit`.
pub(super) fn weight(value: Val<'_>, limit: usize) -> usize {
    match value {
        Val::Text(text) => text.len(),
        Val::List(items) | Val::Record(items) => {
            let mut sum = items.len();
            for item in items {
                if sum > limit {
                    break;
                }
                sum += weight(*item, limit - sum);
            }
            sum
        }
        _ => 1,
    }
}

/// Compares two values of one type. An unset one makes every comparison false.
pub(super) fn compare(cmp: Cmp, a: Val<'_>, b: Val<'_>) -> Result<bool, Fault> {
    use std::cmp::Ordering;
    if !a.is_set() || !b.is_set() {
        return Ok(false);
    }
    let ordering = match (a, b) {
        (Val::Int(a), Val::Int(b))
        | (Val::Time(a), Val::Time(b))
        | (Val::Duration(a), Val::Duration(b)) => a.cmp(&b),
        (Val::Number(a), Val::Number(b)) => a.partial_cmp(&b).ok_or(Fault::NonFinite)?,
        (Val::Text(a), Val::Text(b)) => a.cmp(b),
        (Val::Date(a), Val::Date(b)) | (Val::TimeOfDay(a), Val::TimeOfDay(b)) => a.cmp(&b),
        (Val::Weekday(a), Val::Weekday(b)) => a.cmp(&b),
        (a, b) if a == b => Ordering::Equal,
        // Bools, lists and records: told apart, not ordered.
        _ => Ordering::Less,
    };
    Ok(holds(cmp, ordering))
}

/// Whether a comparison that came out as `ordering` satisfies `cmp`.
#[inline]
fn holds(cmp: Cmp, ordering: std::cmp::Ordering) -> bool {
    match cmp {
        Cmp::Eq => ordering.is_eq(),
        Cmp::Ne => ordering.is_ne(),
        Cmp::Lt => ordering.is_lt(),
        Cmp::Le => ordering.is_le(),
        Cmp::Gt => ordering.is_gt(),
        Cmp::Ge => ordering.is_ge(),
    }
}

/// Whether a value lies in a range: half-open, wrapping at midnight for times of day; inclusive
/// and wrapping for weekdays.
pub(super) fn in_range(a: Val<'_>, lo: Val<'_>, hi: Val<'_>) -> Result<bool, Fault> {
    Ok(match (a, lo, hi) {
        (Val::Unset, ..) | (_, Val::Unset, _) | (.., Val::Unset) => false,
        (Val::Int(a), Val::Int(lo), Val::Int(hi)) => lo <= a && a < hi,
        (Val::Number(a), Val::Number(lo), Val::Number(hi)) => lo <= a && a < hi,
        (Val::TimeOfDay(a), Val::TimeOfDay(lo), Val::TimeOfDay(hi)) => {
            if lo <= hi {
                lo <= a && a < hi
            } else {
                a >= lo || a < hi
            }
        }
        (Val::Weekday(a), Val::Weekday(lo), Val::Weekday(hi)) => {
            if lo <= hi {
                lo <= a && a <= hi
            } else {
                a >= lo || a <= hi
            }
        }
        _ => return Err(Fault::Program),
    })
}

fn ints(op: BinaryOp, a: i64, b: i64) -> Result<i64, Fault> {
    let result = match op {
        BinaryOp::AddInt => a.checked_add(b),
        BinaryOp::SubInt => a.checked_sub(b),
        BinaryOp::MulInt => a.checked_mul(b),
        BinaryOp::RemInt if b == 0 => return Err(Fault::DivisionByZero),
        // The smallest int divides by -1 with no remainder, though the quotient overflows.
        BinaryOp::RemInt => Some(a.wrapping_rem(b)),
        BinaryOp::MinInt => Some(a.min(b)),
        BinaryOp::MaxInt => Some(a.max(b)),
        _ => return Err(Fault::Program),
    };
    result.ok_or(Fault::Overflow)
}

fn numbers(op: BinaryOp, a: f64, b: f64) -> Result<f64, Fault> {
    let result = match op {
        BinaryOp::AddNumber => a + b,
        BinaryOp::SubNumber => a - b,
        BinaryOp::MulNumber => a * b,
        BinaryOp::DivNumber => a / b,
        BinaryOp::RemNumber => a % b,
        BinaryOp::MinNumber => a.min(b),
        BinaryOp::MaxNumber => a.max(b),
        _ => return Err(Fault::Program),
    };
    if result.is_finite() { Ok(unsigned_zero(result)) } else { Err(Fault::NonFinite) }
}

/// There is no negative zero: −0 and 0 are one number, and are shown alike.
fn unsigned_zero(value: f64) -> f64 {
    value + 0.0
}

fn to_int<'a>(value: f64) -> Result<Val<'a>, Fault> {
    // 2⁶³ is exact as a double; the largest int is not.
    const END: f64 = 9_223_372_036_854_775_808.0;
    if (-END..END).contains(&value) { Ok(Val::Int(value as i64)) } else { Err(Fault::Overflow) }
}

fn add_days<'a>(date: i32, days: Option<i64>) -> Result<Val<'a>, Fault> {
    let sum = days.and_then(|days| days.checked_add(i64::from(date)));
    let sum = sum.and_then(|sum| i32::try_from(sum).ok()).ok_or(Fault::Overflow)?;
    zone::civil(sum).map(|_| Val::Date(sum)).ok_or(Fault::Calendar)
}

fn add_months<'a>(date: i32, months: i64) -> Result<Val<'a>, Fault> {
    if u32::try_from(months.unsigned_abs()).is_err() {
        return Err(Fault::Overflow);
    }
    zone::add_months(date, months).map(Val::Date).ok_or(Fault::Calendar)
}

fn time<'a>(instant: Option<i64>) -> Result<Val<'a>, Fault> {
    instant.map(Val::Time).ok_or(Fault::Calendar)
}

fn local_part<'a>(op: UnaryOp, local: Local) -> Result<Val<'a>, Fault> {
    let civil = || zone::civil(local.date).ok_or(Fault::Calendar);
    Ok(match op {
        UnaryOp::DateOf => Val::Date(local.date),
        UnaryOp::TimeOfDayOf => Val::TimeOfDay(local.time),
        UnaryOp::WeekdayOf => Val::Weekday(local.weekday()),
        UnaryOp::HourOf => Val::Int(i64::from(local.hour())),
        UnaryOp::DayOf => Val::Int(i64::from(civil()?.2)),
        UnaryOp::MonthOf => Val::Int(i64::from(civil()?.1)),
        UnaryOp::YearOf => Val::Int(i64::from(civil()?.0)),
        _ => return Err(Fault::Program),
    })
}
