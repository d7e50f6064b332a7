//! `run` and `enter`: journeys that start journeys.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};
use rustc_hash::FxHashMap;

use super::Checker;
use super::flow::Flow;
use super::outline::{self, Outline, journey_outline};
use super::signature::signature;
use crate::cx::declaration_of;
use crate::facts::Facts;
use crate::findings::Finding;
use crate::index::{Definition, InnerKind};
use crate::names::NameKind;
use crate::suggest::Candidate;
use crate::table::Name;
use crate::thir::{Call, RunArm, RunEnd, TileKind};

/// What stands where a journey was not entered, among the outcomes that have an arm.
const NOT_ENTERED: &str = "not_entered";

impl Checker<'_> {
    /// The journey that is started, and what it is given.
    pub(super) fn call(
        &mut self,
        name: Option<ast::Name<'_>>,
        args: Option<ast::ArgList<'_>>,
        head: TextRange,
    ) -> Option<Call> {
        let args: Vec<ast::Arg<'_>> = args.into_iter().flat_map(|list| list.args()).collect();
        let name = name?;
        let journey: Arc<str> = name.source().into();
        let key = Name::new(self.cx.db, NameKind::Journey, journey.clone());
        let Some(takes) = signature(self.cx.db, key) else {
            self.cx.unknown(NameKind::Journey, &journey, name.range());
            args.iter().for_each(|arg| drop(self.cx.untyped(arg.expr())));
            return None;
        };
        self.cx.uses(NameKind::Journey, &journey, name.range());
        let (args, event) =
            self.cx.brought(&args, &journey, &takes, head, |cx, syntax, ty, role| {
                cx.typed(syntax, ty, role)
            });
        for (field, value) in takes.params.iter().filter_map(|field| {
            Some((field, &args.iter().find(|(name, _)| *name == field.name)?.1))
        }) {
            self.cx.keep_from_journey(value, &journey, field);
        }
        let event = event.map(|(_, given)| given).unwrap_or_default();
        Some(Call { journey, args, event })
    }

    /// `run J(…) { … }`.
    pub(super) fn run(&mut self, run: ast::Run<'_>, head: TextRange) -> (Option<TileKind>, Flow) {
        let call = self.call(run.name(), run.arg_list(), head);
        self.suspend();
        if let (Some(call), Some(name)) = (&call, run.name()) {
            let key = Name::new(self.cx.db, NameKind::Journey, call.journey.clone());
            if signature(self.cx.db, key).is_some_and(|takes| takes.each) {
                let message = format!("`{}` begins an instance for each element", call.journey);
                let finding = Finding::new(Code::OUT_OF_PLACE, name.range(), message);
                self.cx.report(finding.note("`run` waits for one; start them with `enter`"));
            }
        }
        let on = || Flow::from(head, "this goes on to the end");
        let Some(syntax) = run.run_arms() else {
            let kind = call.map(|call| TileKind::Run {
                call,
                arms: vec![],
                otherwise: None,
                covered: false,
            });
            return (kind, on());
        };
        let outline = call.as_ref().and_then(|call| {
            let key = Name::new(self.cx.db, NameKind::Journey, call.journey.clone());
            journey_outline(self.cx.db, key)
        });
        let start = self.cx.facts.clone();
        let mut taken: FxHashMap<Arc<str>, TextRange> = FxHashMap::default();
        let mut arms: Vec<RunArm> = Vec::new();
        let mut ways: Vec<Facts> = Vec::new();
        let mut flow = Flow::Closed;
        for arm in syntax.run_arms() {
            self.cx.facts = start.clone();
            let arm_head = outline::head_of(arm.syntax());
            let (end, block) = match arm {
                ast::RunArm::ExitedArm(arm) => {
                    let names = arm.names().filter_map(|name| {
                        let journey = call.as_ref().map(|call| &call.journey);
                        self.outcome(name, journey, outline.as_deref(), &mut taken)
                    });
                    (RunEnd::Exited(names.collect()), arm.block())
                }
                ast::RunArm::NotEnteredArm(arm) => {
                    self.take(NOT_ENTERED.into(), arm_head, &mut taken);
                    (RunEnd::NotEntered, arm.block())
                }
            };
            let (body, after) = self.arm_block(block);
            self.way(&mut ways, &mut flow, after.of_arm(arm_head, "after this arm"));
            arms.push(RunArm { end, body, title: outline::one_line(arm.syntax(), arm_head) });
        }
        if arms.is_empty() {
            let note = "write what is to happen: `exited NAME { … }`, `not_entered { … }`";
            self.shape(head, "this `run` has no arms", note);
        }
        let covered = outline.as_ref().is_some_and(|outline| {
            let all = outline.outcomes.iter().all(|outcome| taken.contains_key(outcome));
            all && taken.contains_key(NOT_ENTERED) && !outline.broken
        });
        self.cx.facts = start;
        let otherwise = syntax.else_arm().map(|arm| self.else_arm(arm, &mut ways, &mut flow));
        if let (Some(arm), true) = (syntax.else_arm(), covered) {
            let message = "this arm is never chosen: every way to end has an arm of its own";
            let range = outline::head_of(arm.syntax());
            self.cx.report(Finding::new(Code::DUPLICATE_ARM, range, message));
        }
        if otherwise.is_none() && !covered {
            ways.push(self.cx.facts.clone());
            flow = flow.or(Flow::from(head, "where it ends in another way"));
        }
        self.merge(ways);
        (call.map(|call| TileKind::Run { call, arms, otherwise, covered }), flow)
    }

    /// An outcome of the journey that is run, which no other arm has taken.
    fn outcome(
        &mut self,
        name: ast::Name<'_>,
        journey: Option<&Arc<str>>,
        outline: Option<&Outline>,
        taken: &mut FxHashMap<Arc<str>, TextRange>,
    ) -> Option<Arc<str>> {
        let outcome: Arc<str> = name.source().into();
        let (journey, outline) = (journey?, outline?);
        self.cx.refer(name.range(), || Definition::Inner {
            kind: InnerKind::Outcome,
            journey: journey.clone(),
            name: outcome.clone(),
        });
        if !outline.outcomes.contains(&outcome) {
            if !outline.broken {
                let message = format!("the journey `{journey}` has no exit `{outcome}`");
                let finding = Finding::new(Code::UNKNOWN_NAME, name.range(), message);
                let place = declaration_of(NameKind::Journey, journey);
                let finding = finding.at(place, "the journey is declared here");
                let known = || outline.outcomes.iter().cloned().map(Candidate::new).collect();
                self.cx.report_meant(finding, &outcome, known, "exits");
            }
            return None;
        }
        self.take(outcome.clone(), name.range(), taken);
        Some(outcome)
    }

    /// Notes that an arm takes this; two cannot.
    fn take(
        &mut self,
        what: Arc<str>,
        range: TextRange,
        taken: &mut FxHashMap<Arc<str>, TextRange>,
    ) {
        if let Some(first) = taken.get(&what) {
            let first = *first;
            let message = format!("`{what}` has two arms");
            let finding = Finding::new(Code::DUPLICATE_ARM, range, message).label("never chosen");
            self.cx.report(finding.here(first, "taken here"));
        } else {
            taken.insert(what, range);
        }
    }
}
