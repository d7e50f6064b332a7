//! Well-typed expressions out of nothing, and customers to try them on.
//!
//! [`Generator`] makes expressions of any type over the fixed schema of [`schema`], the way the
//! checker would hand them on: conversions written out, optionals handled, names resolved. Values
//! come from small pools, so that comparisons come out both ways, with the ends of the ranges
//! thrown in now and then, so that arithmetic faults.
//!
//! The same seed gives the same expressions on every machine.

mod customers;
mod history;
mod lists;
mod operations;
mod places;
pub mod schema;
mod values;

use journey_base::TextRange;
use journey_sema::thir::{Const, Expr, ExprKind};
use journey_sema::{Schema, Type};

use crate::random::Random;

/// What an expression may speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speaks {
    /// The customer: traits, audiences, history.
    pub customer: bool,
    /// The present instant.
    pub clock: bool,
    /// The instance: `entered`, bindings, history since a point of it.
    pub instance: bool,
    /// The event at hand.
    pub event: Option<&'static str>,
}

impl Speaks {
    /// Of the customer alone, whatever the time.
    pub const CUSTOMER: Speaks =
        Speaks { customer: true, clock: false, instance: false, event: None };
    /// Of the customer, an instance and the time.
    pub const INSTANCE: Speaks =
        Speaks { customer: true, clock: true, instance: true, event: None };

    /// The same, with an event at hand.
    #[must_use]
    pub fn with_event(self, event: &'static str) -> Speaks {
        Speaks { event: Some(event), ..self }
    }
}

/// Makes expressions.
#[derive(Debug)]
pub struct Generator {
    random: Random,
    schema: Schema,
    speaks: Speaks,
    /// How many more nodes the present expression may have.
    budget: usize,
    /// Optional places that are known to be set where the generator is.
    known: Vec<Expr>,
    /// The types of the elements that lambdas around speak of, the innermost last.
    elements: Vec<Type>,
    /// Names of the audiences that may be asked.
    audiences: Vec<String>,
    /// Whether ends of ranges are thrown in.
    extremes: bool,
    /// The instant that times and dates are around.
    base: i64,
}

impl Generator {
    /// A generator for a seed.
    pub fn new(seed: u64) -> Generator {
        Generator {
            random: Random::new(seed),
            schema: schema::schema(),
            speaks: Speaks::CUSTOMER,
            budget: 0,
            known: Vec::new(),
            elements: Vec::new(),
            audiences: Vec::new(),
            extremes: true,
            base: values::BASE,
        }
    }

    /// The random numbers behind it.
    pub fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// Lets expressions ask for an audience from here on.
    pub fn know_audience(&mut self, name: &str) {
        self.audiences.push(name.to_owned());
    }

    /// Leaves the ends of ranges out from here on: sums over events that come out of order would
    /// else depend on the order.
    pub fn stay_moderate(&mut self) {
        self.extremes = false;
    }

    /// Makes times and dates around another instant from here on.
    pub fn take_place(&mut self, base: i64) {
        self.base = base;
    }

    /// An expression of a type. Of an optional type it may come out unset.
    pub fn expr(&mut self, ty: &Type, speaks: Speaks) -> Expr {
        self.speaks = speaks;
        self.budget = 3 + self.random.below(24);
        let depth = 1 + self.random.below(5);
        match ty {
            Type::Optional(inner) => self.maybe(inner, depth),
            ty => self.set(ty, depth),
        }
    }

    /// A value that is always set.
    fn set(&mut self, ty: &Type, depth: usize) -> Expr {
        self.budget = self.budget.saturating_sub(1);
        if depth == 0 || self.budget == 0 || self.random.one_in(6) {
            return self.leaf(ty);
        }
        match self.random.below(8) {
            0 => {
                let parts = [self.set(&Type::Bool, depth - 1), self.set(ty, depth - 1)];
                let [test, yes] = parts;
                let no = self.set(ty, depth - 1);
                node(ExprKind::If(Box::new([test, yes, no])), ty)
            }
            1 => {
                let parts = [self.maybe(ty, depth - 1), self.set(ty, depth - 1)];
                node(ExprKind::Coalesce(Box::new(parts)), ty)
            }
            2 => self.guarded(ty, depth - 1),
            _ => self.operation(ty, depth - 1),
        }
    }

    /// `if x is set then … else …`, where the first may use `x`.
    fn guarded(&mut self, ty: &Type, depth: usize) -> Expr {
        let Some((test, narrowed)) = self.presence_test() else { return self.set(ty, depth) };
        let known = self.known.len();
        self.known.extend(narrowed);
        let yes = self.set(ty, depth);
        self.known.truncate(known);
        let no = self.set(ty, depth);
        // The same narrowing, by another way.
        let negated = node(ExprKind::Not(Box::new(test.clone())), &Type::Bool);
        let parts = if self.random.one_in(2) { [test, yes, no] } else { [negated, no, yes] };
        node(ExprKind::If(Box::new(parts)), ty)
    }

    /// A value that may be unset.
    fn maybe(&mut self, ty: &Type, depth: usize) -> Expr {
        self.budget = self.budget.saturating_sub(1);
        let optional = ty.clone().optional();
        let choice = if depth == 0 { 0 } else { self.random.below(8) };
        match choice {
            5 => {
                let [test, yes] = [self.set(&Type::Bool, depth - 1), self.maybe(ty, depth - 1)];
                let no = match self.random.one_in(2) {
                    true => node(ExprKind::Const(Const::Unset), &Type::Unset),
                    false => self.set(ty, depth - 1),
                };
                node(ExprKind::If(Box::new([test, yes, no])), &optional)
            }
            6 => {
                let parts = [self.maybe(ty, depth - 1), self.maybe(ty, depth - 1)];
                node(ExprKind::Coalesce(Box::new(parts)), &optional)
            }
            _ => self.optional_place(ty, depth),
        }
    }

    /// Something without parts.
    fn leaf(&mut self, ty: &Type) -> Expr {
        let places = self.places(ty);
        match self.random.pick(&places) {
            Some(place) if !self.random.one_in(4) => place.clone(),
            _ => self.constant(ty),
        }
    }

    /// A constant of a type.
    fn constant(&mut self, ty: &Type) -> Expr {
        let value = self.value(ty);
        node(ExprKind::Const(value), ty)
    }
}

/// An expression that stands nowhere.
fn node(kind: ExprKind, ty: &Type) -> Expr {
    Expr { kind, ty: ty.clone(), range: TextRange::default() }
}
