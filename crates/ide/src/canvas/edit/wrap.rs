//! Tiles get something around them.

use std::sync::Arc;

use journey_base::TextRange;
use journey_sema::index::Definition;

use super::op::{New, Op, Refusal};
use super::surgery::{Splice, indent_at, reindented};
use super::tiles::draft;
use super::{Desk, Draft, Run, Track, fresh, place};

impl<'a> Desk<'a> {
    pub(super) fn wrap_in_branch(
        &self,
        tile: &str,
        last: Option<&str>,
    ) -> Result<Draft<'a>, Refusal> {
        let run = self.run(tile, last)?;
        if let Some(name) = self.read_behind(&run) {
            let why = format!(
                "`{name}` is read behind these tiles, and would not be known there any more"
            );
            return Err(Refusal::Tied { why });
        }
        let ground = self.ground(&run.strip, run.owner.is_none());
        let text = ground.chunk(run.first, run.last);
        let (_, spacing) = ground.take(run.first, run.last);
        let whole = run.whole();
        let indent = indent_at(self.parse.tree.text(), whole.start);
        let inner = reindented(&text, "", "    ");
        let branch =
            format!("branch {{\n  when {} {{\n    {inner}\n  }}\n}}", fresh::condition(self, &[]));
        let splice = Splice::new(whole, reindented(&branch, "", &indent));
        let (sequence, index) = (self.sequence(run.owner), run.first);
        let back = move |after: &super::After<'_>| {
            let at = place(after, sequence, index);
            vec![
                Op::Remove { tile: after.key(Track::Put(0)), last: None },
                Op::Insert { at, new: New::Text(text), spacing: Some(spacing) },
            ]
        };
        Ok(draft(vec![splice], Track::Put(0), back))
    }

    /// A name that a run of tiles gives to something, and that is read behind it.
    pub(super) fn read_behind(&self, run: &Run) -> Option<Arc<str>> {
        let range = self.in_file(run.whole());
        let inside = |it: TextRange| range.start <= it.start && it.end <= range.end;
        let references = self.index().references;
        let mut outside = references.into_iter().filter(|it| !inside(it.range));
        outside.find_map(|it| match it.definition {
            Definition::Local { at, name } if inside(at) => Some(name),
            _ => None,
        })
    }
}

impl Run {
    /// All of it, with the comments that belong to it.
    pub(super) fn whole(&self) -> TextRange {
        let whole = |index: usize| self.strip.things.get(index).map(|it| it.whole);
        let first = whole(self.first).unwrap_or_default();
        first.cover(whole(self.last).unwrap_or(first))
    }
}
