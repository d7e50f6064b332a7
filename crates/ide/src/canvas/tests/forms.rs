use super::edits::done;
use crate::canvas::{Form, Op, TileRef, form};
use crate::fixture::fixture;

const TEXT: &str = "\
customer { plan: \"free\" | \"pro\" = \"free\" email: text? }
event paid { total: number }
destination mail log {
  action email(to: text, style: \"plain\" | \"rich\" = \"plain\", note: text?)
}
journey j {
  entry manual
  /// A greeting.
  hello: send mail.email(to: \"a\", note: \"b\") as m
  answer: wait up to 3d {
    on event paid as first where first.total > 3 { exit bought }
    timeout {}
  }
  update customer { plan: \"pro\" }
  exit done
}
";

fn form_of(key: &str) -> Form {
    let fixture = fixture(TEXT);
    let tile = TileRef { journey: "j".to_owned(), key: key.to_owned() };
    form(&fixture.workspace, fixture.at.file, &tile).expect("a form")
}

fn shown(key: &str) -> Vec<String> {
    let shown = form_of(key).fields.into_iter().map(|field| {
        let mark = if field.optional { "?" } else { "" };
        format!("{}{mark} = {}", field.name, field.text.as_deref().unwrap_or("-"))
    });
    shown.collect()
}

fn set(tile: &str, field: &str, value: Option<&str>) -> Result<String, String> {
    let (tile, value) = (tile.to_owned(), value.map(str::to_owned));
    done(TEXT, &Op::SetField { tile, field: field.to_owned(), value, at: None })
}

#[test]
fn a_form_has_what_is_said_and_what_could_be() {
    assert_eq!(
        shown("hello"),
        [
            "doc? = A greeting.",
            "label? = hello",
            "action = mail.email",
            "arg.to = \"a\"",
            "arg.style? = -",
            "arg.note? = \"b\"",
            "as? = m",
        ]
    );
    assert_eq!(
        shown("answer"),
        [
            "doc? = -",
            "label? = answer",
            "upTo? = 3d",
            "arm.0.any? = -",
            "arm.0.event = paid",
            "arm.0.as? = first",
            "arm.0.where? = first.total > 3",
            "arm.0.since? = -",
        ]
    );
    assert_eq!(
        shown("update_1"),
        ["doc? = -", "label? = -", "set.email? = -", "set.plan? = \"pro\""]
    );
}

#[test]
fn what_can_be_chosen_is_offered_and_a_type_is_named() {
    let form = form_of("hello");
    let style = form.fields.iter().find(|field| field.name == "arg.style").expect("a field");
    let choices: Vec<_> = style.choices.iter().map(|choice| &*choice.value).collect();
    assert_eq!(choices, ["\"plain\"", "\"rich\""]);
    let wire = format!("{:?}", form.fields);
    assert!(wire.contains("Expression { wanted: \"text\" }"), "{wire}");
    let form = form_of("answer");
    let since = form.fields.iter().find(|field| field.name == "arm.0.since").expect("a field");
    let choices: Vec<_> = since.choices.iter().map(|choice| &*choice.value).collect();
    assert_eq!(choices, ["entered", "hello", "answer"]);
}

#[test]
fn what_is_typed_stands_where_it_belongs() {
    let text = set("hello", "arg.style", Some("\"rich\"")).expect("an edit");
    assert!(text.contains("(to: \"a\", note: \"b\", style: \"rich\") as m"), "{text}");
    let text = set("hello", "arg.note", None).expect("an edit");
    assert!(text.contains("send mail.email(to: \"a\") as m"), "{text}");
    let text = set("hello", "doc", Some("One.\nTwo.")).expect("an edit");
    assert!(text.contains("  /// One.\n  /// Two.\n  hello: send"), "{text}");
    let text = set("hello", "label", None).expect("an edit");
    assert!(text.contains("  /// A greeting.\n  send mail"), "{text}");
    let text = set("answer", "arm.0.since", Some("hello")).expect("an edit");
    let arm = "on event paid as first where first.total > 3 since hello { exit bought }";
    assert!(text.contains(arm), "{text}");
    let text = set("answer", "arm.0.any", Some("true")).expect("an edit");
    assert!(text.contains("on any event paid as first"), "{text}");
    let text = set("answer", "upTo", None).expect("an edit");
    assert!(text.contains("answer: wait {\n"), "{text}");
}

#[test]
fn what_would_not_be_read_as_one_value_is_refused() {
    let refused = |value| set("hello", "arg.to", value).expect_err("a refusal");
    assert_eq!(refused(None), "`to` cannot be left out");
    assert_eq!(
        refused(Some("\"a\", style: \"rich\"")),
        "this cannot be written here: it would end before all of it is read"
    );
    assert_eq!(
        refused(Some("\"a\") exit done send mail.email(to: \"b\"")),
        "this cannot be written here: it would end what it stands in and begin something else"
    );
    assert!(refused(Some("\"a")).starts_with("this cannot be written here: "));
    let none = set("hello", "where", Some("true")).expect_err("a refusal");
    assert_eq!(none, "`hello` has no field `where`");
}
