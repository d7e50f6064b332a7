//! The declarations that are no journeys: customer, events, audiences, policies, destinations.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::{ETag, IfMatch, Json};
use super::super::problem::Problem;
use super::super::reply::Reply;
use super::super::state::AppState;
use super::work;
use crate::catalog::documents::SchemaDocument;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get, put))
}

/// The schema.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SchemaView {
    /// The files it stands in.
    files: Vec<SchemaFile>,
    /// The text of `journey.toml`.
    #[serde(default)]
    config: String,
}

/// A file of the schema.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SchemaFile {
    /// Its path, which findings name.
    path: String,
    /// Its text.
    text: String,
}

fn answer(document: SchemaDocument) -> Result<Reply, Problem> {
    let tag = ETag::version(document.revision);
    let files = document.files.into_iter().map(|(path, text)| SchemaFile { path, text });
    let view = SchemaView { files: files.collect(), config: document.config };
    Reply::json(StatusCode::OK, &view)?.etag(&tag)
}

/// The schema as it was set.
#[utoipa::path(get, path = "/api/v1/schema", operation_id = "get_schema", tag = "schema",
    responses((status = 200, description = "The schema", body = SchemaView)))]
async fn get(State(state): State<AppState>) -> Result<Reply, Problem> {
    answer(state.services.catalog.schema())
}

/// Sets the schema, or the first one. One with which a live journey would not check any more is refused, and names it.
#[utoipa::path(put, path = "/api/v1/schema", operation_id = "set_schema", tag = "schema", request_body = SchemaView,
    params(("If-Match" = Option<String>, Header, description = "The `ETag` the schema was read with, or `*`; only the first schema needs none")),
    responses((status = 200, description = "The schema", body = SchemaView)))]
async fn put(
    State(state): State<AppState>,
    precondition: IfMatch,
    Json(SchemaView { files, config }): Json<SchemaView>,
) -> Result<Reply, Problem> {
    let catalog = state.services.catalog.clone();
    let revision = catalog.schema().revision;
    let tag = ETag::version(revision);
    if revision == 0 { precondition.check_if_given(&tag) } else { precondition.check(&tag) }?;
    let named = precondition.named(revision);
    let files = files.into_iter().map(|file| (file.path, file.text)).collect();
    answer(work(move || catalog.set_schema(files, config, named)).await?)
}
