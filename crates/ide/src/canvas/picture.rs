//! From the syntax of a journey to its picture.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use journey_base::{FileId, TextRange};
use journey_ir::graph::{self, Graph, Node, Overlay, PlacedEdge};
use journey_sema::{Workspace, thir};
use journey_syntax::AstNode;
use journey_syntax::texts::doc_text;
use serde::{Deserialize, Serialize};

use super::sheet::{Arm, Owner, Sheet, Statement, label};
use super::strip::Strip;
use super::titles;
use super::view::{
    Canvas, CanvasArm, CanvasEdge, CanvasTile, Capture, Direction, EdgeLabel, Entry, Place, Point,
    Problem, Sequence, TileKind,
};
use crate::diagnostics::diagnostics;
use crate::place::parsed;

/// How a picture is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Options {
    /// Keys of tiles whose arms are not drawn.
    pub collapsed: Vec<String>,
    /// Which way it runs.
    pub direction: Direction,
}

/// Lines that each tile has room for below its title and its detail: the figures of a run.
const SPARE_LINES: usize = 1;

/// The picture of a journey; nothing if there is none of this name in the file.
pub fn canvas(
    workspace: &Workspace,
    file: FileId,
    journey: &str,
    options: &Options,
) -> Option<Canvas> {
    let parse = parsed(workspace, file)?;
    let sheet = Sheet::of(&parse, journey)?;
    let checked = workspace.journey(journey).and_then(|it| Checked::of(&it, &sheet));
    let drawing = Drawing {
        sheet: &sheet,
        checked: checked.unwrap_or_default(),
        collapsed: options.collapsed.iter().map(String::as_str).collect(),
    };
    let graph = drawing.graph(journey);
    let overlay = drawing.details();
    let picture = graph::picture(&graph, &overlay, options.direction.into(), SPARE_LINES);
    let strips = Strips::of(&sheet);
    let mut tiles = Vec::new();
    for placed in picture.tiles {
        let Some(number) = sheet.find(&placed.id) else { continue };
        let Some(statement) = sheet.get(number) else { continue };
        let (Some(kind), Some(syntax)) = (statement.kind, statement.tile.tile_kind()) else {
            continue;
        };
        let (title, detail) = titles::title(syntax);
        tiles.push(CanvasTile {
            key: placed.id,
            labelled: label(statement.tile).is_some(),
            kind: TileKind::from(kind),
            title,
            lines: placed.lines,
            detail,
            doc: doc_text(statement.tile.syntax()).unwrap_or_default(),
            span: statement.tile.range(),
            frame: placed.frame,
            place: strips.place(&sheet, number),
            arms: drawing.arms(statement).map(|(_, arm)| drawing.canvas_arm(arm)).collect(),
            collapsed: drawing.is_collapsed(statement),
            reachable: drawing.reachable(&statement.key),
        });
    }
    Some(Canvas {
        journey: journey.to_owned(),
        title: graph.title,
        span: sheet.decl.range(),
        width: picture.width,
        height: picture.height,
        entry: Entry { text: graph.entry, frame: picture.entry },
        clauses: graph.clauses,
        tiles,
        edges: picture.edges.into_iter().map(|it| drawing.edge(&strips, it)).collect(),
        captures: captures(&sheet, &strips),
        problems: problems(workspace, file, &sheet),
        stale: sheet.broken,
    })
}

/// What the checker knows of a journey, by key.
#[derive(Default)]
pub(super) struct Checked {
    unreachable: BTreeSet<String>,
    /// How many ways lead out of each tile.
    ways: BTreeMap<String, usize>,
}

impl Checked {
    /// Nothing where the checked journey is another one than that of the sheet.
    pub(super) fn of(journey: &Arc<thir::Journey>, sheet: &Sheet<'_>) -> Option<Checked> {
        let graph = graph::graph(journey).ok()?;
        let mut found = Checked::default();
        let mut ids = Vec::new();
        graph.visit(&mut |node| {
            ids.push(node.id.clone());
            found.ways.insert(node.id.clone(), node.arms.len());
            if !node.reachable {
                found.unreachable.insert(node.id.clone());
            }
        });
        let tiles = sheet.statements.iter().filter(|it| it.kind.is_some());
        ids.iter().eq(tiles.map(|tile| &tile.key)).then_some(found)
    }

