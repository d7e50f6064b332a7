//! Customers: what is known of them, and forgetting them.

use axum::extract::State;
use axum::http::StatusCode;
use bytes::Bytes;
use journey_engine::command::{Reply as Done, What};
use journey_engine::erasure::Marks;
use journey_intake::{Decoder, Rules, write_row};
use journey_vm::Status;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::{Params, Query, Raw, too_deep};
use super::super::problem::{Problem, ProblemKind};
use super::super::reply::Reply;
use super::super::state::AppState;
use super::uploads::kind;
use super::{check_customer, time};

/// How often a change is made again because what is live was changed under it.
const TRIES: usize = 5;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get, patch, erase))
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CustomerView {
    /// Its id.
    id: String,
    /// Traits that are set, by their names on the wire.
    #[schema(value_type = Object)]
    traits: serde_json::Value,
    /// Audiences it is in.
    audiences: Vec<String>,
    /// Journeys it is inside.
    memberships: Vec<MembershipView>,
}

/// A membership in a journey.
#[derive(Debug, Serialize, ToSchema)]
struct MembershipView {
    /// The journey.
    journey: String,
    /// Its version.
    version: u32,
    /// The how manyeth of this customer in this journey.
    membership: u32,
    /// The tile it is at.
    tile: Option<String>,
    /// `waiting`, `paused` or `faulted`.
    state: &'static str,
    /// Why it cannot go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// When it entered.
    #[schema(format = "date-time")]
    entered_at: String,
}

/// What is known of a customer.
#[utoipa::path(get, path = "/api/v1/customers/{id}", operation_id = "get_customer", tag = "customers",
    params(("id" = String, Path, description = "The customer's id")),
    responses((status = 200, description = "The customer", body = CustomerView)))]
async fn get(State(state): State<AppState>, Params(id): Params<String>) -> Result<Reply, Problem> {
    let view = view(&state, &id)?;
    let view = view.ok_or_else(|| Problem::not_found(format!("there is no customer `{id}`")))?;
    Reply::json(StatusCode::OK, &view)
}

pub(super) fn view(state: &AppState, id: &str) -> Result<Option<CustomerView>, Problem> {
    let runtime = &state.services.runtime;
    let Some((customer, deployment)) = runtime.look_up(id)? else { return Ok(None) };
    let program = deployment.set.program();
    let mut traits = String::new();
    write_row(&mut traits, &program.traits, customer.traits());
    let traits = serde_json::from_str(&traits).map_err(Problem::internal)?;
    let names = customer.audiences().iter();
    let names = names.filter_map(|audience| program.audiences.get(usize::from(audience)));
    let membership = |it: &journey_vm::Instance| {
        let journey = program.journeys.get(usize::from(it.journey))?;
        let tile = it.tile.and_then(|tile| journey.tiles.get(usize::from(tile)));
        let (state, fault) = match it.status {
            Status::Waiting(_) => ("waiting", None),
            Status::Paused => ("paused", None),
            Status::Faulted(fault) => ("faulted", Some(fault.to_string())),
        };
        Some(MembershipView {
            journey: journey.name.clone(),
            version: program.version(it.journey).number,
            membership: it.membership,
            tile: tile.map(|tile| tile.id.clone()),
            state,
            fault,
            entered_at: time(it.entered_at),
        })
    };
    Ok(Some(CustomerView {
        id: id.to_owned(),
        traits,
        audiences: names.map(|audience| audience.name.clone()).collect(),
        memberships: customer.instances().iter().filter_map(membership).collect(),
    }))
}

/// Changes traits: what is not named stays, `null` takes a value away.
#[utoipa::path(patch, path = "/api/v1/customers/{id}", operation_id = "change_customer", tag = "customers",
    params(("id" = String, Path, description = "The customer's id")),
    request_body(content = Object, content_type = "application/json"),
    responses((status = 200, description = "The customer", body = CustomerView)))]
async fn patch(
    State(state): State<AppState>,
    Params(id): Params<String>,
    Raw(body): Raw,
) -> Result<Reply, Problem> {
    check_customer(&id)?;
    for _ in 0..TRIES {
        let what = changes(&state, &body)?;
        match state.services.runtime.execute(&id, what).await? {
            Done::Stale => {}
            _ => {
                let view = view(&state, &id)?;
                return Reply::json(StatusCode::OK, &view);
            }
        }
    }
    let wait = std::time::Duration::from_secs(1);
    Err(Problem::unavailable("what is live is being changed; try again", wait))
}

fn changes(state: &AppState, body: &Bytes) -> Result<What, Problem> {
    let services = &state.services;
    let history = services.runtime.history();
    let Some(deployment) = history.deployment() else {
        return Err(Problem::conflict("there is no schema yet; set it with `PUT /api/v1/schema`"));
    };
    if let Some(at) = too_deep(body, state.config.limits.json_depth) {
        let detail = format!("the JSON nests too deep at byte {at}");
        return Err(Problem::new(ProblemKind::TooDeep, detail));
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        Problem::new(ProblemKind::InvalidJson, format!("the body is no UTF-8: {error}"))
    })?;
    let mut decoder = Decoder::new(services.schemas.of(deployment));
    let strict = Rules { values: journey_intake::Strangers::Reject, ..Rules::default() };
    let changes = decoder.traits(text, strict).map_err(|reasons| {
        let kind = kind(&reasons);
        let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
        Problem::new(kind, reasons.join("; ")).with("reasons", reasons)
    })?;
    Ok(What::Traits { deployment: deployment.number, changes })
}

/// How a customer is forgotten.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Erasure {
    /// Answers only once no byte of it is left on the disk, which takes as long as copying the store. Otherwise
    /// that is so within `data.erase_within`.
    #[serde(default)]
    wait: bool,
}

/// Forgets a customer: it leaves all journeys, and nothing that is stored names it any more.
#[utoipa::path(delete, path = "/api/v1/customers/{id}", operation_id = "erase_customer", tag = "customers",
    params(("id" = String, Path, description = "The customer's id"), Erasure),
    responses((status = 204, description = "It is forgotten")))]
async fn erase(
    State(state): State<AppState>,
    Params(id): Params<String>,
    Query(Erasure { wait }): Query<Erasure>,
) -> Result<Reply, Problem> {
    match state.services.runtime.execute(&id, What::Erase).await? {
        Done::Unknown => {
            // Something may have named it all the same, which is gone, too, and has to leave the disk.
            if !Marks::read(state.services.runtime.store())?.is_empty() {
                state.services.upkeep.erased(wait).await;
            }
            Err(Problem::not_found(format!("there is no customer `{id}`")))
        }
        _ => {
            state.services.upkeep.erased(wait).await;
            Ok(Reply::no_content())
        }
    }
}
