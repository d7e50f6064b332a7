//! A small assembler of programs, for the tests of this crate and of the interpreter.
//!
//! It knows nothing of the language: what a test needs it puts together from instructions.

#![allow(dead_code)] // each test uses its own part
#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use journey_bytecode::*;

pub mod sample;

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// A program in the making.
pub struct Build {
    pub program: Program,
}

impl Build {
    pub fn new() -> Build {
        let program =
            Program { workspace: "shop".into(), timezone: "UTC".into(), ..Program::default() };
        Build { program }
    }

    pub fn done(self) -> Verified<Program> {
        verify(self.program).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A trait with a default.
    pub fn trait_(&mut self, name: &str, ty: Type, default: Const) -> u16 {
        self.slot(name, ty, false, Some(default))
    }

    /// A trait that may be unset.
    pub fn optional_trait(&mut self, name: &str, ty: Type) -> u16 {
        self.slot(name, ty, true, None)
    }

    fn slot(&mut self, name: &str, ty: Type, optional: bool, default: Option<Const>) -> u16 {
        self.program.traits.push(Slot {
            name: name.into(),
            wire: name.into(),
            ty,
            optional,
            default,
            pii: false,
        });
        (self.program.traits.len() - 1) as u16
    }

    /// An event with required properties. Events have to be made by ascending name.
    pub fn event(&mut self, name: &str, properties: &[(&str, Type)]) -> u16 {
        let properties = properties.iter().map(|(name, ty)| slot(name, ty.clone())).collect();
        self.program.events.push(Event { name: name.into(), wire: name.into(), properties });
        (self.program.events.len() - 1) as u16
    }

    /// An action with required parameters.
    pub fn action(&mut self, name: &str, params: &[(&str, Type)]) -> u16 {
        let params = params.iter().map(|(name, ty)| slot(name, ty.clone())).collect();
        let request = Request::Log;
        self.program.destinations = vec![Destination {
            name: "out".into(),
            kind: DestinationKind::Log,
            settings: vec![],
            secrets: vec![],
        }];
        self.program.actions.push(Action {
            name: name.into(),
            destination: 0,
            params,
            policy: None,
            request,
        });
        (self.program.actions.len() - 1) as u16
    }

    /// Puts an action under a policy. Policies have to be made by ascending name.
    pub fn under(&mut self, action: u16, policy: Policy) -> u16 {
        self.program.policies.push(policy);
        let number = (self.program.policies.len() - 1) as u16;
        self.program.actions[usize::from(action)].policy = Some(number);
        number
    }

    /// A constant of the pool.
    pub fn k(&mut self, value: Const) -> u16 {
        if let Some(k) = self.program.consts.iter().position(|known| *known == value) {
            return k as u16;
        }
        self.program.consts.push(value);
        (self.program.consts.len() - 1) as u16
    }

    pub fn regex(&mut self, pattern: &str) -> u16 {
        self.program.regexes.push(pattern.into());
        (self.program.regexes.len() - 1) as u16
    }

    /// An expression that uses neither event nor instance.
    pub fn expr(&mut self, ty: Type, code: &[Insn]) -> ExprId {
        self.expr_of(None, None, ty, code)
    }

    /// An expression over an event, over an instance of a journey, or both.
    pub fn expr_of(
        &mut self,
        event: Option<u16>,
        journey: Option<u16>,
        ty: Type,
        code: &[Insn],
    ) -> ExprId {
        let start = self.program.code.len() as u32;
        self.program.code.extend_from_slice(code);
        self.program.exprs.push(Expr {
            start,
            len: code.len() as u32,
            registers: registers(code),
            ty,
            optional: false,
            event,
            journey,
            action: None,
            zone: None,
        });
        ExprId(self.program.exprs.len() as u32 - 1)
    }

    /// Makes an expression optional.
    pub fn optional(&mut self, id: ExprId) -> ExprId {
        self.program.exprs[id.0 as usize].optional = true;
        id
    }

    /// A constant as an expression.
    pub fn value(&mut self, ty: Type, value: Const) -> ExprId {
        let k = self.k(value);
        self.expr(ty, &[Insn::Const { dst: 0, k }, Insn::Ret { a: 0 }])
    }

    pub fn duration(&mut self, millis: i64) -> ExprId {
        self.value(Type::Duration, Const::Duration(millis))
    }

    /// A single fused comparison as a condition.
    pub fn leaf(&mut self, event: Option<u16>, journey: Option<u16>, insn: Insn) -> ExprId {
        self.expr_of(event, journey, Type::Bool, &[insn, Insn::RetTrue, Insn::RetFalse])
    }

    /// `trait == value` for a bool.
    pub fn trait_is(&mut self, slot: u16) -> ExprId {
        self.leaf(None, None, Insn::TraitBool { on: false, slot, skip: 1 })
    }

    /// `trait is unset`.
    pub fn trait_unset(&mut self, slot: u16) -> ExprId {
        self.leaf(None, None, Insn::TraitSet { on: true, slot, skip: 1 })
    }

    /// A continuous condition that changes only with the given traits.
    pub fn on_traits(&mut self, test: ExprId, traits: &[u16]) -> Condition {
        let reads = Reads { traits: traits.to_vec(), ..Reads::default() };
        Condition { test, wakes: vec![], reads }
    }

    /// A window; without a journey it is the customer's.
    pub fn count(&mut self, event: u16, range: Range, journey: Option<u16>) -> u16 {
        self.window(Window {
            event,
            aggregate: Aggregate::Count,
            filter: None,
            value: None,
            range,
            journey,
        })
    }

    pub fn window(&mut self, window: Window) -> u16 {
        self.program.windows.push(window);
        (self.program.windows.len() - 1) as u16
    }

    /// `window >= n` for a window that counts.
    pub fn at_least(&mut self, window: u16, n: i64, journey: Option<u16>) -> ExprId {
        let k = self.k(Const::Int(n));
        let code = [
            Insn::History { dst: 0, window },
            Insn::Const { dst: 1, k },
            Insn::Compare { cmp: Cmp::Ge, dst: 0, a: 0, b: 1 },
            Insn::Ret { a: 0 },
        ];
        self.expr_of(None, journey, Type::Bool, &code)
    }

    /// A continuous condition that changes only with a window.
    pub fn on_window(&mut self, test: ExprId, window: u16) -> Condition {
        let reads = Reads { windows: vec![window], ..Reads::default() };
        Condition { test, wakes: vec![], reads }
    }

    pub fn audience(&mut self, name: &str, condition: Condition) -> u16 {
        let title = name.to_owned();
        self.program.audiences.push(Audience {
            name: name.into(),
            title,
            condition: Some(condition),
        });
        (self.program.audiences.len() - 1) as u16
    }

    /// An audience that is set from outside.
    pub fn open_audience(&mut self, name: &str) -> u16 {
        let title = name.to_owned();
        self.program.audiences.push(Audience { name: name.into(), title, condition: None });
        (self.program.audiences.len() - 1) as u16
    }

    /// `local == property of the event at hand`, texts both.
    pub fn same(&mut self, event: u16, property: u16, journey: u16, local: u16) -> ExprId {
        let code = [
            Insn::Event { dst: 0, slot: property },
            Insn::Local { dst: 1, slot: local },
            Insn::Compare { cmp: Cmp::Eq, dst: 0, a: 0, b: 1 },
            Insn::Ret { a: 0 },
        ];
        self.expr_of(Some(event), Some(journey), Type::Bool, &code)
    }

    /// A local as a value.
    pub fn local_value(&mut self, journey: u16, slot: u16, ty: Type) -> ExprId {
        self.expr_of(None, Some(journey), ty, &[Insn::Local { dst: 0, slot }, Insn::Ret { a: 0 }])
    }

    /// Takes a journey over. Journeys have to be made by ascending name.
    pub fn journey(&mut self, journey: Steps) -> u16 {
        self.program.journeys.push(journey.journey);
        (self.program.journeys.len() - 1) as u16
    }
}

/// How many registers code needs.
fn registers(code: &[Insn]) -> u8 {
    let highest = code.iter().map(|insn| match *insn {
        Insn::Trait { dst, .. }
        | Insn::Event { dst, .. }
        | Insn::EventAt { dst }
        | Insn::Local { dst, .. }
        | Insn::Const { dst, .. }
        | Insn::Unset { dst }
        | Insn::Now { dst }
        | Insn::Entered { dst }
        | Insn::CustomerId { dst }
        | Insn::History { dst, .. }
        | Insn::Move { dst, .. }
        | Insn::Compare { dst, .. }
        | Insn::Unary { dst, .. }
        | Insn::Binary { dst, .. }
        | Insn::InRange { dst, .. }
        | Insn::Matches { dst, .. }
        | Insn::MakeList { dst, .. }
        | Insn::MakeRecord { dst, .. }
        | Insn::NextInDays { dst, .. }
        | Insn::NextInRange { dst, .. }
        | Insn::NextTime { dst, .. }
        | Insn::Field { dst, .. } => dst + 1,
        Insn::Each { dst, item, .. } => dst.max(item) + 1,
        _ => 0,
    });
    highest.max().unwrap_or(0).min(16)
}

/// A required slot.
pub fn slot(name: &str, ty: Type) -> Slot {
    Slot { name: name.into(), wire: name.into(), ty, optional: false, default: None, pii: false }
}

/// Entry on an event, nothing kept.
pub fn on(event: u16) -> Entry {
    Entry::Event { event, filter: None, captures: vec![], each: None, key: None }
}

/// Entry on joining an audience.
pub fn joining(audience: u16) -> Entry {
    Entry::Audience { audience, existing: false }
}

/// An arm that an event opens.
pub fn event_arm(event: u16) -> ArmTrigger {
    ArmTrigger::Event { event, filter: None, captures: vec![], earlier: None }
}

/// A journey in the making, written from the first tile to the last.
pub struct Steps {
    pub journey: Journey,
}

impl Steps {
    pub fn new(name: &str, entry: Entry) -> Steps {
        let journey = Journey {
            name: name.into(),
            title: name.into(),
            params: vec![],
            entry,
            reenter: Reenter::Never,
            inside: WhileInside::Ignore,
            timezone: None,
            exits: vec![],
            goals: vec![],
            outcomes: vec![],
            tiles: vec![],
            locals: vec![],
            marks: 0,
            code: vec![],
            states: vec![],
            sends: vec![],
            webhooks: vec![],
            updates: vec![],
            splits: vec![],
            calls: vec![],
        };
        Steps { journey }
    }

