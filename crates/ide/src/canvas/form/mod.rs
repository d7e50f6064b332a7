//! The settings of a tile, as a panel shows them.
//!
//! A field is a stretch of the tile's source with a name, or a place where it would stand. The panel shows
//! its text as it is, offers what can be chosen, asks for completion at its place in the file, and
//! hands what was typed to [`edit`](super::edit()) as [`SetField`](super::Op::SetField).

mod slots;
mod tiles;

use journey_base::{FileId, TextRange};
use journey_sema::Workspace;
use journey_syntax::AstNode;
use serde::Serialize;

use super::sheet::Sheet;
use super::view::{TileKind, TileRef};
use crate::place::parsed;
pub(super) use slots::{Slot, Spot};
pub(super) use tiles::slots;

/// What can be set at a tile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Form<S = TextRange> {
    /// The tile.
    pub tile: TileRef,
    /// Its kind; none for a `let`.
    pub kind: Option<TileKind>,
    /// Where it stands.
    pub span: S,
    /// The fields, in the order of the text.
    pub fields: Vec<FormField<S>>,
}

/// Something that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FormField<S = TextRange> {
    /// Its name in edits; that of an arm begins with `arm.` and its number.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it takes.
    #[serde(rename = "type")]
    pub ty: FieldType,
    /// What can be chosen. Where the type is no choice, other things can be said, too.
    pub choices: Vec<Choice>,
    /// What it says, as source; nothing where it is left out.
    pub text: Option<String>,
    /// Where that stands.
    pub span: Option<S>,
    /// Whether it can be left out.
    pub optional: bool,
    /// What completion has to offer at its place.
    pub completion: Completion,
    /// Whether other places may speak of it by this name, so that renaming is better than setting.
    pub rename: bool,
}

/// What a field takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum FieldType {
    /// A name.
    Name,
    /// Names with commas between them.
    Names,
    /// Lines of text for people.
    Doc,
    /// One of the choices.
    Choice,
    /// `true` or left out.
    Flag,
    /// A value of a type, which is empty where any will do.
    Expression {
        /// The type as source.
        wanted: String,
    },
    /// Something that holds or not.
    Condition,
    /// How long.
    Duration,
    /// Days, hours or both.
    Window,
    /// A share in percent.
    Share,
    /// Another piece of source, by what it is called.
    Source {
        /// Such as `retry`.
        what: String,
    },
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// What is written.
    pub value: String,
    /// What people read.
    pub label: String,
}

/// What completion has to offer at a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum Completion {
    None,
    Expression,
    Event,
    Audience,
    Action,
    Journey,
    Label,
    Outcome,
}

/// The form of a tile; nothing if it is not there any more.
pub fn form(workspace: &Workspace, file: FileId, tile: &TileRef) -> Option<Form> {
    let parse = parsed(workspace, file)?;
    let sheet = Sheet::of(&parse, &tile.journey)?;
    let number = sheet.find(&tile.key)?;
    let statement = sheet.get(number)?;
    Some(Form {
        tile: tile.clone(),
        kind: statement.kind.map(TileKind::from),
        span: statement.tile.range(),
        fields: slots(workspace, &sheet, number).into_iter().map(|slot| slot.field).collect(),
    })
}

impl<S> Form<S> {
    /// The same with places of another kind.
    pub fn map<T>(self, to: impl Fn(S) -> T) -> Form<T> {
        let field = |field: FormField<S>| FormField {
            name: field.name,
            label: field.label,
            ty: field.ty,
            choices: field.choices,
            text: field.text,
            span: field.span.map(&to),
            optional: field.optional,
            completion: field.completion,
            rename: field.rename,
        };
        Form {
            tile: self.tile,
            kind: self.kind,
            span: to(self.span),
            fields: self.fields.into_iter().map(field).collect(),
        }
    }
}
