//! Programs as bytes.
//!
//! An artifact is a header, a table of sections, and the sections one behind the other, all
//! little-endian:
//!
//! ```text
//! magic "JBC\0" · u16 format version · u16 least reader version · u16 number of sections
//! per section:  u16 id · u16 flags (1: a reader must know it) · u32 length · u32 CRC-32
//! u32 CRC-32 of all the above
//! sections, by ascending id, with nothing between or behind them
//! ```
//!
//! Sections that a reader does not know are skipped, unless they are flagged as required. The section
//! of versions is there only where a program has any. A program has exactly one encoding, so the
//! BLAKE3 hash of the bytes identifies it.

mod code;
mod error;
mod shapes;
pub(crate) mod wire;

pub use error::{DecodeError, DecodeErrorKind};

use wire::{Reader, Wire};

use crate::Program;

/// The version of the format this build writes and reads.
pub const FORMAT_VERSION: u16 = 1;

/// The oldest reader that understands what this build writes.
const LEAST_READER: u16 = 1;

const MAGIC: &[u8; 4] = b"JBC\0";

/// Section flag: a reader that does not know the section must refuse the artifact.
const REQUIRED: u16 = 1;

/// A kind of section: its id, its name, and how it is written and read.
struct Section {
    id: u16,
    name: &'static str,
    /// Whether it is left out of an artifact, because this program has nothing to say there.
    left_out: fn(&Program) -> bool,
    put: fn(&Program, &mut Vec<u8>),
    get: fn(&mut Program, &mut Reader<'_>) -> Result<(), DecodeError>,
}

macro_rules! sections {
    ($($id:literal $name:literal [$($field:ident)*] $(unless $empty:ident)?)*) => {
        &[$(Section {
            id: $id,
            name: $name,
            left_out: |_program| false $(|| _program.$empty.is_empty())?,
            put: |program, to| { $(program.$field.put(to);)* },
            get: |program, from| {
                $(program.$field = Wire::get(from)?;)*
                Ok(())
            },
        }),*]
    };
}

/// All sections, ascending. The ids are spaced so that a later one can stand beside its like.
const SECTIONS: &[Section] = sections! {
    10 "workspace" [workspace timezone]
    20 "schema" [traits events]
    30 "actions" [destinations actions policies]
    40 "constants" [consts regexes]
    50 "code" [code exprs]
    60 "windows" [windows]
    70 "audiences" [audiences]
    80 "journeys" [journeys]
    90 "versions" [versions] unless versions
};

impl Section {
    /// Whether there are programs without it.
    fn is_optional(&self) -> bool {
        (self.left_out)(&Program::default())
    }
}

/// Writes a program. The same program always gives the same bytes.
pub fn encode(program: &Program) -> Vec<u8> {
    let mut table = Vec::new();
    let mut body = Vec::new();
    let sections = || SECTIONS.iter().filter(|section| !(section.left_out)(program));
    for section in sections() {
        let start = body.len();
        (section.put)(program, &mut body);
        let bytes = body.get(start..).unwrap_or_default();
        section.id.put(&mut table);
        REQUIRED.put(&mut table);
        u32::try_from(bytes.len()).unwrap_or(u32::MAX).put(&mut table);
        crc32fast::hash(bytes).put(&mut table);
    }
    let mut artifact = MAGIC.to_vec();
    FORMAT_VERSION.put(&mut artifact);
    LEAST_READER.put(&mut artifact);
    (sections().count() as u16).put(&mut artifact);
    artifact.append(&mut table);
    crc32fast::hash(&artifact).put(&mut artifact);
    artifact.append(&mut body);
    artifact
}

/// Reads a program back. What comes out is well-formed, not yet verified.
pub fn decode(artifact: &[u8]) -> Result<Program, DecodeError> {
    let mut program = Program::default();
    let mut expected = SECTIONS.iter();
    for entry in table(artifact)? {
        let Some(section) = SECTIONS.iter().find(|section| section.id == entry.id) else {
            if entry.flags & REQUIRED != 0 {
                return Err(entry.error(DecodeErrorKind::UnknownSection(entry.id)));
            }
            continue;
        };
        let next = expected.find(|next| next.id == section.id || !next.is_optional());
        if let Some(missing) = next.filter(|next| next.id != section.id) {
            return Err(entry.error(DecodeErrorKind::MissingSection(missing.name)));
        }
        if entry.flags != REQUIRED {
            return Err(entry.error(DecodeErrorKind::SectionFlags(entry.flags)));
        }
        let mut reader = Reader::new(Some(section.name), entry.bytes, entry.offset);
        (section.get)(&mut program, &mut reader)?;
        reader.finish()?;
        if (section.left_out)(&program) {
            return Err(entry.error(DecodeErrorKind::EmptySection(section.name)));
        }
    }
    match expected.find(|section| !section.is_optional()) {
        None => Ok(program),
        Some(section) => {
            let kind = DecodeErrorKind::MissingSection(section.name);
            Err(DecodeError { section: None, offset: artifact.len(), kind })
        }
    }
}

/// A row of the section table and the bytes it speaks of.
struct Entry<'a> {
    id: u16,
    flags: u16,
    offset: usize,
    bytes: &'a [u8],
}

