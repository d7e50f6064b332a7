//! What the parser says about slips in policies, destinations and webhooks.
//!
//! Run with `UPDATE_EXPECT=1` to write what is said now into this file.

mod common;

use common::check;
use expect_test::expect;

#[test]
fn rules_of_a_policy_say_what_is_missing() {
    check(
        r##"
policy a {
  requires customer.email_consent
  quiet 21:00-08:00 hold
  quiet 21:00..08:00
  cap 2 7d hold
  cap 2 per 7d skip up to 3d
  cap 2 per 7d hold for 3d
}
polcy b {}
let c = 1
"##,
        expect![[r#"
            2:3 "requires" J0001 expected `require`, `quiet` or `cap`, found `requires`
                help: did you mean `require`?
            3:14 "-" J0001 `-` does not make a range
                help: write `..`, as in `mon..fri 09:00..17:00`
            4:21 "" J0001 expected `hold` or `skip`: what happens to the message, found `cap`
            5:9 "7d" J0001 expected `per` and a duration, found `7d`
            6:21 "up" J0001 expected the next rule, for a message that is skipped does not wait, found `up`
            7:21 "for" J0001 expected `require`, `quiet` or `cap`, found the keyword `for`
            9:1 "polcy" J0001 expected a declaration, found `polcy`
                help: did you mean `policy`?
            survived: a(5 rules) c
        "#]],
    );
}

#[test]
fn attributes_stand_behind_the_type() {
    check(
        r##"
customer {
  @pii email: text
  score: int @pii = 0
  plan: text @
  name: text @deprecated(use other)
  zone: text @deprecated("use other"
}
"##,
        expect![[r#"
            2:3 "@" J0001 expected a field, found `@`
                help: attributes stand behind the type: `email: text @pii`
            3:19 "=" J0001 a default stands behind an attribute
                help: put the attribute last: `score: int = 0 @pii`
            4:15 "" J0001 expected the attribute's name, for example `@pii`, found `name`
            5:26 "use" J0001 expected a text in double quotes, found `use`
            6:25 "(" J0005 this `(` is never closed
                6:37 "": expected `)` before `}`
            survived: customer(5 fields)
        "#]],
    );
}

#[test]
fn an_audience_without_a_definition_is_no_slip_but_half_a_definition_is() {
    check(
        r##"
audience a
audience b audience c
audience d == 5
audience e customer.x
audience f
  @internal
let g = 1
"##,
        expect![[r#"
            3:12 "==" J0001 expected `=` and an expression, found `==`
            4:12 "customer" J0001 expected `=` and an expression, found the keyword `customer`
            survived: a b c d e f g
        "#]],
    );
}

#[test]
fn settings_and_secrets_are_told_apart() {
    check(
        r##"
destination d {
  setting a = 1
  setting b
  secret c: text
  secret d = "hush"
  sercet e
  action f()
}
"##,
        expect![[r#"
            2:13 "=" J0001 expected `:` and a type, found `=`
            3:12 "" J0001 expected `:` and a type, found `secret`
            4:11 ":" J0001 a secret is a text, and its value is not written here
                help: write its name only: the server reads the value from its environment
            5:12 "=" J0001 a secret is a text, and its value is not written here
                help: write its name only: the server reads the value from its environment
            6:3 "sercet" J0001 expected `action`, `setting` or `secret`, found `sercet`
                help: did you mean `secret`?
            survived: d(1 actions)
        "#]],
    );
}

#[test]
fn parts_of_a_request_take_no_colons() {
    check(
        r##"
destination d {
  action a() {
    post: "https://example.com"
    body: { a: 1 }
    timeout: 10s
    header Authorization: "Bearer"
    header "Accept" "text"
    header "Accept" = "text"
    retires 3 times from 5s to 1h
  }
  action b() under { }
}
"##,
        expect![[r#"
            3:9 ":" J0001 no `:` stands behind `post`
                help: remove it
            4:9 ":" J0001 no `:` stands behind `body`
                help: remove it
            5:12 ":" J0001 no `:` stands behind `timeout`
                help: remove it
            6:12 "Authorization" J0001 expected the header's name in double quotes, found `Authorization`
            7:21 "\"" J0001 expected `:` and the header's value, found a text
            8:21 "=" J0001 expected `:` and the header's value, found `=`
            9:5 "retires" J0001 expected a part of the request, for example `body` or `timeout`, found `retires`
            11:20 "{" J0001 expected the policy's name, found `{`
            survived: d(2 actions)
        "#]],
    );
}

#[test]
fn retries_and_limits_are_phrases() {
    check(
        r##"
destination d {
  action a() {
    retry 3
    retry 3 times
    retry 3 times from 5s
    retry times
    limit 250 1s
    limit 250 per second
    timeout ten
  }
}
"##,
        expect![[r#"
            3:12 "" J0001 expected `times`, as in `retry 8 times from 5s to 1h`, found `retry`
            4:18 "" J0001 expected `from` and the first delay, as in `from 5s to 1h`, found `retry`
            5:26 "" J0001 expected `to` and the longest delay, as in `from 5s to 1h`, found `retry`
            6:11 "times" J0001 expected how often, for example `retry 8 times from 5s to 1h`, found `times`
            7:15 "1s" J0001 expected `per` and a duration, found `1s`
            8:19 "second" J0001 expected a duration, for example `1s`, found `second`
            9:13 "ten" J0001 expected a duration, for example `timeout 10s`, found `ten`
            survived: d(1 actions)
        "#]],
    );
}

#[test]
fn a_webhook_needs_a_method_and_a_url() {
    check(
        r##"
journey j {
  entry manual
  webhook "https://example.com" { ok {} }
  webhook post { header "A": "b" ok {} }
  webhook post "https://example.com"
  webhook fetch "https://example.com" { body {} }
  webhook get url { delivered {} ok as x {} timeout {} failed {} }
  exit done
}
"##,
        expect![[r#"
            3:11 "\"" J0001 expected a method: `get`, `post`, `put`, `patch` or `delete`, found a text
            4:16 "{" J0001 expected the URL, for example `webhook post "https://example.com" { … }`, found `{`
            5:37 "" J0001 expected a block `{ … }` with the request and its arms, found `webhook`
            6:11 "fetch" J0001 expected a method: `get`, `post`, `put`, `patch` or `delete`, found `fetch`
            7:21 "delivered" J0001 expected `header`, `body`, `timeout`, `retry`, `ok` or `failed`, found `delivered`
                help: what was answered is `ok`, else `failed`
            7:42 "{" J0001 expected `:` and the type of the response, for example `as reply: { id: text }`, found `{`
            7:53 "{" J0001 expected a duration, for example `timeout 10s`, found `{`
            survived: j(6 tiles)
        "#]],
    );
}

#[test]
fn arms_of_a_message_and_of_a_webhook_are_told_apart() {
    check(
        r##"
journey j {
  entry manual
  send mail.a() { ok {} failed {} }
  send mail.a() { delivred {} }
  send mail.a()
  delivered { exit b }
  webhook get url { ok }
  failed { exit c }
  exit done
}
"##,
        expect![[r#"
            3:19 "ok" J0001 expected `delivered`, `failed` or `skipped`, found `ok`
                help: what was sent is `delivered`
            4:19 "delivred" J0001 expected `delivered`, `failed` or `skipped`, found `delivred`
                help: did you mean `delivered`?
            6:3 "delivered" J0001 expected a tile, found `delivered`
                help: arms of a message: `send mail.x() { … }`
            7:24 "}" J0001 expected a block `{ … }` after `ok`, found `}`
            8:3 "failed" J0001 expected a tile, found `failed`
                help: an arm of `send mail.x() { … }` or `webhook post "…" { … }`
            survived: j(5 tiles)
        "#]],
    );
}
