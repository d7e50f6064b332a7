//! Literals, texts, lists and records.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::texts::TextPart;
use journey_syntax::{AstNode, SyntaxKind, ast};
use journey_time::Tz;
use rustc_hash::FxHashMap;

use crate::Field;
use crate::cx::Cx;
use crate::expr::{Role, shown, wishes};
use crate::findings::Finding;
use crate::literals::{self, Moment};
use crate::suggest::{self, Candidate};
use crate::thir::{BinaryOp, Const, Expr, ExprKind, UnaryOp};
use crate::{Marks, Type};

impl Cx<'_> {
    /// A literal. Under a minus sign an int may be one larger.
    pub(super) fn literal(&mut self, literal: ast::Literal<'_>, negative: bool) -> Expr {
        let range = literal.range();
        if let Some(local) = self.local_time(literal) {
            return local;
        }
        match self.literal_value(literal, negative) {
            Some((value, ty)) => Expr::new(ExprKind::Const(value), ty, range),
            None => Expr::error(range),
        }
    }

    /// A time without an offset, where it is known only for each member which instant that is.
    fn local_time(&mut self, literal: ast::Literal<'_>) -> Option<Expr> {
        let token = literal.syntax().first_token()?;
        if self.zone.is_some() || token.kind() != SyntaxKind::TIME_LIT {
            return None;
        }
        let Ok(Moment::Local(day, millis)) = literals::moment(token.text()) else { return None };
        let range = literal.range();
        let day = Expr::new(ExprKind::Const(Const::Date(day)), Type::Date, range);
        let time = Expr::new(ExprKind::Const(Const::TimeOfDay(millis)), Type::TimeOfDay, range);
        Some(self.binary(BinaryOp::DateAt, day, time, Type::Time, range))
    }

    fn literal_value(
        &mut self,
        literal: ast::Literal<'_>,
        negative: bool,
    ) -> Option<(Const, Type)> {
        let token = literal.syntax().first_token()?;
        let text = token.text();
        let value = match token.kind() {
            SyntaxKind::TIME_LIT => {
                let zone = self.zone.unwrap_or(Tz::UTC);
                literals::time(text, zone).map(|value| (Const::Time(value), Type::Time))
            }
            SyntaxKind::DATE_LIT => {
                literals::date(text).map(|value| (Const::Date(value), Type::Date))
            }
            SyntaxKind::TIMEOFDAY_LIT => {
                literals::time_of_day(text).map(|value| (Const::TimeOfDay(value), Type::TimeOfDay))
            }
            SyntaxKind::DURATION_LIT => {
                literals::duration(text).map(|value| (Const::Duration(value), Type::Duration))
            }
            SyntaxKind::NUMBER_LIT => {
                literals::number(text).map(|value| (Const::Number(value), Type::Number))
            }
            SyntaxKind::INT_LIT => {
                literals::int(text, negative).map(|value| (Const::Int(value), Type::Int))
            }
            SyntaxKind::KW_TRUE => Ok((Const::Bool(true), Type::Bool)),
            SyntaxKind::KW_FALSE => Ok((Const::Bool(false), Type::Bool)),
            SyntaxKind::KW_UNSET => Ok((Const::Unset, Type::Unset)),
            kind => return weekday(kind).map(|day| (Const::Weekday(day), Type::Weekday)),
        };
        value.map_err(|problem| self.bad_literal(token.range(), problem)).ok()
    }

    pub(crate) fn bad_literal(&mut self, range: TextRange, problem: String) {
        self.report(Finding::new(Code::BAD_LITERAL, range, problem));
    }

    /// The instant of a step of a test.
    pub(crate) fn time_literal(&mut self, token: journey_syntax::SyntaxToken<'_>) -> Option<i64> {
        let value = literals::time(token.text(), self.zone.unwrap_or(Tz::UTC));
        value.map_err(|problem| self.bad_literal(token.range(), problem)).ok()
    }

    /// The duration of a step of a test.
    pub(crate) fn duration_literal(
        &mut self,
        token: journey_syntax::SyntaxToken<'_>,
    ) -> Option<i64> {
        let value = literals::duration(token.text());
        value.map_err(|problem| self.bad_literal(token.range(), problem)).ok()
    }

    /// A text, with what stands in braces put in.
    pub(super) fn text(&mut self, text: ast::Text<'_>) -> Expr {
        let range = text.range();
        let mut parts: Vec<Expr> = Vec::new();
        let mut failed = false;
        // What the parser made nothing of was reported.
        let broken = |kind| matches!(kind, SyntaxKind::ERROR | SyntaxKind::ERROR_TOKEN);
        failed |= text.syntax().elements().any(|element| broken(element.kind()));
        for part in text.parts() {
            match part {
                TextPart::Chunk(chunk) => {
                    let at = chunk.token().range();
                    match literals::text(&chunk.source()) {
                        Ok(value) if value.is_empty() => {}
                        Ok(value) => parts.push(text_const(value.into(), at)),
                        Err(problem) => {
                            failed = true;
                            self.bad_literal(at, problem);
                        }
                    }
                }
                TextPart::Interpolation(interpolation) => {
                    let part = self.interpolation(Some(interpolation), interpolation.range());
                    failed |= part.is_error();
                    parts.push(part);
                }
            }
        }
        if failed { Expr::error(range) } else { concatenation(parts, range) }
    }

    pub(crate) fn interpolation(
        &mut self,
        interpolation: Option<ast::Interpolation<'_>>,
        at: TextRange,
    ) -> Expr {
        self.wish(shown);
        let expr = self.inner(interpolation.and_then(|part| part.expr()), None, at);
        self.show(expr)
    }

    /// A scalar as text.
    pub(super) fn show(&mut self, expr: Expr) -> Expr {
        if expr.is_error() {
            return expr;
        }
        let expr = self.set(expr);
        match &expr.ty {
            Type::Error => expr,
            Type::Text | Type::Enum(_) => Expr { ty: Type::Text, ..expr },
            ty if ty.is_scalar() => self.unary(UnaryOp::ToText, expr, Type::Text),
            ty => {
                let message = format!("{} cannot be shown in a text", ty.with_article());
                let finding = Finding::new(Code::TYPE_MISMATCH, expr.range, message);
                self.report(finding.note("put in one of its fields, or its `.length`"));
                Expr::error(expr.range)
            }
        }
    }

    /// A text that must stand as it is, such as a name on the wire.
    pub(crate) fn plain_text(&mut self, text: ast::Text<'_>, what: &str) -> Option<String> {
        if let Some(interpolation) = text.interpolations().next() {
            let message = format!("nothing can be put into {what}");
            let finding = Finding::new(Code::NOT_CONSTANT, interpolation.range(), message);
            self.report(finding.note("for the brace itself write `\\{`"));
            return None;
        }
        let mut value = String::new();
        for part in text.parts() {
            let TextPart::Chunk(chunk) = part else { continue };
            match literals::text(&chunk.source()) {
                Ok(part) => value.push_str(&part),
                Err(problem) => {
                    self.bad_literal(chunk.token().range(), problem);
                    return None;
                }
            }
        }
        Some(value)
    }

    /// A list. Its items are of the type that is wanted, or of one that fits them all.
    pub(super) fn list(
        &mut self,
        list: ast::ListExpr<'_>,
        hint: Option<&Type>,
        fits: &[Type],
    ) -> Expr {
        self.list_for(list, hint, Role::new("an item of the list"), fits)
    }

    /// A list whose items play some role.
    pub(super) fn list_for(
        &mut self,
        list: ast::ListExpr<'_>,
        hint: Option<&Type>,
        role: Role<'_>,
        fits: &[Type],
    ) -> Expr {
        let range = list.range();
        let wanted = match hint.map(Type::required) {
            Some(Type::List(item)) => Some((*item).clone()),
            // Each item may be of another type.
            Some(Type::Json) => Some(Type::Json),
            _ => None,
        };
        let mut items: Vec<Expr> = Vec::new();
        for (at, item) in list.exprs().enumerate() {
            if wanted.is_none() {
                let other = match items.last() {
                    Some(last) => Some(last.ty.clone()).filter(|it| *it != Type::Error),
                    None => self.beside(Some(item), list.exprs().nth(at + 1)),
                };
                self.wish(|| wishes::item(fits, other));
            }
            let item = self.infer(item, wanted.as_ref());
            items.push(self.set(item));
        }
        let ty = match wanted {
            Some(wanted) => wanted,
            None => match self.common_type(&items) {
                Some(common) => common,
                None => return Expr::error(range),
            },
        };
        let items: Vec<Expr> = items.into_iter().map(|item| self.coerce(item, &ty, role)).collect();
        if ty == Type::Error || items.iter().any(Expr::is_error) {
            return Expr::error(range);
        }
        gather(items, Type::List(ty.into()), range, Const::List, ExprKind::List)
    }

    /// The type that all items have in common; of no items it could be any.
    fn common_type(&mut self, items: &[Expr]) -> Option<Type> {
        let mut common: Option<(Type, TextRange)> = None;
        for item in items {
            common = Some(match common {
                None => (item.ty.clone(), item.range),
                Some((ty, first)) => match ty.join(&item.ty) {
                    Some(joined) => (joined, first),
                    None => {
                        let (a, b) = (ty.with_article(), item.ty.with_article());
                        let message = "the items of a list are of one type";
                        let finding = Finding::new(Code::TYPE_MISMATCH, item.range, message);
                        let finding = finding.label(format!("this is {b}"));
                        self.report(finding.here(first, format!("this is {a}")));
                        return None;
                    }
                },
            });
        }
        Some(common.map_or(Type::Text, |(ty, _)| ty))
    }

    /// A record. Which fields there are says the type that is wanted.
    pub(super) fn record(
        &mut self,
        assignments: Vec<ast::Assignment<'_>>,
        range: TextRange,
        hint: Option<&Type>,
    ) -> Expr {
        let Some(Type::Record(fields)) = hint.map(Type::required) else {
            return self.free_record(assignments, range, hint);
        };
        let what = |name: &str| format!("the field `{name}`");
        let found = self.findings.len();
        let values = self.assigned(assignments, &fields, "the record", |cx, field, _, syntax| {
            let what = what(&field.name);
            cx.inner_typed(Some(syntax), &field.ty, Role::new(&what), range)
        });
        if self.findings.len() > found {
            return Expr::error(range);
        }
        let values = self.complete(values, &fields, range, "the record");
        match values {
            Some(values) if !values.iter().any(Expr::is_error) => {
                gather(values, Type::Record(fields), range, Const::Record, ExprKind::Record)
            }
            _ => Expr::error(range),
        }
    }

    /// A record whose type nobody asked for: it has the fields it is written with.
    fn free_record(
        &mut self,
        assignments: Vec<ast::Assignment<'_>>,
        range: TextRange,
        hint: Option<&Type>,
    ) -> Expr {
        // What is in a json may be a json, too.
        let hint = hint.filter(|hint| hint.required() == Type::Json);
        let mut fields: Vec<Field> = Vec::new();
        let mut values: Vec<Expr> = Vec::new();
        for assignment in assignments {
            let Some(name) = assignment.any_name() else { return Expr::error(range) };
            let value = self.inner(assignment.expr(), hint, assignment.range());
            // In what is sent, a field that is unset is left out.
            let value = match self.optional_fields && value.ty != Type::Unset {
                true => value,
                false => self.set(value),
            };
            let text: Arc<str> = name.source().into();
            if let Some(at) = fields.iter().position(|field| field.name == text) {
                let first = values.get(at).map_or(range, |value| value.range);
                self.twice("the field", &text, name.range(), first);
                return Expr::error(range);
            }
            if value.is_error() {
                return Expr::error(range);
            }
            fields.push(Field {
                wire: text.clone(),
                name: text,
                ty: value.ty.clone(),
                default: None,
                marks: Marks::default(),
            });
            values.push(value);
        }
        gather(values, Type::Record(fields.into()), range, Const::Record, ExprKind::Record)
    }

    /// Values given by name, each with the range of its name, in the order of `fields`. Unknown
    /// names and names given twice are reported.
    pub(crate) fn assigned<T>(
        &mut self,
        assignments: Vec<ast::Assignment<'_>>,
        fields: &[Field],
        what: &str,
        mut value: impl FnMut(&mut Self, &Field, TextRange, ast::Expr<'_>) -> T,
    ) -> Vec<Option<(T, TextRange)>> {
        let mut values: Vec<Option<(T, TextRange)>> = fields.iter().map(|_| None).collect();
        let places: FxHashMap<&str, usize> =
            fields.iter().enumerate().map(|(at, field)| (&*field.name, at)).collect();
        for assignment in assignments {
            let Some(name) = assignment.any_name() else { continue };
            let (text, range) = (name.source(), name.range());
            let found = places.get(text);
            let Some((field, slot)) =
                found.and_then(|at| Some((fields.get(*at)?, values.get_mut(*at)?)))
            else {
                self.unknown_field(text, range, fields, what);
                continue;
            };
            if let Some((_, first)) = slot {
                let first = *first;
                self.twice("the field", text, range, first);
                continue;
            }
            if let Some(syntax) = assignment.expr() {
                *slot = Some((value(self, field, range, syntax), range));
            }
        }
        values
    }

    /// Says that something has no such field.
    pub(crate) fn unknown_field(
        &mut self,
        name: &str,
        range: TextRange,
        fields: &[Field],
        what: &str,
    ) {
        let message = format!("{what} has no `{name}`");
        let finding = Finding::new(Code::UNKNOWN_FIELD, range, message);
        let known = || {
            let all = fields.iter();
            all.map(|field| Candidate { name: field.name.clone(), wire: field.wire.clone() })
                .collect()
        };
        self.report_meant(finding, name, known, "fields");
    }

    /// One value a field: what was not given is the default or unset, or is reported as missing.
    fn complete(
        &mut self,
        values: Vec<Option<(Expr, TextRange)>>,
        fields: &[Field],
        range: TextRange,
        what: &str,
    ) -> Option<Vec<Expr>> {
        let mut complete = Vec::with_capacity(fields.len());
        let mut missing: Vec<&str> = Vec::new();
        for (value, field) in values.into_iter().zip(fields) {
            match value {
                Some((value, _)) => complete.push(value),
                None => match default_of(field) {
                    Some(value) => {
                        complete.push(Expr::new(ExprKind::Const(value), field.ty.clone(), range));
                    }
                    None => missing.push(&field.name),
                },
            }
        }
        if missing.is_empty() {
            return Some(complete);
        }
        self.missing(what, &missing, range);
        None
    }

    /// Says which values were not given.
    pub(crate) fn missing(&mut self, what: &str, names: &[&str], range: TextRange) {
        let message = format!("{what} lacks {}", suggest::list_all(names));
        self.structural(Finding::new(Code::BAD_ARGUMENT, range, message));
    }

    /// The default of a field: a literal, or a constant of `let`.
    pub(crate) fn default_value(
        &mut self,
        syntax: ast::DefaultValue<'_>,
        ty: &Type,
        what: &str,
    ) -> Option<Const> {
        self.nodes = 0;
        let hint = Some(ty);
        self.note_scope(syntax.range(), hint);
        let expr = match syntax {
            ast::DefaultValue::SignedLiteral(signed) => {
                let literal = signed.literal()?;
                let value = self.literal(literal, true);
                // An int is read with its sign.
                match literal.int_lit_token() {
                    Some(_) => value,
                    None => self.negated(value, signed.range()),
                }
            }
            ast::DefaultValue::Literal(literal) => self.literal(literal, false),
            ast::DefaultValue::Text(text) => self.text(text),
            ast::DefaultValue::ListExpr(list) => self.list(list, hint, &[]),
            ast::DefaultValue::RecordExpr(record) => {
                self.record(record.assignments().collect(), record.range(), hint)
            }
            ast::DefaultValue::NameExpr(name) => self.name_expr(name, hint),
        };
        let expr = self.coerce(expr, ty, Role::new(what));
        self.known(&expr)
    }
}

