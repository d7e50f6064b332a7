//! Both versions as one picture: the new one, with what is gone in its old place.

use super::Status;
use super::align::{Matching, align};
use super::tiles;
use crate::graph::{GONE, Graph, Mark, Node, Overlay};

/// The two versions drawn as one, and what sets off the tiles that differ.
pub fn picture(old: &Graph, new: &Graph) -> (Graph, Overlay) {
    let matching = align(old, new);
    let mut overlay = Overlay::default();
    for change in tiles::changes(&matching) {
        let mark = match change.status {
            Status::Added => Mark::Added,
            Status::Changed | Status::Moved => Mark::Changed,
            Status::Removed => continue,
        };
        overlay.marks.insert(change.id, mark);
    }
    let mut painter = Painter { matching: &matching, overlay };
    let body = painter.sequence(&old.body, &new.body);
    (Graph { body, ..new.clone() }, painter.overlay)
}

struct Painter<'m, 'g> {
    matching: &'m Matching<'g>,
    overlay: Overlay,
}

impl<'g> Painter<'_, 'g> {
    /// The new sequence with the tiles of the old one that are gone, each behind the tile that it
    /// stood behind.
    fn sequence(&mut self, old: &[Node], new: &[Node]) -> Vec<Node> {
        let mut waiting: Vec<(Option<&str>, Node)> = Vec::new();
        let mut behind = None;
        for node in old {
            match self.new_id(node) {
                Some(id) => behind = Some(id),
                None => waiting.push((behind, self.gone(node))),
            }
        }
        let here = |id: Option<&str>| id.is_none_or(|id| new.iter().all(|node| node.id != id));
        // Those whose neighbour went elsewhere stand at the top.
        let mut drawn: Vec<Node> = Vec::new();
        let (first, rest): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(behind, _)| here(*behind));
        drawn.extend(first.into_iter().map(|(_, node)| node));
        for node in new {
            drawn.push(self.kept(node));
            let follow = rest.iter().filter(|(behind, _)| *behind == Some(node.id.as_str()));
            drawn.extend(follow.map(|(_, node)| node.clone()));
        }
        drawn
    }

    /// The id in the new version of a tile of the old one.
    fn new_id(&self, node: &Node) -> Option<&'g str> {
        let number = self.matching.old.iter().position(|placed| std::ptr::eq(placed.node, node))?;
        let to = self.matching.forward.get(number).copied().flatten()?;
        self.matching.new.get(to).map(|placed| placed.node.id.as_str())
    }

    /// A tile of the new version, with what is gone from its arms.
    fn kept(&mut self, node: &Node) -> Node {
        let number = self.matching.new.iter().position(|placed| std::ptr::eq(placed.node, node));
        let old = number.and_then(|number| {
            let old = self.matching.back.get(number).copied().flatten()?;
            Some((old, self.matching.old.get(old)?.node))
        });
        let mut drawn = node.clone();
        for (to, arm) in drawn.arms.iter_mut().enumerate() {
            let before = old.and_then(|(number, before)| {
                let mut pairs = self.matching.arms.range((number, 0)..(number + 1, 0));
                let from = pairs.find(|(_, arm)| **arm == to).map(|((_, from), _)| *from)?;
                before.arms.get(from)
            });
            if before.is_none() && old.is_some() && arm.is_block {
                self.overlay.arm_marks.insert((node.id.clone(), to), Mark::Added);
            }
            let new = node.arms.get(to).map_or(&[][..], |arm| arm.body.as_slice());
            arm.body = self.sequence(before.map_or(&[][..], |arm| arm.body.as_slice()), new);
        }
        // Arms that are gone hang behind those that are there.
        if let Some((number, before)) = old {
            for (from, arm) in before.arms.iter().enumerate().filter(|(_, arm)| arm.is_block) {
                if !self.matching.arms.contains_key(&(number, from)) {
                    let mut hung = arm.clone();
                    hung.body = self.sequence(&arm.body, &[]);
                    let edge = drawn.arms.len();
                    self.overlay.arm_marks.insert((node.id.clone(), edge), Mark::Removed);
                    drawn.arms.push(hung);
                }
            }
        }
        drawn
    }

    /// A tile that is gone, with what is gone with it.
    fn gone(&mut self, node: &Node) -> Node {
        let mut drawn = node.clone();
        // The new version may have a tile of this id, too; ids of source have no blank in them.
        drawn.id = format!("{}{GONE}", node.id);
        self.overlay.marks.insert(drawn.id.clone(), Mark::Removed);
        for (arm, before) in drawn.arms.iter_mut().zip(&node.arms) {
            arm.body = self.sequence(&before.body, &[]);
        }
        drawn
    }
}
