//! `journeyc schema import`: declarations from JSON Schema, a tracking plan or a sample.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::{Path, PathBuf};

use support::{Run, Workspace, journeyc};

/// What is imported must check without a finding but for what is not used yet, and be in its
/// canonical form.
fn imported(workspace: &Workspace, arguments: &[&str]) -> Run {
    let mut all = vec!["schema", "import"];
    all.extend(arguments);
    let run = journeyc(workspace.path(), &all);
    assert_eq!(run.code, 0, "{run:?}");
    let fresh = Workspace::new(&[
        ("journey.toml", "[lints]\nunused = \"allow\"\n"),
        ("schema.journey", &run.stdout),
    ]);
    let check = journeyc(fresh.path(), &["check"]);
    assert_eq!(check.stdout, "1 file checked, no findings\n", "{}", run.stdout);
    assert_eq!(journeyc(fresh.path(), &["fmt", "--check"]).code, 0, "{}", run.stdout);
    run
}

const ORDER: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Order Completed",
  "description": "Somebody paid.",
  "type": "object",
  "required": ["orderId", "total", "placedAt", "items", "note", "gift"],
  "properties": {
    "orderId": { "type": "string", "description": "As on the invoice.", "minLength": 1 },
    "total": { "type": "number", "minimum": 0 },
    "count": { "type": "integer", "default": 1 },
    "placedAt": { "type": "string", "format": "date-time" },
    "dueOn": { "type": "string", "format": "date" },
    "plan": { "enum": ["free", "pro"], "default": "free" },
    "gift": { "type": ["boolean", "null"] },
    "note": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
    "items": { "type": "array", "items": { "$ref": "#/$defs/item" } },
    "shipTo": { "$ref": "address.json" },
    "old": { "type": "string", "deprecated": true },
    "either": { "oneOf": [{ "type": "string" }, { "type": "integer" }] },
    "map": { "type": "object", "additionalProperties": { "type": "string" } },
    "pair": { "type": "array", "prefixItems": [{ "type": "string" }, { "type": "number" }] },
    "list": { "type": "array", "items": { "$ref": "#/$defs/list" } }
  },
  "$defs": {
    "item": {
      "type": "object",
      "properties": { "sku": { "type": "string" }, "qty": { "type": "integer" } },
      "required": ["sku"]
    },
    "list": { "type": "array", "items": { "$ref": "#/$defs/list" } }
  }
}"##;

const ADDRESS: &str = r#"{
  "$id": "https://example.com/schemas/address.json",
  "type": "object",
  "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
  "required": ["street"]
}"#;

#[test]
fn a_schema_becomes_an_event_with_all_that_types_can_say() {
    let workspace = Workspace::new(&[("order.json", ORDER), ("address.json", ADDRESS)]);
    let run = imported(&workspace, &["--json-schema", "order.json", "address.json"]);
    let wanted = r#"
/// Somebody paid.
event order_completed "Order Completed" {
  /// As on the invoice.
  order_id "orderId": text
  total: number
  count: int = 1
  placed_at "placedAt": time
  due_on "dueOn": date?
  plan: "free" | "pro" = "free"
  gift: bool?
  note: text?
  items: list<{ sku: text qty: int? }>
  ship_to "shipTo": { street: text city: text? }?
  old: text? @deprecated("marked as deprecated where it was imported from")
  // it may be a text or an int
  either: json?
  // its properties are not told
  map: json?
  // each place of the list has a type of its own
  pair: json?
"#;
    let start = run.stdout.find("\n/// Somebody").unwrap();
    assert!(run.stdout.split_at(start).1.starts_with(wanted), "{}", run.stdout);
    assert!(run.stdout.contains("\nevent address {\n  street: text\n  city: text?\n}\n"));
    assert!(run.stdout.contains("it contains itself\n  list: json?\n"), "{}", run.stdout);
    assert_eq!(run.stderr, "2 events and 0 traits declared\n");
}

/// A type has an end. Where a schema comes to itself again it is `json`, and the rest of it stays.
#[test]
fn a_schema_that_contains_itself_is_told_up_to_there() {
    let tree = r##"{
      "title": "Category Viewed", "type": "object",
      "properties": { "category": { "$ref": "#/$defs/category" } },
      "required": ["category"],
      "$defs": { "category": {
        "type": "object", "required": ["name", "parent", "beside"],
        "properties": {
          "name": { "type": "string" },
          "parent": { "anyOf": [{ "$ref": "#/$defs/category" }, { "type": "null" }] },
          "beside": { "type": "array", "items": { "$ref": "#/$defs/category" } }
        } } }
    }"##;
    let doubling: String = (0..60)
        .map(|n| {
            let next = format!("{{ \"$ref\": \"#/$defs/d{}\" }}", n + 1);
            format!("\"d{n}\": {{ \"properties\": {{ \"a\": {next}, \"b\": {next} }} }},")
        })
        .collect();
    let doubling = format!(
        "{{ \"$ref\": \"#/$defs/d0\", \"$defs\": {{ {doubling} \"d60\": {{ \"type\": \"string\" }} }} }}"
    );
    let workspace = Workspace::new(&[("tree.json", tree), ("doubling.json", &doubling)]);
    let run = imported(&workspace, &["--json-schema", "tree.json"]);
    let wanted = "
  category: {
    name: text
    // it contains itself
    parent: json?
    // of what the list is of: it contains itself
    beside: json
  }
}
";
    assert!(run.stdout.ends_with(wanted), "{}", run.stdout);
    // One that only looks short is refused, and soon.
    let run = journeyc(workspace.path(), &["schema", "import", "--json-schema", "doubling.json"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("this schema has more than 50000 parts"), "{}", run.stderr);
}

