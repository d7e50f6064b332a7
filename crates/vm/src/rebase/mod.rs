//! From one program set to another: customers who were laid out by the first are laid out by the
//! second.
//!
//! A [`Rebase`] is worked out once for two sets and a plan, and then [applied](Rebase::apply) to
//! each customer. Things are found again by name: traits, audiences, policies, lines of journeys; history
//! windows by what they count. Members stay in their version, which the new program has too
//! ([`journey_bytecode::link`]), unless the plan moves them to the current version, tile by tile, or lets
//! them leave.
//!
//! What is not found again is let go: values of traits that are gone, counts that nobody asks for, what
//! is remembered of a line that the new program does not have. So the name of a line that has ended is
//! not to be given to another one: its memberships would be numbered from 1 again.

mod error;
mod layout;
mod onward;
mod routes;

use std::collections::BTreeMap;

use journey_bytecode::{Comparison, Counterpart, Fate, Plan, Program, Slot};

pub use error::RebaseError;
pub(crate) use routes::Route;

use crate::ProgramSet;
use crate::set::Place;

/// How customers go from one program set to another.
#[derive(Debug)]
pub struct Rebase {
    /// By new slot, the old one; nothing where all stay what they are.
    traits: Option<Vec<Option<u16>>>,
    /// By old number.
    audiences: Vec<Option<u16>>,
    /// By new place among the customer's windows, the old one, and whether that has others, too.
    windows: Vec<Option<(u16, bool)>>,
    /// By old number.
    events: Vec<Option<Properties>>,
    /// By old number.
    policies: Vec<Option<u16>>,
    /// By old number of a journey: the new number of its line.
    lines: Vec<Option<u16>>,
    /// By old number of a journey. Where there is none, whoever is inside leaves.
    routes: Vec<Option<Route>>,
}

/// An event under its new number.
#[derive(Debug)]
struct Properties {
    event: u16,
    /// By new slot, the old one; nothing where all stay what they are.
    slots: Option<Vec<Option<u16>>>,
}

impl Rebase {
    /// Works out how customers go from one program set to another. The plan says what becomes of
    /// the members of each version; those of which it says nothing stay in it.
    pub fn between(from: &ProgramSet, to: &ProgramSet, plan: &Plan) -> Result<Rebase, RebaseError> {
        let (a, b): (&Program, &Program) = (from.program(), to.program());
        let traits = traits(a, b)?;
        let mut comparison = Comparison::of(a, b);
        let routes = routes::all(from, to, plan, &mut comparison)?;
        let events: Vec<_> = (0..=u16::MAX).zip(&a.events).map(|(_, it)| event(it, b)).collect();
        let mut rebase = Rebase {
            traits,
            audiences: named(a.audiences.iter().map(|it| &it.name), |name| {
                position(&b.audiences, |it| it.name == *name)
            }),
            windows: Vec::new(),
            events,
            policies: named(a.policies.iter().map(|it| &it.name), |name| {
                position(&b.policies, |it| it.name == *name)
            }),
            lines: lines(a, b),
            routes,
        };
        let heirs = routes::heirs(a, b);
        rebase.windows = rebase.customer_windows(from, to, &mut comparison, &heirs);
        rebase.instance_windows(from, to, &mut comparison);
        Ok(rebase)
    }

    /// Where the members of a journey are from now on, if any stay.
    pub fn journey(&self, journey: u16) -> Option<u16> {
        Some(self.route(journey)?.to)
    }

    /// Where members are from now on who were at a tile; nothing if they leave. This is how who keeps
    /// what was sent from a tile finds the tile that takes the outcome.
    pub fn tile(&self, journey: u16, tile: u16) -> Option<(u16, u16)> {
        let route = self.route(journey)?;
        Some((route.to, route.tile(tile)?))
    }

    pub(crate) fn route(&self, journey: u16) -> Option<&Route> {
        self.routes.get(usize::from(journey))?.as_ref()
    }

    /// The new number of a journey's line.
    pub(crate) fn line(&self, journey: u16) -> Option<u16> {
        self.lines.get(usize::from(journey)).copied().flatten()
    }

    /// By new place, the old window of the customer that counts the same. One that belongs to a journey is
    /// that of its members, and also that of those who enter its new version.
    fn customer_windows(
        &self,
        from: &ProgramSet,
        to: &ProgramSet,
        comparison: &mut Comparison<'_>,
        heirs: &[Option<Route>],
    ) -> Vec<Option<(u16, bool)>> {
        let mut places: Vec<Option<u16>> = vec![None; to.customer_windows.len()];
        for routes in [self.routes.as_slice(), heirs] {
            for (old, number) in (0..=u16::MAX).zip(&from.customer_windows) {
                if let Some(Place::Customer(new)) =
                    self.window(from, to, comparison, *number, routes)
                    && let Some(place @ None) = places.get_mut(usize::from(new))
                {
                    *place = Some(old);
                }
            }
        }
        let shared = |old: u16| places.iter().filter(|place| **place == Some(old)).count() > 1;
        places.iter().map(|place| place.map(|old| (old, shared(old)))).collect()
    }

