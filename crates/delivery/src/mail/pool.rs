//! Sessions that rest between two mails.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use journey_vm::MailServer;
use tokio::time::{Instant, sleep, timeout};

use super::session::Session;

/// How long a session may rest. Servers wait for minutes.
const REST: Duration = Duration::from_secs(30);

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// Sessions that rest, by queue.
#[derive(Default)]
pub(super) struct Pool(Mutex<Resting>);

#[derive(Default)]
struct Resting {
    queues: BTreeMap<String, Vec<Rest>>,
    /// Whether somebody looks after those that rested too long.
    watched: bool,
}

struct Rest {
    server: MailServer,
    session: Session,
    since: Instant,
}

impl Pool {
    /// The session of a queue that rested for the shortest time, with this very server and user.
    pub(super) fn wake(&self, queue: &str, server: &MailServer) -> Option<Session> {
        let mut resting = self.lock();
        let rests = resting.queues.get_mut(queue)?;
        let place = rests.iter().rposition(|rest| rest.server == *server)?;
        Some(rests.remove(place).session)
    }

    /// Lets a session rest, unless enough do.
    pub(super) fn rest(
        self: &Arc<Self>,
        queue: &str,
        server: &MailServer,
        session: Session,
        most: usize,
    ) {
        let mut resting = self.lock();
        let rests = resting.queues.entry(queue.to_owned()).or_default();
        if rests.len() >= most {
            drop(resting);
            tokio::spawn(close(vec![session]));
            return;
        }
        rests.push(Rest { server: server.clone(), session, since: Instant::now() });
        if !std::mem::replace(&mut resting.watched, true) {
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

    fn take_late(&self, now: Instant) -> (Vec<Session>, bool) {
        let mut resting = self.lock();
        let mut late = Vec::new();
        for rests in resting.queues.values_mut() {
            let gone = rests.extract_if(.., |rest| now.duration_since(rest.since) >= REST);
            late.extend(gone.map(|rest| rest.session));
        }
        resting.queues.retain(|_, rests| !rests.is_empty());
        let done = resting.queues.is_empty();
        if done {
            resting.watched = false;
        }
        (late, done)
    }

    fn lock(&self) -> MutexGuard<'_, Resting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn close(sessions: Vec<Session>) {
    for session in sessions {
        // A server that does not answer is left without one.
        let _ = timeout(FAREWELL, session.close()).await;
    }
}
