//! The rules of the lexer as regular expressions.

use pest_meta::ast::Expr;

use super::regex::{Rx, WORD};
use super::words::single;
use crate::codegen::model::Model;

/// A rule of the lexer as a regular expression.
pub(super) fn rx(model: &Model, expr: &Expr) -> Rx {
    match expr {
        Expr::Str(text) => Rx::Text(text.clone()),
        Expr::Range(from, to) => Rx::Set(format!("{from}-{to}")),
        Expr::Ident(name) => {
            model.rule(name).map_or(Rx::Any(Vec::new()), |rule| rx(model, &rule.expr))
        }
        Expr::Seq(left, right) => {
            let mut parts = Vec::new();
            for side in [left, right] {
                match rx(model, side) {
                    Rx::Seq(inner) => parts.extend(inner),
                    other => parts.push(other),
                }
            }
            Rx::Seq(parts)
        }
        Expr::Choice(left, right) => choice(rx(model, left), rx(model, right)),
        Expr::Opt(inner) => Rx::Opt(Box::new(rx(model, inner))),
        Expr::Rep(inner) => Rx::Many(Box::new(rx(model, inner))),
        Expr::RepOnce(inner) => Rx::Some(Box::new(rx(model, inner))),
        Expr::NegPred(inner) => Rx::Not(Box::new(rx(model, inner))),
        _ => Rx::Any(Vec::new()),
    }
}

/// Characters become one set.
fn choice(left: Rx, right: Rx) -> Rx {
    let set = |side: &Rx| match side {
        Rx::Set(set) => Some(set.clone()),
        Rx::Text(text) => {
            single(text).filter(|c| c.is_ascii_alphanumeric() || *c == '_').map(String::from)
        }
        _ => None,
    };
    if let (Some(left), Some(right)) = (set(&left), set(&right)) {
        return Rx::Set(left + &right);
    }
    let mut parts = Vec::new();
    for side in [left, right] {
        match side {
            Rx::Any(inner) => parts.extend(inner),
            other => parts.push(other),
        }
    }
    Rx::Any(parts)
}

/// What begins with a digit and runs into a word, or is half an instant. The lexer takes it as one
/// token, so that it is one mistake. Tried in front of the literal that is named.
pub(super) fn malformed(before: &str) -> Option<Rx> {
    let set = |text: &str| Rx::Set(text.to_owned());
    let many = |text: &str| Rx::Many(Box::new(set(text)));
    let times = |n: usize| std::iter::repeat_n(set("0-9"), n);
    let text = |text: &str| Rx::Text(text.to_owned());
    let date = || {
        let year = times(4).chain([text("-")]);
        year.chain(times(2)).chain([text("-")]).chain(times(2)).chain([text("T")])
    };
    let rest = || many("0-9A-Za-z_:.+");
    let parts: Vec<Rx> = match before {
        // More than milliseconds.
        "time" => {
            let seconds = [Rx::Some(Box::new(set("0-9:"))), text(".")];
            date().chain(seconds).chain(times(4)).chain([rest()]).collect()
        }
        "timeofday" => date().chain([rest()]).collect(),
        "duration" => {
            let clock = || [text(":")].into_iter().chain(times(2));
            let seconds = Rx::Opt(Box::new(Rx::Seq(clock().collect())));
            let tens = Rx::Opt(Box::new(set("0-9")));
            let hour = [set("0-9"), tens].into_iter().chain(clock());
            hour.chain([seconds, many(WORD)]).collect()
        }
        "integer" => {
            let digits = || Rx::Seq(vec![set("0-9"), many("0-9_")]);
            let fraction = Rx::Opt(Box::new(Rx::Seq(vec![text("."), digits()])));
            let sign = Rx::Opt(Box::new(set("+-")));
            let power = Rx::Seq(vec![set("eE"), sign, Rx::Some(Box::new(set("0-9")))]);
            vec![digits(), fraction, Rx::Opt(Box::new(power)), set("A-Za-z"), many(WORD)]
        }
        _ => return None,
    };
    Some(Rx::Seq(parts))
}
