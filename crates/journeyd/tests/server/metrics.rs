//! What `/metrics` says, in the form Prometheus reads.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::support::{ANY, Server};

const SCHEMA: &str = "event signed_up {}\ndestination crm log { action note(text: text) }\n";
const WELCOME: &str = "journey welcome {\n  entry event signed_up\n  send crm.note(text: \"hi\")\n  \
                       wait 1h\n  exit done\n}\n";

/// The samples: name with labels, and value. Panics at what is no OpenMetrics text.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    let mut helped = BTreeSet::new();
    let mut found = BTreeMap::new();
    assert_eq!(text.lines().last(), Some("# EOF"));
    for line in text.lines().filter(|line| *line != "# EOF") {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let (what, name) = (words.next().unwrap(), words.next().unwrap());
            let rest = words.next().unwrap();
            match what {
                "HELP" => assert!(!rest.is_empty() && helped.insert(name), "{line}"),
                "TYPE" => assert!(kinds.insert(name, rest).is_none(), "{line}"),
                "UNIT" => assert!(name.ends_with(rest), "{line}"),
                _ => panic!("{line}"),
            }
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let name = sample.split('{').next().unwrap();
        assert!(
            name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
        );
        let suffixes = ["_total", "_bucket", "_sum", "_count", ""];
        let family = suffixes.iter().find_map(|suffix| {
            let family = name.strip_suffix(suffix)?;
            kinds.get(family).map(|kind| (*suffix, *kind, family))
        });
        let (suffix, kind, family) = family.unwrap_or_else(|| panic!("no family of {line}"));
        assert!(helped.contains(family), "{line}");
        match kind {
            "counter" => assert_eq!(suffix, "_total", "{line}"),
            "gauge" => assert_eq!(suffix, "", "{line}"),
            "histogram" => assert!(["_bucket", "_sum", "_count"].contains(&suffix), "{line}"),
            _ => panic!("{kind}"),
        }
        let before = found.insert(sample.to_owned(), value.parse().unwrap());
        assert!(before.is_none(), "twice: {line}");
    }
    found
}

fn metrics(server: &Server) -> BTreeMap<String, f64> {
    samples(&server.get("/metrics").text())
}

/// Asks until a sample has a value.
fn until(server: &Server, sample: &str, value: f64) -> BTreeMap<String, f64> {
    loop {
        let metrics = metrics(server);
        if metrics.get(sample) == Some(&value) {
            return metrics;
        }
    }
}

#[test]
fn what_happens_is_counted_under_names_that_prometheus_takes() {
    let data = tempfile::tempdir().unwrap();
    let start = || Server::dev(&["--data", data.path().to_str().unwrap()]);
    let server = start();
    let schema = json!({ "files": [{ "path": "schema.journey", "text": SCHEMA }] }).to_string();
    let json = [("content-type", "application/json")];
    assert_eq!(server.send("PUT", "/api/v1/schema", &json, schema.as_bytes()).status, 200);
    server.post_json("/api/v1/journeys", &json!({ "source": WELCOME }).to_string());
    server.send("POST", "/api/v1/journeys/welcome/activate", &[ANY], b"");
    let quiet = metrics(&server);
    assert_eq!(quiet["journeyd_events_ingested_total{outcome=\"accepted\"}"], 0.0);
    assert_eq!(quiet["journeyd_outbox_pending"], 0.0);

    let events = r#"[{"customer_id":"ann","event":"signed_up","id":"1"},
        {"customer_id":"ann","event":"signed_up","id":"1"},
        {"customer_id":"bob","event":"signed_up"},{"customer_id":"bob","event":"nonsense"}]"#;
    assert_eq!(server.post_json("/api/v1/events", events).status, 200);
    let members = "journeyd_members_active{journey=\"welcome\"}";
    until(&server, members, 2.0);
    until(&server, "journeyd_actions_total{outcome=\"delivered\"}", 2.0);
    let counted = until(&server, "journeyd_outbox_pending", 0.0);
    for (outcome, count) in [("accepted", 2.0), ("duplicate", 1.0), ("rejected", 1.0)] {
        let sample = format!("journeyd_events_ingested_total{{outcome=\"{outcome}\"}}");
        assert_eq!(counted[&sample], count, "{sample}");
    }
    let send = "{journey=\"welcome\",version=\"1\",tile=\"send_1\"}";
    assert_eq!(counted[&format!("journeyd_tile_transitions_total{send}")], 2.0);
    assert!(counted["journeyd_commit_seconds_count"] >= 2.0);
    let all = "journeyd_commit_seconds_bucket{le=\"+Inf\"}";
    assert_eq!(counted[all], counted["journeyd_commit_seconds_count"]);
    assert!(counted["journeyd_store_syncs_total"] >= 2.0);
    assert!(counted.contains_key("journeyd_timer_lag_seconds_sum"));
    drop(server);

    let again = start();
    until(&again, members, 2.0);
    assert_eq!(again.send("POST", "/api/v1/journeys/welcome/stop", &[], b"").status, 200);
    until(&again, members, 0.0);
}

/// Each metric has its row in the documentation, and each row its metric.
#[test]
fn every_metric_is_documented() {
    let server = Server::dev(&[]);
    server.get("/livez");
    let text = server.get("/metrics").text();
    let families = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let served: BTreeSet<String> = families
        .filter_map(|family| {
            let (name, kind) = family.split_once(' ').unwrap();
            let name = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
            name.starts_with("journeyd_").then_some(name)
        })
        .collect();
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
    let document = std::fs::read_to_string(document).unwrap();
    let named = document.lines().filter_map(|line| line.strip_prefix("| `journeyd_"));
    let named = named.map(|rest| {
        let end = rest.find(['`', '{']).unwrap();
        format!("journeyd_{}", &rest[..end])
    });
    let named: BTreeSet<String> = named.collect();
    // Nothing was closed yet.
    let quiet = BTreeSet::from(["journeyd_http_connections_closed_total".to_owned()]);
    assert_eq!(served, &named - &quiet);
}
