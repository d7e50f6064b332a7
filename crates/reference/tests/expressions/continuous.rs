//! What is watched is never missed.
//!
//! Continuous conditions are written as source, checked and compiled. Between two instants at
//! which the interpreter does something, the reference finds no change: members of an audience
//! are exactly those for whom its definition holds, and an instance leaves by its criterion at the
//! first instant at which that holds. The instants that are tried are those around which things
//! change: hours of the clock, times and lengths of time that were written, times of events.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use journey_bytecode::verify;
use journey_ir::lower;
use journey_reference::eval::generate::Generator;
use journey_reference::eval::generate::schema::FIRST;
use journey_reference::eval::{self, Customer, Fault, Instance, evaluate, time_zone};
use journey_reference::random::Random;
use journey_sema::thir::{
    ArmTrigger, Condition, Const, ExitCriterion, ExitTrigger, Expr, Journey, TileKind,
};
use journey_sema::{Checked, Config, Workspace};
use journey_vm::ProgramSet;

use crate::conditions::{Conditions, declarations};
use crate::machine::{Machine, Note};
use crate::number;
use crate::story::{Happening, tell};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Zones, each with an instant shortly before its clocks are changed in an unusual way.
const PLACES: [(&str, i64); 9] = [
    ("UTC", 1_743_120_000_000),
    // Forward in March, back in October.
    ("Europe/Berlin", 1_743_120_000_000),
    ("Europe/Berlin", 1_761_264_000_000),
    // Back by half an hour in April.
    ("Australia/Lord_Howe", 1_743_724_800_000),
    // Forward from midnight in April.
    ("Africa/Cairo", 1_745_366_400_000),
    // Back from 01:00 to midnight in November.
    ("America/Havana", 1_761_868_800_000),
    // Back from midnight to 23:00 in February.
    ("America/Sao_Paulo", 1_519_603_200_000 - 8 * DAY),
    // Back from one past midnight to a day that was over, in October.
    ("America/St_Johns", 1_130_457_600_000),
    // A whole day left out in December.
    ("Pacific/Apia", 1_325_116_800_000),
];

#[test]
fn no_change_of_a_watched_condition_is_missed() {
    let first = number("JOURNEY_SEED", 1);
    let worlds = number("JOURNEY_CASES", 6_000).div_ceil(100);
    let mut changes = 0;
    for seed in first..first + worlds {
        changes += Watched::new(seed).live();
    }
    // The test is worth something only if conditions do change, and by time alone.
    assert!(changes > 20 * worlds, "only {changes} changes in {worlds} worlds");
}

/// How many audiences, and how many journeys, watch a condition each.
const CONDITIONS: usize = 6;

struct Watched {
    seed: u64,
    checked: Checked,
    zone: TimeZone,
    story: Vec<(i64, Happening)>,
    machine: Machine,
    customer: Customer,
    instances: Vec<Option<Instance>>,
    members: Vec<bool>,
    /// Instants worth a look whatever happens.
    times: BTreeSet<i64>,
    lengths: Vec<i64>,
    random: Random,
    changes: u64,
}

impl Watched {
    fn new(seed: u64) -> Watched {
        let mut generator = Generator::new(seed);
        generator.stay_moderate();
        let (zone, base) = *generator.random().pick(&PLACES).expect("a place");
        generator.take_place(base);
        let late = generator.random().one_in(3);
        let mut conditions = Conditions {
            generator: &mut generator,
            inside: false,
            audiences: Vec::new(),
            times: Vec::new(),
            lengths: Vec::new(),
        };
        let mut source = declarations();
        for number in 0..CONDITIONS {
            let depth = number % 3;
            let condition = conditions.condition(depth);
            source += &format!("audience a{number} = {condition}\n");
            conditions.audiences.push(format!("a{number}"));
        }
        conditions.inside = true;
        for number in 0..CONDITIONS {
            // Some of them by clocks of their own, which move with the customer.
            let own = number % 3 == 2;
            let audiences = std::mem::take(&mut conditions.audiences);
            if !own {
                conditions.audiences.clone_from(&audiences);
            }
            let condition = conditions.condition(number % 3);
            conditions.audiences = audiences;
            let random = conditions.generator.random();
            let mut place = || random.pick(&PLACES).expect("a place").0;
            let timezone = match own {
                true => {
                    format!("timezone if customer.vip then \"{}\" else \"{}\"", place(), place())
                }
                false => String::new(),
            };
            // Half of them as exit criteria, half as arms of a wait.
            let (criterion, wait) = match number % 2 {
                0 => (format!("exit hit when {condition}"), "wait 900d".to_owned()),
                _ => (
                    String::new(),
                    format!("wait up to 900d {{ when {condition} {{ exit hit }} }}"),
                ),
            };
            source += &format!(
                "journey j{number} {{\n  entry event purchase as first where first.vip\n  {timezone}\n  \
                 {criterion}\n  {wait}\n  exit done\n}}\n"
            );
        }
        let (times, lengths) = (conditions.times.into_iter().collect(), conditions.lengths);
        let checked = check(seed, zone, &source);
        let story = tell(&mut generator, late);
        let customer = generator.customer();
        let program = lower(&checked).expect("what is checked compiles");
        let verified = verify(program).expect("what is compiled verifies");
        let machine = Machine::new(ProgramSet::new(verified), &customer);
        let instances = vec![None; CONDITIONS];
        let zone = time_zone(&checked).expect("a zone");
        let members = vec![false; CONDITIONS];
        Watched {
            seed,
            checked,
            zone,
            members,
            story,
            machine,
            customer,
            instances,
            times,
            lengths,
            random: Random::new(seed),
            changes: 0,
        }
    }

