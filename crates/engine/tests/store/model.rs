//! Whatever is done in whatever order: the store is a sorted map.

use std::path::Path;
use std::sync::Arc;

use journey_engine::store::{
    Base, Batch, EmbeddedStore, MemoryBase, MemoryStore, OpenBase, Options, Purpose, RealDisk,
    Recovery, Store, StoreError, Ticket,
};
use proptest::prelude::*;

use crate::support::{History, all, files, folder, small};

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<(u8, Option<u8>)>),
    Sync,
    Flush,
    FlushOne,
    MergeOne,
    Compact,
    /// As after `kill -9`: what was not synced is lost.
    Crash,
    Close,
    Get(u8),
    Scan(u8, u8, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let change = (any::<u8>(), prop::option::weighted(0.7, any::<u8>()));
    prop_oneof![
        8 => prop::collection::vec(change, 0..12).prop_map(Step::Append),
        3 => Just(Step::Sync),
        1 => Just(Step::Flush),
        2 => Just(Step::FlushOne),
        1 => Just(Step::MergeOne),
        1 => Just(Step::Compact),
        1 => Just(Step::Crash),
        1 => Just(Step::Close),
        4 => any::<u8>().prop_map(Step::Get),
        4 => (any::<u8>(), any::<u8>(), 0..20_usize).prop_map(|(a, b, n)| Step::Scan(a, b, n)),
    ]
}

/// Keys of one and of two bytes, so that some begin with others.
fn key(of: u8) -> Vec<u8> {
    if of.is_multiple_of(2) { vec![of / 4] } else { vec![of / 4, of] }
}

fn as_batch(changes: &[(u8, Option<u8>)]) -> Batch {
    let mut batch = Batch::new();
    for (of, value) in changes {
        let value = value.map(|length| vec![length; usize::from(length)]);
        batch.push(&key(*of), value.as_deref());
    }
    batch
}

struct Run<'a> {
    directory: &'a Path,
    open_base: Arc<OpenBase>,
    store: Option<EmbeddedStore>,
    /// The same without a disk.
    twin: MemoryStore,
    history: History,
    synced: Ticket,
}

impl Run<'_> {
    fn open(&self) -> Result<(EmbeddedStore, Recovery), StoreError> {
        let options = Options { layer_bytes: 3000, segment_bytes: 5000, ..small() };
        let disk = Arc::new(RealDisk);
        EmbeddedStore::open_with(disk, self.directory, options, self.open_base.clone())
    }

    fn store(&self) -> &EmbeddedStore {
        self.store.as_ref().unwrap()
    }

    fn reopen(&mut self) {
        let (store, recovery) = self.open().unwrap();
        assert!(recovery.last >= self.synced, "what was acknowledged is there");
        assert!(recovery.last <= self.history.last());
        assert!(recovery.cut.is_none() && recovery.sealed);
        self.history.cut(recovery.last);
        assert_eq!(all(&store), self.history.at(recovery.last));
        self.twin = MemoryStore::new();
        let mut batch = Batch::new();
        self.history.at(recovery.last).iter().for_each(|(key, value)| batch.put(key, value));
        self.twin.append(&batch).unwrap();
        self.synced = recovery.last;
        self.store = Some(store);
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Append(changes) => {
                let batch = as_batch(changes);
                self.history.append(&batch);
                self.twin.append(&batch).unwrap();
                assert_eq!(self.store().append(&batch).unwrap(), self.history.last());
            }
            Step::Sync => {
                self.synced = self.store().sync().unwrap();
                assert_eq!(self.synced, self.history.last());
            }
            Step::Flush => self.store().flush().unwrap(),
            Step::FlushOne => drop(self.store().flush_step().unwrap()),
            Step::MergeOne => drop(self.store().merge_step().unwrap()),
            Step::Compact => self.store().compact().unwrap(),
            Step::Crash => {
                self.store = None;
                self.reopen();
            }
            Step::Close => {
                self.store.take().unwrap().close().unwrap();
                self.synced = self.history.last();
                self.reopen();
            }
            Step::Get(of) => {
                let key = key(*of);
                assert_eq!(self.store().get(&key).unwrap(), self.twin.get(&key).unwrap());
            }
            Step::Scan(from, to, limit) => {
                let (from, to) = (key(*from), key(*to));
                let found = self.store().scan(&from, &to, *limit).unwrap();
                assert_eq!(found, self.twin.scan(&from, &to, *limit).unwrap());
            }
        }
    }
}

fn run(steps: &[Step], open_base: Arc<OpenBase>) {
    let directory = folder();
    let mut run = Run {
        directory: directory.path(),
        open_base,
        store: None,
        twin: MemoryStore::new(),
        history: History::new(),
        synced: Ticket(0),
    };
    run.store = Some(run.open().unwrap().0);
    steps.iter().for_each(|one| run.step(one));
    assert_eq!(all(run.store()), run.history.at(run.history.last()));
    run.step(&Step::Crash);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn with_a_base_in_memory(steps in prop::collection::vec(step(), 1..120)) {
        let base = MemoryBase::default();
        run(&steps, Arc::new(move |_: &Path, _: Purpose| {
            Ok(Arc::new(base.clone()) as Arc<dyn Base>)
        }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn with_a_base_on_files(steps in prop::collection::vec(step(), 1..80)) {
        run(&steps, files());
    }
}
