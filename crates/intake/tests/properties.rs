//! What holds for whatever comes in.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod support;

use journey_intake::segment::{self, Endpoint, Terms, Times};
use journey_intake::{
    Decoder, Elements, Event, Form, Limits, Named, Reason, Rules, Strangers, read_csv, read_lines,
    read_value, write_row, write_value, write_values,
};
use journey_time::Tz;
use journey_vm::{Bits, Row};
use proptest::collection::vec;
use proptest::prelude::*;
use support::*;

const LIMITS: Limits = Limits { elements: 20, bytes: 300, depth: 8 };

/// Objects that are right, to be damaged.
const RIGHT: &[&str] = &[
    r#"{"ts":"2026-12-01T09:00:00Z","customer_id":"ada","event":"Order Placed","properties":{"total":80.5,"items":[{"SKU":"a\u0301","qty":2}],"colour":null},"id":"e1"}"#,
    r#"{"properties":{"url":"\ud83d\ude00"},"event":"Page Viewed","customer_id":"b\"ob"}"#,
    r#"{"customer_id":"ada","traits":{"plan":"pro","Visits":3,"seen":"2026-01-01T00:00Z"},"audiences":["newsletter"]}"#,
    r#"{"customer_id":"ada","payload":{"reason":"weekend","points":2,"tags":["x"],"total":1}}"#,
    r#"{"plan":"free","firstName":null,"cart":[{"SKU":"x","qty":1}],"extra":{"a": [1]}}"#,
    r#"{"batch":[{"type":"track","userId":"ada","event":"signed_up","timestamp":"2026-12-01T09:00:00Z"},{"type":"identify","anonymousId":"x","traits":{"plan":"pro"}},{"type":"page","userId":1,"name":"Home"}],"sentAt":"2026-12-01T09:00:00Z","writeKey":"w"}"#,
    r#"{"userId":"ada","event":"Order Placed","properties":{"total":1},"originalTimestamp":"2026-12-01T09:00:00Z","timestamp":"2026-12-01T09:00:00Z"}"#,
    "customer_id,reason,points,total\nada,weekend,2,1\n\"b\"\"ob\",,many,\n",
];

/// A change somewhere in a text: a byte replaced, put in, taken out.
type Change = (usize, u8, u8);

fn damaged(text: &str, changes: &[Change]) -> Vec<u8> {
    let pieces = b"{}[],:\"\\0123456789.eE+-truefalsn u/\n\xC3\xFF";
    let mut bytes = text.as_bytes().to_vec();
    for (at, what, byte) in changes {
        let at = at % bytes.len().max(1);
        let byte = pieces[usize::from(*byte) % pieces.len()];
        match what % 3 {
            0 if at < bytes.len() => bytes[at] = byte,
            1 if at < bytes.len() => drop(bytes.remove(at)),
            _ => bytes.insert(at, byte),
        }
    }
    bytes
}

/// Bytes that are nearly right, several of them side by side, or no matter what.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let change = (0..400usize, any::<u8>(), any::<u8>());
    let one = (0..RIGHT.len(), vec(change, 0..4))
        .prop_map(|(which, changes)| damaged(RIGHT[which], &changes));
    let lines = vec(one.clone(), 1..5).prop_map(|lines| lines.join(&b'\n'));
    let array = vec(one.clone(), 0..5).prop_map(|items| {
        let mut body = b"[".to_vec();
        body.extend(items.join(&b','));
        body.push(b']');
        body
    });
    prop_oneof![one, lines, array, vec(any::<u8>(), 0..300)]
}

