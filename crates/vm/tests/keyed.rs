//! Keyed instances, lists, and what an entry does while the customer is inside.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::Val;

/// Carts, orders of a cart, and lists of carts.
struct Shop {
    b: Build,
    cart: u16,
    list: u16,
    order: u16,
    note: u16,
}

fn shop() -> Shop {
    let mut b = Build::new();
    let cart = b.event("cart", &[("id", Type::Text), ("due", Type::Time)]);
    let list = b.event("list", &[("ids", Type::List(Box::new(Type::Text)))]);
    let order = b.event("order", &[("cart", Type::Text)]);
    let note = b.action("crm.note", &[("cart", Type::Text)]);
    Shop { b, cart, list, order, note }
}

impl Shop {
    /// Keyed by the id of the cart; ends with its order, reminds after an hour.
    fn carts(&mut self, reenter: Reenter, inside: WhileInside) {
        let key = self.b.local_value(0, 0, Type::Text);
        let captures = vec![
            Capture { from: CaptureFrom::Property(0), local: 0 },
            Capture { from: CaptureFrom::Property(1), local: 1 },
        ];
        let event = self.cart;
        let entry = Entry::Event { event, filter: None, captures, each: None, key: Some(key) };
        let s = Steps::new("carts", entry).reenter(reenter).while_inside(inside);
        self.tiles(s);
    }

    /// The same for each id of a list, keyed or not.
    fn lists(&mut self, keyed: bool, reenter: Reenter, inside: WhileInside) {
        let key = self.b.local_value(0, 0, Type::Text);
        let ids = self.b.expr_of(
            Some(self.list),
            None,
            Type::List(Box::new(Type::Text)),
            &[Insn::Event { dst: 0, slot: 0 }, Insn::Ret { a: 0 }],
        );
        let captures = vec![Capture { from: CaptureFrom::Item, local: 0 }];
        let key = keyed.then_some(key);
        let entry = Entry::Event { event: self.list, filter: None, captures, each: Some(ids), key };
        let s = Steps::new("carts", entry).reenter(reenter).while_inside(inside);
        self.tiles(s);
    }

    fn tiles(&mut self, mut s: Steps) {
        s.local("cart.id", Type::Text);
        s.local("cart.due", Type::Time);
        // So that its number is 0.
        s.outcome("restarted");
        let own = self.b.same(self.order, 0, 0, 0);
        s.exit_on("bought", ExitTrigger::Event { event: self.order, filter: Some(own) });
        let hour = self.b.duration(HOUR);
        s.pause("hour", hour);
        let id = self.b.local_value(0, 0, Type::Text);
        s.send("remind", self.note, &[(0, id)]);
        let day = self.b.duration(DAY);
        s.pause("day", day);
        s.exit("done");
        self.b.journey(s);
    }

    fn world(self) -> World {
        World::new(self.b)
    }
}

fn cart(id: &str) -> [Val<'_>; 2] {
    [Val::Text(id), Val::Unset]
}

const RESTART: WhileInside = WhileInside::Restart(0);

#[test]
fn each_key_has_an_instance_and_rules_of_its_own() {
    let mut shop = shop();
    shop.carts(Reenter::Never, WhileInside::Ignore);
    let (c, o) = (shop.cart, shop.order);
    let mut world = shop.world();
    world.event(c, &cart("a")).event(c, &cart("b")).event(c, &cart("a"));
    world.at(MINUTE).event(o, &[Val::Text("a")]).event(c, &cart("a")).event(c, &cart("c"));
    assert_eq!(
        world.news(),
        [
            "0 carts: entered with a",
            "0 carts#2: entered with b",
            "0 carts: not entered, Inside",
            "1m carts: exit bought at hour",
            "1m carts: not entered, Reentry",
            "1m carts#3: entered with c",
        ]
    );
    assert_eq!(world.customer.memberships(0), 3);
    world.tick(HOUR);
    assert_eq!(world.news(), ["1h carts#2: 1 sent remind (b)"]);
}

#[test]
fn restart_leaves_and_starts_anew_without_asking_the_rule() {
    let mut shop = shop();
    shop.carts(Reenter::Never, RESTART);
    let (c, o) = (shop.cart, shop.order);
    let mut world = shop.world();
    world.event(c, &cart("a")).event(c, &cart("b")).at(MINUTE).event(c, &cart("a"));
    // What ended otherwise is a matter of the rule again.
    world.event(o, &[Val::Text("a")]).event(c, &cart("a")).tick(HOUR);
    assert_eq!(
        world.news(),
        [
            "0 carts: entered with a",
            "0 carts#2: entered with b",
            "1m carts: exit restarted at hour",
            "1m carts#3: entered with a",
            "1m carts#3: exit bought at hour",
            "1m carts: not entered, Reentry",
            "1h carts#2: 1 sent remind (b)",
        ]
    );
}

