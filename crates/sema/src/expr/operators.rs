//! Arithmetic, `and` and `or`, `if`, `??`, `at`.

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, SyntaxKind, ast};

use crate::Type;
use crate::cx::Cx;
use crate::expr::{MAX_OPERANDS, Role, unwrapped, values, wishes};
use crate::facts::Facts;
use crate::findings::Finding;
use crate::fold;
use crate::thir::{BinaryOp, Const, Expr, ExprKind, UnaryOp};

/// What an operator does with two operands: the operation, the type they are brought to where
/// they are numbers, and the type of the result.
struct Plan {
    op: BinaryOp,
    numbers: bool,
    swapped: bool,
    ty: Type,
}

impl Plan {
    fn new(op: BinaryOp, ty: Type) -> Plan {
        Plan { op, numbers: false, swapped: false, ty }
    }

    fn numbers(op: BinaryOp) -> Plan {
        Plan { op, numbers: true, swapped: false, ty: Type::Number }
    }

    fn swapped(op: BinaryOp, ty: Type) -> Plan {
        Plan { op, numbers: false, swapped: true, ty }
    }
}

impl Cx<'_> {
    pub(super) fn if_expr(
        &mut self,
        expr: ast::IfExpr<'_>,
        hint: Option<&Type>,
        fits: &[Type],
    ) -> Expr {
        let range = expr.range();
        let mut parts = expr.exprs();
        self.loose = true;
        let test = self.inner_typed(parts.next(), &Type::Bool, Role::new("`if`"), range);
        let (if_true, if_false) = self.paths.learn_both(&test);
        let (yes, no) = (parts.next(), parts.next());
        let other = if fits.is_empty() { self.beside(yes, no) } else { None };
        self.wish(|| fits.iter().cloned().chain(other).collect());
        let yes = self.knowing(&if_true, |cx| cx.inner(yes, hint, range));
        let other = (fits.is_empty() && !yes.is_error()).then(|| yes.ty.clone());
        self.wish(|| fits.iter().cloned().chain(other).collect());
        let no = self.knowing(&if_false, |cx| cx.inner(no, hint, range));
        if test.is_error() || yes.is_error() || no.is_error() {
            return Expr::error(range);
        }
        // A wanted type that both can become is better than what they have in common.
        let fits = |side: &Expr, wanted: &Type| match (wanted.required(), side.as_const()) {
            (Type::Enum(_), Some(Const::Text(_))) => true,
            _ => side.ty.converts_to(wanted).is_some(),
        };
        let wanted = hint.filter(|wanted| fits(&yes, wanted) && fits(&no, wanted));
        let Some(ty) = wanted.cloned().or_else(|| yes.ty.join(&no.ty)) else {
            let (a, b) = (yes.ty.with_article(), no.ty.with_article());
            let message = "both sides of an `if` are of one type";
            let finding = Finding::new(Code::TYPE_MISMATCH, no.range, message);
            self.report(
                finding.label(format!("this is {b}")).here(yes.range, format!("this is {a}")),
            );
            return Expr::error(range);
        };
        let role = Role::new("the `if`");
        let (yes, no) = (self.coerce(yes, &ty, role), self.coerce(no, &ty, role));
        if let (Some(Const::Bool(test)), Some(_), Some(_)) =
            (test.as_const(), yes.as_const(), no.as_const())
        {
            return Expr { range, ty, ..if *test { yes } else { no } };
        }
        // Where the wanted type is optional and neither side is, the value is always set.
        let ty = if yes.ty.is_optional() || no.ty.is_optional() { ty } else { ty.required() };
        Expr::new(ExprKind::If([test, yes, no].into()), ty, range)
    }

    pub(super) fn and_chain(&mut self, chain: ast::AndChain<'_>) -> Expr {
        self.junction(chain.exprs().collect(), chain.range(), true)
    }

    pub(super) fn or_chain(&mut self, chain: ast::OrChain<'_>) -> Expr {
        self.junction(chain.exprs().collect(), chain.range(), false)
    }

    /// `and` or `or`: each operand is evaluated only where those before it came out so that it
    /// matters, and may rely on that.
    fn junction(&mut self, operands: Vec<ast::Expr<'_>>, range: TextRange, and: bool) -> Expr {
        let role = Role::new(if and { "`and`" } else { "`or`" });
        let mut parts: Vec<Expr> = Vec::with_capacity(operands.len());
        let mut known = Facts::default();
        for operand in operands {
            let part = self.knowing(&known, |cx| {
                cx.loose = true;
                cx.inner_typed(Some(operand), &Type::Bool, role, range)
            });
            known.add(&self.paths.learn(&part, and));
            // The condition that was misspelt may have been the one that asked.
            self.unsure |= part.is_error();
            parts.push(part);
        }
        if parts.len() < 2 || parts.iter().any(Expr::is_error) {
            return Expr::error(range);
        }
        if parts.iter().all(|part| part.as_const().is_some()) {
            let wanted = Const::Bool(true);
            let truth = |part: &Expr| part.as_const() == Some(&wanted);
            let value = if and { parts.iter().all(truth) } else { parts.iter().any(truth) };
            return Expr::bool(ExprKind::Const(Const::Bool(value)), range);
        }
        Expr::bool(if and { ExprKind::And(parts) } else { ExprKind::Or(parts) }, range)
    }

    pub(super) fn not_chain(&mut self, chain: ast::NotChain<'_>) -> Expr {
        let range = chain.range();
        let signs = chain.kw_not_tokens().count();
        if !self.counted(signs, range) {
            return Expr::error(range);
        }
        let expr = self.inner_typed(chain.expr(), &Type::Bool, Role::new("`not`"), range);
        if signs.is_multiple_of(2) {
            return Expr { range, ..expr };
        }
        self.not(expr, range)
    }

    /// Counts the operators in front of a value, the first of which was counted as their node.
    fn counted(&mut self, signs: usize, range: TextRange) -> bool {
        (1..signs).all(|_| self.count(range))
    }

    pub(super) fn not(&mut self, expr: Expr, range: TextRange) -> Expr {
        match expr.as_const() {
            _ if expr.is_error() => Expr::error(range),
            Some(Const::Bool(value)) => Expr::bool(ExprKind::Const(Const::Bool(!value)), range),
            _ => Expr::bool(ExprKind::Not(expr.into()), range),
        }
    }

    /// `a ?? b ?? c`: the first that is set.
    pub(super) fn coalesce_chain(
        &mut self,
        chain: ast::CoalesceChain<'_>,
        hint: Option<&Type>,
        fits: &[Type],
    ) -> Expr {
        let range = chain.range();
        let mut operands = chain.exprs();
        let first = operands.next();
        let fallback = self.beside(first, chain.exprs().nth(1));
        self.wish(|| wishes::replaced(fits, fallback));
        let mut value = self.inner(first, hint, range);
        for (count, operand) in operands.enumerate() {
            if count >= MAX_OPERANDS {
                self.too_long(range);
                return Expr::error(range);
            }
            let wanted = if value.is_error() { None } else { Some(value.ty.required()) };
            if value.is_error() {
                self.wish(|| fits.to_vec());
            }
            let fallback = self.infer(operand, wanted.as_ref().or(hint));
            value = self.coalesce(value, fallback);
        }
        value
    }

    fn coalesce(&mut self, value: Expr, fallback: Expr) -> Expr {
        let range = value.range.cover(fallback.range);
        if value.is_error() || fallback.is_error() {
            return Expr::error(range);
        }
        let inner = value.ty.required();
        let Some(joined) = inner.join(&fallback.ty) else {
            let (a, b) = (inner.with_article(), fallback.ty.with_article());
            let message = format!("the fallback takes {a}, and this is {b}");
            let finding = Finding::new(Code::TYPE_MISMATCH, fallback.range, message);
            self.report(finding.here(value.range, format!("this is {}", value.ty.with_article())));
            return Expr::error(range);
        };
        // A member of the enum keeps the value one of its members; another text makes it a text.
        let joined = match (&inner, fallback.as_const()) {
            (Type::Enum(members), Some(Const::Text(text))) if members.contains(text) => {
                inner.clone()
            }
            _ => joined,
        };
        let role = Role::new("the fallback");
        let fallback = self.coerce(fallback, &joined, role);
        if fallback.is_error() {
            return Expr::error(range);
        }
        if !value.ty.is_optional() {
            // Known to be set already: the fallback is never needed.
            return Expr { range, ..self.coerce(value, &joined.required(), role) };
        }
        if value.ty == Type::Unset {
            return Expr { range, ..fallback };
        }
        let value = self.coerce(value, &joined.clone().optional(), role);
        let ty = if fallback.ty.is_optional() { joined.optional() } else { joined.required() };
        Expr::new(ExprKind::Coalesce([value, fallback].into()), ty, range)
    }

    pub(super) fn add_chain(
        &mut self,
        chain: ast::AddChain<'_>,
        hint: Option<&Type>,
        fits: &[Type],
    ) -> Expr {
        let ops: Vec<SyntaxKind> = chain
            .add_ops()
            .map(|op| if op.plus_token().is_some() { SyntaxKind::PLUS } else { SyntaxKind::MINUS })
            .collect();
        let hint = hint.filter(|hint| matches!(hint.required(), Type::List(_)));
        self.chain(chain.exprs().collect(), &ops, hint, fits)
    }

    pub(super) fn mul_chain(&mut self, chain: ast::MulChain<'_>, fits: &[Type]) -> Expr {
        let ops: Vec<SyntaxKind> = chain
            .mul_ops()
            .map(|op| match () {
                () if op.star_token().is_some() => SyntaxKind::STAR,
                () if op.slash_token().is_some() => SyntaxKind::SLASH,
                () => SyntaxKind::PERCENT_SIGN,
            })
            .collect();
        self.chain(chain.exprs().collect(), &ops, None, fits)
    }

    /// Operators of one level group to the left.
    fn chain(
        &mut self,
        operands: Vec<ast::Expr<'_>>,
        ops: &[SyntaxKind],
        hint: Option<&Type>,
        fits: &[Type],
    ) -> Expr {
        let mut operands = operands.into_iter();
        let Some(first) = operands.next() else { return Expr::error(TextRange::default()) };
        let second = self.beside(Some(first), operands.as_slice().first().copied());
        self.wish(|| wishes::first_operand(ops.first().copied(), fits, second.as_ref()));
        let mut value = self.infer(first, hint);
        value = self.present(value);
        for (count, (operand, op)) in operands.zip(ops).enumerate() {
            self.wish(|| wishes::next_operand(*op, &value.ty, fits));
            let right = self.infer(operand, hint);
            let right = self.present(right);
            if count >= MAX_OPERANDS
                && !matches!(value.kind, ExprKind::Concat(_) | ExprKind::Const(_))
            {
                self.too_long(right.range);
                return Expr::error(right.range);
            }
            value = self.arithmetic(*op, value, right);
        }
        value
    }

    fn arithmetic(&mut self, op: SyntaxKind, left: Expr, right: Expr) -> Expr {
        let range = left.range.cover(right.range);
        if left.is_error() || right.is_error() {
            return Expr::error(range);
        }
        if op == SyntaxKind::PLUS && left.ty.is_textual() && right.ty.is_textual() {
            return values::concatenation(vec![left, right], range);
        }
        let Some(plan) = plan(op, &left.ty, &right.ty) else {
            return self.bad_operands(op, &left, &right);
        };
        let (left, right) = if plan.swapped { (right, left) } else { (left, right) };
        let (left, right) =
            if plan.numbers { (self.number(left), self.number(right)) } else { (left, right) };
        self.binary(plan.op, left, right, plan.ty, range)
    }

    /// An operation on two values, computed now if both are known.
    pub(crate) fn binary(
        &mut self,
        op: BinaryOp,
        left: Expr,
        right: Expr,
        ty: Type,
        range: TextRange,
    ) -> Expr {
        if let (Some(a), Some(b)) = (left.as_const(), right.as_const()) {
            match fold::binary(op, a, b, self.zone) {
                Ok(Some(value)) => return Expr::new(ExprKind::Const(value), ty, range),
                Ok(None) => {}
                Err(fault) => return self.bad_arithmetic(range, fault),
            }
        }
        let divides = matches!(op, BinaryOp::RemInt | BinaryOp::DivNumber | BinaryOp::RemNumber);
        let zero = match right.as_const() {
            Some(Const::Int(value)) => *value == 0,
            Some(Const::Number(value)) => *value == 0.0,
            _ => false,
        };
        if divides && zero {
            return self.bad_arithmetic(range, fold::Fault::DivisionByZero);
        }
        if op == BinaryOp::DateAt && !self.may_read_clock(range) {
            return Expr::error(range);
        }
        Expr::new(ExprKind::Binary(op, [left, right].into()), ty, range)
    }

    fn bad_operands(&mut self, op: SyntaxKind, left: &Expr, right: &Expr) -> Expr {
        let range = left.range.cover(right.range);
        let sign = op.spelling().unwrap_or_default();
        let (a, b) = (left.ty.with_article(), right.ty.with_article());
        let message = format!("`{sign}` does not take {a} and {b}");
        let finding = Finding::new(Code::BAD_OPERANDS, range, message)
            .here(left.range, format!("this is {a}"))
            .here(right.range, format!("this is {b}"));
        let finding = match (op, &left.ty, &right.ty) {
            (SyntaxKind::PLUS, a, b) if a.is_textual() || b.is_textual() => {
                finding.note("put the value into a text: \"{x}\", or write `text(x)`")
            }
            (SyntaxKind::PLUS, Type::Duration, Type::Time) => {
                finding.note("write the instant first: `t + 3d`")
            }
            (_, Type::Date, Type::Duration) => {
                finding.note("a date moves by whole days: `d + 3`; an instant by a duration: `(d at 00:00) + 3d`")
            }
            (SyntaxKind::MINUS, Type::Date, Type::Date) => {
                finding.note("`(a at 00:00) - (b at 00:00)` is the time between the two")
            }
            (_, Type::Time | Type::Duration, Type::Int | Type::Number) => {
                finding.note("a duration has a unit: `30s`, `5m`, `2h`, `3d`, `1w`")
            }
            _ => finding,
        };
        self.report(finding);
        Expr::error(range)
    }

    /// `-x`. A literal is read with its sign.
    pub(super) fn neg_chain(
        &mut self,
        chain: ast::NegChain<'_>,
        hint: Option<&Type>,
        fits: &[Type],
    ) -> Expr {
        let range = chain.range();
        let signs = chain.minus_tokens().count();
        if !self.counted(signs, range) {
            return Expr::error(range);
        }
        let odd = signs % 2 == 1;
        let value = match chain.expr().map(unwrapped) {
            Some(ast::Expr::Literal(literal)) if odd && literal.int_lit_token().is_some() => {
                return Expr { range, ..self.literal(literal, true) };
            }
            _ => {
                self.wish(|| wishes::negative(fits));
                self.inner(chain.expr(), hint, range)
            }
        };
        let value = self.present(value);
        if odd { self.negated(value, range) } else { Expr { range, ..value } }
    }

    /// The negative of a value.
    pub(super) fn negated(&mut self, value: Expr, range: TextRange) -> Expr {
        if value.is_error() {
            return value;
        }
        let (op, ty) = match &value.ty {
            Type::Int => (UnaryOp::NegInt, Type::Int),
            Type::Number => (UnaryOp::NegNumber, Type::Number),
            Type::Duration => (UnaryOp::NegDuration, Type::Duration),
            other => {
                let message = format!("`-` does not take {}", other.with_article());
                self.report(Finding::new(Code::BAD_OPERANDS, range, message));
                return Expr::error(range);
            }
        };
        Expr { range, ..self.unary(op, value, ty) }
    }

    /// `date at timeofday`.
    pub(super) fn at_chain(&mut self, chain: ast::AtChain<'_>) -> Expr {
        let range = chain.range();
        let mut operands = chain.exprs();
        self.wish(|| vec![Type::Date]);
        let date = self.inner(operands.next(), None, range);
        let date = self.present(date);
        self.wish(|| vec![Type::TimeOfDay]);
        let time = self.inner(operands.next(), None, range);
        let time = self.present(time);
        let date = self.coerce(date, &Type::Date, Role::new("the left side of `at`"));
        let time = self.coerce(time, &Type::TimeOfDay, Role::new("the right side of `at`"));
        if date.is_error() || time.is_error() {
            return Expr::error(range);
        }
        self.binary(BinaryOp::DateAt, date, time, Type::Time, range)
    }
}

