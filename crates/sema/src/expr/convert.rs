//! Making a value what is wanted, and saying why it cannot be.

use std::sync::Arc;

use journey_base::{Applicability, Code, TextRange};

use crate::Type;
use crate::cx::{Cx, Stage};
use crate::expr::place_of_trait;
use crate::facts::Path;
use crate::findings::{Finding, Place};
use crate::fold;
use crate::literals;
use crate::relations::Conversion;
use crate::suggest::{self, Candidate};
use crate::thir::{Const, Expr, ExprKind, UnaryOp};
use crate::types::placeholder;

/// What takes a value, for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Role<'r> {
    /// `` `wait` ``, ``the trait `plan` ``.
    what: &'r str,
    declared: Declared<'r>,
}

#[derive(Debug, Clone, Copy)]
enum Declared<'r> {
    Nowhere,
    Trait(&'r str),
    Property(&'r str, &'r str),
    Parameter(&'r str, &'r str),
}

impl<'r> Role<'r> {
    /// Something that is not declared anywhere.
    pub(crate) fn new(what: &'r str) -> Role<'r> {
        Role { what, declared: Declared::Nowhere }
    }

    /// A trait.
    pub(crate) fn of_trait(what: &'r str, name: &'r str) -> Role<'r> {
        Role { what, declared: Declared::Trait(name) }
    }

