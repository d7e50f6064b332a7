//! The routes, one file a resource.

mod audiences;
mod check;
mod console;
mod customers;
mod errors;
mod events;
mod export;
mod failures;
mod health;
mod journeys;
mod members;
pub(super) mod openapi;
mod problems;
mod receivers;
mod rejected;
mod schema;
mod segment;
mod taking;
mod timeline;
mod uploads;

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::document::Base;
use super::group::Group;
use super::idempotency::Idempotent;
use super::problem::{Problem, ProblemKind};
use super::state::AppState;
use crate::auth::Scope;
use crate::catalog::CatalogError;

/// All routes, each group with what it asks of requests.
pub(super) fn all() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Base::openapi())
        .merge(health::routes())
        .merge(Group::api().scope(Scope::Read).mount(check::routes()))
        .merge(Group::api().mount(journeys::routes()))
        .merge(Group::api().mount(schema::routes()))
        .merge(Group::api().mount(customers::routes()))
        .merge(Group::api().mount(members::routes()))
        .merge(Group::api().lists().mount(members::upload_routes()))
        .merge(Group::api().mount(errors::routes()))
        .merge(Group::api().mount(audiences::routes()))
        .merge(Group::api().lists().mount(audiences::upload_routes()))
        .merge(Group::ingest().lines().mount(events::routes()))
        .merge(Group::ingest().anyone().mount(segment::routes()))
        .merge(Group::api().mount(console::routes()))
        .merge(Group::api().streaming().mount(journeys::live_routes()))
        .merge(Group::api().mount(receivers::routes()))
        .merge(Group::api().mount(rejected::routes()))
        .merge(Group::api().mount(timeline::routes()))
        .merge(Group::api().streaming().mount(export::routes()))
        .merge(Group::api().anyone().mount(problems::routes()))
}

/// Does what takes a while where nobody else waits for it.
async fn work<T: Send + 'static, E: Send + 'static>(
    job: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    Problem: From<E>,
{
    tokio::task::spawn_blocking(job).await.map_err(Problem::internal)?.map_err(Problem::from)
}

/// Does something to the catalogue for a request that may come again. If a process did it and ended before it
/// could answer, `look` finds the answer in what has become.
async fn once<T: Send + 'static>(
    state: &AppState,
    idempotent: &Idempotent,
    job: impl FnOnce() -> Result<T, CatalogError> + Send + 'static,
    look: impl FnOnce() -> Result<T, CatalogError> + Send + 'static,
) -> Result<T, Problem> {
    if idempotent.is_done() {
        return work(look).await;
    }
    let (runtime, note) = (Arc::clone(&state.services.runtime), idempotent.note());
    work(move || runtime.carrying(note, job)).await
}

/// An instant, as answers have it: RFC 3339 with milliseconds.
pub(crate) fn time(at: i64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// Nothing can be read before there is a schema to read it by.
fn no_schema() -> Problem {
    Problem::conflict("there is no schema yet; set it with `PUT /api/v1/schema`")
}

/// What is live was changed again and again while a request was read.
fn changing() -> Problem {
    let wait = std::time::Duration::from_secs(1);
    Problem::unavailable("what is live is being changed; try again", wait)
}

/// Makes sure that the id in a path can be that of a customer.
fn check_customer(id: &str) -> Result<(), Problem> {
    journey_intake::check_id(id).map_err(|reason| {
        Problem::new(ProblemKind::InvalidParameter, format!("in the path, {reason}"))
    })
}
