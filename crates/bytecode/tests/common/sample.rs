//! A program that has one of everything.

use super::*;

/// Audiences, windows of every kind, and two journeys that between them use every operation.
pub fn sample() -> Program {
    let mut b = Build::new();
    b.program.timezone = "Europe/Berlin".into();
    let plan = Type::Enum(vec!["free".into(), "pro".into()]);
    let email = b.optional_trait("email", Type::Text);
    let value = b.trait_("value", Type::Number, Const::Number(0.0));
    let orders = b.trait_("orders", Type::Int, Const::Int(0));
    b.trait_("plan", plan, Const::Text("free".into()));
    let tags = b.trait_("tags", Type::List(Box::new(Type::Text)), Const::List(vec![]));
    let last_at = b.optional_trait("last_at", Type::Time);
    let consent = b.trait_("consent", Type::Bool, Const::Bool(true));
    let item = Type::Record(vec![
        FieldType {
            name: "sku".into(),
            wire: "SKU".into(),
            ty: Type::Text,
            optional: false,
            default: None,
        },
        FieldType {
            name: "qty".into(),
            wire: "qty".into(),
            ty: Type::Int,
            optional: true,
            default: Some(Const::Int(1)),
        },
    ]);
    let cart = b.event("cart", &[("id", Type::Text), ("total", Type::Number)]);
    let items = ("items", Type::List(Box::new(item)));
    let order = b.event("order", &[("cart", Type::Text), ("total", Type::Number), items]);
    let note = b.action("crm.note", &[("to", Type::Text), ("total", Type::Number)]);
    let offer = b.action("crm.offer", &[]);
    let require = Some(b.trait_is(consent));
    let quiet = Quiet {
        from: (21 * HOUR) as i32,
        to: (8 * HOUR) as i32,
        otherwise: Otherwise::Hold(Some(2 * HOUR)),
    };
    let caps = vec![
        Cap { count: 2, per: 7 * DAY, otherwise: Otherwise::Hold(None) },
        Cap { count: 5, per: 30 * DAY, otherwise: Otherwise::Skip },
    ];
    b.under(offer, Policy { name: "polite".into(), require, quiet: Some(quiet), caps });
    let regex = b.regex("^[a-z]+@");
    windows_and_audiences(&mut b, order, value, orders, last_at, consent);
    carts(&mut b, cart, order, note, email, tags, regex);
    parcels(&mut b, order);
    vips(&mut b, note, offer, value, consent, email);
    b.program
}

fn windows_and_audiences(
    b: &mut Build,
    order: u16,
    value: u16,
    orders: u16,
    last_at: u16,
    consent: u16,
) {
    let k = b.k(Const::Number(20.0));
    let large =
        b.leaf(Some(order), None, Insn::EventNumber { cond: Cond::LeFalse, slot: 1, k, skip: 1 });
    let total = b.expr_of(
        Some(order),
        None,
        Type::Number,
        &[Insn::Event { dst: 0, slot: 1 }, Insn::Ret { a: 0 }],
    );
    let base = Window {
        event: order,
        aggregate: Aggregate::Count,
        filter: None,
        value: None,
        range: Range::All,
        journey: None,
    };
    b.window(Window { filter: Some(large), range: Range::Within(30 * DAY), ..base.clone() });
    b.window(Window { aggregate: Aggregate::Sum, value: Some(total), ..base });
    b.window(Window { aggregate: Aggregate::Last { slots: vec![0, 1] }, ..base });
    b.window(Window { range: Range::SinceEntered, journey: Some(0), ..base.clone() });
    b.window(Window { range: Range::SinceMark(0), journey: Some(0), ..base.clone() });
    let own_cart = b.expr_of(
        Some(order),
        Some(0),
        Type::Bool,
        &[
            Insn::Event { dst: 0, slot: 0 },
            Insn::Local { dst: 1, slot: 0 },
            Insn::Compare { cmp: Cmp::Eq, dst: 2, a: 0, b: 1 },
            Insn::Ret { a: 2 },
        ],
    );
    b.window(Window { filter: Some(own_cart), journey: Some(0), ..base });

    let (much, some) = (b.k(Const::Number(500.0)), b.k(Const::Int(3)));
    let rich = b.expr(
        Type::Bool,
        &[
            Insn::TraitNumber { cond: Cond::GtFalse, slot: value, k: much, skip: 2 },
            Insn::TraitWord { cond: Cond::GeFalse, slot: orders, k: some, skip: 1 },
            Insn::RetTrue,
            Insn::RetFalse,
        ],
    );
    let rich = b.on_traits(rich, &[value, orders]);
    let vip = b.audience("vip", rich);
    let days = b.k(Const::Duration(90 * DAY));
    let age = [
        Insn::Now { dst: 0 },
        Insn::Trait { dst: 1, slot: last_at },
        Insn::Binary { op: BinaryOp::SubTimeTime, dst: 0, a: 0, b: 1 },
        Insn::Const { dst: 1, k: days },
        Insn::Compare { cmp: Cmp::Gt, dst: 0, a: 0, b: 1 },
        Insn::Ret { a: 0 },
    ];
    let mut code = vec![
        Insn::TraitSet { on: false, slot: last_at, skip: 7 },
        Insn::Audience { on: true, audience: vip, skip: 6 },
    ];
    code.extend(age);
    code.push(Insn::RetFalse);
    let lapsed = b.expr(Type::Bool, &code);
    let wake = b.expr(
        Type::Time,
        &[
            Insn::TraitSet { on: false, slot: last_at, skip: 4 },
            Insn::Trait { dst: 0, slot: last_at },
            Insn::Const { dst: 1, k: days },
            Insn::Binary { op: BinaryOp::AddTimeDuration, dst: 0, a: 0, b: 1 },
            Insn::Ret { a: 0 },
            Insn::Unset { dst: 0 },
            Insn::Ret { a: 0 },
        ],
    );
    let wake = b.optional(wake);
    let reads = Reads { traits: vec![last_at], windows: vec![], audiences: vec![vip] };
    b.audience("lapsed", Condition { test: lapsed, wakes: vec![wake], reads });
    let busy = b.at_least(0, 2, None);
    let busy = b.on_window(busy, 0);
    b.audience("busy", busy);
    let _ = consent;
}

