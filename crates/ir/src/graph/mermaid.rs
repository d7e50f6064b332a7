//! The picture as a Mermaid flowchart, which forges draw inside Markdown.

use std::fmt::Write;

use journey_bytecode::TileKind as Kind;

use super::{Graph, Node, Overlay};

/// Mermaid draws no more edges than this in one chart.
pub const MERMAID_EDGES: usize = 500;

/// The journey does not fit a Mermaid chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it has {edges} edges, and Mermaid draws at most {MERMAID_EDGES}; take svg or dot")]
pub struct TooManyEdges {
    /// How many it has.
    pub edges: usize,
}

/// Writes a journey as a Mermaid flowchart, top down.
pub fn render_mermaid(graph: &Graph, overlay: &Overlay) -> Result<String, TooManyEdges> {
    let edges = graph.edges();
    // One more leads from the entry to the first tile.
    if edges.len() + 1 > MERMAID_EDGES {
        return Err(TooManyEdges { edges: edges.len() + 1 });
    }
    let mut out = String::from("flowchart TD\n");
    let _ = writeln!(out, "  entry([\"{}\"])", text(&graph.entry));
    graph.visit(&mut |node| tile(&mut out, node, overlay));
    if let Some(first) = graph.body.first() {
        let _ = writeln!(out, "  entry --> {}", name(&first.id));
    }
    for edge in edges {
        let Some(to) = &edge.to else { continue };
        let label = match overlay.share(&edge.from, edge.number) {
            Some(share) => format!("{} ({share})", edge.label),
            None => edge.label.clone(),
        };
        let (from, to) = (name(&edge.from), name(to));
        if label == "next" {
            let _ = writeln!(out, "  {from} --> {to}");
        } else {
            let _ = writeln!(out, "  {from} -->|\"{}\"| {to}", text(&label));
        }
    }
    for (id, mark) in &overlay.marks {
        let _ = writeln!(out, "  class {} {}", name(id), mark.word());
    }
    if !overlay.marks.is_empty() {
        out.push_str(
            "  classDef added stroke:#1a7f37,stroke-width:3px\n  \
             classDef changed stroke:#9a6700,stroke-width:3px\n  \
             classDef removed stroke:#cf222e,stroke-width:3px,stroke-dasharray:5\n  \
             classDef missed stroke:#cf222e,stroke-dasharray:5\n",
        );
    }
    Ok(out)
}

fn tile(out: &mut String, node: &Node, overlay: &Overlay) {
    let (open, close) = match node.kind {
        Kind::Branch => ("{\"", "\"}"),
        Kind::Split => ("{{\"", "\"}}"),
        Kind::Exit => ("([\"", "\"])"),
        Kind::Wait => ("(\"", "\")"),
        _ => ("[\"", "\"]"),
    };
    let mut lines = text(&node.title);
    if node.labelled {
        lines = format!("<b>{}</b><br/>{lines}", text(&node.id));
    }
    if let Some(figures) = overlay.figures.get(&node.id) {
        lines = format!("{lines}<br/>{}", text(figures));
    }
    let _ = writeln!(out, "  {}{open}{lines}{close}", name(&node.id));
}

/// An id that is none of Mermaid's words.
fn name(id: &str) -> String {
    format!("t_{id}")
}

/// Text inside quotes. Mermaid reads entities with a `#`.
fn text(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