    /// Lives through the story and some weeks more; gives how many changes there were.
    fn live(mut self) -> u64 {
        let story = std::mem::take(&mut self.story);
        let end = story.last().map_or(0, |(at, _)| *at) + 40 * DAY;
        let ends = story.iter().skip(1).map(|(at, _)| *at).chain([end]);
        for ((now, happening), until) in story.iter().zip(ends) {
            self.happen(*now, happening);
            self.pass_time(*now, until);
        }
        self.changes
    }

    fn happen(&mut self, now: i64, happening: &Happening) {
        // What is due by now comes before what happens now.
        let notes = self.machine.tick(now);
        self.note(&notes, now, None);
        match happening {
            Happening::Nothing => {}
            Happening::Event(event) => {
                self.customer.past.push(event.clone());
                let notes = self.machine.event(event, now);
                self.note(&notes, now, Some(event));
            }
            Happening::Traits(changes) => {
                self.customer.change(&self.checked, changes);
                let notes = self.machine.traits(changes, now);
                self.note(&notes, now, None);
            }
        }
    }

    /// Lets time pass to just before `until`, with a look at every instant that is worth one.
    fn pass_time(&mut self, mut now: i64, until: i64) {
        let mut samples = self.samples(now, until).into_iter().peekable();
        loop {
            let due = self.machine.next_due().map_or(until, |due| due.min(until));
            self.look(now);
            while let Some(sample) = samples.next_if(|sample| *sample < due) {
                self.look(sample);
            }
            if due - 1 > now {
                self.look(due - 1);
            }
            if due >= until {
                return;
            }
            now = due;
            let notes = self.machine.tick(now);
            self.note(&notes, now, None);
        }
    }

    /// Instants between two: some full hours and those just before, and times that anything speaks
    /// of, with lengths of time before and after; not too many of them.
    fn samples(&mut self, from: i64, until: i64) -> BTreeSet<i64> {
        let is_time = |value: &Const| match value {
            Const::Time(at) => Some(*at),
            _ => None,
        };
        let traits = self.customer.traits.values().filter_map(is_time);
        let past = self.customer.past.iter().map(|event| event.at);
        let times: Vec<_> = self.times.iter().copied().chain(traits).chain(past).collect();
        let mut samples = BTreeSet::new();
        let random = &mut self.random;
        for _ in 0..60 {
            let hour = from / HOUR + random.below(((until - from) / HOUR + 2) as usize) as i64;
            let time = random.pick(&times).copied().unwrap_or(from);
            let length = random.pick(&self.lengths).copied().unwrap_or(0);
            let half = HOUR / 2 * random.below(2) as i64;
            samples.extend([
                hour * HOUR + half,
                hour * HOUR - 1,
                time,
                time + length,
                time - length,
            ]);
            samples.extend([time + length + 1, time - length + 1]);
        }
        samples.retain(|at| (from + 1..until).contains(at));
        samples
    }

    /// Compares all that is watched with the reference.
    fn look(&self, now: i64) {
        for (number, audience) in (0..).zip(&self.checked.audiences) {
            let reference = self.reference(&audience.condition.as_ref().unwrap().test, now, None);
            let interpreter = self.machine.is_member(number);
            if reference != Err(Fault::BeyondReference) && reference.unwrap_or(false) != interpreter
            {
                self.fail(
                    &audience.name,
                    now,
                    reference,
                    interpreter,
                    &audience.condition.as_ref().unwrap().test,
                );
            }
        }
        for (number, journey) in (0..).zip(&self.checked.journeys) {
            let Some(instance) = self.instances.get(usize::from(number)).and_then(Option::as_ref)
            else {
                continue;
            };
            let condition = watched(journey);
            let zone = self.zone_of(journey, now, instance);
            let reference = self.reference_in(&zone, &condition.test, now, Some(instance));
            if self.machine.is_waiting(number) && reference == Ok(true) {
                self.fail(&journey.name, now, reference, false, &condition.test);
            }
        }
    }

