//! The verifier: a sound program passes, and each way of being unsound is named with its place.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::sample::sample;
use common::*;
use journey_bytecode::*;

/// Verifies the sample after a change and gives what the verifier says about it.
fn after(change: impl FnOnce(&mut Program)) -> String {
    let mut program = sample();
    change(&mut program);
    verify(program).map(|_| ()).unwrap_err().to_string()
}

/// The same for one expression without event and instance, of type bool.
fn code(insns: &[Insn]) -> Result<(), String> {
    let mut b = Build { program: sample() };
    b.expr(Type::Bool, insns);
    verify(b.program).map(|_| ()).map_err(|error| error.to_string())
}

fn refused(insns: &[Insn]) -> String {
    code(insns).unwrap_err()
}

#[test]
fn a_sound_program_passes() {
    verify(sample()).unwrap_or_else(|error| panic!("{error}"));
    verify(Program { timezone: "UTC".into(), ..Program::default() }).unwrap();
}

#[test]
fn zones_patterns_and_names_are_checked() {
    assert_eq!(
        after(|p| p.timezone = "Mars/Olympus".into()),
        "program: unknown time zone `Mars/Olympus`"
    );
    assert!(after(|p| p.regexes[0] = "(".into()).starts_with("pattern 0: the pattern does not"));
    assert!(after(|p| p.regexes[0] = "(a{1000}){1000}".into()).starts_with("pattern 0"));
    assert_eq!(after(|p| p.events.swap(0, 1)), "`cart`: events do not ascend");
    assert_eq!(after(|p| p.journeys[1].name = "carts".into()), "`carts`: journeys do not ascend");
}

#[test]
fn defaults_and_constants_are_values_of_their_types() {
    assert_eq!(
        after(|p| p.traits[1].default = None),
        "trait `value`: neither optional nor with a default"
    );
    assert_eq!(
        after(|p| p.traits[1].default = Some(Const::Int(1))),
        "trait `value`: a constant is no value of type a number"
    );
    assert!(after(|p| p.traits[3].default = Some(Const::Text("gold".into()))).contains("plan"));
    assert!(after(|p| p.traits[1].default = Some(Const::Number(f64::NAN))).contains("value"));
    assert!(after(|p| p.consts.push(Const::Number(f64::INFINITY))).contains("not finite"));
    assert!(after(|p| p.consts.push(Const::Weekday(7))).contains("weekday"));
    assert!(after(|p| p.consts.push(Const::TimeOfDay(86_400_000))).contains("timeofday"));
    let mixed = Const::List(vec![Const::Int(1), Const::Text("a".into())]);
    assert!(after(|p| p.consts.push(mixed)).contains("no value"));
}

#[test]
fn nothing_nests_without_end() {
    let (mut ty, mut value) = (Type::Text, Const::Unset);
    for _ in 0..40 {
        ty = Type::List(Box::new(ty));
        value = Const::List(vec![value]);
    }
    assert!(after(|p| p.traits[0].ty = ty).contains("levels of a type"));
    assert!(after(|p| p.consts.push(value)).contains("levels of a constant"));
}

#[test]
fn expressions_cover_the_code_one_behind_the_other() {
    assert!(after(|p| p.exprs[1].start += 1).contains("expression 1"));
    assert!(after(|p| p.exprs[0].len = u32::MAX).contains("instructions"));
    assert!(after(|p| p.code.push(Insn::RetTrue)).contains("cover the code"));
}

#[test]
fn code_ends_in_a_return_on_every_path() {
    assert!(refused(&[Insn::Now { dst: 0 }]).contains("runs over its end"));
    assert!(refused(&[Insn::Jump { skip: 0 }]).contains("runs over its end"));
    assert!(
        refused(&[Insn::TraitSet { on: true, slot: 0, skip: 1 }, Insn::RetTrue])
            .contains("runs over")
    );
    assert_eq!(code(&[Insn::Jump { skip: 1 }, Insn::Now { dst: 0 }, Insn::RetTrue]), Ok(()));
}

