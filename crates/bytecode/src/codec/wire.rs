//! How plain values stand in a section: little-endian, fixed width, counts before their items.
//!
//! There is one way to write a value, and the reader accepts no other, so that decoding and
//! encoding again gives the same bytes.

use super::error::{DecodeError, DecodeErrorKind};

/// How deep values may nest: twice what the verifier allows of types, as a record's field and its
/// type are a level each.
pub(super) const MAX_NESTING: usize = 64;

/// For so many items of a list room is made before they are read.
const AT_ONCE: usize = 256;

/// A value that can be written to a section and read back.
pub(crate) trait Wire: Sized {
    /// Appends the value.
    fn put(&self, to: &mut Vec<u8>);

    /// Reads a value; it takes one byte or more.
    fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError>;
}

/// Reads the bytes of one section, or of the header.
pub(crate) struct Reader<'a> {
    section: Option<&'static str>,
    bytes: &'a [u8],
    /// Where `bytes` starts in the artifact.
    base: usize,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(section: Option<&'static str>, bytes: &'a [u8], base: usize) -> Reader<'a> {
        Reader { section, bytes, base, at: 0, depth: 0 }
    }

    /// An error at the present place.
    pub(super) fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError { section: self.section, offset: self.base + self.at, kind }
    }

    pub(super) fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let end = self.at.checked_add(len);
        let slice = end.and_then(|end| self.bytes.get(self.at..end));
        let slice = slice.ok_or_else(|| self.error(DecodeErrorKind::Truncated))?;
        self.at += len;
        Ok(slice)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let slice = self.take(N)?;
        slice.try_into().map_err(|_| self.error(DecodeErrorKind::Truncated))
    }

    /// A count of items that take one byte or more each, so none beyond what is left.
    pub(super) fn count(&mut self) -> Result<usize, DecodeError> {
        let count = u32::get(self)?;
        if count as usize > self.remaining() {
            return Err(self.error(DecodeErrorKind::Count(count)));
        }
        Ok(count as usize)
    }

    /// Reads something that may contain its like.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        if self.depth >= MAX_NESTING {
            return Err(self.error(DecodeErrorKind::TooDeep(MAX_NESTING)));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// Nothing may be left.
    pub(super) fn finish(&self) -> Result<(), DecodeError> {
        match self.remaining() {
            0 => Ok(()),
            rest => Err(self.error(DecodeErrorKind::TrailingBytes(rest))),
        }
    }
}

macro_rules! wire_numbers {
    ($($ty:ty),*) => {$(
        impl Wire for $ty {
            fn put(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }

            fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Ok(<$ty>::from_le_bytes(from.array()?))
            }
        }
    )*};
}

wire_numbers!(u8, u16, u32, i32, i64, f64);

impl Wire for bool {
    fn put(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match u8::get(from)? {
            0 => Ok(false),
            1 => Ok(true),
            tag => Err(from.error(DecodeErrorKind::Tag { what: "bool", tag })),
        }
    }
}

impl Wire for String {
    fn put(&self, to: &mut Vec<u8>) {
        put_count(self.len(), to);
        to.extend_from_slice(self.as_bytes());
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let len = from.count()?;
        let bytes = from.take(len)?;
        let text = std::str::from_utf8(bytes).map_err(|_| from.error(DecodeErrorKind::Utf8))?;
        Ok(text.to_owned())
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, to: &mut Vec<u8>) {
        self.is_some().put(to);
        if let Some(value) = self {
            value.put(to);
        }
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if bool::get(from)? { T::get(from).map(Some) } else { Ok(None) }
    }
}

impl<T: Wire> Wire for Box<T> {
    fn put(&self, to: &mut Vec<u8>) {
        (**self).put(to);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::get(from).map(Box::new)
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.put(to);
        self.1.put(to);
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok((A::get(from)?, B::get(from)?))
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, to: &mut Vec<u8>) {
        put_count(self.len(), to);
        self.iter().for_each(|item| item.put(to));
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        // Room for a few is made at once, beyond that as they come: a count that lies runs into
        // the end of the section long before it costs memory.
        let count = from.count()?;
        let mut items = Vec::with_capacity(count.min(AT_ONCE));
        for _ in 0..count {
            items.push(T::get(from)?);
        }
        Ok(items)
    }
}

/// A vector of more than 2³² items does not fit in memory together with its encoding.
fn put_count(count: usize, to: &mut Vec<u8>) {
    u32::try_from(count).unwrap_or(u32::MAX).put(to);
}
