//! What is offered can be accepted, and what nobody means does not stand first.

use super::{at, exactly, first, item, journey, labels, place};

const TIME: &[&str] = &["date", "time", "weekday", "hour", "day", "month", "year"];

#[test]
fn the_clock_has_the_parts_of_an_instant() {
    exactly(&journey("  branch { when now.$0 { exit x } }"), TIME);
    exactly(&journey("  let z = now.$0"), TIME);
    first(&journey("  let z = now.d$0"), &["date", "day"]);
    exactly(&journey("  let z = entered.$0"), TIME);
    exactly(&journey("  let z = (now - 1d).$0"), TIME);
    exactly("audience a = last(order_placed).at.$0", TIME);
    exactly("let start = 2026-01-05T09:00Z\nlet day = start.$0", TIME);
    exactly(&journey("  let z = now.date.$0"), &[]);
}

#[test]
fn a_journey_stands_only_where_it_is_called() {
    let run = |rest: &str| at(&journey(&format!("  run lesson(level: 1) {{\n    {rest}")));
    let arms = run("$0");
    assert_eq!(labels(&arms), ["else", "exited", "not_entered"]);
    let behind = run("exited hard $0");
    assert!(!labels(&behind).contains(&"lesson"), "{:?}", labels(&behind));
}

#[test]
fn a_definition_that_lacks_its_sign_gets_it_first() {
    for begun in ["let big $0", "audience rich $0", "audience rich \"Rich\" $0"] {
        exactly(begun, &["= …"]);
        assert_eq!(item(begun, "= …").insert, "= $0");
    }
    exactly(&journey("  let big $0"), &["= …"]);
    exactly("let big cust$0", &[]);
    exactly("event e { id $0", &[": …"]);
    exactly("event e { id \"ID\" $0", &[": …"]);
    exactly("destination d log { action a(to $0", &[": …"]);
}

#[test]
fn up_is_followed_by_to() {
    exactly(&journey("  repeat up $0"), &["to"]);
    exactly(&journey("  wait up $0"), &["to"]);
    exactly(&journey("  wait for event order_placed up $0"), &["to"]);
    let times = item(&journey("  repeat up $0"), "to");
    assert_eq!(times.insert, "to ${1:3} times$0");
    assert_eq!(item(&journey("  wait up $0"), "to").insert, "to ${1:3d}$0");
}

#[test]
fn an_arm_by_value_begins_with_a_value_and_goes_on_with_its_block() {
    let found = at(&journey("  branch customer.plan { $0"));
    let offered = labels(&found);
    assert!(offered.starts_with(&["\"free\"", "\"pro\"", "\"team\""]), "{offered:?}");
    assert!(!offered.contains(&"goal") && !offered.contains(&"webhook"), "{offered:?}");
    exactly(&journey("  branch customer.plan {\n    \"free\" $0"), &["{ … }"]);
    first(&journey("  branch customer.plan {\n    \"free\", $0"), &["\"free\"", "\"pro\""]);
    first(&journey("  branch customer.plan {\n    \"free\" { exit x }\n    $0\n  }"), &["\"pro\""]);
}

#[test]
fn an_action_has_the_parts_of_its_destination() {
    let body = |kind: &str| at(&format!("destination m{kind} {{ action a() {{ $0"));
    let http = body("");
    for part in ["get", "post", "header", "body", "timeout", "retry", "limit"] {
        assert!(labels(&http).contains(&part), "{part} among {:?}", labels(&http));
    }
    for part in ["from", "to", "subject", "text", "html", "reply_to"] {
        assert!(!labels(&http).contains(&part), "{part} among {:?}", labels(&http));
        assert!(labels(&body(" smtp")).contains(&part), "{part}");
    }
    for part in ["get", "post", "header", "body"] {
        assert!(!labels(&body(" smtp")).contains(&part), "{part}");
    }
    assert!(labels(&body(" smtp")).contains(&"retry"));
    assert_eq!(labels(&body(" log")), [""; 0]);
}

#[test]
fn a_member_of_an_enum_is_written_as_a_text_must_be() {
    let traits = "customer { odd: \"a\\\"b\" | \"c\\{d\" }\n";
    let of = |rest: &str| format!("{traits}{rest}");
    let offered = ["\"a\\\"b\"", "\"c\\{d\""];
    first(&of("audience a = customer.odd == $0"), &offered);
    first(&of("journey j { entry manual branch customer.odd { $0"), &offered);
    exactly(&of("audience a = customer.odd == \"$0\""), &["a\\\"b", "c\\{d"]);
    let begun = item(&of("audience a = $0"), "customer.odd == …");
    assert_eq!(begun.insert, "customer.odd == \"${1:a\\\\\"b}\"");
    let filled = item(&of("audience a = customer.odd in $0"), "[ … ]");
    assert_eq!(filled.insert, "[\"${1:a\\\\\"b}\"]");
}

#[test]
fn what_goes_on_stands_before_what_begins_something_else() {
    first(&journey("  branch { when count(order_placed $0"), &["where"]);
    first("policy p { quiet 21:00..08:00 hold $0", &["spread"]);
    first("policy p { cap 2 per 7d hold $0", &["up"]);
    first("destination d log { action note(x: text) $0", &["under"]);
    first("test \"t\" { journey lesson expect at first $0", &["until"]);
    let exit = at("journey j { entry manual exit late $0");
    assert!(place(&exit, "after") < place(&exit, "send"), "{:?}", labels(&exit));
    let test = "test \"t\" {\n  journey lesson\n  fail first with 503\n  $0\n}";
    let found = at(test);
    assert!(place(&found, "expect") < place(&found, "1 times"), "{:?}", labels(&found));
}

#[test]
fn a_range_is_what_a_time_of_day_is_looked_for_in() {
    first(&journey("  branch { when now.time in $0"), &["09:00..17:00"]);
    first(&journey("  branch { when now.time not in $0"), &["09:00..17:00"]);
    first(&journey("  branch { when now.weekday in $0"), &["mon..fri"]);
}
