//! What the tests share: a deliverer whose reports can be waited for, jobs, and receivers that misbehave.

#![allow(dead_code, unreachable_pub, missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod http;
pub mod net;
pub mod smtp;
pub mod tls;
pub mod tools;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use journey_bytecode::{Delivery, Limit, Method, Retry};
use journey_delivery::{
    Clock, Deliverer, Guard, Job, JobId, LogLine, Network, Outcome, Parts, Report, Roots, Settings,
    Sink, SystemNetwork,
};
use journey_vm::{HttpMessage, MailMessage, MailServer, Rendered};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout};

/// Wed, 21 Oct 2015 07:28:00 GMT
pub const NOW: i64 = 1_445_412_480_000;

#[derive(Default)]
pub struct FixedClock(pub AtomicI64);

impl Clock for FixedClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
pub struct Reported {
    pub id: u64,
    pub attempt: u32,
    pub outcome: Outcome,
    pub at: Instant,
}

pub enum Told {
    Outcome(Reported),
    Room(String),
}

pub struct Reporter {
    to: UnboundedSender<Told>,
    pub unwanted: Mutex<Vec<u64>>,
    pub gone: Mutex<Vec<String>>,
}

impl Report for Reporter {
    fn report(&self, id: JobId, attempt: u32, outcome: Outcome) {
        let at = Instant::now();
        let _ = self.to.send(Told::Outcome(Reported { id: id.number, attempt, outcome, at }));
    }

    fn wanted(&self, id: JobId, _: u32) -> bool {
        !self.unwanted.lock().unwrap().contains(&id.number)
    }

    fn room(&self, queue: &str) {
        let _ = self.to.send(Told::Room(queue.to_owned()));
    }

    fn gone(&self, queue: &str) {
        self.gone.lock().unwrap().push(queue.to_owned());
    }

    fn is_gone(&self, queue: &str) -> bool {
        self.gone.lock().unwrap().iter().any(|it| it == queue)
    }
}

#[derive(Default)]
pub struct Lines(pub Mutex<Vec<String>>, pub Mutex<Option<std::io::ErrorKind>>);

impl Sink for Lines {
    fn write(&self, line: LogLine<'_>) -> std::io::Result<()> {
        if let Some(kind) = *self.1.lock().unwrap() {
            return Err(kind.into());
        }
        self.0.lock().unwrap().push(format!("{} {} {}", line.queue, line.key, line.json));
        Ok(())
    }
}

/// A deliverer, and what it says.
pub struct Bench {
    pub deliverer: Deliverer,
    pub reporter: Arc<Reporter>,
    pub lines: Arc<Lines>,
    pub clock: Arc<FixedClock>,
    from: UnboundedReceiver<Told>,
}

/// Settings that allow loopback and trust no authority.
pub fn settings() -> Settings {
    let guard = Guard::allowing(&["127.0.0.0/8"]).unwrap();
    let roots = Roots { system: false, extra: Vec::new() };
    Settings { guard, roots, ..Settings::default() }
}

impl Bench {
    /// On real sockets.
    pub fn new(settings: Settings) -> Bench {
        Bench::on(settings, Box::new(SystemNetwork))
    }

    pub fn on(settings: Settings, network: Box<dyn Network>) -> Bench {
        let (to, from) = unbounded_channel();
        let reporter =
            Arc::new(Reporter { to, unwanted: Mutex::default(), gone: Mutex::default() });
        let lines = Arc::new(Lines::default());
        let clock = Arc::new(FixedClock(AtomicI64::new(NOW)));
        let parts = Parts {
            clock: Arc::clone(&clock) as _,
            seed: 7,
            network,
            sink: Arc::clone(&lines) as _,
            report: Arc::clone(&reporter) as _,
        };
        let deliverer = Deliverer::start(settings, parts).unwrap();
        Bench { deliverer, reporter, lines, clock, from }
    }

    pub fn submit(&self, job: Job) {
        self.deliverer.submit(job).unwrap();
    }

