//! `simulate-faults`: many seeds of the fault simulator, or one that is shown.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

const USAGE: &str = "usage: simulate-faults [--seeds N] [--from S] [--seed S [--verbose]]

  --seeds N    so many seeds (1000)
  --from S     the first of them (0)
  --seed S     this one only
  --verbose    with --seed: show everything that happens
";

#[derive(Debug, Default)]
struct Arguments {
    from: u64,
    seeds: u64,
    verbose: bool,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(arguments) = read(&words) else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    if arguments.verbose {
        return show(arguments.from);
    }
    match journey_simulator::run_all(arguments.from, arguments.seeds, &progress) {
        Ok(()) => {
            println!("{} seeds from {}: every promise was kept", arguments.seeds, arguments.from);
            ExitCode::SUCCESS
        }
        Err(broken) => {
            eprintln!("{broken}");
            ExitCode::FAILURE
        }
    }
}

fn progress(done: u64) {
    static SHOWN: AtomicU64 = AtomicU64::new(0);
    if done.is_multiple_of(10_000) && SHOWN.fetch_max(done, Ordering::Relaxed) < done {
        eprintln!("{done} seeds");
    }
}

fn show(seed: u64) -> ExitCode {
    match journey_simulator::show(seed) {
        Ok(()) => {
            println!("seed {seed}: every promise was kept");
            ExitCode::SUCCESS
        }
        Err(violation) => {
            eprintln!("seed {seed}: {violation}");
            ExitCode::FAILURE
        }
    }
}

fn read(words: &[String]) -> Option<Arguments> {
    let mut arguments = Arguments { seeds: 1_000, ..Arguments::default() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut number = || words.next()?.parse::<u64>().ok();
        match word.as_str() {
            "--seeds" => arguments.seeds = number()?,
            "--from" => arguments.from = number()?,
            "--seed" => {
                arguments.from = number()?;
                arguments.seeds = 1;
            }
            "--verbose" => arguments.verbose = true,
            _ => return None,
        }
    }
    Some(arguments)
}
