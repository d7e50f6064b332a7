//! Entering by hand.

use bytes::Bytes;
use journey_engine::command::{Reply as Done, What};
use journey_engine::deploy::Deployment;
use journey_engine::lifecycle::State;
use journey_intake::{Brought, Decoder, Elements, Form, Limits, Rules, Schema, Strangers};
use journey_vm::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::super::Idempotent;
use super::super::super::problem::Problem;
use super::super::super::state::AppState;
use super::super::uploads::{Aim, ListReport, Target, invalid};
use super::super::{changing, no_schema};

/// How often one entry is read again because what is live was changed under it.
const TRIES: usize = 5;

/// An entry as it stands in a body; for the document.
#[derive(ToSchema)]
#[schema(as = Entry)]
#[allow(dead_code, reason = "says what a body looks like")]
pub(super) struct EntryBody {
    /// Who enters.
    #[schema(min_length = 1, max_length = 1024)]
    customer_id: String,
    /// What the journey takes: its parameters and, where an event enters it, the properties of that event.
    #[schema(value_type = Option<Object>)]
    payload: Option<()>,
}

/// What an entry or a list of them is answered with; for the document.
#[derive(ToSchema)]
#[schema(as = Entered)]
#[serde(untagged)]
#[allow(dead_code, reason = "says what the answer looks like")]
pub(super) enum Entered {
    One(OneEntered),
    List(EnteredList),
}

/// A customer that entered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneEntered {
    /// Who.
    customer: String,
    /// `entered`; `refreshed` where it was inside and what it brought along took the place of what it had;
    /// `repeated` where an earlier try of this request, by its `Idempotency-Key`, had done it.
    result: &'static str,
    /// How many memberships began; with a journey that goes through a list there can be several.
    memberships: u32,
}

/// What became of a list of entries.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EnteredList {
    /// Rows whose customer entered.
    entered: u64,
    /// Rows whose customer was inside, and took over what it brought along.
    refreshed: u64,
    /// Rows that an earlier try of this request, by its `Idempotency-Key`, had done.
    repeated: u64,
    #[serde(flatten)]
    list: ListReport,
}

/// A journey that customers are to enter.
pub(super) struct Entry {
    journey: String,
    idempotent: Idempotent,
    entered: u64,
    refreshed: u64,
    repeated: u64,
}

impl Entry {
    /// Entries into a journey that takes some.
    pub(super) fn into_journey(
        state: &AppState,
        id: &str,
        idempotent: Idempotent,
    ) -> Result<Entry, Problem> {
        let view = state.services.catalog.view(id)?;
        let what_to_do = match view.state {
            State::Active => return Ok(Entry::new(id, idempotent)),
            State::Draft => "activate it first",
            State::Paused => "resume it first",
            State::Completed | State::Stopped => {
                "it takes nobody any more; a new version of it can be activated"
            }
        };
        let name = view.state.name();
        let detail = format!("the journey `{id}` is {name}, and nobody enters: {what_to_do}");
        Err(Problem::conflict(detail).with("state", name).with("allowed", view.moves()))
    }

    fn new(journey: &str, idempotent: Idempotent) -> Entry {
        Entry { journey: journey.to_owned(), idempotent, entered: 0, refreshed: 0, repeated: 0 }
    }

    /// What became of a list.
    pub(super) fn report(&self, list: ListReport) -> EnteredList {
        let Entry { entered, refreshed, repeated, .. } = *self;
        EnteredList { entered, refreshed, repeated, list }
    }

    /// Enters the one customer of a body.
    pub(super) async fn one(&self, state: &AppState, body: &Bytes) -> Result<OneEntered, Problem> {
        for _ in 0..TRIES {
            let (customer, what) = self.read(state, body)?;
            let entered = |result, memberships| {
                Ok(OneEntered { customer: customer.clone(), result, memberships })
            };
            return match state.services.runtime.execute(&customer, what).await? {
                Done::Stale => continue,
                Done::Duplicate => entered("repeated", 0),
                Done::Entered(0) => entered("refreshed", 0),
                Done::Entered(count) => entered("entered", count),
                Done::NotEntered(refusal) => {
                    let (code, message) = told(refusal);
                    let detail = format!("`{customer}` does not enter: {message}");
                    Err(Problem::conflict(detail).with("code", code))
                }
                other => Err(Problem::internal(format!("an entry came to {other:?}"))),
            };
        }
        Err(changing())
    }

