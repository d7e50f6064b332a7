//! Webhooks, and the arms of what has an outcome.

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use super::flow::Flow;
use super::{Checker, outline};
use crate::Type;
use crate::attributes::Bearer;
use crate::facts::Facts;
use crate::findings::Finding;
use crate::privacy::{Mark, Sink};
use crate::requests::HttpParts;
use crate::thir::{
    BindingId, BindingKind, HttpRequest, Outcome, OutcomeArm, Response, TileKind, Webhook,
};

/// The arms of a tile while they are checked.
struct Arms {
    arms: Vec<OutcomeArm>,
    heads: Vec<(Outcome, TextRange)>,
    /// What is known at the end of each that goes on.
    ways: Vec<Facts>,
    start: Facts,
    flow: Flow,
}

impl Checker<'_> {
    /// The arms of a send; without any the member goes on at once.
    pub(super) fn send_arms(
        &mut self,
        send: ast::Send<'_>,
        head: TextRange,
    ) -> (Option<Vec<OutcomeArm>>, Flow) {
        let next = Flow::from(head, "this goes on to the end");
        let Some(syntax) = send.send_arms() else { return (None, next) };
        let mut arms = self.begin_arms();
        for arm in syntax.send_arms() {
            let (outcome, block, node) = match arm {
                ast::SendArm::DeliveredArm(arm) => (Outcome::Delivered, arm.block(), arm.syntax()),
                ast::SendArm::FailedArm(arm) => (Outcome::Failed, arm.block(), arm.syntax()),
                ast::SendArm::SkippedArm(arm) => (Outcome::Skipped, arm.block(), arm.syntax()),
            };
            self.outcome_arm(&mut arms, outcome, block, outline::head_of(node), None);
        }
        if arms.arms.is_empty() {
            self.shape(
                head,
                "this send waits for its outcome and makes nothing of it",
                "leave the braces out, or write `delivered { … }`, `failed { … }` or `skipped { … }`",
            );
        }
        let all = [Outcome::Delivered, Outcome::Failed, Outcome::Skipped];
        let (arms, flow) = self.end_arms(arms, head, &all);
        (Some(arms), flow)
    }

    /// `webhook METHOD URL { … }`
    pub(super) fn webhook(
        &mut self,
        webhook: ast::Webhook<'_>,
        head: TextRange,
    ) -> (Option<TileKind>, Flow) {
        let pii = Bearer { what: "a webhook", pii: true, deprecated: false };
        let pii = self.cx.marks(webhook.attributes(), pii).pii;
        let url = self.cx.url(webhook.expr(), "a webhook");
        let mut parts = HttpParts::default();
        for part in webhook.webhook_parts() {
            match part {
                ast::WebhookPart::HeaderPart(part) => self.cx.header_part(part, &mut parts),
                ast::WebhookPart::BodyPart(part) => self.cx.body_part(part, &mut parts),
                ast::WebhookPart::TimeoutPart(part) => {
                    self.cx.timeout_part(part, &mut parts.delivery);
                }
                ast::WebhookPart::RetryPart(part) => {
                    self.cx.retry_part(part, &mut parts.delivery);
                }
                ast::WebhookPart::OkArm(_) | ast::WebhookPart::FailedArm(_) => {}
            }
        }
        if !pii {
            let at = webhook.expr().map_or(head, |url| url.range());
            let values = parts.headers.iter().map(|(_, value)| value).chain([&url]);
            for value in values.chain(parts.body.as_ref().map(|(body, _)| body)) {
                let mark = ("the webhook", Mark::Here(at));
                self.cx.keep_private(value, &Sink { what: "a webhook", mark });
            }
        }
        let method = self.cx.method(webhook.http_method());
        if let Some(method) = method {
            self.cx.no_body(method, &parts);
        }
        let (arms, response, flow) = self.webhook_arms(webhook, head);
        let delivery = parts.delivery.finish();
        let body = parts.body.map(|(body, _)| body);
        let request = method.map(|method| HttpRequest {
            method,
            url,
            headers: parts.headers,
            body,
            delivery,
        });
        let kind = request
            .map(|request| TileKind::Webhook(Webhook { request, pii, response, arms }.into()));
        (kind, flow)
    }

    fn webhook_arms(
        &mut self,
        webhook: ast::Webhook<'_>,
        head: TextRange,
    ) -> (Option<Vec<OutcomeArm>>, Option<Response>, Flow) {
        let is_arm = |part: &ast::WebhookPart<'_>| {
            matches!(part, ast::WebhookPart::OkArm(_) | ast::WebhookPart::FailedArm(_))
        };
        if !webhook.webhook_parts().any(|part| is_arm(&part)) {
            return (None, None, Flow::from(head, "this goes on to the end"));
        }
        let mut arms = self.begin_arms();
        let mut response = None;
        for part in webhook.webhook_parts() {
            match part {
                ast::WebhookPart::OkArm(arm) => {
                    let read = arm.response().and_then(|response| self.response(response));
                    let binding = read.as_ref().map(|response| response.binding);
                    let head = outline::head_of(arm.syntax());
                    self.outcome_arm(&mut arms, Outcome::Delivered, arm.block(), head, binding);
                    response = response.or(read);
                }
                ast::WebhookPart::FailedArm(arm) => {
                    let head = outline::head_of(arm.syntax());
                    self.outcome_arm(&mut arms, Outcome::Failed, arm.block(), head, None);
                }
                _ => {}
            }
        }
        let (arms, flow) = self.end_arms(arms, head, &[Outcome::Delivered, Outcome::Failed]);
        (Some(arms), response, flow)
    }

    /// `as reward: { points: int }`
    fn response(&mut self, response: ast::Response<'_>) -> Option<Response> {
        let ty = response.type_ref().map_or(Type::Error, |ty| self.cx.type_ref(ty));
        if let (true, Some(syntax)) = (ty.is_optional(), response.type_ref()) {
            let message = "a response is there or the call has failed";
            let finding = Finding::new(Code::TYPE_MISMATCH, syntax.range(), message);
            self.cx.report(finding.note("let its fields be optional: `{ points: int? }`"));
        }
        let ty = ty.required();
        let name = response.name().filter(|name| self.cx.declare(*name))?;
        let kind = BindingKind::Value(ty.clone());
        let clause = response.range();
        let binding = self.cx.bind(name, clause, kind, None, Vec::new(), false);
        Some(Response { binding, ty })
    }

    fn begin_arms(&mut self) -> Arms {
        self.suspend();
        let start = self.cx.facts.clone();
        let (arms, heads, ways) = (Vec::new(), Vec::new(), Vec::new());
        Arms { arms, heads, ways, start, flow: Flow::Closed }
    }

    fn outcome_arm(
        &mut self,
        arms: &mut Arms,
        outcome: Outcome,
        block: Option<ast::Block<'_>>,
        head: TextRange,
        binding: Option<BindingId>,
    ) {
        if let Some((_, first)) = arms.heads.iter().find(|(known, _)| *known == outcome) {
            let message = "this outcome has an arm already";
            let finding = Finding::new(Code::DUPLICATE_ARM, head, message).label("again");
            self.cx.report(finding.here(*first, "first here"));
        }
        self.cx.facts = arms.start.clone();
        let scope = self.cx.scope.len();
        self.cx.scope.extend(binding);
        let (body, flow) = self.arm_block(block);
        self.cx.scope.truncate(scope);
        let flow = flow.of_arm(head, "after this arm");
        if flow.is_open() {
            arms.ways.push(self.cx.facts.clone());
        }
        let before = std::mem::replace(&mut arms.flow, Flow::Closed);
        arms.flow = before.or(flow);
        arms.heads.push((outcome, head));
        arms.arms.push(OutcomeArm { outcome, body });
    }

    /// An outcome without an arm goes on behind the tile.
    fn end_arms(
        &mut self,
        mut arms: Arms,
        head: TextRange,
        all: &[Outcome],
    ) -> (Vec<OutcomeArm>, Flow) {
        let missing = all.iter().find(|it| !arms.heads.iter().any(|(known, _)| known == *it));
        if let Some(missing) = missing {
            arms.ways.push(arms.start.clone());
            let how = match missing {
                Outcome::Delivered => "where it arrives",
                Outcome::Failed => "where it fails",
                Outcome::Skipped => "where it is skipped",
            };
            arms.flow = arms.flow.or(Flow::from(head, how));
        }
        self.cx.facts = arms.start;
        self.merge(arms.ways);
        (arms.arms, arms.flow)
    }
}
