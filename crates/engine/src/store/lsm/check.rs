//! Checksums of whole files, which the tree writes down and does not look at itself.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use xxhash_rust::xxh3::Xxh3Default;

use super::error::damaged;
use crate::store::StoreError;
use crate::store::error::unreadable;

/// The file that names the newest list of tables.
const CURRENT: &str = "current";

/// Whether the newest list of tables is there and whole.
pub(super) fn list_of_tables(directory: &Path) -> Result<(), StoreError> {
    let path = directory.join(CURRENT);
    let current = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::MissingFile { file: path });
        }
        Err(error) => return Err(unreadable("read", &path, &error)),
    };
    // The number of the list, its checksum, and the kind of checksum, of which there is one.
    let fields = || {
        let (list, rest) = current.split_first_chunk::<8>()?;
        let (expected, kind) = rest.split_first_chunk::<16>()?;
        (kind == [0]).then_some((*list, *expected))
    };
    let Some((list, expected)) = fields() else {
        return Err(damaged(&path, "it does not name a list of tables"));
    };
    let list = directory.join(format!("v{}", u64::from_le_bytes(list)));
    table(&list, u128::from_le_bytes(expected))
}

/// Whether a file has the checksum that was written down for it.
pub(super) fn table(path: &Path, expected: u128) -> Result<(), StoreError> {
    match checksum(path) {
        Ok(found) if found == expected => Ok(()),
        Ok(_) => Err(damaged(path, "the file has another checksum than was written down for it")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(StoreError::MissingFile { file: path.to_path_buf() })
        }
        Err(error) => Err(unreadable("read", path, &error)),
    }
}

fn checksum(path: &Path) -> io::Result<u128> {
    let mut file = File::open(path)?;
    let mut hasher = Xxh3Default::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.digest128()),
            filled => hasher.update(buffer.get(..filled).unwrap_or_default()),
        }
    }
}
