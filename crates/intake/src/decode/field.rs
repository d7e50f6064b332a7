//! The fields of an object itself.

use super::{Decoded, Desk};
use crate::id;
use crate::json::{Cursor, Kind, Malformed, Text};
use crate::reason::{Place, Reason, describe};

/// Reads a field that is a text; `None` for `null`.
#[inline]
pub(super) fn text<'l>(cursor: &mut Cursor<'l>, name: &'static str) -> Decoded<Option<Text<'l>>> {
    match cursor.kind()? {
        Kind::Text => Ok(Some(cursor.text()?)),
        Kind::Null => {
            cursor.null()?;
            Ok(None)
        }
        kind => Err(not_a(cursor, name, kind, "a text")?.into()),
    }
}

/// Says what stands at the cursor instead of what is wanted.
#[cold]
pub(super) fn not_a(
    cursor: &mut Cursor<'_>,
    name: &'static str,
    kind: Kind,
    wanted: &str,
) -> Result<Reason, Malformed> {
    let start = cursor.at();
    cursor.skip()?;
    let found = describe(kind, cursor.since(start).trim_start());
    Ok(Reason::Mismatch { what: Place::field(name), found, wanted: wanted.to_owned() })
}

/// Fills a field that has not been filled before.
#[inline]
pub(super) fn once<T>(field: &mut Option<T>, value: Option<T>, name: &'static str) -> Decoded<()> {
    if field.is_some() {
        return Err(Reason::Twice { what: Place::field(name) }.into());
    }
    *field = value;
    Ok(())
}

impl Desk {
    /// Checks that there is a customer's id; [`Desk::customer`] then resolves it.
    pub(super) fn has_customer<'l>(&mut self, customer: Option<Text<'l>>) -> Decoded<Text<'l>> {
        let customer = customer.ok_or(Reason::MissingField { field: "customer_id" })?;
        let id = customer.resolve(&mut self.customer).unwrap_or_default();
        if let Some(wanted) = id::unfit(id) {
            let found = describe(Kind::Text, &format!("\"{}\"", customer.raw));
            return Err(
                Reason::Mismatch { what: Place::field("customer_id"), found, wanted }.into()
            );
        }
        Ok(customer)
    }
}
