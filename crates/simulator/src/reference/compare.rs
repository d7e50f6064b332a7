//! Whether a store holds what the reference came to.

use std::fmt::Debug;

use journey_engine::deploy::History;
use journey_engine::form::decode;
use journey_engine::keys;
use journey_engine::outbox::{Message, MessageId};
use journey_engine::shard::{look_up, shard_of};
use journey_engine::store::Store;
use journey_engine::timeline::Record;
use journey_engine::trouble::Undelivered;

use super::Reference;
use crate::checker::{all, decoded};
use crate::violation::{Promise, Violation, promise};

impl Reference {
    /// Compares everything that is about customers with what a store holds.
    pub fn compare(
        &self,
        store: &dyn Store,
        shards: u16,
        history: &History,
    ) -> Result<(), Violation> {
        let mut records = 0;
        for shard in 0..shards {
            records += all(store, keys::customers(shard))?.len();
        }
        promise(records == self.people.len(), Promise::Replay, || {
            format!("{records} customers are stored, and there are {}", self.people.len())
        })?;
        for (id, person) in &self.people {
            let shard = shard_of(id, shards);
            let found = look_up(store, shard, id, history).map_err(Violation::simulation)?;
            let Some((customer, deployment)) = found else {
                return Err(Violation::new(Promise::Replay, format!("{id} is not stored")));
            };
            same(id, "deployment", &deployment.number, &person.deployment.number)?;
            let bytes = |customer: &journey_vm::Customer| {
                let mut bytes = Vec::new();
                customer.encode(&person.deployment.set, &mut bytes);
                bytes
            };
            if bytes(&customer) != bytes(&person.customer) {
                same(id, "record", &customer, &person.customer)?;
            }
            self.compare_timeline(store, shard, id)?;
        }
        self.compare_outbox(store, shards)
    }

    fn compare_timeline(&self, store: &dyn Store, shard: u16, id: &str) -> Result<(), Violation> {
        let stored = all(store, keys::timelines(shard, id))?;
        let expected = self.timelines.get(id).map(Vec::as_slice).unwrap_or_default();
        for ((_, bytes), expected) in stored.iter().zip(expected) {
            let found: Record = decoded("timeline", bytes)?;
            same(id, "timeline", &found, expected)?;
        }
        same(id, "number of timeline records", &stored.len(), &expected.len())
    }

    fn compare_outbox(&self, store: &dyn Store, shards: u16) -> Result<(), Violation> {
        let (mut messages, mut troubles) = (0, 0);
        for shard in 0..shards {
            for (key, bytes) in all(store, keys::outbox_from(shard, 0))? {
                let number = keys::numbered_of(&key).map_or(0, |(_, number)| number);
                let found: Message = decoded("message", &bytes)?;
                let expected = self.outbox.get(&MessageId { shard, number });
                same(&found.customer, "message", &Some(&found), &expected)?;
                messages += 1;
            }
            for (key, bytes) in all(store, keys::troubles_from(shard, 0))? {
                let number = keys::numbered_of(&key).map_or(0, |(_, number)| number);
                let found: Undelivered =
                    decode("undelivered", &bytes).map_err(Violation::simulation)?;
                let expected = self.troubles.get(&(shard, number));
                same(&found.message.customer, "trouble", &Some(&found), &expected)?;
                troubles += 1;
            }
        }
        same("all", "number of messages", &messages, &self.outbox.len())?;
        same("all", "number of troubles", &troubles, &self.troubles.len())
    }
}

fn same<T: PartialEq + Debug>(
    id: &str,
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), Violation> {
    promise(found == expected, Promise::Replay, || {
        format!("{what} of {id}:\n  stored   {found:?}\n  expected {expected:?}")
    })
}
