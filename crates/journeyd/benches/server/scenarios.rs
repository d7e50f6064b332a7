//! What is measured, one function a scenario.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use tempfile::TempDir;

use crate::client::Connection;
use crate::process::Process;
use crate::receiver::Receiver;
use crate::workspace;

/// What a scenario tells.
pub(crate) type Rows<'w> = Pin<Box<dyn Future<Output = Vec<String>> + 'w>>;

const BATCH: usize = 500;
/// Connections that send batches.
const SENDERS: usize = 8;

/// A server with members that wait, and a receiver of its messages.
pub(crate) struct World {
    folder: TempDir,
    server: Option<Process>,
    receiver: Receiver,
    members: usize,
    empty: u64,
}

impl World {
    pub(crate) async fn start(members: usize, beside: usize) -> World {
        let folder = tempfile::tempdir().unwrap();
        let sources = folder.path().join("workspace");
        std::fs::create_dir(&sources).unwrap();
        workspace::write(&sources, beside);
        let receiver = Receiver::start().await;
        let mut world = World { folder, server: None, receiver, members, empty: 0 };
        world.launch();
        world.empty = world.server().resident();
        world
    }

    fn launch(&mut self) {
        let base_url = format!("http://{}", self.receiver.address);
        let [sources, data] = ["workspace", "data"].map(|it| self.folder.path().join(it));
        self.server = Some(Process::start(&sources, &data, &base_url));
    }

    fn server(&self) -> &Process {
        self.server.as_ref().unwrap()
    }

    async fn connect(&self) -> Connection {
        Connection::open(self.server().address).await
    }

