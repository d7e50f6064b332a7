//! What somebody decides of messages that do not arrive, and of entries and exits by hand.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{HOUR, MINUTE, World};
use journey_bytecode::Const;
use journey_engine::command::{Attempt, Command, Failure, Reply, What};
use journey_engine::outbox::MessageId;
use journey_engine::store::Store;
use journey_engine::trouble::TroubleId;
use journey_vm::Key;

const SHOP: &str = r#"
customer { plan: text = "free" }
event signed_up {}
destination crm log { action note(text: text) }
journey welcome "Welcome" {
  entry event signed_up
  told: send crm.note(text: "hello") {
    delivered { exit told }
    failed { exit untold }
  }
  exit done
}
journey gift "Gift" (points: int) {
  entry manual
  add customer to lucky
  wait 1h
  exit done
}
audience lucky
journey luck "Luck" {
  entry audience lucky
  wait 2h
  exit done
}
"#;

fn busy() -> Failure {
    Failure { status: Some(503), reason: "busy".to_owned() }
}

/// A customer whose message failed once and is to be tried again in an hour.
fn waiting() -> (World, MessageId) {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    let (id, _) = world.outbox().pop().unwrap();
    let result = Attempt::Again { at: world.now + HOUR, failure: busy() };
    world.tell("ann", What::Attempted { message: id, attempt: 1, result });
    world.released.clear();
    (world, id)
}

/// A message of the outbox, as who looks at it calls it.
fn trying(world: &World, id: MessageId) -> TroubleId {
    let all = world.outbox();
    let (_, message) = all.iter().find(|(known, _)| *known == id).unwrap();
    TroubleId::Trying { id, key: message.key }
}

#[test]
fn another_message_that_was_given_the_number_of_one_that_was_lost_is_left_alone() {
    let (mut world, id) = waiting();
    let TroubleId::Trying { key, .. } = trying(&world, id) else { unreachable!() };
    let lost = TroubleId::Trying { id, key: Key([!key.0[0]; 16]) };
    assert_eq!(world.tell("ann", What::Drop { trouble: lost }), Reply::Unknown);
    assert_eq!(world.tell("ann", What::Retry { trouble: lost }), Reply::Unknown);
    assert_eq!(world.outbox().len(), 1);
    assert_eq!(world.tell("ann", What::Drop { trouble: trying(&world, id) }), Reply::Done);
}

/// Does several things to a customer in one step.
fn together(world: &mut World, customer: &str, all: Vec<What>) -> Vec<Reply> {
    let now = world.now;
    let command = |what| Command { tag: 0, customer: customer.into(), now, what };
    let step = world.shard.step(&world.store, all.into_iter().map(command)).unwrap();
    step.replies.into_iter().map(|(_, reply)| reply).collect()
}

#[test]
fn a_message_that_waits_for_its_next_attempt_is_tried_now_if_somebody_says_so() {
    let (mut world, id) = waiting();
    world.now += MINUTE;
    let retry = What::Retry { trouble: trying(&world, id) };
    assert_eq!(world.tell("bob", retry.clone()), Reply::Unknown, "it is ann's");
    assert_eq!(world.tell("ann", retry), Reply::Done);
    assert_eq!(world.released, [id]);
    let (_, message) = world.outbox().pop().unwrap();
    assert_eq!((message.attempt, message.next_at), (2, world.now), "the attempt stays the same");
}

#[test]
fn a_message_that_is_dropped_while_it_is_tried_takes_the_failed_way_and_no_answer_brings_it_back() {
    let (mut world, id) = waiting();
    let trouble = trying(&world, id);
    let drop = || What::Drop { trouble };
    let late = || {
        let result = Attempt::Again { at: 0, failure: busy() };
        What::Attempted { message: id, attempt: 2, result }
    };
    let replies = together(&mut world, "ann", vec![drop(), late(), drop()]);
    assert_eq!(replies, [Reply::Done, Reply::Unknown, Reply::Unknown]);
    assert_eq!(world.outbox(), []);
    assert_eq!(world.members("welcome"), []);
    assert_eq!(world.counts_of("welcome", 1).exits.iter().sum::<u64>(), 1);
}

