//! Everything that is stored about a customer.

use std::io;
use std::ops::Range;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use data_encoding::BASE64;
use journey_engine::deploy::History;
use journey_engine::form::{ReadError, decode};
use journey_engine::outbox::{Message, Post};
use journey_engine::rejected::Rejected;
use journey_engine::shard::shard_of;
use journey_engine::timeline::Record;
use journey_engine::trouble::Undelivered;
use journey_engine::{keys, store::Pair};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::extract::Params;
use super::super::flow::{Flow, Gone};
use super::super::problem::Problem;
use super::super::state::AppState;
use super::customers::{CustomerView, view};
use super::time;
use crate::runtime::Runtime;
use crate::story::{TimelineEntry, values};

/// How many pairs of the store are looked at in one go.
const CHUNK: usize = 500;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Everything that is stored about a customer.
///
/// One object: `customer` as `GET /api/v1/customers/{id}` has it; `timeline`, oldest first; `messages`
/// that are on their way and `undelivered` ones; `rejected_events` that name it; and `record`, the bytes
/// (base64) of all that journeys remember of it: history windows, policies, waits.
#[utoipa::path(get, path = "/api/v1/customers/{id}/export", operation_id = "export_customer", tag = "customers",
    params(("id" = String, Path, description = "The customer's id")),
    responses((status = 200, description = "All of it", body = Object),
        (status = 404, response = Problem)))]
async fn export(
    State(state): State<AppState>,
    Params(id): Params<String>,
) -> Result<impl IntoResponse, Problem> {
    let Some(customer) = view(&state, &id)? else {
        return Err(Problem::not_found(format!("there is no customer `{id}`")));
    };
    let (flow, body) = Flow::new();
    let runtime = state.services.runtime.clone();
    tokio::task::spawn_blocking(move || {
        let writer = Writer { runtime: &runtime, id: &id, flow: &flow };
        match writer.write(&customer) {
            Ok(()) | Err(Broken::Gone) => {}
            Err(Broken::Store(error)) => {
                tracing::error!(%error, "an export broke off");
                flow.break_off(io::Error::other("the store cannot be read"));
            }
        }
    });
    Ok(([(header::CONTENT_TYPE, "application/json")], body))
}

/// Why an export broke off.
enum Broken {
    Gone,
    Store(ReadError),
}

impl From<Gone> for Broken {
    fn from(_: Gone) -> Broken {
        Broken::Gone
    }
}

impl<E: Into<ReadError>> From<E> for Broken {
    fn from(error: E) -> Broken {
        Broken::Store(error.into())
    }
}

/// Writes an export, list by list, a chunk at a time.
struct Writer<'w> {
    runtime: &'w Runtime,
    id: &'w str,
    flow: &'w Flow,
}

impl Writer<'_> {
    fn write(&self, customer: &CustomerView) -> Result<(), Broken> {
        let (store, id) = (self.runtime.store(), self.id);
        let shard = shard_of(id, self.runtime.shards());
        let history = self.runtime.history();
        let record = store.get(&keys::customer(shard, id))?;
        let record = record.map(|bytes| BASE64.encode(&bytes));
        let (customer, record) = (text(customer), text(&record));
        let head = format!("{{\"customer\":{customer},\"record\":{record},\"timeline\":[");
        self.flow.put_blocking(head)?;
        self.list(keys::timelines(shard, id), |(key, bytes)| {
            let record: Record = decode("timeline", bytes)?;
            let place = keys::timeline_of(key).unwrap_or_default();
            Ok(Some(text(&TimelineEntry::of(&history, place, &record))))
        })?;
        self.flow.put_blocking("],\"messages\":[")?;
        self.list(keys::outbox_from(shard, 0), |(_, bytes)| {
            let message: Message = decode("message", bytes)?;
            Ok((message.customer == id).then(|| told(&history, &message).to_string()))
        })?;
        self.flow.put_blocking("],\"undelivered\":[")?;
        self.list(keys::troubles_from(shard, 0), |(_, bytes)| {
            let Undelivered { message, at, failure } = decode("undelivered message", bytes)?;
            Ok((message.customer == id).then(|| {
                let mut told = told(&history, &message);
                if let Some(told) = told.as_object_mut() {
                    told.insert("given_up_at".to_owned(), time(at).into());
                    told.insert("failure".to_owned(), failure.reason.into());
                }
                told.to_string()
            }))
        })?;
        self.flow.put_blocking("],\"rejected_events\":[")?;
        self.list(keys::all_rejected(), |(_, bytes)| {
            let rejected: Rejected = decode("rejected event", bytes)?;
            Ok(rejected.names(id).then(|| {
                let Rejected { at, reason, text, .. } = rejected;
                json!({ "at": time(at), "reason": reason, "text": text }).to_string()
            }))
        })?;
        Ok(self.flow.put_blocking("]}\n")?)
    }

    /// Writes what is in a range, with commas between.
    fn list(
        &self,
        range: Range<keys::Key>,
        item: impl Fn(&Pair) -> Result<Option<String>, ReadError>,
    ) -> Result<(), Broken> {
        let mut from = range.start;
        let mut first = true;
        loop {
            let pairs = self.runtime.store().scan(&from, &range.end, CHUNK)?;
            let mut piece = String::new();
            for pair in &pairs {
                let Some(item) = item(pair)? else { continue };
                if !std::mem::take(&mut first) {
                    piece.push(',');
                }
                piece.push_str(&item);
            }
            if !piece.is_empty() {
                self.flow.put_blocking(piece)?;
            }
            match pairs.last() {
                Some((last, _)) if pairs.len() == CHUNK => from = [&last[..], &[0]].concat(),
                _ => return Ok(()),
            }
        }
    }
}

/// As JSON. What is written here are texts and numbers under texts: there is nothing JSON cannot hold.
fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A message as people read it.
fn told(history: &History, message: &Message) -> Value {
    let program = history.numbered(message.deployment).map(|it| it.set.program());
    let journey = program.and_then(|it| it.journeys.get(usize::from(message.journey)));
    let tile = journey.and_then(|it| it.tiles.get(usize::from(message.tile)));
    let post = match &message.post {
        Post::Action { action, args } => {
            let action = program.and_then(|it| it.actions.get(usize::from(*action)));
            let args = action.map(|it| values(&it.params, args));
            json!({ "action": action.map(|it| &it.name), "args": args })
        }
        Post::Call { url, body, .. } => json!({ "url": url, "body": body }),
    };
    json!({
        "at": time(message.at),
        "journey": journey.map(|it| &it.name),
        "membership": message.membership,
        "tile": tile.map(|it| &it.id),
        "attempt": message.attempt,
        "next_at": time(message.next_at),
        "message": post,
    })
}
