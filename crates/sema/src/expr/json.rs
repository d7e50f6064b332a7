//! Literals of the type `json`.

use std::fmt::Write;

use crate::Type;
use crate::cx::Cx;
use crate::thir::{Const, Expr};

impl Cx<'_> {
    /// The JSON of an expression whose value is known and of another type.
    pub(super) fn json_text(&self, expr: &Expr) -> Option<String> {
        let known = expr.as_const().filter(|_| !matches!(expr.ty, Type::Unset | Type::Json))?;
        let mut out = String::new();
        Self::write_json(known, &expr.ty.required(), &mut out)?;
        Some(out)
    }

    fn write_json(value: &Const, ty: &Type, out: &mut String) -> Option<()> {
        match (value, ty) {
            (Const::Unset, _) => out.push_str("null"),
            // It is JSON already.
            (Const::Text(text), Type::Json) => out.push_str(text),
            (Const::Text(text), _) => quoted(text, out),
            (Const::List(items), Type::List(item)) => {
                out.push('[');
                for (index, value) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    Self::write_json(value, item, out)?;
                }
                out.push(']');
            }
            (Const::Record(values), Type::Record(fields)) => {
                out.push('{');
                for (index, (value, field)) in values.iter().zip(fields.iter()).enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    quoted(&field.wire, out);
                    out.push(':');
                    Self::write_json(value, &field.ty.required(), out)?;
                }
                out.push('}');
            }
            // The shortest digits that read back as the same number.
            (Const::Number(v), _) if *v != 0.0 && !(1e-6..1e21).contains(&v.abs()) => {
                write!(out, "{v:e}").ok()?;
            }
            (Const::Number(v), _) => write!(out, "{v}").ok()?,
            (Const::Int(v), _) => write!(out, "{v}").ok()?,
            (Const::Bool(v), _) => write!(out, "{v}").ok()?,
            // JSON has no times, dates or durations; how a text says one is the reader's affair.
            _ => return None,
        }
        Some(())
    }
}

/// Writes a text as JSON.
fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            letter if letter < ' ' => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}
