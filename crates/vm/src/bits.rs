//! A small growable set of numbers.

use smallvec::SmallVec;

/// A set of small numbers, such as the audiences a customer is in. Two sets are equal when they
/// hold the same numbers.
#[derive(Debug, Clone, Default)]
pub struct Bits(SmallVec<[u64; 2]>);

impl Bits {
    /// Whether `bit` is in the set.
    #[inline]
    pub fn contains(&self, bit: u16) -> bool {
        let word = self.0.get(usize::from(bit) >> 6);
        word.is_some_and(|word| word >> (bit & 63) & 1 == 1)
    }

    /// Puts `bit` into the set or takes it out.
    pub fn set(&mut self, bit: u16, on: bool) {
        let index = usize::from(bit) >> 6;
        if index >= self.0.len() {
            if !on {
                return;
            }
            self.0.resize(index + 1, 0);
        }
        if let Some(word) = self.0.get_mut(index) {
            *word = *word & !(1 << (bit & 63)) | u64::from(on) << (bit & 63);
        }
    }

    /// Empties the set.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Whether the two sets have a member in common.
    pub fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    /// The smallest member that is not below `from`.
    pub fn next(&self, from: u32) -> Option<u16> {
        let first = from as usize >> 6;
        for (index, word) in self.0.iter().enumerate().skip(first) {
            let below = if index == first { (1u64 << (from & 63)) - 1 } else { 0 };
            let rest = word & !below;
            if rest != 0 {
                return u16::try_from(index * 64 + rest.trailing_zeros() as usize).ok();
            }
        }
        None
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        let mut from = 0;
        std::iter::from_fn(move || {
            let bit = self.next(from)?;
            from = u32::from(bit) + 1;
            Some(bit)
        })
    }
}

impl PartialEq for Bits {
    fn eq(&self, other: &Bits) -> bool {
        let shorter = self.0.len().min(other.0.len());
        self.0.iter().take(shorter).eq(other.0.iter().take(shorter))
            && self.0.iter().skip(shorter).all(|word| *word == 0)
            && other.0.iter().skip(shorter).all(|word| *word == 0)
    }
}

impl Eq for Bits {}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn members_come_back_in_order() {
        let mut bits = Bits::default();
        for bit in [300, 5, 64, 63, 0, 65535] {
            bits.set(bit, true);
        }
        bits.set(64, false);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 5, 63, 300, 65535]);
        assert!(bits.contains(63) && !bits.contains(64));
    }

    #[test]
    fn equality_looks_at_members_not_at_room() {
        let mut bits = Bits::default();
        bits.set(700, true);
        bits.set(700, false);
        assert_eq!(bits, Bits::default());
        assert!(bits.is_empty());
    }
}
