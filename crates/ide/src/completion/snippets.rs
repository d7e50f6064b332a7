//! What is written for a word that begins something longer.

use journey_sema::Field;
use journey_syntax::SyntaxKind;

use super::context::Context;

/// The rest of what a keyword begins, where it begins a whole statement.
pub(super) fn of_keyword(word: &str, context: &Context) -> Option<String> {
    let begins = begins_statement(context);
    let snippet = match word {
        "journey" if begins && top(context) => {
            "journey ${1:name} {\n  entry ${2:manual}\n  $0\n  exit done\n}"
        }
        "event" if begins && top(context) => "event ${1:name} {\n  $0\n}",
        "customer" if begins && top(context) => "customer {\n  $0\n}",
        "audience" if begins && top(context) => "audience ${1:name} = $0",
        "let" if begins => "let ${1:name} = $0",
        "policy" if begins && top(context) => "policy ${1:name} {\n  $0\n}",
        "destination" if begins && top(context) => "destination ${1:name} ${2:http} {\n  $0\n}",
        "test" if begins && top(context) => {
            "test \"${1:what happens}\" {\n  journey ${2:name}\n  at ${3:2026-01-05T09:00Z}\n  $0\n}"
        }
        "branch" if begins => "branch {\n  when $1 {\n    $0\n  }\n  else {}\n}",
        "split" if begins => "split ${1:name} {\n  50% ${2:a} { $0 }\n  50% ${3:b} {}\n}",
        "repeat" if begins => "repeat up to ${1:3} times every ${2:1d} {\n  $0\n}",
        "webhook" if begins && !in_test(context) => {
            "webhook ${1:post} \"${2:https://}\" {\n  $0\n}"
        }
        "when" if opens_arm(context) => "when $1 {\n  $0\n}",
        "else" if begins => "else {\n  $0\n}",
        "timeout" if begins && opens_arm(context) => "timeout {\n  $0\n}",
        "delivered" | "failed" | "skipped" | "not_entered" if begins => {
            return Some(format!("{word} {{\n  $0\n}}"));
        }
        "up" if after_repeat(context) => "up to ${1:3} times {\n  $0\n}",
        "up" => "up to ${1:3d}$0",
        "event" if waits_for(context) => "event ${1:name}$0",
        "with" if in_test(context) => "with ${1:503}$0",
        "enter" if begins && in_test(context) => "enter($1)$0",
        "on" if opens_arm(context) => "on event ${1:name} {\n  $0\n}",
        "on" => "on event ${1:name}$0",
        "exited" if begins => "exited ${1:outcome} {\n  $0\n}",
        "ok" if begins => "ok {\n  $0\n}",
        "late" => "late {\n  $0\n}",
        "exit" if begins && !in_test(context) && !in_header(context) => "exit ${1:done}",
        _ => return None,
    };
    Some(snippet.to_owned())
}

/// `name(to: $1, amount: $2)`: what must be given, each in its place.
pub(super) fn call(name: &str, params: &[Field]) -> String {
    let needed = params.iter().filter(|it| it.default.is_none() && !it.ty.is_optional());
    let mut args: Vec<String> = Vec::new();
    for param in needed {
        args.push(format!("{}: ${}", param.name, args.len() + 1));
    }
    match args.len() {
        0 if params.is_empty() => format!("{name}()$0"),
        0 => format!("{name}($1)$0"),
        _ => format!("{name}({})$0", args.join(", ")),
    }
}

/// Whether nothing but blanks stands before the cursor on its line, or what ended before it.
pub(super) fn begins_statement(context: &Context) -> bool {
    let line = context.prefix.rsplit('\n').next().unwrap_or_default();
    let line = line.trim_end();
    line.trim_start().is_empty() || line.ends_with(['{', '}']) || line.ends_with(':')
}

fn after_repeat(context: &Context) -> bool {
    context.before() == Some(SyntaxKind::KW_REPEAT)
}

/// Whether an event is waited for, and its name comes next.
fn waits_for(context: &Context) -> bool {
    matches!(
        context.before(),
        Some(SyntaxKind::KW_FOR | SyntaxKind::KW_ON | SyntaxKind::KW_ANY | SyntaxKind::KW_ENTRY)
    )
}

fn top(context: &Context) -> bool {
    let opened = context.prefix.matches('{').count();
    opened == context.prefix.matches('}').count()
}

fn in_test(context: &Context) -> bool {
    context.kinds.contains(&SyntaxKind::TEST_DECL) || last_opened(context).starts_with("test ")
}

/// Whether no tile stands before the cursor in its journey: then `exit` may be a criterion.
fn in_header(context: &Context) -> bool {
    let opened = last_opened(context);
    opened.starts_with("journey ")
        && context.before().is_some_and(|kind| kind != SyntaxKind::L_BRACE)
        && !context.prefix.trim_end().ends_with('}')
        && context.prefix.rsplit('\n').nth(1).is_some_and(|line| {
            let first = line.split_whitespace().next().unwrap_or_default();
            matches!(first, "entry" | "reenter" | "while" | "goal" | "timezone")
        })
}

fn opens_arm(context: &Context) -> bool {
    begins_statement(context) && {
        let opened = last_opened(context);
        opened.contains("branch") || opened.contains("wait")
    }
}

/// The line of the last brace before the cursor that is still open.
fn last_opened(context: &Context) -> &str {
    let mut depth = 0;
    for (at, sign) in context.prefix.char_indices().rev() {
        match sign {
            '}' => depth += 1,
            '{' if depth == 0 => {
                let before = context.prefix.get(..at).unwrap_or_default();
                return before.rsplit('\n').next().unwrap_or_default().trim_start();
            }
            '{' => depth -= 1,
            _ => {}
        }
    }
    ""
}
