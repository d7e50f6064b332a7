//! What happens in a journey, in numbers.

use serde_json::{Value, json};

use super::support::Workspace;

const SCHEMA: &str = "customer { plan: text? }\n\
    event signed_up {}\nevent ping {}\nevent bought {}\nevent left {}\n\
    destination crm log { action note(text: text) }\n";
const JOURNEY: &str = "journey shop {\n  entry event signed_up\n  \
    exit gone on event left\n  goal sale on event bought within 30d\n  \
    split try {\n    50% a { wait 1h }\n    50% b { wait 1h }\n  }\n  \
    hello: send crm.note(text: \"hi\")\n  patience: wait 1d\n  exit done\n}\n";

/// Twenty come at 10:30; two of them buy; at 12:00 all are past the split; five leave at 13:00.
fn workspace() -> Workspace {
    let config = "[engine]\nclock = \"events\"\n";
    let workspace = Workspace::serve(config, SCHEMA, &[("shop", JOURNEY)]);
    let send = |name: &str, time: &str, many: usize| {
        let at = format!("2026-01-05T{time}:00Z");
        let event = |it: usize| json!({ "customer_id": format!("c{it}"), "event": name, "ts": at });
        workspace.events(&(0..many).map(event).collect());
    };
    send("signed_up", "10:30", 20);
    send("bought", "10:45", 2);
    send("ping", "12:00", 20);
    send("left", "13:00", 5);
    workspace
}

fn version(workspace: &Workspace, query: &str) -> Value {
    let path = format!("/api/v1/journeys/shop/analytics{query}");
    let answer = workspace.done("GET", &path, "").json();
    assert_eq!(answer["versions"].as_array().unwrap().len(), 1, "{answer}");
    answer["versions"][0].clone()
}

fn find<'v>(list: &'v Value, name: &str, value: &str) -> &'v Value {
    let found = list.as_array().unwrap().iter().find(|it| it[name] == value);
    found.unwrap_or_else(|| panic!("no {value} in {list}"))
}

#[test]
fn entries_exits_goals_and_tiles_are_counted() {
    let workspace = workspace();
    let all = version(&workspace, "");
    assert_eq!([&all["version"], &all["entered"], &all["inside"], &all["removed"]], [1, 20, 15, 0]);
    assert_eq!(find(&all["exits"], "name", "gone")["count"], 5);
    assert_eq!(find(&all["exits"], "name", "done")["count"], 0);
    let sale = find(&all["goals"], "name", "sale");
    assert_eq!((&sale["count"], &sale["share"]), (&json!(2), &json!(0.1)));
    // Wilson, 2 of 20.
    assert_eq!((&sale["low"], &sale["high"]), (&json!(0.027866), &json!(0.301034)));

    let hello = find(&all["tiles"], "id", "hello");
    assert_eq!(
        (&hello["kind"], &hello["sent"], &hello["passed"]),
        (&json!("send"), &json!(20), &json!(20))
    );
    let patience = find(&all["tiles"], "id", "patience");
    assert_eq!([&patience["entered"], &patience["inside"], &patience["exited"]], [20, 15, 5]);
    let split = find(&all["tiles"], "kind", "split");
    let edges = split["edges"].as_array().unwrap();
    assert_eq!(edges.iter().map(|it| it["count"].as_u64().unwrap()).sum::<u64>(), 20);
    // Five stayed from 11:30 to 13:00.
    let spent: Vec<u64> = patience["time_spent"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["count"].as_u64().unwrap())
        .collect();
    assert_eq!(spent, [0, 0, 0, 0, 5, 0, 0, 0, 0, 0]);
    assert_eq!(patience["time_spent"][4]["up_to_seconds"], 21_600);
}

#[test]
fn the_arms_of_a_split_stand_side_by_side() {
    let workspace = workspace();
    let splits = version(&workspace, "")["splits"].clone();
    let arms = splits[0]["arms"].as_array().unwrap().clone();
    assert_eq!(arms.iter().map(|it| &it["arm"]).collect::<Vec<_>>(), ["a", "b"]);
    let sum = |of: &dyn Fn(&Value) -> u64| arms.iter().map(of).sum::<u64>();
    assert_eq!(sum(&|arm| arm["members"].as_u64().unwrap()), 20);
    assert_eq!(sum(&|arm| find(&arm["goals"], "name", "sale")["count"].as_u64().unwrap()), 2);
    assert_eq!(sum(&|arm| find(&arm["exits"], "name", "gone")["count"].as_u64().unwrap()), 5);
    for arm in &arms {
        let gone = find(&arm["exits"], "name", "gone");
        let share = gone["count"].as_f64().unwrap() / arm["members"].as_f64().unwrap();
        assert!((gone["share"].as_f64().unwrap() - share).abs() < 1e-6);
        assert!(gone["low"].as_f64().unwrap() <= share && share <= gone["high"].as_f64().unwrap());
    }
    // Who took an arm at 10:30 belongs to that hour, whatever became of it at 13:00.
    let later = version(&workspace, "?from=2026-01-05T11:00:00Z");
    assert_eq!(later["splits"][0]["arms"][0]["members"], 0);
    assert_eq!(version(&workspace, "?to=2026-01-05T11:00:00Z")["splits"], splits);
}

#[test]
fn a_range_has_whole_hours_and_buckets() {
    let workspace = workspace();
    let morning = version(&workspace, "?from=2026-01-05&to=2026-01-05T12:30:00Z");
    assert_eq!([&morning["entered"], &morning["inside"]], [20, 20], "five had not left yet");
    let late = version(&workspace, "?from=2026-01-05T13:00:00Z");
    assert_eq!([&late["entered"], &late["inside"]], [0, 15], "who was inside at its end");
    assert_eq!(find(&late["exits"], "name", "gone"), &json!({ "name": "gone", "count": 5 }));

    let hours = version(&workspace, "?bucket=hour")["buckets"].clone();
    let by_hour = |name: &str| -> Vec<u64> {
        hours.as_array().unwrap().iter().map(|it| it[name].as_u64().unwrap()).collect()
    };
    let at: Vec<&str> =
        hours.as_array().unwrap().iter().map(|it| it["at"].as_str().unwrap()).collect();
    assert_eq!(at.first(), Some(&"2026-01-05T10:00:00.000Z"));
    assert_eq!(at.last(), Some(&"2026-01-05T13:00:00.000Z"));
    assert_eq!(by_hour("entered").iter().sum::<u64>(), 20);
    assert_eq!(by_hour("entered")[0], 20);
    let days = version(&workspace, "?bucket=day")["buckets"].clone();
    assert_eq!(days.as_array().unwrap().len(), 1);
    assert_eq!(find(&days[0]["tiles"], "id", "patience")["entered"], 20);
}

#[test]
fn what_cannot_be_asked_for_is_said() {
    let workspace = workspace();
    let refused =
        |query: &str| workspace.get(&format!("/api/v1/journeys/shop/analytics{query}")).problem();
    for query in ["?from=yesterday", "?from=2026-01-06&to=2026-01-05", "?bucket=week", "?version=x"]
    {
        assert_eq!(refused(query), (400, "invalid-parameter".to_owned()), "{query}");
    }
    assert_eq!(refused("?version=2").0, 404);
    assert_eq!(workspace.get("/api/v1/journeys/none/analytics").problem().0, 404);
    let draft = json!({ "source": "journey later { entry event ping exit done }" }).to_string();
    workspace.done("POST", "/api/v1/journeys", &draft);
    let draft = workspace.done("GET", "/api/v1/journeys/later/analytics", "").json();
    assert_eq!(draft["versions"], json!([]));
}
