//! What requests and mails are made of: the bodies of actions, and webhooks.

use super::declarations::{attributes, block, name};
use super::recovery::Braced;
use super::{Mark, Parser, expressions, messages, texts, types};
use crate::SyntaxKind::{self, *};

/// The body of an action.
pub(super) const PARTS: Braced = Braced {
    element: messages::REQUEST_PARTS,
    begins: at_part,
    resumes: |p| at_part(p) && p.first_on_line(),
};

const WEBHOOK_PARTS: Braced = Braced {
    element: messages::WEBHOOK_PARTS,
    begins: at_webhook_part,
    resumes: |p| {
        let arm = matches!(p.current, KW_OK | KW_FAILED) && matches!(p.nth(1), L_BRACE | KW_AS);
        arm || (at_webhook_part(p) && p.first_on_line())
    },
};

fn at_part(p: &Parser<'_>) -> bool {
    let mail = matches!(p.current, KW_FROM | KW_TO | KW_REPLY_TO | KW_SUBJECT | KW_TEXT | KW_HTML);
    mail || at_method(p) || at_common_part(p) || p.at(KW_LIMIT)
}

fn at_webhook_part(p: &Parser<'_>) -> bool {
    at_common_part(p) || matches!(p.current, KW_OK | KW_FAILED)
}

fn at_common_part(p: &Parser<'_>) -> bool {
    matches!(p.current, KW_HEADER | KW_BODY | KW_TIMEOUT | KW_RETRY)
}

/// Whether the word begins an arm or a part, so that the brace in front of it opens a block of
/// them.
pub(super) fn begins_block(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        KW_HEADER
            | KW_BODY
            | KW_RETRY
            | KW_OK
            | KW_FAILED
            | KW_DELIVERED
            | KW_SKIPPED
            | KW_LATE
            | KW_EXITED
            | KW_NOT_ENTERED
    )
}

fn at_method(p: &Parser<'_>) -> bool {
    matches!(p.current, KW_GET | KW_POST | KW_PUT | KW_PATCH | KW_DELETE)
}

/// `request_part`
pub(super) fn part(p: &mut Parser<'_>) {
    let mark = p.start();
    match p.current {
        KW_HEADER | KW_BODY | KW_TIMEOUT | KW_RETRY => common_part(p, mark),
        KW_LIMIT => {
            keyword(p);
            p.phrase(&[
                (INT_LIT, "how many requests, for example `limit 250 per 1s`"),
                (KW_PER, "`per` and a duration"),
                (DURATION_LIT, "a duration, for example `1s`"),
            ]);
            p.finish(mark, LIMIT_PART);
        }
        _ if at_method(p) => {
            let method = p.start();
            keyword(p);
            p.finish(method, HTTP_METHOD);
            expressions::expr(p);
            p.finish(mark, REQUEST_LINE);
        }
        _ => {
            let field = p.start();
            keyword(p);
            p.finish(field, MAIL_FIELD);
            expressions::expr(p);
            p.finish(mark, MAIL_PART);
        }
    }
}

/// Takes the keyword of a part, and the colon that other formats have behind it as a mistake.
fn keyword(p: &mut Parser<'_>) {
    let word = p.token_text();
    p.bump();
    if p.at(COLON) {
        let error = messages::no_colon(p, word);
        p.error(error);
        p.leaf(ERROR);
        p.last_error = Some(p.pos);
    }
}

/// What both actions and webhooks have.
fn common_part(p: &mut Parser<'_>, mark: Mark) {
    let kind = match p.current {
        KW_HEADER => {
            header_part(p);
            HEADER_PART
        }
        KW_BODY => {
            keyword(p);
            expressions::expr(p);
            BODY_PART
        }
        KW_TIMEOUT => {
            keyword(p);
            p.phrase(&[(DURATION_LIT, "a duration, for example `timeout 10s`")]);
            TIMEOUT_PART
        }
        _ => {
            keyword(p);
            p.phrase(&[
                (INT_LIT, "how often, for example `retry 8 times from 5s to 1h`"),
                (KW_TIMES, "`times`, as in `retry 8 times from 5s to 1h`"),
                (KW_FROM, "`from` and the first delay, as in `from 5s to 1h`"),
                (DURATION_LIT, "a duration, for example `5s`"),
                (KW_TO, "`to` and the longest delay, as in `from 5s to 1h`"),
                (DURATION_LIT, "a duration, for example `1h`"),
            ]);
            RETRY_PART
        }
    };
    p.finish(mark, kind);
}

/// `kw_header ~ header_name ~ ":" ~ expr`
fn header_part(p: &mut Parser<'_>) {
    p.bump();
    let mark = p.start();
    if p.at_text() {
        texts::text(p);
        p.finish(mark, HEADER_NAME);
    } else {
        p.expected("the header's name in double quotes");
        while !matches!(p.current, COLON | R_BRACE | EOF) && !p.first_on_line() {
            p.skip_one();
        }
        p.finish(mark, ERROR);
        if p.at(COLON) {
            p.last_error = Some(p.pos);
        }
    }
    if p.expect(COLON, "`:` and the header's value") {
        expressions::expr(p);
    } else if !p.first_on_line() && (p.at(EQ) || p.at_text()) {
        if p.at(EQ) {
            p.leaf(ERROR);
        }
        expressions::expr(p);
    }
}

/// A tile. The current token is `webhook`.
pub(super) fn webhook(p: &mut Parser<'_>, mark: Mark) {
    p.bump();
    if at_method(p) {
        p.leaf(HTTP_METHOD);
    } else {
        p.expected("a method: `get`, `post`, `put`, `patch` or `delete`");
        if p.at_word() && !p.first_on_line() {
            p.leaf(ERROR);
        }
    }
    if expressions::at_expr(p) && !expressions::at_block(p) {
        expressions::expr(p);
    } else {
        p.expected("the URL, for example `webhook post \"https://example.com\" { … }`");
    }
    attributes(p);
    p.braced(&WEBHOOK_PARTS, "a block `{ … }` with the request and its arms", |p| {
        let mark = p.start();
        match p.current {
            KW_OK => {
                p.bump();
                response(p);
                block(p, "a block `{ … }` after `ok`");
                p.finish(mark, OK_ARM);
            }
            KW_FAILED => failed_arm(p),
            _ => common_part(p, mark),
        }
    });
    p.finish(mark, WEBHOOK);
}

/// `response?`
fn response(p: &mut Parser<'_>) {
    if p.at(KW_AS) {
        let mark = p.start();
        p.bump();
        name(p, "a name for the response");
        if p.expect(COLON, "`:` and the type of the response, for example `as reply: { id: text }`")
        {
            types::type_ref(p);
        }
        p.finish(mark, RESPONSE);
    }
}

/// Of a webhook or a `send`.
pub(super) fn failed_arm(p: &mut Parser<'_>) {
    let mark = p.start();
    p.bump();
    block(p, "a block `{ … }` after `failed`");
    p.finish(mark, FAILED_ARM);
}
