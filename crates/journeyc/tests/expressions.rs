//! What expressions come out as when a journey runs, in the words of its `test` blocks.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use support::{Workspace, journeyc};

const SCHEMA: &str = r#"
customer { tags: list<text> = []  birthday: date?  renews_on: date = 2026-01-31  score: number = 0 }
event ordered {
  id: text
  items: list<{ sku: text  qty: int  price: number = 0  coupon: text? }> = []
}
destination out log {
  action truth(v: bool)
  action count(v: int)
  action amount(v: number)
  action day(v: date)
  action note(v: text)
}
"#;

/// Runs a journey entered by one order, and what is expected of it.
fn check(body: &str, order: &str, expected: &str) {
    let journey = format!(
        "journey j {{\n  entry event ordered as order\n  reenter always\n{body}\n  exit done\n}}\n\
         test \"t\" {{\n  journey j\n  customer {{ tags: [\"mug\", \"new\"] }}\n  \
         at 2026-01-05T09:00Z\n  event ordered {order}\n{expected}\n}}\n"
    );
    let workspace = Workspace::new(&[("schema.journey", SCHEMA), ("j.journey", &journey)]);
    let run = journeyc(workspace.path(), &["test"]);
    assert_eq!(run.code, 0, "{journey}\n{}{}", run.stdout, run.stderr);
}

const TWO_ITEMS: &str = r#"{ id: "mug", items: [
    { sku: "mug", qty: 2, price: 4.5 },
    { sku: "pen", qty: 3, price: 1, coupon: "A1" }
  ] }"#;

#[test]
fn each_element_of_a_list_is_asked() {
    check(
        r#"
  send out.truth(v: any(order.items, item => item.qty > 2 and item.coupon == "A1"))
  send out.truth(v: all(order.items, item => item.coupon is set))
  send out.count(v: sum(order.items, item => item.qty))
  send out.amount(v: sum(order.items, item => item.qty * item.price))
  send out.note(v: if any(order.items, item => item.sku == order.id and customer.tags contains item.sku) then "known" else "")
  send out.note(v: "{sum(customer.tags, tag => sum(order.items, item => if item.sku == tag then item.qty else 10))}")"#,
        TWO_ITEMS,
        r#"
  expect send out.truth(v: true) 1 times
  expect send out.truth(v: false) 1 times
  expect send out.count(v: 5) 1 times
  expect send out.amount(v: 12) 1 times
  expect send out.note(v: "known") 1 times
  expect send out.note(v: "32") 1 times"#,
    );
}

#[test]
fn an_empty_list_has_no_element_that_is_so_and_none_that_is_not() {
    check(
        r#"
  send out.truth(v: any(order.items, item => item.qty > 0))
  send out.truth(v: all(order.items, item => item.qty < 0))
  send out.count(v: sum(order.items, item => item.qty))"#,
        r#"{ id: "x" }"#,
        r#"
  expect send out.truth(v: false) 1 times
  expect send out.truth(v: true) 1 times
  expect send out.count(v: 0) 1 times"#,
    );
}

#[test]
fn events_of_the_past_are_counted_by_their_lists() {
    check(
        r#"
  send out.count(v: count(ordered where any(ordered.items, item => item.sku == "pen")))
  branch {
    when last(ordered) is set {
      send out.count(v: sum(last(ordered).items, item => item.qty))
      send out.note(v: last(ordered).id)
    }
  }"#,
        TWO_ITEMS,
        r#"
  expect send out.count(v: 1) 1 times
  expect send out.count(v: 5) 1 times
  expect send out.note(v: "mug") 1 times
  event ordered { id: "empty" }
  expect send out.count(v: 1) 2 times
  expect send out.count(v: 0) 1 times
  expect send out.note(v: "empty") 1 times"#,
    );
}

#[test]
fn there_is_no_negative_zero() {
    check(
        r#"
  send out.note(v: "{customer.score} {-customer.score} {0.0 * -1} {number("-0") ?? 1} {sum(order.items, item => -item.price)}")
  send out.note(v: if -customer.score == 0 then "zero" else "other")"#,
        r#"{ id: "x", items: [{ sku: "a", qty: 1, price: -0.0 }] }"#,
        r#"
  expect send out.note(v: "0 0 0 0 0") 1 times
  expect send out.note(v: "zero") 1 times"#,
    );
}

#[test]
fn every_single_value_can_be_put_into_a_text() {
    check(
        r#"
  send out.note(v: "{true} {order.items.length} {2.50} {customer.renews_on} {order.at} {09:30} {order.at.weekday} {order.at - order.at + 36h}")"#,
        r#"{ id: "x" }"#,
        r#"
  expect send out.note(v: "true 0 2.5 2026-01-31 2026-01-05T09:00:00Z 09:30 mon 1d12h") 1 times"#,
    );
}

#[test]
fn a_month_after_the_last_of_january_is_the_last_of_february() {
    check(
        r#"
  send out.day(v: add_months(customer.renews_on, 1))
  send out.day(v: add_months(customer.renews_on, -2))
  send out.day(v: add_months(2028-01-31, 1))"#,
        r#"{ id: "x" }"#,
        r#"
  expect send out.day(v: 2026-02-28) 1 times
  expect send out.day(v: 2025-11-30) 1 times
  expect send out.day(v: 2028-02-29) 1 times"#,
    );
}
