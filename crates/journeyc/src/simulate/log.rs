//! What the interpreter's effects add up to.
//!
//! Each shard keeps a [`Log`] of its own. Counters of all shards are added up at the end; rows of
//! memberships and actions are kept only where they will be written.

use std::fmt::Write;

use journey_bytecode::{Program, TileKind};
use journey_vm::{Effect, Effects, Ending, Fault, Refusal, Shown, Val};

use super::days::Days;
use super::experiments::Experiments;
use super::output::json;
use super::story::Story;
use journey_testing::Pending;

/// Takes the effects of one shard's customers.
#[derive(Debug)]
pub(crate) struct Log<'p> {
    program: &'p Program,
    /// Counters of each journey.
    pub(crate) journeys: Vec<JourneyTally>,
    /// Rows, where they are asked for.
    pub(crate) rows: Option<Rows>,
    /// The customer whose effects come next, by its number in the shard.
    pub(crate) customer: u32,
    /// Events that repeated an earlier one.
    pub(crate) duplicates: u64,
    /// How often an audience could not be evaluated.
    pub(crate) audience_faults: u64,
    /// What waits for an outcome.
    pub(crate) pending: Vec<Pending>,
    /// Calls that failed because nobody said what is answered.
    pub(crate) unanswered: u64,
    /// Outcomes that were left out because too many followed on one input.
    pub(crate) endless: u64,
    /// What is told of the one customer it is about, if it is about one.
    pub(crate) story: Option<Story>,
    /// What came of the last entry by hand: nothing, a membership, or a refusal.
    pub(crate) last_entry: Option<(u16, Result<(), Refusal>)>,
}

/// Counters of a journey.
#[derive(Debug, Clone, Default)]
pub(crate) struct JourneyTally {
    pub(crate) memberships: u64,
    /// Customers that entered at least once.
    pub(crate) customers: u64,
    /// Customers that would have entered but were inside.
    pub(crate) refused_inside: u64,
    /// Customers that would have entered but for the re-entry rule.
    pub(crate) refused_reentry: u64,
    /// Customers that would have entered but for a fault of the entry's filter.
    pub(crate) refused_fault: u64,
    /// Customers that were to enter by hand where an event is needed.
    pub(crate) refused_no_event: u64,
    /// Memberships that went on with a new entry.
    pub(crate) refreshed: u64,
    /// Memberships that reached each goal.
    pub(crate) goals: Vec<u64>,
    /// How often it could not be decided whether a goal was reached.
    pub(crate) goal_faults: u64,
    /// How many times the time zone of a member was found to be none.
    pub(crate) unknown_zones: u64,
    /// Entries by hand with something that the journey does not take.
    pub(crate) refused_condition: u64,
    /// By outcome.
    pub(crate) exits: Vec<u64>,
    /// By action of the program.
    pub(crate) sends: Vec<u64>,
    pub(crate) updates: u64,
    /// How often a tile has put the customer into an audience or taken it out.
    pub(crate) members: u64,
    /// Memberships that faulted, by reason.
    pub(crate) faults: Vec<(Fault, u64)>,
    pub(crate) tiles: Vec<TileTally>,
    /// What became of the members of each arm of a split.
    pub(crate) experiments: Experiments,
    /// What happened on which day.
    pub(crate) days: Days,
}

/// Counters of a tile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TileTally {
    /// Arrivals.
    pub(crate) entered: u64,
    /// Departures by an edge; for an exit tile, all that came.
    pub(crate) passed: u64,
    /// Departures by an exit criterion.
    pub(crate) exited: u64,
    /// Members parked here by a fault.
    pub(crate) faulted: u64,
    /// Departures by each edge.
    pub(crate) edges: Vec<u64>,
    /// Messages that left, of a send.
    pub(crate) sent: u64,
    /// Messages that a policy held, each once.
    pub(crate) held: u64,
    /// Messages that a policy skipped.
    pub(crate) skipped: u64,
}

impl TileTally {
    /// Members that stand here.
    pub(crate) fn inside(&self) -> u64 {
        self.entered.saturating_sub(self.passed).saturating_sub(self.exited)
    }
}

/// What is kept for the files.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) entries: Vec<EntryRow>,
    pub(crate) exits: Vec<ExitRow>,
    pub(crate) inside: Vec<InsideRow>,
    pub(crate) actions: Vec<ActionRow>,
    /// The arguments of all actions, one JSON object after the other.
    pub(crate) args: String,
    /// The keys of all entries that have one, one after the other.
    pub(crate) keys: String,
}

