//! What an action sends: the parts of requests and mails, and the names in them.

use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, SyntaxToken, ast};

use crate::Type;
use crate::cx::Cx;
use crate::expr::Role;
use crate::facts::Path;
use crate::findings::Finding;
use crate::index::Definition;
use crate::literals;
use crate::names::NameKind;
use crate::thir::{Delivery, Expr, ExprKind, Method};

/// Most headers of a request.
const MAX_HEADERS: usize = 100;

/// What holds where a destination says nothing: a timeout, and attempts after the first.
pub(crate) const DEFAULT_DELIVERY: Delivery =
    Delivery { timeout: 10_000, retry: (5, 10_000, 600_000), limit: None };

/// The longest timeout.
const MAX_TIMEOUT: i64 = 300_000;

/// The longest pause before another attempt.
const MAX_PAUSE: i64 = 7 * 86_400_000;

/// The most attempts after the first.
const MAX_RETRIES: i64 = 100;

/// Headers that follow from the rest of the request.
const OWN_HEADERS: &[&str] = &["host", "content-length", "transfer-encoding", "connection"];

/// What a name in a request stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A parameter of the action.
    Parameter,
    /// A setting of the destination.
    Setting,
    /// A secret of the destination.
    Secret,
}

/// A name that can stand in a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestName {
    pub(crate) name: Arc<str>,
    pub(crate) part: Part,
    pub(crate) ty: Type,
    /// Where it is declared.
    pub(crate) range: TextRange,
    pub(crate) used: bool,
}

/// The names that can stand in a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestNames {
    pub(crate) names: Vec<RequestName>,
    /// Why secrets may not stand here.
    pub(crate) no_secrets: Option<&'static str>,
    /// The action whose request it is, called `destination.action`.
    pub(crate) action: Arc<str>,
    /// Its destination.
    pub(crate) destination: Arc<str>,
}

impl RequestNames {
    /// Whether a name stands for what those who run the journeys decide.
    pub(crate) fn is_fixed(&self, name: &str) -> bool {
        let found = self.names.iter().find(|known| *known.name == *name);
        found.is_some_and(|known| known.part != Part::Parameter)
    }
}

impl Part {
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Part::Parameter => "the parameter",
            Part::Setting => "the setting",
            Part::Secret => "the secret",
        }
    }
}

/// The parts of an HTTP request but its first line.
#[derive(Debug, Default)]
pub(crate) struct HttpParts {
    pub(crate) headers: Vec<(Arc<str>, Expr)>,
    header_ranges: Vec<TextRange>,
    pub(crate) body: Option<(Expr, TextRange)>,
    pub(crate) delivery: DeliveryParts,
}

/// How a message is delivered, as far as that is said, and where.
#[derive(Debug, Default)]
pub(crate) struct DeliveryParts {
    timeout: Option<(i64, TextRange)>,
    retry: Option<((u32, i64, i64), TextRange)>,
    limit: Option<((u32, i64), TextRange)>,
}

impl DeliveryParts {
    /// With defaults where nothing is said.
    pub(crate) fn finish(&self) -> Delivery {
        Delivery {
            timeout: self.timeout.map_or(DEFAULT_DELIVERY.timeout, |(timeout, _)| timeout),
            retry: self.retry.map_or(DEFAULT_DELIVERY.retry, |(retry, _)| retry),
            limit: self.limit.map(|(limit, _)| limit),
        }
    }
}

