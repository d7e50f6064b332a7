//! Changes of traits.

use journey_bytecode::Const;

use super::gather::{Bad, Reasons, Seen, object};
use super::{Decoder, Desk, Rules, Strangers};
use crate::json::Cursor;
use crate::reason::{Place, Reason, Root};
use crate::schema::{Schema, is_required};
use crate::value::wanted;

/// Changes of traits, or why they do not fit.
pub(crate) type Changes = Result<Vec<(u16, Const)>, Vec<Reason>>;

impl Decoder {
    /// Reads an object of traits as changes: what is not in it stays, `null` takes the value away, so
    /// that the trait has its default or is unset. All that is wrong is told, trait by trait.
    pub fn traits(&mut self, text: &str, rules: Rules) -> Result<Vec<(u16, Const)>, Vec<Reason>> {
        let mut cursor = Cursor::new(text);
        let read = self.desk.changes(&self.schema, &mut cursor, rules);
        let read = read.and_then(|read| cursor.end().map(|()| read).map_err(Bad::from));
        match read {
            Ok(read) => read,
            Err(Bad::Field(reason)) => Err(vec![reason]),
            Err(Bad::Malformed(malformed)) => Err(vec![Reason::malformed(text, malformed)]),
        }
    }
}

impl Desk {
    /// Reads the object at the cursor as changes of traits.
    pub(crate) fn changes(
        &mut self,
        schema: &Schema,
        cursor: &mut Cursor<'_>,
        rules: Rules,
    ) -> Result<Changes, Bad> {
        object(cursor, Root::Traits)?;
        let (mut changes, mut reasons) = (Vec::new(), Reasons::default());
        let mut seen = Seen::new(schema.traits.slots.len());
        let mut fresh = true;
        while let Some(key) = cursor.key(&mut fresh)? {
            let name = self.key_name(key);
            let place = |path: &str| Place { root: Root::Traits, path: path.to_owned() };
            let Some(number) = schema.traits.find(name) else {
                match rules.values {
                    Strangers::Reject => reasons.add(Reason::Unknown { what: place(name) }),
                    Strangers::Count => {
                        let name = name.to_owned();
                        self.unknown.traits.add(&name, 1);
                    }
                }
                cursor.skip()?;
                continue;
            };
            let Some(slot) = schema.traits.slots.get(usize::from(number)) else { continue };
            if !seen.first(number) {
                reasons.add(Reason::Twice { what: place(&slot.wire) });
            }
            let mut extra = rules.extra();
            let value = self.value(cursor, slot, &mut extra, || Root::Traits);
            self.unknown.fields += extra.fields;
            match value {
                Ok(Const::Unset) if is_required(slot) => reasons
                    .add(Reason::Missing { what: place(&slot.wire), wanted: wanted(&slot.ty) }),
                Ok(value) => changes.push((number, value)),
                Err(Bad::Field(reason)) => reasons.add(reason),
                Err(malformed) => return Err(malformed),
            }
        }
        Ok(reasons.or(changes))
    }
}
