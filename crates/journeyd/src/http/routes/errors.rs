//! What went wrong in a journey: messages that do not arrive, members that cannot go on.

mod find;
mod id;
mod together;
mod views;

use axum::extract::State;
use axum::http::StatusCode;
use journey_engine::command::{Reply as Done, What};
use journey_engine::lifecycle::State as JourneyState;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::{Json, List, Page, PageParams, Params, Query};
use super::super::problem::Problem;
use super::super::reply::Reply;
use super::super::state::AppState;
use super::work;
use find::Errors;
use id::ErrorId;
use views::ErrorView;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(retry))
        .routes(routes!(give_up))
        .merge(together::routes())
}

/// Which errors.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only those in this state.
    state: Option<ErrorState>,
}

/// How an error stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ErrorState {
    /// A member cannot go on: it stands still at its tile.
    Faulted,
    /// A message did not arrive, and is tried again.
    Retrying,
    /// A message was not tried yet, as its receiver is left alone.
    Waiting,
    /// A message did not arrive, and was given up.
    Undelivered,
}

/// Lists what went wrong in a journey and is not settled: members that cannot go on, messages that are
/// tried again or wait for a receiver that is left alone, and messages that were given up.
///
/// A page can be short, even empty, where most messages of the server are those of other journeys; the list ends
/// where there is no `next_cursor`.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/errors", operation_id = "list_errors", tag = "errors",
    params(("id" = String, Path, description = "The journey's name"), Filter, PageParams),
    responses((status = 200, description = "A page of errors", body = List<ErrorView>),
        (status = 404, response = Problem)))]
async fn list(
    State(state): State<AppState>,
    Params(id): Params<String>,
    page: Page,
    Query(filter): Query<Filter>,
) -> Result<Json<List<ErrorView>>, Problem> {
    let name = format!("errors {id} {:?}", filter.state);
    let after = page.after(&state.cursors, &name)?;
    let Some(errors) = Errors::of(&state.services, &id)? else {
        return Ok(Json(List { items: Vec::new(), next_cursor: None }));
    };
    let limit = page.limit();
    let found = work(move || errors.page(filter.state, after.as_deref(), limit)).await?;
    let next_cursor = found.next.map(|place| state.cursors.seal(&name, &place));
    Ok(Json(List { items: found.items, next_cursor }))
}

/// What came of a retry or a drop.
#[derive(Debug, Serialize, ToSchema)]
struct Settled {
    /// The error.
    id: String,
    /// What came of it.
    result: Settlement,
    /// Why the member cannot go on, still.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    fault: Option<String>,
}

/// What came of a retry or a drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Settlement {
    /// The message is tried at once.
    Queued,
    /// The member goes on.
    WentOn,
    /// The member was tried, and cannot go on.
    Faulted,
    /// The message will not be tried again, or the member has left.
    Dropped,
}

/// Tries again: a message is sent at once, with the idempotency key it had, and a receiver that was left
/// alone is called again; a member goes on from where it stands.
///
/// A message that was given up is tried once. If that fails, it is in the list again, under another id.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/errors/{eid}/retry", operation_id = "retry_error", tag = "errors",
    params(("id" = String, Path, description = "The journey's name"),
        ("eid" = String, Path, description = "The error's id")),
    responses((status = 200, description = "What came of it", body = Settled),
        (status = 404, response = Problem)))]
async fn retry(
    State(state): State<AppState>,
    Params((id, eid)): Params<(String, String)>,
) -> Result<Reply, Problem> {
    let case = Case::find(&state, &id, &eid).await?;
    let trouble = case.id.trouble(case.line);
    let done = state.services.runtime.execute(&case.customer, What::Retry { trouble }).await?;
    let settled = |result, fault| Settled { id: eid.clone(), result, fault };
    let settled = match (done, &case.receiver) {
        (Done::Done, Some(receiver)) => {
            enable(&state, vec![receiver.clone()]).await?;
            settled(Settlement::Queued, None)
        }
        (Done::Done, None) => settled(Settlement::WentOn, None),
        (Done::Faulted(_), _) if state.services.catalog.state(&id) == JourneyState::Paused => {
            let detail =
                format!("the journey `{id}` is paused, and nobody goes on: resume it first");
            return Err(Problem::conflict(detail).with("state", "paused"));
        }
        (Done::Faulted(fault), _) => settled(Settlement::Faulted, Some(fault.to_string())),
        _ => return Err(gone(&id, &eid)),
    };
    Reply::json(StatusCode::OK, &settled)
}

/// Gives up: a message is not tried again, and a member who waits for it takes the way for `failed`; a
/// member that cannot go on leaves the journey.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/errors/{eid}/drop", operation_id = "drop_error", tag = "errors",
    params(("id" = String, Path, description = "The journey's name"),
        ("eid" = String, Path, description = "The error's id")),
    responses((status = 200, description = "What came of it", body = Settled),
        (status = 404, response = Problem)))]
async fn give_up(
    State(state): State<AppState>,
    Params((id, eid)): Params<(String, String)>,
) -> Result<Reply, Problem> {
    let case = Case::find(&state, &id, &eid).await?;
    let trouble = case.id.trouble(case.line);
    match state.services.runtime.execute(&case.customer, What::Drop { trouble }).await? {
        Done::Done | Done::Removed(1..) => {
            let settled = Settled { id: eid, result: Settlement::Dropped, fault: None };
            Reply::json(StatusCode::OK, &settled)
        }
        _ => Err(gone(&id, &eid)),
    }
}

/// Has receivers called again.
async fn enable(state: &AppState, names: Vec<String>) -> Result<(), Problem> {
    let receivers = state.services.receivers.clone();
    let enable = move || {
        receivers.enable(&names);
        Ok::<_, Problem>(())
    };
    work(enable).await
}

/// An error that somebody decides on.
struct Case {
    id: ErrorId,
    line: journey_engine::deploy::Line,
    /// Whom it is about.
    customer: String,
    /// Who is called, of a message.
    receiver: Option<String>,
}

impl Case {
    async fn find(state: &AppState, id: &str, eid: &str) -> Result<Case, Problem> {
        let errors = Errors::of(&state.services, id)?.ok_or_else(|| gone(id, eid))?;
        let error = ErrorId::read(eid).ok_or_else(|| gone(id, eid))?;
        let (line, wanted) = (errors.line(), error.clone());
        let found = work(move || errors.about(&wanted)).await?;
        let (customer, receiver) = found.ok_or_else(|| gone(id, eid))?;
        Ok(Case { id: error, line, customer, receiver })
    }
}

fn gone(id: &str, eid: &str) -> Problem {
    Problem::not_found(format!(
        "the journey `{id}` has no error `{eid}`, or no longer: it was delivered, tried again, or \
         dropped; `GET /api/v1/journeys/{id}/errors` lists those there are"
    ))
}
