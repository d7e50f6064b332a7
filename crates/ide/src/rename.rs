//! Renaming, in every file at once.
//!
//! A name that comes from outside keeps its name on the wire: an event `order` that becomes
//! `order_placed` is then written `event order_placed "order"`, or nothing would arrive any more.
//! What would mean something else afterwards is refused, and nothing is changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use journey_base::{Edit, FileId, TextRange};
use journey_sema::index::{Definition, Index, InnerKind, Reference};
use journey_sema::{Field, NameKind, Workspace};
use journey_syntax::{AstNode, SyntaxKind, ast, is_reserved};

use crate::names::{name_at, noun};
use crate::place::{FilePosition, FileRange, covering, parsed};

/// Why something is not renamed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// There is nothing to rename.
    #[error("there is no name here that could be changed; put the cursor on one")]
    NoName,
    /// It is a part of the language, or nothing is known of it.
    #[error("`{0}` is a word of the language and keeps its name")]
    BuiltIn(String),
    /// There is no new name.
    #[error("a name cannot be empty; type the new one")]
    Empty,
    /// Nobody could write it.
    #[error(
        "`{name}` is no name: a name is one word of the letters a to z, digits and `_`, and begins \
         with no digit; `{instead}` would be one"
    )]
    BadName {
        /// What was typed.
        name: String,
        /// A name that is like it.
        instead: String,
    },
    /// The grammar has it.
    #[error("`{0}` is a word of the language and cannot be a name; `{0}_1` can")]
    Reserved(String),
    /// It would mean two things.
    #[error("there is {what} `{name}` already; choose another name")]
    Taken {
        /// What is called so, with its article.
        what: String,
        /// The new name.
        name: String,
        /// Where that is, if it is in the workspace.
        place: Option<FileRange>,
    },
    /// Nobody could tell it from another.
    #[error(
        "there is {what} `{other}` already, and nobody could tell `{name}` from that: only capitals \
         differ; choose another name"
    )]
    Alike {
        /// What is called nearly so, with its article.
        what: String,
        /// The name of that.
        other: String,
        /// The new name.
        name: String,
    },
    /// Somewhere it cannot stand.
    #[error("`{name}` cannot stand everywhere where `{old}` does; choose another name")]
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
    let new = new.trim();
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
        let (mut range, mut text) = (spot.range, new.to_owned());
        if spot.declares && has_wire(&name.definition) {
            match external_name(workspace, spot.file, spot.range) {
                None => text = format!("{new} \"{old}\""),
                // It would say what the name says.
                Some((wire, outer)) if wire == new => range = range.cover(outer),
                Some(_) => {}
            }
        }
        edits.push(Edit { file: spot.file, range, text });
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
    let begins = match bytes.next() {
        Some(first) => first.is_ascii_alphabetic() || first == b'_',
        None => return Err(RenameError::Empty),
    };
    if !begins || !bytes.all(|it| it.is_ascii_alphanumeric() || it == b'_') {
        return Err(RenameError::BadName { name: name.to_owned(), instead: mended(name) });
    }
    match is_reserved(name) {
        true => Err(RenameError::Reserved(name.to_owned())),
        false => Ok(()),
    }
}

/// A name as much like this text as one can be.
fn mended(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| !it.is_empty());
    let name = words.collect::<Vec<_>>().join("_");
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let name = if begins { name } else { format!("name_{name}") };
    let name = name.trim_end_matches('_').to_owned();
    if is_reserved(&name) { name + "_1" } else { name }
}

/// Whether what is outside knows it by its name.
fn has_wire(definition: &Definition) -> bool {
    matches!(
        definition,
        Definition::Name(NameKind::Trait | NameKind::Event, _) | Definition::Property { .. }
    )
}

/// The name on the wire of what is declared at a place, if it is written, and where.
fn external_name(
    workspace: &Workspace,
    file: FileId,
    range: TextRange,
) -> Option<(String, TextRange)> {
    let parse = parsed(workspace, file)?;
    let declares = |kind| matches!(kind, SyntaxKind::FIELD | SyntaxKind::EVENT_DECL);
    let around = covering(&parse.tree, range);
    // A property has none from its event.
    let declared = around.into_iter().rev().find(|node| declares(node.kind()))?;
    let external = declared.child::<ast::ExternalName<'_>>()?;
    let wire = external.text().map_or("", |text| text.source()).trim_matches('"');
    Some((wire.to_owned(), external.range()))
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
    let what = match place {
        Some(_) => Some(with_article(&noun(&other))),
        None => built_in(definition, new).or_else(|| brought(workspace, definition, new)),
    };
    match what {
        Some(what) => Err(RenameError::Taken {
            what,
            name: new.to_owned(),
            place: place.map(|(file, range)| FileRange { file, range }),
        }),
        None => alike(workspace, definition, new),
    }
}

/// What every customer has by this name. The time of every event has a word of the language.
fn built_in(definition: &Definition, new: &str) -> Option<String> {
    let id = matches!(definition, Definition::Name(NameKind::Trait, _)) && new == "id";
    id.then(|| "a built-in trait".to_owned())
}

