//! Event history: what was, within how long, since when.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Eval, Fault, Input, Row, Val, eval};

/// A window as an expression.
fn asked(b: &mut Build, window: u16, ty: Type, journey: Option<u16>) -> ExprId {
    b.expr_of(None, journey, ty, &[Insn::History { dst: 0, window }, Insn::Ret { a: 0 }])
}

fn total_of(b: &mut Build, buy: u16) -> ExprId {
    let load = [Insn::Event { dst: 0, slot: 0 }, Insn::Ret { a: 0 }];
    b.expr_of(Some(buy), None, Type::Number, &load)
}

/// The result of a window for the customer as it is, at some instant.
fn ask(world: &World, expr: ExprId, now: i64) -> Result<Const, Fault> {
    let ctx = Eval::new(&world.customer, now, &world.scratch);
    eval(&world.set, expr, &ctx).map(Val::to_const)
}

#[test]
fn a_range_of_time_is_exact_at_any_instant_between_inputs() {
    let mut shop = shop();
    let count = shop.b.count(shop.buy, Range::Within(DAY), None);
    let expr = asked(&mut shop.b, count, Type::Int, None);
    let mut world = World::new(shop.b);
    world.event(shop.buy, &[Val::Number(1.0)]).at(HOUR).event(shop.buy, &[Val::Number(1.0)]);
    let count_at = |now| ask(&world, expr, now).unwrap();
    assert_eq!(count_at(HOUR), Const::Int(2));
    assert_eq!(count_at(DAY - 1), Const::Int(2));
    // Events later than now - 1d: the one at 0 is not later than 1d - 1d.
    assert_eq!(count_at(DAY), Const::Int(1));
    assert_eq!(count_at(DAY + HOUR), Const::Int(0));
}

#[test]
fn before_the_first_event_there_is_nothing() {
    let mut shop = shop();
    let count = shop.b.count(shop.buy, Range::All, None);
    let value = Some(total_of(&mut shop.b, shop.buy));
    let (aggregate, range) = (Aggregate::Sum, Range::All);
    let window = Window { event: shop.buy, aggregate, filter: None, value, range, journey: None };
    let sum = shop.b.window(window.clone());
    let last = shop.b.window(Window {
        aggregate: Aggregate::Last { slots: vec![0] },
        value: None,
        ..window
    });
    let record = Type::Record(vec![field("total", Type::Number), field("at", Type::Time)]);
    let exprs = [
        asked(&mut shop.b, count, Type::Int, None),
        asked(&mut shop.b, sum, Type::Number, None),
        asked(&mut shop.b, last, record, None),
    ];
    shop.b.optional(exprs[2]);
    let mut world = World::new(shop.b);
    for before in [true, false] {
        let results = exprs.map(|expr| ask(&world, expr, 0).unwrap());
        assert_eq!(results, [Const::Int(0), Const::Number(0.0), Const::Unset], "{before}");
        world.input(Input::Tick);
    }
    world.at(HOUR).event(shop.buy, &[Val::Number(2.5)]);
    world.event_at(shop.buy, MINUTE, None, &[Val::Number(4.0)]);
    let latest = Const::Record(vec![Const::Number(2.5), Const::Time(HOUR)]);
    let results = exprs.map(|expr| ask(&world, expr, HOUR).unwrap());
    assert_eq!(results, [Const::Int(2), Const::Number(6.5), latest]);
}

fn field(name: &str, ty: Type) -> FieldType {
    FieldType { name: name.into(), wire: name.into(), ty, optional: false, default: None }
}

/// A generator of numbers that are different enough.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as i64
    }
}

