//! Runs tests: one customer, one journey, one step after the other.

use std::collections::HashMap;

use bumpalo::Bump;
use journey_base::TextRange;
use journey_bytecode::{Const, Entry, ExprId, Program, VerifyError, verify};
use journey_ir::LowerError;
use journey_ir::graph::thousands;
use journey_sema::thir::{self, Step};
use journey_sema::{Checked, CheckedTest};
use journey_vm::{Customer, Effect, Eval, Input, ProgramSet, Row, Scratch, Val, apply};

use crate::answers::{MAX_ANSWERS, Pending, Reply};
use crate::coverage::Coverage;
use crate::expect::World;
use crate::names::{convert, instant, value};
use crate::timeline::{Line, Timeline};
use crate::{Failure, Outcome};

/// Why a test could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The journey does not compile.
    #[error("test \"{test}\": {source}")]
    Lower {
        /// The test.
        test: String,
        /// Why.
        source: LowerError,
    },
    /// The compiler made a program that the verifier refuses.
    #[error("test \"{test}\": the compiled journey does not verify: {source}")]
    Verify {
        /// The test.
        test: String,
        /// Why.
        source: VerifyError,
    },
}

/// So many things time may bring about in a test: a customer who is looked at every minute for
/// half a year, or every hour for thirty. With more a test would hardly ever end.
pub const MAX_STIRRED: u32 = 260_000;

/// Runs one test. `text` is the text of its file; what the test reaches is added to `coverage`.
pub fn run(
    checked: &Checked,
    test: &CheckedTest,
    text: &str,
    coverage: &mut Coverage,
) -> Result<Outcome, SetupError> {
    run_up_to(MAX_STIRRED, checked, test, text, coverage)
}

/// The same, [given up](Outcome::given_up) where time brings about more than `most` things.
pub fn run_up_to(
    most: u32,
    checked: &Checked,
    test: &CheckedTest,
    text: &str,
    coverage: &mut Coverage,
) -> Result<Outcome, SetupError> {
    let (set, conditions) = prepared(checked, test)?;
    let runner = Runner::new(&set, &test.test, coverage);
    Ok(steps(&mut Runner { most, left: most, ..runner }, conditions, test, text))
}

/// Compiles the journey of a test and verifies what came of it.
fn prepared(
    checked: &Checked,
    test: &CheckedTest,
) -> Result<(ProgramSet, Vec<ExprId>), SetupError> {
    let (program, conditions) = compile(checked, test)?;
    let verified = verify(program).map_err(|source| {
        let test = test.test.title.to_string();
        SetupError::Verify { test, source }
    });
    Ok((ProgramSet::new(verified?), conditions))
}

/// Compiles the journey of a test, together with the conditions that it expects to hold, in order.
pub fn compile(
    checked: &Checked,
    test: &CheckedTest,
) -> Result<(Program, Vec<ExprId>), SetupError> {
    let asked: Vec<&thir::Expr> = test.test.steps.iter().filter_map(condition).collect();
    journey_ir::lower_with_conditions(checked, &[&test.test.journey], &asked).map_err(|source| {
        let test = test.test.title.to_string();
        SetupError::Lower { test, source }
    })
}

/// Runs a test in a program that has its journey, and its conditions under these numbers.
pub fn run_in(
    set: &ProgramSet,
    conditions: Vec<ExprId>,
    test: &CheckedTest,
    text: &str,
    coverage: &mut Coverage,
) -> Outcome {
    steps(&mut Runner::new(set, &test.test, coverage), conditions, test, text)
}

/// Goes through the steps of a test, as far as the runner can.
fn steps(
    runner: &mut Runner<'_>,
    conditions: Vec<ExprId>,
    test: &CheckedTest,
    text: &str,
) -> Outcome {
    let mut conditions = conditions.into_iter();
    let mut outcome = Outcome {
        title: test.test.title.to_string(),
        journey: test.test.journey.to_string(),
        file: test.file,
        offset: test.offset,
        failure: None,
        held: 0,
        timeline: Vec::new(),
        given_up: false,
    };
    for (step, range) in &test.test.steps {
        let range = range.shift(test.offset);
        let found = match step {
            Step::ExpectCondition(_) => runner.condition(conditions.next()),
            step => runner.step(step),
        };
        outcome.given_up = runner.spent.is_some();
        let found = runner.spent.map(|at| runner.endless(at)).or(found);
        if let Some(found) = found {
            let step = range.of(text).split_whitespace().collect::<Vec<_>>().join(" ");
            outcome.failure = Some(Failure { range, step, found });
            break;
        }
        outcome.held += usize::from(is_expectation(step));
    }
    outcome.timeline = std::mem::take(&mut runner.timeline.lines);
    if outcome.given_up {
        shorten(&mut outcome.timeline);
    }
    outcome
}

