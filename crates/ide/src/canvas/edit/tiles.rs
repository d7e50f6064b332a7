//! Tiles are put in, moved, copied and taken away.

use std::collections::{BTreeMap, BTreeSet};

use journey_base::TextRange;
use journey_syntax::{AstNode, ast};

use super::op::{New, Op, Refusal, Spacing};
use super::surgery::Splice;
use super::{Desk, Draft, Run, Target, Track, fresh, place};
use crate::canvas::sheet::label;
use crate::canvas::view::Place;

impl<'a> Desk<'a> {
    pub(super) fn insert(
        &self,
        at: &Place,
        new: &New,
        spacing: Option<Spacing>,
    ) -> Result<Draft<'a>, Refusal> {
        let target = self.target(at)?;
        let text = match new {
            New::Kind(kind) => fresh::tile(self, *kind)?,
            New::Text(text) => text.replace("\r\n", "\n").trim().to_owned(),
        };
        let count = tiles_in(&text)?;
        let (splice, arm) = self.put(&target, &text, spacing)?;
        let back = move |after: &super::After<'_>| {
            if let Some(tile) = arm {
                let arm = after.arm(tile, 0);
                return vec![Op::RemoveArm { tile: after.key(tile), arm, shares: None }];
            }
            let last = after.sibling(Track::Put(0), count - 1);
            let tile = after.key(Track::Put(0));
            vec![Op::Remove { last: last.filter(|last| *last != tile), tile }]
        };
        Ok(draft(vec![splice], Track::Put(0), back))
    }

    /// Puts text somewhere. With it comes the tile that gets a new arm for that.
    fn put(
        &self,
        target: &Target,
        text: &str,
        spacing: Option<Spacing>,
    ) -> Result<(Splice, Option<Track>), Refusal> {
        match target {
            Target::Strip { owner, strip, index } => {
                Ok((self.ground(strip, owner.is_none()).put(*index, text, spacing), None))
            }
            Target::Arm { number, head } => {
                let inner = super::surgery::reindented(text, "", "  ");
                let arm = format!("{head} {{\n  {inner}\n}}");
                let splice = self.put_arm(*number, &arm, None, None)?;
                Ok((splice, Some(Track::Kept(self.start(*number)))))
            }
        }
    }

    pub(super) fn remove(&self, tile: &str, last: Option<&str>) -> Result<Draft<'a>, Refusal> {
        let run = self.run(tile, last)?;
        let ground = self.ground(&run.strip, run.owner.is_none());
        let (splice, spacing) = ground.take(run.first, run.last);
        let text = ground.chunk(run.first, run.last);
        let (sequence, index) = (self.sequence(run.owner), run.first);
        let select = self.neighbour(&run);
        let back = move |after: &super::After<'_>| {
            let at = place(after, sequence, index);
            vec![Op::Insert { at, new: New::Text(text), spacing: Some(spacing) }]
        };
        Ok(draft(vec![splice], select, back))
    }

    /// Who is selected when a run is gone: who comes next, or came before, or what it was in.
    fn neighbour(&self, run: &Run) -> Track {
        let node = |index: Option<usize>| run.strip.things.get(index?)?.node;
        let next = node(Some(run.last + 1)).or(node(run.first.checked_sub(1)));
        let around = run.owner.map(|(number, _)| self.start(number));
        next.map(|it| it.start).or(around).map_or(Track::Nothing, Track::Kept)
    }

    pub(super) fn relocate(
        &self,
        tile: &str,
        last: Option<&str>,
        to: &Place,
        spacing: Option<Spacing>,
    ) -> Result<Draft<'a>, Refusal> {
        let run = self.run(tile, last)?;
        let target = self.target(to)?;
        let (from, until) = (run.first, run.last);
        let range = self.range_of(&run);
        let inside =
            |number: usize| range.start <= self.start(number) && self.start(number) < range.end;
        let (same, index) = match &target {
            Target::Strip { owner: Some((number, _)), .. } if inside(*number) => {
                return Err(Refusal::IntoItself);
            }
            Target::Arm { number, .. } if inside(*number) => return Err(Refusal::IntoItself),
            Target::Strip { owner, index, .. } => (*owner == run.owner, *index),
            Target::Arm { .. } => (false, 0),
        };
        let select = Track::Kept(range.start);
        if same && (from..=until + 1).contains(&index) {
            return Ok(draft(Vec::new(), select, |_| Vec::new()));
        }
        let ground = self.ground(&run.strip, run.owner.is_none());
        let (taken, was) = ground.take(from, until);
        let (put, arm) = self.put(&target, &ground.chunk(from, until), spacing)?;
        let (sequence, count) = (self.sequence(run.owner), until + 1 - from);
        // In the changed text the tiles are at their new place when they are moved back.
        let home = if same && index < from { from + count } else { from };
        let statements = self.members_between(&run);
        let back = move |after: &super::After<'_>| {
            let tile = after.key(Track::Put(1));
            let last = after.sibling(Track::Put(1), statements - 1);
            let last = last.filter(|last| *last != tile);
            let to = place(after, sequence, home);
            let mut ops = vec![Op::Move { tile, last, to, spacing: Some(was) }];
            if let Some(owner) = arm {
                let number = after.arm(owner, 1);
                // By then the tiles are back, and keys are what they were.
                let tile = after.key_before(owner);
                ops.push(Op::RemoveArm { tile, arm: number, shares: None });
            }
            ops
        };
        Ok(draft(vec![taken, put], Track::Put(1), back))
    }

    pub(super) fn duplicate(&self, tile: &str, last: Option<&str>) -> Result<Draft<'a>, Refusal> {
        let run = self.run(tile, last)?;
        let ground = self.ground(&run.strip, run.owner.is_none());
        let text = self.renamed(&ground.chunk(run.first, run.last));
        let splice = ground.put(run.last + 1, &text, None);
        let count = self.members_between(&run);
        let back = move |after: &super::After<'_>| {
            let tile = after.key(Track::Put(0));
            let last = after.sibling(Track::Put(0), count - 1);
            vec![Op::Remove { last: last.filter(|last| *last != tile), tile }]
        };
        Ok(draft(vec![splice], Track::Put(0), back))
    }

    /// The same tiles with labels and names of splits that the journey has not yet.
    fn renamed(&self, text: &str) -> String {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for statement in &self.sheet.statements {
            taken.extend(label(statement.tile).map(str::to_owned));
            if let Some(ast::TileKind::Split(split)) = statement.tile.tile_kind() {
                taken.extend(split.name().map(|name| name.source().to_owned()));
            }
        }
        let (wrapped, start) = in_journey(text);
        let parse = journey_syntax::parse(&wrapped);
        let Some(sheet) = crate::canvas::sheet::Sheet::of(&parse, WRAPPER) else {
            return text.to_owned();
        };
        let mut names: BTreeMap<&str, String> = BTreeMap::new();
        let mut places: Vec<(TextRange, &str)> = Vec::new();
        for statement in &sheet.statements {
            let own = statement.tile.label().and_then(|label| label.name());
            let split = match statement.tile.tile_kind() {
                Some(ast::TileKind::Split(split)) => split.name(),
                _ => None,
            };
            for name in own.into_iter().chain(split) {
                let new = fresh::unused(name.source(), &taken);
                taken.insert(new.clone());
                names.insert(name.source(), new);
                places.push((name.range(), name.source()));
            }
        }
        let since = crate::tree::nodes(sheet.decl.syntax()).filter_map(ast::Since::cast);
        let since = since.filter_map(|since| since.name()).map(|it| (it.range(), it.source()));
        places.extend(since.filter(|(_, name)| names.contains_key(name)));
        places.sort();
        let mut out = String::new();
        let mut from = start;
        for (range, name) in places {
            out.push_str(TextRange::new(from, range.start).of(&wrapped));
            out.push_str(names.get(name).map_or(name, |it| it));
            from = range.end;
        }
        out.push_str(TextRange::new(from, start + text.len() as u32).of(&wrapped));
        out
    }

    /// The text of a run from its first tile to its last.
    pub(super) fn range_of(&self, run: &Run) -> TextRange {
        let range = |number| self.sheet.get(number).map(|it| it.tile.range()).unwrap_or_default();
        range(run.statements.0).cover(range(run.statements.1))
    }

    /// How many siblings a run has.
    fn members_between(&self, run: &Run) -> usize {
        let members = self.sheet.members(run.owner).iter();
        let (from, to) = run.statements;
        members.filter(|number| (from..=to).contains(*number)).count()
    }
}

