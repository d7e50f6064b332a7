//! Operations of each type, with operands made in turn.

use std::sync::Arc;

use journey_sema::Type;
use journey_sema::thir::{BinaryOp as B, CompareOp, Expr, ExprKind, HistoryFn, UnaryOp as U};

use super::schema::{self, address, plan};
use super::{Generator, node};

/// Patterns for `matches`.
const PATTERNS: [&str; 4] = ["^a", "[0-9]+", "(?i)AB?$", "é"];

impl Generator {
    /// An operation that gives a value of a type.
    pub(super) fn operation(&mut self, ty: &Type, depth: usize) -> Expr {
        match ty {
            Type::Bool => self.bool_operation(depth),
            Type::Int => self.int_operation(depth),
            Type::Number => self.number_operation(depth),
            Type::Text => self.text_operation(depth),
            Type::Time => match self.random.below(3) {
                0 => self.binary(B::AddTimeDuration, [Type::Time, Type::Duration], ty, depth),
                1 => self.binary(B::SubTimeDuration, [Type::Time, Type::Duration], ty, depth),
                _ => self.binary(B::DateAt, [Type::Date, Type::TimeOfDay], ty, depth),
            },
            Type::Date => match self.random.below(4) {
                3 => self.binary(B::AddMonths, [Type::Date, Type::Int], ty, depth),
                0 => self.binary(B::AddDateInt, [Type::Date, Type::Int], ty, depth),
                1 => self.binary(B::SubDateInt, [Type::Date, Type::Int], ty, depth),
                _ => self.unary(U::DateOf, &Type::Time, ty, depth),
            },
            Type::TimeOfDay => self.unary(U::TimeOfDayOf, &Type::Time, ty, depth),
            // Nothing makes a json.
            Type::Json => self.constant(ty),
            Type::Weekday => self.unary(U::WeekdayOf, &Type::Time, ty, depth),
            Type::Duration => match self.random.below(5) {
                0 => self.binary(B::AddDuration, [Type::Duration, Type::Duration], ty, depth),
                1 => self.binary(B::SubDuration, [Type::Duration, Type::Duration], ty, depth),
                2 => self.binary(B::MulDurationInt, [Type::Duration, Type::Int], ty, depth),
                3 => self.unary(U::NegDuration, ty, ty, depth),
                _ => self.binary(B::SubTimeTime, [Type::Time, Type::Time], ty, depth),
            },
            Type::List(item) => match self.random.one_in(2) {
                true => self.binary(B::ConcatList, [ty.clone(), ty.clone()], ty, depth),
                false => {
                    let items = (0..self.random.below(4)).map(|_| self.set(item, depth)).collect();
                    node(ExprKind::List(items), ty)
                }
            },
            Type::Record(fields) => {
                let values = fields.iter().map(|field| match &field.ty {
                    Type::Optional(inner) => self.maybe(inner, depth),
                    required => self.set(required, depth),
                });
                let values = values.collect();
                node(ExprKind::Record(values), ty)
            }
            Type::Enum(_) | Type::Optional(_) | Type::Unset | Type::Error => self.leaf(ty),
        }
    }

    fn binary(&mut self, op: B, [a, b]: [Type; 2], ty: &Type, depth: usize) -> Expr {
        let parts = [self.set(&a, depth), self.set(&b, depth)];
        node(ExprKind::Binary(op, Box::new(parts)), ty)
    }

    fn unary(&mut self, op: U, operand: &Type, ty: &Type, depth: usize) -> Expr {
        let operand = self.set(operand, depth);
        node(ExprKind::Unary(op, Box::new(operand)), ty)
    }