    pub fn reenter(mut self, reenter: Reenter) -> Steps {
        self.journey.reenter = reenter;
        self
    }

    pub fn while_inside(mut self, inside: WhileInside) -> Steps {
        self.journey.inside = inside;
        self
    }

    /// A tile that puts the customer into an audience or takes it out.
    pub fn member(&mut self, id: &str, audience: u16, member: bool) {
        self.arrive(id, TileKind::Update, &["next"]);
        self.op(Op::Member { audience, member });
        self.leave(0);
    }

    pub fn goal(&mut self, name: &str, event: u16, filter: Option<ExprId>, within: ExprId) {
        self.journey.goals.push(Goal { name: name.into(), event, filter, within });
    }

    pub fn here(&self) -> u32 {
        self.journey.code.len() as u32
    }

    pub fn op(&mut self, op: Op) {
        self.journey.code.push(op);
    }

    pub fn local(&mut self, name: &str, ty: Type) -> u16 {
        self.journey.locals.push(Slot { optional: true, ..slot(name, ty) });
        (self.journey.locals.len() - 1) as u16
    }

    /// A parameter that something reads.
    pub fn param(&mut self, slot: Slot) -> u16 {
        let local = self.local(&slot.name, slot.ty.clone());
        self.journey.params.push(Param { slot, local: Some(local) });
        local
    }

