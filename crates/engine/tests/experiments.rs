//! What becomes of those who took each arm of a split.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::{HOUR, START, World};
use journey_bytecode::{Fate, Place, Plan};
use journey_engine::command::{Command, What};
use journey_engine::experiments::{ArmCounts, Arms};
use journey_engine::form::decode;
use journey_engine::keys;
use journey_engine::store::Store;
use journey_engine::timeline;

const SHOP: &str = r#"
customer { plan: text? }
event signed_up {}
event bought {}
journey welcome "Welcome" {
  entry event signed_up
  exit bought on event bought
  goal bought_later on event bought within 30d
  split try {
    50% a { waits_a: wait 2h }
    50% b { waits_b: wait 3h }
  }
  exit done
}
"#;

/// What stands in the rows: by hour since the start, then by arm.
fn rows(world: &World, version: u32) -> BTreeMap<i64, Arms> {
    let line = world.control.line("welcome").unwrap();
    let all = keys::all_arms(line.0);
    let stored = world.store.scan(&all.start, &all.end, usize::MAX).unwrap();
    let rows = stored.iter().filter_map(|(key, bytes)| {
        let (_, of, hour, _) = keys::counter_of(key).unwrap();
        (of == version).then(|| (hour - START / HOUR, decode("arms", bytes).unwrap()))
    });
    rows.collect()
}

fn sum(world: &World, version: u32) -> ArmCounts {
    let mut sum = ArmCounts::default();
    rows(world, version).values().flat_map(|arms| arms.values()).for_each(|arm| sum.add(arm));
    sum
}

#[test]
fn what_becomes_of_a_member_counts_for_the_arm_and_the_hour_in_which_it_was_taken() {
    let mut world = World::new(SHOP);
    let customers: Vec<String> = (0..40).map(|number| format!("c{number}")).collect();
    for customer in &customers {
        world.tell(customer, world.event("signed_up", &[]));
    }
    let first = rows(&world, 1);
    let arms = &first[&0];
    assert_eq!((first.len(), arms.len()), (1, 2), "{first:?}");
    assert_eq!(arms.values().map(|arm| arm.members).sum::<u64>(), 40);
    assert!(arms.values().all(|arm| arm.members > 5));

    world.pass(HOUR);
    world.tell("c0", world.event("bought", &[]));
    world.pass(2 * HOUR);
    world.restart();
    world.tell("c1", world.event("bought", &[]));
    let after = rows(&world, 1);
    assert_eq!(after.len(), 1, "all is about the hour in which they took it: {after:?}");
    let sum = sum(&world, 1);
    assert_eq!(sum.members, 40);
    assert_eq!(sum.goals, [2], "also of one who had left before");
    // Counts of arms and of the journey say the same.
    assert_eq!(sum.exits, world.counts_of("welcome", 1).exits);
    assert_eq!(sum.exits.iter().sum::<u64>(), 40);
}

#[test]
fn who_is_forgotten_leaves_its_counts_but_no_path() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    let paths = keys::paths(0, "ann");
    let stored = |world: &World| world.store.scan(&paths.start, &paths.end, 9).unwrap().len();
    assert_eq!(stored(&world), 1);
    world.tell("ann", What::Erase);
    assert_eq!(stored(&world), 0);
    assert_eq!(sum(&world, 1).members, 1);
}

#[test]
fn a_member_that_goes_on_in_another_version_is_not_known_any_more() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    world.version("welcome", 2);
    let place = |tile: &str| (tile.to_owned(), Place::Keep(tile.to_owned()));
    let mut plan = Plan::default();
    plan.set("welcome", 1, Fate::Migrate([place("waits_a"), place("waits_b")].into()));
    world.deploy(&SHOP.replace("3h", "4h"), plan);
    world.sweep();
    let sum = sum(&world, 1);
    assert_eq!((sum.members, sum.moved), (1, 1));
    world.pass(5 * HOUR);
    assert_eq!(world.counts_of("welcome", 2).exits.iter().sum::<u64>(), 1);
    assert_eq!(rows(&world, 2), BTreeMap::new(), "it took no arm of this version");
}

#[test]
fn the_latest_of_a_timeline_come_first_whatever_lies_between() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    // Inputs that do nothing leave no record.
    for _ in 0..500 {
        world.tell("ann", What::CatchUp);
    }
    world.tell("ann", world.event("bought", &[]));
    let all = world.timeline("ann");
    let newest =
        |before, limit| timeline::newest(&world.store, (0, "ann"), 10_000, before, limit).unwrap();
    let records: Vec<_> = newest(None, 100).into_iter().rev().map(|(_, record)| record).collect();
    assert_eq!(records, all);
    let mut pages = Vec::new();
    let mut before = None;
    while let Some((place, record)) = newest(before, 1).pop() {
        pages.insert(0, record);
        before = Some(place);
    }
    assert_eq!(pages, all);
}

#[test]
fn who_is_erased_and_comes_back_at_once_has_taken_no_arm_before() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    world.pass(HOUR);
    let whats = [What::Erase, world.event("signed_up", &[]), world.event("bought", &[])];
    let commands =
        whats.map(|what| Command { tag: 0, customer: "ann".into(), now: world.now, what });
    world.shard.step(&world.store, commands).unwrap();
    let rows = rows(&world, 1);
    let of = |hour| rows[&hour].values().next().unwrap().clone();
    assert_eq!((of(0).members, of(0).goals.iter().sum::<u64>()), (1, 0), "{rows:?}");
    assert_eq!((of(1).members, of(1).goals.iter().sum::<u64>()), (1, 1), "{rows:?}");
}
