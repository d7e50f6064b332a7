//! An event of a keyed journey is shown to the instance with its key alone. That is told from
//! nothing but the time it takes: all instances see it where decisions are asked for, and the same
//! comes of it.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Customer, Effect, Effects, Input, ProgramSet, Scratch, Val, apply};

/// All effects but decisions, which are asked for or not.
struct Told {
    asks: bool,
    lines: Vec<String>,
    decisions: usize,
}

impl Effects for Told {
    fn emit(&mut self, effect: Effect<'_>) {
        match effect {
            Effect::Decided { .. } => self.decisions += 1,
            effect => self.lines.push(format!("{effect:?}")),
        }
    }

    fn wants_decisions(&self) -> bool {
        self.asks
    }
}

/// Carts and orders of them; `status` of an order says whether it is paid.
struct Shop {
    b: Build,
    cart: u16,
    order: u16,
    note: u16,
}

fn shop() -> Shop {
    let mut b = Build::new();
    let cart = b.event("cart", &[("id", Type::Text)]);
    let order = b.event("order", &[("cart", Type::Text), ("status", Type::Text)]);
    let note = b.action("crm.note", &[]);
    Shop { b, cart, order, note }
}

impl Shop {
    /// A journey that is keyed by the id of the cart.
    fn keyed(&mut self, number: u16, name: &str) -> Steps {
        let key = self.b.local_value(number, 0, Type::Text);
        let captures = vec![Capture { from: CaptureFrom::Property(0), local: 0 }];
        let event = self.cart;
        let entry = Entry::Event { event, filter: None, captures, each: None, key: Some(key) };
        let mut s = Steps::new(name, entry).reenter(Reenter::Always);
        s.local("cart.id", Type::Text);
        s
    }

    /// `order.status == "paid" and order.cart == cart.id`
    fn paid(&mut self, number: u16) -> ExprId {
        let paid = self.b.k(Const::Text("paid".into()));
        let code = [
            Insn::EventText { cond: Cond::EqFalse, slot: 1, k: paid, skip: 5 },
            Insn::Local { dst: 0, slot: 0 },
            Insn::Event { dst: 1, slot: 0 },
            Insn::Compare { cmp: Cmp::Eq, dst: 0, a: 0, b: 1 },
            Insn::JumpBool { on: false, a: 0, skip: 1 },
            Insn::RetTrue,
            Insn::RetFalse,
        ];
        self.b.expr_of(Some(self.order), Some(number), Type::Bool, &code)
    }

    /// All that the event does here is behind the key: an exit, a goal, an arm.
    fn by_key(&mut self, number: u16, name: &str) {
        let mut s = self.keyed(number, name);
        let paid = self.paid(number);
        s.exit_on("bought", ExitTrigger::Event { event: self.order, filter: Some(paid) });
        let own = self.b.same(self.order, 0, number, 0);
        let (hours, day) = (self.b.duration(3 * HOUR), self.b.duration(DAY));
        s.goal("ordered", self.order, Some(own), hours);
        let wait = s.wait("wait", Deadline::After(day), &["ordered", "timeout"]);
        let (filter, captures, earlier) = (Some(own), vec![], None);
        s.arm(wait, ArmTrigger::Event { event: self.order, filter, captures, earlier }, 0);
        s.send("thank", self.note, &[]);
        let over = s.here();
        s.op(Op::Jump { to: over + 2 });
        s.timeout(wait, 1);
        s.pause("last", hours);
        s.exit("done");
        self.b.journey(s);
    }

    /// Any order ends a wait here, whichever cart it is of.
    fn by_any(&mut self, number: u16, name: &str) {
        let mut s = self.keyed(number, name);
        let paid = self.paid(number);
        s.exit_on("bought", ExitTrigger::Event { event: self.order, filter: Some(paid) });
        let day = self.b.duration(DAY);
        let wait = s.wait("wait", Deadline::After(day), &["ordered", "timeout"]);
        s.arm(wait, event_arm(self.order), 0);
        let over = s.here();
        s.op(Op::Jump { to: over + 2 });
        s.timeout(wait, 1);
        s.pause("last", day);
        s.exit("done");
        self.b.journey(s);
    }

    /// The event changes a window here, and with it a condition.
    fn by_window(&mut self, number: u16, name: &str) {
        let mut s = self.keyed(number, name);
        let own = self.b.same(self.order, 0, number, 0);
        s.exit_on("bought", ExitTrigger::Event { event: self.order, filter: Some(own) });
        let window = self.b.count(self.order, Range::Within(2 * HOUR), None);
        let test = self.b.at_least(window, 3, None);
        let condition = self.b.on_window(test, window);
        let wait = s.wait("wait", Deadline::None, &["many"]);
        s.arm(wait, ArmTrigger::When(condition), 0);
        s.send("thank", self.note, &[]);
        s.exit("done");
        self.b.journey(s);
    }
}

/// One customer's life: carts, orders of these and of others, pauses, time.
fn live(set: &ProgramSet, (cart, order): (u16, u16), seed: u64, asks: bool) -> Told {
    let mut told = Told { asks, lines: vec![], decisions: 0 };
    let (mut customer, mut scratch) = (Customer::new("c"), Scratch::new());
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let mut now = 0;
    for _ in 0..300 {
        now += next(40) as i64 * MINUTE;
        let id = ["a", "b", "c", "d", "e", "f"][next(6) as usize];
        let journey = next(3) as u16;
        let (entered, mut ordered) = (row(&[Val::Text(id)]), row(&[Val::Text(id), Val::Unset]));
        match next(4) {
            0 => ordered = row(&[Val::Unset, Val::Text("paid")]),
            1 => ordered = row(&[Val::Text(id), Val::Text("paid")]),
            _ => {}
        }
        let input = match next(12) {
            0 => Input::Pause { journey },
            1 => Input::Resume { journey },
            2 => Input::Tick,
            3..7 => Input::Event { event: cart, at: now, id: None, row: &entered },
            _ => Input::Event { event: order, at: now, id: None, row: &ordered },
        };
        apply(set, &mut customer, input, now, &mut scratch, &mut told);
    }
    told
}

#[test]
fn whom_an_event_cannot_concern_does_not_miss_it() {
    let mut shop = shop();
    shop.by_any(0, "any");
    shop.by_key(1, "key");
    shop.by_window(2, "window");
    let events = (shop.cart, shop.order);
    let set = ProgramSet::new(shop.b.done());
    for seed in 1..60 {
        let (all, some) = (live(&set, events, seed, true), live(&set, events, seed, false));
        assert_eq!(all.lines, some.lines, "seed {seed}");
        assert!(all.decisions > 100 && some.decisions == 0 && all.lines.len() > 300);
    }
}

/// Who is paused keeps only the events of its own key.
#[test]
fn a_flood_of_foreign_orders_does_not_wash_the_own_one_away() {
    let mut shop = shop();
    shop.by_key(0, "key");
    let (cart, order) = (shop.cart, shop.order);
    let mut world = World::new(shop.b);
    world.event(cart, &[Val::Text("mine")]).at(HOUR).input(Input::Pause { journey: 0 });
    world.event(order, &[Val::Text("mine"), Val::Text("paid")]);
    for _ in 0..300 {
        world.event(order, &[Val::Text("other"), Val::Text("paid")]);
    }
    world.at(2 * HOUR).input(Input::Resume { journey: 0 });
    let news = ["0 key: entered with mine", "1h key: goal ordered", "2h key: exit bought at wait"];
    assert_eq!(world.news(), news);
}
