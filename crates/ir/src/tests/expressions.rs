//! What expressions and predicates compile to.

use expect_test::{Expect, expect};
use journey_bytecode::{Aggregate, Const as Value, ExprId, Program, Range, Window, verify};
use journey_sema::Type;
use journey_sema::thir::{
    BinaryOp, CompareOp, Condition, Const, Expr, ExprKind, HistoryFn, HistoryRange, UnaryOp, Wake,
};

use crate::lowering::{Lowering, Scope};
use crate::testing::{
    DAY, and, binary, choose, code, compare, constant, eq, expr, field, history, in_list, in_range,
    int, is_set, not, now, number, of_last, or, or_else, order, text, texts, trait_, unary,
    workspace,
};
use crate::{LowerError, schema};

/// Compiles with the customer and an order at hand.
fn compile(
    run: impl FnOnce(&mut Lowering<'_>, Scope<'_>) -> Result<ExprId, LowerError>,
) -> Result<(Program, ExprId), LowerError> {
    let checked = workspace();
    let mut lowering = Lowering::new(&checked);
    let scope = Scope { event: Some(0), ..Scope::default() };
    let id = run(&mut lowering, scope)?;
    let mut program = schema::tables(&checked).expect("the schema has types");
    lowering.finish(&mut program);
    Ok((program, id))
}

fn test(expr: &Expr) -> (Program, ExprId) {
    let (program, id) = compile(|lowering, scope| lowering.test(expr, scope)).expect("it compiles");
    verify(program.clone()).expect("it verifies");
    (program, id)
}

fn value(expr: &Expr) -> (Program, ExprId) {
    let compiled = compile(|lowering, scope| lowering.value(expr, None, scope));
    let (program, id) = compiled.expect("it compiles");
    verify(program.clone()).expect("it verifies");
    (program, id)
}

#[track_caller]
fn check_test(expr: &Expr, expected: &Expect) {
    let (program, id) = test(expr);
    expected.assert_eq(&code(&program, id));
}

#[track_caller]
fn check_value(expr: &Expr, expected: &Expect) {
    let (program, id) = value(expr);
    expected.assert_eq(&code(&program, id));
}

