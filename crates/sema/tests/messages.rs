//! What findings say in full: message, places, notes and fixes, as a person reads them.

mod common;

use common::{check, short, workspace};
use expect_test::{Expect, expect};

fn said(text: &str, expected: &Expect) {
    expected.assert_eq(&check(text));
}

#[test]
fn a_trait_that_may_be_unset_offers_three_ways_out() {
    said(
        r#"
customer { email: text? }
destination mail log { action welcome(to: text) }
journey greet {
  entry manual
  branch { when customer.email is set { wait 1h send mail.welcome(to: customer.email) } }
  send mail.welcome(to: lower(customer.email))
  exit done
}
audience known = customer.email starts_with "a"
journey known { entry audience known exit done }
"#,
        &expect![[r#"
            6:71 J0202 `customer.email` may be unset here
              | "customer.email" this is a `text?`
              | 2:12 declared with a `?`
              = it was known to be set further up, but traits can change while a member waits
              > use `""` where it is unset (unsafe): 6:71+14 "customer.email ?? \"\""
              > leave when customer.email is unset (unsafe): 5:15+0 "\n  exit no_email when customer.email is unset"
            7:31 J0202 `customer.email` may be unset here
              | "customer.email" this is a `text?`
              | 2:12 declared with a `?`
              = it was known to be set further up, but traits can change while a member waits
              > use `""` where it is unset (unsafe): 7:31+14 "customer.email ?? \"\""
              > leave when customer.email is unset (unsafe): 5:15+0 "\n  exit no_email when customer.email is unset"
            10:18 J0202 `customer.email` may be unset here
              | "customer.email" this is a `text?`
              | 2:12 declared with a `?`
              > use `""` where it is unset (unsafe): 10:18+14 "(customer.email ?? \"\")"
              > ask for `customer.email is set` first (unsafe): 10:18+0 "customer.email is set and "
        "#]],
    );
}

#[test]
fn unknown_names_say_what_was_probably_meant() {
    said(
        r#"
customer { email: text? phone: text? }
event order_placed "Order Completed" { total: number }
destination mail log { action welcome(to: text) }
audience a = customer.emal is set and customer.fone is set and email is set
journey j {
  entry event order_plced as order where order.totl > 3
  send mail.welcom(to: "x")
  send mial.welcome(to: ordr.total)
  exit done
}
"#,
        &expect![[r#"
            5:10 J0603 the audience `a` is never used
              | "a"
              = remove it, or call it `_a` if it is to be kept
              > remove it (unsafe): 5:1+76 ""
            5:23 J0101 there is no trait `emal`
              | "emal" did you mean `email`?
              > replace with `email` (safe): 5:23+4 "email"
            5:48 J0101 there is no trait `fone`
              | "fone"
              = the traits are `email` and `phone`
            5:64 J0101 nothing here is called `email`
              | "email" this is a trait of the customer
              > write `customer.email` (safe): 5:64+5 "customer.email"
            7:15 J0101 there is no event `order_plced`
              | "order_plced" did you mean `order_placed`?
              > replace with `order_placed` (safe): 7:15+11 "order_placed"
            8:13 J0101 the destination `mail` has no action `welcom`
              | "welcom" did you mean `welcome`?
              | 4:13 the destination is declared here
              > replace with `welcome` (safe): 8:13+6 "welcome"
            9:8 J0101 there is no destination `mial`
              | "mial" did you mean `mail`?
              > replace with `mail` (safe): 9:8+4 "mail"
            9:25 J0101 nothing here is called `ordr`
              | "ordr" did you mean `order`?
              > replace with `order` (safe): 9:25+4 "order"
        "#]],
    );
}

#[test]
fn wrong_types_show_the_declaration_and_what_to_write() {
    said(
        r#"
customer { orders: int = 0 since: date? plan: "free" | "pro" = "free" }
event signup { at_date: date score: number }
destination mail log { action welcome(on: time, times: int, in_text: text) }
journey j {
  entry event signup as s
  wait "3d"
  send mail.welcome(on: s.at_date, times: s.score, in_text: customer.orders)
  update customer { plan: "por", orders: "3", since: now }
  exit done
}
"#,
        &expect![[r#"
            7:8 J0201 `wait` takes a `duration`, and this is a `text`
              | "\"3d\"" this is a `text`
              > remove the quotes (safe): 7:8+4 "3d"
            8:25 J0201 `on` of `mail.welcome` takes a `time`, and this is a `date`
              | "s.at_date" this is a `date`
              | 4:39 declared here
              = a date is a whole day; `d at 09:00` is an instant on it
              > take the beginning of the date (unsafe): 8:34+0 " at 00:00"
            8:43 J0201 `times` of `mail.welcome` takes an `int`, and this is a `number`
              | "s.score" this is a `number`
              | 4:49 declared here
              = `round`, `floor` and `ceil` make an `int` of a `number`
            8:61 J0201 `in_text` of `mail.welcome` takes a `text`, and this is an `int`
              | "customer.orders" this is an `int`
              | 4:61 declared here
              = `text(x)` and "{x}" make a text of a value
            9:27 J0204 "por" is not one of the values of the trait `plan`
              | "\"por\"" did you mean "pro"?
              | 2:41 declared here
              > replace with "pro" (safe): 9:27+5 "\"pro\""
            9:42 J0201 the trait `orders` takes an `int`, and this is a `text`
              | "\"3\"" this is a `text`
              | 2:12 declared here
              > remove the quotes (safe): 9:42+3 "3"
            9:54 J0201 the trait `since` takes a `date`, and this is a `time`
              | "now" this is a `time`
              | 2:28 declared here
              > take the date of the instant (unsafe): 9:57+0 ".date"
        "#]],
    );
}

#[test]
fn a_path_that_does_not_end_shows_where_it_comes_from() {
    said(
        r#"
customer { plan: "free" | "pro" = "free" vip: bool = false }
event bought { total: number }
journey j {
  entry manual
  branch {
    when customer.vip {
      wait up to 2d {
        on event bought { exit bought }
        when customer.plan == "pro" { }
      }
    }
    else { wait 1d }
  }
}
"#,
        &expect![[r#"
            15:1 J0301 the journey `j` can end without an `exit`
              | "}" a member arrives here
              | 10:9 after this arm
              | 8:7 when the time is up
              | 13:12 this goes on to the end
              > leave with the outcome `done` (unsafe): 15:1+0 "  exit done\n"
        "#]],
    );
}

#[test]
fn places_in_other_files_are_shown() {
    let workspace = workspace(&[
        (
            "journeys/a.journey",
            "journey j { entry event signup send mail.hi(too: \"x\") exit done }",
        ),
        ("journeys/b.journey", "event signup { name: text }\njourney j { entry manual exit done }"),
        (
            "schema.journey",
            "event signup { id: text }\ndestination mail log { action hi(to: text) }",
        ),
    ]);
    let found: String = workspace.diagnostics().iter().map(|it| short(&workspace, it)).collect();
    expect![[r#"
        journeys/a.journey:1:45 J0106 `mail.hi` has no parameter `too`
          | "too" did you mean `to`?
          | schema.journey:2:31 the action is declared here
          > replace with `to` (safe): journeys/a.journey:1:45+3 "to"
        journeys/b.journey:2:9 J0102 the journey `j` is declared twice
          | "j" again
          | journeys/a.journey:1:9 first here
        schema.journey:1:7 J0102 the event `signup` is declared twice
          | "signup" again
          | journeys/b.journey:1:7 first here
    "#]]
    .assert_eq(&found);
}

#[test]
fn time_and_history_explain_themselves() {
    said(
        r#"
customer { seen: time = 2026-01-01T00:00Z }
event visit { page: text }
audience a = now == 2026-12-01T09:00Z
audience b = (now - customer.seen) * 2 > 3d
audience c = count(visit where visit.at > customer.seen) > 3
journey j {
  entry event visit where entered < now
  wait until now + 3d
  wait up to 2d { on event visit where visit.page == "x" { } }
  branch { when visit.page == "x" { } }
  exit done
}
"#,
        &expect![[r#"
            4:10 J0603 the audience `a` is never used
              | "a"
              = remove it, or call it `_a` if it is to be kept
              > remove it (unsafe): 4:1+38 ""
            4:14 J0209 when this changes cannot be computed
              | "now == 2026-12-01T09:00Z" this condition is watched, not asked at an instant
              = an instant is over at once; write `now >= t`, or compare dates: `now.date == d`
              > write `now >= 2026-12-01T09:00Z` (unsafe): 4:14+24 "now >= 2026-12-01T09:00Z"
            5:10 J0603 the audience `b` is never used
              | "b"
              = remove it, or call it `_b` if it is to be kept
              > remove it (unsafe): 5:1+44 ""
            5:14 J0209 when this changes cannot be computed
              | "(now - customer.seen) * 2 > 3d" this condition is watched, not asked at an instant
              = `now` may stand in `now < t`, `now - t > 3d`, `now.time in 09:00..17:00`, `now.weekday in mon..fri` and comparisons of `now.date`
            6:10 J0603 the audience `c` is never used
              | "c"
              = remove it, or call it `_c` if it is to be kept
              > remove it (unsafe): 6:1+61 ""
            6:43 J0208 `customer.seen` cannot stand here
              | "customer.seen"
              = an event is counted when it comes and not looked at again, so only what never changes can stand here: the event, constants, bindings and `entered`
            8:27 J0208 `entered` cannot stand here
              | "entered"
              = nobody has entered yet while the entry is decided
            9:14 J0208 `wait until` takes an instant that does not move with `now`
              | "now + 3d"
              = write `wait 3d`
            10:28 J0615 `visit` is not seen here if it comes during the wait before
              | "visit where visit.page == \"x\""
              | 9:3 it may come while a member waits here
              = with `since` the wait also takes one that came earlier
              > take one `since entered` as well (unsafe): 10:57+0 " since entered"
            11:17 J0208 no `visit` event is at hand here
              | "visit"
              = bind it where it is waited for, `event visit as x`, or ask the history: `last(visit)`
        "#]],
    );
}

#[test]
fn enums_and_splits_say_what_is_missing() {
    said(
        r#"
customer { plan: "free" | "pro" | "team" = "free" }
journey j {
  entry manual
  branch customer.plan {
    "free" { }
    "teem" { }
  }
  branch customer.plan {
    "free" { }
  }
  split half { 49.5% a { } 50% b { } }
  exit done
}
"#,
        &expect![[r#"
            7:5 J0204 "teem" is not one of the values of `customer.plan`
              | "\"teem\"" did you mean "team"?
              > replace with "team" (safe): 7:5+6 "\"team\""
            9:10 J0304 this branch leaves out "pro", "team"
              | "customer.plan" this is one of `"free" | "pro" | "team"`
              = every value needs an arm, or an `else` for the rest
              > add the missing arms (unsafe): 11:3+0 "  \"pro\" { }\n    \"team\" { }\n  "
              > add an `else` (unsafe): 11:3+0 "  else { }\n  "
            12:3 J0303 the shares of this split sum to 99.5 %, not 100 %
              | "split half" 0.5 % are missing
        "#]],
    );
}

#[test]
fn one_mistake_is_one_finding() {
    said(
        r#"
customer { email: txt? plan: "free" | "pro" = "free" }
event order { total: numbr }
let limit = 1 / 0
destination mail log { action hi(to: text) }
audience a = customer.email == "x" and limit > 3 and sum(order.total) > limit
journey j {
  entry event ordr as o where o.total > limit
  exit gone when customer.email is unset
  wait up to limit { on event ordr as p where p.id == o.id { send mail.hi(to: p.name) } }
  send mail.hi(to: customer.email)
  branch { when o.total > 3 { } when customer.nme == "x" or missing.total > 3 { } }
  exit done
}
"#,
        &expect![[r#"
            2:19 J0101 there is no type `txt`
              | "txt" did you mean `text`?
              > replace with `text` (safe): 2:19+3 "text"
            3:22 J0101 there is no type `numbr`
              | "numbr" did you mean `number`?
              > replace with `number` (safe): 3:22+5 "number"
            4:13 J0210 this has no value: the divisor is 0
              | "1 / 0"
            6:10 J0603 the audience `a` is never used
              | "a"
              = remove it, or call it `_a` if it is to be kept
              > remove it (unsafe): 6:1+78 ""
            8:15 J0101 there is no event `ordr`
              | "ordr" did you mean `order`?
              > replace with `order` (safe): 8:15+4 "order"
            10:31 J0101 there is no event `ordr`
              | "ordr" did you mean `order`?
              > replace with `order` (safe): 10:31+4 "order"
            12:47 J0101 there is no trait `nme`
              | "nme"
              = the traits are `email` and `plan`
            12:61 J0101 nothing here is called `missing`
              | "missing"
              = the values are `limit`, `o`, `now` and `entered`
        "#]],
    );
}

#[test]
fn an_arm_that_is_never_chosen_shows_who_takes_those_above() {
    said(
        r#"
customer { lifetime_value: number = 0 plan: "free" | "pro" = "free" orders: int? born: date? }
journey value {
  entry manual
  branch {
    when customer.lifetime_value > 500 { }
    when customer.plan == "pro" and customer.lifetime_value >= 600 { }
    when customer.orders is unset { }
    when customer.orders in 3..5 or customer.born is set { }
    when (customer.orders ?? 0) == 4 { }
    when customer.orders < 3 { }
    when customer.orders > 4 { }
    else { }
  }
  exit done
}
"#,
        &expect![[r#"
            7:5 J0305 this arm is never chosen: one before it takes all of its cases
              | "when customer.plan == \"pro\" and customer.lifetime_value >= 600"
              | 6:5 this one
              = a customer with plan = "pro", lifetime_value = 600 already takes the arm above
            10:5 J0305 this arm is never chosen: one before it takes all of its cases
              | "when (customer.orders ?? 0) == 4"
              | 9:5 this one
              = a customer with orders = 4 already takes the arm above
            13:5 J0305 this arm is never chosen: those before it take all of its cases
              | "else"
              | 6:5 takes some
              | 8:5 takes some
              | 9:5 takes some
              = a customer with born set already takes an arm above
        "#]],
    );
}

#[test]
fn arms_that_overlap_show_who_takes_both() {
    let text = r#"
customer { orders: int = 0 plan: "free" | "pro" = "free" tags: list<text> = [] }
journey value {
  entry manual
  branch {
    when customer.orders > 500 { }
    when customer.plan == "pro" { }
    when customer.orders < 3 and customer.plan == "free" { }
    when customer.tags contains "x" { }
    else { }
  }
  exit done
}
"#;
    let mut config = journey_sema::Config::default();
    assert_eq!(check(text), "");
    config.lints.insert("overlapping_arms".to_owned(), journey_sema::LintLevel::Warn);
    let files = vec![("main.journey".to_owned(), text.to_owned())];
    let found = journey_sema::Workspace::new(config, files).diagnostics();
    let notes: Vec<_> = found.iter().flat_map(|it| &it.notes).collect();
    assert_eq!(notes, ["a customer with orders = 501, plan = \"pro\" takes the arm above"]);
}

#[test]
fn limits_are_told_once_and_exactly() {
    let traits = "customer { vip: bool = false name: text = \"\" }\n";
    let audience = |condition: &str| check(&format!("{traits}audience _a = {condition}\n"));
    let many = |count: usize| vec!["customer.vip"; count].join(" and ");
    // The chain is a part as well, and so is the customer before each `.`.
    let too_many = audience(&many(5000));
    assert!(too_many.contains("J0308 an expression has at most 4096 parts"), "{too_many}");
    assert_eq!(too_many.matches("J0").count(), 1, "{too_many}");
    assert_eq!(audience(&many(2000)), "");
    // Operators in front of a value are parts like those between.
    for sign in ["not ", "- "] {
        let signs = |count: usize| format!("{}customer.vip", sign.repeat(count));
        let too_many = audience(&signs(5000));
        assert!(too_many.contains("J0308 an expression has at most 4096 parts"), "{too_many}");
        assert_eq!(too_many.matches("J0").count(), 1, "{too_many}");
    }
    assert_eq!(audience(&format!("{}customer.vip", "not ".repeat(4000))), "");
    // What a journey with too many tiles uses is not called unused as well.
    let waits = "wait pause ".repeat(10_000);
    let journey = format!(
        "event _a {{ }} event b {{ }} let pause = 1d destination out log {{ action note() }}
        audience c = customer.vip
        journey j {{ entry event b exit gone when customer in c {waits} send out.note() exit done }}"
    );
    let too_many = check(&format!("{traits}{journey}"));
    assert!(too_many.contains("J0308 a journey has at most 10000 tiles"), "{too_many}");
    assert_eq!(too_many.matches("J0").count(), 1, "{too_many}");
    let pattern =
        |length: usize| audience(&format!("customer.name matches \"{}\"", "a".repeat(length)));
    assert_eq!(pattern(1024), "");
    assert!(pattern(1025).contains("J0308 a pattern has at most 1024 bytes"));
    let findings = check(&"audience _a = 1\n".repeat(150));
    assert!(findings.contains("J0008"), "{findings}");
    assert_eq!(findings.matches(" J0").count(), 101);
}
