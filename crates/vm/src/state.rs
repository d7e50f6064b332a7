//! The state of one customer: everything [`apply`](crate::apply) reads and writes.

use std::collections::{HashSet, VecDeque};

use journey_bytecode::Entry;
use smallvec::SmallVec;

use crate::bits::Bits;
use crate::history::WindowState;
use crate::key::InstanceKey;
use crate::memory::{Memory, Past};
use crate::{Eval, Fault, ProgramSet, Row, Scratch, Val, eval};

/// How long the id of an event is remembered.
const DEDUPE_WINDOW: i64 = 7 * 86_400_000;

/// One customer.
///
/// A new customer is blank: the first input lays it out for the program set it is applied with.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// What is known of the customer.
    pub(crate) profile: Profile,
    /// Open instances, in order of entry.
    pub(crate) instances: Vec<Instance>,
    /// What is remembered of past memberships, by line.
    pub(crate) memory: Vec<Memory>,
    /// Memberships that are over and may still reach a goal, in the order in which they ended.
    pub(crate) past: Vec<Past>,
    /// Lines that are paused; nothing where none is.
    pub(crate) paused: Option<Box<Bits>>,
    /// Ids of recent events.
    pub(crate) recent: RecentIds,
    /// Counts inputs, each timer that fires being one.
    pub(crate) sequence: u64,
    /// The clock: the latest `now`.
    pub(crate) clock: i64,
    /// The earliest instant at which something happens by itself.
    pub(crate) next_due: Option<i64>,
    /// Whether the first input has been applied.
    pub(crate) started: bool,
}

/// What expressions can read of a customer, instances aside.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    pub(crate) id: Box<str>,
    pub(crate) traits: Row,
    pub(crate) audiences: Bits,
    /// Windows of the customer, by their number among those.
    pub(crate) windows: Vec<WindowState>,
    /// When each computed audience can next change by itself; `i64::MAX` for never.
    pub(crate) audience_wakes: Vec<i64>,
    /// The earliest of them.
    pub(crate) audience_due: i64,
    /// Split arms that were chosen by hand: journey, split, arm.
    pub(crate) forced: SmallVec<[(u16, u16, u16); 1]>,
    /// When messages were sent that a policy counts; nothing before the first.
    pub(crate) sent: Option<Box<SentLog>>,
}

/// When the latest messages under each policy were sent, as far back as its caps ask.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct SentLog {
    pub(crate) by_policy: Vec<(u16, VecDeque<i64>)>,
}

impl SentLog {
    /// When the message was sent that was the `nth` from the latest, from 1.
    pub(crate) fn nth_latest(&self, policy: u16, nth: u32) -> Option<i64> {
        let (_, instants) = self.by_policy.iter().find(|(known, _)| *known == policy)?;
        instants.get(instants.len().checked_sub(nth as usize)?).copied()
    }

    /// Notes a message sent now. The `keep` latest of the last `per` milliseconds are remembered.
    pub(crate) fn record(&mut self, policy: u16, now: i64, keep: u32, per: i64) {
        let place = self.by_policy.iter().position(|(known, _)| *known == policy);
        let place = place.unwrap_or_else(|| {
            self.by_policy.push((policy, VecDeque::new()));
            self.by_policy.len() - 1
        });
        let Some((_, instants)) = self.by_policy.get_mut(place) else { return };
        while let Some(oldest) = instants.front()
            && (*oldest <= now.saturating_sub(per) || instants.len() >= keep as usize)
        {
            instants.pop_front();
        }
        instants.push_back(now);
    }
}

impl Profile {
    /// Takes an arm from now on, whatever the hash says.
    pub(crate) fn choose(&mut self, journey: u16, split: u16, arm: u16) {
        self.forced.retain(|chosen| (chosen.0, chosen.1) != (journey, split));
        self.forced.push((journey, split, arm));
    }

    /// Finds the earliest instant at which an audience can change by itself.
    pub(crate) fn find_audience_due(&mut self) {
        self.audience_due = self.audience_wakes.iter().copied().min().unwrap_or(i64::MAX);
    }

