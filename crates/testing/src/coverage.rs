//! Which tiles and arms the tests of a workspace reach.

use std::collections::BTreeMap;

use journey_bytecode::Program;
use journey_ir::LowerError;
use journey_ir::graph::{Graph, Mark, Node, Overlay, graph};
use journey_sema::Checked;
use journey_vm::Effect;
use serde::Serialize;

/// How many times each tile and each arm was reached, over all tests.
#[derive(Debug, Default)]
pub struct Coverage {
    tiles: BTreeMap<(String, String), Reached>,
}

#[derive(Debug, Default)]
struct Reached {
    arrived: u64,
    /// By number of the edge.
    left: BTreeMap<usize, u64>,
}

/// The coverage of one journey.
#[derive(Debug, Serialize)]
pub struct JourneyCoverage {
    /// Its name.
    pub journey: String,
    /// Tiles there are, and reached ones.
    pub tiles: Share,
    /// Arms there are, and taken ones. A tile that can be left by one edge only has none.
    pub arms: Share,
    /// Every tile that can be reached at all, in source order.
    pub items: Vec<Item>,
}

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// The whole.
    pub found: usize,
    /// The part.
    pub hit: usize,
}

/// A tile and how often it was reached.
#[derive(Debug, Serialize)]
pub struct Item {
    /// Its id.
    pub tile: String,
    /// One line of what it says.
    pub title: String,
    /// How many times a member arrived.
    pub hits: u64,
    /// Its arms in source order.
    pub arms: Vec<ArmItem>,
}

/// An arm and how often it was taken.
#[derive(Debug, Serialize)]
pub struct ArmItem {
    /// Its label.
    pub arm: String,
    /// How many times a member left by it.
    pub hits: u64,
}

impl Coverage {
    /// Notes what an effect says about tiles.
    pub fn record(&mut self, program: &Program, effect: &Effect<'_>) {
        let (journey, tile, edge) = match effect {
            Effect::Arrived { journey, tile, .. } => (*journey, *tile, None),
            Effect::Left { journey, tile, edge, .. } => (*journey, *tile, Some(*edge)),
            _ => return,
        };
        let Some(journey) = program.journeys.get(usize::from(journey)) else { return };
        let Some(tile) = journey.tiles.get(usize::from(tile)) else { return };
        let reached = self.tiles.entry((journey.name.clone(), tile.id.clone())).or_default();
        match edge {
            None => reached.arrived += 1,
            Some(edge) => *reached.left.entry(usize::from(edge)).or_default() += 1,
        }
    }

    fn of<'c>(&'c self, journey: &str, tile: &str) -> Option<&'c Reached> {
        self.tiles.get(&(journey.to_owned(), tile.to_owned()))
    }

    /// The coverage of every journey of a workspace, by name.
    pub fn journeys(&self, checked: &Checked) -> Result<Vec<JourneyCoverage>, LowerError> {
        checked.journeys.iter().map(|journey| Ok(self.journey(&graph(journey)?))).collect()
    }

    fn journey(&self, graph: &Graph) -> JourneyCoverage {
        let mut covered = JourneyCoverage {
            journey: graph.name.clone(),
            tiles: Share::default(),
            arms: Share::default(),
            items: Vec::new(),
        };
        graph.visit(&mut |node| {
            // What nothing can reach is a finding of its own.
            if node.reachable {
                covered.add(self.item(&graph.name, node));
            }
        });
        covered
    }

    fn item(&self, journey: &str, node: &Node) -> Item {
        let reached = self.of(journey, &node.id);
        let taken = |edge: usize| reached.and_then(|it| it.left.get(&edge)).copied().unwrap_or(0);
        let choice = node.arms.len() > 1;
        let arms = node.arms.iter().enumerate().filter(|_| choice);
        Item {
            tile: node.id.clone(),
            title: node.title.clone(),
            hits: reached.map_or(0, |it| it.arrived),
            arms: arms
                .map(|(edge, arm)| ArmItem { arm: arm.label.clone(), hits: taken(edge) })
                .collect(),
        }
    }

    /// The picture of each journey with what was missed set off.
    pub fn pictures(&self, checked: &Checked) -> Result<Vec<(Graph, Overlay)>, LowerError> {
        let pictures = checked.journeys.iter().map(|journey| {
            let graph = graph(journey)?;
            let mut overlay = Overlay::default();
            graph.visit(&mut |node| {
                let item = self.item(&graph.name, node);
                overlay.figures.insert(node.id.clone(), format!("{} times", item.hits));
                if item.hits == 0 && node.reachable {
                    overlay.marks.insert(node.id.clone(), Mark::Missed);
                }
                for (edge, arm) in item.arms.iter().enumerate() {
                    if arm.hits == 0 {
                        overlay.arm_marks.insert((node.id.clone(), edge), Mark::Missed);
                    }
                }
            });
            Ok((graph, overlay))
        });
        pictures.collect()
    }
}

impl JourneyCoverage {
    fn add(&mut self, item: Item) {
        self.tiles.found += 1;
        self.tiles.hit += usize::from(item.hits > 0);
        self.arms.found += item.arms.len();
        self.arms.hit += item.arms.iter().filter(|arm| arm.hits > 0).count();
        self.items.push(item);
    }
}
