//! Timers and messages are looked for where they begin: what was deleted before is not stepped over.

mod common;

use common::{HOUR, MINUTE, World};
use journey_bytecode::Const;
use journey_engine::command::{Attempt, What};
use journey_engine::outbox::MessageId;
use journey_engine::shard::first_message;

const SHOP: &str = r#"
event signed_up { minutes: int }
destination crm log { action note(text: text) }
journey welcome {
  entry event signed_up as it
  reenter always
  send crm.note(text: "hello")
  pause: wait it.minutes * 1m
  exit done
}
"#;

fn sign_up(world: &mut World, customer: &str, minutes: i64) {
    let event = world.event("signed_up", &[("minutes", Const::Int(minutes))]);
    world.tell(customer, event);
}

#[test]
fn a_timer_that_is_set_before_all_others_is_the_next() {
    let mut world = World::new(SHOP);
    assert_eq!(world.shard.next_due(&world.store).unwrap(), None);
    sign_up(&mut world, "ann", 60);
    let start = world.now;
    assert_eq!(world.shard.next_due(&world.store).unwrap(), Some(start + HOUR));
    sign_up(&mut world, "bob", 5);
    assert_eq!(world.shard.next_due(&world.store).unwrap(), Some(start + 5 * MINUTE));
    world.pass(10 * MINUTE);
    assert_eq!(world.shard.next_due(&world.store).unwrap(), Some(start + HOUR));
    sign_up(&mut world, "cyd", 1);
    world.pass(MINUTE);
    assert_eq!(world.members("welcome"), [("ann".to_owned(), 1)]);
    world.restart();
    assert_eq!(world.shard.next_due(&world.store).unwrap(), Some(start + HOUR));
    world.pass(HOUR);
    assert_eq!(world.members("welcome"), []);
}

#[test]
fn the_beginning_of_the_outbox_moves_on_and_no_message_is_before_it() {
    let mut world = World::new(SHOP);
    let deliver = |number| {
        let message = MessageId { shard: 0, number };
        let result = Attempt::Delivered { status: None, response: None };
        What::Attempted { message, attempt: 1, result }
    };
    sign_up(&mut world, "early", 1);
    for number in 1..=5_000 {
        sign_up(&mut world, "ann", 0);
        world.tell("ann", deliver(number));
    }
    assert_eq!(first_message(&world.store, 0).unwrap(), 0, "the first is still there");
    world.tell("early", deliver(0));
    for number in 5_001..=9_000 {
        sign_up(&mut world, "ann", 0);
        world.tell("ann", deliver(number));
    }
    let first = first_message(&world.store, 0).unwrap();
    assert!((5_000..=9_000).contains(&first), "{first}");
    world.restart();
    sign_up(&mut world, "late", 1);
    let outbox: Vec<u64> = world.outbox().iter().map(|(id, _)| id.number).collect();
    assert_eq!(outbox, [9_001]);
    assert!(first_message(&world.store, 0).unwrap() <= 9_001);
}
