//! A world: a workspace that asks the expressions, and a customer it asks them of.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use jiff::tz::TimeZone;
use journey_base::TextRange;
use journey_bytecode::{self as bc, ExprId, Op, verify};
use journey_ir::lower;
use journey_reference::eval::generate::schema::{ACTION, FIRST, LABEL, PURCHASE, SECOND, VISIT};
use journey_reference::eval::generate::{Generator, Speaks, schema};
use journey_reference::eval::{self, Customer, Fault, Instance, Occurrence, evaluate, time_zone};
use journey_sema::thir::{
    ArmTrigger, Audience, Binding, CompareOp, Condition, Const, Entry, EventMatch, Expr, ExprKind,
    Journey, Reenter, Tile, TileKind, WaitArm, WaitLimit,
};
use journey_sema::{Checked, Type};
use journey_vm::ProgramSet;

use crate::machine::{Machine, Note, Outcome, constant};
use crate::story::{Happening, tell};

/// Zones with all kinds of clocks: none changed, changed at night, by half an hour, at midnight,
/// and off by three quarters of an hour.
const ZONES: [&str; 6] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
];

/// How an expression is asked.
#[derive(Debug, Clone)]
pub(crate) enum Probe {
    /// As an argument of a message; the parameter's name.
    Value(Arc<str>, Expr),
    /// As the filter of an arm, with an event at hand.
    Filter(&'static str, Expr),
    /// As the subject of a branch with these values.
    Branch(Expr, Vec<Expr>),
}

/// What was met while running.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) instants: usize,
    pub(crate) values: usize,
    pub(crate) unset: usize,
    pub(crate) faults: usize,
    pub(crate) skipped: usize,
    /// Operators and kinds of expressions, by name.
    pub(crate) operators: BTreeSet<String>,
    pub(crate) kinds: BTreeSet<String>,
}

/// A difference between the two.
#[derive(Debug)]
pub(crate) struct Disagreement {
    pub(crate) probe: Probe,
    pub(crate) instant: i64,
    pub(crate) reference: Result<Const, Fault>,
    pub(crate) interpreter: Outcome,
    pub(crate) code: String,
    pub(crate) past: Vec<String>,
}

pub(crate) struct World {
    seed: u64,
    /// The workspace but for the journey.
    pub(crate) checked: Checked,
    pub(crate) bindings: Vec<Binding>,
    zone: TimeZone,
    story: Vec<(i64, Happening)>,
    customer: Customer,
}

impl World {
    pub(crate) fn new(seed: u64) -> World {
        let mut generator = Generator::new(seed ^ 0x5709_91E5);
        let out_of_order = generator.random().one_in(3);
        if out_of_order {
            generator.stay_moderate();
        }
        let zone = generator.random().pick(&ZONES).copied().unwrap_or("UTC");
        let mut audiences = Vec::new();
        for name in ["a", "b", "c"] {
            let test = generator.expr(&Type::Bool, Speaks::CUSTOMER);
            let condition = Condition { test, wakes: Vec::new() };
            audiences.push(Arc::new(Audience {
                name: name.into(),
                title: name.into(),
                condition: Some(condition),
            }));
            generator.know_audience(name);
        }
        let checked = Checked {
            name: "world".into(),
            timezone: zone.into(),
            schema: schema::schema(),
            audiences,
            ..Checked::default()
        };
        let story = tell(&mut generator, out_of_order);
        let customer = generator.customer();
        let zone = time_zone(&checked).expect("a zone");
        World { seed, checked, zone, bindings: schema::bindings(), story, customer }
    }

    /// Expressions to ask in this world.
    pub(crate) fn probes(&self, count: usize) -> Vec<Probe> {
        let mut generator = Generator::new(self.seed);
        for audience in &self.checked.audiences {
            generator.know_audience(&audience.name);
        }
        (0..count).map(|_| probe(&mut generator)).collect()
    }

