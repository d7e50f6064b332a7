//! Threads for what is read: few, and with stacks for what nests deep.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use journey_sema::{Superseded, unless_superseded};

/// What a thread does.
type Job = Box<dyn FnOnce() + Send>;

/// As much as the checker gives its own threads: what the parser admits nests 128 levels deep.
const STACK: usize = 16 << 20;

/// Threads that do one job after the other, in the order in which they come.
pub(crate) struct Pool {
    jobs: mpsc::Sender<Job>,
}

impl Pool {
    /// Threads that end when the pool is dropped and their jobs are done.
    pub(crate) fn new(name: &str, threads: usize) -> std::io::Result<Pool> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads {
            let queue = queue.clone();
            let work = move || {
                while let Some(job) = next(&queue) {
                    job();
                }
            };
            thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work)?;
        }
        Ok(Pool { jobs })
    }

    pub(crate) fn run(&self, job: impl FnOnce() + Send + 'static) {
        // The threads end after the pool only.
        let _ = self.jobs.send(Box::new(job));
    }
}

fn next(queue: &Mutex<mpsc::Receiver<Job>>) -> Option<Job> {
    // No job runs while the lock is held, so none can poison it.
    queue.lock().ok()?.recv().ok()
}

/// How a read ended.
pub(crate) enum Ended<T> {
    /// With this.
    Done(T),
    /// The text was about to change.
    Superseded,
    /// By a mistake of ours.
    Panicked,
}

/// Reads a snapshot. Whatever happens in it, the thread goes on.
pub(crate) fn contained<T>(read: impl FnOnce() -> T) -> Ended<T> {
    let read = std::panic::AssertUnwindSafe(|| unless_superseded(read));
    match std::panic::catch_unwind(read) {
        Ok(Ok(value)) => Ended::Done(value),
        Ok(Err(Superseded)) => Ended::Superseded,
        Err(_) => Ended::Panicked,
    }
}
