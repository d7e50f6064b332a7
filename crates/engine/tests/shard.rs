//! What a shard stores of what happens, and what it tells whom.

mod common;

use common::{HOUR, MINUTE, World};
use journey_bytecode::Const;
use journey_engine::command::{Attempt, Failure, Reply, What};
use journey_engine::form::decode;
use journey_engine::keys;
use journey_engine::lifecycle::Move;
use journey_engine::store::Store;
use journey_engine::timeline::{Cause, Fact};
use journey_engine::trouble::{TroubleId, Undelivered};

const SHOP: &str = r#"
customer { plan: text = "free" }
event signed_up { source: text? }
event bought { total: number }
destination crm log { action note(text: text) }
journey welcome "Welcome" {
  entry event signed_up
  exit converted on event bought as it where it.total > 10
  send crm.note(text: "hello")
  patience: wait 1h
  told: send crm.note(text: "still there?") {
    delivered { exit told }
    failed { exit untold }
  }
  exit done
}
"#;

fn text(value: &str) -> Const {
    Const::Text(value.to_owned())
}

#[test]
fn a_customer_goes_through_a_journey_and_everything_stored_agrees() {
    let mut world = World::new(SHOP);
    assert_eq!(world.tell("ann", world.event("signed_up", &[])), Reply::Done);
    let counts = world.counts_of("welcome", 1);
    assert_eq!((counts.entered, counts.inside()), (1, 1));
    assert_eq!(world.members("welcome"), [("ann".to_owned(), 1)]);
    assert_eq!(world.outbox().len(), 1);
    assert_eq!(world.released.len(), 1, "what is in the outbox may be sent");

    world.pass(HOUR - 1);
    assert_eq!(world.outbox().len(), 1, "nothing happens early");
    world.pass(1);
    assert_eq!(world.outbox().len(), 2);
    assert_eq!(world.shard.next_due(&world.store).unwrap(), None);

    let (id, message) = world.outbox().pop().unwrap();
    assert!(message.awaits);
    let delivered = Attempt::Delivered { status: Some(200), response: None };
    let told = What::Attempted { message: id, attempt: 1, result: delivered };
    assert_eq!(world.tell("ann", told.clone()), Reply::Done);
    assert_eq!(world.tell("ann", told), Reply::Unknown, "an answer counts once");
    let counts = world.counts_of("welcome", 1);
    assert_eq!((counts.entered, counts.inside(), counts.exits.iter().sum::<u64>()), (1, 0, 1));
    assert_eq!(world.members("welcome"), []);
    let last = world.timeline("ann").pop().unwrap();
    assert!(matches!(last.cause, Cause::Outcome { .. }), "{last:?}");
    assert!(last.effects.iter().any(|it| matches!(it.what, Fact::Exited { .. })));
}

#[test]
fn an_event_counts_once_within_the_dedupe_window_also_after_a_restart() {
    let mut world = World::new(SHOP);
    let event = world.event_with("signed_up", &[], Some("e1"));
    assert_eq!(world.tell("ann", event.clone()), Reply::Done);
    assert_eq!(world.tell("ann", event.clone()), Reply::Duplicate);
    assert_eq!(world.tell("bob", event.clone()), Reply::Done, "ids are a customer's own");
    world.restart();
    assert_eq!(world.tell("ann", event.clone()), Reply::Duplicate);
    world.now += 7 * 24 * HOUR;
    assert_eq!(world.tell("ann", event), Reply::Done);
}

#[test]
fn ids_of_events_are_forgotten_after_the_window() {
    let mut world = World::new(SHOP);
    for number in 0..25 {
        let event = world.event_with("signed_up", &[], Some(&format!("e{number}")));
        world.tell("ann", event);
    }
    let seen = |world: &World| {
        let all = keys::all_seen(0);
        world.store.scan(&all.start, &all.end, 100).unwrap().len()
    };
    assert_eq!(seen(&world), 25);
    for (later, left) in [(7 * 24 * HOUR - 1, 25), (1, 0)] {
        world.now += later;
        let mut after = None;
        loop {
            let store = &world.store;
            after = world.shard.forget_seen(store, after.as_deref(), 10, world.now).unwrap();
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen(&world), left);
    }
}

