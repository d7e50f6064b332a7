//! What an operand should be, as far as its neighbours say it.
//!
//! The check itself does without: it infers operands and then says whether they go together. Who
//! completes a name wants to know before there is one. So what is found here goes into the record
//! of a check alone, and nothing is computed where nobody keeps one.

use journey_base::TextRange;
use journey_syntax::{AstNode, SyntaxKind, ast};

use crate::Type;
use crate::cx::Cx;
use crate::thir::{Const, Expr};

impl Cx<'_> {
    /// Says what the next expression should be, the best first.
    pub(crate) fn wish(&mut self, types: impl FnOnce() -> Vec<Type>) {
        if self.record.is_some_and(|record| record.cursor.is_some()) {
            self.wishes = types();
        }
    }

    /// Whether the cursor is in what stands there.
    fn cursor_in(&self, range: TextRange) -> bool {
        let cursor = self.record.and_then(|record| record.cursor);
        cursor.is_some_and(|at| range.start <= at && at <= range.end)
    }

    /// The type of what stands on the other side of an operator from the operand with the cursor.
    /// It is looked at ahead of its turn, so what is found wrong in it is said later.
    pub(super) fn beside(
        &mut self,
        operand: Option<ast::Expr<'_>>,
        other: Option<ast::Expr<'_>>,
    ) -> Option<Type> {
        let (operand, other) = (operand?, other?);
        if !self.cursor_in(operand.range()) {
            return None;
        }
        let (findings, loose) = (self.findings.len(), self.loose);
        let other = self.infer(other, None);
        self.findings.truncate(findings);
        self.loose = loose;
        (!other.is_error()).then(|| looked_like(&other))
    }

    /// The type of a value, or the one it would have if what may be unset in it were handled: one
    /// does that when the rest is written.
    pub(super) fn apparent(&self, value: &Expr) -> Option<Type> {
        if !value.is_error() {
            return Some(value.ty.required());
        }
        let found = self.record?.found.borrow();
        let inside =
            |range: &TextRange| value.range.start <= range.start && range.end <= value.range.end;
        // Operands of the outermost operator, in order: none of them lies in another.
        let mut operands: Vec<&(TextRange, Type)> = Vec::new();
        for noted in found.types.iter().filter(|(range, _)| inside(range)) {
            let (start, end) = (noted.0.start, noted.0.end);
            operands.retain(|(range, _)| !(start <= range.start && range.end <= end));
            operands.push(noted);
        }
        match operands.as_slice() {
            [(range, only)] if *range == value.range => Some(only.required()),
            [(left, first), (right, second)] => {
                let between = TextRange::new(left.end, right.start);
                let sign = self.source(between).trim();
                of_arithmetic(sign, &first.required(), &second.required())
            }
            _ => None,
        }
    }
}

/// The type of a sum, as far as it is told by the operands.
fn of_arithmetic(sign: &str, left: &Type, right: &Type) -> Option<Type> {
    use Type::{Date, Duration, Int, Number, Time};
    match (sign, left, right) {
        ("-", Time, Time) => Some(Duration),
        ("+" | "-", Time | Duration, Duration) => Some(left.clone()),
        ("+" | "-", Date, Int) => Some(Date),
        ("*", Duration, Int) | ("*", Int, Duration) => Some(Duration),
        ("+" | "-" | "*" | "/" | "%", Int | Number, Int | Number) => Some(Number),
        _ => None,
    }
}

/// The type of a value; of a text that is known, the enum with this one member.
fn looked_like(value: &Expr) -> Type {
    let text = |value: &Const| match value {
        Const::Text(text) => Some(text.clone()),
        _ => None,
    };
    match value.as_const() {
        Some(Const::Text(text)) => Type::Enum([text.clone()].into()),
        Some(Const::List(items)) if !items.is_empty() => {
            match items.iter().map(text).collect::<Option<Vec<_>>>() {
                Some(texts) => Type::List(Type::Enum(texts.into()).into()),
                None => value.ty.clone(),
            }
        }
        _ => value.ty.required(),
    }
}

/// What can be shown in a text: texts above all.
pub(crate) fn shown() -> Vec<Type> {
    use Type::{Bool, Date, Duration, Int, Number, Text, Time, TimeOfDay, Weekday};
    vec![Text, Int, Number, Date, Time, TimeOfDay, Weekday, Duration, Bool]
}

/// What a branch goes by: an enum above all, whichever it is.
pub(crate) fn told_apart() -> Vec<Type> {
    vec![Type::Enum([].into()), Type::Text, Type::Int, Type::Weekday, Type::Bool]
}

/// Any list.
pub(crate) fn any_list() -> Type {
    Type::List(Type::Error.into())
}

/// The left side of a comparison, when the right one is known or not.
pub(super) fn compared(op: Option<SyntaxKind>, right: Option<Type>) -> Vec<Type> {
    use SyntaxKind::{EQ_EQ, GT, GT_EQ, KW_CONTAINS, LT, LT_EQ};
    match (op, right) {
        (Some(KW_CONTAINS), right) => {
            vec![Type::List(right.unwrap_or(Type::Error).into()), Type::Text]
        }
        (Some(EQ_EQ | SyntaxKind::BANG_EQ), Some(right)) => alike(right),
        (Some(LT | LT_EQ | GT | GT_EQ), Some(right)) => same(&right),
        (Some(LT | LT_EQ | GT | GT_EQ), None) => {
            vec![Type::Number, Type::Time, Type::Duration, Type::Date, Type::TimeOfDay]
        }
        (Some(EQ_EQ | SyntaxKind::BANG_EQ) | None, _) => Vec::new(),
        _ => vec![Type::Text],
    }
}

