//! Values that can be written down: of the type that fits an operand, and those that stand in a
//! place of their own, such as the duration behind `after` or the share of an arm.

use journey_base::TextRange;
use journey_sema::{Type, written};
use journey_syntax::{AstNode, SyntaxKind as K, ast};

use super::context::Context;
use super::fit::{BEGINS, FIRST, NEARLY, NOT, is_narrow};
use super::keywords::declaration;
use super::values::escaped;
use super::{CompletionKind, Found};
use crate::place::covering;
use crate::tree::nodes;

/// When a test begins whose author did not say yet.
const SOME_TIME: &str = "2026-01-05T09:00Z";

/// So many durations of the declaration are proposed again.
const MAX_USED: usize = 8;

const KIND: CompletionKind = CompletionKind::Value;

/// Values of the types that fit an operand.
pub(super) fn by_type(context: &Context, found: &mut Found) {
    let scope = context.scope.as_ref();
    if let Some(Type::Enum(members)) = scope.and_then(|it| it.wanted.as_ref()).map(Type::required) {
        members_of(&members, found);
    }
    let direct = context.parent();
    let fits = context.fits();
    texts(context, direct, found);
    let looked_into = context.before() == Some(K::KW_IN);
    for ty in fits.iter().filter(|_| is_narrow(fits)) {
        match ty.required() {
            Type::Enum(members) if members.len() > 1 => members_of(&members, found),
            Type::Duration => durations(context, &["1h", "1d", "3d", "7d", "30d"], found),
            Type::TimeOfDay if looked_into => hours(FIRST, found),
            Type::Weekday if looked_into => {
                let insert = "${1:mon}..${2:fri}$0".to_owned();
                found.snippet(KIND, "mon..fri", insert, "between two days of the week", FIRST);
            }
            Type::TimeOfDay => times_of_day(&["09:00", "12:00", "18:00"], NEARLY, found),
            Type::Time if direct == Some(K::ASSIGNMENT) => instant(context, NEARLY, found),
            Type::Record(fields) if is_given(direct) => {
                let fields = fields.iter().enumerate();
                let parts = fields.map(|(at, it)| format!("{}: {}", it.name, slot(&it.ty, at + 1)));
                let insert = format!("{{ {} }}", parts.collect::<Vec<_>>().join(", "));
                found.snippet(KIND, "{ … }", insert, ty.to_string(), FIRST);
            }
            Type::List(item)
                if *item != Type::Error
                    && (is_given(direct) || direct == Some(K::COMPARE_CHAIN)) =>
            {
                let insert = format!("[{}]", slot(&item, 1));
                found.snippet(KIND, "[ … ]", insert, ty.to_string(), NEARLY);
            }
            _ => {}
        }
    }
}

/// A text to be filled in, where hardly anything else is written.
fn texts(context: &Context, parent: Option<K>, found: &mut Found) {
    let wanted = context.fits().first().is_some_and(|ty| ty.required() == Type::Text);
    let scope = context.scope.as_ref();
    match parent {
        Some(K::WEBHOOK | K::REQUEST_LINE) => {
            let insert = "\"https://$1\"".to_owned();
            found.snippet(KIND, "\"https://…\"", insert, "a URL", FIRST);
        }
        Some(K::ARG | K::ASSIGNMENT | K::DEFAULT | K::MAIL_PART | K::HEADER_PART) if wanted => {
            // What must be known before anything runs is written down.
            let known = scope.is_some_and(|scope| scope.constant || !scope.now);
            let rank = if known { FIRST } else { NEARLY };
            found.snippet(KIND, "\"…\"", "\"$1\"".to_owned(), "text", rank);
        }
        _ => {}
    }
}

/// Whether the operand is given to something as it stands, and nothing is asked of it.
pub(super) fn is_given(parent: Option<K>) -> bool {
    matches!(parent, Some(K::ARG | K::ASSIGNMENT | K::DEFAULT | K::LIST_EXPR | K::RESPOND_STEP))
}

fn members_of(members: &[std::sync::Arc<str>], found: &mut Found) {
    for member in members {
        found.plain(CompletionKind::EnumMember, &quoted(member), "", 0);
    }
}

