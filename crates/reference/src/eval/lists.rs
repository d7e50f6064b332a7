//! Questions to each element of a list.

use journey_sema::Type;
use journey_sema::thir::{BinaryOp, Fold, FoldFn, Item};

use super::{Fault, Outcome, Value, World, arithmetic, evaluate, items, truth};

/// The element that a lambda speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    item: &'a Item,
    value: &'a Value,
    /// The element of the lambda around.
    outer: Option<&'a Element<'a>>,
}

pub(super) fn fold(fold: &Fold, world: &World<'_>) -> Outcome {
    let list = evaluate(&fold.list, world)?;
    let mut sum = match fold.body.ty {
        Type::Int => Value::Int(0),
        _ => Value::Number(0.0),
    };
    for value in items(&list)? {
        let element = Element { item: &fold.item, value, outer: world.element };
        let answer = evaluate(&fold.body, &World { element: Some(&element), ..*world })?;
        match fold.function {
            // What comes after the one that settles it is not asked.
            FoldFn::Any if truth(&answer)? => return Ok(Value::Bool(true)),
            FoldFn::All if !truth(&answer)? => return Ok(Value::Bool(false)),
            FoldFn::Any | FoldFn::All => {}
            FoldFn::Sum => {
                let op = match fold.body.ty {
                    Type::Int => BinaryOp::AddInt,
                    _ => BinaryOp::AddNumber,
                };
                sum = arithmetic::binary(op, &sum, &answer)?;
            }
        }
    }
    Ok(match fold.function {
        FoldFn::Any => Value::Bool(false),
        FoldFn::All => Value::Bool(true),
        FoldFn::Sum => sum,
    })
}

/// The element that is called so: that of the nearest lambda of its level.
pub(super) fn element(item: &Item, world: &World<'_>) -> Outcome {
    let mut next = world.element;
    while let Some(element) = next {
        if element.item.level == item.level {
            return Ok(element.value.clone());
        }
        next = element.outer;
    }
    Err(Fault::Unchecked)
}
