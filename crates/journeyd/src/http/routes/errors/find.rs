//! Errors, read from the store.

use std::collections::BTreeMap;
use std::sync::Arc;

use journey_delivery::Circuit;
use journey_engine::deploy::{Deployment, History, Line};
use journey_engine::form::{ReadError, decode};
use journey_engine::keys::{self, kind};
use journey_engine::outbox::{Message, MessageId};
use journey_engine::shard::{first_message, shard_of};
use journey_engine::trouble::{Faulted, Undelivered};

use super::super::super::problem::Problem;
use super::super::super::state::Services;
use super::super::time;
use super::views::{Delivery, ErrorView, MessageView};
use super::{ErrorId, ErrorState};
use crate::pages::{Page, page};
use crate::runtime::Runtime;
use crate::runtime::dispatch::queue_of;

/// What went wrong in one journey.
pub(super) struct Errors {
    runtime: Arc<Runtime>,
    history: Arc<History>,
    left_alone: BTreeMap<String, Circuit>,
    line: Line,
}

/// Where in a journey something went wrong.
struct Place<'h> {
    deployment: &'h Deployment,
    version: u32,
    /// The tile, and what it says.
    tile: Option<(String, String)>,
}

impl Errors {
    /// Those of a journey; none if it was never activated.
    pub(super) fn of(services: &Services, id: &str) -> Result<Option<Errors>, Problem> {
        services.catalog.view(id)?;
        let runtime = Arc::clone(&services.runtime);
        let Some(line) = runtime.read_control(|control| control.line(id)) else { return Ok(None) };
        let left_alone = services.receivers.left_alone();
        Ok(Some(Errors { history: runtime.history(), runtime, left_alone, line }))
    }

    pub(super) fn line(&self) -> Line {
        self.line
    }

    /// A page of those in a state, in the order of their keys.
    pub(super) fn page(
        &self,
        state: Option<ErrorState>,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Page<ErrorView>, ReadError> {
        let shards = || 0..self.runtime.shards();
        let is_wanted = |states: &[ErrorState]| state.is_none_or(|it| states.contains(&it));
        let mut ranges = Vec::new();
        if is_wanted(&[ErrorState::Faulted]) {
            ranges.extend(shards().map(|shard| keys::faults(self.line.0, shard)));
        }
        if is_wanted(&[ErrorState::Retrying, ErrorState::Waiting]) {
            for shard in shards() {
                let first = first_message(self.runtime.store(), shard)?;
                ranges.push(keys::outbox_from(shard, first));
            }
        }
        if is_wanted(&[ErrorState::Undelivered]) {
            ranges.extend(shards().map(|shard| keys::troubles_from(shard, 0)));
        }
        page(self.runtime.store(), &ranges, after, limit, |key, bytes| {
            let view = match key.first() {
                Some(&kind::FAULT) => self.fault(key, bytes)?,
                Some(&kind::OUTBOX) => self.trying(key, bytes)?,
                _ => self.undelivered(key, bytes)?,
            };
            Ok(view.filter(|view| is_wanted(&[view.state])))
        })
    }

    /// Whom an error is about and, of a message, who is called; nothing if the journey has none of this
    /// name.
    pub(super) fn about(
        &self,
        id: &ErrorId,
    ) -> Result<Option<(String, Option<String>)>, ReadError> {
        let store = self.runtime.store();
        let message: Message = match id {
            ErrorId::Member { membership, customer } => {
                let shard = shard_of(customer, self.runtime.shards());
                let key = keys::fault(self.line.0, shard, customer, *membership);
                let is_there = store.get(&key)?.is_some();
                return Ok(is_there.then(|| (customer.clone(), None)));
            }
            ErrorId::Outbox { id, .. } => match store.get(&keys::outbox(id.shard, id.number))? {
                Some(bytes) => decode("message", &bytes)?,
                None => return Ok(None),
            },
            ErrorId::Undelivered { id, .. } => {
                match store.get(&keys::trouble(id.shard, id.number))? {
                    Some(bytes) => decode::<Undelivered>("undelivered message", &bytes)?.message,
                    None => return Ok(None),
                }
            }
        };
        let place = self.place(message.deployment, message.journey, Some(message.tile));
        Ok(place.map(|place| {
            let receiver = queue_of(place.deployment, &message);
            (message.customer, Some(receiver))
        }))
    }

    /// Where something is that went wrong; nothing if that is in another journey.
    fn place(&self, deployment: u32, journey: u16, tile: Option<u16>) -> Option<Place<'_>> {
        let deployment = self.history.numbered(deployment)?;
        let version = deployment.version(journey).filter(|it| it.line == self.line)?.version;
        let journey = deployment.set.program().journeys.get(usize::from(journey))?;
        let tile = tile.and_then(|tile| journey.tiles.get(usize::from(tile)));
        let tile = tile.map(|tile| (tile.id.clone(), tile.title.clone()));
        Some(Place { deployment, version, tile })
    }

