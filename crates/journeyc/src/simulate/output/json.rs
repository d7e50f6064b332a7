//! Values as the arguments of an action are written: JSON, by the names in source.

use journey_bytecode::Slot;
use journey_vm::json::{Form, member, quoted, write};
use journey_vm::{Call, Val};

/// Writes an object of values, each under the name of its slot.
pub(crate) fn object(out: &mut String, slots: &[Slot], values: &[(u16, Val<'_>)]) {
    out.push('{');
    let mut first = true;
    for (number, value) in values {
        let Some(slot) = slots.get(usize::from(*number)) else { continue };
        member(out, &mut first, &slot.name);
        write(out, &slot.ty, *value, Form::Source);
    }
    out.push('}');
}

/// Writes an object of one text.
pub(crate) fn text_member(out: &mut String, name: &str, value: &str) {
    out.push('{');
    member(out, &mut true, name);
    quoted(out, value);
    out.push('}');
}

/// Writes a call of a webhook: its method, URL and body.
pub(crate) fn call(out: &mut String, call: &Call<'_>) {
    out.push('{');
    let mut first = true;
    member(out, &mut first, "method");
    quoted(out, call.method.name());
    member(out, &mut first, "url");
    quoted(out, call.url);
    if let (Some((_, value)), Some(body)) = (call.body, call.body_text()) {
        member(out, &mut first, "body");
        match value {
            Val::Text(_) => quoted(out, &body),
            _ => out.push_str(&body),
        }
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use journey_bytecode::{FieldType, Slot, Type};
    use journey_vm::Val;

    use super::object;

    fn slot(name: &str, ty: Type) -> Slot {
        let wire = format!("wire {name}");
        Slot { name: name.to_owned(), wire, ty, optional: true, default: None, pii: false }
    }

    #[test]
    fn every_type_is_written_as_logs_write_it() {
        let field = |name: &str, ty| FieldType {
            name: name.to_owned(),
            wire: String::new(),
            ty,
            optional: true,
            default: None,
        };
        let record = Type::Record(vec![field("sku", Type::Text), field("qty", Type::Int)]);
        let slots = [
            slot("flag", Type::Bool),
            slot("count", Type::Int),
            slot("total", Type::Number),
            slot("name", Type::Text),
            slot("at", Type::Time),
            slot("day", Type::Date),
            slot("hour", Type::TimeOfDay),
            slot("weekday", Type::Weekday),
            slot("wait", Type::Duration),
            slot("items", Type::List(Box::new(record))),
            slot("none", Type::Text),
        ];
        let item = [Val::Text("a"), Val::Unset];
        let items = [Val::Record(&item)];
        let values = [
            (0, Val::Bool(true)),
            (1, Val::Int(-3)),
            (2, Val::Number(80.0)),
            (3, Val::Text("\"é\\\n\u{1}")),
            (4, Val::Time(1_500)),
            (5, Val::Date(-1)),
            (6, Val::TimeOfDay(9 * 3_600_000)),
            (7, Val::Weekday(6)),
            (8, Val::Duration(129_600_000)),
            (9, Val::List(&items)),
            (10, Val::Unset),
        ];
        let mut out = String::new();
        object(&mut out, &slots, &values);
        assert_eq!(
            out,
            concat!(
                r#"{"flag":true,"count":-3,"total":80,"name":"\"é\\\n\u0001","#,
                r#""at":"1970-01-01T00:00:01.500Z","day":"1969-12-31","hour":"09:00","#,
                r#""weekday":"sun","wait":"1d12h","items":[{"sku":"a","qty":null}],"none":null}"#
            )
        );
        assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok());
    }

    #[test]
    fn numbers_read_back_as_themselves() {
        let slots = [slot("n", Type::Number)];
        for number in [0.0, -0.0, 0.1, 1e-7, 1.5e300, 5e-324, f64::MAX, 1e21, 123_456_789.012_345] {
            let mut out = String::new();
            object(&mut out, &slots, &[(0, Val::Number(number))]);
            let json: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert_eq!(json["n"].as_f64().map(f64::to_bits), Some(number.to_bits()), "{out}");
        }
    }
}