    /// Lives through the story and asks all probes at each of its instants.
    pub(crate) fn run(&self, probes: &[Probe], seen: &mut Seen) -> Result<(), Box<Disagreement>> {
        let mut checked = self.checked.clone();
        checked.journeys = vec![Arc::new(asking(probes))];
        let program = lower(&checked).expect("generated expressions compile");
        let verified = verify(program.clone()).unwrap_or_else(|error| {
            panic!("seed {}: {error}", self.seed);
        });
        let ids = ids(&program, probes);
        probes.iter().for_each(|probe| seen.look_at(probe));
        let mut machine = Machine::new(ProgramSet::new(verified), &self.customer);
        let mut model = Model { customer: self.customer.clone(), instance: None };
        for (now, happening) in &self.story {
            model.live(&checked, &mut machine, *now, happening);
            let Some(instance) = &model.instance else { continue };
            seen.instants += 1;
            for (probe, id) in probes.iter().zip(&ids) {
                let at_hand = model.at_hand(probe);
                let world = eval::World {
                    checked: &checked,
                    zone: &self.zone,
                    customer: &model.customer,
                    now: *now,
                    event: at_hand,
                    instance: Some(instance),
                    element: None,
                };
                let is_test = !matches!(probe, Probe::Value(..));
                if is_test && matches!(probe, Probe::Filter(..)) && at_hand.is_none() {
                    continue;
                }
                let reference = probe.evaluate(&world);
                let interpreter = machine.value(*id, *now, at_hand, is_test);
                seen.count(&reference);
                if !agree(&reference, &interpreter, probe) {
                    return Err(Box::new(Disagreement {
                        probe: probe.clone(),
                        instant: *now,
                        reference,
                        interpreter,
                        code: listing(&program, *id),
                        past: model.customer.past.iter().map(|it| format!("\n{it:?}")).collect(),
                    }));
                }
            }
        }
        Ok(())
    }
}

impl Seen {
    /// Notes what a probe is made of, filters of history aside.
    fn look_at(&mut self, probe: &Probe) {
        let mut stack = probe.exprs();
        while let Some(expr) = stack.pop() {
            let name = format!("{:?}", expr.kind);
            let name = name.split(['(', ' ']).next().unwrap_or_default().to_owned();
            self.kinds.insert(name);
            match &expr.kind {
                ExprKind::Binary(op, _) => self.operators.insert(format!("{op:?}")),
                ExprKind::Unary(op, _) => self.operators.insert(format!("{op:?}")),
                ExprKind::Compare(op, _) => self.operators.insert(format!("{op:?}")),
                _ => false,
            };
            stack.extend(children(expr));
        }
    }

    fn count(&mut self, outcome: &Result<Const, Fault>) {
        match outcome {
            Err(Fault::BeyondReference) => self.skipped += 1,
            Err(_) => self.faults += 1,
            Ok(Const::Unset) => self.unset += 1,
            Ok(_) => self.values += 1,
        }
    }
}

/// The reference's side: the customer with the whole past.
struct Model {
    customer: Customer,
    instance: Option<Instance>,
}

impl Model {
    fn live(&mut self, checked: &Checked, machine: &mut Machine, now: i64, happening: &Happening) {
        // What is due by now comes before what happens now.
        let notes = machine.tick(now);
        self.note(&notes, now, None);
        let notes = match happening {
            Happening::Nothing => Vec::new(),
            Happening::Event(event) => {
                self.customer.past.push(event.clone());
                let notes = machine.event(event, now);
                self.note(&notes, now, Some(event));
                return;
            }
            Happening::Traits(changes) => {
                self.customer.change(checked, changes);
                machine.traits(changes, now)
            }
        };
        self.note(&notes, now, None);
    }

    /// Follows the instance: it enters at a purchase, waits for a second one, and pauses.
    fn note(&mut self, notes: &[Note], now: i64, event: Option<&Occurrence>) {
        let so_far = self.customer.past.len();
        for note in notes {
            match (note, &mut self.instance) {
                (Note::Entered(_), instance @ None) => {
                    let first = event.expect("an event enters").clone();
                    *instance = Some(Instance {
                        entered: now,
                        entered_after: so_far,
                        events: [(FIRST, first)].into(),
                        ..Instance::default()
                    });
                }
                (Note::Left(_, 0, 0), Some(instance)) => {
                    let second = event.expect("an event opens the arm").clone();
                    instance.events.insert(SECOND, second);
                }
                (Note::Arrived(_, 1), Some(instance)) => {
                    instance.marks.insert(LABEL.into(), so_far);
                }
                (Note::Faulted(_, fault), _) => panic!("the asking journey faulted: {fault}"),
                _ => {}
            }
        }
    }

    /// The latest event of the kind that a filter is asked with.
    fn at_hand(&self, probe: &Probe) -> Option<&Occurrence> {
        let Probe::Filter(event, _) = probe else { return None };
        self.customer.past.iter().rev().find(|it| *it.event == **event)
    }
}

impl Probe {
    fn evaluate(&self, world: &eval::World<'_>) -> Result<Const, Fault> {
        match self {
            Probe::Value(_, expr) => match evaluate(expr, world)? {
                Const::Unset if !expr.ty.is_optional() => Err(Fault::Unset),
                value => Ok(value),
            },
            Probe::Filter(_, expr) => evaluate(expr, world),
            Probe::Branch(subject, values) => {
                for value in values {
                    let parts = Box::new([subject.clone(), value.clone()]);
                    let equal = node(ExprKind::Compare(CompareOp::Eq, parts), Type::Bool);
                    if evaluate(&equal, world)? == Const::Bool(true) {
                        return Ok(Const::Bool(true));
                    }
                }
                Ok(Const::Bool(false))
            }
        }
    }

