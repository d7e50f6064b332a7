//! Programs, prepared to run: every question that can be answered before the first input is.

mod by_key;
mod lookback;
mod window;

use journey_bytecode::{
    Aggregate, ArmTrigger, Condition, Const, Deadline, Entry, ExitTrigger, Expr, ExprId, Insn,
    Journey, Op, Program, Range, Reads, Verified, Window,
};
use journey_time::Tz;

use crate::bits::Bits;
use crate::eval::{Form, Leaf, conjuncts};
use crate::history::Kept;
use crate::line::Lines;
use crate::row::Row;
use crate::value::Kind;

/// The programs a customer runs on, with all that can be worked out before the first input.
#[derive(Debug)]
pub struct ProgramSet {
    program: Verified<Program>,
    exprs: Vec<ExprPlan>,
    pub(crate) trait_kinds: Vec<Kind>,
    event_kinds: Vec<Vec<Kind>>,
    windows: Vec<WindowPlan>,
    /// Windows that belong to the customer, in order of their place there.
    pub(crate) customer_windows: Vec<u16>,
    events: Vec<EventPlan>,
    journeys: Vec<JourneyPlan>,
    pub(crate) lines: Lines,
    /// What requests are made of, by action.
    requests: Vec<Vec<Kind>>,
    /// Journeys that are entered by joining an audience, by audience.
    audience_entries: Vec<Vec<u16>>,
    /// Those among them that members enter, too, who are there when the journey is activated.
    existing: Vec<(u16, u16)>,
    /// Audiences, by the trait, window or audience they read.
    pub(crate) audience_readers: Readers,
    /// All that any audience, condition or deadline reads.
    pub(crate) watched: Watch,
}

/// An expression without its type.
#[derive(Debug)]
pub(crate) struct ExprPlan {
    /// The instructions, prepared.
    pub(crate) leaves: Box<[Leaf]>,
    start: u32,
    end: u32,
    pub(crate) registers: u8,
    pub(crate) optional: bool,
    pub(crate) form: Form,
    pub(crate) event: Option<u16>,
    pub(crate) journey: Option<u16>,
    pub(crate) action: Option<u16>,
    pub(crate) zone: ZonePlan,
}

/// In which time zone an expression reads local times.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ZonePlan {
    /// Always this one.
    Always(Tz),
    /// The one whose name this expression gives.
    Named(ExprId),
}

/// What an event touches whatever instances are open.
#[derive(Debug, Default)]
pub(crate) struct EventPlan {
    /// Windows of the customer.
    pub(crate) windows: Vec<u16>,
    /// Whether there are windows of instances as well.
    pub(crate) by_instance: bool,
    /// Journeys it can enter, by name.
    pub(crate) entries: Vec<u16>,
}

/// What there is to know of a journey.
#[derive(Debug, Default)]
pub(crate) struct JourneyPlan {
    pub(crate) local_kinds: Vec<Kind>,
    /// Events that an exit criterion, a goal or some arm waits for, ascending.
    pub(crate) events: Vec<u16>,
    /// For each of these the slot that holds the key of the one instance it concerns; nothing if
    /// it may concern others.
    pub(crate) by_key: Vec<Option<u16>>,
    /// Everything its continuous conditions and deadlines read.
    pub(crate) reads: Watch,
    /// The locals that say when the next round of a loop is due.
    pub(crate) paces: Vec<u16>,
    /// Windows of its instances, in order of their place there.
    pub(crate) tallies: Vec<u16>,
    /// By state, the windows of which nothing has to be kept any more.
    forgettable: Vec<u64>,
}

/// Who reads what.
#[derive(Debug, Default)]
pub(crate) struct Readers {
    pub(crate) traits: Vec<Vec<u16>>,
    pub(crate) windows: Vec<Vec<u16>>,
    pub(crate) audiences: Vec<Vec<u16>>,
}

/// Traits, windows and audiences: those that are read, or those that have changed.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) traits: Bits,
    pub(crate) windows: Bits,
    pub(crate) audiences: Bits,
}

