//! How fast files are read: `cargo bench -p journey-syntax`.
//!
//! The input is a file of about a megabyte, made of the example workspace over and over: schema,
//! journeys with comments, and tests, as people write them. A second one repeats the tour of the
//! language, which is denser than any real file.
#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use journey_syntax::ast::{AstNode, Expr, File, Item};
use journey_syntax::{SyntaxKind, parse};

const WORKSPACE: &[&str] = &[
    include_str!("../../../examples/grocery/schema.journey"),
    include_str!("../../../examples/grocery/journeys/coupon_followup.journey"),
    include_str!("../../../examples/grocery/journeys/come_back.journey"),
];
const TOUR: &[&str] = &[include_str!("../tests/data/tour.journey")];

fn megabyte(files: &[&str]) -> String {
    let once = files.join("\n");
    once.repeat((1 << 20) / once.len())
}

fn bench(c: &mut Criterion) {
    for (name, files) in [("workspace", WORKSPACE), ("tour", TOUR)] {
        let text = megabyte(files);
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("parse", |b| b.iter(|| parse(black_box(&text))));
        let tree = parse(&text).tree;
        group.bench_function("walk", |b| b.iter(|| walk(black_box(&tree))));
        group.finish();
    }
}

/// Visits what a checker would: each declaration, its fields and tiles, each expression.
fn walk(tree: &journey_syntax::Tree) -> usize {
    let mut seen = 0;
    for item in File::cast(tree.root()).into_iter().flat_map(|file| file.items()) {
        seen += match item {
            Item::CustomerDecl(it) => it.fields().filter_map(|field| field.type_ref()).count(),
            Item::EventDecl(it) => it.fields().filter_map(|field| field.type_ref()).count(),
            Item::JourneyDecl(it) => it.tiles().filter_map(|tile| tile.tile_kind()).count(),
            other => usize::from(other.syntax().kind() != SyntaxKind::ERROR),
        };
        let mut open = vec![item.syntax()];
        while let Some(node) = open.pop() {
            seen += usize::from(Expr::cast(node).is_some());
            open.extend(node.elements_rev().filter_map(|element| element.node()));
        }
    }
    seen
}

criterion_group!(benches, bench);
criterion_main!(benches);