/// What a field holds when nothing is given; nothing where something must be.
pub(crate) fn default_of(field: &Field) -> Option<Const> {
    field.default.clone().or_else(|| field.ty.is_optional().then_some(Const::Unset))
}

/// The day of the week that a keyword names; 0 is Monday.
pub(crate) fn weekday(kind: SyntaxKind) -> Option<u8> {
    const DAYS: [SyntaxKind; 7] = [
        SyntaxKind::KW_MON,
        SyntaxKind::KW_TUE,
        SyntaxKind::KW_WED,
        SyntaxKind::KW_THU,
        SyntaxKind::KW_FRI,
        SyntaxKind::KW_SAT,
        SyntaxKind::KW_SUN,
    ];
    DAYS.iter().position(|day| *day == kind).map(|day| day as u8)
}

fn text_const(value: Arc<str>, range: TextRange) -> Expr {
    Expr::new(ExprKind::Const(Const::Text(value)), Type::Text, range)
}

/// Texts one after the other; neighbours that are known become one.
pub(crate) fn concatenation(parts: Vec<Expr>, range: TextRange) -> Expr {
    let mut joined: Vec<Expr> = Vec::with_capacity(parts.len());
    for part in parts {
        if let Some(Const::Text(text)) = part.as_const()
            && let Some(last) = joined.last_mut()
            && let Some(Const::Text(before)) = last.as_const()
        {
            let text: Arc<str> = format!("{before}{text}").into();
            *last = text_const(text, last.range.cover(part.range));
            continue;
        }
        // A concatenation inside a concatenation is one.
        match part.kind {
            ExprKind::Concat(inner) => joined.extend(inner),
            kind => joined.push(Expr { kind, ..part }),
        }
    }
    match joined.len() {
        0 => text_const("".into(), range),
        1 => joined.pop().map_or_else(|| Expr::error(range), |only| Expr { range, ..only }),
        _ => Expr::new(ExprKind::Concat(joined), Type::Text, range),
    }
}

/// A list or record: a constant if all in it is.
fn gather(
    parts: Vec<Expr>,
    ty: Type,
    range: TextRange,
    known: impl FnOnce(Arc<[Const]>) -> Const,
    computed: impl FnOnce(Vec<Expr>) -> ExprKind,
) -> Expr {
    let values: Option<Arc<[Const]>> = parts.iter().map(|part| part.as_const().cloned()).collect();
    let kind = match values {
        Some(values) => ExprKind::Const(known(values)),
        None => computed(parts),
    };
    Expr::new(kind, ty, range)
}
