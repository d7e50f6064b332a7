//! Which words of the language can stand at the cursor.
//!
//! Each is tried: it is put in, the declaration up to it is parsed, and it fits if the parser took
//! it for the word it is. So these are exactly those of the grammar.

use journey_base::TextRange;
use journey_sema::Type;
use journey_syntax::{CONTEXTUAL, Parse, RESERVED, SyntaxKind, ast};

use super::context::Context;
use super::fit::{BEGINS, EXACTLY, FIRST, NEARLY, NOT, SELDOM, UNKNOWN, is_narrow};
use super::literals::is_given;
use super::{CompletionKind, Found, snippets};
use crate::place::covering;
use crate::words;

/// A declaration is tried with so much before the cursor. Behind more, only the words that begin a
/// tile are offered.
const MAX_TRIED: usize = 48 << 10;

/// Words that are names where nothing follows, and what follows them where they are not.
const FOLLOWED: &[(&str, &str)] =
    &[("no", " send"), ("up", " to"), ("goal", " x"), ("webhook", " x")];

const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What is expected that is no condition.
const EXPECTED: &[&str] = &["exit", "at", "send", "webhook", "goal", "no", "not"];

/// Begin something of their own wherever they stand.
const STATEMENTS: &[&str] = &[
    "wait",
    "branch",
    "split",
    "send",
    "webhook",
    "update",
    "add",
    "remove",
    "run",
    "enter",
    "let",
    "repeat",
    "exit",
    "policy",
    "destination",
    "journey",
    "test",
    "entry",
    "reenter",
    "while",
    "goal",
    "timezone",
    "expect",
    "choose",
    "join",
    "leave",
    "respond",
    "fail",
    "pause",
    "resume",
    "quiet",
    "require",
    "cap",
    "action",
    "secret",
    "setting",
];

/// What begins a tile.
const TILES: &[&str] = &[
    "wait", "branch", "split", "send", "webhook", "update", "add", "remove", "run", "enter", "let",
    "repeat", "exit",
];

/// Adds the words that fit.
pub(super) fn complete(context: &Context, found: &mut Found) {
    if context.denies() {
        for word in ["send", "goal", "webhook"] {
            offer(word, None, context, found);
        }
        return;
    }
    // Behind a `.` or an `@` every word is a name.
    let before = context.before();
    if matches!(before, Some(SyntaxKind::DOT | SyntaxKind::AT_SIGN)) {
        return;
    }
    let Some(declaration) = declaration(&context.prefix) else {
        for word in TILES {
            offer(word, None, context, found);
        }
        return;
    };
    let mut tried = String::with_capacity(declaration.len() + 16);
    for (word, kind) in RESERVED.iter().chain(CONTEXTUAL) {
        if !super::found::fits(word, &context.typed) {
            continue;
        }
        let range =
            TextRange::new(declaration.len() as u32, (declaration.len() + word.len()) as u32);
        // Where an arm begins, such a word would be a value.
        let followed = context.parent() != Some(SyntaxKind::VALUE_ARM);
        let follower = FOLLOWED.iter().find(|(known, _)| known == word).map(|(_, next)| *next);
        let follower = follower.filter(|_| followed);
        let node = [Some(""), follower].into_iter().flatten().find_map(|next| {
            tried.clear();
            tried.extend([declaration, word, next]);
            taken(&journey_syntax::parse(&tried), range, *kind)
        });
        if let Some(node) = node.filter(|node| has_part(*node, context)) {
            offer(word, Some(node), context, found);
        }
    }
}

/// Whether what the word would stand in is a part of what the destination around does: one makes
/// requests, another sends mail, and a log only writes its line.
fn has_part(node: SyntaxKind, context: &Context) -> bool {
    use SyntaxKind::*;
    let Some(kind) = context.destination() else { return true };
    match node {
        MAIL_FIELD => kind == "smtp",
        HTTP_METHOD | HEADER_PART | BODY_PART => kind == "http",
        TIMEOUT_PART | RETRY_PART | LIMIT_PART => kind != "log",
        _ => true,
    }
}

/// What the word at `range` is in, if the parser took it for the keyword `kind`.
fn taken(parse: &Parse, range: TextRange, kind: SyntaxKind) -> Option<SyntaxKind> {
    let overlaps = |it: TextRange| it.start < range.end && range.start < it.end;
    if parse.errors.iter().any(|error| overlaps(error.range)) {
        return None;
    }
    let token = parse.tree.tokens().find(|token| token.range() == range);
    token.filter(|token| token.kind() == kind)?;
    let around = covering(&parse.tree, range);
    let lost = around.iter().any(|node| node.kind() == SyntaxKind::ERROR);
    around.last().filter(|_| !lost).map(|node| node.kind())
}

/// The part of a text that begins with its last declaration; nothing where that is too long to be
/// tried with many words.
pub(super) fn declaration(prefix: &str) -> Option<&str> {
    let parse = journey_syntax::parse(prefix);
    let file: Option<ast::File<'_>> = journey_syntax::AstNode::cast(parse.tree.root());
    let last = file.and_then(|file| file.items().last());
    let start = last.map_or(0, |item| journey_syntax::AstNode::range(&item).start);
    prefix.get(start as usize..).filter(|part| part.len() <= MAX_TRIED)
}

