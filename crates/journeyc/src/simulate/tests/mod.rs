//! Whole simulations, on programs made by hand.

mod agreement;
mod programs;

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use journey_vm::ProgramSet;
use tempfile::TempDir;

use super::{Input, Options, Progress, run};

/// A folder with inputs, and the options to run on them.
struct Desk {
    folder: TempDir,
    options: Options,
}

/// What a run left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Left {
    memberships: String,
    actions: String,
    summary: String,
    rejected: String,
}

impl Desk {
    /// A desk with a log on it.
    fn new(events: impl AsRef<[u8]>) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(Input::File(folder.path().join("events")));
        let desk = Desk { folder, options };
        desk.put("events", events.as_ref());
        desk
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Input {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        Input::File(path)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn until(mut self, time: &str) -> Desk {
        self.options.until = Some(at(time));
        self
    }

    fn threads(mut self, threads: usize) -> Desk {
        self.options.threads = NonZeroUsize::new(threads).unwrap();
        self
    }

    fn profiles(mut self, profiles: &str) -> Desk {
        self.options.profiles = Some(self.put("profiles", profiles.as_bytes()));
        self
    }

    fn enter(mut self, list: &str, time: &str) -> Desk {
        self.options.enter = Some((self.put("list.csv", list.as_bytes()), at(time)));
        self
    }

    fn strict(mut self) -> Desk {
        self.options.strict = true;
        self
    }

    /// Runs and gathers what was written.
    fn run(mut self, set: &ProgramSet) -> Left {
        self.options.out = Some(self.path("out"));
        self.options.rejected = Some(self.path("rejected"));
        run(set, &self.options, Progress::default()).unwrap();
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        Left {
            memberships: read(&self.path("out/memberships.csv")),
            actions: read(&self.path("out/actions.csv")),
            summary: read(&self.path("out/summary.json")),
            // Every desk stands in another folder.
            rejected: read(&self.path("rejected"))
                .replace(&*self.folder.path().to_string_lossy(), ""),
        }
    }

    /// Runs in vain.
    fn fail(self, set: &ProgramSet) -> String {
        let error = run(set, &self.options, Progress::default()).unwrap_err();
        let folder = format!("{}/", self.folder.path().display());
        error.to_string().replace(&folder, "")
    }
}

impl Left {
    /// A figure of the summary, by its path: `events.late`.
    fn figure(&self, path: &str) -> serde_json::Value {
        let document: serde_json::Value = serde_json::from_str(&self.summary).unwrap();
        let pointer = format!("/{}", path.replace('.', "/"));
        document.pointer(&pointer).unwrap_or_else(|| panic!("no {path}")).clone()
    }

