//! Journeys come to life: drafts, versions, moves, on a running engine.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use journey_engine::command::{Reply, What};
use journey_engine::lifecycle::{Move, State};
use journey_engine::store::{Batch, MemoryStore, Pair, Store, StoreError, Ticket};
use journey_vm::Row;
use journeyd::catalog::{Catalog, CatalogError, InFlight};
use journeyd::runtime::{Clock, ClockKind, Options, Runtime};

const SCHEMA: &str = "customer { plan: text? }\nevent signed_up { source: text? }\n\
                      destination crm log { action note(text: text) }\n";
const WELCOME: &str =
    "journey welcome { entry event signed_up  send crm.note(text: \"hi\")  wait 1h  exit done }";

struct World {
    runtime: Arc<Runtime>,
    catalog: Catalog,
}

fn world(store: &Arc<impl Store + 'static>) -> World {
    let clock = Arc::new(Clock::new(ClockKind::Wall, 0));
    let store = Arc::clone(store);
    let (runtime, _messages) = Runtime::start(store, clock, &Options::default()).unwrap();
    let catalog = Catalog::open(Arc::clone(&runtime)).unwrap();
    World { runtime, catalog }
}

fn schema(text: &str) -> Vec<(String, String)> {
    vec![("schema.journey".to_owned(), text.to_owned())]
}

impl World {
    async fn sign_up(&self, customer: &str) -> Reply {
        let history = self.runtime.history();
        let deployment = history.deployment().unwrap();
        let events = &deployment.set.program().events;
        let event = events.iter().position(|it| it.name == "signed_up").unwrap();
        let row = Row::with_defaults(&events[event].properties);
        let (deployment, event) = (deployment.number, event as u16);
        let what = What::Event { deployment, event, at: self.runtime.clock().now(), id: None, row };
        self.runtime.execute(customer, what).await.unwrap()
    }

    fn inside(&self, journey: &str) -> u64 {
        let line = self.runtime.read_control(|control| control.line(journey)).unwrap();
        let told = || self.runtime.tallies(line);
        let stored = || journeyd::analytics::tallies(self.runtime.store(), line).unwrap();
        // A sweep may be between writing and telling.
        assert!((0..1_000).any(|_| told() == stored()), "{:?} is not {:?}", told(), stored());
        told().values().map(|tally| tally.counts.inside()).sum()
    }
}

#[tokio::test]
async fn a_draft_is_created_activated_and_entered() {
    let store = Arc::new(MemoryStore::new());
    let world = world(&store);
    world.catalog.set_schema(schema(SCHEMA), String::new(), None).unwrap();
    let created = world.catalog.create(WELCOME, false).unwrap();
    assert_eq!((created.state, created.moves()), (State::Draft, vec!["activate"]));
    assert_eq!(world.sign_up("ann").await, Reply::Done);

    let active = world.catalog.activate("welcome", InFlight::Pin, None).unwrap();
    assert_eq!(active.state, State::Active);
    assert_eq!(active.moves(), ["pause", "complete", "stop"]);
    assert_eq!(world.inside("welcome"), 0, "a draft enters nobody");
    world.sign_up("ann").await;
    assert_eq!(world.inside("welcome"), 1);
    world.runtime.stop();
}

#[tokio::test]
async fn what_is_live_is_found_again_after_a_restart() {
    let store = Arc::new(MemoryStore::new());
    let first = world(&store);
    first.catalog.set_schema(schema(SCHEMA), String::new(), None).unwrap();
    first.catalog.create(WELCOME, false).unwrap();
    first.catalog.activate("welcome", InFlight::Pin, None).unwrap();
    first.sign_up("ann").await;
    first.catalog.shift("welcome", Move::Pause).unwrap();
    first.runtime.stop();

    let second = world(&store);
    assert_eq!(second.catalog.view("welcome").unwrap().state, State::Paused);
    assert_eq!(second.inside("welcome"), 1);
    second.sign_up("bob").await;
    assert_eq!(second.inside("welcome"), 1, "a paused journey enters nobody");
    second.catalog.shift("welcome", Move::Resume).unwrap();
    second.sign_up("bob").await;
    assert_eq!(second.inside("welcome"), 2);
    second.runtime.stop();
}