/// A membership of a customer, the customer numbered within its shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Membership {
    pub(crate) journey: u16,
    pub(crate) customer: u32,
    pub(crate) number: u32,
}

/// A membership began.
#[derive(Debug)]
pub(crate) struct EntryRow {
    pub(crate) membership: Membership,
    pub(crate) at: i64,
    /// Where the key stands; nothing stands there if there is none.
    pub(crate) key: (usize, usize),
}

/// A membership ended.
#[derive(Debug)]
pub(crate) struct ExitRow {
    pub(crate) membership: Membership,
    pub(crate) at: i64,
    pub(crate) outcome: u16,
}

/// A membership goes on.
#[derive(Debug)]
pub(crate) struct InsideRow {
    pub(crate) membership: Membership,
    pub(crate) tile: Option<u16>,
    /// Why it cannot go on, if it cannot.
    pub(crate) fault: Option<Fault>,
}

/// Something was done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActionRow {
    pub(crate) membership: Membership,
    pub(crate) at: i64,
    pub(crate) seq: u32,
    pub(crate) tile: u16,
    pub(crate) action: Did,
    /// Where the arguments stand.
    pub(crate) args: (usize, usize),
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Did {
    /// This action was sent.
    Send(u16),
    /// The webhook of the tile was called.
    Call,
    /// The customer's traits were updated.
    Update,
    /// The customer was put into an audience.
    Add,
    /// The customer was taken out of one.
    Remove,
}

impl<'p> Log<'p> {
    /// An empty log.
    pub(crate) fn new(program: &'p Program, keep_rows: bool) -> Log<'p> {
        let tally = |journey: &journey_bytecode::Journey| JourneyTally {
            exits: vec![0; journey.outcomes.len()],
            goals: vec![0; journey.goals.len()],
            sends: vec![0; program.actions.len()],
            tiles: journey
                .tiles
                .iter()
                .map(|tile| TileTally { edges: vec![0; tile.edges.len()], ..TileTally::default() })
                .collect(),
            experiments: Experiments::new(journey),
            ..JourneyTally::default()
        };
        Log {
            program,
            journeys: program.journeys.iter().map(tally).collect(),
            rows: keep_rows.then(Rows::default),
            customer: 0,
            duplicates: 0,
            audience_faults: 0,
            pending: Vec::new(),
            unanswered: 0,
            endless: 0,
            story: None,
            last_entry: None,
        }
    }

    fn journey(&mut self, journey: u16) -> Option<&mut JourneyTally> {
        self.journeys.get_mut(usize::from(journey))
    }

    fn tile(&mut self, journey: u16, tile: u16) -> Option<&mut TileTally> {
        self.journey(journey)?.tiles.get_mut(usize::from(tile))
    }

    fn membership(&self, journey: u16, number: u32) -> Membership {
        Membership { journey, customer: self.customer, number }
    }

    fn entered(&mut self, journey: u16, number: u32, key: Option<Val<'_>>, at: i64) {
        if let Some(tally) = self.journey(journey) {
            tally.memberships += 1;
            tally.customers += u64::from(number == 1);
            if let Some(day) = tally.days.at(at) {
                day.entered += 1;
            }
        }
        self.last_entry = Some((journey, Ok(())));
        let membership = self.membership(journey, number);
        if let Some(rows) = &mut self.rows {
            let start = rows.keys.len();
            if let Some(key) = key {
                // Writing to a string does not fail.
                let _ = write!(rows.keys, "{}", Shown(key));
            }
            rows.entries.push(EntryRow { membership, at, key: (start, rows.keys.len()) });
        }
    }

    fn refused(&mut self, journey: u16, reason: Refusal) {
        self.last_entry = Some((journey, Err(reason)));
        if let Some(tally) = self.journey(journey) {
            match reason {
                Refusal::Inside => tally.refused_inside += 1,
                Refusal::Reentry => tally.refused_reentry += 1,
                Refusal::Arguments | Refusal::Condition => tally.refused_condition += 1,
                Refusal::Fault(_) => tally.refused_fault += 1,
                Refusal::NoEvent => tally.refused_no_event += 1,
                // Nobody pauses, completes or stops a journey in a simulation.
                Refusal::Paused | Refusal::Closed | Refusal::Stopped => {}
            }
        }
    }

    fn left(&mut self, journey: u16, number: u32, tile: u16, edge: u16) {
        let membership = self.membership(journey, number);
        if let Some(tally) = self.journey(journey) {
            tally.experiments.left(membership, tile, edge);
        }
        if let Some(tally) = self.tile(journey, tile) {
            tally.passed += 1;
            if let Some(count) = tally.edges.get_mut(usize::from(edge)) {
                *count += 1;
            }
        }
    }

    fn exited(&mut self, journey: u16, number: u32, ending: Ending, tile: Option<u16>, at: i64) {
        // Nobody takes members out of a simulation.
        let Ending::Outcome(outcome) = ending else { return };
        let declared = self.program.journeys.get(usize::from(journey));
        let kind = tile.and_then(|tile| declared?.tiles.get(usize::from(tile))).map(|t| t.kind);
        if let Some(count) =
            self.journey(journey).and_then(|tally| tally.exits.get_mut(usize::from(outcome)))
        {
            *count += 1;
        }
        if let Some(tally) = tile.and_then(|tile| self.tile(journey, tile)) {
            match kind {
                Some(TileKind::Exit) => tally.passed += 1,
                _ => tally.exited += 1,
            }
        }
        let membership = self.membership(journey, number);
        if let Some(tally) = self.journey(journey) {
            tally.experiments.exited(membership, outcome);
            if let Some(day) = tally.days.at(at) {
                day.exited += 1;
            }
        }
        if let Some(rows) = &mut self.rows {
            rows.exits.push(ExitRow { membership, at, outcome });
        }
    }

    fn faulted(&mut self, journey: u16, tile: Option<u16>, fault: Fault) {
        if let Some(tally) = tile.and_then(|tile| self.tile(journey, tile)) {
            tally.faulted += 1;
        }
        if let Some(tally) = self.journey(journey) {
            match tally.faults.iter_mut().find(|(known, _)| *known == fault) {
                Some((_, count)) => *count += 1,
                None => tally.faults.push((fault, 1)),
            }
        }
    }

    /// Keeps a row of an action; `write` writes its arguments.
    fn acted(&mut self, row: ActionRow, write: impl FnOnce(&mut String)) {
        if let Some(rows) = &mut self.rows {
            let start = rows.args.len();
            write(&mut rows.args);
            rows.actions.push(ActionRow { args: (start, rows.args.len()), ..row });
        }
    }
}

impl Effects for Log<'_> {
    fn wants_decisions(&self) -> bool {
        self.story.is_some()
    }

