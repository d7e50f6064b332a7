//! Audiences whose members are set from outside and by tiles.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::Input;

struct Fixture {
    shop: Shop,
    news: u16,
}

fn fixture() -> Fixture {
    let mut shop = shop();
    let news = shop.b.open_audience("news");
    Fixture { shop, news }
}

impl Fixture {
    /// Enters on joining the audience, waits a day.
    fn welcome(&mut self, existing: bool) {
        let day = self.shop.b.duration(DAY);
        let entry = Entry::Audience { audience: self.news, existing };
        let mut s = Steps::new("welcome", entry).reenter(Reenter::Always);
        s.pause("day", day);
        s.exit("done");
        self.shop.b.journey(s);
    }

    fn world(self) -> World {
        World::new(self.shop.b)
    }
}

fn member(audience: u16, member: bool) -> Input<'static> {
    Input::Member { audience, member }
}

#[test]
fn joining_from_outside_enters_once() {
    let mut f = fixture();
    f.welcome(false);
    let news = f.news;
    let mut world = f.world();
    world.input(Input::Activate).input(member(news, true)).input(member(news, true));
    assert_eq!(world.news(), ["0 joined news", "0 welcome: entered"]);
    world.at(HOUR).input(member(news, false)).at(2 * HOUR).input(member(news, true));
    assert_eq!(world.news(), ["1h left news", "2h joined news", "2h welcome: not entered, Inside"]);
}

#[test]
fn members_at_activation_enter_only_where_the_entry_includes_them() {
    for existing in [false, true] {
        let mut f = fixture();
        f.welcome(existing);
        let news = f.news;
        let mut world = f.world();
        world.customer.join(news);
        world.input(Input::Activate);
        assert!(world.customer.audiences().contains(news));
        let entered: &[&str] = if existing { &["0 welcome: entered"] } else { &[] };
        assert_eq!(world.news(), entered);
    }
}

#[test]
fn members_of_a_computed_audience_are_included_too() {
    let mut f = fixture();
    let vip = f.shop.b.trait_("vip", Type::Bool, Const::Bool(true));
    let test = f.shop.b.trait_is(vip);
    let condition = f.shop.b.on_traits(test, &[vip]);
    let vips = f.shop.b.audience("vips", condition);
    let day = f.shop.b.duration(DAY);
    let mut s = Steps::new("greet", Entry::Audience { audience: vips, existing: true });
    s.pause("day", day);
    s.exit("done");
    f.shop.b.journey(s);
    let mut world = f.world();
    world.input(Input::Activate);
    assert_eq!(world.news(), ["0 greet: entered"]);
    // Known already, so the same input says nothing new.
    world.input(Input::Activate);
    assert_eq!(world.news(), [""; 0]);
}

#[test]
fn an_audience_that_is_computed_cannot_be_joined() {
    let mut f = fixture();
    let vip = f.shop.b.trait_("vip", Type::Bool, Const::Bool(false));
    let test = f.shop.b.trait_is(vip);
    let condition = f.shop.b.on_traits(test, &[vip]);
    let vips = f.shop.b.audience("vips", condition);
    let mut world = f.world();
    world.input(member(vips, true)).input(member(99, true));
    assert_eq!(world.news(), [""; 0]);
    assert!(!world.customer.audiences().contains(vips));
}

#[test]
fn tiles_add_and_remove_and_others_react() {
    let mut f = fixture();
    let (news, visit, buy) = (f.news, f.shop.visit, f.shop.buy);
    let hour = f.shop.b.duration(HOUR);
    // `a` adds on a visit and removes an hour later; `b` leaves when the customer is in the audience.
    let mut s = Steps::new("a", on(visit));
    s.member("add", news, true);
    s.pause("hour", hour);
    s.member("remove", news, false);
    s.exit("done");
    f.shop.b.journey(s);
    let inside = f.shop.b.leaf(None, None, Insn::Audience { on: false, audience: news, skip: 1 });
    let reads = Reads { audiences: vec![news], ..Reads::default() };
    let mut s = Steps::new("b", on(buy));
    s.exit_on("subscribed", ExitTrigger::When(Condition { test: inside, wakes: vec![], reads }));
    let day = f.shop.b.duration(DAY);
    s.pause("day", day);
    s.exit("done");
    f.shop.b.journey(s);
    f.welcome(false);
    let mut world = f.world();
    world.event(buy, &[journey_vm::Val::Number(1.0)]).event(visit, &[]).tick(HOUR);
    assert_eq!(
        world.news(),
        [
            "0 b: entered",
            "0 a: entered",
            "0 a: 1 added to news at add",
            "0 joined news",
            "0 b: exit subscribed at day",
            "0 welcome: entered",
            "1h a: 2 removed from news at remove",
            "1h left news",
            "1h a: exit done",
        ]
    );
}

#[test]
fn a_tile_can_end_its_own_journey() {
    let mut f = fixture();
    let (news, visit) = (f.news, f.shop.visit);
    let inside = f.shop.b.leaf(None, None, Insn::Audience { on: false, audience: news, skip: 1 });
    let reads = Reads { audiences: vec![news], ..Reads::default() };
    let mut s = Steps::new("a", on(visit));
    s.exit_on("subscribed", ExitTrigger::When(Condition { test: inside, wakes: vec![], reads }));
    s.member("add", news, true);
    s.send("hello", f.shop.note, &[]);
    s.exit("done");
    f.shop.b.journey(s);
    let mut world = f.world();
    world.event(visit, &[]);
    assert_eq!(
        world.news(),
        [
            "0 a: entered",
            "0 a: 1 added to news at add",
            "0 joined news",
            "0 a: exit subscribed at add",
        ]
    );
}

#[test]
fn who_joins_and_leaves_at_once_enters_nothing() {
    let mut f = fixture();
    let (news, visit) = (f.news, f.shop.visit);
    let mut s = Steps::new("a", on(visit));
    s.member("add", news, true);
    s.member("remove", news, false);
    s.exit("done");
    f.shop.b.journey(s);
    f.welcome(false);
    let mut world = f.world();
    world.event(visit, &[]);
    assert_eq!(
        world.news(),
        [
            "0 a: entered",
            "0 a: 1 added to news at add",
            "0 joined news",
            "0 a: 2 removed from news at remove",
            "0 left news",
            "0 a: exit done",
        ]
    );
}

#[test]
fn two_journeys_that_add_and_remove_each_other_come_to_an_end() {
    let mut f = fixture();
    let (news, visit) = (f.news, f.shop.visit);
    let other = f.shop.b.open_audience("other");
    for (name, entry, from, to) in [("a", news, news, other), ("b", other, other, news)] {
        let mut s = Steps::new(name, joining(entry)).reenter(Reenter::Always);
        s.member("remove", from, false);
        s.member("add", to, true);
        s.exit("done");
        f.shop.b.journey(s);
    }
    let mut world = f.world();
    world.event(visit, &[]).input(member(news, true));
    let faults: Vec<_> = world.news().into_iter().filter(|line| line.contains("fault")).collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].ends_with("fault, Budget"));
}
