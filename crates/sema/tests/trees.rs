//! The typed tree that checking hands on: names resolved, conversions written out, constants in
//! place, and for watched conditions the instants at which they can change.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{brief, one_file};
use expect_test::{Expect, expect};
use journey_sema::Checked;
use journey_sema::thir::{
    ArmTrigger, Const, ExitTrigger, Expr, ExprKind, History, HistoryRange, Step, TileKind, Wake,
};

const SCHEMA: &str = r#"
customer {
  orders: int = 0
  spent: number = 0
  email: text?
  visits: int?
  plan: "free" | "pro" = "free"
  seen_at: time?
  renews_at: time = 2026-01-01T00:00Z
  opens: timeofday = 09:00
}
event bought "Order Completed" { id: text total: number coupon: text? items: int = 1 }
destination out log { action n(v: number?) action t(v: text) action l(v: list<number>) }
"#;

fn checked(text: &str) -> Checked {
    let text = format!("{SCHEMA}{text}");
    one_file(&text).checked().unwrap_or_else(|| panic!("{}", brief(&text)))
}

/// An expression in a form that shows its structure.
fn show(expr: &Expr) -> String {
    let all = |parts: &[Expr]| parts.iter().map(show).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Const(value) => constant(value),
        ExprKind::Trait(name) => format!("customer.{name}"),
        ExprKind::Now => "now".to_owned(),
        ExprKind::Entered => "entered".to_owned(),
        ExprKind::Event { event, property } => format!("{event}!{property}"),
        ExprKind::EventAt { event } => format!("{event}!at"),
        ExprKind::Bound { binding, property } => format!("#{}.{property}", binding.0),
        ExprKind::Compare(op, sides) => format!("({op:?} {})", all(&**sides)),
        ExprKind::Binary(op, sides) => format!("({op:?} {})", all(&**sides)),
        ExprKind::Unary(op, inner) => format!("({op:?} {})", show(inner)),
        ExprKind::And(parts) => format!("(And {})", all(parts)),
        ExprKind::Not(inner) => format!("(Not {})", show(inner)),
        ExprKind::IsSet(inner) => format!("(IsSet {})", show(inner)),
        ExprKind::Coalesce(sides) => format!("(Coalesce {})", all(&**sides)),
        ExprKind::If(parts) => format!("(If {})", all(&**parts)),
        ExprKind::Concat(parts) => format!("(Concat {})", all(parts)),
        ExprKind::List(parts) => format!("(List {})", all(parts)),
        ExprKind::InList(sides) => format!("(InList {})", all(&**sides)),
        ExprKind::InRange(parts) => format!("(InRange {})", all(&**parts)),
        ExprKind::Field(base, index) => format!("{}.{index}", show(base)),
        ExprKind::History(history) => show_history(history),
        other => format!("{other:?}"),
    }
}

fn show_history(history: &History) -> String {
    let part = |name: &str, part: &Option<Expr>| {
        part.as_ref().map(|part| format!(" {name} {}", show(part))).unwrap_or_default()
    };
    let range = match &history.range {
        HistoryRange::All => String::new(),
        range => format!(" {range:?}"),
    };
    let (filter, value) = (part("where", &history.filter), part("of", &history.value));
    format!("({:?} {}{filter}{value}{range})", history.function, history.event)
}

fn constant(value: &Const) -> String {
    match value {
        Const::List(items) => {
            format!("[{}]", items.iter().map(constant).collect::<Vec<_>>().join(" "))
        }
        Const::Text(text) => format!("{text:?}"),
        Const::Number(number) => format!("{number:?}"),
        other => format!("{other:?}"),
    }
}

/// The conditions of the audiences, each with its type and wakes.
fn audiences(text: &str, expected: &Expect) {
    let checked = checked(text);
    let mut out = String::new();
    for audience in &checked.audiences {
        let condition = audience.condition.as_ref().unwrap();
        out.push_str(&format!("{}: {}\n", audience.name, show(&condition.test)));
        for wake in &condition.wakes {
            out.push_str(&match wake {
                Wake::At(time) => format!("  at {}\n", show(time)),
                Wake::TimeOfDay(time) => format!("  daily at {}\n", show(time)),
                Wake::Midnight => "  at midnight\n".to_owned(),
            });
        }
    }
    expected.assert_eq(&out);
}

