//! A shop under test: its schema, and what its decoder makes of texts.

#![allow(dead_code, missing_docs, unreachable_pub)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../../../bytecode/tests/common/mod.rs"]
pub mod build;

use std::sync::Arc;

pub use build::*;
pub use journey_bytecode::*;
use journey_intake::{Reason, Schema, iso};
use journey_vm::{Row, Val};

pub const ORDER_PLACED: u16 = 0;
pub const PAGE_VIEWED: u16 = 1;
pub const SIGNED_UP: u16 = 2;

/// Entered by hand, with a reason, points and tags.
pub const NUDGE: u16 = 0;
/// Entered by `Order Placed`, with a note of its own.
pub const THANKS: u16 = 1;

pub fn slot(name: &str, wire: &str, ty: Type) -> Slot {
    Slot { name: name.into(), wire: wire.into(), ty, optional: false, default: None, pii: false }
}

pub fn optional(name: &str, wire: &str, ty: Type) -> Slot {
    Slot { optional: true, ..slot(name, wire, ty) }
}

pub fn defaulted(name: &str, wire: &str, ty: Type, default: Const) -> Slot {
    Slot { default: Some(default), ..slot(name, wire, ty) }
}

pub fn text(text: &str) -> Const {
    Const::Text(text.into())
}

pub fn texts() -> Type {
    Type::List(Box::new(Type::Text))
}

/// The lines of an order.
pub fn items() -> Type {
    let field = |name: &str, wire: &str, ty, default| FieldType {
        name: name.into(),
        wire: wire.into(),
        ty,
        optional: false,
        default,
    };
    Type::List(Box::new(Type::Record(vec![
        field("sku", "SKU", Type::Text, None),
        field("qty", "qty", Type::Int, Some(Const::Int(1))),
    ])))
}

fn journey(name: &str, params: Vec<Slot>, entry: Entry) -> Journey {
    Journey {
        name: name.into(),
        title: name.into(),
        params: params.into_iter().map(|slot| Param { slot, local: None }).collect(),
        entry,
        reenter: Reenter::Never,
        inside: WhileInside::Ignore,
        timezone: None,
        exits: vec![],
        goals: vec![],
        outcomes: vec!["done".into()],
        tiles: vec![Tile {
            id: "exit_1".into(),
            kind: TileKind::Exit,
            title: "exit done".into(),
            edges: vec![],
        }],
        locals: vec![],
        marks: 0,
        code: vec![Op::Arrive { tile: 0 }, Op::Exit { outcome: 0 }],
        states: vec![],
        sends: vec![],
        webhooks: vec![],
        updates: vec![],
        splits: vec![],
        calls: vec![],
    }
}

pub fn program() -> Verified<Program> {
    let mut b = Build::new();
    b.program.timezone = "Europe/Berlin".into();
    let plan = Type::Enum(vec!["free".into(), "pro".into()]);
    b.program.traits = vec![
        defaulted("plan", "plan", plan, text("free")),
        optional("first_name", "firstName", Type::Text),
        defaulted("visits", "Visits", Type::Int, Const::Int(0)),
        optional("born", "birthday", Type::Date),
        optional("tags", "tags", texts()),
        optional("seen", "seen", Type::Time),
        optional("cart", "cart", items()),
        optional("extra", "extra", Type::Json),
    ];
    b.program.events = vec![
        Event {
            name: "order_placed".into(),
            wire: "Order Placed".into(),
            properties: vec![
                slot("total", "total", Type::Number),
                optional("items", "items", items()),
                defaulted("currency", "currency", Type::Text, text("EUR")),
                optional("at", "placedAt", Type::Time),
            ],
        },
        Event {
            name: "page_viewed".into(),
            wire: "Page Viewed".into(),
            properties: vec![
                optional("url", "url", Type::Text),
                optional("name", "name", Type::Text),
                optional("category", "category", Type::Text),
            ],
        },
        Event { name: "signed_up".into(), wire: "signed_up".into(), properties: vec![] },
    ];
    let gone = b.trait_unset(1);
    let condition = b.on_traits(gone, &[1]);
    let audience =
        |name: &str, condition| Audience { name: name.into(), title: name.into(), condition };
    b.program.audiences = vec![audience("nameless", Some(condition)), audience("newsletter", None)];
    let params = vec![
        slot("reason", "reason", Type::Text),
        defaulted("points", "points", Type::Int, Const::Int(1)),
        optional("tags", "tags", texts()),
    ];
    let by_order =
        Entry::Event { event: ORDER_PLACED, filter: None, captures: vec![], each: None, key: None };
    b.program.journeys = vec![
        journey("nudge", params, Entry::Manual),
        journey("thanks", vec![optional("note", "note", Type::Text)], by_order),
    ];
    b.done()
}

pub fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(&program()))
}

pub fn at(time: &str) -> i64 {
    iso::instant(time).unwrap()
}

/// The values of a row by the names in source; what is unset is left out.
pub fn values(row: &Row, slots: &[Slot]) -> Vec<(String, Const)> {
    let arena = bumpalo::Bump::new();
    let values = (0..)
        .zip(slots)
        .map(|(number, slot)| (slot.name.clone(), row.get(number, &slot.ty, &arena)));
    let set = values.filter(|(_, value)| !matches!(value, Val::Unset));
    set.map(|(name, value)| (name, value.to_const())).collect()
}

pub fn told(reasons: &[Reason]) -> Vec<String> {
    reasons.iter().map(ToString::to_string).collect()
}
