//! Steps about what is outside: how webhooks answer, what fails, what was called.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use super::Checker;
use crate::Type;
use crate::cx::Stage;
use crate::expr::Role;
use crate::findings::Finding;
use crate::index::InnerKind;
use crate::journey::{check_journey, find_webhook};
use crate::names::NameKind;
use crate::table;
use crate::thir::{Step, Webhook};

impl Checker<'_> {
    /// `respond LABEL …`
    pub(super) fn respond(&mut self, step: ast::RespondStep<'_>) -> Option<Step> {
        let label = self.asking(step.name())?;
        let webhook = self.webhook(&label)?;
        let at = step.name().map_or_else(|| step.range(), |name| name.range());
        let Some(webhook) = webhook else { return self.no_webhook(&label, at) };
        let Some(response) = webhook.response else {
            let message = format!("nothing is read of the response to `{label}`");
            let finding = Finding::new(Code::TEST_STEP, at, message);
            let note = "it arrives where nothing is said; `fail` lets it fail";
            self.cx.report(finding.note(note));
            return None;
        };
        let what = format!("the response to `{label}`");
        let value = self.cx.at_stage(Stage::Constant, |cx| {
            cx.constant(step.expr(), &response.ty, Role::new(&what))
        })?;
        Some(Step::Respond(label, value))
    }

    /// `fail LABEL (with STATUS)? (N times)?`
    pub(super) fn fail(&mut self, step: ast::FailStep<'_>) -> Option<Step> {
        let label = self.asking(step.name())?;
        let status = match step.with_status().and_then(|with| with.int_lit_token()) {
            Some(token) => {
                let status = crate::literals::int(token.text(), false).ok();
                let status = status.filter(|status| (100..600).contains(status));
                if status.is_none() {
                    let message = "a status is a number from 100 to 599";
                    self.cx.report(Finding::new(Code::TEST_STEP, token.range(), message));
                    return None;
                }
                status.and_then(|status| u16::try_from(status).ok())
            }
            None => None,
        };
        match step.times().map(|times| self.times(times)) {
            Some(None) => None,
            times => Some(Step::Fail { label, status, times: times.flatten() }),
        }
    }

    /// `expect webhook LABEL {…}? (N times)?`
    pub(super) fn expect_webhook(&mut self, step: ast::ExpectWebhook<'_>) -> Option<Step> {
        let label = self.asking(step.name())?;
        let times = match step.times().map(|times| self.times(times)) {
            Some(None) => return None,
            times => times.flatten(),
        };
        let webhook = self.webhook(&label)?;
        let at = step.name().map_or_else(|| step.range(), |name| name.range());
        let Some(webhook) = webhook else { return self.no_webhook(&label, at) };
        let mut fields = Vec::new();
        if let Some(assignments) = step.assignments() {
            let body = webhook.request.body.map(|body| body.ty.required());
            let Some(Type::Record(known)) = body else {
                let message = format!("the body of `{label}` has no fields");
                self.cx.report(Finding::new(Code::TEST_STEP, assignments.range(), message));
                return None;
            };
            let what = format!("the body of `{label}`");
            let given = self.cx.at_stage(Stage::Constant, |cx| {
                let all = assignments.assignments().collect();
                cx.assigned(all, &known, &what, |cx, field, _, syntax| {
                    let what = format!("the field `{}`", field.name);
                    cx.constant(Some(syntax), &field.ty, Role::new(&what))
                })
            });
            for (value, field) in given.into_iter().zip(known.iter()) {
                if let Some((value, _)) = value {
                    fields.push((field.name.clone(), value?));
                }
            }
        }
        Some(Step::ExpectWebhook { label, fields, times })
    }

    /// `expect no webhook LABEL`
    pub(super) fn expect_no_webhook(&mut self, name: Option<ast::Name<'_>>) -> Option<Step> {
        let label = self.asking(name)?;
        let at = name.map_or_else(TextRange::default, |name| name.range());
        match self.webhook(&label)? {
            Some(_) => Some(Step::ExpectNoWebhook(label)),
            None => self.no_webhook(&label, at),
        }
    }

    /// The label of a webhook or send.
    fn asking(&mut self, name: Option<ast::Name<'_>>) -> Option<Arc<str>> {
        let labels = self.journey.as_ref().map(|(_, outline)| outline.asking.clone());
        self.named(name, labels, InnerKind::Label, "webhook or send with the label", "labels")
    }

    /// The webhook of a label: none of a send, and nothing where the journey has a mistake.
    fn webhook(&mut self, label: &str) -> Option<Option<Webhook>> {
        let (name, _) = self.journey.as_ref()?;
        let site = table::declaring(self.cx.db, NameKind::Journey, name)?;
        let journey = check_journey(self.cx.db, site.item).value.clone()?;
        Some(find_webhook(&journey.body, label).cloned())
    }

    fn no_webhook(&mut self, label: &str, range: TextRange) -> Option<Step> {
        let message = format!("`{label}` is no webhook");
        let finding = Finding::new(Code::TEST_STEP, range, message);
        self.cx
            .report(finding.note("a message arrives where nothing is said; `fail` lets it fail"));
        None
    }
}