#[test]
fn a_schema_becomes_traits_or_gets_another_name_if_asked() {
    let schema = r#"{
      "allOf": [
        { "type": "object", "properties": { "email": { "type": "string" } }, "required": ["email"] },
        { "properties": { "id": { "type": "string" }, "vip": { "type": "boolean", "default": false } } }
      ]
    }"#;
    let workspace = Workspace::new(&[("person.schema.json", schema)]);
    let run = imported(&workspace, &["--json-schema", "person.schema.json", "--as", "customer"]);
    let traits = "customer {\n  email: text?\n  id_field \"id\": text?\n  vip: bool = false\n}\n";
    assert!(run.stdout.ends_with(traits), "{}", run.stdout);
    assert!(run.stderr.contains("\"id\" of customer is `id_field`: `id` is taken"));
    let run = imported(&workspace, &["--json-schema", "person.schema.json"]);
    assert!(run.stdout.contains("\nevent person {\n"), "{}", run.stdout);
    let named = ["--json-schema", "person.schema.json", "--name", "Signed Up"];
    let run = imported(&workspace, &named);
    assert!(run.stdout.contains("\nevent signed_up \"Signed Up\" {\n"), "{}", run.stdout);
}

#[test]
fn tracking_plans_are_read_in_all_their_forms() {
    let call = r#"{ "type": "object", "properties": {
      "context": {}, "traits": {},
      "properties": { "type": "object", "required": ["total"], "properties": {
        "total": { "type": ["number"], "description": "In dollars." },
        "coupon": { "type": ["string", "null"] } } } } }"#;
    let identify = r#"{ "type": "object", "properties": {
      "traits": { "type": "object", "properties": { "email": { "type": "string" } } } } }"#;
    let export = format!(
        r#"{{ "display_name": "Shop", "rules": {{
          "events": [
            {{ "name": "Order Completed", "description": "Somebody paid.", "rules": {call} }},
            {{ "name": "order completed", "rules": {call} }}
          ],
          "identify": {identify}, "group": {{ "type": "object" }} }} }}"#
    );
    let api = format!(
        r#"{{ "data": {{ "rules": [
          {{ "type": "TRACK", "key": "Order Completed", "version": 1, "jsonSchema": {{}} }},
          {{ "type": "TRACK", "key": "Order Completed", "version": 2, "jsonSchema": {call} }},
          {{ "type": "IDENTIFY", "jsonSchema": {identify} }},
          {{ "type": "PAGE", "key": "Home", "jsonSchema": {{}} }}
        ] }} }}"#
    );
    let by_hand = r#"{
      "events": [{ "name": "Order Completed", "properties": [
        { "name": "total", "type": "number", "required": true, "description": "In dollars." },
        { "name": "coupon", "type": "string" } ] }],
      "identify": { "traits": { "email": { "type": "string" } } }
    }"#;
    let workspace =
        Workspace::new(&[("export.json", &export), ("api.json", &api), ("hand.json", by_hand)]);
    let event = "event order_completed \"Order Completed\" {\n  /// In dollars.\n  total: number\n  \
                 coupon: text?\n}\n";
    let traits = "customer {\n  email: text?\n}\n";
    for file in ["export.json", "api.json", "hand.json"] {
        let run = imported(&workspace, &["--tracking-plan", file]);
        assert!(run.stdout.contains(event) && run.stdout.contains(traits), "{}", run.stdout);
    }
    let run = imported(&workspace, &["--tracking-plan", "export.json"]);
    assert!(run.stdout.contains("/// Somebody paid.\nevent order"), "{}", run.stdout);
    assert!(run.stdout.contains("\nevent order_completed_2 \"order completed\" {\n"));
    assert!(run.stderr.contains("`order_completed` is taken"), "{}", run.stderr);
    assert!(run.stderr.contains("what the plan says of group calls was left out"));
}

