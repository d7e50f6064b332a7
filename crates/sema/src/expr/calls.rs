//! Functions.

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use crate::Type;
use crate::cx::{Cx, did_you_mean};
use crate::expr::{Role, wishes};
use crate::findings::Finding;
use crate::index::Definition;
use crate::suggest::Candidate;
use crate::thir::{BinaryOp, Expr, FoldFn, HistoryFn, UnaryOp};

/// Every function, for did-you-mean.
pub const FUNCTIONS: &[&str] = &[
    "abs",
    "add_months",
    "all",
    "any",
    "ceil",
    "count",
    "floor",
    "happened",
    "last",
    "length",
    "lower",
    "max",
    "min",
    "number",
    "round",
    "sum",
    "text",
    "trim",
    "upper",
];

impl Cx<'_> {
    pub(super) fn call(&mut self, call: ast::CallExpr<'_>, fits: &[Type]) -> Expr {
        let range = call.range();
        let Some(name) = call.name() else { return Expr::error(range) };
        let args: Vec<ast::Arg<'_>> =
            call.arg_list().into_iter().flat_map(|it| it.args()).collect();
        self.refer_function(name);
        let over_list = match name.source() {
            "any" => Some(FoldFn::Any),
            "all" => Some(FoldFn::All),
            "sum" if self.sums_list(&args) => Some(FoldFn::Sum),
            _ => None,
        };
        if let Some(function) = over_list {
            return self.over_list(function, name.source(), &args, range);
        }
        let history = match name.source() {
            "count" => Some(HistoryFn::Count),
            "happened" => Some(HistoryFn::Happened),
            "sum" => Some(HistoryFn::Sum),
            "last" => Some(HistoryFn::Last),
            _ => None,
        };
        if let Some(function) = history {
            return self.history(function, name.source(), &args, range);
        }
        if !FUNCTIONS.contains(&name.source()) {
            let message = format!("there is no function `{}`", name.source());
            let finding = Finding::new(Code::UNKNOWN_NAME, name.range(), message);
            let known: Vec<Candidate> =
                FUNCTIONS.iter().map(|name| Candidate::new(*name)).collect();
            self.report(did_you_mean(finding, name.source(), &known, "functions"));
            return Expr::error(range);
        }
        let wanted = if matches!(name.source(), "min" | "max" | "add_months") { 2 } else { 1 };
        let Some(values) = self.plain_arguments(name.source(), &args, wanted, range, fits) else {
            return Expr::error(range);
        };
        Expr { range, ..self.apply(name.source(), values, range) }
    }

    fn refer_function(&self, name: ast::Name<'_>) {
        if FUNCTIONS.contains(&name.source()) {
            self.refer(name.range(), || Definition::BuiltIn(name.source().into()));
        }
    }

    /// Arguments without names, exactly `wanted` of them.
    fn plain_arguments(
        &mut self,
        function: &str,
        args: &[ast::Arg<'_>],
        wanted: usize,
        range: TextRange,
        fits: &[Type],
    ) -> Option<Vec<Expr>> {
        let mut failed = false;
        let mut values: Vec<Expr> = Vec::with_capacity(args.len());
        for (at, arg) in args.iter().enumerate() {
            if let Some(name) = arg.arg_name() {
                let message = format!("the arguments of `{function}` have no names");
                let finding = Finding::new(Code::BAD_ARGUMENT, name.range(), message);
                self.report(finding.safe("remove the name", name.range(), ""));
                failed = true;
            }
            if let Some(filter) = arg.where_clause() {
                let message = format!("`{function}` does not take a `where`");
                let finding = Finding::new(Code::BAD_ARGUMENT, filter.range(), message);
                self.report(finding.note("`count`, `happened`, `sum` and `last` of an event do"));
                failed = true;
                continue;
            }
            if arg.lambda().is_some() {
                self.misplaced_lambda(arg);
                failed = true;
                continue;
            }
            let first = values.first().filter(|first| !first.is_error()).map(|it| &it.ty);
            self.wish(|| wishes::argument(function, at, first, fits));
            let value = self.inner(arg.expr(), None, range);
            values.push(self.set(value));
        }
        if args.len() != wanted {
            let plural = if wanted == 1 { "argument" } else { "arguments" };
            let message = format!("`{function}` takes {wanted} {plural}, not {}", args.len());
            self.report(Finding::new(Code::BAD_ARGUMENT, range, message));
            failed = true;
        }
        (!failed && !values.iter().any(Expr::is_error)).then_some(values)
    }

    fn apply(&mut self, function: &str, values: Vec<Expr>, range: TextRange) -> Expr {
        let mut values = values.into_iter();
        let (Some(first), second) = (values.next(), values.next()) else {
            return Expr::error(range);
        };
        if let (Some(second), "add_months") = (&second, function) {
            return self.add_months(first, second.clone(), range);
        }
        if let Some(second) = second {
            return self.extreme(function, first, second, range);
        }
        let what = format!("`{function}`");
        let role = Role::new(&what);
        let (op, takes, gives) = match function {
            "text" => return self.show(first),
            "lower" => (UnaryOp::Lower, Type::Text, Type::Text),
            "upper" => (UnaryOp::Upper, Type::Text, Type::Text),
            "trim" => (UnaryOp::Trim, Type::Text, Type::Text),
            "round" => (UnaryOp::Round, Type::Number, Type::Int),
            "floor" => (UnaryOp::Floor, Type::Number, Type::Int),
            "ceil" => (UnaryOp::Ceil, Type::Number, Type::Int),
            "abs" if first.ty == Type::Int => (UnaryOp::AbsInt, Type::Int, Type::Int),
            "abs" => (UnaryOp::AbsNumber, Type::Number, Type::Number),
            "length" => match &first.ty {
                Type::List(_) => (UnaryOp::LengthList, first.ty.clone(), Type::Int),
                _ => (UnaryOp::LengthText, Type::Text, Type::Int),
            },
            _ if first.ty.is_numeric() => return self.number(first),
            _ => (UnaryOp::ParseNumber, Type::Text, Type::Number.optional()),
        };
        let value = self.coerce(first, &takes, role);
        if value.is_error() { value } else { self.unary(op, value, gives) }
    }

    fn add_months(&mut self, date: Expr, months: Expr, range: TextRange) -> Expr {
        let role = Role::new("`add_months`");
        let date = self.coerce(date, &Type::Date, role);
        let months = self.coerce(months, &Type::Int, Role::new("the number of months"));
        if date.is_error() || months.is_error() {
            return Expr::error(range);
        }
        self.binary(BinaryOp::AddMonths, date, months, Type::Date, range)
    }

    /// `min` and `max`.
    fn extreme(&mut self, function: &str, a: Expr, b: Expr, range: TextRange) -> Expr {
        let what = format!("`{function}`");
        let role = Role::new(&what);
        let ints = a.ty == Type::Int && b.ty == Type::Int;
        let (op, ty) = match (function, ints) {
            ("min", true) => (BinaryOp::MinInt, Type::Int),
            ("min", false) => (BinaryOp::MinNumber, Type::Number),
            (_, true) => (BinaryOp::MaxInt, Type::Int),
            (_, false) => (BinaryOp::MaxNumber, Type::Number),
        };
        let (a, b) = (self.coerce(a, &ty, role), self.coerce(b, &ty, role));
        if a.is_error() || b.is_error() {
            return Expr::error(range);
        }
        self.binary(op, a, b, ty, range)
    }
}
