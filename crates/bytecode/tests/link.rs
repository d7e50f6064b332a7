//! Several versions of journeys in one program, and what an earlier one can no longer do with.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::sample::sample;
use common::*;
use journey_bytecode::*;

/// The program in which every journey is the second version of its line.
fn second(mut program: Program) -> Verified<Program> {
    program.set_versions(|_| Version::current(2));
    verify(program).unwrap()
}

fn pinned(program: &Verified<Program>) -> Vec<Pinned<'_>> {
    let all = 0..program.journeys.len() as u16;
    all.map(|journey| Pinned { program, journey, version: 1 }).collect()
}

/// What is said of the first version of the journey by a program that has changed.
fn refused(journey: &str, change: impl FnOnce(&mut Program)) -> String {
    let old = verify(sample()).unwrap();
    let mut new = sample();
    change(&mut new);
    let number = old.journey_of(journey, 1).unwrap();
    let pinned = [Pinned { program: &old, journey: number, version: 1 }];
    link(&second(new), &pinned).unwrap_err().to_string()
}

#[test]
fn with_nothing_to_add_a_program_stays_what_it_is() {
    let program = verify(sample()).unwrap();
    assert_eq!(link(&program, &[]).unwrap(), sample());
}

#[test]
fn every_journey_beside_an_earlier_version_of_itself_is_let_through() {
    let old = verify(sample()).unwrap();
    let base = second(sample());
    let linked = link(&base, &pinned(&old)).unwrap();
    let (count, all) = (base.journeys.len(), linked.journeys.len());
    assert_eq!(all, 2 * count);
    assert_eq!(linked.journeys[..count], base.journeys[..]);
    assert_eq!(linked.exprs[..base.exprs.len()], base.exprs[..]);
    assert_eq!(linked.windows[..base.windows.len()], base.windows[..]);
    for number in 0..count as u16 {
        let name = &linked.journeys[usize::from(number)].name;
        let earlier = linked.journey_of(name, 1).unwrap();
        assert_eq!(linked.heads().get(&**name), Some(&number));
        assert_eq!(*linked.version(earlier), Version::retired(1));
        assert_eq!(linked.journeys[usize::from(earlier)].entry, Entry::Manual);
    }
    let artifact = encode(&linked);
    assert_eq!(decode(&artifact), Ok(linked.clone()));
    verify(linked).unwrap();
}

#[test]
fn the_order_in_which_versions_are_given_makes_no_difference() {
    let old = verify(sample()).unwrap();
    let base = second(sample());
    let mut given = pinned(&old);
    let one = link(&base, &given).unwrap();
    given.reverse();
    assert_eq!(one, link(&base, &given).unwrap());
}

/// What is counted for a customer is counted once for both versions; what is counted for a member
/// is each version's own.
#[test]
fn equal_windows_are_shared() {
    let old = verify(sample()).unwrap();
    let base = second(sample());
    let linked = link(&base, &pinned(&old)).unwrap();
    let of_customers = |program: &Program| {
        program.windows.iter().filter(|window| window.journey.is_none()).count()
    };
    assert_eq!(of_customers(&linked), of_customers(&base));
    assert!(linked.windows.len() > base.windows.len());
    let constants = linked.consts.len();
    assert_eq!(constants, base.consts.len(), "every constant stands once");
}

