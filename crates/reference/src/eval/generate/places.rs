//! Places that values come from: traits, properties, bindings, the clock.

use std::sync::Arc;

use journey_sema::Type;
use journey_sema::thir::{BindingId, Expr, ExprKind, UnaryOp};

use super::schema::{self, FIRST, PURCHASE, SECOND, VISIT, address};
use super::{Generator, node};

impl Generator {
    /// All places that hold a set value of a type.
    pub(super) fn places(&mut self, ty: &Type) -> Vec<Expr> {
        let mut places: Vec<Expr> =
            self.known.iter().filter(|known| known.ty == *ty).cloned().collect();
        let names = schema::types().into_iter().filter(|(_, other)| other == ty);
        for (name, _) in names {
            places.extend(self.kinds(name).into_iter().map(|kind| node(kind, ty)));
        }
        places.extend(self.element_places(ty));
        match ty {
            Type::Time => {
                places.extend(self.speaks.clock.then(|| node(ExprKind::Now, ty)));
                places.extend(
                    self.speaks
                        .event
                        .map(|event| node(ExprKind::EventAt { event: event.into() }, ty)),
                );
                if self.speaks.instance {
                    places.push(bound(FIRST, "at", ty));
                    places.push(node(ExprKind::Entered, ty));
                }
            }
            Type::Text if self.speaks.customer => places.push(node(ExprKind::CustomerId, ty)),
            _ => {}
        }
        // An enum is a text.
        if *ty == Type::Text {
            places.extend(self.kinds("plan").into_iter().map(|kind| node(kind, ty)));
        }
        places
    }

    /// The places of a name that may be spoken of: the trait, the event's property, the entry's.
    fn kinds(&self, name: &str) -> Vec<ExprKind> {
        let mut kinds = Vec::new();
        if self.speaks.customer {
            kinds.push(ExprKind::Trait(name.into()));
        }
        if let Some(event) = self.speaks.event
            && self.has(event, name)
        {
            kinds.push(ExprKind::Event { event: event.into(), property: name.into() });
        }
        if self.speaks.instance {
            kinds.push(ExprKind::Bound { binding: FIRST, property: name.into() });
        }
        kinds
    }

    fn has(&self, event: &str, property: &str) -> bool {
        let event = self.schema.events.iter().find(|declared| *declared.name == *event);
        event.is_some_and(|event| event.properties.iter().any(|it| *it.name == *property))
    }

    /// A place that may hold nothing, or a value that may be none.
    pub(super) fn optional_place(&mut self, ty: &Type, depth: usize) -> Expr {
        let mut places = self.optional_places(ty);
        let depth = depth.saturating_sub(1);
        if *ty == Type::Number && self.random.one_in(2) {
            let text = self.set(&Type::Text, depth);
            places = vec![node(ExprKind::Unary(UnaryOp::ParseNumber, Box::new(text)), &maybe(ty))];
        }
        if *ty == Type::Number && self.random.one_in(3) {
            // An optional int where a number is wanted.
            let int = self.optional_place(&Type::Int, depth);
            places = vec![node(ExprKind::Unary(UnaryOp::IntToNumber, Box::new(int)), &maybe(ty))];
        }
        if *ty == Type::Int && self.random.one_in(4) {
            let record = self.set(&address(), depth);
            places = vec![node(ExprKind::Field(Box::new(record), 2), &maybe(ty))];
        }
        if self.speaks.customer && self.random.one_in(3) {
            places.extend(self.field_of_last(ty));
        }
        match self.random.pick(&places) {
            Some(place) => place.clone(),
            None => node(ExprKind::Const(journey_sema::thir::Const::Unset), &Type::Unset),
        }
    }

    fn optional_places(&self, ty: &Type) -> Vec<Expr> {
        let mut places = self.element_places(&maybe(ty));
        let names = schema::types().into_iter().filter(|(_, other)| other == ty);
        for (name, _) in names {
            let kinds = self.kinds(&format!("maybe_{name}"));
            places.extend(kinds.into_iter().map(|kind| node(kind, &maybe(ty))));
            if self.speaks.instance {
                places.push(bound(SECOND, name, &maybe(ty)));
                places.push(bound(SECOND, &format!("maybe_{name}"), &maybe(ty)));
            }
        }
        if *ty == Type::Time && self.speaks.instance {
            places.push(bound(SECOND, "at", &maybe(ty)));
        }
        places
    }

    /// A test that something is set, and what may be used where it holds.
    pub(super) fn presence_test(&mut self) -> Option<(Expr, Vec<Expr>)> {
        if self.speaks.instance && self.random.one_in(3) {
            let narrowed = schema::types().into_iter().map(|(name, ty)| bound(SECOND, name, &ty));
            return Some((node(ExprKind::BindingIsSet(SECOND), &Type::Bool), narrowed.collect()));
        }
        let types = schema::types();
        let (_, ty) = self.random.pick(&types)?.clone();
        let mut places = self.optional_places(&ty);
        if self.speaks.customer && self.random.one_in(3) {
            places.extend(self.field_of_last(&ty));
        }
        let place = self.random.pick(&places)?.clone();
        let test = node(ExprKind::IsSet(Box::new(place.clone())), &Type::Bool);
        Some((test, vec![Expr { ty, ..place }]))
    }

    /// An event that may be asked about.
    pub(super) fn some_event(&mut self) -> &'static str {
        if self.random.one_in(3) { VISIT } else { PURCHASE }
    }
}

fn bound(binding: BindingId, property: &str, ty: &Type) -> Expr {
    node(ExprKind::Bound { binding, property: Arc::from(property) }, ty)
}

pub(super) fn maybe(ty: &Type) -> Type {
    ty.clone().optional()
}