    fn bool_operation(&mut self, depth: usize) -> Expr {
        let bool = Type::Bool;
        match self.random.below(18) {
            16 | 17 => self.asked_of_all(depth),
            0 => {
                let inner = self.set(&bool, depth);
                node(ExprKind::Not(Box::new(inner)), &bool)
            }
            1 | 2 => {
                let parts = (0..2 + self.random.below(3)).map(|_| self.set(&bool, depth)).collect();
                let is_and = self.random.one_in(2);
                node(if is_and { ExprKind::And(parts) } else { ExprKind::Or(parts) }, &bool)
            }
            3 => self.guarded_conjunction(depth),
            4..=7 => self.comparison(depth),
            8 => self.membership(depth),
            9 => self.in_range(depth),
            10 => self.texts(depth),
            11 => {
                let list = Type::List(Arc::new(Type::Text));
                let parts = [self.set(&list, depth), self.set(&Type::Text, depth)];
                node(ExprKind::ContainsItem(Box::new(parts)), &bool)
            }
            12 => match self.presence_test() {
                Some((test, _)) => test,
                None => self.leaf(&bool),
            },
            13 | 14 if self.speaks.customer => self.historical(),
            15 if self.speaks.customer => match self.random.pick(&self.audiences.clone()) {
                Some(name) => node(ExprKind::InAudience(name.as_str().into()), &bool),
                None => self.comparison(depth),
            },
            _ => self.comparison(depth),
        }
    }

    /// `x is set and …`, where the rest may use `x`; or `x is unset or …`.
    fn guarded_conjunction(&mut self, depth: usize) -> Expr {
        let Some((test, narrowed)) = self.presence_test() else { return self.leaf(&Type::Bool) };
        let known = self.known.len();
        self.known.extend(narrowed);
        let rest = self.set(&Type::Bool, depth);
        self.known.truncate(known);
        match self.random.one_in(2) {
            true => node(ExprKind::And(vec![test, rest]), &Type::Bool),
            false => {
                let unset = node(ExprKind::Not(Box::new(test)), &Type::Bool);
                node(ExprKind::Or(vec![unset, rest]), &Type::Bool)
            }
        }
    }

    /// Some type whose values can be compared.
    fn some_type(&mut self) -> Type {
        let mut types = schema::types();
        types.retain(|(_, ty)| *ty != Type::Json);
        self.random.pick(&types).map_or(Type::Int, |(_, ty)| ty.clone())
    }

    fn comparison(&mut self, depth: usize) -> Expr {
        use CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
        let ty = self.some_type();
        let ordered = !matches!(ty, Type::Bool | Type::List(_) | Type::Record(_));
        let ops: &[CompareOp] = if ordered { &[Eq, Ne, Lt, Le, Gt, Ge] } else { &[Eq, Ne] };
        let op = self.random.pick(ops).copied().unwrap_or(Eq);
        // The left side may be optional under equality. Constants stand on either side.
        let left = match self.random.below(5) {
            0 | 1 if op == Eq => self.maybe(&ty, depth),
            2 => self.constant(&ty),
            3 => self.leaf(&ty),
            _ => self.set(&ty, depth),
        };
        let right = if self.random.one_in(2) { self.constant(&ty) } else { self.set(&ty, depth) };
        node(ExprKind::Compare(op, Box::new([left, right])), &Type::Bool)
    }

    /// `x in [..]`, with lists short and long, constant and not.
    fn membership(&mut self, depth: usize) -> Expr {
        let ty = self.some_type();
        let left = match self.random.below(3) {
            0 => self.maybe(&ty, depth),
            1 => self.leaf(&ty),
            _ => self.set(&ty, depth),
        };
        let list_type = Type::List(Arc::new(ty.clone()));
        let list = match self.random.below(4) {
            0 => {
                let items = (0..1 + self.random.below(3)).map(|_| self.set(&ty, depth)).collect();
                node(ExprKind::List(items), &list_type)
            }
            1 => {
                let items = (0..12).map(|_| self.value(&ty)).collect();
                node(ExprKind::Const(journey_sema::thir::Const::List(items)), &list_type)
            }
            _ => self.constant(&list_type),
        };
        node(ExprKind::InList(Box::new([left, list])), &Type::Bool)
    }

    fn in_range(&mut self, depth: usize) -> Expr {
        let types = [Type::Int, Type::Number, Type::TimeOfDay, Type::Weekday];
        let ty = self.random.pick(&types).cloned().unwrap_or(Type::Int);
        let value = match self.random.below(3) {
            0 => self.maybe(&ty, depth),
            1 => self.leaf(&ty),
            _ => self.set(&ty, depth),
        };
        let bound = |generator: &mut Generator| match generator.random.one_in(4) {
            true => generator.set(&ty, depth),
            false => generator.constant(&ty),
        };
        let (low, high) = (bound(self), bound(self));
        node(ExprKind::InRange(Box::new([value, low, high])), &Type::Bool)
    }

