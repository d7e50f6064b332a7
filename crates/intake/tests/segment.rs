//! What Segment's libraries send. The payloads in `payloads/` were recorded from `@segment/analytics-node`
//! 3.1.0 and `@segment/analytics-next` 1.84.3.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use journey_intake::segment::{
    Anonymous, Body, Endpoint, Ignored, Kind, Taken, Terms, Times, body,
};
use journey_intake::{Decoder, Limits, Strangers, Unknown};
use journey_vm::Row;
use support::*;

const LIMITS: Limits = Limits { elements: 100, bytes: 32 * 1024, depth: 64 };

/// The time at which everything comes.
const RECEIVED: &str = "2026-11-29T01:00:00Z";

/// The hour by which the clocks of those who send are behind.
const HOUR_BEHIND: &str = "2026-11-29T00:00:00Z";

fn open<'b>(path: &str, bytes: &'b [u8]) -> (Endpoint, Body<'b>) {
    let endpoint = Endpoint::of_path(path).unwrap();
    (endpoint, body(endpoint, bytes, LIMITS).unwrap())
}

/// What a body becomes, a line a message.
fn taken(path: &str, bytes: &[u8], terms: &Terms<'_>) -> Vec<String> {
    let (endpoint, body) = open(path, bytes);
    let kind = match endpoint {
        Endpoint::Message(kind) => Some(kind),
        Endpoint::Batch | Endpoint::Metrics => None,
    };
    let times = Times { received: at(RECEIVED), sent: body.sent };
    let (mut decoder, mut row) = (Decoder::new(schema()), Row::default());
    let program = program();
    let told = body.messages.map(|message| {
        let text = match message.text {
            Ok(text) => text,
            Err(reason) => return format!("! {}", reason.of_element()),
        };
        match decoder.message(kind, text, terms, times, &mut row) {
            Ok(Taken::Event { customer, event, at, id }) => {
                let event = &program.events[usize::from(event)];
                let values = values(&row, &event.properties);
                let values: Vec<_> =
                    values.iter().map(|(name, v)| format!("{name}={v:?}")).collect();
                let at = at - self::at(RECEIVED);
                let id = id.map_or("-", |id| id.split('-').next().unwrap());
                format!("{customer}: {} at {at} ms, {id}: {}", event.wire, values.join(" "))
            }
            Ok(Taken::Traits { customer, changes }) => format!("{customer}: {changes:?}"),
            Ok(Taken::Ignored(ignored)) => format!("ignored: {ignored}"),
            Err(reasons) => format!("! {}", support::told(&reasons).join("; ")),
        }
    });
    told.collect()
}

