//! Files that are not as they were left: never a wrong answer, never an empty store.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use journey_engine::store::{EmbeddedStore, Store, StoreError, Ticket};

use crate::failures::Told;
use crate::support::{
    History, ID, all, append, copy, files, folder, needed, open, open_on, record, refused, roomy,
    segments, small, text, tree,
};

/// A store with a log of one segment: four batches that were acknowledged, and then three more in
/// one write, whose fsync failed.
struct Logged {
    directory: tempfile::TempDir,
    history: History,
    segment: PathBuf,
    /// Where what was acknowledged ends.
    acknowledged: usize,
}

const ACKNOWLEDGED: Ticket = Ticket(4);

fn logged(with_more: bool) -> Logged {
    let directory = folder();
    let disk = Told::default();
    let (store, _) = open_on(Arc::new(disk.clone()), directory.path(), roomy()).unwrap();
    let mut history = History::new();
    record(&store, &mut history, &["a=1", "b=1"]);
    store.sync().unwrap();
    record(&store, &mut history, &["a"]);
    record(&store, &mut history, &["c=3", "b=3"]);
    store.sync().unwrap();
    record(&store, &mut history, &["d=4"]);
    store.sync().unwrap();
    let segment = segments(directory.path()).remove(0);
    let sealed = fs::read(&segment).unwrap().len();
    if with_more {
        for changes in [["b=5"], ["c=6"], ["e=7"]] {
            record(&store, &mut history, &changes);
        }
        disk.fail_sync();
        store.sync().unwrap_err();
    }
    drop(store);
    Logged { directory, history, segment, acknowledged: sealed - SEAL }
}

/// The bytes of a seal, which stands behind what was synced.
const SEAL: usize = 24;

/// The bytes before the first record.
const HEADER: usize = 32;

impl Logged {
    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.segment).unwrap()
    }

    /// Opens a copy whose segment has these bytes.
    fn open(
        &self,
        bytes: &[u8],
    ) -> Result<(EmbeddedStore, journey_engine::store::Recovery), StoreError> {
        let copied = copy(self.directory.path());
        fs::write(&segments(copied.path())[0], bytes).unwrap();
        let opened = open(copied.path(), roomy())?;
        // Whatever was found, it is found again.
        let (last, found) = (opened.1.last, all(&opened.0));
        drop(opened);
        let (store, recovery) = open(copied.path(), roomy())?;
        assert_eq!((recovery.last, all(&store)), (last, found));
        assert!(recovery.cut.is_none() && recovery.sealed);
        drop(store);
        fs::remove_dir_all(copied.path()).unwrap();
        let again = copy(self.directory.path());
        fs::write(&segments(again.path())[0], bytes).unwrap();
        open(again.path(), roomy())
    }
}

#[test]
fn a_log_that_ends_anywhere_gives_what_is_before_and_says_what_is_missing() {
    let logged = logged(true);
    let whole = logged.bytes();
    for end in 0..=whole.len() {
        let opened = logged.open(&whole[..end]);
        if end < HEADER {
            let error = opened.err().unwrap();
            assert!(matches!(error, StoreError::Damaged { .. }), "{end}: {error}");
            continue;
        }
        let (store, recovery) = opened.unwrap_or_else(|error| panic!("{end}: {error}"));
        assert_eq!(all(&store), logged.history.at(recovery.last), "{end}");
        assert_eq!(recovery.last >= ACKNOWLEDGED, end >= logged.acknowledged, "{end}");
        // Without the proof of the seal it is never claimed that nothing is missing.
        assert!(!recovery.sealed, "{end}");
        let cut = recovery.cut.map(|cut| (cut.offset as usize, cut.offset + cut.bytes));
        if let Some((offset, behind)) = cut {
            assert!(offset < end && behind == end as u64, "{end}");
        }
    }
}

#[test]
fn a_changed_byte_in_what_was_acknowledged_is_refused_and_behind_it_is_cut() {
    let logged = logged(true);
    let whole = logged.bytes();
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            match logged.open(&bytes) {
                Err(error) => {
                    assert!(at < logged.acknowledged, "{at}: {error}");
                    assert!(matches!(error, StoreError::Damaged { .. }), "{at}: {error}");
                    assert!(error.to_string().contains("00000000000000000001.log"), "{error}");
                }
                Ok((store, recovery)) => {
                    assert!(at >= logged.acknowledged, "{at} was not noticed");
                    assert!(recovery.last >= ACKNOWLEDGED);
                    let cut = recovery.cut.unwrap_or_else(|| panic!("{at} was not said"));
                    assert!(cut.offset as usize <= at);
                    assert_eq!(all(&store), logged.history.at(recovery.last));
                }
            }
        }
    }
}

