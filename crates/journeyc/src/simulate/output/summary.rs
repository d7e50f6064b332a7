//! The figures of a simulation, and `summary.json`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use journey_bytecode::{Journey, Program, Tile, TileKind};
use journey_intake::{List, NameCounts};
use journey_vm::Refusal;
use serde::Serialize;

use super::splits;
use super::text::time_text;
use crate::simulate::enter::Listed;
use crate::simulate::error::SimulateError;
use crate::simulate::input::Input;
use crate::simulate::ledger::{Account, RejectedFile};
use crate::simulate::log::{JourneyTally, Log, TileTally};
use crate::simulate::shard::{EnteredByHand, Shard};

/// What came of a simulation.
#[derive(Debug)]
pub struct Summary<'p> {
    pub(crate) program: &'p Program,
    /// One a journey of the program.
    pub(crate) journeys: Vec<JourneyTally>,
    pub(crate) events: Account,
    pub(crate) profiles: Option<Account>,
    pub(crate) enter: Option<EnterAccount>,
    /// Events that were applied.
    pub(crate) applied: u64,
    /// Events that came after a later one.
    pub(crate) late: u64,
    /// Events that repeated an earlier one's id.
    pub(crate) duplicates: u64,
    /// Profiles of customers that had one already.
    pub(crate) replaced: u64,
    pub(crate) audience_faults: u64,
    /// Calls of webhooks that failed because nobody said what is answered.
    pub(crate) unanswered: u64,
    /// How often too many outcomes followed on one input.
    pub(crate) endless: u64,
    pub(crate) customers: u64,
    /// Up to when the clock ran; nothing where there was no time at all.
    pub(crate) horizon: Option<i64>,
    /// How long reading and applying the events took.
    pub(crate) applying: Duration,
    /// How long everything took.
    pub(crate) elapsed: Duration,
}

/// What came of a list of customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnterAccount {
    pub(crate) input: Input,
    pub(crate) at: i64,
    pub(crate) rows: u64,
    /// Rows that name no customer.
    pub(crate) rejected: Vec<(u64, String)>,
    /// One a good row and journey, in the order of the list.
    pub(crate) entered: Vec<EnteredByHand>,
    /// Columns that were passed over.
    pub(crate) ignored: Vec<String>,
}

impl EnterAccount {
    /// The account of a list nobody of which has entered yet.
    pub(crate) fn new(input: Input, at: i64, list: &List) -> EnterAccount {
        let rejected = list.rejections.iter().map(|r| (r.line, r.reason.to_string()));
        EnterAccount {
            input,
            at,
            rows: list.rows,
            rejected: rejected.collect(),
            entered: Vec::new(),
            ignored: list.ignored.clone(),
        }
    }

    /// The same with what came of it, in the order of the list.
    pub(crate) fn with_outcomes(mut self, shards: &mut [Shard<'_>]) -> EnterAccount {
        for shard in shards {
            self.entered.append(&mut shard.entered);
        }
        self.entered.sort_by_key(|entered| (entered.listed.line, entered.journey));
        self
    }

    /// Lines of customers that did not enter, with the reason.
    pub(crate) fn refusals(&self, program: &Program) -> impl Iterator<Item = (u64, String)> {
        self.entered.iter().filter_map(|entered| {
            let why = match entered.refusal? {
                Refusal::Inside => "it is inside already".to_owned(),
                Refusal::Reentry => "the re-entry rule says no".to_owned(),
                Refusal::Paused => "the journey is paused".to_owned(),
                Refusal::Closed => "the journey is completed".to_owned(),
                Refusal::Stopped => "the journey is being stopped".to_owned(),
                Refusal::Arguments => "its arguments are not those of the journey".to_owned(),
                Refusal::Condition => "the condition of the entry does not hold".to_owned(),
                Refusal::Fault(fault) => fault.to_string(),
                Refusal::NoEvent => "its key is taken from an event".to_owned(),
            };
            let journey = program.journeys.get(usize::from(entered.journey));
            let journey = journey.map_or("?", |journey| &journey.name);
            let Listed { line, id } = &entered.listed;
            Some((*line, format!("customer {id:?} did not enter `{journey}`: {why}")))
        })
    }

    /// Adds those lines to the file of what was rejected.
    pub(crate) fn write_refusals(
        &self,
        program: &Program,
        file: &mut RejectedFile,
    ) -> Result<(), SimulateError> {
        self.refusals(program).try_for_each(|(line, why)| file.write(&self.input, line, &why, ""))
    }

    /// How many memberships the list began.
    pub(crate) fn memberships(&self) -> u64 {
        self.entered.iter().filter(|entered| entered.refusal.is_none()).count() as u64
    }

    /// How many entries were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.entered.len() as u64 - self.memberships()
    }
}

