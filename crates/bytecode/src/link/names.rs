//! What an earlier program knows by number, found by name in the present one.

use std::collections::BTreeMap;

use super::error::Broken;
use super::walk::Referred;
use crate::{Action, Audience, Event, Program, Slot, Type};

/// Numbers of the present program, by name.
pub(super) struct Names<'b> {
    base: &'b Program,
    traits: BTreeMap<&'b str, u16>,
    events: BTreeMap<&'b str, u16>,
    audiences: BTreeMap<&'b str, u16>,
    actions: BTreeMap<&'b str, u16>,
}

/// A thing of an earlier program and the one that has its name now.
pub(super) struct Pair<'a, T> {
    pub(super) number: u16,
    pub(super) was: &'a T,
    pub(super) is: &'a T,
}

fn numbered<'b>(names: impl Iterator<Item = &'b String>) -> BTreeMap<&'b str, u16> {
    names.map(String::as_str).zip(0..=u16::MAX).collect()
}

/// A reference to nothing. The earlier program is verified, so there is none.
fn nothing() -> Broken {
    Broken::Inconsistent
}

impl<'b> Names<'b> {
    pub(super) fn of(base: &'b Program) -> Names<'b> {
        Names {
            base,
            traits: numbered(base.traits.iter().map(|slot| &slot.name)),
            events: numbered(base.events.iter().map(|event| &event.name)),
            audiences: numbered(base.audiences.iter().map(|audience| &audience.name)),
            actions: numbered(base.actions.iter().map(|action| &action.name)),
        }
    }

    pub(super) fn trait_<'a>(&self, from: &'a Program, slot: u16) -> Referred<Pair<'a, Slot>>
    where
        'b: 'a,
    {
        let was = from.traits.get(usize::from(slot)).ok_or_else(nothing)?;
        pair(was, &was.name, &self.traits, &self.base.traits, "trait")
    }

    pub(super) fn event<'a>(&self, from: &'a Program, number: u16) -> Referred<Pair<'a, Event>>
    where
        'b: 'a,
    {
        let was = from.events.get(usize::from(number)).ok_or_else(nothing)?;
        pair(was, &was.name, &self.events, &self.base.events, "event")
    }

    /// A property that is read.
    pub(super) fn property(&self, from: &Program, event: u16, slot: u16) -> Referred<u16> {
        let event = self.event(from, event)?;
        let was = event.was.properties.get(usize::from(slot)).ok_or_else(nothing)?;
        let name = format!("{}.{}", event.was.name, was.name);
        let (number, is) = found(&event.is.properties, &was.name)
            .ok_or_else(|| Broken::Gone(format!("property `{name}`")))?;
        reads(was, is, || format!("property `{name}`"))?;
        Ok(number)
    }

    pub(super) fn audience<'a>(
        &self,
        from: &'a Program,
        number: u16,
    ) -> Referred<Pair<'a, Audience>>
    where
        'b: 'a,
    {
        let was = from.audiences.get(usize::from(number)).ok_or_else(nothing)?;
        pair(was, &was.name, &self.audiences, &self.base.audiences, "audience")
    }

    pub(super) fn action<'a>(&self, from: &'a Program, number: u16) -> Referred<Pair<'a, Action>>
    where
        'b: 'a,
    {
        let was = from.actions.get(usize::from(number)).ok_or_else(nothing)?;
        pair(was, &was.name, &self.actions, &self.base.actions, "action")
    }
}

fn pair<'a, T>(
    was: &'a T,
    name: &str,
    numbers: &BTreeMap<&str, u16>,
    all: &'a [T],
    what: &str,
) -> Referred<Pair<'a, T>> {
    let number = numbers.get(name).copied();
    let found = number.and_then(|number| Some((number, all.get(usize::from(number))?)));
    let (number, is) = found.ok_or_else(|| Broken::Gone(format!("{what} `{name}`")))?;
    Ok(Pair { number, was, is })
}

/// The slot of a name.
pub(super) fn found<'a>(slots: &'a [Slot], name: &str) -> Option<(u16, &'a Slot)> {
    (0..=u16::MAX).zip(slots).find(|(_, slot)| slot.name == name)
}

/// Whether who counted on the one slot can read the other.
pub(super) fn reads(was: &Slot, is: &Slot, thing: impl FnOnce() -> String) -> Referred<()> {
    match is.ty.takes(&was.ty) && (was.optional || !is.optional) {
        true => Ok(()),
        false => Err(retyped((&was.ty, was.optional), (&is.ty, is.optional), thing())),
    }
}

/// Whether a value that was made for the one slot can go into the other.
pub(super) fn writes(
    was: &Slot,
    is: &Slot,
    value_is_optional: bool,
    thing: impl FnOnce() -> String,
) -> Referred<()> {
    match is.ty.takes(&was.ty) && (is.optional || !value_is_optional) {
        true => Ok(()),
        false => Err(retyped((&was.ty, was.optional), (&is.ty, is.optional), thing())),
    }
}

fn retyped(was: (&Type, bool), is: (&Type, bool), thing: String) -> Broken {
    let shown = |(ty, optional): (&Type, bool)| format!("{ty}{}", if optional { "?" } else { "" });
    Broken::Retyped { thing, was: shown(was), is: shown(is) }
}
