//! From the tree of tiles to the control-flow graph.
//!
//! Every tile becomes a few steps at the end of the block that leads to it; every block of the
//! source that a tile opens becomes a chain of basic blocks that begins with leaving the tile by
//! the edge in question. Arms that fall through meet in a fresh block, where the next tile goes on.

use std::collections::BTreeSet;

use journey_sema::thir::{
    self, ArmTrigger, ExitTrigger, Expr, HistoryRange, TileKind, WaitLimit, WhileInside,
};

use crate::LowerError;
use crate::cfg::{
    Block, BlockId, Deadline, Journey, Step, Terminator, Test, Tile, TileId, Trigger, Wait,
};
use crate::{walk, ways};

/// The parser admits fewer levels; this only keeps the promise locally.
const DEEPEST: usize = 256;

/// Builds the control-flow graph of a checked journey.
pub fn build(journey: &thir::Journey) -> Result<Journey<'_>, LowerError> {
    let sources = ways::tiles(journey);
    let tiles = ways::ids(&sources)
        .into_iter()
        .zip(sources)
        .map(|(id, source)| Tile {
            source,
            id,
            kind: ways::kind(source),
            edges: ways::ways(source, &journey.bindings).into_iter().map(|way| way.label).collect(),
        })
        .collect();
    let graph = Journey {
        source: journey,
        marks: marks(journey),
        outcomes: outcomes(journey),
        tiles,
        blocks: Vec::new(),
    };
    let mut builder = Builder { graph, next_tile: 0, depth: 0 };
    let start = builder.block();
    builder.sequence(&journey.body, start)?;
    Ok(builder.graph)
}

/// Labels that a window counts from or a wait looks back to, in the order of their tiles.
fn marks(journey: &thir::Journey) -> Vec<&str> {
    let mut asked = BTreeSet::new();
    walk::journey(journey, &mut |expr| {
        if let thir::ExprKind::History(history) = &expr.kind
            && let HistoryRange::SinceLabel(label) = &history.range
        {
            asked.insert(&**label);
        }
    });
    for (_, since) in walk::awaited(journey) {
        if let thir::Since::Label(label) = since {
            asked.insert(&**label);
        }
    }
    let labels = ways::tiles(journey).into_iter().filter_map(|tile| tile.label.as_deref());
    labels.filter(|label| asked.contains(label)).collect()
}

fn outcomes(journey: &thir::Journey) -> Vec<&str> {
    let restarted = (journey.inside == WhileInside::Restart).then_some(thir::RESTARTED);
    let header = journey.exits.iter().map(|exit| &*exit.name).chain(restarted);
    let body = ways::tiles(journey).into_iter().filter_map(|tile| match &tile.kind {
        TileKind::Exit(name) => Some(&**name),
        _ => None,
    });
    let mut outcomes = Vec::new();
    for name in header.chain(body) {
        if !outcomes.contains(&name) {
            outcomes.push(name);
        }
    }
    outcomes
}

struct Builder<'a> {
    graph: Journey<'a>,
    /// Tiles are met in the order in which they are numbered.
    next_tile: usize,
    depth: usize,
}

impl<'a> Builder<'a> {
    fn block(&mut self) -> BlockId {
        self.graph.blocks.push(Block { steps: Vec::new(), end: Terminator::End });
        BlockId(self.graph.blocks.len() - 1)
    }

    fn step(&mut self, block: BlockId, step: Step<'a>) {
        if let Some(block) = self.graph.blocks.get_mut(block.0) {
            block.steps.push(step);
        }
    }

    fn end(&mut self, block: BlockId, end: Terminator<'a>) {
        if let Some(block) = self.graph.blocks.get_mut(block.0) {
            block.end = end;
        }
    }

    /// Appends `tiles` to `at`; gives the block in which control falls out at their end. What
    /// follows an exit lands in a block that nothing leads to, and is left out with it.
    fn sequence(&mut self, tiles: &'a [thir::Tile], at: BlockId) -> Result<BlockId, LowerError> {
        if self.depth == DEEPEST {
            let item = format!("journey {}", self.graph.source.name);
            return Err(LowerError::TooDeep { item, limit: DEEPEST });
        }
        self.depth += 1;
        let end = tiles.iter().try_fold(at, |at, tile| self.tile(tile, at));
        self.depth -= 1;
        end
    }

