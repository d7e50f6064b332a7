//! What stands above declarations, to be clicked on: tests can be run, and what is declared says
//! how much it is used.
//!
//! Which lenses there are is told from the file alone, and from what was counted when journeys ran,
//! where somebody has such counts. Counting uses goes through the workspace, so it
//! is done for a lens when somebody looks at it.

use std::collections::BTreeSet;

use journey_base::{FileId, TextRange, plural};
use journey_ir::graph::{Counts, thousands};
use journey_sema::Workspace;
use journey_syntax::ast::{self, AstNode};

use crate::canvas::keys;
use crate::names::name_at;
use crate::place::{FilePosition, FileRange, parsed};
use crate::tree::{journeys, nodes};

/// What a lens is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LensKind {
    /// Runs the test below it.
    RunTest,
    /// Shows the tests of a journey and the journeys that start it.
    Journey,
    /// Says how many members a journey has.
    Members,
    /// Shows where something is used.
    Uses,
}

/// Something to click on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lens {
    /// The name or title above which it stands.
    pub range: TextRange,
    /// What it is for.
    pub kind: LensKind,
}

/// A lens that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedLens {
    /// What it says.
    pub title: String,
    /// The places that it leads to; none where it leads nowhere or does something.
    pub places: Vec<FileRange>,
    /// The title of the test that it runs, as it reads: with a quote where `\"` is written.
    pub test: Option<String>,
}

/// The lenses of a file, by place. Above a test it is one that runs it; above a journey of which
/// there are counts one that says them.
pub fn code_lenses(workspace: &Workspace, file: FileId, counts: &Counts) -> Vec<Lens> {
    let Some(parse) = parsed(workspace, file) else { return Vec::new() };
    let Some(root) = ast::File::cast(parse.tree.root()) else { return Vec::new() };
    let mut lenses = Vec::new();
    for item in root.items() {
        match item {
            ast::Item::TestDecl(test) => {
                let title = test.text().map(|title| title.range());
                lenses.extend(title.map(|range| Lens { range, kind: LensKind::RunTest }));
            }
            ast::Item::CustomerDecl(customer) => {
                lenses.extend(customer.fields().filter_map(|field| uses(field.any_name())));
            }
            ast::Item::JourneyDecl(journey) => {
                let Some(name) = journey.name() else { continue };
                let lens = |kind| Lens { range: name.range(), kind };
                lenses.push(lens(LensKind::Journey));
                if counts.journeys.contains_key(name.source()) {
                    lenses.push(lens(LensKind::Members));
                }
            }
            ast::Item::EventDecl(event) => lenses.extend(uses(event.name())),
            ast::Item::AudienceDecl(audience) => lenses.extend(uses(audience.name())),
            ast::Item::DestinationDecl(destination) => {
                let actions = nodes(destination.syntax()).filter_map(ast::ActionDecl::cast);
                lenses.extend(actions.filter_map(|action| uses(action.name())));
            }
            ast::Item::LetDecl(_) | ast::Item::PolicyDecl(_) => {}
        }
    }
    lenses
}

fn uses<'t>(name: Option<impl AstNode<'t>>) -> Option<Lens> {
    name.map(|name| Lens { range: name.range(), kind: LensKind::Uses })
}

/// In more files than this nobody counts while somebody waits: then it is said that there are more.
const MAX_FILES: usize = 1_000;

/// What a lens of a file says, and where it leads.
pub fn resolve_lens(
    workspace: &Workspace,
    file: FileId,
    lens: Lens,
    counts: &Counts,
) -> ResolvedLens {
    if lens.kind == LensKind::Members {
        let title = members(workspace, file, lens.range, counts);
        let title = title.unwrap_or_else(|| "nothing was counted".to_owned());
        return ResolvedLens { title, places: Vec::new(), test: None };
    }
    resolved(workspace, file, lens, MAX_FILES)
}

