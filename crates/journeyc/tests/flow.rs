//! Values, sub-journeys and loops, as `journeyc test` sees them.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod support;

use support::{Workspace, journeyc};

const SCHEMA: &str = r#"
customer { email: text?  points: int = 0  paid: bool = false }
event ordered { id: text  total: number  coupon: text? }
event paid { id: text }
destination out log { action note(v: text = "", n: int = 0, at: time?) }
"#;

/// All tests of the workspace hold.
fn holds(journeys: &str) {
    let workspace = Workspace::new(&[("schema.journey", SCHEMA), ("shop.journey", journeys)]);
    let run = journeyc(workspace.path(), &["test"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains('✓'), "{}", run.stdout);
}

#[test]
fn a_captured_value_stays_what_it_was() {
    holds(
        r#"
journey gain {
  entry manual
  reenter always
  let before = customer.points
  let list = [before, 7]
  pause: wait 1d
  let gained = customer.points - before
  send out.note(v: if list contains before then "kept" else "lost", n: gained)
  exit done
}
test "the value of the moment" {
  journey gain
  customer { points: 3 }
  at 2026-01-05T09:00Z
  enter ()
  update customer { points: 10 }
  after 1d
  expect send out.note(v: "kept", n: 7)
  expect exit done
}
"#,
    );
}

#[test]
fn a_capture_that_cannot_be_computed_parks_the_member_at_the_next_tile() {
    holds(
        r#"
journey overflow {
  entry manual
  let huge = customer.points * 4611686018427387904
  here: send out.note(n: huge)
  exit done
}
test "stays" {
  journey overflow
  customer { points: 4 }
  at 2026-01-05T09:00Z
  enter ()
  expect at here
  expect no send out.note
}
"#,
    );
}

#[test]
fn arguments_are_kept_and_left_out_ones_have_their_default() {
    holds(
        r#"
journey gift (reason: text, points: int = 5, deadline: time?) {
  entry manual
  reenter always
  exit late when deadline is set and now > deadline
  wait 1h
  send out.note(v: reason, n: points, at: deadline)
  exit done
}
test "in time" {
  journey gift
  at 2026-01-05T09:00Z
  enter (reason: "birthday", deadline: 2026-01-05T10:00Z)
  after 1h
  expect send out.note(v: "birthday", n: 5, at: 2026-01-05T10:00Z)
}
test "too late" {
  journey gift
  at 2026-01-05T09:00Z
  enter (reason: "birthday", points: 1, deadline: 2026-01-05T09:30Z)
  after 1h
  expect exit late
  enter (reason: "again")
  after 1h
  expect send out.note(v: "again", n: 5, at: unset) 1 times
}
"#,
    );
}

#[test]
fn a_journey_of_an_event_is_entered_by_hand_with_the_events_properties() {
    holds(
        r#"
journey thanks (reason: text = "order") {
  entry event ordered as order where order.coupon is set
  send out.note(v: "{reason} {order.id} {order.coupon}", at: order.at)
  exit done
}
test "by the event" {
  journey thanks
  at 2026-01-05T09:00Z
  event ordered { id: "o1", total: 3, coupon: "X" }
  expect send out.note(v: "order o1 X")
}
test "by hand" {
  journey thanks
  at 2026-01-05T09:00Z
  enter (reason: "call", id: "o2", total: 3, coupon: "Y")
  expect send out.note(v: "call o2 Y", at: 2026-01-05T09:00Z)
}
test "its condition holds by hand, too" {
  journey thanks
  at 2026-01-05T09:00Z
  enter (id: "o2", total: 3)
  expect not entered
}
"#,
    );
}

const CHILDREN: &str = r#"
journey child (days: int = 1, note: text = "child") {
  entry manual
  reenter always
  exit stopped on event paid
  branch { when days < 1 { send out.note(v: "{note} at once") exit quick } }
  wait 1d * days
  send out.note(v: note)
  exit finished
}
journey once {
  entry manual
  update customer { points: customer.points + 1 }
  exit done
}
"#;

fn with_children(journeys: &str) {
    holds(&format!("{CHILDREN}{journeys}"));
}

#[test]
fn run_waits_until_the_other_journey_has_exited() {
    with_children(
        r#"
journey parent (days: int) {
  entry manual
  reenter always
  waiting: run child(days: days) {
    exited finished { exit finished }
    exited quick { exit quick }
    exited stopped { exit stopped }
    not_entered { exit refused }
  }
}
test "to its end" {
  journey parent
  at 2026-01-05T09:00Z
  enter (days: 2)
  expect at waiting
  after 47h
  expect at waiting
  after 1h
  expect send out.note(v: "child") 1 times
  expect exit finished
}
test "over at once" {
  journey parent
  at 2026-01-05T09:00Z
  enter (days: 0)
  expect send out.note(v: "child at once")
  expect exit quick
}
test "ended by an event" {
  journey parent
  at 2026-01-05T09:00Z
  enter (days: 2)
  event paid { id: "x" }
  expect exit stopped
}
"#,
    );
}

#[test]
fn a_refused_entry_goes_on_at_once() {
    with_children(
        r#"
journey parent {
  entry manual
  reenter always
  run once() { not_entered { exit refused } else { } }
  run once() { not_entered { send out.note(v: "second") } }
  let seen = customer.points
  run once()
  send out.note(v: "went on", n: seen)
  exit done
}
test "never again" {
  journey parent
  at 2026-01-05T09:00Z
  enter ()
  expect send out.note(v: "second")
  expect send out.note(v: "went on", n: 1)
  expect exit done
  enter ()
  expect exit refused
}
"#,
    );
}

#[test]
fn a_child_outlives_the_parent_that_has_left() {
    with_children(
        r#"
journey parent {
  entry manual
  exit gone on event ordered
  waiting: run child(days: 3)
  send out.note(v: "parent")
  exit done
}
test "each for itself" {
  journey parent
  at 2026-01-05T09:00Z
  enter ()
  after 1d
  event ordered { id: "o", total: 1 }
  expect exit gone
  after 2d
  expect send out.note(v: "child") 1 times
  expect no send out.note(v: "parent")
  expect exit gone
}
"#,
    );
}

#[test]
fn enter_starts_another_journey_once_this_one_stands_still_or_has_left() {
    with_children(
        r#"
journey parent {
  entry manual
  enter once()
  let before = customer.points
  send out.note(v: "before", n: before)
  enter child(days: 0, note: "first")
  pause: wait 1h
  send out.note(v: "after", n: customer.points)
  enter child(days: 1, note: "second")
  exit done
}
test "in order" {
  journey parent
  at 2026-01-05T09:00Z
  enter ()
  expect send out.note(v: "before", n: 0)
  expect send out.note(v: "first at once")
  expect at pause
  expect customer.points == 1
  after 1h
  expect send out.note(v: "after", n: 1)
  expect exit done
  after 1d
  expect send out.note(v: "second")
}
journey weekly (left: int) {
  entry manual
  reenter always
  wait 7d
  send out.note(v: "digest", n: left)
  branch { when left > 1 { enter weekly(left: left - 1) } }
  exit done
}
test "a journey that starts itself anew" {
  journey weekly
  at 2026-01-05T09:00Z
  enter (left: 3)
  after 7d
  after 7d
  after 7d
  after 7d
  expect send out.note(v: "digest") 3 times
  expect send out.note(v: "digest", n: 1) 1 times
}
"#,
    );
}

#[test]
fn rounds_follow_each_other() {
    with_children(
        r#"
journey reminders (times: int) {
  entry manual
  reenter always
  exit gone on event ordered
  loop: repeat up to times times every 2d until customer.paid {
    send out.note(v: "round")
  }
  exit over
}
test "two days apart" {
  journey reminders
  at 2026-01-05T09:00Z
  enter (times: 3)
  expect send out.note 1 times
  expect at loop until 2026-01-07T09:00Z
  after 2d
  expect send out.note 2 times
  expect at loop until 2026-01-09T09:00Z
  after 2d
  expect send out.note 3 times
  expect exit over
}
test "until it is paid" {
  journey reminders
  at 2026-01-05T09:00Z
  enter (times: 3)
  after 1d
  update customer { paid: true }
  expect at loop
  after 1d
  expect exit over
  expect send out.note 1 times
}
test "no round at all" {
  journey reminders
  at 2026-01-05T09:00Z
  enter (times: 0)
  expect exit over
  enter (times: -7)
  expect exit over
  expect no send out.note
}
test "paid before" {
  journey reminders
  customer { paid: true }
  at 2026-01-05T09:00Z
  enter (times: 3)
  expect exit over
  expect no send out.note
}
test "left in the middle" {
  journey reminders
  at 2026-01-05T09:00Z
  enter (times: 3)
  after 1d
  event ordered { id: "x", total: 1 }
  expect exit gone
}
"#,
    );
}

#[test]
fn rounds_that_take_longer_than_every_follow_at_once_and_catch_nothing_up() {
    with_children(
        r#"
journey slow {
  entry manual
  loop: repeat up to 3 times every 2d {
    send out.note(v: "begins", at: now)
    branch { when now < 2026-01-06T00:00Z { wait 5d } }
  }
  exit over
}
test "at least two days apart" {
  journey slow
  at 2026-01-05T09:00Z
  enter ()
  after 5d
  expect send out.note(at: 2026-01-05T09:00Z)
  expect send out.note(at: 2026-01-10T09:00Z)
  expect at loop until 2026-01-12T09:00Z
  after 2d
  expect exit over
}
"#,
    );
}

#[test]
fn each_round_binds_anew_and_counts_anew() {
    with_children(
        r#"
journey asking {
  entry manual
  repeat up to 3 times {
    let points = customer.points
    ask: send out.note(v: "asked", n: points)
    wait for event ordered as order up to 1d
    branch { when order is set { send out.note(v: "ordered {order.id}") } else { send out.note(v: "silent", n: count(ordered, since: ask)) } }
  }
  exit over
}
test "what was seen last time is forgotten" {
  journey asking
  at 2026-01-05T09:00Z
  enter ()
  event ordered { id: "o1", total: 1 }
  expect send out.note(v: "ordered o1") 1 times
  update customer { points: 4 }
  after 1d
  expect send out.note(v: "silent", n: 0) 1 times
  expect send out.note(v: "ordered o1") 1 times
  expect send out.note(v: "asked", n: 4) 1 times
  after 1d
  expect exit over
}
"#,
    );
}

#[test]
fn loops_nest_and_run_other_journeys() {
    with_children(
        r#"
journey nested {
  entry manual
  repeat up to 2 times {
    repeat up to 3 times every 1d { send out.note(v: "inner") }
    run child(days: 1)
  }
  exit over
}
test "six and two" {
  journey nested
  at 2026-01-05T09:00Z
  enter ()
  after 2d
  expect send out.note(v: "inner") 3 times
  expect no send out.note(v: "child")
  after 1d
  expect send out.note(v: "child") 1 times
  expect send out.note(v: "inner") 4 times
  after 10d
  expect send out.note(v: "inner") 6 times
  expect send out.note(v: "child") 2 times
  expect exit over
}
"#,
    );
}

#[test]
fn who_is_paused_goes_on_at_the_end_of_the_pause() {
    with_children(
        r#"
journey parent {
  entry manual
  waiting: run child(days: 1) { exited finished { send out.note(v: "parent") } }
  exit done
}
test "not before" {
  journey parent
  at 2026-01-05T09:00Z
  enter ()
  pause
  after 2d
  expect send out.note(v: "child")
  expect at waiting
  expect no send out.note(v: "parent")
  resume
  expect send out.note(v: "parent") 1 times
  expect exit done
}
"#,
    );
}

#[test]
fn a_child_that_cannot_go_on_keeps_its_parent_waiting() {
    with_children(
        r#"
journey broken {
  entry manual
  send out.note(n: customer.points * 4611686018427387904)
  exit done
}
journey parent {
  entry manual
  exit over after 3d
  waiting: run broken()
  exit done
}
test "until its own exit criteria end it" {
  journey parent
  customer { points: 4 }
  at 2026-01-05T09:00Z
  enter ()
  after 2d
  expect at waiting
  after 1d
  expect exit over
}
"#,
    );
}

#[test]
fn a_journey_has_at_most_ten_thousand_tiles() {
    let loops: String = (0..3_333)
        .map(|n| format!("repeat up to 3 times {{ wait 1h send out.note(n: {n}) }}\n"))
        .collect();
    let journey = |more: &str| format!("journey big {{ entry manual\n{loops}{more}exit done }}");
    let workspace = Workspace::new(&[("schema.journey", SCHEMA), ("big.journey", &journey(""))]);
    let run = journeyc(workspace.path(), &["build", "-o", "big.jbc"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let workspace =
        Workspace::new(&[("schema.journey", SCHEMA), ("big.journey", &journey("wait 1h "))]);
    let run = journeyc(workspace.path(), &["check", "--format", "short"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("J0308") && run.stdout.contains("at most 10000 tiles"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_list_enters_a_journey_with_arguments_and_not_those_it_starts() {
    let journeys = format!(
        "{CHILDREN}
journey parent (note: text, days: int = 1) {{
  entry manual
  run child(days: days, note: note)
  exit done
}}
"
    );
    let workspace = Workspace::new(&[("schema.journey", SCHEMA), ("shop.journey", &journeys)]);
    workspace.write("events.ndjson", b"");
    workspace.write("list.csv", b"customer_id,note,days\na,hello,1\nb,hello,soon\nc,,1\n");
    let run = journeyc(
        workspace.path(),
        &[
            "simulate",
            ".",
            "--events",
            "events.ndjson",
            "--enter",
            "list.csv",
            "--at",
            "2026-01-05T09:00:00Z",
            "--until",
            "2026-01-09T00:00:00Z",
            "--journey",
            "parent",
        ],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = "\
3 rows read, 1 membership begun at 2026-01-05T09:00:00Z
  line 3: column `days` is \"soon\": an int is wanted
  line 4: column `note` is missing: a text is wanted
";
    assert!(run.stdout.contains(expected), "{}", run.stdout);
    assert!(run.stdout.contains("child"), "{}", run.stdout);
}
