//! Running journeys over a log of events.
//!
//! [`input`] turns bytes into rows, [`pipeline`] hands them to the [`shard`]s that hold the
//! customers, the interpreter's effects add up in a [`log`], and [`output`] writes what came of
//! it. Start at [`run`], which has the order of things.
//!
//! The same inputs give the same bytes, whatever the number of threads: customers do not see each
//! other, each one's inputs stay in the order of the file, and everything that is written is
//! sorted. The clock is that of the log: the latest time of a well-formed event so far.

mod args;
mod customers;
mod days;
mod enter;
mod error;
mod experiments;
mod input;
mod ledger;
mod log;
mod output;
mod pipeline;
mod progress;
mod responses;
mod shard;
mod story;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use journey_bytecode::{Entry, Journey, Program};
use journey_intake::Schema;
use journey_vm::ProgramSet;

pub use args::{Args, Options, RunArgs};
pub use error::SimulateError;
pub use input::Input;
pub use journey_intake::Reason;
pub use output::{Summary, page, report};
pub use progress::Progress;
pub use story::{ReadOut, Scene, SceneKind};

use crate::files::replace_with;
use input::{Pass, Rules, hash, shard_of};
use ledger::{Account, Ledger, RejectedFile};
use log::JourneyTally;
use output::{EnterAccount, Tables};
use responses::Responses;
use shard::{Entering, Shard};

/// Opens an input to read its text, which may be compressed.
pub fn open(input: &Input) -> io::Result<Box<dyn io::Read + Send>> {
    input::Source::open(input).map(|source| source.text)
}

/// Runs the journeys of a program over a log, and writes the files that were asked for.
pub fn run<'p>(
    set: &'p ProgramSet,
    options: &Options,
    progress: Progress,
) -> Result<Summary<'p>, SimulateError> {
    run_shards(set, options, progress, |_| {})
}

/// The same; `end` sees the shards when all is over.
fn run_shards<'p>(
    set: &'p ProgramSet,
    options: &Options,
    mut progress: Progress,
    end: impl FnOnce(&mut [Shard<'p>]),
) -> Result<Summary<'p>, SimulateError> {
    let start = Instant::now();
    options.check()?;
    let responses = match &options.responses {
        Some(input) => Arc::new(responses::read(input, set.program())?),
        None => Arc::default(),
    };
    let schema = Arc::new(Schema::new(set.program()));
    let mut rejected = options.rejected.as_deref().map(RejectedFile::create).transpose()?;
    let (enter, mut shards) = match &options.enter {
        Some((input, at)) => {
            let journeys = to_enter(set.program(), &options.journeys)?;
            let list = enter::read(input, &schema, &journeys)?;
            Ledger::new(input.clone(), options.strict)
                .reject(&list.rejections, rejected.as_mut())?;
            let account = EnterAccount::new(input.clone(), *at, &list);
            let entering = Entering { at: *at, customers: list.customers, journeys };
            (Some(account), shards(set, options, &responses, entering))
        }
        None => (None, shards(set, options, &responses, Entering::default())),
    };

    let rules = Rules {
        schema: &schema,
        until: options.until,
        strict: options.strict,
        shards: shards.len(),
    };
    let mut feed = |input: &Input, pass, shards: &mut [Shard<'_>]| {
        let mut ledger = Ledger::new(input.clone(), options.strict);
        let belt = pipeline::Feed { input, pass, rules };
        pipeline::run(belt, shards, &mut ledger, rejected.as_mut(), &mut progress)
            .map(|()| ledger.account)
    };
    let profiles = options.profiles.as_ref();
    let profiles = profiles.map(|input| feed(input, Pass::Profiles, &mut shards)).transpose()?;
    let applying = Instant::now();
    let events = feed(&options.events, Pass::Events, &mut shards)?;
    let horizon = finish(&mut shards, options);
    let applying = applying.elapsed();

    let mut summary = summarise(set.program(), events, &shards);
    summary.profiles = profiles;
    summary.enter = enter.map(|enter| enter.with_outcomes(&mut shards));
    summary.horizon = horizon;
    summary.applying = applying;
    if let Some(mut file) = rejected {
        if let Some(enter) = &summary.enter {
            enter.write_refusals(set.program(), &mut file)?;
        }
        file.finish()?;
    }
    if let Some(folder) = &options.out {
        write_files(folder, &summary, &mut shards)?;
    }
    end(&mut shards);
    summary.elapsed = start.elapsed();
    Ok(summary)
}

