//! Messages as Segment's libraries send them, mapped to what this schema knows.
//!
//! | message | becomes |
//! | --- | --- |
//! | `track` | the event whose name on the wire is `event`, with `messageId` as its id |
//! | `identify` | changes of traits: `null` takes a trait away, what is not there stays |
//! | `page`, `screen` | the event that [`Terms`] name, `name` and `category` among its properties; passed over where the schema has no such event |
//! | `group`, `alias`, metrics | nothing: they are not supported, and passed over |
//!
//! The customer is `userId`; without one it is `anonymousId`, if [`Terms`] say so. Each message of a batch
//! is taken or rejected by itself.
//!
//! A message happened at its `timestamp`, by a clock that may be wrong. `sentAt` was read from the same
//! clock when the message left, so the difference between `sentAt` and the time it came is taken off. A
//! message that has both `timestamp` and `originalTimestamp` was corrected by who passed it on.
//!
//! Start at [`Endpoint::of_path`] and [`body`]; then [`Decoder::message`](crate::Decoder::message) for
//! each of [`Body::messages`].

mod body;
mod fields;
mod message;

pub use body::{Body, body};
pub use message::{Ignored, Taken};

use crate::decode::Strangers;

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Track,
    Identify,
    Page,
    Screen,
    Group,
    Alias,
}

impl Kind {
    const ALL: [Kind; 6] =
        [Kind::Track, Kind::Identify, Kind::Page, Kind::Screen, Kind::Group, Kind::Alias];

    /// The kind as messages write it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Track => "track",
            Kind::Identify => "identify",
            Kind::Page => "page",
            Kind::Screen => "screen",
            Kind::Group => "group",
            Kind::Alias => "alias",
        }
    }

    fn of(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a request brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// One message.
    Message(Kind),
    /// Messages of any kind.
    Batch,
    /// What the browser's library measures of itself. Nothing of it is for us.
    Metrics,
}

impl Endpoint {
    /// What is posted to `/v1/NAME`: by the long names, and by the short ones of the browser's library.
    pub fn of_path(name: &str) -> Option<Endpoint> {
        Some(match name {
            "track" | "t" => Endpoint::Message(Kind::Track),
            "identify" | "i" => Endpoint::Message(Kind::Identify),
            "page" | "p" => Endpoint::Message(Kind::Page),
            "screen" | "s" => Endpoint::Message(Kind::Screen),
            "group" | "g" => Endpoint::Message(Kind::Group),
            "alias" | "a" => Endpoint::Message(Kind::Alias),
            "batch" | "b" | "import" => Endpoint::Batch,
            "m" => Endpoint::Metrics,
            _ => return None,
        })
    }
}

/// How messages are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms<'t> {
    /// The name on the wire of the event that a `page` is; none are passed over.
    pub page: Option<&'t str>,
    /// The same for a `screen`.
    pub screen: Option<&'t str>,
    /// What becomes of messages that have an `anonymousId` alone.
    pub anonymous: Anonymous,
    /// What becomes of an event that is not declared.
    pub events: Strangers,
    /// What becomes of properties, traits and fields of records that are not declared.
    pub values: Strangers,
}

impl Default for Terms<'_> {
    fn default() -> Self {
        Terms {
            page: Some("Page Viewed"),
            screen: Some("Screen Viewed"),
            anonymous: Anonymous::Take,
            events: Strangers::Count,
            values: Strangers::Count,
        }
    }
}

/// What becomes of messages that have an `anonymousId` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anonymous {
    /// It is the customer's id. Who is identified later is another customer.
    Take,
    /// They are passed over.
    Ignore,
}

/// When messages came, and left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// When they came.
    pub received: i64,
    /// When they left, by the clock that wrote their timestamps, as far as the batch says it.
    pub sent: Option<i64>,
}
