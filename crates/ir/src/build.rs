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
    Block, BlockId, Deadline, Journey, Run, Step, Terminator, Test, Tile, TileId, Trigger, Wait,
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
        .filter_map(|(id, source)| {
            let ways = ways::ways(source, &journey.bindings).into_iter();
            let edges = ways.map(|way| way.label).collect();
            Some(Tile { source, id, kind: ways::kind(source)?, edges })
        })
        .collect();
    let graph = Journey {
        source: journey,
        marks: marks(journey),
        outcomes: outcomes(journey),
        tiles,
        blocks: Vec::new(),
    };
    let mut builder = Builder { graph, next_tile: 0, depth: 0, loops: 0, captures: Vec::new() };
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

/// All outcomes of a journey: those of the header, then those of the body.
pub(crate) fn outcomes(journey: &thir::Journey) -> Vec<&str> {
    let restarted = (journey.inside == WhileInside::Restart).then_some(thir::RESTARTED);
    let header = journey.exits.iter().map(|exit| &*exit.name).chain(restarted);
    let body = ways::tiles(journey).into_iter().filter_map(|tile| match &tile.kind {
        TileKind::Exit(name) => Some(&**name),
        _ => None,
    });
    let mut seen = BTreeSet::new();
    header.chain(body).filter(|name| seen.insert(*name)).collect()
}

