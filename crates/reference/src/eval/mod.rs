//! The slow, obvious evaluator of expressions.
//!
//! It walks the typed tree and computes every value anew from the whole past of a customer:
//! no registers, no windows, no incremental state, no code shared with the interpreter. Where the
//! two disagree, one of them is wrong, and `language.md` says which.
//!
//! Start at [`evaluate`]; [`model`] says what a customer is here.

mod arithmetic;
mod calendar;
pub mod generate;
mod history;
mod lists;
pub mod model;
mod text;

use jiff::tz::TimeZone;
use journey_sema::Checked;
use journey_sema::thir::{BinaryOp, CompareOp, Const, Expr, ExprKind};

pub use lists::Element;
pub use model::{Customer, Instance, Occurrence};

/// A value. Constants of the typed tree are all the values there are.
pub type Value = Const;

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// An int, duration, time or date left its range.
    Overflow,
    /// A number would have become infinite or no number.
    NonFinite,
    /// An int was divided by zero.
    DivisionByZero,
    /// A date or time that no calendar has.
    Calendar,
    /// A value was needed where there is none.
    Unset,
    /// Nothing can be said here: the years that this evaluator's calendar knows are fewer than
    /// those of the interpreter's.
    BeyondReference,
    /// The tree is not one that checking makes.
    Unchecked,
}

/// What an evaluation gives.
pub type Outcome = Result<Value, Fault>;

/// Everything an expression can speak of.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The workspace: events by their properties, audiences by their definitions.
    pub checked: &'a Checked,
    /// Its time zone, see [`time_zone`].
    pub zone: &'a TimeZone,
    /// Who it is about.
    pub customer: &'a Customer,
    /// The present.
    pub now: i64,
    /// The event at hand.
    pub event: Option<&'a Occurrence>,
    /// The instance at hand.
    pub instance: Option<&'a Instance>,
    /// The elements that lambdas around speak of.
    pub element: Option<&'a Element<'a>>,
}

/// The value of `expr`.
pub fn evaluate(expr: &Expr, world: &World<'_>) -> Outcome {
    let value = |expr: &Expr| evaluate(expr, world);
    match &expr.kind {
        ExprKind::Coalesce(parts) => {
            let [first, second] = &**parts;
            match value(first)? {
                Value::Unset => value(second),
                found => Ok(found),
            }
        }
        ExprKind::If(parts) => {
            let [test, yes, no] = &**parts;
            if truth(&value(test)?)? { value(yes) } else { value(no) }
        }
        ExprKind::Binary(BinaryOp::DateAt, parts) => {
            let [date, time] = &**parts;
            calendar::date_at(&value(date)?, &value(time)?, world.zone)
        }
        ExprKind::Binary(BinaryOp::AddMonths, parts) => {
            let [date, months] = &**parts;
            calendar::add_months(&value(date)?, &value(months)?)
        }
        ExprKind::Fold(fold) => lists::fold(fold, world),
        ExprKind::Binary(op, parts) => {
            let [a, b] = &**parts;
            arithmetic::binary(*op, &value(a)?, &value(b)?)
        }
        ExprKind::Unary(op, inner) => {
            let inner = value(inner)?;
            if inner == Value::Unset && expr.ty.is_optional() {
                // `x == 2.5` with an optional int: the conversion of nothing is nothing.
                return Ok(Value::Unset);
            }
            match calendar::part(*op, &inner, world)? {
                Some(part) => Ok(part),
                None => arithmetic::unary(*op, &inner),
            }
        }
        ExprKind::List(parts) => {
            let items = parts.iter().map(|part| set(value(part)?));
            Ok(Value::List(items.collect::<Result<Vec<_>, _>>()?.into()))
        }
        ExprKind::Record(parts) => {
            let fields = parts.iter().map(value);
            Ok(Value::Record(fields.collect::<Result<Vec<_>, _>>()?.into()))
        }
        ExprKind::Field(record, index) => match value(record)? {
            Value::Unset => Ok(Value::Unset),
            Value::Record(fields) => fields.get(*index as usize).cloned().ok_or(Fault::Unchecked),
            _ => Err(Fault::Unchecked),
        },
        ExprKind::Concat(parts) => {
            let mut whole = String::new();
            for part in parts {
                whole.push_str(text::of(&value(part)?)?);
            }
            Ok(Value::Text(whole.into()))
        }
        ExprKind::History(asked) => history::answer(asked, world),
        _ => match place(expr, world)? {
            Some(value) => Ok(value),
            None => holds(expr, world).map(Value::Bool),
        },
    }
}

