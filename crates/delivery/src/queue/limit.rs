//! So many messages in so long a time.

use std::collections::VecDeque;
use std::time::Duration;

use journey_bytecode::Limit;
use tokio::time::Instant;

/// A limit is remembered in at most so many grains.
const GRAINS: u32 = 1_024;

/// A sliding window: in no stretch of `per` do more than `count` messages leave.
///
/// A token bucket would let up to twice as many through in the worst stretch, or cut the rate. The
/// price is to remember when messages left. Beyond a thousand, messages that left one after the
/// other share an entry with the time of the last, which errs by a thousandth, on the side of waiting.
#[derive(Debug)]
pub(crate) struct Window {
    limit: Limit,
    left: VecDeque<(Instant, u32)>,
    total: u32,
}

impl Window {
    pub(crate) fn new(limit: Limit) -> Window {
        Window { limit, left: VecDeque::new(), total: 0 }
    }

    pub(crate) fn limit(&self) -> Limit {
        self.limit
    }

    /// When the next message may leave; none means now.
    pub(crate) fn free_at(&mut self, now: Instant) -> Option<Instant> {
        let per = self.per();
        while let Some((at, count)) = self.left.front().copied() {
            if at + per > now {
                break;
            }
            self.total = self.total.saturating_sub(count);
            self.left.pop_front();
        }
        let (at, _) = self.left.front()?;
        (self.total >= self.limit.count).then(|| *at + per)
    }

    /// A message leaves.
    pub(crate) fn take(&mut self, now: Instant) {
        let grain = self.limit.count.div_ceil(GRAINS);
        self.total = self.total.saturating_add(1);
        match self.left.back_mut() {
            Some((at, count)) if *count < grain => {
                *at = now;
                *count += 1;
            }
            _ => self.left.push_back((now, 1)),
        }
    }

    /// Whether nothing of the past matters any longer.
    pub(crate) fn is_fresh(&mut self, now: Instant) -> bool {
        self.free_at(now).is_none() && self.left.is_empty()
    }

    fn per(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.limit.per).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each of `n` messages leaves, in milliseconds, if all are ready at once.
    fn departures(limit: Limit, n: usize) -> Vec<u64> {
        let start = Instant::now();
        let (mut now, mut window) = (start, Window::new(limit));
        let mut departures = Vec::new();
        while departures.len() < n {
            match window.free_at(now) {
                Some(at) => now = at,
                None => {
                    window.take(now);
                    departures.push((now - start).as_millis() as u64);
                }
            }
        }
        departures
    }

    /// The most departures in any stretch that ends before `per` is over.
    fn most_in_any(per: u64, departures: &[u64]) -> usize {
        let ends = departures.iter().enumerate();
        let since = |(end, at): (usize, &u64)| {
            end + 1 - departures.partition_point(|before| before + per <= *at)
        };
        ends.map(since).max().unwrap_or(0)
    }

    #[test]
    fn no_stretch_of_time_sees_more_than_the_limit() {
        for (count, per) in [(1, 1_000), (3, 1_000), (250, 1_000), (600, 60_000), (5_000, 10_000)] {
            let departures = departures(Limit { count, per }, count as usize * 3);
            assert_eq!(most_in_any(per as u64, &departures), count as usize, "{count} per {per}");
        }
    }

    #[test]
    fn the_whole_rate_is_used() {
        assert_eq!(departures(Limit { count: 2, per: 100 }, 6), [0, 0, 100, 100, 200, 200]);
        let last = departures(Limit { count: 5_000, per: 10_000 }, 15_000).pop().unwrap();
        assert_eq!(last, 20_000);
    }

    #[test]
    fn a_large_limit_takes_little_memory() {
        let mut window = Window::new(Limit { count: 1_000_000, per: 86_400_000 });
        let now = Instant::now();
        (0..1_000_000).for_each(|_| window.take(now));
        assert!(window.left.len() <= GRAINS as usize + 1);
        assert!(window.free_at(now).is_some());
    }
}