/// Runs the journeys for one customer alone, the one that `options` name, and tells what happened and
/// what each decision read.
pub fn replay(
    set: &ProgramSet,
    options: &Options,
    progress: Progress,
) -> Result<Vec<Scene>, SimulateError> {
    let mut scenes = Vec::new();
    run_shards(set, options, progress, |shards| {
        scenes.extend(shards.iter_mut().flat_map(|shard| shard.story()));
    })?;
    Ok(scenes)
}

/// The journeys that the listed customers are to enter: those that were named, otherwise all that no
/// other one starts; of these the ones with `entry manual`. Where a named one has none, its event
/// is what the list brings.
fn to_enter(program: &Program, named: &[String]) -> Result<Vec<u16>, SimulateError> {
    let wanted = |journey: &&Journey| named.is_empty() || named.contains(&journey.name);
    let find = |fits: &dyn Fn(u16, &Journey) -> bool| -> Vec<u16> {
        let journeys = (0u16..).zip(&program.journeys).filter(|(_, journey)| wanted(journey));
        journeys.filter(|(number, journey)| fits(*number, journey)).map(|(at, _)| at).collect()
    };
    let manual = find(&|_, journey| journey.entry == Entry::Manual);
    if named.is_empty() || !manual.is_empty() {
        return if manual.is_empty() { Err(SimulateError::NothingToEnter) } else { Ok(manual) };
    }
    let by_event = find(&|_, journey| matches!(journey.entry, Entry::Event { .. }));
    if by_event.is_empty() { Err(SimulateError::NothingToEnter) } else { Ok(by_event) }
}

/// One shard a thread. Each gets those of the listed customers that belong to it.
fn shards<'p>(
    set: &'p ProgramSet,
    options: &Options,
    responses: &Arc<Responses>,
    entering: Entering,
) -> Vec<Shard<'p>> {
    let threads = options.threads.get();
    let mut lists: Vec<Entering> = (0..threads)
        .map(|_| Entering {
            customers: Vec::new(),
            journeys: entering.journeys.clone(),
            ..entering
        })
        .collect();
    for guest in entering.customers {
        if let Some(list) = lists.get_mut(shard_of(hash(&guest.id), threads)) {
            list.customers.push(guest);
        }
    }
    let any = options.enter.is_some();
    let numbered = lists.into_iter().enumerate();
    numbered
        .map(|(number, list)| {
            let mut shard = Shard::new(number, set, options.out.is_some(), any.then_some(list));
            shard.responses = Arc::clone(responses);
            if let Some(customer) = &options.customer {
                shard.about(customer);
            }
            shard
        })
        .collect()
}

/// Lets time pass up to the horizon, which is given back: the one that was asked for, else the
/// last thing that happened. Where nothing did there is none, and nothing happens.
fn finish(shards: &mut [Shard<'_>], options: &Options) -> Option<i64> {
    let last = shards.iter().filter_map(|shard| shard.clock()).max();
    let entered = options.enter.as_ref().map(|(_, at)| *at);
    let horizon = options.until.or(last.max(entered))?;
    thread::scope(|scope| {
        for shard in shards {
            scope.spawn(move || shard.finish(horizon));
        }
    });
    Some(horizon)
}

/// Adds up what the shards have counted.
fn summarise<'p>(program: &'p Program, events: Account, shards: &[Shard<'_>]) -> Summary<'p> {
    let mut summary = Summary::new(program, events);
    for shard in shards {
        summary.applied += shard.applied;
        summary.late += shard.late;
        summary.replaced += shard.replaced;
        summary.duplicates += shard.log.duplicates;
        summary.audience_faults += shard.log.audience_faults;
        summary.unanswered += shard.log.unanswered;
        summary.endless += shard.log.endless;
        summary.customers += u64::from(shard.customers.len());
        for (sum, tally) in summary.journeys.iter_mut().zip(&shard.log.journeys) {
            JourneyTally::merge(sum, tally);
        }
    }
    summary
}

fn write_files(
    folder: &Path,
    summary: &Summary<'_>,
    shards: &mut [Shard<'_>],
) -> Result<(), SimulateError> {
    std::fs::create_dir_all(folder)
        .map_err(|source| SimulateError::CreateFolder { path: folder.to_owned(), source })?;
    let tables = Tables::new(summary.program, shards);
    replace_with(&folder.join("memberships.csv"), |out| tables.write_memberships(out))?;
    replace_with(&folder.join("actions.csv"), |out| tables.write_actions(out))?;
    replace_with(&folder.join("summary.json"), |out| summary.write_json(out))?;
    Ok(())
}
