//! Opening again.

use std::fs;

use journey_engine::store::{Store, StoreError, Ticket};

use crate::support::{
    History, all, append, copy, folder, get, open, record, refused, roomy, segments, small, text,
};

#[test]
fn a_new_store_says_that_it_is_new() {
    let directory = folder();
    let (store, recovery) = open(&directory.path().join("a/b"), small()).unwrap();
    assert!(recovery.created && recovery.sealed);
    assert_eq!(recovery.to_string(), "a new store");
    assert_eq!(text(&store), "");
}

#[test]
fn what_was_synced_is_there_again_and_what_was_not_need_not_be() {
    let directory = folder();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    append(&store, &["a=1"]);
    append(&store, &["b=2"]);
    assert_eq!(store.sync().unwrap(), Ticket(2));
    append(&store, &["a=lost"]);
    drop(store);
    let (store, recovery) = open(directory.path(), roomy()).unwrap();
    assert_eq!(text(&store), "a=1 b=2");
    assert!(recovery.sealed && recovery.cut.is_none());
    assert_eq!((recovery.base, recovery.last, recovery.records), (Ticket(0), Ticket(2), 2));
    // Tickets go on where what is there ends.
    assert_eq!(append(&store, &["c=3"]), Ticket(3));
}

#[test]
fn what_was_flushed_is_taken_from_the_base_and_its_log_is_gone() {
    let directory = folder();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    append(&store, &["a=1", "b=1"]);
    store.flush().unwrap();
    append(&store, &["b=2"]);
    store.sync().unwrap();
    assert_eq!(segments(directory.path()).len(), 1);
    drop(store);
    let (store, recovery) = open(directory.path(), roomy()).unwrap();
    assert_eq!((recovery.base, recovery.last, recovery.records), (Ticket(1), Ticket(2), 1));
    assert_eq!(text(&store), "a=1 b=2");
}

#[test]
fn a_closed_store_has_nothing_to_recover() {
    let directory = folder();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    append(&store, &["a=1"]);
    store.close().unwrap();
    let (store, recovery) = open(directory.path(), roomy()).unwrap();
    assert_eq!((recovery.base, recovery.records), (Ticket(1), 0));
    assert_eq!(get(&store, "a").as_deref(), Some("1"));
}

#[test]
fn opening_again_and_again_needs_no_more_files() {
    let directory = folder();
    for round in 0..5 {
        let (store, recovery) = open(directory.path(), roomy()).unwrap();
        assert_eq!(recovery.last, Ticket(round.min(1)));
        if round == 0 {
            append(&store, &["a=1"]);
            store.sync().unwrap();
        }
    }
    assert_eq!(segments(directory.path()).len(), 2);
}

#[test]
fn recovery_of_more_than_memory_may_hold_writes_to_the_base() {
    let directory = folder();
    let mut history = History::new();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    for n in 0..40 {
        let value = format!("k{}={}", n % 23, "v".repeat(100));
        record(&store, &mut history, &[&value]);
        store.sync().unwrap();
        if n % 5 == 0 {
            // What is open only as long as a few batches leaves many segments.
            store.flush_step().unwrap();
        }
    }
    drop(store);
    let mut options = small();
    options.layer_bytes = 600;
    options.layers = 1;
    for _ in 0..3 {
        let (store, recovery) = open(directory.path(), options).unwrap();
        assert_eq!(recovery.last, history.last());
        assert_eq!(all(&store), history.at(history.last()));
        assert!(store.metrics().frozen_layers <= 1);
    }
}

#[test]
fn two_cannot_have_it_open() {
    let directory = folder();
    let (store, _) = open(directory.path(), small()).unwrap();
    let error = refused(directory.path());
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("another process has this store open"), "{error}");
    drop(store);
    open(directory.path(), small()).unwrap();
}

#[test]
fn a_start_that_ended_before_the_store_was_made_begins_again() {
    let directory = folder();
    let (store, _) = open(directory.path(), small()).unwrap();
    drop(store);
    let identity = directory.path().join("STORE");
    fs::rename(&identity, directory.path().join("STORE.new")).unwrap();
    let (store, recovery) = open(directory.path(), small()).unwrap();
    assert!(recovery.created);
    append(&store, &["a=1"]);
    store.sync().unwrap();
    drop(store);
    assert_eq!(text(&open(directory.path(), small()).unwrap().0), "a=1");
}

#[test]
fn a_segment_that_was_being_made_is_forgotten() {
    let directory = folder();
    let (store, _) = open(directory.path(), small()).unwrap();
    append(&store, &["a=1"]);
    store.sync().unwrap();
    drop(store);
    let unfinished = directory.path().join("log/00000000000000000002.log.new");
    fs::write(&unfinished, b"Jrny").unwrap();
    assert_eq!(text(&open(directory.path(), small()).unwrap().0), "a=1");
    assert!(!unfinished.exists());
}

#[test]
fn segments_that_the_base_has_already_are_passed_over() {
    let directory = folder();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    append(&store, &["a=1"]);
    store.sync().unwrap();
    drop(store);
    let (store, _) = open(directory.path(), roomy()).unwrap();
    append(&store, &["a=2"]);
    store.sync().unwrap();
    let before = copy(directory.path());
    store.flush().unwrap();
    drop(store);
    // As if the process had ended after the base was written and before the log was removed.
    for old in segments(before.path()) {
        fs::copy(&old, directory.path().join("log").join(old.file_name().unwrap())).unwrap();
    }
    let (store, recovery) = open(directory.path(), roomy()).unwrap();
    assert_eq!((recovery.segments, recovery.records), (3, 0));
    assert_eq!(text(&store), "a=2");
    append(&store, &["a=3"]);
    store.flush().unwrap();
    assert_eq!(segments(directory.path()).len(), 1);
}