    fn fault(&self, key: &[u8], bytes: &[u8]) -> Result<Option<ErrorView>, ReadError> {
        // Its key is built like that of a member.
        let Some((customer, membership)) = keys::member_of(key) else { return Ok(None) };
        let Faulted { deployment, journey, tile, fault, at } = decode("faulted member", bytes)?;
        let Some(place) = self.place(deployment, journey, tile) else { return Ok(None) };
        let (tile, title) = place.tile.unzip();
        Ok(Some(ErrorView {
            id: ErrorId::Member { membership, customer: customer.to_owned() }.to_string(),
            state: ErrorState::Faulted,
            customer: customer.to_owned(),
            membership,
            version: place.version,
            tile,
            title,
            reason: fault.to_string(),
            since: time(at),
            message: None,
        }))
    }

    /// A message of the outbox, if there is anything to say about it.
    fn trying(&self, key: &[u8], bytes: &[u8]) -> Result<Option<ErrorView>, ReadError> {
        let Some((shard, number)) = keys::numbered_of(key) else { return Ok(None) };
        let message: Message = decode("message", bytes)?;
        let Some(place) = self.place(message.deployment, message.journey, Some(message.tile))
        else {
            return Ok(None);
        };
        let receiver = queue_of(place.deployment, &message);
        let (state, reason) = match &message.last {
            Some(last) => (ErrorState::Retrying, last.reason.clone()),
            None if self.left_alone.contains_key(&receiver) => {
                let reason = format!("the receiver `{receiver}` is left alone at present");
                (ErrorState::Waiting, reason)
            }
            None => return Ok(None),
        };
        let delivery = Delivery {
            attempts: message.attempt.saturating_sub(1),
            next_at: Some(message.next_at),
            last: message.last.as_ref(),
            circuit: self.left_alone.get(&receiver).copied(),
            receiver,
        };
        let id = ErrorId::Outbox { id: MessageId { shard, number }, key: message.key };
        Ok(Some(place.view(&id, state, (reason, message.at), &message, delivery)))
    }

    fn undelivered(&self, key: &[u8], bytes: &[u8]) -> Result<Option<ErrorView>, ReadError> {
        let Some((shard, number)) = keys::numbered_of(key) else { return Ok(None) };
        let Undelivered { message, at, failure } = decode("undelivered message", bytes)?;
        let Some(place) = self.place(message.deployment, message.journey, Some(message.tile))
        else {
            return Ok(None);
        };
        let receiver = queue_of(place.deployment, &message);
        let delivery = Delivery {
            attempts: message.attempt,
            next_at: None,
            last: Some(&failure),
            circuit: self.left_alone.get(&receiver).copied(),
            receiver,
        };
        let id = ErrorId::Undelivered { id: MessageId { shard, number }, key: message.key };
        let why = (failure.reason.clone(), at);
        Ok(Some(place.view(&id, ErrorState::Undelivered, why, &message, delivery)))
    }
}

impl Place<'_> {
    fn view(
        self,
        id: &ErrorId,
        state: ErrorState,
        (reason, since): (String, i64),
        message: &Message,
        delivery: Delivery<'_>,
    ) -> ErrorView {
        let (tile, title) = self.tile.unzip();
        ErrorView {
            id: id.to_string(),
            state,
            customer: message.customer.clone(),
            membership: message.membership,
            version: self.version,
            tile,
            title,
            reason,
            since: time(since),
            message: Some(MessageView::of(self.deployment.set.program(), message, delivery)),
        }
    }
}
