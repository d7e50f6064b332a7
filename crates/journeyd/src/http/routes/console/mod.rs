//! The page at `/`: how things stand, for people. It holds all it needs, and works without its script.

mod page;

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use journey_engine::form::{ReadError, decode};
use journey_engine::keys;
use journey_engine::rejected;
use journey_engine::trouble::Undelivered;
use std::collections::BTreeMap;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::problem::Problem;
use super::super::state::{AppState, Services};
use super::journeys::{Totals, totals};
use super::work;

/// How many of a kind are counted; more are shown as `1000+`.
const MOST: usize = 1_000;
/// How many journeys are shown.
const SHOWN: usize = 200;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(console))
}

/// How things stand, as a page for people.
///
/// A browser asks for a name and a password: the name is an API key with the scope `read`, the password does not matter.
#[utoipa::path(get, path = "/", operation_id = "show_console", tag = "server", responses(
    (status = 200, description = "The page", body = String, content_type = "text/html")))]
async fn console(State(state): State<AppState>) -> Result<impl IntoResponse, Problem> {
    let waiting = state.readiness.report().waiting_for;
    let services = state.services.clone();
    let standing = work(move || Standing::of(&services, waiting)).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, page::policy()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    Ok((headers, page::render(&standing)))
}

/// How things stand.
struct Standing {
    /// What the server waits for before it is ready.
    waiting: Vec<String>,
    journeys: Vec<Row>,
    /// Journeys there are; not all may be shown.
    known: usize,
    /// Commands that were carried out since the process began.
    steps: u64,
    /// By how much the earliest timer that has not fired is late, in milliseconds.
    timer_lag: i64,
    /// Messages that are on their way.
    pending: u64,
    /// Messages that were given up.
    undelivered: usize,
    /// Events that were rejected and are kept.
    rejected: u64,
}

/// A journey on the page.
struct Row {
    name: String,
    state: &'static str,
    version: Option<u32>,
    draft: Option<u32>,
    totals: Totals,
    undelivered: usize,
}

impl Standing {
    fn of(services: &Services, waiting: Vec<String>) -> Result<Standing, ReadError> {
        let runtime = &services.runtime;
        let (store, measures) = (runtime.store(), &runtime.measures);
        let (mut lag, mut undelivered, mut rejected) = (0, 0, 0);
        let now = runtime.clock().now();
        let mut failed: BTreeMap<String, usize> = BTreeMap::new();
        let history = runtime.history();
        for shard in 0..runtime.shards() {
            let timers = keys::timers(shard);
            let first = store.scan(&timers.start, &timers.end, 1)?;
            if let Some((due, _)) = first.first().and_then(|(key, _)| keys::timer_of(key)) {
                lag = lag.max(now.saturating_sub(due));
            }
            let troubles = keys::troubles_from(shard, 0);
            for (_, bytes) in store.scan(&troubles.start, &troubles.end, MOST)? {
                let Undelivered { message, .. } = decode("undelivered message", &bytes)?;
                let program = history.numbered(message.deployment).map(|it| it.set.program());
                let journey = program.and_then(|it| it.journeys.get(usize::from(message.journey)));
                let name = journey.map(|it| it.name.clone()).unwrap_or_default();
                *failed.entry(name).or_default() += 1;
                undelivered += 1;
            }
            rejected += journey_engine::shard::rejected_so_far(store, shard)?.min(rejected::KEPT);
        }
        let views = services.catalog.list();
        let known = views.len();
        let row = |view: crate::catalog::JourneyView| Row {
            state: view.state.name(),
            version: view.document.current().map(|it| it.number),
            draft: view.document.draft().map(|it| it.number),
            totals: totals(services, &view.document.name),
            undelivered: failed.get(&view.document.name).copied().unwrap_or_default(),
            name: view.document.name,
        };
        Ok(Standing {
            waiting,
            journeys: views.into_iter().take(SHOWN).map(row).collect(),
            known,
            steps: measures.steps.get(),
            timer_lag: lag,
            pending: measures.outbox.get().max(0).unsigned_abs(),
            undelivered,
            rejected,
        })
    }
}
