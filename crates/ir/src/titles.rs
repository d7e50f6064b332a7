//! Expressions as one line of source, for the edges of tiles.
//!
//! The typed tree keeps no source text, and names of constants are gone from it, so the text is
//! written anew: as the formatter would lay it out, with constants in place of their names.

use journey_sema::Type;
use journey_sema::thir::{
    BinaryOp, Binding, BindingId, CompareOp, Const, Expr, ExprKind, Fold, FoldFn, History,
    HistoryFn, HistoryRange, UnaryOp,
};
use journey_sema::written as constant;

pub use journey_sema::written::duration;
pub(crate) use journey_sema::written::window;

/// Edges are read at a glance; what is longer than this ends in `…`.
const LONGEST: usize = 100;

/// `expr` as source, whole. `bindings` are those of its journey.
pub fn source(expr: &Expr, bindings: &[Binding]) -> String {
    let mut printer = Printer { bindings, at_hand: None, out: String::new(), room: usize::MAX };
    printer.expr(expr, Level::Lowest);
    printer.out
}

/// The filter of an event that is bound to `name`, whole.
pub(crate) fn filter(filter: &Expr, name: Option<&str>, bindings: &[Binding]) -> String {
    let mut printer = Printer { bindings, at_hand: name, out: String::new(), room: usize::MAX };
    printer.expr(filter, Level::Lowest);
    printer.out
}

/// A constant of a type as source.
pub(crate) fn constant(value: &Const, ty: &Type) -> String {
    let mut out = String::new();
    constant::print(value, ty, &mut out);
    out
}

/// `expr` on one line, cut off where it gets long. `bindings` are those of its journey.
pub(crate) fn short(expr: &Expr, bindings: &[Binding]) -> String {
    let mut printer = Printer { bindings, at_hand: None, out: String::new(), room: 8 * LONGEST };
    printer.expr(expr, Level::Lowest);
    cut(printer.out)
}

/// Several, separated by commas.
pub(crate) fn short_list(exprs: &[Expr], bindings: &[Binding]) -> String {
    let mut printer = Printer { bindings, at_hand: None, out: String::new(), room: 8 * LONGEST };
    printer.list(exprs);
    cut(printer.out)
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text,
    }
}

/// How tightly an operator binds, loosest first: the ladder of the grammar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Lowest,
    Or,
    And,
    Not,
    Compare,
    Coalesce,
    Add,
    Mul,
    Neg,
    At,
    Postfix,
}

struct Printer<'a> {
    bindings: &'a [Binding],
    /// The name that the event at hand goes by, where it is not its own.
    at_hand: Option<&'a str>,
    out: String,
    /// Where to stop: nobody reads past the cut, and this keeps the title of a large condition
    /// cheap.
    room: usize,
}