#[test]
fn the_last_batch_that_was_acknowledged_is_as_safe_as_the_others() {
    let logged = logged(false);
    let whole = logged.bytes();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x04;
        match logged.open(&bytes) {
            Err(error) => assert!(at < logged.acknowledged, "{at}: {error}"),
            Ok((store, recovery)) => {
                assert!(at >= logged.acknowledged, "{at} was not noticed");
                assert_eq!(recovery.last, ACKNOWLEDGED);
                assert_eq!(all(&store), logged.history.at(ACKNOWLEDGED));
            }
        }
    }
}

#[test]
fn a_write_of_which_the_end_came_to_the_disk_before_the_beginning_is_cut() {
    let logged = logged(true);
    let mut bytes = logged.bytes();
    // The sector of the first of the three batches was lost; the others are whole.
    bytes[logged.acknowledged..][..30].fill(0);
    let (store, recovery) = logged.open(&bytes).unwrap();
    assert_eq!(recovery.last, ACKNOWLEDGED);
    assert_eq!(recovery.cut.unwrap().offset as usize, logged.acknowledged);
    assert_eq!(text(&store), "b=3 c=3 d=4");
    // The same hole where others were synced behind it is damage.
    let mut bytes = logged.bytes();
    bytes[HEADER + 30..][..20].fill(0);
    let error = logged.open(&bytes).err().unwrap();
    assert!(matches!(error, StoreError::Damaged { offset: 32, .. }), "{error}");
}

#[test]
fn records_that_changed_places_are_refused() {
    let directory = folder();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    for changes in [["a=1"], ["b=2"], ["c=3"]] {
        append(&store, &changes);
        store.sync().unwrap();
    }
    drop(store);
    let segment = segments(directory.path()).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    let size = (bytes.len() - HEADER - SEAL) / 3;
    let records = &mut bytes[HEADER..][..3 * size];
    records.rotate_left(size);
    fs::write(&segment, bytes).unwrap();
    let error = refused(directory.path());
    assert!(error.to_string().contains("damaged at byte 32: ticket 2 follows 0"), "{error}");
}

/// A store whose log has several segments that the base does not have yet, and whose base has something, too.
fn large() -> (tempfile::TempDir, History) {
    let directory = folder();
    let mut history = History::new();
    let (store, _) = open(directory.path(), small()).unwrap();
    for n in 0..30 {
        let change = format!("k{}={}", n % 7, "v".repeat(100 + n));
        record(&store, &mut history, &[&change]);
        store.sync().unwrap();
    }
    drop(store);
    assert!(segments(directory.path()).len() >= 3);
    (directory, history)
}

fn with<T>(from: &Path, change: impl FnOnce(&Path) -> T) -> StoreError {
    let copied = copy(from);
    change(copied.path());
    let files = needed(copied.path());
    let contents = || files.iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>();
    let before = contents();
    let error = refused(copied.path());
    let after = contents();
    assert!(before == after, "a refused store was changed: {error}");
    error
}

#[test]
fn a_segment_that_is_not_the_last_has_to_be_whole() {
    let (directory, _) = large();
    let (first, size) = {
        let first = segments(directory.path()).remove(0);
        let size = fs::read(&first).unwrap().len();
        (first.strip_prefix(directory.path()).unwrap().to_path_buf(), size)
    };
    for end in 0..size - SEAL {
        let error = with(directory.path(), |copied| {
            let bytes = fs::read(copied.join(&first)).unwrap();
            fs::write(copied.join(&first), &bytes[..end]).unwrap();
        });
        let cut = matches!(error, StoreError::Damaged { .. } | StoreError::MissingSegment { .. });
        assert!(cut, "{end}: {error}");
    }
    for at in (0..size).step_by(5) {
        let error = with(directory.path(), |copied| {
            let mut bytes = fs::read(copied.join(&first)).unwrap();
            bytes[at] ^= 0x10;
            fs::write(copied.join(&first), &bytes).unwrap();
        });
        assert!(matches!(error, StoreError::Damaged { .. }), "{at}: {error}");
    }
}

