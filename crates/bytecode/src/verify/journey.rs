//! Checks of a journey's tables: everything but the order in which its code runs.

use super::expr::{Facts, matches};
use super::problem::Problem;
use super::request::check_http;
use super::schema::{check_slots, check_type};
use super::shape::Shape;
use super::uses::{Scope, check_condition, check_reads, check_use};
use super::{Checked, at, limit, refuse};
use crate::ArmTrigger::Skipped;
use crate::{
    Aggregate, Arm, ArmTrigger, Call, Capture, CaptureFrom, Deadline, Entry, ExitCriterion,
    ExitTrigger, ExprId, Goal, Journey, Op, Outcome, Program, Range, Reads, Run, Send, Slot, Split,
    State, Type, Update, Webhook, WhileInside,
};

/// The most tiles a journey may have.
const MAX_TILES: usize = 10_000;

/// The most operations a journey may have.
const MAX_OPS: usize = 200_000;

/// The shares of a split, in thousandths of a percent.
const WHOLE: u64 = 100_000;

pub(super) fn check(program: &Program, facts: &[Facts], number: usize) -> Checked<()> {
    let Some(journey) = program.journeys.get(number) else { return Ok(()) };
    let name = format_args!("journey `{}`", journey.name);
    limit(name, "tiles", journey.tiles.len(), MAX_TILES)?;
    limit(name, "operations", journey.code.len(), MAX_OPS)?;
    for (what, count) in [
        ("parameters", journey.params.len()),
        ("exit criteria", journey.exits.len()),
        ("goals", journey.goals.len()),
        ("outcomes", journey.outcomes.len()),
        ("states", journey.states.len()),
        ("sends", journey.sends.len()),
        ("webhooks", journey.webhooks.len()),
        ("updates", journey.updates.len()),
        ("splits", journey.splits.len()),
        ("starts of journeys", journey.calls.len()),
    ] {
        limit(name, what, count, MAX_TILES)?;
    }
    check_slots(format_args!("{name}, local"), &journey.locals)?;
    for param in &journey.params {
        check_slots(format_args!("{name}, parameter"), std::slice::from_ref(&param.slot))?;
    }
    let number = u16::try_from(number).unwrap_or(u16::MAX);
    let check = Check { program, facts, journey, number };
    check.whole("parameters", check.params())?;
    check.whole("entry", check.entry())?;
    check.whole("time zone", check.timezone())?;
    check.each("exit criterion", &journey.exits, |exit| check.exit(exit))?;
    check.whole("while inside", check.while_inside())?;
    check.each("goal", &journey.goals, |goal| check.goal(goal))?;
    check.each("state", &journey.states, |state| check.state(state))?;
    check.each("send", &journey.sends, |send| check.send(send))?;
    check.each("webhook", &journey.webhooks, |webhook| check.webhook(webhook))?;
    check.each("update", &journey.updates, |update| check.update(update))?;
    check.each("split", &journey.splits, |split| check.split(split))?;
    check.each("start of a journey", &journey.calls, |call| check.call(call))?;
    check.whole("loops", check.counters())?;
    check.each("op", &journey.code, |op| check.op(*op))
}

struct Check<'p> {
    program: &'p Program,
    facts: &'p [Facts],
    journey: &'p Journey,
    number: u16,
}