    /// How many ways lead out of a tile. The last one is none, if the others leave nothing over.
    pub(super) fn ways_of(&self, statement: &Statement<'_>) -> usize {
        let known = self.ways.get(&statement.key).copied();
        let covered = known.is_some_and(|known| known + 1 == statement.arms.len());
        statement.arms.len() - usize::from(covered)
    }
}

/// The strips of all sequences of a journey.
struct Strips(BTreeMap<Owner, Members>);

/// What stands in a sequence.
struct Members {
    strip: Strip,
    /// Which of its statements are tiles: what is captured is none.
    tiles: Vec<usize>,
}

impl Strips {
    fn of(sheet: &Sheet<'_>) -> Strips {
        let owners = sheet.statements.iter().enumerate().flat_map(|(number, statement)| {
            (0..statement.arms.len()).map(move |arm| Some((number, arm)))
        });
        let is_tile = |number: &usize| sheet.get(*number).is_some_and(|it| it.kind.is_some());
        let members = owners.chain([None]).filter_map(|owner| {
            let all = sheet.members(owner).iter().enumerate();
            let tiles = all.filter(|(_, number)| is_tile(number)).map(|(at, _)| at).collect();
            Some((owner, Members { strip: sheet.strip(owner)?, tiles }))
        });
        Strips(members.collect())
    }

    /// Where a statement stands.
    fn place(&self, sheet: &Sheet<'_>, number: usize) -> Place {
        let Some(statement) = sheet.get(number) else { return Place::default() };
        let strip = self.0.get(&statement.owner).map(|it| &it.strip);
        let index = strip.and_then(|strip| strip.position(statement.tile.range()));
        Place { sequence: sequence(sheet, statement.owner), index: index.unwrap_or(0) as u32 }
    }

    /// Where a tile goes that comes after `after` tiles of a sequence: right behind the last of them
    /// and what is captured there.
    fn behind(&self, sheet: &Sheet<'_>, owner: Owner, after: usize) -> Place {
        let (members, known) = (sheet.members(owner), self.0.get(&owner));
        // The statement that the new one stands before, and the last one before it.
        let next = known.and_then(|it| it.tiles.get(after)).copied();
        let before = next.unwrap_or(members.len()).checked_sub(1);
        let member = |at: Option<usize>| members.get(at?).copied();
        let index = match (member(before), member(next)) {
            (None, Some(next)) => self.place(sheet, next).index,
            // What is captured before the first tile stays before what is put there.
            (Some(_), Some(next)) if after == 0 => self.place(sheet, next).index,
            (Some(before), _) => self.place(sheet, before).index + 1,
            (None, None) => known.map_or(0, |it| it.strip.things.len() as u32),
        };
        Place { sequence: sequence(sheet, owner), index }
    }
}

pub(super) fn sequence(sheet: &Sheet<'_>, owner: Owner) -> Sequence {
    match owner {
        None => Sequence::default(),
        Some((number, arm)) => Sequence {
            tile: sheet.get(number).map(|statement| statement.key.clone()),
            arm: arm as u32,
        },
    }
}

struct Drawing<'s, 't> {
    sheet: &'s Sheet<'t>,
    checked: Checked,
    collapsed: BTreeSet<&'s str>,
}

impl<'s, 't> Drawing<'s, 't> {
    fn graph(&self, journey: &str) -> Graph {
        let (entry, clauses) = titles::header(self.sheet.decl);
        let title = self.sheet.decl.external_name().and_then(|name| name.text());
        let title = title.map(|text| text.source().trim_matches('"').to_owned());
        Graph {
            name: journey.to_owned(),
            title: title.unwrap_or_else(|| journey.to_owned()),
            entry,
            clauses,
            captures: Vec::new(),
            body: self.nodes(&self.sheet.body),
        }
    }

    fn nodes(&self, numbers: &[usize]) -> Vec<Node> {
        numbers.iter().filter_map(|it| self.node(self.sheet.get(*it)?)).collect()
    }

    fn node(&self, statement: &'s Statement<'t>) -> Option<Node> {
        let kind = statement.kind?;
        let (title, _) = titles::title(statement.tile.tile_kind()?);
        let arms = self.arms(statement).map(|(_, arm)| graph::Arm {
            label: arm.label.clone(),
            head: arm.label.clone(),
            is_block: arm.block.is_some(),
            body: self.nodes(&arm.body),
        });
        let mut node = Node {
            id: statement.key.clone(),
            labelled: label(statement.tile).is_some(),
            kind,
            title,
            doc: String::new(),
            fields: Vec::new(),
            range: statement.tile.range(),
            reachable: self.reachable(&statement.key),
            arms: arms.collect(),
        };
        if self.is_collapsed(statement) {
            // Drawn as one: with a way on if any of what is in it leads on.
            let on = graph::falls_through(std::slice::from_ref(&node));
            let next = |_| graph::Arm {
                label: "next".to_owned(),
                head: "next".to_owned(),
                is_block: false,
                body: Vec::new(),
            };
            node.arms = on.then_some(()).into_iter().map(next).collect();
        }
        Some(node)
    }

