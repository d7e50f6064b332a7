//! What a predicate costs: `lifetime_value > 500 and orders >= 3` over the traits of a customer.

#![allow(missing_docs, clippy::indexing_slicing)]

#[allow(unused_imports)]
#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use common::*;
use criterion::{Criterion, criterion_group, criterion_main};
use journey_vm::{Customer, Eval, ProgramSet, Row, Scratch, test};

fn predicate(c: &mut Criterion) {
    let mut b = Build::new();
    let value = b.trait_("lifetime_value", Type::Number, Const::Number(0.0));
    let orders = b.trait_("orders", Type::Int, Const::Int(0));
    let (much, some) = (b.k(Const::Number(500.0)), b.k(Const::Int(3)));
    let fused = [
        Insn::TraitNumber { cond: Cond::GtFalse, slot: value, k: much, skip: 2 },
        Insn::TraitWord { cond: Cond::GeFalse, slot: orders, k: some, skip: 1 },
        Insn::RetTrue,
        Insn::RetFalse,
    ];
    let fused = b.expr(Type::Bool, &fused);
    // The same in registers: what an expression costs that no fused instruction fits.
    let registers = [
        Insn::Trait { dst: 0, slot: value },
        Insn::Const { dst: 1, k: much },
        Insn::Compare { cmp: Cmp::Gt, dst: 0, a: 0, b: 1 },
        Insn::JumpBool { on: false, a: 0, skip: 4 },
        Insn::Trait { dst: 0, slot: orders },
        Insn::Const { dst: 1, k: some },
        Insn::Compare { cmp: Cmp::Ge, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
        Insn::RetFalse,
    ];
    let registers = b.expr(Type::Bool, &registers);
    let set = ProgramSet::new(b.done());
    // Some hold, some fail at the first half, some at the second.
    let customers: Vec<Customer> = (0..64)
        .map(|n| {
            let mut traits = Row::with_defaults(&set.program().traits);
            traits.set_number(value, f64::from(n * 37 % 1000));
            traits.set_int(orders, i64::from(n % 7));
            Customer::known("c", traits)
        })
        .collect();
    let scratch = Scratch::new();
    let loaded: Vec<Eval<'_>> = customers.iter().map(|c| Eval::new(c, 0, &scratch)).collect();
    let mut group = c.benchmark_group("predicate");
    group.throughput(criterion::Throughput::Elements(64));
    group.bench_function("fused", |bencher| {
        bencher.iter(|| {
            let holds = loaded.iter().filter(|ctx| test(&set, black_box(fused), ctx) == Ok(true));
            holds.count()
        });
    });
    // The limit: the same comparisons compiled into the benchmark.
    group.bench_function("by hand", |bencher| {
        bencher.iter(|| {
            let holds = customers.iter().filter(|customer| {
                let (value, orders) = black_box((value, orders));
                let traits = customer.traits();
                traits.number(value).is_some_and(|v| v > 500.0)
                    && traits.int(orders).is_some_and(|v| v >= 3)
            });
            holds.count()
        });
    });
    // One row again and again, both halves looked at: no jump is guessed wrong.
    let warm = &loaded[26];
    assert_eq!(test(&set, fused, warm), Ok(true));
    group.bench_function("fused, one row", |bencher| {
        bencher.iter(|| (0..64).filter(|_| test(&set, black_box(fused), warm) == Ok(true)).count());
    });
    let mut scratch = Scratch::new();
    group.bench_function("registers", |bencher| {
        bencher.iter(|| {
            scratch.reset();
            let holds = customers.iter().filter(|customer| {
                let ctx = Eval::new(customer, 0, &scratch);
                test(&set, black_box(registers), &ctx) == Ok(true)
            });
            holds.count()
        });
    });
    group.finish();
}

criterion_group!(benches, predicate);
criterion_main!(benches);