/// What can be the same as a value of some type that is written before it.
pub(super) fn alike(other: Type) -> Vec<Type> {
    match other {
        Type::Enum(_) => vec![other, Type::Text],
        other => same(&other),
    }
}

/// What can be compared with a value of some type: an int with a number, too.
pub(super) fn same(other: &Type) -> Vec<Type> {
    match other.required() {
        Type::Int => vec![Type::Int, Type::Number],
        Type::Number => vec![Type::Number, Type::Int],
        other => vec![other],
    }
}

/// What `x in …` looks into.
pub(super) fn looked_into(value: &Type) -> Vec<Type> {
    let value = value.required();
    if value == Type::Error {
        return vec![any_list()];
    }
    let ranged =
        matches!(value, Type::Int | Type::Number | Type::TimeOfDay | Type::Weekday).then_some(());
    let list = Type::List(value.clone().into());
    [Some(list), ranged.map(|()| value)].into_iter().flatten().collect()
}

/// What stands before `??`: something that may be unset, of a type if that is known.
pub(super) fn replaced(fits: &[Type], fallback: Option<Type>) -> Vec<Type> {
    let fallback = fallback.map(|it| if matches!(it, Type::Enum(_)) { Type::Text } else { it });
    let known: Vec<Type> = fits.iter().cloned().chain(fallback).map(Type::optional).collect();
    if known.is_empty() { vec![Type::Unset] } else { known }
}

/// The first operand of arithmetic that should give one of `fits`.
pub(super) fn first_operand(
    op: Option<SyntaxKind>,
    fits: &[Type],
    second: Option<&Type>,
) -> Vec<Type> {
    use SyntaxKind::{MINUS, PLUS, STAR};
    use Type::{Date, Duration, Int, Number, Text, Time};
    let sum = matches!(op, Some(PLUS | MINUS));
    match (op, second) {
        (Some(PLUS), Some(Duration)) if fits.iter().any(|it| it.required() == Duration) => {
            vec![Duration]
        }
        (Some(PLUS | MINUS), Some(Duration)) => vec![Time, Duration],
        (Some(MINUS), Some(Time)) => vec![Time],
        (Some(STAR), Some(Duration)) => vec![Int],
        (Some(PLUS), Some(Text | Type::Enum(_))) => vec![Text],
        (Some(PLUS), Some(list @ Type::List(_))) => vec![list.clone()],
        (_, Some(Int)) if sum => vec![Int, Number, Date],
        (_, Some(number @ (Int | Number))) => same(number),
        _ => match fits.first().map(Type::required) {
            Some(Duration) if op == Some(MINUS) => vec![Time, Duration],
            Some(Duration) if op == Some(STAR) => vec![Duration, Int],
            Some(wanted @ (Time | Date | Duration | Int | Number | Text | Type::List(_))) => {
                vec![wanted]
            }
            _ if sum => vec![Number, Time, Duration, Date],
            _ => vec![Number, Duration],
        },
    }
}

/// An operand behind a value of type `left`.
pub(super) fn next_operand(op: SyntaxKind, left: &Type, fits: &[Type]) -> Vec<Type> {
    use SyntaxKind::{MINUS, PLUS, STAR};
    use Type::{Date, Duration, Int, Number, Text, Time};
    match (op, left.required()) {
        (MINUS, Time) if fits.first().map(Type::required) == Some(Duration) => vec![Time],
        (MINUS, Time) if fits.is_empty() => vec![Duration, Time],
        (PLUS | MINUS, Time | Duration) => vec![Duration],
        (PLUS | MINUS, Date) | (STAR, Duration) => vec![Int],
        (STAR, Int) => vec![Int, Number, Duration],
        (_, number @ (Int | Number)) => same(&number),
        (PLUS, Text | Type::Enum(_)) => vec![Text],
        (PLUS, list @ Type::List(_)) => vec![list],
        _ => fits.to_vec(),
    }
}

/// What stands behind a minus sign.
pub(super) fn negative(fits: &[Type]) -> Vec<Type> {
    let signed = |it: &&Type| matches!(it.required(), Type::Int | Type::Number | Type::Duration);
    let signed: Vec<Type> = fits.iter().filter(signed).cloned().collect();
    if signed.is_empty() { vec![Type::Number, Type::Duration] } else { signed }
}

/// An argument of a function that takes plain values, by its place.
pub(super) fn argument(
    function: &str,
    at: usize,
    first: Option<&Type>,
    fits: &[Type],
) -> Vec<Type> {
    let number = || {
        let wanted = fits.iter().find(|it| matches!(it.required(), Type::Int | Type::Number));
        vec![wanted.map_or(Type::Number, Type::required)]
    };
    match (function, at) {
        ("min" | "max", 1) => first.map_or_else(number, same),
        ("min" | "max" | "abs", _) => number(),
        ("round" | "floor" | "ceil", _) => vec![Type::Number],
        ("add_months", 0) => vec![Type::Date],
        ("add_months", _) => vec![Type::Int],
        ("length", _) => vec![Type::Text, any_list()],
        ("text", _) => shown(),
        ("number", _) => vec![Type::Text, Type::Int],
        ("lower" | "upper" | "trim", _) => vec![Type::Text],
        _ => Vec::new(),
    }
}

/// What an item of a list should be: what the list is to hold, or what another item is.
pub(super) fn item(fits: &[Type], other: Option<Type>) -> Vec<Type> {
    let of_list = |it: &Type| match it.required() {
        Type::List(item) if *item != Type::Error => Some((*item).clone()),
        _ => None,
    };
    match fits.iter().find_map(of_list) {
        Some(item) => vec![item],
        None => other.into_iter().flat_map(alike).collect(),
    }
}
