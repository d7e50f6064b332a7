//! What happened on which day: the time series of a report.

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

/// More days than this are not kept: a log whose clock is wrong must not fill the memory.
const MOST: usize = 40_000;

/// Counts of one day, by UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DayCounts {
    pub(crate) entered: u64,
    pub(crate) exited: u64,
    pub(crate) sent: u64,
    pub(crate) goals: u64,
}

/// Counts by day, from the first day on which anything happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Days {
    /// Days since 1970-01-01.
    first: i64,
    counts: Vec<DayCounts>,
}

impl Days {
    /// The counts of the day on which `at` lies. None where that is too far from the others.
    pub(crate) fn at(&mut self, at: i64) -> Option<&mut DayCounts> {
        let day = at.div_euclid(DAY);
        if self.counts.is_empty() {
            self.first = day;
        }
        if day < self.first {
            let missing = usize::try_from(self.first - day).ok()?;
            if missing + self.counts.len() > MOST {
                return None;
            }
            self.counts.splice(0..0, std::iter::repeat_n(DayCounts::default(), missing));
            self.first = day;
        }
        let place = usize::try_from(day - self.first).ok().filter(|place| *place < MOST)?;
        if place >= self.counts.len() {
            self.counts.resize(place + 1, DayCounts::default());
        }
        self.counts.get_mut(place)
    }

    /// Adds the counts of another shard.
    pub(crate) fn merge(&mut self, other: &Days) {
        for (day, counts) in other.iter() {
            if let Some(sum) = self.at(day * DAY) {
                sum.entered += counts.entered;
                sum.exited += counts.exited;
                sum.sent += counts.sent;
                sum.goals += counts.goals;
            }
        }
    }

    /// Every day from the first to the last, as days since 1970-01-01.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, DayCounts)> + '_ {
        (self.first..).zip(self.counts.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, Days};

    #[test]
    fn days_are_kept_from_the_first_to_the_last_whatever_comes_first() {
        let mut days = Days::default();
        days.at(5 * DAY + 1).unwrap().entered += 1;
        days.at(3 * DAY).unwrap().sent += 2;
        days.at(-1).unwrap().exited += 1;
        let seen: Vec<_> =
            days.iter().map(|(day, it)| (day, it.entered, it.sent, it.exited)).collect();
        assert_eq!(seen.len(), 7);
        assert_eq!(seen[0], (-1, 0, 0, 1));
        assert_eq!(seen[4], (3, 0, 2, 0));
        assert_eq!(seen[6], (5, 1, 0, 0));
        let mut sum = Days::default();
        sum.merge(&days);
        sum.merge(&days);
        assert_eq!(sum.iter().map(|(_, it)| it.sent).sum::<u64>(), 4);
    }

    #[test]
    fn a_clock_gone_wild_is_left_out() {
        let mut days = Days::default();
        days.at(0).unwrap().entered += 1;
        assert!(days.at(i64::MAX).is_none());
        assert!(days.at(i64::MIN).is_none());
        assert_eq!(days.iter().count(), 1);
    }
}
