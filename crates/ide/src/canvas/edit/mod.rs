//! Edits of the picture as edits of the text.
//!
//! An operation is first done to the text as it is: things are put between others and taken away, each
//! with its comments (`surgery.rs`). If the journey was in the canonical form before, it is
//! brought into it again; if not, nobody asked for that, and what is around stays as it is. Then
//! the two texts are compared, and what differs are the edits.
//!
//! Work is done on a copy whose lines end in `\n`; edits are translated back at the end.

mod arms;
mod extract;
mod fields;
mod finish;
mod fresh;
mod op;
mod restore;
mod surgery;
mod tiles;
mod wrap;

use std::cell::OnceCell;

use journey_base::{FileId, TextRange};
use journey_sema::Workspace;
use journey_sema::index::Index;
use journey_syntax::{AstNode, Parse};

use super::sheet::{Owner, Sheet, Statement};
use super::strip::Strip;
use super::view::{Place, Sequence};
use finish::{After, Ends, finish};
use surgery::{Ground, Splice};

pub use op::{Change, New, Op, Refusal, Spacing};

/// Does something to a journey: says which edits do it, or why it cannot be done.
pub fn edit(
    workspace: &Workspace,
    file: FileId,
    journey: &str,
    op: &Op,
) -> Result<Change, Refusal> {
    let none = || Refusal::NoJourney { journey: journey.to_owned() };
    let original = workspace.text(file).ok_or_else(none)?;
    let text = original.replace("\r\n", "\n");
    let parse = journey_syntax::parse(&text);
    let sheet = Sheet::of(&parse, journey).ok_or_else(none)?;
    if sheet.broken {
        return Err(Refusal::Stale { journey: journey.to_owned() });
    }
    let desk = Desk {
        workspace,
        file,
        journey,
        original: &original,
        ends: Ends::of(&original),
        parse: &parse,
        sheet: &sheet,
        index: OnceCell::new(),
    };
    let draft = desk.draft(op)?;
    finish(&desk, draft)
}

/// What an operation works on.
struct Desk<'a> {
    workspace: &'a Workspace,
    file: FileId,
    journey: &'a str,
    /// The text as it is in the file.
    original: &'a str,
    /// Where lines end in it.
    ends: Ends,
    /// The same with line ends of one character.
    parse: &'a Parse,
    sheet: &'a Sheet<'a>,
    /// What the names in the journey stand for, once somebody asks.
    index: OnceCell<Index>,
}

/// What undoes an operation, once keys and places are known.
type Back<'a> = Box<dyn FnOnce(&After<'_>) -> Vec<Op> + 'a>;

/// An operation, done to the text as it is.
struct Draft<'a> {
    splices: Vec<Splice>,
    /// The tile to select.
    select: Track,
    back: Back<'a>,
    /// Whether the statements and arms must be the same afterwards.
    same_shape: bool,
    /// The field that must then say this.
    reads: Option<(Track, String, Option<String>)>,
    /// How many declarations the file has more.
    more_items: isize,
    /// Whether the text is to stay as it was put in.
    verbatim: bool,
    /// The name of a journey that is new.
    name: Option<String>,
}

/// A statement that is looked for in the changed text.
#[derive(Clone, Copy)]
enum Track {
    /// The first one of what a splice puts in.
    Put(usize),
    /// The one that began here, or the first one behind that.
    Kept(u32),
    /// The one of this number, where all have the same one as before.
    Same(usize),
    /// None.
    Nothing,
}

/// Siblings that follow each other.
struct Run {
    owner: Owner,
    strip: Strip,
    /// The indices of their things.
    first: usize,
    last: usize,
    /// The numbers of their statements.
    statements: (usize, usize),
}

