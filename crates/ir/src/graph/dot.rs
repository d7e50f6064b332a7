//! The picture in the DOT language, for Graphviz and the tools that read it.

use std::fmt::Write;

use journey_bytecode::TileKind as Kind;

use super::shapes::{colours, mark_colour};
use super::{Graph, Node, Overlay};

/// Writes a journey as a digraph, its arms in source order.
pub fn render_dot(graph: &Graph, overlay: &Overlay) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "digraph {} {{", quoted(&graph.name));
    let _ = writeln!(out, "  label={}; labelloc=t; fontname=\"Helvetica\";", quoted(&graph.title));
    out.push_str("  ordering=out; node [fontname=\"monospace\", fontsize=11, style=filled];\n");
    out.push_str("  edge [fontname=\"monospace\", fontsize=10, color=\"#8b949e\"];\n");
    let entry = quoted(&graph.entry);
    let _ = writeln!(
        out,
        "  entry [label={entry}, shape=box, style=\"rounded,filled\", fillcolor=\"#24292f\", fontcolor=white];"
    );
    graph.visit(&mut |node| tile(&mut out, node, overlay));
    if let Some(first) = graph.body.first() {
        let _ = writeln!(out, "  entry -> {};", name(&first.id));
    }
    for edge in graph.edges() {
        let Some(to) = &edge.to else { continue };
        let label = match overlay.share(&edge.from, edge.number) {
            Some(share) => format!("{}\n{share}", edge.label),
            None if edge.label == "next" => String::new(),
            None => edge.label.clone(),
        };
        let label = if label.is_empty() { label } else { format!(" [label={}]", quoted(&label)) };
        let _ = writeln!(out, "  {} -> {}{label};", name(&edge.from), name(to));
    }
    out.push_str("}\n");
    out
}

fn tile(out: &mut String, node: &Node, overlay: &Overlay) {
    let shape = match node.kind {
        Kind::Branch => "diamond",
        Kind::Split => "hexagon",
        Kind::Exit => "oval",
        _ => "box",
    };
    let mut lines = vec![node.id.clone(), node.title.clone()];
    lines.extend(overlay.figures.get(&node.id).cloned());
    let (edge, ground) = colours(node.kind);
    let mark = overlay.marks.get(&node.id).map(|mark| mark_colour(*mark));
    let (edge, pen) = mark.map_or((edge, 1), |colour| (colour, 3));
    let _ = writeln!(
        out,
        "  {} [label={}, shape={shape}, color=\"{edge}\", fillcolor=\"{ground}\", penwidth={pen}];",
        name(&node.id),
        quoted(&lines.join("\n"))
    );
}

fn name(id: &str) -> String {
    quoted(&format!("tile {id}"))
}

/// A quoted string of DOT, which knows one escape for the quote and one for the line end.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