#[test]
fn an_event_that_ends_the_instance_does_not_restart_it() {
    for (rule, then) in [
        (Reenter::Never, "0 carts: not entered, Reentry"),
        (Reenter::Later, "0 carts: not entered, Reentry"),
        (Reenter::Always, "0 carts#2: entered with a"),
    ] {
        let mut shop = shop();
        shop.carts(rule, RESTART);
        let own = shop.b.same(shop.cart, 0, 0, 0);
        let trigger = ExitTrigger::Event { event: shop.cart, filter: Some(own) };
        shop.b.program.journeys[0].exits.push(ExitCriterion { outcome: 1, trigger });
        let c = shop.cart;
        let mut world = shop.world();
        world.event(c, &cart("a")).event(c, &cart("a"));
        assert_eq!(
            world.news(),
            ["0 carts: entered with a", "0 carts: exit bought at hour", then],
            "{rule:?}"
        );
    }
}

#[test]
fn refresh_stays_with_the_values_of_the_new_entry() {
    let mut shop = shop();
    shop.carts(Reenter::Never, WhileInside::Refresh);
    // Between the two waits: until the cart is due.
    let due = shop.b.local_value(0, 1, Type::Time);
    let journey = &mut shop.b.program.journeys[0];
    journey.states[0].deadline = Deadline::At { time: due, reads: Reads::default() };
    let c = shop.cart;
    let mut world = shop.world();
    let due = |at: i64| [Val::Text("a"), Val::Time(at)];
    world.event(c, &due(HOUR));
    assert_eq!(world.customer.next_due(), Some(HOUR));
    world.at(MINUTE).event(c, &due(3 * HOUR));
    assert_eq!(world.customer.next_due(), Some(3 * HOUR));
    // Earlier than now: the wait is over.
    world.at(2 * HOUR).event(c, &due(HOUR));
    assert_eq!(
        world.news(),
        [
            "0 carts: entered with a",
            "1m carts: refreshed",
            "2h carts: refreshed",
            "2h carts: 1 sent remind (a)",
        ]
    );
    assert_eq!(world.customer.memberships(0), 1);
}

