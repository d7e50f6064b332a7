//! Numbers that follow from a seed.

/// A sequence of numbers, the same for the same seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed; `what` keeps sequences of one seed apart.
    pub fn new(seed: u64, what: u64) -> Random {
        let mut random = Random(seed ^ what.rotate_left(32));
        Random(random.draw())
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound; 0 where that is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The product is below `bound << 64`.
        ((u128::from(self.draw()) * u128::from(bound)) >> 64) as u64
    }

    /// A place in something of this length.
    pub fn place(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these; none if there is none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let place = self.place(from.len());
        from.get(place)
    }

    /// One of these, each as often as its weight says.
    pub fn weighted<T: Copy>(&mut self, from: &[(u64, T)]) -> Option<T> {
        let mut rest = self.below(from.iter().map(|(weight, _)| weight).sum());
        for (weight, one) in from {
            match rest.checked_sub(*weight) {
                Some(less) => rest = less,
                None => return Some(*one),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn numbers_follow_from_the_seed_and_stay_below_their_bound() {
        let draw = |seed| {
            let mut random = Random::new(seed, 1);
            (0..100).map(|_| random.below(10)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!((0..10).all(|number| draw(7).contains(&number)));
        assert!(draw(7).iter().all(|number| *number < 10));
        assert_eq!(Random::new(7, 1).weighted(&[(0, 'a'), (5, 'b'), (0, 'c')]), Some('b'));
    }
}
