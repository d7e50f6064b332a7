//! Which tile of the old version became which tile of the new one.
//!
//! A label is a tile's identity, wherever the tile stands. Tiles without one are matched among the
//! siblings of a pair: the longest common run of tiles that say the same or nearly the same, in
//! order. What is left over and says exactly the same elsewhere has moved.

use std::collections::BTreeMap;

use journey_bytecode::TileKind as Kind;

use crate::graph::{Arm, Graph, Node};

/// Longer runs of siblings are not compared each with each.
const MAX_CELLS: usize = 4_000_000;

/// A tile with its place in the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'g> {
    pub(super) node: &'g Node,
    /// The tile it stands in, and in which of its arms.
    pub(super) parent: Option<(usize, usize)>,
}

/// Both versions flattened in source order, and what became of each tile.
#[derive(Debug)]
pub(super) struct Matching<'g> {
    pub(super) old: Vec<Placed<'g>>,
    pub(super) new: Vec<Placed<'g>>,
    /// The new tile of each old one.
    pub(super) forward: Vec<Option<usize>>,
    /// The old tile of each new one.
    pub(super) back: Vec<Option<usize>>,
    /// The arm of the new tile that each arm of an old one became.
    pub(super) arms: BTreeMap<(usize, usize), usize>,
    /// Whether a new tile kept its place among its siblings.
    in_order: Vec<bool>,
}

/// Matches two versions.
pub(super) fn align<'g>(old: &'g Graph, new: &'g Graph) -> Matching<'g> {
    let (old, new) = (flatten(&old.body), flatten(&new.body));
    let (forward, back) = (vec![None; old.len()], vec![None; new.len()]);
    let in_order = vec![false; new.len()];
    let mut matching = Matching { old, new, forward, back, arms: BTreeMap::new(), in_order };
    matching.labels();
    matching.siblings(None, None);
    let mut next = 0;
    // Parents stand before their children, so every pair comes up after that of its parents, but
    // for those that a label has carried elsewhere; going on until nothing is new sees to those.
    while next < matching.old.len() {
        if let Some(to) = matching.forward.get(next).copied().flatten() {
            matching.pair_arms(next, to);
        }
        next += 1;
    }
    matching.moved();
    matching
}

fn flatten(body: &[Node]) -> Vec<Placed<'_>> {
    fn add<'g>(nodes: &'g [Node], parent: Option<(usize, usize)>, flat: &mut Vec<Placed<'g>>) {
        for node in nodes {
            let number = flat.len();
            flat.push(Placed { node, parent });
            for (arm, inner) in node.arms.iter().enumerate() {
                add(&inner.body, Some((number, arm)), flat);
            }
        }
    }
    let mut flat = Vec::new();
    add(body, None, &mut flat);
    flat
}

