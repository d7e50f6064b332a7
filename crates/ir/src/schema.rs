//! The schema in compiled form, and looking names up in it.

use std::sync::Arc;

use journey_bytecode as bc;
use journey_sema::thir::Const;
use journey_sema::{Checked, DestinationKind, EventType, Field, Schema, Type};
use rustc_hash::FxHashMap;

/// Numbers of all names of a schema: indices into the compiled program's tables.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    traits: FxHashMap<&'a str, u16>,
    events: FxHashMap<&'a str, u16>,
    actions: FxHashMap<&'a str, u16>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(schema: &'a Schema) -> Names<'a> {
        Names {
            traits: number(schema.traits.iter().map(|field| &*field.name)),
            events: number(schema.events.iter().map(|event| &*event.name)),
            actions: number(schema.actions.iter().map(|action| &*action.name)),
        }
    }

    pub(crate) fn trait_(&self, name: &str) -> Option<u16> {
        self.traits.get(name).copied()
    }

    pub(crate) fn event(&self, name: &str) -> Option<u16> {
        self.events.get(name).copied()
    }

    pub(crate) fn action(&self, name: &str) -> Option<u16> {
        self.actions.get(name).copied()
    }
}

/// Numbers names in order. More of them than numbers is refused when the tables are made.
pub(crate) fn number<'a>(names: impl Iterator<Item = &'a str>) -> FxHashMap<&'a str, u16> {
    names.zip(0..=u16::MAX).collect()
}

/// The slot of a property of an event, and its declaration.
pub(crate) fn property<'a>(event: &'a EventType, name: &str) -> Option<(u16, &'a Field)> {
    let at = event.properties.iter().position(|property| &*property.name == name)?;
    Some((u16::try_from(at).ok()?, event.properties.get(at)?))
}

/// The tables of traits, events, destinations and actions, in the order of the schema. What the
/// actions send is still to come. `None` where a type is one that no value has.
pub(crate) fn tables(checked: &Checked) -> Option<bc::Program> {
    let schema = &checked.schema;
    let events = schema.events.iter().map(|event| {
        Some(bc::Event {
            name: event.name.to_string(),
            wire: event.wire.to_string(),
            properties: slots(&event.properties)?,
        })
    });
    let destinations = schema.destinations.iter().map(|destination| {
        Some(bc::Destination {
            name: destination.name.to_string(),
            kind: match destination.kind {
                DestinationKind::Http => bc::DestinationKind::Http,
                DestinationKind::Smtp => bc::DestinationKind::Smtp,
                DestinationKind::Log => bc::DestinationKind::Log,
            },
            settings: slots(&destination.settings)?,
            secrets: destination.secrets.iter().map(|name| name.to_string()).collect(),
        })
    });
    let actions = schema.actions.iter().map(|action| {
        let (name, _) = action.name.split_once('.')?;
        let mut all = schema.destinations.iter();
        let destination = all.position(|destination| *destination.name == *name)?;
        Some(bc::Action {
            name: action.name.to_string(),
            destination: u16::try_from(destination).ok()?,
            params: slots(&action.params)?,
            policy: None,
            request: bc::Request::Log,
        })
    });
    Some(bc::Program {
        workspace: checked.name.to_string(),
        timezone: checked.timezone.to_string(),
        traits: slots(&schema.traits)?,
        events: events.collect::<Option<_>>()?,
        destinations: destinations.collect::<Option<_>>()?,
        actions: actions.collect::<Option<_>>()?,
        ..bc::Program::default()
    })
}

fn slots(fields: &[Field]) -> Option<Vec<bc::Slot>> {
    fields.iter().map(slot).collect()
}

pub(crate) fn slot(field: &Field) -> Option<bc::Slot> {
    Some(bc::Slot {
        name: field.name.to_string(),
        wire: field.wire.to_string(),
        ty: ty(&field.ty)?,
        optional: field.ty.is_optional(),
        default: field.default.as_ref().map(constant),
        pii: field.holds_pii(),
    })
}

/// A type in compiled form. Whether it is optional is kept beside it. `None` for the type of
/// `unset` alone and for what an error left behind.
pub(crate) fn ty(ty: &Type) -> Option<bc::Type> {
    Some(match ty {
        Type::Bool => bc::Type::Bool,
        Type::Int => bc::Type::Int,
        Type::Number => bc::Type::Number,
        Type::Text => bc::Type::Text,
        Type::Time => bc::Type::Time,
        Type::Date => bc::Type::Date,
        Type::TimeOfDay => bc::Type::TimeOfDay,
        Type::Weekday => bc::Type::Weekday,
        Type::Duration => bc::Type::Duration,
        Type::Json => bc::Type::Json,
        Type::Enum(members) => {
            bc::Type::Enum(members.iter().map(|member| member.to_string()).collect())
        }
        Type::List(item) => bc::Type::List(Box::new(item_type(item)?)),
        Type::Record(fields) => {
            bc::Type::Record(fields.iter().map(field_type).collect::<Option<_>>()?)
        }
        Type::Optional(inner) => return self::ty(inner),
        Type::Unset | Type::Error => return None,
    })
}

/// The empty list has no type of its own: it passes for a list of anything, and text will do.
fn item_type(item: &Arc<Type>) -> Option<bc::Type> {
    match **item {
        Type::Unset => Some(bc::Type::Text),
        ref item => ty(item),
    }
}

fn field_type(field: &Field) -> Option<bc::FieldType> {
    Some(bc::FieldType {
        name: field.name.to_string(),
        wire: field.wire.to_string(),
        ty: ty(&field.ty)?,
        optional: field.ty.is_optional(),
        default: field.default.as_ref().map(constant),
    })
}

/// A constant in compiled form.
pub(crate) fn constant(value: &Const) -> bc::Const {
    match value {
        Const::Unset => bc::Const::Unset,
        Const::Bool(value) => bc::Const::Bool(*value),
        Const::Int(value) => bc::Const::Int(*value),
        Const::Number(value) => bc::Const::Number(*value),
        Const::Text(value) => bc::Const::Text(value.to_string()),
        Const::Time(value) => bc::Const::Time(*value),
        Const::Date(value) => bc::Const::Date(*value),
        Const::TimeOfDay(value) => bc::Const::TimeOfDay(*value),
        Const::Weekday(value) => bc::Const::Weekday(*value),
        Const::Duration(value) => bc::Const::Duration(*value),
        Const::List(items) => bc::Const::List(items.iter().map(constant).collect()),
        Const::Record(values) => bc::Const::Record(values.iter().map(constant).collect()),
    }
}