    /// The arm that was chosen by hand.
    pub(crate) fn chosen(&self, journey: u16, split: u16) -> Option<u16> {
        let chosen = self.forced.iter().find(|chosen| (chosen.0, chosen.1) == (journey, split));
        chosen.map(|chosen| chosen.2)
    }
}

/// One membership of a customer in a journey, from entry to exit.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Which journey.
    pub journey: u16,
    /// The how manyeth membership of this customer in this journey, from 1, whatever the versions.
    pub membership: u32,
    /// Whether it waits, is paused or is parked.
    pub status: Status,
    /// The tile it is at.
    pub tile: Option<u16>,
    /// When it entered.
    pub entered_at: i64,
    /// When it arrived at its tile or, as long as it has been at none, when it entered.
    pub arrived_at: i64,
    /// The number of the input that made it enter.
    pub entered_sequence: u64,
    /// How many sends and updates it has made.
    pub actions: u32,
    /// Its key, where its journey has one.
    pub(crate) key: Option<InstanceKey>,
    /// Values it carries.
    pub locals: Row,
    /// The end of its present wait.
    pub deadline: Option<i64>,
    /// When it can next go on by itself: deadline, exit criteria, conditions; `i64::MAX` for
    /// never.
    pub(crate) due: i64,
    /// For how long it has been paused.
    pub(crate) frozen: i64,
    /// When each `exit … after` criterion is reached, in source order.
    pub(crate) exits_after: SmallVec<[i64; 1]>,
    /// Until when it can reach each of its journey's goals; [`REACHED`](crate::memory::REACHED) once
    /// it has.
    pub(crate) goals: SmallVec<[i64; 1]>,
    /// Windows since its entry or since a mark, by their number among the journey's; `None`
    /// before the mark.
    pub(crate) tallies: Vec<Option<WindowState>>,
    /// The instance that waits for it to exit: its journey and membership.
    pub(crate) caller: Option<(u16, u32)>,
    /// What it has waited for came to its end while it stood still: the journey, and the outcome.
    pub(crate) returned: Option<(u16, Option<u16>)>,
    /// How many times it has sent from each tile, skipped messages included.
    pub(crate) visits: SmallVec<[(u16, u32); 2]>,
    /// What is known of the message that a policy holds.
    pub(crate) hold: Option<Box<Hold>>,
    /// What came while it stands still: where it is paused, or cannot go on.
    pub(crate) still: Option<Box<Still>>,
}

/// An instance that stands still: its journey is paused, or it cannot go on.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Still {
    pub(crate) since: i64,
    /// Where it waits, unless it goes on at `onward`.
    pub(crate) state: u16,
    /// Where it goes on: with what it could not do, or where the outcome leads that came meanwhile.
    pub(crate) onward: Option<u32>,
    /// Events to be shown to the instance later, in the order in which they came.
    pub(crate) kept: VecDeque<KeptEvent>,
}

/// An event that waits until the instance goes on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeptEvent {
    pub(crate) event: u16,
    pub(crate) at: i64,
    pub(crate) row: Row,
}

/// A message that waits for its policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Hold {
    /// Since when a cap holds it.
    pub(crate) capped_since: Option<i64>,
    /// Until when it waits because the customer's time zone is not known; once is enough.
    pub(crate) zone_unknown_until: Option<i64>,
}

/// How an instance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It waits in this state of its journey.
    Waiting(u16),
    /// Its journey is paused: nothing moves it.
    Paused,
    /// It cannot go on. It is as if paused until it is [tried again](crate::Input::Retry).
    Faulted(Fault),
}

/// The ids of events seen within the dedupe window, as 128-bit hashes.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecentIds {
    by_age: VecDeque<(i64, [u8; 16])>,
    /// The same, to look up; empty while there are only a few.
    seen: HashSet<[u8; 16], rustc_hash::FxBuildHasher>,
}

/// Up to this many ids are compared one by one; a set of more is kept as a set too.
const FEW: usize = 32;