const WRAPPER: &str = "wrapper";

/// Tiles in a journey of their own, and where they begin in it.
fn in_journey(text: &str) -> (String, u32) {
    let head = format!("journey {WRAPPER} {{ entry manual\n");
    let start = head.len() as u32;
    (format!("{head}{text}\n}}\n"), start)
}

/// How many tiles a text is, and nothing else.
fn tiles_in(text: &str) -> Result<usize, Refusal> {
    let (wrapped, _) = in_journey(text);
    let parse = journey_syntax::parse(&wrapped);
    if let Some(error) = parse.errors.first() {
        return Err(Refusal::NotSource { why: error.message.clone() });
    }
    let sheet = crate::canvas::sheet::Sheet::of(&parse, WRAPPER);
    let alone = ast::File::cast(parse.tree.root()).is_some_and(|file| file.items().count() == 1);
    let one_clause =
        |sheet: &crate::canvas::sheet::Sheet<'_>| sheet.decl.header_clauses().count() == 1;
    match sheet.filter(|sheet| alone && one_clause(sheet) && !sheet.body.is_empty()) {
        Some(sheet) => Ok(sheet.body.len()),
        None => Err(Refusal::NotSource { why: "it is not a tile".to_owned() }),
    }
}

pub(super) fn draft<'a>(
    splices: Vec<Splice>,
    select: Track,
    back: impl FnOnce(&super::After<'_>) -> Vec<Op> + 'a,
) -> Draft<'a> {
    Draft {
        splices,
        select,
        back: Box::new(back),
        same_shape: false,
        reads: None,
        more_items: 0,
        verbatim: false,
        name: None,
    }
}
