//! Lists of customers as NDJSON.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use journey_intake::{Limits, List, read_csv, read_lines};
use support::*;

const WIDE: Limits = Limits { elements: 100, bytes: 200, depth: 64 };

fn list(text: &str, journeys: &[u16]) -> List {
    read_lines(text.as_bytes(), &schema(), journeys, WIDE)
}

#[test]
fn a_bad_line_is_told_with_all_that_is_wrong_and_does_not_stop_the_rest() {
    let long = format!("{{\"customer_id\":\"{}\"}}", "x".repeat(300));
    let text = format!(
        "{}\n\n{}\n{}\nnope\n{long}\n{}\n",
        r#"{"customer_id":"ada","payload":{"reason":"weekend","colour":"red"}}"#,
        r#"{"customer_id":"bob","payload":{"points":"many"}}"#,
        r#"{"payload":{"reason":"weekend"}}"#,
        r#"{"customer_id":"eve","payload":{"reason":"x","points":2}}"#,
    );
    let list = list(&text, &[NUDGE]);
    assert_eq!(list.rows, 6);
    let customers: Vec<_> = list.customers.iter().map(|guest| (guest.line, &*guest.id)).collect();
    assert_eq!(customers, [(1, "ada"), (7, "eve")]);
    let bad: Vec<_> = list.rejections.iter().map(|r| format!("{}: {}", r.line, r.reason)).collect();
    assert_eq!(
        bad,
        [
            "3: parameter `points` is the text \"many\": an int is wanted",
            "3: parameter `reason` is missing: a text is wanted",
            "4: the field `customer_id` is missing",
            "5: not JSON: an object is wanted at column 1, not 'n'",
            "6: the line is longer than 200 bytes",
        ]
    );
    assert_eq!(list.rejections[3].text, "nope");
    assert_eq!(list.ignored, ["colour"]);
}

#[test]
fn a_list_says_the_same_as_csv_and_as_lines() {
    let csv = "customer_id,reason,points,note,total\nada,weekend,5,hi,80\nbob,,x,,1\n";
    let lines = concat!(
        r#"{"customer_id":"ada","payload":{"reason":"weekend","points":5,"note":"hi","total":80}}"#,
        "\n",
        r#"{"customer_id":"bob","payload":{"points":"x","total":1}}"#
    );
    let journeys = [NUDGE, THANKS];
    let csv = read_csv(csv.as_bytes(), &schema(), &journeys).unwrap();
    let lines = list(lines, &journeys);
    let guests = |list: &List| {
        let guests = list.customers.iter();
        guests.map(|guest| (guest.id.clone(), guest.brings.clone())).collect::<Vec<_>>()
    };
    assert_eq!(guests(&csv), guests(&lines));
    // Bob's row fits one of the two.
    assert_eq!(
        csv.customers[1].brings.iter().map(Option::is_some).collect::<Vec<_>>(),
        [false, true]
    );
}

#[test]
fn a_list_that_is_too_long_says_where_it_was_left() {
    let limits = Limits { elements: 2, ..WIDE };
    let text = "{\"customer_id\":\"a\"}\n".repeat(4);
    let list = read_lines(text.as_bytes(), &schema(), &[], limits);
    assert_eq!((list.rows, list.customers.len(), list.rejections.len()), (2, 2, 1));
    assert_eq!(list.rejections[0].line, 3);
    assert_eq!(list.rejections[0].reason.to_string(), "there are more than 2 elements");
}
