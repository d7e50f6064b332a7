//! Continuous conditions: traits, audiences, the passing of time, and what follows from them.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Input, Val};

/// A shop with a flag and an address.
struct Flagged {
    shop: Shop,
    flag: u16,
    email: u16,
}

fn flagged() -> Flagged {
    let mut shop = shop();
    let flag = shop.b.trait_("flag", Type::Bool, Const::Bool(false));
    let email = shop.b.optional_trait("email", Type::Text);
    Flagged { shop, flag, email }
}

impl Flagged {
    fn when_flag(&mut self) -> Condition {
        let test = self.shop.b.trait_is(self.flag);
        self.shop.b.on_traits(test, &[self.flag])
    }

    fn value(&mut self, value: bool) -> ExprId {
        self.shop.b.value(Type::Bool, Const::Bool(value))
    }
}

#[test]
fn a_criterion_ends_the_membership_when_a_trait_changes() {
    let mut f = flagged();
    let when = f.when_flag();
    let day = f.shop.b.duration(DAY);
    let mut s = Steps::new("j", on(f.shop.visit));
    s.exit_on("flagged", ExitTrigger::When(when));
    s.pause("w", day);
    s.exit("done");
    f.shop.b.journey(s);
    let mut world = World::new(f.shop.b);
    world.event(f.shop.visit, &[]).at(HOUR).set(f.email, Val::Text("a@b"));
    world.set(f.flag, Val::Bool(false)).at(2 * HOUR).set(f.flag, Val::Bool(true));
    assert_eq!(world.news(), ["0 j: entered", "2h j: exit flagged at w"]);
}

/// The negation of a criterion holds at every tile, the first one included.
#[test]
fn who_meets_a_criterion_on_entry_leaves_before_the_first_tile() {
    let mut f = flagged();
    let when = f.when_flag();
    let mut s = Steps::new("j", on(f.shop.visit));
    s.exit_on("flagged", ExitTrigger::When(when));
    s.send("never", f.shop.note, &[]);
    s.exit("done");
    let j = f.shop.b.journey(s);
    let mut world = World::new(f.shop.b);
    world.set(f.flag, Val::Bool(true)).event(f.shop.visit, &[]);
    assert_eq!(world.path(), ["0 j: entered", "0 j: exit flagged at entry"]);
    assert_eq!(world.customer.memberships(j), 1);
}

/// "Bought, then reminded" cannot happen: the criterion is looked at again before the send, even
/// where the change has not been followed up yet.
#[test]
fn criteria_are_checked_right_after_an_update_and_before_a_send() {
    let mut f = flagged();
    let when = f.when_flag();
    let yes = f.value(true);
    let mut s = Steps::new("j", on(f.shop.visit));
    s.exit_on("flagged", ExitTrigger::When(when));
    s.update("raise", &[(f.flag, yes)]);
    s.send("never", f.shop.note, &[]);
    s.exit("done");
    f.shop.b.journey(s);
    let mut world = World::new(f.shop.b);
    world.event(f.shop.visit, &[]);
    assert_eq!(
        world.path(),
        [
            "0 j: entered",
            "0 j: at raise",
            "0 j: 1 updated raise (true)",
            "0 j: exit flagged at raise"
        ]
    );
}

/// Two instances go on by one event. The first one's update ends the second before it acts on the
/// event, so that no tile of the second sees its criterion hold.
#[test]
fn an_update_of_one_instance_reaches_the_next_on_the_same_event() {
    let mut f = flagged();
    let when = f.when_flag();
    let (yes, day) = (f.value(true), f.shop.b.duration(DAY));
    let mut s = Steps::new("a", on(f.shop.visit));
    let w = s.wait("w", Deadline::After(day), &["bought", "timeout"]);
    s.arm(w, event_arm(f.shop.buy), 0);
    s.update("raise", &[(f.flag, yes)]);
    s.exit("raised");
    s.timeout(w, 1);
    s.exit("late");
    f.shop.b.journey(s);
    let mut s = Steps::new("b", on(f.shop.visit));
    s.exit_on("flagged", ExitTrigger::When(when));
    let w = s.wait("w", Deadline::After(day), &["bought", "timeout"]);
    s.arm(w, event_arm(f.shop.buy), 0);
    s.exit("bought");
    s.timeout(w, 1);
    s.exit("late");
    f.shop.b.journey(s);
    let mut world = World::new(f.shop.b);
    world.event(f.shop.visit, &[]).event(f.shop.buy, &[Val::Number(1.0)]);
    assert_eq!(
        world.news(),
        [
            "0 a: entered",
            "0 b: entered",
            "0 a: 1 updated raise (true)",
            "0 a: exit raised",
            "0 b: exit flagged at w",
        ]
    );
}