/// What an expression without parts stands for; none if it has parts.
fn place(expr: &Expr, world: &World<'_>) -> Result<Option<Value>, Fault> {
    Ok(Some(match &expr.kind {
        ExprKind::Const(value) => value.clone(),
        ExprKind::Trait(name) => world.customer.trait_(name),
        ExprKind::CustomerId => Value::Text(world.customer.id.as_str().into()),
        ExprKind::Now => Value::Time(world.now),
        ExprKind::Entered => Value::Time(instance(world)?.entered),
        ExprKind::Event { event, property } => {
            world.at_hand(event)?.property(world.checked, property)?
        }
        ExprKind::EventAt { event } => Value::Time(world.at_hand(event)?.at),
        ExprKind::Bound { binding, property } => {
            instance(world)?.bound(*binding, property, world.checked)?
        }
        ExprKind::Value(binding) => instance(world)?.value(*binding),
        ExprKind::BindingIsSet(binding) => {
            Value::Bool(instance(world)?.events.contains_key(binding))
        }
        ExprKind::InAudience(name) => Value::Bool(world.is_member(name)?),
        ExprKind::Item(item) => lists::element(item, world)?,
        _ => return Ok(None),
    }))
}

/// Whether a condition holds.
fn holds(expr: &Expr, world: &World<'_>) -> Result<bool, Fault> {
    let value = |expr: &Expr| evaluate(expr, world);
    match &expr.kind {
        ExprKind::Not(inner) => Ok(!truth(&value(inner)?)?),
        ExprKind::And(parts) => decide(parts, false, world),
        ExprKind::Or(parts) => decide(parts, true, world),
        ExprKind::IsSet(inner) => Ok(value(inner)? != Value::Unset),
        ExprKind::Compare(op, parts) => {
            let [a, b] = &**parts;
            compare(*op, &value(a)?, &value(b)?)
        }
        ExprKind::InList(parts) => {
            let [item, list] = &**parts;
            let (item, list) = (value(item)?, value(list)?);
            Ok(item != Value::Unset && items(&list)?.contains(&item))
        }
        ExprKind::ContainsItem(parts) => {
            let [list, item] = &**parts;
            let (list, item) = (value(list)?, set(value(item)?)?);
            Ok(items(&list)?.contains(&item))
        }
        ExprKind::InRange(parts) => {
            let [item, low, high] = &**parts;
            in_range(&value(item)?, &value(low)?, &value(high)?)
        }
        ExprKind::ContainsText(parts) => two_texts(parts, world, |a, b| a.contains(b)),
        ExprKind::StartsWith(parts) => two_texts(parts, world, |a, b| a.starts_with(b)),
        ExprKind::EndsWith(parts) => two_texts(parts, world, |a, b| a.ends_with(b)),
        ExprKind::Matches(inner, pattern) => {
            let inner = value(inner)?;
            let regex = regex::Regex::new(pattern).map_err(|_| Fault::Unchecked)?;
            Ok(regex.is_match(text::of(&inner)?))
        }
        _ => Err(Fault::Unchecked),
    }
}

impl World<'_> {
    /// Whether the customer is a member of an audience now. One whose definition faults is left.
    pub fn is_member(&self, name: &str) -> Result<bool, Fault> {
        let audience = self.checked.audiences.iter().find(|audience| *audience.name == *name);
        let world = World { event: None, instance: None, element: None, ..*self };
        match evaluate(
            &audience.ok_or(Fault::Unchecked)?.condition.as_ref().ok_or(Fault::Unchecked)?.test,
            &world,
        ) {
            Ok(member) => truth(&member),
            Err(fault @ (Fault::BeyondReference | Fault::Unchecked)) => Err(fault),
            Err(_) => Ok(false),
        }
    }

    fn at_hand(&self, event: &str) -> Result<&Occurrence, Fault> {
        self.event.filter(|occurrence| *occurrence.event == *event).ok_or(Fault::Unchecked)
    }
}

