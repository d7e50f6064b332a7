//! `test` blocks: every step fits the journey and the schema, and time only goes forward.

mod answers;
mod twins;

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};
use rustc_hash::FxHashMap;

use crate::cx::{Cx, Outcome, Stage};
use crate::db::Db;
use crate::expr::{Role, default_of};
use crate::findings::Finding;
use crate::index::{Definition, InnerKind};
use crate::items::{Item, declaration};
use crate::journey::outline::{Outline, journey_outline};
use crate::journey::signature::signature;
use crate::names::NameKind;
use crate::suggest::{self, Candidate};
use crate::table::Name;
use crate::thir::{Const, Step, Test};
use crate::view::View;

pub(crate) use twins::twins;

/// Constants by name.
type Values = Vec<(Arc<str>, Const)>;

/// The check of one test.
struct Checker<'a> {
    cx: Cx<'a>,
    title: TextRange,
    journey: Option<(Arc<str>, Arc<Outline>)>,
    /// The virtual clock, once it is set.
    clock: Option<i64>,
    /// Whether it was said that it is not.
    clock_missing: bool,
    customer: Values,
    audiences: Vec<Arc<str>>,
    customer_at: Option<TextRange>,
    /// The first step that can depend on the customer.
    started: Option<TextRange>,
    /// The step that paused the journey, while it is paused.
    paused: Option<TextRange>,
}

/// A test's declaration.
#[salsa::tracked]
pub(crate) fn check_test<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<Test> {
    test(View::of(db, item))
}

/// A test's declaration, seen so.
pub(crate) fn test(view: View<'_>) -> Outcome<Test> {
    let mut cx = Cx::new(view, Stage::Test);
    let Some(decl) = declaration::<ast::TestDecl<'_>>(view.tree) else { return cx.finish(None) };
    let title = decl.text().and_then(|text| cx.plain_text(text, "the title of a test"));
    let mut checker = Checker {
        cx,
        title: decl.text().map_or_else(|| decl.range(), |text| text.range()),
        journey: None,
        clock: None,
        clock_missing: false,
        customer: Vec::new(),
        audiences: Vec::new(),
        customer_at: None,
        started: None,
        paused: None,
    };
    checker.find_journey(decl);
    let mut steps = Vec::new();
    for step in decl.steps() {
        let checked = checker.step(step);
        steps.extend(checked.map(|checked| (checked, step.range())));
    }
    checker.expects_something(decl);
    steps.shrink_to_fit();
    let Checker { cx, journey, customer, audiences, .. } = checker;
    let value = title.zip(journey).map(|(title, (journey, _))| Test {
        title: title.into(),
        journey,
        customer,
        audiences,
        steps,
    });
    cx.finish(value)
}

