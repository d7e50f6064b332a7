//! The picture of a journey with everything in it.

use expect_test::expect;
use journey_base::TextRange;
use journey_sema::Type;
use journey_sema::thir::{
    ArmTrigger, CompareOp, Const, ExitCriterion, ExitTrigger, ExprKind, Journey, Reenter, SplitArm,
    Tile, TileKind, WaitArm, WaitLimit,
};

use super::{Count, Overlay, Stats, graph, render_svg, render_text};
use crate::lower;
use crate::testing::{
    DAY, always, compare, constant, eq, expr, journey, not, note, number, on_order, order, text,
    trait_, with_journeys,
};

fn titled(title: &str, kind: TileKind) -> Tile {
    Tile { label: None, doc: "".into(), kind, range: TextRange::default(), title: title.into() }
}

fn exit(name: &str) -> Tile {
    titled(&format!("exit {name}"), TileKind::Exit(name.into()))
}

fn send(title: &str) -> Tile {
    titled(title, note(text("hi")))
}

fn wait(days: i64) -> Tile {
    let kind = TileKind::WaitFor(constant(Const::Duration(days * DAY)));
    titled(&format!("wait {days}d"), kind)
}

/// A cart that is not bought.
fn cart() -> Journey {
    let halves = TileKind::Split {
        name: "subject_test".into(),
        per_entry: false,
        arms: vec![
            SplitArm {
                name: "urgency".into(),
                share: 62_500,
                body: vec![send("send crm.note(text: \"only two left\")")],
            },
            SplitArm {
                name: "discount".into(),
                share: 37_500,
                body: vec![
                    send("send crm.note(text: \"ten percent off everything in the cart\")"),
                    titled(
                        "update customer { plan: \"pro\" }",
                        TileKind::Update(vec![("plan".into(), text("pro"))]),
                    ),
                ],
            },
        ],
    };
    let clicked = on_order(None, Some(compare(CompareOp::Gt, order("total"), number(0.0))));
    let patience = TileKind::WaitArms {
        limit: WaitLimit::UpTo(constant(Const::Duration(2 * DAY))),
        arms: vec![
            WaitArm {
                trigger: ArmTrigger::Event(clicked),
                body: vec![wait(1)],
                title: "on event order where order.total > 0".into(),
            },
            WaitArm {
                trigger: ArmTrigger::When(always(trait_("vip"))),
                body: Vec::new(),
                title: "when customer.vip".into(),
            },
        ],
        timeout: Some(vec![titled("split subject_test", halves)]),
    };
    let by_plan = TileKind::BranchValue {
        subject: trait_("plan"),
        arms: vec![
            (vec![text("free")], vec![send("send crm.note(text: \"upgrade\")")]),
            (vec![text("pro")], vec![exit("paying")]),
        ],
        otherwise: None,
    };
    let large = TileKind::BranchWhen {
        arms: vec![(
            compare(CompareOp::Ge, trait_("value"), number(500.0)),
            vec![titled("branch customer.plan", by_plan)],
        )],
        otherwise: None,
    };
    let mut reminder = send("send crm.note(text: \"still there?\")");
    reminder.label = Some("reminder".into());
    reminder.doc = "The first, friendly one.".into();
    let body = vec![
        titled("wait 1h", TileKind::WaitFor(constant(Const::Duration(3_600_000)))),
        reminder,
        titled("wait up to 2d", patience),
        titled("branch", large),
        exit("done"),
        send("send crm.note(text: \"never\")"),
    ];
    let mut cart = journey("cart_recovery", body);
    cart.title = "Cart recovery".into();
    cart.reenter = Reenter::After(7 * DAY);
    let first =
        ExprKind::Bound { binding: journey_sema::thir::BindingId(0), property: "id".into() };
    cart.exits = vec![
        ExitCriterion {
            name: "converted".into(),
            trigger: ExitTrigger::Event(on_order(
                None,
                Some(eq(order("id"), expr(first, Type::Text))),
            )),
        },
        ExitCriterion {
            name: "opted_out".into(),
            trigger: ExitTrigger::When(always(not(trait_("vip")))),
        },
        ExitCriterion {
            name: "expired".into(),
            trigger: ExitTrigger::After(constant(Const::Duration(30 * DAY))),
        },
    ];
    cart
}