    pub fn arrive(&mut self, id: &str, kind: TileKind, edges: &[&str]) -> u16 {
        let edges = edges.iter().map(|edge| (*edge).to_owned()).collect();
        self.journey.tiles.push(Tile { id: id.into(), kind, title: id.into(), edges });
        let tile = (self.journey.tiles.len() - 1) as u16;
        self.op(Op::Arrive { tile });
        tile
    }

    pub fn leave(&mut self, edge: u16) {
        self.op(Op::Leave { edge });
    }

    pub fn outcome(&mut self, name: &str) -> u16 {
        if let Some(known) = self.journey.outcomes.iter().position(|known| known == name) {
            return known as u16;
        }
        self.journey.outcomes.push(name.into());
        (self.journey.outcomes.len() - 1) as u16
    }

    /// An exit criterion.
    pub fn exit_on(&mut self, name: &str, trigger: ExitTrigger) {
        let outcome = self.outcome(name);
        self.journey.exits.push(ExitCriterion { outcome, trigger });
    }

    /// A wait with its arms and timeout still to come.
    pub fn wait(&mut self, id: &str, deadline: Deadline, edges: &[&str]) -> usize {
        let tile = self.arrive(id, TileKind::Wait, edges);
        let (late, arms, run) = (None, vec![], None);
        self.journey.states.push(State { tile, deadline, timeout: None, late, arms, run });
        let state = self.journey.states.len() - 1;
        self.op(Op::Suspend { state: state as u16 });
        state
    }