impl Checker<'_> {
    /// Exactly one step says which journey the test is about.
    fn find_journey(&mut self, decl: ast::TestDecl<'_>) {
        let mut said = decl.steps().filter_map(|step| match step {
            ast::Step::JourneyStep(step) => Some(step),
            _ => None,
        });
        let Some(first) = said.next() else {
            let message = "this test does not say which journey it is about";
            let finding = Finding::new(Code::TEST_SETUP, self.title, message);
            self.cx.structural(finding.note("write `journey NAME` as its first step"));
            return;
        };
        for again in said {
            let message = "a test is about one journey";
            let finding =
                Finding::new(Code::TEST_SETUP, again.range(), message).label("a second one");
            let finding = finding.here(first.range(), "the first is named here");
            self.cx.report(finding);
        }
        let Some(name) = first.name() else { return };
        let text: Arc<str> = name.source().into();
        let key = Name::new(self.cx.db, NameKind::Journey, text.clone());
        match journey_outline(self.cx.db, key) {
            Some(outline) => {
                self.cx.uses(NameKind::Journey, &text, name.range());
                self.journey = Some((text, outline));
            }
            None => self.cx.unknown(NameKind::Journey, &text, name.range()),
        }
    }

    /// A test without an expectation passes whatever the journey does. One with something else
    /// wrong in it is not finished.
    fn expects_something(&mut self, decl: ast::TestDecl<'_>) {
        if decl.steps().any(is_expectation) || !self.cx.findings.is_empty() {
            return;
        }
        let message = "this test expects nothing, so it passes whatever the journey does";
        let finding = Finding::new(Code::NO_EXPECTATION, self.title, message);
        let note = "say what must be so in the end: `expect exit NAME`, `expect at LABEL`, …";
        self.cx.structural(finding.note(note));
    }

    fn step(&mut self, step: ast::Step<'_>) -> Option<Step> {
        let range = step.range();
        match step {
            ast::Step::JourneyStep(_) => None,
            ast::Step::CustomerStep(step) => {
                self.customer(step.assignments()?, step.memberships(), range);
                None
            }
            ast::Step::ChooseStep(step) => self.choose(step),
            ast::Step::AtStep(step) => self.at(step),
            ast::Step::AfterStep(step) => {
                self.starts(range);
                let millis = self.cx.duration_literal(step.duration_lit_token()?)?;
                self.clock = self.clock.map(|clock| clock.saturating_add(millis));
                Some(Step::After(millis))
            }
            ast::Step::EventStep(step) => {
                self.starts(range);
                self.event(step)
            }
            ast::Step::EnterStep(step) => {
                self.starts(range);
                self.enter(step)
            }
            ast::Step::UpdateStep(step) => {
                self.starts(range);
                let assignments = step.assignments()?;
                Some(Step::Update(self.traits(assignments)))
            }
            ast::Step::ExpectExit(step) => {
                self.starts(range);
                let outcomes = self.journey.as_ref().map(|(_, outline)| outline.outcomes.clone());
                self.named(step.name(), outcomes, InnerKind::Outcome, "exit", "exits")
                    .map(Step::ExpectExit)
            }
            ast::Step::ExpectAt(step) => {
                self.starts(range);
                let until = step.time_lit_token().map(|token| self.cx.time_literal(token));
                let labels = self.journey.as_ref().map(|(_, outline)| outline.labels.clone());
                let label = self.named(
                    step.name(),
                    labels,
                    InnerKind::Label,
                    "tile with the label",
                    "labels",
                )?;
                match until {
                    Some(None) => None,
                    until => Some(Step::ExpectAt(label, until.flatten())),
                }
            }
            ast::Step::ExpectSend(step) => {
                self.starts(range);
                let times = step.times().map(|times| self.times(times));
                let (action, args) = self.sent(step.action_ref(), step.arg_list(), range)?;
                match times {
                    Some(None) => None,
                    times => Some(Step::ExpectSend { action, args, times: times.flatten() }),
                }
            }
            ast::Step::ExpectNo(step) => {
                self.starts(range);
                let step = match step.absence()? {
                    ast::Absence::NoSend(step) => step,
                    ast::Absence::NoGoal(step) => return self.goal(step.name(), false),
                    ast::Absence::NoWebhook(step) => return self.expect_no_webhook(step.name()),
                };
                let (action, args) = self.sent(step.action_ref(), step.arg_list(), range)?;
                Some(Step::ExpectNoSend { action, args })
            }
            ast::Step::ExpectNotEntered(_) => {
                self.starts(range);
                Some(Step::ExpectNotEntered)
            }
            ast::Step::ExpectCondition(step) => {
                self.starts(range);
                let condition = self.cx.condition(step.expr(), "`expect`");
                (!condition.is_error()).then_some(Step::ExpectCondition(condition))
            }
            ast::Step::ExpectGoal(step) => {
                self.starts(range);
                self.goal(step.name(), true)
            }
            ast::Step::JoinStep(step) => {
                self.starts(range);
                Some(Step::Member(self.cx.settable_audience(step.name())?, true))
            }
            ast::Step::LeaveStep(step) => {
                self.starts(range);
                Some(Step::Member(self.cx.settable_audience(step.name())?, false))
            }
            ast::Step::PauseStep(_) => {
                self.starts(range);
                self.turns(range, Step::Pause)
            }
            ast::Step::ResumeStep(_) => {
                self.starts(range);
                self.turns(range, Step::Resume)
            }
            ast::Step::RespondStep(step) => self.respond(step),
            ast::Step::FailStep(step) => self.fail(step),
            ast::Step::ExpectWebhook(step) => {
                self.starts(range);
                self.expect_webhook(step)
            }
        }
    }

    /// The journey is paused and resumed by turns.
    fn turns(&mut self, range: TextRange, step: Step) -> Option<Step> {
        let pauses = step == Step::Pause;
        match (pauses, self.paused) {
            (true, Some(first)) => {
                let message = "the journey is paused already";
                let finding = Finding::new(Code::TEST_STEP, range, message);
                self.cx.report(finding.here(first, "since here"));
                return None;
            }
            (false, None) => {
                let message = "there is nothing to resume: the journey is not paused";
                self.cx.structural(Finding::new(Code::TEST_STEP, range, message));
                return None;
            }
            _ => self.paused = pauses.then_some(range),
        }
        Some(step)
    }

    /// From here on it matters what time it is and who the customer is.
    fn starts(&mut self, range: TextRange) {
        self.started.get_or_insert(range);
        if self.clock.is_some() || self.clock_missing {
            return;
        }
        self.clock_missing = true;
        let message = "this step needs to know what time it is";
        let finding = Finding::new(Code::TEST_SETUP, range, message)
            .note("nothing happens by the real clock in a test; say when it begins");
        let at = TextRange::empty(range.start);
        self.cx.structural(finding.guess("begin at some time", at, "at 2026-01-05T09:00Z\n  "));
    }

    fn customer(
        &mut self,
        assignments: ast::Assignments<'_>,
        memberships: Option<ast::Memberships<'_>>,
        range: TextRange,
    ) {
        let traits = self.traits(assignments);
        let names = memberships.into_iter().flat_map(|list| list.names());
        let audiences: Vec<Arc<str>> =
            names.filter_map(|name| self.cx.settable_audience(Some(name))).collect();
        let problem = match (self.customer_at, self.started) {
            (Some(first), _) => {
                Some(("a test says once how the customer starts", first, "first here"))
            }
            (None, Some(first)) => Some((
                "how the customer starts is said before anything happens",
                first,
                "this happens before",
            )),
            _ => None,
        };
        self.customer_at.get_or_insert(range);
        if let Some((message, first, label)) = problem {
            let finding = Finding::new(Code::TEST_SETUP, range, message).here(first, label);
            self.cx.report(finding.note("to change a trait later write `update customer { … }`"));
            return;
        }
        self.customer = traits;
        self.audiences = audiences;
    }

    fn at(&mut self, step: ast::AtStep<'_>) -> Option<Step> {
        let token = step.time_lit_token()?;
        let time = self.cx.time_literal(token)?;
        if self.clock.is_some_and(|clock| time < clock) {
            let message = "time does not go back: it is later than that already";
            self.cx.report(Finding::new(Code::TEST_STEP, token.range(), message));
            return None;
        }
        self.clock = Some(time);
        Some(Step::At(time))
    }

    /// An event with a value for each property.
    fn event(&mut self, step: ast::EventStep<'_>) -> Option<Step> {
        let info = self.cx.event(step.name())?;
        let event = &info.ty;
        let assignments = step.assignments().into_iter().flat_map(|list| list.assignments());
        let what = format!("the event `{}`", event.name);
        let found = self.cx.findings.len();
        let given = self.cx.assigned(
            assignments.collect(),
            &event.properties,
            &what,
            |cx, field, name, syntax| {
                cx.refer(name, || Definition::of_event(&event.name, &field.name));
                let what = format!("`{}` of `{}`", field.name, event.name);
                let role = Role::property(&what, &event.name, &field.name);
                cx.constant(Some(syntax), &field.ty, role)
            },
        );
        if info.broken {
            // The property may be there, in what the parser could not read.
            let unknown = |finding: &Finding| finding.code == Code::UNKNOWN_FIELD;
            let later = self.cx.findings.split_off(found);
            self.cx.findings.extend(later.into_iter().filter(|finding| !unknown(finding)));
        }
        let mut values = Vec::with_capacity(given.len());
        let mut missing: Vec<&str> = Vec::new();
        let mut complete = true;
        for (value, field) in given.into_iter().zip(&event.properties) {
            match value {
                Some((Some(value), _)) => values.push(value),
                Some((None, _)) => complete = false,
                None => match default_of(field) {
                    Some(value) => values.push(value),
                    None => missing.push(&field.name),
                },
            }
        }
        if !missing.is_empty() {
            // A property whose name is wrong is probably the one that is missing.
            if !info.broken && self.cx.findings.len() == found {
                let range = step.name().map_or_else(|| step.range(), |name| name.range());
                let (noun, names) = ("the event", suggest::list_all(&missing));
                let message = format!("{noun} `{}` lacks {names}", event.name);
                let finding = Finding::new(Code::BAD_ARGUMENT, range, message);
                let place = crate::cx::declaration_of(NameKind::Event, &event.name);
                self.cx.structural(finding.at(place, "the event is declared here"));
            }
            return None;
        }
        complete.then(|| Step::Event(event.name.clone(), values))
    }

    /// An entry by hand, with the parameters of the journey and the properties of its event.
    fn enter(&mut self, step: ast::EnterStep<'_>) -> Option<Step> {
        let (journey, _) = self.journey.clone()?;
        let key = Name::new(self.cx.db, NameKind::Journey, journey.clone());
        let takes = signature(self.cx.db, key)?;
        let args: Vec<ast::Arg<'_>> =
            step.arg_list().into_iter().flat_map(|list| list.args()).collect();
        let range = step.range();
        let found = self.cx.findings.len();
        let (args, event) = self.cx.at_stage(Stage::Constant, |cx| {
            cx.brought(&args, &journey, &takes, range, |cx, syntax, ty, role| {
                cx.constant(syntax, ty, role)
            })
        });
        if self.cx.findings.len() > found {
            return None;
        }
        let args: Option<Values> =
            args.into_iter().map(|(name, value)| Some((name, value?))).collect();
        let properties = event.map(|(event, given)| {
            let value = |field: &crate::Field| {
                let given = given.iter().find(|(name, _)| *name == field.name);
                given.map_or_else(|| default_of(field), |(_, value)| value.clone())
            };
            event.ty.properties.iter().map(value).collect::<Option<Vec<Const>>>()
        });
        match properties {
            Some(None) => None,
            event => Some(Step::Enter { args: args?, event: event.flatten() }),
        }
    }

    /// Traits with their values.
    fn traits(&mut self, assignments: ast::Assignments<'_>) -> Values {
        let mut values = Values::new();
        let mut seen: FxHashMap<Arc<str>, TextRange> = FxHashMap::default();
        for assignment in assignments.assignments() {
            let Some(name) = assignment.any_name() else { continue };
            let text: Arc<str> = name.source().into();
            if let Some(first) = seen.insert(text.clone(), name.range()) {
                self.cx.twice("the trait", &text, name.range(), first);
                continue;
            }
            let value = self.cx.at_stage(Stage::Constant, |cx| {
                let value = cx.trait_value(name, assignment.expr());
                cx.known(&value)
            });
            values.extend(value.map(|value| (text, value)));
        }
        values
    }

    fn goal(&mut self, name: Option<ast::Name<'_>>, reached: bool) -> Option<Step> {
        let goals = self.journey.as_ref().map(|(_, outline)| outline.goals.clone());
        let goal = self.named(name, goals, InnerKind::Goal, "goal", "goals")?;
        Some(Step::ExpectGoal(goal, reached))
    }

    fn choose(&mut self, step: ast::ChooseStep<'_>) -> Option<Step> {
        let mut names = step.names();
        let (split, arm) = (names.next()?, names.next());
        let splits = self.journey.as_ref().map(|(_, outline)| outline.splits.clone());
        let arms = splits.as_ref().and_then(|splits| splits.get(split.source()).cloned());
        let known = splits.map(|splits| splits.into_keys().collect());
        let split = self.named(Some(split), known, InnerKind::Split, "split", "splits")?;
        if let (Some(arm), Some((journey, _))) = (arm, &self.journey) {
            let name = format!("{split}.{}", arm.source());
            self.cx.refer_inner(arm.range(), InnerKind::SplitArm, journey, &name);
        }
        let arm = self.named(arm, arms, InnerKind::SplitArm, "arm of that split", "arms")?;
        Some(Step::Choose(split, arm))
    }

    /// A name of the journey. Where the journey itself is not known, any name will do.
    fn named(
        &mut self,
        name: Option<ast::Name<'_>>,
        known: Option<Vec<Arc<str>>>,
        kind: InnerKind,
        what: &str,
        plural: &str,
    ) -> Option<Arc<str>> {
        let name = name?;
        let known = known?;
        let text: Arc<str> = name.source().into();
        if let Some((journey, _)) = self.journey.as_ref().filter(|_| kind != InnerKind::SplitArm) {
            self.cx.refer_inner(name.range(), kind, journey, &text);
        }
        let broken = self.journey.as_ref().is_some_and(|(_, outline)| outline.broken);
        if broken || known.contains(&text) {
            return Some(text);
        }
        let journey = self.journey.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
        let message = format!("the journey `{journey}` has no {what} `{text}`");
        let finding = Finding::new(Code::TEST_STEP, name.range(), message)
            .at(crate::cx::declaration_of(NameKind::Journey, &journey), "the journey is here");
        let known = || known.into_iter().map(Candidate::new).collect();
        self.cx.report_meant(finding, &text, known, plural);
        None
    }

    fn times(&mut self, times: ast::Times<'_>) -> Option<u32> {
        let token = times.int_lit_token()?;
        let count = crate::literals::int(token.text(), false);
        let count = count.ok().and_then(|count| u32::try_from(count).ok());
        if count.is_none() {
            self.cx.bad_literal(token.range(), format!("`{}` is too often", token.text()));
        }
        count
    }

    /// An action, and those of its arguments that matter.
    fn sent(
        &mut self,
        action: Option<ast::ActionRef<'_>>,
        args: Option<ast::ArgList<'_>>,
        range: TextRange,
    ) -> Option<(Arc<str>, Values)> {
        let action = self.cx.action(action?)?;
        let args: Vec<ast::Arg<'_>> = args.into_iter().flat_map(|args| args.args()).collect();
        let values = self.cx.at_stage(Stage::Constant, |cx| {
            cx.arguments(&args, &action, range, false, |cx, syntax, ty, role| {
                cx.constant(syntax, ty, role)
            })
        });
        let known: Option<Values> =
            values.into_iter().map(|(name, value)| Some((name, value?))).collect();
        Some((action.name.clone(), known?))
    }
}

fn is_expectation(step: ast::Step<'_>) -> bool {
    use ast::Step::{
        ExpectAt, ExpectCondition, ExpectExit, ExpectGoal, ExpectNo, ExpectNotEntered, ExpectSend,
        ExpectWebhook,
    };
    matches!(
        step,
        ExpectAt(_)
            | ExpectCondition(_)
            | ExpectExit(_)
            | ExpectGoal(_)
            | ExpectNo(_)
            | ExpectNotEntered(_)
            | ExpectSend(_)
            | ExpectWebhook(_)
    )
}
