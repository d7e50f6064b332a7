//! The header, on its way in and out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Body as _;
use tracing::Instrument;

use super::streamed::{self, Streamed};
use super::{Fingerprint, Idempotent, Kept, Keyed, Remembered, RequestKey, Running};
use crate::auth::Principal;
use crate::http::body::{Intake, read_all};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::reply::Reply;
use crate::http::state::AppState;

/// The header that names a request.
const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Tells that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Longest key.
const KEY: usize = 255;

/// Largest answer that is kept.
const ANSWER: usize = 1 << 20;

/// Answers a POST with an `Idempotency-Key` once.
pub(crate) async fn remember(request: Request, next: Next) -> Result<Response, Problem> {
    let named = request.headers().get(HEADER);
    let Some(named) = named.filter(|_| request.method() == Method::POST) else {
        return Ok(next.run(request).await);
    };
    let name = name(named)?;
    let state = AppState::of(request.extensions())?;
    let (mut parts, body) = request.into_parts();
    let who = parts.extensions.get::<Principal>().map(|who| Arc::clone(&who.id));
    let key = RequestKey(digest(&[who.as_deref().unwrap_or_default().as_bytes(), name.as_bytes()]));
    if parts.extensions.get::<Streamed>().is_some() {
        return streamed::remember(state, key, (parts, body), next).await;
    }
    let bytes = read_all(body, parts.extensions.get::<Intake>()).await?;
    let path = parts.uri.path_and_query().map(|path| path.as_str()).unwrap_or_default();
    let fingerprint = digest(&[parts.method.as_str().as_bytes(), path.as_bytes(), &bytes]);

    let idempotency = &state.idempotency;
    let running = idempotency
        .begin(key, fingerprint)
        .map_err(|other| if other == fingerprint { in_progress() } else { reused() })?;
    let mut done = false;
    if let Some(kept) = idempotency.responses.load(key).await.map_err(Problem::internal)? {
        let kept = Kept::decode(&kept);
        let kept = kept.ok_or_else(|| Problem::internal("a kept answer cannot be read"))?;
        if *kept.fingerprint() != fingerprint {
            return Err(reused());
        }
        match kept {
            Kept::Note(_) => done = true,
            Kept::Answer(Remembered { reply, .. }) => return Ok(again(reply)),
        }
    }
    let time = idempotency.time;
    let keyed = Arc::new(Keyed { key, fingerprint, time, done });
    parts.extensions.insert(Idempotent(Some(Arc::clone(&keyed))));
    let request = Request::from_parts(parts, Body::from(bytes));
    let asked = Asked { state, running, keyed, fingerprint: Box::new(move || Some(fingerprint)) };
    // On its own, so that it is kept even if whoever asked does not wait for the answer.
    tokio::spawn(answer(asked, request, next).in_current_span()).await.map_err(Problem::internal)?
}

/// A request that is being answered.
pub(super) struct Asked {
    pub(super) state: AppState,
    pub(super) running: Running,
    pub(super) keyed: Arc<Keyed>,
    /// Which it was, once it has been answered; nothing if not all of it came.
    pub(super) fingerprint: Box<dyn FnOnce() -> Option<Fingerprint> + Send>,
}

/// Answers a request and keeps the answer, if it would be the same again.
pub(super) async fn answer(
    asked: Asked,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Asked { state, running, keyed, fingerprint } = asked;
    let response = next.run(request).await;
    let small = response.body().size_hint().exact().is_some_and(|size| size <= ANSWER as u64);
    if !small || !lasting(response.status()) {
        return Ok(response);
    }
    let Some(fingerprint) = fingerprint() else { return Ok(response) };
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, ANSWER).await.map_err(Problem::internal)?;
    let headers = parts.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
    let reply = Reply { status: parts.status, headers: headers.collect(), body: body.clone() };
    let entry = keyed.entry(Remembered::encode(&fingerprint, &reply));
    if let Err(error) = state.idempotency.responses.save(entry).await {
        // What was asked for is done: saying that it is not would have it done again.
        tracing::error!(%error, "an answer is not kept");
    }
    drop(running);
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// An answer that was given before.
pub(super) fn again(reply: Reply) -> Response {
    let mut response = reply.into_response();
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Whether the same request would be answered the same: not where only the moment was bad, or
/// headers were that do not count as the request.
fn lasting(status: StatusCode) -> bool {
    !status.is_server_error()
        && !matches!(
            status,
            StatusCode::UNAUTHORIZED
                | StatusCode::FORBIDDEN
                | StatusCode::REQUEST_TIMEOUT
                | StatusCode::PRECONDITION_FAILED
                | StatusCode::PRECONDITION_REQUIRED
                | StatusCode::TOO_MANY_REQUESTS
        )
}

/// The key in the header, without the quotes it may have.
fn name(value: &HeaderValue) -> Result<String, Problem> {
    let text = value.to_str().unwrap_or_default().trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let fits = (1..=KEY).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| bare.to_owned()).ok_or_else(|| {
        Problem::new(
            ProblemKind::BadRequest,
            "Idempotency-Key is 1 to 255 visible ASCII characters, such as a UUID",
        )
    })
}

pub(super) fn digest(parts: &[&[u8]]) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    hasher.finalize().into()
}

pub(super) fn in_progress() -> Problem {
    let detail = "a request with this Idempotency-Key is being answered: wait, and send it again";
    Problem::new(ProblemKind::InProgress, detail).retry_after(Duration::from_secs(1))
}

pub(super) fn reused() -> Problem {
    Problem::new(
        ProblemKind::KeyReused,
        "this Idempotency-Key was used with another request: use a new one for this",
    )
}