    fn is_collapsed(&self, statement: &Statement<'_>) -> bool {
        self.collapsed.contains(statement.key.as_str())
            && statement.arms.iter().any(|arm| arm.block.is_some())
    }

    fn reachable(&self, key: &str) -> bool {
        !self.checked.unreachable.contains(key)
    }

    /// The ways out of a tile that are there. The last one is not, if the others leave nothing over.
    fn arms(&self, statement: &'s Statement<'t>) -> impl Iterator<Item = (usize, &'s Arm<'t>)> {
        statement.arms.iter().enumerate().take(self.checked.ways_of(statement))
    }

    fn canvas_arm(&self, arm: &Arm<'_>) -> CanvasArm {
        let tiles = arm.body.iter().filter_map(|it| self.sheet.get(*it));
        let tiles = tiles.filter(|tile| tile.kind.is_some());
        CanvasArm {
            label: arm.label.clone(),
            span: arm.node.map(|node| node.range()),
            block: arm.block.is_some() || arm.head.is_some(),
            tiles: tiles.map(|tile| tile.key.clone()).collect(),
        }
    }

    /// What every tile says below its title, so that there is room for it.
    fn details(&self) -> Overlay {
        let detail = |statement: &Statement<'_>| {
            let (_, detail) = titles::title(statement.tile.tile_kind()?);
            Some((statement.key.clone(), detail))
        };
        let figures = self.sheet.statements.iter().filter_map(detail).collect();
        Overlay { figures, ..Overlay::default() }
    }

    fn edge(&self, strips: &Strips, edge: PlacedEdge) -> CanvasEdge {
        let owner = edge.sequence.and_then(|(key, arm)| Some((self.sheet.find(&key)?, arm)));
        let arm = owner.and_then(|owner| self.sheet.arm(owner));
        let place = match (owner, arm) {
            (Some(owner), Some(Arm { block: None, head: Some(_), .. })) => {
                Place { sequence: sequence(self.sheet, Some(owner)), index: 0 }
            }
            // Nothing can stand on this way alone: what is put there is behind the tile.
            (Some((number, _)), Some(Arm { block: None, .. })) => {
                let mut place = strips.place(self.sheet, number);
                place.index += 1;
                place
            }
            _ => strips.behind(self.sheet, owner, edge.index),
        };
        CanvasEdge {
            place,
            points: edge.points.into_iter().map(|(x, y)| Point { x, y }).collect(),
            label: edge.label.map(|label| EdgeLabel {
                text: label.text,
                lines: label.lines,
                frame: label.frame,
            }),
            again: edge.again,
        }
    }
}

fn captures(sheet: &Sheet<'_>, strips: &Strips) -> Vec<Capture> {
    let capture = |(number, statement): (usize, &Statement<'_>)| {
        let kind = statement.tile.tile_kind().filter(|_| statement.kind.is_none())?;
        let (name, value) = titles::title(kind);
        Some(Capture {
            key: statement.key.clone(),
            name,
            value,
            span: statement.tile.range(),
            place: strips.place(sheet, number),
        })
    };
    sheet.statements.iter().enumerate().filter_map(capture).collect()
}

/// The findings within a journey, each with the tile it is about.
fn problems(workspace: &Workspace, file: FileId, sheet: &Sheet<'_>) -> Vec<Problem> {
    let range = sheet.decl.range();
    let within = |place: TextRange| range.start <= place.start && place.start <= range.end;
    let found = diagnostics(workspace, file).into_iter().filter(|it| within(it.primary.range));
    let problem = |it: journey_base::Diagnostic| {
        let tile = sheet.at(it.primary.range.start).and_then(|number| sheet.get(number));
        let tile = tile.filter(|tile| tile.kind.is_some());
        Problem {
            tile: tile.map(|tile| tile.key.clone()),
            severity: it.severity,
            code: it.code.to_string(),
            message: it.message,
            span: it.primary.range,
        }
    };
    found.map(problem).collect()
}
