//! What is drawn upon a picture: figures, shares, and what changed.

use std::collections::BTreeMap;

use super::Graph;
use super::write::thousands;

/// What a picture shows beside the journey itself. Tiles are named by id, edges by the id of the
/// tile they leave and their number there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    /// A line of figures in each tile. Where there is any, every tile has room for one.
    pub figures: BTreeMap<String, String>,
    /// What stands behind the label of an edge.
    pub shares: BTreeMap<(String, usize), String>,
    /// How tiles are set off.
    pub marks: BTreeMap<String, Mark>,
    /// How edges are set off.
    pub arm_marks: BTreeMap<(String, usize), Mark>,
}

/// Why a tile or an edge is set off from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is new.
    Added,
    /// It says something else than before.
    Changed,
    /// It is gone.
    Removed,
    /// No test came here.
    Missed,
}

impl Mark {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Mark::Added => "added",
            Mark::Changed => "changed",
            Mark::Removed => "removed",
            Mark::Missed => "missed",
        }
    }
}

/// How many members each tile has seen.
pub type Stats = BTreeMap<String, Count>;

/// What is counted at a tile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Count {
    /// Members that arrived, ever.
    pub entered: u64,
    /// Members that are there now.
    pub inside: u64,
    /// Members that left by each edge, in the order of the edges; empty where that is not known.
    pub edges: Vec<u64>,
}

impl Overlay {
    /// The counts of a run as figures and shares. A tile without counts has seen nobody.
    pub fn of_counts(graph: &Graph, stats: &Stats) -> Overlay {
        let mut overlay = Overlay::default();
        let nothing = Count::default();
        graph.visit(&mut |node| {
            let count = stats.get(&node.id).unwrap_or(&nothing);
            let inside = match count.inside {
                0 => String::new(),
                inside => format!(" · {} inside", thousands(inside)),
            };
            let line = format!("{} entered{inside}", thousands(count.entered));
            overlay.figures.insert(node.id.clone(), line);
            let passed: u64 = count.edges.iter().sum();
            if node.arms.len() < 2 || passed == 0 {
                return;
            }
            for (number, taken) in count.edges.iter().enumerate() {
                let share = format!("{} · {}", thousands(*taken), percent(*taken, passed));
                overlay.shares.insert((node.id.clone(), number), share);
            }
        });
        overlay
    }

    /// What stands behind the label of an edge.
    pub(super) fn share(&self, tile: &str, edge: usize) -> Option<&str> {
        // Asked for every arm, and nearly always there is nothing to look up.
        if self.shares.is_empty() {
            return None;
        }
        self.shares.get(&(tile.to_owned(), edge)).map(String::as_str)
    }

    /// How an edge is set off.
    pub(super) fn arm_mark(&self, tile: &str, edge: usize) -> Option<Mark> {
        if self.arm_marks.is_empty() {
            return None;
        }
        self.arm_marks.get(&(tile.to_owned(), edge)).copied()
    }
}

/// A share in whole percent; what is neither nothing nor all is not shown as such.
fn percent(part: u64, whole: u64) -> String {
    let percent = (part as f64 * 100.0 / whole as f64).round();
    match percent {
        p if p < 1.0 && part > 0 => "<1 %".to_owned(),
        p if p > 99.0 && part < whole => ">99 %".to_owned(),
        p => format!("{p} %"),
    }
}
