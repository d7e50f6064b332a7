//! Programs made by hand, so that these tests need no compiler.

use journey_bytecode::{
    Action, Aggregate, Arm, ArmTrigger, Capture, CaptureFrom, Cmp, Cond, Const, Deadline,
    Destination, DestinationKind, Entry, Event, Expr, ExprId, Insn, Journey, Op, Program, Range,
    Reenter, Request, Send, Slot, State, Tile, TileKind, Type, Window, verify,
};
use journey_vm::ProgramSet;

const DAY: i64 = 86_400_000;

fn slot(name: &str, ty: Type, optional: bool, default: Option<Const>) -> Slot {
    let wire = name.to_owned();
    Slot { name: name.to_owned(), wire, ty, optional, default, pii: false }
}

fn tile(id: &str, kind: TileKind, edges: &[&str]) -> Tile {
    let edges = edges.iter().map(|edge| (*edge).to_owned()).collect();
    Tile { id: id.to_owned(), kind, title: String::new(), edges }
}

/// Collects expressions and their constants.
#[derive(Default)]
struct Code {
    program: Program,
}

impl Code {
    fn constant(&mut self, value: Const) -> u16 {
        self.program.consts.push(value);
        self.program.consts.len() as u16 - 1
    }

    fn expr(&mut self, ty: Type, journey: Option<u16>, insns: &[Insn]) -> ExprId {
        self.program.exprs.push(Expr {
            start: self.program.code.len() as u32,
            len: insns.len() as u32,
            registers: 3,
            ty,
            optional: false,
            event: None,
            journey,
            action: None,
            zone: None,
        });
        self.program.code.extend_from_slice(insns);
        ExprId(self.program.exprs.len() as u32 - 1)
    }

    fn days(&mut self, days: i64) -> ExprId {
        let k = self.constant(Const::Duration(days * DAY));
        self.expr(Type::Duration, None, &[Insn::Const { dst: 0, k }, Insn::Ret { a: 0 }])
    }

    fn done(self) -> ProgramSet {
        ProgramSet::new(verify(self.program).unwrap())
    }
}

/// A journey's operations, with places to be filled in later.
#[derive(Default)]
struct Ops(Vec<Op>);

impl Ops {
    fn here(&self) -> u32 {
        self.0.len() as u32
    }

    fn push(&mut self, ops: &[Op]) {
        self.0.extend_from_slice(ops);
    }

    /// Sends and goes on: a tile of its own.
    fn send(&mut self, tile: u16, send: u16) {
        self.push(&[Op::Arrive { tile }, Op::Send { send }, Op::Leave { edge: 0 }]);
    }

    fn exit(&mut self, tile: u16, outcome: u16) {
        self.push(&[Op::Arrive { tile }, Op::Exit { outcome }]);
    }

    /// Goes on at `to`, to be filled in by [`Ops::land`], unless the test holds.
    fn unless(&mut self, test: ExprId) -> usize {
        self.push(&[Op::Unless { test, to: 0 }]);
        self.0.len() - 1
    }

    fn jump(&mut self) -> usize {
        self.push(&[Op::Jump { to: 0 }]);
        self.0.len() - 1
    }

    /// Lets a jump go on here.
    fn land(&mut self, jump: usize) {
        let here = self.here();
        match &mut self.0[jump] {
            Op::Unless { to, .. } | Op::Jump { to } => *to = here,
            other => panic!("{other:?} is no jump"),
        }
    }
}

/// The schema of the CD log, extended by what the tests on types need.
fn shop() -> Program {
    let plan = Type::Enum(vec!["free".to_owned(), "pro".to_owned()]);
    let action = |name: &str| Action {
        name: format!("out.{name}"),
        destination: 0,
        params: vec![slot("amount", Type::Number, true, None)],
        policy: None,
        request: Request::Log,
    };
    let out = Destination {
        name: "out".to_owned(),
        kind: DestinationKind::Log,
        settings: Vec::new(),
        secrets: Vec::new(),
    };
    Program {
        workspace: "shop".to_owned(),
        timezone: "UTC".to_owned(),
        traits: vec![
            slot("in_hardie_sample", Type::Bool, false, Some(Const::Bool(false))),
            slot("plan", plan, false, Some(Const::Text("free".to_owned()))),
        ],
        events: vec![Event {
            name: "purchase".to_owned(),
            wire: "purchase".to_owned(),
            properties: vec![
                slot("cds", Type::Int, false, None),
                slot("amount", Type::Number, false, None),
                slot("paid_at", Type::Time, true, None),
                slot("channel", Type::Text, false, Some(Const::Text("shop".to_owned()))),
            ],
        }],
        destinations: vec![out],
        actions: [
            "thank_you_second_order",
            "vip_reminder",
            "reminder",
            "thank_you_bigger_basket",
            "thank_you_back",
            "last_chance_offer",
            "suppress_from_mailings",
        ]
        .map(action)
        .into(),
        ..Program::default()
    }
}

