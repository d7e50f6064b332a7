//! The words in which mistakes are reported.

use journey_base::{Code, TextRange};

use super::recovery::Opener;
use super::{MAX_DEPTH, Parser};
use crate::SyntaxKind::{self, *};
use crate::{MAX_TEXT, SyntaxError};

/// `what` is missing at the current token.
pub(super) fn expected(p: &Parser<'_>, what: &str) -> SyntaxError {
    let found = found(p);
    let error = SyntaxError::new(Code::SYNTAX, place(p), format!("expected {what}, found {found}"));
    match p.current {
        KW_IF | KW_WHEN if what.ends_with("`else`") => {
            error.help("another case is another arm: `when … { … }` before `else`")
        }
        L_BRACE if what == SPLIT_NAME => {
            error.help("a split has a name: `split subject { 50% short { … } 50% long { … } }`")
        }
        _ => match unit_apart(p) {
            Some(help) => error.help(help),
            None => error,
        },
    }
}

pub(super) const SPLIT_NAME: &str = "the split's name";

/// A unit of time stands as a word behind its number: `3 days`.
fn unit_apart(p: &Parser<'_>) -> Option<String> {
    let unit = match p.token_text().to_ascii_lowercase().as_str() {
        "ms" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "week" | "weeks" => "w",
        _ => return None,
    };
    let before = p.text.get(..p.end_of_last().start as usize)?;
    let (rest, digits) =
        before.split_at(before.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    let number = !digits.is_empty() && !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    (p.current == IDENT && number).then(|| format!("a duration is one word: `{digits}{unit}`"))
}

/// The current token begins no element of a list, whose elements are called `what`.
pub(super) fn no_element(p: &Parser<'_>, what: &str) -> SyntaxError {
    let range = if p.at(EOF) { p.end_of_last() } else { p.range() };
    let message = format!("expected {what}, found {}", found(p));
    let error = SyntaxError::new(Code::SYNTAX, range, message);
    if let Some(help) = unit_apart(p) {
        return error.help(help);
    }
    if let Some(word) = similar_keyword(p, what) {
        return error.help(format!("did you mean `{word}`?"));
    }
    match p.current {
        KW_IF if what == "a tile" => {
            error.help("a decision is a tile: `branch { when … { … } else { … } }`")
        }
        KW_WHEN | KW_ON | KW_TIMEOUT if what == "a tile" => {
            error.help("arms stand in `branch { … }` or `wait { … }`")
        }
        AT_SIGN if what == "a field" => {
            error.help("attributes stand behind the type: `email: text @pii`")
        }
        kind if p.nth(1) == L_BRACE || kind == KW_EXITED => match place_of_arm(kind, what) {
            Some(place) => error.help(place),
            None => error,
        },
        _ => error,
    }
}

/// Where an arm belongs that stands among what is called `what`.
fn place_of_arm(arm: SyntaxKind, what: &str) -> Option<&'static str> {
    Some(match (arm, what) {
        (KW_LATE, "a tile") => {
            "`late` stands in braces behind a time: `wait until customer.due_at { late { … } }`"
        }
        (KW_OK, SEND_ARMS) => "what was sent is `delivered`",
        (KW_DELIVERED | KW_SKIPPED, WEBHOOK_PARTS) => "what was answered is `ok`, else `failed`",
        (KW_DELIVERED | KW_SKIPPED, "a tile") => "arms of a message: `send mail.x() { … }`",
        (KW_OK, "a tile") => "an arm of a webhook: `webhook post \"https://…\" { ok { … } }`",
        (KW_FAILED, "a tile") => "an arm of `send mail.x() { … }` or `webhook post \"…\" { … }`",
        (KW_EXITED | KW_NOT_ENTERED, "a tile") => "arms of another journey: `run name() { … }`",
        _ => return None,
    })
}

pub(super) const SEND_ARMS: &str = "`delivered`, `failed` or `skipped`";
pub(super) const RUN_ARMS: &str = "`exited`, `not_entered` or `else`";
pub(super) const WEBHOOK_PARTS: &str = "`header`, `body`, `timeout`, `retry`, `ok` or `failed`";
pub(super) const REQUEST_PARTS: &str = "a part of the request, for example `body` or `timeout`";

/// The current token, where it stands on the line; the end of the line where it does not, for
/// that is where something is missing.
fn place(p: &Parser<'_>) -> TextRange {
    let missing = p.at(EOF) || (p.first_on_line() && p.end_of_last().start > 0);
    if missing { p.end_of_last() } else { p.range() }
}