fn offer(word: &str, node: Option<SyntaxKind>, context: &Context, found: &mut Found) {
    let rank = rank(word, node, context);
    let Some(rank) = rank else { return };
    let about = words::keyword(word);
    match snippets::of_keyword(word, context) {
        Some(snippet) => {
            found.snippet(CompletionKind::Keyword, word, snippet, about, rank);
        }
        None => found.plain(CompletionKind::Keyword, word, about, rank),
    }
}

/// How well a word fits that would stand in `node`; nothing where it is of another type.
fn rank(word: &str, node: Option<SyntaxKind>, context: &Context) -> Option<u8> {
    if node.is_some_and(is_operator) {
        return Some(if context.on_new_line() { NOT + 1 } else { joins(word, context) });
    }
    let expected = context.before() == Some(SyntaxKind::KW_EXPECT);
    if expected && EXPECTED.contains(&word) || context.denies() {
        return Some(FIRST);
    }
    if context.is_operand() && word != "else" {
        return of_operand(word, context);
    }
    // What ends on this line is gone on with first.
    let goes_on = !snippets::begins_statement(context);
    Some(if goes_on && begins(word, node) { BEGINS } else { UNKNOWN })
}

/// Whether a word begins something of its own, and does not go on with what stands before it.
fn begins(word: &str, node: Option<SyntaxKind>) -> bool {
    use SyntaxKind::*;
    // Elsewhere these words go on with something: `entry event`, `exit x after`, `expect at`.
    let begun = [EVENT_DECL, EVENT_STEP, CUSTOMER_DECL, CUSTOMER_STEP, AT_STEP, AFTER_STEP];
    STATEMENTS.contains(&word) || node.is_some_and(|node| begun.contains(&node))
}

/// Whether a word in such a node goes on with the operand before it.
fn is_operator(node: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(
        node,
        AND_CHAIN | OR_CHAIN | COMPARE_CHAIN | COMPARE_OP | MEMBER_OP | PRESENCE_OP | AT_CHAIN
    )
}

/// How well an operator goes on with what stands before it.
fn joins(word: &str, context: &Context) -> u8 {
    if asks_of_event(&context.prefix) {
        return NOT;
    }
    let end = context.before_end();
    let ends = |it: &&(TextRange, Type)| it.0.end == end;
    let Some((_, ty)) = context.index.types.iter().rev().find(ends) else { return NEARLY };
    let apt = match ty.required() {
        _ if word == "is" => ty.is_optional(),
        Type::Bool => matches!(word, "and" | "or"),
        Type::Text | Type::Enum(_) => {
            matches!(word, "in" | "contains" | "starts_with" | "ends_with" | "matches")
        }
        Type::List(_) => word == "contains",
        Type::Date => word == "at",
        Type::Int | Type::Number | Type::TimeOfDay | Type::Weekday => word == "in",
        _ => false,
    };
    if apt { EXACTLY } else { BEGINS }
}

/// Whether the event that a question to the history is about stands before the cursor, which is no
/// operand: `count(order_placed `.
fn asks_of_event(prefix: &str) -> bool {
    let word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let before = prefix.trim_end().trim_end_matches(word).trim_end();
    let asked = before.strip_suffix('(').map(str::trim_end);
    asked.is_some_and(|asked| {
        let name = asked.rsplit(|it| !word(it)).next().unwrap_or_default();
        matches!(name, "count" | "happened" | "last")
    })
}

/// The same for a word that an operand begins with, or that stands in its place.
fn of_operand(word: &str, context: &Context) -> Option<u8> {
    let fits = context.fits();
    let unknown = fits.is_empty();
    let given = is_given(context.parent());
    let wants = |ty: &Type| unknown || context.wants(ty);
    match word {
        // By itself it is no value, and what it begins is offered as a whole.
        "customer" => None,
        "true" | "false" => {
            wants(&Type::Bool).then_some(if given && !unknown { FIRST } else { SELDOM })
        }
        "not" if fits == [Type::Bool] => Some(BEGINS),
        "not" => Some(if wants(&Type::Bool) { SELDOM } else { NOT }),
        "if" => Some(SELDOM),
        "unset" => {
            let optional = unknown || fits.iter().any(Type::is_optional);
            optional.then_some(if given && !unknown { UNKNOWN } else { SELDOM })
        }
        _ if DAYS.contains(&word) => match context.parent() {
            Some(SyntaxKind::WAIT_UNTIL) => Some(BEGINS),
            _ if unknown || !is_narrow(fits) => Some(SELDOM),
            _ => wants(&Type::Weekday).then_some(EXACTLY),
        },
        // `until`, `for`, `up` and `by` behind `wait`.
        "up" | "by" => Some(EXACTLY),
        _ => Some(FIRST),
    }
}
