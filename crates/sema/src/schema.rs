//! The schema of a workspace and the checked workspace as a whole: what the compiler's back end
//! and the commands take.

use std::sync::Arc;

use crate::{Field, Marks, thir};

/// All declarations that journeys are checked against. Every list is sorted by name in source, so
/// that the order of files and declarations never matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Schema {
    /// Traits of the customer.
    pub traits: Vec<Field>,
    /// Events.
    pub events: Vec<EventType>,
    /// Destinations.
    pub destinations: Vec<DestinationType>,
    /// Actions of all destinations.
    pub actions: Vec<ActionType>,
}

/// A declared event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventType {
    /// The name in source.
    pub name: Arc<str>,
    /// The name on the wire.
    pub wire: Arc<str>,
    /// Properties in declaration order.
    pub properties: Vec<Field>,
}

/// A declared action.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ActionType {
    /// `destination.action`
    pub name: Arc<str>,
    /// Kind of its destination.
    pub kind: DestinationKind,
    /// Parameters in declaration order.
    pub params: Vec<Field>,
    /// The policy it is under.
    pub policy: Option<Arc<str>>,
    /// What its attributes say.
    pub marks: Marks,
}

/// A declared destination.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DestinationType {
    /// The name in source.
    pub name: Arc<str>,
    /// Its kind.
    pub kind: DestinationKind,
    /// What can be set from outside, in declaration order.
    pub settings: Vec<Field>,
    /// Texts that are known outside only.
    pub secrets: Vec<Arc<str>>,
}

/// Kinds of destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DestinationKind {
    /// Makes HTTP requests.
    Http,
    /// Sends mail.
    Smtp,
    /// Writes a structured line.
    Log,
}

/// A workspace without errors, ready to be compiled or tested.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Name of the workspace.
    pub name: Arc<str>,
    /// IANA time zone of the workspace.
    pub timezone: Arc<str>,
    /// Its schema.
    pub schema: Schema,
    /// Policies by name.
    pub policies: Vec<Arc<thir::Policy>>,
    /// What the actions that send something send, by action.
    pub requests: Vec<Arc<thir::Request>>,
    /// Audiences, each after those its definition reads, otherwise by name.
    pub audiences: Vec<Arc<thir::Audience>>,
    /// Journeys by name.
    pub journeys: Vec<Arc<thir::Journey>>,
    /// Tests in the order of files and of declarations, with the file and its item's offset in it.
    pub tests: Vec<CheckedTest>,
}

/// A test and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedTest {
    /// The file.
    pub file: journey_base::FileId,
    /// Offset of the test's item in that file, to which its ranges are relative.
    pub offset: u32,
    /// The test.
    pub test: Arc<thir::Test>,
}
