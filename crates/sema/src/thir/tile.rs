//! Tiles: what a journey does, statement by statement.

use std::sync::Arc;

use journey_base::TextRange;

use super::{BindingId, Condition, EventMatch, Expr, HttpRequest};
use crate::Type;

/// A tile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Its label.
    pub label: Option<Arc<str>>,
    /// Its doc comment, empty where it has none.
    pub doc: Arc<str>,
    /// What it does.
    pub kind: TileKind,
    /// Where it stands, relative to its item.
    pub range: TextRange,
    /// The source of its head on one line, for people: `wait up to 2d`, `branch plan`.
    pub title: Arc<str>,
}

/// What a tile does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TileKind {
    /// `wait 3d`: a duration
    WaitFor(Expr),
    /// `wait until TIME`
    WaitUntil {
        /// A time, continuous in what it reads.
        time: Expr,
        /// What runs if it is past on arrival; goes on at once where there is none.
        late: Option<Vec<Tile>>,
    },
    /// `wait until mon..fri 09:00..17:00`
    WaitWindow(Window),
    /// `wait until CONDITION`: goes on either way
    WaitCondition {
        /// The condition.
        condition: Condition,
        /// `up to D`: a duration
        up_to: Option<Expr>,
    },
    /// `wait for event …`: goes on either way
    WaitEvent {
        /// The event.
        event: EventMatch,
        /// `up to D`: a duration
        up_to: Option<Expr>,
    },
    /// `wait … { arms }`
    WaitArms {
        /// The limit.
        limit: WaitLimit,
        /// Arms in source order.
        arms: Vec<WaitArm>,
        /// The timeout arm; falls through where there is none.
        timeout: Option<Vec<Tile>>,
    },
    /// `branch { when … else … }`
    BranchWhen {
        /// Conditions and blocks in source order.
        arms: Vec<(Expr, Vec<Tile>)>,
        /// The else arm; falls through where there is none.
        otherwise: Option<Vec<Tile>>,
    },
    /// `branch EXPR { values … else … }`
    BranchValue {
        /// What is branched on.
        subject: Expr,
        /// Values (of the subject's type, constants or not) and blocks in source order.
        arms: Vec<(Vec<Expr>, Vec<Tile>)>,
        /// The else arm; where there is none the arms cover all members, or it falls through.
        otherwise: Option<Vec<Tile>>,
    },
    /// `split NAME { … }`
    Split {
        /// Its name.
        name: Arc<str>,
        /// Whether each entry draws anew.
        per_entry: bool,
        /// Arms in source order; shares sum to 100,000.
        arms: Vec<SplitArm>,
    },
    /// `send DEST.ACTION(…)`
    Send {
        /// `destination.action`
        action: Arc<str>,
        /// A value for each parameter that is given, in the order of the parameters.
        args: Vec<(Arc<str>, Expr)>,
        /// `as m`
        binding: Option<BindingId>,
        /// The policy that the action is under.
        policy: Option<Arc<str>>,
        /// What happens by outcome, in source order; without arms the member goes on at once.
        arms: Option<Vec<OutcomeArm>>,
    },
    /// `webhook METHOD URL { … }`
    Webhook(Box<Webhook>),
    /// `update customer { … }`; traits by name in source
    Update(Vec<(Arc<str>, Expr)>),
    /// `add customer to AUDIENCE`, `remove customer from AUDIENCE`; one without a definition
    Member {
        /// The audience.
        audience: Arc<str>,
        /// Whether the customer is a member from now on.
        member: bool,
    },
    /// `let x = …`: no tile of the canvas; what it captures is in scope behind it
    Let(BindingId, Expr),
    /// `enter J(…)`: starts a journey and goes on
    Enter(Call),
    /// `run J(…) { … }`: starts a journey and waits until it has exited
    Run {
        /// What is started.
        call: Call,
        /// Arms in source order.
        arms: Vec<RunArm>,
        /// The else arm.
        otherwise: Option<Vec<Tile>>,
        /// Whether the arms leave nothing over, so that it cannot fall through.
        covered: bool,
    },
    /// `repeat up to N times (every D)? (until COND)? { … }`
    Repeat(Box<Repeat>),
    /// `exit NAME`
    Exit(Arc<str>),
}

/// Days and hours to wait for, by local clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// A bit for each day of the week, Monday the lowest; never none.
    pub days: u8,
    /// Hours of those days.
    pub hours: Hours,
}

/// Hours of a day, in milliseconds since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hours {
    /// All of them.
    All,
    /// `a..b`, wrapping at midnight; the two differ
    Range(i32, i32),
    /// A point in time of day: the next one.
    At(i32),
}

/// What becomes of a message or of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// `delivered`, of a webhook `ok`
    Delivered,
    /// `failed`
    Failed,
    /// `skipped`
    Skipped,
}