#[test]
fn a_conjunction_of_slots_and_constants_is_one_instruction_a_part() {
    let rich = compare(CompareOp::Gt, trait_("value"), number(500.0));
    let loyal = compare(CompareOp::Ge, trait_("orders"), int(3));
    check_test(
        &and(vec![rich, loyal]),
        &expect![[r#"
            00 TraitNumber { cond: GtFalse, slot: 7, k: 0, skip: 2 }
            01 TraitWord { cond: GeFalse, slot: 3, k: 1, skip: 1 }
            02 RetTrue
            03 RetFalse
        "#]],
    );
}

#[test]
fn a_constant_on_the_left_turns_the_comparison_round() {
    let few = compare(CompareOp::Gt, int(3), trait_("orders"));
    check_test(
        &few,
        &expect![[r#"
            00 TraitWord { cond: LtFalse, slot: 3, k: 0, skip: 1 }
            01 RetTrue
            02 RetFalse
        "#]],
    );
}

#[test]
fn negation_flips_the_outcome_and_never_the_operator() {
    // For an unset email the comparison is false and its negation true: `NeTrue` would be wrong.
    let other = not(eq(trait_("email"), text("a@b.c")));
    check_test(
        &other,
        &expect![[r#"
            00 TraitText { cond: EqTrue, slot: 2, k: 0, skip: 1 }
            01 RetTrue
            02 RetFalse
        "#]],
    );
}

#[test]
fn a_disjunction_under_a_negation_leaves_no_trace_but_jumps() {
    let expr = not(or(vec![trait_("vip"), is_set(trait_("email"))]));
    check_test(
        &and(vec![expr, eq(order("id"), text("o1"))]),
        &expect![[r#"
            00 TraitBool { on: true, slot: 8, skip: 3 }
            01 TraitSet { on: true, slot: 2, skip: 2 }
            02 EventText { cond: EqFalse, slot: 0, k: 0, skip: 1 }
            03 RetTrue
            04 RetFalse
        "#]],
    );
}

#[test]
fn a_short_list_is_compared_item_by_item_and_a_long_one_searched() {
    check_test(
        &in_list(trait_("email"), texts(&["a", "b", "c"])),
        &expect![[r#"
            00 TraitText { cond: EqTrue, slot: 2, k: 0, skip: 2 }
            01 TraitText { cond: EqTrue, slot: 2, k: 1, skip: 1 }
            02 TraitText { cond: EqFalse, slot: 2, k: 2, skip: 1 }
            03 RetTrue
            04 RetFalse
        "#]],
    );
    check_test(
        &not(in_list(trait_("email"), texts(&["a", "b"]))),
        &expect![[r#"
            00 TraitText { cond: EqTrue, slot: 2, k: 0, skip: 2 }
            01 TraitText { cond: EqTrue, slot: 2, k: 1, skip: 1 }
            02 RetTrue
            03 RetFalse
        "#]],
    );
    check_test(
        &in_list(trait_("email"), texts(&[])),
        &expect![[r#"
            00 Jump { skip: 1 }
            01 RetTrue
            02 RetFalse
        "#]],
    );
    let long = texts(&["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
    check_test(
        &in_list(trait_("email"), long),
        &expect![[r#"
            00 Trait { dst: 0, slot: 2 }
            01 Const { dst: 1, k: 0 }
            02 Binary { op: InList, dst: 0, a: 0, b: 1 }
            03 JumpBool { on: false, a: 0, skip: 1 }
            04 RetTrue
            05 RetFalse
        "#]],
    );
}

#[test]
fn a_range_is_two_comparisons_and_wraps_at_midnight() {
    let hour = |hour: i32| constant(Const::TimeOfDay(hour * 3_600_000));
    check_test(
        &in_range(trait_("orders"), int(1), int(5)),
        &expect![[r#"
            00 TraitWord { cond: GeFalse, slot: 3, k: 0, skip: 2 }
            01 TraitWord { cond: LtFalse, slot: 3, k: 1, skip: 1 }
            02 RetTrue
            03 RetFalse
        "#]],
    );
    check_test(
        &in_range(trait_("quiet_from"), hour(9), hour(17)),
        &expect![[r#"
            00 TraitWord { cond: GeFalse, slot: 5, k: 0, skip: 2 }
            01 TraitWord { cond: LtFalse, slot: 5, k: 1, skip: 1 }
            02 RetTrue
            03 RetFalse
        "#]],
    );
    check_test(
        &in_range(trait_("quiet_from"), hour(21), hour(8)),
        &expect![[r#"
            00 TraitWord { cond: GeTrue, slot: 5, k: 0, skip: 1 }
            01 TraitWord { cond: LtFalse, slot: 5, k: 1, skip: 1 }
            02 RetTrue
            03 RetFalse
        "#]],
    );
    check_test(
        &not(in_range(trait_("quiet_from"), hour(21), hour(8))),
        &expect![[r#"
            00 TraitWord { cond: GeTrue, slot: 5, k: 0, skip: 2 }
            01 TraitWord { cond: LtTrue, slot: 5, k: 1, skip: 1 }
            02 RetTrue
            03 RetFalse
        "#]],
    );
}

#[test]
fn a_computed_value_in_a_range_goes_through_registers() {
    let weekday = |day| constant(Const::Weekday(day));
    let today = unary(UnaryOp::WeekdayOf, now(), Type::Weekday);
    check_test(
        &in_range(today, weekday(0), weekday(4)),
        &expect![[r#"
            00 Now { dst: 0 }
            01 Unary { op: WeekdayOf, dst: 0, a: 0 }
            02 Const { dst: 1, k: 0 }
            03 Const { dst: 2, k: 1 }
            04 InRange { dst: 0, a: 0, lo: 1, hi: 2 }
            05 JumpBool { on: false, a: 0, skip: 1 }
            06 RetTrue
            07 RetFalse
        "#]],
    );
}

#[test]
fn an_unset_bool_is_neither_true_nor_false() {
    let is = |value| eq(trait_("consent"), constant(Const::Bool(value)));
    check_test(
        &is(true),
        &expect![[r#"
            00 TraitBool { on: false, slot: 1, skip: 1 }
            01 RetTrue
            02 RetFalse
        "#]],
    );
    check_test(
        &is(false),
        &expect![[r#"
            00 TraitSet { on: false, slot: 1, skip: 2 }
            01 TraitBool { on: true, slot: 1, skip: 1 }
            02 RetTrue
            03 RetFalse
        "#]],
    );
    check_test(
        &not(is(false)),
        &expect![[r#"
            00 TraitSet { on: false, slot: 1, skip: 1 }
            01 TraitBool { on: false, slot: 1, skip: 1 }
            02 RetTrue
            03 RetFalse
        "#]],
    );
    // Of a bool that is always set, a comparison with false is just its negation.
    check_test(
        &eq(trait_("vip"), constant(Const::Bool(false))),
        &expect![[r#"
            00 TraitBool { on: true, slot: 8, skip: 1 }
            01 RetTrue
            02 RetFalse
        "#]],
    );
    check_test(
        &or_else(trait_("consent"), constant(Const::Bool(false))),
        &expect![[r#"
            00 TraitBool { on: false, slot: 1, skip: 1 }
            01 RetTrue
            02 RetFalse
        "#]],
    );
}

#[test]
fn arithmetic_uses_registers_like_a_stack() {
    let sum = binary(BinaryOp::AddInt, trait_("orders"), int(1), Type::Int);
    let sums = binary(BinaryOp::MulInt, sum.clone(), sum, Type::Int);
    check_value(
        &sums,
        &expect![[r#"
            00 Trait { dst: 0, slot: 3 }
            01 Const { dst: 1, k: 0 }
            02 Binary { op: AddInt, dst: 0, a: 0, b: 1 }
            03 Trait { dst: 1, slot: 3 }
            04 Const { dst: 2, k: 0 }
            05 Binary { op: AddInt, dst: 1, a: 1, b: 2 }
            06 Binary { op: MulInt, dst: 0, a: 0, b: 1 }
            07 Ret { a: 0 }
        "#]],
    );
}

#[test]
fn a_choice_and_a_fallback_end_in_one_register() {
    let plan = choose(trait_("vip"), text("gold"), trait_("plan"));
    check_value(
        &plan,
        &expect![[r#"
            00 TraitBool { on: false, slot: 8, skip: 2 }
            01 Const { dst: 0, k: 0 }
            02 Jump { skip: 1 }
            03 Trait { dst: 0, slot: 4 }
            04 Ret { a: 0 }
        "#]],
    );
    check_value(
        &or_else(trait_("email"), text("nobody")),
        &expect![[r#"
            00 Trait { dst: 0, slot: 2 }
            01 JumpSet { on: true, a: 0, skip: 1 }
            02 Const { dst: 0, k: 0 }
            03 Ret { a: 0 }
        "#]],
    );
}

#[test]
fn a_bool_as_a_value_of_a_choice_is_made_from_jumps() {
    let both = and(vec![trait_("vip"), is_set(trait_("email"))]);
    let list = expr(ExprKind::List(vec![both]), Type::List(Type::Bool.into()));
    check_value(
        &list,
        &expect![[r#"
            00 TraitBool { on: false, slot: 8, skip: 3 }
            01 TraitSet { on: false, slot: 2, skip: 2 }
            02 Const { dst: 0, k: 0 }
            03 Jump { skip: 1 }
            04 Const { dst: 0, k: 1 }
            05 MakeList { dst: 0, first: 0, count: 1 }
            06 Ret { a: 0 }
        "#]],
    );
}

#[test]
fn an_optional_int_compared_as_a_number_stays_unset() {
    let years = unary(UnaryOp::IntToNumber, trait_("years"), Type::Number.optional());
    check_value(
        &or_else(years, number(2.5)),
        &expect![[r#"
            00 Trait { dst: 1, slot: 9 }
            01 Unset { dst: 0 }
            02 JumpSet { on: false, a: 1, skip: 1 }
            03 Unary { op: IntToNumber, dst: 0, a: 1 }
            04 JumpSet { on: true, a: 0, skip: 1 }
            05 Const { dst: 0, k: 0 }
            06 Ret { a: 0 }
        "#]],
    );
}

#[test]
fn a_long_list_is_put_together_from_pieces() {
    let list = expr(ExprKind::List(vec![trait_("plan"); 130]), Type::List(Type::Text.into()));
    let (program, id) = value(&list);
    let listing = code(&program, id);
    assert_eq!(listing.matches("MakeList").count(), 3);
    assert_eq!(listing.matches("ConcatList").count(), 2);
    assert!(program.exprs[id.0 as usize].registers < 70);
}

#[test]
fn an_expression_that_needs_too_many_registers_says_where_it_stands() {
    let mut sum = int(1);
    for _ in 0..300 {
        sum = binary(BinaryOp::AddInt, trait_("orders"), sum, Type::Int);
    }
    let error = compile(|lowering, scope| {
        lowering.item = "journey deep".to_owned();
        lowering.value(&sum, None, scope)
    });
    assert!(matches!(
        error,
        Err(LowerError::ExpressionTooLarge { item, .. }) if item == "journey deep"
    ));
}

#[test]
fn a_chain_of_a_hundred_summands_takes_two_registers() {
    let mut sum = int(1);
    for _ in 0..100 {
        sum = binary(BinaryOp::AddInt, sum, trait_("orders"), Type::Int);
    }
    let (program, id) = value(&sum);
    assert_eq!(program.exprs[id.0 as usize].registers, 2);
}

#[test]
fn equal_expressions_and_constants_stand_once() {
    let rich = compare(CompareOp::Gt, trait_("value"), number(500.0));
    let (program, _) = compile(|lowering, scope| {
        let first = lowering.test(&rich, scope)?;
        assert_eq!(lowering.test(&rich, scope)?, first);
        lowering.test(&not(rich.clone()), scope)
    })
    .expect("it compiles");
    assert_eq!(program.exprs.len(), 2);
    assert_eq!(program.consts, [Value::Number(500.0)]);
}

#[test]
fn happened_is_a_count_above_zero_and_shares_its_window() {
    let count = history(HistoryFn::Count, None, None, HistoryRange::Within(DAY));
    let happened = history(HistoryFn::Happened, None, None, HistoryRange::Within(DAY));
    let both = and(vec![compare(CompareOp::Gt, count, int(2)), happened]);
    let (program, id) = test(&both);
    expect![[r#"
        00 History { dst: 0, window: 0 }
        01 Const { dst: 1, k: 0 }
        02 Compare { cmp: Gt, dst: 0, a: 0, b: 1 }
        03 JumpBool { on: false, a: 0, skip: 5 }
        04 History { dst: 0, window: 0 }
        05 Const { dst: 1, k: 1 }
        06 Compare { cmp: Gt, dst: 0, a: 0, b: 1 }
        07 JumpBool { on: false, a: 0, skip: 1 }
        08 RetTrue
        09 RetFalse
    "#]]
    .assert_eq(&code(&program, id));
    let event = 0;
    let (filter, value, journey) = (None, None, None);
    let range = Range::Within(DAY);
    let aggregate = Aggregate::Count;
    assert_eq!(program.windows, [Window { event, aggregate, filter, value, range, journey }]);
}

#[test]
fn last_keeps_what_is_read_of_it_and_no_more() {
    // The full record is id, total, coupon, at; the window keeps total and at.
    let total = or_else(of_last(1, Type::Number), number(0.0));
    let at = or_else(of_last(3, Type::Time), now());
    let known = is_set(history(HistoryFn::Last, None, None, HistoryRange::All));
    let all = and(vec![
        known,
        compare(CompareOp::Gt, total, number(9.0)),
        compare(CompareOp::Lt, at, now()),
    ]);
    let (program, id) = test(&all);
    expect![[r#"
        00 History { dst: 0, window: 0 }
        01 JumpSet { on: false, a: 0, skip: 15 }
        02 History { dst: 0, window: 0 }
        03 Field { dst: 0, a: 0, field: 0 }
        04 JumpSet { on: true, a: 0, skip: 1 }
        05 Const { dst: 0, k: 0 }
        06 Const { dst: 1, k: 1 }
        07 Compare { cmp: Gt, dst: 0, a: 0, b: 1 }
        08 JumpBool { on: false, a: 0, skip: 8 }
        09 History { dst: 0, window: 0 }
        10 Field { dst: 0, a: 0, field: 1 }
        11 JumpSet { on: true, a: 0, skip: 1 }
        12 Now { dst: 0 }
        13 Now { dst: 1 }
        14 Compare { cmp: Lt, dst: 0, a: 0, b: 1 }
        15 JumpBool { on: false, a: 0, skip: 1 }
        16 RetTrue
        17 RetFalse
    "#]]
    .assert_eq(&code(&program, id));
    assert_eq!(program.windows[0].aggregate, Aggregate::Last { slots: vec![1] });
    assert_eq!(program.windows.len(), 1);
}

#[test]
fn last_as_a_whole_keeps_all() {
    let ty = Type::Record([field("at", Type::Time, None)].into());
    let last = history(HistoryFn::Last, None, None, HistoryRange::All);
    let record = expr(ExprKind::Field(Box::new(or_else(last.clone(), last)), 3), ty);
    let (program, _) = test(&is_set(record));
    assert_eq!(program.windows[0].aggregate, Aggregate::Last { slots: vec![0, 1, 2] });
}

#[test]
fn windows_that_filter_differently_are_two() {
    let large = compare(CompareOp::Gt, order("total"), number(50.0));
    let sum = |filter| history(HistoryFn::Sum, filter, Some(order("total")), HistoryRange::All);
    let more = compare(CompareOp::Gt, sum(None), sum(Some(large)));
    let (program, _) = test(&more);
    assert_eq!(program.windows.len(), 2);
    assert_eq!(program.windows[0].filter, None);
    assert!(program.windows[1].filter.is_some());
}

#[test]
fn a_condition_reads_what_its_code_reads_and_wakes_twice_an_instant() {
    let ordered = expr(ExprKind::Trait("birthday".into()), Type::Date);
    let at = binary(BinaryOp::DateAt, ordered, constant(Const::TimeOfDay(0)), Type::Time);
    let recent = history(HistoryFn::Happened, None, None, HistoryRange::Within(DAY));
    let condition = Condition {
        test: and(vec![recent, compare(CompareOp::Lt, at.clone(), now()), trait_("vip")]),
        wakes: vec![Wake::At(at), Wake::Midnight],
    };
    let checked = workspace();
    let mut lowering = Lowering::new(&checked);
    let compiled = lowering.condition(&condition, Scope::default()).expect("it compiles");
    assert_eq!(compiled.reads.traits, [0, 8]);
    assert_eq!(compiled.reads.windows, [0]);
    assert_eq!(compiled.wakes.len(), 3);
    let mut program = schema::tables(&checked).expect("the schema has types");
    lowering.finish(&mut program);
    // The birthday is set where the test asks for it, not where the wake does.
    expect![[r#"
        00 Trait { dst: 0, slot: 0 }
        01 JumpSet { on: false, a: 0, skip: 5 }
        02 Const { dst: 1, k: 1 }
        03 Binary { op: DateAt, dst: 0, a: 0, b: 1 }
        04 Const { dst: 1, k: 2 }
        05 Binary { op: AddTimeDuration, dst: 0, a: 0, b: 1 }
        06 Ret { a: 0 }
        07 Unset { dst: 0 }
        08 Ret { a: 0 }
    "#]]
    .assert_eq(&code(&program, compiled.wakes[1]));
    expect![[r#"
        00 Now { dst: 0 }
        01 Unary { op: NextDay, dst: 0, a: 0 }
        02 Ret { a: 0 }
    "#]]
    .assert_eq(&code(&program, compiled.wakes[2]));
    verify(program).expect("it verifies");
}

#[test]
fn a_name_the_schema_lacks_is_an_error_and_no_panic() {
    let unknown = expr(ExprKind::Trait("shoe_size".into()), Type::Int);
    let error = compile(|lowering, scope| lowering.test(&unknown, scope));
    assert!(matches!(error, Err(LowerError::Unchecked { .. })));
}
