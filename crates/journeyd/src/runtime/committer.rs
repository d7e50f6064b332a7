//! The thread that makes things durable.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Instant;

use journey_engine::command::Reply;
use journey_engine::form::ReadError;
use journey_engine::outbox::MessageId;
use journey_engine::store::{Store, Ticket};
use tokio::sync::{mpsc, oneshot};

use super::Measures;

/// How many steps may have been appended and not be durable yet.
const AHEAD: usize = 16;

/// Answers, by the tags of their commands.
pub(super) type Answers = Vec<(u64, Reply)>;

/// A step that was appended.
pub(super) struct Commit {
    pub(super) ticket: Option<Ticket>,
    pub(super) answers: Vec<(Option<oneshot::Sender<Answers>>, Answers)>,
    pub(super) messages: Vec<MessageId>,
}

/// Starts the thread. It ends when all senders are gone.
pub(super) fn start(
    store: Arc<dyn Store>,
    released: mpsc::UnboundedSender<MessageId>,
    measures: Arc<Measures>,
) -> (SyncSender<Commit>, JoinHandle<()>) {
    let (send, receive) = sync_channel::<Commit>(AHEAD);
    let thread = std::thread::spawn(move || {
        while let Ok(first) = receive.recv() {
            // All that was appended while the last sync was under way shares the next one.
            let commits: Vec<Commit> = std::iter::once(first).chain(receive.try_iter()).collect();
            if commits.iter().any(|commit| commit.ticket.is_some()) {
                let begun = Instant::now();
                if let Err(error) = store.sync() {
                    fail(&error.into());
                }
                measures.commits.observe(begun.elapsed().as_secs_f64());
            }
            for commit in commits {
                release(commit, &released);
            }
        }
    });
    (send, thread)
}

fn release(commit: Commit, released: &mpsc::UnboundedSender<MessageId>) {
    for (reply, answers) in commit.answers {
        if let Some(reply) = reply {
            // Who asked may have gone away.
            let _ = reply.send(answers);
        }
    }
    for message in commit.messages {
        let _ = released.send(message);
    }
}

/// Ends the process. It is not known what of the latest is on disk, so nothing that is in memory may
/// be relied upon; the next start finds what is there.
pub fn fail(error: &ReadError) -> ! {
    tracing::error!(%error, "the store has failed; the process ends");
    eprintln!("journeyd: the store has failed: {error}");
    std::process::abort()
}
