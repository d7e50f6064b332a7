//! The control-flow graph of a journey.
//!
//! A [`Journey`] here is the tree of tiles taken apart into basic blocks: steps that happen
//! without pause, ended by the one thing that decides where to go on. Expressions are still those
//! of the typed tree, so what is compared or moved between versions of a journey is compared
//! here, where structure is plain and registers do not exist yet.
//!
//! The language has no goto: a block is entered only from tiles before it, but for the end of a
//! loop's round, which leads back to the loop's tile. So every cycle passes a
//! [`Terminator::Countdown`].

use journey_bytecode::TileKind;
use journey_sema::thir::{self, BindingId, Condition, Expr};

/// Index into [`Journey::tiles`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId(pub usize);

/// Index into [`Journey::blocks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub usize);

/// A journey as a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Journey<'a> {
    /// The journey it was made of: header, bindings, names.
    pub source: &'a thir::Journey,
    /// All tiles in source order, those that cannot be reached too.
    pub tiles: Vec<Tile<'a>>,
    /// Basic blocks; the first is where an instance begins. Blocks that cannot be reached are
    /// still here: [`Journey::layout`] leaves them out.
    pub blocks: Vec<Block<'a>>,
    /// All outcomes: those of the header in source order, then those of the body.
    pub outcomes: Vec<&'a str>,
    /// Labels of the tiles that some history window counts from, in the order of the tiles.
    pub marks: Vec<&'a str>,
}

/// A tile of the canvas.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile<'a> {
    /// The tile in the tree.
    pub source: &'a thir::Tile,
    /// Its label, or kind and place.
    pub id: String,
    /// Its kind.
    pub kind: TileKind,
    /// Labels of its edges in source order.
    pub edges: Vec<String>,
}

/// Steps without a pause, and how they end.
#[derive(Debug, Clone, PartialEq)]
pub struct Block<'a> {
    /// What happens, in order.
    pub steps: Vec<Step<'a>>,
    /// Where it goes on.
    pub end: Terminator<'a>,
}

