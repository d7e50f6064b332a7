//! Where the members of each version go.

use std::collections::{BTreeMap, VecDeque};

use journey_bytecode::{Comparison, Fate, Journey, Op, Place, Plan, Program, WaitKind};

use super::onward;
use super::{RebaseError, check_plan, versions};
use crate::ProgramSet;
use crate::state::Instance;

/// Where the members of a version go.
#[derive(Debug)]
pub(crate) struct Route {
    /// The new number of the journey.
    pub(crate) to: u16,
    /// What changes for them beside that; nothing if it does what it did.
    pub(crate) moved: Option<Moved>,
    /// By new place among the windows of an instance, the old one.
    pub(crate) tallies: Vec<Option<u16>>,
}

/// What changes for members.
#[derive(Debug)]
pub(crate) struct Moved {
    /// The version that they leave by the plan. Otherwise they stay in theirs, but that is compiled
    /// anew with other values.
    pub(crate) version: Option<u32>,
    /// Whether the plan says that all leave.
    pub(crate) all_leave: bool,
    /// By old number. Who is in a state that leads nowhere leaves.
    pub(crate) states: Vec<Option<u16>>,
    /// By old number.
    pub(crate) tiles: Vec<Option<u16>>,
    /// By old number: the tile that has the same id.
    pub(crate) same_id: Vec<Option<u16>>,
    /// By new number, the old one.
    pub(crate) locals: Vec<Option<u16>>,
    /// By old number, the new one.
    locals_now: Vec<Option<u16>>,
    /// By old number, the new one.
    marks_now: Vec<Option<u16>>,
    /// By new number, the old one.
    pub(crate) goals: Vec<Option<u16>>,
}

impl Route {
    /// Whether there is no place for an instance any more.
    pub(crate) fn ends(&self, from: &ProgramSet, to: &ProgramSet, instance: &Instance) -> bool {
        let Some(moved) = &self.moved else { return false };
        moved.all_leave
            || match (instance.stands(), &instance.still) {
                (Some(state), _) => self.state(state).is_none(),
                (None, Some(still)) => onward::onward(from, to, self, instance, still).is_none(),
                (None, None) => true,
            }
    }

    /// Where a tile is now.
    pub(crate) fn tile(&self, tile: u16) -> Option<u16> {
        match &self.moved {
            None => Some(tile),
            Some(moved) => moved.tiles.get(usize::from(tile)).copied().flatten(),
        }
    }

    pub(crate) fn state(&self, state: u16) -> Option<u16> {
        match &self.moved {
            None => Some(state),
            Some(moved) => moved.states.get(usize::from(state)).copied().flatten(),
        }
    }

    pub(super) fn locals_now(&self) -> Option<&[Option<u16>]> {
        self.moved.as_ref().map(|moved| &*moved.locals_now)
    }

    pub(super) fn marks_now(&self) -> Option<&[Option<u16>]> {
        self.moved.as_ref().map(|moved| &*moved.marks_now)
    }
}

/// The routes of all journeys, by old number.
pub(super) fn all(
    from: &ProgramSet,
    to: &ProgramSet,
    plan: &Plan,
    comparison: &mut Comparison<'_>,
) -> Result<Vec<Option<Route>>, RebaseError> {
    let (a, b): (&Program, &Program) = (from.program(), to.program());
    check_plan(a, plan)?;
    let (heads, versions) = (b.heads(), versions(b));
    let mut routes = Vec::with_capacity(a.journeys.len());
    for (number, journey) in (0..=u16::MAX).zip(&a.journeys) {
        let name = &*journey.name;
        let version = a.version(number).number;
        let trip = |to: u16| Trip { a, was: number, journey, version, b, to };
        routes.push(match plan.fate(name, version) {
            Fate::Pin => match versions.get(&(name, version)) {
                Some(is) if comparison.is_same(number, *is) => {
                    Some(Route { to: *is, moved: None, tallies: Vec::new() })
                }
                Some(is) => Some(trip(*is).compiled_anew()?),
                None => {
                    let journey = name.to_owned();
                    return Err(RebaseError::NoVersion { journey, version });
                }
            },
            Fate::Migrate(places) => match heads.get(name) {
                Some(head) if !b.version(*head).retired => Some(trip(*head).migrated(places)?),
                _ => {
                    let journey = name.to_owned();
                    return Err(RebaseError::NoCurrent { journey, version });
                }
            },
            Fate::Leave => heads.get(name).and_then(|head| trip(*head).left()),
        });
    }
    Ok(routes)
}