#[tokio::test]
async fn every_refused_move_names_those_that_are_allowed() {
    let store = Arc::new(MemoryStore::new());
    let world = world(&store);
    world.catalog.set_schema(schema(SCHEMA), String::new(), None).unwrap();
    world.catalog.create(WELCOME, false).unwrap();
    for wanted in [Move::Pause, Move::Resume, Move::Complete, Move::Stop] {
        let error = world.catalog.shift("welcome", wanted).unwrap_err();
        let CatalogError::Refused(refused) = error else { panic!("{error}") };
        assert_eq!(refused.state.allowed(), [Move::Activate]);
    }
    world.catalog.activate("welcome", InFlight::Pin, None).unwrap();
    world.catalog.shift("welcome", Move::Complete).unwrap();
    assert_eq!(world.catalog.view("welcome").unwrap().state, State::Completed);
    for wanted in [Move::Pause, Move::Resume, Move::Stop] {
        assert!(matches!(world.catalog.shift("welcome", wanted), Err(CatalogError::Refused(_))));
    }
    world.runtime.stop();
}

#[tokio::test]
async fn a_stopped_journey_loses_its_members_and_enters_nobody() {
    let store = Arc::new(MemoryStore::new());
    let world = world(&store);
    world.catalog.set_schema(schema(SCHEMA), String::new(), None).unwrap();
    world.catalog.create(WELCOME, false).unwrap();
    world.catalog.activate("welcome", InFlight::Pin, None).unwrap();
    world.sign_up("ann").await;
    world.catalog.shift("welcome", Move::Stop).unwrap();
    assert_eq!(world.runtime.execute("ann", What::CatchUp).await, Ok(Reply::Done));
    assert_eq!(world.inside("welcome"), 0);
    world.sign_up("bob").await;
    assert_eq!(world.inside("welcome"), 0);
    assert_eq!(world.catalog.view("welcome").unwrap().state, State::Stopped);
    world.runtime.stop();
}

#[tokio::test]
async fn broken_text_is_refused_with_findings_or_kept_as_a_broken_draft() {
    let store = Arc::new(MemoryStore::new());
    let world = world(&store);
    world.catalog.set_schema(schema(SCHEMA), String::new(), None).unwrap();
    let broken = WELCOME.replace("signed_up", "signed_in");
    let error = world.catalog.create(&broken, false).unwrap_err();
    let CatalogError::Broken { findings } = error else { panic!("{error}") };
    assert_eq!((findings[0].file.as_str(), findings[0].line), ("journeys/welcome.journey", 1));
    let kept = world.catalog.create(&broken, true).unwrap();
    let error = world.catalog.activate("welcome", InFlight::Pin, None).unwrap_err();
    assert!(matches!(error, CatalogError::Broken { .. }), "{error}");

    let revision = kept.document.revision;
    let error = world.catalog.update("welcome", WELCOME, false, revision + 1).unwrap_err();
    assert!(matches!(error, CatalogError::Changed { current } if current == revision));
    world.catalog.update("welcome", WELCOME, false, revision).unwrap();
    world.catalog.activate("welcome", InFlight::Pin, None).unwrap();
    let error = world.catalog.update("welcome", WELCOME, false, revision + 2).unwrap_err();
    assert!(matches!(error, CatalogError::NotADraft { .. }), "{error}");
    world.runtime.stop();
}

#[tokio::test]
async fn a_schema_that_would_break_a_live_journey_is_refused_by_its_name() {
    let store = Arc::new(MemoryStore::new());
    let world = world(&store);
    world.catalog.set_schema(schema(SCHEMA), String::new(), None).unwrap();
    world.catalog.create(WELCOME, false).unwrap();
    world.catalog.activate("welcome", InFlight::Pin, None).unwrap();
    let without = SCHEMA.replace("signed_up", "came_in");
    let error = world.catalog.set_schema(schema(&without), String::new(), None).unwrap_err();
    let CatalogError::Breaks { journeys, .. } = error else { panic!("{error}") };
    assert_eq!(journeys, ["welcome"]);
    let more = format!("{SCHEMA}event left {{}}\n");
    world.catalog.set_schema(schema(&more), String::new(), None).unwrap();
    assert_eq!(world.sign_up("ann").await, Reply::Done);
    world.runtime.stop();
}