/// Where something is put.
enum Target {
    /// Between the things of a sequence.
    Strip { owner: Owner, strip: Strip, index: usize },
    /// Into an arm that is only implied.
    Arm { number: usize, head: &'static str },
}

impl<'a> Desk<'a> {
    fn draft(&self, op: &Op) -> Result<Draft<'a>, Refusal> {
        match op {
            Op::Insert { at, new, spacing } => self.insert(at, new, *spacing),
            Op::Move { tile, last, to, spacing } => {
                self.relocate(tile, last.as_deref(), to, *spacing)
            }
            Op::Remove { tile, last } => self.remove(tile, last.as_deref()),
            Op::Duplicate { tile, last } => self.duplicate(tile, last.as_deref()),
            Op::SetField { tile, field, value, at } => {
                self.set_field(tile, field, value.as_deref(), *at)
            }
            Op::AddArm { tile, text, at, spacing, shares } => {
                self.add_arm(tile, text.as_deref(), *at, *spacing, shares.as_deref())
            }
            Op::RemoveArm { tile, arm, shares } => self.remove_arm(tile, *arm, shares.as_deref()),
            Op::MoveArm { tile, arm, to, at, spacing } => {
                self.move_arm(tile, *arm, *to, *at, *spacing)
            }
            Op::WrapInBranch { tile, last } => self.wrap_in_branch(tile, last.as_deref()),
            Op::ExtractSubJourney { tile, last, name } => {
                self.extract(tile, last.as_deref(), name.as_deref())
            }
            Op::Restore { journeys, text, select } => {
                self.restore(journeys, text, select.as_deref())
            }
        }
    }

    fn statement(&self, key: &str) -> Result<(usize, &'a Statement<'a>), Refusal> {
        let found = self.sheet.find(key).and_then(|it| Some((it, self.sheet.get(it)?)));
        found.ok_or_else(|| Refusal::NoTile { tile: key.to_owned() })
    }

    fn run(&self, tile: &str, last: Option<&str>) -> Result<Run, Refusal> {
        let (from, first) = self.statement(tile)?;
        let (to, end) = self.statement(last.unwrap_or(tile))?;
        if first.owner != end.owner {
            return Err(Refusal::NoRun);
        }
        let strip = self.sheet.strip(first.owner).ok_or(Refusal::NoRun)?;
        let place = |it: &Statement<'_>| strip.position(it.tile.range()).ok_or(Refusal::NoRun);
        let (first_index, last_index) = (place(first)?, place(end)?);
        if last_index < first_index {
            return Err(Refusal::NoRun);
        }
        let owner = first.owner;
        Ok(Run { owner, strip, first: first_index, last: last_index, statements: (from, to) })
    }

    fn target(&self, place: &Place) -> Result<Target, Refusal> {
        let owner = match &place.sequence.tile {
            None => None,
            Some(key) => {
                let (number, statement) = self.statement(key)?;
                let arm = place.sequence.arm as usize;
                let found = statement.arms.get(arm).ok_or(Refusal::NoPlace)?;
                if found.block.is_none() {
                    let head = found.head.filter(|_| place.index == 0).ok_or(Refusal::NoPlace)?;
                    return Ok(Target::Arm { number, head });
                }
                Some((number, arm))
            }
        };
        let strip = self.sheet.strip(owner).ok_or(Refusal::NoPlace)?;
        let index = place.index as usize;
        if index > strip.things.len() {
            return Err(Refusal::NoPlace);
        }
        Ok(Target::Strip { owner, strip, index })
    }

    fn ground<'s>(&'s self, strip: &'s Strip, body: bool) -> Ground<'s> {
        Ground { tree: &self.parse.tree, strip, body }
    }

    /// What the names around the journey stand for. Its places are those of the file.
    fn index(&self) -> &Index {
        let journey = || self.in_file(self.sheet.decl.range()).start;
        self.index.get_or_init(|| self.workspace.index_at(self.file, journey()))
    }

    /// A stretch of the text as it is in the file, where line ends may be of two characters.
    fn in_file(&self, range: TextRange) -> TextRange {
        self.ends.in_file(range)
    }

    fn start(&self, number: usize) -> u32 {
        self.sheet.get(number).map_or(0, |statement| statement.tile.range().start)
    }

    /// How a sequence is found again in the changed text.
    fn sequence(&self, owner: Owner) -> Option<(Track, u32)> {
        owner.map(|(number, arm)| (Track::Kept(self.start(number)), arm as u32))
    }
}

/// A place of a sequence in the changed text.
fn place(after: &After<'_>, sequence: Option<(Track, u32)>, index: usize) -> Place {
    let sequence = match sequence {
        None => Sequence::default(),
        Some((owner, arm)) => Sequence { tile: Some(after.key(owner)), arm },
    };
    Place { sequence, index: index as u32 }
}
