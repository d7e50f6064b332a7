//! Journeys: the header.

use journey_base::Code;

use super::declarations::{
    any_name, attributes, dangling_docs, docs, external_name, name, param_list,
};
use super::recovery::Braced;
use super::{Parser, can_be_name, expressions, tiles};
use crate::SyntaxError;
use crate::SyntaxKind::{self, *};

const BODY: Braced = Braced {
    element: "a tile",
    begins: |p| at_clause(p) || tiles::at_tile(p),
    resumes: |p| resumes_at_clause(p) || tiles::resumes_at_tile(p),
};

/// What kind of event is described.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum EventPattern {
    /// The one that enters.
    Entry,
    /// One that is matched with an instance, of any customer or key where it says `any`.
    Match,
}

pub(super) fn journey_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    name(p, "the journey's name");
    external_name(p);
    if p.at(L_PAREN) {
        param_list(p);
    }
    attributes(p);
    let mut tiles_begun = false;
    p.braced(&BODY, "a block `{ … }` with the journey", |p| {
        let mark = p.start();
        docs(p);
        if !at_clause(p) {
            tiles_begun = true;
            return tiles::documented(p, mark);
        }
        dangling_docs(p, mark);
        if tiles_begun {
            misplaced(p);
        } else {
            clause(p);
        }
    });
    JOURNEY_DECL
}

/// Whether a clause of the header begins here. `exit name` alone is a tile.
pub(super) fn at_clause(p: &Parser<'_>) -> bool {
    match p.current {
        KW_ENTRY | KW_REENTER | KW_WHILE | KW_GOAL | KW_TIMEZONE => p.nth(1) != COLON,
        // Also where the outcome's name is missing: no tile goes on like this.
        KW_EXIT => [p.nth(1), p.nth(2)].into_iter().any(starts_criterion) && p.nth(1) != COLON,
        _ => false,
    }
}

/// Whether a clause begins here for sure, where something else was just skipped.
pub(super) fn resumes_at_clause(p: &Parser<'_>) -> bool {
    match p.current {
        KW_WHILE => p.nth(1) == KW_INSIDE,
        KW_GOAL => p.first_on_line() && can_be_name(p.nth(1)),
        KW_TIMEZONE => {
            let next = p.nth(1);
            let zone = matches!(next, TEXT_QUOTE | LONG_QUOTE | KW_CUSTOMER) || can_be_name(next);
            p.first_on_line() && zone
        }
        _ => at_clause(p),
    }
}

fn starts_criterion(kind: SyntaxKind) -> bool {
    matches!(kind, KW_ON | KW_WHEN | KW_AFTER)
}

/// A clause behind the first tile: it is understood, and reported.
pub(super) fn misplaced(p: &mut Parser<'_>) {
    let what = if p.at(KW_EXIT) {
        "an exit criterion".to_owned()
    } else {
        format!("`{}`", p.token_text())
    };
    let message = format!("{what} stands behind the first tile");
    let error = SyntaxError::new(Code::SYNTAX, p.range(), message)
        .help("move it up: `entry`, `reenter`, goals and exit criteria come first in a journey");
    p.error(error);
    clause(p);
}

fn clause(p: &mut Parser<'_>) {
    let mark = p.start();
    let kind = match p.current {
        KW_ENTRY => entry_clause(p),
        KW_REENTER => reenter_clause(p),
        KW_WHILE => while_clause(p),
        KW_GOAL => goal_clause(p),
        KW_TIMEZONE => {
            p.bump();
            expressions::expr(p);
            TIMEZONE_CLAUSE
        }
        _ => exit_clause(p),
    };
    p.finish(mark, kind);
}

fn entry_clause(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    let mark = p.start();
    match p.current {
        KW_EVENT => {
            event_pattern(p, EventPattern::Entry);
            for_each(p);
            keyed_by(p);
            if p.at(KW_FOR) {
                let message = "`for each` stands behind `keyed by`";
                let error = SyntaxError::new(Code::SYNTAX, p.range(), message);
                p.error(error.help("put it in front: the key may depend on the element"));
                for_each(p);
            }
            p.finish(mark, ENTRY_EVENT);
        }
        KW_AUDIENCE => {
            p.bump();
            name(p, "the audience's name");
            including(p);
            p.finish(mark, ENTRY_AUDIENCE);
        }
        KW_MANUAL => p.leaf(ENTRY_MANUAL),
        _ => p.expected("`event`, `audience` or `manual`"),
    }
    ENTRY_CLAUSE
}