impl Check<'_> {
    /// Says of what is refused that it is in this part of the journey.
    fn whole(&self, what: &'static str, found: Result<(), Problem>) -> Checked<()> {
        found.or_else(|problem| {
            refuse(format_args!("journey `{}`, {what}", self.journey.name), problem)
        })
    }

    /// Checks all of a part of the journey. Places get their names only when something is refused:
    /// naming each beforehand took longer than checking it.
    fn each<T>(
        &self,
        what: &'static str,
        parts: &[T],
        check: impl Fn(&T) -> Result<(), Problem>,
    ) -> Checked<()> {
        parts.iter().enumerate().try_for_each(|(index, part)| {
            check(part).or_else(|problem| {
                refuse(format_args!("journey `{}`, {what} {index}", self.journey.name), problem)
            })
        })
    }

    /// Inside the journey, with no event at hand.
    fn inside(&self) -> Scope {
        Scope { journey: Some(self.number), ..Scope::default() }
    }

    fn expr(&self, id: ExprId, expected: &Shape, scope: Scope) -> Result<(), Problem> {
        check_use(self.program, self.facts, id, expected, scope)
    }

    /// Each has a place for values of its type; and where nobody brings any, one of its own.
    fn params(&self) -> Result<(), Problem> {
        for param in &self.journey.params {
            let Slot { ty, optional, default, .. } = &param.slot;
            if let Some(local) = param.local {
                let local = at(&self.journey.locals, usize::from(local), "local")?;
                matches(&Shape::of(ty), &Shape::of(&local.ty), "a parameter")?;
            }
            if self.journey.entry != Entry::Manual && !optional && default.is_none() {
                return Err(Problem::NoDefault);
            }
        }
        Ok(())
    }

    fn entry(&self) -> Result<(), Problem> {
        match &self.journey.entry {
            Entry::Manual => Ok(()),
            Entry::Audience { audience, .. } => {
                at(&self.program.audiences, usize::from(*audience), "audience").map(drop)
            }
            // There is no instance yet when the filter and the list are evaluated; the key reads
            // what was captured, and nothing else.
            Entry::Event { event, filter, captures, each, key } => {
                let before = Scope { event: Some(*event), ..Scope::default() };
                self.event(*event, *filter, before)?;
                let item = each.map(|list| self.list(list, before)).transpose()?;
                self.captures(*event, captures, item)?;
                key.map_or(Ok(()), |key| self.key(key))
            }
        }
    }

    fn timezone(&self) -> Result<(), Problem> {
        let Some(zone) = &self.journey.timezone else { return Ok(()) };
        self.expr(zone.name, &Shape::Text, self.inside())?;
        check_reads(self.program, self.facts, [&zone.name].into_iter(), &zone.reads)
    }

    fn event(&self, event: u16, filter: Option<ExprId>, scope: Scope) -> Result<(), Problem> {
        at(&self.program.events, usize::from(event), "event")?;
        filter.map_or(Ok(()), |filter| self.expr(filter, &Shape::Bool, scope))
    }

    /// A list to go through; gives the type of its elements.
    fn list(&self, list: ExprId, scope: Scope) -> Result<&Type, Problem> {
        let expr = at(&self.program.exprs, list.0 as usize, "expression")?;
        self.expr(list, &Shape::of(&expr.ty), scope)?;
        self.presence(list, false, "the list of the entry")?;
        match &expr.ty {
            Type::List(item) => Ok(item),
            other => Err(Problem::NotComparable(Shape::of(other).to_string())),
        }
    }

    fn key(&self, key: ExprId) -> Result<(), Problem> {
        let expr = at(&self.program.exprs, key.0 as usize, "expression")?;
        let shape = Shape::of(&expr.ty);
        self.expr(key, &shape, self.inside())?;
        self.presence(key, false, "the key")?;
        match expr.ty {
            Type::List(_) | Type::Record(_) => Err(Problem::NotComparable(shape.to_string())),
            _ => Ok(()),
        }
    }

    fn while_inside(&self) -> Result<(), Problem> {
        match self.journey.inside {
            WhileInside::Restart(outcome) => {
                at(&self.journey.outcomes, usize::from(outcome), "outcome").map(drop)
            }
            WhileInside::Ignore | WhileInside::Refresh => Ok(()),
        }
    }

    fn goal(&self, goal: &Goal) -> Result<(), Problem> {
        let scope = Scope { event: Some(goal.event), ..self.inside() };
        self.event(goal.event, goal.filter, scope)?;
        self.expr(goal.within, &Shape::Duration, self.inside())?;
        // It is asked after the exit, too, when nothing is counted for the instance any more.
        let filter = goal.filter.map(|id| at(self.facts, id.0 as usize, "expression"));
        for window in filter.transpose()?.map_or(&[][..], |facts| &facts.reads.windows) {
            let window = at(&self.program.windows, usize::from(*window), "window")?;
            if matches!(window.range, Range::SinceEntered | Range::SinceMark(_)) {
                return Err(Problem::Scope("an accumulator"));
            }
        }
        Ok(())
    }

    fn captures(
        &self,
        event: u16,
        captures: &[Capture],
        item: Option<&Type>,
    ) -> Result<(), Problem> {
        let event = at(&self.program.events, usize::from(event), "event")?;
        for capture in captures {
            let local = at(&self.journey.locals, usize::from(capture.local), "local")?;
            let found = match capture.from {
                CaptureFrom::Property(slot) => {
                    Shape::of(&at(&event.properties, usize::from(slot), "property")?.ty)
                }
                CaptureFrom::At => Shape::Time,
                CaptureFrom::Happened => Shape::Bool,
                CaptureFrom::Item => Shape::of(item.ok_or(Problem::Scope("an element"))?),
            };
            matches(&found, &Shape::of(&local.ty), "what is captured")?;
        }
        Ok(())
    }

    fn exit(&self, exit: &ExitCriterion) -> Result<(), Problem> {
        at(&self.journey.outcomes, usize::from(exit.outcome), "outcome")?;
        match &exit.trigger {
            ExitTrigger::Event { event, filter } => {
                self.event(*event, *filter, Scope { event: Some(*event), ..self.inside() })
            }
            ExitTrigger::When(condition) => {
                check_condition(self.program, self.facts, condition, self.inside())
            }
            ExitTrigger::After(length) => self.expr(*length, &Shape::Duration, self.inside()),
        }
    }

    fn state(&self, state: &State) -> Result<(), Problem> {
        at(&self.journey.tiles, usize::from(state.tile), "tile")?;
        match &state.deadline {
            Deadline::None if state.timeout.is_some() => {
                return Err(Problem::Missing("the deadline of a timeout"));
            }
            Deadline::None if state.arms.is_empty() && state.run.is_none() => {
                return Err(Problem::DeadEnd);
            }
            Deadline::None => {}
            Deadline::After(length) => self.expr(*length, &Shape::Duration, self.inside())?,
            Deadline::At { time, reads } => {
                self.expr(*time, &Shape::Time, self.inside())?;
                check_reads(self.program, self.facts, [time].into_iter(), reads)?;
            }
            Deadline::Policy { send, zone, reads } => {
                self.held(*send, *zone, reads)?;
                let sends = state.timeout.and_then(|to| self.journey.code.get(to as usize));
                if sends != Some(&Op::Send { send: *send }) {
                    return Err(Problem::Missing("the send of a message that is let go"));
                }
            }
        }
        let asks_policy = matches!(state.deadline, Deadline::Policy { .. });
        if asks_policy && !matches!(state.arms.as_slice(), [Arm { trigger: Skipped, .. }]) {
            return Err(Problem::Missing("the one arm for messages that are skipped"));
        }
        match (&state.deadline, state.late) {
            (_, None) => {}
            (Deadline::At { .. }, Some(to)) => self.target(to)?,
            (_, Some(_)) => return Err(Problem::Missing("the instant to be late for")),
        }
        match (&state.deadline, state.timeout) {
            (Deadline::None, _) => {}
            (_, Some(to)) => self.target(to)?,
            (_, None) => return Err(Problem::Missing("the timeout of a deadline")),
        }
        if let Some(run) = &state.run {
            self.run(run, state)?;
        }
        for arm in &state.arms {
            self.target(arm.to)?;
            match &arm.trigger {
                ArmTrigger::Event { event, filter, captures, earlier } => {
                    let scope = Scope { event: Some(*event), ..self.inside() };
                    self.event(*event, *filter, scope)?;
                    self.captures(*event, captures, None)?;
                    if let Some(window) = earlier {
                        self.earlier(*window, *event, filter.is_some())?;
                    }
                }
                ArmTrigger::When(condition) => {
                    check_condition(self.program, self.facts, condition, self.inside())?;
                }
                Skipped if asks_policy => {}
                Skipped => return Err(Problem::Missing("the policy that skips a message")),
                ArmTrigger::Outcome(_) => {}
            }
        }
        outcomes(state)
    }

    fn webhook(&self, webhook: &Webhook) -> Result<(), Problem> {
        at(&self.journey.tiles, usize::from(webhook.tile), "tile")?;
        check_http(self.program, self.facts, &webhook.request, self.inside())?;
        let Some(response) = &webhook.response else { return Ok(()) };
        check_type(&response.ty, 0)?;
        match response.local {
            Some(local) => {
                let local = at(&self.journey.locals, usize::from(local), "local")?;
                matches(&Shape::of(&response.ty), &Shape::of(&local.ty), "the response")
            }
            None => Ok(()),
        }
    }

    /// A message that may be held by a policy.
    fn held(&self, send: u16, zone: Option<ExprId>, reads: &Reads) -> Result<(), Problem> {
        let send = at(&self.journey.sends, usize::from(send), "send")?;
        let action = at(&self.program.actions, usize::from(send.action), "action")?;
        if action.policy.is_none() {
            return Err(Problem::Missing("the policy of an action"));
        }
        if let Some(zone) = zone {
            self.expr(zone, &Shape::Text, self.inside())?;
        }
        check_reads(self.program, self.facts, zone.iter(), reads)
    }

    /// The window in which an arm looks for earlier events.
    fn earlier(&self, window: u16, event: u16, filtered: bool) -> Result<(), Problem> {
        let window = at(&self.program.windows, usize::from(window), "window")?;
        if window.event != event || window.journey != Some(self.number) {
            return Err(Problem::Scope("the event and journey of the window"));
        }
        match window.aggregate {
            Aggregate::Each => Ok(()),
            Aggregate::First if !filtered => Ok(()),
            _ => Err(Problem::KeptEvents),
        }
    }

    /// Every way in which the other journey can end leads somewhere, and nothing else does.
    fn run(&self, run: &Run, state: &State) -> Result<(), Problem> {
        if state.deadline != Deadline::None || !state.arms.is_empty() {
            return Err(Problem::Position("waits for more than the journey it runs"));
        }
        let call = at(&self.journey.calls, usize::from(run.call), "start of a journey")?;
        let callee = at(&self.program.journeys, usize::from(call.journey), "journey")?;
        if run.outcomes.len() != callee.outcomes.len() {
            return Err(Problem::Missing("the way on from an outcome"));
        }
        self.target(run.not_entered)?;
        run.outcomes.iter().try_for_each(|to| self.target(*to))
    }

    fn call(&self, call: &Call) -> Result<(), Problem> {
        let callee = at(&self.program.journeys, usize::from(call.journey), "journey")?;
        let params: Vec<&Slot> = callee.params.iter().map(|param| &param.slot).collect();
        self.given(&call.args, &params)?;
        let properties = match &callee.entry {
            Entry::Event { event, .. } => {
                at(&self.program.events, usize::from(*event), "event")?.properties.iter().collect()
            }
            Entry::Audience { .. } | Entry::Manual => Vec::new(),
        };
        self.given(&call.event, &properties)
    }

    /// Values for slots: of their types, and none is missing.
    fn given(&self, values: &[(u16, ExprId)], slots: &[&Slot]) -> Result<(), Problem> {
        if !values.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Problem::Order("arguments"));
        }
        for (number, value) in values {
            let slot = at(slots, usize::from(*number), "parameter")?;
            self.expr(*value, &Shape::of(&slot.ty), self.inside())?;
            self.presence(*value, slot.optional, "an argument")?;
        }
        for (index, slot) in slots.iter().enumerate() {
            let given = values.binary_search_by_key(&index, |(number, _)| usize::from(*number));
            if given.is_err() && !slot.optional && slot.default.is_none() {
                return Err(Problem::Missing("an argument that has to be given"));
            }
        }
        Ok(())
    }

    /// What counts the rounds of a loop is written by nothing else.
    fn counters(&self) -> Result<(), Problem> {
        let journey = self.journey;
        let mut counts = vec![false; journey.locals.len()];
        for op in &journey.code {
            if let Op::Rounds { local, .. } | Op::Countdown { local, .. } = op
                && let Some(counts) = counts.get_mut(usize::from(*local))
            {
                *counts = true;
            }
        }
        let captures = journey.states.iter().flat_map(|state| &state.arms);
        let captures = captures.filter_map(|arm| match &arm.trigger {
            ArmTrigger::Event { captures, .. } => Some(captures.as_slice()),
            ArmTrigger::When(_) | ArmTrigger::Skipped | ArmTrigger::Outcome(_) => None,
        });
        let responses = journey.webhooks.iter().filter_map(|it| it.response.as_ref()?.local);
        let entry = match &journey.entry {
            Entry::Event { captures, .. } => captures.as_slice(),
            Entry::Audience { .. } | Entry::Manual => &[],
        };
        let captured = captures.chain([entry]).flatten().map(|capture| capture.local);
        let set = journey.code.iter().filter_map(|op| match op {
            Op::Set { local, .. } | Op::Pace { local, .. } => Some(*local),
            _ => None,
        });
        let params = journey.params.iter().filter_map(|param| param.local);
        let messages = journey.sends.iter().filter_map(|send| send.message_id);
        let mut written = captured.chain(set).chain(params).chain(messages).chain(responses);
        match written.any(|local| counts.get(usize::from(local)) == Some(&true)) {
            true => Err(Problem::Position("writes what counts the rounds of a loop")),
            false => Ok(()),
        }
    }

    fn send(&self, send: &Send) -> Result<(), Problem> {
        let action = at(&self.program.actions, usize::from(send.action), "action")?;
        if !send.args.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Problem::Order("arguments"));
        }
        for (param, value) in &send.args {
            let param = at(&action.params, usize::from(*param), "parameter")?;
            self.expr(*value, &Shape::of(&param.ty), self.inside())?;
            self.presence(*value, param.optional, "an argument")?;
        }
        for (index, param) in action.params.iter().enumerate() {
            let given = send.args.iter().any(|(param, _)| usize::from(*param) == index);
            if !given && !param.optional {
                return Err(Problem::Missing("an argument that has to be given"));
            }
        }
        if let Some(local) = send.message_id {
            let local = at(&self.journey.locals, usize::from(local), "local")?;
            matches(&Shape::Text, &Shape::of(&local.ty), "the message id")?;
        }
        Ok(())
    }

    /// An expression that may be unset does not go where a value is needed.
    fn presence(&self, id: ExprId, optional: bool, what: &'static str) -> Result<(), Problem> {
        let expr = at(&self.program.exprs, id.0 as usize, "expression")?;
        match expr.optional && !optional {
            true => Err(Problem::MayBeUnset(what)),
            false => Ok(()),
        }
    }

    fn update(&self, update: &Update) -> Result<(), Problem> {
        if !update.sets.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Problem::Order("traits"));
        }
        for (slot, value) in &update.sets {
            let slot = at(&self.program.traits, usize::from(*slot), "trait")?;
            self.expr(*value, &Shape::of(&slot.ty), self.inside())?;
            self.presence(*value, slot.optional, "the value of a trait")?;
        }
        Ok(())
    }

    fn split(&self, split: &Split) -> Result<(), Problem> {
        limit_arms(split.arms.len())?;
        let sum: u64 = split.arms.iter().map(|arm| u64::from(arm.share)).sum();
        if sum != WHOLE {
            return Err(Problem::Shares(sum));
        }
        split.arms.iter().try_for_each(|arm| self.target(arm.to))
    }

    fn target(&self, to: u32) -> Result<(), Problem> {
        at(&self.journey.code, to as usize, "operation").map(drop)
    }

    fn op(&self, op: Op) -> Result<(), Problem> {
        let journey = self.journey;
        match op {
            Op::Arrive { tile } => at(&journey.tiles, usize::from(tile), "tile").map(drop),
            // The edge belongs to the tile the instance is at, which `flow` knows.
            Op::Leave { .. } => Ok(()),
            Op::Mark { mark } if mark < journey.marks => Ok(()),
            Op::Mark { mark } => Err(Problem::Index { what: "mark", index: usize::from(mark) }),
            Op::Jump { to } => self.target(to),
            Op::Unless { test, to } => {
                self.target(to)?;
                self.expr(test, &Shape::Bool, self.inside())
            }
            Op::Split { split } => at(&journey.splits, usize::from(split), "split").map(drop),
            Op::Send { send } => at(&journey.sends, usize::from(send), "send").map(drop),
            Op::Call { webhook } => {
                at(&journey.webhooks, usize::from(webhook), "webhook").map(drop)
            }
            Op::Update { update } => at(&journey.updates, usize::from(update), "update").map(drop),
            Op::Member { audience, .. } => {
                let audience = at(&self.program.audiences, usize::from(audience), "audience")?;
                match audience.condition {
                    Some(_) => Err(Problem::Computed),
                    None => Ok(()),
                }
            }
            Op::Set { local, value } => {
                let local = at(&journey.locals, usize::from(local), "local")?;
                self.expr(value, &Shape::of(&local.ty), self.inside())
            }
            Op::Pace { local, time } => {
                let local = at(&journey.locals, usize::from(local), "local")?;
                matches(&Shape::of(&local.ty), &Shape::Time, "when a round is due")?;
                self.expr(time, &Shape::Time, self.inside())?;
                self.presence(time, false, "when a round is due")
            }
            Op::Rounds { local, times } => {
                let local = at(&journey.locals, usize::from(local), "local")?;
                matches(&Shape::of(&local.ty), &Shape::Int, "the rounds of a loop")?;
                self.expr(times, &Shape::Int, self.inside())?;
                self.presence(times, false, "the number of rounds")
            }
            Op::Countdown { local, to } => {
                let local = at(&journey.locals, usize::from(local), "local")?;
                matches(&Shape::of(&local.ty), &Shape::Int, "the rounds of a loop")?;
                self.target(to)
            }
            Op::Enter { call } => {
                at(&journey.calls, usize::from(call), "start of a journey").map(drop)
            }
            Op::Suspend { state } => at(&journey.states, usize::from(state), "state").map(drop),
            Op::Exit { outcome } => {
                at(&journey.outcomes, usize::from(outcome), "outcome").map(drop)
            }
        }
    }
}

fn limit_arms(count: usize) -> Result<(), Problem> {
    match count <= MAX_TILES {
        true => Ok(()),
        false => Err(Problem::Limit { what: "arms", count, limit: MAX_TILES }),
    }
}

/// A state that waits for an outcome waits for nothing else, and for each that can come.
fn outcomes(state: &State) -> Result<(), Problem> {
    let count = |outcome: Outcome| {
        state.arms.iter().filter(|arm| arm.trigger == ArmTrigger::Outcome(outcome)).count()
    };
    let counts = [Outcome::Delivered, Outcome::Failed, Outcome::Skipped].map(count);
    let all: usize = counts.iter().sum();
    match counts {
        [0, 0, 0] => Ok(()),
        [1, 1, 0 | 1] if all == state.arms.len() && state.deadline == Deadline::None => Ok(()),
        _ => Err(Problem::Missing("an arm for each outcome")),
    }
}