/// `1,204 inside · 310 entered` of the journey whose name is at a place. Tiles that it has not got
/// any more do not count.
fn members(
    workspace: &Workspace,
    file: FileId,
    name: TextRange,
    counts: &Counts,
) -> Option<String> {
    let parse = parsed(workspace, file)?;
    let is_called = |it: &ast::JourneyDecl<'_>| it.name().is_some_and(|it| it.range() == name);
    let journey = journeys(&parse).into_iter().find(is_called)?;
    let counts = counts.journeys.get(journey.name()?.source())?;
    let tiles = keys(&parse, journey).into_iter().filter_map(|key| counts.tiles.get(&key));
    let inside = tiles.fold(0, |sum: u64, tile| sum.saturating_add(tile.inside));
    let entered = counts.memberships.map(|entered| format!(" · {} entered", thousands(entered)));
    Some(format!("{} inside{}", thousands(inside), entered.unwrap_or_default()))
}

fn resolved(workspace: &Workspace, file: FileId, lens: Lens, most: usize) -> ResolvedLens {
    let used = || -> (Vec<FileRange>, bool) {
        let Some(name) = name_at(workspace, FilePosition { file, offset: lens.range.start }) else {
            return (Vec::new(), true);
        };
        let (spots, all) = workspace.references_within(&name.definition, file, most);
        let uses = spots.into_iter().filter(|spot| !spot.declares);
        (uses.map(|it| FileRange { file: it.file, range: it.range }).collect(), all)
    };
    match lens.kind {
        LensKind::RunTest => {
            let test = title_at(workspace, file, lens.range.start);
            ResolvedLens { title: "Run test".to_owned(), places: Vec::new(), test }
        }
        LensKind::Members => ResolvedLens { title: String::new(), places: Vec::new(), test: None },
        LensKind::Uses => {
            let (places, all) = used();
            let title = match places.len() {
                count if !all => format!("{count}+ uses"),
                0 => "not used".to_owned(),
                count => plural(count, "use"),
            };
            ResolvedLens { title, places, test: None }
        }
        LensKind::Journey => {
            let (places, _) = used();
            let title = tests_and_starters(workspace, &places);
            ResolvedLens { title, places, test: None }
        }
    }
}

/// The title of the test around a place.
fn title_at(workspace: &Workspace, file: FileId, offset: u32) -> Option<String> {
    let (range, _) = workspace.declaration_at(file, offset)?;
    let parse = journey_syntax::parse(range.of(&workspace.text(file)?));
    let title = parse.tree.root().child::<ast::TestDecl<'_>>()?.text()?;
    Some(title.plain().ok().flatten().unwrap_or_else(|| title.source().to_owned()))
}

/// `3 tests · started by 2 journeys`
fn tests_and_starters(workspace: &Workspace, places: &[FileRange]) -> String {
    // One declaration may speak of a journey several times.
    let (mut tests, mut journeys) = (BTreeSet::new(), BTreeSet::new());
    for place in places {
        let around = workspace.declaration_at(place.file, place.range.start);
        let Some((range, is_test)) = around else { continue };
        let of_its_kind = if is_test { &mut tests } else { &mut journeys };
        of_its_kind.insert((place.file, range.start));
    }
    let tests = match tests.len() {
        0 => "no tests".to_owned(),
        count => plural(count, "test"),
    };
    match journeys.len() {
        0 => tests,
        count => format!("{tests} · started by {}", plural(count, "journey")),
    }
}

#[cfg(test)]
mod tests {
    use super::{LensKind, code_lenses, resolve_lens};
    use crate::fixture::{counts, fixture};
    use crate::{Counts, FileId};