#[test]
fn a_linked_program_can_be_linked_again() {
    let old = verify(sample()).unwrap();
    let first = link(&second(sample()), &pinned(&old)).unwrap();
    let first = verify(first).unwrap();
    let mut base = sample();
    base.set_versions(|_| Version::current(3));
    let base = verify(base).unwrap();
    let all = (0..first.journeys.len() as u16).map(|journey| {
        let version = first.version(journey).number;
        Pinned { program: &first, journey, version }
    });
    let again = verify(link(&base, &all.collect::<Vec<_>>()).unwrap()).unwrap();
    let of = |name: &str| {
        let mut numbers: Vec<_> = again.line_of(name).map(|it| again.version(it).number).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!((of("carts"), of("vips")), (vec![1, 2, 3], vec![1, 2, 3]));
    // The same as if both versions had come from where they were compiled.
    let two = second(sample());
    let direct: Vec<_> = pinned(&old)
        .into_iter()
        .chain(pinned(&two).into_iter().map(|it| Pinned { version: 2, ..it }))
        .collect();
    assert_eq!(link(&base, &direct).unwrap(), *again);
}

#[test]
fn what_an_earlier_version_uses_must_be_there() {
    let rename = |from: &'static str, to: &'static str| {
        move |program: &mut Program| {
            let slot = program.traits.iter_mut().find(|slot| slot.name == from).unwrap();
            slot.name = to.into();
        }
    };
    assert_eq!(
        refused("carts", rename("email", "mail")),
        "version 1 of journey `carts`: the trait `email` is gone"
    );
    // What a journey does not use may go.
    let old = verify(sample()).unwrap();
    let mut new = sample();
    rename("value", "worth")(&mut new);
    let carts = [Pinned { program: &old, journey: 0, version: 1 }];
    verify(link(&second(new), &carts).unwrap()).unwrap();

    let renamed = |program: &mut Program| program.audiences[0].name = "best".into();
    let error = refused("vips", |program| {
        renamed(program);
        program.actions[0].name = "crm.memo".into();
    });
    assert_eq!(error, "version 1 of journey `vips`: the action `crm.note` is gone");
    // Nobody joins an audience into a version that is not entered any more.
    let mut new = sample();
    renamed(&mut new);
    let vips = [Pinned { program: &old, journey: 2, version: 1 }];
    verify(link(&second(new), &vips).unwrap()).unwrap();
}

#[test]
fn what_an_earlier_version_uses_must_have_its_type() {
    let error = refused("vips", |program| {
        program.audiences.clear();
        program.journeys.clear();
        program.windows.clear();
        program.policies[0].require = None;
        program.exprs.clear();
        program.code.clear();
        let value = program.traits.iter_mut().find(|slot| slot.name == "value").unwrap();
        (value.ty, value.default) = (Type::Int, Some(Const::Int(0)));
    });
    let reason = "the trait `value` is now `int`, for this version it is `number`";
    assert_eq!(error, format!("version 1 of journey `vips`: {reason}"));

    let error = refused("vips", |program| program.actions[0].params[1].name = "sum".into());
    let reason = "the parameter `total` of action `crm.note` is gone";
    assert_eq!(error, format!("version 1 of journey `vips`: {reason}"));
}

/// One journey that reads a property of an event, and asks for the last one.
fn reader(events: &[(&str, Type)]) -> Program {
    let mut b = Build::new();
    let paid = b.event("paid", events);
    let slot = |name: &str| events.iter().position(|(known, _)| *known == name).unwrap() as u16;
    let (of, total) = (slot("of"), slot("total"));
    let mut slots = vec![of, total];
    slots.sort_unstable();
    let field = slots.iter().position(|slot| *slot == total).unwrap() as u16;
    let window = b.window(Window {
        event: paid,
        aggregate: Aggregate::Last { slots },
        filter: None,
        value: None,
        range: Range::All,
        journey: None,
    });
    let k = b.k(Const::Int(5));
    let test = b.expr(
        Type::Bool,
        &[
            Insn::History { dst: 0, window },
            Insn::Field { dst: 0, a: 0, field },
            Insn::Const { dst: 1, k },
            Insn::Compare { cmp: Cmp::Ge, dst: 0, a: 0, b: 1 },
            Insn::Ret { a: 0 },
        ],
    );
    let mut s = Steps::new("j", Entry::Manual);
    let when = b.on_window(test, window);
    s.exit_on("much", ExitTrigger::When(when));
    let day = b.duration(DAY);
    s.pause("rest", day);
    s.exit("done");
    b.journey(s);
    b.program
}

#[test]
fn the_order_of_properties_may_change() {
    let old = verify(reader(&[("of", Type::Text), ("total", Type::Int)])).unwrap();
    let base = second(reader(&[("new", Type::Bool), ("total", Type::Int), ("of", Type::Text)]));
    let linked = verify(link(&base, &pinned(&old)).unwrap()).unwrap();
    assert_eq!(linked.windows[1].aggregate, Aggregate::Last { slots: vec![2, 1] });
}

#[test]
fn members_of_an_enum_may_be_added_and_not_removed() {
    let one_of =
        |members: &[&str]| Type::Enum(members.iter().map(|member| (*member).to_owned()).collect());
    let list = |ty: Type| Type::List(Box::new(ty));
    assert!(one_of(&["a", "b"]).takes(&one_of(&["b"])));
    assert!(!one_of(&["b"]).takes(&one_of(&["a", "b"])));
    assert!(list(one_of(&["a", "b"])).takes(&list(one_of(&["a"]))));
    assert!(!Type::Text.takes(&one_of(&["a"])) && !Type::Number.takes(&Type::Int));
}

#[test]
fn a_version_stands_in_a_program_once() {
    let program = verify(sample()).unwrap();
    let error = link(&program, &pinned(&program)).unwrap_err();
    assert_eq!(error.reason, Broken::Twice);
    let base = second(sample());
    let twice = [pinned(&program)[0], pinned(&program)[0]];
    assert_eq!(link(&base, &twice).unwrap_err().reason, Broken::Twice);
    let nowhere = [Pinned { program: &program, journey: 99, version: 1 }];
    assert_eq!(link(&base, &nowhere).unwrap_err().reason, Broken::NoJourney);
}

#[test]
fn a_policy_is_asked_by_who_was_compiled_to_ask_it() {
    let error = refused("vips", |program| {
        program.actions[0].policy = Some(0);
        program.journeys.clear();
        program.windows.retain(|window| window.journey.is_none());
        let end = program.exprs.iter().position(|expr| expr.journey.is_some()).unwrap();
        program.code.truncate(program.exprs[end].start as usize);
        program.exprs.truncate(end);
        program.audiences.clear();
    });
    let reason = "action `crm.note` is under a policy now, and this version does not ask it";
    assert_eq!(error, format!("version 1 of journey `vips`: {reason}"));
}

/// A journey that puts its members into an audience, which is computed or not.
fn setter(computed: bool) -> Program {
    let mut b = Build::new();
    let known = b.trait_("known", Type::Bool, Const::Bool(false));
    let friends = match computed {
        false => b.open_audience("friends"),
        true => {
            let test = b.trait_is(known);
            let condition = b.on_traits(test, &[known]);
            b.audience("friends", condition)
        }
    };
    let mut s = Steps::new("j", Entry::Manual);
    if !computed {
        s.member("add", friends, true);
    }
    s.exit("done");
    b.journey(s);
    b.program
}

#[test]
fn an_audience_that_is_computed_now_cannot_be_set() {
    let old = verify(setter(false)).unwrap();
    let error = link(&second(setter(true)), &pinned(&old)).unwrap_err();
    assert_eq!(error.reason, Broken::Computed("friends".into()));
}

/// A journey that runs another one, which ends in one of these ways.
fn caller(callee: &[&str], arms: bool) -> Program {
    let mut b = Build::new();
    let day = b.duration(DAY);
    let mut s = Steps::new("a", Entry::Manual);
    let edges = if arms { vec!["exited", "not entered"] } else { vec!["next"] };
    let tile = s.arrive("call", TileKind::Run, &edges);
    s.journey.calls.push(Call { journey: 1, args: vec![], event: vec![] });
    s.op(Op::Suspend { state: 0 });
    let exited = s.here();
    s.leave(0);
    let mut not_entered = exited;
    if arms {
        s.exit("good");
        not_entered = s.here();
        s.leave(1);
    }
    s.exit("done");
    let run = Run { call: 0, outcomes: vec![exited; callee.len()], not_entered };
    s.journey.states.push(State {
        tile,
        deadline: Deadline::None,
        timeout: None,
        late: None,
        arms: vec![],
        run: Some(run),
    });
    b.journey(s);
    let mut s = Steps::new("b", Entry::Manual);
    s.pause("rest", day);
    for outcome in callee {
        s.outcome(outcome);
    }
    s.exit(callee[0]);
    b.journey(s);
    b.program
}

#[test]
fn a_journey_that_is_waited_for_may_end_otherwise() {
    let old = verify(caller(&["yes", "no"], true)).unwrap();
    let version = |program: &Program| program.version(2).clone();
    let a = [Pinned { program: &old, journey: 0, version: 1 }];
    // What only the earlier one knew still leads where it led.
    let linked = verify(link(&second(caller(&["yes"], true)), &a).unwrap()).unwrap();
    let run = linked.journeys[2].states[0].run.as_ref().unwrap();
    let (exited, ends) = (run.outcomes[0], version(&linked).former_ends);
    assert_eq!(ends, [FormerEnd { state: 0, outcome: "no".into(), to: exited }]);
    assert!(disasm(&linked).contains("formerly exited no in state 0"), "{}", disasm(&linked));
    assert_eq!(decode(&encode(&linked)).unwrap(), *linked);
    // It goes on knowing it when it is linked again, and when the end comes back.
    let again = [Pinned { program: &linked, journey: 2, version: 1 }];
    let kept = link(&second(caller(&["yes"], true)), &again).unwrap();
    assert_eq!(version(&kept), version(&linked));
    let back = link(&second(caller(&["no", "yes"], true)), &again).unwrap();
    assert_eq!(version(&back).former_ends, []);
    // What only the new one knows leads nowhere, unless all ends lead to one place.
    let error = link(&second(caller(&["yes", "no", "maybe"], true)), &a).unwrap_err();
    let reason = "journey `b` can exit with `maybe`, which this version does not know";
    assert_eq!(error.to_string(), format!("version 1 of journey `a`: {reason}"));
    let plain = verify(caller(&["yes"], false)).unwrap();
    let a = [Pinned { program: &plain, journey: 0, version: 1 }];
    verify(link(&second(caller(&["maybe"], false)), &a).unwrap()).unwrap();
}

#[test]
fn a_journey_that_is_started_must_take_what_it_is_given() {
    let old = verify(caller(&["yes"], true)).unwrap();
    let a = [Pinned { program: &old, journey: 0, version: 1 }];
    let mut alone = caller(&["yes"], true);
    alone.journeys.clear();
    let error = link(&second(alone), &a).unwrap_err();
    assert_eq!(error.reason, Broken::Gone("journey `b`".into()));
    let mut more = caller(&["yes"], true);
    more.journeys.remove(0);
    more.journeys[0].params.push(Param { slot: slot("why", Type::Text), local: None });
    let error = link(&second(more), &a).unwrap_err();
    assert_eq!(error.reason, Broken::NoValue("parameter `why` of journey `b`".into()));
    // The other one may be completed, too: then it is started in vain.
    let mut none = caller(&["yes"], true);
    none.journeys.clear();
    let both = [a[0], Pinned { program: &old, journey: 1, version: 1 }];
    let linked = verify(link(&second(none), &both).unwrap()).unwrap();
    assert_eq!(linked.journeys[0].calls[0].journey, 1);
}

#[test]
fn what_is_said_of_versions_is_checked() {
    let old = verify(sample()).unwrap();
    let linked = link(&second(sample()), &pinned(&old)).unwrap();
    let last = linked.journeys.len() - 1;
    let refused = |change: &dyn Fn(&mut Program)| {
        let mut program = linked.clone();
        change(&mut program);
        verify(program).unwrap_err().problem
    };
    let order = Problem::Order("versions of journeys");
    assert_eq!(refused(&|program| program.versions[last].retired = false), order);
    assert_eq!(refused(&|program| program.versions[last].number = 2), order);
    assert_eq!(refused(&|program| program.journeys.swap(last, last - 1)), order);
    assert_eq!(refused(&|program| drop(program.versions.pop())), {
        Problem::Missing("the version of a journey")
    });
    assert_eq!(refused(&|program| program.versions[0].number = 0), Problem::Range("the version"));
    let end = FormerEnd { state: 0, outcome: "gone".into(), to: 0 };
    assert_eq!(refused(&|program| program.versions[last].former_ends.push(end.clone())), {
        Problem::Missing("the journey that has ended")
    });
}

/// Whatever is damaged in a program that is still let through: it can be linked with itself, or what
/// stands in the way is said, and the outcome is let through as well.
#[test]
fn what_is_linked_is_let_through() {
    let artifact = encode(&sample());
    let mut seen = [0, 0];
    for at in (0..artifact.len() * 8).step_by(3) {
        let mut damaged = artifact.clone();
        damaged[at / 8] ^= 1 << (at % 8);
        codec::reseal(&mut damaged);
        let Some(old) = decode(&damaged).ok().and_then(|program| verify(program).ok()) else {
            continue;
        };
        let mut base = (*old).clone();
        base.set_versions(|_| Version::current(2));
        let base = verify(base).unwrap();
        let linked = link(&base, &pinned(&old));
        seen[usize::from(linked.is_ok())] += 1;
        if let Ok(linked) = linked {
            verify(linked).unwrap_or_else(|error| panic!("bit {at}: {error}"));
        }
    }
    assert!(seen[1] > 1_000, "{seen:?}");
}
