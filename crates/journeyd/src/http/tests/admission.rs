use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use bytes::Bytes;
use http_body::Frame;
use tokio::sync::Notify;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{call, framed, get, request};
use crate::config::{Config, Length};
use crate::http::{AppState, Group, Problem, Raw};

#[utoipa::path(get, path = "/panics", responses((status = 200)))]
async fn panics() -> &'static str {
    panic!("canary of a panic")
}

#[utoipa::path(get, path = "/waits", responses((status = 200)))]
async fn waits() {
    Notify::new().notified().await;
}

#[utoipa::path(get, path = "/refuses", responses((status = 200)))]
async fn refuses() -> (StatusCode, &'static str) {
    (StatusCode::IM_A_TEAPOT, "plain text of someone who knows no better")
}

#[utoipa::path(post, path = "/reads", request_body = String, responses((status = 200)))]
async fn reads(Raw(body): Raw) -> Result<String, Problem> {
    Ok(body.len().to_string())
}

fn routes() -> OpenApiRouter<AppState> {
    let routes = OpenApiRouter::new()
        .routes(routes!(panics))
        .routes(routes!(waits))
        .routes(routes!(refuses))
        .routes(routes!(reads));
    Group::api().mount(routes)
}

/// A body of which nothing more comes.
struct Silent;

impl http_body::Body for Silent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_panic_is_an_answer_that_tells_nothing_of_it() {
    let answer = call(&framed(routes(), Config::default()), get("/panics")).await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (StatusCode::INTERNAL_SERVER_ERROR, "internal")
    );
    assert!(!String::from_utf8_lossy(&answer.body).contains("canary"));
}

#[tokio::test]
async fn a_refusal_that_is_no_problem_is_made_one() {
    let answer = call(&framed(routes(), Config::default()), get("/refuses")).await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (StatusCode::IM_A_TEAPOT, "bad-request")
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_not_answered_in_time_is_told_so() {
    let answer = call(&framed(routes(), Config::default()), get("/waits")).await;
    assert_eq!(answer.problem(), "took-too-long");
    assert_eq!(
        (answer.status, &answer.headers["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"60".parse().unwrap())
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_the_senders_fault() {
    for idle in [Length::seconds(10), Length::seconds(3_600)] {
        let mut config = Config::default();
        config.limits.body_idle_time = idle;
        let silent = Request::post("/reads").body(Body::new(Silent)).unwrap();
        let answer = call(&framed(routes(), config), silent).await;
        assert_eq!(answer.problem(), "request-timeout");
    }
}

#[tokio::test(start_paused = true)]
async fn more_requests_than_there_is_room_for_are_told_to_come_again() {
    let mut config = Config::default();
    config.limits.requests = 1;
    let router = framed(routes(), config);
    let (first, second) =
        tokio::join!(call(&router, get("/waits")), call(&router, get("/refuses")));
    assert_eq!(first.problem(), "took-too-long");
    assert_eq!(
        (second.problem().as_str(), &second.headers["retry-after"]),
        ("overloaded", &"1".parse().unwrap())
    );
    assert_eq!(
        call(&router, get("/refuses")).await.status,
        StatusCode::IM_A_TEAPOT,
        "there is room again"
    );
}

#[tokio::test]
async fn without_keys_only_names_of_this_machine_are_answered_to() {
    let router = framed(routes(), Config::default());
    let ask =
        async |host| call(&router, request(Method::POST, "/reads", &[("host", host)], "")).await;
    for host in ["localhost", "localhost:4010", "127.0.0.1:80", "[::1]:4010"] {
        assert_eq!(ask(host).await.status, StatusCode::OK, "{host}");
    }
    for host in ["rebound.example", "192.168.0.1:4010", "localhost.example", "[2001:db8::1]"] {
        assert_eq!(ask(host).await.problem(), "forbidden", "{host}");
    }
}

#[tokio::test]
async fn an_answer_names_its_trace() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let header = format!("00-{trace}-00f067aa0ba902b7-01");
    let router = framed(routes(), Config::default());
    let answer =
        call(&router, request(Method::POST, "/reads", &[("traceparent", &header)], "")).await;
    assert_eq!(answer.headers["x-request-id"], trace);
    let own = call(&router, get("/nowhere")).await;
    assert_eq!(own.headers["x-request-id"].len(), 32);
    assert_eq!(own.problem(), "not-found");
}

#[tokio::test]
async fn requests_are_counted_by_route_and_status() {
    let state = super::state(Config::default());
    let router = crate::http::frame::assemble(routes(), state.clone());
    call(&router, get("/refuses")).await;
    call(&router, get("/customers/someone@example.com")).await;
    let text = state.metrics.render().unwrap();
    for line in [
        "journeyd_http_requests_total{method=\"GET\",route=\"/refuses\",status=\"418\"} 1",
        "journeyd_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "journeyd_http_requests_in_flight 0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("someone"));
}