impl Entry<'_> {
    fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError { section: None, offset: self.offset, kind }
    }
}

/// Reads header and table, and checks everything that can be checked without knowing sections.
fn table(artifact: &[u8]) -> Result<Vec<Entry<'_>>, DecodeError> {
    let mut header = Reader::new(None, artifact, 0);
    if !artifact.starts_with(MAGIC) {
        return Err(header.error(DecodeErrorKind::NotAnArtifact));
    }
    header.take(MAGIC.len())?;
    u16::get(&mut header)?;
    let needs = u16::get(&mut header)?;
    if needs > FORMAT_VERSION {
        let kind = DecodeErrorKind::TooNew { needs, reads: FORMAT_VERSION };
        return Err(header.error(kind));
    }
    let count = u16::get(&mut header)?;
    let mut rows: Vec<(u16, u16, usize, u32)> = Vec::new();
    for _ in 0..count {
        let (id, flags) = <(u16, u16)>::get(&mut header)?;
        let (len, crc) = <(u32, u32)>::get(&mut header)?;
        if rows.last().is_some_and(|(last, ..)| *last >= id) {
            return Err(header.error(DecodeErrorKind::SectionOrder(id)));
        }
        rows.push((id, flags, len as usize, crc));
    }
    let sealed = artifact.get(..header.offset()).unwrap_or_default();
    if u32::get(&mut header)? != crc32fast::hash(sealed) {
        return Err(header.error(DecodeErrorKind::Checksum));
    }
    let mut entries = Vec::new();
    for (id, flags, len, crc) in rows {
        let offset = header.offset();
        let bytes = header.take(len)?;
        if crc32fast::hash(bytes) != crc {
            return Err(DecodeError { section: None, offset, kind: DecodeErrorKind::Checksum });
        }
        entries.push(Entry { id, flags, offset, bytes });
    }
    header.finish()?;
    Ok(entries)
}

/// Identifies an artifact: the BLAKE3 hash of its bytes.
pub fn artifact_id(artifact: &[u8]) -> [u8; 32] {
    *blake3::hash(artifact).as_bytes()
}

/// Identifies the layout of traits and events: two programs with the same fingerprint agree on
/// the meaning of every slot.
pub fn schema_fingerprint(program: &Program) -> [u8; 32] {
    let mut bytes = Vec::new();
    program.traits.put(&mut bytes);
    program.events.put(&mut bytes);
    *blake3::hash(&bytes).as_bytes()
}

/// Sets all checksums of an artifact to what its bytes say now. For tools that edit artifacts,
/// such as the tests that damage them on purpose; bytes that are no artifact stay as they are.
pub fn reseal(artifact: &mut [u8]) {
    const ROW: usize = 12;
    let first = MAGIC.len() + 6;
    let count = match artifact.get(first - 2..first) {
        Some(&[low, high]) => usize::from(u16::from_le_bytes([low, high])),
        _ => return,
    };
    let end = first + count * ROW;
    let mut at = end + 4;
    for row in (first..end).step_by(ROW) {
        let Some(&[a, b, c, d]) = artifact.get(row + 4..row + 8) else { return };
        let len = u32::from_le_bytes([a, b, c, d]) as usize;
        let Some(bytes) = artifact.get(at..at.saturating_add(len)) else { return };
        let crc = crc32fast::hash(bytes).to_le_bytes();
        if let Some(place) = artifact.get_mut(row + 8..row + 12) {
            place.copy_from_slice(&crc);
        }
        at += len;
    }
    let Some(sealed) = artifact.get(..end) else { return };
    let crc = crc32fast::hash(sealed).to_le_bytes();
    if let Some(place) = artifact.get_mut(end..end + 4) {
        place.copy_from_slice(&crc);
    }
}
