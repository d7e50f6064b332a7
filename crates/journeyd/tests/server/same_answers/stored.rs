//! What a store holds after the server has stopped.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat};
use journey_bytecode::TileKind;
use journey_engine::control::Control;
use journey_engine::counters::Counts;
use journey_engine::deploy::{Deployment, History, Version};
use journey_engine::form::decode;
use journey_engine::keys;
use journey_engine::shard::look_up;
use journey_engine::store::{EmbeddedStore, Options, Store};
use journey_engine::timeline::{Fact, Happened, Record};
use journey_vm::Ending;

use super::expected::Row;

/// What came of a log.
pub(super) struct Stored {
    pub(super) memberships: BTreeMap<Row, [String; 4]>,
    pub(super) actions: BTreeMap<Row, [String; 3]>,
    pub(super) counters: BTreeMap<String, u64>,
}

impl Stored {
    /// Reads timelines, records and counters.
    pub(super) fn read(data: &Path) -> Stored {
        let (store, recovery) = EmbeddedStore::open(&data.join("store"), Options::new(0)).unwrap();
        assert!(recovery.cut.is_none());
        let history = Control::open(&store).unwrap().history();
        let mut stored = Stored {
            memberships: BTreeMap::new(),
            actions: BTreeMap::new(),
            counters: BTreeMap::new(),
        };
        let timelines = [keys::kind::TIMELINE]..[keys::kind::TIMELINE + 1];
        for (key, bytes) in store.scan(&timelines.start, &timelines.end, usize::MAX).unwrap() {
            let customer = key[3..].split(|byte| *byte == 0).next().unwrap();
            let customer = String::from_utf8(customer.to_vec()).unwrap();
            let record: Record = decode("timeline", &bytes).unwrap();
            let deployment = history.numbered(record.deployment).unwrap();
            record.effects.iter().for_each(|it| stored.note(deployment, &customer, it));
        }
        stored.add_inside(&store, &history);
        stored.add_counters(&store, history.deployment().unwrap());
        stored
    }

    fn note(&mut self, deployment: &Deployment, customer: &str, happened: &Happened) {
        let Some(journey) = happened.journey else { return };
        let program = deployment.set.program();
        let journey = &program.journeys[usize::from(journey)];
        let number = happened.membership.to_string();
        let row = |last: u32| {
            (journey.name.clone(), customer.to_owned(), number.clone(), last.to_string())
        };
        match &happened.what {
            Fact::Entered { .. } => {
                let entered = [time(happened.at), String::new(), String::new(), String::new()];
                let twice = self.memberships.insert(row(happened.membership), entered);
                assert!(twice.is_none(), "{customer} entered twice");
            }
            Fact::Exited { ending: Ending::Outcome(outcome), .. } => {
                let known = self.memberships.get_mut(&row(happened.membership)).unwrap();
                known[1] = time(happened.at);
                known[2].clone_from(&journey.outcomes[usize::from(*outcome)]);
            }
            Fact::Sent { seq, action, .. } => {
                let tile = &journey.tiles[usize::from(happened.tile.unwrap())].id;
                let action = &program.actions[usize::from(*action)].name;
                let what = [tile.clone(), action.clone(), time(happened.at)];
                let twice = self.actions.insert(row(*seq), what);
                assert!(twice.is_none(), "{customer} was sent the same twice");
            }
            _ => {}
        }
    }

    /// Notes at which tile those are who did not leave.
    fn add_inside(&mut self, store: &dyn Store, history: &Arc<History>) {
        let shards: u16 = {
            let bytes = store.get(&keys::control("shards", &[])).unwrap().unwrap();
            decode("shards", &bytes).unwrap()
        };
        for (row, membership) in &mut self.memberships {
            if !membership[1].is_empty() {
                continue;
            }
            let shard = journey_engine::shard::shard_of(&row.1, shards);
            let (customer, deployment) = look_up(store, shard, &row.1, history).unwrap().unwrap();
            let program = deployment.set.program();
            let inside = customer.instances().iter().find(|it| it.membership.to_string() == row.2);
            let inside = inside.unwrap_or_else(|| panic!("{row:?} is neither inside nor out"));
            let journey = &program.journeys[usize::from(inside.journey)];
            membership[3].clone_from(&journey.tiles[usize::from(inside.tile.unwrap())].id);
        }
    }

    fn add_counters(&mut self, store: &dyn Store, deployment: &Deployment) {
        let journeys = &deployment.set.program().journeys;
        for (journey, version) in journeys.iter().zip(&deployment.journeys) {
            let counts = journeyd::analytics::totals(store, Version { ..*version }).unwrap();
            let mut note = |name: String, value: u64| {
                self.counters.insert(format!("{} {name}", journey.name), value);
            };
            figures(journey, &counts, &mut note);
        }
    }
}

fn figures(
    journey: &journey_bytecode::Journey,
    counts: &Counts,
    note: &mut dyn FnMut(String, u64),
) {
    note("memberships".to_owned(), counts.entered);
    note("inside".to_owned(), counts.inside());
    note("faulted".to_owned(), counts.faulted);
    for (outcome, count) in journey.outcomes.iter().zip(&counts.exits) {
        note(format!("exit {outcome}"), *count);
    }
    for (tile, counts) in journey.tiles.iter().zip(&counts.tiles) {
        let mut note = |figure: &str, value| note(format!("{} {figure}", tile.id), value);
        note("entered", counts.entered);
        note("inside", counts.inside());
        note("passed", counts.passed);
        note("exited", counts.exited);
        note("faulted", counts.faulted);
        if tile.kind == TileKind::Send {
            note("sent", counts.sent);
        }
        for (edge, count) in tile.edges.iter().zip(&counts.edges) {
            note(&format!("edge {edge}"), *count);
        }
    }
}

fn time(at: i64) -> String {
    let at = DateTime::from_timestamp_millis(at).unwrap();
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