#[test]
fn an_update_sees_the_values_from_before_it() {
    let mut b = Build::new();
    let go = b.event("go", &[]);
    let (x, y) = (b.trait_("x", Type::Int, Const::Int(1)), b.trait_("y", Type::Int, Const::Int(2)));
    let load = |slot| [Insn::Trait { dst: 0, slot }, Insn::Ret { a: 0 }];
    let (old_x, old_y) = (b.expr(Type::Int, &load(x)), b.expr(Type::Int, &load(y)));
    let mut s = Steps::new("j", on(go)).reenter(Reenter::Always);
    s.update("swap", &[(x, old_y), (y, old_x)]);
    s.exit("done");
    b.journey(s);
    let mut world = World::new(b);
    world.event(go, &[]).event(go, &[]);
    assert_eq!(
        world.news().into_iter().filter(|line| line.contains("updated")).collect::<Vec<_>>(),
        ["0 j: 1 updated swap (2, 1)", "0 j#2: 1 updated swap (1, 2)"]
    );
}

/// `wait until customer.appointment`: earlier, later, already over.
#[test]
fn a_wait_until_a_trait_moves_with_it() {
    let mut shop = shop();
    let slot = shop.b.trait_("appointment", Type::Time, Const::Time(DAY));
    let time = shop.b.expr(Type::Time, &[Insn::Trait { dst: 0, slot }, Insn::Ret { a: 0 }]);
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always);
    let reads = Reads { traits: vec![slot], ..Reads::default() };
    let w = s.wait("w", Deadline::At { time, reads }, &["next"]);
    s.timeout(w, 0);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]).set(slot, Val::Time(3 * DAY)).tick(2 * DAY);
    assert_eq!(world.news(), ["0 j: entered"]);
    assert_eq!(world.customer.next_due(), Some(3 * DAY));
    world.set(slot, Val::Time(2 * DAY + HOUR)).tick(4 * DAY);
    assert_eq!(world.news(), ["2d1h j: exit done"]);
    world
        .set(slot, Val::Time(9 * DAY))
        .event(shop.visit, &[])
        .at(5 * DAY)
        .set(slot, Val::Time(DAY));
    assert_eq!(world.news(), ["4d j#2: entered", "5d j#2: exit done"]);
}

#[test]
fn an_arm_that_is_open_on_arrival_is_taken_at_once() {
    let mut f = flagged();
    let when = f.when_flag();
    let mut s = Steps::new("j", on(f.shop.visit)).reenter(Reenter::Always);
    let w = s.wait("w", Deadline::None, &["flag"]);
    s.arm(w, ArmTrigger::When(when), 0);
    s.exit("done");
    f.shop.b.journey(s);
    let mut world = World::new(f.shop.b);
    world.event(f.shop.visit, &[]).at(HOUR).set(f.flag, Val::Bool(true)).event(f.shop.visit, &[]);
    assert_eq!(
        world.news(),
        ["0 j: entered", "1h j: exit done", "1h j#2: entered", "1h j#2: exit done"]
    );
}