#[test]
fn a_register_holds_a_value_on_every_path_before_it_is_read() {
    let one_path = [
        Insn::TraitSet { on: false, slot: 0, skip: 1 },
        Insn::Trait { dst: 0, slot: 6 },
        Insn::Ret { a: 0 },
    ];
    assert!(refused(&one_path).contains("op 2: register 0 may hold nothing yet"));
    let mut both = one_path.to_vec();
    both.insert(0, Insn::Unset { dst: 0 });
    assert_eq!(code(&both), Ok(()));
    assert!(refused(&[Insn::Ret { a: 200 }]).contains("register 200 is not declared"));
    assert!(refused(&[Insn::Now { dst: 200 }, Insn::RetTrue]).contains("register 200"));
}

/// Registers may be used again for another type on another path, but not read where they meet.
#[test]
fn paths_that_meet_agree_on_a_registers_type() {
    let code_with = |last: Insn| {
        [
            Insn::TraitSet { on: false, slot: 0, skip: 2 },
            Insn::Now { dst: 0 },
            Insn::Jump { skip: 1 },
            Insn::CustomerId { dst: 0 },
            last,
            Insn::RetTrue,
        ]
    };
    assert!(refused(&code_with(Insn::Move { dst: 1, a: 0 })).contains("may hold nothing"));
    assert_eq!(code(&code_with(Insn::Now { dst: 1 })), Ok(()));
}

#[test]
fn operands_have_the_types_of_their_operation() {
    let now_not = [Insn::Now { dst: 0 }, Insn::Unary { op: UnaryOp::Not, dst: 0, a: 0 }];
    assert!(refused(&now_not).contains("op 1: the operand is a time, not a bool"));
    let sum =
        [Insn::Now { dst: 0 }, Insn::Binary { op: BinaryOp::AddTimeDuration, dst: 0, a: 0, b: 0 }];
    assert!(refused(&sum).contains("a time, not a duration"));
    let compare = [
        Insn::Now { dst: 0 },
        Insn::CustomerId { dst: 1 },
        Insn::Compare { cmp: Cmp::Eq, dst: 0, a: 0, b: 1 },
    ];
    assert!(refused(&compare).contains("a text, not a time"));
    let order =
        [Insn::Trait { dst: 0, slot: 6 }, Insn::Compare { cmp: Cmp::Lt, dst: 0, a: 0, b: 0 }];
    assert!(refused(&order).contains("a bool cannot be compared in this way"));
    let list = [
        Insn::Trait { dst: 0, slot: 4 },
        Insn::Now { dst: 1 },
        Insn::Binary { op: BinaryOp::ContainsList, dst: 0, a: 0, b: 1 },
    ];
    assert!(refused(&list).contains("the list is a list of a text"));
    assert!(refused(&[Insn::Now { dst: 0 }, Insn::Ret { a: 0 }]).contains("the result is a time"));
}

#[test]
fn fused_instructions_fit_slot_and_constant() {
    let mut b = Build { program: sample() };
    let (one, text) = (b.k(Const::Number(1.0)), b.k(Const::Text("a".into())));
    let check = |insn| {
        let mut program = Build { program: b.program.clone() };
        program.leaf(None, None, insn);
        verify(program.program).map(|_| ()).map_err(|error| error.to_string())
    };
    let (cond, skip) = (Cond::GtFalse, 1);
    assert_eq!(check(Insn::TraitNumber { cond, slot: 1, k: one, skip }), Ok(()));
    let text_order = check(Insn::TraitText { cond, slot: 0, k: text, skip });
    assert!(text_order.unwrap_err().contains("a text cannot be compared in this way"));
    let int_as_number = check(Insn::TraitNumber { cond, slot: 2, k: one, skip });
    assert!(int_as_number.unwrap_err().contains("an int cannot be compared"));
    let constant = check(Insn::TraitNumber { cond, slot: 1, k: text, skip });
    assert!(constant.unwrap_err().contains("the constant is a text, not a number"));
    let text_as_bool = check(Insn::TraitBool { on: true, slot: 0, skip });
    assert!(text_as_bool.unwrap_err().contains("the slot is a text, not a bool"));
}

