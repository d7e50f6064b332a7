//! What journeys compile to.

use expect_test::expect;
use journey_bytecode::{self as bc, CaptureFrom, Program, verify};
use journey_sema::thir::{
    ArmTrigger, Audience, Binding, BindingId, BindingKind, CompareOp, Const, Entry, ExitCriterion,
    ExitTrigger, Expr, ExprKind, HistoryFn, HistoryRange, Journey, SplitArm, TileKind, WaitArm,
    WaitLimit,
};
use journey_sema::{Checked, Type};

use crate::testing::{
    DAY, always, and, compare, constant, eq, exit, expr, history, int, is_set, journey, labelled,
    listing, not, note, number, on_order, order, text, tile, trait_, wait_days, with_journeys,
};
use crate::{LowerError, lower, lower_journeys, lower_with_conditions};

fn compile(journey: Journey) -> Program {
    let program = lower(&with_journeys(vec![journey])).expect("it compiles");
    verify(program.clone()).expect("it verifies");
    program
}

fn bound(binding: u32, property: &str, ty: Type) -> Expr {
    expr(ExprKind::Bound { binding: BindingId(binding), property: property.into() }, ty)
}

fn days(days: i64) -> Expr {
    constant(Const::Duration(days * DAY))
}

fn arm(trigger: ArmTrigger, body: Vec<journey_sema::thir::Tile>) -> WaitArm {
    WaitArm { trigger, body, title: "on event order".into() }
}

