//! The picture of a journey as SVG.

use super::layout::{Column, Direction, Lane, Placed, Plan, layout, size};
use super::measure::{fit, width};
use super::shapes::Canvas;
use super::walk::{Pen, Stretch, walk};
use super::write::escape_xml;
use super::{Graph, Overlay};

const MARGIN: i32 = 28;

/// Baselines of the heading.
const HEADING: i32 = 20;
const HEADING_SIZE: i32 = 18;

/// Draws a journey with what the overlay puts upon it. The same graph gives the same bytes.
pub fn render_svg(graph: &Graph, overlay: &Overlay) -> String {
    let column = layout(graph, downwards(overlay));
    let entry_width = (width(&graph.entry, size::TITLE) + 3 * size::PADDING).min(760);
    let heading_width = header_width(graph).min(760);
    let left = column.before.max(entry_width / 2);
    let right = column.after.max(entry_width / 2).max(heading_width - left);
    let spine = MARGIN + left;
    let clauses = i32::try_from(graph.clauses.len()).unwrap_or(0);
    let top = MARGIN + HEADING + size::LINE * clauses + 24;
    let entry_height = 32;
    let body = top + entry_height + size::GAP;

    let mut canvas = Canvas::default();
    heading(&mut canvas, graph, left + right);
    entry(&mut canvas, graph, (spine, top), (entry_width, entry_height));
    canvas.down(spine, top + entry_height, body - 2, !graph.body.is_empty());
    walk(&column, (spine, body), &mut Drawing { canvas: &mut canvas, overlay });

    let total_width = left + right + 2 * MARGIN;
    let total_height = body + column.along + MARGIN;
    document(graph, total_width, total_height, &canvas.out)
}

/// The picture runs down, and has no room for more than it says.
fn downwards(overlay: &Overlay) -> Plan<'_> {
    Plan { overlay, direction: Direction::Down, spare_lines: 0 }
}

/// Width and height of the body of the picture, in pixels: the layout alone.
pub fn picture_size(graph: &Graph, overlay: &Overlay) -> (u32, u32) {
    let Column { before, after, along, .. } = layout(graph, downwards(overlay));
    ((before + after).unsigned_abs(), along.unsigned_abs())
}

fn header_width(graph: &Graph) -> i32 {
    let clauses = graph.clauses.iter().map(|clause| width(clause, size::SMALL)).max();
    // The heading is in a proportional font, whose widest letters are broader than a column.
    let heading = width(&graph.title, HEADING_SIZE) * 3 / 2;
    heading.max(clauses.unwrap_or(0))
}

fn document(graph: &Graph, width: i32, height: i32, body: &str) -> String {
    let title = escape_xml(&graph.title);
    let mono = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";
    let (large, small) = (size::TITLE, size::SMALL);
    format!(
        "<svg class=\"journey\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>{title}</title>\n\
         <style>.journey text{{font-family:{mono};text-anchor:middle}}.journey .t{{font-size:{large}px}}\
         .journey .h{{font-size:{small}px}}.journey .c{{font-size:{small}px;text-anchor:start}}\
         .journey .j{{font:600 {HEADING_SIZE}px system-ui,'Segoe UI',Helvetica,Arial,sans-serif;\
         text-anchor:start}}.journey .l{{fill:none;stroke:#8b949e;stroke-width:1.5}}</style>\n\
         <defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" \
         markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#8b949e\"/></marker>\
         </defs>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{body}</svg>\n"
    )
}

fn heading(canvas: &mut Canvas, graph: &Graph, room: i32) {
    // The room is measured in columns of the fixed-width font; the heading's letters are broader.
    let title = fit(&graph.title, HEADING_SIZE, room * 2 / 3);
    canvas.text(MARGIN, MARGIN + 12, ("j", "#1c1e21"), &title);
    for (line, clause) in (1..).zip(&graph.clauses) {
        let y = MARGIN + HEADING + line * size::LINE;
        canvas.text(MARGIN, y, ("c", "#57606a"), &fit(clause, size::SMALL, room));
    }
}

fn entry(canvas: &mut Canvas, graph: &Graph, (x, y): (i32, i32), (width, height): (i32, i32)) {
    let left = x - width / 2;
    let radius = height / 2;
    canvas.put(format_args!("<g><title>{}</title>", escape_xml(&graph.entry)));
    canvas.put(format_args!(
        "<rect x=\"{left}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" \
         fill=\"#24292f\"/>"
    ));
    let text = fit(&graph.entry, size::TITLE, width - 2 * size::PADDING);
    canvas.text(x, y + 21, ("t", "#ffffff"), &text);
    canvas.put(format_args!("</g>"));
}

/// Draws what it is walked past.
struct Drawing<'c> {
    canvas: &'c mut Canvas,
    overlay: &'c Overlay,
}

impl<'g> Pen<'g> for Drawing<'_> {
    fn tile(&mut self, tile: &Placed<'g>, (x, y): (i32, i32)) {
        let id = &tile.node.id;
        let (figures, mark) = (self.overlay.figures.get(id), self.overlay.marks.get(id));
        self.canvas.tile(tile, x, y, figures.map(String::as_str), mark.copied());
    }

    fn next(&mut self, _: Stretch<'g>, (x, y): (i32, i32)) {
        self.canvas.down(x, y, y + size::GAP - 2, true);
    }

    fn fork(&mut self, (x, y): (i32, i32), bar: i32) {
        self.canvas.down(x, y, bar, false);
    }

    fn lead_in(
        &mut self,
        _: Stretch<'g>,
        lane: &Lane<'g>,
        (spine, bar): (i32, i32),
        body: Option<i32>,
    ) {
        let (x, label) = (spine + lane.offset, bar + size::LABEL_GAP);
        match lane.offset {
            0 => self.canvas.down(x, bar, label, false),
            _ => self.canvas.turn_down(spine, bar, x, label),
        }
        self.canvas.label(&lane.label, x, label);
        if let Some(body) = body {
            self.canvas.down(x, label + lane.label.along, body - 2, true);
        }
    }

    fn again(&mut self, _: Stretch<'g>, (x, y): (i32, i32), end: i32) {
        self.canvas.down(x, y, end + size::FORK / 3, false);
        self.canvas.text(x, end + size::FORK, ("t", "#8b949e"), "↺");
    }

    fn lead_out(&mut self, _: Stretch<'g>, (x, y): (i32, i32), (spine, gather): (i32, i32)) {
        match x == spine {
            true => self.canvas.down(x, y, gather, false),
            false => self.canvas.turn_in(x, y, spine, gather),
        }
    }
}
