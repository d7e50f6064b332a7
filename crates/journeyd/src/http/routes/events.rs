//! Events come in.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use journey_engine::command::{Reply as Done, What};
use journey_engine::rejected::Rejected;
use journey_intake::{Decoder, Elements, Form, Limits, Named, Rules};
use journey_vm::Row;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::{Raw, media_type};
use super::super::problem::{Problem, ProblemKind};
use super::super::reply::Reply;
use super::super::state::AppState;
use crate::runtime::Submission;

/// How many events one request may bring.
const MOST: usize = 10_000;
/// How long an event may be, in bytes.
const LONGEST: usize = 256 * 1024;
/// How deep its values may nest.
const DEPTH: usize = 32;
/// How often a request is read again because what is live was changed under it.
const TRIES: usize = 5;
/// How much of an event that was not taken is kept to be looked at.
const KEPT: usize = 4_096;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(take))
}

/// What became of the events of a request.
#[derive(Debug, Default, Serialize, ToSchema)]
struct Taken {
    /// Events that are durable now; those that were seen before are among them.
    accepted: usize,
    /// Those among them that were seen before.
    duplicates: usize,
    /// Events that were not taken.
    rejected: usize,
    /// Which, and why not.
    errors: Vec<NotTaken>,
}

/// An event that was not taken.
#[derive(Debug, Serialize, ToSchema)]
struct NotTaken {
    /// Which of the request, from 0.
    index: usize,
    /// Why.
    reason: String,
}

/// An event as it stands in a body; for the document.
#[derive(ToSchema)]
#[schema(as = Event)]
#[allow(dead_code, reason = "says what a body looks like")]
struct EventBody {
    /// Whose it is.
    customer_id: String,
    /// Its name on the wire.
    event: String,
    /// When it happened; now if nothing is said.
    #[schema(format = "date-time")]
    ts: Option<String>,
    /// By which a repetition is recognised within seven days.
    id: Option<String>,
    /// Its properties.
    #[schema(value_type = Option<Object>)]
    properties: Option<()>,
}

/// Takes events: one, an array of them, or lines (`application/x-ndjson`).
///
/// Each is taken or not by itself; the answer says which were not, and why. What is accepted is durable.
#[utoipa::path(post, path = "/api/v1/events", operation_id = "take_events", tag = "events",
    request_body(content((EventBody = "application/json"), (String = "application/x-ndjson"))),
    responses((status = 200, description = "What became of them", body = Taken)))]
async fn take(
    State(state): State<AppState>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Reply, Problem> {
    let form = match media_type(&headers).as_str() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Form::Lines,
        "application/json" => Form::of_json(&body),
        _ => {
            let detail = "send events as application/json or application/x-ndjson";
            return Err(Problem::new(ProblemKind::UnsupportedMediaType, detail));
        }
    };
    for _ in 0..TRIES {
        let read = read(&state, &body, form)?;
        let replies = state.services.runtime.submit(read.submissions).await?;
        // What is live was changed between reading and doing: events of the request that were done
        // already have ids or not; those that were not are all that is done again.
        let stale = replies.iter().filter(|it| **it == Done::Stale).count();
        if stale > 0 && stale == replies.len() - read.rejections {
            continue;
        }
        let mut taken = read.taken;
        taken.accepted = replies.len() - read.rejections - stale;
        taken.duplicates = replies.iter().filter(|it| **it == Done::Duplicate).count();
        return Reply::json(StatusCode::OK, &taken);
    }
    let wait = std::time::Duration::from_secs(1);
    Err(Problem::unavailable("what is live is being changed; try again", wait))
}

/// The events of a body, read.
struct Read {
    submissions: Vec<Submission>,
    /// How many of them only write down that an event was not taken.
    rejections: usize,
    taken: Taken,
}

fn read(state: &AppState, body: &[u8], form: Form) -> Result<Read, Problem> {
    let services = &state.services;
    let history = services.runtime.history();
    let Some(deployment) = history.deployment() else {
        return Err(Problem::conflict("there is no schema yet; set it with `PUT /api/v1/schema`"));
    };
    let mut decoder = Decoder::new(services.schemas.of(deployment));
    let received = services.runtime.clock().received();
    let rules = Rules { received, ..Rules::default() };
    let limits = Limits { elements: MOST, bytes: LONGEST, depth: DEPTH };
    let mut read = Read { submissions: Vec::new(), rejections: 0, taken: Taken::default() };
    for element in Elements::new(body, form, limits) {
        let mut row = Row::default();
        let event = match element.text {
            Ok(text) => decoder.event(text, rules, &mut row).map_err(|reason| (text, reason)),
            Err(reason) => Err(("", reason)),
        };
        match event {
            Ok(event) => match event.event {
                Named::Declared(number) => {
                    let what = What::Event {
                        deployment: deployment.number,
                        event: number,
                        at: event.at,
                        id: event.id.map(Into::into),
                        row,
                    };
                    read.submissions.push(Submission::new(event.customer, what));
                }
                Named::Undeclared(name) => {
                    let reason = format!("the event `{name}` is not declared");
                    let customer = Some(event.customer.to_owned());
                    read.reject(
                        services.runtime.clock().now(),
                        element.index,
                        reason,
                        customer,
                        "",
                    );
                }
            },
            Err((text, reason)) => {
                let now = services.runtime.clock().now();
                read.reject(now, element.index, reason.to_string(), None, text);
            }
        }
    }
    Ok(read)
}

impl Read {
    fn reject(
        &mut self,
        at: i64,
        index: usize,
        reason: String,
        customer: Option<String>,
        text: &str,
    ) {
        let end = (0..=KEPT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        let text = text.get(..end.unwrap_or(0)).unwrap_or_default().to_owned();
        let whose = customer.clone().unwrap_or_default();
        let rejected = Rejected { at, customer, reason: reason.clone(), text };
        self.submissions.push(Submission::new(&whose, What::Reject(rejected)));
        self.rejections += 1;
        self.taken.rejected += 1;
        self.taken.errors.push(NotTaken { index, reason });
    }
}
