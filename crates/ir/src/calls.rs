//! Journeys that start journeys, loops, and what a member keeps for them.

use std::sync::Arc;

use journey_bytecode::{self as bc, Op};
use journey_sema::thir::{self, BindingId, Call, Const, Entry, Expr, ExprKind, RunEnd, TileKind};
use journey_sema::{Field, Type};

use crate::cfg::{Journey, Run};
use crate::emit::{Emitter, expr, target};
use crate::locals::Kept;
use crate::lowering::{Lowering, Scope};
use crate::{LowerError, build};

impl Emitter<'_, '_, '_> {
    /// A journey that is started and waited for: every way in which it can end leads somewhere.
    pub(crate) fn run(&mut self, run: &Run<'_>) -> Result<bc::Run, LowerError> {
        let name = &run.call.journey;
        let call = self.call(run.call)?;
        let journeys = &self.lowering.checked.journeys;
        let Some(journey) = journeys.iter().find(|journey| journey.name == *name) else {
            return Err(self.lowering.unchecked(format!("unknown journey {name}")));
        };
        let to = |takes: &dyn Fn(&RunEnd) -> bool| {
            let arm = run.ends.iter().find(|(end, _)| takes(end)).map(|(_, to)| *to);
            arm.or(run.rest).map(|to| target(self.graph.resolve(to)))
        };
        let outcome = |name: &str| {
            to(&|end| matches!(end, RunEnd::Exited(names) if names.iter().any(|it| **it == *name)))
        };
        let outcomes = build::outcomes(journey).into_iter().map(outcome);
        let outcomes: Option<Vec<u32>> = outcomes.collect();
        match (outcomes, to(&|end| *end == RunEnd::NotEntered)) {
            (Some(outcomes), Some(not_entered)) => Ok(bc::Run { call, outcomes, not_entered }),
            _ => Err(self.lowering.unchecked(format!("an end of {name} leads nowhere"))),
        }
    }

    pub(crate) fn call(&mut self, call: &Call) -> Result<u16, LowerError> {
        let Call { journey: name, args, event } = call;
        let number = self.lowering.journeys.get(&**name).copied();
        let journeys = &self.lowering.checked.journeys;
        let callee = journeys.iter().find(|journey| journey.name == *name);
        let Some((journey, callee)) = number.zip(callee) else {
            return Err(self.lowering.unchecked(format!("unknown journey {name}")));
        };
        let params: Vec<Field> = callee.params.iter().map(|param| param.field.clone()).collect();
        let properties = match &callee.entry {
            Entry::Event(entry) => self.lowering.event(&entry.event)?.1.properties.clone(),
            _ => Vec::new(),
        };
        let call = bc::Call {
            journey,
            args: self.given(args, &params)?,
            event: self.given(event, &properties)?,
        };
        let number = self.lowering.number(self.journey.calls.len(), "starts of journeys")?;
        self.journey.calls.push(call);
        Ok(number)
    }

    /// Values by number of the field.
    pub(crate) fn given(
        &mut self,
        given: &[(Arc<str>, Expr)],
        fields: &[Field],
    ) -> Result<Vec<(u16, bc::ExprId)>, LowerError> {
        let mut values = Vec::new();
        for (number, field) in (0..=u16::MAX).zip(fields) {
            if let Some((_, value)) = given.iter().find(|(name, _)| *name == field.name) {
                let wanted = crate::schema::ty(&field.ty);
                values.push((number, self.lowering.value(value, wanted.as_ref(), self.scope)?));
            }
        }
        Ok(values)
    }

    /// The local of something that nobody can name.
    pub(crate) fn kept(&self, binding: BindingId) -> Result<u16, LowerError> {
        let local = self.locals.get(binding, Kept::Value);
        local.ok_or_else(|| self.lowering.unchecked("a loop without a place for its rounds"))
    }

    pub(crate) fn forget(&mut self, binding: BindingId) -> Result<(), LowerError> {
        for local in self.locals.all(binding) {
            let ty = self.locals.slots.get(usize::from(local)).map(|slot| slot.ty.clone());
            let unset = expr(ExprKind::Const(Const::Unset), Type::Unset);
            let value = self.lowering.value(&unset, ty.as_ref(), self.scope)?;
            self.journey.code.push(Op::Set { local, value });
        }
        Ok(())
    }
}

/// What an entry by hand brings along, and where it is kept.
pub(crate) fn params(
    lowering: &Lowering<'_>,
    graph: &Journey<'_>,
    scope: Scope<'_>,
) -> Result<Vec<bc::Param>, LowerError> {
    let mut params = Vec::new();
    for param in &graph.source.params {
        let Some(slot) = crate::schema::slot(&param.field) else {
            return Err(lowering.unchecked("a parameter without a type"));
        };
        let local = scope.instance.and_then(|it| it.locals.get(param.binding, Kept::Value));
        params.push(bc::Param { slot, local });
    }
    Ok(params)
}

/// What the loops of a journey keep, which no expression of the source reads.
pub(crate) fn hidden(journey: &thir::Journey) -> Vec<Expr> {
    let loops = crate::ways::tiles(journey).into_iter().filter_map(|tile| match &tile.kind {
        TileKind::Repeat(repeat) => Some(repeat),
        _ => None,
    });
    let read = |binding, ty| expr(ExprKind::Value(binding), ty);
    loops
        .flat_map(|repeat| {
            let left = Some(read(repeat.left, Type::Int));
            left.into_iter().chain(repeat.next.map(|next| read(next, Type::Time)))
        })
        .collect()
}