    /// Probes of the parts of the expression.
    pub(crate) fn parts(&self) -> Vec<Probe> {
        let event = if let Probe::Filter(event, _) = self { Some(*event) } else { None };
        let exprs = match self {
            Probe::Branch(..) => self.exprs(),
            _ => self.exprs().into_iter().flat_map(children).collect(),
        };
        let closed = exprs.into_iter().filter(|expr| is_closed(expr, &mut Vec::new()));
        let parts = closed.filter_map(|expr| match event {
            Some(event) if expr.ty == Type::Bool => Some(Probe::Filter(event, expr.clone())),
            Some(_) => None,
            None => parameter(&expr.ty).map(|name| Probe::Value(name, expr.clone())),
        });
        parts.collect()
    }

    pub(crate) fn describe(&self, source: &dyn Fn(&Expr) -> String) -> String {
        match self {
            Probe::Value(name, expr) => format!("{name}: {}", source(expr)),
            Probe::Filter(event, expr) => format!("on event {event} where {}", source(expr)),
            Probe::Branch(subject, values) => {
                let values: Vec<_> = values.iter().map(source).collect();
                format!("branch {} {{ {} }}", source(subject), values.join(", "))
            }
        }
    }
}

/// The parts that stand on their own: what is inside a history call speaks of another event.
fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::History(_) => Vec::new(),
        _ => journey_sema::walk::children(expr),
    }
}

/// Whether it speaks of no element of a lambda around it.
fn is_closed(expr: &Expr, levels: &mut Vec<u32>) -> bool {
    match &expr.kind {
        ExprKind::Item(item) => levels.contains(&item.level),
        ExprKind::Fold(fold) => {
            let list = is_closed(&fold.list, levels);
            levels.push(fold.item.level);
            let body = is_closed(&fold.body, levels);
            levels.pop();
            list && body
        }
        _ => children(expr).into_iter().all(|child| is_closed(child, levels)),
    }
}

/// The parameter that takes a type.
fn parameter(ty: &Type) -> Option<Arc<str>> {
    let wanted = ty.required();
    let types = schema::types();
    types.into_iter().find(|(_, ty)| *ty == wanted).map(|(name, _)| name.into())
}

fn probe(generator: &mut Generator) -> Probe {
    let types = schema::types();
    let (name, ty) = generator.random().pick(&types).expect("types").clone();
    match generator.random().below(8) {
        0 => Probe::Filter(
            PURCHASE,
            generator.expr(&Type::Bool, Speaks::INSTANCE.with_event(PURCHASE)),
        ),
        1 => Probe::Filter(VISIT, generator.expr(&Type::Bool, Speaks::INSTANCE.with_event(VISIT))),
        2 => {
            let subject =
                if generator.random().one_in(2) { ty.clone().optional() } else { ty.clone() };
            let subject = generator.expr(&subject, Speaks::INSTANCE);
            let count = 1 + generator.random().below(4);
            let constant = |generator: &mut Generator| {
                let value = generator.value(&ty);
                node(ExprKind::Const(value), ty.clone())
            };
            let value = |generator: &mut Generator| match generator.random().one_in(4) {
                true => generator.expr(&ty, Speaks::INSTANCE),
                false => constant(generator),
            };
            Probe::Branch(subject, (0..count).map(|_| value(generator)).collect())
        }
        3 => Probe::Value(name.into(), generator.expr(&ty.optional(), Speaks::INSTANCE)),
        4 | 5 => Probe::Value("vip".into(), generator.expr(&Type::Bool, Speaks::INSTANCE)),
        _ => Probe::Value(name.into(), generator.expr(&ty, Speaks::INSTANCE)),
    }
}

fn node(kind: ExprKind, ty: Type) -> Expr {
    Expr { kind, ty, range: TextRange::default() }
}

fn tile(label: Option<&str>, kind: TileKind) -> Tile {
    let label = label.map(Arc::from);
    Tile { label, doc: "".into(), kind, range: TextRange::default(), title: "tile".into() }
}

fn days(days: i64) -> Expr {
    node(ExprKind::Const(Const::Duration(days * 86_400_000)), Type::Duration)
}