struct Builder<'a> {
    graph: Journey<'a>,
    /// Tiles are met in the order in which they are numbered.
    next_tile: usize,
    depth: usize,
    /// How many loops are around.
    loops: usize,
    /// What `let` tiles have captured since the last tile. It happens on arrival at the next one,
    /// so that a member that cannot go on is at a tile.
    captures: Vec<Step<'a>>,
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
        let end = tiles.iter().try_fold(at, |at, tile| match &tile.kind {
            TileKind::Let(binding, value) => {
                self.captures.push(Step::Capture { binding: *binding, value });
                Ok(at)
            }
            _ => self.tile(tile, at),
        });
        // Behind the last tile of a block nothing can speak of them any more.
        self.captures.clear();
        self.depth -= 1;
        end
    }

    fn tile(&mut self, tile: &'a thir::Tile, at: BlockId) -> Result<BlockId, LowerError> {
        let id = TileId(self.next_tile);
        self.next_tile += 1;
        self.step(at, Step::Arrive(id));
        for capture in std::mem::take(&mut self.captures) {
            self.step(at, capture);
        }
        let label = tile.label.as_deref();
        if let Some(mark) = self.graph.marks.iter().position(|mark| Some(*mark) == label) {
            self.step(at, Step::Mark(mark));
        }
        if self.loops > 0 {
            self.forget(tile, at);
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
            TileKind::Enter(call) => {
                self.step(at, Step::Enter(call));
                self.step(at, Step::Leave(0));
                Ok(at)
            }
            TileKind::Run { .. } => self.run(tile, id, at),
            TileKind::Repeat(repeat) => self.repeat(repeat, id, at),
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
            TileKind::Let(..) => Ok(at),
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
            self.end(
                at,
                Terminator::Suspend(Wait { tile: id, deadline, late: None, arms, run: None }),
            );
            at = let_go;
        }
        self.step(at, act);
        let arms = arms.into_iter().map(|(outcome, to)| (Trigger::Outcome(outcome), to)).collect();
        self.end(
            at,
            Terminator::Suspend(Wait { tile: id, deadline: None, late: None, arms, run: None }),
        );
        Ok(join)
    }

    /// A send that its policy may hold or skip; gives the block where both ways meet.
    fn ask_policy(&mut self, tile: TileId, send: Step<'a>, at: BlockId) -> BlockId {
        let (let_go, after) = (self.block(), self.block());
        self.step(let_go, send);
        self.end(let_go, Terminator::Goto(after));
        let deadline = Some((Deadline::Policy, let_go));
        let arms = vec![(Trigger::Skipped, after)];
        self.end(at, Terminator::Suspend(Wait { tile, deadline, late: None, arms, run: None }));
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
        self.end(at, Terminator::Suspend(Wait { tile: id, deadline, late, arms, run: None }));
        Ok(join)
    }

    /// In a loop, what a wait may not see this time is not what it saw the last time.
    fn forget(&mut self, tile: &'a thir::Tile, at: BlockId) {
        let TileKind::WaitEvent { event, .. } = &tile.kind else { return };
        if let Some(binding) = event.binding {
            self.step(at, Step::Forget(binding));
        }
    }

    fn run(
        &mut self,
        tile: &'a thir::Tile,
        id: TileId,
        at: BlockId,
    ) -> Result<BlockId, LowerError> {
        let (targets, join) = self.arms(tile)?;
        if let TileKind::Run { call, arms, .. } = &tile.kind {
            let mut targets = targets.into_iter();
            let ends = arms.iter().map(|arm| &arm.end).zip(targets.by_ref()).collect();
            let run = Some(Run { call, ends, rest: targets.next() });
            let (deadline, late) = (None, None);
            let wait = Wait { tile: id, deadline, late, arms: Vec::new(), run };
            self.end(at, Terminator::Suspend(wait));
        }
        Ok(join)
    }

    /// The tile is arrived at once before the first round and again after each.
    fn repeat(
        &mut self,
        repeat: &'a thir::Repeat,
        id: TileId,
        at: BlockId,
    ) -> Result<BlockId, LowerError> {
        self.step(at, Step::Rounds { left: repeat.left, times: &repeat.times });
        let (again, done, join) = (self.block(), self.block(), self.block());
        if let (Some(next), Some(every)) = (repeat.next, &repeat.every) {
            self.step(again, Step::Pace { next, every });
        }
        self.step(again, Step::Leave(0));
        self.loops += 1;
        let end = self.sequence(&repeat.body, again);
        self.loops -= 1;
        let back = self.block();
        self.end(end?, Terminator::Goto(back));
        self.step(back, Step::Arrive(id));
        let first = self.unless(repeat.until.as_ref(), again, done);
        self.end(at, Terminator::Countdown { left: repeat.left, more: first, done });
        let mut more = self.unless(repeat.until.as_ref(), again, done);
        if let Some(next) = repeat.next {
            // Asked once more when the time has come.
            let due = self.block();
            let deadline = Some((Deadline::Kept(next), more));
            let (arms, run) = (Vec::new(), None);
            let wait = Wait { tile: id, deadline, late: None, arms, run };
            self.end(due, Terminator::Suspend(wait));
            more = self.unless(repeat.until.as_ref(), due, done);
        }
        self.end(back, Terminator::Countdown { left: repeat.left, more, done });
        self.step(done, Step::Leave(1));
        self.end(done, Terminator::Goto(join));
        Ok(join)
    }

    /// A block that leads to `done` if the condition holds, otherwise on.
    fn unless(&mut self, condition: Option<&'a Expr>, on: BlockId, done: BlockId) -> BlockId {
        let Some(condition) = condition else { return on };
        let block = self.block();
        self.end(block, Terminator::Test { test: Test::Holds(condition), yes: done, no: on });
        block
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
                Step::Capture { value, .. } => found.push(value),
                Step::Rounds { times, .. } => found.push(times),
                Step::Pace { every, .. } => found.push(every),
                Step::Enter(call) => walk::call_roots(call, &mut found),
                Step::Arrive(_)
                | Step::Mark(_)
                | Step::Leave(_)
                | Step::Forget(_)
                | Step::Member { .. } => {}
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
                Some((Deadline::Policy | Deadline::Inside(_) | Deadline::Kept(_), _)) | None => {}
            }
            if let Some(run) = &wait.run {
                walk::call_roots(run.call, found);
            }
            for (trigger, _) in &wait.arms {
                match trigger {
                    Trigger::Event(event) => found.extend(&event.filter),
                    Trigger::When(condition) => walk::condition_roots(condition, found),
                    Trigger::Skipped | Trigger::Outcome(_) => {}
                }
            }
        }
        Terminator::Goto(_)
        | Terminator::Countdown { .. }
        | Terminator::Split { .. }
        | Terminator::Exit(_)
        | Terminator::End => {}
    }
}
