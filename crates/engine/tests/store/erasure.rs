//! What was deleted leaves nothing behind.

use std::fs;
use std::path::Path;

use journey_engine::store::{Batch, EmbeddedStore, Options, Store};

use crate::support::{ID, folder, small, tree};

/// The files in which these bytes stand anywhere.
fn found_in(directory: &Path, bytes: &[u8]) -> Vec<String> {
    let stands = |file: &std::path::PathBuf| match fs::read(file) {
        Ok(content) => content.windows(bytes.len()).any(|window| window == bytes),
        // The store's own thread has deleted it since it was listed.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => panic!("{}: {error}", file.display()),
    };
    let name = |file: std::path::PathBuf| {
        file.strip_prefix(directory).unwrap().to_string_lossy().into_owned()
    };
    tree(directory).into_iter().filter(stands).map(name).collect()
}

/// Other customers, before and behind, in several batches; with what the erased one had in the middle.
fn fill(store: &EmbeddedStore, value: &str) {
    for round in 0..10 {
        let mut batch = Batch::new();
        for n in 0..200 {
            batch.put(format!("c{n:04}").as_bytes(), format!("{value} {n} {round}").as_bytes());
        }
        batch.put(b"c0100zora.neale", format!("<zora@example.org> {round}").as_bytes());
        batch.put(format!("t{round}zora.neale").as_bytes(), b"");
        store.append(&batch).unwrap();
        store.sync().unwrap();
    }
}

#[test]
fn an_erased_customer_leaves_no_byte_in_the_files() {
    let directory = folder();
    let options = Options { layer_bytes: 20_000, segment_bytes: 40_000, ..small() };
    let (store, _) = EmbeddedStore::open(directory.path(), Options { id: ID, ..options }).unwrap();
    fill(&store, "first");
    store.flush().unwrap();
    store.compact().unwrap();
    fill(&store, "second");
    assert_ne!(found_in(directory.path(), b"zora"), Vec::<String>::new());
    let mut batch = Batch::new();
    batch.delete(b"c0100zora.neale");
    for round in 0..10 {
        batch.delete(format!("t{round}zora.neale").as_bytes());
    }
    store.append(&batch).unwrap();
    store.sync().unwrap();
    store.compact().unwrap();
    assert_eq!(found_in(directory.path(), b"zora"), Vec::<String>::new());
    assert_eq!(found_in(directory.path(), b"neale"), Vec::<String>::new());
    // The others are all there, as they were last.
    assert_eq!(store.scan(b"c", b"d", usize::MAX).unwrap().len(), 200);
    assert_eq!(store.get(b"c0100").unwrap().as_deref(), Some(&b"second 100 9"[..]));
    store.close().unwrap();
    assert_eq!(found_in(directory.path(), b"zora"), Vec::<String>::new());
    assert!(EmbeddedStore::check(directory.path()).unwrap().sound());
}
