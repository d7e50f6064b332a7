//! Finding a declaration anywhere in the workspace by a few letters of its name.

use std::borrow::Cow;

use journey_sema::{Declaration, NameKind, Workspace};
use journey_syntax::ast;

use crate::place::FileRange;
use crate::symbols::SymbolKind;

/// A declaration that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSymbol {
    /// What it is called in source; a test by its title.
    pub name: String,
    /// What people or the wire call it; may be empty.
    pub title: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Where its name is written.
    pub place: FileRange,
}

/// The declarations whose name or title has the letters of `query` in this order, the best first,
/// `limit` at most. An empty query finds all.
///
/// What a file declares is remembered until it changes, so a search reads no file: it walks over
/// names alone, and looks up places for those that it gives back.
pub fn workspace_symbols(workspace: &Workspace, query: &str, limit: usize) -> Vec<FoundSymbol> {
    let query: Vec<char> =
        query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let mut hits: Vec<(Rank, Declaration<'_>)> = workspace
        .declarations()
        .filter_map(|found| {
            let name = found.name();
            let by_name = score(&query, &read(found.kind(), &name));
            // A name that fits says enough; titles have to be read off the declarations.
            let by_title = || found.title().and_then(|title| score(&query, &title));
            let best = by_name.or_else(by_title)?;
            Some((Rank { score: best, length: name.len(), kind: found.kind() }, found))
        })
        .collect();
    // Stable: what is equally good stays in the order of files and places.
    hits.sort_by_key(|(rank, _)| *rank);
    hits.truncate(limit);
    hits.into_iter().map(|(_, found)| shown(found)).collect()
}

/// How well a name fits: the lower the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    score: u32,
    length: usize,
    kind: Option<NameKind>,
}

fn shown(found: Declaration<'_>) -> FoundSymbol {
    let name = found.name();
    FoundSymbol {
        name: read(found.kind(), &name).into_owned(),
        title: found.title().unwrap_or_default(),
        kind: match found.kind() {
            Some(NameKind::Journey) => SymbolKind::Journey,
            Some(NameKind::Audience) => SymbolKind::Audience,
            Some(NameKind::Event) => SymbolKind::Event,
            Some(NameKind::Trait) => SymbolKind::Trait,
            Some(NameKind::Destination) => SymbolKind::Destination,
            Some(NameKind::Action) => SymbolKind::Action,
            Some(NameKind::Policy) => SymbolKind::Policy,
            Some(NameKind::Constant) => SymbolKind::Constant,
            Some(NameKind::Secret) => SymbolKind::Secret,
            None => SymbolKind::Test,
        },
        place: FileRange { file: found.file(), range: found.range() },
    }
}

/// A name as it reads: of a test it is a title, between quotes and with escapes.
fn read(kind: Option<NameKind>, name: &str) -> Cow<'_, str> {
    if kind.is_some() || !name.contains('\\') {
        return Cow::Borrowed(name.trim_matches('"'));
    }
    let parse = journey_syntax::parse(&format!("test {name} {{}}"));
    let test = parse.tree.root().child::<ast::TestDecl<'_>>();
    let title = test.and_then(|test| test.text()).and_then(|text| text.plain().ok().flatten());
    title.map_or(Cow::Borrowed(name), Cow::Owned)
}

/// How far a name is from a query whose letters it has, in this order: 0 where they are the same,
/// less than 10 where the name begins with it, less than 100 where it has it in one piece, and
/// else by the gaps between the letters. A letter that begins a word is no gap: `cr` is close to
/// `cart_recovery`.
fn score(query: &[char], name: &str) -> Option<u32> {
    // Most names have not got the letters at all.
    let mut rest = name.chars().flat_map(char::to_lowercase);
    if !query.iter().all(|wanted| rest.any(|letter| letter == *wanted)) {
        return None;
    }
    let letters: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let Some(first) = query.first() else { return Some(1) };
    if letters == query {
        return Some(0);
    }
    if letters.starts_with(query) {
        return Some(5);
    }
    let begins = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        before.is_none_or(|before| !before.is_alphanumeric())
    };
    let pieces = letters.windows(query.len()).enumerate().filter(|(_, piece)| *piece == query);
    if let Some(best) = pieces.map(|(at, _)| if begins(at) { 10 } else { 50 }).min() {
        return Some(best);
    }
    // Where the first letter is taken decides the rest; the best of all beginnings counts.
    let starts = (0..letters.len()).filter(|at| letters.get(*at) == Some(first));
    starts.filter_map(|start| gaps(query, &letters, start, &begins)).min()
}

