//! Entries by hand: who is to enter, and what they bring along.

use journey_bytecode::{Const, Slot};
use journey_vm::Row;

use super::field::{not_a, once, text};
use super::gather::{Bad, Reasons, Seen, object};
use super::{Decoded, Decoder, Desk, Failure, Rules, Strangers};
use crate::json::{Cursor, Kind};
use crate::list::Brought;
use crate::reason::{Place, Reason, Root};
use crate::schema::{EventLayout, JourneyLayout, Schema, is_required};
use crate::value::wanted;

/// What each journey gets of a payload, or why it does not fit.
pub(crate) type Brings = Vec<Result<Brought, Vec<Reason>>>;

impl Decoder {
    /// Reads what is brought along to a journey: an object of its parameters and of the properties of
    /// its entry's event, by their names on the wire. What has a default may be left out. All that is
    /// wrong is told, field by field.
    pub fn payload(
        &mut self,
        journey: u16,
        text: &str,
        rules: Rules,
    ) -> Result<Brought, Vec<Reason>> {
        let mut cursor = Cursor::new(text);
        let brings = self.desk.payload(&self.schema, &[journey], &mut cursor, rules);
        let brings = brings.and_then(|brings| match cursor.end() {
            Ok(()) => Ok(brings),
            Err(malformed) => Err(malformed.into()),
        });
        match brings {
            Ok(brings) => brings.into_iter().next().unwrap_or_else(|| Ok(Brought::default())),
            Err(Bad::Field(reason)) => Err(vec![reason]),
            Err(Bad::Malformed(malformed)) => Err(vec![Reason::malformed(text, malformed)]),
        }
    }

    /// Reads an entry: `{"customer_id", "payload"?}`. Gives the customer's id and what it brings along.
    pub fn entry<'d>(
        &'d mut self,
        journey: u16,
        text: &'d str,
        rules: Rules,
    ) -> Result<(&'d str, Brought), Vec<Reason>> {
        let (id, brings) = self.entries(&[journey], text, rules).map_err(|reason| vec![*reason])?;
        let brought = brings.into_iter().next().unwrap_or_else(|| Ok(Brought::default()))?;
        Ok((id, brought))
    }

    /// The same for several journeys at once.
    pub(crate) fn entries<'d>(
        &'d mut self,
        journeys: &[u16],
        text: &'d str,
        rules: Rules,
    ) -> Result<(&'d str, Brings), Box<Reason>> {
        let read = self.desk.entries(&self.schema, journeys, text, rules);
        read.map_err(|failure| failure.reason(text))
    }
}

impl Desk {
    fn entries<'d>(
        &'d mut self,
        schema: &Schema,
        journeys: &[u16],
        line: &'d str,
        rules: Rules,
    ) -> Decoded<(&'d str, Brings)> {
        let mut cursor = Cursor::new(line);
        let (mut customer, mut brings) = (None, None);
        let mut fresh = true;
        while let Some(key) = cursor.key(&mut fresh)? {
            match self.key_name(key) {
                "customer_id" => {
                    once(&mut customer, text(&mut cursor, "customer_id")?, "customer_id")?;
                }
                "payload" => match cursor.kind()? {
                    Kind::Object => {
                        let read = self.payload(schema, journeys, &mut cursor, rules);
                        once(&mut brings, Some(read.map_err(failure)?), "payload")?;
                    }
                    Kind::Null => cursor.null()?,
                    kind => return Err(not_a(&mut cursor, "payload", kind, "an object")?.into()),
                },
                _ => cursor.skip()?,
            }
        }
        cursor.end()?;
        let brings = match brings {
            Some(brings) => brings,
            None => {
                let read = self.payload(schema, journeys, &mut Cursor::new("{}"), rules);
                read.map_err(failure)?
            }
        };
        let customer = self.has_customer(customer)?;
        Ok((customer.resolve(&mut self.customer).unwrap_or_default(), brings))
    }

    /// Reads the object at the cursor for each of the journeys.
    fn payload(
        &mut self,
        schema: &Schema,
        journeys: &[u16],
        cursor: &mut Cursor<'_>,
        rules: Rules,
    ) -> Result<Brings, Bad> {
        object(cursor, Root::Param)?;
        let takers = journeys.iter().filter_map(|journey| Taker::new(schema, *journey));
        let mut takers: Vec<Taker<'_>> = takers.collect();
        let mut strangers = Vec::new();
        let mut fresh = true;
        while let Some(key) = cursor.key(&mut fresh)? {
            let start = *cursor;
            cursor.skip()?;
            let name = self.key_name(key).to_owned();
            let mut taken = takers.is_empty();
            for taker in &mut takers {
                taken |= taker.take(&name, start, self, rules)?;
            }
            if !taken {
                strangers.push(name);
            }
        }
        for name in strangers {
            match rules.values {
                Strangers::Count => {
                    self.unknown.params.add(&name, 1);
                }
                Strangers::Reject => takers.iter_mut().for_each(|taker| {
                    let what = Place { root: Root::Param, path: name.clone() };
                    taker.reasons.add(Reason::Unknown { what });
                }),
            }
        }
        Ok(takers.into_iter().map(Taker::done).collect())
    }
}