/// Of what happened over and over, so many lines are kept at the beginning and at the end.
const SHOWN: usize = 20;

fn shorten(lines: &mut Vec<Line>) {
    let (from, to) = (SHOWN, lines.len().saturating_sub(SHOWN));
    let Some(first) = lines.get(from).filter(|_| from < to) else { return };
    let text = format!("… and so on: {} more lines …", thousands((to - from) as u64));
    let gap = Line { at: first.at.clone(), text };
    lines.splice(from..to, [gap]);
}

fn condition((step, _): &(Step, TextRange)) -> Option<&thir::Expr> {
    match step {
        Step::ExpectCondition(condition) => Some(condition),
        _ => None,
    }
}

fn is_expectation(step: &Step) -> bool {
    matches!(
        step,
        Step::ExpectExit(_)
            | Step::ExpectAt(..)
            | Step::ExpectSend { .. }
            | Step::ExpectNoSend { .. }
            | Step::ExpectWebhook { .. }
            | Step::ExpectNoWebhook(_)
            | Step::ExpectGoal(..)
            | Step::ExpectNotEntered
            | Step::ExpectCondition(_)
    )
}

struct Runner<'a> {
    set: &'a ProgramSet,
    customer: Customer,
    scratch: Scratch,
    timeline: Timeline,
    coverage: &'a mut Coverage,
    /// How webhooks answer, by tile.
    responses: HashMap<u16, Const>,
    /// What fails, by tile: with which status, and how many times more.
    failures: HashMap<u16, (Option<u16>, Option<u32>)>,
    /// The journey of the test. Those that it starts are in the program, too.
    journey: u16,
    now: i64,
    activated: bool,
    /// How many things time may bring about.
    most: u32,
    /// How many more.
    left: u32,
    /// Up to when it went until that was too much.
    spent: Option<i64>,
}

