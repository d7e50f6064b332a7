//! What goes wrong stops the instance it goes wrong in, and nothing else.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Fault, Status, Val};

/// An int that overflows as soon as it is computed.
fn overflow(b: &mut Build) -> ExprId {
    let k = b.k(Const::Int(i64::MAX));
    let code = [
        Insn::Const { dst: 0, k },
        Insn::Binary { op: BinaryOp::AddInt, dst: 0, a: 0, b: 0 },
        Insn::Ret { a: 0 },
    ];
    b.expr(Type::Int, &code)
}

/// The same as a condition.
fn overflowing_test(b: &mut Build, event: Option<u16>) -> ExprId {
    let k = b.k(Const::Int(i64::MAX));
    let code = [
        Insn::Const { dst: 0, k },
        Insn::Binary { op: BinaryOp::AddInt, dst: 0, a: 0, b: 0 },
        Insn::RetTrue,
    ];
    b.expr_of(event, None, Type::Bool, &code)
}

#[test]
fn an_overflow_parks_the_instance_at_its_tile_and_the_rest_goes_on() {
    let mut shop = shop();
    let tell = shop.b.action("crm.tell", &[("n", Type::Int)]);
    let (value, hour) = (overflow(&mut shop.b), shop.b.duration(HOUR));
    for (name, broken) in [("a", true), ("b", false)] {
        let mut s = Steps::new(name, on(shop.visit)).reenter(Reenter::Always);
        s.pause("w", hour);
        match broken {
            true => s.send("count", tell, &[(0, value)]),
            false => s.send("note", shop.note, &[]),
        }
        s.exit("done");
        shop.b.journey(s);
    }
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]).tick(2 * HOUR).event(shop.visit, &[]).tick(DAY);
    assert_eq!(
        world.news(),
        [
            "0 a: entered",
            "0 b: entered",
            "1h a: fault, Overflow",
            "1h b: 1 sent note ()",
            "1h b: exit done",
            // A parked instance is inside still.
            "2h a: not entered, Inside",
            "2h b#2: entered",
            "3h b#2: 1 sent note ()",
            "3h b#2: exit done",
        ]
    );
    let parked = world.customer.instance(0).unwrap();
    assert_eq!((parked.status, parked.tile), (Status::Faulted(Fault::Overflow), Some(1)));
    assert_eq!(world.customer.next_due(), None);
}

#[test]
fn a_value_that_is_needed_and_unset_is_a_fault() {
    let mut shop = shop();
    let email = shop.b.optional_trait("email", Type::Text);
    let mail = shop.b.action("mail.send", &[("to", Type::Text)]);
    let to = [Insn::Trait { dst: 0, slot: email }, Insn::Ret { a: 0 }];
    let to = shop.b.expr(Type::Text, &to);
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always);
    s.send("mail", mail, &[(0, to)]);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    let customer = world.customer.clone();
    world.event(shop.visit, &[]);
    assert_eq!(world.news(), ["0 j: entered", "0 j: fault, Unset"]);
    world.customer = customer;
    world.set(email, Val::Text("a@b")).event(shop.visit, &[]);
    assert_eq!(world.news(), ["0 j: entered", "0 j: 1 sent mail (a@b)", "0 j: exit done"]);
}

/// Two journeys turn a flag on and off, each waiting for the other: a livelock.
#[test]
fn a_livelock_runs_into_the_budget() {
    let mut shop = shop();
    let flag = shop.b.trait_("flag", Type::Bool, Const::Bool(false));
    for (name, on_flag) in [("a", false), ("b", true)] {
        let insn = Insn::TraitBool { on: !on_flag, slot: flag, skip: 1 };
        let test = shop.b.leaf(None, None, insn);
        let when = shop.b.on_traits(test, &[flag]);
        let turned = shop.b.value(Type::Bool, Const::Bool(!on_flag));
        let mut s = Steps::new(name, on(shop.visit));
        let start = s.here();
        let w = s.wait("w", Deadline::None, &["turned"]);
        s.arm(w, ArmTrigger::When(when), 0);
        s.update("turn", &[(flag, turned)]);
        s.op(Op::Jump { to: start });
        shop.b.journey(s);
    }
    let mut s = Steps::new("c", on(shop.visit));
    s.send("note", shop.note, &[]);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]);
    let path = world.path();
    let arrivals = path.iter().filter(|line| line.contains(": at ")).count();
    // The thousand, those of `c`, and what `b` still did once `a` had been parked.
    assert!((1_000..1_010).contains(&arrivals), "{arrivals}");
    let faults: Vec<_> = path.iter().filter(|line| line.contains("fault")).collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(path.contains(&"0 c: 1 sent note ()".to_owned()));
    // The other one waits and can go on later.
    let status: Vec<_> = world.customer.instances().iter().map(|i| i.status).collect();
    assert_eq!(status.iter().filter(|s| **s == Status::Faulted(Fault::Budget)).count(), 1);
}

