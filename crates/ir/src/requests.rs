//! What actions send: their requests, compiled over a row of parameters, settings and secrets.

use std::sync::Arc;

use journey_bytecode as bc;
use journey_sema::Type;
use journey_sema::thir::{self, Expr, RequestKind};

use crate::LowerError;
use crate::lowering::{Lowering, RequestOf, Scope};

impl Lowering<'_> {
    /// Gives each action what it sends.
    pub(crate) fn requests(&mut self, program: &mut bc::Program) -> Result<(), LowerError> {
        let checked = self.checked;
        for request in &checked.requests {
            self.item = format!("action {}", request.action);
            let Some(number) = self.names.action(&request.action) else {
                return Err(self.unchecked("unknown action"));
            };
            let slots = self.request_slots(number);
            let action = Some(RequestOf { action: number, slots: &slots });
            let scope = Scope { action, ..Scope::default() };
            let compiled = match &request.kind {
                RequestKind::Http(http) => bc::Request::Http(self.http(http, scope)?),
                RequestKind::Mail(mail) => bc::Request::Mail(self.mail(mail, scope)?),
            };
            if let Some(action) = program.actions.get_mut(usize::from(number)) {
                action.request = compiled;
            }
        }
        Ok(())
    }

    /// What the request of an action is made of: parameters, then the settings and the secrets of
    /// its destination.
    fn request_slots(&self, action: u16) -> Vec<(Arc<str>, Type)> {
        let schema = &self.checked.schema;
        let Some(action) = schema.actions.get(usize::from(action)) else { return Vec::new() };
        let destination = action.name.split_once('.').map(|(name, _)| name).and_then(|name| {
            schema.destinations.iter().find(|destination| *destination.name == *name)
        });
        let settings = destination.into_iter().flat_map(|destination| &destination.settings);
        let secrets = destination.into_iter().flat_map(|destination| &destination.secrets);
        let fields = action.params.iter().chain(settings);
        let fields = fields.map(|field| (field.name.clone(), field.ty.clone()));
        fields.chain(secrets.map(|name| (name.clone(), Type::Text))).collect()
    }

    /// An HTTP request, of an action or a webhook.
    pub(crate) fn http(
        &mut self,
        request: &thir::HttpRequest,
        scope: Scope<'_>,
    ) -> Result<bc::HttpRequest, LowerError> {
        let url = self.text(&request.url, scope)?;
        let mut headers = Vec::with_capacity(request.headers.len());
        for (name, value) in &request.headers {
            headers.push((name.to_string(), self.text(value, scope)?));
        }
        let body = match &request.body {
            Some(body) => Some(self.value(body, None, scope)?),
            None => None,
        };
        Ok(bc::HttpRequest {
            method: match request.method {
                thir::Method::Get => bc::Method::Get,
                thir::Method::Post => bc::Method::Post,
                thir::Method::Put => bc::Method::Put,
                thir::Method::Patch => bc::Method::Patch,
                thir::Method::Delete => bc::Method::Delete,
            },
            url,
            headers,
            body,
            delivery: delivery(request.delivery),
        })
    }

    fn mail(&mut self, mail: &thir::Mail, scope: Scope<'_>) -> Result<bc::Mail, LowerError> {
        let mut part = |part: &Option<Expr>| match part {
            Some(part) => self.text(part, scope).map(Some),
            None => Ok(None),
        };
        let (reply_to, text, html) = (part(&mail.reply_to)?, part(&mail.text)?, part(&mail.html)?);
        Ok(bc::Mail {
            from: self.text(&mail.from, scope)?,
            to: self.text(&mail.to, scope)?,
            reply_to,
            subject: self.text(&mail.subject, scope)?,
            text,
            html,
            delivery: delivery(mail.delivery),
        })
    }

    fn text(&mut self, expr: &Expr, scope: Scope<'_>) -> Result<bc::ExprId, LowerError> {
        self.value(expr, Some(&bc::Type::Text), scope)
    }
}

fn delivery(delivery: thir::Delivery) -> bc::Delivery {
    let (times, from, to) = delivery.retry;
    bc::Delivery {
        timeout: delivery.timeout,
        retry: bc::Retry { times, from, to },
        limit: delivery.limit.map(|(count, per)| bc::Limit { count, per }),
    }
}