/// What `op` does with values of these types.
fn plan(op: SyntaxKind, left: &Type, right: &Type) -> Option<Plan> {
    use SyntaxKind::{MINUS, PERCENT_SIGN, PLUS, SLASH, STAR};
    let ints = *left == Type::Int && *right == Type::Int;
    if left.is_numeric() && right.is_numeric() {
        return Some(match op {
            PLUS if ints => Plan::new(BinaryOp::AddInt, Type::Int),
            MINUS if ints => Plan::new(BinaryOp::SubInt, Type::Int),
            STAR if ints => Plan::new(BinaryOp::MulInt, Type::Int),
            PERCENT_SIGN if ints => Plan::new(BinaryOp::RemInt, Type::Int),
            PLUS => Plan::numbers(BinaryOp::AddNumber),
            MINUS => Plan::numbers(BinaryOp::SubNumber),
            STAR => Plan::numbers(BinaryOp::MulNumber),
            SLASH => Plan::numbers(BinaryOp::DivNumber),
            _ => Plan::numbers(BinaryOp::RemNumber),
        });
    }
    Some(match (op, left, right) {
        (PLUS, Type::List(_), Type::List(_)) => Plan::new(BinaryOp::ConcatList, left.join(right)?),
        (PLUS, Type::Time, Type::Duration) => Plan::new(BinaryOp::AddTimeDuration, Type::Time),
        (MINUS, Type::Time, Type::Duration) => Plan::new(BinaryOp::SubTimeDuration, Type::Time),
        (MINUS, Type::Time, Type::Time) => Plan::new(BinaryOp::SubTimeTime, Type::Duration),
        (PLUS, Type::Date, Type::Int) => Plan::new(BinaryOp::AddDateInt, Type::Date),
        (MINUS, Type::Date, Type::Int) => Plan::new(BinaryOp::SubDateInt, Type::Date),
        (PLUS, Type::Duration, Type::Duration) => Plan::new(BinaryOp::AddDuration, Type::Duration),
        (MINUS, Type::Duration, Type::Duration) => Plan::new(BinaryOp::SubDuration, Type::Duration),
        (STAR, Type::Duration, Type::Int) => Plan::new(BinaryOp::MulDurationInt, Type::Duration),
        (STAR, Type::Int, Type::Duration) => {
            Plan::swapped(BinaryOp::MulDurationInt, Type::Duration)
        }
        _ => return None,
    })
}
