//! Keys: of instances, and the idempotency keys of messages.
//!
//! A message's key is the same after any replay, because it is made only of what names the send: the
//! workspace, the journey, the customer, which of the customer's memberships, the tile, and how
//! many times this membership has sent from that tile. A receiver that remembers keys sees each
//! message exactly once.

use std::fmt;

use crate::Val;

/// What tells the instances of a keyed journey apart: a hash of the value of the key. Two values
/// that share its 128 bits are not to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct InstanceKey(pub(crate) [u8; 16]);

impl InstanceKey {
    /// The key of a scalar that is set; there is none of anything else.
    pub(crate) fn of(value: Val<'_>) -> Option<InstanceKey> {
        let (tag, word) = match value {
            Val::Unset | Val::List(_) | Val::Record(_) => return None,
            Val::Text(text) => return Some(InstanceKey::hash(0, text.as_bytes())),
            Val::Bool(v) => (1, i64::from(v)),
            Val::Int(v) => (2, v),
            // The two zeros are equal.
            Val::Number(v) => (3, (v + 0.0).to_bits().cast_signed()),
            Val::Time(v) => (4, v),
            Val::Date(v) => (5, i64::from(v)),
            Val::TimeOfDay(v) => (6, i64::from(v)),
            Val::Weekday(v) => (7, i64::from(v)),
            Val::Duration(v) => (8, v),
        };
        Some(InstanceKey::hash(tag, &word.to_le_bytes()))
    }

    fn hash(tag: u8, bytes: &[u8]) -> InstanceKey {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[tag]);
        hasher.update(bytes);
        let mut key = [0; 16];
        hasher.finalize_xof().fill(&mut key);
        InstanceKey(key)
    }
}

/// What a key is made of. Hashing costs a hundred nanoseconds, so it is left to who needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageKey<'a> {
    /// Name of the workspace.
    pub workspace: &'a str,
    /// Name of the journey.
    pub journey: &'a str,
    /// The customer's id.
    pub customer: &'a str,
    /// The membership's number, from 1.
    pub membership: u32,
    /// Id of the tile.
    pub tile: &'a str,
    /// How many times the membership has sent from the tile, this one included.
    pub visit: u32,
}

/// A message's idempotency key; shown as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Key(pub [u8; 16]);

impl MessageKey<'_> {
    /// The key: the first 16 bytes of the BLAKE3 hash of the parts, each text preceded by its
    /// length and each number, length included, as a little-endian `u64`.
    pub fn compute(&self) -> Key {
        let mut hasher = blake3::Hasher::new();
        text(&mut hasher, self.workspace);
        text(&mut hasher, self.journey);
        text(&mut hasher, self.customer);
        number(&mut hasher, u64::from(self.membership));
        text(&mut hasher, self.tile);
        number(&mut hasher, u64::from(self.visit));
        let mut key = [0; 16];
        hasher.finalize_xof().fill(&mut key);
        Key(key)
    }
}

fn text(hasher: &mut blake3::Hasher, part: &str) {
    number(hasher, part.len() as u64);
    hasher.update(part.as_bytes());
}

fn number(hasher: &mut blake3::Hasher, part: u64) {
    hasher.update(&part.to_le_bytes());
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::MessageKey;

    const KEY: MessageKey<'static> = MessageKey {
        workspace: "shop",
        journey: "welcome",
        customer: "c1",
        membership: 1,
        tile: "hello",
        visit: 1,
    };

    /// The value was computed with another BLAKE3 implementation; a change would make every
    /// receiver see old messages as new.
    #[test]
    fn the_key_of_a_message_never_changes() {
        assert_eq!(KEY.compute().to_string(), "ff8474244878c31bf430bb6931a1ee77");
    }

    #[test]
    fn every_part_counts() {
        let others = [
            MessageKey { workspace: "shopw", journey: "elcome", ..KEY },
            MessageKey { customer: "c2", ..KEY },
            MessageKey { membership: 2, ..KEY },
            MessageKey { tile: "bye", ..KEY },
            MessageKey { visit: 2, ..KEY },
        ];
        for other in others {
            assert_ne!(other.compute(), KEY.compute(), "{other:?}");
        }
    }
}
