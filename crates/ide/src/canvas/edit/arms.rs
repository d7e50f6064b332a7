//! Arms are added, moved and taken away.

use journey_base::TextRange;
use journey_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::op::{Op, Refusal, Spacing};
use super::surgery::{Splice, indent_at, reindented};
use super::tiles::draft;
use super::{Desk, Draft, Track, fresh};
use crate::canvas::sheet::{Arm, Statement};
use crate::canvas::strip::{Strip, strip};

impl<'a> Desk<'a> {
    pub(super) fn add_arm(
        &self,
        tile: &str,
        text: Option<&str>,
        at: Option<u32>,
        spacing: Option<Spacing>,
        shares: Option<&[String]>,
    ) -> Result<Draft<'a>, Refusal> {
        let (number, statement) = self.statement(tile)?;
        let refused = |why| Refusal::Arms { tile: tile.to_owned(), why };
        let mut arm = fresh::arm(self, statement).map_err(refused);
        let text = text.filter(|it| !it.trim().is_empty());
        if let Some(text) = text {
            let can = arms_of(statement).is_some() || arm.is_ok();
            let text = text.replace("\r\n", "\n").trim().to_owned();
            arm = if can { Ok(text) } else { arm };
        }
        let mut arm = arm?;
        let mut others = Vec::new();
        let old = shares_of(statement);
        if let Some(old) = &old {
            let new = match (shares, text) {
                (Some(shares), _) => shares.to_vec(),
                (None, Some(_)) => old.iter().map(|it| it.text.clone()).collect(),
                (None, None) => halved(old),
            };
            let place = at.map_or(old.len(), |at| self.arms_before(statement, at as usize));
            let mut new = new;
            if text.is_none() && place < new.len() {
                arm = format!("{}% {arm} {{}}", new.remove(place));
            } else if shares.is_some() && place < new.len() {
                new.remove(place);
            }
            others = changed(old, &new);
        }
        let mut splices = vec![self.put_arm(number, &arm, at, spacing)?];
        splices.extend(others);
        let owner = Track::Kept(self.start(number));
        let shares: Option<Vec<_>> = old.map(|old| old.into_iter().map(|it| it.text).collect());
        let back = move |after: &super::After<'_>| {
            vec![Op::RemoveArm { tile: after.key(owner), arm: after.arm(owner, 0), shares }]
        };
        Ok(draft(splices, owner, back))
    }

    /// Puts an arm into a tile, which gets braces for it if it has none.
    pub(super) fn put_arm(
        &self,
        number: usize,
        arm: &str,
        at: Option<u32>,
        spacing: Option<Spacing>,
    ) -> Result<Splice, Refusal> {
        let statement = self.sheet.get(number).ok_or(Refusal::NoPlace)?;
        let Some(arms) = arms_of(statement) else {
            let end = statement.tile.range().end;
            let text = self.parse.tree.text();
            let indent = indent_at(text, statement.tile.range().start);
            let arm = reindented(arm, "", &format!("{indent}  "));
            let head = format!(" {{\n{indent}  ");
            let inner = head.len() as u32;
            let text = format!("{head}{arm}\n{indent}}}");
            return Ok(Splice { range: TextRange::empty(end), text, inner });
        };
        let strip = self.strip_of(arms).ok_or(Refusal::NoPlace)?;
        let is_last = |range: TextRange| {
            let text = range.of(self.parse.tree.text());
            starts_with_word(text, "else") || starts_with_word(text, "timeout")
        };
        let last = strip.things.iter().position(|thing| thing.node.is_some_and(is_last));
        let end = strip.things.len();
        let index = match at {
            Some(at) => (at as usize).min(end),
            None if starts_with_word(arm, "else") || starts_with_word(arm, "timeout") => end,
            // Parts of a webhook stand before its arms.
            None if arms.kind() == SyntaxKind::WEBHOOK => end,
            None => last.unwrap_or(end),
        };
        Ok(self.ground(&strip, false).put(index, arm, spacing))
    }

    pub(super) fn remove_arm(
        &self,
        tile: &str,
        arm: u32,
        shares: Option<&[String]>,
    ) -> Result<Draft<'a>, Refusal> {
        let (number, statement) = self.statement(tile)?;
        let (node, arms) = self.written_arm(tile, statement, arm)?;
        self.removable(tile, statement, node)?;
        let strip = self.strip_of(arms).ok_or(Refusal::NoPlace)?;
        let index = strip.position(node.range()).ok_or(Refusal::NoPlace)?;
        let ground = self.ground(&strip, false);
        let text = ground.chunk(index, index);
        let owner = Track::Kept(self.start(number));
        let own_braces = matches!(
            arms.kind(),
            SyntaxKind::SEND_ARMS | SyntaxKind::RUN_ARMS | SyntaxKind::LATE_BLOCK
        );
        if own_braces && strip.things.len() == 1 && !strip.commented {
            let before = TextRange::new(0, arms.range().start).of(self.parse.tree.text());
            let range = TextRange::new(before.trim_end().len() as u32, arms.range().end);
            let back = move |after: &super::After<'_>| {
                let tile = after.key(owner);
                vec![Op::AddArm { tile, text: Some(text), at: None, spacing: None, shares: None }]
            };
            return Ok(draft(vec![Splice::new(range, "")], owner, back));
        }
        let (taken, was) = ground.take(index, index);
        let mut splices = vec![taken];
        let old = shares_of(statement);
        if let Some(old) = &old {
            let place = old.iter().position(|share| node.range().contains(share.range.start));
            let place = place.ok_or(Refusal::NoPlace)?;
            let new = shares.map_or_else(|| inherited(old, place), <[String]>::to_vec);
            let left = old.iter().enumerate().filter(|(number, _)| *number != place);
            splices.extend(changed(&left.map(|(_, it)| it.clone()).collect::<Vec<_>>(), &new));
        }
        let shares: Option<Vec<_>> = old.map(|old| old.into_iter().map(|it| it.text).collect());
        let back = move |after: &super::After<'_>| {
            vec![Op::AddArm {
                tile: after.key(owner),
                text: Some(text),
                at: Some(index as u32),
                spacing: Some(was),
                shares,
            }]
        };
        Ok(draft(splices, owner, back))
    }

    pub(super) fn move_arm(
        &self,
        tile: &str,
        arm: u32,
        to: u32,
        at: Option<u32>,
        spacing: Option<Spacing>,
    ) -> Result<Draft<'a>, Refusal> {
        let (number, statement) = self.statement(tile)?;
        let (node, arms) = self.written_arm(tile, statement, arm)?;
        let (other, _) = self.written_arm(tile, statement, to)?;
        let fixed = |node: SyntaxNode<'_>| {
            matches!(node.kind(), SyntaxKind::ELSE_ARM | SyntaxKind::TIMEOUT_ARM)
        };
        if fixed(node) || fixed(other) {
            let why = "takes what the other arms leave over in its last arm, which stays the last";
            return Err(Refusal::Arms { tile: tile.to_owned(), why: why.to_owned() });
        }
        let owner = Track::Kept(self.start(number));
        if arm == to {
            return Ok(draft(Vec::new(), owner, |_| Vec::new()));
        }
        let strip = self.strip_of(arms).ok_or(Refusal::NoPlace)?;
        let place = |node: SyntaxNode<'_>| strip.position(node.range()).ok_or(Refusal::NoPlace);
        let (from, target) = (place(node)?, place(other)?);
        let index = at.map(|at| (at as usize).min(strip.things.len()));
        let index = index.unwrap_or(if target > from { target + 1 } else { target });
        if (from..=from + 1).contains(&index) {
            return Ok(draft(Vec::new(), owner, |_| Vec::new()));
        }
        let ground = self.ground(&strip, false);
        let (taken, was) = ground.take(from, from);
        let put = ground.put(index, &ground.chunk(from, from), spacing);
        let home = if index < from { from + 1 } else { from } as u32;
        let back = move |after: &super::After<'_>| {
            vec![Op::MoveArm {
                tile: after.key(owner),
                arm: after.arm(owner, 1),
                to: arm,
                at: Some(home),
                spacing: Some(was),
            }]
        };
        Ok(draft(vec![taken, put], owner, back))
    }

    /// An arm that is in the text, and what has the braces around it.
    fn written_arm(
        &self,
        tile: &str,
        statement: &Statement<'a>,
        arm: u32,
    ) -> Result<(SyntaxNode<'a>, SyntaxNode<'a>), Refusal> {
        let node = statement.arms.get(arm as usize).and_then(|arm| arm.node);
        let node = node.ok_or_else(|| Refusal::NoArm { tile: tile.to_owned() })?;
        let why = || "has the one block that it repeats".to_owned();
        let arms = arms_of(statement).filter(|_| node.kind() != SyntaxKind::REPEAT);
        Ok((node, arms.ok_or_else(|| Refusal::Arms { tile: tile.to_owned(), why: why() })?))
    }

    /// What is left must still be something.
    fn removable(
        &self,
        tile: &str,
        statement: &Statement<'_>,
        node: SyntaxNode<'_>,
    ) -> Result<(), Refusal> {
        use ast::TileKind as K;
        let counts = |arm: &&Arm<'_>| {
            let kinds = [SyntaxKind::ELSE_ARM, SyntaxKind::TIMEOUT_ARM];
            arm.node.is_some_and(|it| it != node && !kinds.contains(&it.kind()))
        };
        let left = statement.arms.iter().filter(counts).count();
        let needs = matches!(
            statement.tile.tile_kind(),
            Some(K::WaitArms(_) | K::BranchWhen(_) | K::BranchValue(_) | K::Split(_))
        );
        if needs && left == 0 {
            let why = "has no other arm; remove the tile instead".to_owned();
            return Err(Refusal::Arms { tile: tile.to_owned(), why });
        }
        Ok(())
    }

    /// What stands between the braces of a tile.
    fn strip_of(&self, arms: SyntaxNode<'_>) -> Option<Strip> {
        let open = arms.token(SyntaxKind::L_BRACE)?.range().end;
        let close = arms.token(SyntaxKind::R_BRACE)?.range().start;
        let nodes = arms.elements().filter_map(|it| it.node()).map(|node| node.range());
        let nodes: Vec<_> = nodes.filter(|range| range.start >= open).collect();
        Some(strip(self.parse.tree.text(), &self.sheet.comments, (open, close), &nodes))
    }

    /// How many arms stand before the thing of this index.
    fn arms_before(&self, statement: &Statement<'_>, index: usize) -> usize {
        let strip = arms_of(statement).and_then(|arms| self.strip_of(arms));
        let things = strip.map(|strip| strip.things).unwrap_or_default();
        things.iter().take(index).filter(|thing| thing.node.is_some()).count()
    }
}