    /// What comes next is where an arm of the wait leads.
    pub fn arm(&mut self, state: usize, trigger: ArmTrigger, edge: u16) {
        let to = self.here();
        self.journey.states[state].arms.push(Arm { trigger, to });
        self.leave(edge);
    }

    /// What comes next is where those go who come too late for the wait.
    pub fn late(&mut self, state: usize, edge: u16) {
        self.journey.states[state].late = Some(self.here());
        self.leave(edge);
    }

    /// What comes next is where the timeout of the wait leads.
    pub fn timeout(&mut self, state: usize, edge: u16) {
        self.journey.states[state].timeout = Some(self.here());
        self.leave(edge);
    }

    /// A plain wait of some length.
    pub fn pause(&mut self, id: &str, length: ExprId) {
        let state = self.wait(id, Deadline::After(length), &["next"]);
        self.timeout(state, 0);
    }

    pub fn send(&mut self, id: &str, action: u16, args: &[(u16, ExprId)]) {
        self.send_as(id, action, args, None);
    }

    pub fn send_as(&mut self, id: &str, action: u16, args: &[(u16, ExprId)], m: Option<u16>) {
        self.arrive(id, TileKind::Send, &["next"]);
        self.journey.sends.push(Send { action, args: args.to_vec(), message_id: m });
        self.op(Op::Send { send: (self.journey.sends.len() - 1) as u16 });
        self.leave(0);
    }

    /// A send of an action that is under a policy. `zone` is an expression for the customer's zone
    /// and the traits it reads.
    pub fn send_under(&mut self, id: &str, action: u16, zone: Option<(ExprId, &[u16])>) {
        let tile = self.arrive(id, TileKind::Send, &["next"]);
        let (send, here) = (self.journey.sends.len() as u16, self.here());
        self.journey.sends.push(Send { action, args: vec![], message_id: None });
        let reads = zone.map_or(&[][..], |(_, traits)| traits).to_vec();
        let reads = Reads { traits: reads, ..Reads::default() };
        let deadline = Deadline::Policy { send, zone: zone.map(|(zone, _)| zone), reads };
        let arms = vec![Arm { trigger: ArmTrigger::Skipped, to: here + 2 }];
        self.journey.states.push(State {
            tile,
            deadline,
            timeout: Some(here + 1),
            late: None,
            arms,
            run: None,
        });
        self.op(Op::Suspend { state: (self.journey.states.len() - 1) as u16 });
        self.op(Op::Send { send });
        self.leave(0);
    }

    pub fn update(&mut self, id: &str, sets: &[(u16, ExprId)]) {
        self.arrive(id, TileKind::Update, &["next"]);
        self.journey.updates.push(Update { sets: sets.to_vec() });
        self.op(Op::Update { update: (self.journey.updates.len() - 1) as u16 });
        self.leave(0);
    }

    pub fn exit(&mut self, outcome: &str) {
        let number = self.outcome(outcome);
        self.arrive(&format!("exit_{outcome}_{}", self.here()), TileKind::Exit, &[]);
        self.op(Op::Exit { outcome: number });
    }
}
