//! What the parser says about common mistakes.
//!
//! Run with `UPDATE_EXPECT=1` to write what is said now into this file.

mod common;

use common::check;
use expect_test::expect;

// --- What other languages write ----------------------------------------------------------------

#[test]
fn operators_of_other_languages_are_translated() {
    check(
        r#"
audience a = customer.x = 1 && !customer.y || customer.z <> 2;
audience b = 1 < 2 < 3
audience c = x is not unset
audience d = a and not (b) == not c
audience e = a is set ?? b
"#,
        expect![[r#"
            1:25 "=" J0001 `=` does not compare
                help: write `==`
            1:29 "&&" J0003 `&&` is not an operator here
                help: write `and`
            1:32 "!" J0003 `!` is not an operator here
                help: write `not`
            1:44 "||" J0003 `||` is not an operator here
                help: write `or`
            1:58 "<" J0001 `<>` is not an operator
                help: write `!=`
            1:62 ";" J0003 `;` is not needed here
                help: remove it: statements end by themselves
            2:20 "<" J0001 comparisons cannot be chained
                help: join two of them with `and`, or put one in parentheses
            3:19 "not" J0001 expected `set` or `unset` after `is`, found the keyword `not`
                help: to compare values, write `==` or `!=`
            4:31 "not" J0001 `not` cannot stand right behind this operator
                help: put it in parentheses: `(not …)`
            5:23 "??" J0001 `??` cannot stand right behind a comparison
                help: put the comparison in parentheses: `(x is set)`
            survived: a b c d e
        "#]],
    );
}

#[test]
fn single_quotes_and_curly_quotes_are_no_texts() {
    check(
        r#"
let a = 'text'
let b = “text”
let c = 1
"#,
        expect![[r#"
            1:9 "'text'" J0003 'text' is not a text
                help: texts stand in straight double quotes: "text"
            2:9 "“text”" J0003 “text” is not a text
                help: texts stand in straight double quotes: "text"
            survived: a b c
        "#]],
    );
}

#[test]
fn separators_are_not_needed() {
    check(
        r#"
customer {
  a: int = 0,
  b: text? @pii
  c: int = 1;
}
journey j {
  wait 1d;
  exit done;
}
"#,
        expect![[r#"
            2:13 "," J0001 no `,` is needed here
                help: remove it: only arguments, lists and records take commas
            4:13 ";" J0003 `;` is not needed here
                help: remove it: statements end by themselves
            7:10 ";" J0003 `;` is not needed here
                help: remove it: statements end by themselves
            8:12 ";" J0003 `;` is not needed here
                help: remove it: statements end by themselves
            survived: customer(3 fields) j(2 tiles)
        "#]],
    );
}

#[test]
fn equals_and_colon_are_not_exchanged() {
    check(
        r#"
let a: 5
let b == 5
journey j {
  send mail.x(to = 1)
  update customer { a = 1 }
}
"#,
        expect![[r#"
            1:6 ":" J0001 expected `=` and an expression, found `:`
            2:7 "==" J0001 expected `=` and an expression, found `==`
            4:18 "=" J0001 expected `:`, found `=`
                help: a value stands behind a colon: `name: value`
            5:23 "=" J0001 expected `:`, found `=`
                help: a value stands behind a colon: `name: value`
            survived: a b j(2 tiles)
        "#]],
    );
}

// --- Names and literals ------------------------------------------------------------------------

#[test]
fn keywords_cannot_be_names() {
    check(
        r#"
let event = 5
audience timeout = customer.x > timeout
journey test {
  exit: wait 1d
  exit send
  exit
}
"#,
        expect![[r#"
            1:5 "event" J0002 `event` is a keyword and cannot be a name here
                help: choose another name, for example `event_`
            2:10 "timeout" J0002 `timeout` is a keyword and cannot be a name here
                help: choose another name, for example `timeout_`
            2:33 "timeout" J0001 expected an expression, found the keyword `timeout`
            3:9 "test" J0002 `test` is a keyword and cannot be a name here
                help: choose another name, for example `test_`
            4:3 "exit" J0002 `exit` is a keyword and cannot be a name here
                help: choose another name, for example `exit_`
            5:8 "send" J0002 `send` is a keyword and cannot be a name here
                help: choose another name, for example `send_`
            6:7 "" J0001 expected the outcome's name, found `}`
            survived: event timeout test(3 tiles)
        "#]],
    );
}

#[test]
fn names_that_are_missing_are_asked_for() {
    check(
        r#"
let = 5
event { a: int }
audience
journey {
  entry event
  send
  split { }
}
"#,
        expect![[r#"
            1:5 "=" J0001 expected the constant's name, found `=`
            2:7 "{" J0001 expected the event's name, found `{`
            3:9 "" J0001 expected the audience's name, found the keyword `journey`
            4:9 "{" J0001 expected the journey's name, found `{`
            5:14 "" J0001 expected the event's name, found the keyword `send`
            6:7 "" J0001 expected an action, for example `mail.welcome`, found the keyword `split`
            7:9 "{" J0001 expected the split's name, found `{`
                help: a split has a name: `split subject { 50% short { … } 50% long { … } }`
            survived: ? ?(1 fields) ? ?(2 tiles)
        "#]],
    );
}

#[test]
fn malformed_literals_say_how_they_are_written() {
    check(
        r#"
let a = 5min
let b = 1.5d
let c = 12:00pm
let d = 2026-12-01T9:00Z
let e = 0x1F
"#,
        expect![[r#"
            1:9 "5min" J0003 `5min` is not a literal
                help: a duration is written `30s`, `5m`, `2h`, `3d`, `1w` or `1d12h`
            2:9 "1.5d" J0003 `1.5d` is not a literal
                help: a number is written `2.5`; a duration takes whole numbers, `1d12h`
            3:9 "12:00pm" J0003 `12:00pm` is not a literal
                help: a time of day is written `09:00` or `21:30:15`
            4:9 "2026-12-01T9:00Z" J0003 `2026-12-01T9:00Z` is not a literal
                help: an instant is written `2026-12-01T09:00Z` or `2026-12-01T09:00:30.250+01:00`
            5:9 "0x1F" J0003 `0x1F` is not a literal
                help: numbers are decimal
            survived: a b c d e
        "#]],
    );
}

// --- Shapes ------------------------------------------------------------------------------------

#[test]
fn headers_stand_before_the_first_tile() {
    check(
        r#"
journey a {
  wait 1d
  entry manual
  exit b when x
  branch { when x { reenter never } }
}
"#,
        expect![[r#"
            3:3 "entry" J0001 `entry` stands behind the first tile
                help: move it up: `entry`, `reenter`, goals and exit criteria come first in a journey
            4:3 "exit" J0001 an exit criterion stands behind the first tile
                help: move it up: `entry`, `reenter`, goals and exit criteria come first in a journey
            5:21 "reenter" J0001 `reenter` stands behind the first tile
                help: move it up: `entry`, `reenter`, goals and exit criteria come first in a journey
            survived: a(2 tiles)
        "#]],
    );
}

#[test]
fn doc_comments_describe_something() {
    check(
        r#"
/// Header.
journey a {
  /// Entry.
  entry manual
  wait /// How long.
    1d
  exit b
  /// The end.
}
/// Nothing.
"#,
        expect![[r#"
            3:3 "/// Entry." J0001 this doc comment describes nothing
                help: doc comments stand before a declaration, a field or a tile; write `//` for a remark
            5:8 "/// How long." J0001 a doc comment stands before a declaration, a field or a tile
                help: write `//` for a remark here
            8:3 "/// The end." J0001 this doc comment describes nothing
                help: doc comments stand before a declaration, a field or a tile; write `//` for a remark
            10:1 "/// Nothing." J0001 this doc comment describes nothing
                help: doc comments stand before a declaration, a field or a tile; write `//` for a remark
            survived: a(2 tiles)
        "#]],
    );
}

#[test]
fn a_doc_comment_does_not_turn_a_clause_into_a_tile() {
    check(
        r#"
journey a {
  entry manual
  /// How long.
  exit late after 3d
  /// Who again.
  /// And when.
  reenter always
  /// A tile.
  wait 1d
  exit b
}
"#,
        expect![[r#"
            3:3 "/// How long." J0001 this doc comment describes nothing
                help: doc comments stand before a declaration, a field or a tile; write `//` for a remark
            6:3 "/// And when." J0001 this doc comment describes nothing
                help: doc comments stand before a declaration, a field or a tile; write `//` for a remark
            survived: a(2 tiles)
        "#]],
    );
}

#[test]
fn what_cannot_be_seen_is_named() {
    check(
        "\njourney a {\n  entry\u{A0}manual\n  wait\u{200B} 1d\n  exit b\0\n}\n",
        expect![[r#"
            2:8 "\u{a0}" J0001 expected `event`, `audience` or `manual`, found an invisible character, U+00A0
            3:7 "\u{200b}" J0003 an invisible character, U+200B, stands here
                help: replace it with a blank, or remove it
            4:9 "\0" J0003 an invisible character, U+0000, stands here
                help: replace it with a blank, or remove it
            survived: a(2 tiles)
        "#]],
    );
}

#[test]
fn else_if_is_another_arm() {
    check(
        r#"
journey a {
  entry manual
  branch { when true { } else if false { wait 1d } }
  exit b
}
"#,
        expect![[r#"
            3:31 "if" J0001 expected a block `{ … }` after `else`, found the keyword `if`
                help: another case is another arm: `when … { … }` before `else`
            survived: a(2 tiles)
        "#]],
    );
}

#[test]
fn a_misspelt_entry_is_recognised() {
    check(
        r#"
journey a {
  entyr manual
  exit b
}
"#,
        expect![[r#"
            2:3 "entyr" J0001 expected a tile, found `entyr`
                help: did you mean `entry`?
            survived: a(1 tiles)
        "#]],
    );
}

#[test]
fn waits_say_what_they_wait_for() {
    check(
        r#"
journey a {
  wait for 3d
  wait
  wait up to 2d
  wait { timeut { } }
  exit b
}
"#,
        expect![[r#"
            2:12 "3d" J0001 expected `event` after `wait for`, found `3d`
                help: to wait for some time, write `wait 3d`
            3:7 "" J0001 expected an expression, found the keyword `wait`
            4:16 "" J0001 expected a block `{ … }` with what is waited for, found the keyword `wait`
            5:10 "timeut" J0001 expected `on`, `when` or `timeout`, found `timeut`
                help: did you mean `timeout`?
            survived: a(5 tiles)
        "#]],
    );
}

#[test]
fn splits_and_branches_say_what_their_arms_look_like() {
    check(
        r#"
journey a {
  split s { 50 a {} 50% {} x {} }
  branch customer.plan { "a" exit b else {} "c" {} }
  exit b
}
"#,
        expect![[r#"
            2:16 "a" J0001 expected `%`, found `a`
            2:25 "{" J0001 expected the arm's name, found `{`
            2:28 "x" J0001 expected a share, for example `50% a { … }`, found `x`
            3:30 "exit" J0001 expected a block `{ … }` after the value, found the keyword `exit`
            3:45 "\"" J0001 an arm stands behind `else`
                help: put `else` last: it takes whatever no other arm took
            survived: a(3 tiles)
        "#]],
    );
}

#[test]
fn fields_and_parameters_have_a_type() {
    check(
        r#"
customer {
  a
  b int
  c: = 5
  d: list<int = []
  e: int = customer.x
  g: int = 1 + h
  f: "a" |
}
destination d { action x }
destination e log { acton y() action z(a, b: int) }
"#,
        expect![[r#"
            2:4 "" J0001 expected `:` and a type, found `b`
            3:5 "int" J0001 expected `:` and a type, found `int`
            4:6 "=" J0001 expected a type, found `=`
            5:10 "<" J0005 this `<` is never closed
                5:15 "=": expected `>` before `=`
            6:12 "customer" J0001 expected a default: a literal, a list, a record or the name of a constant, found the keyword `customer`
            7:14 "+" J0001 a default is a single value, found `+`
                help: compute it in a constant, `let name = …`, and write its name here
            8:11 "" J0001 expected a text, the next member of the enum, found `}`
            10:26 "}" J0001 expected the action's parameters `( … )`, found `}`
            11:21 "acton" J0001 expected `action`, `setting` or `secret`, found `acton`
                help: did you mean `action`?
            11:41 "," J0001 expected `:` and a type, found `,`
            survived: customer(7 fields) d(1 actions) e(1 actions)
        "#]],
    );
}

#[test]
fn steps_of_a_test_are_told_apart() {
    check(
        r#"
test buys {
  journey a
  at 9:00
  after customer.x
  expect
  expct exit b
  expect send mail.x() 2
  wait 1d
  expect exit c
}
"#,
        expect![[r#"
            1:6 "buys" J0001 expected what the test shows, in double quotes, found `buys`
            3:6 "9:00" J0003 `9:00` is not a literal
                help: a time of day is written `09:00` or `21:30:15`
            4:9 "customer" J0001 expected a duration, for example `1h`, found the keyword `customer`
            6:9 "exit" J0001 expected a step, found the keyword `exit`
            7:25 "" J0001 expected `times`, found the keyword `wait`
            survived: test(6 steps)
        "#]],
    );
}

#[test]
fn what_is_no_tile_is_told_where_it_belongs() {
    check(
        r#"
journey a {
  exit when x
  if x { exit b }
  when y { exit c }
  event d
  exit e
}
"#,
        expect![[r#"
            2:8 "when" J0001 expected the outcome's name, for example `exit done when …`, found the keyword `when`
            3:3 "if" J0001 expected a tile, found the keyword `if`
                help: a decision is a tile: `branch { when … { … } else { … } }`
            survived: a(1 tiles)
        "#]],
    );
}

#[test]
fn a_range_needs_in() {
    check(
        r#"
let a = 1..2
let b = 3 in 1..2
"#,
        expect![[r#"
            1:10 ".." J0001 a range cannot stand here
                help: ranges stand behind `in`: `x in 1..10`
            survived: a b
        "#]],
    );
}

#[test]
fn a_file_full_of_mistakes_stops_at_a_hundred() {
    let text = "let 1\n".repeat(150);
    let errors = journey_syntax::parse(&text).errors;
    assert_eq!(errors.len(), 101);
    assert_eq!(errors.last().unwrap().message, "this file has more than 100 mistakes");
}

#[test]
fn a_unit_apart_from_its_number_is_put_together() {
    check(
        r#"
let patience = 3 days
journey j {
  entry event a
  reenter after 7 Days
  exit late after 30 minutes
  wait 1 hour
  wait for event b up to 2 weeks
  wait until customer.x up to 1500 ms { late { exit done } }
  repeat up to 3 times every 1 d { wait 1h }
  exit done
}
test "t" {
  journey j
  at 2026-01-05T09:00Z
  after 5 min
  expect exit done
}
"#,
        expect![[r#"
            1:18 "days" J0001 expected a declaration, found `days`
                help: a duration is one word: `3d`
            4:19 "Days" J0001 expected a tile, found `Days`
                help: a duration is one word: `7d`
            5:22 "minutes" J0001 expected a tile, found `minutes`
                help: a duration is one word: `30m`
            6:10 "hour" J0001 expected a tile, found `hour`
                help: a duration is one word: `1h`
            7:28 "weeks" J0001 expected a tile, found `weeks`
                help: a duration is one word: `2w`
            8:36 "ms" J0001 expected a tile, found `ms`
                help: a duration is one word: `1500ms`
            9:32 "d" J0001 expected a block `{ … }` with what is repeated, found `d`
                help: a duration is one word: `1d`
            15:9 "5" J0001 expected a duration, for example `1h`, found `5`
            survived: patience j(5 tiles) test(4 steps)
        "#]],
    );
}
