//! What decisions read, and other values, as JSON.

use journey_bytecode::{Const, Outcome, Type};
use journey_vm::Source;
use serde_json::{Value, json};

use super::Teller;

impl Teller<'_> {
    /// What was read, and what stood there.
    pub(super) fn read(self, source: Source, value: &Const) -> Value {
        let Some(program) = self.program else { return Value::Null };
        if let Some(binding) = source.binding(program) {
            let is_set = !matches!(value, Const::Unset);
            return json!({ "name": format!("{binding} is set"), "value": is_set });
        }
        let (name, ty) = source.words(program);
        let value = ty.map_or_else(|| plain(value), |ty| typed(ty, value));
        json!({ "name": name, "value": value })
    }
}

/// What became of a message.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "delivered",
        Outcome::Failed => "failed",
        Outcome::Skipped => "skipped",
    }
}

/// A value by its type: with the names of fields.
fn typed(ty: &Type, value: &Const) -> Value {
    let mut text = String::new();
    journey_intake::write_value(&mut text, ty, value);
    serde_json::from_str(&text).unwrap_or_default()
}

/// A value that says itself what it is. Of a record there are no names.
pub(super) fn plain(value: &Const) -> Value {
    match value {
        Const::List(items) | Const::Record(items) => items.iter().map(plain).collect(),
        // No other type than that of JSON and those with parts matters.
        scalar => typed(&Type::Bool, scalar),
    }
}