    fn read(&self, state: &AppState, body: &Bytes) -> Result<(String, What), Problem> {
        let services = &state.services;
        let history = services.runtime.history();
        let deployment = history.deployment().ok_or_else(no_schema)?;
        let schema = services.schemas.of(deployment);
        let aim = self.aim(deployment, &schema)?;
        if body.trim_ascii().is_empty() {
            let detail = "the body is empty: send `{\"customer_id\": \"…\", \"payload\": {…}}`";
            return Err(Problem::invalid_body(detail));
        }
        if Form::of_json(body) == Form::Array {
            let detail = "the body is an array: send one entry as an object, or a list as text/csv \
                          or application/x-ndjson";
            return Err(Problem::invalid_body(detail));
        }
        let limits = &state.config.limits;
        let limits = Limits { elements: 1, bytes: limits.body.bytes(), depth: limits.json_depth };
        let mut elements = Elements::new(body, Form::One, limits);
        let element = elements.next().ok_or_else(|| Problem::internal("a body without element"))?;
        let text = element.text.map_err(|reason| invalid(&[*reason]))?;
        // Whoever enters one by hand looks at the answer: a misspelt parameter is told.
        let rules = Rules { values: Strangers::Reject, ..Rules::default() };
        let mut decoder = Decoder::new(schema);
        let entry = decoder.entry(aim.number, text, rules);
        let (customer, brought) = entry.map_err(|reasons| invalid(&reasons))?;
        Ok((customer.to_owned(), self.command(aim, 1, brought)))
    }
}

impl Target for Entry {
    fn aim(&self, deployment: &Deployment, _: &Schema) -> Result<Aim, Problem> {
        let program = deployment.set.program();
        let Some(number) = program.heads().get(&*self.journey).copied() else {
            let journey = &self.journey;
            let detail = format!("the journey `{journey}` takes nobody any more");
            return Err(Problem::conflict(detail));
        };
        Ok(Aim { deployment: deployment.number, number, brings: true })
    }

    fn command(&self, aim: Aim, line: u64, brought: Brought) -> What {
        let Brought { args, event } = brought;
        // Half of a list may have been done by a process that ended.
        let id = self.idempotent.name_of(usize::try_from(line).unwrap_or(usize::MAX));
        let (deployment, journey) = (aim.deployment, aim.number);
        What::Enter { deployment, journey, args, event, id: id.map(Into::into) }
    }

    fn judge(&mut self, reply: Done) -> Option<(&'static str, String)> {
        match reply {
            Done::Entered(0) => self.refreshed += 1,
            Done::Entered(_) => self.entered += 1,
            Done::Duplicate => self.repeated += 1,
            Done::NotEntered(refusal) => return Some(told(refusal)),
            other => return Some(("not_done", format!("the row came to {other:?}"))),
        }
        None
    }
}

/// A word for a refusal, and what to do about it.
fn told(refusal: Refusal) -> (&'static str, String) {
    let (code, message) = match refusal {
        Refusal::Inside => ("inside", "it is inside already; it can enter again when it has left"),
        Refusal::Reentry => {
            ("reentry", "it was inside before, and `reenter` does not allow it again")
        }
        Refusal::Paused => ("paused", "the journey is paused; resume it first"),
        Refusal::Stopped => ("stopped", "the journey is being stopped"),
        Refusal::Closed => ("closed", "the journey takes nobody any more"),
        Refusal::Arguments => {
            ("arguments", "what it brings along is incomplete, or of another type than is declared")
        }
        Refusal::Condition => {
            ("condition", "the `where` of the entry does not hold for what it brings along")
        }
        Refusal::NoEvent => {
            ("no_event", "the journey is about parts of an event: bring its properties along")
        }
        Refusal::Fault(fault) => {
            return ("fault", format!("the entry cannot be evaluated for it: {fault}"));
        }
    };
    (code, message.to_owned())
}
