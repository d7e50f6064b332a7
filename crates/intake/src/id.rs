//! What an id of a customer may be.

use crate::json::Kind;
use crate::reason::{Place, Reason, describe};

/// How many bytes an id may have: it is part of keys, and stands in every one of them.
pub const MAX_ID: usize = 1_024;

/// Whether a text can be the id of a customer: it is not empty, has at most [`MAX_ID`] bytes, and no
/// NUL among them, by which a store tells where an id ends.
pub fn check_id(id: &str) -> Result<(), Reason> {
    unfit(id).map_or(Ok(()), |wanted| {
        let found = describe(Kind::Text, &format!("{id:?}"));
        Err(Reason::Mismatch { what: Place::field("customer_id"), found, wanted })
    })
}

/// What is wanted instead of an id that is none.
#[inline]
pub(crate) fn unfit(id: &str) -> Option<String> {
    let fits = !id.is_empty() && id.len() <= MAX_ID && !id.as_bytes().contains(&0);
    if fits { None } else { Some(wanted(id)) }
}

#[cold]
fn wanted(id: &str) -> String {
    match id.len() {
        0 => "a text that is not empty".to_owned(),
        1..=MAX_ID => "a text without a NUL character".to_owned(),
        _ => format!("a text of at most {MAX_ID} bytes"),
    }
}
