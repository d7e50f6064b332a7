//! The base on files: a log-structured merge tree, the one that the fjall database is made of.
//!
//! It is used without fjall's own journal and threads. The journal would be a second one behind our log;
//! its threads would leave it to a log line that merging failed, for want of space for instance. Here sorted changes become
//! tables directly (the tree calls it ingestion), which are synced and then named by a new version of
//! the tree's list of tables, so that all of a write is there or nothing; and whoever calls learns what failed.
//!
//! Keys have one byte before them, so that there is a place for what the base notes itself.

mod check;
mod error;

use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use lsm_tree::compaction::Leveled;
use lsm_tree::config::CompressionPolicy;
use lsm_tree::{
    AbstractTree, AnyTree, Cache, CompressionType, DescriptorTable, Guard, SeqNo,
    SequenceNumberCounter,
};

use self::error::{damaged, failed, unread};
use super::base::{Base, Held, Pairs, Purpose, SortedChanges};
use super::guard::lock;
use super::{StoreError, Ticket};

/// The key under which the tree keeps what it holds.
const HELD: &[u8] = &[0];

/// What stands before every other key.
const KEYS: u8 = 1;

/// Tables are about as large as this.
const TABLE: u64 = 64 << 20;

/// With so many runs of tables that overlap, they are merged into the level below. Twice as many as the tree does by itself:
/// measured with four million members, it saves a quarter of the bytes that are written and a tenth of the
/// processor time, what the longer look-ups cost included.
const MERGE: u8 = 8;

/// So many of them are too many: every look-up asks each.
const RUNS: usize = 24;

/// How the tree uses memory.
#[derive(Debug, Clone, Copy)]
pub struct LsmOptions {
    /// Bytes of blocks that are kept in memory.
    pub cache: u64,
    /// Files that are kept open.
    pub files: usize,
}

impl Default for LsmOptions {
    fn default() -> Self {
        Self { cache: 256 << 20, files: 512 }
    }
}

/// A log-structured merge tree in a directory.
pub struct LsmBase {
    directory: PathBuf,
    tree: AnyTree,
    /// The tree's own order of changes: what is visible, too, as changes become so at once.
    visible: SequenceNumberCounter,
    strategy: Arc<Leveled>,
    /// Held by whoever merges: the number of the list of tables after the last step that did nothing.
    merging: Mutex<Option<u64>>,
}

impl LsmBase {
    /// Makes or opens the tree in a directory.
    ///
    /// # Errors
    ///
    /// If it is not there, or damaged.
    pub fn open(
        directory: &Path,
        purpose: Purpose,
        options: LsmOptions,
    ) -> Result<Self, StoreError> {
        if purpose == Purpose::Open {
            // The tree would begin anew where its list of tables is missing, and believe one that is damaged.
            check::list_of_tables(directory)?;
        }
        let (next, visible) = (SequenceNumberCounter::default(), SequenceNumberCounter::default());
        let config = lsm_tree::Config::new(directory, next.clone(), visible.clone())
            .use_cache(Arc::new(Cache::with_capacity_bytes(options.cache)))
            .use_descriptor_table(Some(Arc::new(DescriptorTable::new(options.files.max(16)))))
            .data_block_compression_policy(CompressionPolicy::new([
                CompressionType::None,
                CompressionType::None,
                CompressionType::Lz4,
            ]));
        // It panics where a damaged table lacks what every table has.
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
        let tree = opened.map_err(|_| damaged(directory, "a table is not readable"))?;
        let tree = tree.map_err(|error| match purpose {
            Purpose::Create => failed("make", directory, error),
            Purpose::Open => unread(directory, error),
        })?;
        let first = tree.get_highest_seqno().map_or(0, |highest| highest + 1);
        next.set(first);
        visible.set(first);
        let strategy =
            Arc::new(Leveled::default().with_l0_threshold(MERGE).with_table_target_size(TABLE));
        let directory = directory.to_path_buf();
        Ok(Self { directory, tree, visible, strategy, merging: Mutex::new(None) })
    }

    fn version(&self) -> u64 {
        self.tree.current_version().id()
    }