fn on_purchase(to: u32, captures: Vec<Capture>) -> Arm {
    Arm { trigger: ArmTrigger::Event { event: 0, filter: None, captures, earlier: None }, to }
}

fn amount(local: u16) -> Vec<Capture> {
    vec![Capture { from: CaptureFrom::Property(1), local }]
}

/// The journey over the CD log: see `tests/conformance/cd1`.
pub(super) fn win_back() -> ProgramSet {
    let mut code = Code { program: shop() };
    let (days_30, days_60, days_90) = (code.days(30), code.days(60), code.days(90));
    let k = code.constant(Const::Number(50.0));
    let large = [
        Insn::LocalNumber { cond: Cond::GeFalse, slot: 0, k, skip: 1 },
        Insn::RetTrue,
        Insn::RetFalse,
    ];
    let large = code.expr(Type::Bool, Some(0), &large);
    let compare = |cmp| Insn::Compare { cmp, dst: 2, a: 0, b: 1 };
    let load = |dst, slot| Insn::Local { dst, slot };
    let bigger = [load(0, 1), load(1, 0), compare(Cmp::Ge), Insn::Ret { a: 2 }];
    let bigger = code.expr(Type::Bool, Some(0), &bigger);
    let k = code.constant(Const::Int(0));
    let history = Insn::History { dst: 0, window: 0 };
    let came = [history, Insn::Const { dst: 1, k }, compare(Cmp::Gt), Insn::Ret { a: 2 }];
    let came = code.expr(Type::Bool, Some(0), &came);
    code.program.windows.push(Window {
        event: 0,
        aggregate: Aggregate::Count,
        filter: None,
        value: None,
        range: Range::SinceMark(0),
        journey: Some(0),
    });

    let mut ops = Ops::default();
    ops.push(&[Op::Arrive { tile: 0 }, Op::Suspend { state: 0 }]);
    let early = ops.here();
    ops.push(&[Op::Leave { edge: 0 }]);
    ops.send(1, 0);
    ops.exit(2, 0);
    let late = ops.here();
    ops.push(&[Op::Leave { edge: 1 }, Op::Arrive { tile: 3 }]);
    let small = ops.unless(large);
    ops.push(&[Op::Leave { edge: 0 }]);
    ops.send(4, 1);
    let met = ops.jump();
    ops.land(small);
    ops.push(&[Op::Leave { edge: 1 }]);
    ops.send(5, 2);
    ops.land(met);
    ops.push(&[Op::Arrive { tile: 6 }, Op::Suspend { state: 1 }]);
    let back = ops.here();
    ops.push(&[Op::Leave { edge: 0 }, Op::Arrive { tile: 7 }]);
    let smaller = ops.unless(bigger);
    ops.push(&[Op::Leave { edge: 0 }]);
    ops.send(8, 3);
    let met = ops.jump();
    ops.land(smaller);
    ops.push(&[Op::Leave { edge: 1 }]);
    ops.send(9, 4);
    ops.land(met);
    ops.exit(10, 1);
    let gone = ops.here();
    ops.push(&[Op::Leave { edge: 1 }]);
    ops.send(11, 5);
    ops.push(&[Op::Arrive { tile: 12 }, Op::Mark { mark: 0 }, Op::Suspend { state: 2 }]);
    let rested = ops.here();
    ops.push(&[Op::Leave { edge: 0 }, Op::Arrive { tile: 13 }]);
    let silent = ops.unless(came);
    ops.push(&[Op::Leave { edge: 0 }]);
    ops.exit(14, 2);
    ops.land(silent);
    ops.push(&[Op::Leave { edge: 1 }]);
    ops.send(15, 6);
    ops.exit(16, 3);

    let state = |tile, days, timeout, arms| State {
        tile,
        deadline: Deadline::After(days),
        timeout: Some(timeout),
        late: None,
        arms,
        run: None,
    };
    use TileKind::{Branch, Exit, Wait};
    let send = |id| tile(id, TileKind::Send, &["next"]);
    let exit = |id| tile(id, Exit, &[]);
    code.program.journeys.push(Journey {
        name: "cd1_second_purchase_winback".to_owned(),
        title: "Second purchase, else win back".to_owned(),
        params: Vec::new(),
        entry: Entry::Event { event: 0, filter: None, captures: amount(0), each: None, key: None },
        reenter: Reenter::Never,
        inside: journey_bytecode::WhileInside::Ignore,
        goals: vec![],
        timezone: None,
        exits: Vec::new(),
        outcomes: ["converted_early", "won_back", "reactivated_late", "lapsed"]
            .map(str::to_owned)
            .into(),
        tiles: vec![
            tile("wait_second_purchase_30d", Wait, &["on event purchase", "timeout"]),
            send("send_1"),
            exit("exit_1"),
            tile("is_entry_amount_ge_50", Branch, &["when first.amount >= 50", "else"]),
            send("send_2"),
            send("send_3"),
            tile("wait_purchase_60d", Wait, &["on event purchase", "timeout"]),
            tile("is_amount_ge_entry_amount", Branch, &["when bigger", "else"]),
            send("send_4"),
            send("send_5"),
            exit("exit_2"),
            send("send_6"),
            tile("wait_90d", Wait, &["next"]),
            tile("purchased_during_90d", Branch, &["when happened", "next"]),
            exit("exit_3"),
            send("send_7"),
            exit("exit_4"),
        ],
        locals: vec![
            slot("first.amount", Type::Number, true, None),
            slot("second.amount", Type::Number, true, None),
        ],
        marks: 1,
        code: ops.0,
        states: vec![
            state(0, days_30, late, vec![on_purchase(early, Vec::new())]),
            state(6, days_60, gone, vec![on_purchase(back, amount(1))]),
            state(12, days_90, rested, Vec::new()),
        ],
        sends: (0..7).map(|action| Send { action, args: Vec::new(), message_id: None }).collect(),
        webhooks: Vec::new(),
        updates: Vec::new(),
        splits: Vec::new(),
        calls: vec![],
    });
    code.done()
}

