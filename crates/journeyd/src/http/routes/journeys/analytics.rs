//! What happens in a journey, in numbers.

use axum::extract::State;
use chrono::{DateTime, NaiveDate};
use journey_engine::deploy::Version;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::super::extract::{Json, Params, Query};
use super::super::super::problem::{Problem, ProblemKind};
use super::super::super::state::{AppState, Services};
use super::super::{time, work};
use super::figures::VersionFigures;
use crate::analytics::{declared, spans};
use crate::catalog::JourneyView;

/// Most buckets that one answer has.
const BUCKETS: usize = 2_000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(analytics))
}

/// Of which time, and how finely.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// From the hour that this instant is in; absent for the beginning. RFC 3339, or a date for its
    /// midnight in UTC.
    from: Option<String>,
    /// To the last hour that begins before this instant; absent for now.
    to: Option<String>,
    /// Also in buckets of this size; days are those of UTC.
    #[param(inline)]
    bucket: Option<Bucket>,
    /// Only this version.
    version: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Bucket {
    Hour,
    Day,
}

/// What happened in a journey, version by version.
#[derive(Debug, Serialize, ToSchema)]
struct Analytics {
    /// The journey.
    journey: String,
    /// From when; absent for the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    from: Option<String>,
    /// Until when; absent for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    to: Option<String>,
    /// The versions that were activated, oldest first.
    versions: Vec<VersionFigures>,
}

/// What happened in a journey: exact counts of entries, exits, goals and each tile, with time spent, and the arms of splits side by side.
///
/// Counts are kept by the hour (UTC), so that a range has whole hours. `inside` is who was inside at its end.
/// Rates have the Wilson interval at 95 % (`low`, `high`). Those of splits are about who took an arm in the range, whatever became of them until now.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/analytics", operation_id = "get_analytics", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name"), Asked),
    responses((status = 200, description = "The numbers", body = Analytics), (status = 404, response = Problem)))]
async fn analytics(
    State(state): State<AppState>,
    Params(id): Params<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Analytics>, Problem> {
    let view = state.services.catalog.view(&id)?;
    let from = asked.from.as_deref().map(|text| instant("from", text)).transpose()?;
    let to = asked.to.as_deref().map(|text| instant("to", text)).transpose()?;
    let range = (from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX));
    if range.0 >= range.1 {
        return Err(wrong("in the query, `from` is not before `to`"));
    }
    let (services, version, bucket) = (state.services.clone(), asked.version, asked.bucket);
    let versions = work(move || of_versions(&services, &view, (range, bucket, version))).await?;
    let most = versions.iter().map(VersionFigures::buckets).max().unwrap_or_default();
    if most > BUCKETS {
        return Err(wrong(format!(
            "these are {most} buckets, and an answer has at most {BUCKETS}: ask for a shorter time, or by day"
        )));
    }
    if let Some(version) = asked.version
        && versions.is_empty()
    {
        return Err(Problem::not_found(format!("version {version} of `{id}` was never activated")));
    }
    Ok(Json(Analytics { journey: id, from: from.map(time), to: to.map(time), versions }))
}

type Wanted = ((i64, i64), Option<Bucket>, Option<u32>);

fn of_versions(
    services: &Services,
    view: &JourneyView,
    (range, bucket, only): Wanted,
) -> Result<Vec<VersionFigures>, Problem> {
    let runtime = &services.runtime;
    let name = &view.document.name;
    let Some(line) = runtime.read_control(|control| control.line(name)) else {
        return Ok(Vec::new());
    };
    let hours = bucket.map(|bucket| if bucket == Bucket::Hour { 1 } else { 24 });
    let is_wanted = |version: &u32| only.is_none_or(|only| only == *version);
    let mut tallies = runtime.tallies(line);
    tallies.retain(|version, _| is_wanted(version));
    let mut spans = spans(runtime.store(), line, tallies, range, hours)?;
    let activated = view.document.versions.iter().filter(|it| it.activated_at.is_some());
    let wanted = activated.map(|it| it.number).filter(is_wanted);
    let history = runtime.history();
    let figures = wanted.filter_map(|version| {
        let span = spans.remove(&version).unwrap_or_default();
        let (deployment, number) = declared(&history, Version { line, version })?;
        let journey = deployment.set.program().journeys.get(usize::from(number))?;
        Some(VersionFigures::of(version, journey, &span))
    });
    Ok(figures.collect())
}

/// An instant of the query, or the midnight of a date.
fn instant(name: &str, text: &str) -> Result<i64, Problem> {
    let at = DateTime::parse_from_rfc3339(text).map(|at| at.timestamp_millis());
    at.ok()
        .or_else(|| {
            Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
        })
        .ok_or_else(|| {
            wrong(format!(
                "in the query, `{name}` is a time such as 2026-01-05T09:00:00Z, or a date"
            ))
        })
}

fn wrong(detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::new(ProblemKind::InvalidParameter, detail)
}
