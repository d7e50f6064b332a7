//! What happened to a customer, as people read it: the records of the engine, in the names of the program
//! that was at work then.

mod facts;
mod names;

use journey_bytecode::{Const, Program, Slot};
use journey_engine::deploy::History;
use journey_engine::timeline::{Cause, Happened, Place, Record};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::http::time;

/// What one input has done to a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// Names it among those of the customer.
    id: String,
    /// When it came.
    #[schema(format = "date-time")]
    at: String,
    /// What came.
    cause: Told,
    /// What it did, in order.
    effects: Vec<Told>,
}

/// One thing that happened. What else there is to say of it depends on its kind.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimelineFact)]
pub struct Told {
    /// What it is: `event`, `entered`, `decided`, `sent`, …
    kind: &'static str,
    /// When.
    #[schema(format = "date-time")]
    at: String,
    /// The journey it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    journey: Option<String>,
    /// The version of that journey.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    version: Option<u32>,
    /// The how manyeth membership of the customer in that journey, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    membership: Option<u32>,
    /// The tile it happened at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tile: Option<String>,
    /// More about it, by kind.
    #[serde(flatten)]
    #[schema(additional_properties)]
    more: Map<String, Value>,
}

impl TimelineEntry {
    /// A record as people read it.
    pub fn of(history: &History, (sequence, part): Place, record: &Record) -> TimelineEntry {
        let program = history.numbered(record.deployment).map(|it| it.set.program());
        let teller = Teller { program: program.map(|it| &**it) };
        TimelineEntry {
            id: format!("{sequence}-{part}"),
            at: time(record.at),
            cause: teller.cause(&record.cause, record.at),
            effects: record.effects.iter().map(|happened| teller.effect(happened)).collect(),
        }
    }
}

/// Tells by the names of a program.
#[derive(Clone, Copy)]
struct Teller<'p> {
    program: Option<&'p Program>,
}

impl Teller<'_> {
    fn cause(self, cause: &Cause, at: i64) -> Told {
        let mut more = Map::new();
        let mut about = (None, None, None);
        let kind = match cause {
            Cause::Event { event, at } => {
                more.insert("event".to_owned(), self.event(*event));
                more.insert("happened_at".to_owned(), time(*at).into());
                "event"
            }
            Cause::Traits(changes) => {
                more.insert("changes".to_owned(), self.traits(changes));
                "traits"
            }
            Cause::Member { audience, member } => {
                more.insert("audience".to_owned(), self.audience(*audience));
                more.insert("member".to_owned(), (*member).into());
                "audience"
            }
            Cause::Enter { journey } => {
                about.0 = Some(*journey);
                "enter"
            }
            Cause::Remove { journey } => {
                about.0 = Some(*journey);
                "remove"
            }
            Cause::Outcome { journey, membership, tile, visit, outcome } => {
                about = (Some(*journey), Some(*membership), Some(*tile));
                more.insert("visit".to_owned(), (*visit).into());
                more.insert("outcome".to_owned(), names::outcome(*outcome).into());
                "outcome"
            }
            Cause::Retry { journey, membership } => {
                about = (Some(*journey), Some(*membership), None);
                "retry"
            }
            Cause::Pause { journey } => {
                about.0 = Some(*journey);
                "pause"
            }
            Cause::Resume { journey } => {
                about.0 = Some(*journey);
                "resume"
            }
            Cause::Stop { journey } => {
                about.0 = Some(*journey);
                "stop"
            }
            Cause::Deploy => "deploy",
            Cause::Time => "time",
        };
        self.told(kind, at, about, more)
    }

    fn effect(self, happened: &Happened) -> Told {
        let (kind, more) = self.fact(happened);
        let membership = Some(happened.membership).filter(|number| *number > 0);
        self.told(kind, happened.at, (happened.journey, membership, happened.tile), more)
    }

    fn told(
        self,
        kind: &'static str,
        at: i64,
        (journey, membership, tile): (Option<u16>, Option<u32>, Option<u16>),
        more: Map<String, Value>,
    ) -> Told {
        let program = self.program.zip(journey);
        let declared = program.and_then(|(program, it)| program.journeys.get(usize::from(it)));
        let version = declared.and(program).map(|(program, it)| program.version(it).number);
        let tile = declared.zip(tile).and_then(|(it, tile)| it.tiles.get(usize::from(tile)));
        let journey = declared.map(|it| it.name.clone());
        let tile = tile.map(|it| it.id.clone());
        Told { kind, at: time(at), journey, version, membership, tile, more }
    }

    /// The name of an event on the wire.
    fn event(self, event: u16) -> Value {
        let found = self.program.and_then(|it| it.events.get(usize::from(event)));
        found.map(|event| event.wire.clone()).into()
    }

    fn audience(self, audience: u16) -> Value {
        let found = self.program.and_then(|it| it.audiences.get(usize::from(audience)));
        found.map(|audience| audience.name.clone()).into()
    }

    fn traits(self, changes: &[(u16, Const)]) -> Value {
        self.program.map_or(Value::Null, |program| values(&program.traits, changes))
    }
}

/// Values by the names of their slots on the wire. One that was taken away is `null`.
pub(crate) fn values(slots: &[Slot], values: &[(u16, Const)]) -> Value {
    let mut text = String::new();
    journey_intake::write_values(&mut text, slots, values);
    serde_json::from_str(&text).unwrap_or_default()
}
