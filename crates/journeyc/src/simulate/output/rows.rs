//! The rows of `memberships.csv` and `actions.csv`, in the order of their keys.

use std::io::{self, Write};

use journey_bytecode::{Journey, Program};
use journey_vm::Fault;

use super::text;
use crate::simulate::log::{ActionRow, Did, Membership, Rows};
use crate::simulate::shard::Shard;

/// Everything that the files are written from.
pub(crate) struct Tables<'s> {
    program: &'s Program,
    /// Ids of all customers, sorted.
    ids: Vec<&'s str>,
    memberships: Vec<MembershipLine<'s>>,
    /// Actions with the shard they come from.
    actions: Vec<(Key, &'s ActionRow, &'s str)>,
}

/// A membership among all, its customer numbered by its id's place in the order of ids.
type Key = Membership;

struct MembershipLine<'s> {
    key: Key,
    /// The value of the journey's key.
    value: &'s str,
    entered_at: i64,
    end: End,
}

enum End {
    Exited { at: i64, outcome: u16 },
    Inside { tile: Option<u16>, fault: Option<Fault> },
}

impl<'s> Tables<'s> {
    /// Brings the rows of all shards together and sorts them.
    pub(crate) fn new(program: &'s Program, shards: &'s mut [Shard<'_>]) -> Tables<'s> {
        for rows in shards.iter_mut().filter_map(|shard| shard.log.rows.as_mut()) {
            rows.entries.sort_unstable_by_key(|row| row.membership);
            rows.exits.sort_unstable_by_key(|row| row.membership);
            rows.inside.sort_unstable_by_key(|row| row.membership);
        }
        let shards: &'s [Shard<'_>] = shards;
        let (ids, places) = order(shards);
        let (mut memberships, mut actions) = (Vec::new(), Vec::new());
        for (shard, places) in shards.iter().zip(&places) {
            let Some(rows) = &shard.log.rows else { continue };
            let key = |membership: Membership| Membership {
                customer: places.get(membership.customer as usize).copied().unwrap_or(u32::MAX),
                ..membership
            };
            join(rows, |line| memberships.push(MembershipLine { key: key(line.key), ..line }));
            actions.extend(rows.actions.iter().map(|row| {
                let args = rows.args.get(row.args.0..row.args.1).unwrap_or_default();
                (key(row.membership), row, args)
            }));
        }
        memberships.sort_unstable_by_key(|line| line.key);
        actions.sort_unstable_by_key(|(key, row, _)| {
            (key.journey, row.at, key.customer, key.number, row.seq)
        });
        Tables { program, ids, memberships, actions }
    }

    /// Writes one line a membership.
    pub(crate) fn write_memberships(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        let columns = [
            "journey",
            "customer_id",
            "membership",
            "entered_at",
            "ended_at",
            "outcome",
            "tile",
            "key",
            "fault",
        ];
        csv.write_record(columns)?;
        let (mut entered, mut ended) = (String::new(), String::new());
        for MembershipLine { key, value, entered_at, end } in &self.memberships {
            let Some(journey) = self.journey(key.journey) else { continue };
            entered.clear();
            ended.clear();
            text::time(&mut entered, *entered_at);
            let (outcome, tile, fault) = match end {
                End::Exited { at, outcome } => {
                    text::time(&mut ended, *at);
                    let outcome = journey.outcomes.get(usize::from(*outcome));
                    (outcome.map_or("", |name| name), "", None)
                }
                End::Inside { tile, fault } => {
                    ("", tile.map_or("", |tile| tile_id(journey, tile)), *fault)
                }
            };
            csv.write_record([
                &journey.name,
                self.id(key.customer),
                &key.number.to_string(),
                &entered,
                &ended,
                outcome,
                tile,
                value,
                &fault.map_or_else(String::new, |fault| fault.to_string()),
            ])?;
        }
        csv.flush()
    }

    /// Writes one line an action.
    pub(crate) fn write_actions(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        let columns =
            ["journey", "customer_id", "membership", "seq", "kind", "tile", "action", "args", "ts"];
        csv.write_record(columns)?;
        let (mut at, mut call) = (String::new(), String::new());
        for (key, row, args) in &self.actions {
            let Some(journey) = self.journey(key.journey) else { continue };
            at.clear();
            text::time(&mut at, row.at);
            let (kind, action) = match row.action {
                Did::Send(action) => ("send", self.action(action)),
                Did::Call => {
                    call.clear();
                    call.extend([journey.name.as_str(), ".", tile_id(journey, row.tile)]);
                    ("webhook", call.as_str())
                }
                Did::Add => ("add", "customer"),
                Did::Remove => ("remove", "customer"),
                Did::Update => ("update", "customer"),
            };
            let (number, seq) = (key.number.to_string(), row.seq.to_string());
            csv.write_record([
                &journey.name,
                self.id(key.customer),
                &number,
                &seq,
                kind,
                tile_id(journey, row.tile),
                action,
                args,
                &at,
            ])?;
        }
        csv.flush()
    }

    fn journey(&self, journey: u16) -> Option<&Journey> {
        self.program.journeys.get(usize::from(journey))
    }

    fn action(&self, action: u16) -> &str {
        self.program.actions.get(usize::from(action)).map_or("", |action| &action.name)
    }

    fn id(&self, customer: u32) -> &str {
        self.ids.get(customer as usize).copied().unwrap_or_default()
    }
}

fn tile_id(journey: &Journey, tile: u16) -> &str {
    journey.tiles.get(usize::from(tile)).map_or("", |tile| &tile.id)
}

/// The ids of all customers in order, and for each shard the place of each of its customers.
fn order<'s>(shards: &'s [Shard<'_>]) -> (Vec<&'s str>, Vec<Vec<u32>>) {
    let mut all: Vec<(&str, usize, usize)> = Vec::new();
    for (shard, customers) in shards.iter().map(|shard| &shard.customers).enumerate() {
        all.extend(customers.iter().enumerate().map(|(number, c)| (c.id(), shard, number)));
    }
    all.sort_unstable();
    let mut places: Vec<Vec<u32>> =
        shards.iter().map(|shard| vec![u32::MAX; shard.customers.len() as usize]).collect();
    for (place, (_, shard, number)) in (0..).zip(&all) {
        if let Some(slot) = places.get_mut(*shard).and_then(|p| p.get_mut(*number)) {
            *slot = place;
        }
    }
    (all.into_iter().map(|(id, _, _)| id).collect(), places)
}

/// Goes through entries, exits and who is inside, all sorted by membership, side by side.
fn join<'s>(rows: &'s Rows, mut each: impl FnMut(MembershipLine<'s>)) {
    let mut exits = rows.exits.iter().peekable();
    let mut inside = rows.inside.iter().peekable();
    for entry in &rows.entries {
        let key = entry.membership;
        let end = if let Some(exit) = exits.next_if(|exit| exit.membership == key) {
            End::Exited { at: exit.at, outcome: exit.outcome }
        } else {
            let row = inside.next_if(|row| row.membership == key);
            End::Inside { tile: row.and_then(|row| row.tile), fault: row.and_then(|row| row.fault) }
        };
        let value = rows.keys.get(entry.key.0..entry.key.1).unwrap_or_default();
        each(MembershipLine { key, value, entered_at: entry.at, end });
    }
}