fn rules() -> impl Strategy<Value = Rules> {
    let strangers = prop_oneof![Just(Strangers::Count), Just(Strangers::Reject)];
    let received = prop_oneof![Just(None), any::<i64>().prop_map(Some)];
    (received, strangers.clone(), strangers).prop_map(|(received, events, values)| Rules {
        received,
        events,
        values,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_comes_in_there_is_an_answer(bytes in bytes(), rules in rules()) {
        let schema = schema();
        let mut decoder = Decoder::new(schema.clone());
        let (mut row, mut bits) = (Row::default(), Bits::default());
        let terms = Terms { events: rules.events, values: rules.values, ..Terms::default() };
        let times = Times { received: rules.received.unwrap_or(0), sent: Some(i64::MIN) };
        for form in [Form::One, Form::Array, Form::Lines] {
            let elements = Elements::new(&bytes, form, LIMITS);
            prop_assert!(elements.clone().count() <= LIMITS.elements + 1);
            for text in elements.filter_map(|element| element.text.ok()) {
                // Whatever is taken has what the schema requires.
                if let Ok(Event { event: Named::Declared(ORDER_PLACED), .. }) =
                    decoder.event(text, rules, &mut row)
                {
                    prop_assert!(row.is_set(0), "{text}");
                }
                let _ = decoder.profile(text, rules, &mut row, &mut bits);
                let _ = decoder.traits(text, rules).map_err(|reasons| told(&reasons));
                for journey in [NUDGE, THANKS, 7] {
                    let _ = decoder.payload(journey, text, rules);
                    let _ = decoder.entry(journey, text, rules);
                }
                let _ = decoder.message(None, text, &terms, times, &mut row);
                let _ = read_value(text, &items(), Tz::UTC);
            }
        }
        for path in ["t", "i", "p", "b", "m"] {
            let endpoint = Endpoint::of_path(path).unwrap();
            let Ok(body) = segment::body(endpoint, &bytes, LIMITS) else { continue };
            for text in body.messages.filter_map(|message| message.text.ok()) {
                let kind = match endpoint {
                    Endpoint::Message(kind) => Some(kind),
                    _ => None,
                };
                let _ = decoder.message(kind, text, &terms, times, &mut row);
            }
        }
        for journeys in [&[][..], &[NUDGE], &[NUDGE, THANKS]] {
            let _ = read_csv(&bytes, &schema, journeys);
            let _ = read_lines(&bytes, &schema, journeys, LIMITS);
        }
    }

    /// A decoder remembers shapes, and must not be led astray by them.
    #[test]
    fn what_a_decoder_saw_before_changes_nothing(lines in vec(bytes(), 1..6), rules in rules()) {
        let schema = schema();
        let mut old = Decoder::new(schema.clone());
        let read = |decoder: &mut Decoder, text: &str| {
            let (mut row, mut bits) = (Row::default(), Bits::default());
            let event = decoder.event(text, rules, &mut row);
            let event = event.map(|event| (format!("{event:?}"), format!("{row:?}")));
            let profile = decoder.profile(text, rules, &mut row, &mut bits).map(str::to_owned);
            let traits = decoder.traits(text, rules);
            (event, profile, traits, decoder.payload(THANKS, text, rules))
        };
        for line in lines {
            for element in Elements::new(&line, Form::Lines, LIMITS) {
                let Ok(text) = element.text else { continue };
                let mut fresh = Decoder::new(schema.clone());
                prop_assert_eq!(read(&mut old, text), read(&mut fresh, text));
            }
        }
    }

    /// Each element of an array comes out as it went in, and as it would stand on a line.
    #[test]
    fn an_array_and_lines_have_the_same_elements(which in vec(0..7usize, 0..8), blanks in "[ \t\n]{0,3}") {
        let texts: Vec<&str> = which.iter().map(|which| RIGHT[*which]).collect();
        let wide = Limits { elements: 100, bytes: 10_000, depth: 64 };
        let cut = |body: &str, form| {
            let elements = Elements::new(body.as_bytes(), form, wide);
            elements.map(|element| element.text.unwrap().to_owned()).collect::<Vec<_>>()
        };
        let array = format!("{blanks}[{blanks}{}{blanks}]{blanks}", texts.join(&format!("{blanks},{blanks}")));
        prop_assert_eq!(Form::of_json(array.as_bytes()), Form::Array);
        prop_assert_eq!(cut(&array, Form::Array), texts.clone());
        prop_assert_eq!(cut(&texts.join("\n"), Form::Lines), texts);
    }

    #[test]
    fn a_value_that_is_written_reads_back((ty, value) in typed()) {
        let mut json = String::new();
        write_value(&mut json, &ty, &value);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
        prop_assert_eq!(read_value(&json, &ty, Tz::UTC), Ok(value), "{}", json);
    }
}

/// A value with its type.
fn typed() -> impl Strategy<Value = (Type, Const)> {
    any_type().prop_flat_map(|ty| {
        let value = value_of(&ty);
        (Just(ty), value)
    })
}

fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::Bool),
        Just(Type::Int),
        Just(Type::Number),
        Just(Type::Text),
        Just(Type::Enum(vec!["free".into(), "p\"ro".into()])),
        Just(Type::Time),
        Just(Type::Date),
        Just(Type::TimeOfDay),
        Just(Type::Weekday),
        Just(Type::Duration),
        Just(Type::Json),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|ty| Type::List(Box::new(ty))),
            vec(inner, 1..4).prop_map(|types| {
                let field = |(number, ty): (usize, Type)| FieldType {
                    name: format!("f{number}"),
                    wire: format!("Field \"{number}\""),
                    ty,
                    optional: true,
                    default: None,
                };
                Type::Record(types.into_iter().enumerate().map(field).collect())
            }),
        ]
    })
}

