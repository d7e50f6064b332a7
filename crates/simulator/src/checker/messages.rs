//! Messages: what was caused, what waits, what was received.

use std::collections::{BTreeMap, BTreeSet};

use journey_engine::keys;
use journey_engine::outbox::Message;
use journey_engine::timeline::Fact;
use journey_engine::trouble::Undelivered;
use journey_vm::{Key, MessageKey};

use super::{Origin, People, all, decoded};
use crate::violation::{Promise, Violation, promise};

/// A tile of a membership, from which messages are sent.
type Place = (String, String, u32, String);

impl People<'_> {
    pub(super) fn check_messages(&self) -> Result<(), Violation> {
        let mut known: Vec<(Key, Origin)> = Vec::new();
        for shard in 0..self.facts.shards {
            for (_, bytes) in all(self.store, keys::outbox_from(shard, 0))? {
                known.push(self.origin(&decoded("message", &bytes)?)?);
            }
            for (_, bytes) in all(self.store, keys::troubles_from(shard, 0))? {
                known.push(self.origin(&decoded::<Undelivered>("trouble", &bytes)?.message)?);
            }
        }
        known.extend(self.facts.received.iter().cloned());
        one_key(&known)?;
        let (found, dropped) = (visits(&known), visits(&self.facts.dropped));
        let caused = self.caused();
        let erased = &self.facts.erased;
        for place in found.keys().chain(caused.keys()).filter(|it| !erased.contains(&it.0)) {
            let due = caused.get(place).copied().unwrap_or_default();
            let mut visits = found.get(place).cloned().unwrap_or_default();
            promise(visits.len() <= due, Promise::Cause, || {
                format!("{} messages from {place:?}, and {due} in the timeline", visits.len())
            })?;
            // What was to be given up may have been.
            visits.extend(dropped.get(place).into_iter().flatten());
            promise(visits.len() >= due, Promise::DueActions, || {
                format!("{due} messages are due from {place:?}, and {} can be found", visits.len())
            })?;
        }
        Ok(())
    }

    /// What a stored message is about; its key must be made of that.
    fn origin(&self, message: &Message) -> Result<(Key, Origin), Violation> {
        let program =
            self.history.numbered(message.deployment).map(|deployment| deployment.set.program());
        let journey =
            program.and_then(|program| program.journeys.get(usize::from(message.journey)));
        let tile = journey.and_then(|journey| journey.tiles.get(usize::from(message.tile)));
        let (Some(program), Some(journey), Some(tile)) = (program, journey, tile) else {
            return Err(Violation::new(Promise::Indexes, format!("nobody sends {message:?}")));
        };
        let key = MessageKey {
            workspace: &program.workspace,
            journey: &journey.name,
            customer: &message.customer,
            membership: message.membership,
            tile: &tile.id,
            visit: message.visit,
        };
        promise(key.compute() == message.key, Promise::OneKey, || {
            format!("{key:?} has the key {} in attempt {}", message.key, message.attempt)
        })?;
        let origin = Origin {
            customer: message.customer.clone(),
            journey: journey.name.clone(),
            membership: message.membership,
            tile: tile.id.clone(),
            visit: message.visit,
        };
        Ok((message.key, origin))
    }

    /// How many messages the timelines say were sent.
    fn caused(&self) -> BTreeMap<Place, usize> {
        let mut caused: BTreeMap<Place, usize> = BTreeMap::new();
        for (id, found) in &self.all {
            for record in &found.timeline {
                let Some(deployment) = self.history.numbered(record.deployment) else { continue };
                for happened in &record.effects {
                    let (Fact::Sent { .. } | Fact::Called { .. }) = happened.what else { continue };
                    let journey = happened.journey.map(usize::from);
                    let journey = journey.and_then(|it| deployment.set.program().journeys.get(it));
                    let tile = happened.tile.map(usize::from);
                    let tile = journey.zip(tile).and_then(|(it, tile)| it.tiles.get(tile));
                    let (Some(journey), Some(tile)) = (journey, tile) else { continue };
                    let place =
                        (id.clone(), journey.name.clone(), happened.membership, tile.id.clone());
                    *caused.entry(place).or_default() += 1;
                }
            }
        }
        caused
    }
}

/// The visits from which there are messages, by place.
fn visits(known: &[(Key, Origin)]) -> BTreeMap<Place, BTreeSet<u32>> {
    let mut visits: BTreeMap<Place, BTreeSet<u32>> = BTreeMap::new();
    for (_, it) in known {
        let place = (it.customer.clone(), it.journey.clone(), it.membership, it.tile.clone());
        visits.entry(place).or_default().insert(it.visit);
    }
    visits
}

/// No two messages share a key, and none has two.
fn one_key(known: &[(Key, Origin)]) -> Result<(), Violation> {
    let (mut origins, mut keys) = (BTreeMap::new(), BTreeMap::new());
    for (key, origin) in known {
        let other = origins.insert(*key, origin).filter(|other| *other != origin);
        promise(other.is_none(), Promise::OneKey, || {
            format!("{key} is the key of {origin:?} and of {other:?}")
        })?;
        let other = keys.insert(origin, *key).filter(|other| other != key);
        promise(other.is_none(), Promise::OneKey, || {
            format!("{origin:?} has the keys {key} and {other:?}")
        })?;
    }
    Ok(())
}
