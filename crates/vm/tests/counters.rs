//! What can be counted adds up, whatever happens: at each tile those who arrived have passed, left
//! the journey from there, or are there.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::*;
use journey_vm::{Customer, Effect, Input, ProgramSet, Scratch, Status, Val, apply};
use proptest::prelude::*;

/// Journeys in which much can go wrong: each computes `x + x`, `y + y` or `z + z` all the time, and
/// leaves where `x + x` is some. The first runs the second.
fn fragile() -> (ProgramSet, [u16; 3]) {
    let mut shop = shop();
    let traits = ["x", "y", "z"].map(|name| shop.b.trait_(name, Type::Int, Const::Int(0)));
    let tell = shop.b.action("crm.tell", &[("n", Type::Int)]);
    let hour = shop.b.duration(HOUR);
    let twice = |b: &mut Build, slot: u16| {
        let add = Insn::Binary { op: BinaryOp::AddInt, dst: 0, a: 0, b: 0 };
        b.expr(Type::Int, &[Insn::Trait { dst: 0, slot }, add, Insn::Ret { a: 0 }])
    };
    let is_some = |b: &mut Build, event: Option<u16>, slot: u16| {
        let k = b.k(Const::Int(0));
        let code = [
            Insn::Trait { dst: 0, slot },
            Insn::Binary { op: BinaryOp::AddInt, dst: 0, a: 0, b: 0 },
            Insn::Const { dst: 1, k },
            Insn::Compare { cmp: Cmp::Gt, dst: 0, a: 0, b: 1 },
            Insn::Ret { a: 0 },
        ];
        b.expr_of(event, None, Type::Bool, &code)
    };
    let [x, y, z] = traits;
    let (twice_y, twice_z) = (twice(&mut shop.b, y), twice(&mut shop.b, z));
    let (exit, filter) =
        (is_some(&mut shop.b, None, x), Some(is_some(&mut shop.b, Some(shop.buy), y)));
    for name in ["a", "b"] {
        let mut s = Steps::new(name, on(shop.visit)).reenter(Reenter::Always);
        let kept = s.local("kept", Type::Int);
        s.exit_on("some", ExitTrigger::When(shop.b.on_traits(exit, &[x])));
        let start = s.here();
        s.send("count", tell, &[(0, twice_y)]);
        // Between two tiles.
        s.op(Op::Set { local: kept, value: twice_z });
        s.update("set", &[(x, twice_z)]);
        let w = s.wait("w", Deadline::After(hour), &["bought", "timeout"]);
        s.timeout(w, 1);
        s.op(Op::Jump { to: start });
        let (captures, earlier) = (vec![], None);
        s.arm(w, ArmTrigger::Event { event: shop.buy, filter, captures, earlier }, 0);
        if name == "a" {
            let tile = s.arrive("run", TileKind::Run, &["done"]);
            s.journey.calls.push(Call { journey: 1, args: vec![], event: vec![] });
            let to = s.here() + 1;
            let run = Some(Run { call: 0, outcomes: vec![to; 2], not_entered: to });
            let (deadline, timeout, arms) = (Deadline::None, None, vec![]);
            s.journey.states.push(State { tile, deadline, timeout, late: None, arms, run });
            s.op(Op::Suspend { state: 1 });
            s.leave(0);
        }
        s.exit("done");
        shop.b.journey(s);
    }
    let b = shop.b.program.journeys.last_mut().unwrap();
    b.entry = Entry::Manual;
    (ProgramSet::new(shop.b.done()), traits)
}

/// One thing that happens to a customer.
#[derive(Debug, Clone)]
enum Happens {
    Event(u16),
    Trait(usize, i64),
    Pause(u16),
    Resume(u16),
    Remove(u16),
    Stop(u16),
    Retry(u16),
}

fn happens() -> impl Strategy<Value = Happens> {
    let journey = || 0..2u16;
    let value = prop_oneof![4 => Just(0), 2 => Just(-5), 1 => Just(3), 2 => Just(i64::MAX)];
    prop_oneof![
        6 => (0..2u16).prop_map(Happens::Event),
        6 => (0..3usize, value).prop_map(|(slot, value)| Happens::Trait(slot, value)),
        1 => journey().prop_map(Happens::Pause),
        2 => journey().prop_map(Happens::Resume),
        1 => journey().prop_map(Happens::Remove),
        1 => journey().prop_map(Happens::Stop),
        6 => journey().prop_map(Happens::Retry),
    ]
}

/// What is counted: arrivals, those who went on or left, faults, by journey and tile.
#[derive(Debug, Default)]
struct Counted {
    tiles: BTreeMap<(u16, u16), [i64; 2]>,
    journeys: BTreeMap<u16, [i64; 2]>,
    parked: BTreeMap<(u16, Option<u16>), i64>,
    faults: u32,
    /// Where each message came from, so that none has the key of another.
    keys: Vec<(u16, u32, u16, u32)>,
}