#[test]
fn refresh_moves_the_limits_that_read_the_entry() {
    let mut shop = shop();
    let mut s = Steps::new("j", on(shop.cart)).while_inside(WhileInside::Refresh);
    let captures = vec![Capture { from: CaptureFrom::Property(1), local: 0 }];
    s.journey.entry =
        Entry::Event { event: shop.cart, filter: None, captures, each: None, key: None };
    s.local("cart.due", Type::Time);
    let left = [
        Insn::Local { dst: 0, slot: 0 },
        Insn::Entered { dst: 1 },
        Insn::Binary { op: BinaryOp::SubTimeTime, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
    ];
    let left = shop.b.expr_of(None, Some(0), Type::Duration, &left);
    s.exit_on("expired", ExitTrigger::After(left));
    s.goal("order", shop.order, None, left);
    let day = shop.b.duration(DAY);
    s.pause("day", day);
    s.exit("done");
    shop.b.journey(s);
    let (c, o) = (shop.cart, shop.order);
    let mut world = shop.world();
    let due = |at: i64| [Val::Text("a"), Val::Time(at)];
    world.event(c, &due(HOUR)).at(MINUTE).event(c, &due(2 * HOUR)).tick(HOUR);
    world.at(2 * HOUR - 1).event(o, &[Val::Text("x")]).tick(2 * HOUR);
    assert_eq!(
        world.news(),
        [
            "0 j: entered",
            "1m j: refreshed",
            "1h59m59s999ms j: goal order",
            "2h j: exit expired at day",
        ]
    );
}

#[test]
fn one_instance_for_each_element_in_order() {
    let mut shop = shop();
    shop.lists(true, Reenter::Never, WhileInside::Ignore);
    let l = shop.list;
    let mut world = shop.world();
    let ids = [Val::Text("b"), Val::Text("a"), Val::Text("b")];
    world.event(l, &[Val::List(&[])]).event(l, &[Val::List(&ids)]).tick(HOUR);
    assert_eq!(
        world.news(),
        [
            "0 carts: entered with b",
            "0 carts#2: entered with a",
            "0 carts: not entered, Inside",
            "1h carts: 1 sent remind (b)",
            "1h carts#2: 1 sent remind (a)",
        ]
    );
}

#[test]
fn a_key_that_stands_twice_in_one_event_comes_twice() {
    let mut shop = shop();
    shop.lists(true, Reenter::Never, RESTART);
    let l = shop.list;
    let mut world = shop.world();
    world.event(l, &[Val::List(&[Val::Text("a"), Val::Text("a")])]);
    assert_eq!(
        world.news(),
        ["0 carts: entered with a", "0 carts: exit restarted at hour", "0 carts#2: entered with a",]
    );
}

#[test]
fn without_a_key_the_elements_of_an_event_enter_together_or_not_at_all() {
    for (inside, then) in [
        (WhileInside::Ignore, vec!["1m carts: not entered, Inside"]),
        (
            RESTART,
            vec![
                "1m carts: exit restarted at hour",
                "1m carts#2: exit restarted at hour",
                "1m carts#3: entered",
            ],
        ),
    ] {
        let mut shop = shop();
        shop.lists(false, Reenter::Never, inside);
        let l = shop.list;
        let mut world = shop.world();
        world.event(l, &[Val::List(&[Val::Text("a"), Val::Text("a")])]);
        assert_eq!(world.news(), ["0 carts: entered", "0 carts#2: entered"]);
        world.at(MINUTE).event(l, &[Val::List(&[])]);
        assert_eq!(world.news(), [""; 0]);
        world.event(l, &[Val::List(&[Val::Text("c")])]);
        assert_eq!(world.news(), then);
    }
}

#[test]
fn the_first_element_that_leaves_at_once_does_not_keep_the_others_out() {
    let mut shop = shop();
    shop.lists(false, Reenter::Never, WhileInside::Ignore);
    // A wait of no length, so that each of them is through at once.
    let none = shop.b.duration(0);
    for state in &mut shop.b.program.journeys[0].states {
        state.deadline = Deadline::After(none);
    }
    let l = shop.list;
    let mut world = shop.world();
    world.event(l, &[Val::List(&[Val::Text("a"), Val::Text("b")])]);
    let exits: Vec<_> = world.news().into_iter().filter(|line| line.contains("exit")).collect();
    assert_eq!(exits, ["0 carts: exit done", "0 carts#2: exit done"]);
}

#[test]
fn a_long_list_is_no_livelock() {
    let mut shop = shop();
    shop.lists(true, Reenter::Never, WhileInside::Ignore);
    let (l, o) = (shop.list, shop.order);
    let ids: Vec<String> = (0..3_000).map(|n| n.to_string()).collect();
    let list: Vec<Val<'_>> = ids.iter().map(|id| Val::Text(id)).collect();
    let mut world = shop.world();
    world.event(l, &[Val::List(&list)]);
    assert_eq!(world.customer.instances().len(), 3_000);
    // All of them pass a tile at one instant, and each can be found.
    world.tick(HOUR).at(HOUR).event(o, &[Val::Text("1500")]);
    assert_eq!(world.customer.instances().len(), 2_999);
    world.event(l, &[Val::List(&list[1499..1502])]);
    let news = world.news();
    assert!(!news.iter().any(|line| line.contains("fault")));
    assert_eq!(
        news[news.len() - 3..],
        [
            "1h carts: not entered, Inside",
            "1h carts: not entered, Reentry",
            "1h carts: not entered, Inside",
        ]
    );
}

#[test]
fn an_instance_that_cannot_go_on_keeps_its_key() {
    for inside in [WhileInside::Ignore, RESTART, WhileInside::Refresh] {
        let mut shop = shop();
        shop.carts(Reenter::Always, inside);
        let due = shop.b.local_value(0, 1, Type::Time);
        let journey = &mut shop.b.program.journeys[0];
        journey.states[0].deadline = Deadline::At { time: due, reads: Reads::default() };
        let c = shop.cart;
        let mut world = shop.world();
        world.event(c, &cart("a")).event(c, &cart("a"));
        world.event(c, &[Val::Text("b"), Val::Time(DAY)]);
        assert_eq!(
            world.news(),
            [
                "0 carts: entered with a",
                "0 carts: fault, Unset",
                "0 carts: not entered, Inside",
                "0 carts#2: entered with b",
            ],
            "{inside:?}"
        );
    }
}

#[test]
fn an_entry_without_a_key_is_refused() {
    let mut shop = shop();
    shop.carts(Reenter::Always, WhileInside::Ignore);
    let c = shop.cart;
    let mut world = shop.world();
    world.event(c, &[Val::Unset, Val::Unset]).input(by_hand(0));
    assert_eq!(
        world.news(),
        ["0 carts: not entered, Fault(Unset)", "0 carts: not entered, NoEvent"]
    );
}

#[test]
fn an_event_that_comes_again_changes_nothing() {
    let mut shop = shop();
    shop.carts(Reenter::Always, RESTART);
    let c = shop.cart;
    let mut world = shop.world();
    for _ in 0..2 {
        world.event_at(c, 0, Some("e1"), &cart("a"));
    }
    assert_eq!(world.news(), ["0 carts: entered with a", "0 duplicate"]);
}

#[test]
fn exits_by_key_are_kept_no_longer_than_the_rule_asks_for_them() {
    let mut shop = shop();
    shop.carts(Reenter::After(DAY), WhileInside::Ignore);
    let (c, o) = (shop.cart, shop.order);
    let mut world = shop.world();
    for n in 0..500 {
        let id = n.to_string();
        let at = n * HOUR;
        world.at(at).event(c, &cart(&id)).event(o, &[Val::Text(&id)]);
    }
    world.news();
    // The last one left within the day, the one before it is a day and an hour gone.
    world.event(c, &cart("499")).event(c, &cart("474"));
    assert_eq!(
        world.news(),
        ["20d19h carts: not entered, Reentry", "20d19h carts#501: entered with 474"]
    );
    let size = format!("{:?}", world.customer).len();
    assert!(size < 40_000, "the memory of a customer has grown to {size}");
}
