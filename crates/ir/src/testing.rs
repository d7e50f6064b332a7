//! Typed trees by hand, and code as text, for the tests of this crate.

use std::fmt::Write;
use std::sync::Arc;

use journey_base::TextRange;
use journey_bytecode::{ExprId, Program};
use journey_sema::thir::{
    BinaryOp, Binding, BindingId, BindingKind, CompareOp, Condition, Const, Entry, EventMatch,
    Expr, ExprKind, History, HistoryFn, HistoryRange, Journey, Reenter, Tile, TileKind, UnaryOp,
};
use journey_sema::{
    ActionType, Checked, DestinationKind, DestinationType, EventType, Field, Marks, Schema, Type,
};

pub(crate) const DAY: i64 = 86_400_000;

pub(crate) fn field(name: &str, ty: Type, default: Option<Const>) -> Field {
    Field { name: name.into(), wire: name.into(), ty, default, marks: Marks::default() }
}

pub(crate) fn plan() -> Type {
    Type::Enum(["free", "pro"].map(Arc::from).into())
}

/// A workspace with a schema and nothing else. Numbers of traits: birthday 0, consent 1, email 2,
/// orders 3, plan 4, quiet_from 5, tags 6, value 7, vip 8, years 9. Event `order`: at-hand slots id 0,
/// total 1, coupon 2.
pub(crate) fn workspace() -> Checked {
    let text = |it: &str| Some(Const::Text(it.into()));
    let mut traits = vec![
        field("birthday", Type::Date.optional(), None),
        field("consent", Type::Bool.optional(), None),
        field("email", Type::Text.optional(), None),
        field("orders", Type::Int, Some(Const::Int(0))),
        field("plan", plan(), text("free")),
        field("quiet_from", Type::TimeOfDay.optional(), None),
        field("tags", Type::List(Arc::new(Type::Text)), Some(Const::List([].into()))),
        field("value", Type::Number, Some(Const::Number(0.0))),
        field("vip", Type::Bool, Some(Const::Bool(false))),
        field("years", Type::Int.optional(), None),
    ];
    traits.sort_by(|a, b| a.name.cmp(&b.name));
    let order = EventType {
        name: "order".into(),
        wire: "Order Completed".into(),
        properties: vec![
            field("id", Type::Text, None),
            field("total", Type::Number, None),
            field("coupon", Type::Text.optional(), None),
        ],
    };
    let note = ActionType {
        name: "crm.note".into(),
        kind: DestinationKind::Log,
        params: vec![
            field("about", Type::Text.optional(), None),
            field("text", Type::Text, None),
            field("urgent", Type::Bool, Some(Const::Bool(false))),
        ],
        policy: None,
        marks: Marks::default(),
    };
    let crm = DestinationType {
        name: "crm".into(),
        kind: DestinationKind::Log,
        settings: Vec::new(),
        secrets: Vec::new(),
    };
    Checked {
        name: "shop".into(),
        timezone: "UTC".into(),
        schema: Schema {
            traits,
            events: vec![order],
            destinations: vec![crm],
            actions: vec![note],
        },
        ..Checked::default()
    }
}

pub(crate) fn expr(kind: ExprKind, ty: Type) -> Expr {
    Expr { kind, ty, range: TextRange::default() }
}

pub(crate) fn trait_(name: &str) -> Expr {
    let workspace = workspace();
    let ty = workspace.schema.traits.iter().find(|field| &*field.name == name);
    expr(ExprKind::Trait(name.into()), ty.expect("a trait of the workspace").ty.clone())
}

/// A property of the order at hand.
pub(crate) fn order(property: &str) -> Expr {
    let workspace = workspace();
    let fields = &workspace.schema.events[0].properties;
    let ty = fields.iter().find(|field| &*field.name == property).expect("a property").ty.clone();
    expr(ExprKind::Event { event: "order".into(), property: property.into() }, ty)
}

pub(crate) fn constant(value: Const) -> Expr {
    let ty = match &value {
        Const::Unset => Type::Unset,
        Const::Bool(_) => Type::Bool,
        Const::Int(_) => Type::Int,
        Const::Number(_) => Type::Number,
        Const::Text(_) => Type::Text,
        Const::Time(_) => Type::Time,
        Const::Date(_) => Type::Date,
        Const::TimeOfDay(_) => Type::TimeOfDay,
        Const::Weekday(_) => Type::Weekday,
        Const::Duration(_) => Type::Duration,
        Const::List(_) => Type::List(Arc::new(Type::Text)),
        Const::Record(_) => Type::Record([].into()),
    };
    expr(ExprKind::Const(value), ty)
}

pub(crate) fn int(value: i64) -> Expr {
    constant(Const::Int(value))
}

pub(crate) fn number(value: f64) -> Expr {
    constant(Const::Number(value))
}

pub(crate) fn text(value: &str) -> Expr {
    constant(Const::Text(value.into()))
}

pub(crate) fn texts(values: &[&str]) -> Expr {
    constant(Const::List(values.iter().map(|value| Const::Text((*value).into())).collect()))
}

pub(crate) fn now() -> Expr {
    expr(ExprKind::Now, Type::Time)
}

pub(crate) fn compare(op: CompareOp, a: Expr, b: Expr) -> Expr {
    expr(ExprKind::Compare(op, Box::new([a, b])), Type::Bool)
}

pub(crate) fn eq(a: Expr, b: Expr) -> Expr {
    compare(CompareOp::Eq, a, b)
}

pub(crate) fn not(a: Expr) -> Expr {
    expr(ExprKind::Not(Box::new(a)), Type::Bool)
}