/// `wait until count(buy, within: 1d) == 0`, as an arm: it opens when the last purchase has become
/// a day old, with no event and at that very instant.
#[test]
fn a_condition_over_a_range_wakes_when_an_event_leaves_it() {
    let mut shop = shop();
    let count = shop.b.count(shop.buy, Range::Within(DAY), None);
    let zero = shop.b.k(Const::Int(0));
    let quiet = [
        Insn::History { dst: 0, window: count },
        Insn::Const { dst: 1, k: zero },
        Insn::Compare { cmp: Cmp::Eq, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
    ];
    let quiet = shop.b.expr(Type::Bool, &quiet);
    let quiet = shop.b.on_window(quiet, count);
    let mut s = Steps::new("j", on(shop.buy));
    let w = s.wait("w", Deadline::None, &["quiet"]);
    s.arm(w, ArmTrigger::When(quiet), 0);
    s.send("come back", shop.note, &[]);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    let one = &[Val::Number(1.0)];
    world.event(shop.buy, one).at(HOUR).event(shop.buy, one).at(5 * HOUR).event(shop.buy, one);
    assert_eq!(world.customer.next_due(), Some(DAY));
    world.tick(10 * DAY);
    assert_eq!(
        world.news().into_iter().filter(|line| !line.contains("not")).collect::<Vec<_>>(),
        ["0 j: entered", "1d5h j: 1 sent come back ()", "1d5h j: exit done"]
    );
}

/// A criterion over a window is looked at when the event comes, in its place among the others.
#[test]
fn a_criterion_over_a_window_ends_it_on_the_event_that_fills_it() {
    let mut shop = shop();
    let count = shop.b.count(shop.buy, Range::SinceEntered, Some(0));
    let thrice = shop.b.at_least(count, 3, Some(0));
    let thrice = shop.b.on_window(thrice, count);
    let day = shop.b.duration(DAY);
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always);
    s.exit_on("regular", ExitTrigger::When(thrice));
    s.pause("w", day);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    let one = &[Val::Number(1.0)];
    world.event(shop.buy, one).event(shop.visit, &[]);
    world.event(shop.buy, one).event(shop.buy, one).at(HOUR).event(shop.buy, one);
    assert_eq!(world.news(), ["0 j: entered", "1h j: exit regular at w"]);
}