impl Printer<'_> {
    /// Prints `expr` where something of at least `place` must stand.
    fn expr(&mut self, expr: &Expr, place: Level) {
        if self.out.len() > self.room {
            return;
        }
        if level(expr) < place {
            self.put("(");
            self.bare(expr);
            self.put(")");
        } else {
            self.bare(expr);
        }
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn bare(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Const(value) => constant::print(value, &expr.ty, &mut self.out),
            ExprKind::Trait(name) => self.path("customer", name),
            ExprKind::Parameter(name) => self.put(name),
            ExprKind::CustomerId => self.path("customer", "id"),
            ExprKind::Now => self.put("now"),
            ExprKind::Entered => self.put("entered"),
            ExprKind::Event { event, property } => {
                self.path(self.at_hand.unwrap_or(event), property);
            }
            ExprKind::EventAt { event } => self.path(self.at_hand.unwrap_or(event), "at"),
            ExprKind::Bound { binding, property } => {
                self.binding(*binding);
                self.put(".");
                self.put(property);
            }
            ExprKind::Value(binding) => self.binding(*binding),
            ExprKind::If(parts) => {
                let [test, yes, no] = &**parts;
                for (word, part) in [("if ", test), (" then ", yes), (" else ", no)] {
                    self.put(word);
                    self.expr(part, Level::Lowest);
                }
            }
            ExprKind::Or(parts) => self.chain(parts, " or ", Level::And),
            ExprKind::And(parts) => self.chain(parts, " and ", Level::Not),
            ExprKind::Not(inner) => self.negated(inner),
            ExprKind::Coalesce(parts) => self.infix(parts, " ?? ", Level::Coalesce, Level::Add),
            ExprKind::Binary(op, parts) => self.binary(*op, parts),
            ExprKind::Unary(op, inner) => self.unary(*op, inner),
            ExprKind::List(items) => {
                self.put("[");
                self.list(items);
                self.put("]");
            }
            ExprKind::Record(values) => self.record(&expr.ty, values),
            ExprKind::Field(record, index) => {
                self.expr(record, Level::Postfix);
                self.put(".");
                self.put(&field_name(&record.ty, *index));
            }
            ExprKind::Concat(parts) => self.interpolated(parts),
            ExprKind::History(history) => self.history(history),
            ExprKind::Fold(fold) => self.fold(fold),
            ExprKind::Item(item) => self.put(&item.name),
            _ => self.comparison(expr, false),
        }
    }

    fn path(&mut self, root: &str, name: &str) {
        self.put(root);
        self.put(".");
        self.put(name);
    }

    fn binding(&mut self, id: BindingId) {
        let name = self.bindings.get(id.0 as usize).map_or("?", |binding| &*binding.name);
        self.out.push_str(name);
    }

    fn list(&mut self, items: &[Expr]) {
        self.chain(items, ", ", Level::Lowest);
    }

    fn chain(&mut self, parts: &[Expr], separator: &str, place: Level) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.put(separator);
            }
            self.expr(part, place);
        }
    }

    fn infix(&mut self, parts: &[Expr; 2], operator: &str, left: Level, right: Level) {
        self.expr(&parts[0], left);
        self.put(operator);
        self.expr(&parts[1], right);
    }

    /// `not x`, unless the comparison has a spelling of its own for it.
    fn negated(&mut self, inner: &Expr) {
        if !has_negative_spelling(inner) {
            self.put("not ");
            self.expr(inner, Level::Not);
            return;
        }
        self.comparison(inner, true);
    }

    fn comparison(&mut self, expr: &Expr, negative: bool) {
        let (is_in, is_set) =
            if negative { (" not in ", " is unset") } else { (" in ", " is set") };
        match &expr.kind {
            ExprKind::Compare(op, parts) => self.compared(parts, compare(*op)),
            ExprKind::InList(parts) => self.compared(parts, is_in),
            ExprKind::InRange(parts) => {
                let [value, low, high] = &**parts;
                self.expr(value, Level::Coalesce);
                self.put(is_in);
                self.expr(low, Level::Coalesce);
                self.put("..");
                self.expr(high, Level::Coalesce);
            }
            ExprKind::InAudience(name) => {
                self.put("customer");
                self.put(is_in);
                self.put(name);
            }
            ExprKind::ContainsText(parts) | ExprKind::ContainsItem(parts) => {
                self.compared(parts, " contains ");
            }
            ExprKind::StartsWith(parts) => self.compared(parts, " starts_with "),
            ExprKind::EndsWith(parts) => self.compared(parts, " ends_with "),
            ExprKind::Matches(text, pattern) => {
                self.expr(text, Level::Coalesce);
                self.put(" matches ");
                constant::quote(pattern, &mut self.out);
            }
            ExprKind::IsSet(value) => {
                self.expr(value, Level::Coalesce);
                self.put(is_set);
            }
            ExprKind::BindingIsSet(binding) => {
                self.binding(*binding);
                self.put(is_set);
            }
            _ => {}
        }
    }

    fn compared(&mut self, parts: &[Expr; 2], operator: &str) {
        self.infix(parts, operator, Level::Coalesce, Level::Coalesce);
    }

    fn binary(&mut self, op: BinaryOp, parts: &[Expr; 2]) {
        let name = match op {
            BinaryOp::MinInt | BinaryOp::MinNumber => "min(",
            BinaryOp::MaxInt | BinaryOp::MaxNumber => "max(",
            BinaryOp::AddMonths => "add_months(",
            _ => {
                let (operator, level, right) = spelling(op);
                return self.infix(parts, operator, level, right);
            }
        };
        self.put(name);
        self.list(parts);
        self.put(")");
    }

    fn unary(&mut self, op: UnaryOp, inner: &Expr) {
        match op {
            UnaryOp::NegInt | UnaryOp::NegNumber | UnaryOp::NegDuration => {
                self.put("-");
                self.expr(inner, Level::Neg);
            }
            // The conversion was never written.
            UnaryOp::IntToNumber | UnaryOp::EncodeUrl => self.bare(inner),
            _ => match property(op) {
                Some(name) => {
                    self.expr(inner, Level::Postfix);
                    self.put(".");
                    self.put(name);
                }
                None => {
                    self.put(function(op));
                    self.put("(");
                    self.expr(inner, Level::Lowest);
                    self.put(")");
                }
            },
        }
    }

    fn record(&mut self, ty: &Type, values: &[Expr]) {
        self.put("{ ");
        for (index, value) in (0_u32..).zip(values) {
            if index > 0 {
                self.put(", ");
            }
            self.put(&field_name(ty, index));
            self.put(": ");
            self.expr(value, Level::Lowest);
        }
        self.put(" }");
    }

    fn interpolated(&mut self, parts: &[Expr]) {
        self.put("\"");
        for part in parts {
            match &part.kind {
                ExprKind::Const(journey_sema::thir::Const::Text(text)) => {
                    constant::escape(text, &mut self.out);
                }
                // Interpolation turns the value into text by itself, and encodes it in a URL.
                _ => self.hole(part),
            }
        }
        self.put("\"");
    }

    fn hole(&mut self, mut expr: &Expr) {
        while let ExprKind::Unary(UnaryOp::ToText | UnaryOp::EncodeUrl, inner) = &expr.kind {
            expr = inner;
        }
        self.put("{");
        self.expr(expr, Level::Lowest);
        self.put("}");
    }

    fn fold(&mut self, fold: &Fold) {
        self.put(match fold.function {
            FoldFn::Any => "any(",
            FoldFn::All => "all(",
            FoldFn::Sum => "sum(",
        });
        self.expr(&fold.list, Level::Lowest);
        // Where the elements themselves are asked for nothing more was written.
        if !matches!(&fold.body.kind, ExprKind::Item(item) if item.level == fold.item.level) {
            self.put(", ");
            self.put(&fold.item.name);
            self.put(" => ");
            self.expr(&fold.body, Level::Lowest);
        }
        self.put(")");
    }

    fn history(&mut self, history: &History) {
        // Inside, another event is at hand.
        let outer = self.at_hand.take();
        self.put(match history.function {
            HistoryFn::Count => "count(",
            HistoryFn::Happened => "happened(",
            HistoryFn::Sum => "sum(",
            HistoryFn::Last => "last(",
        });
        match &history.value {
            Some(value) => self.expr(value, Level::Lowest),
            None => self.put(&history.event),
        }
        if let Some(filter) = &history.filter {
            self.put(" where ");
            self.expr(filter, Level::Lowest);
        }
        match &history.range {
            HistoryRange::All => {}
            HistoryRange::Within(ms) => {
                self.put(", within: ");
                self.put(&duration(*ms));
            }
            HistoryRange::SinceEntered => self.put(", since: entered"),
            HistoryRange::SinceLabel(label) => {
                self.put(", since: ");
                self.put(label);
            }
        }
        self.put(")");
        self.at_hand = outer;
    }
}

