//! Which words of the language can stand at the cursor.
//!
//! Each is tried: it is put in, the declaration up to it is parsed, and it fits if the parser took
//! it for the word it is. So these are exactly those of the grammar.

use journey_base::TextRange;
use journey_syntax::{CONTEXTUAL, Parse, RESERVED, SyntaxKind, ast};

use super::context::Context;
use super::{CompletionKind, Found, snippets};
use crate::place::covering;
use crate::words;

/// A declaration is tried with so much before the cursor. Behind more, only the words that begin a
/// tile are offered.
const MAX_TRIED: usize = 48 << 10;

/// Words that are names where nothing follows, and what follows them where they are not.
const FOLLOWED: &[(&str, &str)] =
    &[("no", " send"), ("up", " to"), ("goal", " x"), ("webhook", " x")];

/// What begins a tile.
const TILES: &[&str] = &[
    "wait", "branch", "split", "send", "webhook", "update", "add", "remove", "run", "enter", "let",
    "repeat", "exit",
];

/// Adds the words that fit.
pub(super) fn complete(context: &Context, found: &mut Found) {
    // Behind a `.` or an `@` every word is a name.
    let before = context.before().map(|token| token.kind());
    if matches!(before, Some(SyntaxKind::DOT | SyntaxKind::AT_SIGN)) {
        return;
    }
    let declaration = declaration(&context.prefix);
    if declaration.len() > MAX_TRIED {
        for word in TILES {
            offer(word, context, found);
        }
        return;
    }
    let mut tried = String::with_capacity(declaration.len() + 16);
    for (word, kind) in RESERVED.iter().chain(CONTEXTUAL) {
        if !super::fits(word, &context.typed) {
            continue;
        }
        let range =
            TextRange::new(declaration.len() as u32, (declaration.len() + word.len()) as u32);
        let follower = FOLLOWED.iter().find(|(known, _)| known == word).map(|(_, next)| *next);
        let fits = [Some(""), follower].into_iter().flatten().any(|next| {
            tried.clear();
            tried.extend([declaration, word, next]);
            taken(&journey_syntax::parse(&tried), range, *kind)
        });
        if fits {
            offer(word, context, found);
        }
    }
}

/// Whether the parser took the word at `range` for the keyword `kind`.
fn taken(parse: &Parse, range: TextRange, kind: SyntaxKind) -> bool {
    let overlaps = |it: TextRange| it.start < range.end && range.start < it.end;
    if parse.errors.iter().any(|error| overlaps(error.range)) {
        return false;
    }
    let token = parse.tree.tokens().find(|token| token.range() == range);
    token.is_some_and(|token| token.kind() == kind)
        && !covering(&parse.tree, range).iter().any(|node| node.kind() == SyntaxKind::ERROR)
}

/// The part of a text that begins with its last declaration.
fn declaration(prefix: &str) -> &str {
    let parse = journey_syntax::parse(prefix);
    let file: Option<ast::File<'_>> = journey_syntax::AstNode::cast(parse.tree.root());
    let last = file.and_then(|file| file.items().last());
    let start = last.map_or(0, |item| journey_syntax::AstNode::range(&item).start);
    prefix.get(start as usize..).unwrap_or(prefix)
}

fn offer(word: &str, context: &Context, found: &mut Found) {
    let rank = rank(word, context);
    let Some(rank) = rank else { return };
    let about = words::keyword(word);
    match snippets::of_keyword(word, context) {
        Some(snippet) => {
            found.snippet(CompletionKind::Keyword, word, snippet, about, rank);
        }
        None => found.plain(CompletionKind::Keyword, word, about, rank),
    }
}

/// How well a word fits in an expression; nothing where it is of another type.
fn rank(word: &str, context: &Context) -> Option<u8> {
    use journey_sema::Type;
    let wanted = context.scope.as_ref().and_then(|scope| scope.wanted.as_ref());
    let wanted = wanted.map(Type::required);
    let joins = matches!(
        word,
        "and"
            | "or"
            | "not"
            | "in"
            | "is"
            | "contains"
            | "matches"
            | "starts_with"
            | "ends_with"
            | "at"
    );
    // On a new line hardly anybody goes on with what stands above it.
    if joins && context.prefix.trim_end_matches([' ', '\t']).ends_with('\n') {
        return Some(8);
    }
    if context.before().is_some_and(|token| token.kind() == SyntaxKind::KW_EXPECT) && !joins {
        return Some(0);
    }
    let day = matches!(word, "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun");
    match wanted {
        Some(Type::Bool) if matches!(word, "true" | "false") => Some(4),
        Some(Type::Weekday) if day => Some(0),
        Some(_) if day || matches!(word, "true" | "false") => None,
        Some(_) => Some(6),
        None => Some(3),
    }
}
