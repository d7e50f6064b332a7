//! Forgetting a customer: nothing that is stored names it afterwards.
//!
//! Bytes that were overwritten leave the disk when the store is compacted; who erases asks for that.

use std::ops::Range;
use std::sync::Arc;

use journey_vm::Input;

use super::guest::Guest;
use super::round::Round;
use crate::command::Reply;
use crate::deploy::Deployment;
use crate::erasure;
use crate::form::{ReadError, decode};
use crate::keys;
use crate::mention;
use crate::outbox::Message;
use crate::planted::{self, Bug};
use crate::rejected::Rejected;
use crate::store::{Change, Pair};
use crate::timeline::Cause;
use crate::trouble::Undelivered;

/// How many pairs are looked at in one go.
const CHUNK: usize = 1_000;

impl Round<'_> {
    /// Takes the customer out of all journeys, then out of the store.
    pub(super) fn erase(
        &mut self,
        guest: &mut Guest,
        latest: &Arc<Deployment>,
        now: i64,
    ) -> Result<Reply, ReadError> {
        let mut removed = 0;
        for journey in journeys(guest) {
            let input = Input::Remove { journey, membership: None };
            let summary = self.apply(guest, input, Cause::Remove { journey }, now)?;
            removed += u32::try_from(summary.exited.len()).unwrap_or(u32::MAX);
        }
        let id = guest.customer.id().to_owned();
        let history = Arc::clone(&self.shard.history);
        guest.forget(self.shard.number, &history, latest, &mut self.batch);
        self.erase_rest(&id)?;
        self.mark_erasure();
        Ok(Reply::Removed(removed))
    }

    /// Deletes what an unknown customer has left behind.
    pub(super) fn erase_unknown(&mut self, id: &str) -> Result<Reply, ReadError> {
        if self.erase_rest(id)? > 0 {
            self.mark_erasure();
        }
        Ok(Reply::Unknown)
    }

    /// Notes that there is something on the disk that should not stay there.
    fn mark_erasure(&mut self) {
        erasure::mark(&mut self.batch, self.shard.number, self.shard.numbers.erased);
        self.shard.numbers.erased += 1;
    }

    /// Deletes what is stored beside the record: timeline, messages, what was not taken, answers that
    /// are kept. Says how much.
    fn erase_rest(&mut self, id: &str) -> Result<usize, ReadError> {
        let shard = self.shard.number;
        self.messages.retain(|(_, message)| message.customer != id);
        self.experiments.forget(id);
        self.forget_written(&keys::timelines(shard, id), id);
        let before = self.batch.len();
        self.delete_where(keys::paths(shard, id), |_| Ok(true))?;
        if !planted::is(Bug::TimelineNotErased) {
            self.delete_where(keys::timelines(shard, id), |_| Ok(true))?;
        }
        self.delete_where(keys::outbox_from(shard, self.shard.numbers.first), |(_, bytes)| {
            Ok(decode::<Message>("message", bytes)?.customer == id)
        })?;
        self.delete_where(keys::troubles_from(shard, 0), |(_, bytes)| {
            Ok(decode::<Undelivered>("undelivered message", bytes)?.message.customer == id)
        })?;
        // What could not be read may name anybody, so it can be in any shard.
        self.delete_where(keys::all_rejected(), |(_, bytes)| {
            Ok(decode::<Rejected>("rejected event", bytes)?.mentions(id))
        })?;
        // So can the answer to a request.
        self.delete_where(keys::requests(), |(_, bytes)| Ok(mention::answer_mentions(bytes, id)))?;
        Ok(self.batch.len() - before)
    }

    /// Takes back what this step has put into its batch already: what lies in the range, and the customer's
    /// messages that were given up and events that were not taken.
    fn forget_written(&mut self, range: &Range<Vec<u8>>, id: &str) {
        let rejected = keys::all_rejected();
        let troubles = keys::troubles_from(self.shard.number, 0);
        let names_it = |change: &Change<'_>| {
            let Some(bytes) = change.value else { return false };
            if inside(&rejected, change.key) {
                decode::<Rejected>("rejected event", bytes).is_ok_and(|event| event.mentions(id))
            } else if inside(&troubles, change.key) {
                decode::<Undelivered>("undelivered message", bytes)
                    .is_ok_and(|it| it.message.customer == id)
            } else {
                false
            }
        };
        let written = std::mem::take(&mut self.batch);
        for change in written.changes() {
            if !inside(range, change.key) && !names_it(&change) {
                self.batch.push(change.key, change.value);
            }
        }
    }

    fn delete_where(
        &mut self,
        range: Range<Vec<u8>>,
        mut is_gone: impl FnMut(&Pair) -> Result<bool, ReadError>,
    ) -> Result<(), ReadError> {
        let mut from = range.start;
        loop {
            let pairs = self.store.scan(&from, &range.end, CHUNK)?;
            for pair in &pairs {
                if is_gone(pair)? {
                    self.settle(pair.0.clone());
                }
            }
            match pairs.last() {
                Some((last, _)) if pairs.len() == CHUNK => from = [&last[..], &[0]].concat(),
                _ => return Ok(()),
            }
        }
    }
}

fn inside(range: &Range<Vec<u8>>, key: &[u8]) -> bool {
    (&range.start[..]..&range.end[..]).contains(&key)
}

/// The journeys the customer is inside, each once.
fn journeys(guest: &Guest) -> Vec<u16> {
    let mut found: Vec<u16> = guest.customer.instances().iter().map(|it| it.journey).collect();
    found.sort_unstable();
    found.dedup();
    found
}
