//! A page for each kind of problem: where `type` leads.

use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::Params;
use super::super::problem::{Problem, ProblemKind};
use super::super::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(page))
}

/// What a kind of problem means, and what to do.
#[utoipa::path(get, path = "/problems/{name}", tag = "server",
    params(("name" = String, Path, description = "The last part of a problem's `type`")),
    responses(
        (status = 200, description = "Its page", body = String, content_type = "text/plain"),
        (status = 404, response = Problem),
    ))]
async fn page(Params(name): Params<String>) -> Result<impl IntoResponse, Problem> {
    let kind = ProblemKind::ALL.iter().find(|kind| kind.slug() == name);
    let kind = kind.ok_or_else(|| Problem::not_found("there is no such kind of problem"))?;
    let text = kind.explanation().lines().map(str::trim).collect::<Vec<_>>().join("\n");
    Ok(format!("{}: {}\n\n{text}\n", kind.status().as_u16(), kind.title()))
}
