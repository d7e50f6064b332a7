//! What Segment's libraries send, at the root, where they send it.
//!
//! The libraries stop at any answer but 2xx, or try again at 408, 429 and 5xx; so a message that cannot be
//! taken is answered 200 and goes to the log of rejected events, and a server that cannot take anything
//! yet says 503.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use journey_engine::command::What;
use journey_engine::deploy::Deployment;
use journey_intake::Decoder;
use journey_intake::segment::Taken as Message;
use journey_intake::segment::{Body, Endpoint, Terms, Times, body};
use journey_vm::Row;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::{Params, Raw};
use super::super::group::who;
use super::super::problem::{Problem, ProblemKind};
use super::super::rate::RateClass;
use super::super::reply::Reply;
use super::super::state::{AppState, permit};
use super::taking::{Batch, MOST, Patience, Taken, limits, take_all};
use crate::auth::{Principal, Scope};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(take))
}

/// What the path ends with; for the document.
#[derive(ToSchema)]
#[schema(as = SegmentCall, rename_all = "lowercase")]
#[allow(dead_code, reason = "says what a path looks like")]
enum Call {
    Track,
    Identify,
    Page,
    Screen,
    Group,
    Alias,
    Batch,
    Import,
    T,
    I,
    P,
    S,
    G,
    A,
    B,
    M,
}

/// What became of the messages of a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SegmentAnswer)]
struct Answer {
    /// Whether the request was taken; so it was.
    success: bool,
    #[serde(flatten)]
    taken: Taken,
    /// Messages that mean nothing here, by why: `undeclared_event`, `no_page_event`, `no_screen_event`,
    /// `group_not_supported`, `alias_not_supported`.
    ignored: BTreeMap<&'static str, usize>,
}

/// Takes what Segment's libraries send.
///
/// By the long names (`track`, `batch`, …) and by the short ones of the library for browsers; whatever the
/// content type. The key, which needs the scope `ingest`, is the user name of Basic authorization, or the
/// `writeKey` of the body. What is accepted is durable. Messages that are not taken are listed in the answer and kept in the log of rejected events.
#[utoipa::path(post, path = "/v1/{call}", operation_id = "take_segment_messages", tag = "events",
    params(("call" = inline(Call), Path, description = "What is called")),
    request_body(content = Object, content_type = "application/json"),
    security(("bearer" = ["ingest"]), ("basic" = ["ingest"]), ()),
    responses((status = 200, description = "What became of them", body = Answer),
        (status = 401, response = Problem), (status = 404, response = Problem)))]
async fn take(
    State(state): State<AppState>,
    Params(call): Params<String>,
    headers: HeaderMap,
    Raw(bytes): Raw,
) -> Result<Reply, Problem> {
    let endpoint = Endpoint::of_path(&call)
        .ok_or_else(|| Problem::not_found(format!("there is no call `{call}` at /v1")))?;
    if endpoint == Endpoint::Metrics {
        // What the browser's library measures of itself comes without a key, and nothing is done with it.
        return answer(Taken::default(), BTreeMap::new());
    }
    let body = body(endpoint, &bytes, limits(&state, MOST)).map_err(|reason| {
        Problem::new(ProblemKind::InvalidJson, reason.of_element().to_string())
    })?;
    let sender = sender(&state, &headers, body.write_key.as_deref())?;
    state.rates.count(&sender, RateClass::Ingest)?;
    if state.services.runtime.history().deployment().is_none() {
        let wait = Duration::from_secs(10);
        return Err(Problem::unavailable("there is no schema yet; try again later", wait));
    }
    let mut ignored = BTreeMap::new();
    let taken = take_all(&state, Patience::None, |deployment, batch| {
        read(&state, deployment, (endpoint, &body), batch, &mut ignored)
    });
    let taken = taken.await?;
    answer(taken, ignored)
}

fn answer(taken: Taken, ignored: BTreeMap<&'static str, usize>) -> Result<Reply, Problem> {
    Reply::json(StatusCode::OK, &Answer { success: true, taken, ignored })
}

/// Who sends it, by the header or, as from a beacon that has none, by the key in the body.
fn sender(
    state: &AppState,
    headers: &HeaderMap,
    write_key: Option<&str>,
) -> Result<Principal, Problem> {
    if let Some(key) = write_key.filter(|_| !headers.contains_key(AUTHORIZATION)) {
        return state.authorize(key, Scope::Ingest);
    }
    let principal = who(state, headers)?;
    permit(&principal, Scope::Ingest)?;
    Ok(principal)
}

fn read(
    state: &AppState,
    deployment: &Deployment,
    (endpoint, body): (Endpoint, &Body<'_>),
    batch: &mut Batch,
    ignored: &mut BTreeMap<&'static str, usize>,
) -> Result<(), Problem> {
    let services = &state.services;
    let kind = match endpoint {
        Endpoint::Message(kind) => Some(kind),
        Endpoint::Batch | Endpoint::Metrics => None,
    };
    let mut decoder = Decoder::new(services.schemas.of(deployment));
    let now = services.runtime.clock().now();
    let times = Times { received: now, sent: body.sent };
    let first = batch.is_first();
    for message in body.messages.clone() {
        let index = message.index;
        if !batch.wants(index) {
            continue;
        }
        let text = match message.text {
            Ok(text) => text,
            Err(reason) => {
                batch.reject((index, now), reason.of_element().to_string(), None, "");
                continue;
            }
        };
        let mut row = Row::default();
        match decoder.message(kind, text, &Terms::default(), times, &mut row) {
            Ok(Message::Event { customer, event, at, id }) => {
                let (deployment, id) = (deployment.number, id.map(Into::into));
                batch.take(index, customer, What::Event { deployment, event, at, id, row });
            }
            Ok(Message::Traits { customer, changes }) => {
                let deployment = deployment.number;
                batch.take(index, customer, What::Traits { deployment, changes });
            }
            Ok(Message::Ignored(why)) => {
                *ignored.entry(why.code()).or_default() += usize::from(first);
            }
            Err(reasons) => {
                let reasons: Vec<String> =
                    reasons.iter().map(|reason| reason.of_element().to_string()).collect();
                batch.reject((index, now), reasons.join("; "), None, text);
            }
        }
    }
    Ok(())
}
