//! Deciding on many errors at once: after a receiver was down for a night, say.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use journey_engine::command::{Reply as Done, What};
use journey_engine::trouble::TroubleId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::super::extract::{Page, PageParams, Params, Query};
use super::super::super::problem::{Problem, ProblemKind};
use super::super::super::reply::Reply;
use super::super::super::state::AppState;
use super::super::work;
use super::{ErrorId, ErrorState, ErrorView, Errors, enable};
use crate::runtime::Submission;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(retry_all)).routes(routes!(drop_all))
}

/// Which errors. Nothing is done to all of them by mistake, so their state is to be named.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Those in this state.
    state: Option<ErrorState>,
}

/// What became of a page of errors.
#[derive(Debug, Serialize, ToSchema)]
struct Together {
    /// Messages that are tried at once, members that go on; or what was dropped.
    settled: u64,
    /// Members that were tried, and cannot go on.
    faulted: u64,
    /// Where to go on; absent once all were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// Tries a page of errors again, all that are in one state, as one by one.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/errors/retry", operation_id = "retry_errors", tag = "errors",
    params(("id" = String, Path, description = "The journey's name"), Which, PageParams),
    responses((status = 200, description = "What became of them", body = Together),
        (status = 404, response = Problem)))]
async fn retry_all(
    State(state): State<AppState>,
    Params(id): Params<String>,
    page: Page,
    Query(which): Query<Which>,
) -> Result<Reply, Problem> {
    decide(&state, &id, page, which, "retry", |trouble| What::Retry { trouble }).await
}

/// Drops a page of errors, all that are in one state, as one by one.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/errors/drop", operation_id = "drop_errors", tag = "errors",
    params(("id" = String, Path, description = "The journey's name"), Which, PageParams),
    responses((status = 200, description = "What became of them", body = Together),
        (status = 404, response = Problem)))]
async fn drop_all(
    State(state): State<AppState>,
    Params(id): Params<String>,
    page: Page,
    Query(which): Query<Which>,
) -> Result<Reply, Problem> {
    decide(&state, &id, page, which, "drop", |trouble| What::Drop { trouble }).await
}

async fn decide(
    state: &AppState,
    id: &str,
    page: Page,
    which: Which,
    what: &str,
    make: impl Fn(TroubleId) -> What,
) -> Result<Reply, Problem> {
    let Some(wanted) = which.state else {
        let detail = "in the query, `state` says which: faulted, retrying, waiting or undelivered";
        return Err(Problem::new(ProblemKind::InvalidParameter, detail));
    };
    let name = format!("{what} errors {id} {wanted:?}");
    let after = page.after(&state.cursors, &name)?;
    let mut together = Together { settled: 0, faulted: 0, next_cursor: None };
    let Some(errors) = Errors::of(&state.services, id)? else {
        return Reply::json(StatusCode::OK, &together);
    };
    let (line, limit) = (errors.line(), page.limit());
    let found = work(move || errors.page(Some(wanted), after.as_deref(), limit)).await?;
    let submission = |view: &ErrorView| {
        let trouble = ErrorId::read(&view.id)?.trouble(line);
        Some(Submission::new(&view.customer, make(trouble)))
    };
    let submissions = found.items.iter().filter_map(submission).collect();
    for done in state.services.runtime.submit(submissions).await? {
        match done {
            Done::Done | Done::Removed(1..) => together.settled += 1,
            Done::Faulted(_) => together.faulted += 1,
            // Somebody else has decided on it meanwhile.
            _ => {}
        }
    }
    if what == "retry" {
        let messages = found.items.iter().filter_map(|view| view.message.as_ref());
        let names: BTreeSet<String> =
            messages.map(|message| message.receiver.name.clone()).collect();
        enable(state, names.into_iter().collect()).await?;
    }
    together.next_cursor = found.next.map(|place| state.cursors.seal(&name, &place));
    Reply::json(StatusCode::OK, &together)
}
