//! One event, one profile.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use journey_intake::{
    Decoder, Event, MAX_ID, Named, Rules, Strangers, Unknown, check_id, read_csv,
};
use journey_vm::{Bits, Row};
use support::*;

const RECEIVED: Rules =
    Rules { received: Some(1_000), events: Strangers::Count, values: Strangers::Count };

const STRICT: Rules =
    Rules { received: None, events: Strangers::Reject, values: Strangers::Reject };

/// The event a text is, with its properties.
fn read(json: &str, rules: Rules) -> Result<Vec<(String, Const)>, String> {
    let mut row = Row::default();
    let mut decoder = Decoder::new(schema());
    let event = decoder.event(json, rules, &mut row).map_err(|reason| reason.to_string())?;
    let Named::Declared(event) = event.event else { return Ok(vec![]) };
    Ok(values(&row, &program().events[usize::from(event)].properties))
}

#[test]
fn an_event_is_read_whatever_the_order_of_its_fields() {
    let mut decoder = Decoder::new(schema());
    let mut row = Row::default();
    let orders = [
        r#"{"ts":"2026-12-01T09:00:00Z","customer_id":"a\"da","event":"Order Placed","properties":{"total":80,"items":[{"SKU":"x"}]},"id":"e\u0031"}"#,
        r#"{"properties":{"items":[{"SKU":"x","qty":null}],"total":8e1},"more":[{}],"id":"e1","event":"Order\u0020Placed","customer_id":"a\u0022da","ts":"2026-12-01T10:00:00+01:00"}"#,
    ];
    for order in orders {
        let event = decoder.event(order, Rules::default(), &mut row).unwrap();
        assert_eq!(
            event,
            Event {
                customer: "a\"da",
                event: Named::Declared(ORDER_PLACED),
                at: at("2026-12-01T09:00:00Z"),
                id: Some("e1"),
            }
        );
        let item = Const::Record(vec![text("x"), Const::Int(1)]);
        assert_eq!(
            values(&row, &program().events[0].properties),
            [
                ("total".to_owned(), Const::Number(80.0)),
                ("items".to_owned(), Const::List(vec![item])),
                ("currency".to_owned(), text("EUR")),
            ]
        );
    }
}

#[test]
fn an_event_without_a_time_takes_the_one_at_which_it_came() {
    let json = r#"{"customer_id":"ada","event":"signed_up"}"#;
    let mut decoder = Decoder::new(schema());
    let event = decoder.event(json, RECEIVED, &mut Row::default()).unwrap();
    assert_eq!((event.at, event.id), (1_000, None));
    // A log has to say it.
    assert_eq!(read(json, Rules::default()).unwrap_err(), "the field `ts` is missing");
    // One that cannot be read is not replaced.
    let json = r#"{"customer_id":"ada","event":"signed_up","ts":"yesterday"}"#;
    assert_eq!(
        read(json, RECEIVED).unwrap_err(),
        "the field `ts` is the text \"yesterday\": a time with its offset, such as \
         \"2026-12-01T09:00:30Z\", is wanted"
    );
}

#[test]
fn what_is_not_declared_is_counted_or_a_reason_to_reject() {
    let stranger = r#"{"customer_id":"ada","event":"Cart Left","ts":"2026-12-01T09:00:00Z"}"#;
    let property = r#"{"customer_id":"ada","event":"Order Placed","ts":"2026-12-01T09:00:00Z","properties":{"total":1,"colour":"red"}}"#;
    let field = r#"{"customer_id":"ada","event":"Order Placed","ts":"2026-12-01T09:00:00Z","properties":{"total":1,"items":[{"SKU":"a","size":1}]}}"#;

    let mut decoder = Decoder::new(schema());
    let mut row = Row::default();
    for json in [stranger, property, property, field] {
        decoder.event(json, Rules::default(), &mut row).unwrap();
    }
    let event = decoder.event(stranger, Rules::default(), &mut row).unwrap();
    assert_eq!(event.event, Named::Undeclared("Cart Left"));
    let unknown = decoder.take_unknown(Unknown::default());
    assert_eq!(unknown.events.iter().collect::<Vec<_>>(), [("Cart Left", 2)]);
    assert_eq!(unknown.properties[0].iter().collect::<Vec<_>>(), [("colour", 2)]);
    assert_eq!((unknown.fields, unknown.values()), (1, 3));
    // Counting starts anew.
    decoder.event(property, Rules::default(), &mut row).unwrap();
    let unknown = decoder.take_unknown(unknown);
    assert_eq!((unknown.events.total(), unknown.values()), (0, 1));

    for (json, said) in [
        (stranger, "the event \"Cart Left\" is not declared"),
        (property, "property `colour` of event `Order Placed` is not declared"),
        (field, "property `items[0].size` of event `Order Placed` is not declared"),
    ] {
        // Also where the decoder has seen the same key before.
        for _ in 0..2 {
            let reason = decoder.event(json, STRICT, &mut row).unwrap_err();
            assert_eq!(reason.to_string(), said);
        }
    }
}