#[test]
fn every_index_points_somewhere() {
    for (insn, what) in [
        (Insn::Trait { dst: 0, slot: 99 }, "trait 99"),
        (Insn::Const { dst: 0, k: 999 }, "constant 999"),
        (Insn::History { dst: 0, window: 99 }, "window 99"),
        (Insn::Audience { on: true, audience: 99, skip: 0 }, "audience 99"),
    ] {
        assert!(refused(&[insn, Insn::RetTrue]).contains(what), "{insn:?}");
    }
    assert!(after(|p| p.windows[0].event = 9).contains("window 0: there is no event 9"));
    assert!(after(|p| p.windows[4].range = Range::SinceMark(5)).contains("mark 5"));
    assert!(after(|p| p.journeys[0].exits[0].outcome = 99).contains("outcome 99"));
    assert!(after(|p| p.journeys[0].states[0].timeout = Some(999)).contains("operation 999"));
    assert!(after(|p| p.journeys[0].states[1].arms[0].to = 999).contains("operation 999"));
    assert!(after(|p| p.journeys[0].sends[0].action = 9).contains("action 9"));
    assert!(after(|p| p.journeys[2].updates[0].sets[0].0 = 99).contains("do not ascend"));
    assert!(after(|p| p.journeys[2].splits[0].arms[0].to = 999).contains("operation 999"));
}

#[test]
fn event_and_instance_are_used_only_where_they_are_at_hand() {
    assert!(refused(&[Insn::Event { dst: 0, slot: 0 }, Insn::RetTrue]).contains("an event is not"));
    assert!(refused(&[Insn::Local { dst: 0, slot: 0 }, Insn::RetTrue]).contains("an instance is"));
    assert!(refused(&[Insn::Entered { dst: 0 }, Insn::RetTrue]).contains("an instance is not"));
    assert!(refused(&[Insn::History { dst: 0, window: 3 }, Insn::RetTrue]).contains("an instance"));
    // The filter of the orders, used where there is a cart.
    let swapped = after(|p| {
        let order_filter = p.windows[0].filter;
        if let Entry::Event { filter, .. } = &mut p.journeys[0].entry {
            *filter = order_filter;
        }
    });
    assert_eq!(swapped, "journey `carts`, entry: the event of the expression is not at hand here");
    // A filter over locals, used before there are any.
    let early = after(|p| {
        let own_cart = p.windows[5].filter;
        if let Entry::Event { event, filter, captures, each: None, key: None } =
            &mut p.journeys[0].entry
        {
            (*event, *filter) = (1, own_cart);
            captures.clear();
        }
    });
    assert!(early.contains("an instance of the journey"), "{early}");
    assert!(
        after(|p| p.audiences[0].condition.as_mut().unwrap().test = p.windows[0].filter.unwrap())
            .contains("event")
    );
}

#[test]
fn a_condition_declares_all_that_it_reads() {
    assert_eq!(
        after(|p| p.audiences[0].condition.as_mut().unwrap().reads.traits = vec![1]),
        "audience `vip`: trait 2 is read but not declared as read"
    );
    assert!(
        after(|p| p.audiences[1].condition.as_mut().unwrap().reads.audiences.clear())
            .contains("audience 0")
    );
    assert!(
        after(|p| p.audiences[2].condition.as_mut().unwrap().reads.windows.clear())
            .contains("window 0")
    );
    assert!(
        after(|p| p.audiences[0].condition.as_mut().unwrap().reads.traits = vec![2, 1])
            .contains("do not ascend")
    );
    let exit = after(|p| {
        if let ExitTrigger::When(condition) = &mut p.journeys[0].exits[1].trigger {
            condition.reads.traits.clear();
        }
    });
    assert_eq!(exit, "journey `carts`, exit criterion 1: trait 0 is read but not declared as read");
}

/// A window that is filtered when it is asked reads at that moment what its filter reads.
#[test]
fn a_condition_declares_what_its_windows_read_late() {
    let mut b = Build { program: sample() };
    let filter = b.expr_of(
        Some(1),
        Some(0),
        Type::Bool,
        &[
            Insn::TraitBool { on: false, slot: 6, skip: 2 },
            Insn::LocalSet { on: false, slot: 0, skip: 1 },
            Insn::RetTrue,
            Insn::RetFalse,
        ],
    );
    // Since the entry, but the filter reads a local that may be captured only later.
    b.program.windows[3].filter = Some(filter);
    let test = b.at_least(3, 1, Some(0));
    let condition = b.on_window(test, 3);
    b.program.journeys[0].exits[1].trigger = ExitTrigger::When(condition.clone());
    let error = verify(b.program.clone()).map(|_| ()).unwrap_err();
    assert_eq!(error.problem, Problem::UndeclaredRead { what: "trait", index: 6 });
    let reads = Reads { traits: vec![6], ..condition.reads };
    let condition = Condition { reads, ..condition };
    b.program.journeys[0].exits[1].trigger = ExitTrigger::When(condition);
    verify(b.program).unwrap();
}

