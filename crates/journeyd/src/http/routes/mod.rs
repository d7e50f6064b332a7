//! The routes, one file a resource.

mod check;
mod health;
pub(super) mod openapi;
mod problems;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::document::Base;
use super::group::Group;
use super::state::AppState;
use crate::auth::Scope;

/// All routes, each group with what it asks of requests.
pub(super) fn all() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Base::openapi())
        .merge(health::routes())
        .merge(Group::api().scope(Scope::Read).mount(check::routes()))
        .merge(Group::api().anyone().mount(problems::routes()))
}