#[test]
fn a_reason_can_be_told_of_a_line_and_of_an_element() {
    let mut decoder = Decoder::new(schema());
    let mut told = |json: &str| {
        let reason = decoder.event(json, RECEIVED, &mut Row::default()).unwrap_err();
        (reason.to_string(), reason.of_element().to_string())
    };
    let (line, element) = told("{} {}");
    assert_eq!(line, "not JSON: the end of the line is wanted at column 4, not '{'");
    assert_eq!(element, "not JSON: the end of the element is wanted at column 4, not '{'");
    let (line, element) = told("{");
    assert_eq!(line, "not JSON: a key in quotes is wanted at column 2, but the line ends there");
    assert_eq!(
        element,
        "not JSON: a key in quotes is wanted at column 2, but the element ends there"
    );
    let (line, element) = told("{}");
    assert_eq!((line, element.as_str()), (element.clone(), "the field `customer_id` is missing"));
}

#[test]
fn a_profile_has_traits_and_audiences() {
    let mut decoder = Decoder::new(schema());
    let (mut row, mut audiences) = (Row::default(), Bits::default());
    let json = r#"{"audiences":["newsletter","vip"],"customer_id":"ada","traits":{"plan":"pro","firstName":null,"age":7}}"#;
    let customer = decoder.profile(json, Rules::default(), &mut row, &mut audiences).unwrap();
    assert_eq!(customer, "ada");
    assert_eq!(audiences.iter().collect::<Vec<_>>(), [1]);
    let traits = values(&row, &program().traits);
    assert_eq!(traits, [("plan".to_owned(), text("pro")), ("visits".to_owned(), Const::Int(0))]);
    let unknown = decoder.take_unknown(Unknown::default());
    let counted: Vec<_> = unknown.traits.iter().collect();
    assert_eq!(counted, [("audiences.vip", 1), ("age", 1)]);

    let mut refused = |json: &str, rules| {
        decoder.profile(json, rules, &mut row, &mut audiences).unwrap_err().to_string()
    };
    assert!(
        refused(r#"{"customer_id":"ada","audiences":["nameless"]}"#, Rules::default())
            .starts_with("`audiences` names `nameless`, whose members are computed")
    );
    assert_eq!(
        refused(r#"{"customer_id":"ada","traits":{"age":7}}"#, STRICT),
        "trait `age` is not declared"
    );
    assert_eq!(
        refused(r#"{"customer_id":"ada","traits":{"plan":"gold"}}"#, STRICT),
        "trait `plan` is the text \"gold\": one of \"free\", \"pro\" is wanted"
    );
    assert_eq!(
        refused(r#"{"customer_id":"","traits":{}}"#, STRICT),
        "the field `customer_id` is the text \"\": a text that is not empty is wanted"
    );
}

#[test]
fn an_id_of_a_customer_is_short_and_has_no_end_in_it() {
    let mut decoder = Decoder::new(schema());
    let mut said = |id: &str| {
        let json = format!(r#"{{"customer_id":"{id}","event":"signed_up"}}"#);
        let event = decoder.event(&json, RECEIVED, &mut Row::default());
        event.map(|event| event.customer.len()).map_err(|reason| reason.to_string())
    };
    assert_eq!(said(&"x".repeat(MAX_ID)), Ok(MAX_ID));
    let long = said(&"x".repeat(MAX_ID + 1)).unwrap_err();
    assert!(long.ends_with(": a text of at most 1024 bytes is wanted"), "{long}");
    assert_eq!(
        said(r"ann\u0000").unwrap_err(),
        r#"the field `customer_id` is the text "ann\u0000": a text without a NUL character is wanted"#
    );
    // An address may have one, too.
    assert_eq!(check_id("ann"), Ok(()));
    assert_eq!(
        check_id("").unwrap_err().to_string(),
        "the field `customer_id` is the text \"\": a text that is not empty is wanted"
    );
    let list = read_csv(b"customer_id\nann\0b\nada\n", &schema(), &[]).unwrap();
    assert_eq!(list.customers.len(), 1);
    assert_eq!(
        list.rejections[0].reason.to_string(),
        r#"column `customer_id` is "ann\0b": a text without a NUL character is wanted"#
    );
}
