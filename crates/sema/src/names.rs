//! The kinds of names a workspace declares.

use std::fmt;

/// A namespace. Names of one kind are unique in a workspace, and so are their names on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, salsa::SalsaValue)]
pub(crate) enum NameKind {
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