#[test]
fn after_a_restart_everything_is_as_it_was() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    world.restart();
    world.pass(HOUR);
    assert_eq!(world.outbox().len(), 2);
    let numbers: Vec<u64> = world.outbox().iter().map(|(id, _)| id.number).collect();
    assert_eq!(numbers, [0, 1], "numbers go on");
    assert_eq!(world.counts_of("welcome", 1).tiles.iter().map(|it| it.entered).sum::<u64>(), 3);
}

#[test]
fn attempts_are_fenced_and_the_last_failure_becomes_a_trouble() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    world.pass(HOUR);
    let (id, first) = world.outbox().pop().unwrap();
    let busy = Failure { status: Some(503), reason: "busy".to_owned() };
    let again = Attempt::Again { at: world.now + MINUTE, failure: busy.clone() };
    let attempted = |attempt, result| What::Attempted { message: id, attempt, result };
    assert_eq!(world.tell("ann", attempted(1, again.clone())), Reply::Done);
    let (_, second) = world.outbox().pop().unwrap();
    assert_eq!((second.attempt, second.next_at), (2, world.now + MINUTE));
    assert_eq!(second.key, first.key, "the idempotency key is that of the message");
    assert_eq!(world.tell("ann", attempted(1, again)), Reply::Unknown, "an old answer");

    assert_eq!(world.tell("ann", attempted(2, Attempt::Failed(busy))), Reply::Done);
    assert_eq!(world.outbox().len(), 1, "only the first message is left");
    let failed = world.counts_of("welcome", 1).exits;
    assert_eq!(failed.iter().sum::<u64>(), 1, "the member took its `failed` way");
    let bytes = world.store.get(&keys::trouble(0, 0)).unwrap().unwrap();
    let trouble: Undelivered = decode("trouble", &bytes).unwrap();
    assert_eq!(trouble.message.attempt, 2);

    let which = TroubleId::Message { shard: 0, number: 0, key: first.key };
    assert_eq!(world.tell("bob", What::Retry { trouble: which }), Reply::Unknown);
    assert_eq!(world.tell("ann", What::Retry { trouble: which }), Reply::Done);
    let (_, third) = world.outbox().pop().unwrap();
    assert_eq!((third.attempt, third.awaits, third.key), (3, false, first.key));
    assert_eq!(world.tell("ann", What::Drop { trouble: which }), Reply::Unknown, "it is gone");
}

#[test]
fn a_pause_holds_members_that_nobody_looks_at_until_later() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    world.pass(30 * MINUTE);
    world.shift("welcome", Move::Pause);
    world.pass(2 * HOUR);
    assert_eq!(world.outbox().len(), 1, "the timer fired into a pause");
    assert_eq!(world.tell("bob", world.event("signed_up", &[])), Reply::Done);
    assert_eq!(world.members("welcome").len(), 1, "nobody enters");
    world.shift("welcome", Move::Resume);
    world.restart();
    world.sweep();
    world.pass(30 * MINUTE - 1);
    assert_eq!(world.outbox().len(), 1, "the wait is as much longer as the pause was");
    world.pass(1);
    assert_eq!(world.outbox().len(), 2);
}

#[test]
fn who_comes_late_sees_operations_at_their_own_instants() {
    let mut slow = World::new(SHOP);
    let mut eager = World::new(SHOP);
    for world in [&mut slow, &mut eager] {
        world.tell("ann", world.event("signed_up", &[]));
        world.pass(30 * MINUTE);
        world.shift("welcome", Move::Pause);
    }
    eager.sweep();
    for world in [&mut slow, &mut eager] {
        world.now += 5 * HOUR;
        world.shift("welcome", Move::Resume);
    }
    eager.sweep();
    for world in [&mut slow, &mut eager] {
        world.now += HOUR;
        world.sweep();
        world.fire();
    }
    let key = keys::customer(0, "ann");
    let effects = |world: &World| -> Vec<_> {
        world.timeline("ann").into_iter().flat_map(|it| it.effects).collect()
    };
    assert_eq!(effects(&slow), effects(&eager));
    assert!(slow.store.get(&key).unwrap().is_some());
    assert_eq!(slow.counts_of("welcome", 1), eager.counts_of("welcome", 1));
}