impl Counted {
    fn count(&mut self, effect: &Effect<'_>) {
        match *effect {
            Effect::Entered { journey, .. } => self.journeys.entry(journey).or_default()[0] += 1,
            Effect::Arrived { journey, tile, .. } => {
                self.tiles.entry((journey, tile)).or_default()[0] += 1;
            }
            Effect::Left { journey, tile, since, at, .. } => {
                assert!(since <= at);
                self.tiles.entry((journey, tile)).or_default()[1] += 1;
            }
            Effect::Exited { journey, tile, since, at, .. } => {
                assert!(since <= at);
                self.journeys.entry(journey).or_default()[1] += 1;
                if let Some(tile) = tile {
                    self.tiles.entry((journey, tile)).or_default()[1] += 1;
                }
            }
            Effect::Faulted { journey, tile, .. } => {
                self.faults += 1;
                *self.parked.entry((journey, tile)).or_default() += 1;
            }
            Effect::Unparked { journey, tile, .. } => {
                *self.parked.entry((journey, tile)).or_default() -= 1;
            }
            Effect::Sent { journey, membership, tile, key, .. }
            | Effect::Called { journey, membership, tile, key, .. } => {
                let key = (journey, membership, tile, key.visit);
                assert!(!self.keys.contains(&key), "{key:?} again");
                self.keys.push(key);
            }
            _ => {}
        }
    }

    fn check(&self, customer: &Customer) {
        let inside = |test: &dyn Fn(&&journey_vm::Instance) -> bool| {
            customer.instances().iter().filter(test).count() as i64
        };
        for (journey, [entered, left]) in &self.journeys {
            assert_eq!(entered - left, inside(&|it| it.journey == *journey), "{journey}");
        }
        for (tile, [arrived, left]) in &self.tiles {
            let there = inside(&|it| (it.journey, it.tile) == (tile.0, Some(tile.1)));
            assert_eq!(arrived - left, there, "tile {tile:?}");
        }
        for (place, parked) in &self.parked {
            let there = inside(&|it| {
                (it.journey, it.tile) == *place && matches!(it.status, Status::Faulted(_))
            });
            assert_eq!(*parked, there, "parked at {place:?}");
        }
    }
}

/// Lives through what happens, so many hours apart, and counts along.
fn live(steps: &[(Happens, i64)]) -> Counted {
    let (set, traits) = fragile();
    let (mut customer, mut scratch) = (Customer::new("c"), Scratch::new());
    let (mut counted, mut now) = (Counted::default(), 0);
    let order = row(&[Val::Number(1.0)]);
    for (happens, hours) in steps {
        now += hours * HOUR;
        let change;
        let input = match *happens {
            Happens::Event(event) => Input::Event { event, at: now, id: None, row: &order },
            Happens::Trait(slot, value) => {
                change = [(traits[slot], Val::Int(value))];
                Input::Traits(&change)
            }
            Happens::Pause(journey) => Input::Pause { journey },
            Happens::Resume(journey) => Input::Resume { journey },
            Happens::Remove(journey) => Input::Remove { journey, membership: None },
            Happens::Stop(journey) => Input::Stop { journey },
            Happens::Retry(journey) => {
                let found = customer.instance(journey);
                Input::Retry { journey, membership: found.map_or(1, |it| it.membership) }
            }
        };
        apply(&set, &mut customer, input, now, &mut scratch, &mut |effect: Effect<'_>| {
            counted.count(&effect);
        });
        counted.check(&customer);
        customer = stored(&set, &customer);
    }
    counted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn counters_are_exact(steps in prop::collection::vec((happens(), 0..3i64), 1..60)) {
        live(&steps);
    }
}

/// What the property is about does come to pass.
#[test]
fn members_are_parked_at_tiles_and_between_them_and_go_on() {
    let steps = [
        (Happens::Trait(2, i64::MAX), 0),
        (Happens::Event(1), 0),
        (Happens::Trait(2, 0), 1),
        (Happens::Trait(0, i64::MAX), 0),
        (Happens::Retry(0), 1),
        (Happens::Trait(0, 0), 0),
        (Happens::Trait(1, i64::MAX), 0),
        (Happens::Retry(0), 1),
        (Happens::Event(0), 0),
        (Happens::Trait(1, 3), 0),
        (Happens::Retry(0), 0),
    ];
    let counted = live(&steps);
    // Between the first two tiles, by an exit criterion there, and at the wait by an event.
    let places: Vec<_> = counted.parked.keys().copied().collect();
    assert_eq!(places, [(0, None), (0, Some(2))]);
    assert_eq!(counted.faults, 3);
    assert_eq!(counted.journeys[&1], [1, 0], "the purchase counted in the end");
}
