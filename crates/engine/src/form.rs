//! How the engine's own values are stored: a byte that says which form they have, then their
//! fields in the order of their declaration, numbers in few bytes (the wire format of `postcard`).
//!
//! A field can be added only together with a new form, so that a store of an earlier version is
//! read for what it is.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::StoreError;

/// The form of everything that is stored today.
const FORM: u8 = 1;

/// A value of the store that cannot be read. The store has checksums, so this is a store of a later
/// version, or a fault of the program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("what is stored as `{what}` has a form that this version does not read")]
pub struct Unreadable {
    /// What it should be.
    pub what: &'static str,
}

/// Why something cannot be had from the store.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What stands there.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// The bytes of a value.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // Writing to memory does not fail, and no value of the engine refuses to be written.
    postcard::to_extend(value, vec![FORM]).unwrap_or_default()
}

/// The value of some bytes.
pub fn decode<T: DeserializeOwned>(what: &'static str, bytes: &[u8]) -> Result<T, Unreadable> {
    match bytes.split_first() {
        Some((&FORM, rest)) => postcard::from_bytes(rest).map_err(|_| Unreadable { what }),
        _ => Err(Unreadable { what }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_and_another_form_is_refused() {
        let bytes = encode(&("zoë", -5_i64, Some(300_u32)));
        assert_eq!(decode::<(String, i64, Option<u32>)>("x", &bytes).unwrap().1, -5);
        assert!(decode::<(String, i64, Option<u32>)>("x", &bytes[..4]).is_err());
        let later = [&[FORM + 1], &bytes[1..]].concat();
        assert!(decode::<(String, i64, Option<u32>)>("x", &later).is_err());
    }
}
