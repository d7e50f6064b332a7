//! The API's own description.

use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::OpenApi;

use super::super::problem::Problem;
use super::super::state::AppState;

/// `/openapi.json`. It is made once.
pub(in crate::http) fn routes(document: &OpenApi) -> Router<AppState> {
    let text: Arc<Result<Bytes, String>> =
        Arc::new(document.to_json().map(Bytes::from).map_err(|error| error.to_string()));
    let answer = move || async move {
        match text.as_ref() {
            Ok(text) => ([("content-type", "application/json")], text.clone()).into_response(),
            Err(error) => Problem::internal(error).into_response(),
        }
    };
    Router::new().route("/openapi.json", get(answer))
}
