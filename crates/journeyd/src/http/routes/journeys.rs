//! Journeys: their text, their versions, and the moves from state to state.

mod analytics;
mod canvas;
mod figures;
mod live;
mod moves;
mod versions;
mod views;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Idempotent;
use super::super::extract::{ETag, IfMatch, Json, List, Page, Params, Query, Source};
use super::super::problem::{Problem, ProblemKind};
use super::super::reply::Reply;
use super::super::state::AppState;
use super::{once, work};
use crate::catalog::{CatalogError, JourneyView, texts};

pub(in super::super) use live::routes as live_routes;
pub(in super::super) use views::{Journey, JourneyLine, Totals, totals};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, put, delete))
        .merge(moves::routes())
        .merge(versions::routes())
        .merge(analytics::routes())
}

/// Which journeys.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only those in this state: `draft`, `active`, `paused`, `completed` or `stopped`.
    state: Option<String>,
    /// Only those whose name holds this.
    search: Option<String>,
}

/// Whether a broken draft may be kept.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Tolerance {
    /// Keeps a draft that has errors; it cannot be activated until they are mended.
    #[serde(default)]
    allow_errors: bool,
}

/// Lists journeys by name.
#[utoipa::path(get, path = "/api/v1/journeys", operation_id = "list_journeys", tag = "journeys",
    params(Filter, crate::http::extract::PageParams),
    responses((status = 200, description = "A page of journeys", body = List<JourneyLine>)))]
async fn list(
    State(state): State<AppState>,
    page: Page,
    Query(filter): Query<Filter>,
) -> Result<Json<List<JourneyLine>>, Problem> {
    if let Some(wanted) = &filter.state
        && !views::STATES.contains(&wanted.as_str())
    {
        let detail = format!("in the query, `state` is one of {}", views::STATES.join(", "));
        return Err(Problem::new(ProblemKind::InvalidParameter, detail));
    }
    let name = format!("journeys {:?} {:?}", filter.state, filter.search);
    let after = page.after(&state.cursors, &name)?;
    let after = after.map(|place| String::from_utf8_lossy(&place).into_owned());
    let fits = |view: &JourneyView| {
        filter.state.as_ref().is_none_or(|it| it == view.state.name())
            && filter.search.as_ref().is_none_or(|it| view.document.name.contains(it.as_str()))
            && after.as_ref().is_none_or(|it| view.document.name > *it)
    };
    let mut found: Vec<JourneyView> = state.services.catalog.list();
    found.retain(fits);
    let more = found.len() > page.limit();
    found.truncate(page.limit());
    let last = found.last().filter(|_| more).map(|view| view.document.name.clone());
    let next_cursor = last.map(|last| state.cursors.seal(&name, last.as_bytes()));
    Ok(Json(List { items: found.iter().map(JourneyLine::of).collect(), next_cursor }))
}

/// Creates a journey as a draft.
#[utoipa::path(post, path = "/api/v1/journeys", operation_id = "create_journey", tag = "journeys", params(Tolerance),
    request_body(content((Source = "application/json"), (String = "text/x-journey"))),
    responses((status = 201, description = "The draft", body = Journey)))]
async fn create(
    State(state): State<AppState>,
    Query(tolerance): Query<Tolerance>,
    idempotent: Idempotent,
    Source { source }: Source,
) -> Result<Reply, Problem> {
    let (catalog, text) = (state.services.catalog.clone(), source.clone());
    let again = catalog.clone();
    let create = move || catalog.create(&source, tolerance.allow_errors);
    let look = move || again.view(&texts::name_of(&text)?);
    let created = once(&state, &idempotent, create, look).await?;
    let path = format!("/api/v1/journeys/{}", created.document.name);
    answer(&state, StatusCode::CREATED, created).await?.location(&path)
}

/// A journey, with its canvas and its counts.
#[utoipa::path(get, path = "/api/v1/journeys/{id}", operation_id = "get_journey", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name")),
    responses((status = 200, description = "The journey", body = Journey)))]
async fn get(State(state): State<AppState>, Params(id): Params<String>) -> Result<Reply, Problem> {
    let view = state.services.catalog.view(&id)?;
    answer(&state, StatusCode::OK, view).await
}

/// Changes the text of a draft.
#[utoipa::path(put, path = "/api/v1/journeys/{id}", operation_id = "update_draft", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name"),
        ("If-Match" = String, Header, description = "The `ETag` the journey was read with, or `*`"), Tolerance),
    request_body(content((Source = "application/json"), (String = "text/x-journey"))),
    responses((status = 200, description = "The draft", body = Journey)))]
async fn put(
    State(state): State<AppState>,
    Params(id): Params<String>,
    Query(tolerance): Query<Tolerance>,
    precondition: IfMatch,
    Source { source }: Source,
) -> Result<Reply, Problem> {
    let catalog = state.services.catalog.clone();
    let view = catalog.view(&id)?;
    precondition.required()?;
    if view.document.draft().is_none() {
        return Err(CatalogError::NotADraft { name: id }.into());
    }
    let revision = view.document.revision;
    precondition.check(&ETag::version(revision))?;
    let changed =
        work(move || catalog.update(&id, &source, tolerance.allow_errors, revision)).await?;
    answer(&state, StatusCode::OK, changed).await
}

/// Deletes a draft: the journey, or only its new version where an earlier one was activated.
#[utoipa::path(delete, path = "/api/v1/journeys/{id}", operation_id = "delete_draft", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name"),
        ("If-Match" = String, Header, description = "The `ETag` the journey was read with, or `*`")),
    responses((status = 204, description = "It is gone")))]
async fn delete(
    State(state): State<AppState>,
    Params(id): Params<String>,
    precondition: IfMatch,
) -> Result<Reply, Problem> {
    let catalog = state.services.catalog.clone();
    let view = catalog.view(&id)?;
    precondition.required()?;
    if view.document.draft().is_none() {
        return Err(CatalogError::NothingToDelete { name: id }.into());
    }
    let revision = view.document.revision;
    precondition.check(&ETag::version(revision))?;
    work(move || catalog.delete(&id, revision)).await?;
    Ok(Reply::no_content())
}

/// The journey as an answer, with its ETag.
async fn answer(state: &AppState, status: StatusCode, view: JourneyView) -> Result<Reply, Problem> {
    let tag = ETag::version(view.document.revision);
    let services = state.services.clone();
    let journey = work(move || Ok::<_, CatalogError>(Journey::of(&services, &view))).await?;
    Reply::json(status, &journey)?.etag(&tag)
}