    /// A property of an event.
    pub(crate) fn property(what: &'r str, event: &'r str, name: &'r str) -> Role<'r> {
        Role { what, declared: Declared::Property(event, name) }
    }

    /// A parameter of an action.
    pub(crate) fn parameter(what: &'r str, action: &'r str, name: &'r str) -> Role<'r> {
        Role { what, declared: Declared::Parameter(action, name) }
    }

    fn place(self) -> Option<Place> {
        Some(match self.declared {
            Declared::Nowhere => return None,
            Declared::Trait(name) => place_of_trait(name),
            Declared::Property(event, name) => Place::Property(event.into(), name.into()),
            Declared::Parameter(action, name) => Place::Parameter(action.into(), name.into()),
        })
    }
}

impl Cx<'_> {
    /// Makes `expr` a `wanted`, or reports why it cannot be.
    pub(crate) fn coerce(&mut self, expr: Expr, wanted: &Type, role: Role<'_>) -> Expr {
        if expr.is_error() || *wanted == Type::Error {
            return Expr::error(expr.range);
        }
        if let (Type::Enum(members), Some(Const::Text(text))) = (wanted.required(), expr.as_const())
        {
            return match members.contains(text) {
                true => Expr { ty: Type::Enum(members), ..expr },
                false => self.not_a_member(&expr, text, &members, role),
            };
        }
        if wanted.required() == Type::Json
            && let Some(text) = self.json_text(&expr)
        {
            return Expr::new(ExprKind::Const(Const::Text(text.into())), Type::Json, expr.range);
        }
        if expr.ty.is_optional() && !wanted.is_optional() && expr.ty != Type::Unset {
            let inner = expr.ty.required();
            if inner.converts_to(wanted).is_none() {
                return self.mismatch(&expr, wanted, role);
            }
            self.unhandled(&expr, false);
            return Expr::error(expr.range);
        }
        match expr.ty.converts_to(wanted) {
            Some(Conversion::IntToNumber) => self.int_to_number(expr),
            Some(Conversion::Same) if wanted.required() == Type::Text && expr.ty != Type::Unset => {
                let optional = expr.ty.is_optional();
                Expr { ty: if optional { Type::Text.optional() } else { Type::Text }, ..expr }
            }
            Some(Conversion::Same) if expr.ty == Type::Unset => Expr { ty: wanted.clone(), ..expr },
            Some(Conversion::Same) => expr,
            None => match convert_items(&expr, wanted) {
                Some(value) => Expr::new(ExprKind::Const(value), wanted.required(), expr.range),
                None => self.mismatch(&expr, wanted, role),
            },
        }
    }

    /// An int or number as a number.
    pub(crate) fn number(&mut self, expr: Expr) -> Expr {
        if expr.ty.required() == Type::Int { self.int_to_number(expr) } else { expr }
    }

    /// An int as a number; an unset one stays unset.
    pub(crate) fn int_to_number(&mut self, expr: Expr) -> Expr {
        let ty = if expr.ty.is_optional() { Type::Number.optional() } else { Type::Number };
        self.unary(UnaryOp::IntToNumber, expr, ty)
    }

    /// An operation on one value, computed now if the value is known.
    pub(crate) fn unary(&mut self, op: UnaryOp, expr: Expr, ty: Type) -> Expr {
        let range = expr.range;
        if let Some(value) = expr.as_const() {
            match fold::unary(op, value, self.zone) {
                Ok(Some(value)) => return Expr::new(ExprKind::Const(value), ty, range),
                Ok(None) => {}
                Err(fault) => return self.bad_arithmetic(range, fault),
            }
        }
        if op.reads_clock() && !self.may_read_clock(range) {
            return Expr::error(range);
        }
        Expr::new(ExprKind::Unary(op, expr.into()), ty, range)
    }

    /// Whether local clocks can be read here; reported if not. What is counted when it comes is
    /// counted for good, and a member's time zone may change.
    pub(crate) fn may_read_clock(&mut self, range: TextRange) -> bool {
        if self.zone.is_some() || !matches!(self.stage, Stage::History { .. }) {
            return true;
        }
        let message =
            "local times of events are not known where the journey's time zone can change";
        let finding = Finding::new(Code::OUT_OF_PLACE, range, message);
        self.report(finding.note(
            "an event is counted when it comes and not looked at again; give the journey a constant \
             `timezone`, or wait for the event and look at it then",
        ));
        false
    }

    pub(crate) fn bad_arithmetic(&mut self, range: TextRange, fault: fold::Fault) -> Expr {
        let message = format!("this has no value: {fault}");
        self.report(Finding::new(Code::BAD_ARITHMETIC, range, message));
        Expr::error(range)
    }

    /// A value for an operator that needs one: an optional is reported.
    pub(crate) fn present(&mut self, expr: Expr) -> Expr {
        if !expr.ty.is_optional() {
            return expr;
        }
        if expr.ty == Type::Unset {
            let message = "`unset` is no value to compute with";
            let finding = Finding::new(Code::TYPE_MISMATCH, expr.range, message);
            self.report(finding.note("to ask whether something is set, write `x is set`"));
        } else {
            self.unhandled(&expr, true);
        }
        Expr::error(expr.range)
    }

    fn not_a_member(
        &mut self,
        expr: &Expr,
        text: &str,
        members: &[Arc<str>],
        role: Role<'_>,
    ) -> Expr {
        let message = format!("\"{text}\" is not one of the values of {}", role.what);
        let mut finding = Finding::new(Code::NOT_A_MEMBER, expr.range, message);
        let known: Vec<Candidate> =
            members.iter().map(|member| Candidate::new(member.clone())).collect();
        // A constant's own text does not stand here, so there is nothing to replace.
        let literal = self.source(expr.range).starts_with('"');
        match suggest::closest(text, &known).as_slice() {
            [only] if literal => {
                let written = quoted(&only.name);
                finding = finding.label(format!("did you mean {written}?")).safe(
                    format!("replace with {written}"),
                    expr.range,
                    written,
                );
            }
            _ => {
                let all: Vec<String> = members.iter().map(|member| quoted(member)).collect();
                finding = finding.note(format!("it is one of {}", all.join(", ")));
            }
        }
        if let Some(place) = role.place() {
            finding = finding.at(place, "declared here");
        }
        self.report(finding);
        Expr::error(expr.range)
    }

    /// Reports a value of a wrong type, with what is usually meant.
    fn mismatch(&mut self, expr: &Expr, wanted: &Type, role: Role<'_>) -> Expr {
        let range = expr.range;
        if expr.ty == Type::Unset {
            let message = format!("{} is never unset", role.what);
            let mut finding = Finding::new(Code::TYPE_MISMATCH, range, message)
                .label(format!("it takes {}", wanted.with_article()));
            if let Some(place) = role.place() {
                finding = finding.at(place, "a `?` after its type would let it be unset");
            }
            self.report(finding);
            return Expr::error(range);
        }
        let (what, found) = (role.what, expr.ty.with_article());
        let taken = wanted.required().with_article();
        let message = format!("{what} takes {taken}, and this is {found}");
        let finding =
            Finding::new(Code::TYPE_MISMATCH, range, message).label(format!("this is {found}"));
        let mut finding = self.advice(finding, expr, wanted);
        if let Some(place) = role.place() {
            finding = finding.at(place, "declared here");
        }
        self.report(finding);
        Expr::error(range)
    }

    fn advice(&self, finding: Finding, expr: &Expr, wanted: &Type) -> Finding {
        let (range, source) = (expr.range, self.source(expr.range));
        let wanted = &wanted.required();
        if let Some(Const::Text(text)) = expr.as_const()
            && source == quoted(text)
            && reads_as(text, wanted)
        {
            return finding.safe("remove the quotes", range, &**text);
        }
        match (&expr.ty.required(), wanted) {
            (_, Type::Json) | (Type::Json, _) => finding.note(
                "a `json` is passed on as it came in, or written as a literal of texts, numbers, \
                     `true`, `false`, lists and records",
            ),
            (Type::Int | Type::Number, Type::Duration) => {
                finding.note("a duration has a unit: `30s`, `5m`, `2h`, `3d`, `1w`")
            }
            (Type::Int, Type::Date) => finding.note(
                "days are added to a date, and before `at` in parentheses: `(d + 2) at 09:00`",
            ),
            (Type::Date, Type::Time) => finding
                .note("a date is a whole day; `d at 09:00` is an instant on it")
                .guess("take the beginning of the date", TextRange::empty(range.end), " at 00:00"),
            (Type::Time, Type::Date) => {
                finding.guess("take the date of the instant", TextRange::empty(range.end), ".date")
            }
            (Type::Number, Type::Int) => {
                finding.note("`round`, `floor` and `ceil` make an `int` of a `number`")
            }
            (Type::Text, Type::Int | Type::Number) => {
                finding.note("`number(x)` reads a number from a text; it is unset if there is none")
            }
            (Type::Duration, Type::Time) => {
                finding.note("a duration is a length of time; an instant is `now + 3d` or the like")
            }
            (from, Type::Text) if from.is_scalar() => match expr.as_const() {
                Some(_) if is_literal(source) => {
                    finding.guess("put it in quotes", range, format!("\"{source}\""))
                }
                _ => finding.note("`text(x)` and \"{x}\" make a text of a value"),
            },
            (from, Type::Enum(_)) if *from == Type::Text => finding
                .note("only a literal is known to be one of these; compare it in a `branch` first"),
            (from, Type::Bool) if from.is_scalar() => {
                finding.note("a condition compares something: `x > 0`, `x == \"a\"`, `x is set`")
            }
            _ => finding,
        }
    }

    /// Reports a value that may be unset where it must not be. In an `operand`, a fallback needs
    /// parentheses.
    pub(crate) fn unhandled(&mut self, expr: &Expr, operand: bool) {
        if self.unsure {
            return;
        }
        let range = expr.range;
        let source = self.source(range);
        let shown =
            if source.len() <= 60 { format!("`{source}`") } else { "this value".to_owned() };
        let message = format!("{shown} may be unset here");
        let mut finding = Finding::new(Code::UNHANDLED_OPTIONAL, range, message)
            .label(format!("this is {}", expr.ty.with_article()));
        if let ExprKind::Trait(name) = &expr.kind {
            finding = finding.at(place_of_trait(name), "declared with a `?`");
        }
        finding = match placeholder(&expr.ty.required()) {
            Some(fallback) => {
                let text = format!("{source} ?? {fallback}");
                let text = if operand { format!("({text})") } else { text };
                finding.guess(format!("use `{fallback}` where it is unset"), range, text)
            }
            None => finding.note("`x ?? fallback` gives a value for the case that it is unset"),
        };
        finding = self.offer_guard(finding, expr, source);
        if self.was_known(expr) {
            finding = finding.note(
                "it was known to be set further up, but traits can change while a member waits",
            );
        }
        self.report(finding);
    }

    /// Offers `x is set` in the condition around, or an exit criterion for the whole journey.
    fn offer_guard(&self, finding: Finding, expr: &Expr, source: &str) -> Finding {
        if !matches!(
            expr.kind,
            ExprKind::Trait(_)
                | ExprKind::Event { .. }
                | ExprKind::Bound { .. }
                | ExprKind::Field(..)
        ) {
            return finding;
        }
        if of_element(expr) && self.guard.is_none() {
            return finding.note(format!("ask first: `{source} is set and …`"));
        }
        if let Some(guard) = self.guard {
            let (open, close) = if guard.parenthesised { ("(", ")") } else { ("", "") };
            let edits = vec![
                (TextRange::empty(guard.range.start), format!("{open}{source} is set and ")),
                (TextRange::empty(guard.range.end), close.to_owned()),
            ];
            let title = format!("ask for `{source} is set` first");
            return finding.repair(title, Applicability::Unsafe, edits);
        }
        match (&expr.kind, self.header_end) {
            (ExprKind::Trait(name), Some(at)) if self.stage == Stage::Journey => {
                let clause = format!("\n  exit no_{name} when {source} is unset");
                finding.guess(format!("leave when {source} is unset"), TextRange::empty(at), clause)
            }
            _ => finding.note(format!(
                "inside `branch {{ when {source} is set {{ … }} }}` it is known to be set"
            )),
        }
    }

    /// Whether the value was known to be set before a wait.
    fn was_known(&mut self, expr: &Expr) -> bool {
        let ExprKind::Trait(name) = &expr.kind else { return false };
        let path = self.paths.id(Path::Trait(name.clone()));
        self.forgotten.contains(path)
    }
}

/// Whether it is a part of the element of a lambda, of which nothing outside can be asked.
fn of_element(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Field(base, _) => of_element(base),
        kind => matches!(kind, ExprKind::Item(_)),
    }
}

