//! Which web pages may send events.

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};
use utoipa_axum::router::OpenApiRouter;

use super::frame::other_method;
use super::state::AppState;

/// What Segment's library for browsers adds when it tries again.
const RETRY_COUNT: HeaderName = HeaderName::from_static("x-retry-count");

/// Lets pages of `server.allowed_origins` send to these routes. Browsers ask first, by OPTIONS, which no
/// route takes: so what answers to other methods stands within the layer.
pub(super) fn open(routes: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    let (router, document) = routes.split_for_parts();
    let router = router.method_not_allowed_fallback(other_method).layer(layer());
    OpenApiRouter::with_openapi(document).merge(OpenApiRouter::from(router))
}

/// Lets pages of `server.allowed_origins` send events, whatever content type they give them. No
/// page may read with the credentials a browser keeps.
fn layer() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, RETRY_COUNT])
        .max_age(std::time::Duration::from_secs(3_600))
}

fn allowed(origin: &HeaderValue, parts: &Parts) -> bool {
    let Ok(state) = AppState::of(&parts.extensions) else { return false };
    let listed = &state.config.server.allowed_origins;
    listed.iter().any(|allowed| allowed == "*" || allowed.as_bytes() == origin.as_bytes())
}