fn payload(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/payloads/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

#[test]
fn a_batch_of_the_library_for_servers() {
    let bytes = payload("node-batch.json");
    let (_, body) = open("batch", &bytes);
    assert_eq!(body.write_key.as_deref(), Some("wk_1"));
    assert_eq!(body.sent, Some(at("2026-11-29T00:13:27.467Z")));
    assert_eq!(
        taken("batch", &bytes, &Terms::default()),
        [
            "ada: [(0, Text(\"pro\")), (1, Text(\"Ada\")), (2, Int(3))]",
            // It was told to have happened two days and some hours later.
            "ada: Order Placed at 204392533 ms, node: total=Number(80.5) \
             items=List([Record([Text(\"a\"), Int(2)])]) currency=Text(\"EUR\")",
            "ignored: the event is not declared",
            "ada: Page Viewed at -57 ms, node: url=Text(\"https://x.test/\") name=Text(\"Home\") \
             category=Text(\"Docs\")",
            "ignored: no event is declared for a screen",
            "ignored: `group` is not supported",
            "ignored: `alias` is not supported",
        ]
    );
}

#[test]
fn messages_of_the_library_for_browsers() {
    let anonymous = "ffc6c3fe-4c77-4d27-8d5e-a04fcb86983f";
    assert_eq!(
        taken("p", &payload("browser-page.json"), &Terms::default()),
        [format!(
            "{anonymous}: Page Viewed at -127 ms, ajs: url=Text(\"https://shop.test/cart?x=1\") \
             name=Text(\"Cart\") category=Text(\"Docs\")"
        )]
    );
    assert_eq!(
        taken("t", &payload("browser-track.json"), &Terms::default()),
        // A date is no time.
        [
            "! property `placedAt` of event `Order Placed` is the text \"2026-12-01\": a time such as \
          \"2026-12-01T09:00:30Z\" is wanted"
        ]
    );
    assert_eq!(
        taken("i", &payload("browser-identify.json"), &Terms::default()),
        ["ada: [(0, Text(\"pro\")), (1, Text(\"Ada\"))]"]
    );
    let bytes = payload("browser-identify.json");
    assert_eq!(open("i", &bytes).1.write_key.as_deref(), Some("wk_2"));
}

#[test]
fn a_batch_of_the_library_for_browsers() {
    let bytes = payload("browser-batch.json");
    assert_eq!(open("b", &bytes).1.write_key.as_deref(), Some("wk_2"));
    let terms = Terms { anonymous: Anonymous::Ignore, page: None, ..Terms::default() };
    let taken = taken("b", &bytes, &terms);
    assert_eq!(
        taken,
        [
            "ignored: it has no `userId`",
            "ignored: it has no `userId`",
            "ada: [(0, Text(\"pro\")), (1, Text(\"Ada\"))]",
            "ignored: the event is not declared",
            "ignored: `group` is not supported",
            "ignored: `alias` is not supported",
        ]
    );
}

#[test]
fn what_the_browser_measures_of_itself_is_no_message() {
    let bytes =
        br#"{"series":[{"type":"Counter","metric":"analytics_js.invoke","value":1,"tags":{}}]}"#;
    assert!(taken("m", bytes, &Terms::default()).is_empty());
    for path in ["track", "page", "group", "import", "s", "a"] {
        assert!(Endpoint::of_path(path).is_some(), "{path}");
    }
    assert_eq!(Endpoint::of_path("delete"), None);
}

/// When a message happened, in milliseconds after it came.
fn happened(times: &str) -> i64 {
    let message = format!(r#"{{"userId":"ada","event":"signed_up"{times}}}"#);
    let times = Times { received: at(RECEIVED), sent: None };
    let (mut decoder, mut row) = (Decoder::new(schema()), Row::default());
    let terms = Terms::default();
    match decoder.message(Some(Kind::Track), &message, &terms, times, &mut row).unwrap() {
        Taken::Event { at, .. } => at - support::at(RECEIVED),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_time_is_corrected_by_the_clock_it_was_read_from() {
    let earlier = "2026-11-28T23:50:00Z";
    let ten_minutes = 600_000;
    // It left ten minutes after it happened, whatever that clock showed.
    let sent = format!(r#","timestamp":"{earlier}","sentAt":"{HOUR_BEHIND}""#);
    assert_eq!(happened(&sent), -ten_minutes);
    let sent = format!(r#","originalTimestamp":"{earlier}","sentAt":"{HOUR_BEHIND}""#);
    assert_eq!(happened(&sent), -ten_minutes);
    // Without a time of sending, or one that cannot be read, it is what it says.
    let said = -70 * 60_000;
    assert_eq!(happened(&format!(r#","timestamp":"{earlier}""#)), said);
    assert_eq!(happened(&format!(r#","timestamp":"{earlier}","sentAt":"now""#)), said);
    assert_eq!(happened(&format!(r#","timestamp":"{earlier}","sentAt":null"#)), said);
    // Who passed it on has corrected it.
    let passed = format!(
        r#","timestamp":"{earlier}","originalTimestamp":"2020-01-01T00:00:00Z","sentAt":"{HOUR_BEHIND}""#
    );
    assert_eq!(happened(&passed), said);
    assert_eq!(happened(""), 0);
    assert_eq!(happened(r#","timestamp":null"#), 0);
}

#[test]
fn each_message_of_a_batch_is_taken_or_rejected_by_itself() {
    let bytes = br#"{"batch":[
        {"type":"track","userId":7,"event":"signed_up","messageId":"m-1"},
        {"type":"track","event":"signed_up"},
        {"type":"track","userId":"ada","event":"signed_up","timestamp":"yesterday"},
        {"type":"track","userId":"ada"},
        {"type":"track","userId":"ada","event":"Order Placed","properties":{"total":"80"}},
        {"type":"identify","userId":"ada","traits":{"plan":"gold","Visits":true}},
        {"type":"boast","userId":"ada"},
        {"userId":"ada"},
        {"type":"track","userId":{},"event":"signed_up"},
        {"type":"track" "userId":"ada"},
        [],
        {"type":"identify","userId":"ada","traits":null},
        {"type":"track","userId":"a\u0000b","event":"signed_up"},
        {"type":"identify","userId":"","anonymousId":"x","traits":{"firstName":null,"shoe":44}}
    ],"sentAt":null}"#;
    assert_eq!(
        taken("batch", bytes, &Terms::default()),
        [
            "7: signed_up at 0 ms, m: ",
            "! the field `userId` is missing",
            "! the field `timestamp` is the text \"yesterday\": a time with its offset, such as \
             \"2026-12-01T09:00:30Z\", is wanted",
            "! the field `event` is missing",
            "! property `total` of event `Order Placed` is the text \"80\": a number is wanted",
            "! trait `plan` is the text \"gold\": one of \"free\", \"pro\" is wanted; trait `Visits` \
             is true: an int is wanted",
            "! the field `type` is the text \"boast\": one of \"track\", \"identify\", \"page\", \
             \"screen\", \"group\", \"alias\" is wanted",
            "! the field `type` is missing",
            "! the field `userId` is an object: a text is wanted",
            "! not JSON: `,` or `}` is wanted at column 17, not '\"'",
            "! the line is an array: an object is wanted",
            "ada: []",
            "! the field `userId` is the text \"a\\u0000b\": a text without a NUL character is wanted",
            "x: [(1, Unset)]",
        ]
    );
}

#[test]
fn an_event_that_is_not_declared_can_be_rejected_and_is_counted_otherwise() {
    let message = r#"{"userId":"ada","event":"Cart Left","properties":{"x":1}}"#;
    let times = Times { received: 0, sent: None };
    let mut decoder = Decoder::new(schema());
    let mut take = |terms: &Terms<'_>| {
        decoder
            .message(Some(Kind::Track), message, terms, times, &mut Row::default())
            .map_err(|reasons| told(&reasons))
            .map(|taken| matches!(taken, Taken::Ignored(Ignored::Undeclared)))
    };
    assert_eq!(take(&Terms::default()), Ok(true));
    let strict = Terms { events: Strangers::Reject, ..Terms::default() };
    assert_eq!(take(&strict), Err(vec!["the event \"Cart Left\" is not declared".to_owned()]));
    let unknown = decoder.take_unknown(Unknown::default());
    assert_eq!(unknown.events.iter().collect::<Vec<_>>(), [("Cart Left", 1)]);
}

#[test]
fn what_a_page_is_called_is_among_its_properties_once() {
    let page = |more: &str| {
        let message = format!(r#"{{"userId":"ada"{more}}}"#);
        let taken = taken("page", message.as_bytes(), &Terms::default()).remove(0);
        taken.split(": ").nth(2).unwrap_or_default().to_owned()
    };
    assert_eq!(page(""), "");
    assert_eq!(page(r#","name":"Home""#), "name=Text(\"Home\")");
    assert_eq!(
        page(r#","name":"A \"b\"","category":"Docs","properties": { } "#),
        "name=Text(\"A \\\"b\\\"\") category=Text(\"Docs\")"
    );
    assert_eq!(
        page(r#","name":"Home","properties":{"n\u0061me":"Other","url":"/"}"#),
        "url=Text(\"/\") name=Text(\"Other\")"
    );
    assert_eq!(page(r#","name":null,"category":7"#), "");
}

#[test]
fn a_body_that_is_none_is_refused_as_a_whole() {
    let refused = |bytes: &[u8]| body(Endpoint::Batch, bytes, LIMITS).unwrap_err().to_string();
    assert_eq!(refused(b"[]"), "the body is not JSON: an object is wanted at byte 1");
    assert_eq!(refused(b"{}"), "the field `batch` is missing");
    assert_eq!(refused(b"{\"batch\":{}}"), "the field `batch` is an object: an array is wanted");
    assert_eq!(refused(b"{\"batch\":[]"), "the body is not JSON: `,` or `}` is wanted at byte 12");
    assert_eq!(refused(b"{\"batch\" []}"), "the body is not JSON: `:` is wanted at byte 10");
    // Of a message alone it is told when it is read.
    assert_eq!(
        taken("track", b"{\"userId\":\"ada\"", &Terms::default()),
        ["! not JSON: `,` or `}` is wanted at column 16, but the line ends there"]
    );
}
