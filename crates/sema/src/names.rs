//! The kinds of names a workspace declares, and which of them stand in open files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// A namespace. Names of one kind are unique in a workspace, and so are their names on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, salsa::SalsaValue)]
pub enum NameKind {
    /// A trait of the customer.
    Trait,
    /// An event.
    Event,
    /// An audience.
    Audience,
    /// A destination.
    Destination,
    /// An action, called `destination.action`.
    Action,
    /// A policy that actions are under.
    Policy,
    /// A secret, called `destination.secret`.
    Secret,
    /// A journey.
    Journey,
    /// A constant.
    Constant,
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NameKind::Trait => "trait",
            NameKind::Event => "event",
            NameKind::Audience => "audience",
            NameKind::Destination => "destination",
            NameKind::Action => "action",
            NameKind::Policy => "policy",
            NameKind::Secret => "secret",
            NameKind::Journey => "journey",
            NameKind::Constant => "constant",
        })
    }
}

/// Some names of each kind.
type ByKind = BTreeMap<NameKind, BTreeSet<Arc<str>>>;

/// The names that open files declare. A keystroke seldom changes which they are, so what speaks of
/// none of them need not be looked at after it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct OpenNames {
    names: ByKind,
    wires: ByKind,
}

impl OpenNames {
    /// Names in source, and names on the wire.
    pub(crate) fn new(names: ByKind, wires: ByKind) -> OpenNames {
        OpenNames { names, wires }
    }

    /// Whether this name is among them.
    pub(crate) fn has(&self, kind: NameKind, name: &str) -> bool {
        self.names.get(&kind).is_some_and(|names| names.contains(name))
    }

    /// Whether this name on the wire is among them.
    pub(crate) fn has_wire(&self, kind: NameKind, wire: &str) -> bool {
        self.wires.get(&kind).is_some_and(|wires| wires.contains(wire))
    }

    /// Whether any name of a kind is.
    pub(crate) fn has_any(&self, kind: NameKind) -> bool {
        self.names.contains_key(&kind)
    }
}
