//! Which web pages may send events.

use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::state::AppState;

/// Lets pages of `server.allowed_origins` send events, whatever content type they give them. No
/// page may read with the credentials a browser keeps.
pub(super) fn layer() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .max_age(std::time::Duration::from_secs(3_600))
}

fn allowed(origin: &HeaderValue, parts: &Parts) -> bool {
    let Ok(state) = AppState::of(&parts.extensions) else { return false };
    let listed = &state.config.server.allowed_origins;
    listed.iter().any(|allowed| allowed == "*" || allowed.as_bytes() == origin.as_bytes())
}
