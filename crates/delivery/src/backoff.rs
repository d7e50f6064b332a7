//! How long to wait before another attempt.

use std::time::Duration;

use journey_bytecode::Retry;

use crate::clock::system_time;

/// The pause after attempt number `attempt`, counted from 1: anything between `from` and a ceiling that
/// doubles with each attempt and ends at `to`. Drawn anew for each message and attempt (full jitter),
/// so that messages that failed together do not come back together.
///
/// The draw is a hash of seed, key and attempt: it does not depend on what else is going on.
pub(crate) fn pause(retry: Retry, seed: u64, key: &str, attempt: u32) -> Duration {
    let from = millis(retry.from);
    let longest = millis(retry.to).max(from);
    let doubled = 1_u64.checked_shl(attempt).unwrap_or(u64::MAX);
    let ceiling = from.max(1).saturating_mul(doubled).min(longest);
    let span = u128::from(ceiling - from) + 1;
    let drawn = (u128::from(draw(seed, key, attempt)) * span) >> 64;
    Duration::from_millis(from + u64::try_from(drawn).unwrap_or(0))
}

fn millis(length: i64) -> u64 {
    u64::try_from(length).unwrap_or(0)
}

/// A number that looks random.
fn draw(seed: u64, key: &str, attempt: u32) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(&attempt.to_le_bytes());
    hasher.update(key.as_bytes());
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// What a `Retry-After` header asks for: a number of seconds, or a date (RFC 9110).
pub(crate) fn retry_after(header: &str, now: i64) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are longer than any cap.
        return Some(Duration::from_secs(header.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let date = httpdate::parse_http_date(header).ok()?;
    Some(date.duration_since(system_time(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Retry = Retry { times: 8, from: 1_000, to: 60_000 };

    fn ceiling(attempt: u32) -> u64 {
        (1_000 << attempt).min(60_000)
    }

    #[test]
    fn a_pause_lies_between_the_first_and_a_doubling_ceiling() {
        for attempt in 1..=12 {
            let pauses: Vec<u64> = (0..1_000)
                .map(|key| pause(RETRY, 7, &format!("key{key}"), attempt).as_millis() as u64)
                .collect();
            let (least, most) = (*pauses.iter().min().unwrap(), *pauses.iter().max().unwrap());
            let (low, high) = (1_000, ceiling(attempt));
            assert!(least >= low && most <= high, "attempt {attempt}: {least} to {most}");
            // The whole range is used.
            let tenth = (high - low) / 10;
            assert!(least < low + tenth && most > high - tenth, "attempt {attempt}");
        }
    }

    #[test]
    fn pauses_are_spread_evenly() {
        let mut buckets = [0; 10];
        for key in 0..10_000 {
            let pause = pause(RETRY, 1, &key.to_string(), 20).as_millis() as usize;
            buckets[(pause - 1_000) * 10 / 59_001] += 1;
        }
        assert!(buckets.iter().all(|n| (850..1_150).contains(n)), "{buckets:?}");
    }

    #[test]
    fn the_same_seed_message_and_attempt_wait_equally_long() {
        assert_eq!(pause(RETRY, 7, "a", 3), pause(RETRY, 7, "a", 3));
        assert_ne!(pause(RETRY, 7, "a", 3), pause(RETRY, 8, "a", 3));
        assert_ne!(pause(RETRY, 7, "a", 3), pause(RETRY, 7, "b", 3));
    }

    #[test]
    fn odd_lengths_do_no_harm() {
        let same = Retry { times: 1, from: 500, to: 500 };
        assert_eq!(pause(same, 1, "a", 1), Duration::from_millis(500));
        let turned = Retry { times: 1, from: 900, to: 100 };
        assert_eq!(pause(turned, 1, "a", 9), Duration::from_millis(900));
        let extreme = Retry { times: 1, from: i64::MAX, to: i64::MAX };
        assert_eq!(pause(extreme, 1, "a", u32::MAX).as_millis(), i64::MAX as u128);
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = 1_445_412_480_000; // Wed, 21 Oct 2015 07:28:00 GMT
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after(" 0 ", now), Some(Duration::ZERO));
        let later = "Wed, 21 Oct 2015 07:29:30 GMT";
        assert_eq!(retry_after(later, now), Some(Duration::from_secs(90)));
        let gone = "Wed, 21 Oct 2015 07:00:00 GMT";
        assert_eq!(retry_after(gone, now), Some(Duration::ZERO));
        assert!(
            retry_after("99999999999999999999999", now).unwrap() > Duration::from_secs(1 << 30)
        );
        for odd in ["", "-5", "1.5", "soon", "+3"] {
            assert_eq!(retry_after(odd, now), None, "{odd}");
        }
    }
}