    /// Sends that many batches over several connections; each is made by its number.
    async fn send(&self, batches: usize, make: impl Fn(usize) -> String + Send + Sync + 'static) {
        let (next, make) = (Arc::new(AtomicUsize::new(0)), Arc::new(make));
        let mut tasks = Vec::new();
        for _ in 0..SENDERS {
            let mut connection = self.connect().await;
            let (next, make) = (Arc::clone(&next), Arc::clone(&make));
            tasks.push(tokio::spawn(async move {
                loop {
                    let batch = next.fetch_add(1, Ordering::Relaxed);
                    if batch >= batches {
                        return;
                    }
                    connection.events(&make(batch)).await;
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
    }

    /// How many wait, by the server's own count.
    async fn inside(&self) -> usize {
        let mut connection = self.connect().await;
        let (_, answer) = connection.ask("GET", "/api/v1/journeys/waiting", "").await;
        let journey: serde_json::Value = serde_json::from_str(&answer).unwrap();
        journey["counts"]["inside"].as_u64().unwrap() as usize
    }

    /// Everybody begins to wait.
    pub(crate) async fn filled(&mut self) -> Vec<String> {
        let (begin, written) = (Instant::now(), self.server().written());
        self.send(self.members / BATCH, |batch| {
            array((0..BATCH).map(|place| poked(batch * BATCH + place)))
        })
        .await;
        let time = begin.elapsed();
        assert_eq!(self.inside().await, self.members);
        let members = self.members as f64;
        let resident = self.server().resident();
        let each = (resident.saturating_sub(self.empty)) as f64 / members;
        let written = (self.server().written() - written) as f64 / members;
        vec![
            format!(
                "| filling: customers new to the server a second | {:.0} |",
                members / time.as_secs_f64()
            ),
            format!(
                "| memory: empty, with the members, per member | {}, {}, {each:.0} bytes |",
                mebibytes(self.empty),
                mebibytes(resident)
            ),
            format!("| filling: bytes written per step | {written:.0} |"),
        ]
    }
}

fn poked(customer: usize) -> String {
    format!("{{\"customer_id\":\"c{customer}\",\"event\":\"poked\"}}")
}

fn array(events: impl Iterator<Item = String>) -> String {
    let events: Vec<String> = events.collect();
    format!("[{}]", events.join(","))
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

/// A number that looks drawn at random, the same at each run.
fn drawn(number: usize) -> usize {
    let mixed = (number as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 24) as usize
}

fn percentiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    format!("{:.1}, {:.1}, {:.1} ms", at(0.5), at(0.99), at(1.0))
}

/// Members drawn at random leave and enter again.
pub(crate) async fn batches(world: &mut World) -> Vec<String> {
    const STEPS: usize = 1_000_000;
    let members = world.members;
    let (begin, written) = (Instant::now(), world.server().written());
    let make = move |batch: usize| {
        array((0..BATCH).map(|place| poked(drawn(batch * BATCH + place) % members)))
    };
    world.send(STEPS / BATCH, make).await;
    let rate = STEPS as f64 / begin.elapsed().as_secs_f64();
    let written = (world.server().written() - written) as f64 / STEPS as f64;
    vec![
        format!("| durable steps a second, in batches of {BATCH} | {rate:.0} |"),
        format!("| bytes written to the disk per step | {written:.0} |"),
    ]
}

/// One event a request, from many connections at once.
pub(crate) async fn singles(world: &mut World) -> Vec<String> {
    let mut rows = Vec::new();
    for connections in [1, 64, 200] {
        let end = Instant::now() + Duration::from_secs(10);
        let members = world.members;
        let mut tasks = Vec::new();
        for number in 0..connections {
            let mut connection = world.connect().await;
            tasks.push(tokio::spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end {
                    let body = poked(drawn(times.len() * connections + number) % members);
                    let begin = Instant::now();
                    connection.events(&body).await;
                    times.push(begin.elapsed());
                }
                times
            }));
        }
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await.unwrap());
        }
        let rate = times.len() / 10;
        let times = percentiles(&mut times);
        rows.push(format!(
            "| requests of one event a second, {connections} connections | {rate}; {times} |"
        ));
    }
    rows
}

/// From before an event is sent until its message is there.
pub(crate) async fn webhooks(world: &mut World) -> Vec<String> {
    const EVENTS: usize = 2_000;
    let mut connection = world.connect().await;
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let sender = tokio::spawn(async move {
        let mut sent = Vec::new();
        for number in 0..EVENTS {
            ticks.tick().await;
            sent.push(SystemTime::now());
            let event = format!(
                "{{\"customer_id\":\"w{number}\",\"event\":\"called\",\"properties\":{{\"n\":{number}}}}}"
            );
            connection.events(&event).await;
        }
        sent
    });
    let mut came = vec![None; EVENTS];
    for _ in 0..EVENTS {
        let (number, time) = world.receiver.next().await;
        came[number].get_or_insert(time);
    }
    let sent = sender.await.unwrap();
    let mut times: Vec<Duration> = { came.iter().zip(sent) }
        .map(|(came, sent)| came.unwrap().duration_since(sent).unwrap_or_default())
        .collect();
    let times = percentiles(&mut times);
    vec![format!("| event to webhook received, 100 a second: median, p99, longest | {times} |")]
}

/// As many timers as there are members fall due within a minute. One in a hundred says when it was seen to.
pub(crate) async fn timers(world: &mut World) -> Vec<String> {
    const ONE_IN: usize = 100;
    let count = world.members / BATCH * BATCH;
    let load = Duration::from_secs(20 + (count / 15_000) as u64);
    let first = SystemTime::now() + load;
    let due = move |number: usize| {
        let exact = first + Duration::from_secs(60).mul_f64(number as f64 / count as f64);
        let since = exact.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        SystemTime::UNIX_EPOCH + Duration::from_millis(since.as_millis() as u64)
    };
    // Whose timer is next is not who was next when they were loaded.
    let place_of = move |number: usize| (number * 7_919) % count;
    let make = move |batch: usize| {
        array((0..BATCH).map(|place| {
            let customer = batch * BATCH + place;
            let n = place_of(customer);
            let time: DateTime<Utc> = due(n).into();
            let time = time.to_rfc3339_opts(SecondsFormat::Millis, true);
            let sample = n % ONE_IN == 0;
            format!(
                "{{\"customer_id\":\"c{customer}\",\"event\":\"booked\",\"properties\":\
                 {{\"n\":{n},\"due\":\"{time}\",\"sample\":{sample}}}}}"
            )
        }))
    };
    world.send(count / BATCH, make).await;
    let spare = first.duration_since(SystemTime::now());
    assert!(spare.is_ok(), "loading took longer than the timers wait");
    let mut early = 0;
    let mut lags = Vec::new();
    for _ in 0..count / ONE_IN {
        let (number, time) = world.receiver.next().await;
        match time.duration_since(due(number)) {
            Ok(lag) => lags.push(lag),
            Err(_) => early += 1,
        }
    }
    let lags = percentiles(&mut lags);
    vec![
        format!(
            "| {count} timers within one minute, due to message received: median, p99, longest | {lags} |"
        ),
        format!("| of {} that tell, early | {early} |", count / ONE_IN),
    ]
}

/// Killed in the midst of its work, until it answers again.
pub(crate) async fn recovery(world: &mut World) -> Vec<String> {
    // So that the log holds what the tree does not have yet.
    batches(world).await;
    let mut server = world.server.take().unwrap();
    server.kill();
    let begin = Instant::now();
    world.launch();
    let mut connection = world.connect().await;
    while connection.ask("GET", "/readyz", "").await.0 != 200 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let time = begin.elapsed().as_secs_f64();
    assert_eq!(world.inside().await, world.members, "nobody is lost");
    vec![format!("| killed, until it is ready again | {time:.1} s |")]
}