impl<'a> Runner<'a> {
    fn new(set: &'a ProgramSet, test: &thir::Test, coverage: &'a mut Coverage) -> Runner<'a> {
        let program = set.program();
        let mut traits = Row::with_defaults(&program.traits);
        for (name, given) in &test.customer {
            if let Some(slot) = trait_slot(program, name) {
                traits.set_const(slot, &convert(given));
            }
        }
        let mut customer = Customer::known("test", traits);
        for audience in test.audiences.iter().filter_map(|name| audience(program, name)) {
            customer.join(audience);
        }
        let journeys = (0..).zip(&program.journeys);
        let journey = journeys.into_iter().find(|(_, journey)| journey.name == *test.journey);
        let journey = journey.map_or(0, |(number, _)| number);
        Runner {
            set,
            customer,
            scratch: Scratch::new(),
            coverage,
            responses: HashMap::new(),
            failures: HashMap::new(),
            timeline: Timeline::of(journey),
            journey,
            now: 0,
            activated: false,
            most: MAX_STIRRED,
            left: MAX_STIRRED,
            spent: None,
        }
    }

    /// Counts what is brought about at an instant. Whether that is too much.
    fn is_too_much(&mut self, at: i64) -> bool {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => self.spent = Some(at),
        }
        self.spent.is_some()
    }

    /// What is said of a test that was given up.
    fn endless(&self, at: i64) -> String {
        let most = thousands(u64::from(self.most));
        format!(
            "the test was given up: by {} time had brought about {most} things, and more was due",
            instant(at)
        )
    }

    /// Carries out a step. Returns what was found where it is an expectation that fails.
    fn step(&mut self, step: &Step) -> Option<String> {
        match step {
            Step::At(time) => {
                self.now = *time;
                self.apply(Input::Tick);
                self.note(format!("at {}", instant(*time)));
            }
            Step::After(length) => {
                self.now = self.now.saturating_add(*length);
                self.apply(Input::Tick);
                self.note(format!("after {}", journey_ir::duration(*length)));
            }
            Step::Event(name, properties) => self.event(name, properties),
            Step::Update(changes) => self.update(changes),
            Step::Choose(split, arm) => self.choose(split, arm),
            Step::Member(name, member) => {
                self.note(format!("{} {name}", if *member { "join" } else { "leave" }));
                // An audience that nothing asks for is not in the program.
                if let Some(audience) = audience(self.set.program(), name) {
                    self.apply(Input::Member { audience, member: *member });
                }
            }
            Step::Respond(label, response) => {
                if let Some(tile) = self.tile(label) {
                    self.failures.remove(&tile);
                    self.responses.insert(tile, convert(response));
                }
            }
            Step::Fail { label, status, times } => {
                if let Some(tile) = self.tile(label) {
                    self.failures.insert(tile, (*status, *times));
                }
            }
            Step::Pause => {
                self.note("pause".to_owned());
                self.apply(Input::Pause { journey: self.journey });
            }
            Step::Resume => {
                self.note("resume".to_owned());
                self.apply(Input::Resume { journey: self.journey });
            }
            Step::Enter { args, event } => self.enter(args, event.as_deref()),
            expectation => {
                let world = World {
                    program: self.set.program(),
                    customer: &self.customer,
                    timeline: &self.timeline,
                };
                return world.check(expectation);
            }
        }
        None
    }

    fn note(&mut self, text: String) {
        // A step in which a test was given up is not over.
        if self.spent.is_none() {
            self.timeline.step(self.now, text);
        }
    }

    /// Applies an input after all that is due before it, each at its own instant: what is sent or
    /// called then is answered then. The first one is preceded by the start of the journey: what the
    /// customer was before does not count as a change.
    fn apply(&mut self, input: Input<'_>) {
        if !self.activated {
            self.activated = true;
            self.apply_at(Input::Activate, self.now);
        }
        while let Some(due) = self.customer.next_due().filter(|due| *due <= self.now) {
            if self.is_too_much(due) {
                return;
            }
            self.apply_at(Input::Tick, due);
        }
        self.apply_at(input, self.now);
    }

    /// Applies an input, and the outcomes of what it has made the journey send and call.
    fn apply_at(&mut self, input: Input<'_>, at: i64) {
        let Runner { set, customer, scratch, timeline, coverage, .. } = self;
        let program = set.program();
        apply(set, customer, input, at, scratch, &mut |effect: Effect<'_>| {
            coverage.record(program, &effect);
            timeline.record(program, effect);
        });
        for _ in 0..MAX_ANSWERS {
            if self.timeline.pending.is_empty() || self.is_too_much(at) {
                return;
            }
            let pending = self.timeline.pending.remove(0);
            let reply = self.reply(&pending, at);
            let arena = Bump::new();
            let Runner { set, customer, scratch, timeline, coverage, .. } = self;
            let input = pending.input(&reply, &arena);
            apply(set, customer, input, at, scratch, &mut |effect: Effect<'_>| {
                coverage.record(program, &effect);
                timeline.record(program, effect);
            });
        }
        self.timeline.pending.clear();
    }

    /// What becomes of a message or call: as the test has said, or else it succeeds, if it can.
    fn reply(&mut self, pending: &Pending, at: i64) -> Reply {
        if let Some((status, times)) = self.failures.get_mut(&pending.tile) {
            let status = *status;
            match times {
                Some(0) => {}
                Some(left) => {
                    *left -= 1;
                    return Reply::Failed(status);
                }
                None => return Reply::Failed(status),
            }
        }
        if let Some(response) = self.responses.get(&pending.tile) {
            return Reply::Response(response.clone());
        }
        pending.untold(self.set.program()).unwrap_or_else(|| {
            let text = "    nothing was said of the response: `respond LABEL { … }` says it";
            self.timeline.step(at, text.to_owned());
            Reply::Failed(None)
        })
    }

    fn tile(&self, label: &str) -> Option<u16> {
        let journey = self.set.program().journeys.first()?;
        let tile = journey.tiles.iter().position(|tile| tile.id == label)?;
        u16::try_from(tile).ok()
    }

    fn event(&mut self, name: &str, properties: &[thir::Const]) {
        let program = self.set.program();
        let Some(event) = program.events.iter().position(|event| event.name == name) else {
            return;
        };
        let mut row = Row::with_defaults(
            program.events.get(event).map_or(&[][..], |event| &event.properties),
        );
        for (slot, given) in (0u16..).zip(properties) {
            row.set_const(slot, &convert(given));
        }
        self.note(format!("event {name}"));
        let event = u16::try_from(event).unwrap_or(u16::MAX);
        self.apply(Input::Event { event, at: self.now, id: None, row: &row });
    }

    /// Enters the journey of the test by hand.
    fn enter(
        &mut self,
        given: &[(std::sync::Arc<str>, thir::Const)],
        event: Option<&[thir::Const]>,
    ) {
        let program = self.set.program();
        let Some(journey) = program.journeys.get(usize::from(self.journey)) else { return };
        let mut said = Vec::new();
        let mut row = Row::default();
        if let (Some(given), Entry::Event { event, .. }) = (event, &journey.entry)
            && let Some(event) = program.events.get(usize::from(*event))
        {
            row = Row::with_defaults(&event.properties);
            for ((slot, given), property) in (0..).zip(given).zip(&event.properties) {
                let given = convert(given);
                said.push(format!("{}: {}", property.name, value(&given)));
                row.set_const(slot, &given);
            }
        }
        let mut args: Vec<(u16, Const)> = Vec::new();
        for (number, param) in (0..).zip(&journey.params) {
            let given = given.iter().find(|(name, _)| **name == *param.slot.name);
            args.extend(given.map(|(_, given)| (number, convert(given))));
        }
        let param = |number: u16| journey.params.get(usize::from(number));
        said.extend(args.iter().filter_map(|(number, given)| {
            Some(format!("{}: {}", param(*number)?.slot.name, value(given)))
        }));
        // Values are borrowed from an arena that outlives the call.
        let arena = Scratch::new();
        let args: Vec<(u16, Val<'_>)> = args
            .iter()
            .map(|(number, given)| (*number, Val::from_const(given, arena.arena())))
            .collect();
        self.note(format!("enter ({})", said.join(", ")));
        let event = event.map(|_| &row);
        self.apply(Input::Enter { journey: self.journey, args: &args, event });
    }

    fn update(&mut self, changes: &[(std::sync::Arc<str>, thir::Const)]) {
        let program = self.set.program();
        let mut row = Row::with_defaults(&program.traits);
        let mut slots = Vec::new();
        let mut said = Vec::new();
        for (name, given) in changes {
            let Some(slot) = trait_slot(program, name) else { continue };
            let given = convert(given);
            said.push(format!("{name}: {}", value(&given)));
            row.set_const(slot, &given);
            slots.push((slot, given == Const::Unset));
        }
        self.note(format!("update customer {{ {} }}", said.join(", ")));
        // Values are borrowed from the row, through an arena that outlives the call.
        let arena = Scratch::new();
        let values: Vec<(u16, Val<'_>)> = slots
            .into_iter()
            .filter_map(|(slot, unset)| {
                let ty = &program.traits.get(slot as usize)?.ty;
                let new = if unset { Val::Unset } else { row.get(slot, ty, arena.arena()) };
                Some((slot, new))
            })
            .collect();
        self.apply(Input::Traits(&values));
    }

    fn choose(&mut self, split: &str, arm: &str) {
        let journey = self.set.program().journeys.get(usize::from(self.journey));
        let splits = journey.map_or(&[][..], |journey| &journey.splits);
        for (index, candidate) in (0u16..).zip(splits) {
            let arms = (0u16..).zip(&candidate.arms);
            let found = arms.into_iter().find(|(_, candidate)| candidate.name == arm);
            if let Some((arm, _)) = found.filter(|_| candidate.name == split) {
                self.apply(Input::Choose { journey: self.journey, split: index, arm });
                return;
            }
        }
    }

    fn condition(&mut self, condition: Option<ExprId>) -> Option<String> {
        let ctx = Eval::new(&self.customer, self.now, &self.scratch);
        match journey_vm::test(self.set, condition?, &ctx) {
            Ok(true) => None,
            Ok(false) => Some("the condition is false".to_owned()),
            Err(fault) => Some(format!("the condition cannot be decided: {fault}")),
        }
    }
}

fn audience(program: &Program, name: &str) -> Option<u16> {
    let found = program.audiences.iter().position(|audience| audience.name == name)?;
    u16::try_from(found).ok()
}

fn trait_slot(program: &Program, name: &str) -> Option<u16> {
    let slot = program.traits.iter().position(|slot| slot.name == name)?;
    u16::try_from(slot).ok()
}