impl Cx<'_> {
    /// A parameter, setting or secret of that name.
    pub(crate) fn parameter(&mut self, name: &str, range: TextRange) -> Option<Expr> {
        let request = self.request.as_mut()?;
        let no_secrets = request.no_secrets;
        let found = request.names.iter_mut().find(|known| *known.name == *name)?;
        found.used = true;
        let part = found.part;
        let (name, ty, declared) = (found.name.clone(), found.ty.clone(), found.range);
        self.refer_part(range, part, &name);
        if let (Part::Secret, Some(why)) = (part, no_secrets) {
            let message = format!("the secret `{name}` cannot stand here");
            let finding = Finding::new(Code::SECRET, range, message);
            self.report(finding.here(declared, "the secret").note(why));
            return Some(Expr::error(range));
        }
        if ty == Type::Error {
            return Some(Expr::error(range));
        }
        let id = self.paths.id(Path::Parameter(name.clone()));
        let ty = if self.facts.contains(id) { ty.required() } else { ty };
        Some(Expr::new(ExprKind::Parameter(name), ty, range))
    }

    /// Notes what a name in a request stands for.
    fn refer_part(&self, range: TextRange, part: Part, name: &Arc<str>) {
        let Some(request) = &self.request else { return };
        self.refer(range, || match part {
            Part::Parameter => Definition::Parameter {
                kind: NameKind::Action,
                of: request.action.clone(),
                name: name.clone(),
            },
            Part::Setting => {
                Definition::Setting { destination: request.destination.clone(), name: name.clone() }
            }
            Part::Secret => {
                Definition::Name(NameKind::Secret, format!("{}.{name}", request.destination).into())
            }
        });
    }

    /// The method of a request.
    pub(crate) fn method(&mut self, syntax: Option<ast::HttpMethod<'_>>) -> Option<Method> {
        let method = syntax?;
        Some(match method.source() {
            "get" => Method::Get,
            "post" => Method::Post,
            "put" => Method::Put,
            "patch" => Method::Patch,
            "delete" => Method::Delete,
            _ => return None,
        })
    }

    /// Says that a part stands here a second time.
    pub(crate) fn part_twice(&mut self, what: &str, range: TextRange, first: TextRange) {
        let message = format!("{what} is said twice");
        let finding = Finding::new(Code::BAD_REQUEST, range, message).label("again");
        self.report(finding.here(first, "first here"));
    }

    /// `header "NAME": VALUE`
    pub(crate) fn header_part(&mut self, part: ast::HeaderPart<'_>, parts: &mut HttpParts) {
        let role = Role::new("a header");
        let value = self.typed(part.expr(), &Type::Text.optional(), role);
        let Some(text) = part.header_name().and_then(|name| name.text()) else { return };
        let Some(name) = self.plain_text(text, "the name of a header") else { return };
        let range = text.range();
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let finding = |message: String| Finding::new(Code::BAD_REQUEST, range, message);
        if name.is_empty() || !name.bytes().all(token) {
            let finding = finding(format!("\"{name}\" cannot be the name of a header"));
            self.report(finding.note("it is made of letters, digits and hyphens: `\"X-Api-Key\"`"));
            return;
        }
        if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(&name)) {
            let finding = finding(format!("the header `{name}` follows from the rest"));
            self.report(finding.note("it is set when the request is sent; leave it out"));
            return;
        }
        let known = parts.headers.iter().position(|(known, _)| known.eq_ignore_ascii_case(&name));
        if let Some(first) = known.and_then(|at| parts.header_ranges.get(at)) {
            self.part_twice(&format!("the header `{name}`"), range, *first);
            return;
        }
        if parts.headers.len() == MAX_HEADERS {
            let message = format!("a request has at most {MAX_HEADERS} headers; this is one more");
            self.report(Finding::new(Code::TOO_LARGE, part.range(), message));
        }
        parts.headers.push((name.into(), value));
        parts.header_ranges.push(range);
    }

    /// `body VALUE`
    pub(crate) fn body_part(&mut self, part: ast::BodyPart<'_>, parts: &mut HttpParts) {
        // What is not there is left out of the JSON.
        let before = std::mem::replace(&mut self.optional_fields, true);
        let body = self.untyped(part.expr());
        self.optional_fields = before;
        let body = match body.ty == Type::Unset {
            true => self.set(body),
            false => body,
        };
        match &parts.body {
            Some((_, first)) => self.part_twice("the body", part.range(), *first),
            None => parts.body = Some((body, part.range())),
        }
    }

    /// `timeout 10s`
    pub(crate) fn timeout_part(&mut self, part: ast::TimeoutPart<'_>, parts: &mut DeliveryParts) {
        let range = part.range();
        let timeout = self.length(part.duration_lit_token(), "a timeout", MAX_TIMEOUT, "5m");
        match (parts.timeout, timeout) {
            (Some((_, first)), _) => self.part_twice("the timeout", range, first),
            (None, timeout) => parts.timeout = timeout.map(|timeout| (timeout, range)),
        }
    }

    /// `retry 8 times from 5s to 1h`
    pub(crate) fn retry_part(&mut self, part: ast::RetryPart<'_>, parts: &mut DeliveryParts) {
        let range = part.range();
        let times = self.amount(part.int_lit_token(), "attempts", 0, MAX_RETRIES);
        let mut tokens = part.duration_lit_tokens();
        let what = "a pause before another attempt";
        let from = self.length(tokens.next(), what, MAX_PAUSE, "7d");
        let to = self.length(tokens.next(), what, MAX_PAUSE, "7d");
        if let Some((_, first)) = parts.retry {
            return self.part_twice("`retry`", range, first);
        }
        let (Some(times), Some(from), Some(to)) = (times, from, to) else { return };
        if from > to {
            let message = "the first pause is longer than the last";
            let finding = Finding::new(Code::BAD_REQUEST, range, message);
            self.report(finding.note("pauses grow `from` the first `to` the longest"));
        }
        parts.retry = Some(((times, from, to), range));
    }

    /// `limit 250 per 1s`
    pub(crate) fn limit_part(&mut self, part: ast::LimitPart<'_>, parts: &mut DeliveryParts) {
        let range = part.range();
        let count = self.amount(part.int_lit_token(), "messages", 1, i64::from(u32::MAX));
        let per = self.length(part.duration_lit_token(), "the time of a limit", MAX_PAUSE, "7d");
        match (parts.limit, count, per) {
            (Some((_, first)), ..) => self.part_twice("`limit`", range, first),
            (None, Some(count), Some(per)) => parts.limit = Some(((count, per), range)),
            _ => {}
        }
    }

    /// A length of time in a part of a request.
    fn length(
        &mut self,
        token: Option<SyntaxToken<'_>>,
        what: &str,
        most: i64,
        most_shown: &str,
    ) -> Option<i64> {
        let token = token?;
        let millis = self.duration_literal(token)?;
        if millis <= 0 || millis > most {
            let message = format!("{what} is longer than nothing and at most {most_shown}");
            self.report(Finding::new(Code::BAD_REQUEST, token.range(), message));
            return None;
        }
        Some(millis)
    }

    /// A number in a part of a request.
    fn amount(
        &mut self,
        token: Option<SyntaxToken<'_>>,
        what: &str,
        least: i64,
        most: i64,
    ) -> Option<u32> {
        let token = token?;
        let value = literals::int(token.text(), false).ok();
        let value = value.filter(|value| (least..=most).contains(value));
        if value.is_none() {
            let message = format!("{what}: from {least} to {most}");
            self.report(Finding::new(Code::BAD_REQUEST, token.range(), message));
        }
        value.and_then(|value| u32::try_from(value).ok())
    }
}