    const SHOP: &str = "\
//- schema.journey
customer { email: text? never: int = 0 }
event order { total: number }
audience vip = customer.email is set
destination crm log { action note(name: text) action call(to: text) }
//- a.journey
journey gift { entry manual exit done }
journey shop {
  entry event order
  run gift() { exited done { run gift() } }
  send crm.note(name: customer.email ?? \"\")
  branch { when customer in vip { exit vip } }
  exit done
}
test \"gives\" { journey gift at 2026-01-05T09:00Z enter () expect exit done }
test \"sells\" { journey shop at 2026-01-05T09:00Z event order { total: 1 } expect exit done }
";

    fn shown(file: u32) -> Vec<String> {
        counted(SHOP, file, &Counts::default())
    }

    fn counted(files: &str, file: u32, counts: &Counts) -> Vec<String> {
        let fixture = fixture(files);
        let file = FileId(file);
        let text = fixture.text(file);
        let lenses = code_lenses(&fixture.workspace, file, counts).into_iter();
        lenses
            .map(|lens| {
                let resolved = resolve_lens(&fixture.workspace, file, lens, counts);
                assert!(lens.kind != LensKind::RunTest || resolved.places.is_empty());
                format!("{}: {}", lens.range.of(&text), resolved.title)
            })
            .collect()
    }

    #[test]
    fn what_a_schema_declares_says_how_often_it_is_used() {
        assert_eq!(
            shown(0),
            [
                "email: 2 uses",
                "never: not used",
                "order: 2 uses",
                "vip: 1 use",
                "note: 1 use",
                "call: not used"
            ]
        );
    }

    #[test]
    fn journeys_count_their_tests_and_who_starts_them_and_tests_can_be_run() {
        assert_eq!(
            shown(1),
            [
                "gift: 1 test · started by 1 journey",
                "shop: 1 test",
                "\"gives\": Run test",
                "\"sells\": Run test"
            ]
        );
    }

    #[test]
    fn a_test_is_run_by_its_title_as_it_reads() {
        let title = |written: &str| {
            let fixture = fixture(&format!("test {written} {{ journey j }}\n"));
            let none = Counts::default();
            let lens = code_lenses(&fixture.workspace, FileId(0), &none)[0];
            resolve_lens(&fixture.workspace, FileId(0), lens, &none).test
        };
        assert_eq!(title(r#""pays""#).as_deref(), Some("pays"));
        assert_eq!(title(r#""says \"hi\"""#).as_deref(), Some("says \"hi\""));
        assert_eq!(title(r#""\"hi\" is said \\o/""#).as_deref(), Some("\"hi\" is said \\o/"));
        assert_eq!(title(r#""""#).as_deref(), Some(""));
    }

    #[test]
    fn counting_ends_where_it_would_take_long_and_says_so() {
        let fixture = fixture(SHOP);
        let email = code_lenses(&fixture.workspace, FileId(0), &Counts::default())[0];
        let resolved = super::resolved(&fixture.workspace, FileId(0), email, 1);
        assert_eq!((&*resolved.title, resolved.places.len()), ("1+ uses", 1));
    }

    #[test]
    fn a_lens_leads_to_the_places_that_it_counts() {
        let fixture = fixture(SHOP);
        let email = code_lenses(&fixture.workspace, FileId(0), &Counts::default())[0];
        let places = resolve_lens(&fixture.workspace, FileId(0), email, &Counts::default()).places;
        let shown: Vec<String> = places.iter().map(|place| fixture.show(*place)).collect();
        assert_eq!(shown, ["schema.journey:3 \"email\"", "a.journey:5 \"email\""]);
    }

    const WAITS: &str = "\
journey waits {
  entry manual
  wait 1d
  ask: wait 2d
  branch { when customer.id is set { wait 3d exit set } }
  exit done
}
journey other { entry manual exit done }
";

    #[test]
    fn a_journey_that_was_counted_says_who_is_inside() {
        let counts = counts(
            Some(310),
            &[("wait_1", 9_000, 1_000), ("ask", 8_000, 203), ("wait_2", 5, 1), ("branch_1", 7, 0)],
        );
        assert_eq!(
            counted(WAITS, 0, &counts),
            ["waits: no tests", "waits: 1,204 inside · 310 entered", "other: no tests"]
        );
    }

    #[test]
    fn counts_of_tiles_that_are_gone_are_left_out_and_so_is_what_nobody_counted() {
        let counts = counts(None, &[("ask", 8, 3), ("gone", 900, 100), ("wait_7", 5, 5)]);
        assert_eq!(counted(WAITS, 0, &counts)[1], "waits: 3 inside");
        // In a half-typed journey as well.
        let broken = WAITS.replace("exit done\n}\njourney", "exit\njourney");
        assert_eq!(counted(&broken, 0, &counts)[1], "waits: 3 inside");
    }
}