    #[inline]
    fn emit(&mut self, effect: Effect<'_>) {
        let program = self.program;
        self.pending.extend(Pending::of(&effect));
        if let Some(story) = &mut self.story {
            story.effect(program, effect);
        }
        match effect {
            Effect::Called { journey, membership, seq, tile, call, at, .. } => {
                if let Some(tally) = self.tile(journey, tile) {
                    tally.sent += 1;
                }
                let membership = self.membership(journey, membership);
                let action = Did::Call;
                let row = ActionRow { membership, at, seq, tile, action, args: (0, 0) };
                self.acted(row, |out| json::call(out, &call));
            }
            Effect::Answered { .. } => {}
            Effect::Arrived { journey, tile, .. } => {
                if let Some(tally) = self.tile(journey, tile) {
                    tally.entered += 1;
                }
            }
            Effect::Left { journey, membership, tile, edge, .. } => {
                self.left(journey, membership, tile, edge);
            }
            Effect::Entered { journey, membership, key, at } => {
                self.entered(journey, membership, key, at);
            }
            Effect::Refreshed { journey, .. } => {
                if let Some(tally) = self.journey(journey) {
                    tally.refreshed += 1;
                }
            }
            Effect::GoalReached { journey, membership, goal, at } => {
                let membership = self.membership(journey, membership);
                if let Some(tally) = self.journey(journey) {
                    if let Some(count) = tally.goals.get_mut(usize::from(goal)) {
                        *count += 1;
                    }
                    tally.experiments.reached(membership, goal);
                    if let Some(day) = tally.days.at(at) {
                        day.goals += 1;
                    }
                }
            }
            Effect::GoalFault { journey, .. } => {
                if let Some(tally) = self.journey(journey) {
                    tally.goal_faults += 1;
                }
            }
            Effect::SetMember { journey, membership, seq, tile, audience, member, at } => {
                if let Some(tally) = self.journey(journey) {
                    tally.members += 1;
                }
                let membership = self.membership(journey, membership);
                let action = if member { Did::Add } else { Did::Remove };
                let row = ActionRow { membership, at, seq, tile, action, args: (0, 0) };
                let name = program.audiences.get(usize::from(audience)).map(|it| &*it.name);
                self.acted(row, |out| json::text_member(out, "audience", name.unwrap_or_default()));
            }
            Effect::NotEntered { journey, reason, .. } => self.refused(journey, reason),
            Effect::Exited { journey, membership, ending, tile, at, .. } => {
                self.exited(journey, membership, ending, tile, at);
            }
            Effect::Faulted { journey, tile, fault, .. } => self.faulted(journey, tile, fault),
            Effect::Sent { journey, membership, seq, tile, action, args, at, .. } => {
                if let Some(tally) = self.tile(journey, tile) {
                    tally.sent += 1;
                }
                if let Some(tally) = self.journey(journey) {
                    if let Some(count) = tally.sends.get_mut(usize::from(action)) {
                        *count += 1;
                    }
                    if let Some(day) = tally.days.at(at) {
                        day.sent += 1;
                    }
                }
                let membership = self.membership(journey, membership);
                let did = Did::Send(action);
                let row = ActionRow { membership, at, seq, tile, action: did, args: (0, 0) };
                let params = program.actions.get(usize::from(action)).map(|a| &*a.params);
                self.acted(row, |out| json::object(out, params.unwrap_or_default(), args));
            }
            Effect::Held { journey, tile, again, .. } => {
                if let Some(tally) = self.tile(journey, tile) {
                    tally.held += u64::from(!again);
                }
            }
            Effect::Skipped { journey, tile, .. } => {
                if let Some(tally) = self.tile(journey, tile) {
                    tally.skipped += 1;
                }
            }
            Effect::Updated { journey, membership, seq, tile, changes, at } => {
                if let Some(tally) = self.journey(journey) {
                    tally.updates += 1;
                }
                let membership = self.membership(journey, membership);
                let did = Did::Update;
                let row = ActionRow { membership, at, seq, tile, action: did, args: (0, 0) };
                self.acted(row, |out| json::object(out, &program.traits, changes));
            }
            Effect::UnknownZone { journey, .. } => {
                if let Some(tally) = self.journey(journey) {
                    tally.unknown_zones += 1;
                }
            }
            Effect::AudienceFault { .. } => self.audience_faults += 1,
            Effect::Duplicate { .. } => self.duplicates += 1,
            // One program runs from the first event to the last.
            Effect::Rebased { .. } | Effect::Migrated { .. } => {}
            Effect::Unparked { .. }
            | Effect::Forgotten { .. }
            | Effect::Decided { .. }
            | Effect::JoinedAudience { .. }
            | Effect::LeftAudience { .. } => {}
        }
    }
}

