//! The layout of a customer, changed: everything in it under its new number. Nothing else happens.

use std::collections::VecDeque;

use journey_bytecode::Slot;
use smallvec::SmallVec;

use super::routes::{Moved, Route};
use super::{Properties, Rebase, onward};
use crate::bits::Bits;
use crate::history::WindowState;
use crate::memory::{Past, REACHED};
use crate::state::{Instance, KeptEvent, Status, Still};
use crate::{Customer, ProgramSet, Row};

impl Rebase {
    /// Lays a customer out anew. Who has no place any more has left before.
    pub(crate) fn lay_out(&self, from: &ProgramSet, to: &ProgramSet, customer: &mut Customer) {
        let profile = &mut customer.profile;
        if let Some(slots) = &self.traits
            && profile.traits.len() == from.trait_kinds.len()
        {
            profile.traits = row(&profile.traits, &to.program().traits, slots);
        }
        profile.audiences = bits(&profile.audiences, |it| at(&self.audiences, it));
        self.choices(from, to, customer);
        if let Some(paused) = customer.paused.take() {
            let paused = bits(&paused, |it| self.line(it));
            customer.paused = (!paused.is_empty()).then(|| Box::new(paused));
        }
        if !customer.started {
            return;
        }
        self.windows(to, customer);
        if let Some(sent) = &mut customer.profile.sent {
            sent.by_policy.retain_mut(|(policy, _)| {
                let number = at(&self.policies, *policy);
                renumber(policy, number)
            });
        }
        self.memories(customer);
        customer.past.retain_mut(|past| self.past(past));
        let instances = &mut customer.instances;
        instances.iter_mut().for_each(|instance| self.instance(from, to, instance));
        customer.find_next_due();
    }

    /// The state of each new window is that of the old one that counts the same.
    fn windows(&self, to: &ProgramSet, customer: &mut Customer) {
        let mut old: Vec<_> = customer.profile.windows.drain(..).map(Some).collect();
        let wakes = std::mem::take(&mut customer.profile.audience_wakes);
        customer.make_room(to);
        let profile = &mut customer.profile;
        for ((state, number), was) in
            profile.windows.iter_mut().zip(&to.customer_windows).zip(&self.windows)
        {
            let found = was.and_then(|(was, shared)| match old.get_mut(usize::from(was))? {
                found if shared => found.clone(),
                found => found.take(),
            });
            if let (Some(found), Some(plan)) = (found, to.window(*number)) {
                *state = found;
                self.rows_of(state, plan.window(to).event);
            }
        }
        for (number, wake) in (0..=u16::MAX).zip(wakes) {
            let place = at(&self.audiences, number);
            let place = place.and_then(|it| profile.audience_wakes.get_mut(usize::from(it)));
            if let Some(place) = place {
                *place = wake;
            }
        }
        profile.find_audience_due();
    }

    /// Lays out anew the events that a window keeps.
    fn rows_of(&self, state: &mut WindowState, event: u16) {
        let properties = self.events.iter().flatten().find(|it| it.event == event);
        let Some(slots) = properties.and_then(|it| it.slots.as_ref()) else { return };
        let kept = match state {
            WindowState::Total(tally) => tally.last.as_deref_mut(),
            WindowState::Latest(kept) => kept.as_deref_mut(),
            WindowState::Recent { .. } => None,
            WindowState::Log(log) => {
                log.iter_mut().for_each(|kept| kept.row = kept_row(&kept.row, slots));
                None
            }
        };
        if let Some(kept) = kept {
            kept.row = kept_row(&kept.row, slots);
        }
    }

    /// A choice goes with the version, and with the line to its new current version.
    fn choices(&self, from: &ProgramSet, to: &ProgramSet, customer: &mut Customer) {
        let profile = &mut customer.profile;
        for (journey, split, arm) in std::mem::take(&mut profile.forced) {
            let Some((was, _)) = from.journey(journey) else { continue };
            let Some(split) = was.splits.get(usize::from(split)) else { continue };
            let Some(arm) = split.arms.get(usize::from(arm)) else { continue };
            let current = from.current(journey) == Some(journey);
            let current = self.line(journey).filter(|_| current);
            let own = self.journey(journey);
            for number in own.into_iter().chain(current.filter(|it| own != Some(*it))) {
                let Some((is, _)) = to.journey(number) else { continue };
                let found = is.splits.iter().enumerate().find_map(|(place, it)| {
                    let same = it.arms.iter().position(|it| it.name == arm.name);
                    same.filter(|_| it.name == split.name).map(|arm| (place, arm))
                });
                if let Some((split, arm)) = found {
                    profile.choose(number, split as u16, arm as u16);
                }
            }
        }
    }

    fn memories(&self, customer: &mut Customer) {
        customer.memory.retain_mut(|memory| {
            let line = self.line(memory.journey);
            renumber(&mut memory.journey, line)
        });
        customer.memory.sort_unstable_by_key(|memory| memory.journey);
    }

    /// Whether what a past membership may still achieve can be achieved.
    fn past(&self, past: &mut Past) -> bool {
        let Some(route) = self.route(past.journey) else { return false };
        past.journey = route.to;
        if let Some(moved) = &route.moved {
            past.goals = goals(&past.goals, moved);
            past.locals = locals(&past.locals, moved);
        }
        past.goals.iter().any(|until| *until > REACHED + 1)
    }

