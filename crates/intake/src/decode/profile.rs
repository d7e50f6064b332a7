//! Profiles: what is known of a customer beforehand.

use journey_vm::{Bits, Row};

use super::field::{not_a, once, text};
use super::{Decoded, Desk, Rules, Strangers};
use crate::json::{Cursor, Kind};
use crate::reason::{Place, Reason};
use crate::schema::Schema;

impl Desk {
    pub(super) fn profile<'d>(
        &'d mut self,
        schema: &Schema,
        line: &'d str,
        rules: Rules,
        row: &mut Row,
        audiences: &mut Bits,
    ) -> Decoded<&'d str> {
        self.room.arena.reset();
        audiences.clear();
        let mut cursor = Cursor::new(line);
        let (mut customer, mut has_traits, mut has_audiences) = (None, None, None);
        let mut fresh = true;
        while let Some(key) = cursor.key(&mut fresh)? {
            match key.resolve(&mut self.room.text).unwrap_or(key.raw) {
                "customer_id" => {
                    once(&mut customer, text(&mut cursor, "customer_id")?, "customer_id")?;
                }
                "traits" => match cursor.kind()? {
                    Kind::Object => {
                        self.traits(schema, &mut cursor, rules, row)?;
                        once(&mut has_traits, Some(()), "traits")?;
                    }
                    Kind::Null => cursor.null()?,
                    kind => return Err(not_a(&mut cursor, "traits", kind, "an object")?.into()),
                },
                "audiences" => {
                    once(&mut has_audiences, Some(()), "audiences")?;
                    self.audiences(schema, &mut cursor, rules, audiences)?;
                }
                _ => cursor.skip()?,
            }
        }
        cursor.end()?;
        let customer = self.has_customer(customer)?;
        if has_traits.is_none() {
            self.traits(schema, &mut Cursor::new("{}"), rules, row)?;
        }
        Ok(customer.resolve(&mut self.customer).unwrap_or_default())
    }

    /// Reads the names of the audiences that a customer is in. Those that are not declared are
    /// counted with the traits that are not.
    fn audiences(
        &mut self,
        schema: &Schema,
        cursor: &mut Cursor<'_>,
        rules: Rules,
        audiences: &mut Bits,
    ) -> Decoded<()> {
        match cursor.kind()? {
            Kind::Array => {}
            Kind::Null => return cursor.null().map_err(Into::into),
            kind => return Err(not_a(cursor, "audiences", kind, "an array of names")?.into()),
        }
        let mut fresh = true;
        while cursor.item(&mut fresh)? {
            let kind = cursor.kind()?;
            if kind != Kind::Text {
                return Err(not_a(cursor, "audiences", kind, "an array of names")?.into());
            }
            let name = cursor.text()?;
            let name = name.resolve(&mut self.room.text).unwrap_or(name.raw);
            match schema.find_audience(name) {
                Some((number, false)) => audiences.set(number, true),
                Some((_, true)) => return Err(Reason::Computed { name: name.to_owned() }.into()),
                None if rules.values == Strangers::Reject => {
                    return Err(Reason::Unknown { what: Place::field(name) }.into());
                }
                None => {
                    self.unknown.traits.add(&format!("audiences.{name}"), 1);
                }
            }
        }
        Ok(())
    }
}
