//! Conditions by the cases they tell apart.
//!
//! A condition is `and`, `or`, `not` and `if` over questions to values: a comparison with a
//! constant, membership in a list or a range of constants, whether it is set. What a value is
//! compared with cuts its type into finitely many regions, and one point of each stands for all of
//! it. So whether a condition implies others is found out by trying every combination of points.
//! What cannot be told apart in this way (`contains`, an audience, a comparison of two traits) is a
//! value of its own, true or false: more combinations are tried then than there are customers, and
//! what holds for all of them holds for every customer.

use std::cmp::Ordering;

use crate::Type;
use crate::fold;
use crate::thir::{CompareOp, Const, Expr, ExprKind, UnaryOp};
use crate::walk;

/// So many combinations are tried.
const MAX_CASES: usize = 4096;

/// A value that conditions ask about, and points of it.
#[derive(Debug)]
pub(super) struct Variable<'e> {
    /// What it is.
    pub(super) of: &'e Expr,
    /// Whether nothing more is known of it than that it is true or false.
    pub(super) opaque: bool,
    optional: bool,
    /// What it is compared with.
    edges: Vec<Const>,
    /// A point of each region.
    points: Vec<Const>,
}

impl Variable<'_> {
    /// Whether nothing is asked of it but that it is set.
    pub(super) fn is_only_set(&self) -> bool {
        let finite = matches!(self.of.ty.required(), Type::Bool | Type::Enum(_) | Type::Weekday);
        self.edges.is_empty() && !finite
    }
}

/// The values that some conditions ask about.
#[derive(Debug, Default)]
pub(super) struct Variables<'e> {
    all: Vec<Variable<'e>>,
}