/// Counts, sums and lasts over a range, over events that come late or early, compared with a scan
/// of all events, at instants on and around the edges.
#[test]
fn windows_agree_with_a_scan_of_the_log() {
    let mut shop = shop();
    let buy = shop.buy;
    let value = Some(total_of(&mut shop.b, buy));
    let k = shop.b.k(Const::Number(5.0));
    let insn = Insn::EventNumber { cond: Cond::GeFalse, slot: 0, k, skip: 1 };
    let large = Some(shop.b.leaf(Some(buy), None, insn));
    let base = Window {
        event: buy,
        aggregate: Aggregate::Count,
        filter: None,
        value: None,
        range: Range::All,
        journey: None,
    };
    let record = Type::Record(vec![field("total", Type::Number), field("at", Type::Time)]);
    let mut windows = vec![];
    for range in [Range::All, Range::Within(50)] {
        for filter in [None, large] {
            let last = Aggregate::Last { slots: vec![0] };
            for (aggregate, value, ty) in [
                (Aggregate::Count, None, Type::Int),
                (Aggregate::Sum, value, Type::Number),
                (last, None, record.clone()),
            ] {
                let kind = aggregate.clone();
                let window = Window { aggregate, filter, value, range, ..base.clone() };
                let window = shop.b.window(window);
                let expr = asked(&mut shop.b, window, ty, None);
                windows.push((shop.b.optional(expr), kind, filter.is_some(), range));
            }
        }
    }
    let mut world = World::new(shop.b);
    let mut dice = Dice(42);
    let (mut now, mut log) = (0, vec![]);
    for _ in 0..400 {
        now += dice.roll(20);
        let at = now + dice.roll(30) - 25;
        let total = dice.roll(10) as f64;
        world.at(now).event_at(buy, at, None, &[Val::Number(total)]);
        log.push((at, total));
        let asked_at = now + dice.roll(60);
        for (expr, aggregate, filtered, range) in &windows {
            let horizon = if *range == Range::All { i64::MIN } else { asked_at - 50 };
            // An event out of range when it came is out of range for good.
            let inside = |(at, total): &&(i64, f64)| *at > horizon && (!filtered || *total >= 5.0);
            let mut inside: Vec<_> = log.iter().filter(inside).collect();
            inside.sort_by_key(|(at, _)| *at);
            let expected = match aggregate {
                Aggregate::Count => Const::Int(inside.len() as i64),
                Aggregate::Sum => Const::Number(inside.iter().map(|(_, total)| total).sum()),
                Aggregate::First | Aggregate::Each => unreachable!("only waits ask these"),
                Aggregate::Last { .. } => inside.last().map_or(Const::Unset, |(at, total)| {
                    Const::Record(vec![Const::Number(*total), Const::Time(*at)])
                }),
            };
            assert_eq!(ask(&world, *expr, asked_at), Ok(expected), "{aggregate:?} {range:?}");
        }
    }
}

/// Enters on a visit, says after an hour how many purchases there were, and then waits another.
fn counting(range: Range, marks: bool) -> (World, u16, u16) {
    let mut shop = shop();
    let tell = shop.b.action("crm.tell", &[("count", Type::Int)]);
    let count = shop.b.count(shop.buy, range, Some(0));
    let value = asked(&mut shop.b, count, Type::Int, Some(0));
    let hour = shop.b.duration(HOUR);
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always);
    s.journey.marks = 1;
    s.pause("first", hour);
    s.send("a", tell, &[(0, value)]);
    if marks {
        s.op(Op::Mark { mark: 0 });
    }
    s.pause("second", hour);
    s.send("b", tell, &[(0, value)]);
    s.exit("done");
    shop.b.journey(s);
    (World::new(shop.b), shop.visit, shop.buy)
}

#[test]
fn since_entered_counts_from_the_entry() {
    let (mut world, visit, buy) = counting(Range::SinceEntered, false);
    let one = &[Val::Number(1.0)];
    world.event(buy, one).event(visit, &[]);
    world.at(MINUTE).event(buy, one).event(buy, one).at(HOUR + MINUTE).event(buy, one);
    world.tick(DAY).event(visit, &[]).tick(2 * DAY);
    assert_eq!(
        world.news().iter().filter(|line| line.contains("sent")).collect::<Vec<_>>(),
        [
            "1h j: 1 sent a (2)",
            "2h j: 2 sent b (3)",
            "1d1h j#2: 1 sent a (0)",
            "1d2h j#2: 2 sent b (0)",
        ]
    );
}

#[test]
fn since_a_mark_counts_from_the_arrival_there() {
    let (mut world, visit, buy) = counting(Range::SinceMark(0), true);
    let one = &[Val::Number(1.0)];
    world.event(visit, &[]).at(MINUTE).event(buy, one);
    world.at(HOUR + MINUTE).event(buy, one).tick(DAY);
    // Before the mark is reached there is nothing since it.
    assert_eq!(
        world.news(),
        ["0 j: entered", "1h j: 1 sent a (0)", "2h j: 2 sent b (1)", "2h j: exit done"]
    );
}

