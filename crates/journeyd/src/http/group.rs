//! What a route asks of a request before its handler sees it.

use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use data_encoding::BASE64;
use utoipa_axum::router::OpenApiRouter;

use super::body;
use super::cors;
use super::document;
use super::extract::is_lines;
use super::idempotency::{Streamed, remember};
use super::origin::own_page;
use super::problem::{Problem, ProblemKind};
use super::rate::RateClass;
use super::state::{AppState, permit};
use crate::auth::{Principal, Scope};

/// What a group of routes asks of requests. The default asks for a key that may read, or write
/// for any method but GET and HEAD; takes bodies up to `limits.body`; answers within
/// `limits.request_time`; and does a POST with an `Idempotency-Key` once.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    access: Access,
    class: RateClass,
    streaming: bool,
    lists: bool,
    lines: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Anyone,
    ByMethod,
    Scope(Scope),
}

impl Group {
    /// Routes of the API.
    pub fn api() -> Group {
        Group {
            access: Access::ByMethod,
            class: RateClass::Requests,
            streaming: false,
            lists: false,
            lines: false,
        }
    }

    /// Routes that take events: `ingest`, and their own count of requests. Web pages of
    /// `server.allowed_origins` may send to them.
    pub fn ingest() -> Group {
        Group {
            access: Access::Scope(Scope::Ingest),
            class: RateClass::Ingest,
            streaming: false,
            lists: false,
            lines: false,
        }
    }

    /// Asks for this scope, whatever the method.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Group {
        Group { access: Access::Scope(scope), ..self }
    }

    /// Asks for no key: the handler does, by [`AppState::authorize`], or nobody need.
    #[must_use]
    pub fn anyone(self) -> Group {
        Group { access: Access::Anyone, ..self }
    }

    /// For long bodies or long answers: bodies up to `limits.stream_body`, any time until the
    /// answer, and no idempotency key, since that would need the whole body.
    #[must_use]
    pub fn streaming(self) -> Group {
        Group { streaming: true, ..self }
    }

    /// For lists that are read whole: bodies up to `limits.stream_body`, and any time until the
    /// answer, once for each `Idempotency-Key` still.
    #[must_use]
    pub fn lists(self) -> Group {
        Group { lists: true, ..self }
    }

    /// For lines (NDJSON) that are read while they come: bodies of them up to `limits.events_body`, and any time
    /// until the answer; other bodies as ever. A handler reads them by `BodyLines`.
    #[must_use]
    pub fn lines(self) -> Group {
        Group { lines: true, ..self }
    }

    /// Makes routes ask for this, and their documentation say so.
    pub fn mount(self, mut routes: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
        document::complete(&mut routes.get_openapi_mut().paths, &self.duties());
        if !self.streaming {
            routes = routes.route_layer(from_fn(remember));
        }
        let routes = routes.route_layer(from_fn(move |request, next| self.admit(request, next)));
        if self.class == RateClass::Ingest { cors::open(routes) } else { routes }
    }

    fn duties(&self) -> document::Duties {
        document::Duties {
            access: match self.access {
                Access::Anyone => document::Access::Anyone,
                Access::ByMethod => document::Access::ByMethod,
                Access::Scope(scope) => document::Access::Scope(scope),
            },
            idempotent: !self.streaming,
        }
    }

    async fn admit(self, mut request: Request, next: Next) -> Result<Response, Problem> {
        let state = AppState::of(request.extensions())?;
        let limits = &state.config.limits;
        let _place = state
            .requests
            .try_acquire()
            .map_err(|_| Problem::overloaded(std::time::Duration::from_secs(1)))?;
        let mut standing = None;
        if let Some(principal) = self.authenticate(&state, &request)? {
            standing = state.rates.count(&principal, self.class)?;
            request.extensions_mut().insert(principal);
        }
        let lines = self.lines && is_lines(request.headers());
        if lines {
            request.extensions_mut().insert(Streamed);
        }
        let is_long = self.streaming || self.lists || lines;
        let most = match is_long {
            _ if lines => limits.longest_events_body(),
            true => limits.stream_body,
            false => limits.body,
        };
        let (request, intake) = body::guard(request, limits, most, &state.budget)?;
        let mut response = if is_long {
            next.run(request).await
        } else {
            let time = limits.request_time.0;
            match tokio::time::timeout(time, next.run(request)).await {
                Ok(response) => response,
                Err(_) if intake.has_arrived() => {
                    let detail =
                        "the request was not answered in time; it may have been carried out";
                    return Err(Problem::new(ProblemKind::TookTooLong, detail).retry_after(time));
                }
                Err(_) => return Err(body::BodyError::TooSlow.into()),
            }
        };
        if let Some(standing) = standing {
            standing.tell(response.headers_mut());
        }
        Ok(response)
    }

    /// Who asks, if that matters; refused if they may not.
    fn authenticate(
        self,
        state: &AppState,
        request: &Request,
    ) -> Result<Option<Principal>, Problem> {
        if state.keys.is_open() {
            local_name(request)?;
        }
        // Which pages may send events is told by `server.allowed_origins`.
        if self.class == RateClass::Requests {
            own_page(request)?;
        }
        let scope = match self.access {
            Access::Anyone => return Ok(None),
            Access::Scope(scope) => scope,
            Access::ByMethod if matches!(*request.method(), Method::GET | Method::HEAD) => {
                Scope::Read
            }
            Access::ByMethod => Scope::Write,
        };
        let principal = who(state, request.headers())?;
        permit(&principal, scope)?;
        Ok(Some(principal))
    }
}

/// Who sends these headers.
pub(crate) fn who(state: &AppState, headers: &HeaderMap) -> Result<Principal, Problem> {
    if let Some(anyone) = state.keys.anyone() {
        return Ok(anyone);
    }
    let refused = |detail: &'static str| Problem::new(ProblemKind::Unauthenticated, detail);
    let header = headers.get(AUTHORIZATION).ok_or_else(|| {
        refused("send an API key: Authorization: Bearer KEY, or as user name of Basic")
    })?;
    let text = header.to_str().unwrap_or_default();
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    let key = if scheme.eq_ignore_ascii_case("bearer") {
        Some(rest.trim().to_owned())
    } else if scheme.eq_ignore_ascii_case("basic") {
        user_name(rest.trim())
    } else {
        None
    };
    let key = key.ok_or_else(|| refused("Authorization is neither Bearer nor Basic"))?;
    let found = state.keys.verify(&key);
    found.ok_or_else(|| refused("the API key is not valid, or was revoked"))
}

/// The user name of Basic authorization, where libraries of others put the key.
fn user_name(credentials: &str) -> Option<String> {
    let decoded = BASE64.decode(credentials.as_bytes()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    Some(text.split_once(':').map_or(text.as_str(), |(name, _)| name).to_owned())
}

/// Where no keys are needed, a web page must not reach the server by a name of its own that it
/// lets point here (DNS rebinding): only names of this machine are answered to.
fn local_name(request: &Request) -> Result<(), Problem> {
    let header = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = header.or_else(|| request.uri().authority().map(|it| it.as_str()));
    let Some(host) = host else { return Ok(()) };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    let local = name.is_some_and(|name| {
        name.eq_ignore_ascii_case("localhost")
            || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    });
    if local {
        return Ok(());
    }
    let detail = "without keys the server answers to localhost, 127.0.0.1 and [::1] only";
    Err(Problem::new(ProblemKind::Forbidden, detail))
}
