//! What becomes of messages and calls: each outcome once, and only for who waits for it.

#![allow(missing_docs)]

mod common;

use common::*;
use journey_vm::{Answer, Input, Val};

/// A journey that asks a webhook and waits; `leave` ends it, `again` lets it be entered again.
struct Asking {
    world: World,
    visit: u16,
}

fn asking() -> Asking {
    let Shop { mut b, buy, visit, .. } = shop();
    let url = b.value(Type::Text, Const::Text("https://example.com".into()));
    let body = b.value(Type::Text, Const::Text("hello".into()));
    let delivery = Delivery {
        timeout: SECOND,
        retry: Retry { times: 1, from: SECOND, to: SECOND },
        limit: None,
    };
    let request =
        HttpRequest { method: Method::Post, url, headers: vec![], body: Some(body), delivery };
    let mut s = Steps::new("ask", on(buy)).reenter(Reenter::Always);
    let answer = s.local("answer", Type::Int);
    s.exit_on("left", ExitTrigger::Event { event: visit, filter: None });
    let tile = s.arrive("hook", TileKind::Webhook, &["ok", "failed"]);
    let response = Some(Response { ty: Type::Int, local: Some(answer) });
    s.journey.webhooks.push(Webhook { tile, request, pii: false, response });
    s.op(Op::Call { webhook: 0 });
    s.journey.states.push(State {
        tile,
        deadline: Deadline::None,
        timeout: None,
        late: None,
        arms: vec![],
        run: None,
    });
    s.op(Op::Suspend { state: 0 });
    s.arm(0, ArmTrigger::Outcome(Outcome::Delivered), 0);
    s.exit("answered");
    s.arm(0, ArmTrigger::Outcome(Outcome::Failed), 1);
    s.exit("unanswered");
    b.journey(s);
    let mut world = World::new(b);
    world.event(buy, &[Val::Number(1.0)]);
    Asking { world, visit }
}

impl Asking {
    fn outcome(&mut self, membership: u32, visit: u32, answer: Answer<'_>) -> Vec<String> {
        let (journey, tile) = (0, 0);
        self.world.input(Input::Outcome { journey, membership, tile, visit, answer });
        self.world.news()
    }
}

#[test]
fn a_call_is_told_with_its_values_and_waits() {
    let mut asking = asking();
    let wanted = ["0 ask: entered", "0 ask: 1 called hook (POST https://example.com hello)"];
    assert_eq!(asking.world.news(), wanted);
    assert_eq!(asking.world.customer.instances().len(), 1);
}

#[test]
fn an_outcome_counts_once() {
    let mut asking = asking();
    asking.world.news();
    let first = asking.outcome(1, 1, Answer::Response(Val::Int(3)));
    assert_eq!(first, ["0 ask: hook Delivered", "0 ask: exit answered"]);
    assert!(asking.outcome(1, 1, Answer::Response(Val::Int(3))).is_empty());
}

#[test]
fn an_outcome_of_another_visit_or_membership_changes_nothing() {
    let mut asking = asking();
    asking.world.news();
    assert!(asking.outcome(1, 2, Answer::Failed { status: None }).is_empty());
    assert!(asking.outcome(2, 1, Answer::Failed { status: None }).is_empty());
    assert_eq!(asking.world.customer.instances().len(), 1);
}

#[test]
fn an_outcome_for_who_has_left_changes_nothing() {
    let mut asking = asking();
    let visit = asking.visit;
    asking.world.event(visit, &[]).news();
    assert!(asking.outcome(1, 1, Answer::Response(Val::Int(3))).is_empty());
    // Nor does it reach the next membership.
    asking.world.event(0, &[Val::Number(1.0)]).news();
    assert!(asking.outcome(1, 1, Answer::Response(Val::Int(3))).is_empty());
    let own = asking.outcome(2, 1, Answer::Response(Val::Int(3)));
    assert_eq!(own, ["0 ask#2: hook Delivered", "0 ask#2: exit answered"]);
}

#[test]
fn a_response_of_another_type_is_a_failure() {
    for answer in [Answer::Response(Val::Text("3")), Answer::Delivered, Answer::Skipped] {
        let mut asking = asking();
        asking.world.news();
        let became = asking.outcome(1, 1, answer);
        assert_eq!(became, ["0 ask: hook Failed", "0 ask: exit unanswered"]);
    }
    let mut asking = asking();
    asking.world.news();
    let failed = asking.outcome(1, 1, Answer::Failed { status: Some(503) });
    assert_eq!(failed, ["0 ask: hook Failed with 503", "0 ask: exit unanswered"]);
}

#[test]
fn an_outcome_during_a_pause_takes_effect_at_its_end() {
    let mut asking = asking();
    asking.world.input(Input::Pause { journey: 0 }).news();
    assert_eq!(asking.outcome(1, 1, Answer::Response(Val::Int(3))), ["0 ask: hook Delivered"]);
    assert!(asking.outcome(1, 1, Answer::Failed { status: None }).is_empty());
    asking.world.at(DAY).input(Input::Resume { journey: 0 });
    assert_eq!(asking.world.news(), ["1d ask: exit answered"]);
}
