//! The options of `journeyc simulate`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use journey_intake::iso;

use super::error::SimulateError;
use super::input::Input;

/// Runs journeys over a log of events
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// What it is run on
    #[command(flatten)]
    pub run: RunArgs,
    /// Write memberships.csv, actions.csv and summary.json into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write a page with the picture of each journey, its counts and a time series into this file; `-`
    /// is the standard output, in place of the table
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,
    /// How many threads to use [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

/// What is run on what: the options that a simulation and a replay share.
#[derive(Debug, Clone, clap::Args)]
pub struct RunArgs {
    /// A workspace, or a file in it
    pub path: PathBuf,
    /// The log, one JSON object a line: ts, customer_id, event, properties and, if known, id;
    /// plain, .gz or .zst; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    pub events: Input,
    /// What is known of customers beforehand, one JSON object a line: customer_id, traits and,
    /// for audiences without a definition, audiences
    #[arg(long, value_name = "FILE")]
    pub profiles: Option<Input>,
    /// How webhooks answer, one JSON object a line: journey, tile, status, body and, if it is not for
    /// all, customer and call
    #[arg(long, value_name = "FILE")]
    pub responses: Option<Input>,
    /// Enter the customers of this list into journeys with `entry manual`: a CSV file with a
    /// column `customer_id`, and one for each parameter that has no default
    #[arg(long, value_name = "LIST.csv", requires = "at")]
    pub enter: Option<Input>,
    /// When to enter them, such as 2026-12-01T09:00:00Z
    #[arg(long, value_name = "TIME", requires = "enter", value_parser = instant)]
    pub at: Option<i64>,
    /// Let time pass up to here, and no further [default: the last event]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub until: Option<i64>,
    /// Run only this journey; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub journey: Vec<String>,
    /// Write lines that are rejected, with reasons, into this file
    #[arg(long, value_name = "FILE")]
    pub rejected: Option<PathBuf>,
    /// Stop at the first line that is rejected or names an event that is not declared
    #[arg(long)]
    pub strict: bool,
}

fn instant(text: &str) -> Result<i64, String> {
    let wanted = "a time with its offset is wanted, such as 2026-12-01T09:00:00Z";
    iso::instant(text).ok_or_else(|| wanted.to_owned())
}

/// What a simulation is run on. The journeys that are not to run are not in the program.
#[derive(Debug, Clone)]
pub struct Options {
    /// The log.
    pub events: Input,
    /// What is known of customers beforehand.
    pub profiles: Option<Input>,
    /// How webhooks answer.
    pub responses: Option<Input>,
    /// Customers that are entered by hand, and when.
    pub enter: Option<(Input, i64)>,
    /// The journeys that were named; all if none.
    pub journeys: Vec<String>,
    /// How far the clock runs; to the last event if not given.
    pub until: Option<i64>,
    /// Where to write the files.
    pub out: Option<PathBuf>,
    /// Where to write lines that are rejected.
    pub rejected: Option<PathBuf>,
    /// Whether a line that is rejected, or an event that is not declared, is an error.
    pub strict: bool,
    /// How many threads.
    pub threads: NonZeroUsize,
    /// The one customer whose events count, if it is about one.
    pub customer: Option<String>,
}

impl Options {
    /// The same for one customer alone.
    #[must_use]
    pub fn for_customer(self, id: &str) -> Options {
        Options { customer: Some(id.to_owned()), ..self }
    }

    /// Options that only name the log, for one thread.
    pub fn new(events: Input) -> Options {
        Options {
            events,
            profiles: None,
            responses: None,
            enter: None,
            journeys: Vec::new(),
            until: None,
            out: None,
            rejected: None,
            strict: false,
            threads: NonZeroUsize::MIN,
            customer: None,
        }
    }

    /// Refuses what makes no sense together.
    pub(super) fn check(&self) -> Result<(), SimulateError> {
        let inputs =
            [Some(&self.events), self.profiles.as_ref(), self.enter.as_ref().map(|e| &e.0)];
        if inputs.into_iter().flatten().filter(|input| **input == Input::Stdin).count() > 1 {
            let message = "only one of --events, --profiles and --enter can be standard input";
            return Err(SimulateError::Usage(message.to_owned()));
        }
        if let (Some((_, at)), Some(until)) = (&self.enter, self.until)
            && *at > until
        {
            let message = "--at is later than --until: nobody would enter";
            return Err(SimulateError::Usage(message.to_owned()));
        }
        Ok(())
    }
}

impl From<Args> for Options {
    fn from(args: Args) -> Options {
        let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let threads = args.threads.and_then(|threads| NonZeroUsize::new(threads.into()));
        let threads = threads.unwrap_or_else(cores);
        Options { out: args.out, threads, ..Options::from(args.run) }
    }
}

impl From<RunArgs> for Options {
    fn from(args: RunArgs) -> Options {
        Options {
            profiles: args.profiles,
            responses: args.responses,
            // The parser has seen to it that there is either both or none.
            enter: args.enter.zip(args.at),
            journeys: args.journey,
            until: args.until,
            rejected: args.rejected,
            strict: args.strict,
            ..Options::new(args.events)
        }
    }
}