/// What happens by one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OutcomeArm {
    /// Which.
    pub outcome: Outcome,
    /// What runs then.
    pub body: Vec<Tile>,
}

/// A call of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Webhook {
    /// What is called, and with what.
    pub request: HttpRequest,
    /// Whether personal data may be in it.
    pub pii: bool,
    /// What is read of the response.
    pub response: Option<Response>,
    /// What happens by outcome, in source order; without arms the member goes on at once.
    pub arms: Option<Vec<OutcomeArm>>,
}

/// What is read of the response of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Response {
    /// What it is known as.
    pub binding: BindingId,
    /// Its type.
    pub ty: Type,
}

/// A loop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Repeat {
    /// How many rounds at most: an int, settled on arrival.
    pub times: Expr,
    /// How long after the beginning of a round the next one may begin: a duration.
    pub every: Option<Expr>,
    /// Asked before each round; true ends the loop.
    pub until: Option<Expr>,
    /// What is repeated.
    pub body: Vec<Tile>,
    /// How many rounds are left: an int that nothing else names.
    pub left: BindingId,
    /// When the next round may begin: a time that nothing else names; where there is an `every`.
    pub next: Option<BindingId>,
}

/// A journey that is started, and what it is given.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Call {
    /// Its name in source.
    pub journey: Arc<str>,
    /// A value for each parameter that is given, in the order of the parameters.
    pub args: Vec<(Arc<str>, Expr)>,
    /// Where its entry is an event, a value for each property that is given, in their order.
    pub event: Vec<(Arc<str>, Expr)>,
}

/// An arm of a `run`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RunArm {
    /// When it is taken.
    pub end: RunEnd,
    /// What runs then.
    pub body: Vec<Tile>,
    /// The source of its head on one line.
    pub title: Arc<str>,
}

/// How a journey that was run came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RunEnd {
    /// With one of these outcomes.
    Exited(Vec<Arc<str>>),
    /// It was not entered at all.
    NotEntered,
}

/// The limit of a wait with arms.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WaitLimit {
    /// None.
    None,
    /// `up to D`: a duration
    UpTo(Expr),
    /// `by TIME`: a time, continuous in the traits it reads
    By(Expr),
}

/// An arm of a wait.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WaitArm {
    /// What opens it.
    pub trigger: ArmTrigger,
    /// What runs then.
    pub body: Vec<Tile>,
    /// The source of its head on one line.
    pub title: Arc<str>,
}

/// What opens an arm of a wait.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ArmTrigger {
    /// `on event …`
    Event(EventMatch),
    /// `when …`
    When(Condition),
}

/// An arm of a split.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SplitArm {
    /// Its name.
    pub name: Arc<str>,
    /// Share in thousandths of a percent.
    pub share: u32,
    /// What runs.
    pub body: Vec<Tile>,
}

impl Tile {
    /// The blocks that the tile opens, in source order.
    pub fn blocks(&self) -> Vec<&[Tile]> {
        fn all<'t>(arms: Vec<&'t [Tile]>, last: &'t Option<Vec<Tile>>) -> Vec<&'t [Tile]> {
            arms.into_iter().chain(last.as_deref()).collect()
        }
        fn outcomes(arms: &Option<Vec<OutcomeArm>>) -> Vec<&[Tile]> {
            arms.iter().flatten().map(|arm| &*arm.body).collect()
        }
        match &self.kind {
            TileKind::WaitUntil { late, .. } => all(Vec::new(), late),
            TileKind::WaitArms { arms, timeout, .. } => {
                all(arms.iter().map(|arm| &*arm.body).collect(), timeout)
            }
            TileKind::BranchWhen { arms, otherwise } => {
                all(arms.iter().map(|(_, body)| &**body).collect(), otherwise)
            }
            TileKind::BranchValue { arms, otherwise, .. } => {
                all(arms.iter().map(|(_, body)| &**body).collect(), otherwise)
            }
            TileKind::Split { arms, .. } => arms.iter().map(|arm| &*arm.body).collect(),
            TileKind::Send { arms, .. } => outcomes(arms),
            TileKind::Webhook(webhook) => outcomes(&webhook.arms),
            TileKind::Run { arms, otherwise, .. } => {
                all(arms.iter().map(|arm| &*arm.body).collect(), otherwise)
            }
            TileKind::Repeat(repeat) => vec![&repeat.body],
            TileKind::WaitFor(_)
            | TileKind::WaitWindow(_)
            | TileKind::WaitCondition { .. }
            | TileKind::WaitEvent { .. }
            | TileKind::Update(_)
            | TileKind::Member { .. }
            | TileKind::Let(..)
            | TileKind::Enter(_)
            | TileKind::Exit(_) => Vec::new(),
        }
    }
}
