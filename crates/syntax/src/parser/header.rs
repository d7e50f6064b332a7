//! Journeys: the header.

use journey_base::Code;

use super::declarations::{any_name, dangling_docs, docs, external_name, name};
use super::recovery::Braced;
use super::{Parser, expressions, tiles};
use crate::SyntaxError;
use crate::SyntaxKind::{self, *};

const BODY: Braced = Braced {
    element: "a tile",
    begins: |p| at_clause(p) || tiles::at_tile(p),
    resumes: |p| at_clause(p) || tiles::at_tile(p),
};

pub(super) fn journey_decl(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    name(p, "the journey's name");
    external_name(p);
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
        KW_ENTRY | KW_REENTER => p.nth(1) != COLON,
        // Also where the outcome's name is missing: no tile goes on like this.
        KW_EXIT => [p.nth(1), p.nth(2)].into_iter().any(starts_criterion) && p.nth(1) != COLON,
        _ => false,
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
        .help("move it up: `entry`, `reenter` and exit criteria come first in a journey");
    p.error(error);
    clause(p);
}

fn clause(p: &mut Parser<'_>) {
    let mark = p.start();
    let kind = match p.current {
        KW_ENTRY => entry_clause(p),
        KW_REENTER => reenter_clause(p),
        _ => exit_clause(p),
    };
    p.finish(mark, kind);
}

fn entry_clause(p: &mut Parser<'_>) -> SyntaxKind {
    p.bump();
    let mark = p.start();
    match p.current {
        KW_EVENT => {
            event_pattern(p);
            p.finish(mark, ENTRY_EVENT);
        }
        KW_AUDIENCE => {
            p.bump();
            name(p, "the audience's name");
            p.finish(mark, ENTRY_AUDIENCE);
        }
        KW_MANUAL => p.leaf(ENTRY_MANUAL),
        _ => p.expected("`event`, `audience` or `manual`"),
    }
    ENTRY_CLAUSE
}

/// `kw_event ~ name ~ alias? ~ where_clause?`
pub(super) fn event_pattern(p: &mut Parser<'_>) {
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
            event_pattern(p);
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
