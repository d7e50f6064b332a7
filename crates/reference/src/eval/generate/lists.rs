//! Questions to each element of a list.

use std::sync::Arc;

use journey_sema::Type;
use journey_sema::thir::{Expr, ExprKind, Fold, FoldFn, Item};

use super::schema::line;
use super::{Generator, node};

/// Lambdas in one another are no deeper than this.
const MAX_LAMBDAS: usize = 3;

impl Generator {
    /// Whether any or all elements are so.
    pub(super) fn asked_of_all(&mut self, depth: usize) -> Expr {
        let function = if self.random.one_in(2) { FoldFn::Any } else { FoldFn::All };
        self.fold(function, &Type::Bool, depth)
    }

    /// What is the sum over the elements.
    pub(super) fn summed(&mut self, ty: &Type, depth: usize) -> Expr {
        self.fold(FoldFn::Sum, ty, depth)
    }

    fn fold(&mut self, function: FoldFn, ty: &Type, depth: usize) -> Expr {
        if self.elements.len() >= MAX_LAMBDAS {
            return self.leaf(ty);
        }
        let element = self.random.pick(&[Type::Text, Type::Int, line(), line()]).cloned();
        let element = element.unwrap_or(Type::Int);
        let list = self.set(&Type::List(Arc::new(element.clone())), depth);
        let level = self.elements.len() as u32;
        self.elements.push(element);
        let known = self.known.len();
        let body = self.set(ty, depth);
        self.known.truncate(known);
        self.elements.pop();
        let item = Item { level, name: format!("x{level}").into() };
        node(ExprKind::Fold(Box::new(Fold { function, list, item, body })), ty)
    }

    /// The places of a type in the elements of the lambdas around: they themselves, and fields.
    pub(super) fn element_places(&self, ty: &Type) -> Vec<Expr> {
        let mut places = Vec::new();
        for (level, element) in (0u32..).zip(&self.elements) {
            let item = Item { level, name: format!("x{level}").into() };
            let item = node(ExprKind::Item(item), element);
            if element == ty {
                places.push(item.clone());
            }
            if let Type::Record(fields) = element {
                let fitting = (0u32..).zip(fields.iter()).filter(|(_, field)| field.ty == *ty);
                places
                    .extend(fitting.map(|(index, _)| {
                        node(ExprKind::Field(Box::new(item.clone()), index), ty)
                    }));
            }
        }
        places
    }
}