/// What is wrong with a payload, as what is wrong with what holds it.
fn failure(bad: Bad) -> Box<Failure> {
    match bad {
        Bad::Malformed(malformed) => malformed.into(),
        Bad::Field(reason) => reason.into(),
    }
}

/// A journey that is to be entered, and what it was given so far.
struct Taker<'s> {
    journey: &'s JourneyLayout,
    event: Option<&'s EventLayout>,
    seen: (Seen, Seen),
    brought: Brought,
    reasons: Reasons,
}

impl<'s> Taker<'s> {
    fn new(schema: &'s Schema, journey: u16) -> Option<Taker<'s>> {
        let journey = schema.journeys.get(usize::from(journey))?;
        let event = journey.event.and_then(|event| schema.events.get(usize::from(event)));
        let properties = event.map_or(&[][..], |event| &event.properties.slots);
        Some(Taker {
            journey,
            event,
            seen: (Seen::new(journey.params.slots.len()), Seen::new(properties.len())),
            brought: Brought {
                args: Vec::new(),
                event: event.map(|_| Row::with_defaults(properties)),
            },
            reasons: Reasons::default(),
        })
    }

    /// Takes a value, which stands at the cursor, for the parameter or the property of a name, or for
    /// both; false if there is neither.
    fn take(
        &mut self,
        name: &str,
        cursor: Cursor<'_>,
        desk: &mut Desk,
        rules: Rules,
    ) -> Result<bool, Bad> {
        let param = self.journey.params.find(name);
        let slot = param.and_then(|number| self.journey.params.slots.get(usize::from(number)));
        if let (Some(number), Some(slot)) = (param, slot) {
            let first = self.seen.0.first(number);
            if let Some(value) = self.read(slot, first, Root::Param, cursor, desk, rules)? {
                self.brought.args.push((number, value));
            }
        }
        let Some(event) = self.event else { return Ok(param.is_some()) };
        let property = event.properties.find(name);
        let slot = property.and_then(|number| event.properties.slots.get(usize::from(number)));
        if let (Some(number), Some(slot)) = (property, slot) {
            let first = self.seen.1.first(number);
            let root = Root::Brought(event.wire.to_string());
            if let Some(value) = self.read(slot, first, root, cursor, desk, rules)?
                && let Some(row) = &mut self.brought.event
            {
                row.set_const(number, &value);
            }
        }
        Ok(param.is_some() || property.is_some())
    }

    /// Reads a value; none for `null`, and where it does not fit.
    fn read(
        &mut self,
        slot: &Slot,
        first: bool,
        root: Root,
        mut cursor: Cursor<'_>,
        desk: &mut Desk,
        rules: Rules,
    ) -> Result<Option<Const>, Bad> {
        if !first {
            let what = Place { root, path: slot.wire.clone() };
            self.reasons.add(Reason::Twice { what });
            return Ok(None);
        }
        let mut extra = rules.extra();
        let value = desk.value(&mut cursor, slot, &mut extra, || root);
        desk.unknown.fields += extra.fields;
        match value {
            Ok(value) => Ok(Some(value).filter(|value| *value != Const::Unset)),
            Err(Bad::Field(reason)) => {
                self.reasons.add(reason);
                Ok(None)
            }
            Err(malformed) => Err(malformed),
        }
    }

    /// What it was given, if nothing is wrong with it and nothing is missing.
    fn done(mut self) -> Result<Brought, Vec<Reason>> {
        let args = &self.brought.args;
        let params = (0u16..).zip(&self.journey.params.slots);
        let open = params.filter(|(number, slot)| {
            is_required(slot) && !args.iter().any(|(given, _)| given == number)
        });
        let mut missing: Vec<(Root, &Slot)> = open.map(|(_, slot)| (Root::Param, slot)).collect();
        if let (Some(event), Some(row)) = (self.event, &self.brought.event) {
            let properties = (0u16..).zip(&event.properties.slots);
            let open =
                properties.filter(|(number, slot)| is_required(slot) && !row.is_set(*number));
            let root = || Root::Brought(event.wire.to_string());
            missing.extend(open.map(|(_, slot)| (root(), slot)));
        }
        for (root, slot) in missing {
            let what = Place { root, path: slot.wire.clone() };
            let wanted = wanted(&slot.ty);
            if !self.reasons.is_about(&what) {
                self.reasons.add(Reason::Missing { what, wanted });
            }
        }
        // Arguments stand in the order of the parameters, whatever the order they came in.
        self.brought.args.sort_by_key(|(param, _)| *param);
        self.reasons.or(self.brought)
    }
}
