//! From a text that was operated on to edits.

use journey_base::{Edit, LineEnds, TextRange};
use journey_syntax::{AstNode, Parse, ast};

use super::op::{Change, Refusal};
use super::surgery::Splice;
use super::{Desk, Draft, Track};
use crate::canvas::form::slots;
use crate::canvas::sheet::{Owner, Sheet, journeys};
use crate::canvas::view::TileRef;
use crate::tokendiff;

/// A journey after an operation.
pub(super) struct After<'a> {
    splices: &'a [Splice],
    /// As it was.
    before: &'a Sheet<'a>,
    /// As the operation left it.
    rough: &'a Sheet<'a>,
    /// As it will be.
    pub(super) sheet: &'a Sheet<'a>,
}

impl After<'_> {
    /// The number of a statement.
    pub(super) fn number(&self, track: Track) -> Option<usize> {
        let at = match track {
            Track::Put(index) => self.put_at(index),
            Track::Kept(offset) => self.moved(offset),
            Track::Same(number) => return Some(number),
            Track::Nothing => return None,
        };
        let statements = self.rough.statements.iter().enumerate();
        let behind = statements.map(|(number, it)| (it.tile.range().start, number));
        behind.filter(|(start, _)| *start >= at).min().map(|(_, number)| number)
    }

    /// The key of a statement.
    pub(super) fn key(&self, track: Track) -> String {
        let found = self.number(track).and_then(|number| self.sheet.get(number));
        found.map_or(String::new(), |statement| statement.key.clone())
    }

    /// The key of the statement that comes `count` siblings behind another.
    pub(super) fn sibling(&self, track: Track, count: usize) -> Option<String> {
        let number = self.number(track)?;
        let members = self.sheet.members(self.sheet.get(number)?.owner);
        let at = members.iter().position(|member| *member == number)?;
        Some(self.sheet.get(*members.get(at + count)?)?.key.clone())
    }

    /// The key that a statement had before.
    pub(super) fn key_before(&self, track: Track) -> String {
        let Track::Kept(offset) = track else { return String::new() };
        let mut statements = self.before.statements.iter();
        let found = statements.find(|it| it.tile.range().start == offset);
        found.map_or(String::new(), |statement| statement.key.clone())
    }

    /// The number of the arm that a splice put in.
    pub(super) fn arm(&self, tile: Track, splice: usize) -> u32 {
        let at = self.put_at(splice);
        let statement = self.number(tile).and_then(|number| self.rough.get(number));
        let arms = statement.into_iter().flat_map(|it| it.arms.iter().enumerate());
        let arms = arms.filter_map(|(number, arm)| Some((arm.node?.range().start, number)));
        arms.filter(|(start, _)| *start >= at).min().map_or(0, |(_, number)| number as u32)
    }

    /// Where in the rough text that begins which a splice put in.
    fn put_at(&self, index: usize) -> u32 {
        let Some(splice) = self.splices.get(index) else { return 0 };
        let before = self.splices.iter().filter(|it| it.range.end <= splice.range.start);
        let before = before.filter(|it| !std::ptr::eq(*it, splice));
        shifted(splice.range.start, before) + splice.inner
    }

    /// Where in the rough text a place is that was kept.
    fn moved(&self, offset: u32) -> u32 {
        shifted(offset, self.splices.iter().filter(|it| it.range.end <= offset))
    }
}

fn shifted<'s>(offset: u32, before: impl Iterator<Item = &'s Splice>) -> u32 {
    before.fold(offset, |at, it| at + it.text.len() as u32 - it.range.len())
}

/// Makes edits of a draft.
pub(super) fn finish(desk: &Desk<'_>, draft: Draft<'_>) -> Result<Change, Refusal> {
    let text = desk.parse.tree.text();
    let rough_text = spliced(text, &draft.splices);
    let rough_parse = journey_syntax::parse(&rough_text);
    let rough = sheet_at(&rough_parse, desk)?;
    let added = items(&rough_parse) != items(desk.parse) + draft.more_items;
    if added || (draft.same_shape && shape(&rough) != shape(desk.sheet)) {
        let why = "it would end what it stands in and begin something else".to_owned();
        return Err(Refusal::NotSource { why });
    }
    let formatted = if draft.verbatim { None } else { canonical(desk, &rough) };
    let new_text = formatted.unwrap_or_else(|| rough_text.clone());
    let parse = journey_syntax::parse(&new_text);
    let sheet = sheet_at(&parse, desk)?;
    let after = After { splices: &draft.splices, before: desk.sheet, rough: &rough, sheet: &sheet };
    if let Some((tile, field, value)) = &draft.reads {
        let slots = after.number(*tile).map(|it| slots(desk.workspace, &rough, it));
        let slot = slots.into_iter().flatten().find(|slot| slot.field.name == *field);
        if slot.and_then(|slot| slot.field.text) != *value {
            let why = "it would end before all of it is read".to_owned();
            return Err(Refusal::NotSource { why });
        }
    }
    let key = after.key(draft.select);
    let select = (!key.is_empty()).then(|| TileRef { journey: desk.journey.to_owned(), key });
    let edits = tokendiff::edits(&desk.parse.tree, &new_text);
    let (edits, back) = (translated(desk, edits), (draft.back)(&after));
    Ok(Change { edits, select, back, name: draft.name })
}

