//! How customers are spread over the arms of a split, and messages over the time after a night.
//!
//! The point a customer falls on is a hash of the journey, the split's name and the customer's
//! id, so it is the same on every machine, after every restart and at every re-entry, and the
//! points of two splits have nothing to do with each other.

/// Points of a whole, in thousandths of a percent.
const WHOLE: u64 = 100_000;

/// Where a customer falls, from 0 to 99,999: a hash, scaled to the range, of the parts and, for a
/// split `per entry`, the number of the membership.
pub(crate) fn point(journey: &str, split: &str, customer: &str, membership: Option<u32>) -> u32 {
    // Scaling by multiplication keeps all points equally likely to one part in 2⁴⁷.
    ((u128::from(hash(&[journey, split, customer], membership)) * u128::from(WHOLE)) >> 64) as u32
}

/// How long after the end of quiet hours a policy lets a customer's messages go, from nothing to
/// just under `length` milliseconds: a hash of both names, scaled in the same way.
pub(crate) fn offset(policy: &str, customer: &str, length: i64) -> i64 {
    ((i128::from(hash(&[policy, customer], None)) * i128::from(length)) >> 64) as i64
}

/// The first eight bytes, little-endian, of the BLAKE3 hash of the texts and the number. Each text
/// is preceded by its length as a little-endian `u64`; the number follows as another.
fn hash(texts: &[&str], number: Option<u32>) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    if let Some(number) = number {
        hasher.update(&u64::from(number).to_le_bytes());
    }
    let mut first = [0; 8];
    hasher.finalize_xof().fill(&mut first);
    u64::from_le_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::{offset, point};

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
    fn messages_are_spread_evenly_and_the_same_every_night() {
        let hour = 3_600_000;
        let all: Vec<i64> = (0..6_000).map(|n| offset("p", &format!("c{n}"), hour)).collect();
        for tenth in 0..10 {
            let range = tenth * hour / 10..(tenth + 1) * hour / 10;
            let count = all.iter().filter(|offset| range.contains(*offset)).count();
            assert!((530..670).contains(&count), "{count} in {range:?}");
        }
        // Computed with another BLAKE3 implementation.
        assert_eq!(offset("marketing", "c1", 2 * hour), 2_733_059);
        assert_eq!(offset("p", "c", 1), 0);
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
