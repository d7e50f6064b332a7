//! From the outbox to delivery, and back.
//!
//! Messages come here once they are durable. Each is read from the store, made ready, and handed to
//! delivery; what became of the attempt goes back to the customer's shard as a command. All that is
//! kept here can be found in the outbox again: after a restart everything in it comes anew.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use journey_bytecode::Response;
use journey_delivery::{Deliverer, Job, JobId, Outcome, Refusal, Report};
use journey_engine::command::{Attempt, Failure, What};
use journey_engine::deploy::Deployment;
use journey_engine::form::{ReadError, decode};
use journey_engine::keys;
use journey_engine::outbox::{Message, MessageId, Post};
use journey_engine::shard::first_message;
use journey_vm::{HttpMessage, Outside, Rendered, Scratch, Val, render};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::backlog::Backlog;
use super::{Busy, Gone, Measures, Runtime, Submission};

/// How many messages of the outbox are read in one go at the start.
const CHUNK: usize = 1_000;
/// How many answers are handed back in one go.
const TOGETHER: usize = 500;

/// What is known of messages on their way, and of those that have to wait.
#[derive(Default)]
struct Desk {
    /// Under way: what is needed to understand the answer.
    away: HashMap<JobId, Away>,
    /// Messages of queues that are full.
    full: Backlog,
    /// Queues that have room again.
    room: Vec<String>,
    /// All messages that nobody has confirmed yet.
    pending: HashSet<MessageId>,
}

/// A message under way.
struct Away {
    customer: Box<str>,
    attempt: u32,
    /// What a webhook answers, where that is typed.
    response: Option<Response>,
}

/// Whether a message may go before those for which there was no room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    BehindOthers,
    ItsOwn,
}

/// Takes what delivery has to say.
pub struct Desktop {
    runtime: Arc<Runtime>,
    gone: Arc<Gone>,
    desk: Mutex<Desk>,
    outcomes: mpsc::UnboundedSender<(JobId, u32, Outcome)>,
    wake: tokio::sync::Notify,
}

/// What comes from delivery.
pub type Outcomes = mpsc::UnboundedReceiver<(JobId, u32, Outcome)>;

impl Desktop {
    /// An empty one, with the end at which outcomes come out.
    pub fn new(runtime: Arc<Runtime>, gone: Arc<Gone>) -> (Arc<Desktop>, Outcomes) {
        let (outcomes, receive) = mpsc::unbounded_channel();
        let wake = tokio::sync::Notify::new();
        (Arc::new(Desktop { runtime, gone, desk: Mutex::default(), outcomes, wake }), receive)
    }

