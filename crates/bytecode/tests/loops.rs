//! What the verifier says of loops and of journeys that start journeys.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_bytecode::*;

/// A program of one journey without tiles but its exit; `code` stands before it.
fn journey(make: impl FnOnce(&mut Build, &mut Steps)) -> Result<(), String> {
    let mut b = Build::new();
    let mut s = Steps::new("j", Entry::Manual);
    make(&mut b, &mut s);
    b.journey(s);
    verify(b.program).map(drop).map_err(|error| error.to_string())
}

fn counter(b: &mut Build, s: &mut Steps) -> (u16, ExprId) {
    (s.local("left", Type::Int), b.value(Type::Int, Const::Int(3)))
}

#[test]
fn a_loop_that_counts_down_ends() {
    let verdict = journey(|b, s| {
        let (local, times) = counter(b, s);
        s.op(Op::Rounds { local, times });
        s.op(Op::Countdown { local, to: 3 });
        s.op(Op::Jump { to: 1 });
        s.exit("done");
    });
    assert_eq!(verdict, Ok(()));
}

#[test]
fn loops_nest() {
    let verdict = journey(|b, s| {
        let (outer, times) = counter(b, s);
        let inner = s.local("inner", Type::Int);
        s.op(Op::Rounds { local: outer, times });
        s.op(Op::Countdown { local: outer, to: 6 });
        s.op(Op::Rounds { local: inner, times });
        s.op(Op::Countdown { local: inner, to: 5 });
        s.op(Op::Jump { to: 3 });
        s.op(Op::Jump { to: 1 });
        s.exit("done");
    });
    assert_eq!(verdict, Ok(()));
}

#[test]
fn a_cycle_that_does_not_count_down_or_counts_anew_is_refused() {
    let endless = Err("journey `j`, op 0: a cycle that never suspends".to_owned());
    let plain = journey(|_, s| {
        s.op(Op::Jump { to: 0 });
        s.exit("done");
    });
    assert_eq!(plain, endless);
    let anew = journey(|b, s| {
        let (local, times) = counter(b, s);
        s.op(Op::Rounds { local, times });
        s.op(Op::Countdown { local, to: 3 });
        s.op(Op::Jump { to: 0 });
        s.exit("done");
    });
    assert_eq!(anew, endless);
    let exhausted = journey(|b, s| {
        let (local, _) = counter(b, s);
        s.op(Op::Countdown { local, to: 0 });
        s.exit("done");
    });
    assert_eq!(exhausted, endless);
}

#[test]
fn nothing_else_writes_what_counts() {
    let verdict = journey(|b, s| {
        let (local, times) = counter(b, s);
        s.op(Op::Rounds { local, times });
        s.op(Op::Countdown { local, to: 4 });
        s.op(Op::Set { local, value: times });
        s.op(Op::Jump { to: 1 });
        s.exit("done");
    });
    assert_eq!(
        verdict,
        Err("journey `j`, loops: writes what counts the rounds of a loop".to_owned())
    );
}

/// A journey that runs itself, which is refused when it runs, with these ways on.
fn running(outcomes: Vec<u32>, args: Vec<(u16, ExprId)>) -> Result<(), String> {
    journey(|_, s| {
        let tile = s.arrive("run", TileKind::Run, &["next"]);
        s.journey.calls.push(Call { journey: 0, args, event: vec![] });
        let run = Some(Run { call: 0, outcomes, not_entered: 2 });
        let (deadline, timeout) = (Deadline::None, None);
        s.journey.states.push(State { tile, deadline, timeout, late: None, arms: vec![], run });
        s.op(Op::Suspend { state: 0 });
        s.leave(0);
        s.exit("done");
    })
}

#[test]
fn every_end_of_a_journey_that_is_run_leads_somewhere() {
    assert_eq!(running(vec![2], vec![]), Ok(()));
    let error = running(vec![], vec![]).unwrap_err();
    assert!(error.contains("the way on from an outcome is missing"), "{error}");
    let error = running(vec![77], vec![]).unwrap_err();
    assert!(error.contains("there is no operation 77"), "{error}");
    let error = running(vec![2], vec![(0, ExprId(0))]).unwrap_err();
    assert!(error.contains("there is no parameter 0"), "{error}");
}