/// Two journeys that are entered by hand: one waits a day, one is over at once.
pub(super) fn by_hand() -> ProgramSet {
    let mut code = Code { program: shop() };
    let day = code.days(1);
    let k = code.constant(Const::Number(1.5));
    let price = [Insn::Const { dst: 0, k }, Insn::Ret { a: 0 }];
    let price = code.expr(Type::Number, None, &price);
    let journey = |name: &str, reenter, tiles, code, states| Journey {
        name: name.to_owned(),
        title: name.to_owned(),
        params: Vec::new(),
        entry: Entry::Manual,
        reenter,
        inside: journey_bytecode::WhileInside::Ignore,
        goals: vec![],
        timezone: None,
        exits: Vec::new(),
        outcomes: vec!["done".to_owned()],
        tiles,
        locals: Vec::new(),
        marks: 0,
        code,
        states,
        sends: vec![Send { action: 2, args: vec![(0, price)], message_id: None }],
        webhooks: Vec::new(),
        updates: Vec::new(),
        splits: Vec::new(),
        calls: vec![],
    };
    let mut slow = Ops::default();
    slow.push(&[Op::Arrive { tile: 0 }, Op::Suspend { state: 0 }, Op::Leave { edge: 0 }]);
    slow.send(1, 0);
    slow.exit(2, 0);
    let mut quick = Ops::default();
    quick.send(0, 0);
    quick.exit(1, 0);
    let send = || tile("remind", TileKind::Send, &["next"]);
    let exit = || tile("exit_1", TileKind::Exit, &[]);
    let wait = tile("rest", TileKind::Wait, &["next"]);
    let state = State {
        tile: 0,
        deadline: Deadline::After(day),
        timeout: Some(2),
        late: None,
        arms: vec![],
        run: None,
    };
    code.program.journeys = vec![
        journey("quick", Reenter::Always, vec![send(), exit()], quick.0, Vec::new()),
        journey("slow", Reenter::Never, vec![wait, send(), exit()], slow.0, vec![state]),
    ];
    code.done()
}
