//! What can be wrong with the bytes of an artifact.

use std::fmt;

/// Why bytes are not an artifact this build can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// The section it is in; none for the header.
    pub section: Option<&'static str>,
    /// Offset from the start of the artifact.
    pub offset: usize,
    /// What is wrong there.
    pub kind: DecodeErrorKind,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let section = self.section.unwrap_or("header");
        write!(f, "{section}, byte {}: {}", self.offset, self.kind)
    }
}

impl std::error::Error for DecodeError {}

/// What is wrong with the bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeErrorKind {
    /// They are something else.
    #[error("this is no compiled journey")]
    NotAnArtifact,
    /// They end too early.
    #[error("the file ends too early")]
    Truncated,
    /// There is more than there should be.
    #[error("{0} bytes too many")]
    TrailingBytes(usize),
    /// They were written for a later reader.
    #[error("the file needs a reader of format version {needs}, this one reads {reads}")]
    TooNew {
        /// The least version that can read it.
        needs: u16,
        /// The version of this build.
        reads: u16,
    },
    /// A bit has changed since they were written.
    #[error("the checksum does not match; the file is damaged")]
    Checksum,
    /// A section that must be understood is not known.
    #[error("required section {0} is not known to this version")]
    UnknownSection(u16),
    /// A section stands twice or in the wrong place.
    #[error("section {0} stands out of order")]
    SectionOrder(u16),
    /// A section that must be there is not.
    #[error("section `{0}` is missing")]
    MissingSection(&'static str),
    /// A section that is left out where there is nothing in it.
    #[error("section `{0}` has nothing in it")]
    EmptySection(&'static str),
    /// A section says wrongly whether it may be skipped, or uses unknown flags.
    #[error("section flags {0:#06x} are not those of this section")]
    SectionFlags(u16),
    /// A tag names no variant.
    #[error("{what} has no variant {tag}")]
    Tag {
        /// Of what.
        what: &'static str,
        /// The tag.
        tag: u8,
    },
    /// A count says there is more than the rest of the section can hold.
    #[error("a count of {0} exceeds the bytes that are left")]
    Count(u32),
    /// Text is not UTF-8.
    #[error("text is not UTF-8")]
    Utf8,
    /// Types or constants nest too deep.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// Not an instruction, or one with bits set where there is nothing.
    #[error("{0:#018x} is no instruction")]
    Instruction(u64),
}
