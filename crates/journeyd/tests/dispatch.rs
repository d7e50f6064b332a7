//! What leaves, and when: from the outbox to delivery.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use journey_delivery::{
    Deliverer, LogLine, Parts, QueueSettings, Settings, Sink, SystemClock, SystemNetwork,
};
use journey_engine::command::What;
use journey_engine::keys;
use journey_engine::store::{Batch, MemoryStore, Pair, Store, StoreError, Ticket};
use journey_vm::Row;
use journeyd::catalog::{Catalog, InFlight};
use journeyd::runtime::dispatch::{Desktop, Dispatch};
use journeyd::runtime::{Clock, ClockKind, Gone, Options, Runtime, Submission};
use tokio::sync::mpsc::UnboundedReceiver;

const SCHEMA: &str =
    "customer { plan: text? }\nevent tick {}\ndestination out log { action line(text: text) }\n";
const JOURNEY: &str =
    "journey ticks { entry event tick  reenter always  send out.line(text: \"hi\")  exit done }";

/// A store in memory that counts, and knows what is durable.
#[derive(Default)]
struct Watched {
    memory: MemoryStore,
    appended: AtomicU64,
    durable: AtomicU64,
    /// How often a message was read.
    reads: AtomicU64,
}

impl Store for Watched {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let is_message = keys::outbox_from(0, 0).contains(&key.to_vec());
        self.reads.fetch_add(u64::from(is_message), Ordering::SeqCst);
        self.memory.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, StoreError> {
        self.memory.scan(from, to, limit)
    }

    fn append(&self, batch: &Batch) -> Result<Ticket, StoreError> {
        let ticket = self.memory.append(batch)?;
        self.appended.fetch_max(ticket.0, Ordering::SeqCst);
        Ok(ticket)
    }

    fn sync(&self) -> Result<Ticket, StoreError> {
        let appended = self.appended.load(Ordering::SeqCst);
        self.durable.fetch_max(appended, Ordering::SeqCst);
        Ok(Ticket(appended))
    }
}

/// Counts lines, and how far the store was durable at the first one.
struct Lines {
    store: Arc<Watched>,
    count: AtomicU64,
    durable_at_first: AtomicU64,
}

impl Sink for Lines {
    fn write(&self, _: LogLine<'_>) -> io::Result<()> {
        if self.count.fetch_add(1, Ordering::SeqCst) == 0 {
            let durable = self.store.durable.load(Ordering::SeqCst);
            self.durable_at_first.store(durable, Ordering::SeqCst);
        }
        Ok(())
    }
}

fn start(
    store: &Arc<Watched>,
) -> (Arc<Runtime>, UnboundedReceiver<journey_engine::outbox::MessageId>) {
    let clock = Arc::new(Clock::new(ClockKind::Wall, 0));
    let options = Options { shards: 1, ..Options::default() };
    Runtime::start(Arc::clone(store) as Arc<dyn Store>, clock, &options).unwrap()
}

/// A store whose outbox has so many messages, which nobody has sent.
async fn outbox(count: usize) -> Arc<Watched> {
    let store = Arc::new(Watched::default());
    let (runtime, _) = start(&store);
    let catalog = Catalog::open(Arc::clone(&runtime)).unwrap();
    let schema = vec![("schema.journey".to_owned(), SCHEMA.to_owned())];
    catalog.set_schema(schema, String::new(), None).unwrap();
    catalog.create(JOURNEY, false).unwrap();
    catalog.activate("ticks", InFlight::Pin, None).unwrap();
    let deployment = runtime.history().deployment().unwrap().number;
    let tick = |number: usize| {
        let row = Row::default();
        let at = runtime.clock().now();
        let what = What::Event { deployment, event: 0, at, id: None, row };
        Submission::new(&format!("customer-{number}"), what)
    };
    runtime.submit((0..count).map(tick).collect()).await.unwrap();
    runtime.stop();
    store
}

/// Sends what is in the outbox through a queue that holds sixteen, until nothing is left.
async fn send_all(store: &Arc<Watched>, count: u64) -> Arc<Lines> {
    let (runtime, messages) = start(store);
    let gone = Arc::new(Gone::open(Arc::clone(store) as Arc<dyn Store>).unwrap());
    let (desktop, outcomes) = Desktop::new(Arc::clone(&runtime), gone);
    let (count_of_lines, durable_at_first) = (AtomicU64::new(0), AtomicU64::new(0));
    let store = Arc::clone(store);
    let lines = Arc::new(Lines { store, count: count_of_lines, durable_at_first });
    let parts = Parts {
        clock: Arc::new(SystemClock),
        seed: 1,
        network: Box::new(SystemNetwork),
        sink: Arc::clone(&lines) as Arc<dyn Sink>,
        report: Arc::clone(&desktop) as Arc<dyn journey_delivery::Report>,
    };
    let default = QueueSettings { waiting: 16, ..QueueSettings::default() };
    let settings = Settings { default, ..Settings::default() };
    let deliverer = Arc::new(Deliverer::start(settings, parts).unwrap());
    let outside = Arc::new(());
    let dispatch = Arc::new(Dispatch { runtime, deliverer, outside, desktop });
    let listening = tokio::spawn(Arc::clone(&dispatch).listen(outcomes));
    let sending = tokio::spawn(Arc::clone(&dispatch).run(messages));
    while lines.count.load(Ordering::SeqCst) < count {
        tokio::task::yield_now().await;
    }
    listening.abort();
    sending.abort();
    dispatch.runtime.stop();
    lines
}

#[tokio::test]
async fn a_message_that_finds_no_room_is_not_looked_at_each_time_that_others_do() {
    let count = 2_000;
    let store = outbox(count).await;
    store.reads.store(0, Ordering::SeqCst);
    send_all(&store, count as u64).await;
    let reads = store.reads.load(Ordering::SeqCst);
    // When it is found, when there is room, when it leaves, when its delivery is written down.
    assert!(reads <= 5 * count as u64, "{reads} reads for {count} messages");
}

#[tokio::test]
async fn nothing_leaves_at_the_start_before_all_that_is_found_is_durable() {
    let store = outbox(1).await;
    // As a shard does that steps while the outbox is looked through.
    let range = keys::outbox_from(0, 0);
    let (_, message) = store.scan(&range.start, &range.end, 1).unwrap().remove(0);
    let mut batch = Batch::new();
    batch.put(&keys::outbox(0, 77), &message);
    let ticket = store.append(&batch).unwrap();
    assert!(store.durable.load(Ordering::SeqCst) < ticket.0);
    let lines = send_all(&store, 2).await;
    assert!(lines.durable_at_first.load(Ordering::SeqCst) >= ticket.0);
}
