//! A journey as it moves, for a canvas that shows it.

use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use journey_engine::counters::{Counts, Tally};
use journey_engine::deploy::Version;
use serde::Serialize;
use tokio::time::{Instant, sleep, sleep_until};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::super::extract::Params;
use super::super::super::flow::Flow;
use super::super::super::live::{Live, Watcher};
use super::super::super::problem::Problem;
use super::super::super::state::{AppState, Services};
use super::views::Totals;
use crate::analytics::declared;
use crate::observe::Stopping;

/// How long lies between two events at least.
const PACE: Duration = Duration::from_secs(1);
/// After how long of nothing new something is said all the same, so that nobody takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(10);

pub(in super::super::super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(live))
}

/// The data of an event `counts`.
#[derive(Debug, Serialize, ToSchema)]
struct LiveCounts {
    /// The journey.
    journey: String,
    /// How it stands.
    state: &'static str,
    /// All versions together, since the beginning.
    counts: Totals,
    /// Versions that have or had members.
    versions: Vec<LiveVersion>,
}

/// A version as it is now.
#[derive(Debug, Serialize, ToSchema)]
struct LiveVersion {
    /// Which.
    version: u32,
    /// Members inside.
    inside: u64,
    /// Its tiles, in the order of the text.
    tiles: Vec<LiveTile>,
}

/// A tile as it is now.
#[derive(Debug, Serialize, ToSchema)]
struct LiveTile {
    /// Which.
    id: String,
    /// Arrivals, since the beginning.
    entered: u64,
    /// Members there.
    inside: u64,
    /// Members that left by one of its edges, or whose exit it is.
    passed: u64,
    /// Leavings by edge, in the order of its edges.
    edges: Vec<u64>,
}

/// Watches a journey: server-sent events.
///
/// An event `counts` comes at once, then whenever something has changed, at most once a second. Its data are absolute counts, so
/// that one that was missed does no harm. Every ten seconds without one a comment comes. The stream ends when the server stops or
/// the journey is gone; 429 if too many watch.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/live", operation_id = "watch_journey", tag = "journeys",
    params(("id" = String, Path, description = "The journey's name")),
    responses((status = 200, description = "Events", body = LiveCounts, content_type = "text/event-stream"),
        (status = 404, response = Problem)))]
async fn live(
    State(state): State<AppState>,
    Params(id): Params<String>,
) -> Result<impl IntoResponse, Problem> {
    state.services.catalog.view(&id)?;
    let (services, name) = (state.services.clone(), id.clone());
    let count = move || {
        let counted = LiveCounts::of(&services, &name);
        serde_json::to_string(&counted?).ok()
    };
    let watcher = Live::watch(&state, &id, count);
    let watcher = watcher.ok_or_else(|| Problem::overloaded(Duration::from_secs(10)))?;
    let (flow, body) = Flow::new();
    tokio::spawn(send(watcher, flow, state.stopping.clone()));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Proxies are not to wait for more of it.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body))
}

/// Sends what is told until nobody listens, the server stops or the journey is gone.
async fn send(mut watcher: Watcher, flow: Flow, mut stopping: Stopping) {
    let mut next = Instant::now();
    let mut piece = Some("retry: 2000\n\n".to_owned());
    loop {
        if let Some(piece) = piece.take() {
            tokio::select! {
                put = flow.put(piece) => if put.is_err() { return },
                () = stopping.begun() => return,
            }
        }
        let news = async {
            sleep_until(next).await;
            watcher.told.changed().await
        };
        piece = tokio::select! {
            changed = news => {
                if changed.is_err() {
                    return;
                }
                let told = watcher.told.borrow_and_update().clone();
                told.map(|told| {
                    next = Instant::now() + PACE;
                    format!("event: counts\ndata: {told}\n\n")
                })
            }
            () = sleep(HEARTBEAT) => Some(":\n\n".to_owned()),
            () = flow.abandoned() => return,
            () = stopping.begun() => return,
        };
    }
}

impl LiveCounts {
    /// How a journey is now; nothing if it is gone.
    fn of(services: &Services, name: &str) -> Option<LiveCounts> {
        let view = services.catalog.view(name).ok()?;
        let runtime = &services.runtime;
        let line = runtime.read_control(|control| control.line(name));
        let counted = line.map(|line| runtime.tallies(line));
        let (mut counts, mut versions) = (Totals::default(), Vec::new());
        let history = runtime.history();
        for (version, Tally { counts: counted, .. }) in counted.unwrap_or_default() {
            counts.add(&counted);
            let declared = declared(&history, Version { line: line?, version });
            let Some((deployment, number)) = declared else { continue };
            let journey = deployment.set.program().journeys.get(usize::from(number))?;
            versions.push(LiveVersion::of(version, journey, &counted));
        }
        Some(LiveCounts { journey: name.to_owned(), state: view.state.name(), counts, versions })
    }
}

impl LiveVersion {
    fn of(version: u32, journey: &journey_bytecode::Journey, counts: &Counts) -> LiveVersion {
        let tiles = journey.tiles.iter().zip(&counts.tiles);
        let tiles = tiles.map(|(tile, counts)| LiveTile {
            id: tile.id.clone(),
            entered: counts.entered,
            inside: counts.inside(),
            passed: counts.passed,
            edges: counts.edges.clone(),
        });
        LiveVersion { version, inside: counts.inside(), tiles: tiles.collect() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http_body_util::BodyExt;
    use tokio::sync::{Semaphore, watch};
    use tokio::time::Instant;

    use super::{Flow, HEARTBEAT, PACE, Watcher, send};
    use crate::observe::Stop;

    #[tokio::test(start_paused = true)]
    async fn where_nothing_is_new_a_comment_keeps_the_connection() {
        let (told, receiver) = watch::channel(None);
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let (flow, mut body) = Flow::new();
        let stop = Stop::default();
        let watcher = Watcher::new(receiver, place);
        let sending = tokio::spawn(send(watcher, flow, stop.listener()));
        let mut next = async || {
            let frame = body.frame().await?.unwrap();
            Some(String::from_utf8(frame.into_data().unwrap().into()).unwrap())
        };
        let begun = Instant::now();
        assert_eq!(next().await.unwrap(), "retry: 2000\n\n");
        assert_eq!(next().await.unwrap(), ":\n\n");
        assert_eq!(begun.elapsed(), HEARTBEAT);
        told.send_replace(Some("1".into()));
        assert_eq!(next().await.unwrap(), "event: counts\ndata: 1\n\n");
        assert_eq!(begun.elapsed(), HEARTBEAT, "news come at once");
        told.send_replace(Some("2".into()));
        told.send_replace(Some("3".into()));
        assert_eq!(next().await.unwrap(), "event: counts\ndata: 3\n\n");
        assert_eq!(begun.elapsed(), HEARTBEAT + PACE, "and no more often than once a second");
        stop.stop();
        assert_eq!(next().await, None);
        sending.await.unwrap();
    }
}
