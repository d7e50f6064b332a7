//! What handlers take from a request. Each of these is refused with a [`Problem`], so that no
//! handler has to.

mod json;
mod list;
mod params;
mod source;
mod versions;

pub use json::Json;
pub(super) use json::too_deep;
pub use list::{CursorKey, List, Page, PageParams};
pub use params::{Params, Query};
pub use source::Source;
pub use versions::{ETag, IfMatch, IfNoneMatch};

use axum::extract::{FromRequest, Request};
use bytes::Bytes;

use super::body::{Intake, read_all};
use super::problem::Problem;

/// The whole body, as it is once inflated.
#[derive(Debug, Clone)]
pub struct Raw(pub Bytes);

impl<S: Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Raw, Problem> {
        let (parts, body) = request.into_parts();
        Ok(Raw(read_all(body, parts.extensions.get::<Intake>()).await?))
    }
}

/// Whether a body is lines of JSON, by its `Content-Type`.
pub(crate) fn is_lines(headers: &axum::http::HeaderMap) -> bool {
    let lines = ["application/x-ndjson", "application/ndjson", "application/jsonl"];
    lines.contains(&media_type(headers).as_str())
}

/// The essence of a `Content-Type`: `application/json` of `application/json; charset=utf-8`, in
/// lower case; empty if there is none.
pub(crate) fn media_type(headers: &axum::http::HeaderMap) -> String {
    let named = headers.get(axum::http::header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let essence = named.and_then(|it| it.split(';').next()).unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}