#[test]
fn audiences_read_only_earlier_ones() {
    let swapped = after(|p| p.audiences.swap(0, 1));
    assert_eq!(swapped, "audience `lapsed`: audiences do not ascend");
}

#[test]
fn windows_do_not_ask_windows() {
    let mut b = Build { program: sample() };
    let nested = b.at_least(0, 1, None);
    b.program.windows[1].filter = Some(nested);
    assert_eq!(verify(b.program).map(|_| ()).unwrap_err().problem, Problem::NestedWindow);
    assert!(after(|p| p.windows[1].value = None).contains("the value of a sum is missing"));
    assert!(after(|p| p.windows[3].journey = None).contains("the journey of the window"));
}

#[test]
fn sends_and_updates_fit_what_they_go_to() {
    assert!(after(|p| p.journeys[0].sends[0].args.truncate(1)).contains("has to be given"));
    assert!(after(|p| p.journeys[0].sends[0].args.swap(0, 1)).contains("do not ascend"));
    assert!(
        after(|p| p.journeys[0].sends[0].args[0].1 = p.journeys[0].sends[0].args[1].1)
            .contains("the expression is a number, not a text")
    );
    assert!(after(|p| p.journeys[0].sends[0].message_id = Some(1)).contains("the message id"));
    let update = after(|p| {
        let value = p.journeys[2].updates[0].sets[1].1;
        p.exprs[value.0 as usize].optional = true;
    });
    assert_eq!(update, "journey `vips`, update 0: the value of a trait may be unset");
}

#[test]
fn shares_make_a_whole() {
    assert_eq!(
        after(|p| p.journeys[2].splits[0].arms[0].share -= 1),
        "journey `vips`, split 0: the shares sum to 99999, not to 100000"
    );
}

