//! Rows: what is set is got back, and memory does not grow.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use bumpalo::Bump;
use journey_bytecode::{Const, FieldType, Slot, Type};
use journey_vm::{Row, Val};

fn nested() -> Const {
    let item = |sku: &str, qty| Const::Record(vec![Const::Text(sku.into()), qty]);
    Const::List(vec![item("a", Const::Int(2)), item("ü", Const::Unset), item("", Const::Int(-1))])
}

fn nested_type() -> Type {
    let field = |name: &str, ty, optional| FieldType {
        name: name.into(),
        wire: name.into(),
        ty,
        optional,
        default: None,
    };
    let fields = vec![field("sku", Type::Text, false), field("qty", Type::Int, true)];
    Type::List(Box::new(Type::Record(fields)))
}

/// A value of every type, with the type.
fn every_type() -> Vec<(Const, Type)> {
    vec![
        (Const::Bool(true), Type::Bool),
        (Const::Int(i64::MIN), Type::Int),
        (Const::Number(-0.25), Type::Number),
        (Const::Text("Grüße".into()), Type::Text),
        (Const::Time(-1), Type::Time),
        (Const::Date(-1), Type::Date),
        (Const::TimeOfDay(86_399_999), Type::TimeOfDay),
        (Const::Weekday(6), Type::Weekday),
        (Const::Duration(-1), Type::Duration),
        (nested(), nested_type()),
        (Const::Text(String::new()), Type::Text),
    ]
}

#[test]
fn what_is_set_is_got_back() {
    let (arena, values) = (Bump::new(), every_type());
    let mut row = Row::new(values.len());
    for round in 0..3 {
        for (slot, (value, ty)) in (0..).zip(&values) {
            assert_eq!(row.get(slot, ty, &arena), Val::Unset, "{round}");
            row.set_const(slot, value);
            assert_eq!(row.get(slot, ty, &arena).to_const(), *value);
        }
        for (slot, (value, ty)) in (0..).zip(&values) {
            assert_eq!(row.get(slot, ty, &arena).to_const(), *value, "set before its neighbours");
        }
        row.clear();
    }
}

#[test]
fn copies_and_clones_hold_the_same() {
    let (arena, values) = (Bump::new(), every_type());
    let mut row = Row::new(values.len());
    let mut copy = Row::new(values.len());
    copy.set_text(3, "something else");
    for (slot, (value, ty)) in (0..).zip(&values) {
        row.set_const(slot, value);
        copy.copy_slot(slot, &row, slot);
        assert_eq!(copy.get(slot, ty, &arena).to_const(), *value);
        assert_eq!(row == copy, slot >= 3, "what differs is slot 3, until it is copied");
    }
    assert_eq!(row.clone(), copy);
    copy.copy_slot(2, &Row::new(1), 0);
    assert!(!copy.is_set(2));
}

#[test]
fn defaults_come_back_with_a_reset() {
    let slot = |default| Slot {
        pii: false,
        name: "s".into(),
        wire: "s".into(),
        ty: Type::Text,
        optional: true,
        default,
    };
    let slots = [slot(Some(Const::Text("free".into()))), slot(None)];
    let mut row = Row::with_defaults(&slots);
    assert_eq!((row.text(0), row.text(1)), (Some("free"), None));
    row.set_text(0, "pro");
    row.set_text(1, "x");
    row.reset(&slots);
    assert_eq!(row, Row::with_defaults(&slots));
}

/// A row of more slots than one word has bits.
#[test]
fn wide_rows_keep_their_slots_apart() {
    let mut row = Row::new(200);
    for slot in (0..200).step_by(3) {
        row.set_int(slot, i64::from(slot) * 1000);
    }
    for slot in 0..200 {
        let expected = (slot % 3 == 0).then_some(i64::from(slot) * 1000);
        assert_eq!(row.int(slot), expected, "{slot}");
    }
    // Places that do not exist take nothing and hold nothing.
    for slot in [200, 201, 255, 1000, u16::MAX] {
        row.set_int(slot, 1);
        row.set_text(slot, "x");
        assert_eq!((row.int(slot), row.text(slot), row.is_set(slot)), (None, None, false));
    }
    assert_eq!(row.int(0), Some(0));
}

/// A trait that is set every day for years takes no more room than one that is set once.
#[test]
fn a_slot_that_is_set_again_and_again_does_not_grow_the_row() {
    let (mut row, arena) = (Row::new(3), Bump::new());
    row.set_text(0, "stays");
    for n in 0..20_000 {
        row.set_text(1, &format!("value number {n}"));
        row.set(2, Val::List(&[Val::Text("a"), Val::Int(n)]));
    }
    assert_eq!((row.text(0), row.text(1)), (Some("stays"), Some("value number 19999")));
    let list = row.get(2, &Type::List(Box::new(Type::Text)), &arena);
    assert_eq!(list, Val::List(&[Val::Text("a"), Val::Int(19_999)]));
    assert!(row.memory() < 20_000, "{} bytes", row.memory());
}

#[test]
fn reading_as_another_type_does_no_harm() {
    let (arena, values) = (Bump::new(), every_type());
    let mut row = Row::new(values.len());
    for (slot, (value, _)) in (0..).zip(&values) {
        row.set_const(slot, value);
    }
    for slot in 0..values.len() as u16 {
        for (_, ty) in &values {
            let _ = row.get(slot, ty, &arena).to_const();
        }
    }
    assert_eq!(row.text(9), None, "a list is no text");
}

/// Lists inside lists beyond all sense, as only something broken would send.
#[test]
fn nesting_has_an_end() {
    let arena = Bump::new();
    let mut value = Val::Int(1);
    for _ in 0..10_000 {
        value = Val::List(arena.alloc_slice_copy(&[value]));
    }
    let mut row = Row::new(1);
    row.set(0, value);
    assert!(!row.is_set(0));
}