#[test]
fn a_sweep_writes_nothing_of_those_who_have_seen_everything() {
    let mut world = World::new(SHOP);
    for number in 0..25 {
        world.tell(&format!("c{number}"), world.event("signed_up", &[]));
    }
    let line = world.control.line("welcome").unwrap();
    assert_eq!(world.control.history().latest_about(line), Some(1));
    world.shift("welcome", Move::Pause);
    assert_eq!(world.control.history().latest_about(line), Some(2));
    world.tell("c3", What::CatchUp);
    let brought_along = |world: &mut World| {
        let swept = world.shard.sweep(&world.store, None, 100, world.now).unwrap();
        (swept.step.replies.len(), swept.looked_at, swept.step.ticket.is_some())
    };
    assert_eq!(brought_along(&mut world), (24, 25, true));
    assert_eq!(brought_along(&mut world), (0, 25, false));
    world.restart();
    assert_eq!(brought_along(&mut world), (0, 25, false));
}

#[test]
fn a_stopped_journey_loses_its_members_and_a_new_customer_does_not_enter() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    world.shift("welcome", Move::Stop);
    world.sweep();
    assert_eq!(world.members("welcome"), []);
    assert_eq!(world.counts_of("welcome", 1).removed, 1);
}

#[test]
fn an_erased_customer_leaves_nothing() {
    let mut world = World::new(SHOP);
    world.tell("ann-the-erased", world.event("signed_up", &[("source", text("ann's phone"))]));
    world.tell("bob", world.event("signed_up", &[]));
    assert_eq!(world.tell("ann-the-erased", What::Erase), Reply::Removed(1));
    let everything = world.store.scan(&[], &[255; 8], usize::MAX).unwrap();
    let names = |bytes: &[u8]| bytes.windows(3).any(|it| it == b"ann");
    let left: Vec<_> = everything.iter().filter(|(k, v)| names(k) || names(v)).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(world.members("welcome"), [("bob".to_owned(), 1)]);
    assert_eq!(world.counts_of("welcome", 1).removed, 1);
    assert_eq!(world.tell("ann-the-erased", What::Erase), Reply::Unknown);
}

#[test]
fn a_command_for_another_program_is_not_done() {
    let mut world = World::new(SHOP);
    let event = world.event("signed_up", &[]);
    world.deploy(SHOP, journey_bytecode::Plan::default());
    assert_eq!(world.tell("ann", event), Reply::Stale);
    assert_eq!(world.tell("ann", world.event("signed_up", &[])), Reply::Done);
}

#[test]
fn members_stay_with_their_version_while_others_enter_the_new_one() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    world.version("welcome", 2);
    world.deploy(&SHOP.replace("wait 1h", "wait 3h"), journey_bytecode::Plan::default());
    world.tell("bob", world.event("signed_up", &[]));
    world.pass(HOUR);
    let customers: Vec<String> =
        world.outbox().into_iter().map(|(_, message)| message.customer).collect();
    assert_eq!(customers, ["ann", "bob", "ann"], "ann waits an hour, bob three");
    let inside = |world: &World, version| world.counts_of("welcome", version).inside();
    assert_eq!((inside(&world, 1), inside(&world, 2)), (1, 1));
    world.pass(2 * HOUR);
    assert_eq!(world.outbox().len(), 4);
    // Nobody is inside by the first version any more, so the next deployment is without it.
    let id = world.outbox()[2].0;
    let delivered = Attempt::Delivered { status: None, response: None };
    world.tell("ann", What::Attempted { message: id, attempt: 1, result: delivered });
    world.version("welcome", 3);
    world.deploy(&SHOP.replace("wait 1h", "wait 4h"), journey_bytecode::Plan::default());
    world.sweep();
    let history = world.control.history();
    let versions: Vec<u32> =
        history.deployment().unwrap().journeys.iter().map(|it| it.version).collect();
    assert_eq!(versions, [3, 2]);
}

#[test]
fn members_that_move_to_the_new_version_are_counted_in_both() {
    use journey_bytecode::{Fate, Place, Plan};
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    world.pass(30 * MINUTE);
    world.version("welcome", 2);
    let places = ["patience", "told"].map(|it| (it.to_owned(), Place::Keep(it.to_owned())));
    let mut plan = Plan::default();
    plan.set("welcome", 1, Fate::Migrate(places.into_iter().collect()));
    world.deploy(&SHOP.replace("wait 1h", "wait 3h"), plan);
    world.sweep();
    let (old, new) = (world.counts_of("welcome", 1), world.counts_of("welcome", 2));
    assert_eq!((old.entered, old.moved_out, old.inside()), (1, 1, 0));
    assert_eq!((new.entered, new.moved_in, new.inside()), (0, 1, 1));
    world.restart();
    world.pass(2 * HOUR + 30 * MINUTE - 1);
    assert_eq!(world.outbox().len(), 1, "the time that was waited counts");
    world.pass(1);
    assert_eq!(world.outbox().len(), 2);
    assert_eq!(world.members("welcome"), [("ann".to_owned(), 1)]);
}

