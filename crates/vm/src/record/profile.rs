//! What belongs to the customer alone: traits, audiences, windows, and what is remembered of
//! messages and events.

use super::row::{get_row, put_row};
use super::window::{self, get_window, put_window};
use super::wire::{Reader, Writer, put_next_index};
use super::{Part, RecordError};
use crate::bits::Bits;
use crate::state::Profile;
use crate::{Customer, ProgramSet};

pub(super) const TRAITS: Part = Part {
    bit: super::TRAITS,
    // A customer of whom nothing happened yet may have a row of another layout, which the first
    // input replaces.
    is_there: |customer, set| {
        let slots = customer.profile.traits.len();
        slots > 0 && slots == set.trait_kinds.len()
    },
    put: |customer, set, to| put_row(to, &customer.profile.traits, &set.trait_kinds),
    get: |customer, set, from| {
        customer.profile.traits = get_row(from, &set.trait_kinds)?;
        Ok(())
    },
};

pub(super) const AUDIENCES: Part = Part {
    bit: super::AUDIENCES,
    is_there: |customer, _| !customer.profile.audiences.is_empty(),
    put: |customer, _, to| put_bits(to, &customer.profile.audiences),
    get: |customer, _, from| {
        customer.profile.audiences = get_bits(from)?;
        Ok(())
    },
};

/// The windows that have something to say, each after its place among all.
pub(super) const WINDOWS: Part = Part {
    bit: super::WINDOWS,
    is_there: |customer, set| windows(customer, set).next().is_some(),
    put: |customer, set, to| {
        to.count(windows(customer, set).count());
        let mut next = 0;
        for (place, plan, state) in windows(customer, set) {
            put_next_index(to, &mut next, place);
            put_window(to, set, plan, state);
        }
    },
    get: |customer, set, from| {
        let mut next = 0;
        for _ in 0..from.count()? {
            let place = usize::from(from.next_index(&mut next)?);
            let number = set.customer_windows.get(place);
            let plan = number.and_then(|number| set.window(*number));
            let (Some(plan), Some(state)) = (plan, customer.profile.windows.get_mut(place)) else {
                return Err(from.malformed("a window that there is not"));
            };
            *state = get_window(from, set, plan)?;
        }
        Ok(())
    },
};

/// When audiences can change by themselves, where they can.
pub(super) const WAKES: Part = Part {
    bit: super::WAKES,
    is_there: |customer, _| wakes(customer).next().is_some(),
    put: |customer, _, to| {
        to.count(wakes(customer).count());
        let mut next = 0;
        for (audience, wake) in wakes(customer) {
            put_next_index(to, &mut next, audience);
            to.time(wake);
        }
    },
    get: |customer, _, from| {
        let profile = &mut customer.profile;
        let mut next = 0;
        for _ in 0..from.count()? {
            let audience = from.next_index(&mut next)?;
            let wake = from.time()?;
            let Some(place) = profile.audience_wakes.get_mut(usize::from(audience)) else {
                return Err(from.malformed("an audience that there is not"));
            };
            *place = wake;
        }
        profile.find_audience_due();
        Ok(())
    },
};

pub(super) const SENT: Part = Part {
    bit: super::SENT,
    is_there: |customer, _| customer.profile.sent.is_some(),
    put: |customer, _, to| {
        let policies = customer.profile.sent.as_ref().map(|sent| &sent.by_policy);
        to.count(policies.map_or(0, Vec::len));
        for (policy, instants) in policies.into_iter().flatten() {
            to.varint(*policy);
            to.count(instants.len());
            instants.iter().for_each(|at| to.time(*at));
        }
    },
    get: |customer, set, from| {
        let policies = set.program().policies.len();
        let sent = customer.profile.sent.get_or_insert_default();
        for _ in 0..from.count()? {
            let policy = from.index_below(policies, "a policy that there is not")?;
            let instants = (0..from.count()?).map(|_| from.time());
            sent.by_policy.push((policy, instants.collect::<Result<_, _>>()?));
        }
        Ok(())
    },
};

pub(super) const FORCED: Part = Part {
    bit: super::FORCED,
    is_there: |customer, _| !customer.profile.forced.is_empty(),
    put: |customer, _, to| {
        let Profile { forced, .. } = &customer.profile;
        to.count(forced.len());
        for (journey, split, arm) in forced {
            [journey, split, arm].iter().for_each(|number| to.varint(**number));
        }
    },
    get: |customer, _, from| {
        for _ in 0..from.count()? {
            let chosen = (from.index()?, from.index()?, from.index()?);
            customer.profile.forced.push(chosen);
        }
        Ok(())
    },
};

/// Journeys that are paused.
pub(super) const PAUSED: Part = Part {
    bit: super::PAUSED,
    is_there: |customer, _| customer.paused.is_some(),
    put: |customer, _, to| {
        if let Some(paused) = &customer.paused {
            put_bits(to, paused);
        }
    },
    get: |customer, _, from| {
        customer.paused = Some(Box::new(get_bits(from)?));
        Ok(())
    },
};

/// Ids of recent events, by age.
pub(super) const RECENT: Part = Part {
    bit: super::RECENT,
    is_there: |customer, _| customer.recent.since(customer.clock).next().is_some(),
    put: |customer, _, to| {
        let recent = || customer.recent.since(customer.clock);
        to.count(recent().count());
        for (at, id) in recent() {
            to.time(at);
            to.out.extend_from_slice(&id);
        }
    },
    get: |customer, _, from| {
        for _ in 0..from.count()? {
            let at = from.time()?;
            customer.recent.add(at, from.array()?);
        }
        Ok(())
    },
};

fn windows<'a>(
    customer: &'a Customer,
    set: &'a ProgramSet,
) -> impl Iterator<Item = (u16, &'a crate::set::WindowPlan, &'a crate::WindowState)> {
    let states = (0..).zip(set.customer_windows.iter().zip(&customer.profile.windows));
    states.filter_map(|(place, (number, state))| {
        let plan = set.window(*number)?;
        (!window::is_empty(set, plan, state, customer.clock)).then_some((place, plan, state))
    })
}

fn wakes(customer: &Customer) -> impl Iterator<Item = (u16, i64)> {
    let wakes = (0..).zip(customer.profile.audience_wakes.iter().copied());
    wakes.filter(|(_, wake)| *wake != i64::MAX)
}

fn put_bits(to: &mut Writer<'_>, bits: &Bits) {
    to.count(bits.iter().count());
    let mut next = 0;
    bits.iter().for_each(|bit| put_next_index(to, &mut next, bit));
}

fn get_bits(from: &mut Reader<'_>) -> Result<Bits, RecordError> {
    let (mut bits, mut next) = (Bits::default(), 0);
    for _ in 0..from.count()? {
        bits.set(from.next_index(&mut next)?, true);
    }
    Ok(bits)
}