    /// The same for the windows of instances.
    fn instance_windows(
        &mut self,
        from: &ProgramSet,
        to: &ProgramSet,
        comparison: &mut Comparison<'_>,
    ) {
        for journey in (0..=u16::MAX).take(self.routes.len()) {
            let Some(route) = self.route(journey) else { continue };
            let tallies = |set: &ProgramSet, journey: u16| {
                set.journey(journey).map(|(_, plan)| plan.tallies.clone()).unwrap_or_default()
            };
            let mut places = vec![None; tallies(to, route.to).len()];
            for (old, number) in (0..=u16::MAX).zip(tallies(from, journey)) {
                if let Some(Place::Instance(new)) =
                    self.window(from, to, comparison, number, &self.routes)
                    && let Some(place) = places.get_mut(usize::from(new))
                {
                    *place = Some(old);
                }
            }
            if let Some(Some(route)) = self.routes.get_mut(usize::from(journey)) {
                route.tallies = places;
            }
        }
    }

    /// Where the window is that counts what an old one does, and keeps no more of its events.
    fn window(
        &self,
        from: &ProgramSet,
        to: &ProgramSet,
        comparison: &mut Comparison<'_>,
        number: u16,
        routes: &[Option<Route>],
    ) -> Option<Place> {
        let old = from.window(number)?;
        let journey = old.window(from).journey;
        let route = journey
            .and_then(|journey| Some((journey, routes.get(usize::from(journey))?.as_ref()?)));
        let counterpart = route.map(|(was, route)| Counterpart {
            was,
            is: route.to,
            locals: route.locals_now(),
            marks: route.marks_now(),
        });
        let same = comparison.window(number, counterpart)?;
        let new = to.window(same)?;
        let properties = self.events.get(usize::from(old.window(from).event))?.as_ref()?;
        let was = |slot: u16| match &properties.slots {
            None => Some(slot),
            Some(slots) => slots.get(usize::from(slot)).copied().flatten(),
        };
        let kept = new.kept.iter().all(|slot| was(*slot).is_some_and(|it| old.kept.contains(&it)));
        kept.then_some(new.place)
    }
}

fn position<T>(all: &[T], is_it: impl Fn(&T) -> bool) -> Option<u16> {
    u16::try_from(all.iter().position(is_it)?).ok()
}

fn named<'a>(
    names: impl Iterator<Item = &'a String>,
    find: impl Fn(&String) -> Option<u16>,
) -> Vec<Option<u16>> {
    names.map(find).collect()
}

/// By new slot, the old one. Every value that customers have must be one of the new type.
fn traits(a: &Program, b: &Program) -> Result<Option<Vec<Option<u16>>>, RebaseError> {
    let mut slots = Vec::with_capacity(b.traits.len());
    for is in &b.traits {
        let was = slot_of(&a.traits, &is.name);
        if let Some((_, was)) = was
            && !is.ty.takes(&was.ty)
        {
            let (was, is_now) = (was.ty.to_string(), is.ty.to_string());
            return Err(RebaseError::Trait { name: is.name.clone(), was, is: is_now });
        }
        slots.push(was.map(|(slot, _)| slot));
    }
    let stay = a.traits.len() == b.traits.len()
        && (0..).zip(&slots).all(|(slot, was)| *was == Some(slot))
        // A trait that was optional may be unset.
        && a.traits.iter().zip(&b.traits).all(|(was, is)| was.optional <= is.optional);
    Ok((!stay).then_some(slots))
}

fn slot_of<'a>(slots: &'a [Slot], name: &str) -> Option<(u16, &'a Slot)> {
    (0..=u16::MAX).zip(slots).find(|(_, slot)| slot.name == name)
}

/// An event of the old program in the new one. Properties that have another type are gone.
fn event(was: &journey_bytecode::Event, b: &Program) -> Option<Properties> {
    let event = position(&b.events, |it| it.name == was.name)?;
    let is = b.events.get(usize::from(event))?;
    let slots: Vec<Option<u16>> = is
        .properties
        .iter()
        .map(|is| {
            let (slot, was) = slot_of(&was.properties, &is.name)?;
            is.ty.takes(&was.ty).then_some(slot)
        })
        .collect();
    let stay = is.properties.len() == was.properties.len()
        && (0..).zip(&slots).all(|(slot, was)| *was == Some(slot));
    Some(Properties { event, slots: (!stay).then_some(slots) })
}

fn lines(a: &Program, b: &Program) -> Vec<Option<u16>> {
    let heads = b.heads();
    a.journeys.iter().map(|journey| heads.get(&*journey.name).copied()).collect()
}

/// All versions of a program, to be found by name and number.
fn versions(program: &Program) -> BTreeMap<(&str, u32), u16> {
    let all = (0..=u16::MAX).zip(&program.journeys);
    all.map(|(number, it)| ((&*it.name, program.version(number).number), number)).collect()
}

/// Whether a plan speaks only of what there is.
fn check_plan(a: &Program, plan: &Plan) -> Result<(), RebaseError> {
    let versions = versions(a);
    for (journey, version, fate) in plan.iter() {
        let Some(number) = versions.get(&(journey, version)) else {
            return Err(RebaseError::UnknownVersion { journey: journey.to_owned(), version });
        };
        let (Fate::Migrate(places), Some(declared)) = (fate, a.journeys.get(usize::from(*number)))
        else {
            continue;
        };
        if let Some(tile) = places.keys().find(|id| declared.tiles.iter().all(|it| it.id != **id)) {
            let (journey, tile) = (journey.to_owned(), tile.clone());
            return Err(RebaseError::UnknownTile { journey, version, tile });
        }
    }
    Ok(())
}
