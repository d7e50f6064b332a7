//! Keys as the overlay has them: short ones in place, so that looking for one follows no pointers.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;

/// With these a key takes 56 bytes. All of the engine's are shorter, if customers are named by UUIDs.
const SHORT: usize = 54;

pub(super) enum Key {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Box<[u8]>),
}

impl Key {
    pub(super) fn new(key: &[u8]) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..key.len()) {
            Some(place) => {
                place.copy_from_slice(key);
                Self::Short { length: key.len() as u8, bytes }
            }
            None => Self::Long(key.into()),
        }
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(bytes) => bytes,
        }
    }

    /// What it takes beside its place.
    pub(super) fn elsewhere(&self) -> usize {
        match self {
            Self::Short { .. } => 0,
            Self::Long(bytes) => bytes.len(),
        }
    }
}

impl Borrow<[u8]> for Key {
    fn borrow(&self) -> &[u8] {
        self.as_slice()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_bytes_whatever_their_number() {
        assert_eq!(size_of::<Key>(), 56);
        let long = [7; 100];
        for length in 0..100 {
            let key = Key::new(&long[..length]);
            assert_eq!(key.as_slice(), &long[..length]);
            assert_eq!(key.elsewhere(), if length > SHORT { length } else { 0 });
            assert!(key < Key::new(&long[..=length]));
            assert!(key < Key::new(&[8]));
        }
    }
}