/// Where the state of a window is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    Customer(u16),
    Instance(u16),
}

/// A window, prepared.
#[derive(Debug)]
pub(crate) struct WindowPlan {
    number: u16,
    pub(crate) place: Place,
    pub(crate) sums_ints: bool,
    /// Fields of `last`: event slot and kind.
    pub(crate) fields: Vec<(u16, Kind)>,
    /// Number of slots of the event.
    slots: usize,
    /// Slots of kept events that are ever looked at.
    pub(crate) kept: Vec<u16>,
    /// Whether events are kept as they come and filtered when the window is asked: the filter
    /// reads what the instance that asks has captured, maybe after the event.
    pub(crate) late: bool,
}

impl Watch {
    pub(crate) fn add(&mut self, reads: &Reads) {
        reads.traits.iter().for_each(|slot| self.traits.set(*slot, true));
        reads.windows.iter().for_each(|window| self.windows.set(*window, true));
        reads.audiences.iter().for_each(|audience| self.audiences.set(*audience, true));
    }

    pub(crate) fn clear(&mut self) {
        self.traits.clear();
        self.windows.clear();
        self.audiences.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.traits.is_empty() && self.windows.is_empty() && self.audiences.is_empty()
    }

    pub(crate) fn meets(&self, other: &Watch) -> bool {
        self.traits.meets(&other.traits)
            || self.windows.meets(&other.windows)
            || self.audiences.meets(&other.audiences)
    }

    pub(crate) fn meets_reads(&self, reads: &Reads) -> bool {
        reads.traits.iter().any(|slot| self.traits.contains(*slot))
            || reads.windows.iter().any(|window| self.windows.contains(*window))
            || reads.audiences.iter().any(|audience| self.audiences.contains(*audience))
    }
}

impl WindowPlan {
    pub(crate) fn window<'s>(&self, set: &'s ProgramSet) -> &'s Window {
        // A plan is made from its window; the fallback is never taken.
        set.program.windows.get(usize::from(self.number)).unwrap_or(&NO_WINDOW)
    }

    /// Whether it keeps events for waits that look back.
    pub(crate) fn for_waits(&self, set: &ProgramSet) -> bool {
        matches!(self.window(set).aggregate, Aggregate::First | Aggregate::Each)
    }

    /// An event, reduced to what the window has a use for.
    pub(crate) fn keep(&self, row: &Row, at: i64) -> Kept {
        let mut kept = Row::new(self.slots);
        self.copy_kept(&mut kept, row);
        Kept { at, row: kept, fault: None }
    }

    pub(crate) fn copy_kept(&self, to: &mut Row, from: &Row) {
        to.clear();
        for slot in &self.kept {
            to.copy_slot(*slot, from, *slot);
        }
    }
}

static NO_WINDOW: Window = Window {
    event: 0,
    aggregate: Aggregate::Count,
    filter: None,
    value: None,
    range: Range::All,
    journey: None,
};

impl ProgramSet {
    /// Prepares a program.
    pub fn new(program: Verified<Program>) -> ProgramSet {
        let mut set = ProgramSet {
            exprs: program.exprs.iter().map(|expr| plan_expr(&program, expr)).collect(),
            trait_kinds: program.traits.iter().map(|slot| Kind::of(&slot.ty)).collect(),
            event_kinds: Vec::new(),
            windows: Vec::new(),
            customer_windows: Vec::new(),
            events: Vec::new(),
            journeys: Vec::new(),
            lines: Lines::of(&program),
            requests: Vec::new(),
            audience_entries: vec![Vec::new(); program.audiences.len()],
            existing: Vec::new(),
            audience_readers: Readers {
                traits: vec![Vec::new(); program.traits.len()],
                windows: vec![Vec::new(); program.windows.len()],
                audiences: vec![Vec::new(); program.audiences.len()],
            },
            watched: Watch::default(),
            program,
        };
        set.plan_events();
        set.plan_journeys();
        set.plan_windows();
        set.plan_lookback();
        set.plan_audiences();
        set.plan_requests();
        set
    }

