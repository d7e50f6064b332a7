//! What is kept of events that were not taken.

#![allow(clippy::unwrap_used)]

mod common;

use common::World;
use journey_engine::command::{Command, What};
use journey_engine::keys;
use journey_engine::rejected::{KEPT, Rejected, newest};
use journey_engine::store::Store;

fn reject(world: &mut World, numbers: std::ops::Range<u64>) {
    let commands = numbers.map(|number| {
        let customer = (number % 2 == 0).then(|| "ann".to_owned());
        let rejected =
            Rejected { at: number as i64, customer, reason: "no".to_owned(), text: String::new() };
        Command { tag: number, customer: "".into(), now: 0, what: What::Reject(rejected) }
    });
    world.shard.step(&world.store, commands.collect::<Vec<_>>()).unwrap();
}

fn numbers(world: &World, before: Option<u64>, limit: usize) -> Vec<u64> {
    newest(&world.store, 0, before, limit).unwrap().into_iter().map(|(number, _)| number).collect()
}

#[test]
fn the_newest_come_first_and_the_oldest_make_room() {
    let mut world = World::new("customer { plan: text? }\nevent signed_up {}\n");
    assert_eq!(numbers(&world, None, 10), [0_u64; 0]);
    reject(&mut world, 0..3);
    assert_eq!(numbers(&world, None, 2), [2, 1]);
    assert_eq!(numbers(&world, Some(1), 2), [0]);

    reject(&mut world, 3..KEPT + 3);
    let all = keys::all_rejected();
    let stored = world.store.scan(&all.start, &all.end, usize::MAX).unwrap().len();
    assert_eq!(stored as u64, KEPT);
    assert_eq!(numbers(&world, Some(5), 10), [4, 3]);
    world.restart();
    assert_eq!(numbers(&world, None, 1), [KEPT + 2]);
}

#[test]
fn those_of_a_customer_who_is_forgotten_go_and_the_rest_is_still_found() {
    let mut world = World::new("customer { plan: text? }\nevent signed_up {}\n");
    reject(&mut world, 0..1_000);
    world.tell("ann", What::Erase);
    assert_eq!(numbers(&world, None, 3), [999, 997, 995]);
    assert_eq!(numbers(&world, None, usize::MAX).len(), 500);
}