#[test]
fn whatever_file_is_missing_the_store_is_refused_and_the_file_named() {
    let (directory, _) = large();
    for file in needed(directory.path()) {
        let file = file.strip_prefix(directory.path()).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let is_last = segments(directory.path()).last().unwrap().ends_with(file);
        if name == "lock" || is_last {
            continue;
        }
        let error = with(directory.path(), |copied| fs::remove_file(copied.join(file)).unwrap());
        let said = error.to_string();
        assert!(said.contains("missing") || said.contains("No such file"), "{name}: {said}");
        let named =
            if name.ends_with(".log") || !file.starts_with("base") { &*name } else { "base" };
        assert!(said.contains(named), "{name}: {said}");
        assert!(
            said.contains("put the store back from a backup") || file.starts_with("base"),
            "{said}"
        );
    }
    for part in ["log", "base"] {
        let error = with(directory.path(), |copied| fs::remove_dir_all(copied.join(part)).unwrap());
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
}

#[test]
fn a_log_that_lost_what_the_base_has_is_refused() {
    let directory = folder();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    append(&store, &["a=1"]);
    store.sync().unwrap();
    let before = copy(directory.path());
    append(&store, &["a=2"]);
    store.flush().unwrap();
    drop(store);
    let error = with(directory.path(), |copied| {
        fs::remove_dir_all(copied.join("log")).unwrap();
        fs::create_dir(copied.join("log")).unwrap();
        let old = segments(before.path()).remove(0);
        fs::copy(&old, copied.join("log").join(old.file_name().unwrap())).unwrap();
    });
    assert!(error.to_string().contains("the log ends with ticket 1"), "{error}");
}

#[test]
fn parts_of_another_store_are_refused() {
    let (directory, _) = large();
    let other = folder();
    let mut options = roomy();
    options.id = ID + 1;
    let (store, _) = open(other.path(), options).unwrap();
    append(&store, &["a=1"]);
    store.sync().unwrap();
    drop(store);
    for part in ["STORE", "base/current"] {
        let error = with(directory.path(), |copied| {
            if part == "STORE" {
                fs::copy(other.path().join(part), copied.join(part)).unwrap();
            } else {
                fs::remove_dir_all(copied.join("base")).unwrap();
                for file in tree(&other.path().join("base")) {
                    let to = copied.join(file.strip_prefix(other.path()).unwrap());
                    fs::create_dir_all(to.parent().unwrap()).unwrap();
                    fs::copy(file, to).unwrap();
                }
            }
        });
        assert!(matches!(error, StoreError::WrongStore { .. }), "{part}: {error}");
    }
    let error = with(other.path(), |copied| {
        let segment = segments(directory.path()).remove(0);
        fs::copy(segment, segments(copied).remove(0)).unwrap();
    });
    assert!(matches!(error, StoreError::WrongStore { .. }), "{error}");
}

#[test]
fn a_changed_byte_in_the_identity_is_refused() {
    let (directory, _) = large();
    for at in 0..24 {
        let error = with(directory.path(), |copied| {
            let mut bytes = fs::read(copied.join("STORE")).unwrap();
            bytes[at] ^= 0x20;
            fs::write(copied.join("STORE"), bytes).unwrap();
        });
        assert!(matches!(error, StoreError::Damaged { .. }), "{at}: {error}");
    }
}

#[test]
fn a_changed_byte_in_the_base_is_found_by_check_and_never_read() {
    let directory = folder();
    let mut history = History::new();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    let changes: Vec<String> = (0..20).map(|n| format!("key{n}=value{n}")).collect();
    record(&store, &mut history, &changes.iter().map(String::as_str).collect::<Vec<_>>());
    store.close().unwrap();
    let expected = history.at(history.last());
    for file in needed(directory.path()) {
        if !file.starts_with(directory.path().join("base")) {
            continue;
        }
        let size = fs::read(&file).unwrap().len();
        for at in (0..size).step_by(3) {
            let copied = copy(directory.path());
            let changed = copied.path().join(file.strip_prefix(directory.path()).unwrap());
            let mut bytes = fs::read(&changed).unwrap();
            bytes[at] ^= 0x11;
            fs::write(&changed, bytes).unwrap();
            let report = EmbeddedStore::check_with(
                Arc::new(journey_engine::store::RealDisk),
                copied.path(),
                &*files(),
            );
            let report = report.unwrap();
            assert!(!report.sound(), "{}: {at}", file.display());
            let Ok((store, _)) = open(copied.path(), roomy()) else { continue };
            if let Ok(found) = store.scan(&[], &[0xff], usize::MAX) {
                assert_eq!(found, expected, "{}: {at}", file.display());
            }
            for (key, value) in &expected {
                if let Ok(found) = store.get(key) {
                    assert_eq!(found.as_ref(), Some(value), "{}: {at}", file.display());
                }
            }
        }
    }
}
