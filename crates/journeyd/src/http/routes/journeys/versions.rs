//! The versions of a journey, and how they differ.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::super::extract::{Json, List, Params, Query};
use super::super::super::problem::Problem;
use super::super::super::state::AppState;
use super::super::{time, work};
use crate::catalog::documents::VersionDocument;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(diff))
}

/// A version of a journey.
#[derive(Debug, Serialize, ToSchema)]
struct VersionView {
    /// From 1.
    version: u32,
    /// Its text.
    source: String,
    /// When it was made.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it was activated; a draft was not.
    #[schema(format = "date-time")]
    activated_at: Option<String>,
}

impl VersionView {
    fn of(version: &VersionDocument) -> VersionView {
        VersionView {
            version: version.number,
            source: version.source.clone(),
            created_at: time(version.created_at),
            activated_at: version.activated_at.map(time),
        }
    }
}

/// All versions, from the first.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/versions", operation_id = "list_versions", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name")),
    responses((status = 200, description = "Its versions", body = List<VersionView>)))]
async fn list(
    State(state): State<AppState>,
    Params(id): Params<String>,
) -> Result<Json<List<VersionView>>, Problem> {
    let view = state.services.catalog.view(&id)?;
    let items = view.document.versions.iter().map(VersionView::of).collect();
    Ok(Json(List { items, next_cursor: None }))
}

/// One version.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/versions/{version}", operation_id = "get_version", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name"),
        ("version" = u32, Path, description = "Its number")),
    responses((status = 200, description = "The version", body = VersionView)))]
async fn get(
    State(state): State<AppState>,
    Params((id, version)): Params<(String, u32)>,
) -> Result<Json<VersionView>, Problem> {
    let view = state.services.catalog.view(&id)?;
    let found = view.document.version(version).map(VersionView::of);
    let none = || Problem::not_found(format!("the journey `{id}` has no version {version}"));
    found.map(Json).ok_or_else(none)
}

/// Which versions are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Between {
    /// The earlier one.
    from: u32,
    /// The later one.
    to: u32,
}

/// What a version says differently from another, tile by tile, both read with the schema of today.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/diff", operation_id = "diff_versions", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name"), Between),
    responses((status = 200, description = "How they differ", body = Object),
        (status = 422, response = Problem)))]
async fn diff(
    State(state): State<AppState>,
    Params(id): Params<String>,
    Query(Between { from, to }): Query<Between>,
) -> Result<Json<serde_json::Value>, Problem> {
    let catalog = state.services.catalog.clone();
    let difference = work(move || catalog.diff(&id, from, to)).await?;
    serde_json::to_value(&difference).map(Json).map_err(Problem::internal)
}
