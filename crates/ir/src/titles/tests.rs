//! Expressions as source.

use std::sync::Arc;

use journey_sema::Type;
use journey_sema::thir::{
    BinaryOp, Binding, BindingId, BindingKind, CompareOp, Const, Expr, ExprKind, HistoryFn,
    HistoryRange, Hours, UnaryOp, Window,
};

use super::{duration, short};
use crate::testing::{
    DAY, and, binary, choose, compare, constant, eq, expr, history, in_list, in_range, int, is_set,
    not, now, number, of_last, or, or_else, order, text, texts, trait_, unary,
};

fn bindings() -> [Binding; 1] {
    let kind = BindingKind::Event { event: "order".into(), optional: true };
    [Binding { name: "first".into(), kind }]
}

#[track_caller]
fn check(expr: &Expr, expected: &str) {
    assert_eq!(short(expr, &bindings()), expected);
}

#[test]
fn parentheses_stand_only_where_they_are_needed() {
    let (a, b) = (trait_("vip"), is_set(trait_("email")));
    check(
        &or(vec![and(vec![a.clone(), b.clone()]), a.clone()]),
        "customer.vip and customer.email is set or customer.vip",
    );
    check(
        &and(vec![or(vec![a.clone(), b]), a.clone()]),
        "(customer.vip or customer.email is set) and customer.vip",
    );
    check(&not(and(vec![a.clone(), a])), "not (customer.vip and customer.vip)");
    let less = |a, b| binary(BinaryOp::SubInt, a, b, Type::Int);
    check(&less(less(int(1), int(2)), int(3)), "1 - 2 - 3");
    check(&less(int(1), less(int(2), int(3))), "1 - (2 - 3)");
    let times = binary(BinaryOp::MulInt, less(int(1), int(2)), trait_("orders"), Type::Int);
    check(&times, "(1 - 2) * customer.orders");
}

#[test]
fn negated_membership_reads_as_it_is_written() {
    check(&not(in_list(trait_("plan"), texts(&["free"]))), "customer.plan not in [\"free\"]");
    check(&not(is_set(trait_("email"))), "customer.email is unset");
    let audience = expr(ExprKind::InAudience("lapsed".into()), Type::Bool);
    check(&not(audience.clone()), "customer not in lapsed");
    check(&audience, "customer in lapsed");
    let first = expr(ExprKind::BindingIsSet(BindingId(0)), Type::Bool);
    check(&not(first), "first is unset");
    check(&not(eq(trait_("plan"), text("pro"))), "not customer.plan == \"pro\"");
}

#[test]
fn constants_are_spelled_as_literals() {
    let cases = [
        (Const::Duration(DAY + DAY / 2), "1d12h"),
        (Const::Duration(-1_500), "-1s500ms"),
        (Const::Duration(0), "0s"),
        (Const::Time(1_796_115_600_000), "2026-12-01T09:00Z"),
        (Const::Time(1_796_115_630_250), "2026-12-01T09:00:30.250Z"),
        (Const::Date(-1), "1969-12-31"),
        (Const::TimeOfDay(9 * 3_600_000), "09:00"),
        (Const::TimeOfDay(77_415_000), "21:30:15"),
        (Const::Weekday(6), "sun"),
        (Const::Number(2.0), "2"),
        (Const::Number(0.1), "0.1"),
        (Const::Number(1e300), "1e300"),
        (Const::Text("a \"b\" {c}\n\u{7}".into()), r#""a \"b\" \{c}\n\u{7}""#),
        (Const::Unset, "unset"),
    ];
    for (value, expected) in cases {
        check(&constant(value), expected);
    }
    assert_eq!(duration(i64::MIN), "-106751991167d7h12m55s808ms");
}

#[test]
fn operators_functions_and_properties() {
    let hour = |hour: i32| constant(Const::TimeOfDay(hour * 3_600_000));
    let time = unary(UnaryOp::TimeOfDayOf, now(), Type::TimeOfDay);
    check(&in_range(time, hour(21), hour(8)), "now.time in 21:00..08:00");
    check(&unary(UnaryOp::Lower, trait_("email"), Type::Text), "lower(customer.email)");
    check(
        &binary(BinaryOp::MaxInt, trait_("orders"), int(1), Type::Int),
        "max(customer.orders, 1)",
    );
    let number_of = unary(UnaryOp::IntToNumber, trait_("orders"), Type::Number);
    check(&compare(CompareOp::Ge, number_of, number(2.5)), "customer.orders >= 2.5");
    check(&choose(trait_("vip"), text("a"), text("b")), "if customer.vip then \"a\" else \"b\"");
    check(&or_else(trait_("email"), text("x")), "customer.email ?? \"x\"");
    let at = binary(BinaryOp::DateAt, trait_("birthday"), hour(9), Type::Time);
    check(&at, "customer.birthday at 09:00");
    check(&unary(UnaryOp::NegInt, trait_("orders"), Type::Int), "-customer.orders");
    let hi =
        ExprKind::Concat(vec![text("Hi {"), unary(UnaryOp::ToText, trait_("orders"), Type::Text)]);
    check(&expr(hi, Type::Text), "\"Hi \\{{customer.orders}\"");
    let matches = ExprKind::Matches(Box::new(trait_("email")), "a+\"".into());
    check(&expr(matches, Type::Bool), "customer.email matches \"a+\\\"\"");
}

#[test]
fn history_and_records() {
    let large = compare(CompareOp::Gt, order("total"), number(50.0));
    let count = history(HistoryFn::Count, Some(large), None, HistoryRange::Within(30 * DAY));
    check(&count, "count(order where order.total > 50, within: 30d)");
    let sum = history(HistoryFn::Sum, None, Some(order("total")), HistoryRange::SinceEntered);
    check(&sum, "sum(order.total, since: entered)");
    check(&of_last(3, Type::Time), "last(order).at");
    let since = HistoryRange::SinceLabel("pause".into());
    check(&history(HistoryFn::Happened, None, None, since), "happened(order, since: pause)");
    let total = ExprKind::Bound { binding: BindingId(0), property: "total".into() };
    check(&expr(total, Type::Number), "first.total");
    let fields: Arc<[_]> = [crate::testing::field("qty", Type::Int, None)].into();
    let record = expr(ExprKind::Record(vec![int(1)]), Type::Record(fields));
    check(&record, "{ qty: 1 }");
}

#[test]
fn days_and_hours() {
    let window = |days, hours| super::window(Window { days, hours });
    const HOUR: i32 = 3_600_000;
    assert_eq!(window(0b001_1111, Hours::Range(9 * HOUR, 17 * HOUR)), "mon..fri 09:00..17:00");
    assert_eq!(window(0b110_0001, Hours::All), "sat..mon");
    assert_eq!(window(0b101_0100, Hours::At(HOUR / 2)), "wed, fri, sun 00:30");
    assert_eq!(window(0x7f, Hours::At(9 * HOUR)), "09:00");
}

#[test]
fn what_is_long_is_cut_off() {
    let many = or(vec![eq(trait_("email"), text("somebody@example.com")); 2_000]);
    let title = short(&many, &[]);
    assert!(title.ends_with('…') && title.chars().count() <= 101, "{title}");
}
