//! The kinds of problems there are. Their names are part of the API: none is ever renamed.

use axum::http::StatusCode;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident $slug:literal $status:ident $title:literal;)+) => {
        /// What went wrong. Each kind has a name that does not change, and a page at `/problems/NAME`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl ProblemKind {
            /// All kinds, by status.
            pub const ALL: &[ProblemKind] = &[$(ProblemKind::$variant,)+];

            /// The last part of its `type`.
            pub fn slug(self) -> &'static str {
                match self { $(ProblemKind::$variant => $slug,)+ }
            }

            /// The status it is answered with.
            pub fn status(self) -> StatusCode {
                match self { $(ProblemKind::$variant => StatusCode::$status,)+ }
            }

            /// What it is called, the same each time.
            pub fn title(self) -> &'static str {
                match self { $(ProblemKind::$variant => $title,)+ }
            }

            /// What it means and what to do, for its page.
            pub fn explanation(self) -> &'static str {
                match self { $(ProblemKind::$variant => concat!($($doc, "\n",)+).trim_ascii(),)+ }
            }
        }
    };
}

kinds! {
    /// The request cannot be read: its head, a header or its framing. `detail` says which.
    BadRequest "bad-request" BAD_REQUEST "The request cannot be read";
    /// The body is no JSON. `detail` says at which line and column it breaks.
    InvalidJson "invalid-json" BAD_REQUEST "The body is no JSON";
    /// The JSON of the body nests deeper than `limits.json_depth` allows.
    TooDeep "json-too-deep" BAD_REQUEST "The JSON of the body nests too deep";
    /// A parameter in the path or the query has a value it cannot have. `detail` says which.
    InvalidParameter "invalid-parameter" BAD_REQUEST "A parameter has a value it cannot have";
    /// The cursor was not made by this list. Begin the list again without one.
    InvalidCursor "invalid-cursor" BAD_REQUEST "The cursor is none of this list";
    /// The body says it is compressed, and cannot be inflated.
    CorruptBody "corrupt-body" BAD_REQUEST "The body cannot be inflated";
    /// There is no key with the request, or it is none of this server, or it was revoked. Send
    /// `Authorization: Bearer KEY`, or the key as the user name of Basic authorization.
    Unauthenticated "unauthenticated" UNAUTHORIZED "The request needs a valid API key";
    /// The key is valid and lacks the scope that `detail` names; or a web page of another origin asks for a
    /// change.
    Forbidden "forbidden" FORBIDDEN "The key may not do this";
    /// There is nothing at this path, or no such resource.
    NotFound "not-found" NOT_FOUND "There is no such thing";
    /// The path exists, and does not take this method. The header `Allow` says which it takes.
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED "The path does not take this method";
    /// The body came too slowly, or stopped. Send it again, faster.
    RequestTimeout "request-timeout" REQUEST_TIMEOUT "The request took too long to arrive";
    /// The state of the resource does not allow this. `detail` says what it is and what is allowed.
    Conflict "conflict" CONFLICT "The state of the resource does not allow this";
    /// A request with the same `Idempotency-Key` is being answered. Wait, and send it again.
    InProgress "request-in-progress" CONFLICT "The same request is being answered";
    /// The resource changed since it was read: its `ETag` is not in `If-Match`. Read it again.
    PreconditionFailed "precondition-failed" PRECONDITION_FAILED "The resource has changed";
    /// The body is larger, once inflated, than this path takes, or has more elements. `detail` says how large it
    /// may be.
    BodyTooLarge "body-too-large" PAYLOAD_TOO_LARGE "The body is too large";
    /// The path does not take this `Content-Type`. `detail` says which it takes.
    UnsupportedMediaType "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "The path does not take this content type";
    /// The body is compressed in a way the server does not know. It knows `gzip` and `deflate`.
    UnsupportedEncoding "unsupported-encoding" UNSUPPORTED_MEDIA_TYPE "The body is compressed in an unknown way";
    /// The body is JSON, and not what this path takes. `detail` says what is wrong, `pointer` where.
    InvalidBody "invalid-body" UNPROCESSABLE_ENTITY "The body is not what this path takes";
    /// The source does not check. `errors` holds the diagnostics of the language, with places and fixes.
    SourceErrors "source-errors" UNPROCESSABLE_ENTITY "The source has errors";
    /// This `Idempotency-Key` was used with another request. Use a new key for a new request.
    KeyReused "idempotency-key-reused" UNPROCESSABLE_ENTITY "The idempotency key belongs to another request";
    /// This change needs `If-Match` with the `ETag` the resource was read with, or `*`.
    PreconditionRequired "precondition-required" PRECONDITION_REQUIRED "The change needs If-Match";
    /// The key has made more requests than it may. `Retry-After` says when there will be room.
    RateLimited "rate-limited" TOO_MANY_REQUESTS "The key has made too many requests";
    /// The server has as much to do as it can hold. Nothing was done. `Retry-After` says when to try again.
    Overloaded "overloaded" TOO_MANY_REQUESTS "The server has too much to do";
    /// The server failed. It is not the request's fault; the log has more under `X-Request-Id`.
    Internal "internal" INTERNAL_SERVER_ERROR "The server failed";
    /// The server cannot do this now: it starts, stops, or waits for something. Try again.
    Unavailable "unavailable" SERVICE_UNAVAILABLE "The server cannot do this now";
    /// The request was not answered in time. It may have been carried out.
    TookTooLong "took-too-long" SERVICE_UNAVAILABLE "The answer took too long";
}

impl ProblemKind {
    /// The kind that says no more than a status does.
    pub(crate) fn of_status(status: StatusCode) -> ProblemKind {
        match status {
            StatusCode::UNAUTHORIZED => ProblemKind::Unauthenticated,
            StatusCode::FORBIDDEN => ProblemKind::Forbidden,
            StatusCode::NOT_FOUND => ProblemKind::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => ProblemKind::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => ProblemKind::RequestTimeout,
            StatusCode::CONFLICT => ProblemKind::Conflict,
            StatusCode::PRECONDITION_FAILED => ProblemKind::PreconditionFailed,
            StatusCode::PAYLOAD_TOO_LARGE => ProblemKind::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemKind::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => ProblemKind::InvalidBody,
            StatusCode::PRECONDITION_REQUIRED => ProblemKind::PreconditionRequired,
            StatusCode::TOO_MANY_REQUESTS => ProblemKind::Overloaded,
            StatusCode::SERVICE_UNAVAILABLE => ProblemKind::Unavailable,
            status if status.is_server_error() => ProblemKind::Internal,
            _ => ProblemKind::BadRequest,
        }
    }
}
