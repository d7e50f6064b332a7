//! A log that is streamed in gives what `journeyc simulate` gives for it: the same memberships, actions
//! and counters, though the server is killed on the way.
//!
//! The logs lie beside the repository, because their licence does not allow them to lie in it:
//! without them these tests fail.

mod expected;
mod stored;
mod stream;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use expected::Expected;
use stored::Stored;
use stream::Stream;

/// A log with a journey over it.
struct Case {
    /// The folder of the journey.
    journey: PathBuf,
    /// The file with the journey, and the declarations.
    source: &'static str,
    /// The folder of the log.
    log: PathBuf,
}

impl Case {
    fn new(journey: &str, source: &'static str, log: &str) -> Case {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        let log = root.join("../shared/data").join(log);
        assert!(log.is_dir(), "the log is missing: there is no folder {}", log.display());
        Case { journey: root.join("tests/conformance").join(journey), source, log }
    }

    fn horizon(&self) -> String {
        let text = std::fs::read_to_string(self.log.join("expected.json")).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
        expected["horizon"].as_str().unwrap().to_owned()
    }

    /// Streams the log in, with kills on the way, and compares.
    fn check(&self) {
        let expected = Expected::simulated(self);
        let mut stream = Stream::start(self);
        stream.profiles();
        stream.activate();
        stream.events();
        stream.until(&self.horizon());
        let sent = stream.sent(expected.keys.len());
        let data = stream.stop();
        assert_eq!(sent.len(), expected.keys.len());
        same("keys", &sent, &expected.keys);
        let stored = Stored::read(data.path());
        same("memberships", &stored.memberships, &expected.memberships);
        same("actions", &stored.actions, &expected.actions);
        same("counters", &stored.counters, &expected.counters);
    }
}

/// Compares, and shows the first few that differ.
fn same<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
    what: &str,
    ours: &BTreeMap<K, V>,
    theirs: &BTreeMap<K, V>,
) {
    assert!(!theirs.is_empty(), "no {what} to compare with");
    let wrong = ours.iter().filter(|(key, value)| theirs.get(*key) != Some(*value));
    let wrong: Vec<_> = wrong.map(|(key, value)| (key, value, theirs.get(key))).take(5).collect();
    let missing: Vec<_> = theirs.keys().filter(|key| !ours.contains_key(*key)).take(5).collect();
    assert!(
        wrong.is_empty() && missing.is_empty(),
        "{what}: wrong {wrong:#?}, missing {missing:#?}"
    );
}

#[test]
fn cd_buyers_are_won_back_as_in_the_simulation() {
    Case::new("cd1", "winback.journey", "cdnow").check();
}

#[test]
fn coupons_are_followed_up_as_in_the_simulation() {
    Case::new("cj1", "coupons.journey", "complete_journey").check();
}
