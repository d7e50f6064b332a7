//! Expressions: what each operation gives, and what it does with values that are unset, too large
//! or out of range.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Eval, Fault, Input, Row, Scratch, Val, eval, test};

/// Evaluates code over constants: register n holds the nth of them before it runs.
fn run_in(zone: &str, now: i64, values: &[Const], ty: Type, code: &[Insn]) -> Result<Const, Fault> {
    let mut b = Build::new();
    b.program.timezone = zone.into();
    let mut all = vec![];
    for (dst, value) in (0..).zip(values) {
        all.push(match value {
            Const::Unset => Insn::Unset { dst },
            value => Insn::Const { dst, k: b.k(value.clone()) },
        });
    }
    all.extend_from_slice(code);
    all.push(Insn::Ret { a: 0 });
    let expr = b.expr(ty, &all);
    let expr = b.optional(expr);
    let mut world = World::new(b);
    world.input(Input::Activate);
    let ctx = Eval::new(&world.customer, now, &world.scratch);
    eval(&world.set, expr, &ctx).map(Val::to_const)
}

fn run(values: &[Const], ty: Type, code: &[Insn]) -> Result<Const, Fault> {
    run_in("UTC", 0, values, ty, code)
}

fn unary(op: UnaryOp, a: Const, ty: Type) -> Result<Const, Fault> {
    run(&[a], ty, &[Insn::Unary { op, dst: 0, a: 0 }])
}

fn binary(op: BinaryOp, a: Const, b: Const, ty: Type) -> Result<Const, Fault> {
    run(&[a, b], ty, &[Insn::Binary { op, dst: 0, a: 0, b: 1 }])
}

fn text(value: &str) -> Const {
    Const::Text(value.into())
}

fn texts(values: &[&str]) -> Const {
    Const::List(values.iter().copied().map(text).collect())
}

#[test]
fn ints_never_wrap() {
    use BinaryOp as Op;
    let int = |op, a, b| binary(op, Const::Int(a), Const::Int(b), Type::Int);
    assert_eq!(int(Op::AddInt, 2, 3), Ok(Const::Int(5)));
    assert_eq!(int(Op::AddInt, i64::MAX, 1), Err(Fault::Overflow));
    assert_eq!(int(Op::SubInt, i64::MIN, 1), Err(Fault::Overflow));
    assert_eq!(int(Op::MulInt, i64::MAX, 2), Err(Fault::Overflow));
    assert_eq!(int(Op::RemInt, -7, 3), Ok(Const::Int(-1)));
    assert_eq!(int(Op::RemInt, 7, 0), Err(Fault::DivisionByZero));
    assert_eq!(int(Op::RemInt, i64::MIN, -1), Ok(Const::Int(0)));
    assert_eq!(int(Op::MinInt, -7, 3), Ok(Const::Int(-7)));
    for op in [UnaryOp::NegInt, UnaryOp::AbsInt] {
        assert_eq!(unary(op, Const::Int(i64::MIN), Type::Int), Err(Fault::Overflow));
        assert_eq!(unary(op, Const::Int(-4), Type::Int), Ok(Const::Int(4)));
    }
}

#[test]
fn numbers_are_never_infinite_or_none() {
    use BinaryOp as Op;
    let number = |op, a, b| binary(op, Const::Number(a), Const::Number(b), Type::Number);
    assert_eq!(number(Op::DivNumber, 1.0, 4.0), Ok(Const::Number(0.25)));
    assert_eq!(number(Op::DivNumber, 1.0, 0.0), Err(Fault::NonFinite));
    assert_eq!(number(Op::RemNumber, 1.0, 0.0), Err(Fault::NonFinite));
    assert_eq!(number(Op::MulNumber, 1e300, 1e300), Err(Fault::NonFinite));
    assert_eq!(number(Op::RemNumber, -7.5, 2.0), Ok(Const::Number(-1.5)));
    assert_eq!(number(Op::MaxNumber, -7.5, 2.0), Ok(Const::Number(2.0)));
}

