//! From the control-flow graph to states and code between them.

use std::sync::Arc;

use journey_bytecode::{self as bc, Op};
use journey_sema::thir::{
    BinaryOp, Condition, Const, Entry, EventMatch, ExitTrigger, Expr, ExprKind, Outcome, RESTARTED,
    Reenter, WhileInside,
};
use journey_sema::{ActionType, Type};
use rustc_hash::FxHashMap;

use crate::cfg::{BlockId, Deadline, Journey, Step, Terminator, Test, Trigger, Wait};
use crate::locals::{Kept, Locals, NoLocal};
use crate::lowering::{Instance, Lowering, Scope};
use crate::{LowerError, build, calls};

impl Lowering<'_> {
    /// Compiles a journey under its number.
    pub(crate) fn journey(
        &mut self,
        graph: &Journey<'_>,
        number: u16,
    ) -> Result<bc::Journey, LowerError> {
        let mut exprs = build::reachable_exprs(graph);
        let hidden = calls::hidden(graph.source);
        exprs.extend(&hidden);
        let schema = &self.checked.schema;
        let locals =
            Locals::collect(&exprs, &graph.source.bindings, schema).map_err(|no| match no {
                NoLocal::Unknown(name) => {
                    self.unchecked(format!("unknown value {name} of a binding"))
                }
                NoLocal::TooMany => self.too_many("captured values", usize::from(u16::MAX) + 1),
            })?;
        let instance = Instance {
            journey: number,
            bindings: &graph.source.bindings,
            locals: &locals,
            marks: &graph.marks,
        };
        let zone = graph.source.timezone.as_ref();
        let scope = Scope { instance: Some(instance), zone, ..Scope::default() };
        let mut journey = header(self, graph, scope)?;
        journey.locals.clone_from(&locals.slots);
        let emitter = Emitter { lowering: self, graph, scope, locals: &locals, journey };
        emitter.emit()
    }

    /// The parts of an event match: the event, its filter, what is kept of it.
    fn event_match(
        &mut self,
        event: &EventMatch,
        scope: Scope<'_>,
    ) -> Result<(u16, Option<bc::ExprId>, Vec<bc::Capture>), LowerError> {
        let (number, _) = self.event(&event.event)?;
        let filter = match &event.filter {
            Some(filter) => Some(self.test(filter, scope.with_event(number))?),
            None => None,
        };
        let locals = scope.instance.map(|instance| instance.locals);
        let captures = locals.map(|locals| locals.captures(event.binding)).unwrap_or_default();
        Ok((number, filter, captures))
    }

    fn audience(&self, name: &str) -> Result<u16, LowerError> {
        let number = self.audiences.get(name).copied();
        number.ok_or_else(|| self.unchecked(format!("unknown audience {name}")))
    }

    fn action(&self, name: &str) -> Result<(u16, &ActionType), LowerError> {
        let number = self.names.action(name);
        let action = number.and_then(|n| self.checked.schema.actions.get(usize::from(n)));
        number.zip(action).ok_or_else(|| self.unchecked(format!("unknown action {name}")))
    }
}