/// The arguments of the sends of the only journey, each with its type.
fn sends(text: &str, expected: &Expect) {
    let checked = checked(text);
    let mut out = String::new();
    for tile in &checked.journeys[0].body {
        if let TileKind::Send { args, .. } = &tile.kind {
            for (_, value) in args {
                out.push_str(&format!("{} : {}\n", show(value), value.ty));
            }
        }
    }
    expected.assert_eq(&out);
}

#[test]
fn conversions_are_written_out_and_constants_folded() {
    sends(
        r#"
let limit = half * 4
let half = 1 / 2
let names = ["a", "b"]
journey j {
  entry event bought as b where b.coupon is set
  send out.n(v: customer.orders)
  send out.n(v: limit + 3)
  send out.n(v: customer.visits)
  send out.n(v: if customer.orders > limit then 1 else 2.5)
  send out.t(v: "a" + b.coupon + "{customer.orders}b" + "c{1 + 1}")
  send out.t(v: customer.plan)
  send out.t(v: customer.email ?? "none")
  send out.l(v: [1, 2])
  send out.l(v: [1, customer.spent])
  send out.n(v: last(bought).total)
  send out.n(v: sum(bought.items where bought.coupon in names, within: 1d12h))
  send out.n(v: count(bought where bought.id == b.id and bought.at > entered, since: entered))
  exit done
}
"#,
        &expect![[r#"
            (IntToNumber customer.orders) : number
            5.0 : number
            (IntToNumber customer.visits) : number?
            (If (Gt (IntToNumber customer.orders) 2.0) 1.0 2.5) : number
            (Concat "a" #0.coupon (ToText customer.orders) "bc2") : text
            customer.plan : text
            (Coalesce customer.email "none") : text
            [1.0 2.0] : list<number>
            (List 1.0 customer.spent) : list<number>
            (Last bought).1 : number?
            (IntToNumber (Sum bought where (InList bought!coupon ["a" "b"]) of bought!items Within(129600000))) : number
            (IntToNumber (Count bought where (And (Eq bought!id #0.id) (Gt bought!at entered)) SinceEntered)) : number
        "#]],
    );
}

#[test]
fn watched_conditions_say_when_to_look_again() {
    audiences(
        r#"
audience a = now < customer.renews_at
audience b = customer.seen_at is set and now - customer.seen_at > 90d
audience c = customer.renews_at - now <= 7d - 1d
audience d = now + 1h >= customer.renews_at - 2d
audience e = now.time in customer.opens..17:00
audience f = 12:00 > now.time
audience g = now.weekday in mon..fri and now.date + 1 == 2026-12-24
audience h = not (now < customer.renews_at and now < customer.renews_at)
audience i = now - (last(bought).at ?? customer.renews_at) > 30d
audience j = customer.orders > 3 and count(bought, within: 30d) > 1
audience k = now - (customer.renews_at - customer.renews_at) > customer.renews_at
audience l = now - now < 3d
"#,
        &expect![[r#"
            a: (Lt now customer.renews_at)
              at customer.renews_at
            b: (And (IsSet customer.seen_at) (Gt (SubTimeTime now customer.seen_at) Duration(7776000000)))
              at (AddTimeDuration customer.seen_at Duration(7776000000))
            c: (Le (SubTimeTime customer.renews_at now) Duration(518400000))
              at (SubTimeDuration customer.renews_at Duration(518400000))
            d: (Ge (AddTimeDuration now Duration(3600000)) (SubTimeDuration customer.renews_at Duration(172800000)))
              at (SubTimeDuration (SubTimeDuration customer.renews_at Duration(172800000)) Duration(3600000))
            e: (InRange (TimeOfDayOf now) customer.opens TimeOfDay(61200000))
              daily at customer.opens
              daily at TimeOfDay(61200000)
            f: (Gt TimeOfDay(43200000) (TimeOfDayOf now))
              daily at TimeOfDay(43200000)
              at midnight
            g: (And (InRange (WeekdayOf now) Weekday(0) Weekday(4)) (Eq (AddDateInt (DateOf now) Int(1)) Date(20811)))
              at midnight
            h: (Not (And (Lt now customer.renews_at) (Lt now customer.renews_at)))
              at customer.renews_at
            i: (Gt (SubTimeTime now (Coalesce (Last bought).4 customer.renews_at)) Duration(2592000000))
              at (AddTimeDuration (Coalesce (Last bought).4 customer.renews_at) Duration(2592000000))
            j: (And (Gt customer.orders Int(3)) (Gt (Count bought Within(2592000000)) Int(1)))
            k: (Gt (SubTimeDuration now (SubTimeTime customer.renews_at customer.renews_at)) customer.renews_at)
              at (AddTimeDuration customer.renews_at (SubTimeTime customer.renews_at customer.renews_at))
            l: (Lt (SubTimeTime now now) Duration(259200000))
        "#]],
    );
}

#[test]
fn a_literal_without_an_offset_is_read_in_the_zone_of_the_workspace() {
    let text = "audience a = now > 2026-07-01T09:00 and now > 2026-07-01 at 09:00\n\
                audience b = now > 2026-07-01T09:00Z";
    let config = journey_sema::Config {
        timezone: "Europe/Berlin".to_owned(),
        ..journey_sema::Config::default()
    };
    let files = vec![("main.journey".to_owned(), text.to_owned())];
    let checked = journey_sema::Workspace::new(config, files).checked().unwrap();
    let tests: Vec<String> =
        checked.audiences.iter().map(|it| show(&it.condition.as_ref().unwrap().test)).collect();
    let seven = "(Gt now Time(1782889200000))";
    assert_eq!(tests[0], format!("(And {seven} {seven})"));
    assert_eq!(tests[1], "(Gt now Time(1782896400000))");
    assert_eq!(&*checked.timezone, "Europe/Berlin");
}

#[test]
fn a_journey_is_as_it_is_written() {
    let checked = checked(
        r#"
/// For those who bought.
journey thanks "Thank you" {
  entry event bought as b where b.total > 25
  reenter after 7d
  exit refunded on event bought as again where again.total < 0 - b.total
  exit gone when customer.email is unset
  exit late after 30d
  /// A day of rest.
  /// And a night.
  pause: wait until b.at + 1d   // not for long
  wait up to 2d {
    on event bought as more where more.id == b.id { send out.t(v: more.id) as m }
    when customer.orders > 3 { }
  }
  exit done
}
"#,
    );
    let journey = &checked.journeys[0];
    assert_eq!((&*journey.name, &*journey.title), ("thanks", "Thank you"));
    let names: Vec<&str> = journey.bindings.iter().map(|binding| &*binding.name).collect();
    assert_eq!(names, ["b", "more", "m"], "what an exit criterion matches is not kept");
    let ExitTrigger::Event(refund) = &journey.exits[0].trigger else { panic!() };
    let filter = show(refund.filter.as_ref().unwrap());
    assert_eq!(filter, "(Lt bought!total (SubNumber 0.0 #0.total))");
    let pause = &journey.body[0];
    assert_eq!(pause.label.as_deref(), Some("pause"));
    assert_eq!(&*pause.doc, "A day of rest.\nAnd a night.");
    assert_eq!(&*pause.title, "wait until b.at + 1d");
    assert_eq!(&*journey.body[1].title, "wait up to 2d");
    let TileKind::WaitArms { arms, timeout: None, .. } = &journey.body[1].kind else { panic!() };
    assert_eq!(&*arms[0].title, "on event bought as more where more.id == b.id");
    assert!(matches!(&arms[1].trigger, ArmTrigger::When(condition) if condition.wakes.is_empty()));
}

#[test]
fn a_test_has_every_value_in_its_place() {
    let checked = checked(
        r#"
journey j { entry event bought wait 1d exit done }
test "buys" {
  journey j
  customer { plan: "pro", visits: 3 }
  at 2026-01-05T09:00Z
  event bought { total: 3, id: "x" }
  after 1d
  expect exit done
}
"#,
    );
    let test = &checked.tests[0].test;
    assert_eq!(test.customer[1], ("visits".into(), Const::Int(3)));
    let Step::Event(_, values) = &test.steps[1].0 else { panic!() };
    let expected = [Const::Text("x".into()), Const::Number(3.0), Const::Unset, Const::Int(1)];
    assert_eq!(values.as_slice(), expected);
}

#[test]
fn the_schema_is_sorted_and_complete() {
    let checked = checked("destination a log { action b() }\ncustomer { age \"Age\": int? }");
    let traits: Vec<&str> = checked.schema.traits.iter().map(|field| &*field.name).collect();
    assert_eq!(
        traits,
        ["age", "email", "opens", "orders", "plan", "renews_at", "seen_at", "spent", "visits"]
    );
    assert_eq!(&*checked.schema.traits[0].wire, "Age");
    assert_eq!(&*checked.schema.events[0].wire, "Order Completed");
    let actions: Vec<&str> = checked.schema.actions.iter().map(|action| &*action.name).collect();
    assert_eq!(actions, ["a.b", "out.l", "out.n", "out.t"]);
}