    /// The program: names and layouts for who reads effects.
    pub fn program(&self) -> &Verified<Program> {
        &self.program
    }

    fn plan_events(&mut self) {
        for event in &self.program.events {
            let kinds = event.properties.iter().map(|slot| Kind::of(&slot.ty)).collect();
            self.event_kinds.push(kinds);
            self.events.push(EventPlan::default());
        }
    }

    fn plan_journeys(&mut self) {
        for (number, journey) in (0..).zip(&self.program.journeys) {
            match &journey.entry {
                _ if self.program.version(number).retired => {}
                Entry::Event { event, .. } => {
                    if let Some(plan) = self.events.get_mut(usize::from(*event)) {
                        plan.entries.push(number);
                    }
                }
                Entry::Audience { audience, existing } => {
                    self.existing.extend(existing.then_some((*audience, number)));
                    if let Some(entries) = self.audience_entries.get_mut(usize::from(*audience)) {
                        entries.push(number);
                    }
                }
                Entry::Manual => {}
            }
            let plan = plan_journey(&self.program, journey);
            plan.add_to(&mut self.watched);
            self.journeys.push(plan);
        }
    }

    fn plan_windows(&mut self) {
        for (number, window) in (0..).zip(&self.program.windows) {
            let journey = window.journey.and_then(|j| self.journeys.get_mut(usize::from(j)));
            let place = match (window.range, journey) {
                (Range::SinceEntered | Range::SinceMark(_), Some(journey)) => {
                    if let Some(event) = self.events.get_mut(usize::from(window.event)) {
                        event.by_instance = true;
                    }
                    journey.tallies.push(number);
                    Place::Instance((journey.tallies.len() - 1) as u16)
                }
                _ => {
                    if let Some(event) = self.events.get_mut(usize::from(window.event)) {
                        event.windows.push(number);
                    }
                    self.customer_windows.push(number);
                    Place::Customer((self.customer_windows.len() - 1) as u16)
                }
            };
            let plan = window::plan(&self.program, &self.event_kinds, number, window, place);
            self.windows.push(plan);
        }
    }

    fn plan_lookback(&mut self) {
        for (journey, plan) in self.program.journeys.iter().zip(&mut self.journeys) {
            plan.forgettable = lookback::forgettable(&self.program, journey, &plan.tallies);
        }
    }

    fn plan_requests(&mut self) {
        let actions = (0..=u16::MAX).take(self.program.actions.len());
        let slots = actions.map(|action| self.program.request_slots(action).unwrap_or_default());
        let kinds = slots.map(|slots| slots.iter().map(|slot| Kind::of(&slot.ty)).collect());
        self.requests = kinds.collect();
    }

    fn plan_audiences(&mut self) {
        let readers = &mut self.audience_readers;
        for (number, audience) in (0..).zip(&self.program.audiences) {
            let Some(Condition { reads, .. }) = &audience.condition else { continue };
            self.watched.add(reads);
            for (lists, read) in [
                (&mut readers.traits, &reads.traits),
                (&mut readers.windows, &reads.windows),
                (&mut readers.audiences, &reads.audiences),
            ] {
                for index in read {
                    if let Some(list) = lists.get_mut(usize::from(*index)) {
                        list.push(number);
                    }
                }
            }
        }
    }
}

/// Look-ups while running. The verifier has seen to it that all of them succeed.
impl ProgramSet {
    #[inline]
    pub(crate) fn expr(&self, id: ExprId) -> Option<&ExprPlan> {
        self.exprs.get(id.0 as usize)
    }

    #[inline]
    pub(crate) fn code(&self, expr: &ExprPlan) -> &[Insn] {
        self.program.code.get(expr.start as usize..expr.end as usize).unwrap_or_default()
    }

