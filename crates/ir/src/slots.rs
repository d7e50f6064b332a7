//! Values that lie in a slot: traits, properties of the event at hand, locals of the instance.

use journey_sema::thir::{BindingId, BindingKind, Expr, ExprKind, HistoryFn, UnaryOp};
use journey_sema::{Field, Type};

use crate::LowerError;
use crate::code::Place;
use crate::expr::Coder;
use crate::locals::{self, Kept};

/// A value that lies in a slot.
#[derive(Debug, Clone)]
pub(crate) struct SlotRef {
    pub(crate) place: Place,
    pub(crate) slot: u16,
    /// The type of the slot, not narrowed.
    pub(crate) ty: Type,
}

impl<'a> Coder<'_, 'a, '_> {
    pub(crate) fn event_at_hand(&mut self, name: &str) -> Result<&'a [Field], LowerError> {
        let (number, event) = self.lowering.event(name)?;
        if self.scope.event != Some(number) {
            return Err(self.lowering.unchecked(format!("{name} is not at hand")));
        }
        self.reads_event = true;
        Ok(&event.properties)
    }

    /// The slot that `expr` is, if it is one.
    pub(crate) fn slot(&mut self, expr: &Expr) -> Result<Option<SlotRef>, LowerError> {
        let slot = match &expr.kind {
            ExprKind::Trait(name) => {
                let slot = self.lowering.names.trait_(name);
                let traits = &self.lowering.checked.schema.traits;
                let field = slot.and_then(|slot| traits.get(usize::from(slot)));
                let Some((slot, field)) = slot.zip(field) else {
                    return Err(self.lowering.unchecked(format!("unknown trait {name}")));
                };
                SlotRef { place: Place::Trait, slot, ty: field.ty.clone() }
            }
            ExprKind::Event { event, property } => {
                let fields = self.event_at_hand(event)?;
                let at = fields.iter().position(|field| field.name == *property);
                let Some((at, field)) = at.and_then(|at| Some((at, fields.get(at)?))) else {
                    let what = format!("unknown property {event}.{property}");
                    return Err(self.lowering.unchecked(what));
                };
                let slot = self.lowering.number(at, "properties")?;
                SlotRef { place: Place::Event, slot, ty: field.ty.clone() }
            }
            ExprKind::Bound { binding, property } => self.local(*binding, property)?,
            ExprKind::Parameter(name) => self.parameter(name)?,
            ExprKind::Value(binding) => self.captured(*binding)?,
            _ => return Ok(None),
        };
        Ok(Some(slot))
    }

    fn parameter(&mut self, name: &str) -> Result<SlotRef, LowerError> {
        let slots = self.scope.action.map(|of| of.slots).unwrap_or_default();
        let found = slots.iter().enumerate().find(|(_, (known, _))| **known == *name);
        let Some((slot, (_, ty))) = found else {
            return Err(self.lowering.unchecked(format!("unknown parameter {name}")));
        };
        self.reads_request = true;
        let slot = self.lowering.number(slot, "parameters")?;
        Ok(SlotRef { place: Place::Local, slot, ty: ty.clone() })
    }

    fn local(&mut self, binding: BindingId, property: &str) -> Result<SlotRef, LowerError> {
        let unknown = format!("unknown value {property} of a binding");
        let Some(instance) = self.scope.instance else {
            return Err(self.lowering.unchecked(unknown));
        };
        let kept = match instance.bindings.get(binding.0 as usize).map(|it| &it.kind) {
            Some(BindingKind::Message) => Some((Kept::MessageId, Type::Text)),
            Some(BindingKind::Event { event, optional }) => {
                let schema = &self.lowering.checked.schema;
                let kept = locals::property(event, property, schema);
                kept.map(|(kept, ty)| (kept, if *optional { ty.optional() } else { ty }))
            }
            Some(BindingKind::Value(_)) | None => None,
        };
        let slot = kept.as_ref().and_then(|(kept, _)| instance.locals.get(binding, *kept));
        let Some((slot, (_, ty))) = slot.zip(kept) else {
            return Err(self.lowering.unchecked(unknown));
        };
        self.reads_instance = true;
        Ok(SlotRef { place: Place::Local, slot, ty })
    }

    /// The local of a parameter or of a captured value.
    fn captured(&mut self, binding: BindingId) -> Result<SlotRef, LowerError> {
        let instance = self.scope.instance;
        let slot = instance.and_then(|it| it.locals.get(binding, Kept::Value));
        let kind = instance.and_then(|it| Some(&it.bindings.get(binding.0 as usize)?.kind));
        let (Some(slot), Some(BindingKind::Value(ty))) = (slot, kind) else {
            return Err(self.lowering.unchecked("unknown captured value"));
        };
        self.reads_instance = true;
        Ok(SlotRef { place: Place::Local, slot, ty: ty.clone() })
    }

    /// The local that says whether an optional binding happened.
    pub(crate) fn happened(&mut self, binding: BindingId) -> Result<u16, LowerError> {
        let instance = self.scope.instance;
        let local = instance.and_then(|it| it.locals.get(binding, Kept::Happened));
        self.reads_instance = true;
        local.ok_or_else(|| self.lowering.unchecked("unknown binding"))
    }

    /// Whether `expr` can come out unset, narrowing or not.
    pub(crate) fn may_be_unset(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Trait(_)
            | ExprKind::Event { .. }
            | ExprKind::Bound { .. }
            | ExprKind::Parameter(_)
            | ExprKind::Value(_) => {
                matches!(self.slot(expr), Ok(Some(slot)) if slot.ty.is_optional())
            }
            ExprKind::Field(..) => true,
            ExprKind::History(history) => history.function == HistoryFn::Last,
            ExprKind::Coalesce(parts) => {
                let [_, fallback] = &**parts;
                self.may_be_unset(fallback)
            }
            ExprKind::If(parts) => {
                let [_, yes, no] = &**parts;
                self.may_be_unset(yes) || self.may_be_unset(no)
            }
            ExprKind::Unary(op, _) => *op == UnaryOp::ParseNumber || expr.ty.is_optional(),
            _ => expr.ty.is_optional(),
        }
    }
}
