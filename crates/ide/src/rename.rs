//! Renaming, in every file at once.
//!
//! A name that comes from outside keeps its name on the wire: an event `order` that becomes
//! `order_placed` is then written `event order_placed "order"`, or nothing would arrive any more.
//! What would mean something else afterwards is refused, and nothing is changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use journey_base::{Edit, FileId, TextRange};
use journey_sema::index::{Definition, InnerKind, Reference};
use journey_sema::{NameKind, Workspace};
use journey_syntax::{SyntaxKind, ast};

use crate::names::{name_at, noun};
use crate::place::{FilePosition, FileRange, covering, parsed};

/// Why something is not renamed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// There is nothing to rename.
    #[error("there is no name here that could be changed")]
    NoName,
    /// It is a part of the language, or nothing is known of it.
    #[error("`{0}` is a word of the language")]
    BuiltIn(String),
    /// Nobody could write it.
    #[error("`{0}` is no name: it is made of letters, digits and `_`, and begins with no digit")]
    BadName(String),
    /// The grammar has it.
    #[error("`{0}` is a word of the language and cannot be a name")]
    Reserved(String),
    /// It would mean two things.
    #[error("there is {what} `{name}` already")]
    Taken {
        /// What is called so, with its article.
        what: String,
        /// The new name.
        name: String,
        /// Where that is, if it is in the workspace.
        place: Option<FileRange>,
    },
    /// Somewhere it cannot stand.
    #[error("`{name}` cannot stand everywhere where `{old}` does")]
    Unparsable {
        /// The name so far.
        old: String,
        /// The new name.
        name: String,
        /// The first place at which it cannot.
        place: FileRange,
    },
}

/// What would be renamed: the word at the cursor, and what it is.
pub fn prepare_rename(workspace: &Workspace, at: FilePosition) -> Result<TextRange, RenameError> {
    renamed(workspace, at).map(|name| name.range)
}

/// The edits that give another name to what is named at a place, by file and place.
pub fn rename(
    workspace: &Workspace,
    at: FilePosition,
    new: &str,
) -> Result<Vec<Edit>, RenameError> {
    let name = renamed(workspace, at)?;
    let old = name.definition.word().to_owned();
    valid(new)?;
    if old == new {
        return Ok(Vec::new());
    }
    let spots = workspace.references(&name.definition, at.file);
    taken(workspace, &name.definition, new, at.file)?;
    let files: BTreeSet<FileId> = spots.iter().map(|spot| spot.file).collect();
    for file in &files {
        let ranges: Vec<TextRange> =
            spots.iter().filter(|spot| spot.file == *file).map(|spot| spot.range).collect();
        clashes(workspace, &name.definition, new, *file, &ranges)?;
    }
    let mut edits = Vec::new();
    for spot in spots {
        let wire = spot.declares
            && has_wire(&name.definition)
            && !has_external_name(workspace, spot.file, spot.range);
        let text = if wire { format!("{new} \"{old}\"") } else { new.to_owned() };
        edits.push(Edit { file: spot.file, range: spot.range, text });
    }
    for file in files {
        parses(workspace, file, &edits, &old, new)?;
    }
    Ok(edits)
}

fn renamed(workspace: &Workspace, at: FilePosition) -> Result<Reference, RenameError> {
    let name = name_at(workspace, at).ok_or(RenameError::NoName)?;
    match &name.definition {
        Definition::BuiltIn(_) => Err(RenameError::BuiltIn(name.definition.word().to_owned())),
        other if workspace.declared_at(other, at.file).is_empty() => Err(RenameError::NoName),
        _ => Ok(name),
    }
}

fn valid(name: &str) -> Result<(), RenameError> {
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|it| it.is_ascii_alphabetic() || it == b'_');
    if !begins || !bytes.all(|it| it.is_ascii_alphanumeric() || it == b'_') {
        return Err(RenameError::BadName(name.to_owned()));
    }
    match journey_syntax::RESERVED.iter().any(|(word, _)| *word == name) {
        true => Err(RenameError::Reserved(name.to_owned())),
        false => Ok(()),
    }
}

/// Whether what is outside knows it by its name.
fn has_wire(definition: &Definition) -> bool {
    matches!(
        definition,
        Definition::Name(NameKind::Trait | NameKind::Event, _) | Definition::Property { .. }
    )
}