    /// Where the journey of an instance reads local times.
    fn zone_of(&self, journey: &Journey, now: i64, instance: &Instance) -> TimeZone {
        let Some(name) = &journey.timezone else { return self.zone.clone() };
        let (checked, customer, zone) = (&self.checked, &self.customer, &self.zone);
        let instance = Some(instance);
        let world =
            eval::World { checked, zone, customer, now, event: None, instance, element: None };
        match evaluate(name, &world) {
            Ok(Const::Text(name)) => zone_named(&name),
            other => panic!("seed {}: the zone is {other:?}", self.seed),
        }
    }

    fn reference(&self, test: &Expr, now: i64, instance: Option<&Instance>) -> Result<bool, Fault> {
        self.reference_in(&self.zone, test, now, instance)
    }

    fn reference_in(
        &self,
        zone: &TimeZone,
        test: &Expr,
        now: i64,
        instance: Option<&Instance>,
    ) -> Result<bool, Fault> {
        let (checked, customer) = (&self.checked, &self.customer);
        let world =
            eval::World { checked, zone, customer, now, event: None, instance, element: None };
        match evaluate(test, &world)? {
            Const::Bool(holds) => Ok(holds),
            _ => Err(Fault::Unchecked),
        }
    }

    fn note(&mut self, notes: &[Note], now: i64, event: Option<&eval::Occurrence>) {
        for (number, was) in (0..).zip(&mut self.members) {
            let is = self.machine.is_member(number);
            self.changes += u64::from(is != std::mem::replace(was, is));
        }
        for note in notes {
            match note {
                Note::Entered(journey) => {
                    let first = event.expect("an event enters").clone();
                    let instance = Instance {
                        entered: now,
                        entered_after: self.customer.past.len(),
                        events: [(FIRST, first)].into(),
                        ..Instance::default()
                    };
                    self.instances[usize::from(*journey)] = Some(instance);
                }
                Note::Exited(journey, _) => {
                    let instance = self.instances[usize::from(*journey)].take();
                    let source = &self.checked.journeys[usize::from(*journey)];
                    let condition = watched(source);
                    let zone = instance.as_ref().map(|it| self.zone_of(source, now, it));
                    let zone = zone.unwrap_or_else(|| self.zone.clone());
                    let reference =
                        self.reference_in(&zone, &condition.test, now, instance.as_ref());
                    // An event is shown to instances before audiences follow what it changes.
                    let behind = event.is_some() && asks_audience(&condition.test);
                    if !behind && !matches!(reference, Ok(true) | Err(Fault::BeyondReference)) {
                        self.fail(&source.name, now, reference, true, &condition.test);
                    }
                }
                _ => {}
            }
        }
    }

    fn fail(
        &self,
        name: &str,
        now: i64,
        reference: Result<bool, Fault>,
        interpreter: bool,
        test: &Expr,
    ) -> ! {
        let journey = self.checked.journeys.first();
        let bindings = journey.map_or(&[][..], |journey| &journey.bindings);
        panic!(
            "seed {}, zone {}, at {now} {name} is\n  {}\nreference: {reference:?}, interpreter: \
             {interpreter}, next due {:?}\npast:{}",
            self.seed,
            self.checked.timezone,
            journey_ir::source(test, bindings),
            self.machine.next_due(),
            self.customer.past.iter().map(|it| format!("\n{it:?}")).collect::<String>(),
        )
    }
}

/// A zone of the other implementation.
fn zone_named(name: &str) -> TimeZone {
    let zone = Checked { timezone: name.into(), ..Checked::default() };
    time_zone(&zone).expect("a zone")
}

/// The condition that a journey watches.
fn watched(journey: &Journey) -> &Condition {
    match (journey.exits.first(), journey.body.first().map(|tile| &tile.kind)) {
        (Some(ExitCriterion { trigger: ExitTrigger::When(condition), .. }), _) => condition,
        (None, Some(TileKind::WaitArms { arms, .. })) => match &arms[0].trigger {
            ArmTrigger::When(condition) => condition,
            ArmTrigger::Event(_) => panic!("the arm waits for an event"),
        },
        _ => panic!("the journey watches nothing"),
    }
}

fn asks_audience(test: &Expr) -> bool {
    journey_ir::source(test, &[]).contains("customer in a")
        || journey_ir::source(test, &[]).contains("customer not in a")
}

fn check(seed: u64, zone: &str, source: &str) -> Checked {
    let config = Config { name: "world".into(), timezone: zone.into(), ..Config::default() };
    let workspace = Workspace::new(config, vec![("world.journey".into(), source.to_owned())]);
    workspace.checked().unwrap_or_else(|| {
        let errors: Vec<_> = workspace
            .diagnostics()
            .into_iter()
            .filter(|it| it.severity == journey_base::Severity::Error)
            .map(|it| {
                let range = it.primary.range;
                format!("{}: {}", it.message, range.of(source))
            })
            .collect();
        panic!("seed {seed}: {}", errors.join("\n"))
    })
}