pub(crate) fn and(parts: Vec<Expr>) -> Expr {
    expr(ExprKind::And(parts), Type::Bool)
}

pub(crate) fn or(parts: Vec<Expr>) -> Expr {
    expr(ExprKind::Or(parts), Type::Bool)
}

pub(crate) fn choose(test: Expr, yes: Expr, no: Expr) -> Expr {
    let ty = yes.ty.clone();
    expr(ExprKind::If(Box::new([test, yes, no])), ty)
}

pub(crate) fn is_set(a: Expr) -> Expr {
    expr(ExprKind::IsSet(Box::new(a)), Type::Bool)
}

pub(crate) fn in_list(a: Expr, list: Expr) -> Expr {
    expr(ExprKind::InList(Box::new([a, list])), Type::Bool)
}

pub(crate) fn in_range(a: Expr, low: Expr, high: Expr) -> Expr {
    expr(ExprKind::InRange(Box::new([a, low, high])), Type::Bool)
}

pub(crate) fn or_else(a: Expr, b: Expr) -> Expr {
    let ty = b.ty.clone();
    expr(ExprKind::Coalesce(Box::new([a, b])), ty)
}

pub(crate) fn binary(op: BinaryOp, a: Expr, b: Expr, ty: Type) -> Expr {
    expr(ExprKind::Binary(op, Box::new([a, b])), ty)
}

pub(crate) fn unary(op: UnaryOp, a: Expr, ty: Type) -> Expr {
    expr(ExprKind::Unary(op, Box::new(a)), ty)
}

pub(crate) fn history(
    function: HistoryFn,
    filter: Option<Expr>,
    value: Option<Expr>,
    range: HistoryRange,
) -> Expr {
    let ty = match function {
        HistoryFn::Count => Type::Int,
        HistoryFn::Happened => Type::Bool,
        HistoryFn::Sum => Type::Number,
        HistoryFn::Last => {
            let mut fields = workspace().schema.events[0].properties.clone();
            fields.push(field("at", Type::Time, None));
            Type::Record(fields.into()).optional()
        }
    };
    let event = "order".into();
    expr(ExprKind::History(Box::new(History { function, event, filter, value, range })), ty)
}

/// Field `index` of `last(order)`.
pub(crate) fn of_last(index: u32, ty: Type) -> Expr {
    let last = history(HistoryFn::Last, None, None, HistoryRange::All);
    expr(ExprKind::Field(Box::new(last), index), ty.optional())
}

pub(crate) fn always(test: Expr) -> Condition {
    Condition { test, wakes: Vec::new() }
}

/// The code of an expression, one instruction a line.
pub(crate) fn code(program: &Program, id: ExprId) -> String {
    let expr = &program.exprs[id.0 as usize];
    let mut text = String::new();
    let code = &program.code[expr.start as usize..][..expr.len as usize];
    for (at, insn) in code.iter().enumerate() {
        writeln!(text, "{at:02} {insn:?}").expect("strings take everything");
    }
    text
}

pub(crate) fn tile(kind: TileKind) -> Tile {
    let range = TextRange::default();
    Tile { label: None, doc: "".into(), kind, range, title: "a tile".into() }
}

pub(crate) fn labelled(label: &str, kind: TileKind) -> Tile {
    Tile { label: Some(label.into()), ..tile(kind) }
}

pub(crate) fn exit(name: &str) -> Tile {
    tile(TileKind::Exit(name.into()))
}

pub(crate) fn wait_days(days: i64) -> TileKind {
    TileKind::WaitFor(constant(Const::Duration(days * DAY)))
}

pub(crate) fn note(text: Expr) -> TileKind {
    let args = vec![("text".into(), text)];
    TileKind::Send { action: "crm.note".into(), args, binding: None, policy: None, arms: None }
}

/// A journey entered by an order, which is bound to the first binding.
pub(crate) fn journey(name: &str, body: Vec<Tile>) -> Journey {
    let order = BindingKind::Event { event: "order".into(), optional: false };
    Journey {
        name: name.into(),
        title: name.into(),
        params: Vec::new(),
        entry: Entry::Event(on_order(Some(BindingId(0)), None)),
        each: None,
        key: None,
        reenter: Reenter::Never,
        inside: journey_sema::thir::WhileInside::Ignore,
        goals: vec![],
        timezone: None,
        exits: Vec::new(),
        bindings: vec![Binding { name: "first".into(), kind: order }],
        body,
    }
}

pub(crate) fn on_order(binding: Option<BindingId>, filter: Option<Expr>) -> EventMatch {
    EventMatch { event: "order".into(), binding, filter, since: None }
}

/// The workspace with these journeys.
pub(crate) fn with_journeys(journeys: Vec<Journey>) -> Checked {
    let journeys = journeys.into_iter().map(Arc::new).collect();
    Checked { journeys, ..workspace() }
}

/// States, then code, one a line.
pub(crate) fn listing(journey: &journey_bytecode::Journey) -> String {
    let mut text = String::new();
    for (at, state) in journey.states.iter().enumerate() {
        let arms: Vec<_> = state.arms.iter().map(|arm| arm.to).collect();
        writeln!(
            text,
            "state {at}: tile {}, arms to {arms:?}, timeout to {:?}",
            state.tile, state.timeout
        )
        .expect("strings take everything");
    }
    for split in &journey.splits {
        let arms: Vec<_> = split.arms.iter().map(|arm| (&*arm.name, arm.share, arm.to)).collect();
        writeln!(text, "split {}: {arms:?}", split.name).expect("strings take everything");
    }
    for (at, op) in journey.code.iter().enumerate() {
        writeln!(text, "{at:02} {op:?}").expect("strings take everything");
    }
    text
}
