//! Audiences: who is in them, and putting customers into those that are not computed.

use axum::extract::State;
use axum::http::HeaderMap;
use journey_engine::command::{Reply as Done, What};
use journey_engine::deploy::{AudienceId, Deployment};
use journey_engine::form::ReadError;
use journey_engine::keys;
use journey_engine::shard::shard_of;
use journey_intake::{Brought, Schema};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::{Json, List, Page, PageParams, Params, Query, Raw};
use super::super::problem::{Problem, ProblemKind};
use super::super::reply::Reply;
use super::super::state::AppState;
use super::uploads::{Aim, ListReport, Target, Upload};
use super::{changing, check_customer, no_schema, work};
use crate::pages::page as page_of;

/// How often a change is made again because what is live was changed under it.
const TRIES: usize = 5;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(members)).routes(routes!(add, remove))
}

pub(super) fn upload_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(upload))
}

/// An audience.
#[derive(Debug, Serialize, ToSchema)]
struct AudienceView {
    /// Its name.
    name: String,
    /// What people call it.
    title: String,
    /// Where its members come from.
    kind: AudienceKind,
}

/// Where an audience's members come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AudienceKind {
    /// They are computed from its definition, and cannot be set.
    Computed,
    /// They are put into it, from here or by journeys.
    External,
}

/// A customer who is in an audience.
#[derive(Debug, Serialize, ToSchema)]
struct AudienceMember {
    /// Who.
    customer: String,
}

/// Lists audiences by name.
#[utoipa::path(get, path = "/api/v1/audiences", operation_id = "list_audiences", tag = "audiences",
    params(PageParams),
    responses((status = 200, description = "A page of audiences", body = List<AudienceView>)))]
async fn list(
    State(state): State<AppState>,
    page: Page,
) -> Result<Json<List<AudienceView>>, Problem> {
    let after = page.after(&state.cursors, "audiences")?;
    let after = after.map(|place| String::from_utf8_lossy(&place).into_owned());
    let history = state.services.runtime.history();
    let mut items: Vec<AudienceView> = Vec::new();
    if let Some(deployment) = history.deployment() {
        let all = deployment.set.program().audiences.iter();
        let rest = all.filter(|it| after.as_ref().is_none_or(|after| it.name > *after));
        items.extend(rest.map(|audience| AudienceView {
            name: audience.name.clone(),
            title: audience.title.clone(),
            kind: match audience.condition {
                Some(_) => AudienceKind::Computed,
                None => AudienceKind::External,
            },
        }));
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    let more = items.len() > page.limit();
    items.truncate(page.limit());
    let last = items.last().filter(|_| more);
    let next_cursor = last.map(|last| state.cursors.seal("audiences", last.name.as_bytes()));
    Ok(Json(List { items, next_cursor }))
}

/// Lists who is in an audience.
#[utoipa::path(get, path = "/api/v1/audiences/{name}/members", operation_id = "list_audience_members",
    tag = "audiences",
    params(("name" = String, Path, description = "The audience's name"), PageParams),
    responses((status = 200, description = "A page of customers", body = List<AudienceMember>),
        (status = 404, response = Problem)))]
async fn members(
    State(state): State<AppState>,
    Params(name): Params<String>,
    page: Page,
) -> Result<Json<List<AudienceMember>>, Problem> {
    let list = format!("audience members {name}");
    let after = page.after(&state.cursors, &list)?;
    let audience = find(&state, &name)?;
    let (runtime, limit) = (state.services.runtime.clone(), page.limit());
    let read = move || {
        let shards = 0..runtime.shards();
        let ranges: Vec<_> = shards.map(|it| keys::audience_members(audience.0, it)).collect();
        page_of(runtime.store(), &ranges, after.as_deref(), limit, |key, _| {
            let customer = keys::audience_member_of(key).map(str::to_owned);
            Ok::<_, ReadError>(customer.map(|customer| AudienceMember { customer }))
        })
    };
    let found = work(read).await?;
    let next_cursor = found.next.map(|place| state.cursors.seal(&list, &place));
    Ok(Json(List { items: found.items, next_cursor }))
}

/// The number of an audience in the store.
fn find(state: &AppState, name: &str) -> Result<AudienceId, Problem> {
    let history = state.services.runtime.history();
    let deployment = history.deployment().ok_or_else(|| unknown(name))?;
    let audiences = deployment.set.program().audiences.iter().zip(&deployment.audiences);
    let found = audiences.filter(|(audience, _)| audience.name == name).map(|(_, id)| *id).next();
    found.ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Problem {
    Problem::not_found(format!(
        "there is no audience `{name}`; `GET /api/v1/audiences` lists those there are"
    ))
}

/// Puts a customer into an audience. Doing it again changes nothing.
#[utoipa::path(put, path = "/api/v1/audiences/{name}/members/{customer}",
    operation_id = "add_audience_member", tag = "audiences",
    params(("name" = String, Path, description = "The audience's name"),
        ("customer" = String, Path, description = "The customer's id")),
    responses((status = 204, description = "It is in the audience"),
        (status = 404, response = Problem), (status = 409, response = Problem)))]
