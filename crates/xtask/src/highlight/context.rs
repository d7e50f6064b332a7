//! What stands around a contextual keyword, as regular expressions.

use super::regex::{Dialect, escaped, group, words};
use super::words::{After, Before, Named, Vocabulary};

/// The first character of a name.
const NAME: &str = "[A-Za-z_]";

impl Before {
    /// What has to stand before the keyword, as a look behind; nothing if all may.
    pub(crate) fn to(&self, dialect: Dialect) -> String {
        match (self, dialect) {
            (Before::Not(marks), Dialect::Common) => {
                // One blank is what the formatter leaves; a look behind has to know the length.
                let set = set(marks);
                format!("(?<!{set})(?<!{set}\\s)")
            }
            (Before::Not(marks), Dialect::Vim) => format!("%({}\\s?)@2<!", set(marks)),
            (Before::Not(marks), Dialect::Emacs) => format!("{}\\s-?", set(marks)),
            (Before::Only(words, ends), Dialect::Common) => {
                let mut all: Vec<String> =
                    words.iter().map(|word| format!("(?<=\\b{word}\\s)")).collect();
                if !ends.is_empty() {
                    all.push(format!("(?<=[{ends}]\\s)"));
                }
                group(&all.join("|"), dialect)
            }
            (Before::Only(words, ends), Dialect::Vim) => {
                let alternatives = alternatives(words, ends, "<");
                format!("%(%({})\\s)@20<=", alternatives.join("|"))
            }
            (Before::Only(words, ends), Dialect::Emacs) => {
                let alternatives = alternatives(words, ends, "\\_<");
                format!("\\(?:{}\\)\\s-+", alternatives.join("\\|"))
            }
        }
    }
}

fn alternatives(words: &[String], ends: &str, start: &str) -> Vec<String> {
    let mut all: Vec<String> = words.iter().map(|word| format!("{start}{word}")).collect();
    if !ends.is_empty() {
        all.push(format!("[{ends}]"));
    }
    all
}

/// A set of punctuation. In all dialects the order does the escaping: `]` first, `-` last.
fn set(marks: &[char]) -> String {
    let first = marks.iter().filter(|mark| **mark == ']').map(|_| "\\]".to_owned());
    let middle = marks.iter().filter(|mark| !matches!(mark, ']' | '-'));
    let middle = middle.map(|mark| if *mark == '[' { "\\[".to_owned() } else { mark.to_string() });
    let last = marks.iter().filter(|mark| **mark == '-').map(|_| "-".to_owned());
    format!("[{}]", first.chain(middle).chain(last).collect::<String>())
}

/// The same for Emacs, where a backslash in a set is a backslash.
pub(crate) fn emacs_set(marks: &[char]) -> String {
    set(marks).replace('\\', "")
}

impl After {
    /// What has to stand behind the keyword, blanks included, without the looking ahead itself.
    pub(crate) fn to(&self, dialect: Dialect, vocabulary: &Vocabulary) -> String {
        let mut next: Vec<String> = Vec::new();
        if self.name {
            let reserved = vocabulary.reserved_words().into_iter();
            let not: Vec<&str> =
                reserved.filter(|word| !self.words.iter().any(|allowed| allowed == word)).collect();
            next.push(name(&not, dialect));
        } else if !self.words.is_empty() {
            let all = self.words.iter().map(String::as_str);
            next.push(words(all, dialect));
        }
        if self.literal {
            next.push("[0-9]".to_owned());
        }
        next.extend(self.marks.iter().map(|mark| {
            // Of a longer mark the first character tells enough, but for a range.
            mark.chars().map(|letter| escaped(letter, dialect)).collect::<String>()
        }));
        let (blanks, blank, or) = match dialect {
            Dialect::Emacs => ("\\s-*", "\\s-*", "\\|"),
            _ => ("\\s*", "\\s*", "|"),
        };
        let mut all = vec![format!("{blanks}{}", group(&next.join(or), dialect))];
        if self.end {
            all.push(format!("{blank}{}", group(&format!("//{or}$"), dialect)));
        }
        group(&all.join(or), dialect)
    }
}

/// The beginning of a word that is none of `not`. Emacs cannot say that, and takes any.
pub(crate) fn name(not: &[&str], dialect: Dialect) -> String {
    match dialect {
        Dialect::Common => format!("(?!{}){NAME}", words(not.iter().copied(), dialect)),
        Dialect::Vim => format!("%({})@!{NAME}", words(not.iter().copied(), dialect)),
        Dialect::Emacs => NAME.to_owned(),
    }
}

impl Named {
    /// The name, from its first to its last character.
    pub(crate) fn to(&self, dialect: Dialect, vocabulary: &Vocabulary) -> String {
        match self {
            Named::Any => format!("{}[0-9A-Za-z_]*", name(&vocabulary.reserved_words(), dialect)),
            Named::Words(names) => words(names.iter().map(String::as_str), dialect),
        }
    }
}
