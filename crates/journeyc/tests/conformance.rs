//! Journeys over real event logs whose outcomes are known, row by row.
//!
//! The logs lie beside the repository, because their licence does not allow them to lie in it:
//! without them these tests fail.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;
use support::{Workspace, journeyc};

/// A log with a journey over it.
struct Case {
    /// Its folder among the journeys.
    journey: &'static str,
    /// Its folder among the logs.
    log: &'static str,
    name: &'static str,
    /// How the counts of an expected node follow from those of our tiles, where a node is not a
    /// tile of the same name.
    nodes: fn(&Value) -> BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
}

const CASES: [Case; 2] = [
    Case {
        journey: "cd1",
        log: "cdnow",
        name: "cd1_second_purchase_winback",
        nodes: |_| BTreeMap::new(),
    },
    Case {
        journey: "cj1",
        log: "complete_journey",
        name: "cj1_coupon_followup",
        // Two questions one after the other are one branch with three arms.
        nodes: |tiles| {
            let tile = &tiles["is_family"];
            let (all, family) = (count(tile, "passed"), edge(tile, "when customer.household_size"));
            let (budget, neither) = (edge(tile, "when customer.income"), edge(tile, "else"));
            BTreeMap::from([
                ("is_family", [("reached", all), ("yes", family), ("no", all - family)].into()),
                ("is_budget", [("reached", all - family), ("yes", budget), ("no", neither)].into()),
            ])
        },
    },
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn logs() -> PathBuf {
    let folder = root().join("../shared/data");
    assert!(folder.is_dir(), "the logs are missing: there is no folder {}", folder.display());
    folder
}

fn unpacked(path: &Path) -> String {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

/// The rows of a CSV text: the columns named, in that order.
fn rows(text: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    let places: Vec<usize> = columns
        .iter()
        .map(|column| head.iter().position(|name| name == *column).unwrap())
        .collect();
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            places.iter().map(|place| record[*place].to_owned()).collect()
        })
        .collect()
}

/// What a run wrote.
#[derive(PartialEq)]
struct Written {
    memberships: String,
    actions: String,
    summary: String,
}

impl Case {
    fn expected(&self) -> Value {
        let path = logs().join(self.log).join("expected.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn run(&self, threads: usize) -> Written {
        let folder = Workspace::new(&[]);
        let log = logs().join(self.log);
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let run = journeyc(
            folder.path(),
            &[
                "simulate",
                &text(root().join("tests/conformance").join(self.journey)),
                "--events",
                &text(log.join("events.ndjson.gz")),
                "--profiles",
                &text(log.join("profiles.ndjson.gz")),
                "--until",
                self.expected()["horizon"].as_str().unwrap(),
                "--threads",
                &threads.to_string(),
                "--strict",
                "--out",
                "out",
            ],
        );
        assert_eq!(run.code, 0, "{}", run.stderr);
        let read = |name| std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
        Written {
            memberships: read("memberships.csv"),
            actions: read("actions.csv"),
            summary: read("summary.json"),
        }
    }
}

#[track_caller]
fn assert_same(what: &str, ours: &[Vec<String>], theirs: &[Vec<String>]) {
    for (row, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert_eq!(ours, theirs, "{what}, row {row}");
    }
    assert_eq!(ours.len(), theirs.len(), "{what}");
}

fn check_memberships(case: &Case, written: &Written) {
    let keys = ["journey", "customer_id", "membership", "entered_at", "ended_at"];
    let ours = rows(&written.memberships, &[&keys[..], &["outcome", "tile"]].concat());
    let theirs = unpacked(&logs().join(case.log).join("memberships.csv.gz"));
    let mut theirs = rows(&theirs, &[&keys[..], &["reason", "node"]].concat());
    for row in &mut theirs {
        // Who is still inside has no outcome here.
        if row[5] == "active_at_end" {
            (row[4], row[5]) = (String::new(), String::new());
        }
    }
    assert_same(case.name, &ours, &theirs);
}

fn check_actions(case: &Case, written: &Written) {
    let columns = ["journey", "customer_id", "membership", "seq", "action", "ts"];
    let mut ours = rows(&written.actions, &columns);
    for row in &mut ours {
        row[4] = row[4].strip_prefix("out.").unwrap().to_owned();
    }
    let theirs = unpacked(&logs().join(case.log).join("actions.csv.gz"));
    assert_same(case.name, &ours, &rows(&theirs, &columns));
}

fn count(tile: &Value, figure: &str) -> u64 {
    tile[figure].as_u64().unwrap_or_else(|| panic!("no {figure} in {tile}"))
}

/// The count of the edge whose label begins so.
fn edge(tile: &Value, label: &str) -> u64 {
    let edges = tile["edges"].as_object().unwrap();
    let found = edges.iter().find(|(name, _)| name.starts_with(label));
    found.unwrap_or_else(|| panic!("no edge {label} in {tile}")).1.as_u64().unwrap()
}

/// What our summary says of a figure of an expected node.
fn node_figure(journey: &Value, node: &str, figure: &str) -> u64 {
    let tile = &journey["tiles"][node];
    match (node.split_once(':'), figure) {
        (Some(("action", name)), "executed") => count(&journey["actions"], &format!("out.{name}")),
        (Some(("exit", name)), "count") => count(&journey["exits"], name),
        (None, "entered") if node == "entry" => count(journey, "memberships"),
        (None, "reached") => count(tile, "entered"),
        (None, "passed") => count(tile, "passed"),
        (None, "active_at_end") => count(tile, "inside"),
        (None, "matched") => edge(tile, "on event"),
        (None, "timed_out") => edge(tile, "timeout"),
        (None, "yes") => edge(tile, "when"),
        (None, "no") => count(tile, "passed") - edge(tile, "when"),
        _ => panic!("what is {figure} of {node}?"),
    }
}

fn check_counts(case: &Case, written: &Written) {
    let summary: Value = serde_json::from_str(&written.summary).unwrap();
    let ours = &summary["journeys"][case.name];
    let theirs = &case.expected()["journeys"][case.name];
    for figure in ["memberships", "customers_entered"] {
        assert_eq!(ours[figure], theirs[figure], "{figure}");
    }
    let inside = theirs["exits"].get("active_at_end").and_then(Value::as_u64).unwrap_or(0);
    assert_eq!(count(ours, "inside"), inside);
    let special = (case.nodes)(&ours["tiles"]);
    let mut compared = 0;
    for (node, figures) in theirs["nodes"].as_object().unwrap() {
        for (figure, expected) in figures.as_object().unwrap() {
            let found = match special.get(node.as_str()) {
                Some(figures) => figures[figure.as_str()],
                None => node_figure(ours, node, figure),
            };
            assert_eq!(Some(found), expected.as_u64(), "{figure} of {node}");
            compared += 1;
        }
    }
    assert!(compared > 20);
}

#[test]
fn every_membership_action_and_counter_is_as_expected() {
    for case in &CASES {
        let written = case.run(1);
        check_memberships(case, &written);
        check_actions(case, &written);
        check_counts(case, &written);
    }
}

#[test]
fn the_number_of_threads_does_not_change_a_byte() {
    for case in &CASES {
        let one = case.run(1);
        for threads in [2, 3] {
            assert!(case.run(threads) == one, "{} with {threads} threads", case.name);
        }
    }
}
