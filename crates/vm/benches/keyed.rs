//! What an event of a keyed journey costs a customer who is in it with many keys at once: carts,
//! each with its own hour, and orders that end one of them or none.

#![allow(missing_docs, clippy::indexing_slicing, clippy::unwrap_used)]

#[allow(unused_imports)]
#[path = "../tests/common/mod.rs"]
mod common;

use common::*;
use criterion::{Criterion, criterion_group, criterion_main};
use journey_vm::{Customer, Effect, Input, ProgramSet, Row, Scratch, Val, apply};

/// Keyed by the id of the cart; ends with its order.
fn program() -> (ProgramSet, u16, u16) {
    let mut b = Build::new();
    let cart = b.event("cart", &[("id", Type::Text)]);
    let order = b.event("order", &[("cart", Type::Text)]);
    let note = b.action("crm.note", &[]);
    let key = b.local_value(0, 0, Type::Text);
    let captures = vec![Capture { from: CaptureFrom::Property(0), local: 0 }];
    let entry = Entry::Event { event: cart, filter: None, captures, each: None, key: Some(key) };
    let mut s = Steps::new("carts", entry).reenter(Reenter::Always);
    s.local("cart.id", Type::Text);
    let own = b.same(order, 0, 0, 0);
    s.exit_on("bought", ExitTrigger::Event { event: order, filter: Some(own) });
    let hour = b.duration(HOUR);
    s.pause("hour", hour);
    s.send("remind", note, &[]);
    s.exit("done");
    b.journey(s);
    (ProgramSet::new(b.done()), cart, order)
}

fn id(text: &str) -> Row {
    row(&[Val::Text(text)])
}

fn events(c: &mut Criterion) {
    let (set, cart, order) = program();
    let mut scratch = Scratch::new();
    let mut group = c.benchmark_group("keyed");
    for open in [1, 1_000, 10_000] {
        let mut customer = Customer::new("c");
        let mut effects = 0usize;
        let mut happen = |customer: &mut Customer, event: u16, row: &Row| {
            let input = Input::Event { event, at: 0, id: None, row };
            apply(&set, customer, input, 0, &mut scratch, &mut |_: Effect<'_>| effects += 1);
        };
        for n in 0..open {
            happen(&mut customer, cart, &id(&format!("cart-{n}")));
        }
        assert_eq!(customer.instances().len(), open);
        let foreign = id("of somebody else");
        group.bench_function(format!("an order of no cart, {open} open"), |bencher| {
            bencher.iter(|| happen(&mut customer, order, &foreign));
        });
        let own = id(&format!("cart-{}", open / 2));
        group.bench_function(format!("a cart ends and comes again, {open} open"), |bencher| {
            bencher.iter(|| {
                happen(&mut customer, order, &own);
                happen(&mut customer, cart, &own);
            });
        });
        assert_eq!(customer.instances().len(), open);
    }
    group.finish();
}

criterion_group!(benches, events);
criterion_main!(benches);