#[test]
fn numbers_become_ints_by_rounding() {
    let int = |op, a| unary(op, Const::Number(a), Type::Int);
    assert_eq!(int(UnaryOp::Round, 2.5), Ok(Const::Int(3)));
    assert_eq!(int(UnaryOp::Round, -2.5), Ok(Const::Int(-3)));
    assert_eq!(int(UnaryOp::Floor, -2.1), Ok(Const::Int(-3)));
    assert_eq!(int(UnaryOp::Ceil, 2.1), Ok(Const::Int(3)));
    assert_eq!(int(UnaryOp::Round, 9.3e18), Err(Fault::Overflow));
    assert_eq!(int(UnaryOp::Floor, -9_223_372_036_854_775_808.0), Ok(Const::Int(i64::MIN)));
    assert_eq!(int(UnaryOp::Floor, 9_223_372_036_854_775_808.0), Err(Fault::Overflow));
    let widened = unary(UnaryOp::IntToNumber, Const::Int(3), Type::Number);
    assert_eq!(widened, Ok(Const::Number(3.0)));
}

#[test]
fn text_is_characters_not_bytes() {
    assert_eq!(unary(UnaryOp::LengthText, text("Grüße"), Type::Int), Ok(Const::Int(5)));
    assert_eq!(unary(UnaryOp::Upper, text("Grüße"), Type::Text), Ok(text("GRÜßE")));
    assert_eq!(unary(UnaryOp::Lower, text("ÀB"), Type::Text), Ok(text("àb")));
    assert_eq!(unary(UnaryOp::Trim, text("\u{2003}a b\t"), Type::Text), Ok(text("a b")));
    assert_eq!(unary(UnaryOp::ParseNumber, text("2.5"), Type::Number), Ok(Const::Number(2.5)));
    assert_eq!(unary(UnaryOp::ParseNumber, text("2.5€"), Type::Number), Ok(Const::Unset));
    assert_eq!(unary(UnaryOp::ToText, Const::Duration(90 * MINUTE), Type::Text), Ok(text("1h30m")));
    assert_eq!(unary(UnaryOp::ToText, Const::Time(i64::MAX), Type::Text), Err(Fault::Calendar));
    let holds = |op, a: &str, b: &str| binary(op, text(a), text(b), Type::Bool);
    assert_eq!(holds(BinaryOp::ContainsText, "abcd", "bc"), Ok(Const::Bool(true)));
    assert_eq!(holds(BinaryOp::StartsWith, "abcd", "bc"), Ok(Const::Bool(false)));
    assert_eq!(holds(BinaryOp::EndsWith, "abcd", "cd"), Ok(Const::Bool(true)));
    let joined = binary(BinaryOp::ConcatText, text("a"), text("b"), Type::Text);
    assert_eq!(joined, Ok(text("ab")));
}

#[test]
fn lists_hold_what_they_hold() {
    let list = Type::List(Box::new(Type::Text));
    let joined = binary(BinaryOp::ConcatList, texts(&["a"]), texts(&["b"]), list.clone());
    assert_eq!(joined, Ok(texts(&["a", "b"])));
    let holds = |op, a, b| binary(op, a, b, Type::Bool);
    let ab = || texts(&["a", "b"]);
    assert_eq!(holds(BinaryOp::ContainsList, ab(), text("b")), Ok(Const::Bool(true)));
    assert_eq!(holds(BinaryOp::InList, text("c"), ab()), Ok(Const::Bool(false)));
    assert_eq!(holds(BinaryOp::InList, Const::Unset, ab()), Ok(Const::Bool(false)));
    assert_eq!(unary(UnaryOp::LengthList, ab(), Type::Int), Ok(Const::Int(2)));
    let made = run(
        &[text("a"), text("b")],
        list.clone(),
        &[Insn::MakeList { dst: 0, first: 0, count: 2 }],
    );
    assert_eq!(made, Ok(ab()));
    let hole =
        run(&[text("a"), Const::Unset], list, &[Insn::MakeList { dst: 0, first: 0, count: 2 }]);
    assert_eq!(hole, Err(Fault::Unset));
}

