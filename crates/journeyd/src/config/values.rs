//! Lengths of time and sizes, as people write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text that is no length of time, or no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {what}: write {example}")]
pub struct ValueError {
    text: String,
    what: &'static str,
    example: &'static str,
}

/// A length of time: `500ms`, `10s`, `5m`, `2h`, `1d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length(pub Duration);

/// Units of time, the largest first, in milliseconds.
const TIMES: &[(&str, u64)] =
    &[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Units of size, the largest first, in bytes.
const SIZES: &[(&str, u64)] = &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl Length {
    /// So many milliseconds.
    pub const fn millis(count: u64) -> Length {
        Length(Duration::from_millis(count))
    }

    /// So many seconds.
    pub const fn seconds(count: u64) -> Length {
        Length(Duration::from_secs(count))
    }
}

impl FromStr for Length {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Length, ValueError> {
        let wrong = || ValueError {
            text: text.to_owned(),
            what: "length of time",
            example: "a number and a unit, such as 500ms, 10s, 5m, 2h or 1d",
        };
        counted(text, TIMES).map(Length::millis).ok_or_else(wrong)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if millis == 0 { f.write_str("0s") } else { written(millis, TIMES, f) }
    }
}

/// A number of bytes: `512B`, `64KiB`, `8MiB`, `1GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

impl Size {
    /// So many kibibytes.
    pub const fn kib(count: u64) -> Size {
        Size(count << 10)
    }

    /// So many mebibytes.
    pub const fn mib(count: u64) -> Size {
        Size(count << 20)
    }

    /// As a length in memory.
    pub fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl FromStr for Size {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Size, ValueError> {
        let wrong = || ValueError {
            text: text.to_owned(),
            what: "size",
            example: "a number and a unit, such as 512B, 64KiB, 8MiB or 1GiB",
        };
        counted(text, SIZES).map(Size).ok_or_else(wrong)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { f.write_str("0B") } else { written(self.0, SIZES, f) }
    }
}

/// Reads a whole number with one of the units behind it.
fn counted(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at_checked(digits)?;
    let (_, each) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    count.parse::<u64>().ok()?.checked_mul(*each)
}

/// Writes a number that is not zero in the largest unit that leaves it whole.
fn written(count: u64, units: &[(&str, u64)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match units.iter().find(|(_, each)| count.is_multiple_of(*each)) {
        Some((name, each)) => write!(f, "{}{name}", count / each),
        None => write!(f, "{count}"),
    }
}

macro_rules! as_text {
    ($kind:ty) => {
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

as_text!(Length);
as_text!(Size);

#[cfg(test)]
mod tests {
    use super::{Length, Size};

    #[test]
    fn lengths_and_sizes_are_read_and_written_alike() {
        for text in ["500ms", "10s", "5m", "2h", "1d", "90s", "0s"] {
            assert_eq!(text.parse::<Length>().unwrap().to_string(), text);
        }
        for text in ["512B", "64KiB", "8MiB", "1GiB", "1500B", "0B"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_has_no_unit_or_is_too_much_is_refused() {
        for text in ["", "10", "s", "-1s", "1.5s", "10 years", "99999999999999999999s"] {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
        assert_eq!(
            "8MB".parse::<Size>().unwrap_err().to_string(),
            "`8MB` is no size: write a number and a unit, such as 512B, 64KiB, 8MiB or 1GiB"
        );
    }
}
