//! The pieces that the picture is drawn with, as SVG.

use std::fmt::Write;

use journey_bytecode::TileKind as Kind;

use super::layout::{Label, Placed, head, inset, size};
use super::measure::fit;
use super::write::escape_xml;
use super::{Mark, Node};

/// Colours of a kind of tile: of its edge and head line, and of its ground.
pub(super) fn colours(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Wait => ("#3b62b0", "#eef3fc"),
        Kind::Branch => ("#9a6700", "#fdf6e3"),
        Kind::Split => ("#7a45b8", "#f6f0fd"),
        Kind::Send => ("#1f7a45", "#ecf8f0"),
        Kind::Webhook => ("#5b6b1f", "#f5f8e6"),
        Kind::Update => ("#0b7285", "#e9f7fa"),
        Kind::Run | Kind::Enter => ("#4d5566", "#f1f3f6"),
        Kind::Repeat => ("#8a4b08", "#fbf2e9"),
        Kind::Exit => ("#a8323e", "#fcf0f1"),
    }
}

/// The colour that sets off a mark.
pub(super) fn mark_colour(mark: Mark) -> &'static str {
    match mark {
        Mark::Added => "#1a7f37",
        Mark::Changed => "#bf8700",
        Mark::Removed | Mark::Missed => "#cf222e",
    }
}

/// Collects SVG elements. Writing into a string cannot fail.
#[derive(Default)]
pub(super) struct Canvas {
    pub(super) out: String,
}

impl Canvas {
    pub(super) fn put(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = self.out.write_fmt(text);
        self.out.push('\n');
    }

    /// A tile with its top edge at `y`, centred on `x`.
    pub(super) fn tile(
        &mut self,
        tile: &Placed<'_>,
        x: i32,
        y: i32,
        figures: Option<&str>,
        mark: Option<Mark>,
    ) {
        let Placed { node, width, height, .. } = *tile;
        let (edge, ground) = colours(node.kind);
        let left = x - width / 2;
        let dashes = if node.reachable { "" } else { " stroke-dasharray=\"4 3\" opacity=\"0.6\"" };
        let radius = if node.kind == Kind::Exit { height / 2 } else { 8 };
        self.put(format_args!("<g data-tile=\"{}\">", escape_xml(&node.id)));
        self.put(format_args!("<title>{}</title>", escape_xml(&tooltip(node, mark))));
        if let Some(mark) = mark {
            self.halo(mark, (left, y), (width, height), radius);
        }
        self.put(format_args!(
            "<rect x=\"{left}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" \
             fill=\"{ground}\" stroke=\"{edge}\" stroke-width=\"1.5\"{dashes}/>"
        ));
        let room = width - 2 * inset(node);
        let mut base = y + size::LINE;
        self.text(x, base, ("h", edge), &fit(&head(node, mark), size::SMALL, room));
        for line in &tile.title {
            base += size::LINE;
            self.text(x, base, ("t", "#1c1e21"), line);
        }
        if let Some(figures) = figures {
            base += size::LINE;
            self.text(x, base, ("h", "#57606a"), &fit(figures, size::SMALL, room));
        }
        self.put(format_args!("</g>"));
    }

    /// A ring around a tile, dashed where the tile is gone or was missed.
    fn halo(&mut self, mark: Mark, (x, y): (i32, i32), (width, height): (i32, i32), radius: i32) {
        let colour = mark_colour(mark);
        let dashes = match mark {
            Mark::Added | Mark::Changed => "",
            Mark::Removed | Mark::Missed => " stroke-dasharray=\"6 4\"",
        };
        self.put(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"none\" \
             stroke=\"{colour}\" stroke-width=\"3\"{dashes}/>",
            x - 4,
            y - 4,
            width + 8,
            height + 8,
            radius + 4
        ));
    }

    /// A line of text centred on `x`, its baseline at `y`.
    pub(super) fn text(&mut self, x: i32, y: i32, (class, fill): (&str, &str), text: &str) {
        let text = escape_xml(text);
        self.put(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" fill=\"{fill}\">{text}</text>"
        ));
    }

    /// What stands at an edge: a pill centred on `x`.
    pub(super) fn label(&mut self, label: &Label<'_>, x: i32, y: i32) {
        let Label { whole, width, height, mark, .. } = *label;
        let left = x - width / 2;
        let edge = mark.map_or("#c9ced6", mark_colour);
        let pen = if mark.is_some() { "2.5" } else { "1" };
        self.put(format_args!("<g><title>{}</title>", escape_xml(whole)));
        self.put(format_args!(
            "<rect x=\"{left}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"10\" \
             fill=\"#f3f4f6\" stroke=\"{edge}\" stroke-width=\"{pen}\"/>"
        ));
        let mut base = y + size::LABEL_LINE;
        for line in &label.lines {
            self.text(x, base, ("h", "#3d444d"), line);
            base += size::LABEL_LINE;
        }
        self.put(format_args!("</g>"));
    }

    /// A straight line down, with an arrow at its end where it leads into something.
    pub(super) fn down(&mut self, x: i32, from: i32, to: i32, arrow: bool) {
        if to > from {
            let end = if arrow { " marker-end=\"url(#a)\"" } else { "" };
            self.put(format_args!("<path class=\"l\" d=\"M{x} {from}V{to}\"{end}/>"));
        }
    }

    /// A line that runs from (`x`, `y`) sideways to the spine of a lane and turns down there.
    pub(super) fn turn_down(&mut self, x: i32, y: i32, lane: i32, to: i32) {
        let (side, before) = side(x, lane);
        self.put(format_args!(
            "<path class=\"l\" d=\"M{x} {y}H{before}q{side} 0 {side} 8V{to}\"/>"
        ));
    }

    /// A line that comes down a lane, turns sideways to the spine at `x`, and down again there.
    pub(super) fn turn_in(&mut self, lane: i32, from: i32, x: i32, to: i32) {
        let (side, before) = side(lane, x);
        let (turn, bar) = (to - 16, to - 8);
        self.put(format_args!(
            "<path class=\"l\" d=\"M{lane} {from}V{turn}Q{lane} {bar} {} {bar}H{before}q{side} 0 {side} 8\"/>",
            lane + side
        ));
    }
}

/// Which way it is from `x` to `lane`, as the eight pixels of a corner, and where that corner
/// begins.
fn side(x: i32, lane: i32) -> (i32, i32) {
    let side = if lane < x { -8 } else { 8 };
    (side, lane - side)
}

/// What a tile says when it is pointed at.
fn tooltip(node: &Node, mark: Option<Mark>) -> String {
    let mut text = format!("{}: {}", node.id, node.title);
    if let Some(mark) = mark {
        text = format!("{text} ({})", mark.word());
    }
    if !node.doc.is_empty() {
        text = format!("{text}\n{}", node.doc);
    }
    text
}
