//! Looking up and scanning across memory and files.

use journey_engine::store::Store;

use crate::support::{append, folder, get, open, roomy, text};

/// One pair in each place, and changes of older pairs in each newer place.
fn layered(directory: &std::path::Path) -> journey_engine::store::EmbeddedStore {
    let mut options = roomy();
    options.segment_bytes = 1;
    let (store, _) = open(directory, options).unwrap();
    append(&store, &["a=base", "b=base", "c=base", "d=base"]);
    store.flush().unwrap();
    // Each append begins with freezing what the one before it brought.
    append(&store, &["b=frozen", "c", "e=frozen", "f=frozen"]);
    append(&store, &["a", "e", "g=active"]);
    assert_eq!(store.metrics().frozen_layers, 1);
    store
}

#[test]
fn a_scan_merges_memory_and_files_and_leaves_out_what_was_deleted() {
    let directory = folder();
    let store = layered(directory.path());
    assert_eq!(text(&store), "b=frozen d=base f=frozen g=active");
}

#[test]
fn a_scan_with_a_limit_gives_the_first_that_are_there() {
    let directory = folder();
    let store = layered(directory.path());
    let keys = |from: &str, to: &str, limit| {
        let pairs = store.scan(from.as_bytes(), to.as_bytes(), limit).unwrap();
        pairs.into_iter().map(|(key, _)| String::from_utf8(key).unwrap()).collect::<String>()
    };
    assert_eq!(keys("a", "z", 2), "bd");
    assert_eq!(keys("a", "z", 3), "bdf");
    assert_eq!(keys("c", "g", 9), "df");
    assert_eq!(keys("d", "d", 9), "");
    assert_eq!(keys("z", "a", 9), "");
    assert_eq!(keys("a", "z", 0), "");
}

#[test]
fn a_look_up_sees_the_newest_wherever_it_is() {
    let directory = folder();
    let store = layered(directory.path());
    assert_eq!(get(&store, "a"), None);
    assert_eq!(get(&store, "b").as_deref(), Some("frozen"));
    assert_eq!(get(&store, "c"), None);
    assert_eq!(get(&store, "d").as_deref(), Some("base"));
    assert_eq!(get(&store, "g").as_deref(), Some("active"));
    assert_eq!(get(&store, "x"), None);
}

#[test]
fn flushing_and_merging_change_nothing_that_is_read() {
    let directory = folder();
    let store = layered(directory.path());
    let before = text(&store);
    while store.flush_step().unwrap() {
        assert_eq!(text(&store), before);
    }
    store.flush().unwrap();
    assert_eq!(text(&store), before);
    while store.merge_step().unwrap() {
        assert_eq!(text(&store), before);
    }
    store.compact().unwrap();
    assert_eq!(text(&store), before);
    assert_eq!(store.metrics().overlay_bytes, 0);
}

#[test]
fn any_bytes_are_a_key_and_a_value() {
    let directory = folder();
    let (store, _) = open(directory.path(), roomy()).unwrap();
    let mut batch = journey_engine::store::Batch::new();
    let keys: [&[u8]; 6] = [b"", b"\0", b"\0\0", b"\x01", b"\xff", &[7; 65_534]];
    for key in keys {
        batch.put(key, b"");
    }
    store.append(&batch).unwrap();
    for _ in 0..2 {
        for key in keys {
            assert_eq!(store.get(key).unwrap(), Some(Vec::new()), "{} bytes", key.len());
        }
        assert_eq!(store.scan(b"", b"\x01", 9).unwrap().len(), 3);
        store.flush().unwrap();
    }
    batch.put(&[7; 65_535], b"");
    let said = store.append(&batch).unwrap_err().to_string();
    assert_eq!(said, "a key of 65535 bytes: at most 65534 are possible");
}