impl<'g> Matching<'g> {
    fn node(side: &[Placed<'g>], number: usize) -> Option<&'g Node> {
        side.get(number).map(|placed| placed.node)
    }

    fn pair(&mut self, old: usize, new: usize) {
        if let (Some(forward), Some(back)) = (self.forward.get_mut(old), self.back.get_mut(new)) {
            *forward = Some(new);
            *back = Some(old);
        }
    }

    /// Pairs tiles of the same label.
    fn labels(&mut self) {
        let labelled = |side: &[Placed<'g>]| -> BTreeMap<&'g str, usize> {
            let all = side.iter().enumerate().filter(|(_, placed)| placed.node.labelled);
            all.map(|(number, placed)| (placed.node.id.as_str(), number)).collect()
        };
        let (old, new) = (labelled(&self.old), labelled(&self.new));
        for (label, number) in old {
            if let Some(other) = new.get(label) {
                self.pair(number, *other);
            }
        }
    }

    /// The tiles that stand in an arm, or at the top.
    fn children(side: &[Placed<'g>], parent: Option<(usize, usize)>) -> Vec<usize> {
        let from = parent.map_or(0, |(tile, _)| tile + 1);
        let inside = (from..side.len()).take_while(|number| {
            // The descendants of a tile follow it without a gap.
            let Some(parent) = parent else { return true };
            let mut up = side.get(*number).and_then(|placed| placed.parent);
            while let Some((tile, _)) = up {
                if tile <= parent.0 {
                    return tile == parent.0;
                }
                up = side.get(tile).and_then(|placed| placed.parent);
            }
            false
        });
        inside.filter(|number| side.get(*number).is_some_and(|it| it.parent == parent)).collect()
    }

    /// Pairs the siblings of two arms, or of the two top levels.
    fn siblings(&mut self, old: Option<(usize, usize)>, new: Option<(usize, usize)>) {
        let (olds, news) = (Self::children(&self.old, old), Self::children(&self.new, new));
        for (old, new) in self.longest(&olds, &news) {
            self.pair(old, new);
            if let Some(in_order) = self.in_order.get_mut(new) {
                *in_order = true;
            }
        }
    }

    /// The best way to pair two runs of siblings in order.
    fn longest(&self, olds: &[usize], news: &[usize]) -> Vec<(usize, usize)> {
        let same = |(old, new): &(&usize, &usize)| self.score(**old, **new) >= SAME;
        let head = olds.iter().zip(news).take_while(same).count();
        let (olds_left, news_left) =
            (olds.get(head..).unwrap_or_default(), news.get(head..).unwrap_or_default());
        let tail = olds_left.iter().rev().zip(news_left.iter().rev()).take_while(same).count();
        let middle_old = olds_left.get(..olds_left.len() - tail).unwrap_or_default();
        let middle_new = news_left.get(..news_left.len() - tail).unwrap_or_default();
        let mut pairs: Vec<_> = olds.iter().copied().zip(news.iter().copied()).take(head).collect();
        pairs.extend(self.table(middle_old, middle_new));
        let tails = olds_left.iter().rev().copied().zip(news_left.iter().rev().copied());
        pairs.extend(tails.take(tail));
        pairs
    }

    /// The pairs of highest total score, in order, by dynamic programming.
    fn table(&self, olds: &[usize], news: &[usize]) -> Vec<(usize, usize)> {
        let width = news.len() + 1;
        if olds.is_empty() || news.is_empty() || olds.len().saturating_mul(width) > MAX_CELLS {
            return Vec::new();
        }
        // `best[i * width + j]`: the best score of what is left from `i` and `j` on.
        let mut best = vec![0_u32; (olds.len() + 1) * width];
        let at = |best: &[u32], i: usize, j: usize| best.get(i * width + j).copied().unwrap_or(0);
        for (i, old) in olds.iter().enumerate().rev() {
            for (j, new) in news.iter().enumerate().rev() {
                let score = self.score(*old, *new);
                let taken = if score == 0 { 0 } else { score + at(&best, i + 1, j + 1) };
                let value = taken.max(at(&best, i + 1, j)).max(at(&best, i, j + 1));
                if let Some(cell) = best.get_mut(i * width + j) {
                    *cell = value;
                }
            }
        }
        let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
        while let (Some(old), Some(new)) = (olds.get(i), news.get(j)) {
            let score = self.score(*old, *new);
            if score > 0 && at(&best, i, j) == score + at(&best, i + 1, j + 1) {
                pairs.push((*old, *new));
                (i, j) = (i + 1, j + 1);
            } else if at(&best, i, j) == at(&best, i + 1, j) {
                i += 1;
            } else {
                j += 1;
            }
        }
        pairs
    }

    /// How well two tiles fit each other; 0 if they are not the same tile at all.
    fn score(&self, old: usize, new: usize) -> u32 {
        let matched = self.forward.get(old).copied().flatten();
        match (matched, self.back.get(new).copied().flatten()) {
            (Some(to), _) if to == new => return LABEL,
            (None, None) => {}
            _ => return 0,
        }
        let (Some(a), Some(b)) = (Self::node(&self.old, old), Self::node(&self.new, new)) else {
            return 0;
        };
        if a.kind != b.kind {
            return 0;
        }
        // Two labels that are not the same are two tiles, unless they say the same: then it was
        // given another label.
        let renamed = a.labelled && b.labelled;
        if says_the_same(a, b) {
            return if renamed { SAME - 1 } else { SAME };
        }
        if renamed || !alike(a, b) { 0 } else { ALIKE }
    }

    /// Pairs the arms of two tiles, and the tiles in them.
    fn pair_arms(&mut self, old: usize, new: usize) {
        let (Some(a), Some(b)) = (Self::node(&self.old, old), Self::node(&self.new, new)) else {
            return;
        };
        for (from, to) in arms(&a.arms, &b.arms) {
            self.arms.insert((old, from), to);
            self.siblings(Some((old, from)), Some((new, to)));
        }
    }

    /// Pairs what is left over with what says exactly the same elsewhere.
    fn moved(&mut self) {
        let mut left: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, placed) in self.new.iter().enumerate() {
            if self.back.get(number).copied().flatten().is_none() {
                left.entry(signature(placed.node)).or_default().push(number);
            }
        }
        for number in 0..self.old.len() {
            if self.forward.get(number).copied().flatten().is_some() {
                continue;
            }
            let Some(node) = Self::node(&self.old, number) else { continue };
            let found = left.get_mut(&signature(node)).filter(|found| !found.is_empty());
            if let Some(found) = found {
                let to = found.remove(0);
                self.pair(number, to);
                self.pair_arms(number, to);
            }
        }
    }

    /// Whether a tile of the new version stands elsewhere than before.
    pub(super) fn has_moved(&self, new: usize) -> bool {
        let Some(old) = self.back.get(new).copied().flatten() else { return false };
        let before = self.old.get(old).and_then(|placed| placed.parent);
        let after = self.new.get(new).and_then(|placed| placed.parent);
        let expected = before.map(|(tile, arm)| {
            let to = self.forward.get(tile).copied().flatten();
            to.zip(self.arms.get(&(tile, arm)).copied())
        });
        let same_parent = match expected {
            None => after.is_none(),
            // What it stood in is gone: then it was not it that moved.
            Some(None) => return false,
            Some(place) => place == after,
        };
        !same_parent || !self.in_order.get(new).copied().unwrap_or(false)
    }
}

/// The same label.
const LABEL: u32 = 1_000;
/// The same words.
const SAME: u32 = 100;
/// The same kind with something in common.
const ALIKE: u32 = 10;

fn says_the_same(a: &Node, b: &Node) -> bool {
    a.kind == b.kind
        && a.fields == b.fields
        && a.arms.len() == b.arms.len()
        && a.arms.iter().zip(&b.arms).all(|(a, b)| a.head == b.head)
}

/// Whether one may be what the other has become.
fn alike(a: &Node, b: &Node) -> bool {
    let shared = a.fields.iter().any(|field| b.fields.contains(field));
    let first = |node: &Node| node.fields.first().map(|field| field.name.clone());
    let heads = a.arms.iter().any(|arm| b.arms.iter().any(|other| other.head == arm.head));
    match a.kind {
        // Another outcome is another exit.
        Kind::Exit => false,
        // `wait 3d` and `wait 5d` have nothing in common but what they are.
        Kind::Wait => shared || first(a) == first(b),
        _ => shared || (heads && a.arms.len() > 1),
    }
}

/// What a tile says, with all that stands in it.
fn signature(node: &Node) -> String {
    let arms = node.arms.iter().map(|arm| {
        let body: Vec<String> = arm.body.iter().map(signature).collect();
        format!("{}{{{}}}", arm.head, body.join(";"))
    });
    let fields = node.fields.iter().map(|field| format!("{}={}", field.name, field.value));
    let parts: Vec<String> = fields.chain(arms).collect();
    format!("{:?}({})", node.kind, parts.join(","))
}

/// Pairs of arms: those that say the same, then those with the same label, then in order.
fn arms(old: &[Arm], new: &[Arm]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let fits: [fn(&Arm, &Arm) -> bool; 4] = [
        |a, b| a.head == b.head,
        |a, b| a.label == b.label,
        // `50% a` and `80% a`: the last word is the name.
        |a, b| a.head.rsplit(' ').next() == b.head.rsplit(' ').next(),
        |a, b| a.is_block == b.is_block,
    ];
    for fits in fits {
        for (from, a) in old.iter().enumerate() {
            if pairs.iter().any(|(taken, _)| *taken == from) {
                continue;
            }
            let free = new.iter().enumerate().filter(|(to, _)| pairs.iter().all(|it| it.1 != *to));
            let found = free.into_iter().find(|(_, b)| fits(a, b)).map(|(to, _)| to);
            pairs.extend(found.map(|to| (from, to)));
        }
    }
    pairs.sort_unstable();
    pairs
}
