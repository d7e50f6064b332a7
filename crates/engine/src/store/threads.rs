//! The threads of an open store: one flushes, the other merges.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::embedded::Inner;
use super::{Failure, Reason, StoreError};

/// The threads that were started.
#[derive(Debug, Default)]
pub(super) struct Threads {
    handles: Vec<JoinHandle<()>>,
}

impl Threads {
    pub(super) fn start(&mut self, inner: &Arc<Inner>) -> Result<(), StoreError> {
        self.spawn(inner, "store-flush", flush)?;
        self.spawn(inner, "store-merge", merge)?;
        inner.signal.with_threads();
        Ok(())
    }

    fn spawn(
        &mut self,
        inner: &Arc<Inner>,
        name: &'static str,
        work: fn(&Inner) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let shared = inner.clone();
        let body = move || {
            let ended = catch_unwind(AssertUnwindSafe(|| work(&shared)));
            let what = match ended {
                Ok(Ok(())) => return,
                Ok(Err(StoreError::Failed(_))) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some("a thread of the store panicked".to_owned()),
            };
            if let Some(what) = what {
                let file = shared.home.directory.clone();
                let reason = Reason::Other(what);
                shared.health.fail(Failure { action: "write to the base", file, reason });
            }
            // Whoever waits for room must learn that there will be none.
            shared.signal.changed();
        };
        let handle = Builder::new().name(name.to_owned()).spawn(body).map_err(|error| {
            inner.health.fail(Failure::new("start a thread for", &inner.home.directory, &error))
        })?;
        self.handles.push(handle);
        Ok(())
    }

    pub(super) fn join(&mut self) {
        for handle in self.handles.drain(..) {
            // A panic was caught within, and noted.
            let _ = handle.join();
        }
    }
}

fn flush(inner: &Inner) -> Result<(), StoreError> {
    loop {
        inner.signal.wait_until(|| inner.overlay.frozen() > 0);
        if inner.signal.stopped() {
            return Ok(());
        }
        inner.flush_next(u64::MAX)?;
    }
}

fn merge(inner: &Inner) -> Result<(), StoreError> {
    let mut seen = None;
    loop {
        inner.signal.wait_until(|| seen != Some(inner.signal.flushes()));
        seen = Some(inner.signal.flushes());
        while !inner.signal.stopped() && inner.merge_step()? {}
        if inner.signal.stopped() {
            return Ok(());
        }
    }
}