/// All of a journey that stands before its first tile, and its tiles.
fn header(
    lowering: &mut Lowering<'_>,
    graph: &Journey<'_>,
    scope: Scope<'_>,
) -> Result<bc::Journey, LowerError> {
    let source = graph.source;
    let entry = match &source.entry {
        Entry::Event(entry) => {
            // There is no instance yet: what the zone reads of the entry's event it reads of the
            // one at hand.
            let zone = source.timezone.as_ref().map(|zone| at_hand(zone, entry));
            let before = Scope { zone: zone.as_ref(), ..scope };
            let (event, filter, mut captures) = lowering.event_match(entry, before)?;
            let mut each = None;
            if let Some(source) = &source.each {
                let before = Scope { instance: None, ..before }.with_event(event);
                each = Some(lowering.value(&source.list, None, before)?);
                let locals = scope.instance.map(|instance| instance.locals);
                let local = locals.and_then(|locals| locals.get(source.item, Kept::Value));
                let from = bc::CaptureFrom::Item;
                captures.extend(local.map(|local| bc::Capture { from, local }));
            }
            let key = source.key.as_ref();
            let key = key.map(|key| lowering.value(key, None, scope)).transpose()?;
            bc::Entry::Event { event, filter, captures, each, key }
        }
        Entry::Audience { audience, existing } => {
            bc::Entry::Audience { audience: lowering.audience(audience)?, existing: *existing }
        }
        Entry::Manual => bc::Entry::Manual,
    };
    let mut exits = Vec::new();
    for exit in &source.exits {
        let outcome = graph.outcome(&exit.name).unwrap_or_default();
        let trigger = match &exit.trigger {
            ExitTrigger::Event(on) => {
                let (event, filter, _) = lowering.event_match(on, scope)?;
                bc::ExitTrigger::Event { event, filter }
            }
            ExitTrigger::When(condition) => {
                bc::ExitTrigger::When(lowering.condition(condition, scope)?)
            }
            ExitTrigger::After(length) => {
                bc::ExitTrigger::After(lowering.value(length, None, scope)?)
            }
        };
        exits.push(bc::ExitCriterion { outcome: lowering.number(outcome, "outcomes")?, trigger });
    }
    let inside = match source.inside {
        WhileInside::Ignore => bc::WhileInside::Ignore,
        WhileInside::Refresh => bc::WhileInside::Refresh,
        WhileInside::Restart => {
            let outcome = graph.outcome(RESTARTED).unwrap_or_default();
            bc::WhileInside::Restart(lowering.number(outcome, "outcomes")?)
        }
    };
    let mut goals = Vec::new();
    for goal in &source.goals {
        let (event, filter, _) = lowering.event_match(&goal.event, scope)?;
        let within = lowering.value(&goal.within, None, scope)?;
        goals.push(bc::Goal { name: goal.name.to_string(), event, filter, within });
    }
    let timezone = match &source.timezone {
        Some(name) => {
            let name = lowering.value(name, None, Scope { zone: None, ..scope })?;
            Some(bc::Timezone { name, reads: lowering.reads(&[name]) })
        }
        None => None,
    };
    let tile = |tile: &crate::cfg::Tile<'_>| bc::Tile {
        id: tile.id.clone(),
        kind: tile.kind,
        title: tile.source.title.to_string(),
        edges: tile.edges.clone(),
    };
    Ok(bc::Journey {
        name: source.name.to_string(),
        title: source.title.to_string(),
        entry,
        reenter: match source.reenter {
            Reenter::Never => bc::Reenter::Never,
            Reenter::Always => bc::Reenter::Always,
            Reenter::Later => bc::Reenter::Later,
            Reenter::After(ms) => bc::Reenter::After(ms),
        },
        inside,
        timezone,
        exits,
        goals,
        params: calls::params(lowering, graph, scope)?,
        outcomes: graph.outcomes.iter().map(|name| name.to_string()).collect(),
        tiles: graph.tiles.iter().map(tile).collect(),
        locals: Vec::new(),
        marks: lowering.number(graph.marks.len(), "marks")?,
        code: Vec::new(),
        states: Vec::new(),
        sends: Vec::new(),
        webhooks: Vec::new(),
        updates: Vec::new(),
        splits: Vec::new(),
        calls: Vec::new(),
    })
}

/// An expression over the binding of an entry, asked while the event is still at hand.
fn at_hand(expr: &Expr, entry: &EventMatch) -> Expr {
    let mut expr = expr.clone();
    journey_sema::walk::rewrite(&mut expr, &|kind| {
        let event = entry.event.clone();
        match kind {
            ExprKind::Bound { binding, property } if Some(*binding) == entry.binding => {
                *kind = match &**property {
                    "at" => ExprKind::EventAt { event },
                    _ => ExprKind::Event { event, property: property.clone() },
                };
            }
            _ => {}
        }
    });
    expr
}

pub(crate) struct Emitter<'l, 'a, 'g> {
    pub(crate) lowering: &'l mut Lowering<'a>,
    pub(crate) graph: &'g Journey<'g>,
    pub(crate) scope: Scope<'g>,
    pub(crate) locals: &'g Locals,
    pub(crate) journey: bc::Journey,
}

