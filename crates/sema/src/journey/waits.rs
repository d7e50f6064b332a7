//! Waits.

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use super::flow::Flow;
use super::keyed::site;
use super::matching::{Capture, Pattern};
use super::{Checker, outline};
use crate::cx::Stage;
use crate::findings::Finding;
use crate::index::Definition;
use crate::thir::{ArmTrigger, BindingId, Since, Tile, TileKind, WaitArm, WaitLimit};
use crate::walk;

/// What an arm of a wait came to.
struct Arm {
    arm: WaitArm,
    head: TextRange,
    flow: Flow,
}

/// What the timeout came to.
struct Timeout {
    head: TextRange,
    body: Vec<Tile>,
    flow: Flow,
}

impl Checker<'_> {
    /// `wait for event …`: goes on either way.
    pub(super) fn wait_event(&mut self, wait: ast::WaitEvent<'_>, head: TextRange) -> TileKind {
        let up_to = wait.up_to().map(|limit| self.duration(limit.expr(), "`up to`"));
        self.suspend();
        let pattern =
            Pattern { name: wait.name(), alias: wait.alias(), filter: wait.where_clause() };
        let mut matched = self.cx.event_match(&pattern, Stage::Journey, Capture::Maybe);
        matched.event.since = self.since(wait.since());
        self.tied(site!(wait), &matched.event);
        self.cx.scope.extend(matched.event.binding);
        if up_to.is_none() {
            self.endless(head, "a wait for an event", " up to 7d");
            // It only goes on if the event came.
            self.know_bound(matched.event.binding);
        }
        TileKind::WaitEvent { event: matched.event, up_to }
    }

    /// Since when an earlier event will do.
    fn since(&mut self, clause: Option<ast::Since<'_>>) -> Option<Since> {
        let name = clause?.name()?;
        let text = name.source();
        if text == "entered" {
            self.cx.refer(name.range(), || Definition::BuiltIn("entered".into()));
            return Some(Since::Entered);
        }
        if self.cx.labels.contains_key(text) {
            self.cx.refer_label(text, name.range());
            return Some(Since::Label(text.into()));
        }
        self.cx.unknown_label(text, name.range());
        // It was to look back, so that nothing more is to be said of it.
        Some(Since::Entered)
    }

    /// From here on the binding is set.
    fn know_bound(&mut self, binding: Option<BindingId>) {
        if let Some(binding) = binding {
            let path = self.cx.paths.id(crate::facts::Path::Binding(binding));
            self.cx.facts.insert(path);
        }
    }

    /// Warns about a wait that nothing limits.
    pub(super) fn endless(&mut self, head: TextRange, what: &str, limit: &str) {
        if self.limited {
            return;
        }
        let message = format!("{what} without a limit can last for ever");
        let finding = Finding::new(Code::ENDLESS_WAIT, head, message)
            .note("limit it with `up to`, or the whole journey with `exit NAME after D`");
        let at = TextRange::empty(head.end);
        self.cx.structural(finding.guess("limit it to a week", at, limit));
    }

    /// `wait … { arms }`.
    pub(super) fn wait_arms(
        &mut self,
        wait: ast::WaitArms<'_>,
        head: TextRange,
    ) -> (Option<TileKind>, Flow) {
        let limit = self.wait_limit(&wait);
        let start = self.cx.facts.clone();
        let mut ways = Vec::new();
        let mut arms: Vec<Arm> = Vec::new();
        let mut timeout: Option<Timeout> = None;
        for arm in wait.wait_arms() {
            self.cx.facts = start.clone();
            let head = outline::head_of(arm.syntax());
            let open = match arm {
                ast::WaitArm::TimeoutArm(syntax) => self.timeout_arm(syntax, head, &mut timeout),
                ast::WaitArm::OnArm(syntax) => self.on_arm(syntax, head, &mut arms),
                ast::WaitArm::WhenArm(syntax) => self.when_arm(syntax, head, &mut arms),
            };
            if open {
                ways.push(self.cx.facts.clone());
            }
        }
        self.check_arms(&wait, &arms, &limit, timeout.as_ref().map(|timeout| timeout.head), head);
        let flows = arms.iter().map(|arm| arm.flow.clone());
        let mut flow = flows.fold(Flow::Closed, Flow::or);
        match &timeout {
            Some(timeout) => flow = flow.or(timeout.flow.clone()),
            None if limit != WaitLimit::None => {
                ways.push(start.clone());
                flow = flow.or(Flow::from(head, "when the time is up"));
            }
            None => {}
        }
        self.cx.facts = start;
        self.merge(ways);
        let arms = arms.into_iter().map(|arm| arm.arm).collect();
        let timeout = timeout.map(|timeout| timeout.body);
        (Some(TileKind::WaitArms { limit, arms, timeout }), flow)
    }

    /// The limit of a wait. A duration counts from arrival; an instant is computed again while the
    /// member waits, so from here on what was known of traits is forgotten.
    fn wait_limit(&mut self, wait: &ast::WaitArms<'_>) -> WaitLimit {
        match wait.wait_limit() {
            Some(ast::WaitLimit::UpTo(limit)) => {
                let duration = self.duration(limit.expr(), "`up to`");
                self.suspend();
                WaitLimit::UpTo(duration)
            }
            Some(ast::WaitLimit::ByTime(by)) => {
                self.suspend();
                WaitLimit::By(self.instant(by.expr(), "`by`"))
            }
            None => {
                self.suspend();
                WaitLimit::None
            }
        }
    }

    /// The timeout; whether it goes on.
    fn timeout_arm(
        &mut self,
        syntax: ast::TimeoutArm<'_>,
        head: TextRange,
        timeout: &mut Option<Timeout>,
    ) -> bool {
        if let Some(first) = timeout {
            let message = "a wait has one `timeout`";
            let finding = Finding::new(Code::BAD_SHAPE, head, message).label("again");
            let finding = finding.here(first.head, "first here");
            self.cx.report(finding);
        }
        let (body, flow) = self.arm_block(syntax.block());
        let flow = flow.of_arm(head, "after this timeout");
        let open = flow.is_open();
        *timeout = Some(Timeout { head, body, flow });
        open
    }

    /// An arm that a condition opens; whether it goes on.
    fn when_arm(&mut self, syntax: ast::WhenArm<'_>, head: TextRange, arms: &mut Vec<Arm>) -> bool {
        let condition = self.cx.watched(syntax.expr(), "`when`");
        let known = self.cx.paths.learn(&condition.test, true);
        self.cx.facts.add(&known);
        let trigger = ArmTrigger::When(condition);
        self.finish_arm(syntax.syntax(), trigger, syntax.block(), head, arms)
    }

    /// An arm that an event opens; whether it goes on.
    fn on_arm(&mut self, syntax: ast::OnArm<'_>, head: TextRange, arms: &mut Vec<Arm>) -> bool {
        let pattern =
            Pattern { name: syntax.name(), alias: syntax.alias(), filter: syntax.where_clause() };
        let mut matched = self.cx.event_match(&pattern, Stage::Journey, Capture::Kept);
        matched.event.since = self.since(syntax.since());
        self.tied(site!(syntax), &matched.event);
        self.cx.facts.add(&matched.customer);
        let scope = self.cx.scope.len();
        self.cx.scope.extend(matched.event.binding);
        let trigger = ArmTrigger::Event(matched.event);
        let open = self.finish_arm(syntax.syntax(), trigger, syntax.block(), head, arms);
        self.cx.scope.truncate(scope);
        open
    }

    /// The block of an arm; whether it goes on.
    fn finish_arm(
        &mut self,
        node: journey_syntax::SyntaxNode<'_>,
        trigger: ArmTrigger,
        block: Option<ast::Block<'_>>,
        head: TextRange,
        arms: &mut Vec<Arm>,
    ) -> bool {
        let (body, flow) = self.arm_block(block);
        let flow = flow.of_arm(head, "after this arm");
        let open = flow.is_open();
        let title = outline::one_line(node, head);
        arms.push(Arm { arm: WaitArm { trigger, body, title }, head, flow });
        open
    }

    /// The tiles of an arm. A block that the parser did not find counts as one that goes nowhere.
    pub(super) fn arm_block(&mut self, block: Option<ast::Block<'_>>) -> (Vec<Tile>, Flow) {
        match block {
            Some(block) => self.block(block.tiles()),
            None => (Vec::new(), Flow::Closed),
        }
    }

    /// Arms that say nothing, or that can never be chosen.
    fn check_arms(
        &mut self,
        wait: &ast::WaitArms<'_>,
        arms: &[Arm],
        limit: &WaitLimit,
        timeout: Option<TextRange>,
        head: TextRange,
    ) {
        let unlimited = *limit == WaitLimit::None && wait.wait_limit().is_none();
        if wait.wait_arms().next().is_none() {
            let note = if unlimited {
                "write what is waited for: `on event NAME { … }` or `when CONDITION { … }`"
            } else {
                "write what is waited for, or only `wait 3d`"
            };
            return self.shape(head, "this wait waits for nothing", note);
        }
        if let Some(timeout) = timeout
            && unlimited
        {
            let message = "this `timeout` can never happen: the wait has no limit";
            let finding = Finding::new(Code::BAD_SHAPE, timeout, message);
            let at = TextRange::empty(head.end);
            self.cx.structural(finding.guess("limit the wait to a week", at, " up to 7d"));
        } else if unlimited {
            self.endless(head, "a wait", " up to 7d");
        }
        for (at, later) in arms.iter().enumerate() {
            let earlier = arms.iter().take(at).find(|earlier| shadows(earlier, later));
            if let Some(earlier) = earlier {
                let message = "this arm is never chosen: another one always comes first";
                let finding = Finding::new(Code::DUPLICATE_ARM, later.head, message);
                let finding = finding.here(earlier.head, "this one");
                self.cx.report(finding);
            }
        }
    }
}

/// Whether one arm happens whenever a later one does; arms tie in source order.
fn shadows(earlier: &Arm, later: &Arm) -> bool {
    match (&earlier.arm.trigger, &later.arm.trigger) {
        (ArmTrigger::Event(a), ArmTrigger::Event(b)) => {
            let same_filter = match (&a.filter, &b.filter) {
                (None, _) => true,
                (Some(a), Some(b)) => walk::same(a, b) && !a.is_error(),
                (Some(_), None) => false,
            };
            // One that takes earlier events as well takes some that the first one does not.
            let as_early = b.since.is_none() || a.since == b.since;
            as_early && a.event == b.event && !a.event.is_empty() && same_filter
        }
        (ArmTrigger::When(a), ArmTrigger::When(b)) => {
            !a.test.is_error() && walk::same(&a.test, &b.test)
        }
        _ => false,
    }
}
