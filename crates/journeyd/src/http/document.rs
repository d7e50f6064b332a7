//! The OpenAPI document: what is the same for all routes. The rest stands at each handler.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Type,
};
use utoipa::{Modify, OpenApi, ToResponse};

use super::problem::{
    PROBLEM_JSON, Problem, ProblemBody, SourceEdit, SourceError, SourceFix, SourceRemark,
};
use crate::auth::Scope;

/// What every document of this API begins with.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "journeyd",
        description = "Customer journeys, run durably.\n\nEverything that goes wrong is answered as \
                       application/problem+json (RFC 9457); the path in `type` has a page that explains it."
    ),
    components(
        schemas(ProblemBody<'static>, SourceError, SourceFix, SourceEdit, SourceRemark),
        responses(Problem)
    ),
    modifiers(&Keys)
)]
pub(super) struct Base;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        document.info.license = None;
        document.info.version = env!("CARGO_PKG_VERSION").to_owned();
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key; `journeyd keys create` makes one."))
            .build();
        let basic = HttpBuilder::new()
            .scheme(HttpAuthScheme::Basic)
            .description(Some("An API key as the user name; the password does not matter."))
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("basic", SecurityScheme::Http(basic));
    }
}

impl ToResponse<'static> for Problem {
    fn response() -> (&'static str, RefOr<Response>) {
        let schema = Ref::from_schema_name("Problem");
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let response = ResponseBuilder::new()
            .description("What is wrong, and what to do")
            .content(PROBLEM_JSON, content)
            .build();
        ("Problem", response.into())
    }
}

/// What a group asks of requests, as far as the document tells.
pub(super) struct Duties {
    pub(super) access: Access,
    pub(super) idempotent: bool,
}

/// Which key a group asks for.
#[derive(Clone, Copy)]
pub(super) enum Access {
    Anyone,
    ByMethod,
    Scope(Scope),
}

/// Adds to operations what the frame does for them.
pub(super) fn complete(paths: &mut Paths, duties: &Duties) {
    for (path, item) in &mut paths.paths {
        if path.contains('{') {
            for operation in operations(item) {
                problems(operation, &[404]);
            }
        }
        for operation in operations(item) {
            conditional(operation);
        }
        let PathItem { get, head, put, post, delete, patch, .. } = item;
        for operation in [get, head].into_iter().flatten() {
            operation_of(operation, duties, Scope::Read);
        }
        for operation in [put, delete, patch].into_iter().flatten() {
            operation_of(operation, duties, Scope::Write);
        }
        if let Some(operation) = post {
            operation_of(operation, duties, Scope::Write);
            if duties.idempotent {
                operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
                problems(operation, &[409, 422]);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, head, put, post, delete, patch, .. } = item;
    [get, head, put, post, delete, patch].into_iter().flatten()
}

/// What a change answers that names the version it is of.
fn conditional(operation: &mut Operation) {
    let named =
        |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(it) if it.name == "If-Match");
    if operation.parameters.iter().flatten().any(named) {
        problems(operation, &[409, 412, 428]);
    }
}

fn operation_of(operation: &mut Operation, duties: &Duties, by_method: Scope) {
    let scope = match duties.access {
        Access::Anyone => None,
        Access::ByMethod => Some(by_method),
        Access::Scope(scope) => Some(scope),
    };
    if let Some(scope) = scope {
        let ways = ["bearer", "basic"].map(|way| SecurityRequirement::new(way, [scope.name()]));
        operation.security = Some(ways.to_vec());
        problems(operation, &[401]);
    }
    // 403 for any: without keys the server answers to names of its own machine only.
    problems(operation, &[400, 403, 408, 413, 415, 429, 500, 503]);
    if operation.request_body.is_some() {
        problems(operation, &[422]);
    }
}

fn problems(operation: &mut Operation, statuses: &[u16]) {
    for status in statuses {
        let problem = || RefOr::Ref(Ref::from_response_name("Problem"));
        operation.responses.responses.entry(status.to_string()).or_insert_with(problem);
    }
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Names the request: sent again under the same name, it is answered the same and not done again.",
        ))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(255))
                .pattern(Some("^[!-~]+$")),
        ))
        .build()
}
