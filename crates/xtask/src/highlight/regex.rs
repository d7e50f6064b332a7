//! Regular expressions, written for the programs that read them.
//!
//! What a pattern looks at before and behind itself is no part of it here: not every program can, so
//! [`super::words`] keeps that apart.

/// A regular expression.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rx {
    /// These characters.
    Text(String),
    /// One character of a set, written as between brackets: `0-9_`.
    Set(String),
    /// One after the other.
    Seq(Vec<Rx>),
    /// The first that fits.
    Any(Vec<Rx>),
    /// Once or not at all.
    Opt(Box<Rx>),
    /// Any number of times.
    Many(Box<Rx>),
    /// Once or more often.
    Some(Box<Rx>),
    /// What follows is none of these; a program that cannot look ahead reads the end of a word.
    Not(Box<Rx>),
}

/// How a program writes regular expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Oniguruma, JavaScript and PCRE, in what they share.
    Common,
    /// Vim, "very magic".
    Vim,
    /// Emacs Lisp, as a regular expression, not yet as a string.
    Emacs,
}

/// The characters of a word.
pub(crate) const WORD: &str = "0-9A-Za-z_";

impl Rx {
    /// The expression as `dialect` writes it.
    pub(crate) fn to(&self, dialect: Dialect) -> String {
        match self {
            Rx::Text(text) => text.chars().map(|letter| escaped(letter, dialect)).collect(),
            Rx::Set(set) => format!("[{set}]"),
            Rx::Seq(parts) => parts.iter().map(|part| part.to_part(dialect)).collect(),
            Rx::Any(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| part.to(dialect)).collect();
                parts.join(if dialect == Dialect::Emacs { "\\|" } else { "|" })
            }
            Rx::Opt(inner) => inner.repeated(dialect, "?"),
            Rx::Many(inner) => inner.repeated(dialect, "*"),
            Rx::Some(inner) => inner.repeated(dialect, "+"),
            Rx::Not(inner) => match dialect {
                Dialect::Common => format!("(?!{})", inner.to(dialect)),
                Dialect::Vim => format!("%({})@!", inner.to(dialect)),
                Dialect::Emacs => "\\_>".to_owned(),
            },
        }
    }

    /// As part of a sequence.
    fn to_part(&self, dialect: Dialect) -> String {
        match self {
            Rx::Any(_) => group(&self.to(dialect), dialect),
            _ => self.to(dialect),
        }
    }

    fn repeated(&self, dialect: Dialect, how: &str) -> String {
        let single = match self {
            Rx::Set(_) => true,
            Rx::Text(text) => text.chars().count() == 1,
            _ => false,
        };
        let inner = self.to(dialect);
        if single { inner + how } else { group(&inner, dialect) + how }
    }
}

/// A group that captures nothing.
pub(crate) fn group(inner: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Common => format!("(?:{inner})"),
        Dialect::Vim => format!("%({inner})"),
        Dialect::Emacs => format!("\\(?:{inner}\\)"),
    }
}

/// A character that stands for itself.
pub(crate) fn escaped(letter: char, dialect: Dialect) -> String {
    if letter.is_ascii_alphanumeric() || matches!(letter, '_' | ' ' | '"' | '/' | '-') {
        // A slash ends no pattern anywhere we write one.
        return letter.to_string();
    }
    match (dialect, letter) {
        (Dialect::Vim, '\\' | '^' | ']') => format!("\\{letter}"),
        (Dialect::Vim, _) => format!("[{letter}]"),
        (Dialect::Common, ',' | ':' | '=' | '<' | '>' | '@' | '%' | '!') => letter.to_string(),
        (Dialect::Emacs, '(' | ')' | '{' | '}' | '|' | ']') => letter.to_string(),
        (Dialect::Emacs, '.' | '*' | '+' | '?' | '[' | '^' | '$' | '\\') => format!("\\{letter}"),
        (Dialect::Emacs, _) => letter.to_string(),
        _ => format!("\\{letter}"),
    }
}

/// One of several words, as whole words.
pub(crate) fn words<'w>(words: impl IntoIterator<Item = &'w str>, dialect: Dialect) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match dialect {
        Dialect::Common => format!("\\b(?:{})\\b", words.join("|")),
        Dialect::Vim => format!("<%({})>", words.join("|")),
        Dialect::Emacs => format!("\\_<\\(?:{}\\)\\_>", words.join("\\|")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_gets_the_expression_as_it_writes_them() {
        let digits = Rx::Some(Box::new(Rx::Set("0-9".into())));
        let unit = Rx::Any(vec![Rx::Text("ms".into()), Rx::Text("s".into())]);
        let end = Rx::Not(Box::new(Rx::Set(WORD.into())));
        let part = Rx::Some(Box::new(Rx::Seq(vec![digits, Rx::Text(".".into()), unit])));
        let pattern = Rx::Seq(vec![part, end]);
        assert_eq!(pattern.to(Dialect::Common), "(?:[0-9]+\\.(?:ms|s))+(?![0-9A-Za-z_])");
        assert_eq!(pattern.to(Dialect::Vim), "%([0-9]+[.]%(ms|s))+%([0-9A-Za-z_])@!");
        assert_eq!(pattern.to(Dialect::Emacs), "\\(?:[0-9]+\\.\\(?:ms\\|s\\)\\)+\\_>");
    }
}
