//! The picture of a journey as a tree for the terminal.

use journey_bytecode::TileKind as Kind;

use super::{Arm, Graph, Node, Overlay};

/// Titles longer than this are cut off.
const WIDEST: usize = 96;

/// Draws a journey as a tree: tiles below each other, arms indented in source order, figures and marks
/// behind them.
pub fn render_text(graph: &Graph, overlay: &Overlay) -> String {
    let mut out = String::new();
    line(&mut out, "", &heading(graph));
    line(&mut out, "", &format!("● {}", cut(&graph.entry)));
    for clause in &graph.clauses {
        line(&mut out, "│   ", &cut(clause));
    }
    line(&mut out, "", "│");
    sequence(&mut out, &graph.body, overlay, "");
    out
}

fn heading(graph: &Graph) -> String {
    match graph.title == graph.name {
        true => format!("journey {}", graph.name),
        false => format!("journey {} \"{}\"", graph.name, graph.title),
    }
}

fn sequence(out: &mut String, nodes: &[Node], overlay: &Overlay, indent: &str) {
    for (index, node) in nodes.iter().enumerate() {
        let is_last = index + 1 == nodes.len();
        let (corner, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        line(out, &format!("{indent}{corner}"), &tile(node, overlay));
        if node.forks() {
            let indent = format!("{indent}{below}");
            for (index, arm) in node.arms.iter().enumerate() {
                let is_last = index + 1 == node.arms.len();
                arm_lines(out, (node, index, arm), overlay, &indent, is_last);
            }
            // Members that fall through go on at the left; the empty line lets the eye do so too.
            if !is_last {
                line(out, indent.trim_end(), "");
            }
        }
    }
}

fn arm_lines(
    out: &mut String,
    (node, index, arm): (&Node, usize, &Arm),
    overlay: &Overlay,
    indent: &str,
    is_last: bool,
) {
    let (corner, below) = if is_last { ("╰╴", "  ") } else { ("├╴", "│ ") };
    let mut label = cut(&arm.label);
    if let Some(share) = overlay.share(&node.id, index) {
        label = format!("{label}  [{share}]");
    }
    if let Some(mark) = overlay.arm_mark(&node.id, index) {
        label = format!("{label}  ({})", mark.word());
    }
    line(out, &format!("{indent}{corner}"), &label);
    sequence(out, &arm.body, overlay, &format!("{indent}{below}"));
}

fn tile(node: &Node, overlay: &Overlay) -> String {
    let sign = match node.kind {
        Kind::Wait => "◷",
        Kind::Branch => "◇",
        Kind::Split => "◈",
        Kind::Send => "▸",
        Kind::Webhook => "⇄",
        Kind::Update => "±",
        Kind::Run => "▷",
        Kind::Enter => "⇢",
        Kind::Repeat => "↻",
        Kind::Exit => "■",
    };
    let title = cut(&node.title);
    let label = if node.labelled { format!("{}: ", node.id) } else { String::new() };
    let mut text = format!("{sign} {label}{title}");
    if !node.reachable {
        text.push_str("  (never reached)");
    }
    if let Some(mark) = overlay.marks.get(&node.id) {
        text = format!("{text}  ({})", mark.word());
    }
    match overlay.figures.get(&node.id) {
        Some(figures) => format!("{text}  [{figures}]"),
        None => text,
    }
}

fn line(out: &mut String, indent: &str, text: &str) {
    out.push_str(format!("{indent}{text}").trim_end());
    out.push('\n');
}

fn cut(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(WIDEST).collect();
    match chars.next() {
        // A control character would move the cursor of the terminal it is printed on.
        _ if text.chars().any(char::is_control) => cut(&text.replace(char::is_control, "�")),
        Some(_) => format!("{}…", head.trim_end()),
        None => head,
    }
}