/// The gaps between the letters of a query that are found one by one from `start` on.
fn gaps(
    query: &[char],
    letters: &[char],
    start: usize,
    begins: &impl Fn(usize) -> bool,
) -> Option<u32> {
    let mut total = 100 + if begins(start) { 0 } else { 10 };
    let mut last = start;
    for wanted in query.iter().skip(1) {
        let rest = || (last + 1..letters.len()).filter(|at| letters.get(*at) == Some(wanted));
        let next = rest().next()?;
        // The start of a word further on is what people mean by a letter that does not follow.
        let next =
            if next == last + 1 { next } else { rest().find(|at| begins(*at)).unwrap_or(next) };
        total += match next {
            next if next == last + 1 => 0,
            next if begins(next) => 1,
            next => 5 + (next - last) as u32,
        };
        last = next;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::workspace_symbols;
    use crate::fixture::fixture;

    const SHOP: &str = "\
//- schema.journey
customer { email: text? cart_value \"Cart Value\": number = 0 }
event cart_abandoned \"Cart Abandoned\" {}
audience vip \"Best customers\"
destination mail log { action email(to: text) }
//- a.journey
journey cart_recovery \"Win back\" { entry manual exit done }
journey car { entry manual exit done }
test \"a cart comes back\" { journey car }
";

    fn found(query: &str) -> Vec<String> {
        let fixture = fixture(SHOP);
        let found = workspace_symbols(&fixture.workspace, query, 100);
        for symbol in &found {
            let written = fixture.text(symbol.place.file);
            let written = symbol.place.range.of(&written).trim_matches('"');
            assert_eq!(symbol.name.rsplit('.').next(), Some(written));
        }
        found.into_iter().map(|symbol| symbol.name).collect()
    }

    #[test]
    fn the_same_name_comes_first_then_those_that_begin_so_then_those_that_have_it() {
        assert_eq!(
            found("car"),
            ["car", "cart_value", "cart_recovery", "cart_abandoned", "a cart comes back"]
        );
    }

    #[test]
    fn letters_may_have_others_between_them_and_beginnings_of_words_count_most() {
        assert_eq!(found("cr")[0], "cart_recovery");
        assert_eq!(found("crec")[0], "cart_recovery");
        assert_eq!(found("xyz"), [""; 0]);
    }

    #[test]
    fn titles_and_names_on_the_wire_find_things_too() {
        assert_eq!(found("win back"), ["cart_recovery"]);
        assert_eq!(found("Best"), ["vip"]);
        assert_eq!(found("Cart Ab"), ["cart_abandoned"]);
    }

    #[test]
    fn an_action_is_found_by_its_own_name_and_by_its_destination() {
        assert_eq!(found("email"), ["email", "mail.email"]);
        assert_eq!(found("mail.e")[0], "mail.email");
    }

    #[test]
    fn a_test_is_called_as_its_title_reads() {
        let fixture = fixture(r#"test "says \"hi\"" { journey j }"#);
        let found = workspace_symbols(&fixture.workspace, "\"hi\"", 100);
        let names: Vec<&str> = found.iter().map(|symbol| &*symbol.name).collect();
        assert_eq!(names, ["says \"hi\""]);
    }

    #[test]
    fn nothing_asked_for_is_everything_and_the_limit_holds() {
        let fixture = fixture(SHOP);
        assert_eq!(workspace_symbols(&fixture.workspace, "", 100).len(), 9);
        assert_eq!(workspace_symbols(&fixture.workspace, "a", 2).len(), 2);
    }
}
