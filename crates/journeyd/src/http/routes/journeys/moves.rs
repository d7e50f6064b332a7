//! Drafts, activation and the other moves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use journey_engine::lifecycle::Move;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::super::Idempotent;
use super::super::super::extract::{ETag, IfMatch, Params, Query};
use super::super::super::problem::Problem;
use super::super::super::reply::Reply;
use super::super::super::state::AppState;
use super::super::{once, work};
use super::{Journey, answer};
use crate::catalog::{Catalog, CatalogError, InFlight, JourneyView, Planned};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(draft))
        .routes(routes!(activate))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(complete))
        .routes(routes!(stop))
}

/// How a draft is activated.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Activation {
    /// What becomes of members of the version before.
    #[serde(default)]
    #[param(inline)]
    in_flight: InFlight,
    /// Answers what would happen, and changes nothing.
    #[serde(default)]
    plan: bool,
}

/// Begins a new version of a journey that was activated. One that was begun already is answered.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/draft", operation_id = "begin_draft", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name")),
    responses((status = 200, description = "The journey with its draft", body = Journey)))]
async fn draft(
    State(state): State<AppState>,
    Params(id): Params<String>,
    idempotent: Idempotent,
) -> Result<Reply, Problem> {
    let view = change(&state, &idempotent, id, |catalog, id| catalog.draft(id)).await?;
    answer(&state, StatusCode::OK, view).await
}

/// Activates the draft. With `plan=true` it answers where members would go on.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/activate", operation_id = "activate_journey", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` the journey was read with, or `*`; only a plan needs none"), Activation),
    responses((status = 200, description = "The journey, or the plan", body = inline(Activated))))]
async fn activate(
    State(state): State<AppState>,
    Params(id): Params<String>,
    Query(Activation { in_flight, plan }): Query<Activation>,
    precondition: IfMatch,
    idempotent: Idempotent,
) -> Result<Reply, Problem> {
    let catalog = state.services.catalog.clone();
    let revision = catalog.view(&id)?.document.revision;
    let (tag, named) = (ETag::version(revision), precondition.named(revision));
    if !idempotent.is_done() {
        if plan { precondition.check_if_given(&tag) } else { precondition.check(&tag) }?;
    }
    if plan {
        let planned = work(move || catalog.plan(&id, in_flight)).await?;
        return Reply::json(StatusCode::OK, &planned);
    }
    let activate = move |catalog: &Catalog, id: &str| catalog.activate(id, in_flight, named);
    let view = change(&state, &idempotent, id, activate).await?;
    answer(&state, StatusCode::OK, view).await
}

/// What an activation answers.
#[derive(ToSchema)]
#[schema(as = Activated)]
#[serde(untagged)]
#[allow(dead_code, reason = "says what the answer looks like")]
enum Activated {
    Journey(Box<Journey>),
    Plan(Planned),
}

/// Nobody enters, and members stand still.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/pause", operation_id = "pause_journey", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name")),
    responses((status = 200, description = "The journey", body = Journey)))]
async fn pause(
    state: State<AppState>,
    id: Params<String>,
    idempotent: Idempotent,
) -> Result<Reply, Problem> {
    shift(state, id, &idempotent, Move::Pause).await
}

/// Members go on, a bounded number a second.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/resume", operation_id = "resume_journey", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name")),
    responses((status = 200, description = "The journey", body = Journey)))]
async fn resume(
    state: State<AppState>,
    id: Params<String>,
    idempotent: Idempotent,
) -> Result<Reply, Problem> {
    shift(state, id, &idempotent, Move::Resume).await
}

/// Nobody enters any more; members go on to their exit.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/complete", operation_id = "complete_journey", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name")),
    responses((status = 200, description = "The journey", body = Journey)))]
async fn complete(
    state: State<AppState>,
    id: Params<String>,
    idempotent: Idempotent,
) -> Result<Reply, Problem> {
    shift(state, id, &idempotent, Move::Complete).await
}

/// Nobody enters any more, and all members leave now.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/stop", operation_id = "stop_journey", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name")),
    responses((status = 200, description = "The journey", body = Journey)))]
async fn stop(
    state: State<AppState>,
    id: Params<String>,
    idempotent: Idempotent,
) -> Result<Reply, Problem> {
    shift(state, id, &idempotent, Move::Stop).await
}

async fn shift(
    State(state): State<AppState>,
    Params(id): Params<String>,
    idempotent: &Idempotent,
    wanted: Move,
) -> Result<Reply, Problem> {
    let view = change(&state, idempotent, id, move |catalog, id| catalog.shift(id, wanted)).await?;
    answer(&state, StatusCode::OK, view).await
}

/// Does something to a journey, once.
async fn change(
    state: &AppState,
    idempotent: &Idempotent,
    id: String,
    job: impl FnOnce(&Catalog, &str) -> Result<JourneyView, CatalogError> + Send + 'static,
) -> Result<JourneyView, Problem> {
    let catalog = Arc::clone(&state.services.catalog);
    let (again, name) = (Arc::clone(&catalog), id.clone());
    once(state, idempotent, move || job(&catalog, &id), move || again.view(&name)).await
}