    /// Notes whether a message is still to be confirmed.
    fn note(&self, id: MessageId, pending: bool) {
        let pending_ones = &mut self.desk().pending;
        match pending {
            true => pending_ones.insert(id),
            false => pending_ones.remove(&id),
        };
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Report for Desktop {
    fn report(&self, id: JobId, attempt: u32, outcome: Outcome) {
        // Nobody listens any more when the process is about to end.
        let _ = self.outcomes.send((id, attempt, outcome));
    }

    fn wanted(&self, id: JobId, attempt: u32) -> bool {
        if self.desk().away.get(&id).is_none_or(|away| away.attempt != attempt) {
            return false;
        }
        // While it stood in its queue it may have been dropped, or its customer forgotten. A store that
        // cannot be read ends the process elsewhere.
        let stored = self.runtime.store().get(&keys::outbox(id.shard, id.number));
        let is_there = stored.is_ok_and(|stored| stored.is_some());
        if !is_there {
            self.desk().away.remove(&id);
        }
        is_there
    }

    fn room(&self, queue: &str) {
        self.desk().room.push(queue.to_owned());
        self.wake.notify_one();
    }

    fn gone(&self, queue: &str) {
        let changed = self.gone.note(queue, self.runtime.clock().now());
        let gone = Arc::clone(&self.gone);
        // What this is called from must not wait for a disk.
        tokio::task::spawn_blocking(move || gone.write(&changed));
    }

    fn is_gone(&self, queue: &str) -> bool {
        self.gone.since(queue).is_some()
    }
}

/// See the [module](self).
pub struct Dispatch {
    /// Where messages are read and answers go.
    pub runtime: Arc<Runtime>,
    /// Who delivers.
    pub deliverer: Arc<Deliverer>,
    /// Settings and secrets of destinations.
    pub outside: Arc<dyn Outside + Send + Sync>,
    /// What delivery has to say.
    pub desktop: Arc<Desktop>,
}

impl Dispatch {
    /// Hands messages on until `messages` ends; first those that are in the outbox already.
    pub async fn run(
        self: Arc<Self>,
        mut messages: mpsc::UnboundedReceiver<MessageId>,
    ) -> Result<(), ReadError> {
        let mut later: BTreeMap<(i64, MessageId), ()> = BTreeMap::new();
        let left = self.outbox()?;
        // Shards work already: what they have written since the start is among it, and may not be durable.
        self.runtime.store().sync()?;
        for id in left {
            self.forward(id, &mut later)?;
        }
        loop {
            let now = self.runtime.clock().now();
            while let Some(entry) = later.first_entry().filter(|entry| entry.key().0 <= now) {
                let ((_, id), ()) = entry.remove_entry();
                self.forward(id, &mut later)?;
            }
            self.readmit(&mut later)?;
            let next = later.first_key_value().map(|((at, _), ())| at.saturating_sub(now));
            let pause = next.unwrap_or(60_000);
            let pause = Duration::from_millis(pause.clamp(1, 60_000).cast_unsigned());
            tokio::select! {
                message = messages.recv() => match message {
                    Some(id) => self.forward(id, &mut later)?,
                    None => return Ok(()),
                },
                () = self.desktop.wake.notified() => {}
                () = self.runtime.clock().moved() => {}
                () = tokio::time::sleep_until(Instant::now() + pause) => {}
            }
        }
    }

    /// All that is in the outbox.
    fn outbox(&self) -> Result<Vec<MessageId>, ReadError> {
        let mut found = Vec::new();
        for shard in 0..self.runtime.shards() {
            let first = first_message(self.runtime.store(), shard)?;
            let all = keys::outbox_from(shard, first);
            let mut from = all.start;
            loop {
                let chunk = self.runtime.store().scan(&from, &all.end, CHUNK)?;
                let ids = chunk.iter().filter_map(|(key, _)| keys::numbered_of(key));
                found.extend(ids.map(|(shard, number)| MessageId { shard, number }));
                match chunk.last() {
                    Some((last, _)) if chunk.len() == CHUNK => from = [&last[..], &[0]].concat(),
                    _ => break,
                }
            }
        }
        Ok(found)
    }

    /// Hands on messages of queues that have room again, until there is none: no message is looked at each time
    /// that there is room for others.
    fn readmit(&self, later: &mut BTreeMap<(i64, MessageId), ()>) -> Result<(), ReadError> {
        let queues = std::mem::take(&mut self.desktop.desk().room);
        for queue in queues {
            loop {
                let Some(id) = self.desktop.desk().full.take(&queue) else { break };
                let Some(job) = self.ready(id, later, Turn::ItsOwn)? else { continue };
                if self.submit(job).is_some() {
                    self.desktop.desk().full.put_back(&queue, id);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Hands a message to delivery, now or when its time has come or there is room in its queue.
    fn forward(
        &self,
        id: MessageId,
        later: &mut BTreeMap<(i64, MessageId), ()>,
    ) -> Result<(), ReadError> {
        let Some(job) = self.ready(id, later, Turn::BehindOthers)? else { return Ok(()) };
        let queue = job.queue.clone();
        if self.submit(job) == Some(Refusal::Full) {
            self.desktop.desk().full.push(&queue, id);
        }
        Ok(())
    }

    /// Reads a message and makes it ready, if it is to be delivered now. It is under way then.
    fn ready(
        &self,
        id: MessageId,
        later: &mut BTreeMap<(i64, MessageId), ()>,
        turn: Turn,
    ) -> Result<Option<Job>, ReadError> {
        let store = self.runtime.store();
        let stored = store.get(&keys::outbox(id.shard, id.number))?;
        self.desktop.note(id, stored.is_some());
        self.count();
        let Some(bytes) = stored else { return Ok(None) };
        let message: Message = decode("message", &bytes)?;
        if message.next_at > self.runtime.clock().now() {
            later.insert((message.next_at, id), ());
            return Ok(None);
        }
        let history = self.runtime.history();
        let Some(deployment) = history.numbered(message.deployment) else { return Ok(None) };
        let job_id = JobId { shard: id.shard, number: id.number };
        let is_away = |away: &Away| away.attempt == message.attempt;
        if self.desktop.desk().away.get(&job_id).is_some_and(is_away) {
            // Somebody wants it tried at once, and it is on its way.
            return Ok(None);
        }
        let queue = queue_of(deployment, &message);
        if turn == Turn::BehindOthers && self.desktop.desk().full.has(&queue) {
            self.desktop.desk().full.push(&queue, id);
            return Ok(None);
        }
        let away = Away {
            customer: message.customer.as_str().into(),
            attempt: message.attempt,
            response: response(deployment, &message),
        };
        let wants = away.response.is_some();
        self.desktop.desk().away.insert(job_id, away);
        match self.job((job_id, queue), deployment, &message, wants) {
            Ok(job) => Ok(Some(job)),
            Err(reason) => {
                let outcome = Outcome::Failed { status: None, reason };
                self.desktop.report(job_id, message.attempt, outcome);
                Ok(None)
            }
        }
    }

    /// Hands a job to delivery. One that is refused is not under way.
    fn submit(&self, job: Job) -> Option<Refusal> {
        let id = job.id;
        let refused = self.deliverer.submit(job).err()?;
        self.desktop.desk().away.remove(&id);
        Some(refused.why)
    }

    /// Makes a message ready.
    fn job(
        &self,
        (id, queue): (JobId, String),
        deployment: &Deployment,
        message: &Message,
        answer: bool,
    ) -> Result<Job, String> {
        let payload = match &message.post {
            Post::Action { action, args } => {
                let scratch = Scratch::new();
                let arena = bumpalo::Bump::new();
                let args: Vec<(u16, Val<'_>)> =
                    args.iter().map(|(n, value)| (*n, Val::from_const(value, &arena))).collect();
                let made = render(&deployment.set, *action, &args, &*self.outside, &scratch);
                made.map_err(|error| error.to_string())?
            }
            Post::Call { method, url, headers, body, delivery, .. } => {
                Rendered::Http(HttpMessage {
                    method: *method,
                    url: url.clone(),
                    headers: headers.clone(),
                    body: body.clone(),
                    delivery: *delivery,
                })
            }
        };
        let key = message.key.to_string();
        let Message { attempt, at, .. } = *message;
        Ok(Job { id, queue, attempt, key, at, payload, answer })
    }

    /// Takes outcomes and tells the shards, until `outcomes` ends.
    pub async fn listen(self: Arc<Self>, mut outcomes: Outcomes) {
        let mut together = Vec::new();
        while outcomes.recv_many(&mut together, TOGETHER).await > 0 {
            let now = self.runtime.clock().now();
            let submissions: Vec<Submission> = together
                .drain(..)
                .filter_map(|(id, attempt, outcome)| self.heard(id, attempt, outcome, now))
                .collect();
            // A queue that is full has room in a moment; an attempt that nobody hears of is made again
            // after a restart.
            while let Err(Busy::Full) = self.runtime.submit(submissions.clone()).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    fn heard(&self, id: JobId, attempt: u32, outcome: Outcome, now: i64) -> Option<Submission> {
        let away = self.desktop.desk().away.remove(&id)?;
        let message = MessageId { shard: id.shard, number: id.number };
        let result = match outcome {
            Outcome::Delivered { status, body } => delivered(&away, status, body, self.zone()),
            Outcome::Again { after, status, reason } => {
                let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
                let failure = Failure { status, reason };
                Attempt::Again { at: now.saturating_add(after), failure }
            }
            Outcome::Failed { status, reason } => Attempt::Failed(Failure { status, reason }),
        };
        let word = match &result {
            Attempt::Delivered { .. } => "delivered",
            Attempt::Again { .. } => "retried",
            Attempt::Failed(_) => "failed",
        };
        Measures::count(&self.runtime.measures.actions, word, 1);
        self.desktop.note(message, matches!(result, Attempt::Again { .. }));
        self.count();
        Some(Submission::new(&away.customer, What::Attempted { message, attempt, result }))
    }

    /// Shows how many messages are not confirmed.
    fn count(&self) {
        let count = self.desktop.desk().pending.len();
        self.runtime.measures.outbox.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    fn zone(&self) -> journey_time::Tz {
        let history = self.runtime.history();
        history.deployment().map_or(journey_time::Tz::UTC, |it| it.set.program().zone())
    }
}

/// What a delivered message was answered with, read by its type.
fn delivered(
    away: &Away,
    status: Option<u16>,
    body: Option<Vec<u8>>,
    zone: journey_time::Tz,
) -> Attempt {
    let Some(response) = &away.response else {
        return Attempt::Delivered { status, response: None };
    };
    let body = String::from_utf8(body.unwrap_or_default());
    let Ok(body) = body else {
        let reason = "the answer is no UTF-8".to_owned();
        return Attempt::Failed(Failure { status, reason });
    };
    match journey_intake::read_value(&body, &response.ty, zone) {
        Ok(value) => Attempt::Delivered { status, response: Some(value) },
        // What is wrong with it would show what is in it.
        Err(_) => {
            let reason = "the answer is not of the type that the webhook declares".to_owned();
            Attempt::Failed(Failure { status, reason })
        }
    }
}

/// What a webhook answers, if somebody waits for that.
fn response(deployment: &Deployment, message: &Message) -> Option<Response> {
    let Post::Call { webhook, .. } = &message.post else { return None };
    if !message.awaits {
        return None;
    }
    let journey = deployment.set.program().journeys.get(usize::from(message.journey))?;
    journey.webhooks.get(usize::from(*webhook))?.response.clone()
}

/// The queue that a message stands in: that of its destination, or of the host that a webhook calls.
pub fn queue_of(deployment: &Deployment, message: &Message) -> String {
    match &message.post {
        Post::Action { action, .. } => destination(deployment, *action),
        Post::Call { url, .. } => host(url),
    }
}

/// The name of an action's destination.
fn destination(deployment: &Deployment, action: u16) -> String {
    let program = deployment.set.program();
    let action = program.actions.get(usize::from(action));
    let destination = action.and_then(|it| program.destinations.get(usize::from(it.destination)));
    destination.map(|it| it.name.clone()).unwrap_or_default()
}

/// The host of a URL, for the name of a queue. What is no URL fails when it is tried.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn webhooks_queue_by_their_host() {
        assert_eq!(host("https://Example.com/a?b"), "example.com");
        assert_eq!(host("http://user:secret@example.com:8080/x"), "example.com:8080");
        assert_eq!(host("nonsense"), "nonsense");
    }
}