/// A list of constants with items of another type: each item becomes one of those.
fn convert_items(expr: &Expr, wanted: &Type) -> Option<Const> {
    let (Type::List(from), Type::List(to)) = (expr.ty.required(), wanted.required()) else {
        return None;
    };
    let Some(Const::List(items)) = expr.as_const() else { return None };
    match (&*from, &*to) {
        (Type::Int, Type::Number) => {
            let numbers = items.iter().map(|item| match item {
                Const::Int(value) => Some(Const::Number(*value as f64)),
                _ => None,
            });
            Some(Const::List(numbers.collect::<Option<_>>()?))
        }
        (Type::Text | Type::Enum(_), Type::Enum(members)) => {
            let fits = |item: &Const| matches!(item, Const::Text(text) if members.contains(text));
            items.iter().all(fits).then(|| Const::List(items.clone()))
        }
        _ => None,
    }
}

/// A text as it is written.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' | '{' | '}' => out.extend(['\\', letter]),
            letter if letter.is_control() => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Whether a text would be a literal of the type if it had no quotes.
fn reads_as(text: &str, ty: &Type) -> bool {
    let numeric = text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '.'))
        && !text.ends_with('.');
    match ty {
        Type::Bool => matches!(text, "true" | "false"),
        Type::Int => numeric && literals::int(text, false).is_ok(),
        Type::Number => numeric && literals::number(text).is_ok(),
        Type::Date => text.len() == 10 && literals::date(text).is_ok(),
        Type::Time => text.len() >= 16 && literals::time(text, journey_time::Tz::UTC).is_ok(),
        Type::TimeOfDay => text.len() == 5 && literals::time_of_day(text).is_ok(),
        Type::Duration => !text.is_empty() && literals::duration(text).is_ok(),
        Type::Weekday => matches!(text, "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun"),
        _ => false,
    }
}

fn is_literal(source: &str) -> bool {
    source.starts_with(|c: char| c.is_ascii_digit()) || matches!(source, "true" | "false")
}