/// A text as it is written down.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::new();
    written::quote(text, &mut out);
    out
}

/// A literal of some type, as a place to fill in.
pub(super) fn slot(ty: &Type, number: usize) -> String {
    let word = match ty.required() {
        Type::Text => return format!("\"${number}\""),
        Type::Enum(members) => {
            let mut first = String::new();
            written::escape(members.first().map_or("", |it| it), &mut first);
            return format!("\"${{{number}:{}}}\"", escaped(&first));
        }
        Type::List(_) => return format!("[${number}]"),
        Type::Bool => "true",
        Type::Int | Type::Number => "1",
        Type::Time => SOME_TIME,
        Type::Date => "2026-01-05",
        Type::TimeOfDay => "09:00",
        Type::Weekday => "mon",
        Type::Duration => "1d",
        _ => return format!("${number}"),
    };
    format!("${{{number}:{word}}}")
}

/// Durations: those that the author uses around here, then `others`. Behind digits their units.
fn durations(context: &Context, others: &[&str], found: &mut Found) {
    let digits = context.typed.bytes().take_while(u8::is_ascii_digit).count();
    if let Some(number) = context.typed.get(..digits).filter(|it| !it.is_empty()) {
        let units =
            [("m", "minutes"), ("h", "hours"), ("d", "days"), ("w", "weeks"), ("s", "seconds")];
        for (unit, about) in units {
            found.plain(KIND, &format!("{number}{unit}"), about, 0);
        }
        return;
    }
    let declaration = context.declaration().into_iter().flat_map(|node| node.leaves());
    let tested = context.tested.iter().flat_map(|tree| tree.tokens());
    let used = tested.chain(declaration).filter(|token| token.kind() == K::DURATION_LIT);
    let mut all: Vec<&str> = Vec::new();
    for duration in used.map(|token| token.text()).take(MAX_USED).chain(others.iter().copied()) {
        if !all.contains(&duration) {
            all.push(duration);
            found.plain(KIND, duration, "duration", NEARLY);
        }
    }
}

/// A range of times of day.
fn hours(rank: u8, found: &mut Found) {
    let insert = "${1:09:00}..${2:17:00}$0".to_owned();
    found.snippet(KIND, "09:00..17:00", insert, "between two times of day", rank);
}

fn times_of_day(values: &[&str], rank: u8, found: &mut Found) {
    for value in values {
        found.plain(KIND, value, "timeofday", rank);
    }
}

/// The last instant that the declaration speaks of, or some.
fn instant(context: &Context, rank: u8, found: &mut Found) {
    let declaration = context.declaration();
    let tokens = declaration.into_iter().flat_map(|node| node.leaves());
    let before = tokens.take_while(|token| token.range().end <= context.probe.start);
    let last = before.filter(|token| token.kind() == K::TIME_LIT).last();
    match last {
        Some(last) => found.plain(KIND, last.text(), "an instant, the last one again", rank),
        None => found.plain(KIND, SOME_TIME, "an instant", rank),
    }
}

/// Literals that are tried at the cursor, each with the token that must come out of it.
const TRIED: &[(&str, usize)] =
    &[("1d", 2), (SOME_TIME, 17), ("09:00", 5), ("2 times", 1), ("50% x", 2), ("2", 1)];

/// Values in places of their own: what the parser takes there without an expression around.
pub(super) fn by_place(context: &Context, found: &mut Found) {
    if context.typed.bytes().next().is_some_and(|first| !first.is_ascii_digit()) {
        return;
    }
    let Some(declaration) = declaration(&context.prefix) else { return };
    for (literal, token) in TRIED {
        let start = declaration.len() as u32;
        let range = TextRange::new(start, start + *token as u32);
        let parse = journey_syntax::parse(&format!("{declaration}{literal}"));
        let wrong = |it: TextRange| it.start < range.end && range.start <= it.start;
        if parse.errors.iter().any(|error| wrong(error.range)) {
            continue;
        }
        // What is typed before may have become a part of it.
        if !parse.tree.tokens().any(|token| token.range() == range) {
            continue;
        }
        let around = covering(&parse.tree, range);
        if around.iter().any(|node| node.kind() == K::ERROR) {
            continue;
        }
        let kind = around.last().map(|node| node.kind());
        kind.into_iter().for_each(|kind| in_place(kind, literal, context, found));
    }
}

