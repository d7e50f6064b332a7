//! The report of a simulation as one page of HTML that needs nothing else: no script, no font, no
//! network. The same simulation gives the same bytes.

mod chart;

use std::fmt::Write;

use journey_ir::graph::{Count, Graph, Overlay, Stats, escape_xml, render_svg, thousands};

use super::Summary;
use super::splits::{cell, splits};
use super::summary::{actions, kind};
use super::text::{share, time_text};
use crate::simulate::log::JourneyTally;

const STYLE: &str = "\
body{font:15px/1.5 system-ui,'Segoe UI',Helvetica,Arial,sans-serif;color:#1c1e21;margin:0 auto;\
max-width:1100px;padding:24px}h1{margin:0}h2{margin:48px 0 4px;border-top:1px solid #d8dee4;\
padding-top:24px}h3{margin:28px 0 8px;font-size:16px}nav a{margin-right:16px}\
.muted{color:#57606a}.figures{display:flex;flex-wrap:wrap;gap:12px;margin:16px 0}\
.figure{border:1px solid #d8dee4;border-radius:8px;padding:8px 16px}\
.figure b{display:block;font-size:22px;font-variant-numeric:tabular-nums}\
table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600;color:#57606a;\
border-bottom:1px solid #d8dee4}td,th{padding:3px 12px 3px 0;vertical-align:top}\
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
td.bar{width:35%}.bar i{display:block;height:12px;margin-top:5px;border-radius:3px;\
background:#3b62b0}.picture{overflow-x:auto;border:1px solid #d8dee4;border-radius:8px}\
code{font-size:13px}.warn{color:#9a3412}";

/// Writes the page. `graphs` are the pictures of the program's journeys, in their order.
pub fn page(summary: &Summary<'_>, graphs: &[Graph]) -> String {
    let mut out = String::with_capacity(64 * 1024);
    let workspace = escape_xml(&summary.program.workspace);
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>{workspace}: simulation</title><style>{STYLE}</style></head><body>\n\
         <h1>{workspace}</h1>\n"
    );
    overview(summary, &mut out);
    if graphs.len() > 1 {
        out.push_str("<nav>");
        for graph in graphs {
            let (name, title) = (escape_xml(&graph.name), escape_xml(&graph.title));
            let _ = write!(out, "<a href=\"#{name}\">{title}</a>");
        }
        out.push_str("</nav>\n");
    }
    let journeys = summary.program.journeys.iter().zip(&summary.journeys);
    for ((compiled, tally), graph) in journeys.zip(graphs) {
        journey(summary, compiled, tally, graph, &mut out);
    }
    out.push_str("</body></html>\n");
    out
}

fn overview(summary: &Summary<'_>, out: &mut String) {
    let events = &summary.events;
    out.push_str("<div class=\"figures\">");
    figure(&thousands(summary.applied), "events", out);
    figure(&thousands(summary.customers), "customers", out);
    if let Some(horizon) = summary.horizon {
        figure(&time_text(horizon), "clock at the end", out);
    }
    out.push_str("</div>\n");
    for (n, what) in [
        (events.rejected, "lines were rejected"),
        (events.unknown.events.total(), "events were not declared and skipped"),
        (summary.audience_faults, "audience conditions faulted"),
    ] {
        if n > 0 {
            let _ = writeln!(out, "<p class=\"warn\">{} {what}</p>", thousands(n));
        }
    }
}

fn figure(number: &str, what: &str, out: &mut String) {
    let _ = write!(
        out,
        "<div class=\"figure\"><b>{}</b>{}</div>",
        escape_xml(number),
        escape_xml(what)
    );
}

fn journey(
    summary: &Summary<'_>,
    compiled: &journey_bytecode::Journey,
    tally: &JourneyTally,
    graph: &Graph,
    out: &mut String,
) {
    let (name, title) = (escape_xml(&graph.name), escape_xml(&graph.title));
    let _ =
        writeln!(out, "<h2 id=\"{name}\">{title}</h2><p class=\"muted\"><code>{name}</code></p>");
    out.push_str("<div class=\"figures\">");
    figure(&thousands(tally.memberships), "entered", out);
    figure(&thousands(tally.inside()), "inside", out);
    figure(&thousands(tally.exits.iter().sum()), "left", out);
    let faulted: u64 = tally.faults.iter().map(|(_, n)| n).sum();
    if faulted > 0 {
        figure(&thousands(faulted), "faulted", out);
    }
    out.push_str("</div>\n");

    out.push_str("<h3>Day by day</h3>\n");
    out.push_str(&chart::days(&tally.days));

    out.push_str("<h3>How they left</h3>\n");
    let outcomes = compiled.outcomes.iter().map(String::as_str).zip(tally.exits.iter().copied());
    bars(("outcome", "members"), outcomes, tally.memberships, out);

    out.push_str("<h3>Tile by tile</h3>\n");
    let tiles = compiled.tiles.iter().zip(&tally.tiles);
    let names: Vec<String> = tiles.clone().map(|(tile, _)| tile_name(tile)).collect();
    let entered = names.iter().map(String::as_str).zip(tiles.map(|(_, tally)| tally.entered));
    bars(("tile", "members"), entered, tally.memberships, out);

    let sent: Vec<(String, u64)> = actions(summary.program, compiled, tally).collect();
    if !sent.is_empty() {
        out.push_str("<h3>What was sent</h3>\n");
        let sent = sent.iter().map(|(name, n)| (name.as_str(), *n));
        bars(("action", "times"), sent, tally.memberships, out);
    }
    experiments(compiled, tally, out);

    out.push_str("<h3>The journey</h3>\n<div class=\"picture\">");
    out.push_str(&render_svg(graph, &Overlay::of_counts(graph, &stats(compiled, tally))));
    out.push_str("</div>\n");
}

/// A tile as a line of the funnel.
fn tile_name(tile: &journey_bytecode::Tile) -> String {
    let made_up = tile.id.starts_with(kind(tile.kind));
    if made_up { tile.title.clone() } else { format!("{}: {}", tile.id, tile.title) }
}

fn stats(compiled: &journey_bytecode::Journey, tally: &JourneyTally) -> Stats {
    let tiles = compiled.tiles.iter().zip(&tally.tiles).map(|(tile, tally)| {
        let edges = tally.edges.clone();
        (tile.id.clone(), Count { entered: tally.entered, inside: tally.inside(), edges })
    });
    tiles.collect()
}

/// A table of names, numbers, shares of the whole, and bars.
fn bars<'n>(
    (what, unit): (&str, &str),
    rows: impl Iterator<Item = (&'n str, u64)>,
    whole: u64,
    out: &mut String,
) {
    let _ = writeln!(
        out,
        "<table><tr><th>{what}</th><th class=\"n\">{unit}</th><th class=\"n\">share</th><th></th></tr>"
    );
    for (name, n) in rows {
        let width = if whole == 0 { 0.0 } else { (n as f64 * 100.0 / whole as f64).min(100.0) };
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"bar\"><i style=\"width:{width:.1}%\"></i></td></tr>",
            escape_xml(name),
            thousands(n),
            escape_xml(&share(n, whole))
        );
    }
    out.push_str("</table>\n");
}

/// The arms of each split side by side.
fn experiments(compiled: &journey_bytecode::Journey, tally: &JourneyTally, out: &mut String) {
    for table in splits(compiled, tally) {
        let _ = writeln!(out, "<h3>{}</h3>", escape_xml(table.title));
        out.push_str("<table><tr><th></th>");
        for arm in table.arms {
            let _ = write!(out, "<th class=\"n\">{}</th>", escape_xml(arm));
        }
        out.push_str("</tr>\n<tr><td>members</td>");
        for members in &table.members {
            let _ = write!(out, "<td class=\"n\">{}</td>", thousands(*members));
        }
        out.push_str("</tr>\n");
        for row in &table.rows {
            let _ = write!(out, "<tr><td>{}</td>", escape_xml(&row.title()));
            for (n, members) in row.counts.iter().zip(&table.members) {
                let _ = write!(out, "<td class=\"n\">{}</td>", escape_xml(&cell(*n, *members)));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</table>\n<p class=\"muted\">In brackets the 95 % interval (Wilson).</p>\n");
    }
}
