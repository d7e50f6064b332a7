//! The schema of generated expressions: a trait and a property of every type, required and not.

use std::sync::Arc;

use journey_sema::thir::{Binding, BindingId, BindingKind, Const};
use journey_sema::{
    ActionType, DestinationKind, DestinationType, EventType, Field, Marks, Schema, Type,
};

/// The binding of the entry event.
pub const FIRST: BindingId = BindingId(0);

/// The binding of an awaited event that may not have come.
pub const SECOND: BindingId = BindingId(1);

/// The label that windows count from.
pub const LABEL: &str = "pause";

/// The action that takes a value of any type.
pub const ACTION: &str = "log.put";

/// The event that the bindings are of, and that history is mostly asked about.
pub const PURCHASE: &str = "purchase";

/// Another event.
pub const VISIT: &str = "visit";

/// Members of the enum.
const PLANS: [&str; 3] = ["free", "pro", "team"];

/// The type of a plan.
pub fn plan() -> Type {
    Type::Enum(PLANS.map(Arc::from).into())
}

/// A record type.
pub fn address() -> Type {
    Type::Record(
        [
            field("street", Type::Text, None),
            field("number", Type::Int, None),
            field("floor", Type::Int.optional(), None),
        ]
        .into(),
    )
}

/// The type of an element of a list of records.
pub fn line() -> Type {
    Type::Record(
        [
            field("sku", Type::Text, None),
            field("qty", Type::Int, None),
            field("price", Type::Number, None),
            field("gift", Type::Bool, None),
            field("note", Type::Text.optional(), None),
            field("size", Type::Int.optional(), None),
        ]
        .into(),
    )
}

/// Every type an expression can have, each with a name for things of it.
pub fn types() -> Vec<(&'static str, Type)> {
    vec![
        ("vip", Type::Bool),
        ("orders", Type::Int),
        ("value", Type::Number),
        ("city", Type::Text),
        ("plan", plan()),
        ("seen_at", Type::Time),
        ("birthday", Type::Date),
        ("wakes", Type::TimeOfDay),
        ("shops_on", Type::Weekday),
        ("length", Type::Duration),
        ("tags", Type::List(Arc::new(Type::Text))),
        ("sizes", Type::List(Arc::new(Type::Int))),
        ("address", address()),
        ("lines", Type::List(Arc::new(line()))),
        ("extra", Type::Json),
    ]
}

/// A value of the type that nothing was said about.
pub fn plain(ty: &Type) -> Const {
    match ty {
        Type::Bool => Const::Bool(false),
        Type::Int => Const::Int(0),
        Type::Number => Const::Number(0.0),
        Type::Enum(_) => Const::Text("free".into()),
        Type::Time => Const::Time(0),
        Type::Date => Const::Date(0),
        Type::TimeOfDay => Const::TimeOfDay(0),
        Type::Weekday => Const::Weekday(0),
        Type::Duration => Const::Duration(0),
        Type::List(_) => Const::List([].into()),
        Type::Record(fields) => {
            let value = |field: &Field| match field.ty.is_optional() {
                true => Const::Unset,
                false => plain(&field.ty),
            };
            Const::Record(fields.iter().map(value).collect())
        }
        Type::Json => Const::Text("null".into()),
        Type::Text | Type::Optional(_) | Type::Unset | Type::Error => Const::Text("".into()),
    }
}

/// The schema. A name with `maybe_` in front is optional.
pub fn schema() -> Schema {
    let mut traits = Vec::new();
    let mut properties = Vec::new();
    let mut params = Vec::new();
    for (name, ty) in types() {
        let maybe = format!("maybe_{name}");
        traits.push(field(name, ty.clone(), Some(plain(&ty))));
        traits.push(field(&maybe, ty.clone().optional(), None));
        properties.push(field(name, ty.clone(), None));
        properties.push(field(&maybe, ty.clone().optional(), None));
        params.push(field(name, ty.optional(), None));
    }
    traits.sort_by(|a, b| a.name.cmp(&b.name));
    let event =
        |name: &str, properties| EventType { name: name.into(), wire: name.into(), properties };
    let visit = vec![
        field("city", Type::Text, None),
        field("maybe_orders", Type::Int.optional(), None),
        field("vip", Type::Bool, None),
    ];
    let kind = DestinationKind::Log;
    let log =
        DestinationType { name: "log".into(), kind, settings: Vec::new(), secrets: Vec::new() };
    let action =
        ActionType { name: ACTION.into(), kind, params, policy: None, marks: Marks::default() };
    Schema {
        traits,
        events: vec![event(PURCHASE, properties), event(VISIT, visit)],
        destinations: vec![log],
        actions: vec![action],
    }
}

/// The bindings that instance expressions speak of.
pub fn bindings() -> Vec<Binding> {
    let event = |name: &str, optional| Binding {
        name: name.into(),
        kind: BindingKind::Event { event: PURCHASE.into(), optional },
    };
    vec![event("first", false), event("second", true)]
}

fn field(name: &str, ty: Type, default: Option<Const>) -> Field {
    Field { name: name.into(), wire: name.into(), ty, default, marks: Marks::default() }
}