#[test]
fn a_journey_is_a_tree_in_the_terminal() {
    let graph = graph(&cart()).expect("it nests within bounds");
    expect![[r#"
        journey cart_recovery "Cart recovery"
        ● entry event order as first
        │   reenter after 7d
        │   exit converted on event order where order.id == first.id
        │   exit opted_out when not customer.vip
        │   exit expired after 30d
        │
        ├─ ◷ wait 1h
        ├─ ▸ reminder: send crm.note(text: "still there?")
        ├─ ◷ wait up to 2d
        │  ├╴on event order where order.total > 0
        │  │ └─ ◷ wait 1d
        │  ├╴when customer.vip
        │  ╰╴timeout
        │    └─ ◈ split subject_test
        │       ├╴62.5% urgency
        │       │ └─ ▸ send crm.note(text: "only two left")
        │       ╰╴37.5% discount
        │         ├─ ▸ send crm.note(text: "ten percent off everything in the cart")
        │         └─ ± update customer { plan: "pro" }
        │
        ├─ ◇ branch
        │  ├╴when customer.value >= 500
        │  │ └─ ◇ branch customer.plan
        │  │    ├╴"free"
        │  │    │ └─ ▸ send crm.note(text: "upgrade")
        │  │    ╰╴"pro"
        │  │      └─ ■ exit paying
        │  ╰╴next
        │
        ├─ ■ exit done
        └─ ▸ send crm.note(text: "never")  (never reached)
    "#]]
    .assert_eq(&render_text(&graph, &Overlay::default()));
}

#[test]
fn tiles_of_the_picture_are_those_of_the_program() {
    let program = lower(&with_journeys(vec![cart()])).expect("it compiles");
    let graph = graph(&cart()).expect("it nests within bounds");
    let edges = graph.edges();
    for tile in &program.journeys[0].tiles {
        let of_tile: Vec<_> = edges.iter().filter(|edge| edge.from == tile.id).collect();
        assert_eq!(of_tile.len(), tile.edges.len(), "{}", tile.id);
        for (number, edge) in of_tile.iter().enumerate() {
            assert_eq!(edge.number, number);
            assert!(edge.label.ends_with(&tile.edges[number]), "{edge:?}");
        }
    }
}

#[test]
fn an_edge_of_a_block_that_falls_through_leads_behind_the_tile() {
    let graph = graph(&cart()).expect("it nests within bounds");
    let to = |from: &str| -> Vec<_> {
        let edges = graph.edges().into_iter().filter(|edge| edge.from == from);
        edges.map(|edge| edge.to.unwrap_or_default()).collect()
    };
    assert_eq!(to("wait_2"), ["wait_3", "branch_1", "split_1"]);
    assert_eq!(to("wait_3"), ["branch_1"]);
    assert_eq!(to("update_1"), ["branch_1"]);
    assert_eq!(to("branch_1"), ["branch_2", "exit_2"]);
    assert_eq!(to("exit_2"), [""; 0]);
}

#[test]
fn the_drawing_has_every_tile_once_and_the_same_bytes_each_time() {
    let graph = graph(&cart()).expect("it nests within bounds");
    let svg = render_svg(&graph, &Overlay::default());
    assert_eq!(svg.matches("data-tile=").count(), 14);
    assert!(svg.contains("<title>reminder: send crm.note(text: &quot;still there?&quot;)\nThe first, friendly one.</title>"));
    assert_eq!(svg, render_svg(&graph, &Overlay::default()));
}

#[test]
fn counts_stand_in_the_tile_with_thousands_apart() {
    let graph = graph(&cart()).expect("it nests within bounds");
    let count = Count { entered: 1_234_567, inside: 8_900, edges: Vec::new() };
    let stats = Stats::from([("reminder".to_owned(), count)]);
    let svg = render_svg(&graph, &Overlay::of_counts(&graph, &stats));
    assert!(svg.contains(">1,234,567 entered · 8,900 inside<"));
    assert!(svg.contains(">0 entered<"));
}