    fn texts(&mut self, depth: usize) -> Expr {
        let [a, b] = [self.set(&Type::Text, depth), self.set(&Type::Text, depth)];
        let kind = match self.random.below(4) {
            0 => ExprKind::ContainsText(Box::new([a, b])),
            1 => ExprKind::StartsWith(Box::new([a, b])),
            2 => ExprKind::EndsWith(Box::new([a, b])),
            _ => {
                let pattern = self.random.pick(&PATTERNS).copied().unwrap_or("a");
                ExprKind::Matches(Box::new(a), pattern.into())
            }
        };
        node(kind, &Type::Bool)
    }

    fn int_operation(&mut self, depth: usize) -> Expr {
        let int = Type::Int;
        let two = [B::AddInt, B::SubInt, B::MulInt, B::RemInt, B::MinInt, B::MaxInt];
        let of_time = [U::HourOf, U::DayOf, U::MonthOf, U::YearOf];
        let of_number = [U::Round, U::Floor, U::Ceil];
        match self.random.below(13) {
            12 => self.summed(&int, depth),
            0..=4 => {
                let op = self.random.pick(&two).copied().unwrap_or(B::AddInt);
                self.binary(op, [int.clone(), int.clone()], &int, depth)
            }
            5 => self.unary(U::NegInt, &int, &int, depth),
            6 => self.unary(U::AbsInt, &int, &int, depth),
            7 => {
                let op = self.random.pick(&of_time).copied().unwrap_or(U::HourOf);
                self.unary(op, &Type::Time, &int, depth)
            }
            8 => {
                let op = self.random.pick(&of_number).copied().unwrap_or(U::Round);
                self.unary(op, &Type::Number, &int, depth)
            }
            9 => self.unary(U::LengthText, &Type::Text, &int, depth),
            10 => self.unary(U::LengthList, &Type::List(Arc::new(Type::Text)), &int, depth),
            _ if !self.speaks.customer => {
                let record = self.set(&address(), depth);
                node(ExprKind::Field(Box::new(record), 1), &int)
            }
            _ if self.random.one_in(2) => self.asked(HistoryFn::Sum, &int),
            _ => self.asked(HistoryFn::Count, &int),
        }
    }

    fn number_operation(&mut self, depth: usize) -> Expr {
        let number = Type::Number;
        let two = [
            B::AddNumber,
            B::SubNumber,
            B::MulNumber,
            B::DivNumber,
            B::RemNumber,
            B::MinNumber,
            B::MaxNumber,
        ];
        match self.random.below(10) {
            9 => self.summed(&number, depth),
            0..=4 => {
                let op = self.random.pick(&two).copied().unwrap_or(B::AddNumber);
                self.binary(op, [number.clone(), number.clone()], &number, depth)
            }
            5 => self.unary(U::NegNumber, &number, &number, depth),
            6 => self.unary(U::AbsNumber, &number, &number, depth),
            7 if self.speaks.customer => self.asked(HistoryFn::Sum, &number),
            _ => self.unary(U::IntToNumber, &Type::Int, &number, depth),
        }
    }

    fn text_operation(&mut self, depth: usize) -> Expr {
        let text = Type::Text;
        let one = [U::Lower, U::Upper, U::Trim];
        match self.random.below(7) {
            0 => self.binary(B::ConcatText, [text.clone(), text.clone()], &text, depth),
            1 | 2 => {
                let op = self.random.pick(&one).copied().unwrap_or(U::Trim);
                self.unary(op, &text, &text, depth)
            }
            3 | 4 => self.shown(depth),
            5 => {
                let parts = (0..2 + self.random.below(3)).map(|_| match self.random.one_in(2) {
                    true => self.shown(depth),
                    false => self.constant(&Type::Text),
                });
                let parts = parts.collect();
                node(ExprKind::Concat(parts), &text)
            }
            _ => {
                let record = self.set(&address(), depth);
                node(ExprKind::Field(Box::new(record), 0), &text)
            }
        }
    }

    /// A scalar as text.
    fn shown(&mut self, depth: usize) -> Expr {
        let ty = match self.some_type() {
            Type::List(_) | Type::Record(_) => plan(),
            scalar => scalar,
        };
        self.unary(U::ToText, &ty, &Type::Text, depth)
    }
}
