//! Reading a file from front to back with a bounded part of it in memory.

use std::path::Path;

use crate::store::StoreError;
use crate::store::disk::DiskFile;
use crate::store::error::unreadable;

/// At least as much is read at once.
const CHUNK: usize = 1 << 20;

/// A part of a file that moves forward.
pub(super) struct Window<'a> {
    file: &'a mut dyn DiskFile,
    path: &'a Path,
    /// Where in the file `bytes` begins.
    start: u64,
    bytes: Vec<u8>,
    /// The size of the file.
    pub(super) end: u64,
}

impl<'a> Window<'a> {
    pub(super) fn new(file: &'a mut dyn DiskFile, path: &'a Path) -> Result<Self, StoreError> {
        let end = file.size().map_err(|error| unreadable("read", path, &error))?;
        Ok(Self { file, path, start: 0, bytes: Vec::new(), end })
    }

    /// The bytes from `offset` on, `length` of them or as many as there are. Offsets must not go back by more than
    /// what is still there; if they do, it is read again.
    pub(super) fn at(&mut self, offset: u64, length: usize) -> Result<&[u8], StoreError> {
        let left = usize::try_from(self.end.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = length.min(left);
        let held = self.start..self.start + self.bytes.len() as u64;
        if offset < held.start || offset + length as u64 > held.end {
            let size = CHUNK.max(length).min(left);
            self.bytes.resize(size, 0);
            let filled = self.file.read_at(offset, &mut self.bytes);
            let filled = filled.map_err(|error| unreadable("read", self.path, &error))?;
            self.bytes.truncate(filled);
            self.start = offset;
        }
        let from = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).unwrap_or_default();
        Ok(rest.get(..length).unwrap_or(rest))
    }
}
