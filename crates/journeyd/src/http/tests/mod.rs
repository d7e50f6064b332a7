//! The frame around routes that tests make up.

mod admission;
mod once;
mod resource;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;
use tower_service::Service;
use utoipa_axum::router::OpenApiRouter;

use super::frame::assemble;
use super::{AppState, MemoryResponses, Parts, Services};
use crate::auth::KeyRing;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::observe::{Metrics, Readiness, Stop};
use crate::runtime::{Clock, ClockKind, Options, Runtime};

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The last part of a problem's type.
    fn problem(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{:?}", self.body);
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16());
        body["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned()
    }
}

/// What stands behind the routes: nothing is live.
fn services() -> Services {
    let store = Arc::new(journey_engine::store::MemoryStore::new());
    let clock = Arc::new(Clock::new(ClockKind::Wall, 0));
    let (runtime, _) = Runtime::start(store, clock, &Options::default()).unwrap();
    let catalog = Arc::new(Catalog::open(Arc::clone(&runtime)).unwrap());
    let checker = Arc::clone(&catalog) as Arc<dyn crate::catalog::Checker>;
    Services {
        checker,
        catalog,
        runtime,
        schemas: Arc::default(),
        upkeep: crate::upkeep::Upkeep::none(),
        receivers: Arc::new(()),
    }
}

fn state(config: Config) -> AppState {
    AppState::new(Parts {
        config: Arc::new(config),
        keys: KeyRing::open(),
        server_key: [7; 32],
        responses: Arc::new(MemoryResponses::default()),
        metrics: Metrics::default(),
        readiness: Readiness::default(),
        stopping: Stop::default().listener(),
        services: services(),
    })
}

fn framed(routes: OpenApiRouter<AppState>, config: Config) -> Router {
    assemble(routes, state(config))
}

async fn call(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().call(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, body }
}

fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

fn get(path: &str) -> Request<Body> {
    request(Method::GET, path, &[], "")
}
