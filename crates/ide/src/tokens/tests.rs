use super::{SemanticToken, TokenKind, semantic_tokens};
use crate::fixture::fixture;
use crate::{FileId, TextRange};

fn tokens(text: &str) -> Vec<SemanticToken> {
    semantic_tokens(&fixture(text).workspace, FileId(0), None)
}

/// The names and other pieces of a kind, each with its modifiers.
fn of_kind(text: &str, kind: TokenKind) -> Vec<String> {
    let found = tokens(text).into_iter().filter(|token| token.kind == kind);
    found
        .map(|token| {
            let modifiers = token.modifiers;
            let marks = [
                (modifiers.declaration, " declared"),
                (modifiers.readonly, " readonly"),
                (modifiers.deprecated, " deprecated"),
                (modifiers.built_in, " built-in"),
            ];
            let marks = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark);
            marks.fold(token.range.of(text).to_owned(), |shown, mark| shown + mark)
        })
        .collect()
}

const SHOP: &str = "\
customer { email: text? old: int = 0 @deprecated(\"use email\") plan: \"free\" | \"pro\" = \"free\" }
event order { total: number }
audience vip = customer.old > 3
let least = 25
destination mail {
  setting base: text
  secret key
  action hi(to: text) { post \"{base}/x\" header \"k\": key body { to: to, least: least } }
}
/// What it does.
journey j (reason: text) {
  entry event order as o where order.total > least and customer in vip
  goal bought on event order within 7d
  first: wait 1h
  let total = o.total
  pick: split test { 20.5% a { } 79.5% b { } }
  send mail.hi(to: \"x\\n{reason} {total}\") // hi
  branch { when count(order, since: first) > 2 and now > entered { exit bought } }
  exit done
}
";

#[test]
fn names_are_what_their_place_makes_them() {
    let check = |kind, wanted: &[&str]| assert_eq!(of_kind(SHOP, kind), wanted, "{kind:?}");
    check(
        TokenKind::Trait,
        &["email declared", "old declared deprecated", "plan declared", "old deprecated"],
    );
    check(TokenKind::Event, &["order declared", "order", "order", "order", "order"]);
    check(TokenKind::Audience, &["vip declared", "vip"]);
    check(TokenKind::Constant, &["least declared readonly", "least readonly", "least readonly"]);
    check(TokenKind::Setting, &["base declared readonly", "base readonly"]);
    check(TokenKind::Secret, &["key declared readonly", "key readonly"]);
    check(
        TokenKind::Parameter,
        &[
            "to declared readonly",
            "to readonly",
            "reason declared readonly",
            "to",
            "reason readonly",
            "since",
        ],
    );
    check(
        TokenKind::Binding,
        &["o declared readonly", "total declared readonly", "o readonly", "total readonly"],
    );
    check(TokenKind::Label, &["first declared", "pick declared", "first"]);
    check(TokenKind::Outcome, &["bought declared", "bought", "done"]);
    check(TokenKind::Split, &["test declared", "a declared", "b declared"]);
    check(TokenKind::Destination, &["mail declared", "mail"]);
    check(TokenKind::Action, &["hi declared", "hi"]);
    check(
        TokenKind::Builtin,
        &["customer built-in", "customer built-in", "now built-in", "entered built-in"],
    );
    check(TokenKind::EnumMember, &["\"", "free", "\"", "\"", "pro", "\"", "\"", "free", "\""]);
    check(TokenKind::Escape, &["\\n"]);
    check(TokenKind::Function, &["count built-in"]);
}

#[test]
fn a_text_that_is_a_member_where_an_enum_is_wanted_is_one() {
    let text = "\
customer { plan: \"free\" | \"pro\" = \"free\" city: text? }
audience a = customer.plan == \"pro\" and customer.city == \"pro\"
audience b = customer.plan in [\"free\", \"pro\"]
";
    let members = of_kind(text, TokenKind::EnumMember);
    let members: Vec<&String> = members.iter().filter(|it| *it != "\"").collect();
    assert_eq!(members, ["free", "pro", "free", "pro", "free", "pro"]);
}

#[test]
fn shares_numbers_and_spans_are_numbers() {
    assert_eq!(
        of_kind(SHOP, TokenKind::Number),
        ["0", "3", "25", "7d", "1h", "20.5", "%", "79.5", "%", "2"]
    );
}

#[test]
fn tokens_are_in_order_apart_and_on_one_line_each() {
    let long = "let a = \"\"\"\n  one \\u{41}\n  two {1 + 2}\r\n  \"\"\"\n/// Doc.\nevent e {}\n";
    for text in [SHOP, long, "journey j { wait \"", "€ let \u{FEFF} = "] {
        let tokens = tokens(text);
        assert!(tokens.is_sorted_by(|one, two| one.range.end <= two.range.start), "{text}");
        for token in &tokens {
            let piece = token.range.of(text);
            assert!(!piece.is_empty() && !piece.contains('\n'), "{piece:?}");
        }
    }
    assert_eq!(of_kind(long, TokenKind::Escape), ["\\u{41}"]);
}

#[test]
fn of_a_range_come_the_tokens_that_touch_it() {
    let all = tokens(SHOP);
    let start = SHOP.find("first:").expect("it is there") as u32;
    let range = TextRange::new(start, start + 14);
    let fixture = fixture(SHOP);
    let some = semantic_tokens(&fixture.workspace, FileId(0), Some(range));
    let shown: Vec<&str> = some.iter().map(|token| token.range.of(SHOP)).collect();
    assert_eq!(shown, ["first", "wait", "1h"]);
    assert!(some.iter().all(|token| all.contains(token)));
}

#[test]
fn what_is_reported_as_deprecated_is_marked_where_it_is_used_alone() {
    let text = "\
customer { old: int = 0 @deprecated(\"x\") }
//         ^^^ deprecated
audience vip = customer.old > 3
//                      ^^^ deprecated
";
    let fixture = fixture(text);
    let found = semantic_tokens(&fixture.workspace, FileId(0), None);
    let found = found.iter().filter(|token| token.modifiers.deprecated).map(|token| token.range);
    let marked = fixture.marked("deprecated").into_iter().map(|place| place.range);
    assert_eq!(found.collect::<Vec<_>>(), marked.collect::<Vec<_>>());
    let shown = fixture.marks.iter().map(|(place, _)| fixture.show(*place));
    assert_eq!(shown.collect::<Vec<_>>(), ["main.journey:1 \"old\"", "main.journey:3 \"old\""]);
}

#[test]
fn the_list_of_kinds_is_complete_and_in_order() {
    for (index, kind) in TokenKind::ALL.iter().enumerate() {
        assert_eq!(*kind as usize, index);
    }
    assert_eq!(TokenKind::ALL.len(), TokenKind::Attribute as usize + 1);
}

#[test]
fn lists_and_chains_without_end_have_colours_too() {
    // With work for each name on all others this would not end.
    let count = 30_000;
    let list = format!("let a = [{}]\n", "b, ".repeat(count));
    let chain = format!("let a = b{}\n", ".c".repeat(count));
    for text in [list, chain] {
        let fixture = fixture(&text);
        let tokens = semantic_tokens(&fixture.workspace, fixture.at.file, None);
        assert!(tokens.len() > count, "{}", tokens.len());
    }
}
