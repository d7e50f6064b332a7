//! What people are told about two versions of a journey.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use journey_ir::diff::{Change, Fate, JourneyDiff, Status, diff, picture};
use journey_ir::graph::{Mark, graph, render_text};
use journey_sema::{Checked, Config, Workspace};

const SCHEMA: &str = r#"
customer { email: text? vip: bool = false }
event ordered { total: number }
destination crm log { action note(text: text) }
let patience = 3d
"#;

fn checked(journey: &str) -> Checked {
    let files = vec![
        ("schema.journey".to_owned(), SCHEMA.to_owned()),
        ("j.journey".to_owned(), journey.to_owned()),
    ];
    let workspace = Workspace::new(Config::default(), files);
    workspace.checked().unwrap_or_else(|| panic!("{:#?}", workspace.diagnostics()))
}

const OLD: &str = r#"
journey j {
  entry event ordered
  exit bought on event ordered
  wait patience
  first: send crm.note(text: "one")
  branch {
    when customer.vip { send crm.note(text: "vip") }
    else { wait 1d }
  }
  wait 7d
  exit done
}
"#;

fn changed(new: &str) -> Option<JourneyDiff> {
    diff(&checked(OLD), &checked(new)).unwrap().journeys.pop()
}

fn lines(found: &JourneyDiff) -> Vec<String> {
    let line = |tile: &journey_ir::diff::TileChange| {
        let fields = tile.fields.iter().map(|field| {
            let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
            format!(" {}={}>{}", field.name, side(&field.before), side(&field.after))
        });
        format!("{:?} {}{}", tile.status, tile.id, fields.collect::<String>())
    };
    found.tiles.iter().map(line).collect()
}

/// A change in one line.
fn said(change: &Change) -> String {
    let text = |side: &Option<String>| side.clone().unwrap_or_default();
    format!("{}: {} > {}", change.what, text(&change.before), text(&change.after))
}

#[test]
fn layout_comments_and_names_of_constants_make_no_difference() {
    let same = OLD.replace("wait patience", "wait 3d // a while").replace("  ", "\n  ");
    assert_eq!(changed(&same), None);
}

#[test]
fn a_changed_wait_is_the_same_tile_and_members_stay() {
    let found = changed(&OLD.replace("wait 7d", "wait 9d")).unwrap();
    assert_eq!(lines(&found), ["Changed wait_3 wait=7d>9d"]);
    assert!(found.plan.iter().all(|step| step.fate == Fate::Keep), "{:?}", found.plan);
}

#[test]
fn a_tile_in_front_changes_no_other_one() {
    let found = changed(&OLD.replace("wait patience", "wait 1h\n  wait patience")).unwrap();
    assert_eq!(lines(&found), ["Added wait_1"]);
    let fates: Vec<_> = found.plan.iter().map(|step| (&*step.tile, &step.fate)).collect();
    assert_eq!(
        fates,
        [
            ("wait_1", &Fate::Map("wait_2".into())),
            ("wait_2", &Fate::Map("wait_3".into())),
            ("wait_3", &Fate::Map("wait_4".into()))
        ]
    );
}

#[test]
fn members_at_a_tile_that_is_gone_leave() {
    let found = changed(&OLD.replace("  wait 7d\n", "")).unwrap();
    assert_eq!(lines(&found), ["Removed wait_3"]);
    assert_eq!(found.plan.last().unwrap().fate, Fate::Exit);
}

#[test]
fn a_label_is_the_tile_wherever_it_stands() {
    let moved = OLD
        .replace("  first: send crm.note(text: \"one\")\n", "")
        .replace("else { wait 1d }", "else { wait 1d first: send crm.note(text: \"two\") }");
    let found = changed(&moved).unwrap();
    assert_eq!(lines(&found), ["Changed first text=\"one\">\"two\""]);
    assert!(found.tiles[0].moved);
}

#[test]
fn arms_and_conditions_are_compared_by_what_they_say() {
    let found = changed(&OLD.replace("when customer.vip {", "when not customer.vip {")).unwrap();
    assert_eq!(lines(&found), ["Changed branch_1 arm=when customer.vip>when not customer.vip"]);
    let more =
        OLD.replace("else { wait 1d }", "when customer.email is set { wait 2d } else { wait 1d }");
    let found = changed(&more).unwrap();
    assert_eq!(
        lines(&found),
        ["Changed branch_1 arm=->when customer.email is set", "Added wait_2"]
    );
}

#[test]
fn clauses_of_the_header_are_named() {
    let found = changed(&OLD.replace(
        "exit bought on event ordered",
        "exit bought on event ordered where ordered.total > 5\n  reenter later",
    ))
    .unwrap();
    let header: Vec<_> = found.header.iter().map(|it| (it.status, &*it.what)).collect();
    assert_eq!(header, [(Status::Changed, "exit bought"), (Status::Added, "reenter")]);
    assert!(found.tiles.is_empty());
}

#[test]
fn a_captured_value_that_is_computed_differently_is_named() {
    let old =
        "journey k { entry manual let n = 1 + 1 wait 1d send crm.note(text: text(n)) exit done }";
    let found = diff(&checked(old), &checked(&old.replace("1 + 1", "3"))).unwrap();
    let header: Vec<_> = found.journeys[0].header.iter().map(|it| &*it.what).collect();
    assert_eq!(header, ["let n"]);
}

