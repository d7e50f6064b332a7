//! `journeyc simulate` as a shell sees it.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use support::{Run, Workspace, journeyc};

const SHOP: &str = r#"
customer { plan: "free" | "pro" = "free" }
event order_placed "Order Placed" { total: number }
event signed_up {}
destination crm log { action note(name: text, plan: text) }

journey thanks "Thank large orders" {
  entry event order_placed as order where order.total >= 50
  reenter always
  rest: wait 1d
  send crm.note(name: "thanks", plan: customer.plan)
  exit done
}

journey hello {
  entry manual
  send crm.note(name: "hello", plan: customer.plan)
  exit greeted
}
"#;

const EVENTS: &str = r#"{"ts":"2026-01-01T09:00:00Z","customer_id":"ada","event":"Order Placed","properties":{"total":80}}
{"ts":"2026-01-02T09:00:00Z","customer_id":"bob","event":"Order Placed","properties":{"total":20}}
{"ts":"2026-01-03T09:00:00Z","customer_id":"bob","event":"page_viewed","properties":{}}
"#;

fn shop() -> Workspace {
    Workspace::new(&[("shop.journey", SHOP), ("events.ndjson", EVENTS)])
}

/// Runs `journeyc` with something on its standard input.
fn piped(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_journeyc"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that stops early closes its end.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_table_a_journey_and_the_figures_of_the_log() {
    let shop = shop();
    let arguments = ["simulate", "shop.journey", "--events", "events.ndjson"];
    let run = journeyc(shop.path(), &[&arguments[..], &["--journey", "thanks"]].concat());
    assert_eq!((run.code, &*run.stderr), (0, ""));
    let expected = "\
thanks  Thank large orders
1 membership by 1 customer · 0 inside · 1 out

  tile                                                entered  inside  passed   share
  ───────────────────────────────────────────────────────────────────────────────────
  rest: wait 1d                                             1       0       1  100.0%  ████████████
  send crm.note(name: \"thanks\", plan: customer.plan)        1       0       1  100.0%  ████████████
  exit done                                                 1       0       1  100.0%  ████████████

  exit  members   share
  ─────────────────────
  done        1  100.0%  ████████████

  action    times
  ───────────────
  crm.note      1

3 events read
  1 not declared, skipped: \"page_viewed\" 1
clock ran to 2026-01-03T09:00:00Z
";
    let (table, time) = run.stdout.split_at(run.stdout.find("events took").unwrap());
    assert_eq!(table, expected);
    assert_eq!(time.lines().count(), 1);
    assert!(!run.stdout.contains("hello"), "{}", run.stdout);
    assert!(!run.stdout.contains('\u{1b}'), "colours without a terminal");
}

#[test]
fn files_are_written_into_a_folder_that_is_made() {
    let shop = shop();
    shop.write("profiles.ndjson", b"{\"customer_id\":\"ada\",\"traits\":{\"plan\":\"pro\"}}\n");
    let run = journeyc(
        shop.path(),
        &[
            "simulate",
            ".",
            "--events",
            "events.ndjson",
            "--profiles",
            "profiles.ndjson",
            "--until",
            "2026-02-01T00:00:00+01:00",
            "--out",
            "new/out",
        ],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let read =
        |name: &str| std::fs::read_to_string(shop.path().join("new/out").join(name)).unwrap();
    assert_eq!(
        read("memberships.csv"),
        "journey,customer_id,membership,entered_at,ended_at,outcome,tile,key,fault\n\
         thanks,ada,1,2026-01-01T09:00:00Z,2026-01-02T09:00:00Z,done,,,\n"
    );
    assert_eq!(
        read("actions.csv"),
        "journey,customer_id,membership,seq,kind,tile,action,args,ts\n\
         thanks,ada,1,1,send,send_1,crm.note,\"{\"\"name\"\":\"\"thanks\"\",\"\"plan\"\":\"\"pro\"\"}\",2026-01-02T09:00:00Z\n"
    );
    let summary: serde_json::Value = serde_json::from_str(&read("summary.json")).unwrap();
    assert_eq!(summary["horizon"], "2026-01-31T23:00:00Z");
    assert_eq!(summary["events"]["undeclared"]["by_name"]["page_viewed"], 1);
    let mut left: Vec<_> = std::fs::read_dir(shop.path().join("new/out")).unwrap().collect();
    assert_eq!(left.drain(..).count(), 3, "nothing half-written stays behind");
}

#[test]
fn the_standard_input_may_be_compressed() {
    let shop = shop();
    let arguments = ["simulate", ".", "--events", "-", "--journey", "thanks"];
    let zstd = zstd::encode_all(EVENTS.as_bytes(), 1).unwrap();
    for input in [EVENTS.as_bytes(), &zstd] {
        let run = piped(shop.path(), &arguments, input);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.contains("1 membership by 1 customer"), "{}", run.stdout);
    }
    let arguments = ["simulate", ".", "--events", "-", "--profiles", "-"];
    let run = piped(shop.path(), &arguments, b"");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("can be standard input"), "{}", run.stderr);
}

