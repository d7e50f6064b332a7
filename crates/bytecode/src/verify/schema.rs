//! Checks of everything that is not code: names, types, defaults, constants.

use std::fmt;

use super::problem::Problem;
use super::shape::Shape;
use super::{Checked, limit, refuse};
use crate::{Const, Program, Slot, Type};

/// Types nest no deeper than this.
const MAX_TYPE_DEPTH: usize = 16;

/// How many slots a customer, an event or an instance may have.
const MAX_SLOTS: usize = 10_000;

/// How many there may be of anything else that is numbered by 16 bits.
const MAX_ITEMS: usize = 10_000;

/// How many caps a policy may have.
const MAX_CAPS: usize = 100;

/// The years the calendar knows, in days since 1970.
const MAX_DAYS: i32 = 90_000_000;

pub(super) fn check(program: &Program) -> Checked<()> {
    check_slots(format_args!("trait"), &program.traits)?;
    for slot in &program.traits {
        if !slot.optional && slot.default.is_none() {
            return refuse(format!("trait `{}`", slot.name), Problem::NoDefault);
        }
    }
    limit("program", "events", program.events.len(), MAX_ITEMS)?;
    ascend("events", program.events.iter().map(|event| &event.name))?;
    for event in &program.events {
        check_slots(format_args!("event `{}`, property", event.name), &event.properties)?;
    }
    limit("program", "destinations", program.destinations.len(), MAX_ITEMS)?;
    ascend("destinations", program.destinations.iter().map(|destination| &destination.name))?;
    for destination in &program.destinations {
        let what = format_args!("destination `{}`", destination.name);
        check_slots(format_args!("{what}, setting"), &destination.settings)?;
        limit(what, "secrets", destination.secrets.len(), MAX_ITEMS)?;
    }
    limit("program", "actions", program.actions.len(), MAX_ITEMS)?;
    for action in &program.actions {
        check_slots(format_args!("action `{}`, parameter", action.name), &action.params)?;
    }
    limit("program", "policies", program.policies.len(), MAX_ITEMS)?;
    ascend("policies", program.policies.iter().map(|policy| &policy.name))?;
    for policy in &program.policies {
        limit(format_args!("policy `{}`", policy.name), "caps", policy.caps.len(), MAX_CAPS)?;
    }
    limit("program", "constants", program.consts.len(), 1 << 16)?;
    for (index, value) in program.consts.iter().enumerate() {
        check_const(value).or_else(|problem| refuse(format!("constant {index}"), problem))?;
    }
    limit("program", "windows", program.windows.len(), MAX_ITEMS)?;
    limit("program", "audiences", program.audiences.len(), MAX_ITEMS)?;
    limit("program", "journeys", program.journeys.len(), MAX_ITEMS)
}

/// Checks the types and defaults of the slots of one row.
pub(super) fn check_slots(what: fmt::Arguments<'_>, slots: &[Slot]) -> Checked<()> {
    limit(what, "slots", slots.len(), MAX_SLOTS)?;
    for slot in slots {
        let place = || format!("{what} `{}`", slot.name);
        check_type(&slot.ty, 0).or_else(|problem| refuse(place(), problem))?;
        if let Some(default) = &slot.default
            && !(is_value(default, &slot.ty) || *default == Const::Unset && slot.optional)
        {
            return refuse(place(), Problem::NoValue(Shape::of(&slot.ty).to_string()));
        }
    }
    Ok(())
}

/// Checks depth, and the defaults inside records.
pub(super) fn check_type(ty: &Type, depth: usize) -> Result<(), Problem> {
    if depth > MAX_TYPE_DEPTH {
        let what = "levels of a type";
        return Err(Problem::Limit { what, count: depth, limit: MAX_TYPE_DEPTH });
    }
    match ty {
        Type::List(item) => check_type(item, depth + 1),
        Type::Record(fields) => fields.iter().try_for_each(|field| {
            check_type(&field.ty, depth + 1)?;
            match &field.default {
                Some(Const::Unset) if field.optional => Ok(()),
                Some(default) if !is_value(default, &field.ty) => {
                    Err(Problem::NoValue(Shape::of(&field.ty).to_string()))
                }
                _ => Ok(()),
            }
        }),
        _ => Ok(()),
    }
}

/// A constant of the pool has no declared type; its parts must go together.
fn check_const(value: &Const) -> Result<(), Problem> {
    check_scalars(value, 0)?;
    match Shape::of_const(value) {
        Some(_) => Ok(()),
        None => Err(Problem::NoValue("its first item".to_owned())),
    }
}

fn check_scalars(value: &Const, depth: usize) -> Result<(), Problem> {
    match value {
        Const::List(items) | Const::Record(items) if depth < MAX_TYPE_DEPTH => {
            items.iter().try_for_each(|item| check_scalars(item, depth + 1))
        }
        Const::List(_) | Const::Record(_) => {
            let what = "levels of a constant";
            Err(Problem::Limit { what, count: depth, limit: MAX_TYPE_DEPTH })
        }
        Const::Number(v) if !v.is_finite() => Err(Problem::NotFinite),
        Const::Date(v) if v.abs() > MAX_DAYS => Err(Problem::NoValue("date".to_owned())),
        Const::TimeOfDay(v) if !(0..86_400_000).contains(v) => {
            Err(Problem::NoValue("timeofday".to_owned()))
        }
        Const::Weekday(v) if *v > 6 => Err(Problem::NoValue("weekday".to_owned())),
        _ => Ok(()),
    }
}

/// Whether `value` is a value of `ty`, which has been found to nest no deeper than it may.
fn is_value(value: &Const, ty: &Type) -> bool {
    if !matches!(value, Const::List(_) | Const::Record(_)) && check_scalars(value, 0).is_err() {
        return false;
    }
    match (value, ty) {
        (Const::Bool(_), Type::Bool)
        | (Const::Int(_), Type::Int)
        | (Const::Number(_), Type::Number)
        | (Const::Text(_), Type::Text | Type::Json)
        | (Const::Time(_), Type::Time)
        | (Const::Date(_), Type::Date)
        | (Const::TimeOfDay(_), Type::TimeOfDay)
        | (Const::Weekday(_), Type::Weekday)
        | (Const::Duration(_), Type::Duration) => true,
        (Const::Text(member), Type::Enum(members)) => members.contains(member),
        (Const::List(items), Type::List(item)) => items.iter().all(|value| is_value(value, item)),
        (Const::Record(values), Type::Record(fields)) => {
            values.len() == fields.len()
                && values.iter().zip(fields).all(|(value, field)| {
                    is_value(value, &field.ty) || field.optional && *value == Const::Unset
                })
        }
        _ => false,
    }
}

/// Names must ascend strictly: their order is an order of the engine, and each stands once.
pub(super) fn ascend<'a>(
    what: &'static str,
    mut names: impl Iterator<Item = &'a String>,
) -> Checked<()> {
    let Some(mut last) = names.next() else { return Ok(()) };
    for name in names {
        if name <= last {
            return refuse(format!("`{name}`"), Problem::Order(what));
        }
        last = name;
    }
    Ok(())
}