#[test]
fn what_cannot_be_read_is_said_and_nothing_is_written() {
    let workspace = Workspace::new(&[
        ("not.json", "{ \"type\": "),
        ("list.json", "{ \"type\": \"array\", \"items\": { \"type\": \"string\" } }"),
        ("empty.ndjson", "{}\n"),
    ]);
    for (arguments, message) in [
        (["--json-schema", "not.json"], "not.json: this is not JSON"),
        (["--json-schema", "list.json"], "there is no object with properties"),
        (["--tracking-plan", "list.json"], "there are no events in it"),
        (["--events", "empty.ndjson"], "there is no event in it"),
        (["--events", "nowhere"], "nowhere: cannot be read"),
    ] {
        let mut all = vec!["schema", "import", "-o", "out.journey"];
        all.extend(arguments);
        let run = journeyc(workspace.path(), &all);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(message), "{}", run.stderr);
        assert!(!workspace.path().join("out.journey").exists());
    }
    assert_eq!(journeyc(workspace.path(), &["schema", "import"]).code, 2);
}

/// The logs that tests run over.
fn logs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let shared = root.join("../shared/data");
    assert!(shared.is_dir(), "the logs are missing: there is no folder {}", shared.display());
    let of = |folder: &str| shared.join(folder).join("events.ndjson.gz");
    vec![root.join("examples/grocery/data/events.ndjson.gz"), of("cdnow"), of("complete_journey")]
}

#[test]
fn all_events_of_a_sample_fit_what_is_inferred_from_it() {
    for log in logs() {
        let workspace = Workspace::new(&[]);
        let log = log.to_str().unwrap();
        for enums in [false, true] {
            let mut arguments = vec!["--events", log];
            arguments.extend(enums.then_some("--enums"));
            let run = imported(&workspace, &arguments);
            let anyone = "\njourney anyone {\n  entry manual\n  exit done\n}\n";
            workspace.write("schema.journey", format!("{}{anyone}", run.stdout).as_bytes());
            // With --strict the first line that is rejected or unknown ends the run.
            let strict = ["simulate", ".", "--events", log, "--strict"];
            let simulated = journeyc(workspace.path(), &strict);
            assert_eq!(simulated.code, 0, "{log}\n{}\n{simulated:?}", run.stdout);
        }
    }
}

#[test]
fn what_is_json_is_passed_on_as_it_came() {
    let events = concat!(
        "{\"ts\":\"2026-01-01T00:00:00Z\",\"customer_id\":\"1\",\"event\":\"e\",\"properties\":{\"a\":1}}\n",
        "{\"ts\":\"2026-01-01T00:00:01Z\",\"customer_id\":\"2\",\"event\":\"e\",",
        "\"properties\":{\"a\": {\"b c\": [1, \"x \\\" y\"]}}}\n",
    );
    let workspace = Workspace::new(&[("events.ndjson", events)]);
    let run = imported(&workspace, &["--events", "events.ndjson"]);
    assert!(run.stdout.contains("  a: json\n"), "{}", run.stdout);
    let journey = "
destination crm log {
  action note(what: json)
}

journey notes {
  entry event e as found
  send crm.note(what: found.a)
  send crm.note(what: [true, { day: 1.5 }])
  exit done
}

test \"a json is compared by what it says\" {
  journey notes
  at 2026-01-01T00:00Z
  event e { a: { b: [1, \"two\"] } }
  expect send crm.note(what: { b: [1, \"two\"] }) 1 times
  expect no send crm.note(what: { b: [1] })
}
";
    workspace.write("schema.journey", format!("{}{journey}", run.stdout).as_bytes());
    let tested = journeyc(workspace.path(), &["test"]);
    assert_eq!(tested.code, 0, "{tested:?}");
    let simulated =
        journeyc(workspace.path(), &["simulate", ".", "--events", "events.ndjson", "--out", "out"]);
    assert_eq!(simulated.code, 0, "{simulated:?}");
    let actions = std::fs::read_to_string(workspace.path().join("out/actions.csv")).unwrap();
    for written in [
        r#"{""what"":1}"#,
        r#"{""what"":{""b c"":[1,""x \"" y""]}}"#,
        r#"{""what"":[true,{""day"":1.5}]}"#,
    ] {
        assert!(actions.contains(written), "{actions}");
    }
}