/// What is brought along to a journey by this name: who enters by hand gives the parameters and the
/// properties of the entry's event side by side.
fn brought(workspace: &Workspace, definition: &Definition, new: &str) -> Option<String> {
    let has = |fields: &[Field]| fields.iter().any(|field| *field.name == *new);
    match definition {
        Definition::Parameter { kind: NameKind::Journey, of, .. } => {
            let event = workspace.event_type(&workspace.journey_outline(of)?.event?)?;
            has(&event.properties).then(|| {
                format!("a property of the event `{}`, which enters this journey,", event.name)
            })
        }
        Definition::Property { event, .. } => {
            let clashes = |journey: &Arc<str>| {
                let outline = workspace.journey_outline(journey);
                outline.is_some_and(|it| it.event.as_ref() == Some(event) && has(&it.params))
            };
            let journey = workspace.names(NameKind::Journey).into_iter().find(clashes)?;
            Some(format!("a parameter of the journey `{journey}`, which this event enters,"))
        }
        _ => None,
    }
}

/// Refuses a name that differs from that of another thing of the same kind in capitals alone.
fn alike(workspace: &Workspace, definition: &Definition, new: &str) -> Result<(), RenameError> {
    let nearly = |other: &str| {
        let other = other.rsplit('.').next().unwrap_or(other);
        other.eq_ignore_ascii_case(new) && other != definition.word()
    };
    match siblings(workspace, definition).into_iter().find(|it| nearly(it)) {
        Some(other) => Err(RenameError::Alike {
            what: with_article(&noun(definition)),
            other: other.rsplit('.').next().unwrap_or(&other).to_owned(),
            name: new.to_owned(),
        }),
        None => Ok(()),
    }
}

/// The names that things of the same kind have, and this one, too.
fn siblings(workspace: &Workspace, definition: &Definition) -> Vec<Arc<str>> {
    let names = |fields: Vec<Field>| fields.into_iter().map(|field| field.name).collect();
    let outline = |journey: &str| workspace.journey_outline(journey).unwrap_or_default();
    match definition {
        Definition::Name(kind, name) => {
            // Those of the same destination.
            let owner = name.rsplit_once('.').map(|(owner, _)| owner);
            let same = |other: &str| other.rsplit_once('.').map(|(it, _)| it) == owner;
            workspace.names_where(*kind, same)
        }
        Definition::Property { event, .. } => {
            workspace.event_type(event).map(|it| names(it.properties)).unwrap_or_default()
        }
        Definition::Parameter { kind: NameKind::Action, of, .. } => {
            workspace.action_type(of).map(|it| names(it.params.clone())).unwrap_or_default()
        }
        Definition::Parameter { of, .. } => names(outline(of).params),
        Definition::Inner { kind, journey, name } => {
            let outline = outline(journey);
            match kind {
                InnerKind::Label => outline.labels,
                InnerKind::Outcome => outline.outcomes,
                InnerKind::Goal => outline.goals,
                InnerKind::Split => outline.splits.into_iter().map(|(name, _)| name).collect(),
                InnerKind::SplitArm => {
                    let split = name.rsplit_once('.').map(|(split, _)| split);
                    let mut splits = outline.splits.into_iter();
                    let found = splits.find(|(name, _)| split == Some(&**name));
                    found.map(|(_, arms)| arms).unwrap_or_default()
                }
            }
        }
        Definition::Setting { .. } | Definition::Local { .. } | Definition::BuiltIn(_) => {
            Vec::new()
        }
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
    // What an action takes may be called like anything that the action itself does not speak of.
    let of_action = matches!(definition, Definition::Parameter { kind: NameKind::Action, .. });
    for kind in [NameKind::Constant, NameKind::Event] {
        let other = Definition::Name(kind, new.into());
        if other == *definition || of_action {
            continue;
        }
        if let Some((file, range)) = workspace.declared_at(&other, file).first().copied() {
            let place = Some(FileRange { file, range });
            return taken(with_article(&noun(&other)), place);
        }
    }
    let mut looked = None;
    for range in ranges {
        // Uses come in order, so those in one declaration follow each other.
        let around = workspace.declaration_at(file, range.start);
        if around.is_some() && around == looked {
            continue;
        }
        looked = around;
        let index = workspace.index_at(file, range.start);
        if !stands_bare(definition, &index) {
            continue;
        }
        let action = of_action.then(|| action_around(workspace, file, *range)).flatten();
        let same = |it: &&Reference| {
            it.definition != *definition
                && it.definition.word() == new
                && is_bare(&it.definition)
                && stands_bare(&it.definition, &index)
                && action.is_none_or(|action| is_known_in(action, it))
        };
        if let Some(found) = index.references.iter().find(same) {
            let place = Some(FileRange { file, range: found.range });
            return taken(with_article(&noun(&found.definition)), place);
        }
    }
    Ok(())
}

/// Whether expressions of a declaration know a thing by its bare word: a parameter is one of what is
/// declared here; of others only arguments are named.
fn stands_bare(definition: &Definition, index: &Index) -> bool {
    !matches!(definition, Definition::Parameter { .. })
        || index.references.iter().any(|it| it.declares && it.definition == *definition)
}

/// The action that a place of a destination belongs to.
fn action_around(workspace: &Workspace, file: FileId, range: TextRange) -> Option<TextRange> {
    let parse = parsed(workspace, file)?;
    let around = covering(&parse.tree, range);
    let action = around.iter().rev().find(|node| node.kind() == SyntaxKind::ACTION_DECL);
    action.map(|node| node.range())
}

/// Whether an action knows a name: it speaks of it, or it is one of the destination's.
fn is_known_in(action: TextRange, name: &Reference) -> bool {
    let of_destination = matches!(
        name.definition,
        Definition::Setting { .. } | Definition::Name(NameKind::Secret, _)
    );
    of_destination || (action.start <= name.range.start && name.range.end <= action.end)
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
mod tests;
