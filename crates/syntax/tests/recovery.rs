//! What the parser says about broken journeys, and what of them survives.
//!
//! Run with `UPDATE_EXPECT=1` to write what is said now into this file.

mod common;

use common::check;
use expect_test::expect;

// --- Neighbours survive --------------------------------------------------------------------

#[test]
fn a_misspelt_tile_does_not_take_its_neighbours_with_it() {
    check(
        r#"
journey a {
  wait 1h
  wiat 1d
  send mail.x(to: b)
  exit done
}
"#,
        expect![[r#"
            3:3 "wiat" J0001 expected a tile, found `wiat`
                help: did you mean `wait`?
            survived: a(3 tiles)
        "#]],
    );
}

#[test]
fn a_misspelt_declaration_does_not_take_its_neighbours_with_it() {
    check(
        r#"
let a = 1
jorney b {
  wait 1h
  exit done
}
journey c { exit done }
"#,
        expect![[r#"
            2:1 "jorney" J0001 expected a declaration, found `jorney`
                help: did you mean `journey`?
            survived: a c(1 tiles)
        "#]],
    );
}

#[test]
fn an_unfinished_expression_ends_where_the_next_tile_begins() {
    check(
        r#"
journey a {
  wait 1h +
  send mail.x(to: customer., b: )
  exit done when
}
let b = 2
"#,
        expect![[r#"
            2:12 "" J0001 expected an expression, found the keyword `send`
            3:28 "," J0001 expected a name after `.`, found `,`
            3:33 ")" J0001 expected an expression, found `)`
            4:3 "exit" J0001 an exit criterion stands behind the first tile
                help: move it up: `entry`, `reenter`, goals and exit criteria come first in a journey
            4:17 "" J0001 expected an expression, found `}`
            survived: a(2 tiles) b
        "#]],
    );
}

#[test]
fn an_unfinished_branch_keeps_its_arms() {
    check(
        r#"
journey a {
  branch {
    when customer.x == { exit b }
    when { exit c }
    whn y { exit d }
    else exit e
  }
  exit f
}
"#,
        expect![[r#"
            3:24 "{" J0001 expected an expression, found `{`
            4:10 "{" J0001 expected an expression, found `{`
            5:5 "whn" J0001 expected `when` or `else`, found `whn`
                help: did you mean `when`?
            6:10 "exit" J0001 expected a block `{ … }` after `else`, found the keyword `exit`
            survived: a(4 tiles)
        "#]],
    );
}

#[test]
fn garbage_between_declarations_is_one_mistake() {
    check(
        r#"
let a = 1
) ] } what is this 5 5
let b = 2
"#,
        expect![[r#"
            2:1 ")" J0001 expected a declaration, found `)`
            survived: a b
        "#]],
    );
}

#[test]
fn tiles_outside_of_a_journey_are_told_so() {
    check(
        r#"
wait 1d
exit done

journey a { exit done }
"#,
        expect![[r#"
            1:1 "wait" J0001 `wait` stands outside of a journey
                help: put it into `journey name { … }`, or look above for a `}` too many
            survived: a(1 tiles)
        "#]],
    );
}

// --- Brackets --------------------------------------------------------------------------------

#[test]
fn a_brace_left_open_is_found_by_the_layout() {
    check(
        r#"
journey a {
  branch {
    when x {
      wait 1d
    else { exit b }
  }
  exit c
}

let d = 1
"#,
        expect![[r#"
            3:12 "{" J0005 this `{` is never closed
                4:14 "": expected `}` before the keyword `else`
            survived: a(4 tiles) d
        "#]],
    );
}

#[test]
fn a_journey_left_open_does_not_swallow_the_next() {
    check(
        r#"
journey a {
  wait 1d
  exit c

/// The next one.
journey b {
  exit d
}

event e { x: int }
"#,
        expect![[r#"
            1:11 "{" J0005 this `{` is never closed
                3:9 "": expected `}` before a doc comment
            survived: a(2 tiles) b(1 tiles) e(1 fields)
        "#]],
    );
}

#[test]
fn a_test_left_open_does_not_swallow_declarations() {
    check(
        r#"
test "x" {
  journey a
  expect exit b

event e {
  x: int
}

customer {
  y: int
}
"#,
        expect![[r#"
            1:10 "{" J0005 this `{` is never closed
                3:16 "": expected `}` before the keyword `event`
            survived: test(2 steps) e(1 fields) customer(1 fields)
        "#]],
    );
}

#[test]
fn a_brace_too_many_is_one_mistake() {
    check(
        r#"
journey a {
  wait 1d }
}

journey b { exit c }
"#,
        expect![[r#"
            3:1 "}" J0001 this `}` closes nothing
                help: remove it, or look above for a `}` too many
            survived: a(1 tiles) b(1 tiles)
        "#]],
    );
}

#[test]
fn a_missing_opening_brace_is_one_mistake() {
    check(
        r#"
journey a
  entry manual
  wait 1d
  exit c
}

journey b { exit c }
"#,
        expect![[r#"
            1:10 "" J0001 expected a block `{ … }` with the journey, found the keyword `entry`
            survived: a(2 tiles) b(1 tiles)
        "#]],
    );
}

#[test]
fn a_parenthesis_left_open_ends_with_the_statement() {
    check(
        r#"
journey a {
  send mail.x(to: b, c: [1, 2
  wait 1d
  exit c
}
let d = (1 + 2
let e = 3
"#,
        expect![[r#"
            2:25 "[" J0005 this `[` is never closed
                2:30 "": expected `]` before the keyword `wait`
            6:9 "(" J0005 this `(` is never closed
                6:15 "": expected `)` before the keyword `let`
            survived: a(3 tiles) d e
        "#]],
    );
}

#[test]
fn a_missing_comma_is_one_mistake() {
    check(
        r#"
journey a {
  send mail.x(to: b template: "c", d: [1 2])
  update customer { a: 1 b: 2 }
  exit c
}
"#,
        expect![[r#"
            2:21 "template" J0001 expected `,` or `)`, found `template`
            2:42 "2" J0001 expected `,` or `]`, found `2`
            3:26 "b" J0001 expected `,` or `}`, found `b`
            survived: a(3 tiles)
        "#]],
    );
}

#[test]
fn the_wrong_closing_bracket_is_one_mistake() {
    check(
        r#"
let a = f(1, 2]
let b = [1, 2)
let c = 1
"#,
        expect![[r#"
            1:15 "]" J0001 expected `)`, found `]`
            2:14 ")" J0001 expected `]`, found `)`
            survived: a b c
        "#]],
    );
}

// --- Texts -----------------------------------------------------------------------------------

#[test]
fn a_text_left_open_ends_with_its_line() {
    check(
        r#"
journey a {
  send mail.x(to: "b, c: 1)
  exit c
}
test "no end {
  journey a
}
"#,
        expect![[r#"
            2:19 "\"b, c: 1)" J0004 this text is not closed
                help: end it with `"` on the same line, or write it between `"""`; a brace is `\{`
            5:6 "\"no end {" J0004 this text is not closed
                help: end it with `"` on the same line, or write it between `"""`; a brace is `\{`
            survived: a(2 tiles) test(1 steps)
        "#]],
    );
}

#[test]
fn an_expression_left_open_in_a_text_ends_with_the_statement() {
    check(
        r#"
journey a {
  send mail.x(to: "Hi {customer.name")
  wait 1d
  send mail.x(to: "Hi {")
  exit c
}
let b = "{}"
"#,
        expect![[r#"
            2:37 "\"" J0001 expected `}` after the expression in the text, found a text
                help: write `\{` for a brace that is meant as text
                2:23 "{": the expression begins here
            4:24 "\")" J0004 this text is not closed
                help: end it with `"` on the same line, or write it between `"""`; a brace is `\{`
            7:11 "}" J0001 expected an expression, found the `}` of the text
            survived: a(4 tiles) b
        "#]],
    );
}

#[test]
fn bad_escapes_are_named_one_by_one() {
    check(
        r#"let a = "\d+ \u{110000000} \w""#,
        expect![[r#"
        1:10 "\\d" J0003 `\d` is no escape
            help: escapes are `\n`, `\t`, `\"`, `\\`, `\{`, `\}` and `\u{1F600}`
        1:14 "\\u{110000000}" J0003 `\u{110000000}` is no escape
            help: escapes are `\n`, `\t`, `\"`, `\\`, `\{`, `\}` and `\u{1F600}`
        1:28 "\\w" J0003 `\w` is no escape
            help: escapes are `\n`, `\t`, `\"`, `\\`, `\{`, `\}` and `\u{1F600}`
        survived: a
    "#]],
    );
}

// --- Tiles and declarations with parts -----------------------------------------------------------

#[test]
fn a_broken_webhook_keeps_its_arms_and_its_neighbours() {
    check(
        r##"
journey a {
  wait 1d
  webhook post "https://example.com/" + {
    header "A": ]
    body { a: 1, b }
    wait 1d
    retry 3 times to 1h
    ok as x: { a int } { exit b }
    failed { run
    }
  }
  exit done
}
"##,
        expect![[r#"
            3:41 "{" J0001 expected an expression, found `{`
            4:17 "]" J0001 expected an expression, found `]`
            5:20 "}" J0001 expected `:` and a value, found `}`
            6:5 "wait" J0001 expected `header`, `body`, `timeout`, `retry`, `ok` or `failed`, found the keyword `wait`
            7:19 "to" J0001 expected `from` and the first delay, as in `from 5s to 1h`, found `to`
            8:18 "int" J0001 expected `:` and a type, found `int`
            9:17 "" J0001 expected the journey's name, found `}`
            survived: a(5 tiles)
        "#]],
    );
}

#[test]
fn a_broken_part_of_a_destination_does_not_take_the_next_with_it() {
    check(
        r##"
destination d {
  setting url text
  secret
  action a(to: text { post url }
  action b() { post
    body
    timeout 1d }
  action c() under x
}
policy p {
  require
  quiet 21:00 .. hold
  cap two per 7d skip
}
let x = 1
"##,
        expect![[r#"
            2:15 "text" J0001 expected `:` and a type, found `text`
            3:9 "" J0001 expected the secret's name, found `action`
            4:21 "{" J0001 expected `,` or `)`, found `{`
            11:10 "" J0001 expected an expression, found `quiet`
            12:18 "hold" J0001 expected the end of the quiet hours, for example `08:00`, found `hold`
            13:7 "two" J0001 expected how many messages, for example `cap 2 per 7d hold`, found `two`
            survived: d(3 actions) p(3 rules) x
        "#]],
    );
}

#[test]
fn a_block_left_open_among_new_tiles_is_found_by_the_layout() {
    check(
        r##"
journey a {
  repeat up to 3 times {
    send mail.x() {
      failed { exit b }
    wait 1d
  }
  run other() {
    exited c { wait 1d
    not_entered {}
  }
  exit done
}

policy p { require
policy q {}
"##,
        expect![[r#"
            3:19 "{" J0005 this `{` is never closed
                4:24 "": expected `}` before the keyword `wait`
            8:14 "{" J0005 this `{` is never closed
                8:23 "": expected `}` before `not_entered`
            14:19 "" J0001 expected an expression, found `policy`
            survived: a(7 tiles) p(1 rules) q(0 rules)
        "#]],
    );
}

#[test]
fn an_argument_list_left_open_ends_where_a_tile_begins() {
    check(
        r##"
journey a {
  send mail.x(to: b
  run other(reason: "x"
  add customer to c
  webhook get f(a
  repeat up to 3 times { wait f(a }
  exit done
}
"##,
        expect![[r#"
            2:14 "(" J0005 this `(` is never closed
                2:20 "": expected `)` before `run`
            3:12 "(" J0005 this `(` is never closed
                3:24 "": expected `)` before `add`
            5:16 "(" J0005 this `(` is never closed
                5:18 "": expected `)` before `repeat`
            6:32 "(" J0005 this `(` is never closed
                6:35 "}": expected `)` before `}`
            survived: a(7 tiles)
        "#]],
    );
}

#[test]
fn goals_and_other_clauses_end_what_was_left_open() {
    check(
        r##"
journey a {
  entry event b where f(c
  goal g on event d where (e within 3d
  while inside restart
  timezone f("UTC"
  exit done
}
"##,
        expect![[r#"
            2:24 "(" J0005 this `(` is never closed
                2:26 "": expected `)` before `goal`
            3:30 "within" J0001 expected `)`, found `within`
            5:13 "(" J0005 this `(` is never closed
                5:19 "": expected `)` before the keyword `exit`
            survived: a(1 tiles)
        "#]],
    );
}