#[test]
fn listed_customers_are_entered_and_bad_rows_are_named() {
    let shop = shop();
    shop.write("list.csv", b"name,customer_id\nAda,ada\nNobody,\nZoe,zoe\n");
    let arguments = ["simulate", ".", "--events", "events.ndjson", "--enter", "list.csv"];
    let run = journeyc(shop.path(), &[&arguments[..], &["--at", "2026-01-02T00:00:00Z"]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = "\
3 rows read, 2 memberships begun at 2026-01-02T00:00:00Z
  columns that were ignored: name
  line 3: the field `customer_id` is missing
";
    assert!(run.stdout.contains(expected), "{}", run.stdout);

    let run = journeyc(shop.path(), &arguments);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--at"), "{}", run.stderr);
}

#[test]
fn what_cannot_be_run_exits_with_2_and_says_why() {
    let shop = shop();
    shop.write("bad.ndjson", b"\n{\"ts\":1}\n");
    let says = |arguments: &[&str], message: &str| {
        let run = journeyc(shop.path(), &[&["simulate", "."], arguments].concat());
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(message), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    };
    says(&["--events", "nowhere"], "error: nowhere: cannot be opened\n  because: No such file");
    says(
        &["--events", "bad.ndjson", "--strict"],
        "error: bad.ndjson:2: the field `ts` is the number 1: a text is wanted\n",
    );
    says(
        &["--events", "events.ndjson", "--strict"],
        "error: events.ndjson:3: the event \"page_viewed\" is not declared\n",
    );
    says(&["--events", "events.ndjson", "--until", "tomorrow"], "a time with its offset is wanted");
    says(&["--events", "events.ndjson", "--journey", "thank"], "there is no journey `thank` here");
    says(&["--events", "events.ndjson", "--threads", "0"], "--threads");
    says(&["--events", "events.ndjson", "--out", "events.ndjson"], "events.ndjson: cannot be made");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_that_names_the_file() {
    let shop = shop();
    shop.write("bad.ndjson", b"nonsense\n");
    let run = journeyc(
        shop.path(),
        &["simulate", ".", "--events", "bad.ndjson", "--rejected", "/dev/full"],
    );
    assert_eq!(run.code, 2);
    let expected = "error: /dev/full: cannot be written\n  because: No space left on device";
    assert!(run.stderr.starts_with(expected), "{}", run.stderr);
}

#[test]
fn rejected_lines_are_written_with_reason_and_line() {
    let shop = shop();
    shop.write("bad.ndjson", &[EVENTS.as_bytes(), b"{\"ts\":\"yesterday\"}\n"].concat());
    let run = journeyc(
        shop.path(),
        &["simulate", ".", "--events", "bad.ndjson", "--rejected", "rejected.ndjson"],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("  1 rejected:\n    line 4: the field `ts` is the text \"yesterday\"")
    );
    let rejected = std::fs::read_to_string(shop.path().join("rejected.ndjson")).unwrap();
    let rejected: serde_json::Value = serde_json::from_str(&rejected).unwrap();
    assert_eq!(rejected["input"], "bad.ndjson");
    assert_eq!(rejected["line"], 4);
    assert_eq!(rejected["text"], "{\"ts\":\"yesterday\"}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let shop = shop();
    let mut child = Command::new(env!("CARGO_BIN_EXE_journeyc"))
        .args(["simulate", ".", "--events", "events.ndjson"])
        .current_dir(shop.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
