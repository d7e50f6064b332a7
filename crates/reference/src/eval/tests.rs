//! The reference against examples worked out by hand, so that it is not only compared with what
//! it is the reference for.

use std::collections::BTreeMap;
use std::sync::Arc;

use journey_base::TextRange;
use journey_sema::thir::{
    BinaryOp, CompareOp, Expr, ExprKind, History, HistoryFn, HistoryRange, UnaryOp,
};
use journey_sema::{Checked, EventType, Field, Marks, Schema, Type};

use super::{Customer, Fault, Instance, Occurrence, Outcome, Value, World, evaluate, time_zone};

fn expr(kind: ExprKind, ty: Type) -> Expr {
    Expr { kind, ty, range: TextRange::default() }
}

fn constant(value: Value) -> Expr {
    expr(ExprKind::Const(value), Type::Unset)
}

fn binary(op: BinaryOp, a: Value, b: Value) -> Expr {
    expr(ExprKind::Binary(op, Box::new([constant(a), constant(b)])), Type::Unset)
}

fn unary(op: UnaryOp, a: Value) -> Expr {
    expr(ExprKind::Unary(op, Box::new(constant(a))), Type::Text)
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// 2025-03-30T00:00Z, the day on which clocks go forward in Europe.
const SUNDAY: i64 = 1_743_292_800_000;
const HOUR: i64 = 3_600_000;

fn with<T>(zone: &str, customer: &Customer, run: impl FnOnce(World<'_>) -> T) -> T {
    let total = Field {
        name: "total".into(),
        wire: "total".into(),
        ty: Type::Int,
        default: None,
        marks: Marks::default(),
    };
    let checked = Checked {
        timezone: zone.into(),
        schema: Schema {
            events: vec![EventType {
                name: "order".into(),
                wire: "order".into(),
                properties: vec![total],
            }],
            ..Schema::default()
        },
        ..Checked::default()
    };
    let zone = time_zone(&checked).expect("a zone");
    run(World {
        checked: &checked,
        zone: &zone,
        customer,
        now: SUNDAY + 10 * HOUR,
        event: None,
        instance: None,
        element: None,
    })
}

fn value_in(zone: &str, expr: &Expr) -> Outcome {
    with(zone, &Customer::default(), |world| evaluate(expr, &world))
}

fn value(expr: &Expr) -> Outcome {
    value_in("UTC", expr)
}

#[test]
fn arithmetic_faults_instead_of_wrapping() {
    let add = |a, b| value(&binary(BinaryOp::AddInt, Value::Int(a), Value::Int(b)));
    assert_eq!(add(2, 3), Ok(Value::Int(5)));
    assert_eq!(add(i64::MAX, 1), Err(Fault::Overflow));
    let remainder = |a, b| value(&binary(BinaryOp::RemInt, Value::Int(a), Value::Int(b)));
    assert_eq!(remainder(-7, 3), Ok(Value::Int(-1)));
    assert_eq!(remainder(i64::MIN, -1), Ok(Value::Int(0)));
    assert_eq!(remainder(7, 0), Err(Fault::DivisionByZero));
    let divide = |a, b| value(&binary(BinaryOp::DivNumber, Value::Number(a), Value::Number(b)));
    assert_eq!(divide(1.0, 0.0), Err(Fault::NonFinite));
    let round = |a| value(&unary(UnaryOp::Round, Value::Number(a)));
    assert_eq!([round(2.5), round(-2.5), round(0.49)], [3, -3, 0].map(|it| Ok(Value::Int(it))));
    assert_eq!(round(1e19), Err(Fault::Overflow));
}

#[test]
fn a_skipped_local_time_is_the_end_of_the_gap_and_a_repeated_one_the_first() {
    let at = |zone: &str, date, hour: i32, minute: i32| {
        let time = Value::TimeOfDay(hour * 3_600_000 + minute * 60_000);
        value_in(zone, &binary(BinaryOp::DateAt, Value::Date(date), time))
    };
    let spring = (SUNDAY / (24 * HOUR)) as i32;
    assert_eq!(at("Europe/Berlin", spring, 2, 30), Ok(Value::Time(SUNDAY + HOUR)));
    assert_eq!(at("Europe/Berlin", spring, 3, 30), Ok(Value::Time(SUNDAY + HOUR + HOUR / 2)));
    // 2025-10-26: 02:30 is shown at 00:30Z and again at 01:30Z.
    let autumn = spring + 210;
    let first = SUNDAY + 210 * 24 * HOUR + HOUR / 2;
    assert_eq!(at("Europe/Berlin", autumn, 2, 30), Ok(Value::Time(first)));
}

#[test]
fn ranges_of_the_clock_and_the_week_wrap() {
    let within = |value: Value, low: Value, high: Value| {
        let parts = [constant(value), constant(low), constant(high)];
        self::value(&expr(ExprKind::InRange(Box::new(parts)), Type::Bool))
    };
    let hour = |hour: i32| Value::TimeOfDay(hour * 3_600_000);
    let yes = Ok(Value::Bool(true));
    let no = Ok(Value::Bool(false));
    assert_eq!(within(hour(23), hour(21), hour(8)), yes);
    assert_eq!(within(hour(8), hour(21), hour(8)), no);
    assert_eq!(within(hour(9), hour(9), hour(9)), no);
    assert_eq!(within(Value::Weekday(6), Value::Weekday(5), Value::Weekday(0)), yes);
    assert_eq!(within(Value::Weekday(3), Value::Weekday(5), Value::Weekday(0)), no);
    assert_eq!(within(Value::Weekday(4), Value::Weekday(0), Value::Weekday(4)), yes);
    assert_eq!(within(Value::Unset, Value::Int(0), Value::Int(9)), no);
}

#[test]
fn unset_equals_nothing_and_its_negation_holds() {
    let parts = [constant(Value::Unset), constant(text("a"))];
    let equal = expr(ExprKind::Compare(CompareOp::Eq, Box::new(parts)), Type::Bool);
    assert_eq!(value(&equal), Ok(Value::Bool(false)));
    assert_eq!(value(&expr(ExprKind::Not(Box::new(equal)), Type::Bool)), Ok(Value::Bool(true)));
}

#[test]
fn values_are_shown_as_they_are_written() {
    let shown = |it| value(&unary(UnaryOp::ToText, it));
    assert_eq!(shown(Value::Time(SUNDAY)), Ok(text("2025-03-30T00:00:00Z")));
    assert_eq!(shown(Value::Time(-1)), Ok(text("1969-12-31T23:59:59.999Z")));
    assert_eq!(shown(Value::Date(-1)), Ok(text("1969-12-31")));
    assert_eq!(shown(Value::TimeOfDay(77_415_000)), Ok(text("21:30:15")));
    assert_eq!(shown(Value::Duration(-61_250)), Ok(text("-1m1s250ms")));
    assert_eq!(shown(Value::Number(2.0)), Ok(text("2")));
}

#[test]
fn case_follows_the_simple_mappings() {
    assert_eq!(value(&unary(UnaryOp::Upper, text("straße ᾳ ǆ"))), Ok(text("STRAßE ᾼ Ǆ")));
    assert_eq!(value(&unary(UnaryOp::Lower, text("ÀİΣ"))), Ok(text("àiσ")));
}

fn order(total: i64, at: i64) -> Occurrence {
    Occurrence { event: "order".into(), properties: vec![Value::Int(total)], at }
}

fn asked(function: HistoryFn, range: HistoryRange) -> Expr {
    let total = ExprKind::Event { event: "order".into(), property: "total".into() };
    let value = (function == HistoryFn::Sum).then(|| expr(total, Type::Int));
    let history = History { function, event: "order".into(), filter: None, value, range };
    expr(ExprKind::History(Box::new(history)), Type::Int)
}

#[test]
fn history_counts_by_time_or_by_what_came_after() {
    let now = SUNDAY + 10 * HOUR;
    let customer = Customer {
        past: vec![order(1, now - 2 * HOUR), order(10, now - HOUR), order(100, now - 5 * HOUR)],
        ..Customer::default()
    };
    let instance = Instance {
        entered_after: 1,
        marks: BTreeMap::from([(Arc::from("pause"), 2)]),
        ..Instance::default()
    };
    with("UTC", &customer, |world| {
        let sum = |range| {
            let world = World { instance: Some(&instance), ..world };
            evaluate(&asked(HistoryFn::Sum, range), &world)
        };
        assert_eq!(sum(HistoryRange::All), Ok(Value::Int(111)));
        // Exactly two hours ago is no longer within two hours.
        assert_eq!(sum(HistoryRange::Within(2 * HOUR)), Ok(Value::Int(10)));
        assert_eq!(sum(HistoryRange::SinceEntered), Ok(Value::Int(110)));
        assert_eq!(sum(HistoryRange::SinceLabel("pause".into())), Ok(Value::Int(100)));
        assert_eq!(sum(HistoryRange::SinceLabel("elsewhere".into())), Ok(Value::Int(0)));
        let last = evaluate(&asked(HistoryFn::Last, HistoryRange::All), &world);
        assert_eq!(last, Ok(Value::Record([Value::Int(10), Value::Time(now - HOUR)].into())));
    });
}
