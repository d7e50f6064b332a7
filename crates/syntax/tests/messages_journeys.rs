//! What the parser says about slips in headers, waits, loops and tests.
//!
//! Run with `UPDATE_EXPECT=1` to write what is said now into this file.

mod common;

use common::check;
use expect_test::expect;

#[test]
fn clauses_of_the_header_say_what_is_missing() {
    check(
        r##"
journey j {
  entry event a keyed cart.id
  entry event a keyed by a.id for each a.items as item
  entry event a for a.items as item
  entry event a for each a.items
  entry audience b including
  while inside restrat
  while running ignore
  goal g on event a
  goal on event a within 3d
  goal g on a within 3d
  goal g within 3d
  timezone
  exit done
}
"##,
        expect![[r#"
            2:23 "cart" J0001 expected `by` and the key, as in `keyed by cart.id`, found `cart`
            3:31 "for" J0001 `for each` stands behind `keyed by`
                help: put it in front: the key may depend on the element
            4:21 "a" J0001 expected `each` and a list of the event, as in `for each order.items as item`, found `a`
            5:33 "" J0001 expected `as` and a name for the element, found the keyword `entry`
            6:29 "" J0001 expected `existing`, found `while`
            7:16 "restrat" J0001 expected `ignore`, `restart` or `refresh`, found `restrat`
            9:20 "" J0001 expected `within` and a duration, for example `within 14d`, found `goal`
            10:8 "on" J0001 expected the goal's name, for example `goal purchase on event …`, found the keyword `on`
            11:13 "a" J0001 expected `event`, found `a`
            12:10 "within" J0001 expected `on event`: what reaches the goal, found `within`
            13:11 "" J0001 expected an expression, found the keyword `exit`
            survived: j(1 tiles)
        "#]],
    );
}

#[test]
fn clauses_behind_the_first_tile_are_told_so() {
    check(
        r##"
journey j {
  wait 1d
  goal g on event a within 3d
  while inside ignore
  timezone "UTC"
  goal: wait 1d
  exit done
}
"##,
        expect![[r#"
            3:3 "goal" J0001 `goal` stands behind the first tile
                help: move it up: `entry`, `reenter`, goals and exit criteria come first in a journey
            4:3 "while" J0001 `while` stands behind the first tile
                help: move it up: `entry`, `reenter`, goals and exit criteria come first in a journey
            5:3 "timezone" J0001 `timezone` stands behind the first tile
                help: move it up: `entry`, `reenter`, goals and exit criteria come first in a journey
            survived: j(3 tiles)
        "#]],
    );
}

#[test]
fn late_stands_behind_a_time() {
    check(
        r##"
journey j {
  entry manual
  wait until customer.due_at late { exit a }
  wait until customer.due_at { exit a }
  wait until customer.due_at { lat { exit a } }
  wait until customer.due_at {}
  wait until customer.due_at { late {} late {} }
  wait until mon { late {} }
  exit done
}
"##,
        expect![[r#"
            3:30 "late" J0001 expected a tile, found `late`
                help: `late` stands in braces behind a time: `wait until customer.due_at { late { … } }`
            4:32 "exit" J0001 expected `late`, found the keyword `exit`
            5:32 "lat" J0001 expected `late`, found `lat`
                help: did you mean `late`?
            6:30 "{" J0001 expected `late { … }` in the braces, or none, found `{`
            7:40 "late" J0001 `late` stands here already
                help: join the two arms
            8:18 "{" J0001 a window has no arms
                help: remove them: inside of it the wait passes at once
            survived: j(7 tiles)
        "#]],
    );
}

#[test]
fn days_and_hours_are_joined_by_dots() {
    check(
        r##"
journey j {
  entry manual
  wait until mon-fri 09:00–17:00
  wait until mon..
  wait until mon, 9:00
  exit done
}
"##,
        expect![[r#"
            3:17 "-" J0001 `-` does not make a range
                help: write `..`, as in `mon..fri 09:00..17:00`
            3:27 "–" J0001 `–` does not make a range
                help: write `..`, as in `mon..fri 09:00..17:00`
            4:19 "" J0001 expected a weekday, for example `fri`, found the keyword `wait`
            5:19 "9:00" J0001 expected a weekday, for example `fri`, found `9:00`
            survived: j(4 tiles)
        "#]],
    );
}

#[test]
fn waits_for_events_say_what_they_miss() {
    check(
        r##"
journey j {
  entry manual
  wait for any a
  wait for
  wait for event a since
  wait for event a up 3d
  wait up to { on event a {} }
  wait until { late {} }
  wait { on a {} on any {} on event b since { } timeout exit c }
  exit done
}
"##,
        expect![[r#"
            3:16 "a" J0001 expected `event`, found `a`
            4:11 "" J0001 expected `event` after `wait for`, found the keyword `wait`
                help: to wait for some time, write `wait 3d`
            5:25 "" J0001 expected `entered` or the label of a tile, found the keyword `wait`
            6:23 "3d" J0001 expected `to` and a duration, as in `up to 3d`, found `3d`
            7:14 "{" J0001 expected an expression, found `{`
            8:14 "{" J0001 expected an expression, found `{`
            9:13 "a" J0001 expected `event`, found `a`
            9:25 "{" J0001 expected `event`, found `{`
            9:45 "{" J0001 expected `entered` or the label of a tile, found `{`
            9:57 "exit" J0001 expected a block `{ … }` after `timeout`, found the keyword `exit`
            survived: j(8 tiles)
        "#]],
    );
}

#[test]
fn loops_are_bounded() {
    check(
        r##"
journey j {
  entry manual
  repeat 3 times { wait 1d }
  repeat up to 3 { wait 1d }
  repeat until customer.x { wait 1d }
  repeat up to 3 times every { wait 1d }
  repeat { wait 1d }
  exit done
}
"##,
        expect![[r#"
            3:10 "3" J0001 expected `up to` and how often, as in `repeat up to 3 times { … }`, found `3`
            4:18 "{" J0001 expected `times`, as in `repeat up to 3 times { … }`, found `{`
            5:10 "until" J0001 expected `up to` and how often, as in `repeat up to 3 times { … }`, found the keyword `until`
            6:30 "{" J0001 expected an expression, found `{`
            7:10 "{" J0001 expected `up to` and how often, as in `repeat up to 3 times { … }`, found `{`
            survived: j(11 tiles)
        "#]],
    );
}

#[test]
fn other_journeys_are_called_with_arguments() {
    check(
        r##"
journey j {
  entry manual
  run other
  enter other
  run other() { exited { } not_entred {} else {} exited a {} }
  exited a { exit b }
  let x 5
  let y
  exit done
}
"##,
        expect![[r#"
            3:12 "" J0001 expected the journey's arguments `( … )`, found `enter`
            4:14 "" J0001 expected the journey's arguments `( … )`, found `run`
            5:24 "{" J0001 expected an outcome of the journey, found `{`
            5:28 "not_entred" J0001 expected `exited`, `not_entered` or `else`, found `not_entred`
                help: did you mean `not_entered`?
            5:50 "exited" J0001 an arm stands behind `else`
                help: put `else` last: it takes whatever no other arm took
            6:3 "exited" J0001 expected a tile, found `exited`
                help: arms of another journey: `run name() { … }`
            7:9 "5" J0001 expected `=` and an expression, found `5`
            8:8 "" J0001 expected `=` and an expression, found the keyword `exit`
            survived: j(6 tiles)
        "#]],
    );
}

#[test]
fn customers_are_added_to_and_removed_from_audiences() {
    check(
        r##"
journey j {
  entry manual
  add customer newsletter
  add to newsletter
  remove customer to newsletter
  add customer to
  exit done
}
"##,
        expect![[r#"
            3:16 "newsletter" J0001 expected `to` and an audience, found `newsletter`
            4:7 "to" J0001 expected `customer`, found `to`
            5:19 "to" J0001 expected `from` and an audience, found `to`
            6:18 "" J0001 expected the audience's name, found the keyword `exit`
            survived: j(5 tiles)
        "#]],
    );
}

#[test]
fn misspelt_tiles_are_recognised() {
    check(
        r##"
journey j {
  entry manual
  webhok post "https://example.com" {}
  wait 1d
  repat up to 3 times { wait 1d }
  wait 1d
  reomve customer from a
  wait 1d
  tiemzone "UTC"
  exit done
}
"##,
        expect![[r#"
            3:3 "webhok" J0001 expected a tile, found `webhok`
                help: did you mean `webhook`?
            5:3 "repat" J0001 expected a tile, found `repat`
                help: did you mean `repeat`?
            7:3 "reomve" J0001 expected a tile, found `reomve`
                help: did you mean `remove`?
            9:3 "tiemzone" J0001 expected a tile, found `tiemzone`
                help: did you mean `timezone`?
            survived: j(4 tiles)
        "#]],
    );
}

#[test]
fn functions_are_arguments_only() {
    check(
        r##"
let a = customer.score => 5
let b = x => x > 1
let c = any(list, x => x => 1)
let d = any(list, x =>)
let e = any(list, => 1)
"##,
        expect![[r#"
            1:24 "=>" J0001 `=>` does not compare
                help: write `>=`; a function such as `x => x > 1` is an argument by itself
            2:11 "=>" J0001 `=>` does not compare
                help: write `>=`; a function such as `x => x > 1` is an argument by itself
            3:26 "=>" J0001 `=>` does not compare
                help: write `>=`; a function such as `x => x > 1` is an argument by itself
            4:23 ")" J0001 expected an expression, found `)`
            5:19 "=>" J0001 expected an argument, found `=>`
            survived: a b c d e
        "#]],
    );
}

#[test]
fn a_text_of_several_lines_left_open_ends_before_the_next_declaration() {
    check(
        r##"
let a = """
  Dear {customer.name},
  welcome.

journey j { entry manual exit done }
"##,
        expect![[r#"
            1:9 "\"\"\"" J0004 this text is not closed
                help: end it with `"""`, as it began
            survived: a j(1 tiles)
        "#]],
    );
}

#[test]
fn a_text_left_open_in_a_block_ends_with_it() {
    check(
        r##"
journey j {
  entry manual
  send mail.a(text: """
    Hello,
    you
  )
  exit done
}
let b = 1
"##,
        expect![[r#"
            3:21 "\"\"\"" J0004 this text is not closed
                help: end it with `"""`, as it began
            survived: j(1 tiles) b
        "#]],
    );
}

#[test]
fn two_texts_of_several_lines_one_of_them_left_open() {
    check(
        r##"
let a = """
  Dear all

journey j { entry manual exit done }

let b = """
  x
  """
let c = 1
"##,
        expect![[r#"
            1:9 "\"\"\"" J0004 this text is not closed
                help: end it with `"""`, as it began
            survived: a j(1 tiles) b c
        "#]],
    );
}

#[test]
fn an_expression_left_open_in_a_text_of_several_lines_ends_there() {
    check(
        r##"
let a = """
  Dear {customer.name,
  wait for it
  {customer.last_name}
  """
let c = """a {b c} \q {d}"""
let d = 1
"##,
        expect![[r#"
            2:22 "," J0001 expected `}` after the expression in the text, found `,`
                help: write `\{` for a brace that is meant as text
                2:8 "{": the expression begins here
            6:17 "c" J0001 expected `}` after the expression in the text, found `c`
                help: write `\{` for a brace that is meant as text
                6:14 "{": the expression begins here
            6:20 "\\q" J0003 `\q` is no escape
                help: escapes are `\n`, `\t`, `\"`, `\\`, `\{`, `\}` and `\u{1F600}`
            survived: a c d
        "#]],
    );
}

#[test]
fn steps_say_what_they_miss() {
    check(
        r##"
test "a" {
  journey j
  enter
  customer { a: 1 } in
  at 2026-12-01T09:00Z
  enter j(a: 1)
  join
  after 1d
  leave customer
  respond a
  fail a 503
  fail a with
  after 1d
  fail a with 503 2
  expect no exit done
  expect no webhook
  expect goal
  expect webhook
  expect no exit done
  expect webhook a { b: 1 } 2
  puase
  expect exit done
}
"##,
        expect![[r#"
            3:8 "" J0001 expected what the journey of the test is entered with, `( … )`, found the keyword `customer`
            4:23 "" J0001 expected an audience, found the keyword `at`
            6:9 "j" J0001 expected what the journey of the test is entered with, `( … )`, found `j`
            7:7 "" J0001 expected the audience's name, found the keyword `after`
            9:9 "customer" J0002 `customer` is a keyword and cannot be a name here
                help: choose another name, for example `customer_`
            10:12 "" J0001 expected a name, found `fail`
            11:10 "503" J0001 expected `with` and the status, or how many `times`, found `503`
            12:14 "" J0001 expected the status, for example `with 503`, found the keyword `after`
            14:19 "2" J0001 expected `with` and the status, or how many `times`, found `2`
            15:13 "exit" J0001 expected `send`, `webhook` or `goal` behind `no`, found the keyword `exit`
            16:20 "" J0001 expected the webhook's label, found the keyword `expect`
            19:13 "exit" J0001 expected `send`, `webhook` or `goal` behind `no`, found the keyword `exit`
            20:30 "" J0001 expected `times`, found `puase`
            survived: test(20 steps)
        "#]],
    );
}