    fn tile(&mut self, tile: &'a thir::Tile, at: BlockId) -> Result<BlockId, LowerError> {
        let id = TileId(self.next_tile);
        self.next_tile += 1;
        self.step(at, Step::Arrive(id));
        let label = tile.label.as_deref();
        if let Some(mark) = self.graph.marks.iter().position(|mark| Some(*mark) == label) {
            self.step(at, Step::Mark(mark));
        }
        match &tile.kind {
            TileKind::Send { action, args, binding, policy, arms: Some(_) } => {
                let send = Step::Send { action, args, binding: *binding };
                self.outcomes(tile, id, send, policy.is_some(), at)
            }
            TileKind::Webhook(webhook) => {
                let call = Step::Call { tile: id, webhook };
                if webhook.arms.is_some() {
                    return self.outcomes(tile, id, call, false, at);
                }
                self.step(at, call);
                self.step(at, Step::Leave(0));
                Ok(at)
            }
            TileKind::Send { action, args, binding, policy, arms: None } => {
                let send = Step::Send { action, args, binding: *binding };
                let at = match policy {
                    Some(_) => self.ask_policy(id, send, at),
                    None => {
                        self.step(at, send);
                        at
                    }
                };
                self.step(at, Step::Leave(0));
                Ok(at)
            }
            TileKind::Update(sets) => {
                self.step(at, Step::Update(sets));
                self.step(at, Step::Leave(0));
                Ok(at)
            }
            TileKind::Member { audience, member } => {
                self.step(at, Step::Member { audience, member: *member });
                self.step(at, Step::Leave(0));
                Ok(at)
            }
            TileKind::Exit(name) => {
                if let Some(outcome) = self.graph.outcome(name) {
                    self.end(at, Terminator::Exit(outcome));
                }
                Ok(self.block())
            }
            TileKind::WaitFor(_)
            | TileKind::WaitUntil { .. }
            | TileKind::WaitWindow(_)
            | TileKind::WaitCondition { .. }
            | TileKind::WaitEvent { .. }
            | TileKind::WaitArms { .. } => self.wait(tile, id, at),
            TileKind::BranchWhen { .. } | TileKind::BranchValue { .. } => self.branch(tile, at),
            TileKind::Split { name, per_entry, arms: sources } => {
                let (targets, join) = self.arms(tile)?;
                let arms = sources.iter().zip(targets);
                let arms = arms.map(|(arm, to)| (&*arm.name, arm.share, to)).collect();
                self.end(at, Terminator::Split { name, per_entry: *per_entry, arms });
                Ok(join)
            }
        }
    }

    /// A message or call whose outcome the member waits for. A policy may skip it before.
    fn outcomes(
        &mut self,
        tile: &'a thir::Tile,
        id: TileId,
        act: Step<'a>,
        policy: bool,
        at: BlockId,
    ) -> Result<BlockId, LowerError> {
        let (targets, join) = self.arms(tile)?;
        let arms: Vec<(thir::Outcome, BlockId)> =
            ways::outcomes(tile).into_iter().zip(targets).collect();
        let mut at = at;
        let skipped = arms.iter().find(|(outcome, _)| *outcome == thir::Outcome::Skipped);
        if let (true, Some((_, skipped))) = (policy, skipped) {
            let let_go = self.block();
            let deadline = Some((Deadline::Policy, let_go));
            let arms = vec![(Trigger::Skipped, *skipped)];
            self.end(at, Terminator::Suspend(Wait { tile: id, deadline, late: None, arms }));
            at = let_go;
        }
        self.step(at, act);
        let arms = arms.into_iter().map(|(outcome, to)| (Trigger::Outcome(outcome), to)).collect();
        self.end(at, Terminator::Suspend(Wait { tile: id, deadline: None, late: None, arms }));
        Ok(join)
    }

    /// A send that its policy may hold or skip; gives the block where both ways meet.
    fn ask_policy(&mut self, tile: TileId, send: Step<'a>, at: BlockId) -> BlockId {
        let (let_go, after) = (self.block(), self.block());
        self.step(let_go, send);
        self.end(let_go, Terminator::Goto(after));
        let deadline = Some((Deadline::Policy, let_go));
        let arms = vec![(Trigger::Skipped, after)];
        self.end(at, Terminator::Suspend(Wait { tile, deadline, late: None, arms }));
        after
    }

    /// A chain of blocks for each way out of `tile`, in the order of its edges, and the block
    /// where all that fall through meet.
    fn arms(&mut self, tile: &'a thir::Tile) -> Result<(Vec<BlockId>, BlockId), LowerError> {
        let mut targets = Vec::new();
        let mut ends = Vec::new();
        for (edge, way) in ways::ways(tile, &self.graph.source.bindings).into_iter().enumerate() {
            let start = self.block();
            self.step(start, Step::Leave(edge));
            targets.push(start);
            ends.push(self.sequence(way.block.unwrap_or_default(), start)?);
        }
        let join = self.block();
        for end in ends {
            self.end(end, Terminator::Goto(join));
        }
        Ok((targets, join))
    }

