//! Events that were not taken, and why.

use axum::extract::State;
use journey_engine::form::ReadError;
use journey_engine::rejected::{Rejected, newest};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::{Json, List, Page};
use super::super::problem::Problem;
use super::super::state::AppState;
use super::{time, work};
use crate::runtime::Runtime;

/// What the list is called in its cursors.
const LIST: &str = "rejected events";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// An event that was not taken.
#[derive(Debug, Serialize, ToSchema)]
struct RejectedEvent {
    /// Names it.
    id: String,
    /// When it came.
    #[schema(format = "date-time")]
    at: String,
    /// Whose it is, as far as that could be read.
    customer: Option<String>,
    /// Why it was not taken.
    reason: String,
    /// What came, its first 4096 bytes.
    text: String,
}

/// Events that were not taken, newest first.
///
/// The latest are kept, some ten thousand for each shard of the store.
#[utoipa::path(get, path = "/api/v1/rejected-events", operation_id = "list_rejected_events", tag = "events",
    params(crate::http::extract::PageParams),
    responses((status = 200, description = "A page of them", body = List<RejectedEvent>)))]
async fn list(
    State(state): State<AppState>,
    page: Page,
) -> Result<Json<List<RejectedEvent>>, Problem> {
    let after = page.after(&state.cursors, LIST)?;
    let runtime = state.services.runtime.clone();
    let limit = page.limit();
    let (items, place) = work(move || latest(&runtime, after.as_deref(), limit)).await?;
    let next_cursor = place.map(|place| state.cursors.seal(LIST, &place));
    Ok(Json(List { items, next_cursor }))
}

/// The latest of all shards, merged by time. A cursor says for each shard before which number to go on.
fn latest(
    runtime: &Runtime,
    after: Option<&[u8]>,
    limit: usize,
) -> Result<(Vec<RejectedEvent>, Option<Vec<u8>>), ReadError> {
    let mut before: Vec<Option<u64>> = vec![None; usize::from(runtime.shards())];
    if let Some(after) = after {
        let numbers = after.as_chunks().0.iter().map(|bytes| Some(u64::from_be_bytes(*bytes)));
        before.iter_mut().zip(numbers).for_each(|(place, number)| *place = number);
    }
    let mut shards = Vec::new();
    for (shard, before) in (0..runtime.shards()).zip(&mut before) {
        let found = newest(runtime.store(), shard, *before, limit + 1)?;
        // Where it goes on if nothing of it is told: what comes meanwhile is not on later pages.
        let next = found.first().map_or(0, |(number, _)| number + 1);
        *before = Some(before.unwrap_or(next));
        shards.push(found.into_iter().peekable());
    }
    let mut items = Vec::new();
    while items.len() < limit {
        let heads = shards.iter_mut().enumerate();
        let heads = heads.filter_map(|(shard, rest)| Some((rest.peek()?.1.at, shard)));
        let Some((_, shard)) = heads.max() else { return Ok((items, None)) };
        if let Some((number, rejected)) = shards.get_mut(shard).and_then(Iterator::next) {
            items.push(RejectedEvent::of(shard, number, rejected));
            before.get_mut(shard).into_iter().for_each(|it| *it = Some(number));
        }
    }
    let more = shards.iter_mut().any(|rest| rest.peek().is_some());
    let place = before.iter().flat_map(|it| it.unwrap_or_default().to_be_bytes());
    Ok((items, Some(place.collect()).filter(|_| more)))
}

impl RejectedEvent {
    fn of(shard: usize, number: u64, rejected: Rejected) -> RejectedEvent {
        let Rejected { at, customer, reason, text } = rejected;
        RejectedEvent { id: format!("{shard}-{number}"), at: time(at), customer, reason, text }
    }
}
