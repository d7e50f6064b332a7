//! What was seen of the server from outside, and the check of what it has left.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::path::Path;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use journey_engine::control::Control;
use journey_engine::deploy::History;
use journey_engine::form::decode;
use journey_engine::keys;
use journey_engine::shard::Settings;
use journey_engine::store::{EmbeddedStore, Options, Store};
use journey_engine::timeline::{Fact, Record};
use journey_simulator::checker::{Facts, Origin, check};
use journey_vm::{Key, MessageKey};
use serde_json::Value;

use crate::support::Server;

/// See the [module](self).
#[derive(Default)]
pub(crate) struct Seen {
    /// Events that were answered, by customer and id, and when.
    pub(crate) events: BTreeMap<(String, String), i64>,
    /// Customers of whom something was answered.
    pub(crate) known: BTreeSet<String>,
    /// Customers whose erasure was asked for.
    pub(crate) erased: BTreeSet<String>,
    /// Those of whom it was answered.
    pub(crate) gone: BTreeSet<String>,
    /// What the server wrote on its standard output.
    pub(crate) lines: Vec<String>,
}

/// Now, in milliseconds since 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// Reads what a server writes until it is gone.
pub(crate) fn read_lines(server: &mut Server, lines: &Sender<String>) -> JoinHandle<()> {
    let (output, lines) = (server.take_output(), lines.clone());
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            // The test may be over.
            let _ = lines.send(line);
        }
    })
}

impl Seen {
    /// Something is about to be asked for that may erase somebody.
    pub(crate) fn begin(&mut self, erased: &Option<String>) {
        self.erased.extend(erased.clone());
    }

    pub(crate) fn add(&mut self, other: Seen) {
        self.events.extend(other.events);
        self.known.extend(other.known);
        self.erased.extend(other.erased);
        self.gone.extend(other.gone);
        self.lines.extend(other.lines);
    }

    /// Opens what a killed server has left, and checks all of it.
    pub(crate) fn check(&self, data: &Path) -> Result<(), String> {
        let folder = data.join("store");
        let report = EmbeddedStore::check(&folder).map_err(|error| error.to_string())?;
        if !report.sound() {
            return Err(format!("the store is damaged: {:?}", report.damage));
        }
        let opened = EmbeddedStore::open(&folder, Options::new(0));
        let (store, _) = opened.map_err(|error| error.to_string())?;
        let history = Control::open(&store).map_err(|error| error.to_string())?.history();
        let shards = store.get(&keys::control("shards", &[])).unwrap().unwrap();
        let facts = Facts {
            shards: decode("shards", &shards).unwrap(),
            now: now(),
            dedupe: Settings::default().dedupe,
            events: self.events.clone(),
            known: self.known.clone(),
            received: self.received(&store, &history)?,
            dropped: Vec::new(),
            erased: self.erased.clone(),
            gone: self.gone.clone(),
            forgotten: None,
        };
        check(&store, &history, &facts).map_err(|violation| violation.to_string())
    }

    /// The messages that left, each with what it is about. One that the timelines do not have has left before
    /// its cause was durable.
    fn received(&self, store: &dyn Store, history: &History) -> Result<Vec<(Key, Origin)>, String> {
        let caused = caused(store, history);
        let mut received = Vec::new();
        for line in &self.lines {
            // One that the kill has cut off is sent again.
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let Some(key) = line["key"].as_str() else { continue };
            match caused.get(key) {
                Some((key, origin)) => received.push((*key, origin.clone())),
                // Its timeline is gone.
                None if line["args"]["text"]
                    .as_str()
                    .is_some_and(|it| self.erased.contains(it)) => {}
                None => return Err(format!("sent, and its cause is not there: {line}")),
            }
        }
        Ok(received)
    }
}

/// What the timelines say was sent, by idempotency key.
fn caused(store: &dyn Store, history: &History) -> BTreeMap<String, (Key, Origin)> {
    let all = [keys::kind::TIMELINE]..[keys::kind::TIMELINE + 1];
    let mut visits: BTreeMap<(String, u32, String), u32> = BTreeMap::new();
    let mut caused = BTreeMap::new();
    for (key, bytes) in store.scan(&all.start, &all.end, usize::MAX).unwrap() {
        let customer = key[3..].split(|byte| *byte == 0).next().unwrap();
        let customer = String::from_utf8(customer.to_vec()).unwrap();
        let record: Record = decode("timeline", &bytes).unwrap();
        let deployment = history.numbered(record.deployment).unwrap();
        let program = deployment.set.program();
        for happened in record.effects.iter().filter(|it| matches!(it.what, Fact::Sent { .. })) {
            let journey = &program.journeys[usize::from(happened.journey.unwrap())];
            let tile = journey.tiles[usize::from(happened.tile.unwrap())].id.clone();
            let (membership, journey) = (happened.membership, journey.name.clone());
            let place = (format!("{customer} {journey}"), membership, tile.clone());
            let visit = visits.entry(place).or_default();
            *visit += 1;
            let (customer, visit) = (customer.clone(), *visit);
            let key = MessageKey {
                workspace: &program.workspace,
                journey: &journey,
                customer: &customer,
                membership,
                tile: &tile,
                visit,
            };
            let key = key.compute();
            let origin = Origin { customer, journey, membership, tile, visit };
            caused.insert(key.to_string(), (key, origin));
        }
    }
    caused
}