    fn wait(
        &mut self,
        tile: &'a thir::Tile,
        id: TileId,
        at: BlockId,
    ) -> Result<BlockId, LowerError> {
        let (targets, join) = self.arms(tile)?;
        let mut targets = targets.into_iter();
        let (triggers, deadline): (Vec<Trigger<'a>>, _) = match &tile.kind {
            TileKind::WaitFor(length) => (Vec::new(), Some(Deadline::After(length))),
            TileKind::WaitUntil { time, .. } => (Vec::new(), Some(Deadline::At(time))),
            TileKind::WaitWindow(window) => (Vec::new(), Some(Deadline::Inside(*window))),
            TileKind::WaitCondition { condition, up_to } => {
                (vec![Trigger::When(condition)], up_to.as_ref().map(Deadline::After))
            }
            TileKind::WaitEvent { event, up_to } => {
                (vec![Trigger::Event(event)], up_to.as_ref().map(Deadline::After))
            }
            TileKind::WaitArms { limit, arms, .. } => (
                arms.iter().map(|arm| trigger(&arm.trigger)).collect(),
                match limit {
                    WaitLimit::None => None,
                    WaitLimit::UpTo(length) => Some(Deadline::After(length)),
                    WaitLimit::By(time) => Some(Deadline::At(time)),
                },
            ),
            _ => (Vec::new(), None),
        };
        let arms = triggers.into_iter().zip(targets.by_ref()).collect();
        let deadline = deadline.zip(targets.next());
        // What is left is the way of those who come too late.
        let late = targets.next();
        self.end(at, Terminator::Suspend(Wait { tile: id, deadline, late, arms }));
        Ok(join)
    }

    /// Tests one after the other: each that fails leads to the next, the last to what is left.
    fn branch(&mut self, tile: &'a thir::Tile, at: BlockId) -> Result<BlockId, LowerError> {
        let (targets, join) = self.arms(tile)?;
        let tests: Vec<Test<'a>> = match &tile.kind {
            TileKind::BranchWhen { arms, .. } => {
                arms.iter().map(|(test, _)| Test::Holds(test)).collect()
            }
            TileKind::BranchValue { subject, arms, .. } => arms
                .iter()
                .map(|(values, _)| Test::IsOneOf { subject, values: values.as_slice() })
                .collect(),
            _ => Vec::new(),
        };
        let mut at = at;
        let mut targets = targets.into_iter().peekable();
        for test in tests {
            let Some(yes) = targets.next() else { break };
            // The arms cover everything: the last one is what is left.
            if targets.peek().is_none() {
                self.end(at, Terminator::Goto(yes));
                return Ok(join);
            }
            let no = self.block();
            self.end(at, Terminator::Test { test, yes, no });
            at = no;
        }
        if let Some(rest) = targets.next() {
            self.end(at, Terminator::Goto(rest));
        }
        Ok(join)
    }
}

fn trigger(trigger: &ArmTrigger) -> Trigger<'_> {
    match trigger {
        ArmTrigger::Event(event) => Trigger::Event(event),
        ArmTrigger::When(condition) => Trigger::When(condition),
    }
}

/// The expressions of the header and of all blocks that can be reached: what will be compiled.
pub(crate) fn reachable_exprs<'a>(graph: &Journey<'a>) -> Vec<&'a Expr> {
    let mut found = Vec::new();
    if let thir::Entry::Event(entry) = &graph.source.entry {
        found.extend(&entry.filter);
    }
    found.extend(&graph.source.timezone);
    for exit in &graph.source.exits {
        match &exit.trigger {
            ExitTrigger::Event(event) => found.extend(&event.filter),
            ExitTrigger::When(condition) => walk::condition_roots(condition, &mut found),
            ExitTrigger::After(length) => found.push(length),
        }
    }
    found.extend(graph.source.each.as_ref().map(|each| &each.list));
    found.extend(&graph.source.key);
    for goal in &graph.source.goals {
        found.extend(&goal.event.filter);
        found.push(&goal.within);
    }
    for id in graph.layout() {
        let block = graph.block(id);
        for step in &block.steps {
            match step {
                Step::Send { args: values, .. } | Step::Update(values) => {
                    found.extend(values.iter().map(|(_, value)| value));
                }
                Step::Call { webhook, .. } => walk::request_roots(&webhook.request, &mut found),
                Step::Arrive(_) | Step::Mark(_) | Step::Leave(_) | Step::Member { .. } => {}
            }
        }
        terminator_exprs(&block.end, &mut found);
    }
    found
}

fn terminator_exprs<'a>(end: &Terminator<'a>, found: &mut Vec<&'a Expr>) {
    match end {
        Terminator::Test { test: Test::Holds(test), .. } => found.push(test),
        Terminator::Test { test: Test::IsOneOf { subject, values }, .. } => {
            found.push(subject);
            found.extend(*values);
        }
        Terminator::Suspend(wait) => {
            match &wait.deadline {
                Some((Deadline::After(expr) | Deadline::At(expr), _)) => found.push(expr),
                Some((Deadline::Policy | Deadline::Inside(_), _)) | None => {}
            }
            for (trigger, _) in &wait.arms {
                match trigger {
                    Trigger::Event(event) => found.extend(&event.filter),
                    Trigger::When(condition) => walk::condition_roots(condition, found),
                    Trigger::Skipped | Trigger::Outcome(_) => {}
                }
            }
        }
        Terminator::Goto(_) | Terminator::Split { .. } | Terminator::Exit(_) | Terminator::End => {}
    }
}