/// A journey of hand-made code over one tile that waits.
fn path(code: &[Op]) -> Result<(), String> {
    let mut b = Build::new();
    let day = b.duration(DAY);
    let mut s = Steps::new("j", Entry::Manual);
    let w = s.wait("w", Deadline::After(day), &["next"]);
    s.outcome("done");
    s.journey.states[w].timeout = Some(2);
    s.journey.code = code.to_vec();
    b.journey(s);
    verify(b.program).map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn an_instance_is_always_known_to_be_at_a_tile_or_between_two() {
    let (arrive, suspend, leave) =
        (Op::Arrive { tile: 0 }, Op::Suspend { state: 0 }, Op::Leave { edge: 0 });
    let exit = Op::Exit { outcome: 0 };
    assert_eq!(path(&[arrive, suspend, leave, exit]), Ok(()));
    assert_eq!(path(&[arrive, suspend, leave, Op::Jump { to: 0 }]), Ok(()));
    for (code, what) in [
        (&[arrive, arrive, leave, exit][..], "op 1: arrives at a tile while at another"),
        (&[leave, suspend, leave, exit], "op 0: leaves a tile while at none"),
        (&[suspend, leave, leave, exit], "op 0: waits at a state of a tile it is not at"),
        (&[arrive, suspend, Op::Leave { edge: 1 }, exit], "op 2: there is no edge 1"),
        (&[arrive, suspend, Op::Jump { to: 1 }, exit], "op 1: waits again"),
        (&[arrive, suspend, leave], "op 3: the code runs over its end"),
        (&[arrive, leave, Op::Jump { to: 0 }], "a cycle that never suspends"),
        (&[arrive, leave, Op::Jump { to: 2 }], "op 2: a cycle that never suspends"),
        (&[arrive, suspend, leave, arrive, suspend, exit], "op 4: shares a state"),
    ] {
        let error = path(code).unwrap_err();
        assert!(error.contains(what), "{error} for {code:?}");
    }
    assert!(path(&[]).is_err());
}

#[test]
fn a_wait_can_end() {
    let dead_end = after(|p| {
        p.journeys[0].states[0].deadline = Deadline::None;
        p.journeys[0].states[0].timeout = None;
    });
    assert_eq!(dead_end, "journey `carts`, state 0: a state that nothing ends");
    assert!(after(|p| p.journeys[0].states[0].timeout = None).contains("timeout of a deadline"));
}

#[test]
fn no_message_leaves_before_its_policy_is_asked() {
    let mut b = Build::new();
    let note = b.action("crm.note", &[]);
    b.under(note, Policy { name: "p".into(), ..Policy::default() });
    let mut s = Steps::new("j", Entry::Manual);
    s.send("m", note, &[]);
    s.exit("done");
    b.journey(s);
    let error = verify(b.program).map(|_| ()).unwrap_err().to_string();
    assert_eq!(error, "journey `j`, op 1: sends without asking the policy");
    let held = |change: fn(&mut Journey, usize)| {
        after(|p| {
            let journey = &mut p.journeys[2];
            let policy = |state: &State| matches!(state.deadline, Deadline::Policy { .. });
            let held = journey.states.iter().position(policy).unwrap();
            change(journey, held);
        })
    };
    assert!(held(|j, held| j.states[held].arms.clear()).contains("messages that are skipped"));
    let to_the_exit = held(|j, held| j.states[held].timeout = Some(j.code.len() as u32 - 1));
    assert!(to_the_exit.contains("the send of a message that is let go"), "{to_the_exit}");
    let other = held(|j, _| j.sends[1].action = 0);
    assert!(other.contains("the policy of an action"), "{other}");
    let skipped = after(|p| p.journeys[0].states[1].arms[0].trigger = ArmTrigger::Skipped);
    assert!(skipped.contains("the policy that skips a message"), "{skipped}");
}

#[test]
fn the_rules_of_a_policy_make_sense() {
    let quiet = |p: &mut Program, from, to| {
        p.policies[0].quiet = Some(Quiet { from, to, otherwise: Otherwise::Skip });
    };
    assert_eq!(
        after(|p| quiet(p, 5, 5)),
        "policy `polite`: the figures of the rule `quiet` make no sense"
    );
    assert!(after(|p| quiet(p, 0, 24 * HOUR as i32)).contains("`quiet`"));
    assert!(after(|p| p.policies[0].caps[0].count = 0).contains("`cap`"));
    assert!(after(|p| p.policies[0].caps[0].count = 1_001).contains("`cap`"));
    assert!(after(|p| p.policies[0].caps[0].per = 0).contains("`cap`"));
    assert!(after(|p| p.policies[0].require = Some(ExprId(9_999))).contains("policy `polite`"));
    assert!(after(|p| p.actions[0].policy = Some(7)).contains("there is no policy 7"));
}

#[test]
fn there_are_limits() {
    let tile = sample().journeys[0].tiles[0].clone();
    let many = after(|p| p.journeys[0].tiles = vec![tile; 10_001]);
    assert_eq!(many, "journey `carts`: 10001 tiles, at most 10000 are allowed");
    let long = after(|p| {
        let mut b = Build { program: std::mem::take(p) };
        b.expr(Type::Bool, &vec![Insn::RetTrue; 20_000]);
        *p = b.program;
    });
    assert!(long.contains("20000 instructions"), "{long}");
}

/// `any` of the tags of the sample's customer, with this code for each.
fn each(skip: u16, body: &[Insn]) -> Vec<Insn> {
    let head = [
        Insn::Now { dst: 2 },
        Insn::Trait { dst: 0, slot: 4 },
        Insn::Each { fold: Fold::Any, dst: 0, a: 0, item: 1, skip },
    ];
    head.into_iter().chain(body.iter().copied()).chain([Insn::Ret { a: 0 }]).collect()
}

#[test]
fn the_code_of_a_loop_is_an_expression_of_its_own() {
    let is_id = [
        Insn::CustomerId { dst: 2 },
        Insn::Compare { cmp: Cmp::Eq, dst: 2, a: 1, b: 2 },
        Insn::JumpBool { on: true, a: 2, skip: 1 },
        Insn::RetFalse,
        Insn::RetTrue,
    ];
    assert_eq!(code(&each(5, &is_id)), Ok(()));
    let text = [Insn::Move { dst: 2, a: 1 }, Insn::Ret { a: 2 }];
    assert!(refused(&each(2, &text)).contains("the outcome for an element is a text, not a bool"));
    let on = [Insn::Move { dst: 2, a: 1 }, Insn::Now { dst: 2 }];
    assert!(refused(&each(2, &on)).contains("op 5: the code runs over its end"));
    let out = [Insn::TraitSet { on: true, slot: 0, skip: 1 }, Insn::RetTrue];
    assert!(refused(&each(2, &out)).contains("op 3: the code runs over its end"));
    assert!(refused(&each(0, &[])).contains("op 2: the code runs over its end"));
    assert!(refused(&each(1, &[])).contains("op 2: the code runs over its end"));
    let inside = [
        Insn::Trait { dst: 0, slot: 4 },
        Insn::TraitSet { on: true, slot: 0, skip: 2 },
        Insn::Each { fold: Fold::All, dst: 0, a: 0, item: 1, skip: 2 },
        Insn::Now { dst: 2 },
        Insn::RetTrue,
        Insn::Ret { a: 0 },
    ];
    assert!(refused(&inside).contains("op 2: a jump leads into a loop"));
    let no_list =
        [Insn::Now { dst: 0 }, each(1, &[Insn::RetTrue])[2], Insn::RetTrue, Insn::RetTrue];
    assert!(refused(&no_list).contains("the operand is a time, not a list"));
}

/// What a turn leaves in a register is there in the next one, and not there if there was none.
#[test]
fn what_a_loop_writes_counts_as_unassigned_around_it() {
    let before_written = [
        Insn::Unary { op: UnaryOp::DateOf, dst: 3, a: 2 },
        Insn::CustomerId { dst: 2 },
        Insn::RetTrue,
    ];
    assert!(refused(&each(3, &before_written)).contains("register 2 may hold nothing yet"));
    let mut after = each(2, &[Insn::CustomerId { dst: 3 }, Insn::RetTrue]);
    after.insert(5, Insn::Move { dst: 4, a: 3 });
    assert!(refused(&after).contains("op 5: register 3 may hold nothing yet"));
    let mut item = each(1, &[Insn::RetTrue]);
    item.insert(4, Insn::Move { dst: 4, a: 1 });
    assert!(refused(&item).contains("op 4: register 1 may hold nothing yet"));
}

#[test]
fn loops_nest_only_so_deep() {
    // Each loop but the innermost returns what the one in it gives.
    let nested = |depth: u16| {
        let mut b = Build::new();
        let k = b.k(Const::List(vec![]));
        let mut code = vec![Insn::Const { dst: 0, k }];
        let each = |skip| Insn::Each { fold: Fold::Any, dst: 1, a: 0, item: 2, skip };
        code.extend((0..depth).map(|level| each(2 * (depth - level) - 1)));
        code.push(Insn::RetTrue);
        code.extend((0..depth).map(|_| Insn::Ret { a: 1 }));
        b.expr(Type::Bool, &code);
        verify(b.program).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(nested(32), Ok(()));
    assert!(nested(33).unwrap_err().contains("33 loops in one another, at most 32"));
}

#[test]
fn zones_of_expressions_stand_before_them_and_are_texts() {
    let with_zone = |ty: Type, value: Const, zone: fn(ExprId) -> ExprId| {
        let mut b = Build { program: sample() };
        let name = b.value(ty, value);
        let days = [Insn::NextInDays { dst: 0, days: 1 }, Insn::Ret { a: 0 }];
        let time = b.expr(Type::Time, &days);
        b.program.exprs[time.0 as usize].zone = Some(zone(name));
        verify(b.program).map(|_| ()).map_err(|error| error.to_string())
    };
    let utc = || Const::Text("UTC".into());
    assert_eq!(with_zone(Type::Text, utc(), |name| name), Ok(()));
    let itself = with_zone(Type::Text, utc(), |name| ExprId(name.0 + 1)).unwrap_err();
    assert!(itself.contains("there is no earlier expression"), "{itself}");
    let number = with_zone(Type::Int, Const::Int(1), |name| name).unwrap_err();
    assert!(number.contains("the time zone"), "{number}");
}

#[test]
fn days_of_a_window_are_days_of_a_week() {
    for days in [0, 0x80] {
        let text = refused(&[Insn::NextInDays { dst: 0, days }, Insn::Ret { a: 0 }]);
        assert!(text.contains("are no days of a week"), "{text}");
    }
}