/// The filter compares with a local, so it can only be evaluated when the instance asks.
#[test]
fn a_filter_over_locals_looks_back_before_the_entry() {
    let mut shop = shop();
    let (buy, visit) = (shop.buy, shop.visit);
    let tell = shop.b.action("crm.tell", &[("count", Type::Int)]);
    let mut s = Steps::new("j", Entry::Manual);
    let total = s.local("buy.total", Type::Number);
    let captures = vec![Capture { from: CaptureFrom::Property(0), local: total }];
    s.journey.entry = Entry::Event { event: buy, filter: None, captures, each: None, key: None };
    let larger = [
        Insn::Event { dst: 0, slot: 0 },
        Insn::Local { dst: 1, slot: total },
        Insn::Compare { cmp: Cmp::Gt, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
    ];
    let filter = Some(shop.b.expr_of(Some(buy), Some(0), Type::Bool, &larger));
    let count = shop.b.window(Window {
        event: buy,
        aggregate: Aggregate::Count,
        filter,
        value: None,
        range: Range::Within(DAY),
        journey: Some(0),
    });
    let value = asked(&mut shop.b, count, Type::Int, Some(0));
    let w = s.wait("w", Deadline::None, &["visited"]);
    s.arm(w, event_arm(visit), 0);
    s.send("tell", tell, &[(0, value)]);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    for (at, total) in [(0, 7.0), (HOUR, 9.0), (2 * HOUR, 3.0), (3 * HOUR, 8.0)] {
        world.at(at).event(buy, &[Val::Number(total)]);
    }
    // The first purchase entered, with 7; 9 and 8 are larger, and a day later only 8 is left.
    let before = world.customer.clone();
    world.news();
    world.at(4 * HOUR).event(visit, &[]);
    assert_eq!(world.news(), ["4h j: 1 sent tell (2)", "4h j: exit done"]);
    world.customer = before;
    world.at(DAY + HOUR).event(visit, &[]);
    assert_eq!(world.news(), ["1d1h j: 1 sent tell (1)", "1d1h j: exit done"]);
}

/// A sum that overflows faults whoever asks it, for as long as it is asked for; it does not wrap.
#[test]
fn a_sum_that_overflows_faults() {
    let mut b = Build::new();
    let pay = b.event("pay", &[("cents", Type::Int)]);
    let load = [Insn::Event { dst: 0, slot: 0 }, Insn::Ret { a: 0 }];
    let value = Some(b.expr_of(Some(pay), None, Type::Int, &load));
    let (aggregate, filter, journey) = (Aggregate::Sum, None, None);
    let window = Window { event: pay, aggregate, filter, value, range: Range::All, journey };
    let all = b.window(window.clone());
    let recent = b.window(Window { range: Range::Within(DAY), ..window });
    let exprs = [all, recent].map(|window| asked(&mut b, window, Type::Int, None));
    let mut world = World::new(b);
    world.event(pay, &[Val::Int(i64::MAX)]).at(HOUR).event(pay, &[Val::Int(1)]);
    assert_eq!(exprs.map(|expr| ask(&world, expr, HOUR)), [const { Err(Fault::Overflow) }; 2]);
    assert_eq!(ask(&world, exprs[0], DAY), Err(Fault::Overflow));
    assert_eq!(ask(&world, exprs[1], DAY), Ok(Const::Int(1)));
}

/// Events keep coming; what a window over a range keeps does not grow with them.
#[test]
fn a_window_lets_go_of_what_has_left_its_range() {
    let mut shop = shop();
    let window = shop.b.count(shop.buy, Range::Within(10), None);
    let expr = asked(&mut shop.b, window, Type::Int, None);
    let mut world = World::new(shop.b);
    let row: Row = row(&[Val::Number(1.0)]);
    for at in 0..5_000 {
        world.at(at).input(Input::Event { event: shop.buy, at, id: None, row: &row });
    }
    assert_eq!(ask(&world, expr, 4_999), Ok(Const::Int(10)));
    assert!(format!("{:?}", world.customer).len() < 2_000);
}
