//! `cargo xtask demo`: the example, from source to pictures, and on a running server.

mod server;

use std::path::Path;

use crate::{Failure, shell};

const EXAMPLE: &str = "examples/grocery";
const OUT: &str = "target/demo";

/// Builds the programs, then checks, tests, runs and draws the example, and has a server run it.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    println!("Building journeyc and journeyd (a few minutes the first time) …");
    let packages = ["--package", "journeyc", "--package", "journeyd"];
    let build = [&["build", "--quiet", "--release"][..], &packages].concat();
    shell::run(root, &shell::cargo(), &build)?;
    std::fs::create_dir_all(root.join(OUT))?;

    say("Does the workspace make sense? Types, names, every path through every journey:");
    journeyc(root, &["check", EXAMPLE])?;
    say("Its own tests, on a virtual clock:");
    journeyc(root, &["test", EXAMPLE])?;
    say("What would have happened to 339 real households in 2017:");
    let events = format!("{EXAMPLE}/data/events.ndjson.gz");
    let profiles = format!("{EXAMPLE}/data/profiles.ndjson.gz");
    let report = format!("{OUT}/report.html");
    let mut simulation = vec!["simulate", EXAMPLE, "--events", &events, "--profiles", &profiles];
    simulation.extend(["--out", OUT, "--report", &report]);
    journeyc(root, &simulation)?;
    say("A journey as a picture, in the terminal and as SVG:");
    journeyc(root, &["graph", EXAMPLE, "--journey", "coupon_followup"])?;
    for journey in ["coupon_followup", "come_back"] {
        draw(root, journey)?;
    }
    say("The same on a server: events come in over HTTP, the clock is theirs:");
    server::run(root, "target/release/journeyd")?;

    println!("\nThe results as a page, to open in a browser: {report}");
    println!("Every membership and every letter: {OUT}/memberships.csv, {OUT}/actions.csv");
    println!("The pictures, with counts: {OUT}/coupon_followup.svg, {OUT}/come_back.svg");
    println!("Next: change {EXAMPLE}/journeys/come_back.journey and run this again.");
    Ok(())
}

fn say(what: &str) {
    println!("\n── {what}");
}

/// Draws a journey with the counts of the simulation.
fn draw(root: &Path, journey: &str) -> Result<(), Failure> {
    let target = format!("{OUT}/{journey}.svg");
    let stats = format!("{OUT}/summary.json");
    let arguments = ["graph", EXAMPLE, "--journey", journey, "--format", "svg", "--stats", &stats];
    let svg = shell::output(root, "target/release/journeyc", &arguments)?;
    std::fs::write(root.join(target), svg)?;
    Ok(())
}

fn journeyc(root: &Path, arguments: &[&str]) -> Result<(), Failure> {
    println!("   $ journeyc {}\n", arguments.join(" "));
    let program = root.join("target/release/journeyc");
    shell::run(root, &program.to_string_lossy(), arguments)
}