/// The current token, as one speaks of it.
pub(super) fn found(p: &Parser<'_>) -> String {
    match p.current {
        EOF => "the end of the file".to_owned(),
        DOC => "a doc comment".to_owned(),
        TEXT_QUOTE | LONG_QUOTE | TEXT_CHUNK | LONG_CHUNK => "a text".to_owned(),
        INTERP_CLOSE => "the `}` of the text".to_owned(),
        kind if kind.is_reserved() => format!("the keyword `{}`", p.token_text()),
        _ => match invisible(p.token_text()) {
            Some(character) => format!("an invisible character, U+{:04X}", character as u32),
            None => format!("`{}`", shortened(p.token_text())),
        },
    }
}

/// A token of a whole line would drown the message.
fn shortened(text: &str) -> String {
    const LIMIT: usize = 32;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The first character of a token, if it shows nothing that one could see in a message: what comes
/// along with text copied from web pages and documents.
fn invisible(text: &str) -> Option<char> {
    let first = text.chars().next()?;
    let joins_or_marks =
        matches!(first, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{206F}');
    (first.is_whitespace() || first.is_control() || joins_or_marks).then_some(first)
}

/// A keyword that begins what is expected and resembles the current word.
fn similar_keyword(p: &Parser<'_>, what: &str) -> Option<&'static str> {
    let candidates: &[&str] = match what {
        "a declaration" => {
            &["customer", "event", "audience", "let", "policy", "destination", "journey", "test"]
        }
        "a tile" => &[
            "entry", "reenter", "while", "goal", "timezone", "wait", "branch", "split", "send",
            "webhook", "update", "add", "remove", "run", "enter", "let", "repeat", "exit",
        ],
        "a step" => &[
            "journey", "customer", "at", "after", "event", "update", "choose", "join", "leave",
            "enter", "respond", "fail", "pause", "resume", "expect",
        ],
        "`on`, `when` or `timeout`" => &["on", "when", "timeout"],
        "`when` or `else`" => &["when", "else"],
        "`late`" => &["late"],
        SEND_ARMS => &["delivered", "failed", "skipped"],
        RUN_ARMS => &["exited", "not_entered", "else"],
        "`require`, `quiet` or `cap`" => &["require", "quiet", "cap"],
        "`action`, `setting` or `secret`" => &["action", "setting", "secret"],
        WEBHOOK_PARTS => &["header", "body", "timeout", "retry", "ok", "failed"],
        REQUEST_PARTS => &[
            "get", "post", "put", "patch", "delete", "header", "body", "timeout", "retry", "limit",
            "from", "to", "reply_to", "subject", "text", "html",
        ],
        _ => &[],
    };
    let word = p.at_word().then(|| p.token_text())?;
    let distance = |candidate: &&&str| strsim::osa_distance(word, candidate);
    let best = candidates.iter().min_by_key(distance)?;
    (distance(&best) <= 1 + best.len() / 5 && *best != word).then_some(best)
}

/// The current token is malformed, or a doc comment that describes nothing.
pub(super) fn stray(p: &Parser<'_>) -> SyntaxError {
    let (range, text) = (p.range(), p.token_text());
    if p.at(DOC) {
        let message = "a doc comment stands before a declaration, a field or a tile";
        return SyntaxError::new(Code::SYNTAX, range, message).help("write `//` for a remark here");
    }
    let bad = |message: String| SyntaxError::new(Code::BAD_TOKEN, range, message);
    let first = text.chars().next().unwrap_or_default();
    if let Some(character) = invisible(text) {
        let message = format!("an invisible character, U+{:04X}, stands here", character as u32);
        return bad(message).help("replace it with a blank, or remove it");
    }
    match text {
        ";" => {
            bad("`;` is not needed here".to_owned()).help("remove it: statements end by themselves")
        }
        "&&" | "&" => bad(format!("`{text}` is not an operator here")).help("write `and`"),
        "||" => bad("`||` is not an operator here".to_owned()).help("write `or`"),
        "!" => bad("`!` is not an operator here".to_owned()).help("write `not`"),
        "“" | "”" | "„" | "«" | "»" | "‘" | "’" | "'" | "`" => {
            bad(format!("`{text}` does not quote a text")).help("texts stand in \"…\"")
        }
        "–" | "—" | "−" => bad(format!("`{text}` is not a minus sign")).help("write `-`"),
        _ if matches!(first, '\'' | '“' | '‘' | '„' | '«') => {
            let inside = text.trim_matches(['\'', '“', '”', '„', '‘', '’', '«', '»']);
            bad(format!("{} is not a text", shortened(text)))
                .help(format!("texts stand in straight double quotes: \"{}\"", shortened(inside)))
        }
        _ if first.is_ascii_digit() => {
            literal(bad(format!("`{}` is not a literal", shortened(text))), text)
        }
        _ => bad(format!("`{}` means nothing here", shortened(text)))
            .help("remove it, or put it in a text: \"…\""),
    }
}

/// Guesses which literal was meant.
fn literal(error: SyntaxError, text: &str) -> SyntaxError {
    if text.starts_with("0x") || text.starts_with("0b") {
        error.help("numbers are decimal")
    } else if text.contains('T') {
        error.help("an instant is written `2026-12-01T09:00Z` or `2026-12-01T09:00:30.250+01:00`")
    } else if text.contains(':') {
        error.help("a time of day is written `09:00` or `21:30:15`")
    } else if text.contains('.') {
        error.help("a number is written `2.5`; a duration takes whole numbers, `1d12h`")
    } else {
        error.help("a duration is written `30s`, `5m`, `2h`, `3d`, `1w` or `1d12h`")
    }
}

/// The doc comment that ends before the current token describes nothing.
pub(super) fn dangling_doc(p: &Parser<'_>) -> SyntaxError {
    let end = p.end_of_last().start;
    let len = p.tape.iter().rev().find(|entry| entry.kind == DOC).map_or(0, |doc| doc.len());
    let range = TextRange::new(end.saturating_sub(len), end);
    SyntaxError::new(Code::SYNTAX, range, "this doc comment describes nothing")
        .help("doc comments stand before a declaration, a field or a tile; write `//` for a remark")
}

/// An expression stands where a default does.
pub(super) fn default_goes_on(p: &Parser<'_>) -> SyntaxError {
    let message = format!("a default is a single value, found {}", found(p));
    SyntaxError::new(Code::SYNTAX, p.range(), message)
        .help("compute it in a constant, `let name = …`, and write its name here")
}

/// A comma stands between elements that need none.
pub(super) fn no_comma(p: &Parser<'_>) -> SyntaxError {
    SyntaxError::new(Code::SYNTAX, p.range(), "no `,` is needed here")
        .help("remove it: only arguments, lists and records take commas")
}

/// A colon stands behind the name of a part, which needs none.
pub(super) fn no_colon(p: &Parser<'_>, part: &str) -> SyntaxError {
    let message = format!("no `:` stands behind `{part}`");
    SyntaxError::new(Code::SYNTAX, p.range(), message).help("remove it")
}

/// The current word is reserved and stands where a name is wanted.
pub(super) fn reserved(p: &Parser<'_>) -> SyntaxError {
    let word = p.token_text();
    let message = format!("`{word}` is a keyword and cannot be a name here");
    SyntaxError::new(Code::RESERVED_WORD, p.range(), message)
        .help(format!("choose another name, for example `{word}_`"))
}

/// The bracket is not closed before the current token.
pub(super) fn unclosed(p: &Parser<'_>, opener: &Opener) -> SyntaxError {
    let (open, close) = (spelling(opener.open), spelling(opener.close));
    let error =
        SyntaxError::new(Code::UNCLOSED, opener.range, format!("this `{open}` is never closed"));
    error.related(place(p), format!("expected `{close}` before {}", found(p)))
}

/// The `<` of a type is not closed.
pub(super) fn unclosed_angle(p: &Parser<'_>, open: TextRange) -> SyntaxError {
    SyntaxError::new(Code::UNCLOSED, open, "this `<` is never closed")
        .related(place(p), format!("expected `>` before {}", found(p)))
}

/// The place of a too deeply nested part.
pub(super) fn too_deep(p: &Parser<'_>) -> SyntaxError {
    let message = format!("nested more than {MAX_DEPTH} levels deep");
    SyntaxError::new(Code::TOO_DEEP, p.range(), message)
        .help("name parts of it with `let` or `audience`")
}

/// The text goes on where nothing is read any more.
pub(super) fn too_long(p: &Parser<'_>, bytes: usize) -> SyntaxError {
    let message = format!("the text has {bytes} bytes; at most {MAX_TEXT} are read");
    SyntaxError::new(Code::BAD_FILE, p.end_of_last(), message)
        .help("split it: all files of a workspace share their names")
}

/// What a token is written like.
pub(super) fn spelling(kind: SyntaxKind) -> &'static str {
    match kind {
        SyntaxKind::INTERP_OPEN => "{",
        SyntaxKind::INTERP_CLOSE => "}",
        _ => kind.spelling().unwrap_or_default(),
    }
}
