//! What begins with a digit: instants, dates, times of day, durations, numbers and integers.
//!
//! The grammar tries them in this order and takes the first that fits and does not run into a
//! word or another digit; each function here answers for one of its rules.

use crate::SyntaxKind;
use crate::SyntaxKind::{
    DATE_LIT, DURATION_LIT, ERROR_TOKEN, INT_LIT, NUMBER_LIT, TIME_LIT, TIMEOFDAY_LIT,
};

/// The kind and length of the token at the start of `text`, whose first byte is a digit.
pub(super) fn read(text: &[u8]) -> (SyntaxKind, usize) {
    // The ordinary integer first: it is by far the most common, and what follows the digits says
    // that it can be nothing else.
    let digits = count(text, |byte| byte.is_ascii_digit());
    match text.get(digits) {
        Some(b'-') if digits == 4 => {
            if let Some(found) = date_or_time(text) {
                return found;
            }
        }
        Some(b':') if digits == 2 => {
            if let Some(found) = time_of_day(text) {
                return found;
            }
        }
        // `9:00` can be nothing else: no integer stands before a colon.
        Some(b':') if digits == 1 && two(text, 2) => return (ERROR_TOKEN, 4),
        Some(b's' | b'm' | b'h' | b'd' | b'w') => {
            if let Some(len) = duration(text) {
                return (DURATION_LIT, len);
            }
        }
        _ => {}
    }
    number(text)
}

fn date_or_time(text: &[u8]) -> Option<(SyntaxKind, usize)> {
    let date = year_month_day(text)?;
    if let Some(len) = time(text, date) {
        return Some((TIME_LIT, len));
    }
    if text.get(date) == Some(&b'T') {
        // Neither an instant nor arithmetic: one malformed token reads better than five good
        // ones and a bad one.
        let malformed = |byte: u8| is_word(byte) || matches!(byte, b':' | b'.' | b'+');
        return Some((ERROR_TOKEN, date + count(text.get(date..)?, malformed)));
    }
    ends_at(text, date).then_some((DATE_LIT, date))
}

/// `2026-12-01T09:00:30.250+01:00`, of which `date` bytes are read.
fn time(text: &[u8], date: usize) -> Option<usize> {
    let rest = text.get(date..)?.strip_prefix(b"T")?;
    let mut len = date + 1 + hour_minute(rest)?;
    if text.get(len) == Some(&b':') && two(text, len + 1) {
        len += 3;
        if text.get(len) == Some(&b'.') {
            let fraction = count(text.get(len + 1..)?, |byte| byte.is_ascii_digit()).min(3);
            len += if fraction > 0 { 1 + fraction } else { 0 };
        }
    }
    match text.get(len) {
        Some(b'Z') if ends_at(text, len + 1) => return Some(len + 1),
        Some(b'+' | b'-') => {
            let offset = text.get(len + 1..).and_then(hour_minute).map(|offset| len + 1 + offset);
            if let Some(end) = offset.filter(|end| ends_at(text, *end)) {
                return Some(end);
            }
        }
        _ => {}
    }
    (ends_at(text, len) && text.get(len) != Some(&b'.')).then_some(len)
}

fn time_of_day(text: &[u8]) -> Option<(SyntaxKind, usize)> {
    let mut len = hour_minute(text)?;
    if text.get(len) == Some(&b':') && two(text, len + 1) {
        len += 3;
    }
    if ends_at(text, len) {
        return Some((TIMEOFDAY_LIT, len));
    }
    // `9:00pm` can be nothing else either: one malformed token.
    Some((ERROR_TOKEN, len + count(text.get(len..)?, is_word)))
}

/// `1d12h`.
fn duration(text: &[u8]) -> Option<usize> {
    let mut len = 0;
    loop {
        let rest = text.get(len..)?;
        let digits = count(rest, |byte| byte.is_ascii_digit());
        let unit = match rest.get(digits..)? {
            _ if digits == 0 => 0,
            [b'm', b's', ..] => 2,
            [b's' | b'm' | b'h' | b'd' | b'w', ..] => 1,
            _ => 0,
        };
        if unit == 0 {
            return (len > 0 && ends_at(text, len)).then_some(len);
        }
        len += digits + unit;
    }
}

/// `1_000`, `2.5`, `1e3`; a malformed token if it runs into a word.
fn number(text: &[u8]) -> (SyntaxKind, usize) {
    let whole = digits(text, 0);
    let fraction = match text.get(whole) {
        Some(b'.') => digits(text, whole + 1),
        _ => 0,
    };
    let mantissa = if fraction > 0 { whole + 1 + fraction } else { whole };
    let len = mantissa + exponent(text, mantissa);
    if !ends_at(text, len) {
        return (ERROR_TOKEN, len + count(text.get(len..).unwrap_or_default(), is_word));
    }
    (if len > whole { NUMBER_LIT } else { INT_LIT }, len)
}

/// Length of `digit ~ (digit | "_")*` from `at`.
fn digits(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    match rest.first() {
        Some(first) if first.is_ascii_digit() => {
            count(rest, |byte| byte.is_ascii_digit() || byte == b'_')
        }
        _ => 0,
    }
}

fn exponent(text: &[u8], at: usize) -> usize {
    let Some([b'e' | b'E', rest @ ..]) = text.get(at..) else { return 0 };
    let sign = usize::from(matches!(rest, [b'+' | b'-', ..]));
    match count(rest.get(sign..).unwrap_or_default(), |byte| byte.is_ascii_digit()) {
        0 => 0,
        digits => 1 + sign + digits,
    }
}

fn year_month_day(text: &[u8]) -> Option<usize> {
    let dashes = text.get(4) == Some(&b'-') && text.get(7) == Some(&b'-');
    (dashes && two(text, 0) && two(text, 2) && two(text, 5) && two(text, 8)).then_some(10)
}

fn hour_minute(text: &[u8]) -> Option<usize> {
    (two(text, 0) && text.get(2) == Some(&b':') && two(text, 3)).then_some(5)
}

fn two(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..at + 2), Some([a, b]) if a.is_ascii_digit() && b.is_ascii_digit())
}

/// Whether no word goes on at `at`.
fn ends_at(text: &[u8], at: usize) -> bool {
    !text.get(at).copied().is_some_and(is_word)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn count(text: &[u8], accept: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| !accept(*byte)).unwrap_or(text.len())
}
