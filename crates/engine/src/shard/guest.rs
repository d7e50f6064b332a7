//! A customer in memory, for the time of one step: its record, and what the indexes say of it.

use std::sync::Arc;

use journey_vm::{Customer, Status};

use crate::deploy::{AudienceId, Deployment, History, Line};
use crate::form::{ReadError, Unreadable, encode};
use crate::keys;
use crate::planted::{self, Bug};
use crate::store::Batch;
use crate::trouble::Faulted;

/// The form of a customer's record.
const FORM: u8 = 1;

/// A customer, loaded.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) customer: Customer,
    /// How many operations it has seen.
    pub(super) seen: u32,
    /// The deployment it is laid out for.
    pub(super) deployment: Arc<Deployment>,
    /// What the store's indexes say.
    indexed: Standing,
    /// Whether the store has a record, or will have one because something happened.
    pub(super) exists: bool,
    pub(super) touched: bool,
    /// Members that have come to a standstill in this step.
    pub(super) faults: Vec<(Line, u32, Faulted)>,
}

/// What is found of a customer by an index.
#[derive(Debug, Default, PartialEq)]
struct Standing {
    due: Option<i64>,
    members: Vec<(Line, u32)>,
    faulted: Vec<(Line, u32)>,
    audiences: Vec<AudienceId>,
}

/// How many operations the customer of a record has seen.
pub(super) fn operations_seen(bytes: &[u8]) -> Result<u32, Unreadable> {
    let unreadable = || Unreadable { what: "customer" };
    let rest = bytes.strip_prefix(&[FORM]).ok_or_else(unreadable)?;
    let (seen, _) = postcard::take_from_bytes::<u32>(rest).map_err(|_| unreadable())?;
    Ok(seen)
}

impl Guest {
    /// A customer nobody has heard of.
    pub(super) fn unknown(id: &str, history: &History, deployment: &Arc<Deployment>) -> Guest {
        Guest {
            customer: Customer::new(id),
            seen: history.len(),
            deployment: Arc::clone(deployment),
            indexed: Standing::default(),
            exists: false,
            touched: false,
            faults: Vec::new(),
        }
    }

    /// The customer of a record.
    pub(super) fn decode(id: &str, bytes: &[u8], history: &History) -> Result<Guest, ReadError> {
        let unreadable = || Unreadable { what: "customer" };
        let rest = bytes.strip_prefix(&[FORM]).ok_or_else(unreadable)?;
        let (head, rest) =
            postcard::take_from_bytes::<(u32, u32)>(rest).map_err(|_| unreadable())?;
        let (seen, number) = head;
        let deployment = history.numbered(number).ok_or_else(unreadable)?;
        let customer = Customer::decode(&deployment.set, id, rest).map_err(|_| unreadable())?;
        let indexed = Standing::of(&customer, deployment);
        let deployment = Arc::clone(deployment);
        let (exists, touched, faults) = (true, false, Vec::new());
        Ok(Guest { customer, seen, deployment, indexed, exists, touched, faults })
    }

    fn encode(&self) -> Vec<u8> {
        // Two small numbers always find room in a vector.
        let head = postcard::to_extend(&(self.seen, self.deployment.number), vec![FORM]);
        let mut bytes = head.unwrap_or_default();
        self.customer.encode(&self.deployment.set, &mut bytes);
        bytes
    }

    /// Writes the record, and the indexes where they differ.
    pub(super) fn write(&mut self, shard: u16, batch: &mut Batch) {
        let id = self.customer.id().to_owned();
        batch.put(&keys::customer(shard, &id), &self.encode());
        let now = Standing::of(&self.customer, &self.deployment);
        let before = std::mem::replace(&mut self.indexed, now);
        let now = &self.indexed;
        let stays = planted::is(Bug::TimerNotMoved) && before.due.is_some();
        if before.due != now.due && !stays {
            before.due.into_iter().for_each(|due| batch.delete(&keys::timer(shard, due, &id)));
            now.due.into_iter().for_each(|due| batch.put(&keys::timer(shard, due, &id), &[]));
        }
        let member = |it: &(Line, u32)| keys::member(it.0.0, shard, &id, it.1);
        differences(batch, &before.members, &now.members, member);
        let audience = |it: &AudienceId| keys::audience_member(it.0, shard, &id);
        differences(batch, &before.audiences, &now.audiences, audience);
        for (line, membership, fault) in self.faults.drain(..) {
            if now.faulted.contains(&(line, membership)) {
                batch.put(&keys::fault(line.0, shard, &id, membership), &encode(&fault));
            }
        }
        for it in before.faulted.iter().filter(|it| !now.faulted.contains(it)) {
            batch.delete(&keys::fault(it.0.0, shard, &id, it.1));
        }
        (self.touched, self.exists) = (false, true);
    }

    /// When something happens to it next, as the index says.
    pub(super) fn due(&self) -> Option<i64> {
        self.indexed.due
    }

    /// Takes the record and all indexes of the customer away, and forgets what was known of it.
    pub(super) fn forget(
        &mut self,
        shard: u16,
        history: &History,
        latest: &Arc<Deployment>,
        batch: &mut Batch,
    ) {
        let id = self.customer.id().to_owned();
        batch.delete(&keys::customer(shard, &id));
        let indexed = std::mem::take(&mut self.indexed);
        indexed.due.into_iter().for_each(|due| batch.delete(&keys::timer(shard, due, &id)));
        for (line, membership) in indexed.members {
            batch.delete(&keys::member(line.0, shard, &id, membership));
        }
        for (line, membership) in indexed.faulted {
            batch.delete(&keys::fault(line.0, shard, &id, membership));
        }
        for audience in indexed.audiences {
            batch.delete(&keys::audience_member(audience.0, shard, &id));
        }
        *self = Guest::unknown(&id, history, latest);
    }
}

impl Standing {
    fn of(customer: &Customer, deployment: &Deployment) -> Standing {
        let instances = customer.instances().iter();
        let known = |journey: u16| deployment.version(journey).map(|version| version.line);
        let all = instances.filter_map(|it| Some((known(it.journey)?, it.membership, it.status)));
        let all: Vec<_> = all.collect();
        let faulted = all.iter().filter(|it| matches!(it.2, Status::Faulted { .. }));
        let joined = customer.audiences().iter();
        let id = |audience: u16| deployment.audiences.get(usize::from(audience)).copied();
        Standing {
            due: customer.next_due(),
            faulted: faulted.map(|it| (it.0, it.1)).collect(),
            members: all.iter().map(|it| (it.0, it.1)).collect(),
            audiences: joined.filter_map(id).collect(),
        }
    }
}

/// Brings an index from one list to another.
fn differences<T: PartialEq>(
    batch: &mut Batch,
    before: &[T],
    now: &[T],
    key: impl Fn(&T) -> Vec<u8>,
) {
    before.iter().filter(|it| !now.contains(it)).for_each(|it| batch.delete(&key(it)));
    now.iter().filter(|it| !before.contains(it)).for_each(|it| batch.put(&key(it), &[]));
}
