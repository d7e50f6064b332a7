//! The catalogue of diagnostic codes.
//!
//! A code is stable: it never changes its meaning, and a retired one is not used again. Each has
//! a page `docs/errors/J….md` with a failing example and the mended one, which a test runs.
//! J00xx syntax · J01xx names · J02xx types · J03xx flow · J04xx tests · J05xx workspace ·
//! J06xx lints, which `journey.toml` can silence or deny by name.

use std::fmt;

use crate::Severity;

/// A code of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u16);

macro_rules! catalogue {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal $severity:ident $lint:literal;)*) => {
        #[allow(clippy::zero_prefixed_literal)]
        impl Code {
            $($(#[doc = $doc])+ pub const $name: Code = Code($number);)*

            /// Every code, ascending.
            pub const ALL: &'static [Code] = &[$(Code($number)),*];

            /// The severity of the code where the workspace sets none.
            pub fn severity(self) -> Severity {
                match self.0 {
                    $($number => Severity::$severity,)*
                    _ => Severity::Error,
                }
            }

            /// The lint's name where the code is a lint; empty where it is not.
            pub fn lint(self) -> &'static str {
                match self.0 {
                    $($number => $lint,)*
                    _ => "",
                }
            }

            /// One line that says what the code is about.
            pub fn title(self) -> &'static str {
                match self.0 {
                    $($number => concat!($($doc),+).trim_ascii(),)*
                    _ => "",
                }
            }
        }
    };
}