/// What has the braces in which a tile's arms stand.
fn arms_of<'t>(statement: &Statement<'t>) -> Option<SyntaxNode<'t>> {
    use ast::TileKind as K;
    let kind = statement.tile.tile_kind()?;
    match kind {
        K::WaitArms(_) | K::BranchWhen(_) | K::BranchValue(_) | K::Split(_) | K::Webhook(_) => {
            Some(kind.syntax())
        }
        K::Send(it) => Some(it.send_arms()?.syntax()),
        K::Run(it) => Some(it.run_arms()?.syntax()),
        K::WaitUntil(it) => Some(it.late_block()?.syntax()),
        _ => None,
    }
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let rest = text.strip_prefix(word);
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || c == '{'))
}

/// The share of an arm of a split.
#[derive(Clone)]
struct Share {
    /// Where its number stands.
    range: TextRange,
    text: String,
}

impl Share {
    /// In thousandths of a percent.
    fn value(&self) -> u32 {
        let (whole, rest) = self.text.split_once('.').unwrap_or((&self.text, ""));
        let rest = format!("{rest:0<3}");
        let digits = |text: &str| text.replace('_', "").parse::<u32>().unwrap_or(0);
        digits(whole).saturating_mul(1_000).saturating_add(digits(rest.get(..3).unwrap_or("0")))
    }
}

