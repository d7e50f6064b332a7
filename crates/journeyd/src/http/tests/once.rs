use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Extension;
use axum::Router;
use axum::http::{Method, StatusCode};
use serde_json::json;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, call, framed, request};
use crate::config::Config;
use crate::http::{Group, Json, Problem, Reply};

/// What the handler did, and when it may go on.
#[derive(Clone)]
struct World {
    made: Arc<AtomicU64>,
    gate: Arc<Semaphore>,
}

#[utoipa::path(post, path = "/things", request_body = serde_json::Value, responses((status = 201)))]
async fn make(
    Extension(world): Extension<World>,
    Json(thing): Json<serde_json::Value>,
) -> Result<Reply, Problem> {
    if thing == json!("unavailable") {
        return Err(Problem::overloaded(std::time::Duration::from_secs(1)));
    }
    world.gate.acquire().await.map_err(Problem::internal)?.forget();
    let number = world.made.fetch_add(1, Ordering::SeqCst) + 1;
    Reply::json(StatusCode::CREATED, &json!({ "number": number, "thing": thing }))?
        .location(&format!("/things/{number}"))
}

fn world(may_go_on: usize) -> (Router, World) {
    let world = World { made: Arc::default(), gate: Arc::new(Semaphore::new(may_go_on)) };
    let routes = Group::api().mount(OpenApiRouter::new().routes(routes!(make)));
    let router = framed(routes.layer(Extension(world.clone())), Config::default());
    (router, world)
}

async fn post(router: &Router, key: &str, thing: &str) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    call(router, request(Method::POST, "/things", &headers, thing)).await
}

#[tokio::test]
async fn a_request_sent_again_is_answered_again_and_done_once() {
    let (router, world) = world(9);
    let first = post(&router, "k1", "1").await;
    assert_eq!(
        (first.status, &first.headers["location"]),
        (StatusCode::CREATED, &"/things/1".parse().unwrap())
    );
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let again = post(&router, "\"k1\"", "1").await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.headers["location"], "/things/1");
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(world.made.load(Ordering::SeqCst), 1);
    assert_eq!(post(&router, "k2", "1").await.json()["number"], 2);
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    let (router, world) = world(9);
    post(&router, "k", "1").await;
    assert_eq!(post(&router, "k", "2").await.problem(), "idempotency-key-reused");
    assert_eq!(world.made.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_request_that_runs_is_not_begun_again() {
    let (router, world) = world(0);
    let first = tokio::spawn({
        let router = router.clone();
        async move { post(&router, "k", "1").await }
    });
    while world.gate.available_permits() == 0 && Arc::strong_count(&world.gate) < 3 {
        tokio::task::yield_now().await;
        if post(&router, "k", "1").await.status == StatusCode::CONFLICT {
            break;
        }
    }
    let other = post(&router, "k", "2").await;
    assert_eq!(other.problem(), "idempotency-key-reused");
    world.gate.add_permits(1);
    assert_eq!(first.await.unwrap().status, StatusCode::CREATED);
    assert_eq!(post(&router, "k", "1").await.json()["number"], 1);
}

#[tokio::test]
async fn what_only_the_moment_refused_may_be_tried_again() {
    let (router, _) = world(9);
    assert_eq!(post(&router, "k", "\"unavailable\"").await.problem(), "overloaded");
    assert_eq!(post(&router, "k", "1").await.status, StatusCode::CREATED);
    assert_eq!(post(&router, "broken", "{").await.problem(), "invalid-json");
    let again = post(&router, "broken", "{").await;
    assert_eq!(again.problem(), "invalid-json");
    assert_eq!(again.headers["idempotency-replayed"], "true");
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let (router, _) = world(9);
    for key in ["", "two words", "\"\"", &"x".repeat(256)] {
        assert_eq!(post(&router, key, "1").await.problem(), "bad-request", "{key}");
    }
}