fn has_external_name(workspace: &Workspace, file: FileId, range: TextRange) -> bool {
    let Some(parse) = parsed(workspace, file) else { return false };
    covering(&parse.tree, range).into_iter().rev().any(|node| {
        let external = || node.child::<ast::ExternalName<'_>>().is_some();
        matches!(node.kind(), SyntaxKind::FIELD | SyntaxKind::EVENT_DECL) && external()
    })
}

/// Refuses a name that another thing of the same kind has.
fn taken(
    workspace: &Workspace,
    definition: &Definition,
    new: &str,
    file: FileId,
) -> Result<(), RenameError> {
    let name: Arc<str> = new.into();
    let within = |of: &str| -> Arc<str> {
        of.rsplit_once('.').map_or_else(|| name.clone(), |(of, _)| format!("{of}.{name}").into())
    };
    let other = match definition {
        Definition::Name(kind, old) => Definition::Name(*kind, within(old)),
        Definition::Property { event, .. } => {
            Definition::Property { event: event.clone(), name: name.clone() }
        }
        Definition::Parameter { kind, of, .. } => {
            Definition::Parameter { kind: *kind, of: of.clone(), name: name.clone() }
        }
        Definition::Setting { destination, .. } => {
            Definition::Setting { destination: destination.clone(), name: name.clone() }
        }
        // Two exits of one name are one outcome, which would be another journey.
        Definition::Inner { kind, journey, name: old } => {
            Definition::Inner { kind: *kind, journey: journey.clone(), name: within(old) }
        }
        Definition::Local { .. } | Definition::BuiltIn(_) => return Ok(()),
    };
    let place = workspace.declared_at(&other, file).first().copied();
    match place {
        Some((file, range)) => Err(RenameError::Taken {
            what: with_article(&noun(&other)),
            name: new.to_owned(),
            place: Some(FileRange { file, range }),
        }),
        None => Ok(()),
    }
}

fn with_article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// What expressions know by a bare word, so that two of them must not have the same.
fn is_bare(definition: &Definition) -> bool {
    match definition {
        Definition::Name(kind, _) => {
            matches!(kind, NameKind::Constant | NameKind::Event | NameKind::Secret)
        }
        Definition::Parameter { .. } | Definition::Setting { .. } | Definition::Local { .. } => {
            true
        }
        Definition::Inner { kind, .. } => *kind == InnerKind::Label,
        Definition::Property { .. } | Definition::BuiltIn(_) => false,
    }
}

/// Refuses a bare word that some expression of a file already knows as another thing, in a
/// declaration where the renamed thing is named.
fn clashes(
    workspace: &Workspace,
    definition: &Definition,
    new: &str,
    file: FileId,
    ranges: &[TextRange],
) -> Result<(), RenameError> {
    if !is_bare(definition) {
        return Ok(());
    }
    let taken = |what: String, place| Err(RenameError::Taken { what, name: new.to_owned(), place });
    if matches!(new, "now" | "entered") {
        return taken("a word of the language".to_owned(), None);
    }
    for kind in [NameKind::Constant, NameKind::Event] {
        let other = Definition::Name(kind, new.into());
        if other == *definition {
            continue;
        }
        if let Some((file, range)) = workspace.declared_at(&other, file).first().copied() {
            let place = Some(FileRange { file, range });
            return taken(with_article(&noun(&other)), place);
        }
    }
    for range in ranges {
        let index = workspace.index_at(file, range.start);
        let same = |it: &&Reference| {
            is_bare(&it.definition) && it.definition != *definition && it.definition.word() == new
        };
        if let Some(found) = index.references.iter().find(same) {
            let place = Some(FileRange { file, range: found.range });
            return taken(with_article(&noun(&found.definition)), place);
        }
    }
    Ok(())
}

