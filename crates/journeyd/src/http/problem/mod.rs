//! Everything that goes wrong is answered as RFC 9457 has it: `application/problem+json`.

mod kind;
mod source;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use kind::ProblemKind;
pub use source::{
    Places, Position, SourceEdit, SourceError, SourceFix, SourceRemark, SourceSeverity, SourceSpan,
};

/// The content type of problems.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What ends the detail of a problem that came before anything was done.
const NOTHING_DONE: &str = "; nothing was done, try again";

/// An answer that says what went wrong.
///
/// Handlers return `Result<_, Problem>`. Messages speak to who sent the request: what is wrong,
/// where, what to do. What only operators should know goes to the log, by [`Problem::internal`].
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ProblemKind,
    status: StatusCode,
    detail: Cow<'static, str>,
    errors: Vec<SourceError>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What the body of a problem holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// What kind of problem it is: a name that does not change, and the path of its page.
    #[schema(example = "/problems/not-found", format = "uri-reference")]
    r#type: String,
    /// What the kind is called.
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong with this request, and what to do.
    detail: &'a str,
    /// Diagnostics of a source that does not check.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [SourceError],
    /// More about it, by kind.
    #[serde(flatten)]
    #[schema(additional_properties)]
    members: &'a Map<String, Value>,
}

impl Problem {
    /// A problem of a kind, with what is wrong with this request and what to do.
    pub fn new(kind: ProblemKind, detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem(Box::new(Inner {
            kind,
            status: kind.status(),
            detail: detail.into(),
            errors: Vec::new(),
            members: Map::new(),
            headers: Vec::new(),
        }))
    }

    /// A problem that says no more than a status does.
    pub(super) fn of_status(status: StatusCode) -> Problem {
        let kind = ProblemKind::of_status(status);
        let mut problem = Problem::new(kind, kind.title());
        problem.0.status = status;
        problem
    }

    /// There is no such thing: "there is no journey `winback`".
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(ProblemKind::NotFound, detail)
    }

    /// The state of the resource does not allow this: what it is, and what is allowed.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(ProblemKind::Conflict, detail)
    }

    /// The body is well formed and says what cannot be.
    pub fn invalid_body(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(ProblemKind::InvalidBody, detail)
    }

    /// The source does not check.
    pub fn source(errors: Vec<SourceError>) -> Problem {
        let count = errors.iter().filter(|error| error.is_error()).count();
        let s = if count == 1 { "" } else { "s" };
        let mut problem =
            Problem::new(ProblemKind::SourceErrors, format!("the source has {count} error{s}"));
        problem.0.errors = errors;
        problem
    }

    /// A bounded queue is full: nothing was done, and trying again after a while may help.
    pub fn overloaded(after: Duration) -> Problem {
        let detail = format!("the server has as much to do as it can hold{NOTHING_DONE}");
        Problem::new(ProblemKind::Overloaded, detail).retry_after(after)
    }

    /// Something that cannot be used now and may be later.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>, after: Duration) -> Problem {
        Problem::new(ProblemKind::Unavailable, detail).retry_after(after)
    }

    /// The server failed. `error` goes to the log, and not to whoever asked.
    pub fn internal(error: impl fmt::Display) -> Problem {
        tracing::error!(%error, "a request failed");
        Problem::new(
            ProblemKind::Internal,
            "the server failed to do this; its log says why, under the id in X-Request-Id",
        )
    }

    /// Adds diagnostics of sources.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<SourceError>) -> Problem {
        self.0.errors = errors;
        self
    }

    /// Says when to try again, in whole seconds, at least one.
    #[must_use]
    pub fn retry_after(self, after: Duration) -> Problem {
        let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Problem {
        self.0.headers.push((name, value));
        self
    }

    /// Adds a member to the body, such as the moves that are allowed.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Problem {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Says something else about this request.
    #[must_use]
    pub fn saying(mut self, detail: impl FnOnce(&str) -> String) -> Problem {
        self.0.detail = detail(&self.0.detail).into();
        self
    }

    /// Says what was done nevertheless, and what to do about that.
    #[must_use]
    pub fn but_done(self, what: impl fmt::Display) -> Problem {
        self.saying(|why| format!("{}; {what}", why.strip_suffix(NOTHING_DONE).unwrap_or(why)))
    }

    /// Its kind.
    pub fn kind(&self) -> ProblemKind {
        self.0.kind
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind.title(), self.0.detail)
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Inner { kind, status, detail, errors, members, headers } = *self.0;
        let body = ProblemBody {
            r#type: format!("/problems/{}", kind.slug()),
            title: kind.title(),
            status: status.as_u16(),
            detail: &detail,
            errors: &errors,
            members: &members,
        };
        // Texts and numbers under texts as keys: there is nothing in it that JSON cannot hold.
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = status;
        let own = response.headers_mut();
        own.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if kind == ProblemKind::Unauthenticated {
            own.append(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            let basic = HeaderValue::from_static("Basic realm=\"journeyd\", charset=\"UTF-8\"");
            own.append(header::WWW_AUTHENTICATE, basic);
        }
        for (name, value) in headers {
            own.insert(name, value);
        }
        response
    }
}
