use axum::extract::State;
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{call, framed, get, request};
use crate::config::Config;
use crate::http::{
    AppState, ETag, Group, IfMatch, Json, List, Page, PageParams, Params, Problem, Query,
};

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Thing {
    size: u32,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only those at least this large.
    least: Option<u32>,
}

#[utoipa::path(get, path = "/things", params(PageParams, Filter), responses((status = 200, body = List<u32>)))]
async fn list(
    State(state): State<AppState>,
    page: Page,
    Query(filter): Query<Filter>,
) -> Result<Json<List<u32>>, Problem> {
    let list = format!("things {filter:?}");
    let after = page.after(&state.cursors, &list)?.map(|place| u32::from(place[0]));
    let first = after.map_or(filter.least.unwrap_or(0), |last| last + 1);
    let items: Vec<u32> = (first..10).take(page.limit()).collect();
    let next_cursor = items
        .last()
        .filter(|last| **last < 9)
        .map(|last| state.cursors.seal(&list, &[u8::try_from(*last).unwrap()]));
    Ok(Json(List { items, next_cursor }))
}

#[utoipa::path(put, path = "/things/{id}", params(("id" = u32, Path)), request_body = Thing, responses((status = 200, body = Thing)))]
async fn replace(
    Params(_): Params<u32>,
    if_match: IfMatch,
    Json(thing): Json<Thing>,
) -> Result<(ETag, Json<Thing>), Problem> {
    if_match.check(&ETag::version(7))?;
    Ok((ETag::version(8), Json(thing)))
}

fn router() -> axum::Router {
    let routes = OpenApiRouter::new().routes(routes!(list)).routes(routes!(replace));
    framed(Group::api().mount(routes), Config::default())
}

#[tokio::test]
async fn a_list_is_read_to_its_end_page_by_page() {
    let (router, mut seen, mut path) = (router(), Vec::new(), "/things?limit=4&least=1".to_owned());
    loop {
        let page = call(&router, get(&path)).await.json();
        let items = page["items"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap());
        seen.extend(items);
        let Some(cursor) = page.get("next_cursor") else { break };
        path = format!("/things?limit=4&least=1&cursor={}", cursor.as_str().unwrap());
    }
    assert_eq!(seen, (1..10).collect::<Vec<_>>());
    let elsewhere = path.replace("least=1", "least=2");
    assert_eq!(call(&router, get(&elsewhere)).await.problem(), "invalid-cursor");
}

#[tokio::test]
async fn parameters_that_cannot_be_are_refused_by_name() {
    let router = router();
    for (path, name) in [
        ("/things?limit=0", "limit"),
        ("/things?limit=201", "limit"),
        ("/things?limit=many", "limit"),
        ("/things?least=-1", "least"),
    ] {
        let answer = call(&router, get(path)).await;
        assert_eq!(answer.problem(), "invalid-parameter");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(name), "{path}: {detail}");
    }
    let headers = [("content-type", "application/json"), ("if-match", "\"7\"")];
    let answer = call(&router, request(Method::PUT, "/things/x", &headers, "{\"size\":1}")).await;
    assert_eq!(answer.problem(), "invalid-parameter");
}

#[tokio::test]
async fn a_change_needs_the_version_that_was_read() {
    let router = router();
    let put = async |headers: &[(&str, &str)], body: &str| {
        call(&router, request(Method::PUT, "/things/1", headers, body)).await
    };
    let json = ("content-type", "application/json");
    let done = put(&[json, ("if-match", "\"7\"")], "{\"size\":1}").await;
    assert_eq!((done.status, &done.headers["etag"]), (StatusCode::OK, &"\"8\"".parse().unwrap()));
    assert_eq!(
        put(&[json, ("if-match", "\"6\"")], "{\"size\":1}").await.problem(),
        "precondition-failed"
    );
    assert_eq!(put(&[json], "{\"size\":1}").await.problem(), "precondition-required");
    assert_eq!(put(&[], "{\"size\":1}").await.problem(), "unsupported-media-type");
    let wrong = put(&[json], "{\"size\":-1}").await;
    assert_eq!(
        (wrong.problem().as_str(), &wrong.json()["pointer"]),
        ("invalid-body", &"/size".into())
    );
}

#[tokio::test]
async fn another_method_is_told_which_there_are() {
    let answer = call(&router(), request(Method::DELETE, "/things", &[], "")).await;
    assert_eq!(answer.problem(), "method-not-allowed");
    assert_eq!(answer.headers["allow"], "GET,HEAD");
}