#[test]
fn a_field_of_nothing_is_nothing() {
    let record = Const::Record(vec![text("a"), Const::Int(2)]);
    let field = |record| run(&[record], Type::Int, &[Insn::Field { dst: 0, a: 0, field: 1 }]);
    assert_eq!(field(record), Ok(Const::Int(2)));
    assert_eq!(field(Const::Unset), Ok(Const::Unset));
}

#[test]
fn a_comparison_with_nothing_is_false_whatever_it_is() {
    for cmp in [Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge] {
        for values in [[Const::Unset, Const::Int(1)], [Const::Int(1), Const::Unset]] {
            let code = [Insn::Compare { cmp, dst: 0, a: 0, b: 1 }];
            assert_eq!(run(&values, Type::Bool, &code), Ok(Const::Bool(false)), "{cmp:?}");
        }
    }
    // Elsewhere the type checker has ruled it out.
    assert_eq!(unary(UnaryOp::Not, Const::Unset, Type::Bool), Err(Fault::Unset));
    let sum = binary(BinaryOp::AddInt, Const::Unset, Const::Int(1), Type::Int);
    assert_eq!(sum, Err(Fault::Unset));
}

#[test]
fn comparisons_order_what_has_an_order() {
    let holds = |cmp, a: &Const, b: &Const| {
        let code = [Insn::Compare { cmp, dst: 0, a: 0, b: 1 }];
        run(&[a.clone(), b.clone()], Type::Bool, &code) == Ok(Const::Bool(true))
    };
    for (low, high) in [
        (Const::Int(-1), Const::Int(1)),
        (Const::Number(-0.5), Const::Number(0.0)),
        (text("Z"), text("a")),
        (text("a"), text("ä")),
        (Const::Time(-1), Const::Time(1)),
        (Const::Date(-1), Const::Date(1)),
        (Const::TimeOfDay(0), Const::TimeOfDay(1)),
        (Const::Weekday(0), Const::Weekday(6)),
        (Const::Duration(-1), Const::Duration(1)),
    ] {
        let outcomes = [Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge]
            .map(|cmp| [holds(cmp, &low, &high), holds(cmp, &low, &low), holds(cmp, &high, &low)]);
        let (t, f) = (true, false);
        let expected = [[f, t, f], [t, f, t], [t, f, f], [t, t, f], [f, f, t], [f, t, t]];
        assert_eq!(outcomes, expected, "{low:?} {high:?}");
    }
    assert!(holds(Cmp::Eq, &texts(&["a"]), &texts(&["a"])));
    assert!(holds(Cmp::Ne, &texts(&["a"]), &texts(&["b"])));
    assert!(holds(Cmp::Ne, &Const::Bool(true), &Const::Bool(false)));
}

