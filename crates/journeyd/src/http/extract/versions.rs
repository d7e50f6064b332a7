//! Versions of resources: `ETag`, `If-Match`, `If-None-Match`.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};

use super::super::problem::{Problem, ProblemKind};

/// The version of a resource, as a header of an answer: `(ETag::version(7), Json(journey))`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of a version by number.
    pub fn version(number: u64) -> ETag {
        ETag(format!("\"{number}\""))
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl IntoResponseParts for ETag {
    type Error = Problem;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Problem> {
        let value = HeaderValue::try_from(self.0).map_err(Problem::internal)?;
        parts.headers_mut().insert(header::ETAG, value);
        Ok(parts)
    }
}

/// Which versions a change may be made to.
#[derive(Debug, Clone)]
pub struct IfMatch(Tags);

/// Which versions whoever asks has already.
#[derive(Debug, Clone)]
pub struct IfNoneMatch(Tags);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Absent,
    Any,
    Listed(Vec<String>),
}

const REQUIRED: &str = "send If-Match with the ETag that GET gave, so that no change of others is lost; \
                        or `If-Match: *`, to change whatever is there";

impl IfMatch {
    /// Whether the change may be made to what is at `current`.
    ///
    /// # Errors
    /// The header is absent (428), or names other versions (412).
    pub fn check(&self, current: &ETag) -> Result<(), Problem> {
        match &self.0 {
            Tags::Any => Ok(()),
            // Weak tags match nothing here (RFC 9110, 13.1.1): they begin with `W/`.
            Tags::Listed(tags) if tags.contains(&current.0) => Ok(()),
            Tags::Listed(_) => Err(Problem::new(
                ProblemKind::PreconditionFailed,
                format!("the resource is at {current} now: read it, and send If-Match: {current}"),
            )),
            Tags::Absent => self.required(),
        }
    }

    /// The version at which a change has to find what it changes, after a [`check`](IfMatch::check) with
    /// `current`: others may come in between. None with `*`, which means whatever is there.
    pub fn named(&self, current: u64) -> Option<u64> {
        (self.0 != Tags::Any).then_some(current)
    }

    /// Makes sure that the header is there, whatever it says: for changes that are refused for other
    /// reasons before it is looked at.
    ///
    /// # Errors
    /// It is absent (428).
    pub fn required(&self) -> Result<(), Problem> {
        match self.0 {
            Tags::Absent => Err(Problem::new(ProblemKind::PreconditionRequired, REQUIRED)),
            Tags::Any | Tags::Listed(_) => Ok(()),
        }
    }

    /// The same as [`check`](IfMatch::check), where the header need not be there: nothing is changed, or
    /// nothing is there yet.
    ///
    /// # Errors
    /// It names other versions (412).
    pub fn check_if_given(&self, current: &ETag) -> Result<(), Problem> {
        if self.0 == Tags::Absent { Ok(()) } else { self.check(current) }
    }
}

impl IfNoneMatch {
    /// Whether what is at `current` is known already, so that 304 is answer enough.
    pub fn knows(&self, current: &ETag) -> bool {
        match &self.0 {
            Tags::Absent => false,
            Tags::Any => true,
            Tags::Listed(tags) => {
                tags.iter().any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == current.0)
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        tags(&parts.headers, &header::IF_MATCH).map(IfMatch)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        tags(&parts.headers, &header::IF_NONE_MATCH).map(IfNoneMatch)
    }
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Tags, Problem> {
    let mut found = Vec::new();
    for value in headers.get_all(name) {
        let list = value.to_str().unwrap_or_default().trim();
        if list == "*" {
            return Ok(Tags::Any);
        }
        // Our tags hold no comma, so that cutting at commas cuts none that could match.
        for tag in list.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            let quoted = tag.strip_prefix("W/").unwrap_or(tag);
            if quoted.len() < 2 || !quoted.starts_with('"') || !quoted.ends_with('"') {
                return Err(Problem::new(
                    ProblemKind::BadRequest,
                    format!("{name} holds ETags in quotes, such as \"7\", or *"),
                ));
            }
            found.push(tag.to_owned());
        }
    }
    Ok(if headers.contains_key(name) { Tags::Listed(found) } else { Tags::Absent })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{ETag, IfMatch, IfNoneMatch, tags};
    use crate::http::problem::ProblemKind;

    fn if_match(value: Option<&'static str>) -> Result<IfMatch, ProblemKind> {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert(header::IF_MATCH, HeaderValue::from_static(value));
        }
        tags(&headers, &header::IF_MATCH).map(IfMatch).map_err(|problem| problem.kind())
    }

    fn check(value: Option<&'static str>) -> Result<(), ProblemKind> {
        if_match(value)?.check(&ETag::version(7)).map_err(|problem| problem.kind())
    }

    #[test]
    fn a_change_is_made_to_the_version_that_was_read() {
        assert_eq!(check(Some("\"7\"")), Ok(()));
        assert_eq!(check(Some("\"6\", \"7\"")), Ok(()));
        assert_eq!(check(Some("*")), Ok(()));
        assert_eq!(check(Some("\"6\"")), Err(ProblemKind::PreconditionFailed));
        assert_eq!(check(Some("W/\"7\"")), Err(ProblemKind::PreconditionFailed));
        assert_eq!(check(None), Err(ProblemKind::PreconditionRequired));
        assert_eq!(check(Some("7")), Err(ProblemKind::BadRequest));
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("W/\"7\""));
        let known = IfNoneMatch(tags(&headers, &header::IF_NONE_MATCH).unwrap());
        assert!(known.knows(&ETag::version(7)));
        assert!(!known.knows(&ETag::version(8)));
    }
}