impl JourneyTally {
    /// Memberships that go on.
    pub(crate) fn inside(&self) -> u64 {
        self.memberships.saturating_sub(self.exits.iter().sum())
    }

    /// Adds the counters of another shard.
    pub(crate) fn merge(&mut self, other: &JourneyTally) {
        self.memberships += other.memberships;
        self.customers += other.customers;
        self.refused_inside += other.refused_inside;
        self.refused_reentry += other.refused_reentry;
        self.refused_condition += other.refused_condition;
        self.refused_fault += other.refused_fault;
        self.refused_no_event += other.refused_no_event;
        self.refreshed += other.refreshed;
        self.goal_faults += other.goal_faults;
        self.unknown_zones += other.unknown_zones;
        self.updates += other.updates;
        self.members += other.members;
        add(&mut self.goals, &other.goals);
        add(&mut self.exits, &other.exits);
        add(&mut self.sends, &other.sends);
        for (fault, count) in &other.faults {
            match self.faults.iter_mut().find(|(known, _)| known == fault) {
                Some((_, sum)) => *sum += count,
                None => self.faults.push((*fault, *count)),
            }
        }
        self.experiments.merge(&other.experiments);
        self.days.merge(&other.days);
        for (tile, other) in self.tiles.iter_mut().zip(&other.tiles) {
            tile.entered += other.entered;
            tile.passed += other.passed;
            tile.exited += other.exited;
            tile.faulted += other.faulted;
            tile.sent += other.sent;
            tile.held += other.held;
            tile.skipped += other.skipped;
            add(&mut tile.edges, &other.edges);
        }
    }
}

/// Adds counters to others, place by place.
pub(crate) fn add(sums: &mut [u64], others: &[u64]) {
    sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
}
