//! What can be wrong with the bytes of a record.

/// Why bytes are not the record of a customer of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// They were written by another version of the format.
    #[error("the record has format {found}; this build reads format {read}")]
    Format {
        /// What the record says.
        found: u8,
        /// What this build reads.
        read: u8,
    },
    /// They end too early.
    #[error("the record ends too early, at byte {at}")]
    Truncated {
        /// Where.
        at: usize,
    },
    /// They do not say what can be there, or not for this program.
    #[error("byte {at} of the record: {what}; the record is damaged or of another program")]
    Malformed {
        /// Where.
        at: usize,
        /// What was found.
        what: &'static str,
    },
}
