//! Customers as bytes. That a customer goes on as if it had never been in a store is shown by all
//! other tests of this crate, which store it after each input; here is how large records are, and
//! what becomes of bytes that are none.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use bumpalo::Bump;
use common::sample::sample;
use common::waiting::{NOW, waiting};
use common::*;
use journey_vm::{
    Customer, Input, ProgramSet, RecordError, Row, Scratch, Val, apply, decode_args, encode_args,
};
use proptest::prelude::*;

fn record(set: &ProgramSet, customer: &Customer) -> Vec<u8> {
    let mut record = vec![];
    customer.encode(set, &mut record);
    record
}

#[test]
fn ten_traits_and_a_waiting_instance_fit_in_300_bytes() {
    let (set, customer) = waiting();
    let record = record(&set, &customer);
    assert_eq!(record.len(), 156);
    assert_eq!(Customer::decode(&set, "customer-4711", &record), Ok(customer));
}

#[test]
fn who_is_new_takes_two_bytes_and_stays_new() {
    let (set, _) = waiting();
    let blank = Customer::new("c");
    assert_eq!(record(&set, &blank).len(), 2);
    assert_eq!(Customer::decode(&set, "c", &record(&set, &blank)), Ok(blank));
}

#[test]
fn traits_and_audiences_that_are_known_before_the_first_input_are_kept() {
    let mut b = Build::new();
    let x = b.trait_("x", Type::Int, Const::Int(1));
    let set = ProgramSet::new(b.done());
    let mut traits = Row::with_defaults(&set.program().traits);
    traits.set_int(x, 7);
    let mut customer = Customer::known("c", traits);
    customer.join(3);
    assert_eq!(Customer::decode(&set, "c", &record(&set, &customer)), Ok(customer));
}

#[test]
fn a_record_of_another_format_is_refused_by_name() {
    let (set, customer) = waiting();
    let mut record = record(&set, &customer);
    record[0] = 9;
    let error = Customer::decode(&set, "c", &record).unwrap_err();
    assert_eq!(error.to_string(), "the record has format 9; this build reads format 1");
}

#[test]
fn a_record_that_was_cut_anywhere_is_refused() {
    let (set, customer) = waiting();
    let record = record(&set, &customer);
    for length in 0..record.len() {
        let cut = Customer::decode(&set, "c", &record[..length]);
        assert!(cut.is_err(), "the first {length} bytes are taken for a record");
    }
    let longer = [record.as_slice(), &[0]].concat();
    let error = Customer::decode(&set, "c", &longer).unwrap_err();
    assert!(matches!(error, RecordError::Malformed { at: 156, .. }), "{error}");
}

#[test]
fn arguments_come_back_with_their_types() {
    let args = [
        (0, Val::Unset),
        (2, Val::Bool(true)),
        (3, Val::Int(i64::MIN)),
        (4, Val::Number(-0.0)),
        (5, Val::Text("Grüße")),
        (6, Val::Time(NOW)),
        (7, Val::Date(-1)),
        (8, Val::TimeOfDay(86_399_999)),
        (9, Val::Weekday(6)),
        (10, Val::Duration(-DAY)),
        (65_535, Val::List(&[Val::Record(&[Val::Text("a"), Val::Unset]), Val::Record(&[])])),
    ];
    let (mut bytes, arena) = (vec![], Bump::new());
    encode_args(&args, &mut bytes);
    let read = decode_args(&bytes, &arena).unwrap();
    assert_eq!(read, args);
    let Val::Number(zero) = read[3].1 else { panic!() };
    assert!(zero.is_sign_negative());
    for length in 0..bytes.len() {
        assert!(decode_args(&bytes[..length], &arena).is_err(), "{length}");
    }
}

#[test]
fn rows_come_back() {
    let (set, customer) = waiting();
    let (slots, mut bytes) = (&set.program().traits, vec![]);
    customer.traits().encode(slots, &mut bytes);
    assert_eq!(Row::decode(slots, &bytes), Ok(customer.traits().clone()));
    assert!(Row::decode(slots, &bytes[1..]).is_err());
}

/// A customer who has lived through much of what the sample program reacts to.
fn experienced(set: &ProgramSet) -> Customer {
    let (mut customer, mut scratch) = (Customer::new("c"), Scratch::new());
    let traits = [(0, Val::Text("ada@example.com")), (1, Val::Number(600.0)), (6, Val::Bool(true))];
    apply(set, &mut customer, Input::Traits(&traits), NOW, &mut scratch, &mut ());
    for (number, event) in (0..).zip(&set.program().events) {
        let mut row = Row::with_defaults(&event.properties);
        for (slot, property) in (0..).zip(&event.properties) {
            match &property.ty {
                Type::Number => row.set_number(slot, 30.0),
                Type::Text => row.set_text(slot, "c1"),
                Type::List(_) => row.set(slot, Val::List(&[])),
                _ => row.set_int(slot, 1),
            }
        }
        let input = Input::Event { event: number, at: NOW, id: Some(&event.name), row: &row };
        apply(set, &mut customer, input, NOW + DAY, &mut scratch, &mut ());
    }
    apply(set, &mut customer, by_hand(1), NOW + DAY, &mut scratch, &mut ());
    apply(set, &mut customer, Input::Pause { journey: 1 }, NOW + DAY, &mut scratch, &mut ());
    customer
}

/// Whatever the bytes, they are refused or are those of a customer with whom all goes on.
fn try_out(set: &ProgramSet, bytes: &[u8]) {
    let Ok(mut customer) = Customer::decode(set, "c", bytes) else { return };
    let again = record(set, &customer);
    assert!(Customer::decode(set, "c", &again).is_ok(), "what was read cannot be written");
    let mut scratch = Scratch::new();
    let now = customer.clock().unwrap_or(0).saturating_add(HOUR);
    apply(set, &mut customer, Input::Tick, now, &mut scratch, &mut ());
}

proptest! {
    #[test]
    fn bytes_that_are_no_record_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (set, _) = waiting();
        try_out(&set, &bytes);
        try_out(&set, &[&[1], bytes.as_slice()].concat());
    }

    #[test]
    fn a_damaged_record_does_no_harm(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let set = ProgramSet::new(verify(sample()).unwrap());
        let mut bytes = record(&set, &experienced(&set));
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        try_out(&set, &bytes);
        bytes.truncate(cut.index(bytes.len()));
        try_out(&set, &bytes);
    }
}

/// Each bit in turn, so that none is forgotten.
#[test]
fn a_record_with_a_flipped_bit_does_no_harm() {
    let set = ProgramSet::new(verify(sample()).unwrap());
    let record = record(&set, &experienced(&set));
    assert!(record.len() > 100, "{}", record.len());
    for bit in 0..record.len() * 8 {
        let mut flipped = record.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        try_out(&set, &flipped);
    }
}