impl RecentIds {
    /// Whether the id was seen within the window; if not, it is from now on. An id is known by
    /// 128 bits of its BLAKE3 hash: two ids that share those are not to be found.
    pub(crate) fn is_repeated(&mut self, id: &str, now: i64) -> bool {
        while let Some((seen, hash)) = self.by_age.front()
            && *seen <= now.saturating_sub(DEDUPE_WINDOW)
        {
            self.seen.remove(hash);
            self.by_age.pop_front();
        }
        let hash = blake3::hash(id.as_bytes());
        let Some(hash) = hash.as_bytes().first_chunk().copied() else { return false };
        let known = match self.seen.is_empty() {
            true => self.by_age.iter().any(|(_, seen)| *seen == hash),
            false => self.seen.contains(&hash),
        };
        if !known {
            self.add(now, hash);
        }
        known
    }

    /// Remembers an id that was not seen before.
    pub(crate) fn add(&mut self, now: i64, hash: [u8; 16]) {
        self.by_age.push_back((now, hash));
        if !self.seen.is_empty() {
            self.seen.insert(hash);
        } else if self.by_age.len() > FEW {
            self.seen.extend(self.by_age.iter().map(|(_, hash)| *hash));
        }
    }

    /// The ids that are within the window at an instant, the oldest first.
    pub(crate) fn since(&self, now: i64) -> impl Iterator<Item = (i64, [u8; 16])> {
        let horizon = now.saturating_sub(DEDUPE_WINDOW);
        self.by_age.iter().copied().filter(move |(seen, _)| *seen > horizon)
    }
}

impl PartialEq for RecentIds {
    fn eq(&self, other: &RecentIds) -> bool {
        self.by_age == other.by_age
    }
}

impl Instance {
    /// When it goes on by itself, if it does: deadline, exit criteria, conditions.
    pub fn due(&self) -> Option<i64> {
        Some(self.due).filter(|due| *due != i64::MAX)
    }

    /// The state in which it waits, standing still or not. There is none for who is to go on elsewhere
    /// once it does not stand still any more.
    pub(crate) fn stands(&self) -> Option<u16> {
        match (self.status, &self.still) {
            (Status::Waiting(state), _) => Some(state),
            (Status::Paused | Status::Faulted(_), Some(still)) if still.onward.is_none() => {
                Some(still.state)
            }
            (Status::Paused | Status::Faulted(_), _) => None,
        }
    }

    /// Since when it has stood still: been paused, or unable to go on.
    pub fn still_since(&self) -> Option<i64> {
        self.still.as_ref().map(|still| still.since)
    }

    /// How many events wait to be shown to it when it goes on.
    pub fn events_kept(&self) -> usize {
        self.still.as_ref().map_or(0, |still| still.kept.len())
    }

    /// How many times it has sent from a tile, skipped messages included.
    pub(crate) fn visits_of(&self, tile: u16) -> u32 {
        let visited = self.visits.iter().find(|(visited, _)| *visited == tile);
        visited.map_or(0, |(_, count)| *count)
    }
}

impl Customer {
    /// A customer of whom nothing is known but the id.
    pub fn new(id: &str) -> Customer {
        Customer {
            profile: Profile {
                id: id.into(),
                traits: Row::default(),
                audiences: Bits::default(),
                windows: Vec::new(),
                audience_wakes: Vec::new(),
                audience_due: i64::MAX,
                forced: SmallVec::new(),
                sent: None,
            },
            instances: Vec::new(),
            memory: Vec::new(),
            past: Vec::new(),
            paused: None,
            recent: RecentIds::default(),
            sequence: 0,
            clock: i64::MIN,
            next_due: None,
            started: false,
        }
    }

    /// A customer whose traits are known already. `traits` is laid out by the program's traits,
    /// see [`Row::with_defaults`].
    pub fn known(id: &str, traits: Row) -> Customer {
        let mut customer = Customer::new(id);
        customer.profile.traits = traits;
        customer
    }

    /// Makes the customer a member of an audience from the start. Means something before the first
    /// input, and for audiences that are not computed.
    pub fn join(&mut self, audience: u16) {
        self.profile.audiences.set(audience, true);
    }

    /// Makes room for what the program set needs of a customer. Traits that are laid out otherwise
    /// are lost.
    pub(crate) fn lay_out(&mut self, set: &ProgramSet) {
        let traits = &set.program().traits;
        if self.profile.traits.len() != traits.len() {
            self.profile.traits.reset(traits);
        }
        self.make_room(set);
    }

