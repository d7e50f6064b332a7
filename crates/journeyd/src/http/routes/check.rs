//! Checking a source without keeping it.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::{Json, Source};
use super::super::problem::{Problem, SourceError};
use super::super::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(check))
}

/// What was found in a source.
#[derive(Debug, Serialize, ToSchema)]
struct Checked {
    /// How many findings keep it from compiling.
    errors: usize,
    /// How many do not.
    warnings: usize,
    /// All findings, by place.
    diagnostics: Vec<SourceError>,
}

/// Checks a source against the live schema. Nothing is kept.
///
/// That a source has errors is what was asked for: it is answered 200.
#[utoipa::path(post, path = "/api/v1/check", tag = "journeys",
    request_body(content((Source = "application/json"), (String = "text/x-journey"))),
    responses((status = 200, description = "What was found", body = Checked)))]
async fn check(State(state): State<AppState>, source: Source) -> Result<Json<Checked>, Problem> {
    let checker = state.services.checker.clone();
    // It takes as long as the source is complex: not where others wait.
    let work = tokio::task::spawn_blocking(move || checker.check(source.source));
    let diagnostics = work.await.map_err(Problem::internal)?;
    let errors = diagnostics.iter().filter(|found| found.is_error()).count();
    let warnings = diagnostics.len() - errors;
    Ok(Json(Checked { errors, warnings, diagnostics }))
}
