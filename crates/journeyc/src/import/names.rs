//! Identifiers for names on the wire.

use std::collections::HashSet;

use journey_syntax::is_reserved;

/// Hands out identifiers of one scope, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
    /// Names that would mean something else, and what is added to them.
    avoided: &'static [&'static str],
    /// Whether words that are reserved can be names here.
    any_word: bool,
}

impl Names {
    /// Names of events.
    pub(super) fn of_events() -> Names {
        Names::default()
    }

    /// Names of traits, properties or fields; `avoided` are taken by the language.
    pub(super) fn of_fields(avoided: &'static [&'static str]) -> Names {
        Names { avoided, any_word: true, ..Names::default() }
    }

    /// An identifier for a wire name; `noun` says what it names. If another one had to be taken
    /// than the one that comes to mind, also that.
    pub(super) fn take(&mut self, wire: &str, noun: &str) -> (String, Option<String>) {
        let plain = identifier(wire, noun);
        let avoided = self.avoided.contains(&plain.as_str());
        let wanted = match (!self.any_word && is_reserved(&plain)) || avoided {
            true => format!("{plain}_{noun}"),
            false => plain.clone(),
        };
        let numbered = |number: u32| match number {
            1 => wanted.clone(),
            number => format!("{wanted}_{number}"),
        };
        let free = (1..).map(numbered).find(|name| !self.taken.contains(name));
        let name = free.unwrap_or_else(|| wanted.clone());
        self.taken.insert(name.clone());
        let other = (name != plain).then_some(plain);
        (name, other)
    }
}

/// `snake_case` of a name: `Order Completed`, `orderCompleted`, `order-completed`.
pub(super) fn identifier(wire: &str, noun: &str) -> String {
    let letters: Vec<char> = wire.chars().flat_map(plain).collect();
    let mut name = String::with_capacity(letters.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            continue;
        }
        let before = index.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(index + 1);
        // `orderID` is `order_id`, and `HTTPStatus` is `http_status`.
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if begins && !name.ends_with('_') {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    let name = name.trim_end_matches('_');
    match name.chars().next() {
        None => noun.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{noun}_{name}"),
        Some(_) => name.to_owned(),
    }
}

/// A letter without its marks, where there is a plain way to write it.
fn plain(letter: char) -> impl Iterator<Item = char> {
    const PLAIN: &[(&str, &str)] = &[
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("ß", "ss"),
        ("Ä", "Ae"),
        ("Ö", "Oe"),
        ("Ü", "Ue"),
        ("à", "a"),
        ("á", "a"),
        ("â", "a"),
        ("ã", "a"),
        ("å", "a"),
        ("æ", "ae"),
        ("ç", "c"),
        ("è", "e"),
        ("é", "e"),
        ("ê", "e"),
        ("ë", "e"),
        ("ì", "i"),
        ("í", "i"),
        ("î", "i"),
        ("ï", "i"),
        ("ñ", "n"),
        ("ò", "o"),
        ("ó", "o"),
        ("ô", "o"),
        ("õ", "o"),
        ("ø", "o"),
        ("ù", "u"),
        ("ú", "u"),
        ("û", "u"),
        ("ý", "y"),
        ("É", "E"),
        ("Å", "A"),
        ("Ø", "O"),
        ("&", " and "),
        ("%", " percent "),
        ("'", ""),
        ("’", ""),
    ];
    let mut buffer = [0; 4];
    let written: &str = letter.encode_utf8(&mut buffer);
    let known = PLAIN.iter().find(|(marked, _)| *marked == written).map(|(_, plain)| *plain);
    let other = known.is_none().then_some(letter);
    known.unwrap_or_default().chars().chain(other)
}

#[cfg(test)]
mod tests {
    use super::{Names, identifier};

    #[test]
    fn names_become_snake_case() {
        for (wire, name) in [
            ("Order Completed", "order_completed"),
            ("orderCompleted", "order_completed"),
            ("orderID", "order_id"),
            ("HTTPStatusCode", "http_status_code"),
            ("order-completed!", "order_completed"),
            ("$set.email", "set_email"),
            ("address2", "address2"),
            ("Utm5Source", "utm5_source"),
            ("Größe", "groesse"),
            ("Terms & Conditions", "terms_and_conditions"),
            ("Don't Track", "dont_track"),
            ("2nd Order", "event_2nd_order"),
            ("注文", "event"),
            ("", "event"),
            ("__a__b__", "a_b"),
        ] {
            assert_eq!(identifier(wire, "event"), name, "{wire}");
        }
    }

    #[test]
    fn each_name_is_given_once_and_none_is_reserved() {
        let mut names = Names::of_events();
        assert_eq!(names.take("Order Completed", "event"), ("order_completed".to_owned(), None));
        let (second, other) = names.take("order_completed", "event");
        assert_eq!(
            (second.as_str(), other.as_deref()),
            ("order_completed_2", Some("order_completed"))
        );
        assert_eq!(names.take("Exit", "event").0, "exit_event");
        let mut names = Names::of_fields(&["id"]);
        assert_eq!(names.take("exit", "field").0, "exit");
        assert_eq!(names.take("ID", "field").0, "id_field");
    }
}
