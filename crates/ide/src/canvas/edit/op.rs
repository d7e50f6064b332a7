//! What can be done to a picture, what comes of it, and why it may not be done.

use journey_base::Edit;
use serde::{Deserialize, Serialize};

use crate::canvas::view::{Place, TileKind, TileRef};

/// Something that is done to a journey. Keys and places are those of its text as it is.
///
/// Where `last` is given the operation is on all siblings from the tile to that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Op {
    /// Puts in a new tile, or a text that was copied.
    Insert {
        /// Where.
        at: Place,
        /// What.
        new: New,
        /// Empty lines around it; as it fits where nothing is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spacing: Option<Spacing>,
    },
    /// Moves tiles.
    Move {
        /// The tile.
        tile: String,
        #[allow(missing_docs)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<String>,
        /// Where to.
        to: Place,
        /// Empty lines around it there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spacing: Option<Spacing>,
    },
    /// Takes tiles away, with what is in them.
    Remove {
        /// The tile.
        tile: String,
        #[allow(missing_docs)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<String>,
    },
    /// Puts a copy of tiles behind them.
    Duplicate {
        /// The tile.
        tile: String,
        #[allow(missing_docs)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<String>,
    },
    /// Changes what a field of the form says.
    SetField {
        /// The tile.
        tile: String,
        /// The name of the field.
        field: String,
        /// What it is to say, as source; nothing takes an optional one away.
        value: Option<String>,
        /// Before which one of a list it goes where it is missing; behind all where nothing is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<u32>,
    },
    /// Gives a tile another arm.
    AddArm {
        /// The tile.
        tile: String,
        /// The arm as source; the next one that is missing where nothing is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Its place between the braces; before `else` and `timeout`, or else the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<u32>,
        /// Empty lines around it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spacing: Option<Spacing>,
        /// The shares of all arms of a split afterwards. Else the last arm gives half of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shares: Option<Vec<String>>,
    },
    /// Takes an arm away, with what is in it.
    RemoveArm {
        /// The tile.
        tile: String,
        /// The number of the arm.
        arm: u32,
        /// The shares of all arms of a split afterwards. Else its neighbour gets its share.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shares: Option<Vec<String>>,
    },
    /// Puts an arm in the place of another.
    MoveArm {
        /// The tile.
        tile: String,
        /// The number of the arm.
        arm: u32,
        /// The number it is to have.
        to: u32,
        /// Its place between the braces, where that is known more exactly.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<u32>,
        /// Empty lines around it there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spacing: Option<Spacing>,
    },
    /// Puts a branch around tiles.
    WrapInBranch {
        /// The tile.
        tile: String,
        #[allow(missing_docs)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<String>,
    },
    /// Makes tiles a journey of its own, which this one runs.
    ExtractSubJourney {
        /// The tile.
        tile: String,
        #[allow(missing_docs)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<String>,
        /// What to call it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Puts a text in the place of this journey and of those right behind it: undoes what made more
    /// journeys of one, or did so again.
    Restore {
        /// The names of the journeys that are replaced, this one first.
        journeys: Vec<String>,
        /// What stood there before: one or more journeys as source, this one first.
        text: String,
        /// The tile to select then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        select: Option<String>,
    },
}

/// What is put in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum New {
    /// A new tile of this kind.
    Kind(TileKind),
    /// Tiles as source.
    Text(String),
}

/// Whether there are empty lines around something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spacing {
    /// Above it.
    pub above: bool,
    /// Below it.
    pub below: bool,
}

/// What comes of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Edits of the file, by place; none where all is as it was wanted already.
    pub edits: Vec<Edit>,
    /// The tile to select.
    pub select: Option<TileRef>,
    /// What, done one after the other to the changed text, brings the old one back, byte for byte
    /// where that was in the canonical form. Empty where nothing changes.
    pub back: Vec<Op>,
    /// The name of a journey that is new.
    pub name: Option<String>,
}

/// Why an operation is not done, in words for the person who wanted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Refusal {
    /// There is no such journey.
    #[error("there is no journey `{journey}` in this file any more")]
    NoJourney {
        /// Its name.
        journey: String,
    },
    /// The journeys do not stand there any more.
    #[error(
        "{} not there any more, one right behind the other; so what was there before them cannot be \
         put back",
        listed(journeys)
    )]
    NoJourneys {
        /// Their names.
        journeys: Vec<String>,
    },
    /// The picture is stale.
    #[error(
        "the text of `{journey}` has a mistake in it; mend it first, then the picture can be edited"
    )]
    Stale {
        /// Its name.
        journey: String,
    },
    /// There is no such tile.
    #[error("there is no tile `{tile}` any more")]
    NoTile {
        /// Its key.
        tile: String,
    },
    /// There is no such place.
    #[error("nothing can be put there: the picture is older than the text")]
    NoPlace,
    /// The tiles are no run of siblings.
    #[error("only tiles that follow each other directly can be taken together")]
    NoRun,
    /// A tile would be moved into itself.
    #[error("a tile cannot be moved into itself")]
    IntoItself,
    /// There is no such arm in the text.
    #[error("this way out of `{tile}` is not written in the text, so there is nothing to change")]
    NoArm {
        /// The tile.
        tile: String,
    },
    /// The tile cannot have another arm.
    #[error("`{tile}` {why}")]
    Arms {
        /// The tile.
        tile: String,
        /// What is in the way.
        why: String,
    },
    /// There is no such field.
    #[error("`{tile}` has no field `{field}`")]
    NoField {
        /// The tile.
        tile: String,
        /// The field.
        field: String,
    },
    /// A field has to say something.
    #[error("`{field}` cannot be left out")]
    Required {
        /// The field.
        field: String,
    },
    /// What was written cannot be read.
    #[error("this cannot be written here: {why}")]
    NotSource {
        /// What the parser has to say.
        why: String,
    },
    /// There is nothing of which a new tile of this kind could speak.
    #[error("{why}")]
    NothingToSay {
        /// What is missing.
        why: String,
    },
    /// The tiles are tied to what is around them.
    #[error("{why}")]
    Tied {
        /// By what.
        why: String,
    },
}

/// `the journeys `a`, `b` are`
fn listed(journeys: &[String]) -> String {
    let names: Vec<String> = journeys.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [name] => format!("the journey {name} is"),
        names => format!("the journeys {} are", names.join(", ")),
    }
}