fn has_negative_spelling(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::InList(_)
            | ExprKind::InRange(_)
            | ExprKind::InAudience(_)
            | ExprKind::IsSet(_)
            | ExprKind::BindingIsSet(_)
    )
}

fn field_name(record: &Type, index: u32) -> String {
    match record.required() {
        Type::Record(fields) => {
            fields.get(index as usize).map_or_else(String::new, |field| field.name.to_string())
        }
        _ => String::new(),
    }
}

fn level(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::If(_) => Level::Lowest,
        ExprKind::Or(_) => Level::Or,
        ExprKind::And(_) => Level::And,
        ExprKind::Not(inner) if has_negative_spelling(inner) => Level::Compare,
        ExprKind::Not(_) => Level::Not,
        ExprKind::Compare(..)
        | ExprKind::InList(_)
        | ExprKind::InRange(_)
        | ExprKind::InAudience(_)
        | ExprKind::ContainsText(_)
        | ExprKind::ContainsItem(_)
        | ExprKind::StartsWith(_)
        | ExprKind::EndsWith(_)
        | ExprKind::Matches(..)
        | ExprKind::IsSet(_)
        | ExprKind::BindingIsSet(_) => Level::Compare,
        ExprKind::Coalesce(_) => Level::Coalesce,
        ExprKind::Binary(op, _) => spelling(*op).1,
        ExprKind::Unary(op, inner) => match op {
            UnaryOp::NegInt | UnaryOp::NegNumber | UnaryOp::NegDuration => Level::Neg,
            UnaryOp::IntToNumber | UnaryOp::EncodeUrl => level(inner),
            _ => Level::Postfix,
        },
        _ => Level::Postfix,
    }
}

