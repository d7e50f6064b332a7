//! What lowering can refuse.

use journey_base::TextRange;

/// Why a checked workspace could not be compiled.
///
/// Type errors were found long before; what is left are the limits of the compiled format, a
/// wrong name on the command line, and trees that break the promises of the checker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LowerError {
    /// A journey was asked for that the workspace does not have.
    #[error("there is no journey `{name}` in this workspace")]
    UnknownJourney {
        /// The name as given.
        name: String,
    },
    /// An expression does not fit into the registers or jump widths of the compiled form.
    #[error("an expression in {item} is too large to compile; split it into smaller conditions")]
    ExpressionTooLarge {
        /// The declaration it stands in: `journey cart_recovery`.
        item: String,
        /// The part that did not fit, relative to the declaration.
        range: TextRange,
    },
    /// More of something than the compiled form can number.
    #[error("{item} needs more than {limit} {what}; split it into several")]
    TooMany {
        /// What there is too much of: `constants`.
        what: &'static str,
        /// How many there may be.
        limit: usize,
        /// The declaration that went over.
        item: String,
    },
    /// Blocks nest deeper than lowering follows them.
    #[error("the blocks of {item} nest deeper than {limit} levels")]
    TooDeep {
        /// The declaration.
        item: String,
        /// How deep they may nest.
        limit: usize,
    },
    /// A way through the journey ends without an `exit`.
    #[error("a way through {item} ends without an exit")]
    NoExit {
        /// The declaration.
        item: String,
    },
    /// The tree names something that its schema does not have, or has a type no value can have:
    /// the checker lets neither pass.
    #[error("{item} was not checked: {what}")]
    Unchecked {
        /// The declaration.
        item: String,
        /// What does not fit.
        what: String,
    },
}
