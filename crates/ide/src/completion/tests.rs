mod operands;
mod steps;
mod whole;

use super::{Completion, Completions, completions};
use crate::fixture::fixture;
use crate::place::edited;
use journey_base::Edit;

/// What the examples speak of.
const SHOP: &str = "\
//- schema.journey
customer {
  email: text?
  plan: \"free\" | \"pro\" | \"team\" = \"free\"
  score: int = 0
  subscribed: bool = false
  old: text? @deprecated(\"use email\")
}
/// Somebody put something into the cart.
event cart_updated { id: text total: number items: list<{ sku: text qty: int }> }
event order_placed { id: text paid: bool }
audience buyers
let limit = 25
policy calm { cap 2 per 7d skip }
destination mail log {
  /// Greets.
  action welcome(to: text, name: text? = unset, priority: int)
  action bye(to: text) under calm
}
journey lesson(level: int) {
  entry manual
  branch { when level > 1 { exit hard } else { exit easy } }
}
//- main.journey
";

fn at(rest: &str) -> Completions {
    let fixture = fixture(&format!("{SHOP}{rest}"));
    completions(&fixture.workspace, fixture.at)
}

fn labels(found: &Completions) -> Vec<&str> {
    found.items.iter().map(|item| &*item.label).collect()
}

/// The first few at the cursor.
#[track_caller]
fn first(rest: &str, wanted: &[&str]) {
    let found = at(rest);
    let labels = labels(&found);
    let shown = &labels[..labels.len().min(wanted.len().max(12))];
    assert!(labels.starts_with(wanted), "first come {shown:?}");
}

/// Where something stands in the list.
#[track_caller]
fn place(found: &Completions, label: &str) -> usize {
    let labels = labels(found);
    let place = labels.iter().position(|it| *it == label);
    place.unwrap_or_else(|| panic!("no {label} among {labels:?}"))
}

/// All at the cursor.
#[track_caller]
fn exactly(rest: &str, wanted: &[&str]) {
    let found = at(rest);
    let mut labels = labels(&found);
    labels.sort_unstable();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(labels, wanted);
}

#[track_caller]
fn item(rest: &str, label: &str) -> Completion {
    let found = at(rest);
    let labels: Vec<String> = found.items.iter().map(|it| it.label.clone()).collect();
    let item = found.items.into_iter().find(|it| it.label == label);
    item.unwrap_or_else(|| panic!("no {label} among {labels:?}"))
}

fn journey(body: &str) -> String {
    format!("journey j {{\n  entry event cart_updated as cart\n{body}\n}}\n")
}

#[test]
fn a_file_begins_with_declarations() {
    exactly(
        "$0",
        &["customer", "event", "audience", "let", "policy", "destination", "journey", "test"],
    );
}

#[test]
fn events_audiences_and_journeys_stand_where_they_are_named() {
    exactly("journey j { entry event $0 }", &["cart_updated", "order_placed"]);
    exactly("journey j { entry event cart_updated wait for event ord$0 }", &["order_placed"]);
    exactly("journey j { entry audience $0 }", &["buyers"]);
    exactly("journey j { entry manual add customer to $0 }", &["buyers"]);
    let run = item("journey j { entry manual run les$0 }", "lesson");
    assert_eq!((&*run.insert, &*run.detail), ("lesson(level: $1)$0", "(level: int)"));
    exactly("test \"t\" { journey les$0 }", &["lesson"]);
}

#[test]
fn an_entry_offers_its_kinds_and_the_header_its_clauses() {
    exactly("journey j { entry $0 }", &["event", "audience", "manual"]);
    exactly("journey j { reenter $0 }", &["never", "always", "later", "after"]);
    let found = at("journey j {\n  entry event cart_updated $0\n}");
    for word in ["as", "where", "for", "keyed", "reenter", "while", "goal", "wait", "send"] {
        assert!(labels(&found).contains(&word), "{word} among {:?}", labels(&found));
    }
    assert!(!labels(&found).contains(&"delivered"));
}

#[test]
fn a_condition_begins_with_what_is_true_or_false() {
    first(&journey("  branch { when $0 }"), &["customer.subscribed"]);
    let found = at(&journey("  branch { when $0 }"));
    let (first, rest) =
        labels(&found).into_iter().partition::<Vec<_>, _>(|it| place(&found, it) < 9);
    for condition in ["customer in buyers", "customer.email is set", "customer.score >= …"] {
        assert!(first.contains(&condition), "{condition} among {first:?}");
    }
    assert!(rest.contains(&"customer.id") && rest.contains(&"now"), "{rest:?}");
    let enumerated = item(&journey("  branch { when $0 }"), "customer.plan == …");
    assert_eq!(enumerated.insert, "customer.plan == \"${1:free}\"");
}

#[test]
fn what_is_deprecated_comes_last_and_says_so() {
    let found = at("audience a = customer.$0");
    let labels = labels(&found);
    assert_eq!(*labels.first().expect("there are traits"), "subscribed");
    let old = found.items.iter().find(|it| it.label == "old").expect("it is there");
    assert!(old.deprecated);
    assert!(!labels.contains(&"old == …"));
}

#[test]
fn behind_a_dot_stand_the_parts_of_what_is_before_it() {
    let wanted = ["at", "id", "items", "total"];
    exactly(&journey("  let x = cart.$0"), &wanted);
    exactly(&journey("  branch { when cart.$0 }"), &wanted);
    exactly(
        &journey("  let x = cart.at.$0"),
        &["date", "time", "weekday", "hour", "day", "month", "year"],
    );
    exactly(&journey("  let x = any(cart.items, it => it.$0)"), &["qty", "sku"]);
    exactly("audience a = last(order_placed).$0", &["at", "id", "paid"]);
    exactly(&journey("  send mail.$0"), &["welcome", "bye"]);
}

#[test]
fn an_action_is_written_with_what_it_needs() {
    let welcome = item(&journey("  send $0"), "mail.welcome");
    assert_eq!(welcome.insert, "mail.welcome(to: $1, priority: $2)$0");
    assert_eq!(welcome.documentation, "Greets.");
    exactly(&journey("  send mail.welcome($0)"), &["to:", "priority:", "name:"]);
    let given = at(&journey("  send mail.welcome(to: \"x\", $0)"));
    assert!(!labels(&given).contains(&"to:"), "{:?}", labels(&given));
    first(&journey("  send mail.welcome(to: $0)"), &["cart.id", "customer.id"]);
}

#[test]
fn a_branch_on_an_enum_offers_the_values_without_an_arm() {
    let body = "  branch customer.plan {\n    \"free\" { exit a }\n    $0\n  }";
    let found = at(&journey(body));
    let labels = labels(&found);
    assert!(labels.contains(&"\"pro\"") && labels.contains(&"\"team\""), "{labels:?}");
    let arm = found.items.iter().find(|it| it.label == "\"team\"" && it.snippet);
    assert_eq!(arm.expect("an arm").insert, "\"team\" {\n  $0\n}");
    assert!(!found.items.iter().any(|it| it.label == "\"free\"" && it.snippet));
}

#[test]
fn a_text_that_must_be_a_member_of_an_enum_offers_them() {
    exactly("audience a = customer.plan == \"$0\"", &["free", "pro", "team"]);
    exactly("audience a = customer.plan == \"p$0\"", &["pro"]);
    first("audience a = customer.plan == $0", &["\"free\"", "\"pro\"", "\"team\""]);
}

#[test]
fn a_time_zone_is_one_of_the_worlds() {
    let found = at("journey j {\n  entry manual\n  timezone \"Europe/Ber$0\"\n  exit a\n}");
    assert_eq!(labels(&found).first(), Some(&"Europe/Berlin"));
}

#[test]
fn a_duration_gets_its_unit() {
    first(&journey("  wait 3$0"), &["3m", "3h", "3d", "3w", "3s"]);
}

#[test]
fn history_asks_about_events() {
    exactly("audience a = count($0) > 1", &["cart_updated", "order_placed"]);
}

#[test]
fn arms_offer_what_is_missing() {
    let body = "  run lesson(level: 1) {\n    exited hard { exit a }\n    exited $0\n  }";
    first(&journey(body), &["easy", "hard"]);
    let send = at(&journey("  send mail.bye(to: \"x\") {\n    $0\n  }"));
    assert_eq!(labels(&send), ["delivered", "failed", "skipped"]);
}

#[test]
fn tests_know_the_journey_they_are_about() {
    let test = |step: &str| format!("test \"t\" {{\n  journey lesson\n  {step}\n}}\n");
    exactly(&test("expect exit $0"), &["easy", "hard"]);
    first(&test("enter($0)"), &["level:"]);
    first(&test("customer { $0 }"), &["email", "plan", "score", "subscribed", "old"]);
    first(&test("event order_placed { $0 }"), &["id", "paid"]);
    first(&test("event order_placed { id: \"x\", $0 }"), &["paid"]);
}

#[test]
fn types_policies_and_attributes() {
    let types = at("event e { x: $0 }");
    assert!(labels(&types).contains(&"timeofday") && labels(&types).contains(&"list"));
    exactly("destination d log { action a() under $0 }", &["calm"]);
    exactly("event e { x: text @$0 }", &["pii", "deprecated"]);
}

#[test]
fn comments_are_left_alone() {
    assert_eq!(at("// customer.$0").items, []);
    assert_eq!(at("/// cust$0\nevent e {}").items, []);
}

#[test]
fn a_new_name_is_the_authors() {
    assert_eq!(labels(&at("event $0")), [""; 0]);
    assert_eq!(labels(&at(&journey("  wait for event order_placed as $0"))), [""; 0]);
}

#[test]
fn every_plain_completion_of_a_keyword_is_understood_by_the_parser() {
    let rest = journey("  wait 1d\n  $0");
    let fixture = fixture(&format!("{SHOP}{rest}"));
    let text = fixture.text(fixture.at.file);
    let found = completions(&fixture.workspace, fixture.at);
    assert!(found.items.len() > 8, "{:?}", labels(&found));
    for item in &found.items {
        let edit = Edit { file: fixture.at.file, range: found.replace, text: item.label.clone() };
        let after = edited(&text, [edit].iter());
        let end = found.replace.start + item.label.len() as u32;
        let errors = journey_syntax::parse(&after).errors;
        let inside =
            errors.iter().find(|it| it.range.start < end && found.replace.start < it.range.end);
        assert_eq!(inside, None, "{}", item.label);
    }
}

#[test]
fn what_has_arguments_already_gets_no_more() {
    let count = item("audience a = cou$0(order_placed) > 1", "count");
    assert_eq!((&*count.insert, count.snippet), ("count", false));
    let bye = item(&journey("  send mail.by$0(to: \"x\")"), "bye");
    assert_eq!((&*bye.insert, bye.snippet), ("bye", false));
}

#[test]
fn behind_is_stand_set_and_unset() {
    exactly("audience a = customer.email is $0", &["set", "unset"]);
}

#[test]
fn a_question_to_the_history_says_how_far_back_it_looks() {
    exactly("audience a = count(order_placed, $0) > 1", &["since:", "within:"]);
}

#[test]
fn a_new_line_begins_a_tile_and_does_not_go_on_with_the_last_one() {
    let found = at(&journey("  wait 1d\n  $0"));
    let labels = labels(&found);
    let place = |word: &str| labels.iter().position(|it| *it == word);
    assert!(place("send") < place("and") && place("exit") < place("or"), "{labels:?}");
}
