//! Types.

use super::{Parser, declarations, messages, texts};
use crate::SyntaxKind::*;

/// Whether the current token can begin a type.
pub(super) fn at_type(p: &Parser<'_>) -> bool {
    p.at_name() || p.at_text() || p.at(L_BRACE)
}

pub(super) fn type_ref(p: &mut Parser<'_>) {
    if !p.enter() {
        return p.skip_expression();
    }
    let mark = p.start();
    type_atom(p);
    if p.at(QUESTION) {
        p.leaf(OPTIONAL_MARK);
    }
    p.finish(mark, TYPE_REF);
    p.leave();
}

fn type_atom(p: &mut Parser<'_>) {
    if !at_type(p) {
        p.skip_stray();
    }
    let mark = p.start();
    match p.current {
        TEXT_QUOTE | LONG_QUOTE => {
            texts::text(p);
            while p.eat(PIPE) {
                if p.at_text() {
                    texts::text(p);
                } else {
                    p.expected("a text, the next member of the enum");
                }
            }
            p.finish(mark, ENUM_TYPE);
        }
        L_BRACE => {
            declarations::fields(p, "a record type");
            p.finish(mark, RECORD_TYPE);
        }
        _ => {
            if !declarations::name(p, "a type") {
                return;
            }
            if p.at(LT) {
                generic(p);
                p.finish(mark, GENERIC_TYPE);
            } else {
                p.finish(mark, NAMED_TYPE);
            }
        }
    }
}

/// `"<" ~ type_ref ~ ">"`
fn generic(p: &mut Parser<'_>) {
    let range = p.range();
    p.bump();
    type_ref(p);
    match p.current {
        GT => p.bump(),
        // A default follows without a blank: `list<int>= []`.
        GT_EQ => p.bump_first(GT, EQ),
        _ => {
            let error = messages::unclosed_angle(p, range);
            p.error(error);
        }
    }
}
