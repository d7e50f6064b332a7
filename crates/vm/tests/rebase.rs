//! Customers who go from one program set to another: everything is found again by name.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::versions::*;
use common::*;
use journey_vm::{Customer, ProgramSet, Rebase, Val};

#[test]
fn a_trait_of_another_type_is_refused_by_name() {
    let with = |ty: Type, default: Const| {
        let mut build = plain("old");
        build.trait_("plan", ty, default);
        ProgramSet::new(version(build, 1))
    };
    let one_of = |members: &[&str]| {
        let members: Vec<String> = members.iter().map(|it| (*it).to_owned()).collect();
        let first = Const::Text(members[0].clone());
        with(Type::Enum(members), first)
    };
    let between = |a: &ProgramSet, b: &ProgramSet| Rebase::between(a, b, &Plan::new());
    let (text, int) = (with(Type::Text, Const::Text("a".into())), with(Type::Int, Const::Int(0)));
    let error = between(&text, &int).unwrap_err().to_string();
    assert_eq!(error, "trait `plan` is now `int`, but customers have values of type `text`");
    between(&one_of(&["free"]), &one_of(&["free", "pro"])).unwrap();
    between(&one_of(&["free", "pro"]), &one_of(&["free"])).unwrap_err();
}

#[test]
fn traits_are_found_by_name_and_new_ones_have_their_default() {
    let mut old = plain("old");
    old.trait_("points", Type::Int, Const::Int(0));
    old.optional_trait("email", Type::Text);
    let mut new = plain("old");
    new.optional_trait("email", Type::Text);
    new.trait_("level", Type::Int, Const::Int(7));
    new.optional_trait("nick", Type::Text);
    new.trait_("points", Type::Int, Const::Int(0));
    let mut world = World::of(ProgramSet::new(version(old, 1)));
    world.set(0, Val::Int(5)).set(1, Val::Text("a@b"));
    world.deploy(ProgramSet::new(version(new, 1)), &Plan::new());
    let traits = world.customer.traits();
    assert_eq!((traits.text(0), traits.int(1)), (Some("a@b"), Some(7)));
    assert_eq!((traits.is_set(2), traits.int(3)), (false, Some(5)));
}

#[test]
fn a_customer_of_whom_nothing_happened_yet_is_laid_out_too() {
    let mut old = plain("old");
    old.trait_("points", Type::Int, Const::Int(0));
    let old = ProgramSet::new(version(old, 1));
    let mut new = plain("old");
    new.trait_("level", Type::Int, Const::Int(7));
    new.trait_("points", Type::Int, Const::Int(0));
    let mut traits = journey_vm::Row::with_defaults(&old.program().traits);
    traits.set_int(0, 5);
    let mut world = World::of(old);
    world.customer = Customer::known("c", traits);
    world.deploy(ProgramSet::new(version(new, 1)), &Plan::new());
    world.event(0, &[Val::Number(1.0)]);
    let traits = world.customer.traits();
    assert_eq!((traits.int(0), traits.int(1)), (Some(7), Some(5)));
}

/// `often` are those who bought twice or more; a journey greets who joins them.
fn often(times: i64, greets: bool) -> Build {
    let mut shop = shop();
    let window = shop.b.count(shop.buy, Range::Within(30 * DAY), None);
    let twice = shop.b.at_least(window, times, None);
    let twice = shop.b.on_window(twice, window);
    let often = shop.b.audience("often", twice);
    let length = shop.b.duration(DAY);
    let mut s = Steps::new("a", if greets { joining(often) } else { Entry::Manual });
    s.pause("rest", length);
    s.exit("done");
    shop.b.journey(s);
    shop.b
}

#[test]
fn history_goes_on_and_nobody_joins_by_a_deployment() {
    let mut world = World::of(ProgramSet::new(version(often(3, true), 1)));
    world.event(0, &[Val::Number(1.0)]).at(DAY).event(0, &[Val::Number(1.0)]);
    world.path();
    // Two are enough now: the customer is among those, but has not joined them.
    let two = version(often(2, true), 1);
    world.at(2 * DAY).deploy(ProgramSet::new(two), &Plan::new());
    assert_eq!(world.path(), ["2d rebased"]);
    assert!(world.customer.audiences().contains(0));
    // The first leaves the window after 30 days; who comes back has joined.
    world.tick(30 * DAY).event(0, &[Val::Number(1.0)]);
    assert_eq!(
        world.path(),
        ["30d left often", "30d joined often", "30d a: entered", "30d a: at rest"]
    );
}

#[test]
fn a_condition_sees_that_an_audience_is_defined_otherwise() {
    let leaves_often = |times: i64| {
        let mut build = often(times, false);
        let test = build.leaf(None, None, Insn::Audience { on: false, audience: 0, skip: 1 });
        let reads = Reads { audiences: vec![0], ..Reads::default() };
        let when = Condition { test, wakes: vec![], reads };
        let journey = &mut build.program.journeys[0];
        journey.outcomes.push("enough".into());
        let trigger = ExitTrigger::When(when);
        journey.exits.push(ExitCriterion { outcome: 1, trigger });
        build
    };
    let (v1, v2) = (version(leaves_often(3), 1), version(leaves_often(2), 2));
    let mut world = World::of(ProgramSet::new(v1.clone()));
    world.event(0, &[Val::Number(1.0)]).event(0, &[Val::Number(1.0)]).input(by_hand(0));
    world.path();
    world.at(HOUR).deploy(beside(&v2, &[&v1]), &Plan::new());
    assert_eq!(world.path(), ["1h rebased", "1h a v1: exit enough at rest"]);
}

/// What a store would hold.
fn bytes(set: &ProgramSet, customer: &Customer) -> Vec<u8> {
    let mut bytes = vec![];
    customer.encode(set, &mut bytes);
    bytes
}

#[test]
fn a_program_that_takes_over_from_itself_changes_nothing() {
    for build in
        [|| captures(["a", "b"], 0), || keyed(true), || often(2, true), || split(["a", "b"])]
    {
        let set = || ProgramSet::new(version(build(), 1));
        let [mut one, mut other] = [World::of(set()), World::of(set())];
        for world in [&mut one, &mut other] {
            world.event(0, &[Val::Number(3.0)]).event(0, &[Val::Number(4.0)]).event(1, &[]);
        }
        one.at(HOUR).deploy(set(), &Plan::new());
        other.tick(HOUR);
        assert_eq!(bytes(&one.set, &one.customer), bytes(&other.set, &other.customer));
    }
}

#[test]
fn a_detour_by_an_unrelated_change_leads_to_the_same_customer() {
    let with = |traits: &[&str]| {
        let mut build = captures(["a", "b"], 0);
        for name in traits {
            build.trait_(name, Type::Int, Const::Int(name.len() as i64));
        }
        ProgramSet::new(version(build, 1))
    };
    let [mut one, mut other] = [with(&["one"]), with(&["one"])].map(World::of);
    for world in [&mut one, &mut other] {
        world.event(0, &[Val::Number(3.0)]).set(0, Val::Int(42)).event(1, &[]).at(HOUR);
    }
    one.deploy(with(&["three", "one"]), &Plan::new());
    one.deploy(with(&["four", "one", "three"]), &Plan::new());
    other.tick(HOUR).deploy(with(&["four", "one", "three"]), &Plan::new());
    assert_eq!(bytes(&one.set, &one.customer), bytes(&other.set, &other.customer));
    let traits = one.customer.traits();
    assert_eq!([0, 1, 2].map(|slot| traits.int(slot)), [Some(4), Some(42), Some(5)]);
}