/// From each version that was current to the one that is, by old number: what new members ask of the past
/// is what those asked before whom they follow.
pub(super) fn heirs(a: &Program, b: &Program) -> Vec<Option<Route>> {
    let (old, new) = (a.heads(), b.heads());
    let heir = |(number, journey): (u16, &Journey)| {
        let to = *new.get(&*journey.name).filter(|_| old.get(&*journey.name) == Some(&number))?;
        let version = a.version(number).number;
        let trip = Trip { a, was: number, journey, version, b, to };
        let moved = trip.moved(None, trip.same_id());
        Some(Route { to, moved, tallies: Vec::new() })
    };
    // Only windows are asked for.
    (0..=u16::MAX).zip(&a.journeys).map(heir).collect()
}

/// From one version to another.
#[derive(Clone, Copy)]
struct Trip<'p> {
    a: &'p Program,
    was: u16,
    journey: &'p Journey,
    version: u32,
    b: &'p Program,
    to: u16,
}

impl<'p> Trip<'p> {
    fn target(&self) -> Option<&'p Journey> {
        self.b.journeys.get(usize::from(self.to))
    }

    /// The same version with other values in it: every tile is where it was.
    fn compiled_anew(&self) -> Result<Route, RebaseError> {
        let changed =
            || RebaseError::Changed { journey: self.journey.name.clone(), version: self.version };
        let moved = self.moved(None, self.same_id()).ok_or_else(changed)?;
        let all_found = moved.tiles.iter().chain(&moved.states).all(Option::is_some);
        all_found.then_some(()).ok_or_else(changed)?;
        Ok(Route { to: self.to, moved: Some(moved), tallies: Vec::new() })
    }

    /// By a plan.
    fn migrated(&self, places: &BTreeMap<String, Place>) -> Result<Route, RebaseError> {
        let journey = || self.journey.name.clone();
        let version = self.version;
        let (ids, tiles) = (self.ids(), self.journey.tiles.iter().zip(self.same_id()));
        let tiles = tiles.map(|(tile, same)| match places.get(&tile.id) {
            None => Ok(same),
            Some(Place::Exit) => Ok(None),
            Some(Place::Keep(id)) => match ids.get(&**id) {
                Some(to) => Ok(Some(*to)),
                None => {
                    let (journey, tile) = (journey(), id.clone());
                    Err(RebaseError::UnknownTile { journey, version, tile })
                }
            },
        });
        let tiles: Vec<Option<u16>> = tiles.collect::<Result<_, _>>()?;
        let no_current = || RebaseError::NoCurrent { journey: journey(), version };
        let moved = self.moved(Some(version), tiles).ok_or_else(no_current)?;
        for (state, found) in self.journey.states.iter().zip(&moved.states) {
            let Some(tile) = self.journey.tiles.get(usize::from(state.tile)) else { continue };
            match places.get(&tile.id) {
                None => {
                    let (journey, tile) = (journey(), tile.id.clone());
                    return Err(RebaseError::Unplanned { journey, version, tile });
                }
                Some(Place::Keep(to)) if found.is_none() => {
                    let (journey, tile, to) = (journey(), tile.id.clone(), to.clone());
                    return Err(RebaseError::NoWait { journey, version, tile, to });
                }
                Some(Place::Keep(_) | Place::Exit) => {}
            }
        }
        Ok(Route { to: self.to, moved: Some(moved), tallies: Vec::new() })
    }

    /// Members leave. What those who are gone may still achieve goes on in the line.
    fn left(&self) -> Option<Route> {
        let moved = self.moved(Some(self.version), vec![None; self.journey.tiles.len()])?;
        let moved = Moved { all_leave: true, ..moved };
        Some(Route { to: self.to, moved: Some(moved), tallies: Vec::new() })
    }

    fn moved(&self, version: Option<u32>, tiles: Vec<Option<u16>>) -> Option<Moved> {
        let target = self.target()?;
        let (locals, locals_now) = locals(self.journey, target);
        let goals = target.goals.iter().map(|goal| {
            let found = self.journey.goals.iter().position(|it| it.name == goal.name)?;
            u16::try_from(found).ok()
        });
        Some(Moved {
            version,
            all_leave: false,
            states: self.states(&tiles),
            same_id: self.same_id(),
            locals,
            locals_now,
            marks_now: marks(self.journey, target, &tiles),
            goals: goals.collect(),
            tiles,
        })
    }

    /// The tiles of the new version by id.
    fn ids(&self) -> BTreeMap<&'p str, u16> {
        let tiles = self.target().map_or(&[][..], |target| &target.tiles);
        tiles.iter().map(|tile| &*tile.id).zip(0..=u16::MAX).collect()
    }

    /// The tile of the same id, by old number.
    fn same_id(&self) -> Vec<Option<u16>> {
        let ids = self.ids();
        self.journey.tiles.iter().map(|tile| ids.get(&*tile.id).copied()).collect()
    }

    /// For each state, the one of the same kind at the tile where its own is now: at a tile that waits more
    /// than once, the how manyeth it is of its kind.
    fn states(&self, tiles: &[Option<u16>]) -> Vec<Option<u16>> {
        let mut fitting: BTreeMap<(u16, WaitKind), VecDeque<u16>> = BTreeMap::new();
        let target = self.target().map_or(&[][..], |target| &target.states);
        for (number, state) in (0..=u16::MAX).zip(target) {
            let kind = self.b.wait_kind(self.to, state);
            fitting.entry((state.tile, kind)).or_default().push_back(number);
        }
        // Two tiles may have become one.
        let mut left: BTreeMap<(u16, WaitKind), VecDeque<u16>> = BTreeMap::new();
        let states = self.journey.states.iter().map(|state| {
            let kind = self.a.wait_kind(self.was, state);
            let tile = tiles.get(usize::from(state.tile)).copied().flatten()?;
            let all = fitting.get(&(tile, kind.clone()))?;
            left.entry((state.tile, kind)).or_insert_with(|| all.clone()).pop_front()
        });
        states.collect()
    }
}

