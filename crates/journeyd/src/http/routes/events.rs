//! Events come in.

mod lines;

use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use journey_engine::command::What;
use journey_engine::deploy::Deployment;
use journey_intake::{Decoder, Elements, Form, Named, Reason, Rules};
use journey_vm::Row;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Idempotent;
use super::super::extract::{Raw, is_lines, media_type};
use super::super::problem::{Problem, ProblemKind};
use super::super::reply::Reply;
use super::super::state::{AppState, Services};
use super::taking::{Batch, MOST, Patience, Taken, limits, take_all};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(take))
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
/// Each is taken or not by itself; the answer says which were not, and why. What is accepted is durable. At most
/// 10,000 come in an array. Lines are taken as they come, as many as there are; if something ends that before
/// the last, the problem has in `done` what became of those before: the first `accepted` and `rejected` ones.
#[utoipa::path(post, path = "/api/v1/events", operation_id = "take_events", tag = "events",
    request_body(content((EventBody = "application/json"), (String = "application/x-ndjson"))),
    responses((status = 200, description = "What became of them", body = Taken)))]
async fn take(
    State(state): State<AppState>,
    idempotent: Idempotent,
    request: Request,
) -> Result<Reply, Problem> {
    let headers = request.headers();
    if is_lines(headers) {
        return Reply::json(StatusCode::OK, &lines::take(&state, &idempotent, request).await?);
    }
    if media_type(headers) != "application/json" {
        let detail = "send events as application/json or application/x-ndjson";
        return Err(Problem::new(ProblemKind::UnsupportedMediaType, detail));
    }
    let Raw(body) = Raw::from_request(request, &state).await?;
    let elements = Elements::new(&body, Form::of_json(&body), limits(&state, MOST));
    let read = |deployment: &Deployment, batch: &mut Batch| {
        read(&state.services, deployment, elements.clone(), &idempotent, batch)
    };
    Reply::json(StatusCode::OK, &take_all(&state, Patience::None, read).await?)
}

/// Reads events by what is live.
fn read(
    services: &Services,
    deployment: &Deployment,
    elements: Elements<'_>,
    idempotent: &Idempotent,
    batch: &mut Batch,
) -> Result<(), Problem> {
    let mut decoder = Decoder::new(services.schemas.of(deployment));
    let clock = services.runtime.clock();
    let rules = Rules { received: clock.received(), ..Rules::default() };
    for element in elements {
        if !batch.wants(element.index) {
            continue;
        }
        let mut row = Row::default();
        let place = (element.index, clock.now());
        if let Err(reason) = &element.text
            && let Reason::TooMany { limit } = **reason
        {
            // Nothing of it is done: who would learn which were not looked at?
            let detail = format!("there are more than {limit} events: send them in parts");
            return Err(Problem::new(ProblemKind::BodyTooLarge, detail));
        }
        let event = match element.text {
            Ok(text) => decoder.event(text, rules, &mut row).map_err(|reason| (text, reason)),
            Err(reason) => Err(("", reason)),
        };
        let event = match event {
            Ok(event) => event,
            Err((text, reason)) => {
                batch.reject(place, reason.of_element().to_string(), None, text);
                continue;
            }
        };
        match event.event {
            Named::Declared(number) => {
                // Half of the request may have been done by a process that ended.
                let id = event.id.map(str::to_owned).or_else(|| idempotent.name_of(element.index));
                let id = id.map(String::into_boxed_str);
                let deployment = deployment.number;
                let what = What::Event { deployment, event: number, at: event.at, id, row };
                batch.take(element.index, event.customer, what);
            }
            Named::Undeclared(name) => {
                let reason = format!("the event `{name}` is not declared");
                batch.reject(place, reason, Some(event.customer), "");
            }
        }
    }
    Ok(())
}