fn spliced(text: &str, splices: &[Splice]) -> String {
    let mut order: Vec<&Splice> = splices.iter().collect();
    order.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut out = String::new();
    let mut from = 0;
    for splice in order {
        out.push_str(TextRange::new(from, splice.range.start).of(text));
        out.push_str(&splice.text);
        from = splice.range.end;
    }
    out.push_str(TextRange::new(from, text.len() as u32).of(text));
    out
}

/// The journey in the changed text, which begins where it did.
fn sheet_at<'t>(parse: &'t Parse, desk: &Desk<'_>) -> Result<Sheet<'t>, Refusal> {
    let start = desk.sheet.decl.range().start;
    let found = journeys(parse).into_iter().find(|decl| decl.range().start == start);
    let sheet = found.map(|decl| Sheet::new(parse, decl)).filter(|sheet| !sheet.broken);
    sheet.ok_or_else(|| {
        let error = parse.errors.iter().find(|error| error.range.start >= start);
        let why = error.map_or("it is not a part of a journey", |error| &error.message);
        Refusal::NotSource { why: why.to_owned() }
    })
}

fn items(parse: &Parse) -> isize {
    ast::File::cast(parse.tree.root()).map_or(0, |file| file.items().count() as isize)
}

/// How a journey is nested: of each statement where it stands, what it is, how many arms it has.
fn shape(sheet: &Sheet<'_>) -> Vec<(Owner, bool, usize)> {
    let written = |arms: &[crate::canvas::sheet::Arm<'_>]| {
        arms.iter().filter(|arm| arm.node.is_some()).count()
    };
    let statements = sheet.statements.iter();
    statements.map(|it| (it.owner, it.kind.is_none(), written(&it.arms))).collect()
}

/// The whole text with the journey in its canonical form; nothing if it was not in that before.
fn canonical(desk: &Desk<'_>, rough: &Sheet<'_>) -> Option<String> {
    let (range, text) = (rough.decl.range(), rough.decl.syntax().tree().text());
    let rest = TextRange::new(range.end, text.len() as u32);
    let new = formatted(desk, rough.decl.source())?;
    Some([TextRange::new(0, range.start).of(text), &new, rest.of(text)].concat())
}

/// A journey in its canonical form; nothing if the one that is edited was not in that before.
pub(super) fn formatted(desk: &Desk<'_>, journey: &str) -> Option<String> {
    let width = desk.workspace.config().width;
    let format = |text: &str| Some(journey_fmt::format(text, width).ok()?.trim_end().to_owned());
    let old = desk.sheet.decl.source();
    if format(old)? != old {
        return None;
    }
    format(journey)
}

/// Edits of the text as it is in the file, with its line ends.
fn translated(desk: &Desk<'_>, edits: Vec<(TextRange, String)>) -> Vec<Edit> {
    let ends = LineEnds::of(desk.original);
    let edit = |(range, text): (TextRange, String)| Edit {
        file: desk.file,
        range: desk.in_file(range),
        text: ends.put(&text).into_owned(),
    };
    edits.into_iter().map(edit).collect()
}

/// Where lines end in a text with two characters, by place.
pub(super) struct Ends(Vec<u32>);

impl Ends {
    pub(super) fn of(original: &str) -> Ends {
        Ends(original.match_indices("\r\n").map(|(at, _)| at as u32).collect())
    }

    /// A stretch of the text whose line ends were made one character long, as it is in the file.
    pub(super) fn in_file(&self, range: TextRange) -> TextRange {
        TextRange::new(self.place(range.start), self.place(range.end))
    }

    fn place(&self, at: u32) -> u32 {
        // Each line end before a place makes it one farther: the number of those is looked for.
        let (mut low, mut high) = (0, self.0.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.0.get(middle) {
                Some(end) if end - (middle as u32) < at => low = middle + 1,
                _ => high = middle,
            }
        }
        at + low as u32
    }

    /// The other way round: where a stretch of the file is once line ends are one character long.
    pub(super) fn in_single(&self, range: TextRange) -> TextRange {
        let before = |at: u32| self.0.partition_point(|end| end + 2 <= at) as u32;
        TextRange::new(range.start - before(range.start), range.end - before(range.end))
    }
}

#[cfg(test)]
mod tests {
    use journey_base::TextRange;

    use super::Ends;

    #[test]
    fn a_place_is_found_again_in_a_text_with_line_ends_of_either_kind() {
        let original = "a\r\n\r\nb\nc\r\nd";
        let single = original.replace("\r\n", "\n");
        let ends = Ends::of(original);
        for letter in ["a", "b", "c", "d"] {
            let at = |text: &str| TextRange::empty(text.find(letter).expect("it is there") as u32);
            assert_eq!(ends.in_file(at(&single)), at(original));
            assert_eq!(ends.in_single(at(original)), at(&single));
        }
    }
}