/// `now - customer.seen > 90d`, with the instant at which it changes.
fn lapsed(b: &mut Build) -> (u16, Condition) {
    let seen = b.optional_trait("seen", Type::Time);
    let k = b.k(Const::Duration(90 * DAY));
    let test = [
        Insn::TraitSet { on: false, slot: seen, skip: 6 },
        Insn::Now { dst: 0 },
        Insn::Trait { dst: 1, slot: seen },
        Insn::Binary { op: BinaryOp::SubTimeTime, dst: 0, a: 0, b: 1 },
        Insn::Const { dst: 1, k },
        Insn::Compare { cmp: Cmp::Ge, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
        Insn::RetFalse,
    ];
    let test = b.expr(Type::Bool, &test);
    let wake = [
        Insn::TraitSet { on: false, slot: seen, skip: 4 },
        Insn::Trait { dst: 0, slot: seen },
        Insn::Const { dst: 1, k },
        Insn::Binary { op: BinaryOp::AddTimeDuration, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
        Insn::Unset { dst: 0 },
        Insn::Ret { a: 0 },
    ];
    let wake = b.expr(Type::Time, &wake);
    let wakes = vec![b.optional(wake)];
    (seen, Condition { test, wakes, reads: Reads { traits: vec![seen], ..Reads::default() } })
}

#[test]
fn an_audience_is_joined_by_the_passing_of_time() {
    let mut shop = shop();
    let (seen, condition) = lapsed(&mut shop.b);
    let audience = shop.b.audience("lapsed", condition);
    let mut s = Steps::new("win_back", joining(audience)).reenter(Reenter::Always);
    s.send("come back", shop.note, &[]);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.set(seen, Val::Time(0)).tick(80 * DAY);
    assert_eq!(world.news(), [""; 0]);
    world.set(seen, Val::Time(80 * DAY)).tick(169 * DAY).tick(300 * DAY);
    assert_eq!(
        world.news(),
        [
            "170d joined lapsed",
            "170d win_back: entered",
            "170d win_back: 1 sent come back ()",
            "170d win_back: exit done",
        ]
    );
    world.set(seen, Val::Time(300 * DAY)).tick(301 * DAY);
    assert_eq!(world.news(), ["300d left lapsed"]);
}

/// At one instant audiences come first, then instances.
#[test]
fn an_audience_changes_before_a_timer_of_the_same_instant_fires() {
    let mut shop = shop();
    let (seen, condition) = lapsed(&mut shop.b);
    let audience = shop.b.audience("lapsed", condition);
    let long = shop.b.duration(90 * DAY);
    let is_lapsed = shop.b.leaf(None, None, Insn::Audience { on: false, audience, skip: 1 });
    let mut s = Steps::new("j", on(shop.visit));
    s.pause("w", long);
    s.arrive("ask", TileKind::Branch, &["lapsed", "else"]);
    let other = s.here() + 4;
    s.op(Op::Unless { test: is_lapsed, to: other });
    s.leave(0);
    s.exit("lapsed");
    s.leave(1);
    s.exit("active");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.set(seen, Val::Time(0)).event(shop.visit, &[]).tick(100 * DAY);
    assert_eq!(world.news(), ["0 j: entered", "90d joined lapsed", "90d j: exit lapsed"]);
}

#[test]
fn a_customer_known_before_joins_nothing_at_activation() {
    let mut f = flagged();
    let when = f.when_flag();
    let audience = f.shop.b.audience("flagged", when);
    let mut s = Steps::new("j", joining(audience)).reenter(Reenter::Always);
    s.exit("done");
    f.shop.b.journey(s);
    let mut world = World::new(f.shop.b);
    let mut traits = journey_vm::Row::with_defaults(&world.set.program().traits);
    traits.set_bool(f.flag, true);
    world.customer = journey_vm::Customer::known("c", traits);
    world.input(Input::Activate);
    assert_eq!(world.news(), [""; 0]);
    assert!(world.customer.audiences().contains(audience));
    world.at(HOUR).set(f.flag, Val::Bool(false)).set(f.flag, Val::Bool(true));
    assert_eq!(
        world.news(),
        ["1h left flagged", "1h joined flagged", "1h j: entered", "1h j: exit done"]
    );
}

/// The very first event, too, is seen with membership as the event leaves it; who the event puts
/// outside has never joined. Entries by audience come after entries by the event.
#[test]
fn a_customer_first_seen_by_an_event_joins_what_it_belongs_to_then() {
    let mut shop = shop();
    let count = shop.b.count(shop.buy, Range::All, None);
    let zero = shop.b.k(Const::Int(0));
    let none = [
        Insn::History { dst: 0, window: count },
        Insn::Const { dst: 1, k: zero },
        Insn::Compare { cmp: Cmp::Eq, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
    ];
    let none = shop.b.expr(Type::Bool, &none);
    let none = shop.b.on_window(none, count);
    let fresh = shop.b.audience("fresh", none);
    let member = shop.b.leaf(None, None, Insn::Audience { on: false, audience: fresh, skip: 1 });
    for (name, entry) in [
        ("a", joining(fresh)),
        (
            "b",
            Entry::Event {
                event: shop.buy,
                filter: Some(member),
                captures: vec![],
                each: None,
                key: None,
            },
        ),
        (
            "c",
            Entry::Event {
                event: shop.visit,
                filter: Some(member),
                captures: vec![],
                each: None,
                key: None,
            },
        ),
    ] {
        let mut s = Steps::new(name, entry);
        s.exit("done");
        shop.b.journey(s);
    }
    let mut world = World::new(shop.b);
    let customer = world.customer.clone();
    world.event(shop.visit, &[]);
    assert_eq!(
        world.news(),
        ["0 joined fresh", "0 c: entered", "0 c: exit done", "0 a: entered", "0 a: exit done"]
    );
    world.customer = customer;
    world.event(shop.buy, &[Val::Number(1.0)]);
    assert_eq!(world.news(), [""; 0]);
}

/// An update joins an audience, which ends one instance and starts another.
#[test]
fn changes_are_followed_up_until_nothing_changes() {
    let mut f = flagged();
    let when = f.when_flag();
    let audience = f.shop.b.audience("flagged", when);
    let inside = f.shop.b.leaf(None, None, Insn::Audience { on: false, audience, skip: 1 });
    let reads = Reads { audiences: vec![audience], ..Reads::default() };
    let inside = Condition { test: inside, wakes: vec![], reads };
    let (yes, hour, day) = (f.value(true), f.shop.b.duration(HOUR), f.shop.b.duration(DAY));
    let mut s = Steps::new("a", on(f.shop.visit));
    s.pause("w", hour);
    s.update("raise", &[(f.flag, yes)]);
    s.pause("x", day);
    s.exit("done");
    f.shop.b.journey(s);
    let mut s = Steps::new("b", on(f.shop.visit));
    s.exit_on("member", ExitTrigger::When(inside));
    s.pause("w", day);
    s.exit("done");
    f.shop.b.journey(s);
    let mut s = Steps::new("c", joining(audience));
    s.send("welcome", f.shop.note, &[]);
    s.exit("done");
    f.shop.b.journey(s);
    let mut world = World::new(f.shop.b);
    world.event(f.shop.visit, &[]).tick(2 * HOUR);
    assert_eq!(
        world.news(),
        [
            "0 a: entered",
            "0 b: entered",
            "1h a: 1 updated raise (true)",
            "1h joined flagged",
            "1h b: exit member at w",
            "1h c: entered",
            "1h c: 1 sent welcome ()",
            "1h c: exit done",
        ]
    );
}

#[test]
fn a_trait_set_to_unset_takes_its_default() {
    let mut f = flagged();
    let when = f.when_flag();
    f.shop.b.audience("flagged", when);
    let mut world = World::new(f.shop.b);
    world.set(f.flag, Val::Bool(true)).set(f.flag, Val::Unset).set(f.email, Val::Text("a@b"));
    assert_eq!(world.news(), ["0 joined flagged", "0 left flagged"]);
    world.set(f.email, Val::Unset).set(f.flag, Val::Int(7));
    assert_eq!(world.customer.traits().bool(f.flag), Some(false));
    assert_eq!(world.customer.traits().text(f.email), None);
}

#[test]
fn a_split_is_sticky_and_can_be_forced() {
    let mut shop = shop();
    let mut s = Steps::new("j", on(shop.visit)).reenter(Reenter::Always);
    s.arrive("draw", TileKind::Split, &["a", "b"]);
    s.op(Op::Split { split: 0 });
    let arm = |name: &str, to| SplitArm { name: name.into(), share: 50_000, to };
    let arms = vec![arm("a", s.here()), arm("b", s.here() + 3)];
    s.journey.splits.push(Split { name: "s".into(), per_entry: false, arms });
    for (edge, name) in [(0, "a"), (1, "b")] {
        s.leave(edge);
        s.exit(name);
    }
    let j = shop.b.journey(s);
    let mut world = World::new(shop.b);
    for _ in 0..8 {
        world.event(shop.visit, &[]);
    }
    let exits: Vec<_> = world.news().into_iter().filter(|line| line.contains("exit")).collect();
    let arm = exits[0].chars().last().unwrap();
    assert!(exits.iter().all(|line| line.ends_with(arm)), "{exits:?}");
    for arm in [0, 1] {
        world.input(Input::Choose { journey: j, split: 0, arm }).event(shop.visit, &[]);
        assert!(world.news()[1].ends_with(["a", "b"][usize::from(arm)]));
    }
}

/// The id a message carries is the idempotency key of its send.
#[test]
fn a_message_id_is_the_key_of_the_message() {
    let mut shop = shop();
    let tell = shop.b.action("crm.tell", &[("id", Type::Text)]);
    let mut s = Steps::new("j", on(shop.visit));
    let id = s.local("first.id", Type::Text);
    let load = [Insn::Local { dst: 0, slot: id }, Insn::Ret { a: 0 }];
    let value = shop.b.expr_of(None, Some(0), Type::Text, &load);
    s.send_as("first", shop.note, &[], Some(id));
    s.send("second", tell, &[(0, value)]);
    s.exit("done");
    shop.b.journey(s);
    let mut world = World::new(shop.b);
    world.event(shop.visit, &[]);
    let key = journey_vm::MessageKey {
        workspace: "shop",
        journey: "j",
        customer: "c",
        membership: 1,
        tile: "first",
        visit: 1,
    };
    assert_eq!(world.news()[2], format!("0 j: 2 sent second ({})", key.compute()));
}

/// `customer in A` and the definition of A agree wherever both are asked.
#[test]
fn an_update_moves_the_customer_between_audiences_before_the_next_tile() {
    let mut f = flagged();
    let when = f.when_flag();
    let audience = f.shop.b.audience("flagged", when);
    let member = f.shop.b.leaf(None, None, Insn::Audience { on: false, audience, skip: 1 });
    let yes = f.value(true);
    let mut s = Steps::new("j", on(f.shop.visit));
    s.update("u", &[(f.flag, yes)]);
    s.arrive("ask", TileKind::Branch, &["member", "else"]);
    let other = s.here() + 4;
    s.op(Op::Unless { test: member, to: other });
    s.leave(0);
    s.exit("member");
    s.leave(1);
    s.exit("stranger");
    f.shop.b.journey(s);
    let mut world = World::new(f.shop.b);
    world.event(f.shop.visit, &[]);
    assert_eq!(
        world.news(),
        ["0 j: entered", "0 j: 1 updated u (true)", "0 joined flagged", "0 j: exit member"]
    );
}
