//! The front door.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::attempt::Attempts;
use crate::clock::Clock;
use crate::http::HttpSender;
use crate::job::{Job, Report};
use crate::mail::MailSender;
use crate::network::{Dialer, Network};
use crate::queue::{Core, Queue, QueueStatus, Refusal, pump};
use crate::settings::Settings;
use crate::sink::Sink;
use crate::tls::{RootsError, Tls};

/// What delivery stands on.
pub struct Parts {
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// What pauses are drawn from.
    pub seed: u64,
    /// The network outside.
    pub network: Box<dyn Network>,
    /// Where the lines of `log` destinations go.
    pub sink: Arc<dyn Sink>,
    /// Who is told what becomes of jobs.
    pub report: Arc<dyn Report>,
}

/// Delivers messages, until it is stopped.
pub struct Deliverer {
    attempts: Arc<Attempts>,
    queues: Mutex<Queues>,
    /// How many jobs wait.
    waiting: Arc<AtomicUsize>,
    runtime: Handle,
}

#[derive(Default)]
struct Queues {
    by_name: BTreeMap<String, (Arc<Queue>, JoinHandle<()>)>,
    /// When there are so many, those are looked for that can be forgotten.
    look_at: usize,
    stopped: bool,
}

/// How many queues are kept whatever they do.
const KEPT: usize = 64;

/// Why delivery does not begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// A name that is none.
    #[error("`{0}` is no host name for this machine to use with mail servers")]
    MailName(String),
    /// Certificates that cannot be used.
    #[error(transparent)]
    Roots(#[from] RootsError),
}

/// A job that was not taken, and why.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{why}")]
pub struct Refused {
    /// The job.
    pub job: Box<Job>,
    /// Why.
    pub why: Refusal,
}

impl Deliverer {
    /// Begins, on the tokio runtime it is called from.
    pub fn start(settings: Settings, parts: Parts) -> Result<Deliverer, StartError> {
        if let Some(name) = settings.mail_name.as_ref().filter(|name| !is_plain(name)) {
            return Err(StartError::MailName(name.clone()));
        }
        let tls = Tls::new(&settings.roots)?;
        let guard = settings.guard.clone();
        let dialer = Arc::new(Dialer::new(guard, parts.network, settings.connect_timeout));
        let attempts = Attempts {
            http: HttpSender::new(Arc::clone(&dialer), tls.clone(), settings.longest_answer),
            mail: MailSender::new(dialer, tls, settings.mail_name.as_deref()),
            settings,
            seed: parts.seed,
            clock: parts.clock,
            sink: parts.sink,
            report: parts.report,
        };
        let (attempts, queues) = (Arc::new(attempts), Mutex::default());
        let (waiting, runtime) = (Arc::default(), Handle::current());
        Ok(Deliverer { attempts, queues, waiting, runtime })
    }

    /// Takes a job, to be tried as soon as its queue allows. It can be called from any thread and does
    /// not block. A job that is refused comes back.
    pub fn submit(&self, job: Job) -> Result<(), Refused> {
        let job = Box::new(job);
        let mut queues = self.queues();
        if queues.stopped {
            return Err(Refused { job, why: Refusal::Stopped });
        }
        let queue = match queues.by_name.get(&job.queue) {
            Some((queue, _)) => Arc::clone(queue),
            None => self.open(&mut queues, &job.queue),
        };
        // While nobody can forget the queue.
        queue.push(job).map_err(|(job, why)| Refused { job, why })
    }

    /// Forgets queues that can be, once there are many.
    fn forget_idle(queues: &mut Queues) {
        if queues.by_name.len() >= queues.look_at.max(KEPT) {
            let now = Instant::now();
            queues.by_name.retain(|_, (queue, _)| !queue.close_if_idle(now));
            // So that each is looked at no more often than there are new ones.
            queues.look_at = 2 * queues.by_name.len();
        }
    }

    /// Opens a queue. There are no more than receivers that sources and settings name.
    fn open(&self, queues: &mut Queues, name: &str) -> Arc<Queue> {
        Deliverer::forget_idle(queues);
        let settings = &self.attempts.settings;
        let all = Arc::clone(&self.waiting);
        let mut core = Core::new(settings.queue(name), all, settings.most_waiting);
        if self.attempts.report().is_gone(name) {
            core.disable();
        }
        let queue = Arc::new(Queue::new(name, core));
        let task = self.runtime.spawn(pump(Arc::clone(&queue), Arc::clone(&self.attempts)));
        queues.by_name.insert(name.to_owned(), (Arc::clone(&queue), task));
        queue
    }

    /// How the queues stand, by name: those that have or had something to do and were not forgotten.
    pub fn status(&self) -> Vec<QueueStatus> {
        self.queues().by_name.values().map(|(queue, _)| queue.status()).collect()
    }

    /// Has a receiver called again that failed too often, or that is gone by its own word. False if
    /// there is no such queue.
    pub fn enable(&self, queue: &str) -> bool {
        let queues = self.queues();
        let found = queues.by_name.get(queue);
        if let Some((queue, _)) = found {
            queue.enable();
        }
        found.is_some()
    }

    /// Stops: takes no more jobs, lets none begin, and waits for those under way for at most so long.
    /// Jobs that waited, and attempts that were still under way then, are not reported: to whoever
    /// submitted them, their attempt has not been made.
    pub async fn stop(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        let queues = {
            let mut queues = self.queues();
            queues.stopped = true;
            std::mem::take(&mut queues.by_name)
        };
        for (queue, _) in queues.values() {
            queue.close();
        }
        for (_, (_, mut task)) in queues {
            if timeout_at(deadline, &mut task).await.is_err() {
                task.abort();
            }
        }
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends at once all that is under way.
impl Drop for Deliverer {
    fn drop(&mut self) {
        for (_, task) in self.queues().by_name.values() {
            task.abort();
        }
    }
}

impl fmt::Debug for Deliverer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliverer").finish_non_exhaustive()
    }
}

fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '[' | ']' | ':');
    !name.is_empty() && name.chars().all(plain)
}
