//! Counts of journeys for those who watch them. However many watch a journey, it is counted once, at most
//! once a second, and only when something was done meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep};

use super::state::AppState;
use crate::observe::Stopping;
use crate::sync::lock;

/// How long lies between two counts at least.
const PACE: Duration = Duration::from_secs(1);
/// Counting takes at most one part in so many of the time.
const SHARE: u32 = 10;

/// What is told of a journey; nothing before it was counted first.
pub(super) type Told = Option<Arc<str>>;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Live {
    watched: Mutex<HashMap<String, watch::Sender<Told>>>,
    places: Arc<Semaphore>,
}

/// One who watches a journey.
pub(super) struct Watcher {
    /// What is told, as it changes. It ends when the journey is gone.
    pub(super) told: watch::Receiver<Told>,
    _place: OwnedSemaphorePermit,
}

impl Watcher {
    pub(super) fn new(told: watch::Receiver<Told>, place: OwnedSemaphorePermit) -> Watcher {
        Watcher { told, _place: place }
    }
}

impl Live {
    pub(super) fn new(most: usize) -> Live {
        let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Live { watched: Mutex::default(), places }
    }

    /// Watches a journey by what `count` says of it; nothing if too many watch already.
    pub(super) fn watch(
        state: &AppState,
        journey: &str,
        count: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> Option<Watcher> {
        let place = Arc::clone(&state.live.places).try_acquire_owned().ok()?;
        let mut watched = lock(&state.live.watched);
        let mut told = match watched.get(journey) {
            Some(sender) => sender.subscribe(),
            None => {
                let (sender, told) = watch::channel(None);
                watched.insert(journey.to_owned(), sender);
                tokio::spawn(tell(state.clone(), journey.to_owned(), Arc::new(count)));
                told
            }
        };
        told.mark_changed();
        Some(Watcher::new(told, place))
    }

    /// Tells it to those who watch; no longer once nobody does.
    fn tell(&self, journey: &str, news: Option<String>) -> bool {
        let mut watched = lock(&self.watched);
        let Some(sender) = watched.get(journey) else { return false };
        if sender.receiver_count() == 0 {
            watched.remove(journey);
            return false;
        }
        if let Some(news) = news {
            sender.send_if_modified(|told| {
                let is_new = told.as_deref() != Some(&*news);
                if is_new {
                    *told = Some(news.into());
                }
                is_new
            });
        }
        true
    }

    fn end(&self, journey: &str) {
        lock(&self.watched).remove(journey);
    }
}

/// Counts a journey for as long as somebody watches it.
async fn tell(
    state: AppState,
    journey: String,
    count: Arc<dyn Fn() -> Option<String> + Send + Sync>,
) {
    let mut stopping: Stopping = state.stopping.clone();
    let runtime = &state.services.runtime;
    let mut seen = None;
    loop {
        let begun = Instant::now();
        // What was done before it is counted is in what is counted.
        let now = (runtime.measures.steps.get(), runtime.history().len());
        let mut news = None;
        if seen != Some(now) {
            let count = Arc::clone(&count);
            let counted = tokio::task::spawn_blocking(move || count()).await;
            let Ok(Some(counted)) = counted else { return state.live.end(&journey) };
            (news, seen) = (Some(counted), Some(now));
        }
        if !state.live.tell(&journey, news) {
            return;
        }
        let pause = PACE.max(begun.elapsed() * SHARE);
        tokio::select! {
            () = sleep(pause) => {}
            () = stopping.begun() => return state.live.end(&journey),
        }
    }
}
