//! Values as JSON, by their names on the wire: what reading them gives back.

use bumpalo::Bump;
use journey_bytecode::{Const, Slot, Type};
use journey_vm::{Row, Val, json};

/// Writes a value. Unset is `null`; in a record it is left out.
pub fn write_value(out: &mut String, ty: &Type, value: &Const) {
    let arena = Bump::new();
    json::write(out, ty, Val::from_const(value, &arena), json::Form::Wire);
}

/// Writes an object of values, each under the name of its slot.
pub fn write_values<'v>(
    out: &mut String,
    slots: &[Slot],
    values: impl IntoIterator<Item = &'v (u16, Const)>,
) {
    let arena = Bump::new();
    out.push('{');
    let mut first = true;
    for (number, value) in values {
        let Some(slot) = slots.get(usize::from(*number)) else { continue };
        json::member(out, &mut first, &slot.wire);
        json::write(out, &slot.ty, Val::from_const(value, &arena), json::Form::Wire);
    }
    out.push('}');
}

/// Writes an object of what is set in a row.
pub fn write_row(out: &mut String, slots: &[Slot], row: &Row) {
    let arena = Bump::new();
    out.push('{');
    let mut first = true;
    for (number, slot) in (0..).zip(slots) {
        let value = row.get(number, &slot.ty, &arena);
        if value.is_set() {
            json::member(out, &mut first, &slot.wire);
            json::write(out, &slot.ty, value, json::Form::Wire);
        }
    }
    out.push('}');
}
