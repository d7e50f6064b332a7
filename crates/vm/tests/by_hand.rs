//! Entries by hand: what they bring along.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Input, Val};

/// A journey with a parameter that must be given and one with a default; it sends both.
fn gift() -> (World, u16) {
    let mut b = Build::new();
    let note = b.action("crm.note", &[("reason", Type::Text), ("points", Type::Int)]);
    let mut s = Steps::new("gift", Entry::Manual).reenter(Reenter::Always);
    let reason = s.param(slot("reason", Type::Text));
    let points = s.param(Slot { default: Some(Const::Int(5)), ..slot("points", Type::Int) });
    let local = |b: &mut Build, slot: u16, ty: Type| {
        let code = [Insn::Local { dst: 0, slot }, Insn::Ret { a: 0 }];
        b.expr_of(None, Some(0), ty, &code)
    };
    let (reason, points) = (local(&mut b, reason, Type::Text), local(&mut b, points, Type::Int));
    s.send("tell", note, &[(0, reason), (1, points)]);
    s.exit("done");
    let journey = b.journey(s);
    (World::new(b), journey)
}

fn enter<'a>(journey: u16, args: &'a [(u16, Val<'a>)]) -> Input<'a> {
    Input::Enter { journey, args, event: None }
}

#[test]
fn arguments_are_kept_and_defaults_stand_in() {
    let (mut world, gift) = gift();
    world.input(enter(gift, &[(0, Val::Text("birthday")), (1, Val::Int(9))]));
    world.input(enter(gift, &[(0, Val::Text("weekend"))]));
    assert_eq!(
        world.news(),
        [
            "0 gift: entered",
            "0 gift: 1 sent tell (birthday, 9)",
            "0 gift: exit done",
            "0 gift#2: entered",
            "0 gift#2: 1 sent tell (weekend, 5)",
            "0 gift#2: exit done",
        ]
    );
}

#[test]
fn what_is_missing_unknown_or_of_another_type_lets_nobody_in() {
    let (mut world, gift) = gift();
    for args in [
        &[][..],
        &[(1, Val::Int(9))],
        &[(0, Val::Unset)],
        &[(0, Val::Int(3))],
        &[(0, Val::Text("x")), (1, Val::Number(f64::NAN))],
        &[(0, Val::Text("x")), (7, Val::Int(1))],
    ] {
        world.input(enter(gift, args));
        assert_eq!(world.news(), ["0 gift: not entered, Arguments"], "{args:?}");
    }
    assert_eq!(world.customer.memberships(gift), 0);
}

#[test]
fn the_condition_of_an_entry_by_event_holds_by_hand_too() {
    let mut shop = shop();
    let k = shop.b.k(Const::Number(10.0));
    let insn = Insn::EventNumber { cond: Cond::GeFalse, slot: 0, k, skip: 1 };
    let large = shop.b.leaf(Some(shop.buy), None, insn);
    let captures = vec![];
    let entry =
        Entry::Event { event: shop.buy, filter: Some(large), captures, each: None, key: None };
    let mut s = Steps::new("j", entry).reenter(Reenter::Always);
    s.exit("done");
    let journey = shop.b.journey(s);
    let mut world = World::new(shop.b);
    fn by_hand(journey: u16, event: Option<&journey_vm::Row>) -> Input<'_> {
        Input::Enter { journey, args: &[], event }
    }
    world.input(by_hand(journey, None));
    for total in [3.0, 30.0] {
        let row = row(&[Val::Number(total)]);
        world.input(by_hand(journey, Some(&row)));
    }
    assert_eq!(
        world.news(),
        [
            "0 j: not entered, Arguments",
            "0 j: not entered, Condition",
            "0 j: entered",
            "0 j: exit done",
        ]
    );
}
