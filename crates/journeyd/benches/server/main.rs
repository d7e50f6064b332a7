//! The server by its figures: client, receiver and server on the same machine, over loopback.
//!
//! `cargo bench -p journeyd --bench server -- [SCENARIO…] [--members N] [--beside N]`
//!
//! Without a scenario all of them, in the order of [`SCENARIOS`]. Each is told as a row of a table.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod client;
mod process;
mod receiver;
mod scenarios;
mod workspace;

use scenarios::World;

type Scenario = for<'w> fn(&'w mut World) -> scenarios::Rows<'w>;

const SCENARIOS: [(&str, Scenario); 5] = [
    ("batches", |world| Box::pin(scenarios::batches(world))),
    ("singles", |world| Box::pin(scenarios::singles(world))),
    ("webhooks", |world| Box::pin(scenarios::webhooks(world))),
    ("timers", |world| Box::pin(scenarios::timers(world))),
    ("recovery", |world| Box::pin(scenarios::recovery(world))),
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut members, mut beside, mut wanted) = (1_000_000, 0, Vec::new());
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().unwrap().parse().unwrap();
        match argument.as_str() {
            "--members" => members = number(),
            "--beside" => beside = number(),
            // What cargo says to every benchmark.
            "--bench" => {}
            name => wanted.push(name.to_owned()),
        }
    }
    for name in &wanted {
        assert!(SCENARIOS.iter().any(|(it, _)| it == name), "there is no scenario {name}");
    }
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::start(members, beside).await;
        for row in world.filled().await {
            println!("{row}");
        }
        for (name, scenario) in SCENARIOS {
            if wanted.is_empty() || wanted.iter().any(|it| it == name) {
                for row in scenario(&mut world).await {
                    println!("{row}");
                }
            }
        }
    });
}