/// A condition over variables, by their numbers.
#[derive(Debug)]
pub(super) enum Test<'e> {
    Known(bool),
    Not(Box<Test<'e>>),
    All(Vec<Test<'e>>),
    Any(Vec<Test<'e>>),
    If(Box<[Test<'e>; 3]>),
    True(Value<'e>),
    IsSet(Value<'e>),
    Compare(CompareOp, Value<'e>, Value<'e>),
    OneOf(Value<'e>, &'e [Const]),
    InRange(Value<'e>, &'e Const, &'e Const),
}

/// A value over variables.
#[derive(Debug)]
pub(super) enum Value<'e> {
    Known(&'e Const),
    Variable(usize),
    Number(Box<Value<'e>>),
    Coalesce(Box<[Value<'e>; 2]>),
}

/// A point for each variable, by its number.
#[derive(Debug, Clone)]
pub(super) struct Case {
    at: Vec<usize>,
}

impl<'e> Variables<'e> {
    /// Notes what a condition asks about, and gives the condition over that.
    pub(super) fn test(&mut self, test: &'e Expr) -> Test<'e> {
        let all = |cx: &mut Self, parts: &'e [Expr]| parts.iter().map(|it| cx.test(it)).collect();
        match &test.kind {
            ExprKind::Const(value) => Test::Known(*value == Const::Bool(true)),
            ExprKind::Not(inner) => Test::Not(self.test(inner).into()),
            ExprKind::And(parts) => Test::All(all(self, parts)),
            ExprKind::Or(parts) => Test::Any(all(self, parts)),
            ExprKind::If(parts) => {
                let [test, yes, no] = &**parts;
                Test::If(Box::new([self.test(test), self.test(yes), self.test(no)]))
            }
            ExprKind::IsSet(inner) => Test::IsSet(self.value(inner, &[])),
            _ => self.question(test).unwrap_or_else(|| Test::True(self.value(test, &[]))),
        }
    }

    /// A question about one value and constants.
    fn question(&mut self, test: &'e Expr) -> Option<Test<'e>> {
        match &test.kind {
            ExprKind::Compare(op, sides) => {
                let [a, b] = &**sides;
                let (value, edge) = match (a.as_const(), b.as_const()) {
                    (None, Some(edge)) => (a, edge),
                    (Some(edge), None) => (b, edge),
                    _ => return None,
                };
                let ordered = !matches!(op, CompareOp::Eq | CompareOp::Ne);
                // Between two texts there is no telling what stands.
                let is_text = matches!(value.ty.required(), Type::Text | Type::Enum(_));
                if !value.ty.required().is_scalar() || (ordered && is_text) {
                    return None;
                }
                let edges = std::slice::from_ref(edge);
                Some(Test::Compare(*op, self.value(a, edges), self.value(b, edges)))
            }
            ExprKind::InList(sides) => {
                let [item, list] = &**sides;
                let Some(Const::List(items)) = list.as_const() else { return None };
                let decidable = item.ty.required().is_scalar();
                decidable.then(|| Test::OneOf(self.value(item, items), items))
            }
            ExprKind::InRange(parts) => {
                let [value, low, high] = &**parts;
                let (low, high) = low.as_const().zip(high.as_const())?;
                let value = self.value(value, &[low.clone(), high.clone()]);
                Some(Test::InRange(value, low, high))
            }
            _ => None,
        }
    }

    /// A value that is compared with these constants.
    fn value(&mut self, value: &'e Expr, edges: &[Const]) -> Value<'e> {
        match &value.kind {
            ExprKind::Const(value) => Value::Known(value),
            ExprKind::Coalesce(parts) => {
                let [first, second] = &**parts;
                Value::Coalesce(Box::new([self.value(first, edges), self.value(second, edges)]))
            }
            ExprKind::Unary(UnaryOp::IntToNumber, inner) => {
                let whole = edges.iter().flat_map(|edge| match edge {
                    Const::Number(edge) => vec![edge.floor(), edge.ceil()],
                    _ => Vec::new(),
                });
                // A number beyond the ints is an edge at their end.
                let whole: Vec<_> = whole.map(|edge| Const::Int(edge as i64)).collect();
                Value::Number(self.value(inner, &whole).into())
            }
            _ => Value::Variable(self.variable(value, edges)),
        }
    }

    fn variable(&mut self, of: &'e Expr, edges: &[Const]) -> usize {
        let known = self.all.iter().position(|known| walk::same_value(known.of, of));
        let at = known.unwrap_or_else(|| {
            let opaque = of.ty.required() == Type::Bool && !is_place(of);
            let (edges, points) = (Vec::new(), Vec::new());
            self.all.push(Variable { of, opaque, optional: false, edges, points });
            self.all.len() - 1
        });
        if let Some(variable) = self.all.get_mut(at) {
            variable.optional |= of.ty.is_optional();
            variable.edges.extend_from_slice(edges);
        }
        at
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Forgets all but the first so many.
    pub(super) fn truncate(&mut self, len: usize) {
        self.all.truncate(len);
    }

    /// Finds a point for each region; `false` if there are too many combinations of them.
    pub(super) fn settle(&mut self) -> bool {
        let mut cases = 1usize;
        for variable in &mut self.all {
            variable.points = points(&variable.of.ty, &variable.edges);
            if variable.optional {
                variable.points.push(Const::Unset);
            }
            cases = cases.saturating_mul(variable.points.len());
        }
        cases <= MAX_CASES
    }

    /// Every combination, in order.
    pub(super) fn cases(&self) -> impl Iterator<Item = Case> {
        let mut next = Some(Case { at: vec![0; self.all.len()] });
        std::iter::from_fn(move || {
            let case = next.take()?;
            let mut after = case.clone();
            for (at, variable) in after.at.iter_mut().zip(&self.all) {
                *at += 1;
                if *at < variable.points.len() {
                    next = Some(after);
                    break;
                }
                *at = 0;
            }
            Some(case)
        })
    }

    /// A case with every other point of one variable.
    pub(super) fn variations(&self, case: &Case, number: usize) -> impl Iterator<Item = Case> {
        let points = self.all.get(number).map_or(0, |variable| variable.points.len());
        (0..points).map(move |point| {
            let mut case = case.clone();
            if let Some(at) = case.at.get_mut(number) {
                *at = point;
            }
            case
        })
    }

    /// What a case says of the variables with these numbers.
    pub(super) fn shown(&self, case: &Case, numbers: &[usize]) -> Vec<(&Variable<'e>, &Const)> {
        let mut shown = Vec::new();
        for number in numbers {
            let variable = self.all.get(*number);
            shown
                .extend(variable.and_then(|it| Some((it, it.points.get(*case.at.get(*number)?)?))));
        }
        shown
    }

    /// Whether any of the variables with these numbers can only be true or false.
    pub(super) fn is_opaque(&self, numbers: &[usize]) -> bool {
        numbers.iter().any(|number| self.all.get(*number).is_some_and(|it| it.opaque))
    }

    fn point(&self, case: &Case, number: usize) -> Option<&Const> {
        self.all.get(number)?.points.get(*case.at.get(number)?)
    }
}

impl Test<'_> {
    /// Whether it holds in a case.
    pub(super) fn holds(&self, case: &Case, variables: &Variables<'_>) -> bool {
        let truth = |test: &Test<'_>| test.holds(case, variables);
        match self {
            Test::Known(value) => *value,
            Test::Not(inner) => !truth(inner),
            Test::All(parts) => parts.iter().all(truth),
            Test::Any(parts) => parts.iter().any(truth),
            Test::If(parts) => {
                let [test, yes, no] = &**parts;
                if truth(test) { truth(yes) } else { truth(no) }
            }
            Test::True(value) => value.in_case(case, variables) == Const::Bool(true),
            Test::IsSet(value) => value.in_case(case, variables) != Const::Unset,
            Test::Compare(op, a, b) => {
                let (a, b) = (a.in_case(case, variables), b.in_case(case, variables));
                fold::compare(*op, &a, &b).unwrap_or(false)
            }
            Test::OneOf(value, items) => items.contains(&value.in_case(case, variables)),
            Test::InRange(value, low, high) => in_range(&value.in_case(case, variables), low, high),
        }
    }

    /// The numbers of the variables in it, each once.
    pub(super) fn variables(&self, found: &mut Vec<usize>) {
        match self {
            Test::Known(_) => {}
            Test::Not(inner) => inner.variables(found),
            Test::All(parts) | Test::Any(parts) => parts.iter().for_each(|it| it.variables(found)),
            Test::If(parts) => parts.iter().for_each(|it| it.variables(found)),
            Test::True(value)
            | Test::IsSet(value)
            | Test::OneOf(value, _)
            | Test::InRange(value, ..) => value.variables(found),
            Test::Compare(_, a, b) => {
                a.variables(found);
                b.variables(found);
            }
        }
    }
}

impl Value<'_> {
    fn in_case(&self, case: &Case, variables: &Variables<'_>) -> Const {
        match self {
            Value::Known(value) => (*value).clone(),
            Value::Variable(number) => {
                variables.point(case, *number).cloned().unwrap_or(Const::Unset)
            }
            Value::Number(inner) => match inner.in_case(case, variables) {
                Const::Int(value) => Const::Number(value as f64),
                value => value,
            },
            Value::Coalesce(parts) => {
                let [first, second] = &**parts;
                match first.in_case(case, variables) {
                    Const::Unset => second.in_case(case, variables),
                    value => value,
                }
            }
        }
    }

    fn variables(&self, found: &mut Vec<usize>) {
        match self {
            Value::Known(_) => {}
            Value::Variable(number) if found.contains(number) => {}
            Value::Variable(number) => found.push(*number),
            Value::Number(inner) => inner.variables(found),
            Value::Coalesce(parts) => parts.iter().for_each(|part| part.variables(found)),
        }
    }
}

/// Whether it is a value that stands somewhere, and not a question.
fn is_place(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Trait(_) | ExprKind::Event { .. } | ExprKind::Bound { .. } | ExprKind::Field(..)
    )
}

/// A point of each region that `edges` cut a type into.
fn points(ty: &Type, edges: &[Const]) -> Vec<Const> {
    match ty.required() {
        Type::Bool => vec![Const::Bool(true), Const::Bool(false)],
        Type::Enum(members) => members.iter().cloned().map(Const::Text).collect(),
        Type::Weekday => (0..7).map(Const::Weekday).collect(),
        Type::Text => texts(edges),
        Type::Number => numbers(edges),
        Type::Int => ordered(edges, i64::MIN, i64::MAX, 1, Const::Int),
        Type::Time => ordered(edges, i64::MIN, i64::MAX, 3_600_000, Const::Time),
        Type::Duration => ordered(edges, i64::MIN, i64::MAX, 3_600_000, Const::Duration),
        Type::Date => {
            let (low, high) = (i64::from(i32::MIN), i64::from(i32::MAX));
            ordered(edges, low, high, 1, |value| Const::Date(value as i32))
        }
        Type::TimeOfDay => {
            let last = journey_time::DAY - 1;
            ordered(edges, 0, last, 60_000, |value| Const::TimeOfDay(value as i32))
        }
        // Of these nothing is asked but whether they are set.
        _ => vec![Const::Record([].into())],
    }
}

/// The edges themselves, and one text that is none of them.
fn texts(edges: &[Const]) -> Vec<Const> {
    let mut points: Vec<Const> = Vec::new();
    for edge in edges {
        if !points.contains(edge) {
            points.push(edge.clone());
        }
    }
    let mut other = String::from("other");
    while points.contains(&Const::Text(other.as_str().into())) {
        other.push('s');
    }
    points.push(Const::Text(other.into()));
    points
}

/// The edges, and between each two of them a value that people would name: `step` from the lower
/// one where there is room.
fn ordered(
    edges: &[Const],
    low: i64,
    high: i64,
    step: i64,
    make: impl Fn(i64) -> Const,
) -> Vec<Const> {
    let mut edges: Vec<i64> = edges.iter().filter_map(whole).collect();
    edges.sort_unstable();
    edges.dedup();
    let Some((first, last)) = edges.first().copied().zip(edges.last().copied()) else {
        return vec![make(low.max(0))];
    };
    let mut points = Vec::with_capacity(2 * edges.len() + 1);
    if first > low {
        points.push(first.saturating_sub(step).max(low));
    }
    for (at, edge) in edges.iter().enumerate() {
        points.push(*edge);
        if let Some(next) = edges.get(at + 1)
            && next - 1 > *edge
        {
            let near = edge.saturating_add(step);
            points.push(if near < *next { near } else { edge + 1 });
        }
    }
    if last < high {
        points.push(last.saturating_add(step).min(high));
    }
    points.into_iter().map(make).collect()
}

fn whole(value: &Const) -> Option<i64> {
    match value {
        Const::Int(value) | Const::Time(value) | Const::Duration(value) => Some(*value),
        Const::Date(value) | Const::TimeOfDay(value) => Some(i64::from(*value)),
        _ => None,
    }
}

/// The same for numbers, between any two of which there is another until there is not.
fn numbers(edges: &[Const]) -> Vec<Const> {
    let mut edges: Vec<f64> = edges
        .iter()
        .filter_map(|edge| match edge {
            Const::Number(edge) => Some(*edge),
            _ => None,
        })
        .collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let Some((first, last)) = edges.first().copied().zip(edges.last().copied()) else {
        return vec![Const::Number(0.0)];
    };
    // One away, or the next number there is.
    let below = if first - 1.0 < first { first - 1.0 } else { first.next_down() };
    let above = if last + 1.0 > last { last + 1.0 } else { last.next_up() };
    let mut points = vec![below];
    for (at, edge) in edges.iter().enumerate() {
        points.push(*edge);
        if let Some(next) = edges.get(at + 1) {
            let near = edge + 1.0;
            let middle = edge / 2.0 + next / 2.0;
            let inside = [near, middle, edge.next_up()];
            points.extend(inside.into_iter().find(|point| point > edge && point < next));
        }
    }
    points.push(above);
    points.into_iter().filter(|point| point.is_finite()).map(Const::Number).collect()
}

fn in_range(value: &Const, low: &Const, high: &Const) -> bool {
    let (Some(from), Some(to)) = (fold::order(value, low), fold::order(value, high)) else {
        return false;
    };
    let wraps = fold::order(low, high) == Some(Ordering::Greater);
    match value {
        Const::Weekday(_) if wraps => from != Ordering::Less || to != Ordering::Greater,
        Const::Weekday(_) => from != Ordering::Less && to != Ordering::Greater,
        Const::TimeOfDay(_) if wraps => from != Ordering::Less || to == Ordering::Less,
        _ => from != Ordering::Less && to == Ordering::Less,
    }
}
