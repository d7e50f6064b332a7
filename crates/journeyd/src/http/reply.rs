//! An answer as data: it can be kept, and given again.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;

use super::extract::ETag;
use super::problem::Problem;

/// An answer as data. A handler whose effect is one write makes its answer first, lets
/// [`Idempotent::entry`](super::Idempotent::entry) turn it into a row of that same write, and then returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Bytes,
}

impl Reply {
    /// An answer of JSON.
    ///
    /// # Errors
    /// The value is none that JSON can hold.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Reply, Problem> {
        let body = serde_json::to_vec(value).map_err(Problem::internal)?;
        let json = HeaderValue::from_static("application/json");
        Ok(Reply { status, headers: vec![(header::CONTENT_TYPE, json)], body: body.into() })
    }

    /// An answer that says nothing but that it is done.
    pub fn no_content() -> Reply {
        Reply { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: Bytes::new() }
    }

    /// Says which version the resource is at.
    ///
    /// # Errors
    /// The tag is none that a header can hold.
    pub fn etag(self, tag: &ETag) -> Result<Reply, Problem> {
        self.header(header::ETAG, &tag.to_string())
    }

    /// Says where the new resource is: a path.
    ///
    /// # Errors
    /// The path is none that a header can hold.
    pub fn location(self, path: &str) -> Result<Reply, Problem> {
        self.header(header::LOCATION, path)
    }

    fn header(mut self, name: HeaderName, value: &str) -> Result<Reply, Problem> {
        let value = HeaderValue::try_from(value).map_err(Problem::internal)?;
        self.headers.push((name, value));
        Ok(self)
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}