/// The time zone of a workspace, from the data that comes with `jiff`.
pub fn time_zone(checked: &Checked) -> Result<TimeZone, Fault> {
    let bundled = jiff::tz::TimeZoneDatabase::bundled();
    bundled.get(&checked.timezone).map_err(|_| Fault::Unchecked)
}

fn instance<'a>(world: &World<'a>) -> Result<&'a Instance, Fault> {
    world.instance.ok_or(Fault::Unchecked)
}

/// `and` and `or`: the first part that comes out as `decides` is the outcome.
fn decide(parts: &[Expr], decides: bool, world: &World<'_>) -> Result<bool, Fault> {
    for part in parts {
        if truth(&evaluate(part, world)?)? == decides {
            return Ok(decides);
        }
    }
    Ok(!decides)
}

fn truth(value: &Value) -> Result<bool, Fault> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::Unset => Err(Fault::Unset),
        _ => Err(Fault::Unchecked),
    }
}

fn set(value: Value) -> Outcome {
    if value == Value::Unset { Err(Fault::Unset) } else { Ok(value) }
}

fn items(value: &Value) -> Result<&[Value], Fault> {
    match value {
        Value::List(items) => Ok(items),
        Value::Unset => Err(Fault::Unset),
        _ => Err(Fault::Unchecked),
    }
}

fn two_texts(
    parts: &[Expr; 2],
    world: &World<'_>,
    holds: impl Fn(&str, &str) -> bool,
) -> Result<bool, Fault> {
    let (a, b) = (evaluate(&parts[0], world)?, evaluate(&parts[1], world)?);
    Ok(holds(text::of(&a)?, text::of(&b)?))
}

/// Compares two values of one type; an unset one equals nothing and comes before nothing.
fn compare(op: CompareOp, a: &Value, b: &Value) -> Result<bool, Fault> {
    if *a == Value::Unset || *b == Value::Unset {
        return Ok(false);
    }
    match op {
        CompareOp::Eq => Ok(a == b),
        CompareOp::Ne => Ok(a != b),
        CompareOp::Lt => before(a, b),
        CompareOp::Gt => before(b, a),
        CompareOp::Le => Ok(!before(b, a)?),
        CompareOp::Ge => Ok(!before(a, b)?),
    }
}

fn before(a: &Value, b: &Value) -> Result<bool, Fault> {
    Ok(match (a, b) {
        (Value::Int(a), Value::Int(b))
        | (Value::Time(a), Value::Time(b))
        | (Value::Duration(a), Value::Duration(b)) => a < b,
        (Value::Number(a), Value::Number(b)) => a < b,
        (Value::Text(a), Value::Text(b)) => a.chars().lt(b.chars()),
        (Value::Date(a), Value::Date(b)) | (Value::TimeOfDay(a), Value::TimeOfDay(b)) => a < b,
        (Value::Weekday(a), Value::Weekday(b)) => a < b,
        _ => return Err(Fault::Unchecked),
    })
}

fn in_range(item: &Value, low: &Value, high: &Value) -> Result<bool, Fault> {
    if [item, low, high].contains(&&Value::Unset) {
        return Ok(false);
    }
    if let (Value::Weekday(day), Value::Weekday(first), Value::Weekday(last)) = (item, low, high) {
        // Walk the week from the first day to the last and see whether the day is met.
        let mut walked = *first;
        for _ in 0..7 {
            if walked == *last || walked == *day {
                break;
            }
            walked = (walked + 1) % 7;
        }
        return Ok(walked == *day);
    }
    let (from, until) = (!before(item, low)?, before(item, high)?);
    let wraps = matches!(item, Value::TimeOfDay(_)) && before(high, low)?;
    Ok(if wraps { from || until } else { from && until })
}

#[cfg(test)]
mod tests;