    async fn told(&mut self) -> Told {
        let told = timeout(Duration::from_secs(120), self.from.recv()).await;
        told.expect("nothing was reported within two minutes").expect("delivery goes on")
    }

    /// The next outcome.
    pub async fn next(&mut self) -> Reported {
        loop {
            if let Told::Outcome(reported) = self.told().await {
                return reported;
            }
        }
    }

    /// Waits until a queue says that it has room.
    pub async fn room(&mut self) -> String {
        loop {
            if let Told::Room(queue) = self.told().await {
                return queue;
            }
        }
    }

    /// Submits a job and waits for its outcome.
    pub async fn outcome(&mut self, job: Job) -> Outcome {
        let id = job.id.number;
        self.submit(job);
        let reported = self.next().await;
        assert_eq!(reported.id, id);
        reported.outcome
    }

    /// Whether nothing is reported for a while.
    pub async fn is_quiet(&mut self, length: Duration) -> bool {
        timeout(length, self.from.recv()).await.is_err()
    }

    pub fn status(&self, queue: &str) -> journey_delivery::QueueStatus {
        let all = self.deliverer.status();
        all.into_iter().find(|status| status.queue == queue).expect("the queue exists")
    }
}

pub const RETRY: Retry = Retry { times: 3, from: 1_000, to: 60_000 };

pub fn delivery() -> Delivery {
    Delivery { timeout: 5_000, retry: RETRY, limit: None }
}

pub fn job(number: u64, payload: Rendered) -> Job {
    Job {
        id: JobId { shard: 0, number },
        queue: "crm".to_owned(),
        attempt: 1,
        key: format!("{number:032x}"),
        at: NOW - 60_000,
        payload,
        answer: false,
    }
}

/// A `POST` of `{"hello":1}`.
pub fn post(number: u64, url: &str) -> Job {
    job(
        number,
        Rendered::Http(HttpMessage {
            method: Method::Post,
            url: url.to_owned(),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: Some("{\"hello\":1}".to_owned()),
            delivery: delivery(),
        }),
    )
}

pub fn with(mut job: Job, change: impl Fn(&mut Delivery)) -> Job {
    match &mut job.payload {
        Rendered::Http(message) => change(&mut message.delivery),
        Rendered::Mail(message) => change(&mut message.delivery),
        Rendered::Line(_) => {}
    }
    job
}

pub fn limited(job: Job, count: u32, per: i64) -> Job {
    with(job, |delivery| delivery.limit = Some(Limit { count, per }))
}

pub fn in_queue(queue: &str, job: Job) -> Job {
    Job { queue: queue.to_owned(), ..job }
}

pub fn server(host: &str, port: u16, tls: &str) -> MailServer {
    MailServer { host: host.to_owned(), port, tls: tls.to_owned(), login: None }
}

pub fn mail(number: u64, server: MailServer) -> Job {
    job(
        number,
        Rendered::Mail(MailMessage {
            server,
            from: "Shop <hello@shop.example>".to_owned(),
            to: "ada@example.com".to_owned(),
            reply_to: None,
            subject: "Welcome".to_owned(),
            text: Some("Good to have you.".to_owned()),
            html: None,
            delivery: delivery(),
        }),
    )
}

/// Status and reason of an outcome that is not the last.
pub fn again(outcome: Outcome) -> (Option<u16>, String) {
    match outcome {
        Outcome::Again { status, reason, .. } => (status, reason),
        other => panic!("not tried again: {other:?}"),
    }
}

pub fn failed(outcome: Outcome) -> (Option<u16>, String) {
    match outcome {
        Outcome::Failed { status, reason } => (status, reason),
        other => panic!("not failed: {other:?}"),
    }
}

pub fn arrived(outcome: Outcome) -> (Option<u16>, Option<Vec<u8>>) {
    match outcome {
        Outcome::Delivered { status, body } => (status, body),
        other => panic!("not delivered: {other:?}"),
    }
}