/// Waits with every kind of arm and deadline, marks, a message id.
fn carts(b: &mut Build, cart: u16, order: u16, note: u16, email: u16, tags: u16, regex: u16) {
    let k = b.k(Const::Number(25.0));
    let filter =
        b.leaf(Some(cart), None, Insn::EventNumber { cond: Cond::GeFalse, slot: 1, k, skip: 1 });
    let captures = vec![
        Capture { from: CaptureFrom::Property(0), local: 0 },
        Capture { from: CaptureFrom::Property(1), local: 1 },
        Capture { from: CaptureFrom::At, local: 2 },
    ];
    let mut s = Steps::new(
        "carts",
        Entry::Event { event: cart, filter: Some(filter), captures, each: None, key: None },
    )
    .reenter(Reenter::After(7 * DAY));
    s.local("cart.id", Type::Text);
    s.local("cart.total", Type::Number);
    s.local("cart.at", Type::Time);
    let first = s.local("first.id", Type::Text);
    let bought = s.local("bought", Type::Bool);
    s.journey.marks = 1;
    let here = Some(0);
    let same_cart = b.program.windows[5].filter;
    s.exit_on("converted", ExitTrigger::Event { event: order, filter: same_cart });
    let no_email = b.trait_unset(email);
    let no_email = b.on_traits(no_email, &[email]);
    s.exit_on("no_address", ExitTrigger::When(no_email));
    let month = b.duration(30 * DAY);
    s.exit_on("expired", ExitTrigger::After(month));
    let hour = b.duration(HOUR);
    s.pause("pause", hour);
    let to = b.expr(Type::Text, &[Insn::Trait { dst: 0, slot: email }, Insn::Ret { a: 0 }]);
    let total =
        b.expr_of(None, here, Type::Number, &[Insn::Local { dst: 0, slot: 1 }, Insn::Ret { a: 0 }]);
    s.op(Op::Mark { mark: 0 });
    s.send_as("reminder", note, &[(0, to), (1, total)], Some(first));
    let until = b.expr_of(
        None,
        here,
        Type::Time,
        &[
            Insn::Local { dst: 0, slot: 2 },
            Insn::Unary { op: UnaryOp::NextDay, dst: 0, a: 0 },
            Insn::Ret { a: 0 },
        ],
    );
    let deadline = Deadline::At { time: until, reads: Reads::default() };
    let w = s.wait("second", deadline, &["order", "thrice", "timeout"]);
    let happened = vec![Capture { from: CaptureFrom::Happened, local: bought }];
    s.arm(
        w,
        ArmTrigger::Event { event: order, filter: None, captures: happened, earlier: None },
        0,
    );
    s.exit("bought");
    let thrice = b.at_least(4, 3, here);
    let thrice = b.on_window(thrice, 4);
    s.arm(w, ArmTrigger::When(thrice), 1);
    s.exit("busy");
    s.timeout(w, 2);
    s.arrive("choose", TileKind::Branch, &["known", "else"]);
    let k = b.k(Const::Text("a".into()));
    let known = b.expr(
        Type::Bool,
        &[
            Insn::Trait { dst: 0, slot: email },
            Insn::Matches { dst: 0, a: 0, regex },
            Insn::JumpBool { on: false, a: 0, skip: 4 },
            Insn::Trait { dst: 1, slot: tags },
            Insn::Const { dst: 2, k },
            Insn::Binary { op: BinaryOp::ContainsList, dst: 0, a: 1, b: 2 },
            Insn::Ret { a: 0 },
            Insn::RetFalse,
        ],
    );
    let other = s.here() + 4;
    s.op(Op::Unless { test: known, to: other });
    s.leave(0);
    let id = b.value(Type::Text, Const::Text("set by hand".into()));
    s.op(Op::Set { local: first, value: id });
    s.op(Op::Jump { to: other + 1 });
    s.leave(1);
    s.exit("done");
    b.journey(s);
}

