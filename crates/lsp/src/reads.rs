//! Questions, and how they come to their answers.
//!
//! A question is asked of the main loop, which answers it on another thread, from a snapshot. It
//! waits there until a thread is free, so that a snapshot is as young as can be, and is asked
//! again where the workspace changed under it. Only where its own document changed is it void. When
//! nobody waits for the answer any more, whoever looks for it stops before the next file.

use std::sync::mpsc::Sender;

use journey_sema::Stop;
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};

use crate::events::Event;
use crate::pool::{Ended, contained};
use crate::uris::Key;
use crate::view::View;

/// So often a question is asked again before it is given up.
const MAX_ATTEMPTS: u32 = 20;

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// One document.
    Document(Key),
    /// What was found in one, which may be a configuration.
    Findings(Key),
    /// Every workspace.
    All,
}

/// A question.
pub(crate) struct Read {
    pub(crate) subject: Subject,
    /// The version of its document when it was asked.
    pub(crate) version: Option<i32>,
    attempts: u32,
    stop: Stop,
    work: Box<dyn Work>,
}

/// What finds the answer and gives it.
trait Work: Send {
    fn run(&mut self, views: &[View]);
    fn refuse(&mut self, error: Error);
    /// Gives the answer about a document that there is not.
    fn pass(&mut self);
    /// Whether nobody wants the answer any more.
    fn is_abandoned(&self) -> bool;
}

struct Typed<F, R> {
    find: F,
    nothing: Option<Result<R>>,
    reply: Option<oneshot::Sender<Result<R>>>,
}

impl<F: FnMut(&[View]) -> Result<R> + Send, R: Send> Work for Typed<F, R> {
    fn run(&mut self, views: &[View]) {
        if self.is_abandoned() {
            return;
        }
        let answer = (self.find)(views);
        self.reply.take().map(|reply| reply.send(answer));
    }

    fn refuse(&mut self, error: Error) {
        self.reply.take().map(|reply| reply.send(Err(error)));
    }

    fn pass(&mut self) {
        let nothing = self.nothing.take().unwrap_or_else(|| Err(mistake()));
        self.reply.take().map(|reply| reply.send(nothing));
    }

    fn is_abandoned(&self) -> bool {
        self.reply.as_ref().is_none_or(oneshot::Sender::is_closed)
    }
}

/// Where an answer will come out. Whoever drops it does not wait for it any more.
pub(crate) struct Answer<R> {
    reply: oneshot::Receiver<Result<R>>,
    stop: Stop,
}

impl<R> Answer<R> {
    pub(crate) async fn get(mut self) -> Result<R> {
        (&mut self.reply).await.unwrap_or_else(|_| Err(mistake()))
    }
}

impl<R> Drop for Answer<R> {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

impl Read {
    /// A question, and where its answer will come out. `nothing` is what is said of a document that
    /// is neither open nor in a workspace.
    pub(crate) fn new<R: Send + 'static>(
        subject: Subject,
        nothing: Result<R>,
        find: impl FnMut(&[View]) -> Result<R> + Send + 'static,
    ) -> (Read, Answer<R>) {
        let (reply, answer) = oneshot::channel();
        let work = Box::new(Typed { find, nothing: Some(nothing), reply: Some(reply) });
        let stop = Stop::default();
        let answer = Answer { reply: answer, stop: stop.clone() };
        (Read { subject, version: None, attempts: 0, stop, work }, answer)
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.work.is_abandoned()
    }

    pub(crate) fn refuse(mut self, error: Error) {
        self.work.refuse(error);
    }

    pub(crate) fn pass(mut self) {
        self.work.pass();
    }

    /// Finds the answer. Where the workspace changes meanwhile the question goes back, and so it
    /// does when nobody wants to know any more: then it is not asked again.
    pub(crate) fn run(mut self, mut views: Vec<View>, back: &Sender<Event>) {
        for view in &mut views {
            view.workspace.stop_with(self.stop.clone());
        }
        let ended = contained(|| self.work.run(&views));
        // Whoever waits to change the workspace waits for this.
        drop(views);
        let again = match ended {
            Ended::Done(()) => None,
            Ended::Superseded => {
                self.attempts += 1;
                Some(self)
            }
            Ended::Panicked => {
                self.refuse(mistake());
                None
            }
        };
        // The main loop is gone when the connection is closed.
        let _ = back.send(Event::ReadEnded(again.map(Box::new)));
    }

    pub(crate) fn is_hopeless(&self) -> bool {
        self.attempts >= MAX_ATTEMPTS
    }
}

/// The document is not what it was when the question was asked.
pub(crate) fn content_modified() -> Error {
    Error::new(ErrorCode::ContentModified)
}

/// Nothing the client could do better.
pub(crate) fn mistake() -> Error {
    let mut error = Error::internal_error();
    error.message = "a mistake of the language server, not yours; please report it".into();
    error
}