fn written_share(value: u32) -> String {
    let (whole, rest) = (value / 1_000, value % 1_000);
    let digits = format!("{rest:03}");
    match digits.trim_end_matches('0') {
        "" => whole.to_string(),
        digits => format!("{whole}.{digits}"),
    }
}

/// The shares of a split; nothing for another tile.
fn shares_of(statement: &Statement<'_>) -> Option<Vec<Share>> {
    let Some(ast::TileKind::Split(split)) = statement.tile.tile_kind() else { return None };
    let number = |arm: ast::SplitArm<'_>| {
        let token = arm.percent()?.syntax().first_token()?;
        Some(Share { range: token.range(), text: token.text().to_owned() })
    };
    split.split_arms().map(number).collect()
}

/// The shares after the last arm has given half of its own to a new one.
fn halved(old: &[Share]) -> Vec<String> {
    let mut new: Vec<String> = old.iter().map(|share| share.text.clone()).collect();
    let last = old.last().map_or(0, Share::value);
    // Whole percents where there are any.
    let given = if last >= 2_000 { last / 2_000 * 1_000 } else { last / 2 };
    if let Some(share) = new.last_mut() {
        *share = written_share(last - given);
    }
    new.push(written_share(given));
    new
}

/// The shares of the others once an arm is gone: the one before it, or else behind it, gets its own.
fn inherited(old: &[Share], gone: usize) -> Vec<String> {
    let heir = if gone == 0 { 1 } else { gone - 1 };
    let share = old.get(gone).map_or(0, Share::value);
    let left = old.iter().enumerate().filter(|(number, _)| *number != gone);
    left.map(|(number, it)| match number == heir {
        true => written_share(it.value() + share),
        false => it.text.clone(),
    })
    .collect()
}

fn changed(old: &[Share], new: &[String]) -> Vec<Splice> {
    let pairs = old.iter().zip(new).filter(|(old, new)| old.text != **new);
    pairs.map(|(old, new)| Splice::new(old.range, new.as_str())).collect()
}
