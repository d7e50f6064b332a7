//! Checks of destinations, and of the requests that actions make.

use super::expr::Facts;
use super::problem::Problem;
use super::shape::Shape;
use super::uses::{Scope, check_use};
use super::{Checked, at, refuse};
use crate::{Action, Delivery, ExprId, HttpRequest, Mail, Program, Request};

/// The most headers of a request.
const MAX_HEADERS: usize = 100;

/// The longest length of time in a delivery, in milliseconds.
const LONGEST: i64 = 30 * 86_400_000;

pub(super) fn check_actions(program: &Program, facts: &[Facts]) -> Checked<()> {
    for (number, action) in (0..=u16::MAX).zip(&program.actions) {
        let outcome = check_action(program, facts, number, action);
        outcome.or_else(|problem| refuse(format!("action `{}`", action.name), problem))?;
    }
    Ok(())
}

fn check_action(
    program: &Program,
    facts: &[Facts],
    number: u16,
    action: &Action,
) -> Result<(), Problem> {
    let destination = usize::from(action.destination);
    let destination = at(&program.destinations, destination, "destination")?;
    if destination.kind != action.request.kind() {
        return Err(Problem::Kind);
    }
    let scope = Scope { action: Some(number), ..Scope::default() };
    match &action.request {
        Request::Log => Ok(()),
        Request::Http(request) => check_http(program, facts, request, scope),
        Request::Mail(mail) => check_mail(program, facts, mail, scope),
    }
}

/// Checks an HTTP request: of an action, or of a webhook tile.
pub(super) fn check_http(
    program: &Program,
    facts: &[Facts],
    request: &HttpRequest,
    scope: Scope,
) -> Result<(), Problem> {
    let text = |id: ExprId, what| {
        check_use(program, facts, id, &Shape::Text, scope)?;
        match at(&program.exprs, id.0 as usize, "expression")?.optional {
            true => Err(Problem::MayBeUnset(what)),
            false => Ok(()),
        }
    };
    text(request.url, "the URL")?;
    if request.headers.len() > MAX_HEADERS {
        let count = request.headers.len();
        return Err(Problem::Limit { what: "headers", count, limit: MAX_HEADERS });
    }
    for (name, value) in &request.headers {
        if !is_header_name(name) {
            return Err(Problem::Header(name.clone()));
        }
        check_use(program, facts, *value, &Shape::Text, scope)?;
    }
    if let Some(body) = request.body {
        let expr = at(&program.exprs, body.0 as usize, "expression")?;
        check_use(program, facts, body, &Shape::of(&expr.ty), scope)?;
    }
    check_delivery(&request.delivery)
}

fn check_mail(
    program: &Program,
    facts: &[Facts],
    mail: &Mail,
    scope: Scope,
) -> Result<(), Problem> {
    for part in [Some(mail.from), Some(mail.to), Some(mail.subject)].into_iter().flatten() {
        if at(&program.exprs, part.0 as usize, "expression")?.optional {
            return Err(Problem::MayBeUnset("an address or subject"));
        }
    }
    let parts = [Some(mail.from), Some(mail.to), Some(mail.subject), mail.reply_to, mail.text];
    for part in parts.into_iter().chain([mail.html]).flatten() {
        check_use(program, facts, part, &Shape::Text, scope)?;
    }
    if mail.text.is_none() && mail.html.is_none() {
        return Err(Problem::Missing("the text of a mail"));
    }
    check_delivery(&mail.delivery)
}

fn check_delivery(delivery: &Delivery) -> Result<(), Problem> {
    let Delivery { timeout, retry, limit } = delivery;
    let positive = |length: i64| (1..=LONGEST).contains(&length);
    if !positive(*timeout) {
        return Err(Problem::Range("a timeout"));
    }
    if !positive(retry.from) || !positive(retry.to) || retry.from > retry.to {
        return Err(Problem::Range("a pause before another attempt"));
    }
    match limit {
        Some(limit) if limit.count == 0 || !positive(limit.per) => Err(Problem::Range("a limit")),
        _ => Ok(()),
    }
}

/// Whether a text can be the name of a header: a token of RFC 9110.
fn is_header_name(name: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(token)
}