/// An instance for each element of a list, keyed, with a goal; an audience that a tile sets; loops
/// over the elements.
fn parcels(b: &mut Build, order: u16) {
    let newsletter = b.open_audience("newsletter");
    let Type::List(item) = b.program.events[usize::from(order)].properties[2].ty.clone() else {
        panic!("items are a list");
    };
    let items = b.expr_of(
        Some(order),
        None,
        Type::List(item.clone()),
        &[Insn::Event { dst: 0, slot: 2 }, Insn::Ret { a: 0 }],
    );
    let sku = [
        Insn::Local { dst: 0, slot: 0 },
        Insn::Field { dst: 0, a: 0, field: 0 },
        Insn::Ret { a: 0 },
    ];
    let key = b.expr_of(None, Some(1), Type::Text, &sku);
    let captures = vec![Capture { from: CaptureFrom::Item, local: 0 }];
    let filter = Some(some_item(b, order));
    let (event, each, key) = (order, Some(items), Some(key));
    let entry = Entry::Event { event, filter, captures, each, key };
    let mut s = Steps::new("parcels", entry).reenter(Reenter::Always);
    s.local("item", *item);
    s.journey.inside = WhileInside::Restart(s.outcome("restarted"));
    let month = b.duration(30 * DAY);
    let many = many_items(b, order);
    s.goal("again", order, Some(many), month);
    s.member("add", newsletter, true);
    let day = b.duration(DAY);
    s.pause("day", day);
    s.member("remove", newsletter, false);
    s.exit("done");
    b.journey(s);
}

/// `any(order.items, item => item.sku != "")`
fn some_item(b: &mut Build, order: u16) -> ExprId {
    let k = b.k(Const::Text(String::new()));
    let code = [
        Insn::Event { dst: 0, slot: 2 },
        Insn::Each { fold: Fold::Any, dst: 1, a: 0, item: 2, skip: 4 },
        Insn::Field { dst: 3, a: 2, field: 0 },
        Insn::Const { dst: 4, k },
        Insn::Compare { cmp: Cmp::Ne, dst: 3, a: 3, b: 4 },
        Insn::Ret { a: 3 },
        Insn::Ret { a: 1 },
    ];
    b.expr_of(Some(order), None, Type::Bool, &code)
}

/// `sum(order.items, item => item.sku.length) > 1`
fn many_items(b: &mut Build, order: u16) -> ExprId {
    let k = b.k(Const::Int(1));
    let code = [
        Insn::Event { dst: 0, slot: 2 },
        Insn::Each { fold: Fold::SumInt, dst: 1, a: 0, item: 2, skip: 3 },
        Insn::Field { dst: 3, a: 2, field: 0 },
        Insn::Unary { op: UnaryOp::LengthText, dst: 3, a: 3 },
        Insn::Ret { a: 3 },
        Insn::Const { dst: 2, k },
        Insn::Compare { cmp: Cmp::Gt, dst: 1, a: 1, b: 2 },
        Insn::Ret { a: 1 },
    ];
    b.expr_of(Some(order), None, Type::Bool, &code)
}

/// Entry by audience, a split, an update, a cycle.
fn vips(b: &mut Build, note: u16, offer: u16, value: u16, consent: u16, email: u16) {
    let mut s = Steps::new("vips", joining(0)).reenter(Reenter::Later);
    let no_consent = b.leaf(None, None, Insn::TraitBool { on: true, slot: consent, skip: 1 });
    let no_consent = b.on_traits(no_consent, &[consent]);
    s.exit_on("opted_out", ExitTrigger::When(no_consent));
    let start = s.here();
    s.arrive("draw", TileKind::Split, &["a", "b"]);
    s.op(Op::Split { split: 0 });
    let arm = |name: &str, share, to| SplitArm { name: name.into(), share, to };
    let (a, other) = (s.here(), s.here() + 2);
    let arms = vec![arm("a", 33_333, a), arm("b", 66_667, other)];
    s.journey.splits.push(Split { name: "test".into(), per_entry: true, arms });
    s.leave(0);
    s.op(Op::Jump { to: other + 1 });
    s.leave(1);
    let k = b.k(Const::Number(1.0));
    let more = b.expr(
        Type::Number,
        &[
            Insn::Trait { dst: 0, slot: value },
            Insn::Const { dst: 1, k },
            Insn::Binary { op: BinaryOp::AddNumber, dst: 0, a: 0, b: 1 },
            Insn::Ret { a: 0 },
        ],
    );
    let address = b.value(Type::Text, Const::Text("vip@example.com".into()));
    s.update("raise", &[(email, address), (value, more)]);
    let one = b.value(Type::Number, Const::Number(1.0));
    s.send("tell", note, &[(0, address), (1, one)]);
    let zone = b.expr(Type::Text, &[Insn::Trait { dst: 0, slot: email }, Insn::Ret { a: 0 }]);
    s.send_under("offer", offer, Some((zone, &[email])));
    let day = b.duration(DAY);
    let w = s.wait("day", Deadline::After(day), &["next"]);
    s.timeout(w, 0);
    s.op(Op::Jump { to: start });
    b.journey(s);
}