    /// A text of the constants.
    #[inline]
    pub(crate) fn text(&self, k: u64) -> &str {
        match self.program.consts.get(k as usize) {
            Some(Const::Text(text)) => text,
            _ => "",
        }
    }

    #[inline]
    pub(crate) fn trait_kind(&self, slot: u16) -> Option<Kind> {
        self.trait_kinds.get(usize::from(slot)).copied()
    }

    /// The kinds of an event's properties.
    pub(crate) fn kinds_of_event(&self, event: u16) -> &[Kind] {
        self.event_kinds.get(usize::from(event)).map_or(&[], Vec::as_slice)
    }

    #[inline]
    pub(crate) fn event_kind(&self, event: Option<u16>, slot: u16) -> Option<Kind> {
        self.event_kinds.get(usize::from(event?))?.get(usize::from(slot)).copied()
    }

    #[inline]
    pub(crate) fn local_kind(&self, expr: &ExprPlan, slot: u16) -> Option<Kind> {
        let kinds = match expr.action {
            Some(action) => self.requests.get(usize::from(action))?,
            None => &self.journeys.get(usize::from(expr.journey?))?.local_kinds,
        };
        kinds.get(usize::from(slot)).copied()
    }

    #[inline]
    pub(crate) fn window(&self, number: u16) -> Option<&WindowPlan> {
        self.windows.get(usize::from(number))
    }

    #[inline]
    pub(crate) fn event(&self, event: u16) -> Option<&EventPlan> {
        self.events.get(usize::from(event))
    }

    #[inline]
    pub(crate) fn journey(&self, number: u16) -> Option<(&Journey, &JourneyPlan)> {
        let at = usize::from(number);
        Some((self.program.journeys.get(at)?, self.journeys.get(at)?))
    }

    /// Audiences whose members enter a journey when it is activated.
    pub(crate) fn entries_at_activation(&self) -> &[(u16, u16)] {
        &self.existing
    }

    /// Whether an expression reads the present instant.
    pub(crate) fn reads_now(&self, id: ExprId) -> bool {
        let now = |insn: &Insn| {
            matches!(
                insn,
                Insn::Now { .. }
                    | Insn::NextInDays { .. }
                    | Insn::NextInRange { .. }
                    | Insn::NextTime { .. }
            )
        };
        code(&self.program, id).iter().any(now)
    }

    /// Whether an expression reads nothing but the event at hand and constants, so that it will
    /// always say the same of an event.
    pub(crate) fn reads_event_only(&self, id: ExprId) -> bool {
        let other = |insn: &Insn| {
            matches!(
                insn,
                Insn::TraitNumber { .. }
                    | Insn::TraitWord { .. }
                    | Insn::TraitText { .. }
                    | Insn::TraitBool { .. }
                    | Insn::TraitSet { .. }
                    | Insn::Trait { .. }
                    | Insn::Audience { .. }
                    | Insn::History { .. }
                    | Insn::Entered { .. }
            )
        };
        let zone = self.expr(id).is_some_and(|expr| matches!(expr.zone, ZonePlan::Always(_)));
        zone && !self.reads_now(id)
            && !reads_locals(&self.program, id)
            && !code(&self.program, id).iter().any(other)
    }

    pub(crate) fn entries_by_audience(&self, audience: u16) -> &[u16] {
        self.audience_entries.get(usize::from(audience)).map_or(&[], Vec::as_slice)
    }
}

fn plan_expr(program: &Verified<Program>, expr: &Expr) -> ExprPlan {
    let (start, end) = (expr.start, expr.start.saturating_add(expr.len));
    let code = program.code.get(start as usize..end as usize).unwrap_or_default();
    let mut leaves = Leaf::prepare(program, code);
    let form = Form::of(&leaves);
    if let (Form::All(_), Some(all)) = (form, conjuncts(&leaves)) {
        leaves = all.into();
    }
    let Expr { registers, optional, event, journey, action, zone, .. } = *expr;
    let zone = plan_zone(program, zone);
    ExprPlan { leaves, start, end, registers, optional, form, event, journey, action, zone }
}

