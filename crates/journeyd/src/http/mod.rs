//! How a request is answered.
//!
//! A connection comes in at [`Listener`], which keeps its times. A request then goes through the
//! frame, from the outside in: it becomes part of a trace, is counted and logged; a panic becomes
//! an answer; whatever refuses it becomes a [`Problem`]. Routes stand in [`Group`]s, which admit it:
//! not too many at a time, who asks and whether they may, how often; its body is guarded; it is
//! answered in time, and once for each `Idempotency-Key`. Handlers see what is left.
//!
//! # Adding a resource
//!
//! A resource is a file in `routes/`, with a function that gives its routes and a line in
//! `routes::all` that mounts them:
//!
//! ```ignore
//! // routes/mod.rs
//! .merge(Group::api().mount(journeys::routes()))                  // read for GET, write for others
//! .merge(Group::api().streaming().mount(members::upload_routes())) // long bodies, long answers
//! .merge(Group::ingest().mount(events::routes()))                 // scope `ingest`, CORS, own rate
//! .merge(Group::api().scope(Scope::Admin).mount(settings::routes()))
//! .merge(Group::ingest().anyone().mount(segment::routes()))       // the handler calls state.authorize(key, …)
//!
//! // routes/journeys.rs
//! pub(super) fn routes() -> OpenApiRouter<AppState> {
//!     OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(read, update, delete))
//! }
//!
//! /// Lists journeys.                            <- summary in the document; more lines: description
//! #[utoipa::path(get, path = "/api/v1/journeys", tag = "journeys", params(PageParams, Filter),
//!     responses((status = 200, description = "A page", body = List<Journey>)))]
//! async fn list(State(state): State<AppState>, page: Page, Query(filter): Query<Filter>)
//!     -> Result<Json<List<Journey>>, Problem>
//! {
//!     let list = format!("journeys {filter:?}");   // names the list with its filters
//!     let after = page.after(&state.cursors, &list)?;
//!     let (items, last) = state.services.journeys.page(after, page.limit(), &filter)?;
//!     let next_cursor = last.map(|place| state.cursors.seal(&list, &place));
//!     Ok(Json(List { items, next_cursor }))
//! }
//!
//! /// Changes a draft.
//! #[utoipa::path(put, path = "/api/v1/journeys/{id}", tag = "journeys",
//!     responses((status = 200, body = Journey), (status = 404, response = Problem),
//!               (status = 409, response = Problem), (status = 412, response = Problem),
//!               (status = 428, response = Problem)))]
//! async fn update(State(state): State<AppState>, Params(id): Params<String>, if_match: IfMatch,
//!     source: Source) -> Result<(ETag, Json<Journey>), Problem>
//! {
//!     let journey = state.services.journeys.get(&id)?
//!         .ok_or_else(|| Problem::not_found(format!("there is no journey `{id}`")))?;
//!     if_match.check(&ETag::version(journey.version))?;
//!     …
//! }
//!
//! /// Makes a draft.
//! async fn create(State(state): State<AppState>, idempotent: Idempotent, source: Source)
//!     -> Result<Reply, Problem>
//! {
//!     let journey = …;
//!     let reply = Reply::json(StatusCode::CREATED, &journey)?
//!         .etag(&ETag::version(1))?.location(&format!("/api/v1/journeys/{}", journey.id))?;
//!     // What must not be done twice goes through `routes::once`: a note of it is in the write of its
//!     // effect. A handler that does not care leaves `Idempotent` out: the frame keeps its answer.
//!     Ok(reply)
//! }
//! ```
//!
//! What the routes need is a field of [`Services`]: an `Arc<dyn …>` of a trait that its part of the
//! server implements. Work that takes a processor for long, or blocks, goes to `spawn_blocking`.
//!
//! - **Arguments**: take those of this module, never axum's own: theirs refuse in plain text.
//!   [`Json`], [`Source`] and [`Raw`] read the body (one, as the last argument); [`Params`] the path,
//!   [`Query`] the query, [`Page`] `limit` and `cursor`; [`IfMatch`], [`IfNoneMatch`],
//!   [`Idempotent`] headers. `Extension<Principal>` is who asks, `Extension<TraceContext>` the
//!   trace to hand on. For a stream take `axum::extract::Request` in a streaming group and read
//!   [`BodyFrames`] of it: frames come inflated and timed, and memory is held for one at a time.
//! - **Refusals**: `Err(Problem)`, made by [`Problem::new`] or one of its short forms. `with` adds a
//!   member (`"allowed": […]`), `retry_after` the header. A full queue is [`Problem::overloaded`].
//!   What only operators should read goes through [`Problem::internal`]. A new kind is a line in `problem/kind.rs`
//!   and one in `docs/api.md`; kinds are never renamed.
//! - **The document**: the first line of a handler's comment is its summary; its name is the
//!   `operationId`, which no other may have (`operation_id = "list_journeys"` says another).
//!   [`Group::mount`] adds the scope, the `Idempotency-Key` of a POST, and the problems any route
//!   may answer (400, 401, 403, 408, 413, 415, 429, 500, 503; 422 where there is a body; 409 and
//!   422 for a POST). A handler names its own: 404, 409, 412, 428 with `response = Problem`.
//!   `UPDATE_EXPECT=1 cargo test -p journeyd --test server openapi` rewrites `docs/openapi.json`.
//! - **Streams that do not end** (server-sent events): select on `state.stopping.clone().begun()`,
//!   so that they do not hold up the end of the process.
//! - **Metrics**: a struct of counters, registered once by `state.metrics.register(|registry| …)`.
//! - **Readiness**: `readiness.part("store")` is not ready until it says so.

mod body;
mod cors;
mod document;
mod extract;
mod flow;
mod frame;
mod group;
mod idempotency;
mod live;
mod origin;
mod problem;
mod rate;
mod reply;
mod routes;
mod server;
mod state;
#[cfg(test)]
mod tests;

pub use body::{BodyError, BodyFrames};
pub use extract::{
    CursorKey, ETag, IfMatch, IfNoneMatch, Json, List, Page, PageParams, Params, Query, Raw, Source,
};
pub use frame::{document, router};
pub use group::Group;
pub use idempotency::{
    Entry, Idempotency, Idempotent, MemoryResponses, Pending, RequestKey, Responses,
    ResponsesError, StoredResponses,
};
pub use problem::{
    PROBLEM_JSON, Places, Position, Problem, ProblemKind, SourceEdit, SourceError, SourceFix,
    SourceRemark, SourceSeverity, SourceSpan,
};
pub use rate::{RateClass, Rates, Standing};
pub use reply::Reply;
pub(crate) use routes::time;
pub use server::{Listener, TlsError, TlsFiles};
pub use state::{AppState, Parts, Services, Shared};