/// `for_each?`
fn for_each(p: &mut Parser<'_>) {
    if p.at(KW_FOR) {
        let mark = p.start();
        p.bump();
        if p.expect(KW_EACH, "`each` and a list of the event, as in `for each order.items as item`")
        {
            expressions::expr(p);
            if p.at(KW_AS) {
                alias(p);
            } else {
                p.expected("`as` and a name for the element");
            }
        }
        p.finish(mark, FOR_EACH);
    }
}

/// `keyed_by?`
fn keyed_by(p: &mut Parser<'_>) {
    if p.at(KW_KEYED) && p.nth(1) != COLON {
        let mark = p.start();
        p.bump();
        if p.expect(KW_BY, "`by` and the key, as in `keyed by cart.id`") {
            expressions::expr(p);
        }
        p.finish(mark, KEYED_BY);
    }
}

/// `including?`
fn including(p: &mut Parser<'_>) {
    if p.at(KW_INCLUDING) && p.nth(1) != COLON {
        let mark = p.start();
        p.bump();
        p.expect(KW_EXISTING, "`existing`");
        p.finish(mark, INCLUDING);
    }
}

/// `kw_any? ~ kw_event ~ name ~ alias? ~ where_clause?`, `any` for a match only.
pub(super) fn event_pattern(p: &mut Parser<'_>, pattern: EventPattern) {
    if pattern == EventPattern::Match {
        p.eat(KW_ANY);
    }
    p.expect(KW_EVENT, "`event`");
    name(p, "the event's name");
    alias(p);
    where_clause(p);
}

/// `alias?`
pub(super) fn alias(p: &mut Parser<'_>) {
    if p.at(KW_AS) {
        let mark = p.start();
        p.bump();
        name(p, "a name for it");
        p.finish(mark, ALIAS);
    }
}

/// `where_clause?`
pub(super) fn where_clause(p: &mut Parser<'_>) {
    if p.at(KW_WHERE) {
        let mark = p.start();
        p.bump();
        expressions::expr(p);
        p.finish(mark, WHERE_CLAUSE);
    }
}

fn reenter_clause(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    match p.current {
        KW_NEVER => p.leaf(REENTER_NEVER),
        KW_ALWAYS => p.leaf(REENTER_ALWAYS),
        KW_LATER => p.leaf(REENTER_LATER),
        KW_AFTER => after(p, REENTER_AFTER),
        _ => p.expected("`never`, `always`, `later` or `after`"),
    }
    REENTER_CLAUSE
}

fn while_clause(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    if p.expect(KW_INSIDE, "`inside`, as in `while inside restart`")
        && !(p.eat(KW_IGNORE) || p.eat(KW_RESTART) || p.eat(KW_REFRESH))
    {
        p.expected("`ignore`, `restart` or `refresh`");
    }
    WHILE_CLAUSE
}

fn goal_clause(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    if p.at(KW_ON) {
        p.expected("the goal's name, for example `goal purchase on event …`");
    } else {
        name(p, "the goal's name");
    }
    if p.expect(KW_ON, "`on event`: what reaches the goal") {
        event_pattern(p, EventPattern::Match);
    }
    let mark = p.start();
    if p.at(KW_WITHIN) {
        p.bump();
        expressions::expr(p);
        p.finish(mark, GOAL_WITHIN);
    } else {
        p.expected("`within` and a duration, for example `within 14d`");
    }
    GOAL_CLAUSE
}

/// `kw_after ~ expr`
fn after(p: &mut Parser<'_>, kind: SyntaxKind) {
    let mark = p.start();
    p.bump();
    expressions::expr(p);
    p.finish(mark, kind);
}

fn exit_clause(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    if starts_criterion(p.current) {
        p.expected("the outcome's name, for example `exit done when …`");
    } else {
        name(p, "the outcome's name");
    }
    let mark = p.start();
    match p.current {
        KW_ON => {
            p.bump();
            event_pattern(p, EventPattern::Match);
            p.finish(mark, EXIT_ON);
        }
        KW_WHEN => {
            p.bump();
            expressions::expr(p);
            p.finish(mark, EXIT_WHEN);
        }
        KW_AFTER => after(p, EXIT_AFTER),
        _ => p.expected("`on`, `when` or `after`"),
    }
    EXIT_CLAUSE
}

/// `name ~ "." ~ any_name`
pub(super) fn action_ref(p: &mut Parser<'_>) {
    let mark = p.start();
    if !name(p, "an action, for example `mail.welcome`") {
        return;
    }
    if p.expect(DOT, "`.` and the action's name") {
        any_name(p, "the action's name");
    }
    p.finish(mark, ACTION_REF);
}
