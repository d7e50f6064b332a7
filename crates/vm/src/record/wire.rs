//! How plain values stand in a record.

use super::RecordError;

/// Appends values.
pub(super) struct Writer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    /// The instant that others are measured from.
    pub(super) base: i64,
}

/// Reads values.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The instant that others are measured from.
    pub(super) base: i64,
}

/// How a number stands there: the two low bits of the varint it begins with.
const WHOLE: u64 = 0;
/// The varint says how many hundredths.
const HUNDREDTHS: u64 = 1;
/// The eight bytes of the double follow; the rest of the varint is 0.
const BITS: u64 = 2;

/// Whole numbers below this are exact as doubles, with room for two bits beside.
const MAX_WHOLE: u64 = 1 << 52;

impl<'o> Writer<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>, base: i64) -> Writer<'o> {
        Writer { out, base }
    }

    #[inline]
    pub(super) fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    #[inline]
    pub(super) fn varint(&mut self, value: impl Into<u64>) {
        let mut value = value.into();
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    pub(super) fn count(&mut self, count: usize) {
        self.varint(count as u64);
    }

    #[inline]
    pub(super) fn int(&mut self, value: i64) {
        self.varint(zigzag(value));
    }

    /// An instant.
    #[inline]
    pub(super) fn time(&mut self, value: i64) {
        self.int(value.wrapping_sub(self.base));
    }

    /// Doubles that are whole numbers or amounts of money take a few bytes, others nine.
    pub(super) fn number(&mut self, value: f64) {
        let (whole, hundredths) = (value as i64, (value * 100.0).round() as i64);
        let is = |other: f64| other.to_bits() == value.to_bits();
        if whole.unsigned_abs() < MAX_WHOLE && is(whole as f64) {
            self.varint(zigzag(whole) << 2 | WHOLE);
        } else if hundredths.unsigned_abs() < MAX_WHOLE && is(hundredths as f64 / 100.0) {
            self.varint(zigzag(hundredths) << 2 | HUNDREDTHS);
        } else {
            self.varint(BITS);
            self.out.extend_from_slice(&value.to_bits().to_le_bytes());
        }
    }

    pub(super) fn text(&mut self, value: &str) {
        self.count(value.len());
        self.out.extend_from_slice(value.as_bytes());
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], base: i64) -> Reader<'a> {
        Reader { bytes, at: 0, base }
    }

    /// What is found at the present place cannot be there.
    #[cold]
    pub(super) fn malformed(&self, what: &'static str) -> RecordError {
        RecordError::Malformed { at: self.at, what }
    }

    pub(super) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Nothing may be left.
    pub(super) fn finish(&self) -> Result<(), RecordError> {
        match self.remaining() {
            0 => Ok(()),
            _ => Err(self.malformed("more than belongs there")),
        }
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, RecordError> {
        let byte = self.bytes.get(self.at).ok_or(RecordError::Truncated { at: self.at })?;
        self.at += 1;
        Ok(*byte)
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], RecordError> {
        let end = self.at.checked_add(len);
        let slice = end.and_then(|end| self.bytes.get(self.at..end));
        let slice = slice.ok_or(RecordError::Truncated { at: self.bytes.len() })?;
        self.at += len;
        Ok(slice)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], RecordError> {
        let slice = self.take(N)?;
        slice.try_into().map_err(|_| RecordError::Truncated { at: self.at })
    }

    #[inline]
    pub(super) fn varint(&mut self) -> Result<u64, RecordError> {
        let (mut value, mut shift) = (0u64, 0);
        loop {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 || shift > 63 {
                return Err(self.malformed("a number beyond 64 bits"));
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
            shift += 7;
        }
    }

    /// A count of items that take one byte or more each, so none beyond what is left.
    pub(super) fn count(&mut self) -> Result<usize, RecordError> {
        let count = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        if count > self.remaining() {
            return Err(RecordError::Truncated { at: self.bytes.len() });
        }
        Ok(count)
    }

    /// An index.
    pub(super) fn index(&mut self) -> Result<u16, RecordError> {
        let index = self.varint()?;
        u16::try_from(index).map_err(|_| self.malformed("an index beyond 65,535"))
    }

    /// An index below a limit.
    pub(super) fn index_below(
        &mut self,
        limit: usize,
        what: &'static str,
    ) -> Result<u16, RecordError> {
        let index = self.index()?;
        if usize::from(index) >= limit {
            return Err(self.malformed(what));
        }
        Ok(index)
    }

    /// The next of some ascending indices, which are given by the steps from one to the next.
    pub(super) fn next_index(&mut self, next: &mut u32) -> Result<u16, RecordError> {
        let index = self.varint()?.checked_add(u64::from(*next));
        let index = index.and_then(|index| u16::try_from(index).ok());
        let index = index.ok_or_else(|| self.malformed("an index beyond 65,535"))?;
        *next = u32::from(index) + 1;
        Ok(index)
    }

    /// Something that was counted one by one, and that is counted on: half of the range is more than
    /// there has ever been time for.
    pub(super) fn counted(&mut self) -> Result<u64, RecordError> {
        match self.varint()? {
            value if value < u64::MAX / 2 => Ok(value),
            _ => Err(self.malformed("a number that nobody has counted to")),
        }
    }

    /// The same of 32 bits.
    pub(super) fn u32(&mut self) -> Result<u32, RecordError> {
        match u32::try_from(self.counted()?) {
            Ok(value) if value < u32::MAX / 2 => Ok(value),
            _ => Err(self.malformed("a number that nobody has counted to")),
        }
    }

    #[inline]
    pub(super) fn int(&mut self) -> Result<i64, RecordError> {
        Ok(unzigzag(self.varint()?))
    }

    #[inline]
    pub(super) fn time(&mut self) -> Result<i64, RecordError> {
        Ok(self.base.wrapping_add(self.int()?))
    }

    pub(super) fn number(&mut self) -> Result<f64, RecordError> {
        let first = self.varint()?;
        let int = unzigzag(first >> 2) as f64;
        match first & 3 {
            WHOLE => Ok(int),
            HUNDREDTHS => Ok(int / 100.0),
            BITS if first == BITS => Ok(f64::from_bits(u64::from_le_bytes(self.array()?))),
            _ => Err(self.malformed("not a number")),
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a str, RecordError> {
        let len = self.count()?;
        let bytes = self.take(len)?;
        std::str::from_utf8(bytes).map_err(|_| self.malformed("text that is not UTF-8"))
    }
}

/// Ascending indices, each given by the step from the one before.
pub(super) fn put_next_index(to: &mut Writer<'_>, next: &mut u32, index: u16) {
    to.varint(u64::from(u32::from(index).saturating_sub(*next)));
    *next = u32::from(index) + 1;
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer};

    fn written(write: impl Fn(&mut Writer<'_>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut Writer::new(&mut out, 1_000));
        out
    }

    #[test]
    fn numbers_come_back_to_the_bit() {
        let numbers = [
            (0.0, 1),
            (25.0, 2),
            (19.99, 2),
            (-0.01, 1),
            (1e15, 8),
            (0.1 + 0.2, 9),
            (f64::MAX, 9),
            (f64::MIN_POSITIVE, 9),
            (f64::INFINITY, 9),
            (1e300, 9),
            ((1u64 << 53) as f64, 9),
        ];
        for (number, length) in numbers {
            let bytes = written(|to| to.number(number));
            assert_eq!(bytes.len(), length, "{number}");
            let read = Reader::new(&bytes, 0).number();
            assert_eq!(read.map(f64::to_bits), Ok(number.to_bits()), "{number}");
        }
    }

    #[test]
    fn instants_at_the_ends_of_time_come_back() {
        for time in [i64::MIN, -1, 0, 999, 1_000, 1_001, i64::MAX] {
            let bytes = written(|to| to.time(time));
            assert_eq!(Reader::new(&bytes, 1_000).time(), Ok(time));
        }
    }

    #[test]
    fn a_number_of_eleven_bytes_is_refused() {
        let mut bytes = [0xff; 11];
        assert!(Reader::new(&bytes, 0).varint().is_err());
        bytes[9] = 1;
        assert_eq!(Reader::new(&bytes, 0).varint(), Ok(u64::MAX));
        bytes[9] = 2;
        assert!(Reader::new(&bytes, 0).varint().is_err());
    }
}
