//! Questions to the event history.

use journey_sema::thir::{BinaryOp, CompareOp, Expr, ExprKind, History, HistoryFn, HistoryRange};
use journey_sema::{Field, Marks, Type};

use super::places::maybe;
use super::schema::{LABEL, PURCHASE};
use super::{Generator, Speaks, node};

impl Generator {
    /// `count`, `happened`, or a sum.
    pub(super) fn asked(&mut self, function: HistoryFn, ty: &Type) -> Expr {
        // Only purchases have something to sum up in both types.
        let event = if function == HistoryFn::Sum { PURCHASE } else { self.some_event() };
        let value = (function == HistoryFn::Sum).then(|| self.summand(ty));
        let filter = self.random.one_in(2).then(|| self.filter(event));
        let range = self.range();
        node(
            ExprKind::History(Box::new(History {
                function,
                event: event.into(),
                filter,
                value,
                range,
            })),
            ty,
        )
    }

    /// A question that the filter and the value of others are asked in: of the event, constants
    /// and what of the instance never changes.
    fn inside(&mut self, event: &'static str, make: impl FnOnce(&mut Generator) -> Expr) -> Expr {
        let (speaks, known) = (self.speaks, std::mem::take(&mut self.known));
        let elements = std::mem::take(&mut self.elements);
        let instance = speaks.instance && self.random.one_in(2);
        self.speaks = Speaks { customer: false, clock: false, instance, event: Some(event) };
        let made = make(self);
        (self.speaks, self.known, self.elements) = (speaks, known, elements);
        made
    }

    fn filter(&mut self, event: &'static str) -> Expr {
        let depth = self.random.below(3);
        self.inside(event, |generator| generator.set(&Type::Bool, depth))
    }

    /// A sum of such values is exact in any order.
    fn summand(&mut self, ty: &Type) -> Expr {
        self.inside(PURCHASE, |generator| {
            let value = generator.leaf(ty);
            let more = generator.leaf(ty);
            let op = match (ty, generator.random.below(4)) {
                (Type::Int, 0) => BinaryOp::AddInt,
                (Type::Int, 1) => BinaryOp::MulInt,
                (Type::Number, 0) => BinaryOp::AddNumber,
                (Type::Number, 1) => BinaryOp::SubNumber,
                _ => return value,
            };
            node(ExprKind::Binary(op, Box::new([value, more])), ty)
        })
    }

    fn range(&mut self) -> HistoryRange {
        match self.random.below(if self.speaks.instance { 6 } else { 3 }) {
            0 => HistoryRange::All,
            1 | 2 => HistoryRange::Within(self.duration().max(1)),
            3 | 4 => HistoryRange::SinceEntered,
            _ => HistoryRange::SinceLabel(LABEL.into()),
        }
    }

    /// A property of the latest event, or its time.
    pub(super) fn field_of_last(&mut self, ty: &Type) -> Option<Expr> {
        let event = self.some_event();
        let mut fields =
            self.schema.events.iter().find(|it| *it.name == *event)?.properties.clone();
        fields.push(at());
        let fits = |field: &Field| field.ty.required() == *ty;
        let fitting: Vec<u32> =
            (0..).zip(&fields).filter(|(_, field)| fits(field)).map(|(at, _)| at).collect();
        let index = *self.random.pick(&fitting)?;
        let last = self.last(event, fields);
        Some(node(ExprKind::Field(Box::new(last), index), &maybe(ty)))
    }

    fn last(&mut self, event: &'static str, fields: Vec<Field>) -> Expr {
        let record = Type::Record(fields.into());
        let filter = self.random.one_in(3).then(|| self.filter(event));
        let range = self.range();
        let function = HistoryFn::Last;
        let asked = History { function, event: event.into(), filter, value: None, range };
        node(ExprKind::History(Box::new(asked)), &maybe(&record))
    }

    /// Something about history that is true or false.
    pub(super) fn historical(&mut self) -> Expr {
        match self.random.below(4) {
            0 => self.asked(HistoryFn::Happened, &Type::Bool),
            1 => {
                let event = self.some_event();
                let fields = self.schema.events.iter().find(|it| *it.name == *event);
                let mut fields = fields.map(|it| it.properties.clone()).unwrap_or_default();
                fields.push(at());
                let last = self.last(event, fields);
                node(ExprKind::IsSet(Box::new(last)), &Type::Bool)
            }
            _ => {
                let function =
                    if self.random.one_in(2) { HistoryFn::Count } else { HistoryFn::Sum };
                let parts = [self.asked(function, &Type::Int), self.constant(&Type::Int)];
                node(ExprKind::Compare(CompareOp::Ge, Box::new(parts)), &Type::Bool)
            }
        }
    }
}

/// The time of an event, as a field of what `last` gives.
fn at() -> Field {
    Field {
        name: "at".into(),
        wire: "at".into(),
        ty: Type::Time,
        default: None,
        marks: Marks::default(),
    }
}
