//! Policies, destinations and their actions.

use journey_base::Code;

use super::declarations::{
    any_name, attributes, dangling_docs, docs, name, name_before_word, param_list, typed,
};
use super::recovery::Braced;
use super::{Parser, expressions, is_word, requests, waits};
use crate::SyntaxError;
use crate::SyntaxKind::{self, *};

const RULES: Braced = Braced {
    element: "`require`, `quiet` or `cap`",
    begins: at_rule,
    resumes: |p| at_rule(p) && (p.first_on_line() || p.at(DOC)),
};

const ITEMS: Braced = Braced {
    element: "`action`, `setting` or `secret`",
    begins: at_item,
    resumes: |p| at_item(p) && (p.at(DOC) || is_word(p.nth(1))),
};

fn at_rule(p: &Parser<'_>) -> bool {
    matches!(p.current, KW_REQUIRE | KW_QUIET | KW_CAP | DOC)
}

fn at_item(p: &Parser<'_>) -> bool {
    matches!(p.current, KW_ACTION | KW_SETTING | KW_SECRET | DOC)
}

pub(super) fn policy_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    name(p, "the policy's name");
    p.braced(&RULES, "a block `{ … }` with the policy's rules", |p| {
        let mark = p.start();
        docs(p);
        let kind = match p.current {
            KW_REQUIRE => {
                p.bump();
                expressions::expr(p);
                REQUIRE_RULE
            }
            KW_QUIET => quiet_rule(p),
            KW_CAP => cap_rule(p),
            _ => return dangling_docs(p, mark),
        };
        p.finish(mark, kind);
    });
    POLICY_DECL
}

/// `quiet 21:00..08:00 hold spread 2h`
fn quiet_rule(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    let start = (TIMEOFDAY_LIT, "the hours, for example `quiet 21:00..08:00 hold`");
    let end = (TIMEOFDAY_LIT, "the end of the quiet hours, for example `08:00`");
    if !p.phrase(&[start]) {
        return QUIET_RULE;
    }
    if !waits::range_operator(p) {
        p.expected("`..` and the end of the quiet hours");
        p.skip_rest_of_line();
        return QUIET_RULE;
    }
    if p.phrase(&[end]) {
        hold_or_skip(p);
    }
    if p.at(KW_SPREAD) {
        let mark = p.start();
        p.bump();
        p.phrase(&[(DURATION_LIT, "a duration, for example `2h`")]);
        p.finish(mark, SPREAD);
    }
    QUIET_RULE
}

/// `cap 2 per 7d hold up to 5d`
fn cap_rule(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    let counted = p.phrase(&[
        (INT_LIT, "how many messages, for example `cap 2 per 7d hold`"),
        (KW_PER, "`per` and a duration"),
        (DURATION_LIT, "a duration, for example `7d`"),
    ]);
    if counted {
        hold_or_skip(p);
        waits::up_to(p);
    }
    CAP_RULE
}

/// `kw_skip | kw_hold`, of which only the latter has something behind it.
fn hold_or_skip(p: &mut Parser<'_>) {
    match p.current {
        KW_HOLD => p.bump(),
        KW_SKIP => {
            p.bump();
            if matches!(p.current, KW_SPREAD | KW_UP) {
                p.expected("the next rule, for a message that is skipped does not wait");
            }
        }
        _ => p.expected("`hold` or `skip`: what happens to the message"),
    }
}

pub(super) fn destination_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    name_before_word(p, "the destination's name");
    if !p.at(L_BRACE) {
        let kind = p.start();
        if name(p, "what kind of destination it is, or a block `{ … }`") {
            p.finish(kind, DESTINATION_KIND);
        }
    }
    p.braced(&ITEMS, "a block `{ … }` with the destination's actions", |p| {
        let mark = p.start();
        docs(p);
        let kind = match p.current {
            KW_SETTING => {
                p.bump();
                any_name(p, "the setting's name");
                typed(p);
                attributes(p);
                SETTING_DECL
            }
            KW_SECRET => {
                p.bump();
                name(p, "the secret's name");
                if p.at(COLON) || p.at(EQ) {
                    let error = secret_goes_on(p);
                    p.error(error);
                    p.skip_rest_of_line();
                }
                SECRET_DECL
            }
            KW_ACTION => action_decl(p),
            _ => return dangling_docs(p, mark),
        };
        p.finish(mark, kind);
    });
    DESTINATION_DECL
}

/// A type or a value stands behind the name of a secret.
fn secret_goes_on(p: &Parser<'_>) -> SyntaxError {
    SyntaxError::new(
        Code::SYNTAX,
        p.range(),
        "a secret is a text, and its value is not written here",
    )
    .help("write its name only: the server reads the value from its environment")
}

fn action_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    name(p, "the action's name");
    if p.at(L_PAREN) {
        param_list(p);
    } else {
        p.expected("the action's parameters `( … )`");
    }
    if p.at(KW_UNDER) {
        let mark = p.start();
        p.bump();
        name(p, "the policy's name");
        p.finish(mark, UNDER);
    }
    attributes(p);
    if p.at(L_BRACE) {
        let mark = p.start();
        p.braced(&requests::PARTS, "", requests::part);
        p.finish(mark, ACTION_BODY);
    }
    ACTION_DECL
}