/// What stands in a node that takes such a literal.
fn in_place(kind: K, literal: &str, context: &Context, found: &mut Found) {
    // What nothing before it waits for.
    let goes_on = if context.on_new_line() { NOT + 1 } else { FIRST };
    let mut snippet = |label: &str, insert: &str, about: &str| {
        found.snippet(KIND, label, insert.to_owned(), about, 0);
    };
    match (kind, literal) {
        (K::AFTER_STEP, "1d") => durations(context, &["1h", "1d", "3d", "7d", "30d"], found),
        (K::SPREAD, "1d") => durations(context, &["1h", "2h"], found),
        (K::TIMEOUT_PART, "1d") => durations(context, &["10s", "30s"], found),
        (K::RETRY_PART, "1d") => durations(context, &["5s", "1m", "1h"], found),
        (K::LIMIT_PART, "1d") => durations(context, &["1s", "1m"], found),
        (K::CAP_RULE, "1d") => durations(context, &["1d", "7d", "30d"], found),
        (K::AT_STEP | K::EXPECT_AT, SOME_TIME) => instant(context, 0, found),
        (K::QUIET_RULE, "09:00") => {
            if context.before() == Some(K::KW_QUIET) {
                snippet("21:00..08:00 hold", "${1:21:00}..${2:08:00} hold$0", "hours of the night");
            }
            times_of_day(&["21:00", "08:00"], 1, found);
        }
        // Behind `until` an instant or a condition may stand as well.
        (K::WINDOW_HOURS, "09:00") if context.is_operand() => {
            times_of_day(&["09:00", "12:00", "18:00"], BEGINS, found);
            hours(BEGINS, found);
        }
        (K::WINDOW_HOURS, "09:00") => {
            hours(goes_on, found);
            times_of_day(&["09:00", "12:00", "18:00"], goes_on, found);
        }
        (K::CAP_RULE, "2") => {
            snippet("2 per 7d", "${1:2} per ${2:7d} ${3:skip}$0", "so many in some time");
        }
        (K::LIMIT_PART, "2") => {
            snippet("100 per 1s", "${1:100} per ${2:1s}$0", "so many in some time");
        }
        (K::RETRY_PART, "2") => {
            let insert = "${1:5} times from ${2:10s} to ${3:10m}$0";
            snippet("5 times from 10s to 10m", insert, "so often, with such pauses");
        }
        (K::TIMES, "2 times") => {
            let insert = "${1:1} times$0".to_owned();
            found.snippet(KIND, "1 times", insert, "so often", goes_on);
        }
        (K::WITH_STATUS, "2") => {
            for (status, about) in
                [("503", "unavailable"), ("429", "too many"), ("404", "not found")]
            {
                found.plain(KIND, status, about, 0);
            }
        }
        (K::PERCENT, "50% x") => share(context, found),
        _ => {}
    }
}

/// The share of an arm: what the others leave.
fn share(context: &Context, found: &mut Found) {
    let around = context.around();
    let split = around.iter().rev().find_map(|node| ast::Split::cast(*node));
    let percents = split.into_iter().flat_map(|split| nodes(split.syntax()));
    let percents = percents.filter(|node| node.kind() == K::PERCENT);
    let given: Vec<f64> =
        percents.filter_map(|node| node.first_token()?.text().parse().ok()).collect();
    let left = 100.0 - given.iter().sum::<f64>();
    let share = if left <= 0.0 || given.is_empty() { 50.0 } else { left };
    let share = (share * 1_000.0).round() / 1_000.0;
    let digits = context.typed.bytes().take_while(u8::is_ascii_digit).count();
    let typed = context.typed.get(..digits).filter(|it| !it.is_empty());
    let share = typed.map_or_else(|| share.to_string(), str::to_owned);
    let label = format!("{share}% name");
    let insert = format!("${{1:{share}}}% ${{2:name}} {{ $0 }}");
    found.snippet(CompletionKind::Arm, &label, insert, "an arm of the split", 0);
}