/// One step of a block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step<'a> {
    /// Arrives at a tile.
    Arrive(TileId),
    /// Windows that count from this mark begin anew. Index into [`Journey::marks`].
    Mark(usize),
    /// Leaves the tile by one of its edges.
    Leave(usize),
    /// Puts the customer into an audience or takes it out.
    Member {
        /// The audience.
        audience: &'a str,
        /// Whether it is a member from now on.
        member: bool,
    },
    /// Calls a webhook.
    Call {
        /// The tile.
        tile: TileId,
        /// What is called.
        webhook: &'a thir::Webhook,
    },
    /// Sends a message.
    Send {
        /// `destination.action`
        action: &'a str,
        /// A value for each parameter that is given.
        args: &'a [(std::sync::Arc<str>, Expr)],
        /// The binding that takes the id of the message.
        binding: Option<BindingId>,
    },
    /// Keeps a value.
    Capture {
        /// What it is known as.
        binding: BindingId,
        /// The value.
        value: &'a Expr,
    },
    /// Forgets what an optional binding held the last time.
    Forget(BindingId),
    /// Settles how many rounds a loop has.
    Rounds {
        /// What keeps the number of those that are left.
        left: BindingId,
        /// The number.
        times: &'a Expr,
    },
    /// Settles when the next round of a loop may begin: a duration from now.
    Pace {
        /// What keeps the time.
        next: BindingId,
        /// The duration.
        every: &'a Expr,
    },
    /// Starts a journey.
    Enter(&'a thir::Call),
    /// Updates traits of the customer.
    Update(&'a [(std::sync::Arc<str>, Expr)]),
}

/// How a block ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Terminator<'a> {
    /// Goes on elsewhere.
    Goto(BlockId),
    /// Goes on by a test.
    Test {
        /// What is tested.
        test: Test<'a>,
        /// Where to go if it holds.
        yes: BlockId,
        /// Where to go if not.
        no: BlockId,
    },
    /// Takes one off the rounds that are left.
    Countdown {
        /// What keeps their number.
        left: BindingId,
        /// Where to go if there was one.
        more: BlockId,
        /// Where to go if not.
        done: BlockId,
    },
    /// Goes on where the customer is assigned to.
    Split {
        /// The name of the split.
        name: &'a str,
        /// Whether each entry draws anew.
        per_entry: bool,
        /// Name, share and block of each arm.
        arms: Vec<(&'a str, u32, BlockId)>,
    },
    /// Stands still.
    Suspend(Wait<'a>),
    /// Leaves the journey. Index into [`Journey::outcomes`].
    Exit(usize),
    /// The end of the body, which checking has shown no member to reach.
    End,
}

/// A test at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Test<'a> {
    /// A bool.
    Holds(&'a Expr),
    /// Whether the subject is one of the values.
    IsOneOf {
        /// What is branched on.
        subject: &'a Expr,
        /// The values of one arm.
        values: &'a [Expr],
    },
}

/// Where an instance stands still, and what ends it.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait<'a> {
    /// The tile: a wait, or a send under a policy.
    pub tile: TileId,
    /// How long at most, and where to go on then.
    pub deadline: Option<(Deadline<'a>, BlockId)>,
    /// Where to go on if the instant of the deadline is past on arrival, if that is elsewhere.
    pub late: Option<BlockId>,
    /// What it waits for, in source order, and where to go on.
    pub arms: Vec<(Trigger<'a>, BlockId)>,
    /// The journey that is started and waited for, which is all it waits for.
    pub run: Option<Run<'a>>,
}

/// A journey that is started, and where to go on when it has exited.
#[derive(Debug, Clone, PartialEq)]
pub struct Run<'a> {
    /// What is started.
    pub call: &'a thir::Call,
    /// By how it ended, in source order.
    pub ends: Vec<(&'a thir::RunEnd, BlockId)>,
    /// Where no arm takes the end.
    pub rest: Option<BlockId>,
}

/// The end of a wait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deadline<'a> {
    /// A duration after arrival.
    After(&'a Expr),
    /// An instant.
    At(&'a Expr),
    /// When the policy lets the message go with whose sending the block that follows begins.
    Policy,
    /// The next instant inside certain days and hours.
    Inside(thir::Window),
    /// The instant that a binding keeps.
    Kept(BindingId),
}

/// What ends a wait before its deadline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trigger<'a> {
    /// An event.
    Event(&'a thir::EventMatch),
    /// A condition.
    When(&'a Condition),
    /// The policy skips the message.
    Skipped,
    /// This has become of the message or call.
    Outcome(thir::Outcome),
}

impl<'a> Journey<'a> {
    /// The block of an id; an empty one where there is none, which building rules out.
    pub fn block(&self, id: BlockId) -> &Block<'a> {
        const NONE: &Block<'static> = &Block { steps: Vec::new(), end: Terminator::End };
        self.blocks.get(id.0).unwrap_or(NONE)
    }

    /// Where going to `id` really leads: blocks that do nothing but go on are passed over.
    pub fn resolve(&self, mut id: BlockId) -> BlockId {
        // A cycle has a block that does something; the bound says so to those who doubt it.
        for _ in 0..self.blocks.len() {
            match self.block(id) {
                Block { steps, end: Terminator::Goto(next) } if steps.is_empty() => id = *next,
                _ => break,
            }
        }
        id
    }

    /// Where `block` can go on, in source order, empty blocks passed over.
    pub fn successors(&self, block: BlockId) -> Vec<BlockId> {
        let ids = match &self.block(block).end {
            Terminator::Goto(next) => vec![*next],
            Terminator::Test { yes, no, .. } => vec![*yes, *no],
            Terminator::Countdown { more, done, .. } => vec![*more, *done],
            Terminator::Split { arms, .. } => arms.iter().map(|(_, _, to)| *to).collect(),
            Terminator::Suspend(wait) => {
                let arms = wait.arms.iter().map(|(_, to)| *to);
                let ends = wait
                    .run
                    .iter()
                    .flat_map(|run| run.ends.iter().map(|(_, to)| *to).chain(run.rest));
                let deadline = wait.deadline.map(|(_, to)| to);
                arms.chain(deadline).chain(wait.late).chain(ends).collect()
            }
            Terminator::Exit(_) | Terminator::End => Vec::new(),
        };
        ids.into_iter().map(|id| self.resolve(id)).collect()
    }

    /// The blocks that can be reached, each after all that lead to it, the end of a loop's round
    /// aside, and otherwise in source order: the order in which code is laid out.
    pub fn layout(&self) -> Vec<BlockId> {
        // Reverse postorder of a depth-first walk that takes later successors first, with a
        // stack of its own: journeys can be long.
        let mut order = Vec::new();
        let mut seen = vec![false; self.blocks.len()];
        let start = self.resolve(BlockId(0));
        let mut stack = vec![(start, self.successors(start))];
        mark(&mut seen, start);
        while let Some((block, left)) = stack.last_mut() {
            match left.pop() {
                Some(next) => {
                    if mark(&mut seen, next) {
                        stack.push((next, self.successors(next)));
                    }
                }
                None => {
                    order.push(*block);
                    stack.pop();
                }
            }
        }
        order.reverse();
        order
    }

    /// The index of an outcome.
    pub fn outcome(&self, name: &str) -> Option<usize> {
        self.outcomes.iter().position(|outcome| *outcome == name)
    }
}

/// Marks a block as seen; whether it was not before.
fn mark(seen: &mut [bool], id: BlockId) -> bool {
    match seen.get_mut(id.0) {
        Some(seen) => !std::mem::replace(seen, true),
        None => false,
    }
}