async fn add(
    State(state): State<AppState>,
    Params((name, customer)): Params<(String, String)>,
) -> Result<Reply, Problem> {
    check_customer(&customer)?;
    change(&state, Membership { name, member: true, done: 0 }, &customer).await
}

/// Takes a customer out of an audience.
#[utoipa::path(delete, path = "/api/v1/audiences/{name}/members/{customer}",
    operation_id = "remove_audience_member", tag = "audiences",
    params(("name" = String, Path, description = "The audience's name"),
        ("customer" = String, Path, description = "The customer's id")),
    responses((status = 204, description = "It is not in the audience any more"),
        (status = 404, response = Problem), (status = 409, response = Problem)))]
async fn remove(
    State(state): State<AppState>,
    Params((name, customer)): Params<(String, String)>,
) -> Result<Reply, Problem> {
    let runtime = &state.services.runtime;
    let (audience, shard) = (find(&state, &name)?, shard_of(&customer, runtime.shards()));
    let key = keys::audience_member(audience.0, shard, &customer);
    let membership = Membership { name, member: false, done: 0 };
    // A computed one refuses for whomever it is asked.
    membership.current(&state)?;
    if runtime.store().get(&key).map_err(ReadError::from)?.is_none() {
        let name = &membership.name;
        return Err(Problem::not_found(format!("`{customer}` is not in the audience `{name}`")));
    }
    change(&state, membership, &customer).await
}

async fn change(
    state: &AppState,
    membership: Membership,
    customer: &str,
) -> Result<Reply, Problem> {
    for _ in 0..TRIES {
        let what = membership.command(membership.current(state)?, 0, Brought::default());
        if state.services.runtime.execute(customer, what).await? != Done::Stale {
            return Ok(Reply::no_content());
        }
    }
    Err(changing())
}

/// What a list does.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Change {
    /// Whether customers are put in or taken out.
    #[serde(default)]
    #[param(inline)]
    change: Direction,
}

/// Into an audience or out of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Direction {
    #[default]
    Add,
    Remove,
}

/// What became of a list for an audience.
#[derive(Debug, Serialize, ToSchema)]
struct AudienceList {
    /// Rows whose customer is in the audience now or, with `change=remove`, is not.
    done: u64,
    #[serde(flatten)]
    list: ListReport,
}

/// Puts a list of customers into an audience, or takes them out.
///
/// A list is CSV with a column `customer_id`, or NDJSON, `{"customer_id"}` a line. Rows that cannot be read are
/// told one by one and do not stop the rest. What was done is durable.
#[utoipa::path(post, path = "/api/v1/audiences/{name}/members", operation_id = "change_audience_members",
    tag = "audiences",
    params(("name" = String, Path, description = "The audience's name"), Change),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses((status = 200, description = "What became of it", body = AudienceList),
        (status = 404, response = Problem), (status = 409, response = Problem)))]
async fn upload(
    State(state): State<AppState>,
    Params(name): Params<String>,
    Query(Change { change }): Query<Change>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<AudienceList>, Problem> {
    let mut membership = Membership { name, member: change == Direction::Add, done: 0 };
    membership.current(&state)?;
    let upload = Upload::of(&headers, &body).ok_or_else(|| {
        let detail = "send the list as text/csv or application/x-ndjson; one customer is set by \
                      PUT /api/v1/audiences/{name}/members/{customer}";
        Problem::new(ProblemKind::UnsupportedMediaType, detail)
    })?;
    let list = upload.work_off(&state, &mut membership).await?;
    Ok(Json(AudienceList { done: membership.done, list }))
}

/// An audience that customers are put into or taken out of.
struct Membership {
    name: String,
    member: bool,
    done: u64,
}

impl Membership {
    /// Where it is in what is live now.
    fn current(&self, state: &AppState) -> Result<Aim, Problem> {
        let history = state.services.runtime.history();
        let deployment = history.deployment().ok_or_else(no_schema)?;
        self.aim(deployment, &state.services.schemas.of(deployment))
    }
}

impl Target for Membership {
    fn aim(&self, deployment: &Deployment, schema: &Schema) -> Result<Aim, Problem> {
        let name = &self.name;
        let is_there = deployment.set.program().audiences.iter().any(|it| it.name == *name);
        if !is_there {
            return Err(unknown(name));
        }
        // One that is there and cannot be set is computed.
        let number = schema.audience(name).map_err(|_| {
            let detail = format!(
                "the members of the audience `{name}` are computed from its definition, and cannot be \
                 set: change what the definition reads, or declare an audience without one"
            );
            Problem::conflict(detail).with("kind", "computed")
        })?;
        Ok(Aim { deployment: deployment.number, number, brings: false })
    }

    fn command(&self, aim: Aim, _: u64, _: Brought) -> What {
        What::Member { deployment: aim.deployment, audience: aim.number, member: self.member }
    }

    fn judge(&mut self, reply: Done) -> Option<(&'static str, String)> {
        match reply {
            Done::Done => self.done += 1,
            other => return Some(("not_done", format!("the row came to {other:?}"))),
        }
        None
    }
}