impl Emitter<'_, '_, '_> {
    /// Lays the blocks out one after the other. Targets are numbers of blocks until all blocks
    /// have a place.
    fn emit(mut self) -> Result<bc::Journey, LowerError> {
        let layout = self.graph.layout();
        let mut starts = FxHashMap::default();
        for (index, block) in layout.iter().enumerate() {
            starts.insert(target(*block), self.journey.code.len());
            let graph = self.graph;
            for step in &graph.block(*block).steps {
                self.step(step)?;
            }
            self.end(&graph.block(*block).end, layout.get(index + 1).copied())?;
        }
        let mut missing = false;
        let mut aim = |to: &mut u32| match starts.get(to).and_then(|at| u32::try_from(*at).ok()) {
            Some(at) => *to = at,
            None => missing = true,
        };
        for op in &mut self.journey.code {
            if let Op::Jump { to } | Op::Unless { to, .. } | Op::Countdown { to, .. } = op {
                aim(to);
            }
        }
        for state in &mut self.journey.states {
            state.timeout.iter_mut().for_each(&mut aim);
            state.late.iter_mut().for_each(&mut aim);
            state.arms.iter_mut().for_each(|arm| aim(&mut arm.to));
            if let Some(run) = &mut state.run {
                run.outcomes.iter_mut().for_each(&mut aim);
                aim(&mut run.not_entered);
            }
        }
        for arm in self.journey.splits.iter_mut().flat_map(|split| &mut split.arms) {
            aim(&mut arm.to);
        }
        if missing {
            return Err(self.lowering.unchecked("a way leads nowhere"));
        }
        self.name_held_messages();
        Ok(self.journey)
    }

    /// Says of each message that a policy may hold which one it is: the one whose sending follows.
    fn name_held_messages(&mut self) {
        let bc::Journey { states, code, .. } = &mut self.journey;
        for state in states {
            if let bc::Deadline::Policy { send: held, .. } = &mut state.deadline
                && let Some(Op::Send { send }) = state.timeout.and_then(|to| code.get(to as usize))
            {
                *held = *send;
            }
        }
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), LowerError> {
        let op = match step {
            Step::Arrive(tile) => Op::Arrive { tile: self.lowering.number(tile.0, "tiles")? },
            Step::Mark(mark) => Op::Mark { mark: self.lowering.number(*mark, "marks")? },
            Step::Leave(edge) => Op::Leave { edge: self.lowering.number(*edge, "edges")? },
            Step::Call { tile, webhook } => {
                let number = self.lowering.number(self.journey.webhooks.len(), "webhooks")?;
                let webhook = self.webhook(*tile, webhook)?;
                self.journey.webhooks.push(webhook);
                Op::Call { webhook: number }
            }
            Step::Capture { binding, value } => {
                // One that nothing reads has no local.
                let Some(local) = self.locals.get(*binding, Kept::Value) else { return Ok(()) };
                let value = self.lowering.value(value, None, self.scope)?;
                Op::Set { local, value }
            }
            Step::Forget(binding) => return self.forget(*binding),
            Step::Rounds { left, times } => {
                let local = self.kept(*left)?;
                Op::Rounds { local, times: self.lowering.value(times, None, self.scope)? }
            }
            Step::Pace { next, every } => {
                let local = self.kept(*next)?;
                let sides = [expr(ExprKind::Now, Type::Time), (*every).clone()];
                let kind = ExprKind::Binary(BinaryOp::AddTimeDuration, sides.into());
                let time = expr(kind, Type::Time);
                Op::Pace { local, time: self.lowering.value(&time, None, self.scope)? }
            }
            Step::Enter(call) => Op::Enter { call: self.call(call)? },
            Step::Send { action, args, binding } => {
                let send = self.send(action, args, *binding)?;
                let number = self.lowering.number(self.journey.sends.len(), "sends")?;
                self.journey.sends.push(send);
                Op::Send { send: number }
            }
            Step::Member { audience, member } => {
                Op::Member { audience: self.lowering.audience(audience)?, member: *member }
            }
            Step::Update(sets) => {
                let update = self.update(sets)?;
                let number = self.lowering.number(self.journey.updates.len(), "updates")?;
                self.journey.updates.push(update);
                Op::Update { update: number }
            }
        };
        self.journey.code.push(op);
        Ok(())
    }

    fn send(
        &mut self,
        name: &str,
        given: &[(Arc<str>, Expr)],
        binding: Option<journey_sema::thir::BindingId>,
    ) -> Result<bc::Send, LowerError> {
        let (action, declared) = self.lowering.action(name)?;
        let params = declared.params.clone();
        let mut args = Vec::new();
        for (number, param) in (0..=u16::MAX).zip(&params) {
            let wanted = crate::schema::ty(&param.ty);
            let value = given.iter().find(|(name, _)| *name == param.name).map(|(_, value)| value);
            let value = match (value, &param.default) {
                (Some(value), _) => self.lowering.value(value, wanted.as_ref(), self.scope)?,
                (None, Some(default)) => {
                    let value = default_value(default, &param.ty);
                    self.lowering.value(&value, wanted.as_ref(), Scope::default())?
                }
                (None, None) => continue,
            };
            args.push((number, value));
        }
        let message_id = binding.and_then(|it| self.locals.get(it, Kept::MessageId));
        Ok(bc::Send { action, args, message_id })
    }

    fn webhook(
        &mut self,
        tile: crate::cfg::TileId,
        webhook: &journey_sema::thir::Webhook,
    ) -> Result<bc::Webhook, LowerError> {
        let response = match &webhook.response {
            Some(response) => Some(bc::Response {
                ty: crate::schema::ty(&response.ty)
                    .ok_or_else(|| self.lowering.unchecked("a response without a type"))?,
                local: self.locals.get(response.binding, Kept::Value),
            }),
            None => None,
        };
        Ok(bc::Webhook {
            tile: self.lowering.number(tile.0, "tiles")?,
            request: self.lowering.http(&webhook.request, self.scope)?,
            pii: webhook.pii,
            response,
        })
    }

    fn update(&mut self, given: &[(Arc<str>, Expr)]) -> Result<bc::Update, LowerError> {
        let mut sets = Vec::new();
        for (name, value) in given {
            let slot = self.lowering.names.trait_(name);
            let traits = &self.lowering.checked.schema.traits;
            let Some((slot, field)) =
                slot.and_then(|slot| Some((slot, traits.get(usize::from(slot))?)))
            else {
                return Err(self.lowering.unchecked(format!("unknown trait {name}")));
            };
            let wanted = crate::schema::ty(&field.ty);
            sets.push((slot, self.lowering.value(value, wanted.as_ref(), self.scope)?));
        }
        sets.sort_unstable();
        Ok(bc::Update { sets })
    }

    fn end(&mut self, end: &Terminator<'_>, next: Option<BlockId>) -> Result<(), LowerError> {
        match end {
            Terminator::Goto(to) => self.go(*to, next),
            Terminator::Test { test, yes, no } => {
                let test = match test {
                    Test::Holds(test) => self.lowering.test(test, self.scope)?,
                    Test::IsOneOf { subject, values } => {
                        self.lowering.one_of(subject, values, self.scope)?
                    }
                };
                let to = target(self.graph.resolve(*no));
                self.journey.code.push(Op::Unless { test, to });
                self.go(*yes, next);
            }
            Terminator::Countdown { left, more, done } => {
                let local = self.kept(*left)?;
                let to = target(self.graph.resolve(*done));
                self.journey.code.push(Op::Countdown { local, to });
                self.go(*more, next);
            }
            Terminator::Split { name, per_entry, arms } => {
                let arm = |(name, share, to): &(&str, u32, BlockId)| bc::SplitArm {
                    name: (*name).to_owned(),
                    share: *share,
                    to: target(self.graph.resolve(*to)),
                };
                let arms = arms.iter().map(arm).collect();
                let split = self.lowering.number(self.journey.splits.len(), "splits")?;
                let name = (*name).to_owned();
                self.journey.splits.push(bc::Split { name, per_entry: *per_entry, arms });
                self.journey.code.push(Op::Split { split });
            }
            Terminator::Suspend(wait) => {
                let state = self.state(wait)?;
                let number = self.lowering.number(self.journey.states.len(), "waits")?;
                self.journey.states.push(state);
                self.journey.code.push(Op::Suspend { state: number });
            }
            Terminator::Exit(outcome) => {
                let outcome = self.lowering.number(*outcome, "outcomes")?;
                self.journey.code.push(Op::Exit { outcome });
            }
            Terminator::End => {
                return Err(LowerError::NoExit { item: self.lowering.item.clone() });
            }
        }
        Ok(())
    }

    /// Goes on at `to`: without a jump if it comes next.
    fn go(&mut self, to: BlockId, next: Option<BlockId>) {
        let to = self.graph.resolve(to);
        if Some(to) != next {
            self.journey.code.push(Op::Jump { to: target(to) });
        }
    }

    fn state(&mut self, wait: &Wait<'_>) -> Result<bc::State, LowerError> {
        let mut deadline = bc::Deadline::None;
        let mut timeout = None;
        if let Some((end, to)) = &wait.deadline {
            deadline = match end {
                Deadline::After(length) => {
                    bc::Deadline::After(self.lowering.value(length, None, self.scope)?)
                }
                Deadline::At(time) => {
                    let time = self.lowering.value(time, None, self.scope)?;
                    bc::Deadline::At { time, reads: self.lowering.reads(&[time]) }
                }
                Deadline::Policy => self.policy()?,
                Deadline::Inside(window) => {
                    let range = self.range_of(wait.tile);
                    let time = self.lowering.inside(*window, range, self.scope)?;
                    bc::Deadline::At { time, reads: self.lowering.reads(&[time]) }
                }
                Deadline::Kept(binding) => {
                    let time = expr(ExprKind::Value(*binding), Type::Time);
                    let time = self.lowering.value(&time, None, self.scope)?;
                    bc::Deadline::At { time, reads: bc::Reads::default() }
                }
            };
            timeout = Some(target(self.graph.resolve(*to)));
        }
        let mut arms = Vec::new();
        for (trigger, to) in &wait.arms {
            let trigger = match trigger {
                Trigger::Event(awaited) => {
                    let (event, filter, captures) =
                        self.lowering.event_match(awaited, self.scope)?;
                    let earlier = match &awaited.since {
                        Some(since) => {
                            let filtered = filter.is_some();
                            let scope = self.scope;
                            Some(self.lowering.kept_events(event, filtered, since, scope)?)
                        }
                        None => None,
                    };
                    bc::ArmTrigger::Event { event, filter, captures, earlier }
                }
                Trigger::When(condition) => self.when(condition)?,
                Trigger::Skipped => bc::ArmTrigger::Skipped,
                Trigger::Outcome(outcome) => bc::ArmTrigger::Outcome(match outcome {
                    Outcome::Delivered => bc::Outcome::Delivered,
                    Outcome::Failed => bc::Outcome::Failed,
                    Outcome::Skipped => bc::Outcome::Skipped,
                }),
            };
            arms.push(bc::Arm { trigger, to: target(self.graph.resolve(*to)) });
        }
        let tile = self.lowering.number(wait.tile.0, "tiles")?;
        let late = wait.late.map(|to| target(self.graph.resolve(to)));
        let run = wait.run.as_ref().map(|run| self.run(run)).transpose()?;
        Ok(bc::State { tile, deadline, timeout, late, arms, run })
    }

    /// Where a tile stands in the source.
    fn range_of(&self, tile: crate::cfg::TileId) -> journey_base::TextRange {
        self.graph.tiles.get(tile.0).map(|tile| tile.source.range).unwrap_or_default()
    }

    /// The hold of a message. Which one it is follows when the code has been laid out.
    fn policy(&mut self) -> Result<bc::Deadline, LowerError> {
        // It is about the customer: what a journey calls its zone counts only if nobody else knows.
        let zone = self.lowering.customer_zone().or_else(|| self.graph.source.timezone.clone());
        let zone = match zone {
            Some(zone) => {
                Some(self.lowering.value(&zone, None, Scope { zone: None, ..self.scope })?)
            }
            None => None,
        };
        let reads = self.lowering.reads(zone.as_slice());
        Ok(bc::Deadline::Policy { send: 0, zone, reads })
    }

    fn when(&mut self, condition: &Condition) -> Result<bc::ArmTrigger, LowerError> {
        Ok(bc::ArmTrigger::When(self.lowering.condition(condition, self.scope)?))
    }
}

/// A block as the target of a jump, until it is known where the block lies. More blocks than
/// numbers share the last one, which no block has, so that aiming fails.
pub(crate) fn target(block: BlockId) -> u32 {
    u32::try_from(block.0).unwrap_or(u32::MAX)
}

/// The default of a parameter as an expression.
fn default_value(value: &Const, ty: &Type) -> Expr {
    expr(ExprKind::Const(value.clone()), ty.clone())
}

pub(crate) fn expr(kind: ExprKind, ty: Type) -> Expr {
    Expr { kind, ty, range: journey_base::TextRange::default() }
}