/// Refuses what the grammar does not allow at one of the places.
fn parses(
    workspace: &Workspace,
    file: FileId,
    edits: &[Edit],
    old: &str,
    new: &str,
) -> Result<(), RenameError> {
    let Some(before) = workspace.text(file) else { return Ok(()) };
    let after = crate::place::edited(&before, edits.iter().filter(|edit| edit.file == file));
    let broken = |text: &str| journey_syntax::parse(text).errors.into_iter().next();
    if broken(&before).is_some() {
        return Ok(());
    }
    match broken(&after) {
        None => Ok(()),
        Some(error) => Err(RenameError::Unparsable {
            old: old.to_owned(),
            name: new.to_owned(),
            place: FileRange { file, range: error.range },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{RenameError, prepare_rename, rename};
    use crate::fixture::{Fixture, fixture};
    use crate::place::edited;

    fn renamed(fixture: &Fixture, new: &str) -> Result<String, RenameError> {
        let edits = rename(&fixture.workspace, fixture.at, new)?;
        let mut all = String::new();
        for file in (0..).map(journey_base::FileId) {
            let Some(text) = fixture.workspace.text(file) else { break };
            all.push_str(&edited(&text, edits.iter().filter(|edit| edit.file == file)));
        }
        Ok(all)
    }

    const SHOP: &str = "\
//- schema.journey
customer { email: text?, plan: text? }
event cart_updated \"Cart Updated\" { id: text, total: number }
event order_placed { id: text }
let limit = 25
";

    fn shop(rest: &str) -> String {
        SHOP.replace(", plan", "\n plan").replace(", total", "\n total") + "//- j.journey\n" + rest
    }

    #[test]
    fn a_trait_keeps_its_name_on_the_wire() {
        let text = shop("audience a = customer.em$0ail is set\n");
        let found = renamed(&fixture(&text), "mail").expect("nothing is in the way");
        assert!(found.contains("customer { mail \"email\": text?"), "{found}");
        assert!(found.contains("audience a = customer.mail is set"), "{found}");
    }

    #[test]
    fn an_event_with_a_wire_name_of_its_own_just_changes() {
        let text = shop("journey j { entry event cart$0_updated  exit done }\n");
        let found = renamed(&fixture(&text), "cart").expect("nothing is in the way");
        assert!(found.contains("event cart \"Cart Updated\" {"), "{found}");
        assert!(found.contains("entry event cart  exit"), "{found}");
    }

    #[test]
    fn labels_outcomes_and_splits_change_in_tests_too() {
        let text = shop(
            "journey j {\n  entry manual\n  nap: wait 1d\n  exit do$0ne\n}\ntest \"t\" { journey j at 2026-01-05T09:00Z enter expect at nap after 1d expect exit done }\n",
        );
        let found = renamed(&fixture(&text), "finished").expect("nothing is in the way");
        assert!(
            found.contains("exit finished") && found.contains("expect exit finished"),
            "{found}"
        );
    }

    #[test]
    fn what_would_mean_two_things_is_refused() {
        let refuse = |rest: &str, new: &str| {
            renamed(&fixture(&shop(rest)), new).expect_err("it is in the way").to_string()
        };
        let body = "journey j {\n  entry event cart_updated as ca$0rt\n  let much = cart.total\n  branch { when much > limit { exit a } else { exit b } }\n}\n";
        assert_eq!(refuse(body, "much"), "there is a name `much` already");
        assert_eq!(refuse(body, "limit"), "there is a constant `limit` already");
        assert_eq!(refuse(body, "order_placed"), "there is an event `order_placed` already");
        assert_eq!(refuse(body, "now"), "there is a word of the language `now` already");
        assert_eq!(
            refuse(body, "branch"),
            "`branch` is a word of the language and cannot be a name"
        );
        assert_eq!(
            refuse(body, "2nd"),
            "`2nd` is no name: it is made of letters, digits and `_`, and begins with no digit"
        );
        assert_eq!(
            refuse("audience a = customer.em$0ail is set\n", "plan"),
            "there is a trait `plan` already"
        );
        let outcomes = "journey j { entry manual branch { when customer.plan is set { exit a$0 } else { exit b } } }\n";
        assert_eq!(refuse(outcomes, "b"), "there is an outcome `b` already");
    }

    #[test]
    fn words_of_the_language_have_no_other_name() {
        let text = shop("audience a = co$0unt(order_placed) > 3\n");
        let fixture = fixture(&text);
        let found = prepare_rename(&fixture.workspace, fixture.at);
        assert_eq!(found, Err(RenameError::BuiltIn("count".to_owned())));
    }
}