    /// Lines and reasons of what was rejected.
    fn rejections(&self) -> Vec<(u64, String)> {
        let lines = self.rejected.lines().map(|line| serde_json::from_str(line).unwrap());
        lines
            .map(|line: serde_json::Value| {
                (line["line"].as_u64().unwrap(), line["reason"].as_str().unwrap().to_owned())
            })
            .collect()
    }
}

fn at(time: &str) -> i64 {
    journey_intake::iso::instant(time).unwrap()
}

fn purchase(ts: &str, customer: &str, amount: f64) -> String {
    format!(
        r#"{{"ts":"{ts}","customer_id":"{customer}","event":"purchase","properties":{{"cds":1,"amount":{amount}}}}}"#
    )
}

fn log(purchases: &[(&str, &str, f64)]) -> String {
    purchases.iter().map(|(ts, customer, amount)| purchase(ts, customer, *amount) + "\n").collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

const SMALL: &[(&str, &str, f64)] = &[
    ("1997-01-01T00:00:00Z", "b", 60.0),
    ("1997-01-01T00:00:00Z", "a", 10.0),
    ("1997-01-20T12:00:00.5Z", "b", 20.0),
    ("1997-02-10T00:00:00Z", "a", 12.0),
];

#[test]
fn every_membership_and_action_is_written_in_order() {
    let left = Desk::new(log(SMALL)).until("1998-01-01T00:00:00Z").run(&programs::win_back());
    assert_eq!(
        left.memberships,
        "journey,customer_id,membership,entered_at,ended_at,outcome,tile,key,fault\n\
         cd1_second_purchase_winback,a,1,1997-01-01T00:00:00Z,1997-02-10T00:00:00Z,won_back,,,\n\
         cd1_second_purchase_winback,b,1,1997-01-01T00:00:00Z,1997-01-20T12:00:00.500Z,converted_early,,,\n"
    );
    assert_eq!(
        left.actions,
        "journey,customer_id,membership,seq,kind,tile,action,args,ts\n\
         cd1_second_purchase_winback,b,1,1,send,send_1,out.thank_you_second_order,{},1997-01-20T12:00:00.500Z\n\
         cd1_second_purchase_winback,a,1,1,send,send_3,out.reminder,{},1997-01-31T00:00:00Z\n\
         cd1_second_purchase_winback,a,1,2,send,send_4,out.thank_you_bigger_basket,{},1997-02-10T00:00:00Z\n"
    );
    assert_eq!(left.figure("events.applied"), 4);
    assert_eq!(left.figure("horizon"), "1998-01-01T00:00:00Z");
    let journey = "journeys.cd1_second_purchase_winback";
    assert_eq!(left.figure(&format!("{journey}.exits.won_back")), 1);
    let wait = format!("{journey}.tiles.wait_second_purchase_30d");
    assert_eq!(left.figure(&format!("{wait}.edges.on event purchase")), 1);
    assert_eq!(left.figure(&format!("{wait}.edges.timeout")), 1);
    // The purchase that ends a membership would begin another, if that were allowed.
    assert_eq!(left.figure(&format!("{journey}.not_entered.reentry")), 2);
}

#[test]
fn without_a_horizon_time_ends_with_the_last_event() {
    let left = Desk::new(log(SMALL)).run(&programs::win_back());
    assert_eq!(left.figure("horizon"), "1997-02-10T00:00:00Z");
    // A timer due exactly at the horizon fires, one due later does not.
    let desk = Desk::new(log(&SMALL[1..2])).until("1997-01-31T00:00:00Z");
    assert!(desk.run(&programs::win_back()).actions.contains("out.reminder"));
    let left =
        Desk::new(log(&SMALL[1..2])).until("1997-01-30T23:59:59.999Z").run(&programs::win_back());
    assert!(left.memberships.ends_with("1997-01-01T00:00:00Z,,,wait_second_purchase_30d,,\n"));
}

#[test]
fn events_after_the_horizon_are_counted_and_not_applied() {
    let left = Desk::new(log(SMALL)).until("1997-01-15T00:00:00Z").run(&programs::win_back());
    assert_eq!(left.figure("events.applied"), 2);
    assert_eq!(left.figure("events.after_horizon"), 2);
    assert_eq!(left.figure("journeys.cd1_second_purchase_winback.inside"), 2);
}

#[test]
fn a_late_event_applies_at_the_time_of_the_log() {
    let log = log(&[
        ("1997-01-01T00:00:00Z", "a", 10.0),
        ("1997-03-01T00:00:00Z", "b", 10.0),
        // By now a's first wait is over, though this says it came in time.
        ("1997-01-02T00:00:00Z", "a", 10.0),
    ]);
    let left = Desk::new(log).run(&programs::win_back());
    assert_eq!(left.figure("events.late"), 1);
    assert!(left.actions.contains("out.reminder,{},1997-01-31T00:00:00Z"), "{}", left.actions);
    assert!(left.memberships.contains("1997-03-01T00:00:00Z,won_back"), "{}", left.memberships);
}

#[test]
fn compression_line_ends_and_marks_make_no_difference() {
    let text = log(SMALL);
    let plain = Desk::new(&text).run(&programs::win_back());
    let (first, second) = text.split_at(text.find('\n').unwrap() + 1);
    let unusual = format!("\u{FEFF}{}\r\n  \r\n", text.replace('\n', "\r\n\n").trim_end());
    for events in [
        gzip(&text),
        [gzip(first), gzip(second)].concat(),
        zstd::encode_all(text.as_bytes(), 3).unwrap(),
        unusual.into_bytes(),
        text.trim_end().as_bytes().to_vec(),
    ] {
        assert_eq!(Desk::new(events).run(&programs::win_back()), plain);
    }
}

#[test]
fn a_truncated_file_is_an_error() {
    let mut events = gzip(&log(SMALL));
    events.truncate(events.len() - 5);
    let error = Desk::new(events).fail(&programs::win_back());
    assert_eq!(error, "events: cannot be read");
}

#[test]
fn nothing_at_all_is_fine() {
    for events in ["", "\n\n", "\u{FEFF}"] {
        let left = Desk::new(events).run(&programs::win_back());
        assert_eq!(left.memberships.lines().count(), 1);
        assert_eq!(left.figure("horizon"), serde_json::Value::Null);
        assert_eq!(left.figure("events.read"), 0);
    }
}

#[test]
fn what_does_not_match_is_rejected_with_line_and_reason() {
    let good = purchase("1997-01-01T00:00:00Z", "a", 1.0);
    let bad = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let cases = [
        (
            bad(r#""cds":1"#, r#""cds":1.5"#),
            "property `cds` of event `purchase` is the number 1.5: an int is wanted",
        ),
        (
            bad(r#""cds":1"#, r#""cds":"1""#),
            "property `cds` of event `purchase` is the text \"1\": an int is wanted",
        ),
        (bad(r#""cds":1,"#, ""), "property `cds` of event `purchase` is missing: an int is wanted"),
        (
            bad(r#""cds":1"#, r#""cds":null"#),
            "property `cds` of event `purchase` is missing: an int is wanted",
        ),
        (
            bad(r#""cds":1"#, r#""cds":1,"cds":2"#),
            "property `cds` of event `purchase` stands twice",
        ),
        (
            bad(r#""cds":1"#, r#""paid_at":"soon","cds":1"#),
            "property `paid_at` of event `purchase` is the text \"soon\": a time such as \"2026-12-01T09:00:30Z\" is wanted",
        ),
        (bad("\"ts\":\"1997-01-01T00:00:00Z\",", ""), "the field `ts` is missing"),
        (
            bad("00Z", "00"),
            "the field `ts` is the text \"1997-01-01T00:00:00\": a time with its offset, such as \"2026-12-01T09:00:30Z\", is wanted",
        ),
        (
            bad("\"1997-01-01T00:00:00Z\"", "852076800"),
            "the field `ts` is the number 852076800: a text is wanted",
        ),
        (
            bad("\"a\"", "\"\""),
            "the field `customer_id` is the text \"\": a text that is not empty is wanted",
        ),
        (bad("\"a\"", "7"), "the field `customer_id` is the number 7: a text is wanted"),
        (bad("\"event\":\"purchase\",", ""), "the field `event` is missing"),
        (
            bad("{\"cds\":1,\"amount\":1}", "[]"),
            "the field `properties` is an array: an object is wanted",
        ),
        (bad("1}}", "1}"), "not JSON: `,` or `}` is wanted at column 100, but the line ends there"),
        (bad("1}}", "1}}}"), "not JSON: the end of the line is wanted at column 101, not '}'"),
        ("nonsense".to_owned(), "not JSON: an object is wanted at column 1, not 'n'"),
        ("[]".to_owned(), "the line is an array: an object is wanted"),
        (" \"a\"".to_owned(), "the line is a text: an object is wanted"),
    ];
    let mut text = good.clone() + "\n";
    for (line, _) in &cases {
        text += line;
        text += "\n";
    }
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(b"{\"ts\":\"\xFF\"}\n");
    bytes.extend_from_slice(good.as_bytes());
    let left = Desk::new(bytes).run(&programs::win_back());

    let mut expected: Vec<(u64, String)> =
        (2..).zip(cases.iter().map(|(_, reason)| (*reason).to_owned())).collect();
    expected.push((cases.len() as u64 + 2, "byte 8 of the line is not UTF-8".to_owned()));
    assert_eq!(left.rejections(), expected);
    assert_eq!(left.figure("events.rejected"), expected.len());
    assert_eq!(left.figure("events.applied"), 2);
}

#[test]
fn the_order_of_fields_is_free_and_absent_values_get_their_defaults() {
    let line = r#" {"properties" : {"channel":null, "amount":60, "cds":3.0}, "extra":[1,{"a":2}], "event":"purchase","id":null,"customer_id":"a","ts":"1997-01-01T01:00:00+01:00"} "#;
    let left = Desk::new(line).until("1997-02-01T00:00:00Z").run(&programs::win_back());
    assert_eq!(left.rejected, "");
    assert!(left.memberships.contains(",a,1,1997-01-01T00:00:00Z,"), "{}", left.memberships);
    assert!(left.actions.contains("out.vip_reminder"), "{}", left.actions);
}

#[test]
fn undeclared_events_and_properties_are_counted_by_name() {
    let known = purchase("1997-01-01T00:00:00Z", "a", 1.0);
    let lines = [
        known.replace("\"cds\"", "\"colour\":\"red\",\"cds\""),
        known.replace("purchase", "page_viewed"),
        known.replace("purchase", "page_viewed").replace("1997-01-01", "1997-06-01"),
        known.replace("\"cds\"", "\"size\":{\"x\":[1]},\"colour\":1,\"cds\""),
    ];
    let left = Desk::new(lines.join("\n")).run(&programs::win_back());
    assert_eq!(left.figure("events.undeclared.by_name.page_viewed"), 2);
    assert_eq!(
        left.figure("events.unknown_properties.by_name").to_string(),
        r#"{"purchase.colour":2,"purchase.size":1}"#
    );
    assert_eq!(left.figure("events.unknown_properties.total"), 3);
    assert_eq!(left.figure("events.applied"), 2);
    // The log has shown that it is June: the last purchase is late.
    assert_eq!(left.figure("events.late"), 1);
    assert_eq!(left.figure("horizon"), "1997-06-01T00:00:00Z");
}

#[test]
fn an_event_that_comes_again_with_its_id_changes_nothing() {
    let once =
        purchase("1997-01-01T00:00:00Z", "a", 1.0).replace("{\"ts\"", "{\"id\":\"e1\",\"ts\"");
    let left = Desk::new(format!("{once}\n{once}\n")).run(&programs::win_back());
    assert_eq!(left.figure("events.duplicates"), 1);
    assert_eq!(left.figure("journeys.cd1_second_purchase_winback.inside"), 1);
}

#[test]
fn strict_stops_at_the_first_line_that_is_not_right() {
    let good = log(SMALL);
    let undeclared = purchase("1997-01-01T00:00:00Z", "a", 1.0).replace("purchase", "bought");
    for threads in [1, 3] {
        let desk = Desk::new(format!("{good}{undeclared}\nnonsense\n")).strict().threads(threads);
        let error = desk.fail(&programs::win_back());
        assert!(error.starts_with("events:5: the event \"bought\" is not declared\n"), "{error}");
        let desk = Desk::new(format!("{good}nonsense\n{undeclared}\n")).strict().threads(threads);
        let error = desk.fail(&programs::win_back());
        assert!(error.starts_with("events:5: not JSON:"), "{error}");
    }
}

#[test]
fn one_huge_line_is_rejected_and_the_rest_is_read() {
    let good = purchase("1997-01-01T00:00:00Z", "a", 1.0);
    let huge = "x".repeat(2_000_000);
    let left = Desk::new(format!("{good}\n{huge}\n{good}\n")).run(&programs::win_back());
    assert_eq!(left.rejections(), [(2, "the line is longer than 1048576 bytes".to_owned())]);
    assert_eq!(left.figure("events.applied"), 2);
    assert!(left.rejected.len() < 10_000);
}

#[test]
fn profiles_are_read_by_the_same_rules() {
    let profiles = concat!(
        r#"{"customer_id":"a","traits":{"in_hardie_sample":true,"plan":"pro","age":3}}"#,
        "\n",
        r#"{"customer_id":"b","traits":{"plan":"gold"}}"#,
        "\n",
        r#"{"customer_id":"c"}"#,
        "\n",
        r#"{"traits":{}}"#,
        "\n",
        r#"{"customer_id":"a","traits":{}}"#,
        "\n",
    );
    let left = Desk::new(log(SMALL)).profiles(profiles).run(&programs::win_back());
    let reasons = left.rejections();
    assert_eq!(
        reasons,
        [
            (2, "trait `plan` is the text \"gold\": one of \"free\", \"pro\" is wanted".to_owned()),
            (4, "the field `customer_id` is missing".to_owned()),
        ]
    );
    assert_eq!(left.figure("profiles.read"), 5);
    assert_eq!(left.figure("profiles.replaced"), 1);
    assert_eq!(left.figure("profiles.unknown_traits.by_name.age"), 1);
    assert_eq!(left.figure("customers"), 3);
}

#[test]
fn listed_customers_enter_in_time_order_with_the_events() {
    let list = "customer_id,name\nz,Zoe\n,nobody\na,Ada\nz,Zoe again\n";
    let events = log(&[("2026-01-01T00:00:00Z", "a", 1.0), ("2026-01-05T00:00:00Z", "b", 1.0)]);
    let left = Desk::new(events).enter(list, "2026-01-02T00:00:00Z").run(&programs::by_hand());
    let rows: Vec<&str> = left.memberships.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "quick,a,1,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z,done,,,",
            "quick,z,1,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z,done,,,",
            "quick,z,2,2026-01-02T00:00:00Z,2026-01-02T00:00:00Z,done,,,",
            "slow,a,1,2026-01-02T00:00:00Z,2026-01-03T00:00:00Z,done,,,",
            "slow,z,1,2026-01-02T00:00:00Z,2026-01-03T00:00:00Z,done,,,",
        ]
    );
    assert!(
        left.actions.contains("quick,a,1,1,send,remind,out.reminder,\"{\"\"amount\"\":1.5}\",")
    );
    assert_eq!(
        left.rejections(),
        [
            (3, "the field `customer_id` is missing".to_owned()),
            (5, "customer \"z\" did not enter `slow`: it is inside already".to_owned()),
        ]
    );
    assert_eq!(left.figure("enter.entered"), 5);
    assert_eq!(left.figure("enter.refused"), 1);
}

#[test]
fn a_list_alone_moves_the_clock_to_its_time() {
    let left =
        Desk::new("").enter("customer_id\nz\n", "2026-01-02T00:00:00Z").run(&programs::by_hand());
    assert_eq!(left.figure("horizon"), "2026-01-02T00:00:00Z");
    assert!(left.memberships.contains("slow,z,1,2026-01-02T00:00:00Z,,,rest,,\n"));
}

#[test]
fn a_list_needs_a_journey_that_is_entered_by_hand_and_a_time_before_the_horizon() {
    let desk = || Desk::new("").enter("customer_id\nz\n", "2026-01-02T00:00:00Z");
    let error = desk().fail(&programs::win_back());
    assert_eq!(error, "none of the journeys has `entry manual`, so `--enter` has nothing to enter");
    let error = desk().until("2026-01-01T00:00:00Z").fail(&programs::by_hand());
    assert_eq!(error, "--at is later than --until: nobody would enter");
}

#[test]
fn inputs_and_outputs_that_do_not_work_are_named() {
    let mut desk = Desk::new("");
    desk.options.events = Input::File(desk.path("nowhere"));
    assert_eq!(desk.fail(&programs::win_back()), "nowhere: cannot be opened");
    let mut desk = Desk::new("");
    desk.options.out = Some(desk.path("events"));
    assert_eq!(desk.fail(&programs::win_back()), "events: cannot be made");
    let mut desk = Desk::new("");
    desk.options.rejected = Some(desk.path("no/such/folder"));
    assert_eq!(desk.fail(&programs::win_back()), "no/such/folder: cannot be written");
}

/// A log of many customers whose purchases lie at all sorts of distances, some of them rejected.
fn long_log(lines: u64) -> String {
    let (mut text, mut seed) = (String::new(), 0x9E37_79B9_7F4A_7C15u64);
    for line in 0..lines {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (customer, amount) = ((seed >> 33) % (lines / 6), (seed >> 20) % 100);
        let day = line * 360 / lines;
        let (month, day) = (day / 30 + 1, day % 28 + 1);
        let ts = format!("1997-{month:02}-{day:02}T00:00:00Z");
        text += &match line % 97 {
            5 => format!("line {line}\n"),
            6 => purchase(&ts, "x", 1.0).replace("purchase", &format!("other_{}", line % 7)) + "\n",
            _ => purchase(&ts, &format!("c{customer}"), amount as f64 / 2.0) + "\n",
        };
    }
    text
}

#[test]
fn the_number_of_threads_makes_no_difference() {
    let text = long_log(12_000);
    let run = |threads| {
        let desk = Desk::new(gzip(&text)).until("1998-06-01T00:00:00Z").threads(threads);
        desk.run(&programs::win_back())
    };
    let one = run(1);
    assert!(one.memberships.lines().count() > 1_000);
    assert!(one.rejected.lines().count() > 100);
    for threads in [2, 3, 7] {
        assert!(run(threads) == one, "{threads} threads");
    }
}
