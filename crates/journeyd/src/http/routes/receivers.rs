//! Who is called, and whether they are.

use axum::extract::State;
use journey_delivery::{Circuit, LastFailure, QueueStatus};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::{Json, List, Page, PageParams, Params};
use super::super::problem::Problem;
use super::super::state::AppState;
use super::{time, work};
use crate::runtime::Standing;

/// What the list is called in its cursors.
const LIST: &str = "receivers";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(enable))
}

/// Whether a receiver is called at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Standing)]
pub(super) enum StandingView {
    /// It is.
    Called,
    /// It failed too often in a row, and is left alone for a while.
    LeftAlone,
    /// One attempt tries whether it is well again.
    Probed,
    /// It answered 410 Gone: it is called again once somebody says so.
    Gone,
}

impl StandingView {
    pub(super) fn of(circuit: Circuit) -> StandingView {
        match circuit {
            Circuit::Closed => StandingView::Called,
            Circuit::Open => StandingView::LeftAlone,
            Circuit::Probing => StandingView::Probed,
            Circuit::Disabled => StandingView::Gone,
        }
    }
}

/// Who is called.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReceiverStanding)]
struct ReceiverView {
    /// The destination, or the host of webhooks, with its port where the URL has one.
    name: String,
    /// Whether it is called at present.
    standing: StandingView,
    /// Since when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    gone_since: Option<String>,
    /// Messages that wait for their turn, not counting those that wait for their next attempt.
    waiting: usize,
    /// Attempts under way.
    under_way: usize,
    /// Attempts that arrived. This and the next two are since it was last begun to call it: a queue that has nothing to do
    /// may be forgotten.
    delivered: u64,
    /// Attempts that will be made again.
    retried: u64,
    /// Attempts that failed for good.
    failed: u64,
    /// The latest attempt that did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_failure: Option<FailureView>,
}

/// Why an attempt did not arrive.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LastFailure)]
struct FailureView {
    /// The status or the code of the answer, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    status: Option<u16>,
    /// What was wrong.
    reason: String,
}

impl ReceiverView {
    fn of(name: String, Standing { circuit, gone_since, queue }: Standing) -> ReceiverView {
        let queue = queue.as_ref();
        let count = |of: fn(&QueueStatus) -> u64| queue.map(of).unwrap_or_default();
        let last = queue.and_then(|queue| queue.last_failure.clone());
        ReceiverView {
            name,
            standing: StandingView::of(circuit),
            gone_since: gone_since.map(time),
            waiting: queue.map(|it| it.waiting).unwrap_or_default(),
            under_way: queue.map(|it| it.running).unwrap_or_default(),
            delivered: count(|it| it.delivered),
            retried: count(|it| it.again),
            failed: count(|it| it.failed),
            last_failure: last.map(|LastFailure { status, reason }| FailureView { status, reason }),
        }
    }
}

/// Lists who is called: receivers that have something to do or had a while ago, and those that answered 410 Gone.
#[utoipa::path(get, path = "/api/v1/receivers", operation_id = "list_receivers", tag = "receivers", params(PageParams),
    responses((status = 200, description = "A page of receivers, by name", body = List<ReceiverView>)))]
async fn list(
    State(state): State<AppState>,
    page: Page,
) -> Result<Json<List<ReceiverView>>, Problem> {
    let after = page.after(&state.cursors, LIST)?;
    let mut all = state.services.receivers.all();
    if let Some(after) = after {
        all = all.split_off(&format!("{}\0", String::from_utf8_lossy(&after)));
    }
    let more = all.len() > page.limit();
    let items = all.into_iter().take(page.limit()).map(|(name, it)| ReceiverView::of(name, it));
    let items: Vec<ReceiverView> = items.collect();
    let last = items.last().filter(|_| more);
    let next_cursor = last.map(|last| state.cursors.seal(LIST, last.name.as_bytes()));
    Ok(Json(List { items, next_cursor }))
}

/// Has a receiver called again that is left alone or gone. Messages that wait for it leave at once.
#[utoipa::path(post, path = "/api/v1/receivers/{name}/enable", operation_id = "enable_receiver", tag = "receivers",
    params(("name" = String, Path, description = "The receiver's name, as in the list")),
    responses((status = 200, description = "How it stands now", body = ReceiverView),
        (status = 404, response = Problem)))]
async fn enable(
    State(state): State<AppState>,
    Params(name): Params<String>,
) -> Result<Json<ReceiverView>, Problem> {
    let receivers = state.services.receivers.clone();
    let known = work(move || {
        let was = receivers.all().remove(&name);
        if was.is_some() {
            receivers.enable(std::slice::from_ref(&name));
        }
        let now = receivers.all().remove(&name);
        let blank = Standing { circuit: Circuit::Closed, gone_since: None, queue: None };
        match was {
            Some(_) => Ok(ReceiverView::of(name, now.unwrap_or(blank))),
            None => Err(Problem::not_found(format!(
                "nothing was to be sent to `{name}` lately; `GET /api/v1/receivers` lists who is called"
            ))),
        }
    });
    Ok(Json(known.await?))
}
