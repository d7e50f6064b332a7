//! Connections that rest between two messages.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

/// How long a connection may rest. Receivers wait for longer.
const REST: Duration = Duration::from_secs(30);

/// How many connections rest at a time, of all queues together.
const ALL: usize = 256;

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// Something that can rest.
pub(crate) trait Resting: Send + 'static {
    /// Closes it with good manners.
    fn farewell(self) -> impl Future<Output = ()> + Send;
}

/// Connections that rest, by queue: a queue wakes only what it laid to rest itself.
pub(crate) struct Pool<K, T>(Mutex<Beds<K, T>>);

struct Beds<K, T> {
    queues: BTreeMap<String, Vec<Bed<K, T>>>,
    /// Whether somebody looks after those that rested too long.
    watched: bool,
}

struct Bed<K, T> {
    receiver: K,
    connection: T,
    since: Instant,
}

impl<K, T> Default for Pool<K, T> {
    fn default() -> Self {
        Pool(Mutex::new(Beds { queues: BTreeMap::new(), watched: false }))
    }
}

impl<K: Clone + Eq + Send + 'static, T: Resting> Pool<K, T> {
    /// The connection of a queue to a receiver that rested for the shortest time.
    pub(crate) fn wake(&self, queue: &str, receiver: &K) -> Option<T> {
        let mut beds = self.lock();
        let beds = beds.queues.get_mut(queue)?;
        let place = beds.iter().rposition(|bed| bed.receiver == *receiver)?;
        Some(beds.remove(place).connection)
    }

    /// Lets a connection rest, unless enough of the queue's do.
    pub(crate) fn rest(self: &Arc<Self>, queue: &str, receiver: &K, connection: T, most: usize) {
        let mut all = self.lock();
        let is_full = all.queues.values().map(Vec::len).sum::<usize>() >= ALL;
        let beds = all.queues.entry(queue.to_owned()).or_default();
        if is_full || beds.len() >= most {
            drop(all);
            tokio::spawn(close(vec![connection]));
            return;
        }
        beds.push(Bed { receiver: receiver.clone(), connection, since: Instant::now() });
        if !std::mem::replace(&mut all.watched, true) {
            tokio::spawn(Arc::clone(self).watch());
        }
    }

    /// Closes those that rested too long, as long as there are any.
    async fn watch(self: Arc<Self>) {
        loop {
            sleep(REST / 2).await;
            let (late, done) = self.take_late(Instant::now());
            close(late).await;
            if done {
                return;
            }
        }
    }

    fn take_late(&self, now: Instant) -> (Vec<T>, bool) {
        let mut all = self.lock();
        let mut late = Vec::new();
        for beds in all.queues.values_mut() {
            let gone = beds.extract_if(.., |bed| now.duration_since(bed.since) >= REST);
            late.extend(gone.map(|bed| bed.connection));
        }
        all.queues.retain(|_, beds| !beds.is_empty());
        let done = all.queues.is_empty();
        if done {
            all.watched = false;
        }
        (late, done)
    }

    fn lock(&self) -> MutexGuard<'_, Beds<K, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn close<T: Resting>(connections: Vec<T>) {
    for connection in connections {
        // A receiver that does not answer is left without one.
        let _ = timeout(FAREWELL, connection.farewell()).await;
    }
}
