//! `repeat`: the one loop there is.

use journey_base::{Code, TextRange};
use journey_syntax::ast;

use super::Checker;
use super::flow::Flow;
use crate::Type;
use crate::expr::Role;
use crate::findings::Finding;
use crate::instant;
use crate::thir::{Const, Expr, Repeat, TileKind};

/// Most rounds of a loop.
const MAX_ROUNDS: i64 = 10_000;

impl Checker<'_> {
    /// `repeat up to N times (every D)? (until COND)? { … }`.
    pub(super) fn repeat(
        &mut self,
        repeat: ast::Repeat<'_>,
        head: TextRange,
    ) -> (Option<TileKind>, Flow) {
        let times = self.cx.typed(repeat.expr(), &Type::Int, Role::new("`repeat`"));
        self.rounds(&times);
        // The rest is asked again before every round, and a round can stand still: what was learnt
        // of traits does not hold any more.
        self.suspend();
        let every = repeat.every().map(|every| self.duration(every.expr(), "`every`"));
        let until = repeat.repeat_until().map(|it| self.cx.condition(it.expr(), "`until`"));
        let start = self.cx.facts.clone();
        if let Some(until) = &until {
            let going_on = self.cx.paths.learn(until, false);
            self.cx.facts.add(&going_on);
        }
        let (body, flow) = self.arm_block(repeat.block());
        self.cx.facts = start;
        let left = self.cx.hidden("repeat.left", Type::Int, head);
        let next = every.is_some().then(|| self.cx.hidden("repeat.next", Type::Time, head));
        if repeat.block().is_some_and(|block| block.tiles().next().is_none()) {
            self.shape(
                head,
                "this `repeat` has nothing to repeat",
                "write tiles between its braces",
            );
        } else if every.is_none() && flow.is_open() && instant::passes(&body) {
            self.turns_at_once(head, &flow);
        }
        let repeat = Repeat { times, every, until, body, left, next };
        (Some(TileKind::Repeat(repeat.into())), Flow::from(head, "when the rounds are over"))
    }

    /// The number of rounds, where it is known.
    fn rounds(&mut self, times: &Expr) {
        let Some(Const::Int(rounds)) = times.as_const() else { return };
        let finding = if *rounds < 1 {
            let message = format!("this repeats {rounds} times, which is never");
            Finding::new(Code::BAD_ARGUMENT, times.range, message)
        } else if *rounds > MAX_ROUNDS {
            let message = format!("a `repeat` has at most {MAX_ROUNDS} rounds");
            Finding::new(Code::TOO_LARGE, times.range, message)
        } else {
            return;
        };
        self.cx.report(finding);
    }

    /// All rounds would happen at one instant.
    fn turns_at_once(&mut self, head: TextRange, flow: &Flow) {
        let message = "a round of this `repeat` can end without having waited";
        let mut finding = Finding::new(Code::INSTANT_LOOP, head, message).note(
            "all rounds would happen at one instant; let every way through it wait or exit, or \
             write `every 1d`",
        );
        if let Flow::Open(ends) = flow {
            for end in ends {
                finding = finding.here(end.range, "from here to the next round");
            }
        }
        self.cx.structural(finding);
    }
}
