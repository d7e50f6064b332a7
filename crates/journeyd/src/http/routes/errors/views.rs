//! Errors as people see them.

use journey_bytecode::{Const, Program};
use journey_delivery::Circuit;
use journey_engine::command::Failure;
use journey_engine::outbox::{Message, Post};
use journey_intake::write_values;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::super::receivers::StandingView;
use super::super::time;
use super::ErrorState;

/// What stands for values that are marked `@pii`.
const REDACTED: &str = "[personal data]";

/// Something that went wrong and is not settled.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorView {
    /// Names it, to try it again or to drop it.
    pub(super) id: String,
    /// How it stands.
    pub(super) state: ErrorState,
    /// Who it is about.
    pub(super) customer: String,
    /// Which membership of the customer in the journey.
    pub(super) membership: u32,
    /// The version of the journey.
    pub(super) version: u32,
    /// The tile it happened at.
    pub(super) tile: Option<String>,
    /// What that tile says.
    pub(super) title: Option<String>,
    /// Why, in one line.
    pub(super) reason: String,
    /// Since when: a member cannot go on, a message is asked for, or was given up.
    #[schema(format = "date-time")]
    pub(super) since: String,
    /// What is to be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) message: Option<MessageView>,
}

/// A message that does not arrive.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessageView {
    /// The action, `destination.action`; or the method of a webhook and the host it calls.
    what: String,
    /// What it is to say, by parameter; `[personal data]` stands for what is marked as such.
    #[schema(value_type = Object)]
    arguments: Value,
    /// The idempotency key, the same in all attempts.
    key: String,
    /// When the journey asked for it.
    #[schema(format = "date-time")]
    asked_at: String,
    /// How often it was tried.
    attempts: u32,
    /// When it is tried next, at the earliest; absent if it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    next_attempt_at: Option<String>,
    /// The status or the code of the last answer, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_status: Option<u16>,
    /// Whether the member stands still until it is known what becomes of it.
    awaited: bool,
    /// Who is called.
    pub(super) receiver: Receiver,
}

/// Who is called.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Receiver {
    /// The destination, or the host of a webhook.
    pub(super) name: String,
    /// Whether it is called at present.
    standing: StandingView,
}

/// What is told of a message beside what it says itself.
pub(super) struct Delivery<'a> {
    pub(super) attempts: u32,
    pub(super) next_at: Option<i64>,
    pub(super) last: Option<&'a Failure>,
    pub(super) receiver: String,
    pub(super) circuit: Option<Circuit>,
}

impl MessageView {
    pub(super) fn of(program: &Program, message: &Message, delivery: Delivery<'_>) -> MessageView {
        let (what, arguments) = match &message.post {
            Post::Action { action, args } => action_of(program, *action, args),
            Post::Call { method, .. } => {
                (format!("{} {}", method.name(), delivery.receiver), Value::Object(Map::new()))
            }
        };
        MessageView {
            what,
            arguments,
            key: message.key.to_string(),
            asked_at: time(message.at),
            attempts: delivery.attempts,
            next_attempt_at: delivery.next_at.map(time),
            last_status: delivery.last.and_then(|last| last.status),
            awaited: message.awaits,
            receiver: Receiver {
                name: delivery.receiver,
                standing: StandingView::of(delivery.circuit.unwrap_or(Circuit::Closed)),
            },
        }
    }
}

/// The name of an action, and its arguments.
fn action_of(program: &Program, action: u16, args: &[(u16, Const)]) -> (String, Value) {
    let Some(action) = program.actions.get(usize::from(action)) else {
        return (String::new(), Value::Object(Map::new()));
    };
    let slot = |number: u16| action.params.get(usize::from(number));
    let is_open = |number: u16| slot(number).is_some_and(|slot| !slot.pii);
    let mut written = String::new();
    write_values(&mut written, &action.params, args.iter().filter(|(number, _)| is_open(*number)));
    let mut written: Map<String, Value> = serde_json::from_str(&written).unwrap_or_default();
    let hidden = args.iter().filter(|(number, value)| !is_open(*number) && *value != Const::Unset);
    for slot in hidden.filter_map(|(number, _)| slot(*number)) {
        written.insert(slot.wire.clone(), Value::String(REDACTED.to_owned()));
    }
    (action.name.clone(), Value::Object(written))
}