fn value_of(ty: &Type) -> BoxedStrategy<Const> {
    // The years that have four digits.
    let days = -719_162..2_932_896i32;
    match ty {
        Type::Bool => any::<bool>().prop_map(Const::Bool).boxed(),
        Type::Int => any::<i64>().prop_map(Const::Int).boxed(),
        Type::Number => {
            any::<f64>().prop_filter("finite", |v| v.is_finite()).prop_map(Const::Number).boxed()
        }
        Type::Text => any::<String>().prop_map(Const::Text).boxed(),
        Type::Enum(members) => {
            proptest::sample::select(members.clone()).prop_map(Const::Text).boxed()
        }
        Type::Time => {
            (days, 0..DAY).prop_map(|(day, rest)| Const::Time(i64::from(day) * DAY + rest)).boxed()
        }
        Type::Date => days.prop_map(Const::Date).boxed(),
        Type::TimeOfDay => (0..86_400_000).prop_map(Const::TimeOfDay).boxed(),
        Type::Weekday => (0..7u8).prop_map(Const::Weekday).boxed(),
        Type::Duration => any::<i32>().prop_map(|v| Const::Duration(i64::from(v) * 7)).boxed(),
        Type::Json => proptest::sample::select(vec![r#"{"a":[1,"b c"]}"#, "[]", "7", "\"x\""])
            .prop_map(text)
            .boxed(),
        Type::List(item) => vec(value_of(item), 0..3).prop_map(Const::List).boxed(),
        Type::Record(fields) => {
            let maybe = |field: &FieldType| {
                prop_oneof![1 => Just(Const::Unset), 3 => value_of(&field.ty)].boxed()
            };
            fields.iter().map(maybe).collect::<Vec<_>>().prop_map(Const::Record).boxed()
        }
    }
}

#[test]
fn what_was_read_is_shown_by_the_same_names() {
    let mut decoder = Decoder::new(schema());
    let mut row = Row::default();
    let json = r#"{"customer_id":"ada","event":"Order Placed","properties":{"total":80,"items":[{"SKU":"a"}],"placedAt":"2026-01-01T10:00"}}"#;
    decoder.event(json, Rules { received: Some(0), ..Rules::default() }, &mut row).unwrap();
    let mut out = String::new();
    write_row(&mut out, &program().events[0].properties, &row);
    assert_eq!(
        out,
        r#"{"total":80,"items":[{"SKU":"a","qty":1}],"currency":"EUR","placedAt":"2026-01-01T09:00:00Z"}"#
    );
    let changes = decoder.traits(r#"{"Visits":3,"firstName":null}"#, Rules::default()).unwrap();
    let mut out = String::new();
    write_values(&mut out, &program().traits, &changes);
    assert_eq!(out, r#"{"Visits":3,"firstName":null}"#);
    let reason: Result<Const, Reason> = read_value("null", &Type::Int, Tz::UTC);
    assert_eq!(reason.unwrap_err().to_string(), "the value is null: an int is wanted");
}