/// A zone that is always the same is looked up once.
fn plan_zone(program: &Verified<Program>, zone: Option<ExprId>) -> ZonePlan {
    let Some(zone) = zone else { return ZonePlan::Always(program.zone()) };
    let [Insn::Const { k, .. }, Insn::Ret { .. }] = code(program, zone) else {
        return ZonePlan::Named(zone);
    };
    let found = match program.consts.get(usize::from(*k)) {
        Some(Const::Text(name)) => journey_time::find(name),
        _ => None,
    };
    ZonePlan::Always(found.unwrap_or(program.zone()))
}

impl JourneyPlan {
    /// Whether nobody asks the window at this place any more, once an instance stands at the
    /// state. Only of windows that keep events for waits.
    pub(crate) fn is_over(&self, state: u16, place: usize) -> bool {
        let over = self.forgettable.get(usize::from(state)).copied().unwrap_or(0);
        u32::try_from(place).is_ok_and(|place| over.checked_shr(place).unwrap_or(0) & 1 == 1)
    }

    fn add_to(&self, watched: &mut Watch) {
        self.reads.traits.iter().for_each(|slot| watched.traits.set(slot, true));
        self.reads.windows.iter().for_each(|window| watched.windows.set(window, true));
        self.reads.audiences.iter().for_each(|audience| watched.audiences.set(audience, true));
    }
}

fn plan_journey(program: &Program, journey: &Journey) -> JourneyPlan {
    let mut plan = JourneyPlan {
        local_kinds: journey.locals.iter().map(|slot| Kind::of(&slot.ty)).collect(),
        ..JourneyPlan::default()
    };
    if let Some(zone) = &journey.timezone {
        plan.reads.add(&zone.reads);
    }
    let mut condition = |condition: &Condition| plan.reads.add(&condition.reads);
    for exit in &journey.exits {
        match &exit.trigger {
            ExitTrigger::Event { event, .. } => plan.events.push(*event),
            ExitTrigger::When(when) => condition(when),
            ExitTrigger::After(_) => {}
        }
    }
    plan.events.extend(journey.goals.iter().map(|goal| goal.event));
    for state in &journey.states {
        for arm in &state.arms {
            match &arm.trigger {
                ArmTrigger::Event { event, .. } => plan.events.push(*event),
                ArmTrigger::When(when) => condition(when),
                ArmTrigger::Skipped | ArmTrigger::Outcome(_) => {}
            }
        }
    }
    for state in &journey.states {
        if let Deadline::At { reads, .. } | Deadline::Policy { reads, .. } = &state.deadline {
            plan.reads.add(reads);
        }
    }
    for op in &journey.code {
        if let Op::Pace { local, .. } = op {
            plan.paces.push(*local);
        }
    }
    plan.events.sort_unstable();
    plan.events.dedup();
    plan.by_key = by_key::slots(program, journey, &plan.events);
    plan
}

fn code(program: &Program, id: ExprId) -> &[Insn] {
    let expr = program.exprs.get(id.0 as usize);
    let code = expr.and_then(|expr| {
        let start = expr.start as usize;
        program.code.get(start..start + expr.len as usize)
    });
    code.unwrap_or_default()
}

fn reads_locals(program: &Program, id: ExprId) -> bool {
    if let Some(zone) = program.exprs.get(id.0 as usize).and_then(|expr| expr.zone)
        // A zone stands before what is read in it, so this ends.
        && zone < id
        && reads_locals(program, zone)
    {
        return true;
    }
    let is_local = |insn: &Insn| {
        matches!(
            insn,
            Insn::LocalNumber { .. }
                | Insn::LocalWord { .. }
                | Insn::LocalText { .. }
                | Insn::LocalBool { .. }
                | Insn::LocalSet { .. }
                | Insn::Local { .. }
        )
    };
    code(program, id).iter().any(is_local)
}