    /// The same, traits aside.
    pub(crate) fn make_room(&mut self, set: &ProgramSet) {
        let profile = &mut self.profile;
        let plans = set.customer_windows.iter().filter_map(|number| set.window(*number));
        profile.windows = plans.map(|plan| WindowState::new(set, plan)).collect();
        profile.audience_wakes = vec![i64::MAX; set.program().audiences.len()];
        self.started = true;
    }

    /// Finds the earliest instant at which something happens by itself.
    pub(crate) fn find_next_due(&mut self) {
        let due = self.instances.iter().map(|instance| instance.due).min().unwrap_or(i64::MAX);
        self.next_due = Some(due.min(self.profile.audience_due)).filter(|due| *due != i64::MAX);
    }

    /// Notes whether a journey is paused, which is given by its [line](ProgramSet::line).
    pub(crate) fn set_paused(&mut self, journey: u16, is_paused: bool) {
        if is_paused {
            self.paused.get_or_insert_default().set(journey, true);
        } else if let Some(paused) = &mut self.paused {
            paused.set(journey, false);
            self.paused = self.paused.take().filter(|paused| !paused.is_empty());
        }
    }

    /// Whether a journey is paused, which is given by its [line](ProgramSet::line).
    pub fn is_paused(&self, journey: u16) -> bool {
        self.paused.as_ref().is_some_and(|paused| paused.contains(journey))
    }

    /// How many inputs there were, each timer that fired being one.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The customer's id.
    pub fn id(&self) -> &str {
        &self.profile.id
    }

    /// The traits.
    pub fn traits(&self) -> &Row {
        &self.profile.traits
    }

    /// The audiences the customer is in.
    pub fn audiences(&self) -> &Bits {
        &self.profile.audiences
    }

    /// The traits that are set, by slot. `set` is what the customer was laid out by.
    pub fn trait_values<'a>(
        &'a self,
        set: &'a ProgramSet,
        arena: &'a bumpalo::Bump,
    ) -> impl Iterator<Item = (u16, Val<'a>)> {
        let kinds = (0..).zip(&set.trait_kinds);
        let values = kinds.map(|(slot, kind)| (slot, self.traits().value(slot, *kind, arena)));
        values.filter(|(_, value)| value.is_set())
    }

    /// What tells one of its instances from others of the journey, where that has a key: computed
    /// again from what the instance keeps of its entry. Of a version that nobody enters any more it is
    /// not known; its [entry](crate::Effect::Entered) has told it.
    pub fn key_of<'a>(
        &'a self,
        set: &'a ProgramSet,
        instance: &'a Instance,
        scratch: &'a Scratch,
    ) -> Option<Val<'a>> {
        let (journey, _) = set.journey(instance.journey)?;
        let Entry::Event { key: Some(key), .. } = &journey.entry else { return None };
        let ctx = Eval::inside(self, instance, self.clock, scratch);
        let value = eval(set, *key, &ctx).ok()?;
        (InstanceKey::of(value) == instance.key).then_some(value)
    }

    /// Whether the customer is in an audience.
    pub fn is_member(&self, audience: u16) -> bool {
        self.profile.audiences.contains(audience)
    }

    /// Open instances, in order of entry.
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// The open instance of a journey; of several the one that entered first.
    pub fn instance(&self, journey: u16) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.journey == journey)
    }

    /// How many memberships in a journey there were, open ones included. It is given by its
    /// [line](ProgramSet::line): versions count together.
    pub fn memberships(&self, journey: u16) -> u32 {
        let found = self.memory.binary_search_by_key(&journey, |memory| memory.journey);
        found.ok().and_then(|at| self.memory.get(at)).map_or(0, |memory| memory.memberships)
    }

    /// The earliest instant at which something happens by itself. Who drives the customer sees to
    /// it that an input, [`Input::Tick`](crate::Input::Tick) if nothing else, comes by then.
    pub fn next_due(&self) -> Option<i64> {
        self.next_due
    }

    /// The latest instant the customer has lived to.
    pub fn clock(&self) -> Option<i64> {
        self.started.then_some(self.clock)
    }
}