#[test]
fn an_answer_that_comes_twice_in_one_step_does_not_lose_the_message() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    let (id, _) = world.outbox().pop().unwrap();
    let again = || {
        let result = Attempt::Again { at: 5, failure: busy() };
        What::Attempted { message: id, attempt: 1, result }
    };
    let replies = together(&mut world, "ann", vec![again(), again()]);
    assert_eq!(replies, [Reply::Done, Reply::Unknown]);
    assert_eq!(world.outbox().pop().unwrap().1.attempt, 2);
}

#[test]
fn what_was_given_up_is_tried_again_once_however_often_it_is_asked_for() {
    let (mut world, id) = waiting();
    let TroubleId::Trying { key, .. } = trying(&world, id) else { unreachable!() };
    let result = Attempt::Failed(busy());
    world.tell("ann", What::Attempted { message: id, attempt: 2, result });
    let trouble = TroubleId::Message { shard: 0, number: 0, key };
    let retry = || What::Retry { trouble };
    let replies = together(&mut world, "ann", vec![retry(), retry()]);
    assert_eq!(replies, [Reply::Done, Reply::Unknown]);
    assert_eq!(world.outbox().len(), 1);
}

#[test]
fn an_entry_by_hand_counts_its_own_journey_and_so_does_a_removal() {
    let mut world = World::new(SHOP);
    let history = world.control.history();
    let deployment = history.deployment().unwrap();
    let line = world.control.line("gift").unwrap();
    let journey = deployment.current(line).unwrap();
    let enter_as = |id: Option<&str>| What::Enter {
        deployment: deployment.number,
        journey,
        args: vec![(0, Const::Int(3))],
        event: None,
        id: id.map(Into::into),
    };
    let enter = || enter_as(None);
    let first = world.tell("ann", enter_as(Some("list-1")));
    assert_eq!(first, Reply::Entered(1), "`luck` is not counted");
    assert_eq!(world.tell("ann", enter_as(Some("list-1"))), Reply::Duplicate);
    assert_eq!(world.members("luck").len(), 1);
    let inside = Reply::NotEntered(journey_vm::Refusal::Inside);
    assert_eq!(world.tell("ann", enter()), inside);
    assert_eq!(world.tell("ann", What::Remove { line }), Reply::Removed(1));
    assert_eq!(world.tell("ann", What::Remove { line }), Reply::Removed(0));
    assert_eq!(world.members("luck").len(), 1);
}

#[test]
fn a_message_that_was_given_up_a_moment_ago_is_erased_with_its_customer() {
    let mut world = World::new(SHOP);
    world.tell("ann-the-erased", world.event("signed_up", &[]));
    let (message, _) = world.outbox().pop().unwrap();
    let failed = What::Attempted { message, attempt: 1, result: Attempt::Failed(busy()) };
    let commands = [failed, What::Erase].map(|what| Command {
        tag: 0,
        customer: "ann-the-erased".into(),
        now: world.now,
        what,
    });
    world.shard.step(&world.store, commands).unwrap();
    let everything = world.store.scan(&[], &[255; 8], usize::MAX).unwrap();
    let names = |bytes: &[u8]| bytes.windows(3).any(|it| it == b"ann");
    let left: Vec<_> = everything.iter().filter(|(k, v)| names(k) || names(v)).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_message_of_an_erased_customer_is_gone_also_for_who_comes_back_at_once() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    let (message, _) = world.outbox().pop().unwrap();
    let retry = What::Retry { trouble: trying(&world, message) };
    let whats = [What::Erase, world.event("signed_up", &[]), retry];
    let commands =
        whats.map(|what| Command { tag: 0, customer: "ann".into(), now: world.now, what });
    let step = world.shard.step(&world.store, commands).unwrap();
    assert_eq!(step.replies.last(), Some(&(0, Reply::Unknown)));
    let left: Vec<MessageId> = world.outbox().into_iter().map(|(id, _)| id).collect();
    assert!(left.len() == 1 && left[0] != message, "only that of the new membership: {left:?}");
}