/// Edges of a tile by label. Where labels repeat, the later ones are numbered.
pub(crate) fn tile_edges<'t>(
    tile: &'t Tile,
    tally: &'t TileTally,
) -> impl Iterator<Item = (String, u64)> + 't {
    tile.edges.iter().zip(&tally.edges).enumerate().map(|(index, (label, count))| {
        let before = tile.edges.iter().take(index).filter(|other| *other == label).count();
        let label = if before == 0 { label.clone() } else { format!("{label} ({})", before + 1) };
        (label, *count)
    })
}

/// The name of a kind of tile.
pub(crate) fn kind(kind: TileKind) -> &'static str {
    match kind {
        TileKind::Wait => "wait",
        TileKind::Branch => "branch",
        TileKind::Split => "split",
        TileKind::Send => "send",
        TileKind::Webhook => "webhook",
        TileKind::Update => "update",
        TileKind::Run => "run",
        TileKind::Enter => "enter",
        TileKind::Repeat => "repeat",
        TileKind::Exit => "exit",
    }
}

impl<'p> Summary<'p> {
    /// The summary of a log that nothing has been done with yet.
    pub(crate) fn new(program: &'p Program, events: Account) -> Summary<'p> {
        Summary {
            program,
            journeys: Log::new(program, false).journeys,
            events,
            profiles: None,
            enter: None,
            applied: 0,
            late: 0,
            duplicates: 0,
            replaced: 0,
            audience_faults: 0,
            unanswered: 0,
            endless: 0,
            customers: 0,
            horizon: None,
            applying: Duration::ZERO,
            elapsed: Duration::ZERO,
        }
    }

    /// Writes `summary.json`: keys sorted, and nothing in it that differs from run to run.
    pub(crate) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &self.document())?;
        out.write_all(b"\n")
    }

    fn document(&self) -> Document {
        let journeys = self.program.journeys.iter().zip(&self.journeys);
        Document {
            audience_faults: self.audience_faults,
            customers: self.customers,
            enter: self.enter.as_ref().map(enter_document),
            events: self.events_document(),
            horizon: self.horizon.map(time_text),
            journeys: journeys
                .map(|(journey, tally)| {
                    (journey.name.clone(), journey_document(self.program, journey, tally))
                })
                .collect(),
            profiles: self.profiles.as_ref().map(|account| ProfilesDocument {
                read: account.read,
                rejected: account.rejected,
                replaced: self.replaced,
                unknown_traits: self.unknown(account),
            }),
        }
    }

    fn events_document(&self) -> EventsDocument {
        let account = &self.events;
        EventsDocument {
            after_horizon: account.after_horizon,
            applied: self.applied,
            duplicates: self.duplicates,
            late: self.late,
            read: account.read,
            rejected: account.rejected,
            undeclared: names(account.unknown.events.iter(), account.unknown.events.others()),
            unknown_properties: self.unknown(account),
        }
    }

    /// Names that are not declared: `purchase.colour` for a property, `colour` for a trait.
    fn unknown(&self, account: &Account) -> NamesDocument {
        let unknown = &account.unknown;
        let counts = unknown.properties.iter().chain([&unknown.traits]);
        let others = counts.map(NameCounts::others).sum::<u64>();
        let events = self.program.events.iter().zip(&unknown.properties);
        let properties = events.flat_map(|(event, counts)| {
            counts.iter().map(|(name, count)| (format!("{}.{name}", event.wire), count))
        });
        let traits = unknown.traits.iter().map(|(name, count)| (name.to_owned(), count));
        names(properties.chain(traits), others + unknown.fields)
    }

    /// How many properties or traits of an input are not declared.
    pub(crate) fn unknown_total(account: &Account) -> u64 {
        account.unknown.values()
    }
}

fn names(counts: impl Iterator<Item = (impl Into<String>, u64)>, others: u64) -> NamesDocument {
    let by_name: BTreeMap<String, u64> = counts.map(|(name, n)| (name.into(), n)).collect();
    NamesDocument { total: by_name.values().sum::<u64>() + others, others, by_name }
}

fn enter_document(enter: &EnterAccount) -> EnterDocument {
    EnterDocument {
        at: time_text(enter.at),
        entered: enter.memberships(),
        refused: enter.refused(),
        rejected: enter.rejected.len() as u64,
        rows: enter.rows,
    }
}

