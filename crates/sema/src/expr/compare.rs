//! Comparisons: `==` to `>=`, `in`, `contains` and the like, `is set`.

use std::sync::Arc;

use journey_base::{Applicability, Code, TextRange};
use journey_syntax::{AstNode, SyntaxKind, ast};

use crate::Type;
use crate::cx::{Cx, Guard, Knowledge};
use crate::expr::{Role, unwrapped, wishes};
use crate::findings::{Finding, Place};
use crate::fold;
use crate::names::NameKind;
use crate::thir::{BindingId, BindingKind, CompareOp, Const, Expr, ExprKind};

/// Longest pattern of `matches`, in bytes.
const MAX_PATTERN: usize = 1024;

/// Most memory a compiled pattern may take, in bytes.
const MAX_COMPILED: usize = 1 << 20;

impl Cx<'_> {
    /// `loose`: whether `x is set and` can be put before it without parentheses.
    pub(super) fn compare_chain(&mut self, chain: ast::CompareChain<'_>, loose: bool) -> Expr {
        let range = chain.range();
        let guard = self.guard.replace(Guard { range, parenthesised: !loose });
        let mut operands = chain.exprs();
        let (left, right) = (operands.next(), operands.next());
        let expr = match left {
            None => Expr::error(range),
            Some(left) => {
                if let Some(op) = chain.presence_op() {
                    self.presence(left, op.kw_unset_token().is_some(), range)
                } else if let Some(op) = chain.member_op() {
                    self.membership(left, right, op.kw_not_token().is_some(), range)
                } else {
                    let op = chain.compare_op().and_then(|op| op.syntax().first_token());
                    self.comparison(left, right, op.map(|op| op.kind()), range)
                }
            }
        };
        self.guard = guard;
        expr
    }

    /// `x is set`, `x is unset`.
    fn presence(&mut self, syntax: ast::Expr<'_>, unset: bool, range: TextRange) -> Expr {
        let is_set = match self.optional_binding(syntax) {
            Some(Some(binding)) => Expr::bool(ExprKind::BindingIsSet(binding), range),
            Some(None) => Expr::bool(ExprKind::Const(Const::Bool(true)), range),
            None => {
                self.wish(|| vec![Type::Unset]);
                let value = self.infer(syntax, None);
                match &value.ty {
                    Type::Error => return Expr::error(range),
                    Type::Unset => Expr::bool(ExprKind::Const(Const::Bool(false)), range),
                    ty if ty.is_optional() => Expr::bool(ExprKind::IsSet(value.into()), range),
                    // It always is, or it is known to be.
                    _ => Expr::bool(ExprKind::Const(Const::Bool(true)), range),
                }
            }
        };
        if unset { self.not(is_set, range) } else { is_set }
    }

    /// The binding that is asked for as a whole; inside, nothing if it is always set.
    fn optional_binding(&mut self, syntax: ast::Expr<'_>) -> Option<Option<BindingId>> {
        let ast::Expr::NameExpr(name) = unwrapped(syntax) else { return None };
        let name = name.name()?;
        let (name, range) = (name.source(), name.range());
        let named = |id: &&BindingId| {
            self.bindings.get(id.0 as usize).is_some_and(|bound| *bound.name == *name)
        };
        let id = *self.scope.iter().rev().find(named)?;
        let bound = self.bindings.get_mut(id.0 as usize)?;
        // Of a value it is the value that is asked for.
        if matches!(bound.kind, BindingKind::Value(_)) {
            return None;
        }
        bound.used = true;
        let optional = matches!(bound.kind, BindingKind::Event { optional: true, .. });
        self.refer_binding(range, id);
        Some(optional.then_some(id))
    }

    /// `x in …`, `x not in …`.
    fn membership(
        &mut self,
        left: ast::Expr<'_>,
        right: Option<ast::Expr<'_>>,
        not: bool,
        range: TextRange,
    ) -> Expr {
        let test = match (unwrapped(left), right) {
            (_, None) => return Expr::error(range),
            (ast::Expr::CustomerExpr(_), Some(right)) => self.in_audience(right, range),
            (_, Some(ast::Expr::RangeChain(bounds))) => {
                let bound = self.beside(Some(left), bounds.exprs().next());
                self.wish(|| bound.into_iter().collect());
                let value = self.infer(left, None);
                let value = if not { self.present(value) } else { value };
                self.in_range(value, bounds, range)
            }
            (_, Some(right)) => {
                let list = self.beside(Some(left), Some(right));
                self.wish(|| wishes::item(list.as_slice(), None));
                let value = self.infer(left, None);
                let value = if not { self.present(value) } else { value };
                self.in_list(value, right, range)
            }
        };
        if not { self.not(test, range) } else { test }
    }

    fn in_audience(&mut self, right: ast::Expr<'_>, range: TextRange) -> Expr {
        if let Some(why) = self.stage.refuses(Knowledge::Customer) {
            return self.refuse("a membership", why, range);
        }
        let ast::Expr::NameExpr(name) = unwrapped(right) else {
            let message = "`customer in` takes the name of an audience";
            self.report(Finding::new(Code::TYPE_MISMATCH, right.range(), message));
            return Expr::error(range);
        };
        match self.audience(name.name()) {
            Some(name) => Expr::bool(ExprKind::InAudience(name), range),
            None => Expr::error(range),
        }
    }

    /// An audience that is referred to; one that does not exist is reported.
    pub(crate) fn audience(&mut self, name: Option<ast::Name<'_>>) -> Option<Arc<str>> {
        let name = name?;
        let text: Arc<str> = name.source().into();
        if self.exists(NameKind::Audience, &text) {
            self.uses(NameKind::Audience, &text, name.range());
            self.discourage_name(NameKind::Audience, &text, name.range());
            return Some(text);
        }
        self.unknown(NameKind::Audience, &text, name.range());
        None
    }

    fn in_range(&mut self, value: Expr, bounds: ast::RangeChain<'_>, range: TextRange) -> Expr {
        let mut bounds = bounds.exprs();
        self.wish(|| vec![value.ty.required()]);
        let low = self.inner(bounds.next(), None, range);
        let low = self.present(low);
        self.wish(|| vec![value.ty.required()]);
        let high = self.inner(bounds.next(), None, range);
        let high = self.present(high);
        if value.is_error() || low.is_error() || high.is_error() {
            return Expr::error(range);
        }
        let ty = value.ty.required();
        let joined = ty.join(&low.ty).and_then(|ty| ty.join(&high.ty));
        let Some(ty @ (Type::Int | Type::Number | Type::TimeOfDay | Type::Weekday)) = joined else {
            return self.bad_range(&value, &low, &high, range);
        };
        let parts = if ty == Type::Number {
            [self.number(value), self.number(low), self.number(high)]
        } else {
            [value, low, high]
        };
        let [_, low, high] = &parts;
        if let (Some(a), Some(b)) = (low.as_const(), high.as_const())
            && let Some(empty) = match ty {
                Type::Int | Type::Number => Some(CompareOp::Ge),
                // `21:00..08:00` goes round midnight.
                Type::TimeOfDay => Some(CompareOp::Eq),
                _ => None,
            }
            && fold::compare(empty, a, b) == Some(true)
        {
            let message = "this range contains nothing";
            let finding = Finding::new(Code::BAD_OPERANDS, low.range.cover(high.range), message);
            self.report(finding.note("`a..b` goes from `a` up to, and not including, `b`"));
            return Expr::error(range);
        }
        Expr::bool(ExprKind::InRange(parts.into()), range)
    }

    fn bad_range(&mut self, value: &Expr, low: &Expr, high: &Expr, range: TextRange) -> Expr {
        let ty = value.ty.required();
        let describe = |expr: &Expr| format!("this is {}", expr.ty.with_article());
        let (message, note) = match &ty {
            Type::Int | Type::Number | Type::TimeOfDay | Type::Weekday => {
                ("the bounds of the range are of another type than the value", None)
            }
            _ => (
                "ranges are of numbers, times of day or weekdays",
                Some("for other values write `a <= x and x < b`"),
            ),
        };
        let mut finding = Finding::new(Code::BAD_OPERANDS, range, message)
            .here(value.range, describe(value))
            .here(low.range, describe(low));
        if high.ty != low.ty {
            finding = finding.here(high.range, describe(high));
        }
        if let Some(note) = note {
            finding = finding.note(note);
        }
        self.report(finding);
        Expr::error(range)
    }

    fn in_list(&mut self, value: Expr, right: ast::Expr<'_>, range: TextRange) -> Expr {
        let ty = value.ty.required();
        let list = match unwrapped(right) {
            // A misspelt member is found at its item; an int in a list of numbers becomes one.
            ast::Expr::ListExpr(list) if matches!(ty, Type::Enum(_) | Type::Number) => {
                let what = format!("`{}`", self.source(value.range));
                self.list_for(list, Some(&Type::List(ty.into())), Role::new(&what), &[])
            }
            _ => {
                self.wish(|| wishes::looked_into(&ty));
                self.infer(right, None)
            }
        };
        let list = self.present(list);
        if value.is_error() || list.is_error() {
            return Expr::error(range);
        }
        let Type::List(item) = &list.ty else {
            let message =
                format!("`in` takes a list or a range, and this is {}", list.ty.with_article());
            let finding = Finding::new(Code::BAD_OPERANDS, list.range, message);
            let finding = match list.ty.required() {
                Type::Text | Type::Enum(_) => {
                    finding.note("`text contains part` looks into a text")
                }
                _ => finding,
            };
            self.report(finding);
            return Expr::error(range);
        };
        let Some((value, list)) = self.alike(value, list.clone(), item) else {
            return Expr::error(range);
        };
        if let (Some(element), Some(Const::List(items))) = (value.as_const(), list.as_const()) {
            let found = items.contains(element);
            return Expr::bool(ExprKind::Const(Const::Bool(found)), range);
        }
        Expr::bool(ExprKind::InList([value, list].into()), range)
    }

    /// A value and a list of such values; anything else is reported.
    fn alike(&mut self, value: Expr, list: Expr, item: &Type) -> Option<(Expr, Expr)> {
        let ty = value.ty.required();
        let fits = match (&ty, item) {
            (Type::Int, Type::Number) => return Some((self.int_to_number(value), list)),
            (a, b) => a.is_textual() && b.is_textual() || a == b,
        };
        // An empty list has no items that could be wrong.
        let empty = matches!(list.as_const(), Some(Const::List(items)) if items.is_empty());
        if (fits && ty.is_scalar()) || empty {
            return Some((value, list));
        }
        let message = format!(
            "{} is never in a list of {}",
            ty.with_article(),
            item.with_article().trim_start_matches("a ").trim_start_matches("an ")
        );
        let finding = Finding::new(Code::BAD_OPERANDS, value.range.cover(list.range), message);
        self.report(
            finding
                .here(value.range, format!("this is {}", value.ty.with_article()))
                .here(list.range, format!("this is {}", list.ty.with_article())),
        );
        None
    }

    fn comparison(
        &mut self,
        left: ast::Expr<'_>,
        right: Option<ast::Expr<'_>>,
        op: Option<SyntaxKind>,
        range: TextRange,
    ) -> Expr {
        let beside = self.beside(Some(left), right);
        self.wish(|| wishes::compared(op, beside));
        let left = self.infer(left, None);
        let hint = left.ty.required();
        let compare = match op {
            Some(SyntaxKind::EQ_EQ) => CompareOp::Eq,
            Some(SyntaxKind::BANG_EQ) => CompareOp::Ne,
            Some(SyntaxKind::LT) => CompareOp::Lt,
            Some(SyntaxKind::LT_EQ) => CompareOp::Le,
            Some(SyntaxKind::GT) => CompareOp::Gt,
            Some(SyntaxKind::GT_EQ) => CompareOp::Ge,
            Some(SyntaxKind::KW_MATCHES) => return self.matches(left, right, range),
            Some(op) => return self.text_test(op, left, right, range),
            None => return Expr::error(range),
        };
        let hint = matches!(hint, Type::Enum(_) | Type::Record(_)).then_some(&hint);
        let apparent = self.apparent(&left);
        self.wish(|| apparent.iter().flat_map(wishes::same).collect());
        let right = self.inner(right, hint, range);
        self.compare(compare, left, right, range)
    }

    /// Two values of one type. Under `==` the left one may be unset.
    pub(crate) fn compare(
        &mut self,
        op: CompareOp,
        left: Expr,
        right: Expr,
        range: TextRange,
    ) -> Expr {
        if left.is_error() || right.is_error() {
            return Expr::error(range);
        }
        if left.ty == Type::Unset || right.ty == Type::Unset {
            return self.compared_with_unset(op, &left, &right, range);
        }
        let left = if op == CompareOp::Eq { left } else { self.present(left) };
        let right = self.present(right);
        if left.is_error() || right.is_error() {
            return Expr::error(range);
        }
        let Some((left, right)) = self.one_type(op, left, right, range) else {
            return Expr::error(range);
        };
        if left.is_error() || right.is_error() {
            return Expr::error(range);
        }
        if let (Some(a), Some(b)) = (left.as_const(), right.as_const())
            && let Some(value) = fold::compare(op, a, b)
        {
            return Expr::bool(ExprKind::Const(Const::Bool(value)), range);
        }
        Expr::bool(ExprKind::Compare(op, [left, right].into()), range)
    }

    /// Brings both sides to the type they have in common.
    fn one_type(
        &mut self,
        op: CompareOp,
        left: Expr,
        right: Expr,
        range: TextRange,
    ) -> Option<(Expr, Expr)> {
        let (a, b) = (left.ty.required(), right.ty.clone());
        match (&a, &b) {
            (Type::Enum(_), _) if matches!(right.as_const(), Some(Const::Text(_))) => {
                let what = format!("`{}`", self.source(left.range));
                let right = self.coerce(right, &a, Role::new(&what));
                return self.ordered(op, &a, range).then_some((left, right));
            }
            (_, Type::Enum(_)) if matches!(left.as_const(), Some(Const::Text(_))) => {
                let what = format!("`{}`", self.source(right.range));
                let left = self.coerce(left, &b, Role::new(&what));
                return self.ordered(op, &b, range).then_some((left, right));
            }
            _ => {}
        }
        match a.join(&b) {
            Some(joined) if joined.is_scalar() => {
                // Where either has no order, two of them have none.
                let ordered = if a.is_ordered() { &b } else { &a };
                self.ordered(op, ordered, range).then_some(())?;
                match joined {
                    Type::Number => Some((self.number(left), self.number(right))),
                    _ => Some((left, right)),
                }
            }
            Some(joined) => {
                let message = format!("values of the type {joined} cannot be compared");
                let finding = Finding::new(Code::BAD_OPERANDS, range, message);
                self.report(finding.note("compare their parts, or ask `list contains x`"));
                None
            }
            None => {
                self.never_equal(left, right, range);
                None
            }
        }
    }

    /// Whether `op` can be asked of the type; reported if not.
    fn ordered(&mut self, op: CompareOp, ty: &Type, range: TextRange) -> bool {
        if matches!(op, CompareOp::Eq | CompareOp::Ne) || ty.is_ordered() {
            return true;
        }
        let message = format!("{} has no order", ty.with_article());
        let finding = Finding::new(Code::BAD_OPERANDS, range, message);
        let finding = match ty {
            Type::Weekday => finding.note("a range of weekdays is written `x in mon..fri`"),
            Type::Enum(_) => finding.note("ask for members: `x in [\"a\", \"b\"]`"),
            _ => finding,
        };
        self.report(finding);
        false
    }

    /// Two types that have nothing in common. A literal on one side is probably the wrong one.
    fn never_equal(&mut self, left: Expr, right: Expr, range: TextRange) {
        let (a, b) = (left.ty.required(), right.ty.clone());
        if right.as_const().is_some() && left.as_const().is_none() {
            let what = format!("the comparison with `{}`", self.source(left.range));
            self.coerce(right, &a, Role::new(&what));
        } else if left.as_const().is_some() && right.as_const().is_none() {
            let what = format!("the comparison with `{}`", self.source(right.range));
            self.coerce(left, &b, Role::new(&what));
        } else {
            let message = "values of two types are never equal";
            let finding = Finding::new(Code::BAD_OPERANDS, range, message);
            self.report(
                finding
                    .here(left.range, format!("this is {}", a.with_article()))
                    .here(right.range, format!("this is {}", b.with_article())),
            );
        }
    }

    /// `x == unset` is asked with `x is unset`.
    fn compared_with_unset(
        &mut self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        range: TextRange,
    ) -> Expr {
        let other = if left.ty == Type::Unset { right } else { left };
        let source = self.source(other.range);
        let message = "nothing can be compared with `unset`";
        let finding = Finding::new(Code::BAD_OPERANDS, range, message);
        let test = match op {
            CompareOp::Eq => format!("{source} is unset"),
            CompareOp::Ne => format!("{source} is set"),
            _ => {
                self.report(finding);
                return Expr::error(range);
            }
        };
        self.report(finding.safe(format!("write `{test}`"), range, test));
        Expr::error(range)
    }

    /// `contains`, `starts_with`, `ends_with`.
    fn text_test(
        &mut self,
        op: SyntaxKind,
        left: Expr,
        right: Option<ast::Expr<'_>>,
        range: TextRange,
    ) -> Expr {
        let left = self.present(left);
        let word = op.spelling().unwrap_or_default();
        if op == SyntaxKind::KW_CONTAINS
            && let Type::List(item) = &left.ty
        {
            let item = (**item).clone();
            let right = self.inner(right, Some(&item), range);
            let right = self.present(right);
            let right = self.coerce(right, &item, Role::new("an item of the list"));
            if right.is_error() {
                return Expr::error(range);
            }
            return Expr::bool(ExprKind::ContainsItem([left, right].into()), range);
        }
        let left = self.coerce(left, &Type::Text, Role::new(&format!("the left side of `{word}`")));
        if left.is_error() {
            return Expr::error(range);
        }
        self.wish(|| vec![Type::Text]);
        let right = self.inner(right, None, range);
        let right = self.present(right);
        let right =
            self.coerce(right, &Type::Text, Role::new(&format!("the right side of `{word}`")));
        if left.is_error() || right.is_error() {
            return Expr::error(range);
        }
        let sides = Box::new([left, right]);
        Expr::bool(
            match op {
                SyntaxKind::KW_CONTAINS => ExprKind::ContainsText(sides),
                SyntaxKind::KW_STARTS_WITH => ExprKind::StartsWith(sides),
                _ => ExprKind::EndsWith(sides),
            },
            range,
        )
    }

    /// `text matches "pattern"`. The pattern is compiled now, so that none fails later.
    fn matches(&mut self, left: Expr, right: Option<ast::Expr<'_>>, range: TextRange) -> Expr {
        let left = self.present(left);
        let left = self.coerce(left, &Type::Text, Role::new("the left side of `matches`"));
        if right.is_some_and(|right| self.puts_into_pattern(right)) {
            return Expr::error(range);
        }
        let pattern = self.inner_typed(right, &Type::Text, Role::new("`matches`"), range);
        let Some(Const::Text(text)) = self.known(&pattern) else { return Expr::error(range) };
        if text.len() > MAX_PATTERN {
            let message = format!("a pattern has at most {MAX_PATTERN} bytes");
            self.report(Finding::new(Code::TOO_LARGE, pattern.range, message));
            return Expr::error(range);
        }
        if let Err(error) = regex::RegexBuilder::new(&text).size_limit(MAX_COMPILED).build() {
            let message = format!("this pattern does not compile: {}", reason(&error));
            let finding = Finding::new(Code::BAD_REGEX, pattern.range, message);
            self.report(finding.note("in a text a backslash is written `\\\\`, a brace `\\{`"));
            return Expr::error(range);
        }
        if left.is_error() {
            return Expr::error(range);
        }
        Expr::bool(ExprKind::Matches(left.into(), text), range)
    }

    /// Whether something is put into a pattern; reported. `{5}` in a pattern is meant to repeat,
    /// and in a text it is a 5: the pattern would compile, and match something else.
    fn puts_into_pattern(&mut self, pattern: ast::Expr<'_>) -> bool {
        if let ast::Expr::NameExpr(name) = unwrapped(pattern) {
            return self.puts_into_constant(name);
        }
        let ast::Expr::Text(text) = unwrapped(pattern) else { return false };
        let parts = text.syntax().elements().filter(|it| it.kind() == SyntaxKind::INTERPOLATION);
        let parts: Vec<TextRange> = parts.map(|part| part.range()).collect();
        let Some(first) = parts.first() else { return false };
        let source = self.source(*first);
        let message = format!("a pattern stands as it is, and `{source}` puts a value into it");
        let escaped = parts.iter().filter_map(|part| {
            let inside = self.source(*part).strip_prefix('{')?.strip_suffix('}')?;
            Some((*part, format!("\\{{{inside}\\}}")))
        });
        let escaped: Vec<_> = escaped.collect();
        let finding = Finding::new(Code::BAD_REGEX, *first, message)
            .label("this is not a part of the pattern")
            .repair("write braces of a pattern as `\\{` and `\\}`", Applicability::Unsafe, escaped);
        self.report(finding);
        true
    }
}

impl Cx<'_> {
    /// The same for a pattern that is a constant: what is put into its text is gone from its value.
    fn puts_into_constant(&mut self, name: ast::NameExpr<'_>) -> bool {
        let (range, name) = (name.range(), name.name().map_or("", |name| name.source()));
        let Some(source) = crate::constants::puts_in(self.db, name) else { return false };
        let name: Arc<str> = name.into();
        self.uses(NameKind::Constant, &name, range);
        let message =
            format!("a pattern stands as it is, and `{source}` puts a value into `{name}`");
        let finding = Finding::new(Code::BAD_REGEX, range, message)
            .at(Place::Name(NameKind::Constant, name), "put in here")
            .note("write braces of a pattern as `\\{` and `\\}`; parts of a pattern are joined with `+`");
        self.report(finding);
        true
    }
}

/// The last line of what the regex library says; those before it draw the pattern.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "it would take too much memory".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default().trim();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}
