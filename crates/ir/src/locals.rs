//! What an instance carries.
//!
//! A binding is not kept whole: each property that some expression reads later becomes one local,
//! and so does the fact that an optional binding happened, where it is asked. The journey has one
//! flat list of them; all start out absent.

use std::collections::BTreeMap;
use std::sync::Arc;

use journey_bytecode as bc;
use journey_sema::thir::{Binding, BindingId, BindingKind, Expr, ExprKind};
use journey_sema::{Schema, Type};

use crate::{schema, walk};

/// What is kept of a binding. The order is that of the locals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    /// That the event happened.
    Happened,
    /// A property, by slot.
    Property(u16),
    /// When the event was.
    At,
    /// The id of a message.
    MessageId,
    /// The value of a parameter or of a `let`.
    Value,
}

/// The locals of one journey.
#[derive(Debug, Default)]
pub(crate) struct Locals {
    /// Sorted by binding and by what is kept: the index of an entry is its number.
    numbers: BTreeMap<(BindingId, Kept), u16>,
    pub(crate) slots: Vec<bc::Slot>,
}

/// Why locals could not be laid out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoLocal {
    /// No such binding or property.
    Unknown(Arc<str>),
    /// There are more than can be numbered.
    TooMany,
}

impl Locals {
    /// Lays out what `exprs` read, and nothing else.
    pub(crate) fn collect(
        exprs: &[&Expr],
        bindings: &[Binding],
        schema: &Schema,
    ) -> Result<Locals, NoLocal> {
        let mut slots = BTreeMap::new();
        let mut unknown = None;
        for root in exprs {
            walk::expr(root, &mut |expr| {
                if let Some((binding, name)) = read(expr) {
                    match slot(binding, name, bindings, schema) {
                        Some((kept, slot)) => {
                            slots.insert((binding, kept), slot);
                        }
                        None => unknown = Some(Arc::from(name.unwrap_or("is set"))),
                    }
                }
            });
        }
        if let Some(name) = unknown {
            return Err(NoLocal::Unknown(name));
        }
        let mut locals = Locals::default();
        for (number, (key, slot)) in slots.into_iter().enumerate() {
            let number = u16::try_from(number).map_err(|_| NoLocal::TooMany)?;
            locals.numbers.insert(key, number);
            locals.slots.push(slot);
        }
        Ok(locals)
    }

    /// All that is kept of a binding.
    pub(crate) fn all(&self, binding: BindingId) -> Vec<u16> {
        let range = (binding, Kept::Happened)..=(binding, Kept::Value);
        self.numbers.range(range).map(|(_, local)| *local).collect()
    }

    /// The local that keeps this of a binding.
    pub(crate) fn get(&self, binding: BindingId, kept: Kept) -> Option<u16> {
        self.numbers.get(&(binding, kept)).copied()
    }

    /// What an event captured as `binding` leaves behind.
    pub(crate) fn captures(&self, binding: Option<BindingId>) -> Vec<bc::Capture> {
        let Some(binding) = binding else { return Vec::new() };
        let range = (binding, Kept::Happened)..=(binding, Kept::At);
        let captures = self.numbers.range(range).filter_map(|((_, kept), local)| {
            let from = match kept {
                Kept::Happened => bc::CaptureFrom::Happened,
                Kept::Property(slot) => bc::CaptureFrom::Property(*slot),
                Kept::At => bc::CaptureFrom::At,
                Kept::MessageId | Kept::Value => return None,
            };
            Some(bc::Capture { from, local: *local })
        });
        captures.collect()
    }
}

/// What `expr` itself reads of a binding: a property, or without a name whether it happened, or the
/// value that it is.
fn read(expr: &Expr) -> Option<(BindingId, Option<&str>)> {
    match &expr.kind {
        ExprKind::Bound { binding, property } => Some((*binding, Some(property))),
        ExprKind::BindingIsSet(binding) | ExprKind::Value(binding) => Some((*binding, None)),
        _ => None,
    }
}

/// What must be kept of a binding so that `name` can be read later, and in what slot.
fn slot(
    id: BindingId,
    name: Option<&str>,
    bindings: &[Binding],
    schema: &Schema,
) -> Option<(Kept, bc::Slot)> {
    let binding = bindings.get(id.0 as usize)?;
    let slot = |name: &str, ty, optional| {
        let name = format!("{}.{name}", binding.name);
        bc::Slot { wire: name.clone(), name, ty, optional, default: None, pii: false }
    };
    match (&binding.kind, name) {
        (BindingKind::Message, Some("id")) => {
            Some((Kept::MessageId, slot("id", bc::Type::Text, false)))
        }
        (BindingKind::Value(ty), None) => {
            let name = binding.name.to_string();
            let (optional, ty) = (ty.is_optional(), schema::ty(ty)?);
            let wire = name.clone();
            Some((Kept::Value, bc::Slot { wire, name, ty, optional, default: None, pii: false }))
        }
        (BindingKind::Message, _) | (BindingKind::Value(_), Some(_)) => None,
        (BindingKind::Event { optional, .. }, None) => {
            Some((Kept::Happened, slot("happened", bc::Type::Bool, *optional)))
        }
        (BindingKind::Event { event, optional }, Some(name)) => {
            let (kept, ty) = property(event, name, schema)?;
            let is_optional = *optional || ty.is_optional();
            Some((kept, slot(name, schema::ty(&ty)?, is_optional)))
        }
    }
}

/// The property of an event; `at` is its time, unless it declares one of that name.
pub(crate) fn property(event: &str, name: &str, schema: &Schema) -> Option<(Kept, Type)> {
    let event = schema.events.iter().find(|declared| *declared.name == *event)?;
    match schema::property(event, name) {
        Some((slot, field)) => Some((Kept::Property(slot), field.ty.clone())),
        None if name == "at" => Some((Kept::At, Type::Time)),
        None => None,
    }
}