fn journey_document(program: &Program, journey: &Journey, tally: &JourneyTally) -> JourneyDocument {
    let exits = journey.outcomes.iter().cloned().zip(tally.exits.iter().copied());
    let tiles = journey.tiles.iter().zip(&tally.tiles);
    let faults = tally.faults.iter().map(|(fault, count)| (fault.to_string(), *count));
    JourneyDocument {
        actions: actions(program, journey, tally).collect(),
        customers_entered: tally.customers,
        exits: exits.collect(),
        faulted: tally.faults.iter().map(|(_, count)| count).sum(),
        faults: faults.collect(),
        goal_faults: tally.goal_faults,
        goals: journey.goals.iter().map(|it| it.name.clone()).zip(tally.goals.clone()).collect(),
        inside: tally.inside(),
        members_set: tally.members,
        memberships: tally.memberships,
        not_entered: BTreeMap::from([
            ("condition", tally.refused_condition),
            ("fault", tally.refused_fault),
            ("inside", tally.refused_inside),
            ("no_event", tally.refused_no_event),
            ("reentry", tally.refused_reentry),
        ]),
        refreshed: tally.refreshed,
        splits: splits::document(journey, tally),
        tiles: tiles.map(|(tile, tally)| (tile.id.clone(), tile_document(tile, tally))).collect(),
        unknown_zones: tally.unknown_zones,
        updates: tally.updates,
    }
}

fn tile_document(tile: &Tile, tally: &TileTally) -> TileDocument {
    let sends = tile.kind == TileKind::Send;
    TileDocument {
        edges: tile_edges(tile, tally).collect(),
        entered: tally.entered,
        exited: tally.exited,
        faulted: tally.faulted,
        held: sends.then_some(tally.held),
        inside: tally.inside(),
        kind: kind(tile.kind),
        passed: tally.passed,
        sent: sends.then_some(tally.sent),
        skipped: sends.then_some(tally.skipped),
    }
}

/// The actions that a journey can send, in order of declaration, with how often it did.
pub(crate) fn actions<'p>(
    program: &'p Program,
    journey: &'p Journey,
    tally: &'p JourneyTally,
) -> impl Iterator<Item = (String, u64)> + 'p {
    let all = (0u16..).zip(&program.actions).zip(&tally.sends);
    all.filter(|((number, _), _)| journey.sends.iter().any(|send| send.action == *number))
        .map(|((_, action), count)| (action.name.clone(), *count))
}

// The document. Fields stand in the order of their names, so that all keys are sorted.

#[derive(Serialize)]
struct Document {
    audience_faults: u64,
    customers: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    enter: Option<EnterDocument>,
    events: EventsDocument,
    horizon: Option<String>,
    journeys: BTreeMap<String, JourneyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profiles: Option<ProfilesDocument>,
}

#[derive(Serialize)]
struct EnterDocument {
    at: String,
    entered: u64,
    refused: u64,
    rejected: u64,
    rows: u64,
}

#[derive(Serialize)]
struct EventsDocument {
    after_horizon: u64,
    applied: u64,
    duplicates: u64,
    late: u64,
    read: u64,
    rejected: u64,
    undeclared: NamesDocument,
    unknown_properties: NamesDocument,
}

#[derive(Serialize)]
struct ProfilesDocument {
    read: u64,
    rejected: u64,
    replaced: u64,
    unknown_traits: NamesDocument,
}

#[derive(Serialize)]
struct NamesDocument {
    by_name: BTreeMap<String, u64>,
    others: u64,
    total: u64,
}

/// Figures of what not every journey can have are left out where there is nothing to tell.
fn is_zero(figure: &u64) -> bool {
    *figure == 0
}

#[derive(Serialize)]
struct JourneyDocument {
    actions: BTreeMap<String, u64>,
    customers_entered: u64,
    exits: BTreeMap<String, u64>,
    faulted: u64,
    faults: BTreeMap<String, u64>,
    goal_faults: u64,
    goals: BTreeMap<String, u64>,
    inside: u64,
    members_set: u64,
    memberships: u64,
    not_entered: BTreeMap<&'static str, u64>,
    refreshed: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    splits: BTreeMap<String, BTreeMap<String, splits::ArmDocument>>,
    tiles: BTreeMap<String, TileDocument>,
    #[serde(skip_serializing_if = "is_zero")]
    unknown_zones: u64,
    updates: u64,
}

#[derive(Serialize)]
struct TileDocument {
    edges: BTreeMap<String, u64>,
    entered: u64,
    exited: u64,
    faulted: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<u64>,
    inside: u64,
    kind: &'static str,
    passed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<u64>,
}
