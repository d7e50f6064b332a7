//! Changes of traits, entries by hand, and names of audiences.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use journey_intake::{Brought, Decoder, Reason, Rules, Strangers, Unknown};
use support::*;

const STRICT: Rules =
    Rules { received: None, events: Strangers::Reject, values: Strangers::Reject };

fn traits(json: &str, rules: Rules) -> Result<Vec<(u16, Const)>, Vec<Reason>> {
    Decoder::new(schema()).traits(json, rules)
}

fn payload(journey: u16, json: &str, rules: Rules) -> Result<Brought, Vec<Reason>> {
    Decoder::new(schema()).payload(journey, json, rules)
}

#[test]
fn traits_that_are_given_change_and_null_takes_one_away() {
    let json = r#"{"plan":"pro","firstName":null,"tags":["a","b"],"birthday":"1970-01-02","extra":{"a": [1, 2]},
        "seen":"2026-01-01T10:00","cart":[{"SKU":"x"}],"Visits":3.0}"#;
    assert_eq!(
        traits(json, STRICT).unwrap(),
        [
            (0, text("pro")),
            (1, Const::Unset),
            (4, Const::List(vec![text("a"), text("b")])),
            (3, Const::Date(1)),
            (7, text(r#"{"a":[1,2]}"#)),
            // By the clocks of the workspace, which hang in Berlin.
            (5, Const::Time(at("2026-01-01T09:00:00Z"))),
            (6, Const::List(vec![Const::Record(vec![text("x"), Const::Int(1)])])),
            (2, Const::Int(3)),
        ]
    );
    assert_eq!(traits("{}", STRICT).unwrap(), []);
    // What has a default has it again.
    assert_eq!(traits(r#"{"Visits":null}"#, STRICT).unwrap(), [(2, Const::Unset)]);
}

#[test]
fn all_that_is_wrong_with_traits_is_told_trait_by_trait() {
    let json = r#"{"plan":"gold","age":7,"Visits":"3","firstName":"Ada","cart":[{"SKU":"x","qty":true}],"plan":"pro"}"#;
    let reasons = traits(json, STRICT).unwrap_err();
    assert_eq!(
        told(&reasons),
        [
            "trait `plan` is the text \"gold\": one of \"free\", \"pro\" is wanted",
            "trait `age` is not declared",
            "trait `Visits` is the text \"3\": an int is wanted",
            "trait `cart[0].qty` is true: an int is wanted",
            "trait `plan` stands twice",
        ]
    );
    let fields: Vec<_> = reasons.iter().map(|reason| reason.field().unwrap()).collect();
    assert_eq!(
        fields,
        ["traits.plan", "traits.age", "traits.Visits", "traits.cart[0].qty", "traits.plan"]
    );
    assert_eq!(reasons[1].code(), "undeclared");
}

#[test]
fn traits_that_are_not_declared_can_be_counted_instead() {
    let mut decoder = Decoder::new(schema());
    let json = r#"{"age":7,"plan":"pro","cart":[{"SKU":"x","size":1}]}"#;
    assert_eq!(decoder.traits(json, Rules::default()).unwrap().len(), 2);
    let unknown = decoder.take_unknown(Unknown::default());
    assert_eq!(unknown.traits.iter().collect::<Vec<_>>(), [("age", 1)]);
    assert_eq!(unknown.fields, 1);
}

#[test]
fn what_is_no_object_of_traits_is_one_reason() {
    let said = |json: &str| told(&traits(json, STRICT).unwrap_err());
    assert_eq!(said("[]"), ["the object of traits is an array: an object is wanted"]);
    assert_eq!(
        said(r#"{"plan":"gold","Visits":}"#),
        ["not JSON: a value is wanted at column 25, not '}'"]
    );
    assert_eq!(
        said(r#"{"plan":"pro"} 1"#),
        ["not JSON: the end of the line is wanted at column 16, not '1'"]
    );
}

#[test]
fn a_payload_has_the_parameters_of_a_journey() {
    let brought = payload(NUDGE, r#"{"points":null,"tags":["x"],"reason":"weekend"}"#, STRICT);
    let tags = Const::List(vec![text("x")]);
    let args = vec![(0, text("weekend")), (2, tags)];
    assert_eq!(brought.unwrap(), Brought { args, event: None });

    let reasons = payload(NUDGE, r#"{"points":"many","colour":1,"tags":[1]}"#, STRICT).unwrap_err();
    assert_eq!(
        told(&reasons),
        [
            "parameter `points` is the text \"many\": an int is wanted",
            "parameter `tags[0]` is the number 1: a text is wanted",
            "parameter `colour` is not declared",
            "parameter `reason` is missing: a text is wanted",
        ]
    );
    assert_eq!(reasons[3].field().unwrap(), "payload.reason");
}

#[test]
fn a_journey_that_an_event_enters_gets_its_properties_too() {
    let json = r#"{"note":"hello","total":80,"items":[{"SKU":"a","qty":2}]}"#;
    let brought = payload(THANKS, json, STRICT).unwrap();
    assert_eq!(brought.args, [(0, text("hello"))]);
    let item = Const::Record(vec![text("a"), Const::Int(2)]);
    assert_eq!(
        values(&brought.event.unwrap(), &program().events[0].properties),
        [
            ("total".to_owned(), Const::Number(80.0)),
            ("items".to_owned(), Const::List(vec![item])),
            ("currency".to_owned(), text("EUR")),
        ]
    );
    let reasons = payload(THANKS, r#"{"note":1}"#, STRICT).unwrap_err();
    assert_eq!(
        told(&reasons),
        [
            "parameter `note` is the number 1: a text is wanted",
            "property `total` of event `Order Placed` is missing: a number is wanted",
        ]
    );
}

#[test]
fn an_entry_names_the_customer_and_brings_a_payload() {
    let mut decoder = Decoder::new(schema());
    let json = r#"{"payload":{"reason":"weekend"},"customer_id":"a\u0064a"}"#;
    let (customer, brought) = decoder.entry(NUDGE, json, STRICT).unwrap();
    assert_eq!((customer, brought.args), ("ada", vec![(0, text("weekend"))]));
    let mut said = |json: &str| told(&decoder.entry(NUDGE, json, STRICT).unwrap_err());
    assert_eq!(said(r#"{"payload":{"reason":"x"}}"#), ["the field `customer_id` is missing"]);
    assert_eq!(
        said(r#"{"customer_id":"ada"}"#),
        ["parameter `reason` is missing: a text is wanted"]
    );
    assert_eq!(
        said(r#"{"customer_id":"ada","payload":[]}"#),
        ["the field `payload` is an array: an object is wanted"]
    );
}

#[test]
fn an_audience_is_found_by_its_name_unless_it_is_computed() {
    let schema = schema();
    assert_eq!(schema.audience("newsletter"), Ok(1));
    let unknown = schema.audience("vip").unwrap_err();
    assert_eq!(
        (unknown.code(), unknown.to_string().as_str()),
        ("unknown_audience", "there is no audience `vip`")
    );
    let computed = schema.audience("nameless").unwrap_err();
    assert_eq!(
        computed.to_string(),
        "the members of the audience `nameless` are computed from its definition: only those of \
         audiences without one can be given"
    );
}
