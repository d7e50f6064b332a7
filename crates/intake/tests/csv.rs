//! Lists of customers as CSV.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use journey_intake::{List, ListError, read_csv};
use support::*;

fn entering(bytes: &[u8], journeys: &[u16]) -> Result<List, ListError> {
    read_csv(bytes, &schema(), journeys)
}

fn list(bytes: &[u8]) -> List {
    entering(bytes, &[]).unwrap()
}

fn rejected(list: &List) -> Vec<String> {
    list.rejections.iter().map(|r| format!("{}: {}", r.line, r.reason)).collect()
}

#[test]
fn columns_are_arguments_and_a_row_that_does_not_fit_is_named() {
    let bytes = b"customer_id,reason,points,tags,colour\n\
        a,weekend,5,\"[\"\"x\"\"]\",red\n\
        b,weekend,,,\n\
        c,,3,,\n\
        d,weekend,many,,\n\
        e,weekend,3.5,,\n\
        f,weekend,1,x,\n";
    let list = entering(bytes, &[NUDGE]).unwrap();
    let brought = |at: usize| list.customers[at].brings[0].clone().unwrap().args;
    let tags = Const::List(vec![text("x")]);
    assert_eq!(brought(0), [(0, text("weekend")), (1, Const::Int(5)), (2, tags)]);
    assert_eq!(brought(1), [(0, text("weekend"))]);
    assert_eq!(list.customers.len(), 2);
    assert_eq!(list.ignored, ["colour"]);
    assert_eq!(
        rejected(&list),
        [
            "4: column `reason` is missing: a text is wanted",
            "5: column `points` is \"many\": an int is wanted",
            "6: column `points` is \"3.5\": an int is wanted",
            "7: column `tags` is \"x\": an array is wanted",
        ]
    );
}

#[test]
fn a_journey_that_an_event_enters_takes_its_properties_from_the_columns() {
    let bytes = b"customer_id,total,note,placedAt\nada,80.5,hello,2026-01-01T10:00:00\n";
    let list = entering(bytes, &[THANKS]).unwrap();
    let brought = list.customers[0].brings[0].as_ref().unwrap();
    assert_eq!(brought.args, [(0, text("hello"))]);
    let program = program();
    let row = brought.event.as_ref().unwrap();
    assert_eq!(
        values(row, &program.events[0].properties),
        [
            ("total".to_owned(), Const::Number(80.5)),
            ("currency".to_owned(), text("EUR")),
            // Without an offset by the clocks of the workspace, which hang in Berlin.
            ("at".to_owned(), Const::Time(at("2026-01-01T09:00:00Z"))),
        ]
    );
}

#[test]
fn a_list_without_a_column_that_a_journey_needs_is_refused_as_a_whole() {
    let error = entering(b"customer_id,points\n1,2\n", &[NUDGE]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no column `reason`, which the journey `nudge` takes; the columns are: \
         `customer_id`, `points`"
    );
}

#[test]
fn a_bad_row_does_not_stop_the_rest() {
    let bytes = b"\xEF\xBB\xBFname,customer_id\r\nAda,c1\r\nBob\r\n,\r\n\"Eve \"\"E\"\"\",\"c,2\"\r\n\xFF,\xFF\r\nMax,c1\r\n";
    let list = list(bytes);
    let ids: Vec<_> = list.customers.iter().map(|c| (c.line, &*c.id)).collect();
    assert_eq!(ids, [(2, "c1"), (5, "c,2"), (7, "c1")]);
    assert_eq!(
        rejected(&list),
        [
            "3: the field `customer_id` is missing",
            "4: the field `customer_id` is missing",
            "6: byte 1 of the line is not UTF-8",
        ]
    );
    assert_eq!(list.ignored, ["name"]);
}

#[test]
fn a_quote_that_is_never_closed_makes_no_customer_of_the_rows_behind_it() {
    let list = list(b"customer_id\n1\n\"2\n3\n4\n");
    assert_eq!(list.customers.iter().map(|c| &*c.id).collect::<Vec<_>>(), ["1"]);
    assert_eq!(rejected(&list), ["3: not CSV: a quote is opened here and not closed on the line"]);
}

#[test]
fn a_list_without_the_column_names_those_it_has() {
    let error = entering(b"id,name\n1,Ada\n", &[]).unwrap_err();
    let said = "there is no column `customer_id`; the columns are: `id`, `name`";
    assert_eq!(error.to_string(), said);
}
