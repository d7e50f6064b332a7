//! Tiles get something around them.

use std::sync::Arc;

use journey_base::TextRange;
use journey_sema::index::Definition;
use journey_syntax::{AstNode, ast};

use super::op::{New, Op, Refusal};
use super::surgery::{Splice, indent_at, reindented};
use super::tiles::draft;
use super::{Desk, Draft, Run, Track, fresh, place};
use crate::canvas::picture::Checked;
use crate::canvas::sheet::Statement;

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
        let exit = self.exit_of(&run);
        if exit.is_none() && self.would_not_wait(&run) {
            let why =
                "every round of a `repeat` has to wait, and one that goes past these tiles would \
                       not; write `every 1d` behind the number of rounds first"
                    .to_owned();
            return Err(Refusal::Tied { why });
        }
        let ground = self.ground(&run.strip, run.owner.is_none());
        let text = ground.chunk(run.first, run.last);
        let (_, spacing) = ground.take(run.first, run.last);
        let whole = run.whole();
        let indent = indent_at(self.parse.tree.text(), whole.start);
        let inner = reindented(&text, "", "    ");
        let condition = fresh::condition(self, &[]);
        // Where the tiles lead nowhere on, nobody came behind them, and nobody does now.
        let rest = exit.map(|exit| format!("\n  else {{ exit {exit} }}"));
        let rest = rest.unwrap_or_default();
        let branch = format!("branch {{\n  when {condition} {{\n    {inner}\n  }}{rest}\n}}");
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

    /// The last outcome with which members leave in a run of tiles, if all do.
    fn exit_of(&self, run: &Run) -> Option<&'a str> {
        let checked = self.workspace.journey(self.journey);
        let checked = checked.and_then(|it| Checked::of(&it, self.sheet)).unwrap_or_default();
        if self.leads_on(run, &checked) {
            return None;
        }
        let exit = |statement: &Statement<'a>| match statement.tile.tile_kind()? {
            ast::TileKind::Exit(exit) => Some(exit.name()?.source()),
            _ => None,
        };
        self.statements_in(run).filter_map(exit).last()
    }

    /// Whether a `repeat` around a run of tiles would have rounds in which nobody waits, if the run
    /// could be passed by.
    fn would_not_wait(&self, run: &Run) -> bool {
        let range = run.whole();
        let in_run = |number: usize| {
            let start = self.start(number);
            range.start <= start && start < range.end
        };
        let mut owner = run.owner;
        while let Some((number, arm)) = owner {
            let Some(statement) = self.sheet.get(number) else { return false };
            if let Some(ast::TileKind::Repeat(repeat)) = statement.tile.tile_kind()
                && repeat.every().is_none()
            {
                let body = self.sheet.members(Some((number, arm)));
                return self.passes(body, &in_run) && !self.passes(body, &|_| false);
            }
            owner = statement.owner;
        }
        false
    }

    /// Whether members can come through these tiles without having waited: as the checker sees it,
    /// told from the text alone. What is `left_out` is passed by.
    fn passes(&self, members: &[usize], left_out: &dyn Fn(usize) -> bool) -> bool {
        use ast::TileKind as K;
        let all = members.iter().filter(|number| !left_out(**number));
        all.filter_map(|number| self.sheet.get(*number)).all(|statement| {
            let written = statement.arms.iter().any(|arm| arm.node.is_some());
            let through = || {
                let mut arms = statement.arms.iter();
                arms.any(|arm| arm.block.is_none() || self.passes(&arm.body, left_out))
            };
            match statement.tile.tile_kind() {
                None => true,
                Some(
                    K::WaitFor(_)
                    | K::WaitWindow(_)
                    | K::WaitUntil(_)
                    | K::WaitEvent(_)
                    | K::WaitArms(_)
                    | K::Run(_)
                    | K::Exit(_),
                ) => false,
                Some(K::Send(_) | K::Webhook(_)) => !written,
                Some(K::BranchWhen(_) | K::BranchValue(_) | K::Split(_) | K::Repeat(_)) => {
                    through()
                }
                Some(_) => true,
            }
        })
    }

    /// A name that a run of tiles gives to something, and that is read behind it.
    pub(super) fn read_behind(&self, run: &Run) -> Option<Arc<str>> {
        let range = self.in_file(run.whole());
        let inside = |it: TextRange| range.start <= it.start && it.end <= range.end;
        let mut outside = self.index().references.iter().filter(|it| !inside(it.range));
        outside.find_map(|it| match &it.definition {
            Definition::Local { at, name } if inside(*at) => Some(name.clone()),
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