#[test]
fn who_entered_before_a_deployment_but_is_seen_to_after_it_goes_on_by_the_old_version() {
    let source = r#"
destination crm log { action note(text: text) }
event signed_up {}
journey welcome { entry event signed_up
 wait 1h enter greeting()
 exit done }
journey greeting { entry manual
 wait 1h send crm.note(text: "hello") exit done }
"#;
    let second = source.replace("manual\n wait 1h", "manual\n wait 3h");
    let [mut slow, mut eager] = [World::new(source), World::new(source)];
    for world in [&mut slow, &mut eager] {
        world.tell("ann", world.event("signed_up", &[]));
        world.now += HOUR + 30 * MINUTE;
    }
    eager.fire();
    for world in [&mut slow, &mut eager] {
        world.version("greeting", 2);
        world.deploy(&second, journey_bytecode::Plan::default());
        world.sweep();
        world.pass(30 * MINUTE);
        assert_eq!(world.outbox().len(), 1, "two hours after the event");
        assert_eq!(world.counts_of("greeting", 1).entered, 1);
        assert_eq!(world.counts_of("greeting", 2).entered, 0);
    }
}

#[test]
fn a_member_that_was_moved_hears_what_became_of_its_message() {
    use journey_bytecode::{Fate, Place, Plan};
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    world.pass(HOUR);
    let (id, message) = world.outbox().pop().unwrap();
    assert!(message.awaits);
    world.version("welcome", 2);
    let places = ["patience", "told"].map(|it| (it.to_owned(), Place::Keep(it.to_owned())));
    let mut plan = Plan::default();
    plan.set("welcome", 1, Fate::Migrate(places.into_iter().collect()));
    let source = SHOP.replace("patience: wait 1h", "early: wait 1m\n  patience: wait 3h");
    world.deploy(&source, plan);
    let delivered = Attempt::Delivered { status: Some(200), response: None };
    let told = What::Attempted { message: id, attempt: 1, result: delivered };
    assert_eq!(world.tell("ann", told), Reply::Done);
    assert_eq!(world.members("welcome"), [], "it went on, and left");
    assert_eq!(world.counts_of("welcome", 2).exits.iter().sum::<u64>(), 1);
}

#[test]
fn what_happened_up_to_a_deployment_stands_before_it_in_the_timeline() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    world.now += 2 * HOUR;
    world.version("welcome", 2);
    world.deploy(&SHOP.replace("wait 1h", "wait 3h"), journey_bytecode::Plan::default());
    world.sweep();
    let timeline = world.timeline("ann");
    let times: Vec<i64> = timeline.iter().flat_map(|it| &it.effects).map(|it| it.at).collect();
    assert!(times.is_sorted(), "{timeline:#?}");
    let deployments: Vec<u32> = timeline.iter().map(|it| it.deployment).collect();
    assert_eq!(deployments, [1, 1, 2], "the timer fired before the program changed");
}

#[test]
fn a_journey_that_begins_anew_numbers_its_memberships_on() {
    let mut world = World::new(SHOP);
    world.tell("ann", world.event("signed_up", &[]));
    let first = world.outbox().pop().unwrap().1;
    let start = SHOP.find("journey welcome").unwrap();
    let without = &SHOP[..start];
    world.shift("welcome", Move::Stop);
    world.deploy(without, journey_bytecode::Plan::default());
    world.sweep();
    assert_eq!(world.members("welcome"), []);
    // Nobody is inside any more, and it is left out once more.
    world.deploy(without, journey_bytecode::Plan::default());
    world.sweep();
    world.version("welcome", 2);
    let again = SHOP.replace("entry event signed_up", "entry event signed_up\n  reenter always");
    world.deploy(&again, journey_bytecode::Plan::default());
    world.tell("ann", world.event("signed_up", &[]));
    assert_eq!(world.members("welcome"), [("ann".to_owned(), 2)]);
    let second = world.outbox().pop().unwrap().1;
    assert_eq!((second.tile, second.visit), (first.tile, first.visit));
    assert_ne!(second.key, first.key, "a receiver that remembers keys takes both");
}
