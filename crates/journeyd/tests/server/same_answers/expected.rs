//! What the simulation gives.

use std::collections::BTreeMap;

use journey_vm::MessageKey;
use journey_vm::ProgramSet;
use journeyc::simulate::{Input, Options, Progress};
use serde_json::Value;

use super::Case;

/// Journey, customer, membership: what names a membership. With a `seq` it names an action.
pub(super) type Row = (String, String, String, String);

/// What came of a log.
pub(super) struct Expected {
    /// When it was entered and left, by which outcome, or the tile it is at.
    pub(super) memberships: BTreeMap<Row, [String; 4]>,
    /// Tile, action and time.
    pub(super) actions: BTreeMap<Row, [String; 3]>,
    /// Figures of a journey and of its tiles.
    pub(super) counters: BTreeMap<String, u64>,
    /// Actions by idempotency key.
    pub(super) keys: BTreeMap<String, String>,
}

impl Expected {
    pub(super) fn simulated(case: &Case) -> Expected {
        let loaded = journeyc::load::load(std::slice::from_ref(&case.journey)).unwrap();
        let compiled = journeyc::compile::compile(&loaded[0]);
        let checked = compiled.checked.unwrap();
        let program = journey_ir::lower(&checked).unwrap();
        let set = ProgramSet::new(journey_bytecode::verify(program).unwrap());
        let out = tempfile::tempdir().unwrap();
        let file = |name: &str| Input::File(case.log.join(name));
        let until = chrono::DateTime::parse_from_rfc3339(&case.horizon()).unwrap();
        let options = Options {
            profiles: Some(file("profiles.ndjson.gz")),
            until: Some(until.timestamp_millis()),
            out: Some(out.path().to_owned()),
            strict: true,
            ..Options::new(file("events.ndjson.gz"))
        };
        journeyc::simulate::run(&set, &options, Progress::default()).unwrap();
        let read = |name| std::fs::read_to_string(out.path().join(name)).unwrap();
        let mut expected = Expected {
            memberships: BTreeMap::new(),
            actions: BTreeMap::new(),
            counters: counters(&serde_json::from_str(&read("summary.json")).unwrap()),
            keys: BTreeMap::new(),
        };
        let columns = ["entered_at", "ended_at", "outcome", "tile"];
        for (row, rest) in rows(&read("memberships.csv"), "membership", columns) {
            expected.memberships.insert(row, rest);
        }
        for (row, rest) in rows(&read("actions.csv"), "seq", ["tile", "action", "ts"]) {
            // No tile of these journeys sends twice for one membership.
            let key = MessageKey {
                workspace: &set.program().workspace,
                journey: &row.0,
                customer: &row.1,
                membership: row.2.parse().unwrap(),
                tile: &rest[0],
                visit: 1,
            };
            expected.keys.insert(key.compute().to_string(), rest[1].clone());
            expected.actions.insert(row, rest);
        }
        expected
    }
}

/// The rows of a file, by what names them.
fn rows<const N: usize>(text: &str, last: &str, columns: [&str; N]) -> Vec<(Row, [String; N])> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    let place = |column: &str| head.iter().position(|name| name == column).unwrap();
    let named = ["journey", "customer_id", "membership", last].map(place);
    let columns = columns.map(place);
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let [a, b, c, d] = named.map(|place| record[place].to_owned());
        ((a, b, c, d), columns.map(|place| record[place].to_owned()))
    });
    rows.collect()
}

fn counters(summary: &Value) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for (journey, of_journey) in summary["journeys"].as_object().unwrap() {
        let mut note = |name: String, value: &Value| {
            found.insert(format!("{journey} {name}"), value.as_u64().unwrap());
        };
        for figure in ["memberships", "inside", "faulted"] {
            note(figure.to_owned(), &of_journey[figure]);
        }
        for (outcome, count) in of_journey["exits"].as_object().unwrap() {
            note(format!("exit {outcome}"), count);
        }
        for (tile, of_tile) in of_journey["tiles"].as_object().unwrap() {
            for figure in ["entered", "inside", "passed", "exited", "faulted"] {
                note(format!("{tile} {figure}"), &of_tile[figure]);
            }
            if let Some(sent) = of_tile.get("sent") {
                note(format!("{tile} sent"), sent);
            }
            for (edge, count) in of_tile["edges"].as_object().unwrap() {
                note(format!("{tile} edge {edge}"), count);
            }
        }
    }
    found
}
