//! The program `journeyd`.

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs customer journeys durably, behind an API.
#[derive(Parser)]
#[command(name = "journeyd", version)]
struct Cli {}

fn main() {
    let Cli {} = Cli::parse();
}
