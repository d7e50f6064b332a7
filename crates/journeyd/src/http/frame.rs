//! All routes under one roof.

use std::any::Any;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::problem::{PROBLEM_JSON, Problem, ProblemKind};
use super::routes;
use super::state::AppState;
use crate::observe::metrics::{RequestLabels, RouteLabels};
use crate::observe::{TRACEPARENT, TraceContext};

/// The id of a request: that of its trace.
const REQUEST_ID: &str = "x-request-id";

/// The router of the whole API.
pub fn router(state: AppState) -> Router {
    assemble(routes::all(), state)
}

/// Puts what is the same for all requests around routes.
pub(super) fn assemble(routes: OpenApiRouter<AppState>, state: AppState) -> Router {
    let (router, document) = routes.split_for_parts();
    router
        .merge(routes::openapi::routes(&document))
        .fallback(nothing_here)
        .method_not_allowed_fallback(other_method)
        .layer(from_fn(only_problems))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), observe))
        .with_state(state)
}

/// The OpenAPI document of the API.
pub fn document() -> OpenApi {
    routes::all().into_openapi()
}

async fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this path; /openapi.json lists those there are")
}

pub(super) async fn other_method(method: Method) -> Problem {
    let detail = format!("the path does not take {method}; Allow says what it takes");
    Problem::new(ProblemKind::MethodNotAllowed, detail)
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast_ref::<&str>().copied().unwrap_or_default().to_owned(),
    };
    Problem::internal(format!("a handler panicked: {text}")).into_response()
}

/// Makes a problem of any refusal that is none yet.
async fn only_problems(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    if !(status.is_client_error() || status.is_server_error())
        || content_type.is_some_and(|media| media.as_bytes() == PROBLEM_JSON.as_bytes())
    {
        return response;
    }
    let mut problem = Problem::of_status(status).into_response();
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            problem.headers_mut().insert(name, value.clone());
        }
    }
    problem
}

/// Counts a request, logs it, and makes it part of a trace.
async fn observe(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let method = usual(request.method());
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("none", MatchedPath::as_str).to_owned();
    let caller = request.headers().get(TRACEPARENT).and_then(|it| it.to_str().ok());
    let caller = caller.and_then(TraceContext::parse).and_then(TraceContext::child);
    let trace = caller.or_else(TraceContext::new);
    let id = trace.map(|trace| trace.trace_id()).unwrap_or_default();
    let span = tracing::info_span!("request", trace_id = %id, method, route);
    if let Some(trace) = trace {
        request.extensions_mut().insert(trace);
    }
    request.extensions_mut().insert(state.clone());

    let metrics = &state.metrics.http;
    let begun = Instant::now();
    metrics.in_flight.inc();
    let running = InFlight(&state);
    let mut response = next.run(request).instrument(span.clone()).await;
    drop(running);
    let (status, seconds) = (response.status(), begun.elapsed().as_secs_f64());
    let route_labels = RouteLabels { route: route.clone() };
    metrics.seconds.get_or_create(&route_labels).observe(seconds);
    let labels = RequestLabels { method, route, status: status.as_u16() };
    metrics.requests.get_or_create(&labels).inc();
    span.in_scope(|| log(status, seconds));
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Counts a request as running until it is answered or given up.
struct InFlight<'a>(&'a AppState);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.metrics.http.in_flight.dec();
    }
}

fn log(status: StatusCode, seconds: f64) {
    let (status, millis) = (status.as_u16(), (seconds * 1e6).round() / 1e3);
    match status {
        500.. => tracing::warn!(target: "journeyd::access", status, millis, "failed"),
        400.. => tracing::info!(target: "journeyd::access", status, millis, "refused"),
        _ => tracing::debug!(target: "journeyd::access", status, millis, "answered"),
    }
}

/// The method as a label: strangers can make up methods, and a label has few values.
fn usual(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
