//! What an event costs: one journey with two waits, two sends and a window over thirty days, many
//! customers who buy now and then.

#![allow(missing_docs, clippy::indexing_slicing)]

#[allow(unused_imports)]
#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use common::*;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use journey_vm::{Customer, Effect, Input, ProgramSet, Row, Scratch, apply};

/// Enters on a purchase; waits for another, reminds, waits again, reminds a last time.
fn program() -> (ProgramSet, u16) {
    let mut shop = shop();
    let (buy, note) = (shop.buy, shop.note);
    shop.b.count(buy, Range::Within(30 * DAY), None);
    let (month, two) = (shop.b.duration(30 * DAY), shop.b.duration(60 * DAY));
    let mut s = Steps::new("win_back", on(buy)).reenter(Reenter::Later);
    let total = s.local("buy.total", Type::Number);
    let captures = vec![Capture { from: CaptureFrom::Property(0), local: total }];
    s.journey.entry = Entry::Event { event: buy, filter: None, captures, each: None, key: None };
    for (wait, length, send) in [("first", month, "reminder"), ("second", two, "last_offer")] {
        let w = s.wait(wait, Deadline::After(length), &["bought", "timeout"]);
        s.arm(w, event_arm(buy), 0);
        s.send(&format!("{wait}_thanks"), note, &[]);
        s.exit("converted");
        s.timeout(w, 1);
        s.send(send, note, &[]);
    }
    s.exit("lapsed");
    shop.b.journey(s);
    (ProgramSet::new(shop.b.done()), buy)
}

fn events(c: &mut Criterion) {
    const CUSTOMERS: usize = 1_000;
    const EVENTS: usize = 50_000;
    let (set, buy) = program();
    let mut row = Row::new(1);
    row.set_number(0, 25.0);
    let mut group = c.benchmark_group("apply");
    group.throughput(criterion::Throughput::Elements(EVENTS as u64));
    group.sample_size(20);
    for with_ids in [false, true] {
        let ids: Vec<String> = (0..EVENTS).map(|n| format!("event-{n:08}")).collect();
        let name = if with_ids { "two waits, event ids" } else { "two waits" };
        group.bench_function(name, |bencher| {
            let customers = || -> Vec<Customer> {
                (0..CUSTOMERS).map(|n| Customer::new(&format!("c{n}"))).collect()
            };
            let mut scratch = Scratch::new();
            bencher.iter_batched_ref(
                customers,
                |customers| {
                    let mut effects = 0usize;
                    let mut random = 0x9e37_79b9_7f4a_7c15u64;
                    for (n, id) in ids.iter().enumerate() {
                        random ^= random << 13;
                        random ^= random >> 7;
                        random ^= random << 17;
                        // About a purchase a month each.
                        let at = n as i64 * (30 * DAY / CUSTOMERS as i64);
                        let id = with_ids.then_some(id.as_str());
                        let input = Input::Event { event: buy, at, id, row: &row };
                        let which = (random % CUSTOMERS as u64) as usize;
                        let customer = &mut customers[which];
                        apply(&set, customer, input, at, &mut scratch, &mut |_: Effect<'_>| {
                            effects += 1;
                        });
                    }
                    black_box(effects)
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, events);
criterion_main!(benches);
