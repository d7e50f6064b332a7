//! What it costs to write a customer to a record and to read one: ten traits, one waiting instance.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[allow(unused_imports)]
#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use common::waiting::waiting;
use criterion::{Criterion, criterion_group, criterion_main};
use journey_vm::Customer;

fn records(c: &mut Criterion) {
    let (set, customer) = waiting();
    let mut record = Vec::new();
    customer.encode(&set, &mut record);
    let mut group = c.benchmark_group("record");
    group.bench_function("encode", |bencher| {
        let mut out = Vec::with_capacity(record.len());
        bencher.iter(|| {
            out.clear();
            black_box(&customer).encode(&set, &mut out);
            out.len()
        });
    });
    group.bench_function("decode", |bencher| {
        bencher.iter(|| Customer::decode(&set, "customer-4711", black_box(&record)).unwrap());
    });
    group.finish();
}

criterion_group!(benches, records);
criterion_main!(benches);
