//! Who has to see an event: of a keyed journey often only the instance with one key.

use smallvec::SmallVec;

use super::Env;
use crate::Row;
use crate::key::InstanceKey;
use crate::set::JourneyPlan;
use crate::state::Instance;

/// Which instances of a journey an event by itself can do anything to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reach {
    Nobody,
    /// The one with this key.
    Key(InstanceKey),
    /// Any of them.
    All,
}

/// Which instances an event reaches, found out once a journey.
#[derive(Debug, Default)]
pub(super) struct Reached {
    by_journey: SmallVec<[(u16, Reach); 4]>,
}

impl Reached {
    /// Whether an instance has to see the event.
    pub(super) fn includes(
        &mut self,
        env: &Env<'_>,
        instance: &Instance,
        event: u16,
        row: &Row,
    ) -> bool {
        let number = instance.journey;
        let Some((_, plan)) = env.set.journey(number) else { return true };
        // Conditions that changed with the event are looked at with it, and decisions that
        // somebody wants to know of are made.
        if env.tells || !env.work.pending.is_empty() && plan.reads.meets(&env.work.pending) {
            return true;
        }
        let known = self.by_journey.iter().find(|(known, _)| *known == number);
        let reach = known.map(|(_, reach)| *reach).unwrap_or_else(|| {
            let reach = reach(env, plan, event, row);
            self.by_journey.push((number, reach));
            reach
        });
        match reach {
            Reach::Nobody => false,
            Reach::Key(key) => instance.key == Some(key),
            Reach::All => true,
        }
    }
}

fn reach(env: &Env<'_>, plan: &JourneyPlan, event: u16, row: &Row) -> Reach {
    let Ok(place) = plan.events.binary_search(&event) else { return Reach::Nobody };
    let Some(slot) = plan.by_key.get(place).copied().flatten() else { return Reach::All };
    let Some(kind) = env.set.event_kind(Some(event), slot) else { return Reach::All };
    match InstanceKey::of(row.value(slot, kind, env.arena)) {
        Some(key) => Reach::Key(key),
        // No key is equal to nothing.
        None => Reach::Nobody,
    }
}