#[tokio::test]
async fn a_new_version_takes_entries_while_members_of_the_old_one_go_on() {
    let store = Arc::new(MemoryStore::new());
    let world = world(&store);
    world.catalog.set_schema(schema(SCHEMA), String::new(), None).unwrap();
    world.catalog.create(WELCOME, false).unwrap();
    world.catalog.activate("welcome", InFlight::Pin, None).unwrap();
    world.sign_up("ann").await;
    let draft = world.catalog.draft("welcome").unwrap();
    let second = WELCOME.replace("wait 1h", "wait 2h");
    world.catalog.update("welcome", &second, false, draft.document.revision).unwrap();
    let planned = world.catalog.plan("welcome", InFlight::Pin).unwrap();
    assert_eq!((planned.from, planned.to), (Some(1), 2));
    assert_eq!(planned.tiles.iter().map(|it| it.members).sum::<u64>(), 1);
    assert!(planned.tiles.iter().all(|it| it.fate == "pin"));
    world.catalog.activate("welcome", InFlight::Pin, None).unwrap();
    world.sign_up("bob").await;
    let line = world.runtime.read_control(|control| control.line("welcome")).unwrap();
    let tallies = world.runtime.tallies(line);
    assert_eq!((tallies[&1].counts.inside(), tallies[&2].counts.inside()), (1, 1));
    world.runtime.stop();
}

/// Remembers what was written, write by write.
#[derive(Default)]
struct Recorder {
    store: MemoryStore,
    written: Mutex<Vec<Batch>>,
}

impl Store for Recorder {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Pair>, StoreError> {
        self.store.scan(from, to, limit)
    }

    fn append(&self, batch: &Batch) -> Result<Ticket, StoreError> {
        let mut written = self.written.lock().unwrap();
        written.push(batch.clone());
        self.store.append(batch)
    }

    fn sync(&self) -> Result<Ticket, StoreError> {
        self.store.sync()
    }
}

#[tokio::test]
async fn what_runs_is_what_is_written_wherever_a_kill_falls() {
    let recorder = Arc::new(Recorder::default());
    let first = world(&recorder);
    first.catalog.set_schema(schema(SCHEMA), String::new(), None).unwrap();
    first.catalog.create(WELCOME, false).unwrap();
    first.catalog.activate("welcome", InFlight::Pin, None).unwrap();
    let more = format!("{SCHEMA}event left {{}}\n");
    first.catalog.set_schema(schema(&more), String::new(), None).unwrap();
    let draft = first.catalog.draft("welcome").unwrap();
    let second = WELCOME.replace("signed_up", "left");
    first.catalog.update("welcome", &second, false, draft.document.revision).unwrap();
    first.catalog.activate("welcome", InFlight::Pin, None).unwrap();
    first.runtime.stop();

    let written = std::mem::take(&mut *recorder.written.lock().unwrap());
    let mut seen = Vec::new();
    for count in 0..=written.len() {
        let store = Arc::new(MemoryStore::new());
        for batch in &written[..count] {
            store.append(batch).unwrap();
        }
        let world = world(&store);
        let history = world.runtime.history();
        let program = history.deployment().map(|it| it.set.program());
        let says = |event: &str| world.catalog.schema().files.iter().any(|it| it.1.contains(event));
        let runs =
            |event: &str| program.is_some_and(|it| it.events.iter().any(|e| e.name == event));
        for event in ["signed_up", "left"] {
            assert_eq!(says(event), runs(event), "{event} after {count} writes");
        }
        let document = world.catalog.document("welcome");
        let noted = document.and_then(|it| it.current().map(|version| version.number));
        let live = program.and_then(|program| {
            program.heads().get("welcome").map(|journey| program.version(*journey).number)
        });
        assert_eq!(noted, live, "the version of the journey after {count} writes");
        seen.push((runs("left"), live));
        world.runtime.stop();
    }
    seen.dedup();
    let in_turn = [(false, None), (false, Some(1)), (true, Some(1)), (true, Some(2))];
    assert_eq!(seen, in_turn);
}

#[tokio::test]
async fn a_draft_that_was_changed_after_it_was_read_is_not_activated() {
    let store = Arc::new(MemoryStore::new());
    let world = world(&store);
    world.catalog.set_schema(schema(SCHEMA), String::new(), None).unwrap();
    let read = world.catalog.create(WELCOME, false).unwrap().document.revision;
    let changed = WELCOME.replace("wait 1h", "wait 2h");
    world.catalog.update("welcome", &changed, false, read).unwrap();
    let error = world.catalog.activate("welcome", InFlight::Pin, Some(read)).unwrap_err();
    assert!(matches!(error, CatalogError::Changed { .. }), "{error}");
    assert_eq!(world.catalog.state("welcome"), State::Draft);
    let active = world.catalog.activate("welcome", InFlight::Pin, Some(read + 1)).unwrap();
    assert_eq!(active.state, State::Active);
    world.runtime.stop();
}