/// Every fused comparison agrees with the plain one, present and absent, for each kind of slot
/// and each row it can stand in.
#[test]
fn fused_and_plain_comparisons_agree() {
    let conds = [
        (Cond::EqFalse, Cmp::Eq, false),
        (Cond::NeFalse, Cmp::Ne, false),
        (Cond::LtFalse, Cmp::Lt, false),
        (Cond::LeFalse, Cmp::Le, false),
        (Cond::GtFalse, Cmp::Gt, false),
        (Cond::GeFalse, Cmp::Ge, false),
        (Cond::EqTrue, Cmp::Eq, true),
        (Cond::NeTrue, Cmp::Ne, true),
        (Cond::LtTrue, Cmp::Lt, true),
        (Cond::LeTrue, Cmp::Le, true),
        (Cond::GtTrue, Cmp::Gt, true),
        (Cond::GeTrue, Cmp::Ge, true),
    ];
    let mut compared = 0;
    for (cond, cmp, on) in conds {
        let mut b = Build::new();
        let number = b.optional_trait("number", Type::Number);
        let int = b.optional_trait("int", Type::Int);
        let name = b.optional_trait("name", Type::Text);
        let event =
            b.event("e", &[("number", Type::Number), ("int", Type::Int), ("name", Type::Text)]);
        let mut s = Steps::new("j", Entry::Manual);
        s.local("number", Type::Number);
        s.local("int", Type::Int);
        s.local("name", Type::Text);
        s.exit("done");
        b.journey(s);
        let ks = [b.k(Const::Number(2.0)), b.k(Const::Int(2)), b.k(text("b"))];
        let (scope_event, scope_journey) = (Some(event), Some(0));
        let skip = 1;
        let mut pairs = vec![];
        for slot in [number, int, name] {
            let k = ks[usize::from(slot)];
            let fused = match slot {
                0 => [
                    Insn::TraitNumber { cond, slot, k, skip },
                    Insn::EventNumber { cond, slot, k, skip },
                    Insn::LocalNumber { cond, slot, k, skip },
                ],
                1 => [
                    Insn::TraitWord { cond, slot, k, skip },
                    Insn::EventWord { cond, slot, k, skip },
                    Insn::LocalWord { cond, slot, k, skip },
                ],
                _ if !matches!(cmp, Cmp::Eq | Cmp::Ne) => continue,
                _ => [
                    Insn::TraitText { cond, slot, k, skip },
                    Insn::EventText { cond, slot, k, skip },
                    Insn::LocalText { cond, slot, k, skip },
                ],
            };
            let loads = [
                Insn::Trait { dst: 0, slot },
                Insn::Event { dst: 0, slot },
                Insn::Local { dst: 0, slot },
            ];
            for (fused, load) in fused.into_iter().zip(loads) {
                let [yes, no] = if on {
                    [Insn::RetFalse, Insn::RetTrue]
                } else {
                    [Insn::RetTrue, Insn::RetFalse]
                };
                let plain = [
                    load,
                    Insn::Const { dst: 1, k },
                    Insn::Compare { cmp, dst: 0, a: 0, b: 1 },
                    Insn::Ret { a: 0 },
                ];
                let fused = b.expr_of(scope_event, scope_journey, Type::Bool, &[fused, yes, no]);
                let plain = b.expr_of(scope_event, scope_journey, Type::Bool, &plain);
                pairs.push((fused, plain));
            }
        }
        let world = World::new(b);
        let rows = [
            row(&[Val::Number(1.0), Val::Int(1), Val::Text("a")]),
            row(&[Val::Number(2.0), Val::Int(2), Val::Text("b")]),
            row(&[Val::Number(3.0), Val::Int(3), Val::Text("c")]),
            Row::new(3),
        ];
        for values in &rows {
            let ctx = Eval {
                traits: values,
                event: Some((values, 0)),
                locals: Some(values),
                ..Eval::new(&world.customer, 0, &world.scratch)
            };
            for (fused, plain) in &pairs {
                let (fused, plain) =
                    (test(&world.set, *fused, &ctx), test(&world.set, *plain, &ctx));
                assert!(fused.is_ok());
                assert_eq!(fused, plain, "{cond:?} {values:?}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 4 * (12 * 6 + 4 * 3));
}

#[test]
fn ranges_are_half_open_and_wrap_at_midnight() {
    let holds = |a: Const, lo: Const, hi: Const| {
        run(&[a, lo, hi], Type::Bool, &[Insn::InRange { dst: 0, a: 0, lo: 1, hi: 2 }])
            == Ok(Const::Bool(true))
    };
    let hour = |hour: i32| Const::TimeOfDay(hour * 3_600_000);
    assert!(holds(Const::Int(1), Const::Int(1), Const::Int(3)));
    assert!(!holds(Const::Int(3), Const::Int(1), Const::Int(3)));
    assert!(holds(Const::Number(2.9), Const::Number(1.0), Const::Number(3.0)));
    assert!(holds(hour(23), hour(21), hour(8)) && holds(hour(3), hour(21), hour(8)));
    assert!(!holds(hour(8), hour(21), hour(8)) && !holds(hour(12), hour(21), hour(8)));
    let day = Const::Weekday;
    assert!(holds(day(4), day(0), day(4)) && !holds(day(5), day(0), day(4)));
    assert!(holds(day(6), day(5), day(0)) && holds(day(0), day(5), day(0)));
    assert!(!holds(Const::Unset, Const::Int(1), Const::Int(3)));
}

#[test]
fn times_are_read_in_the_programs_zone() {
    // 2026-03-29T00:30Z, a Sunday, half an hour before clocks go forward in Berlin.
    let now = 1_774_744_200_000;
    let of = |op, ty| {
        run_in("Europe/Berlin", now, &[Const::Time(now)], ty, &[Insn::Unary { op, dst: 0, a: 0 }])
    };
    assert_eq!(of(UnaryOp::TimeOfDayOf, Type::TimeOfDay), Ok(Const::TimeOfDay(5_400_000)));
    assert_eq!(of(UnaryOp::WeekdayOf, Type::Weekday), Ok(Const::Weekday(6)));
    assert_eq!(of(UnaryOp::DateOf, Type::Date), Ok(Const::Date(20_541)));
    assert_eq!(of(UnaryOp::HourOf, Type::Int), Ok(Const::Int(1)));
    assert_eq!(of(UnaryOp::DayOf, Type::Int), Ok(Const::Int(29)));
    assert_eq!(of(UnaryOp::MonthOf, Type::Int), Ok(Const::Int(3)));
    assert_eq!(of(UnaryOp::YearOf, Type::Int), Ok(Const::Int(2026)));
    // The day after begins 23 hours after this one did.
    assert_eq!(of(UnaryOp::NextDay, Type::Time), Ok(Const::Time(now + 21 * HOUR + 30 * MINUTE)));
    let at = |time: i32| {
        let code = [Insn::Binary { op: BinaryOp::DateAt, dst: 0, a: 0, b: 1 }];
        let values = [Const::Date(20_541), Const::TimeOfDay(time)];
        run_in("Europe/Berlin", now, &values, Type::Time, &code)
    };
    assert_eq!(at(2 * 3_600_000 + 1_800_000), Ok(Const::Time(now + 30 * MINUTE)));
    assert_eq!(at(3 * 3_600_000), Ok(Const::Time(now + 30 * MINUTE)));
    let next = [Insn::Unary { op: UnaryOp::NextTimeOfDay, dst: 0, a: 0 }];
    let next = |time| run_in("Europe/Berlin", now, &[Const::TimeOfDay(time)], Type::Time, &next);
    // Shown an hour from now, by clocks that then skip half of it; or passed at the next tick.
    assert_eq!(next(3 * 3_600_000 + 1), Ok(Const::Time(now + 30 * MINUTE + 1)));
    assert_eq!(next(5_400_000), Ok(Const::Time(now + 1)));
    assert_eq!(next(5_399_999), Ok(Const::Time(now + 23 * HOUR - 1)));
}

#[test]
fn calendars_and_clocks_have_ends() {
    let days = |op, date, days| binary(op, Const::Date(date), Const::Int(days), Type::Date);
    assert_eq!(days(BinaryOp::AddDateInt, 10, -20), Ok(Const::Date(-10)));
    assert_eq!(days(BinaryOp::SubDateInt, 0, i64::MIN), Err(Fault::Overflow));
    assert_eq!(days(BinaryOp::AddDateInt, 0, 1_000_000_000), Err(Fault::Calendar));
    let sum =
        binary(BinaryOp::AddTimeDuration, Const::Time(i64::MAX), Const::Duration(1), Type::Time);
    assert_eq!(sum, Err(Fault::Overflow));
    assert_eq!(unary(UnaryOp::DateOf, Const::Time(i64::MIN), Type::Date), Err(Fault::Calendar));
    let long =
        binary(BinaryOp::MulDurationInt, Const::Duration(i64::MAX), Const::Int(2), Type::Duration);
    assert_eq!(long, Err(Fault::Overflow));
}

/// Doubling a text or list forty times would take a terabyte.
#[test]
fn values_do_not_grow_without_end() {
    let double = Insn::Binary { op: BinaryOp::ConcatText, dst: 0, a: 0, b: 0 };
    assert_eq!(run(&[text("a")], Type::Text, &[double; 40]), Err(Fault::TooLarge));
    let double = Insn::Binary { op: BinaryOp::ConcatList, dst: 0, a: 0, b: 0 };
    let list = Type::List(Box::new(Type::Text));
    assert_eq!(run(&[texts(&["a"])], list, &[double; 40]), Err(Fault::TooLarge));
    // The same list as both items of a list, again and again: small in memory, huge when copied.
    let mut nest = vec![];
    let mut ty = Type::Text;
    for _ in 0..12 {
        nest.extend((1..8).map(|dst| Insn::Move { dst, a: 0 }));
        nest.push(Insn::MakeList { dst: 0, first: 0, count: 8 });
        ty = Type::List(Box::new(ty));
    }
    assert_eq!(run(&[text("a")], ty, &nest), Err(Fault::TooLarge));
}

/// An expression that may not be unset faults instead; as a condition, unset is false.
#[test]
fn unset_is_a_fault_unless_the_expression_says_otherwise() {
    let mut b = Build::new();
    let flag = b.optional_trait("flag", Type::Bool);
    let load = [Insn::Trait { dst: 0, slot: flag }, Insn::Ret { a: 0 }];
    let (strict, loose) = (b.expr(Type::Bool, &load), b.expr(Type::Bool, &load));
    b.optional(loose);
    let mut world = World::new(b);
    world.input(Input::Activate);
    let ctx = Eval::new(&world.customer, 0, &world.scratch);
    assert_eq!(eval(&world.set, strict, &ctx), Err(Fault::Unset));
    assert_eq!(eval(&world.set, loose, &ctx), Ok(Val::Unset));
    assert_eq!(test(&world.set, strict, &ctx), Ok(false));
}

#[test]
fn a_pattern_is_looked_for_anywhere_in_the_text() {
    let mut b = Build::new();
    let name = b.optional_trait("name", Type::Text);
    let regex = b.regex("b+$");
    let code = [
        Insn::Trait { dst: 0, slot: name },
        Insn::Matches { dst: 0, a: 0, regex },
        Insn::Ret { a: 0 },
    ];
    let expr = b.expr(Type::Bool, &code);
    let mut world = World::new(b);
    for (value, expected) in [
        (Val::Text("abb"), Ok(true)),
        (Val::Text("ba"), Ok(false)),
        (Val::Unset, Err(Fault::Unset)),
    ] {
        world.set(name, value);
        let scratch = Scratch::new();
        assert_eq!(test(&world.set, expr, &Eval::new(&world.customer, 0, &scratch)), expected);
    }
}

/// A loop over a list, with the element in register 1.
fn each(fold: Fold, list: Const, ty: Type, body: &[Insn]) -> Result<Const, Fault> {
    let skip = body.len() as u16;
    let mut code = vec![Insn::Each { fold, dst: 0, a: 0, item: 1, skip }];
    code.extend_from_slice(body);
    run(&[list], ty, &code)
}

#[test]
fn any_and_all_stop_where_it_is_settled() {
    let ints = |items: &[i64]| Const::List(items.iter().copied().map(Const::Int).collect());
    // 12 % x == 0, which faults for 0.
    let divides = |fold, items: &[i64]| {
        let mut b = Build::new();
        let (twelve, zero) = (b.k(Const::Int(12)), b.k(Const::Int(0)));
        let list = b.k(ints(items));
        let code = [
            Insn::Const { dst: 0, k: list },
            Insn::Each { fold, dst: 0, a: 0, item: 1, skip: 5 },
            Insn::Const { dst: 2, k: twelve },
            Insn::Binary { op: BinaryOp::RemInt, dst: 2, a: 2, b: 1 },
            Insn::Const { dst: 3, k: zero },
            Insn::Compare { cmp: Cmp::Eq, dst: 2, a: 2, b: 3 },
            Insn::Ret { a: 2 },
            Insn::Ret { a: 0 },
        ];
        let expr = b.expr(Type::Bool, &code);
        let world = World::new(b);
        test(&world.set, expr, &Eval::new(&world.customer, 0, &world.scratch))
    };
    assert_eq!(divides(Fold::Any, &[5, 3, 0]), Ok(true));
    assert_eq!(divides(Fold::Any, &[5, 7]), Ok(false));
    assert_eq!(divides(Fold::Any, &[5, 0, 3]), Err(Fault::DivisionByZero));
    assert_eq!(divides(Fold::All, &[3, 5, 0]), Ok(false));
    assert_eq!(divides(Fold::All, &[3, 4]), Ok(true));
    assert_eq!((divides(Fold::Any, &[]), divides(Fold::All, &[])), (Ok(false), Ok(true)));
}

#[test]
fn sums_of_elements_fault_instead_of_wrapping() {
    let body = [Insn::Ret { a: 1 }];
    let ints = |items: &[i64]| Const::List(items.iter().copied().map(Const::Int).collect());
    let sum = |items| each(Fold::SumInt, ints(items), Type::Int, &body);
    assert_eq!(sum(&[1, 2, 39]), Ok(Const::Int(42)));
    assert_eq!(sum(&[]), Ok(Const::Int(0)));
    assert_eq!(sum(&[i64::MAX, 1]), Err(Fault::Overflow));
    let numbers = |items: &[f64]| {
        let list = Const::List(items.iter().copied().map(Const::Number).collect());
        each(Fold::SumNumber, list, Type::Number, &body)
    };
    assert_eq!(numbers(&[0.5, 2.0]), Ok(Const::Number(2.5)));
    assert_eq!(numbers(&[f64::MAX, f64::MAX]), Err(Fault::NonFinite));
}

#[test]
fn one_evaluation_looks_at_only_so_many_elements() {
    let flags = |count| Const::List(vec![Const::Bool(true); count]);
    let all = |list| each(Fold::All, list, Type::Bool, &[Insn::Ret { a: 1 }]);
    assert_eq!(all(flags(100_000)), Ok(Const::Bool(true)));
    assert_eq!(all(flags(100_001)), Err(Fault::Elements));
    // Lists in lists are counted out.
    let squared = |count| {
        let body = [
            Insn::Move { dst: 3, a: 2 },
            Insn::Each { fold: Fold::All, dst: 3, a: 3, item: 4, skip: 1 },
            Insn::Ret { a: 4 },
            Insn::Ret { a: 3 },
        ];
        let mut code = vec![
            Insn::Move { dst: 2, a: 0 },
            Insn::Each { fold: Fold::All, dst: 0, a: 0, item: 1, skip: 4 },
        ];
        code.extend_from_slice(&body);
        run(&[flags(count)], Type::Bool, &code)
    };
    assert_eq!(squared(300), Ok(Const::Bool(true)));
    assert_eq!(squared(400), Err(Fault::Elements));
}

#[test]
fn a_loop_cannot_use_up_all_memory() {
    // Each turn makes a text of half a megabyte.
    let long = text(&"x".repeat(1 << 18));
    let list = Const::List(vec![Const::Bool(true); 1000]);
    let code = [
        Insn::Each { fold: Fold::All, dst: 1, a: 1, item: 2, skip: 3 },
        Insn::Binary { op: BinaryOp::ConcatText, dst: 3, a: 0, b: 0 },
        Insn::Binary { op: BinaryOp::StartsWith, dst: 3, a: 3, b: 0 },
        Insn::Ret { a: 3 },
        Insn::Move { dst: 0, a: 0 },
        Insn::Ret { a: 1 },
    ];
    assert_eq!(run(&[long, list], Type::Bool, &code), Err(Fault::TooLarge));
}

#[test]
fn months_end_where_they_end() {
    let months =
        |date, n| binary(BinaryOp::AddMonths, Const::Date(date), Const::Int(n), Type::Date);
    // 2026-01-31 and a month is 2026-02-28.
    assert_eq!(months(20_484, 1), Ok(Const::Date(20_512)));
    assert_eq!(months(20_484, -2), Ok(Const::Date(20_422)));
    assert_eq!(months(20_484, i64::MAX), Err(Fault::Overflow));
    assert_eq!(months(20_484, 4_000_000), Err(Fault::Calendar));
}
