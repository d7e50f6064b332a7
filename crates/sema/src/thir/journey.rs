//! A journey: who enters, who may come again, when members leave.

use std::sync::Arc;

use super::{Condition, Expr, Tile};
use crate::{Field, Type};

/// Index into [`Journey::bindings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BindingId(pub u32);

/// A journey that checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Journey {
    /// The name in source.
    pub name: Arc<str>,
    /// The display name; the name where none was given.
    pub title: Arc<str>,
    /// What an entry by hand brings along, in declaration order. Without it a parameter has its
    /// default, or is unset.
    pub params: Vec<Param>,
    /// Who enters.
    pub entry: Entry,
    /// `for each LIST as x`: an instance for each element.
    pub each: Option<Each>,
    /// `keyed by EXPR`: a scalar over the bindings of the entry; an instance for each value instead
    /// of one a customer.
    pub key: Option<Expr>,
    /// Who may come again.
    pub reenter: Reenter,
    /// What becomes of an entry while the customer is inside.
    pub inside: WhileInside,
    /// The name of the time zone in which local times are read: a text over constants, traits,
    /// audiences and the entry's event. Where there is none, the workspace's.
    pub timezone: Option<Expr>,
    /// Exit criteria in source order.
    pub exits: Vec<ExitCriterion>,
    /// Goals in source order.
    pub goals: Vec<Goal>,
    /// Parameters, event bindings, messages and captured values, in order of appearance.
    pub bindings: Vec<Binding>,
    /// The body.
    pub body: Vec<Tile>,
}

/// What a name in a journey is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Binding {
    /// The name.
    pub name: Arc<str>,
    /// What it holds.
    pub kind: BindingKind,
}

/// What a binding holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BindingKind {
    /// An event; `optional` where the wait may have ended without it.
    Event {
        /// The event's name in source.
        event: Arc<str>,
        /// Whether it may be unset.
        optional: bool,
    },
    /// A message (`send … as m`); its only property is `id`.
    Message,
    /// A value: of a parameter, or of a `let` tile.
    Value(Type),
}

/// A parameter of a journey.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Param {
    /// Name, type and default.
    pub field: Field,
    /// What the journey knows it as.
    pub binding: BindingId,
}

/// How an instance begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Entry {
    /// On an event.
    Event(EventMatch),
    /// On joining an audience.
    Audience {
        /// Which.
        audience: Arc<str>,
        /// Whether those enter, too, who are members when the journey is activated.
        existing: bool,
    },
    /// By hand only.
    Manual,
}

/// `event NAME (as x)? (where cond)?`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventMatch {
    /// The event's name in source.
    pub event: Arc<str>,
    /// The binding it is captured into.
    pub binding: Option<BindingId>,
    /// Only where this holds. Speaks of the event at hand by `ExprKind::Event`.
    pub filter: Option<Expr>,
    /// In a wait: since when an earlier event will do as well.
    pub since: Option<Since>,
}

/// Since when an event that came before the wait will do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Since {
    /// Since the entry, the event that caused it included.
    Entered,
    /// Since the last arrival at the labelled tile.
    Label(Arc<str>),
}

/// When a customer who left may enter again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reenter {
    /// `never`
    Never,
    /// `always`
    Always,
    /// `later`
    Later,
    /// `after D`, milliseconds
    After(i64),
}

/// What becomes of an entry while the customer is inside, with the same key where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhileInside {
    /// `ignore`
    Ignore,
    /// `restart`: the instance leaves with the outcome [`RESTARTED`] and a new one begins
    Restart,
    /// `refresh`: the instance goes on with the bindings of the new entry
    Refresh,
}

/// The outcome of an instance that another one takes the place of.
pub const RESTARTED: &str = "restarted";

/// `for each LIST as x`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Each {
    /// The list, over the event at hand.
    pub list: Expr,
    /// The binding of the element, a [`BindingKind::Value`].
    pub item: BindingId,
}

/// `goal NAME on event … within D`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Goal {
    /// Its name.
    pub name: Arc<str>,
    /// The event that reaches it.
    pub event: EventMatch,
    /// How long after the entry: a duration over constants and bindings of the entry.
    pub within: Expr,
}

/// `exit NAME …` of the header.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExitCriterion {
    /// The outcome.
    pub name: Arc<str>,
    /// When.
    pub trigger: ExitTrigger,
}

/// What sets an exit criterion off.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ExitTrigger {
    /// `on event …`
    Event(EventMatch),
    /// `when …`
    When(Condition),
    /// `after D`: a duration over constants and bindings of the entry
    After(Expr),
}