    fn instance(&self, from: &ProgramSet, to: &ProgramSet, instance: &mut Instance) {
        let was = instance.journey;
        let Some(route) = self.route(was) else { return };
        if let Some(moved) = &route.moved {
            place(from, to, route, moved, instance);
        }
        self.tallies(to, route, instance);
        let caller = instance.caller.take();
        instance.caller = caller.and_then(|(journey, it)| Some((self.journey(journey)?, it)));
        let returned = instance.returned.take();
        instance.returned = returned.and_then(|it| self.returned(from, to, it));
        if let Some(still) = &mut instance.still {
            self.kept(still);
        }
        instance.journey = route.to;
    }

    fn tallies(&self, to: &ProgramSet, route: &Route, instance: &mut Instance) {
        let Some((_, plan)) = to.journey(route.to) else { return };
        let mut old = std::mem::take(&mut instance.tallies);
        let tallies = plan.tallies.iter().zip(&route.tallies).map(|(number, was)| {
            let plan = to.window(*number)?;
            let found = was.and_then(|was| old.get_mut(usize::from(was)).map(Option::take));
            match found {
                Some(None) => None,
                Some(Some(mut state)) => {
                    self.rows_of(&mut state, plan.window(to).event);
                    Some(state)
                }
                // Nobody has counted so far; from now on it is counted.
                None => Some(WindowState::new(to, plan)),
            }
        });
        instance.tallies = tallies.collect();
    }

    /// An end that is waited for, as the journey's present version calls it.
    fn returned(
        &self,
        from: &ProgramSet,
        to: &ProgramSet,
        (journey, end): (u16, Option<u16>),
    ) -> Option<(u16, Option<u16>)> {
        let now = self.journey(journey).or_else(|| self.line(journey))?;
        let outcome = end.and_then(|end| from.journey(journey)?.0.outcomes.get(usize::from(end)));
        let end = outcome
            .and_then(|outcome| super::position(&to.journey(now)?.0.outcomes, |it| it == outcome));
        Some((now, end))
    }

    /// Events that came while it stood still. What nobody can wait for any more is gone.
    fn kept(&self, still: &mut Still) {
        let events: VecDeque<KeptEvent> = still
            .kept
            .drain(..)
            .filter_map(|kept| {
                let Properties { event, slots } =
                    self.events.get(usize::from(kept.event))?.as_ref()?;
                let row = match slots {
                    None => kept.row,
                    Some(slots) => kept_row(&kept.row, slots),
                };
                Some(KeptEvent { event: *event, row, ..kept })
            })
            .collect();
        still.kept = events;
    }
}

/// Puts an instance to where its tile is now.
fn place(
    from: &ProgramSet,
    to: &ProgramSet,
    route: &Route,
    moved: &Moved,
    instance: &mut Instance,
) {
    let (stands, still) = (instance.stands(), instance.still.take());
    instance.still = still.map(|still| {
        let state = stands.and_then(|state| route.state(state)).unwrap_or_default();
        let onward = onward::onward(from, to, route, instance, &still);
        Box::new(Still { state, onward, ..*still })
    });
    if let (Status::Waiting(_), Some(state)) = (instance.status, stands) {
        instance.status = Status::Waiting(route.state(state).unwrap_or_default());
    }
    let standing = instance.tile;
    instance.tile = standing.and_then(|tile| route.tile(tile));
    let mut visits: SmallVec<[(u16, u32); 2]> = SmallVec::new();
    for (tile, count) in &instance.visits {
        // The id is part of the keys of messages, so counts go by it. Who waits for an outcome is known by
        // the count at its tile, whatever that is called now.
        let stands = if standing == Some(*tile) { instance.tile } else { None };
        for tile in [at(&moved.same_id, *tile), stands].into_iter().flatten() {
            match visits.iter_mut().find(|(known, _)| *known == tile) {
                Some((_, known)) => *known = (*known).max(*count),
                None => visits.push((tile, *count)),
            }
        }
    }
    instance.visits = visits;
    instance.locals = locals(&instance.locals, moved);
    instance.goals = goals(&instance.goals, moved);
}

fn locals(old: &Row, moved: &Moved) -> Row {
    kept_row(old, &moved.locals)
}

/// Ends of goals by new number. One that is new has none yet.
fn goals(old: &[i64], moved: &Moved) -> SmallVec<[i64; 1]> {
    let goal = |was: &Option<u16>| was.and_then(|was| old.get(usize::from(was)).copied());
    moved.goals.iter().map(|was| goal(was).unwrap_or(REACHED + 1)).collect()
}

/// A row of which slots that are new are absent.
fn kept_row(old: &Row, slots: &[Option<u16>]) -> Row {
    let mut row = Row::new(slots.len());
    for (slot, was) in (0..=u16::MAX).zip(slots) {
        if let Some(was) = was {
            row.copy_slot(slot, old, *was);
        }
    }
    row
}

/// A row of which slots that are new have their default.
fn row(old: &Row, declared: &[Slot], slots: &[Option<u16>]) -> Row {
    let mut row = Row::with_defaults(declared);
    for (slot, (was, declared)) in (0..=u16::MAX).zip(slots.iter().zip(declared)) {
        if let Some(was) = was
            && (old.is_set(*was) || declared.optional)
        {
            row.copy_slot(slot, old, *was);
        }
    }
    row
}

fn at(numbers: &[Option<u16>], number: u16) -> Option<u16> {
    numbers.get(usize::from(number)).copied().flatten()
}

fn bits(old: &Bits, number: impl Fn(u16) -> Option<u16>) -> Bits {
    let mut bits = Bits::default();
    old.iter().filter_map(number).for_each(|bit| bits.set(bit, true));
    bits
}

fn renumber(number: &mut u16, to: Option<u16>) -> bool {
    *number = to.unwrap_or(*number);
    to.is_some()
}
