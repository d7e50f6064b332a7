//! What a decision read is told to whoever wants to know, and to nobody else.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::*;
use journey_vm::{Customer, Effect, Effects, Input, ProgramSet, Scratch, Site, Source, Val, apply};

/// Where it was decided, how, and what was read.
type Decision = (Site, bool, Vec<(Source, String)>);

/// Takes decisions only.
#[derive(Default)]
struct Curious(Vec<Decision>);

impl Effects for Curious {
    fn emit(&mut self, effect: Effect<'_>) {
        if let Effect::Decided { site, holds, reads, .. } = effect {
            let reads = reads.iter().map(|read| (read.source, format!("{:?}", read.value)));
            self.0.push((site, holds, reads.collect()));
        }
    }

    fn wants_decisions(&self) -> bool {
        true
    }
}

#[test]
fn a_wait_that_an_event_may_end_tells_what_it_compared() {
    let mut shop = shop();
    let (buy, visit) = (shop.buy, shop.visit);
    let big = shop.b.k(Const::Number(50.0));
    let over = Insn::EventNumber { cond: Cond::GtFalse, slot: 0, k: big, skip: 1 };
    let filter = shop.b.leaf(Some(buy), None, over);
    let mut s = Steps::new("j", on(visit));
    let w = s.wait("w", Deadline::None, &["bought"]);
    let ArmTrigger::Event { event, captures, earlier, .. } = event_arm(buy) else { panic!() };
    s.arm(w, ArmTrigger::Event { event, filter: Some(filter), captures, earlier }, 0);
    s.exit("bought");
    shop.b.journey(s);
    let set = ProgramSet::new(shop.b.done());
    let (mut customer, mut scratch) = (Customer::new("c"), Scratch::new());
    let mut told = Curious::default();
    for total in [20.0, 70.0] {
        let visited = row(&[]);
        let event = Input::Event { event: visit, at: 0, id: None, row: &visited };
        apply(&set, &mut customer, event, 0, &mut scratch, &mut told);
        let bought = row(&[Val::Number(total)]);
        let event = Input::Event { event: buy, at: 1, id: None, row: &bought };
        apply(&set, &mut customer, event, 1, &mut scratch, &mut told);
    }
    let property = Source::Property { event: buy, slot: 0 };
    assert_eq!(
        told.0,
        [
            (Site::Arm(0), false, vec![(property, "Number(20.0)".to_owned())]),
            (Site::Arm(0), true, vec![(property, "Number(70.0)".to_owned())]),
        ]
    );
}
