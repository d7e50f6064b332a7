//! Did-you-mean: which of the known names was probably meant.
//!
//! A candidate is measured by the mistakes people make: wrong case or underscores, a plural, the
//! name on the wire instead of the one in source, and slips of the keys.

use std::sync::Arc;

/// A known name, with its name on the wire if that is another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, salsa::SalsaValue)]
pub struct Candidate {
    /// The name in source.
    pub name: Arc<str>,
    /// The name on the wire.
    pub wire: Arc<str>,
}

impl Candidate {
    /// A name that is the same on the wire.
    pub fn new(name: impl Into<Arc<str>>) -> Candidate {
        let name = name.into();
        Candidate { wire: name.clone(), name }
    }
}

/// At most this many are worth reading.
const MOST: usize = 3;

/// The names that `written` may stand for, the likeliest first. Only those as likely as the first
/// are given, so a single answer is one to rely on.
pub fn closest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a Candidate>,
) -> Vec<&'a Candidate> {
    let mut ranked: Vec<(usize, &Candidate)> = known
        .into_iter()
        .filter(|candidate| *candidate.name != *written)
        .filter_map(|candidate| Some((rank(written, candidate)?, candidate)))
        .collect();
    ranked.sort();
    ranked.dedup_by(|a, b| a.1.name == b.1.name);
    let best = ranked.first().map_or(0, |(rank, _)| *rank);
    ranked.retain(|(rank, _)| *rank == best);
    ranked.truncate(MOST);
    ranked.into_iter().map(|(_, candidate)| candidate).collect()
}

/// How far `written` is from the candidate; `None` where it is too far to be a slip.
fn rank(written: &str, candidate: &Candidate) -> Option<usize> {
    if *candidate.wire == *written {
        return Some(0);
    }
    let (plain, known) = (fold_case(written), fold_case(&candidate.name));
    if plain == known || plain == fold_case(&candidate.wire) {
        return Some(0);
    }
    if singular(&plain) == singular(&known) {
        return Some(1);
    }
    // A third of the letters may be wrong: `emial` for `email`, but not `id` for `at`.
    let allowed = (plain.chars().count().max(known.chars().count()) / 3).min(3);
    let distance = strsim::osa_distance(&plain, &known);
    (distance <= allowed).then_some(distance)
}

/// Without case, underscores and blanks: `OrderPlaced`, `order placed` and `order_placed` agree.
fn fold_case(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The word without an English plural ending.
fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let stem = word.strip_suffix("es").or_else(|| word.strip_suffix('s'));
    stem.unwrap_or(word).trim_end_matches('e').to_owned()
}

/// `a`, `b` or `c`, each in backticks.
pub fn list<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    join(names, "or")
}

/// `a`, `b` and `c`, each in backticks.
pub fn list_all<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    join(names, "and")
}

fn join<S: AsRef<str>>(names: impl IntoIterator<Item = S>, word: &str) -> String {
    let quoted: Vec<String> =
        names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [init @ .., last] => format!("{} {word} {last}", init.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Candidate, closest, list};

    fn meant(written: &str, known: &[(&str, &str)]) -> String {
        let known: Vec<Candidate> = known
            .iter()
            .map(|(name, wire)| Candidate { name: (*name).into(), wire: (*wire).into() })
            .collect();
        list(closest(written, &known).iter().map(|candidate| &candidate.name))
    }

    #[test]
    fn slips_case_plurals_and_wire_names_are_recognised() {
        let known = [("email", "email"), ("order_placed", "Order Completed"), ("orders", "orders")];
        assert_eq!(meant("emial", &known), "`email`");
        assert_eq!(meant("Email", &known), "`email`");
        assert_eq!(meant("orderPlaced", &known), "`order_placed`");
        assert_eq!(meant("Order Completed", &known), "`order_placed`");
        assert_eq!(meant("order_completed", &known), "`order_placed`");
        assert_eq!(meant("order", &known), "`orders`");
        assert_eq!(meant("categorys", &[("categories", "categories")]), "`categories`");
    }

    #[test]
    fn far_names_are_not_suggested_and_ties_are_all_shown() {
        assert_eq!(meant("id", &[("at", "at"), ("to", "to")]), "");
        assert_eq!(
            meant("total", &[("totals", "totals"), ("totel", "totel")]),
            "`totals` or `totel`"
        );
        assert_eq!(meant("name", &[("name", "name")]), "", "the name itself is no suggestion");
    }
}
