//! Where something is used.

use journey_base::TextRange;
use journey_sema::Workspace;
use journey_sema::index::Definition;

use crate::names::name_at;
use crate::place::{FilePosition, FileRange};

/// A place at which something is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// The name.
    pub place: FileRange,
    /// Whether it is declared here.
    pub declares: bool,
}

/// All places in the workspace that name what the name at a place stands for, by file and place.
pub fn references(workspace: &Workspace, at: FilePosition) -> Vec<Use> {
    let Some(name) = name_at(workspace, at) else { return Vec::new() };
    // What the language knows by itself is everywhere.
    if matches!(name.definition, Definition::BuiltIn(_)) {
        return Vec::new();
    }
    let spots = workspace.references(&name.definition, at.file).into_iter();
    spots
        .map(|spot| Use {
            place: FileRange { file: spot.file, range: spot.range },
            declares: spot.declares,
        })
        .collect()
}

/// The same in one file alone: what an editor shows while the cursor rests on a name.
pub fn highlights(workspace: &Workspace, at: FilePosition) -> Vec<(TextRange, bool)> {
    let Some(name) = name_at(workspace, at) else { return Vec::new() };
    let same = workspace.references_in(&name.definition, at.file).into_iter();
    same.map(|it| (it.range, it.declares)).collect()
}

#[cfg(test)]
mod tests {
    use super::{highlights, references};
    use crate::fixture::fixture;

    #[test]
    fn uses_are_found_in_every_file_and_told_from_words_of_the_same_spelling() {
        let fixture = fixture(
            "\
//- schema.journey
customer { plan: text? }
event plan { plan: text }
//- a.journey
audience payers = customer.pl$0an == \"plan\" // plan
//- b.journey
journey j {
  entry event plan as it
  update customer { plan: it.plan }
  exit done
}
test \"t\" { journey j  customer { plan: \"x\" }  at 2026-01-05T09:00Z  event plan { plan: \"y\" }  expect exit done }
",
        );
        let found = references(&fixture.workspace, fixture.at);
        let shown: Vec<(String, bool)> =
            found.iter().map(|it| (fixture.show(it.place), it.declares)).collect();
        let expected = [
            ("schema.journey:1 \"plan\"", true),
            ("a.journey:1 \"plan\"", false),
            ("b.journey:3 \"plan\"", false),
            ("b.journey:6 \"plan\"", false),
        ];
        assert_eq!(shown, expected.map(|(place, declares)| (place.to_owned(), declares)));
    }

    #[test]
    fn a_local_name_is_highlighted_where_it_is_given_and_used() {
        let fixture = fixture(
            "\
event cart { total: number, skus: list<text> }
journey j {
  entry event cart as it where it.total > 1 and any(it.skus, s => s == \"a\")
  let much = it.total
  branch {
    when $0much > 3 and it.total < 9 { exit a }
    else { exit b }
  }
}
",
        );
        let text = fixture.text(fixture.at.file);
        let shown = |found: Vec<(journey_base::TextRange, bool)>| -> Vec<(u32, String, bool)> {
            found
                .into_iter()
                .map(|(it, declares)| (it.start, it.of(&text).to_owned(), declares))
                .collect()
        };
        let much = shown(highlights(&fixture.workspace, fixture.at));
        assert_eq!(
            much.iter().map(|(_, _, declares)| *declares).collect::<Vec<_>>(),
            [true, false]
        );
        let at = text.find("it where").expect("it stands there") as u32;
        let it = highlights(&fixture.workspace, crate::FilePosition { offset: at, ..fixture.at });
        assert_eq!(it.len(), 5);
        let s = text.find("s =>").expect("it stands there") as u32;
        let s = highlights(&fixture.workspace, crate::FilePosition { offset: s, ..fixture.at });
        assert_eq!(s.len(), 2);
    }
}
