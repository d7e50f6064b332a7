//! Programs of which there are several versions, and how one takes over from another.

use super::*;
use journey_vm::ProgramSet;

/// Buys enter `j`; after a day members get the message of this tile.
pub fn reminder(tile: &str, days: i64, change: impl FnOnce(&mut Shop, &mut Journey)) -> Build {
    let mut shop = shop();
    let length = shop.b.duration(days * DAY);
    let mut s = Steps::new("j", on(shop.buy)).reenter(Reenter::Later);
    s.pause("rest", length);
    s.send(tile, shop.note, &[]);
    s.exit("done");
    change(&mut shop, &mut s.journey);
    shop.b.journey(s);
    shop.b
}

pub fn plain(tile: &str) -> Build {
    reminder(tile, 1, |_, _| {})
}

/// A program of which every journey is of this version.
pub fn version(mut build: Build, number: u32) -> Verified<Program> {
    build.program.set_versions(|_| Version::current(number));
    build.done()
}

/// The same, with all journeys of earlier programs beside.
pub fn beside(base: &Verified<Program>, earlier: &[&Verified<Program>]) -> ProgramSet {
    let pinned = earlier.iter().flat_map(|program| {
        let all = (0..program.journeys.len() as u16).map(|journey| Pinned {
            program,
            journey,
            version: program.version(journey).number,
        });
        all.filter(|it| {
            let name = &program.journeys[usize::from(it.journey)].name;
            base.journey_of(name, it.version).is_none()
        })
    });
    let linked = link(base, &pinned.collect::<Vec<_>>()).unwrap_or_else(|e| panic!("{e}"));
    ProgramSet::new(verify(linked).unwrap_or_else(|e| panic!("{e}")))
}

/// A member of the first version, and the programs of both.
pub fn inside(v1: Build, v2: Build) -> (World, Verified<Program>, Verified<Program>) {
    let (v1, v2) = (version(v1, 1), version(v2, 2));
    let mut world = World::of(ProgramSet::new(v1.clone()));
    world.event(0, &[Val::Number(1.0)]);
    world.path();
    (world, v1, v2)
}

pub fn keep(places: &[(&str, &str)]) -> Fate {
    let place = |to: &str| match to {
        "" => Place::Exit,
        to => Place::Keep(to.to_owned()),
    };
    Fate::Migrate(places.iter().map(|(tile, to)| ((*tile).to_owned(), place(to))).collect())
}

pub fn plan(fate: Fate) -> Plan {
    let mut plan = Plan::new();
    plan.set("j", 1, fate);
    plan
}

/// Members keep the total of what they bought, and the total of the next one opens the wait.
pub fn captures(names: [&str; 2], mark: u16) -> Build {
    let mut shop = shop();
    let days = shop.b.duration(10 * DAY);
    let captures = vec![Capture { from: CaptureFrom::Property(0), local: mark }];
    let mut s = Steps::new(
        "j",
        Entry::Event { event: shop.buy, filter: None, captures, each: None, key: None },
    );
    for name in names {
        s.local(name, Type::Number);
    }
    let window = shop.b.count(shop.visit, Range::SinceEntered, Some(0));
    let twice = shop.b.at_least(window, 2, Some(0));
    let twice = shop.b.on_window(twice, window);
    let wait = s.wait("rest", Deadline::After(days), &["twice", "timeout"]);
    s.arm(wait, ArmTrigger::When(twice), 0);
    let note = shop.b.action("crm.told", &[("total", Type::Number)]);
    let total = shop.b.local_value(0, mark, Type::Number);
    s.send("tell", note, &[(0, total)]);
    s.exit("done");
    s.timeout(wait, 1);
    s.exit("late");
    shop.b.journey(s);
    shop.b
}

/// Every second member gets the letter of each arm; choices are by hand.
pub fn split(arms: [&str; 2]) -> Build {
    let mut shop = shop();
    let day = shop.b.duration(DAY);
    let mut s = Steps::new("j", on(shop.buy)).reenter(Reenter::Later);
    s.pause("rest", day);
    s.arrive("draw", TileKind::Split, &arms);
    s.op(Op::Split { split: 0 });
    let first = s.here();
    s.leave(0);
    s.exit(arms[0]);
    let second = s.here();
    s.leave(1);
    s.exit(arms[1]);
    let arm = |name: &str, share, to| SplitArm { name: name.into(), share, to };
    let arms = vec![arm(arms[0], 0, first), arm(arms[1], 100_000, second)];
    s.journey.splits.push(Split { name: "test".into(), per_entry: false, arms });
    shop.b.journey(s);
    shop.b
}

/// An instance for each total; the first version may have none of these.
pub fn keyed(is_keyed: bool) -> Build {
    reminder("old", 1, |shop, journey| {
        let total = Slot { optional: true, ..slot("total", Type::Number) };
        journey.locals.push(total);
        let captures = vec![Capture { from: CaptureFrom::Property(0), local: 0 }];
        let key = shop.b.local_value(0, 0, Type::Number);
        let (event, key) = (shop.buy, is_keyed.then_some(key));
        journey.entry = Entry::Event { event, filter: None, captures, each: None, key };
    })
}
