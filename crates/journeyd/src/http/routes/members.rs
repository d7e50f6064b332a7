//! Members of journeys: who is where; entering and removing by hand.

mod entry;
mod views;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use journey_engine::command::{Reply as Done, What};
use journey_engine::deploy::Line;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Idempotent;
use super::super::extract::{Json, List, Page, PageParams, Params, Query, Raw, media_type};
use super::super::problem::{Problem, ProblemKind};
use super::super::reply::Reply;
use super::super::state::AppState;
use super::uploads::Upload;
use super::work;
use entry::{Entered, Entry, EntryBody};
use views::{MemberView, Members};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(remove))
}

pub(super) fn upload_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(enter))
}

/// Which members.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only those at this tile.
    tile: Option<String>,
    /// Only those in this state.
    state: Option<MemberState>,
}

/// How a member stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum MemberState {
    /// It waits for time to pass, for an event, or for what becomes of a message.
    Waiting,
    /// The journey is paused, and it stands still.
    Paused,
    /// It cannot go on; `GET /journeys/{id}/errors` says more.
    Faulted,
}

/// The line of a journey that is known. One that was never activated has none.
fn line(state: &AppState, id: &str) -> Result<Option<Line>, Problem> {
    state.services.catalog.view(id)?;
    Ok(state.services.runtime.read_control(|control| control.line(id)))
}

/// Lists the members of a journey.
///
/// A page can be short, even empty, where few members fit the filters; the list ends where there is no
/// `next_cursor`.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/members", operation_id = "list_members", tag = "members",
    params(("id" = String, Path, description = "The journey's name"), Filter, PageParams),
    responses((status = 200, description = "A page of members", body = List<MemberView>),
        (status = 404, response = Problem)))]
async fn list(
    State(state): State<AppState>,
    Params(id): Params<String>,
    page: Page,
    Query(filter): Query<Filter>,
) -> Result<Json<List<MemberView>>, Problem> {
    let name = format!("members {id} {:?} {:?}", filter.tile, filter.state);
    let after = page.after(&state.cursors, &name)?;
    let Some(line) = line(&state, &id)? else {
        return Ok(Json(List { items: Vec::new(), next_cursor: None }));
    };
    let (runtime, limit) = (state.services.runtime.clone(), page.limit());
    let members = move || {
        let members = Members::new(&runtime, line);
        members.check(&id, &filter)?;
        members.page(&filter, after.as_deref(), limit)
    };
    let found = work(members).await?;
    let next_cursor = found.next.map(|place| state.cursors.seal(&name, &place));
    Ok(Json(List { items: found.items, next_cursor }))
}

/// Enters customers by hand: one, or a list of them.
///
/// One is `{"customer_id", "payload"}`, and refused as a whole. A list is CSV, whose columns are called like
/// what the journey takes, or NDJSON, an object of that form a line. Each row is done or not by itself;
/// the answer says which were not, and why. What was done is durable.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/members", operation_id = "enter_journey", tag = "members",
    params(("id" = String, Path, description = "The journey's name")),
    request_body(content((EntryBody = "application/json"), (String = "text/csv"),
        (String = "application/x-ndjson"))),
    responses((status = 200, description = "What became of it", body = inline(Entered)),
        (status = 404, response = Problem)))]
async fn enter(
    State(state): State<AppState>,
    Params(id): Params<String>,
    headers: HeaderMap,
    idempotent: Idempotent,
    Raw(body): Raw,
) -> Result<Reply, Problem> {
    let mut entry = Entry::into_journey(&state, &id, idempotent)?;
    if let Some(upload) = Upload::of(&headers, &body) {
        let report = upload.work_off(&state, &mut entry).await?;
        return Reply::json(StatusCode::OK, &entry.report(report));
    }
    if media_type(&headers) != "application/json" {
        let detail = "send one entry as application/json, or a list as text/csv or \
                      application/x-ndjson";
        return Err(Problem::new(ProblemKind::UnsupportedMediaType, detail));
    }
    Reply::json(StatusCode::OK, &entry.one(&state, &body).await?)
}

/// Takes a customer out of a journey. Messages that are on their way still leave.
#[utoipa::path(delete, path = "/api/v1/journeys/{id}/members/{customer}", operation_id = "remove_member",
    tag = "members",
    params(("id" = String, Path, description = "The journey's name"),
        ("customer" = String, Path, description = "The customer's id")),
    responses((status = 204, description = "It has left"), (status = 404, response = Problem)))]
async fn remove(
    State(state): State<AppState>,
    Params((id, customer)): Params<(String, String)>,
) -> Result<Reply, Problem> {
    let removed = match line(&state, &id)? {
        Some(line) => state.services.runtime.execute(&customer, What::Remove { line }).await?,
        None => Done::Unknown,
    };
    match removed {
        Done::Removed(1..) => Ok(Reply::no_content()),
        _ => Err(Problem::not_found(format!("`{customer}` is not inside the journey `{id}`"))),
    }
}
