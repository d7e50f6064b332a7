//! With the threads of a server.

use std::sync::atomic::{AtomicBool, Ordering};

use journey_engine::store::{Batch, EmbeddedStore, Options, Store, Ticket};

use crate::support::{folder, get, small};

fn busy() -> Options {
    Options { layer_bytes: 20_000, segment_bytes: 20_000, ..small() }
}

/// Writes `rounds` batches for one writer; each replaces what the one before wrote.
fn write(store: &EmbeddedStore, writer: u32, rounds: u32) {
    for round in 1..=rounds {
        let mut batch = Batch::new();
        for key in 0..20 {
            let value = format!("{round} {}", "v".repeat(50));
            batch.put(format!("{writer}/{key}").as_bytes(), value.as_bytes());
        }
        batch.put(format!("{writer}/round{round}").as_bytes(), b"");
        batch.delete(format!("{writer}/round{}", round - 1).as_bytes());
        let ticket = store.append(&batch).unwrap();
        assert!(store.sync().unwrap() >= ticket);
    }
}

#[test]
fn many_writers_and_readers_at_once_and_all_of_it_is_there_afterwards() {
    const ROUNDS: u32 = 150;
    let directory = folder();
    let (store, _) = EmbeddedStore::open(directory.path(), busy()).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writers = [0, 1, 2].map(|writer| {
            let store = &store;
            scope.spawn(move || write(store, writer, ROUNDS))
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for writer in 0..3 {
                    // A batch is never seen in part: all keys of a writer have one round.
                    let (from, to) = (format!("{writer}/0"), format!("{writer}/r"));
                    let found = store.scan(from.as_bytes(), to.as_bytes(), 99).unwrap();
                    assert!(found.iter().all(|pair| pair.1 == found[0].1));
                    assert!(found.is_empty() || found.len() == 20);
                    let (from, to) = (format!("{writer}/r"), format!("{writer}/s"));
                    assert!(store.scan(from.as_bytes(), to.as_bytes(), 99).unwrap().len() <= 1);
                }
                let overlay = store.metrics().overlay_bytes;
                assert!(overlay < 4 * 20_000 + 10_000, "memory is bounded: {overlay}");
            }
        });
        for writer in writers {
            writer.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    let metrics = store.metrics();
    assert_eq!(metrics.appends, u64::from(3 * ROUNDS));
    assert!(metrics.flushes > 3, "{metrics:?}");
    assert!(metrics.log_bytes > metrics.flushed_bytes, "{metrics:?}");
    drop(store);
    let (store, recovery) = EmbeddedStore::open(directory.path(), busy()).unwrap();
    assert_eq!(recovery.last, Ticket(u64::from(3 * ROUNDS)));
    for writer in 0..3 {
        let found = get(&store, &format!("{writer}/19")).unwrap();
        assert!(found.starts_with(&format!("{ROUNDS} ")));
        let (from, to) = (format!("{writer}/"), format!("{writer}0"));
        assert_eq!(store.scan(from.as_bytes(), to.as_bytes(), 99).unwrap().len(), 21);
    }
    assert!(recovery.sealed);
}

#[test]
fn a_store_that_is_closed_while_it_flushes_is_whole() {
    let directory = folder();
    for round in 0..5 {
        let (store, recovery) = EmbeddedStore::open(directory.path(), busy()).unwrap();
        assert_eq!(recovery.last, Ticket(round * 60));
        write(&store, 7, 60);
        if round % 2 == 0 {
            store.close().unwrap();
        }
    }
    assert!(EmbeddedStore::check(directory.path()).unwrap().sound());
}