catalogue! {
    /// The text does not follow the grammar.
    SYNTAX = 0001 Error "";
    /// A word that is reserved stands where a name is wanted.
    RESERVED_WORD = 0002 Error "";
    /// A character or literal is malformed.
    BAD_TOKEN = 0003 Error "";
    /// A text literal does not end on its line.
    UNTERMINATED_TEXT = 0004 Error "";
    /// A bracket is never closed.
    UNCLOSED = 0005 Error "";
    /// Brackets, blocks or operators are nested too deeply.
    TOO_DEEP = 0006 Error "";
    /// A literal has the right form and no possible value.
    BAD_LITERAL = 0007 Error "";
    /// More findings in this file than are shown.
    TOO_MANY = 0008 Error "";

    /// A name is not declared.
    UNKNOWN_NAME = 0101 Error "";
    /// A name is declared twice.
    DUPLICATE = 0102 Error "";
    /// A name hides another one that is in scope.
    SHADOWED = 0103 Error "";
    /// A definition refers to itself.
    CYCLE = 0104 Error "";
    /// A field does not exist.
    UNKNOWN_FIELD = 0105 Error "";
    /// An argument is missing, unknown or of no use.
    BAD_ARGUMENT = 0106 Error "";
    /// An attribute is unknown, malformed, or of no use where it stands.
    BAD_ATTRIBUTE = 0120 Error "";

    /// A value has another type than is wanted here.
    TYPE_MISMATCH = 0201 Error "";
    /// A value that may be unset is used as if it were set.
    UNHANDLED_OPTIONAL = 0202 Error "";
    /// An operator does not apply to these types.
    BAD_OPERANDS = 0203 Error "";
    /// A text is compared with an enum it is no member of.
    NOT_A_MEMBER = 0204 Error "";
    /// A trait or parameter has neither a default nor a `?`.
    NO_DEFAULT = 0205 Error "";
    /// A regular expression does not compile.
    BAD_REGEX = 0206 Error "";
    /// A value must be constant here.
    NOT_CONSTANT = 0207 Error "";
    /// A value is not available here.
    OUT_OF_PLACE = 0208 Error "";
    /// The instant at which a continuous condition changes cannot be computed.
    NOT_COMPUTABLE = 0209 Error "";
    /// Constant arithmetic overflows or has no value.
    BAD_ARITHMETIC = 0210 Error "";
    /// Personal data goes where it is not allowed.
    PERSONAL_DATA = 0220 Error "";
    /// A secret is used where it could be seen.
    SECRET = 0221 Error "";

    /// A path through a journey ends without an exit.
    MISSING_EXIT = 0301 Error "";
    /// A journey must have exactly one entry.
    ENTRY = 0302 Error "";
    /// The shares of a split do not sum to 100 %.
    SPLIT_SUM = 0303 Error "";
    /// A branch over an enum leaves members out.
    NOT_EXHAUSTIVE = 0304 Error "";
    /// An arm can never be chosen, or stands twice.
    DUPLICATE_ARM = 0305 Error "";
    /// Journeys or rounds of a loop follow each other without waiting.
    INSTANT_LOOP = 0306 Error "";
    /// A block or clause is empty, stands twice or does nothing.
    BAD_SHAPE = 0307 Error "";
    /// Something is larger than a limit allows.
    TOO_LARGE = 0308 Error "";
    /// A computed audience is joined or left by hand.
    COMPUTED_AUDIENCE = 0320 Error "";
    /// An event in a keyed journey is not tied to the key.
    UNKEYED_MATCH = 0321 Error "";
    /// Journeys wait for each other to exit.
    RUN_CYCLE = 0340 Error "";
    /// A request or mail has a part too many, lacks one, or has one that cannot be.
    BAD_REQUEST = 0360 Error "";
    /// A URL does not say at its start who is called.
    BAD_URL = 0361 Error "";

    /// A test does not say which journey it is about, or when it begins.
    TEST_SETUP = 0401 Error "";
    /// A step of a test does not fit the journey.
    TEST_STEP = 0402 Error "";

    /// A file cannot be read as a journey file.
    BAD_FILE = 0501 Error "";
    /// `journey.toml` is not as it should be.
    BAD_CONFIG = 0502 Error "";
    /// The checker itself failed.
    INTERNAL = 0599 Error "";

    /// Nothing can reach this tile.
    UNREACHABLE = 0601 Warning "unreachable";
    /// A member can stay in the journey for ever.
    ENDLESS_WAIT = 0602 Warning "endless_wait";
    /// A declared name is never used.
    UNUSED = 0603 Warning "unused";
    /// A name is not in snake_case.
    NAME_STYLE = 0604 Warning "name_style";
    /// A test expects nothing.
    NO_EXPECTATION = 0605 Warning "no_expectation";
    /// `any` stands in a journey without a key.
    NEEDLESS_ANY = 0610 Warning "needless_any";
    /// An event may come during the wait before the one for it.
    MISSED_EVENT = 0615 Warning "missed_event";
    /// An instant to wait for can be past on arrival.
    UNHANDLED_LATE = 0616 Warning "unhandled_late";
    /// A `journey:allow` comment silences nothing.
    UNUSED_ALLOW = 0620 Warning "unused_allow";
    /// Something is used that is deprecated.
    DEPRECATED = 0630 Warning "deprecated";
    /// An arm takes some of the cases that one before it takes already.
    OVERLAPPING_ARMS = 0640 Warning "overlapping_arms";
}

impl Code {
    /// The names of all lints, in the order of their codes.
    pub fn lints() -> impl Iterator<Item = &'static str> {
        Code::ALL.iter().map(|code| code.lint()).filter(|lint| !lint.is_empty())
    }

    /// Whether its findings are only wanted where the workspace asks for them.
    pub fn is_quiet(self) -> bool {
        self == Code::OVERLAPPING_ARMS
    }

    /// The code as it is written: `J0312`.
    pub fn parse(text: &str) -> Option<Code> {
        let digits = text.strip_prefix(['J', 'j'])?;
        let number: u16 = (digits.len() == 4).then(|| digits.parse().ok())??;
        Code::ALL.iter().copied().find(|code| code.0 == number)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "J{:04}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_unique_ascending_and_read_back() {
        assert!(Code::ALL.is_sorted_by(|a, b| a < b));
        for code in Code::ALL {
            assert_eq!(Code::parse(&code.to_string()), Some(*code));
            assert!(code.title().ends_with('.'), "{code} has no title");
        }
        assert_eq!(Code::parse("J9999"), None);
    }
}
