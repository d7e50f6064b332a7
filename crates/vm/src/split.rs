//! How customers are spread over the arms of a split.
//!
//! The point a customer falls on is a hash of the journey, the split's name and the customer's
//! id, so it is the same on every machine, after every restart and at every re-entry, and the
//! points of two splits have nothing to do with each other.

/// Points of a whole, in thousandths of a percent.
const WHOLE: u64 = 100_000;

/// Where a customer falls, from 0 to 99,999: the first eight bytes, little-endian, of the BLAKE3
/// hash of the parts, scaled to the range. Each text is preceded by its length as a little-endian
/// `u64`; for a split `per entry` the number of the membership follows as another.
pub(crate) fn point(journey: &str, split: &str, customer: &str, membership: Option<u32>) -> u32 {
    let mut hasher = blake3::Hasher::new();
    for part in [journey, split, customer] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    if let Some(membership) = membership {
        hasher.update(&u64::from(membership).to_le_bytes());
    }
    let mut first = [0; 8];
    hasher.finalize_xof().fill(&mut first);
    // Scaling by multiplication keeps all points equally likely to one part in 2⁴⁷.
    ((u128::from(u64::from_le_bytes(first)) * u128::from(WHOLE)) >> 64) as u32
}

#[cfg(test)]
mod tests {
    use super::point;

    #[test]
    fn customers_spread_evenly_and_stay_where_they_are() {
        let points: Vec<u32> =
            (0..20_000).map(|n| point("j", "s", &format!("c{n}"), None)).collect();
        for tenth in 0..10u32 {
            let range = tenth * 10_000..(tenth + 1) * 10_000;
            let count = points.iter().filter(|point| range.contains(*point)).count();
            assert!((1_850..2_150).contains(&count), "{count} in {range:?}");
        }
        // Computed with another BLAKE3 implementation; a change would move customers to other arms.
        assert_eq!(point("welcome", "subject_test", "c1", None), 72_000);
        assert_eq!(point("welcome", "subject_test", "c1", Some(2)), 56_607);
    }

    #[test]
    fn two_splits_of_a_journey_are_independent() {
        let low = |split: &str, n: i32| point("j", split, &format!("c{n}"), None) < 50_000;
        let both = (0..4_000).filter(|n| low("a", *n) && low("b", *n)).count();
        assert!((900..1_100).contains(&both), "{both}");
    }

    #[test]
    fn a_split_per_entry_draws_again() {
        let arms = (1..=64).map(|n| point("j", "s", "c", Some(n)) < 50_000);
        let heads = arms.filter(|head| *head).count();
        assert!((16..48).contains(&heads), "{heads}");
    }
}