/// A cycle whose wait is over at once turns until the budget ends it.
#[test]
fn a_cycle_that_never_really_waits_runs_into_the_budget() {
    let mut shop = shop();
    let none = shop.b.duration(0);
    let mut s = Steps::new("j", on(shop.visit));
    let start = s.here();
    s.pause("w", none);
    s.op(Op::Jump { to: start });
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]);
    let path = world.path();
    // It is parked at the tile at which it was once too often.
    assert_eq!(path.iter().filter(|line| line.contains(": at ")).count(), 1_001);
    assert_eq!(path.last().unwrap(), "0 j: fault, Budget");
    assert_eq!(world.customer.instance(0).unwrap().tile, Some(0));
}

/// A timer every millisecond for ever: a year goes by in one call all the same.
#[test]
fn a_storm_of_timers_ends() {
    let mut shop = shop();
    let tick = shop.b.duration(1);
    let mut s = Steps::new("j", on(shop.visit));
    let start = s.here();
    s.pause("w", tick);
    s.op(Op::Jump { to: start });
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]);
    let journey_vm_set = &world.set;
    let (mut arrivals, mut faults) = (0u32, vec![]);
    let input = journey_vm::Input::Tick;
    let count = &mut |effect: journey_vm::Effect<'_>| match effect {
        journey_vm::Effect::Arrived { .. } => arrivals += 1,
        journey_vm::Effect::Faulted { fault, .. } => faults.push(fault),
        _ => {}
    };
    let (customer, scratch) = (&mut world.customer, &mut world.scratch);
    journey_vm::apply(journey_vm_set, customer, input, 365 * DAY, scratch, count);
    assert_eq!((arrivals, faults), (1_000_000, vec![Fault::Budget]));
    assert_eq!(world.customer.next_due(), None);
    assert_eq!(world.customer.clock(), Some(365 * DAY));
}

#[test]
fn a_filter_that_faults_lets_nobody_in_and_says_so() {
    let mut shop = shop();
    let filter = overflowing_test(&mut shop.b, Some(shop.visit));
    let entry = Entry::Event {
        event: shop.visit,
        filter: Some(filter),
        captures: vec![],
        each: None,
        key: None,
    };
    let mut s = Steps::new("j", entry);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]);
    assert_eq!(world.news(), ["0 j: not entered, Fault(Overflow)"]);
}

#[test]
fn an_audience_that_faults_has_no_members_and_says_so() {
    let mut shop = shop();
    let x = shop.b.trait_("x", Type::Int, Const::Int(0));
    let k = shop.b.k(Const::Int(1));
    let code = [
        Insn::Trait { dst: 0, slot: x },
        Insn::Const { dst: 1, k },
        Insn::Binary { op: BinaryOp::AddInt, dst: 1, a: 0, b: 1 },
        Insn::Compare { cmp: Cmp::Gt, dst: 0, a: 1, b: 0 },
        Insn::Ret { a: 0 },
    ];
    let test = shop.b.expr(Type::Bool, &code);
    let condition = shop.b.on_traits(test, &[x]);
    shop.b.audience("more", condition);
    let mut world = World::new(shop.b);
    world.set(x, Val::Int(5)).set(x, Val::Int(i64::MAX)).set(x, Val::Int(6));
    assert_eq!(
        world.news(),
        ["0 joined more", "0 more: fault, Overflow", "0 left more", "0 joined more"]
    );
}

#[test]
fn a_criterion_or_arm_that_faults_parks_the_instance() {
    let mut shop = shop();
    let filter = Some(overflowing_test(&mut shop.b, Some(shop.buy)));
    let day = shop.b.duration(DAY);
    let mut s = Steps::new("a", on(shop.visit));
    s.exit_on("x", ExitTrigger::Event { event: shop.buy, filter });
    s.pause("w", day);
    s.exit("done");
    shop.b.journey(s);
    let mut s = Steps::new("b", on(shop.visit));
    let w = s.wait("w", Deadline::After(day), &["bought", "timeout"]);
    s.arm(w, ArmTrigger::Event { event: shop.buy, filter, captures: vec![], earlier: None }, 0);
    s.exit("bought");
    s.timeout(w, 1);
    s.exit("late");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]).event(shop.buy, &[Val::Number(1.0)]).tick(2 * DAY);
    assert_eq!(
        world.news(),
        ["0 a: entered", "0 b: entered", "0 a: fault, Overflow", "0 b: fault, Overflow"]
    );
}

/// A deadline at the end of time is none; it does not wrap around to the past.
#[test]
fn a_wait_beyond_the_end_of_time_is_a_fault() {
    let mut shop = shop();
    let endless = shop.b.duration(i64::MAX);
    let mut s = Steps::new("j", on(shop.visit));
    s.pause("w", endless);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.at(1).event(shop.visit, &[]);
    assert_eq!(world.news(), ["1ms j: entered", "1ms j: fault, Overflow"]);
}
