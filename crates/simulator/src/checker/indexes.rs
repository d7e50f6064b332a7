//! What finds customers: timers, members, members who cannot go on, audiences.

use std::collections::BTreeSet;

use journey_engine::keys;
use journey_engine::shard::shard_of;
use journey_vm::Status;

use super::{Found, People, all};
use crate::violation::{Promise, Violation, promise};

impl People<'_> {
    pub(super) fn check_indexes(&self) -> Result<(), Violation> {
        let mut expected = BTreeSet::new();
        for (id, found) in &self.all {
            self.expect(id, found, &mut expected);
        }
        let kinds =
            [keys::kind::TIMER, keys::kind::MEMBER, keys::kind::FAULT, keys::kind::AUDIENCE];
        let mut stored = BTreeSet::new();
        for kind in kinds {
            let pairs = all(self.store, vec![kind]..keys::successor(&[kind]))?;
            stored.extend(pairs.into_iter().map(|(key, _)| key));
        }
        let shown = |keys: Vec<&Vec<u8>>| -> Vec<String> {
            keys.iter().map(|key| key.escape_ascii().to_string()).collect()
        };
        promise(stored == expected, Promise::Indexes, || {
            format!(
                "records ask for {:?}, which is not there; {:?} is there and no record asks for it",
                shown(expected.difference(&stored).collect()),
                shown(stored.difference(&expected).collect())
            )
        })
    }

    fn expect(&self, id: &str, found: &Found, expected: &mut BTreeSet<Vec<u8>>) {
        let shard = shard_of(id, self.facts.shards);
        let Found { customer, deployment, .. } = found;
        expected.extend(customer.next_due().map(|due| keys::timer(shard, due, id)));
        for instance in customer.instances() {
            let Some(version) = deployment.version(instance.journey) else { continue };
            let line = version.line.0;
            expected.insert(keys::member(line, shard, id, instance.membership));
            if matches!(instance.status, Status::Faulted(_)) {
                expected.insert(keys::fault(line, shard, id, instance.membership));
            }
        }
        for audience in customer.audiences().iter() {
            let number = deployment.audiences.get(usize::from(audience));
            expected.extend(number.map(|it| keys::audience_member(it.0, shard, id)));
        }
    }
}