/// A journey that waits for a second purchase, pauses for a century, and would then ask all the
/// probes: they are compiled, and what they need is kept, but nobody gets there.
fn asking(probes: &[Probe]) -> Journey {
    let on = |event: &str, binding, filter| EventMatch {
        event: event.into(),
        binding,
        filter,
        since: None,
    };
    let vip = ExprKind::Event { event: PURCHASE.into(), property: "vip".into() };
    let second = on(PURCHASE, Some(SECOND), None);
    let mut body = vec![
        tile(None, TileKind::WaitEvent { event: second, up_to: Some(days(5)) }),
        tile(Some(LABEL), TileKind::WaitFor(days(36_500))),
    ];
    for probe in probes {
        body.push(tile(
            None,
            match probe {
                Probe::Value(name, expr) => TileKind::Send {
                    action: ACTION.into(),
                    args: vec![(name.clone(), expr.clone())],
                    binding: None,
                    arms: None,
                    policy: None,
                },
                Probe::Filter(event, filter) => TileKind::WaitArms {
                    limit: WaitLimit::UpTo(days(1)),
                    arms: vec![WaitArm {
                        trigger: ArmTrigger::Event(on(event, None, Some(filter.clone()))),
                        body: Vec::new(),
                        title: "on event".into(),
                    }],
                    timeout: None,
                },
                Probe::Branch(subject, values) => TileKind::BranchValue {
                    subject: subject.clone(),
                    arms: vec![(values.clone(), Vec::new())],
                    // An arm of its own keeps the test even where the values cover everything.
                    otherwise: Some(Vec::new()),
                },
            },
        ));
    }
    body.push(tile(None, TileKind::Exit("done".into())));
    Journey {
        name: "asking".into(),
        title: "Asking".into(),
        params: Vec::new(),
        entry: Entry::Event(on(PURCHASE, Some(FIRST), Some(node(vip, Type::Bool)))),
        each: None,
        key: None,
        reenter: Reenter::Never,
        inside: journey_sema::thir::WhileInside::Ignore,
        goals: vec![],
        timezone: None,
        exits: Vec::new(),
        bindings: schema::bindings(),
        body,
    }
}

/// The compiled expression of each probe: tiles are laid out in the order of the source.
fn ids(program: &bc::Program, probes: &[Probe]) -> Vec<ExprId> {
    let journey = &program.journeys[0];
    let mut sends = journey.sends.iter().map(|send| send.args[0].1);
    let mut tests = journey.code.iter().filter_map(|op| match op {
        Op::Unless { test, .. } => Some(*test),
        _ => None,
    });
    // The first two states are those of the journey itself.
    let mut filters =
        journey.states.iter().skip(2).filter_map(|state| match &state.arms[0].trigger {
            bc::ArmTrigger::Event { filter, .. } => *filter,
            bc::ArmTrigger::When(_) | bc::ArmTrigger::Skipped | bc::ArmTrigger::Outcome(_) => None,
        });
    let id = |probe: &Probe| match probe {
        Probe::Value(..) => sends.next(),
        Probe::Filter(..) => filters.next(),
        Probe::Branch(..) => tests.next(),
    };
    probes.iter().map(id).collect::<Option<_>>().expect("every probe is compiled")
}

fn agree(reference: &Result<Const, Fault>, interpreter: &Outcome, probe: &Probe) -> bool {
    use journey_vm::Fault as Vm;
    match (reference, interpreter) {
        (Err(Fault::BeyondReference), _) => true,
        (Ok(reference), Ok(interpreter)) => constant(reference) == *interpreter,
        (Err(reference), Err(interpreter)) => {
            let same = matches!(
                (reference, interpreter),
                (Fault::Overflow, Vm::Overflow)
                    | (Fault::NonFinite, Vm::NonFinite)
                    | (Fault::DivisionByZero, Vm::DivisionByZero)
                    | (Fault::Calendar, Vm::Calendar)
                    | (Fault::Unset, Vm::Unset)
            );
            // Of several events that fault in a window, either may be met first.
            same || probe.asks_history()
        }
        _ => false,
    }
}

impl Probe {
    fn exprs(&self) -> Vec<&Expr> {
        match self {
            Probe::Value(_, expr) | Probe::Filter(_, expr) => vec![expr],
            Probe::Branch(subject, values) => std::iter::once(subject).chain(values).collect(),
        }
    }

    fn asks_history(&self) -> bool {
        let mut stack = self.exprs();
        while let Some(expr) = stack.pop() {
            if matches!(expr.kind, ExprKind::History(_)) {
                return true;
            }
            stack.extend(children(expr));
        }
        false
    }
}

fn listing(program: &bc::Program, id: ExprId) -> String {
    let expr = &program.exprs[id.0 as usize];
    let code = &program.code[expr.start as usize..][..expr.len as usize];
    let mut text = String::new();
    for (at, insn) in code.iter().enumerate() {
        writeln!(text, "{at:02} {insn:?}").expect("strings take everything");
    }
    text
}
