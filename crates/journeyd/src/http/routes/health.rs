//! Whether the process lives and is ready, and its metrics. They are answered whatever the load.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::Json;
use super::super::group::who;
use super::super::problem::Problem;
use super::super::state::{AppState, permit};
use crate::auth::Scope;
use crate::observe::Report;

/// When to ask again.
const AGAIN: Duration = Duration::from_secs(1);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(livez)).routes(routes!(readyz)).routes(routes!(metrics))
}

/// Whether the process lives. If it does not answer, restart it.
#[utoipa::path(get, path = "/livez", tag = "server", responses(
    (status = 200, description = "It lives", body = String, content_type = "text/plain"),
))]
async fn livez() -> &'static str {
    "live\n"
}

/// Whether requests should come here: not while it starts, and not once it stops.
#[utoipa::path(get, path = "/readyz", tag = "server", responses(
    (status = 200, description = "Ready", body = Report),
    (status = 503, response = Problem),
))]
async fn readyz(State(state): State<AppState>) -> Result<Json<Report>, Problem> {
    let report = state.readiness.report();
    if report.ready {
        return Ok(Json(report));
    }
    let detail = format!("not ready: {}", report.waiting_for.join("; "));
    Err(Problem::unavailable(detail, AGAIN).with("waiting_for", report.waiting_for))
}

/// Metrics, as Prometheus reads them. Needs a key that may read, unless `server.open_metrics` is set.
#[utoipa::path(get, path = "/metrics", tag = "server", security(("bearer" = ["read"]), ("basic" = ["read"]), ()),
    responses(
        (status = 200, description = "All metrics", body = String, content_type = "application/openmetrics-text"),
        (status = 401, response = Problem),
        (status = 403, response = Problem),
    ))]
async fn metrics(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Problem> {
    if !state.config.server.open_metrics {
        permit(&who(&state, &headers)?, Scope::Read)?;
    }
    let text = state.metrics.render().map_err(Problem::internal)?;
    let media = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media)], text).into_response())
}
