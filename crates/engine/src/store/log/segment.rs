//! The files of the log: their names and headers.
//!
//! A header is a magic number, the format's version, the store's id, the first ticket, and the CRC-32 of these.

use std::path::{Path, PathBuf};

use crate::store::{StoreError, Ticket};

pub(super) const HEADER: usize = 32;

/// The format of segments that this program writes.
pub(super) const FORMAT: u32 = 1;

const MAGIC: [u8; 8] = *b"JrnyLog\n";

/// A file that is not yet a segment has this ending; it is renamed when its header is on disk.
pub(super) const UNFINISHED: &str = ".new";

/// The file of the segment that begins with a ticket.
pub(super) fn path(directory: &Path, first: Ticket) -> PathBuf {
    directory.join(format!("{:020}.log", first.0))
}

/// The first ticket, from a file's name; none if it is no segment's.
pub(super) fn first(name: &str) -> Option<Ticket> {
    let digits = name.strip_suffix(".log")?;
    let number = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| digits.parse().ok().map(Ticket)).flatten()
}

pub(super) fn header(store: u64, first: Ticket) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&store.to_le_bytes());
    bytes.extend_from_slice(&first.0.to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// Whether the header is that of the segment which its name says, of this store.
pub(super) fn check_header(
    bytes: &[u8],
    file: &Path,
    store: u64,
    first: Ticket,
) -> Result<(), StoreError> {
    let damaged = |offset: u64, what: &str| StoreError::Damaged {
        file: file.to_path_buf(),
        offset,
        what: what.to_owned(),
    };
    let fields = || {
        let (magic, rest) = bytes.split_first_chunk::<8>()?;
        let (format, rest) = rest.split_first_chunk::<4>()?;
        let (id, rest) = rest.split_first_chunk::<8>()?;
        let (ticket, rest) = rest.split_first_chunk::<8>()?;
        let crc = rest.first_chunk::<4>()?;
        Some((*magic, *format, *id, *ticket, *crc))
    };
    let Some((magic, format, id, ticket, crc)) = fields() else {
        return Err(damaged(bytes.len() as u64, "the header of the segment is cut off"));
    };
    if magic != MAGIC {
        return Err(damaged(0, "this is not a segment of a log"));
    }
    let sum = crc32fast::hash(bytes.get(..HEADER - 4).unwrap_or_default());
    if sum != u32::from_le_bytes(crc) {
        return Err(damaged(0, "the header of the segment has another checksum than it says"));
    }
    let (file, format) = (file.to_path_buf(), u32::from_le_bytes(format));
    if format != FORMAT {
        return Err(StoreError::UnknownFormat { file, found: format, known: FORMAT });
    }
    let id = u64::from_le_bytes(id);
    if id != store {
        return Err(StoreError::WrongStore { file, expected: store, found: id });
    }
    if u64::from_le_bytes(ticket) != first.0 {
        return Err(damaged(20, "the segment begins with another ticket than its name says"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_first_ticket_and_sorts_by_it() {
        let name = |ticket| path(Path::new(""), Ticket(ticket)).to_string_lossy().into_owned();
        assert_eq!(first(&name(42)), Some(Ticket(42)));
        assert!(name(9) < name(10));
        assert_eq!(first("42.log"), None);
        assert_eq!(first("00000000000000000042.log.new"), None);
    }

    #[test]
    fn a_header_of_a_later_format_or_another_store_is_told_apart_from_damage() {
        let file = Path::new("x.log");
        let ours = header(7, Ticket(3));
        assert_eq!(check_header(&ours, file, 7, Ticket(3)), Ok(()));
        let wrong = check_header(&ours, file, 8, Ticket(3));
        assert!(matches!(wrong, Err(StoreError::WrongStore { found: 7, expected: 8, .. })));
        let mut later = ours.clone();
        later[8] = 2;
        let sum = crc32fast::hash(&later[..HEADER - 4]).to_le_bytes();
        later[HEADER - 4..].copy_from_slice(&sum);
        let unknown = check_header(&later, file, 7, Ticket(3));
        assert!(matches!(unknown, Err(StoreError::UnknownFormat { found: 2, known: 1, .. })));
        for byte in 0..HEADER {
            let mut changed = ours.clone();
            changed[byte] ^= 0x10;
            let refused = check_header(&changed, file, 7, Ticket(3));
            assert!(matches!(refused, Err(StoreError::Damaged { .. })), "byte {byte}");
            let refused = check_header(&ours[..byte], file, 7, Ticket(3));
            assert!(matches!(refused, Err(StoreError::Damaged { .. })), "{byte} bytes");
        }
    }
}