/// The old local of each new one, and the new one of each old one: those of the same name and type. Two
/// bindings can have one name: then the first is the first.
fn locals(old: &Journey, new: &Journey) -> (Vec<Option<u16>>, Vec<Option<u16>>) {
    let mut named: BTreeMap<&str, VecDeque<u16>> = BTreeMap::new();
    for (number, slot) in (0..=u16::MAX).zip(&new.locals) {
        named.entry(&slot.name).or_default().push_back(number);
    }
    let (mut locals, mut locals_now) = (vec![None; new.locals.len()], Vec::new());
    for (number, was) in (0..=u16::MAX).zip(&old.locals) {
        let found = named.get_mut(&*was.name).and_then(|numbers| {
            let fits =
                |it: &u16| new.locals.get(usize::from(*it)).is_some_and(|is| is.ty.takes(&was.ty));
            let place = numbers.iter().position(fits)?;
            numbers.remove(place)
        });
        locals_now.push(found);
        if let Some(place) = found.and_then(|it| locals.get_mut(usize::from(it))) {
            *place = Some(number);
        }
    }
    (locals, locals_now)
}

/// For each mark of the old version the one that is set at the same tile.
fn marks(old: &Journey, new: &Journey, tiles: &[Option<u16>]) -> Vec<Option<u16>> {
    let (old, new) = (marked(old), marked(new));
    let find = |tile: &Option<u16>| {
        let tile = tiles.get(usize::from((*tile)?)).copied().flatten()?;
        super::position(&new, |marked| *marked == Some(tile))
    };
    old.iter().map(find).collect()
}

/// The tile at which each mark is set.
fn marked(journey: &Journey) -> Vec<Option<u16>> {
    let (mut marks, mut at) = (vec![None; usize::from(journey.marks)], None);
    for op in &journey.code {
        match op {
            Op::Arrive { tile } => at = Some(*tile),
            Op::Mark { mark } => {
                if let Some(place) = marks.get_mut(usize::from(*mark)) {
                    *place = at;
                }
            }
            _ => {}
        }
    }
    marks
}
