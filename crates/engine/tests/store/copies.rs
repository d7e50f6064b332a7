//! Backups, and reading a store from end to end.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use journey_engine::store::{Batch, EmbeddedStore, Store, StoreError, Ticket};

use crate::support::{
    ID, all, append, folder, get, needed, open, refused, roomy, segments, small, text, tree,
};

#[test]
fn a_backup_is_the_store_at_one_moment_and_a_store_of_its_own() {
    let directory = folder();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    append(&store, &["a=base", "b=base"]);
    store.flush().unwrap();
    append(&store, &["a", "c=log"]);
    let to = directory.path().join("copies/1");
    assert_eq!(store.backup(&to).unwrap(), Ticket(2));
    append(&store, &["d=later"]);
    let (copied, recovery) = open(&to, roomy()).unwrap();
    assert_eq!(text(&copied), "b=base c=log");
    assert_eq!((recovery.base, recovery.last, recovery.created), (Ticket(2), Ticket(2), false));
    assert_ne!(copied.id(), ID);
    assert_eq!(append(&copied, &["e=own"]), Ticket(3));
    copied.close().unwrap();
    assert_eq!(text(&store), "b=base c=log d=later");
    let report = EmbeddedStore::check(&to).unwrap();
    assert!(report.sound());
    assert_eq!((report.pairs, report.records), (3, 0));
}

#[test]
fn a_backup_while_the_store_is_written_has_every_batch_whole() {
    let directory = folder();
    let (store, _) = EmbeddedStore::open(&directory.path().join("store"), small()).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 0_u32;
            while !done.load(Ordering::Relaxed) {
                n += 1;
                let mut batch = Batch::new();
                // In each batch both have the same value, far apart.
                batch.put(format!("a{}", n % 50).as_bytes(), &n.to_be_bytes());
                batch.put(format!("z{}", n % 50).as_bytes(), &n.to_be_bytes());
                store.append(&batch).unwrap();
                if n.is_multiple_of(10) {
                    store.sync().unwrap();
                }
            }
        });
        for round in 0..5 {
            let to = directory.path().join(format!("copy{round}"));
            let through = store.backup(&to).unwrap();
            let (copied, recovery) = open(&to, small()).unwrap();
            assert_eq!(recovery.last, through);
            let pairs = all(&copied);
            let (a, z) = pairs.split_at(pairs.len() / 2);
            assert!(a.iter().map(|pair| &pair.1).eq(z.iter().map(|pair| &pair.1)));
            let newest = a.iter().map(|pair| u32::from_be_bytes(*pair.1.first_chunk().unwrap()));
            assert_eq!(u64::from(newest.max().unwrap_or(0)), through.0);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_backup_goes_only_where_nothing_is() {
    let directory = folder();
    let (store, _) = open(&directory.path().join("store"), roomy()).unwrap();
    append(&store, &["a=1"]);
    let to = directory.path().join("copy");
    fs::create_dir(&to).unwrap();
    fs::write(to.join("letter"), "dear").unwrap();
    let error = store.backup(&to).unwrap_err();
    assert!(matches!(error, StoreError::Occupied { .. }), "{error}");
    assert_eq!(tree(&to).len(), 1);
    assert_eq!(get(&store, "a").as_deref(), Some("1"));
}

#[test]
fn a_backup_that_did_not_come_to_its_end_is_no_store() {
    let directory = folder();
    let (store, _) = open(&directory.path().join("store"), roomy()).unwrap();
    append(&store, &["a=1"]);
    let to = directory.path().join("copy");
    store.backup(&to).unwrap();
    fs::rename(to.join("STORE"), to.join("STORE.part")).unwrap();
    let error = refused(&to);
    assert!(matches!(error, StoreError::MissingFile { .. }), "{error}");
    assert!(EmbeddedStore::check(&to).is_err());
}

#[test]
fn a_check_counts_what_is_there_and_says_all_that_is_wrong() {
    let directory = folder();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    append(&store, &["a=1", "b=1"]);
    store.flush().unwrap();
    append(&store, &["a=2", "c=2", "b"]);
    append(&store, &["d=3"]);
    store.sync().unwrap();
    let error = EmbeddedStore::check(directory.path()).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    drop(store);
    let before = needed(directory.path());
    let report = EmbeddedStore::check(directory.path()).unwrap();
    assert!(report.sound());
    assert_eq!((report.pairs, report.records, report.changes), (2, 2, 4));
    assert_eq!(report.recovery.unwrap().last, Ticket(3));
    assert_eq!(needed(directory.path()), before);

    let segment = segments(directory.path()).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    bytes[40] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    for file in tree(&directory.path().join("base/tables")) {
        let mut bytes = fs::read(&file).unwrap();
        bytes[10] ^= 1;
        fs::write(&file, &bytes).unwrap();
    }
    let report = EmbeddedStore::check(directory.path()).unwrap();
    assert!(report.damage.len() >= 2, "{:?}", report.damage);
    assert!(report.recovery.is_none());
    assert!(matches!(
        EmbeddedStore::check(&directory.path().join("x")),
        Err(StoreError::NoStore { .. })
    ));
    fs::remove_file(directory.path().join("STORE")).unwrap();
    let headless = EmbeddedStore::check(directory.path());
    assert!(matches!(headless, Err(StoreError::MissingFile { .. })));
}
