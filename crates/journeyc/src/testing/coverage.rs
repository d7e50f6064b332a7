//! What tests reach, for people and for programs.

use std::fmt::Write as _;

use journey_testing::{JourneyCoverage, Share};
use serde::Serialize;

use crate::render::Style;

/// The document of `--coverage-json`.
#[derive(Serialize)]
struct Document<'c> {
    version: u32,
    journeys: &'c [JourneyCoverage],
}

/// The coverage as one JSON document: found and hit as in lcov, tile by tile.
pub fn coverage_json(journeys: &[JourneyCoverage]) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(&Document { version: 1, journeys })? + "\n")
}

/// The coverage as a table, with everything that was missed below each journey.
pub fn coverage_table(journeys: &[JourneyCoverage], style: Style) -> String {
    let paint = |colour: &str, text: String| match style.colour {
        true => format!("\x1b[{colour}m{text}\x1b[0m"),
        false => text,
    };
    let names = journeys.iter().map(|it| it.journey.chars().count()).max().unwrap_or(0).max(7);
    let mut out = format!("\n{:names$}  {:>14}  {:>14}\n", "journey", "tiles", "arms");
    for journey in journeys {
        let (tiles, arms) = (text(journey.tiles), text(journey.arms));
        let _ = writeln!(out, "{:names$}  {tiles:>14}  {arms:>14}", journey.journey);
        for item in &journey.items {
            if item.hits == 0 {
                let line = format!("  never reached  {}: {}", item.tile, item.title);
                let _ = writeln!(out, "{}", paint("31", line));
                continue;
            }
            for arm in item.arms.iter().filter(|arm| arm.hits == 0) {
                let line = format!("  never taken    {}: {}", item.tile, arm.arm);
                let _ = writeln!(out, "{}", paint("33", line));
            }
        }
    }
    out
}

fn text(share: Share) -> String {
    match share.found {
        0 => "–".to_owned(),
        found => format!("{}/{found} {:>4}", share.hit, format!("{}%", share.hit * 100 / found)),
    }
}