#[test]
fn tiles_follow_each_other_and_leave_by_their_edges() {
    let program = compile(journey(
        "plain",
        vec![tile(wait_days(1)), labelled("hello", note(text("hi"))), exit("done")],
    ));
    let journey = &program.journeys[0];
    expect![[r#"
        state 0: tile 0, arms to [], timeout to Some(2)
        00 Arrive { tile: 0 }
        01 Suspend { state: 0 }
        02 Leave { edge: 0 }
        03 Arrive { tile: 1 }
        04 Send { send: 0 }
        05 Leave { edge: 0 }
        06 Arrive { tile: 2 }
        07 Exit { outcome: 0 }
    "#]]
    .assert_eq(&listing(journey));
    let ids: Vec<_> = journey.tiles.iter().map(|tile| &*tile.id).collect();
    assert_eq!(ids, ["wait_1", "hello", "exit_1"]);
    assert_eq!(journey.outcomes, ["done"]);
}

#[test]
fn arms_of_a_branch_meet_behind_it() {
    let branch = TileKind::BranchWhen {
        arms: vec![
            (trait_("vip"), vec![tile(note(text("vip")))]),
            (compare(CompareOp::Gt, trait_("orders"), int(1)), vec![exit("regular")]),
        ],
        otherwise: None,
    };
    let program = compile(journey("choice", vec![tile(branch), tile(wait_days(1)), exit("done")]));
    expect![[r#"
        state 0: tile 3, arms to [], timeout to Some(14)
        00 Arrive { tile: 0 }
        01 Unless { test: ExprId(0), to: 7 }
        02 Leave { edge: 0 }
        03 Arrive { tile: 1 }
        04 Send { send: 0 }
        05 Leave { edge: 0 }
        06 Jump { to: 12 }
        07 Unless { test: ExprId(3), to: 11 }
        08 Leave { edge: 1 }
        09 Arrive { tile: 2 }
        10 Exit { outcome: 0 }
        11 Leave { edge: 2 }
        12 Arrive { tile: 3 }
        13 Suspend { state: 0 }
        14 Leave { edge: 0 }
        15 Arrive { tile: 4 }
        16 Exit { outcome: 1 }
    "#]]
    .assert_eq(&listing(&program.journeys[0]));
    expect![[r#"["when customer.vip", "when customer.orders > 1", "next"]"#]]
        .assert_eq(&format!("{:?}", program.journeys[0].tiles[0].edges));
}

#[test]
fn a_branch_that_covers_all_members_tests_all_but_the_last() {
    let branch = TileKind::BranchValue {
        subject: trait_("plan"),
        arms: vec![
            (vec![text("free")], vec![exit("free")]),
            (vec![text("pro")], vec![exit("paying")]),
        ],
        otherwise: None,
    };
    let program = compile(journey("plans", vec![tile(branch)]));
    expect![[r#"
        00 Arrive { tile: 0 }
        01 Unless { test: ExprId(0), to: 5 }
        02 Leave { edge: 0 }
        03 Arrive { tile: 1 }
        04 Exit { outcome: 0 }
        05 Leave { edge: 1 }
        06 Arrive { tile: 2 }
        07 Exit { outcome: 1 }
    "#]]
    .assert_eq(&listing(&program.journeys[0]));
    assert_eq!(program.journeys[0].tiles[0].edges, ["\"free\"", "\"pro\""]);
}

#[test]
fn a_branch_on_a_computed_value_computes_it_once_an_arm() {
    let orders = history(HistoryFn::Count, None, None, HistoryRange::All);
    let branch = TileKind::BranchValue {
        subject: orders,
        arms: vec![(vec![int(1), int(2), int(3)], vec![exit("few")])],
        otherwise: Some(vec![exit("many")]),
    };
    let program = compile(journey("counted", vec![tile(branch)]));
    expect![[r#"
        00 History { dst: 0, window: 0 }
        01 Const { dst: 1, k: 0 }
        02 Compare { cmp: Eq, dst: 1, a: 0, b: 1 }
        03 JumpBool { on: true, a: 1, skip: 6 }
        04 Const { dst: 1, k: 1 }
        05 Compare { cmp: Eq, dst: 1, a: 0, b: 1 }
        06 JumpBool { on: true, a: 1, skip: 3 }
        07 Const { dst: 1, k: 2 }
        08 Compare { cmp: Eq, dst: 1, a: 0, b: 1 }
        09 JumpBool { on: false, a: 1, skip: 1 }
        10 RetTrue
        11 RetFalse
    "#]]
    .assert_eq(&crate::testing::code(&program, bc::ExprId(0)));
}

#[test]
fn a_wait_stands_at_a_state_and_goes_on_by_the_arm_that_opens() {
    let again =
        on_order(Some(BindingId(1)), Some(not(eq(order("id"), bound(0, "id", Type::Text)))));
    let wait = TileKind::WaitArms {
        limit: WaitLimit::UpTo(days(30)),
        arms: vec![
            arm(
                ArmTrigger::Event(again),
                vec![tile(note(bound(1, "id", Type::Text))), exit("again")],
            ),
            arm(ArmTrigger::When(always(trait_("vip"))), Vec::new()),
        ],
        timeout: Some(vec![exit("gone")]),
    };
    let mut source = journey("patience", vec![tile(wait), exit("vip")]);
    source.bindings.push(Binding {
        name: "second".into(),
        kind: BindingKind::Event { event: "order".into(), optional: false },
    });
    let program = compile(source);
    let journey = &program.journeys[0];
    expect![[r#"
        state 0: tile 0, arms to [2, 8], timeout to Some(11)
        00 Arrive { tile: 0 }
        01 Suspend { state: 0 }
        02 Leave { edge: 0 }
        03 Arrive { tile: 1 }
        04 Send { send: 0 }
        05 Leave { edge: 0 }
        06 Arrive { tile: 2 }
        07 Exit { outcome: 0 }
        08 Leave { edge: 1 }
        09 Arrive { tile: 4 }
        10 Exit { outcome: 2 }
        11 Leave { edge: 2 }
        12 Arrive { tile: 3 }
        13 Exit { outcome: 1 }
    "#]]
    .assert_eq(&listing(journey));
    let locals: Vec<_> = journey.locals.iter().map(|local| &*local.name).collect();
    assert_eq!(locals, ["first.id", "second.id"]);
    let bc::Entry::Event { captures, .. } = &journey.entry else { panic!("entered by an event") };
    assert_eq!(captures, &[bc::Capture { from: CaptureFrom::Property(0), local: 0 }]);
    let bc::ArmTrigger::When(condition) = &journey.states[0].arms[1].trigger else {
        panic!("a condition")
    };
    assert_eq!(condition.reads.traits, [8]);
}

#[test]
fn an_awaited_event_that_may_not_come_leaves_a_mark_where_it_is_asked_for() {
    let set = expr(ExprKind::BindingIsSet(BindingId(1)), Type::Bool);
    let wait =
        TileKind::WaitEvent { event: on_order(Some(BindingId(1)), None), up_to: Some(days(7)) };
    let branch = TileKind::BranchWhen {
        arms: vec![(
            and(vec![set, compare(CompareOp::Gt, bound(1, "total", Type::Number), number(9.0))]),
            vec![exit("large")],
        )],
        otherwise: None,
    };
    let mut source = journey("awaited", vec![tile(wait), tile(branch), exit("rest")]);
    source.bindings.push(Binding {
        name: "next".into(),
        kind: BindingKind::Event { event: "order".into(), optional: true },
    });
    let program = compile(source);
    let journey = &program.journeys[0];
    let locals: Vec<_> = journey.locals.iter().map(|local| &*local.name).collect();
    assert_eq!(locals, ["next.happened", "next.total"]);
    assert_eq!(journey.tiles[0].edges, ["event", "timeout"]);
    let bc::ArmTrigger::Event { captures, .. } = &journey.states[0].arms[0].trigger else {
        panic!("an event")
    };
    let froms: Vec<_> = captures.iter().map(|capture| capture.from).collect();
    assert_eq!(froms, [CaptureFrom::Happened, CaptureFrom::Property(1)]);
}

#[test]
fn what_stands_behind_an_exit_is_drawn_but_not_compiled() {
    let program = compile(journey(
        "cut",
        vec![exit("done"), tile(note(bound(0, "total", Type::Text))), exit("never")],
    ));
    let journey = &program.journeys[0];
    expect![[r#"
        00 Arrive { tile: 0 }
        01 Exit { outcome: 0 }
    "#]]
    .assert_eq(&listing(journey));
    assert_eq!(journey.tiles.len(), 3);
    assert!(journey.locals.is_empty() && journey.sends.is_empty());
}

#[test]
fn a_window_since_a_label_begins_anew_where_the_label_stands() {
    let since = HistoryRange::SinceLabel("pause".into());
    let ordered = history(HistoryFn::Happened, None, None, since);
    let branch = TileKind::BranchWhen {
        arms: vec![(ordered, vec![exit("back")])],
        otherwise: Some(vec![exit("lost")]),
    };
    let program = compile(journey("marked", vec![labelled("pause", wait_days(90)), tile(branch)]));
    let journey = &program.journeys[0];
    expect![[r#"
        state 0: tile 0, arms to [], timeout to Some(3)
        00 Arrive { tile: 0 }
        01 Mark { mark: 0 }
        02 Suspend { state: 0 }
        03 Leave { edge: 0 }
        04 Arrive { tile: 1 }
        05 Unless { test: ExprId(1), to: 9 }
        06 Leave { edge: 0 }
        07 Arrive { tile: 2 }
        08 Exit { outcome: 0 }
        09 Leave { edge: 1 }
        10 Arrive { tile: 3 }
        11 Exit { outcome: 1 }
    "#]]
    .assert_eq(&listing(journey));
    assert_eq!(journey.marks, 1);
    assert_eq!(program.windows[0].range, bc::Range::SinceMark(0));
    assert_eq!(program.windows[0].journey, Some(0));
}

#[test]
fn a_window_that_compares_with_the_entry_belongs_to_the_instance() {
    let larger = compare(CompareOp::Gt, order("total"), bound(0, "total", Type::Number));
    let seen = history(HistoryFn::Happened, Some(larger), None, HistoryRange::Within(DAY));
    let any = history(HistoryFn::Happened, None, None, HistoryRange::Within(DAY));
    let branch = TileKind::BranchWhen {
        arms: vec![(seen, vec![exit("larger")]), (any, vec![exit("other")])],
        otherwise: Some(vec![exit("none")]),
    };
    let program = compile(journey("larger", vec![tile(branch)]));
    let journeys: Vec<_> = program.windows.iter().map(|window| window.journey).collect();
    assert_eq!(journeys, [Some(0), None]);
    let filter = program.windows[0].filter.expect("a filter");
    expect![[r#"
        00 Event { dst: 0, slot: 1 }
        01 Local { dst: 1, slot: 0 }
        02 Compare { cmp: Gt, dst: 0, a: 0, b: 1 }
        03 JumpBool { on: false, a: 0, skip: 1 }
        04 RetTrue
        05 RetFalse
    "#]]
    .assert_eq(&crate::testing::code(&program, filter));
}

#[test]
fn a_split_sends_each_arm_to_its_block() {
    let split = TileKind::Split {
        name: "halves".into(),
        per_entry: false,
        arms: vec![
            SplitArm { name: "a".into(), share: 50_000, body: vec![exit("a")] },
            SplitArm { name: "b".into(), share: 50_000, body: Vec::new() },
        ],
    };
    let program = compile(journey("split", vec![tile(split), exit("b")]));
    expect![[r#"
        split halves: [("a", 50000, 2), ("b", 50000, 5)]
        00 Arrive { tile: 0 }
        01 Split { split: 0 }
        02 Leave { edge: 0 }
        03 Arrive { tile: 1 }
        04 Exit { outcome: 0 }
        05 Leave { edge: 1 }
        06 Arrive { tile: 2 }
        07 Exit { outcome: 1 }
    "#]]
    .assert_eq(&listing(&program.journeys[0]));
}

#[test]
fn a_send_fills_in_defaults_and_takes_its_message_id_where_it_is_read() {
    let send = TileKind::Send {
        action: "crm.note".into(),
        args: vec![("text".into(), text("hi"))],
        binding: Some(BindingId(1)),
        policy: None,
        arms: None,
    };
    let follow_up = note(bound(1, "id", Type::Text));
    let mut source = journey("message", vec![tile(send), tile(follow_up), exit("done")]);
    source.bindings.push(Binding { name: "m".into(), kind: BindingKind::Message });
    let program = compile(source);
    let journey = &program.journeys[0];
    // `about` is optional and not given, `urgent` has a default.
    let params: Vec<_> = journey.sends[0].args.iter().map(|(param, _)| *param).collect();
    assert_eq!(params, [1, 2]);
    assert_eq!(journey.sends[0].message_id, Some(0));
    assert_eq!(journey.sends[1].message_id, None);
    assert_eq!(journey.locals[0].name, "m.id");
}

#[test]
fn an_update_sets_traits_in_the_order_of_slots_and_may_unset() {
    let update = TileKind::Update(vec![
        ("plan".into(), text("pro")),
        ("email".into(), constant(Const::Unset)),
    ]);
    let program = compile(journey("update", vec![tile(update), exit("done")]));
    let slots: Vec<_> = program.journeys[0].updates[0].sets.iter().map(|set| set.0).collect();
    assert_eq!(slots, [2, 4]);
}

#[test]
fn exit_criteria_come_first_among_outcomes() {
    let mut source = journey("criteria", vec![tile(wait_days(9)), exit("done"), exit("gone")]);
    source.exits = vec![
        ExitCriterion {
            name: "bought".into(),
            trigger: ExitTrigger::Event(on_order(
                None,
                Some(eq(order("id"), bound(0, "id", Type::Text))),
            )),
        },
        ExitCriterion { name: "vip".into(), trigger: ExitTrigger::When(always(trait_("vip"))) },
        ExitCriterion { name: "gone".into(), trigger: ExitTrigger::After(days(30)) },
    ];
    let program = compile(source);
    let journey = &program.journeys[0];
    assert_eq!(journey.outcomes, ["bought", "vip", "gone", "done"]);
    assert_eq!(journey.exits.iter().map(|exit| exit.outcome).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(journey.locals.len(), 1);
}

#[test]
fn a_number_that_would_make_an_id_a_label_is_passed_over() {
    let body =
        vec![tile(wait_days(1)), labelled("wait_1", wait_days(2)), tile(wait_days(3)), exit("x")];
    let program = compile(journey("ids", body));
    let ids: Vec<_> = program.journeys[0].tiles.iter().map(|tile| &*tile.id).collect();
    assert_eq!(ids, ["wait_2", "wait_1", "wait_3", "exit_1"]);
}

#[test]
fn a_body_that_runs_out_without_an_exit_is_refused() {
    let checked = with_journeys(vec![journey("endless", vec![tile(wait_days(1))])]);
    let item = "journey endless".to_owned();
    assert_eq!(lower(&checked), Err(LowerError::NoExit { item }));
}

/// `c` reads `b`, `b` reads nothing, and `a` is on its own.
fn audiences() -> Checked {
    let audience = |name: &str, test| {
        let condition = always(test);
        std::sync::Arc::new(Audience {
            name: name.into(),
            title: name.into(),
            condition: Some(condition),
        })
    };
    let in_b = expr(ExprKind::InAudience("b".into()), Type::Bool);
    let mut joined = journey("joined", vec![exit("done")]);
    joined.entry = Entry::Audience { audience: "c".into(), existing: false };
    joined.bindings.clear();
    Checked {
        audiences: vec![
            audience("a", is_set(trait_("email"))),
            audience("b", trait_("vip")),
            audience("c", and(vec![in_b, is_set(trait_("email"))])),
        ],
        ..with_journeys(vec![joined, journey("other", vec![exit("done")])])
    }
}

#[test]
fn compiling_one_journey_takes_the_audiences_it_needs_along() {
    let checked = audiences();
    let names = |program: &Program| -> Vec<String> {
        program.audiences.iter().map(|audience| audience.name.clone()).collect()
    };
    let program = lower_journeys(&checked, &["joined"]).expect("it compiles");
    assert_eq!(names(&program), ["b", "c"]);
    assert_eq!(program.audiences[1].condition.as_ref().unwrap().reads.audiences, [0]);
    assert_eq!(program.journeys.len(), 1);
    verify(program).expect("it verifies");
    let program = lower_journeys(&checked, &["other"]).expect("it compiles");
    assert!(program.audiences.is_empty());
    assert_eq!(program.traits.len(), checked.schema.traits.len());
}

#[test]
fn a_journey_that_is_not_there_is_named() {
    let name = "othr".to_owned();
    assert_eq!(
        lower_journeys(&audiences(), &["joined", "othr"]),
        Err(LowerError::UnknownJourney { name })
    );
}

#[test]
fn conditions_of_tests_are_compiled_beside_the_journey() {
    let checked = audiences();
    let recent = history(HistoryFn::Happened, None, None, HistoryRange::Within(DAY));
    let member = expr(ExprKind::InAudience("a".into()), Type::Bool);
    let (program, ids) =
        lower_with_conditions(&checked, &["other"], &[&recent, &member]).expect("it compiles");
    assert_eq!(ids.len(), 2);
    assert_eq!((program.windows.len(), program.audiences.len()), (1, 1));
    verify(program).expect("it verifies");
}

#[test]
fn the_same_workspace_gives_the_same_program() {
    let checked = audiences();
    assert_eq!(lower(&checked), lower(&checked));
}
