//! Requests whose bodies are too long to be read before they are answered.
//!
//! Whether such a request is the one that was answered is known only once its body has been read to its end. So it is
//! done while it is read, and its answer kept if all of it came; sent again, it is read and thrown away, and then
//! answered. Where there is no answer yet because the body broke off, it is done again: a handler has to know
//! by itself, by [`Idempotent::name_of`], which parts it did.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tracing::Instrument;

use super::layer::{Asked, again, answer, digest, in_progress, reused};
use super::{Fingerprint, Idempotent, Kept, Keyed, RequestKey};
use crate::http::body::BodyFrames;
use crate::http::problem::Problem;
use crate::http::state::AppState;
use crate::sync::lock;

/// Marks a request whose body is read while it is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Streamed;

/// Stands for the fingerprint of a request that is still being read.
const UNKNOWN: Fingerprint = [0; 32];

/// Answers such a request.
pub(super) async fn remember(
    state: AppState,
    key: RequestKey,
    (mut parts, body): (Parts, Body),
    next: Next,
) -> Result<Response, Problem> {
    let idempotency = &state.idempotency;
    let running = idempotency.begin(key, UNKNOWN).map_err(|_| in_progress())?;
    let path = parts.uri.path_and_query().map(|path| path.as_str()).unwrap_or_default();
    let seal = Seal::new(&[parts.method.as_str().as_bytes(), path.as_bytes()]);
    if let Some(kept) = idempotency.responses.load(key).await.map_err(Problem::internal)? {
        let kept = Kept::decode(&kept);
        let kept = kept.ok_or_else(|| Problem::internal("a kept answer cannot be read"))?;
        let mut frames = BodyFrames::of(Request::new(Body::new(seal.over(body))));
        while frames.next().await?.is_some() {}
        return match kept {
            Kept::Answer(kept) if seal.fingerprint() == Some(kept.fingerprint) => {
                Ok(again(kept.reply))
            }
            _ => Err(reused()),
        };
    }
    let keyed = Keyed { key, fingerprint: UNKNOWN, time: idempotency.time, done: false };
    let keyed = Arc::new(keyed);
    parts.extensions.insert(Idempotent(Some(Arc::clone(&keyed))));
    let request = Request::from_parts(parts, Body::new(seal.over(body)));
    let asked = Asked { state, running, keyed, fingerprint: Box::new(move || seal.fingerprint()) };
    tokio::spawn(answer(asked, request, next).in_current_span()).await.map_err(Problem::internal)?
}

/// Makes the fingerprint of a request while its body comes in.
#[derive(Debug, Clone)]
struct Seal {
    head: Fingerprint,
    body: Arc<Mutex<(blake3::Hasher, bool)>>,
}

impl Seal {
    fn new(head: &[&[u8]]) -> Seal {
        Seal { head: digest(head), body: Arc::new(Mutex::new((blake3::Hasher::new(), false))) }
    }

    fn over(&self, body: Body) -> Sealed {
        Sealed { body, seal: self.clone() }
    }

    /// The fingerprint, if the body has come to its end.
    fn fingerprint(&self) -> Option<Fingerprint> {
        let body = lock(&self.body);
        body.1.then(|| digest(&[&self.head, body.0.finalize().as_bytes()]))
    }
}

/// A body that is seen as it comes by.
struct Sealed {
    body: Body,
    seal: Seal,
}

impl HttpBody for Sealed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        let mut seal = lock(&self.seal.body);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    seal.0.update(data);
                }
            }
            Poll::Ready(None) => seal.1 = true,
            _ => {}
        }
        drop(seal);
        frame
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
