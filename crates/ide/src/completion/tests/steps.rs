//! Tests speak of the journey that they are about.

use super::{at, exactly, first, item, labels, place};

/// A journey with something of everything, and a test of it.
fn test(step: &str) -> String {
    format!(
        "journey visit {{
  entry event cart_updated as cart
  exit bought on event order_placed
  goal sale on event order_placed within 7d
  pause_here: wait 45m
  split ab {{ 50% left {{ greet: send mail.bye(to: cart.id) }} 50% right {{}} }}
  hook: webhook post \"https://x.example/y\" {{
    body {{ a: 1, b: \"x\" }}
    ok as answer: {{ points: int }} {{ let points = answer.points exit done }}
  }}
  exit over
}}
test \"t\" {{
  journey visit
  at 2026-02-05T09:00Z
  {step}
}}
"
    )
}

#[test]
fn time_passes_by_what_the_journey_waits_for() {
    let found = at(&test("after $0"));
    for duration in ["45m", "1h", "1d"] {
        assert!(labels(&found).contains(&duration), "{:?}", labels(&found));
    }
    exactly(&test("after 4$0"), &["4m", "4h", "4d", "4w", "4s", "45m"][..5]);
    exactly(&test("at $0"), &["2026-02-05T09:00Z"]);
    exactly("test \"t\" { journey lesson at $0 }", &["2026-01-05T09:00Z"]);
    exactly(&test("expect at pause_here until $0"), &["2026-02-05T09:00Z"]);
}

#[test]
fn a_split_is_chosen_with_one_of_its_arms() {
    exactly(&test("choose $0"), &["ab"]);
    assert_eq!(item(&test("choose $0"), "ab").insert, "ab ${1:left}");
    exactly(&test("choose ab $0"), &["left", "right"]);
}

#[test]
fn an_expectation_begins_with_its_word_or_a_condition() {
    let found = at(&test("expect $0"));
    let words = ["exit", "at", "send", "webhook", "goal", "no", "not"];
    for word in words {
        assert!(place(&found, word) < words.len(), "{word} among {:?}", labels(&found));
    }
    assert_eq!(labels(&found).get(words.len()), Some(&"customer.subscribed"));
    assert!(!labels(&found).contains(&"mon"), "{:?}", labels(&found));
    exactly(&test("expect no $0"), &["send", "webhook", "goal"]);
    first(&test("expect customer.score > $0"), &["limit"]);
}

#[test]
fn names_of_the_journey_stand_where_they_are_expected() {
    exactly(&test("expect exit $0"), &["bought", "done", "over"]);
    exactly(&test("expect at $0"), &["pause_here", "greet", "hook"]);
    exactly(&test("expect goal $0"), &["sale"]);
    exactly(&test("expect no goal $0"), &["sale"]);
    exactly(&test("fail $0"), &["greet", "hook"]);
    exactly(&test("expect webhook $0"), &["greet", "hook"]);
    first(&test("expect send $0"), &["mail.bye"]);
}

#[test]
fn an_event_comes_with_what_it_must_have() {
    let placed = item(&test("event $0"), "order_placed");
    assert_eq!(placed.insert, "order_placed { id: \"$1\", paid: ${2:true} }$0");
    let given = item(&test("event $0 { id: \"x\" }"), "order_placed");
    assert_eq!(given.insert, "order_placed");
    assert_eq!(item("test \"t\" { journey lesson\n enter $0 }", "( … )").insert, "(level: $1)$0");
    first(&test("event order_placed { paid: $0 }"), &["false", "true"]);
    let found = at(&test("event order_placed { id: $0 }"));
    assert!(!labels(&found).contains(&"customer.id"), "what comes is written down");
}

#[test]
fn an_answer_and_a_call_are_made_of_their_parts() {
    assert_eq!(item(&test("respond hook $0"), "{ … }").insert, "{ points: ${1:1} }");
    exactly(&test("respond hook { $0 }"), &["points"]);
    exactly(&test("expect webhook hook { $0 }"), &["a", "b"]);
    first(&test("fail hook with $0"), &["503"]);
    first(&test("fail hook $0"), &["1 times"]);
    first(&test("expect send mail.bye $0"), &["1 times"]);
}
