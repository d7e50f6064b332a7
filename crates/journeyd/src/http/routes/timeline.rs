//! What happened to a customer.

use axum::extract::State;
use journey_engine::form::ReadError;
use journey_engine::shard::shard_of;
use journey_engine::timeline::{Place, newest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::{Json, List, Page, Params};
use super::super::problem::Problem;
use super::super::state::AppState;
use super::work;
use crate::runtime::Runtime;
use crate::story::TimelineEntry;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(timeline))
}

/// What happened to a customer, newest first: each input with what it did, and what decisions have read.
#[utoipa::path(get, path = "/api/v1/customers/{id}/timeline", operation_id = "get_timeline", tag = "customers",
    params(("id" = String, Path, description = "The customer's id"), crate::http::extract::PageParams),
    responses((status = 200, description = "A page of the timeline", body = List<TimelineEntry>),
        (status = 404, response = Problem)))]
async fn timeline(
    State(state): State<AppState>,
    Params(id): Params<String>,
    page: Page,
) -> Result<Json<List<TimelineEntry>>, Problem> {
    let list = format!("timeline {id}");
    let after = page.after(&state.cursors, &list)?;
    let before = after.as_deref().and_then(place);
    let limit = page.limit();
    let runtime = state.services.runtime.clone();
    let customer = id.clone();
    let found = work(move || latest(&runtime, &customer, before, limit)).await?;
    let (items, last) =
        found.ok_or_else(|| Problem::not_found(format!("there is no customer `{id}`")))?;
    let next_cursor = last.map(|(sequence, part)| {
        let place = [&sequence.to_be_bytes()[..], &part.to_be_bytes()].concat();
        state.cursors.seal(&list, &place)
    });
    Ok(Json(List { items, next_cursor }))
}

fn place(bytes: &[u8]) -> Option<Place> {
    let (sequence, part) = bytes.split_first_chunk()?;
    Some((u64::from_be_bytes(*sequence), u16::from_be_bytes(*part.first_chunk()?)))
}

type Latest = (Vec<TimelineEntry>, Option<Place>);

/// The latest entries of a customer, if there is one, and where the next page goes on.
fn latest(
    runtime: &Runtime,
    id: &str,
    before: Option<Place>,
    limit: usize,
) -> Result<Option<Latest>, ReadError> {
    let Some((customer, _)) = runtime.look_up(id)? else { return Ok(None) };
    let shard = shard_of(id, runtime.shards());
    let mut records = newest(runtime.store(), (shard, id), customer.sequence(), before, limit + 1)?;
    let more = records.len() > limit;
    records.truncate(limit);
    let last = records.last().filter(|_| more).map(|(place, _)| *place);
    let history = runtime.history();
    let entry = |(place, record): &(Place, _)| TimelineEntry::of(&history, *place, record);
    Ok(Some((records.iter().map(entry).collect(), last)))
}
