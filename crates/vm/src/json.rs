//! Values as JSON: as requests carry them, and as files for people show them.

use std::fmt::Write;

use journey_bytecode::Type;

use crate::Val;
use crate::eval::Shown;

/// How the fields of records stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As requests carry them: by the names on the wire, what is unset left out.
    Wire,
    /// As people know them: by the names in source, what is unset as `null`.
    Source,
}

/// Writes a value. Its type is needed for the names of fields.
pub fn write(out: &mut String, ty: &Type, value: Val<'_>, form: Form) {
    match (value, ty) {
        (Val::Unset, _) => out.push_str("null"),
        // Writing to a string does not fail.
        (Val::Bool(_) | Val::Int(_), _) => {
            let _ = write!(out, "{}", Shown(value));
        }
        (Val::Number(v), _) => number(out, v),
        (Val::Text(v), Type::Json) => out.push_str(v),
        (Val::Text(v), _) => quoted(out, v),
        (Val::List(items), Type::List(ty)) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(out, ty, *item, form);
            }
            out.push(']');
        }
        (Val::Record(values), Type::Record(fields)) => {
            out.push('{');
            let mut first = true;
            for (field, value) in fields.iter().zip(values) {
                let name = match form {
                    Form::Wire if !value.is_set() => continue,
                    Form::Wire => &field.wire,
                    Form::Source => &field.name,
                };
                member(out, &mut first, name);
                write(out, &field.ty, *value, form);
            }
            out.push('}');
        }
        // A list that its type says is none; the verifier rules it out.
        (Val::List(_) | Val::Record(_), _) => out.push_str("null"),
        (
            Val::Time(_) | Val::Date(_) | Val::TimeOfDay(_) | Val::Weekday(_) | Val::Duration(_),
            _,
        ) => {
            // Nothing in these wants to be escaped.
            let _ = write!(out, "\"{}\"", Shown(value));
        }
    }
}

/// Begins a member of an object.
pub fn member(out: &mut String, first: &mut bool, name: &str) {
    if !std::mem::replace(first, false) {
        out.push(',');
    }
    quoted(out, name);
    out.push(':');
}

/// The shortest digits that read back as the same number.
fn number(out: &mut String, value: f64) {
    let size = value.abs();
    let _ = match size != 0.0 && !(1e-6..1e21).contains(&size) {
        true => write!(out, "{value:e}"),
        false => write!(out, "{value}"),
    };
}

/// Writes a text as JSON.
pub fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