#[test]
fn journeys_and_declarations_come_and_go() {
    let new = "customer { phone: text? }\njourney k { entry manual wait 1d exit done }\n";
    let found = diff(&checked(OLD), &checked(new)).unwrap();
    let journeys: Vec<_> = found.journeys.iter().map(|it| (&*it.name, it.status)).collect();
    assert_eq!(journeys, [("j", Status::Removed), ("k", Status::Added)]);
    assert!(found.journeys[0].plan.iter().all(|step| step.fate == Fate::Exit));
    let schema: Vec<_> = found.schema.iter().map(|it| (it.status, &*it.what)).collect();
    assert_eq!(schema, [(Status::Added, "trait phone")]);
}

#[test]
fn what_an_action_sends_is_compared_part_by_part() {
    let old = r#"destination hook {
        setting base: text = "https://a.example.com"
        secret key
        action call(id: text) {
            post "{base}/x"
            header "Key": "{key}"
            body { id: id }
            timeout 5s
        }
    }"#;
    let new = old.replace("https://a", "https://b").replace("post", "put").replace("5s", "6s");
    let new = new.replace("id: id", "id: upper(id)").replace("\"Key\"", "\"Token\"");
    let found = diff(&checked(old), &checked(&new)).unwrap();
    let schema: Vec<_> = found.schema.iter().map(said).collect();
    assert_eq!(
        schema,
        [
            "setting hook.base: text = \"https://a.example.com\" > text = \"https://b.example.com\"",
            "request of hook.call: post \"{base}/x\" > put \"{base}/x\"",
            "header \"Key\" of hook.call: key > ",
            "body of hook.call: { id: id } > { id: upper(id) }",
            "delivery of hook.call: timeout 5s, retry 5 times from 10s to 10m \
             > timeout 6s, retry 5 times from 10s to 10m",
            "header \"Token\" of hook.call:  > key",
        ]
    );
}

#[test]
fn a_policy_is_compared_rule_by_rule() {
    let old = "policy polite { quiet 21:00..08:00 hold spread 2h cap 2 per 7d skip }
        destination mail log { action offer() under polite action bill() under polite }";
    let new = old.replace("hold spread 2h", "skip").replace("cap 2 per 7d", "cap 1 per 7d");
    let new = new.replace("bill() under polite", "bill()") + " policy other { require false }";
    let found = diff(&checked(old), &checked(&new)).unwrap();
    let schema: Vec<_> = found.schema.iter().map(said).collect();
    assert_eq!(
        schema,
        [
            "action mail.bill: Log under polite > Log",
            "quiet of polite: 21:00..08:00 hold spread 2h > 21:00..08:00 skip",
            "cap per 7d of polite: 2 skip > 1 skip",
            "require of other:  > false",
        ]
    );
}

#[test]
fn the_picture_has_what_is_gone_in_its_old_place() {
    let new = OLD.replace("  wait 7d\n", "").replace("else { wait 1d }", "else { wait 2d }");
    let (old, new) = (checked(OLD), checked(&new));
    let (picture, overlay) =
        picture(&graph(&old.journeys[0]).unwrap(), &graph(&new.journeys[0]).unwrap());
    let text = render_text(&picture, &overlay);
    assert!(text.contains("◷ wait 7d  (removed)\n└─ ■ exit done"), "{text}");
    assert!(text.contains("◷ wait 2d  (changed)"), "{text}");
    assert_eq!(overlay.marks.values().filter(|mark| **mark == Mark::Removed).count(), 1);
}

#[test]
fn a_version_compared_with_itself_differs_in_nothing() {
    let same = diff(&checked(OLD), &checked(OLD)).unwrap();
    assert!(same.is_empty(), "{same:#?}");
}

#[test]
fn how_a_webhook_calls_is_compared() {
    let old = OLD.replace("wait 7d", "webhook post \"https://x.example.com/\" {}");
    let new = old.replace("post", "put");
    let found = diff(&checked(&old), &checked(&new)).unwrap().journeys.pop().unwrap();
    assert!(lines(&found).iter().any(|it| it.ends_with(" method=post>put")), "{:?}", lines(&found));
}

#[test]
fn what_a_webhook_reads_of_the_response_is_compared() {
    let webhook = r#"webhook get "https://x.example.com/" {
        ok as answer: { points: int tier: "a" | "b" = "a" } { wait for event ordered up to 1d }
        failed { }
    }"#;
    let old = OLD.replace("wait 7d", webhook);
    let found = |new: &str| {
        let found = diff(&checked(&old), &checked(new)).unwrap().journeys.pop().unwrap();
        lines(&found).concat()
    };
    let changed = found(&old.replace("points: int", "points: int?"));
    let before = "{ points: int tier: \"a\" | \"b\" = \"a\" }";
    let after = "{ points: int? tier: \"a\" | \"b\" = \"a\" }";
    assert!(changed.ends_with(&format!(" response={before}>{after}")), "{changed}");
    // What a field holds where the response lacks it is part of what is read.
    let changed = found(&old.replace("= \"a\"", "= \"b\""));
    assert!(changed.contains(" response="), "{changed}");
    let marked = found(&old.replace("example.com/\" {", "example.com/\" @pii {"));
    assert!(marked.ends_with(" may hold=->personal data"), "{marked}");
}