fn compare(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => " == ",
        CompareOp::Ne => " != ",
        CompareOp::Lt => " < ",
        CompareOp::Le => " <= ",
        CompareOp::Gt => " > ",
        CompareOp::Ge => " >= ",
    }
}

/// The operator, its level, and the level its right operand must have: all associate to the left
/// but `at`, which does not associate.
fn spelling(op: BinaryOp) -> (&'static str, Level, Level) {
    match op {
        BinaryOp::AddInt
        | BinaryOp::AddNumber
        | BinaryOp::AddTimeDuration
        | BinaryOp::AddDuration
        | BinaryOp::AddDateInt
        | BinaryOp::ConcatText
        | BinaryOp::ConcatList => (" + ", Level::Add, Level::Mul),
        BinaryOp::SubInt
        | BinaryOp::SubNumber
        | BinaryOp::SubTimeDuration
        | BinaryOp::SubTimeTime
        | BinaryOp::SubDuration
        | BinaryOp::SubDateInt => (" - ", Level::Add, Level::Mul),
        BinaryOp::MulInt | BinaryOp::MulNumber | BinaryOp::MulDurationInt => {
            (" * ", Level::Mul, Level::Neg)
        }
        BinaryOp::DivNumber => (" / ", Level::Mul, Level::Neg),
        BinaryOp::RemInt | BinaryOp::RemNumber => (" % ", Level::Mul, Level::Neg),
        BinaryOp::DateAt => (" at ", Level::At, Level::Postfix),
        BinaryOp::MinInt
        | BinaryOp::MaxInt
        | BinaryOp::MinNumber
        | BinaryOp::MaxNumber
        | BinaryOp::AddMonths => (", ", Level::Postfix, Level::Postfix),
    }
}

/// Operations that are written as a property: `now.weekday`.
fn property(op: UnaryOp) -> Option<&'static str> {
    Some(match op {
        UnaryOp::DateOf => "date",
        UnaryOp::TimeOfDayOf => "time",
        UnaryOp::WeekdayOf => "weekday",
        UnaryOp::HourOf => "hour",
        UnaryOp::DayOf => "day",
        UnaryOp::MonthOf => "month",
        UnaryOp::YearOf => "year",
        UnaryOp::LengthText | UnaryOp::LengthList => "length",
        _ => return None,
    })
}

fn function(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::AbsInt | UnaryOp::AbsNumber => "abs",
        UnaryOp::Round => "round",
        UnaryOp::Floor => "floor",
        UnaryOp::Ceil => "ceil",
        UnaryOp::Lower => "lower",
        UnaryOp::Upper => "upper",
        UnaryOp::Trim => "trim",
        UnaryOp::ToText => "text",
        UnaryOp::ParseNumber => "number",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