    fn ingest(&self, changes: &mut SortedChanges<'_>, held: Held) -> Result<u64, StoreError> {
        let failed = |error| failed("write to", &self.directory, error);
        let mut ingestion = self.tree.ingestion().map_err(failed)?;
        let mut note = held.store.to_be_bytes().to_vec();
        note.extend_from_slice(&held.through.0.to_be_bytes());
        ingestion.write(HELD, note).map_err(failed)?;
        let (mut bytes, mut inner) = (0, vec![KEYS]);
        for change in changes {
            let (key, value) = change?;
            inner.truncate(1);
            inner.extend_from_slice(&key);
            bytes += (key.len() + value.as_ref().map_or(0, |value| value.len())) as u64;
            let written = match value {
                Some(value) => ingestion.write(&*inner, &*value),
                None => ingestion.write_tombstone(&*inner),
            };
            written.map_err(failed)?;
        }
        ingestion.finish().map_err(failed)?;
        Ok(bytes)
    }
}

/// The key as the tree has it.
fn inner(key: &[u8]) -> Vec<u8> {
    let mut inner = Vec::with_capacity(key.len() + 1);
    inner.push(KEYS);
    inner.extend_from_slice(key);
    inner
}

impl Base for LsmBase {
    fn held(&self) -> Result<Option<Held>, StoreError> {
        let note = self.tree.get(HELD, SeqNo::MAX).map_err(|e| unread(&self.directory, e))?;
        let Some(note) = note else { return Ok(None) };
        let fields = note.split_first_chunk::<8>();
        let fields = fields.and_then(|(store, rest)| Some((*store, *rest.first_chunk::<8>()?)));
        let Some((store, through)) = fields else {
            return Err(damaged(&self.directory, "the note of what it holds is too short"));
        };
        let through = Ticket(u64::from_be_bytes(through));
        Ok(Some(Held { store: u64::from_be_bytes(store), through }))
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.tree.get(inner(key), SeqNo::MAX);
        Ok(found.map_err(|error| unread(&self.directory, error))?.map(|value| value.to_vec()))
    }

    fn range(&self, from: &[u8], to: Option<&[u8]>) -> Result<Pairs<'_>, StoreError> {
        let from = Bound::Included(inner(from));
        let to =
            to.map_or_else(|| Bound::Excluded(vec![KEYS + 1]), |to| Bound::Excluded(inner(to)));
        let found = self.tree.range((from, to), SeqNo::MAX, None);
        Ok(Box::new(found.map(|pair| {
            let (key, value) = pair.into_inner().map_err(|error| unread(&self.directory, error))?;
            Ok((key.get(1..).unwrap_or_default().to_vec(), value.to_vec()))
        })))
    }

    fn write(&self, changes: &mut SortedChanges<'_>, held: Held) -> Result<u64, StoreError> {
        self.ingest(changes, held)
    }

    fn merge_step(&self) -> Result<bool, StoreError> {
        let mut idle_at = lock(&self.merging);
        let before = self.version();
        if *idle_at == Some(before) {
            return Ok(false);
        }
        let merged = self.tree.compact(self.strategy.clone(), self.visible.get());
        merged.map_err(|error| failed("merge the tables of", &self.directory, error))?;
        // What is written meanwhile makes a new list, too; then there is something to look at again.
        let done = self.version() != before;
        *idle_at = (!done).then_some(before);
        Ok(done)
    }

    fn behind(&self) -> bool {
        self.tree.l0_run_count() >= RUNS
    }

    fn compact(&self) -> Result<(), StoreError> {
        let _merging = lock(&self.merging);
        let compact = || {
            self.tree.major_compact(TABLE, self.visible.get())?;
            // The tables before are kept for readers of earlier lists, until those lists are let go.
            let mut lists = self.tree.get_version_history_lock();
            lists.maintenance(&self.directory, self.visible.get())
        };
        compact().map_err(|error| failed("merge the tables of", &self.directory, error))
    }

    fn check(&self) -> Result<(u64, Vec<StoreError>), StoreError> {
        let mut wrong = Vec::new();
        for table in self.tree.current_version().iter_tables() {
            wrong.extend(check::table(&table.path, table.checksum().into_u128()).err());
        }
        let mut pairs = 0;
        if wrong.is_empty() {
            for pair in self.range(&[], None)? {
                pair?;
                pairs += 1;
            }
        }
        Ok((pairs, wrong))
    }
}
