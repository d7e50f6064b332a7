//! Destinations: settings, secrets, actions, and what these send.

use std::collections::BTreeSet;
use std::sync::Arc;

use journey_base::{Code, TextRange};
use journey_syntax::{AstNode, ast};

use crate::attributes::Bearer;
use crate::cx::{Cx, Outcome, Stage, did_you_mean};
use crate::db::Db;
use crate::declarations::lenient;
use crate::expr::Role;
use crate::findings::Finding;
use crate::items::{Item, declaration};
use crate::names::NameKind;
use crate::requests::{DeliveryParts, HttpParts, Part, RequestName, RequestNames};
use crate::suggest::Candidate;
use crate::table;
use crate::thir::{HttpRequest, Mail, Request, RequestKind};
use crate::types::{FieldRole, FieldSyntax};
use crate::view::View;
use crate::{ActionType, DestinationKind, DestinationType, Field, Type};

/// A destination with its actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DestinationInfo {
    pub(crate) ty: DestinationType,
    pub(crate) actions: Vec<ActionType>,
    pub(crate) requests: Vec<Arc<Request>>,
}

/// Settings by which every SMTP destination says where mail is handed in.
const MAIL_SETTINGS: &[&str] = &["host", "port", "tls", "username"];

/// The secret that goes with `username`.
const PASSWORD: &str = "password";

/// The check of one destination.
struct Checker<'a> {
    cx: Cx<'a>,
    /// What it is called.
    name: Arc<str>,
    /// Settings and secrets.
    names: Vec<RequestName>,
    /// Settings and secrets that some action speaks of.
    used: BTreeSet<Arc<str>>,
}

/// A destination's declaration.
#[salsa::tracked]
pub(crate) fn check_destination<'db>(db: &'db dyn Db, item: Item<'db>) -> Outcome<DestinationInfo> {
    destination(View::of(db, item))
}

/// A destination's declaration, seen so.
pub(crate) fn destination(view: View<'_>) -> Outcome<DestinationInfo> {
    let mut cx = Cx::new(view, Stage::Constant);
    let decl: Option<ast::DestinationDecl<'_>> = declaration(view.tree);
    cx.style_of(decl.and_then(|decl| decl.name()));
    let kind = match decl.and_then(|decl| decl.destination_kind()) {
        Some(kind) => cx.destination_kind(kind),
        None => Some(DestinationKind::Http),
    };
    let name = view.item.name(view.db);
    let mut checker = Checker { cx, name: name.clone(), names: Vec::new(), used: BTreeSet::new() };
    let settings = decl.map(|decl| checker.settings(decl)).unwrap_or_default();
    let secrets = decl.map(|decl| checker.secrets(decl)).unwrap_or_default();
    let (mut actions, mut requests) = (Vec::new(), Vec::new());
    for action in decl.into_iter().flat_map(table::actions) {
        let Some((ty, request)) = checker.action(action, &name, kind) else { continue };
        actions.push(ty);
        requests.extend(request.map(Arc::new));
    }
    if let (Some(kind), Some(decl)) = (kind, decl) {
        checker.whole(decl, kind);
    }
    let kind = kind.unwrap_or(DestinationKind::Log);
    let ty = DestinationType { name, kind, settings, secrets };
    lenient(checker.cx, DestinationInfo { ty, actions, requests })
}

impl Cx<'_> {
    fn destination_kind(&mut self, syntax: ast::DestinationKind<'_>) -> Option<DestinationKind> {
        let name = syntax.name()?;
        match name.source() {
            "http" => return Some(DestinationKind::Http),
            "smtp" => return Some(DestinationKind::Smtp),
            "log" => return Some(DestinationKind::Log),
            _ => {}
        }
        let message = format!("there is no destination of the kind `{}`", name.source());
        let finding = Finding::new(Code::UNKNOWN_NAME, name.range(), message);
        let kinds = ["http", "smtp", "log"].map(Candidate::new);
        self.report(did_you_mean(finding, name.source(), &kinds, "kinds"));
        None
    }
}

impl Checker<'_> {
    fn settings(&mut self, decl: ast::DestinationDecl<'_>) -> Vec<Field> {
        let settings = decl.destination_items().filter_map(|item| match item {
            ast::DestinationItem::SettingDecl(setting) => Some(setting),
            _ => None,
        });
        let settings: Vec<_> = settings.collect();
        let ranges: Vec<(Arc<str>, TextRange)> = settings
            .iter()
            .filter_map(|setting| setting.any_name())
            .map(|name| (name.source().into(), name.range()))
            .collect();
        let fields = settings.into_iter().map(FieldSyntax::from).collect();
        let fields = self.cx.fields(fields, FieldRole::Setting);
        for field in &fields {
            let range = ranges.iter().find(|(name, _)| *name == field.name);
            let range = range.map_or(TextRange::default(), |(_, range)| *range);
            self.names.push(RequestName {
                name: field.name.clone(),
                part: Part::Setting,
                ty: field.ty.clone(),
                range,
                used: false,
            });
        }
        fields
    }

    fn secrets(&mut self, decl: ast::DestinationDecl<'_>) -> Vec<Arc<str>> {
        let mut secrets: Vec<Arc<str>> = Vec::new();
        for item in decl.destination_items() {
            let ast::DestinationItem::SecretDecl(secret) = item else { continue };
            let Some(name) = secret.name() else { continue };
            let (text, range): (Arc<str>, _) = (name.source().into(), name.range());
            self.cx.style(&text, range);
            if let Some(known) = self.names.iter().find(|known| known.name == text) {
                let first = known.range;
                self.cx.twice("the name", &text, range, first);
                continue;
            }
            self.names.push(RequestName {
                name: text.clone(),
                part: Part::Secret,
                ty: Type::Text,
                range,
                used: false,
            });
            secrets.push(text);
        }
        secrets
    }

    fn action(
        &mut self,
        action: ast::ActionDecl<'_>,
        destination: &str,
        kind: Option<DestinationKind>,
    ) -> Option<(ActionType, Option<Request>)> {
        self.cx.style_of(action.name());
        let marks = self.cx.marks(action.attributes(), Bearer::name("an action"));
        let syntax: Vec<ast::Param<'_>> =
            action.param_list().into_iter().flat_map(|list| list.params()).collect();
        let ranges: Vec<(Arc<str>, TextRange)> = syntax
            .iter()
            .filter_map(|param| param.any_name())
            .map(|name| (name.source().into(), name.range()))
            .collect();
        let params = syntax.into_iter().map(FieldSyntax::from).collect();
        let params = self.cx.fields(params, FieldRole::Parameter);
        let policy = action.under().and_then(|under| self.cx.policy(under.name()?));
        let name = action.name()?;
        let full: Arc<str> = format!("{destination}.{}", name.source()).into();
        let request = match kind {
            None => None,
            Some(DestinationKind::Log) => {
                self.log(action);
                None
            }
            Some(kind) => {
                self.enter(&full, &params, &ranges, kind);
                let request = match kind {
                    DestinationKind::Smtp => {
                        self.mail(action).map(|mail| RequestKind::Mail(mail.into()))
                    }
                    _ => self.http(action).map(|http| RequestKind::Http(http.into())),
                };
                self.leave();
                request
            }
        };
        let request = request.map(|kind| Request { action: full.clone(), kind });
        let kind = kind.unwrap_or(DestinationKind::Log);
        Some((ActionType { name: full, kind, params, policy, marks }, request))
    }

    /// Puts the names of a request into scope.
    fn enter(
        &mut self,
        action: &Arc<str>,
        params: &[Field],
        ranges: &[(Arc<str>, TextRange)],
        kind: DestinationKind,
    ) {
        let mut names: Vec<RequestName> = Vec::new();
        for param in params {
            let range = ranges.iter().find(|(name, _)| *name == param.name);
            let range = range.map_or(TextRange::default(), |(_, range)| *range);
            if let Some(hidden) = self.names.iter().find(|known| known.name == param.name) {
                let what = hidden.part.noun();
                let message = format!("`{}` hides {what} of this name", param.name);
                let finding = Finding::new(Code::SHADOWED, range, message);
                self.cx.report(finding.here(hidden.range, "this one"));
            }
            names.push(RequestName {
                name: param.name.clone(),
                part: Part::Parameter,
                ty: param.ty.clone(),
                range,
                used: false,
            });
        }
        names.extend(self.names.iter().cloned());
        let no_secrets = (kind == DestinationKind::Smtp).then_some(
            "everybody whom a mail passes can read it; the secret of a mail destination is its \
             `password`",
        );
        self.cx.request = Some(RequestNames {
            names,
            no_secrets,
            action: action.clone(),
            destination: self.name.clone(),
        });
        self.cx.stage = Stage::Request;
    }

    /// Takes the names out of scope again. Parameters that nothing is made of are reported.
    fn leave(&mut self) {
        self.cx.stage = Stage::Constant;
        let Some(request) = self.cx.request.take() else { return };
        for name in request.names {
            match (name.part, name.used) {
                (Part::Parameter, false) => self.unused(&name),
                (Part::Parameter, true) | (_, false) => {}
                (_, true) => {
                    self.used.insert(name.name);
                }
            }
        }
    }

    fn unused(&mut self, name: &RequestName) {
        if name.name.starts_with('_') || !self.cx.mistakes.is_empty() {
            return;
        }
        let message = format!("{} `{}` is never used", name.part.noun(), name.name);
        let finding = Finding::new(Code::UNUSED, name.range, message);
        self.cx.report(finding.note("put it into the URL, a header or the body, or remove it"));
    }

    /// A log writes the arguments and takes nothing else.
    fn log(&mut self, action: ast::ActionDecl<'_>) {
        let Some(body) = action.action_body() else { return };
        let message = "an action of a log destination sends nothing: its arguments are the line";
        let finding = Finding::new(Code::BAD_REQUEST, body.range(), message);
        self.cx.structural(finding.guess("remove it", body.range(), ""));
    }

    fn http(&mut self, action: ast::ActionDecl<'_>) -> Option<HttpRequest> {
        let mut parts = HttpParts::default();
        let mut line: Option<ast::RequestLine<'_>> = None;
        let syntax = action.action_body().into_iter().flat_map(|body| body.request_parts());
        for part in syntax {
            match part {
                ast::RequestPart::RequestLine(again) => match line {
                    Some(first) => {
                        self.cx.part_twice("the request", again.range(), first.range());
                    }
                    None => line = Some(again),
                },
                ast::RequestPart::HeaderPart(part) => self.cx.header_part(part, &mut parts),
                ast::RequestPart::BodyPart(part) => self.cx.body_part(part, &mut parts),
                ast::RequestPart::MailPart(part) => self.no_mail(part),
                ast::RequestPart::TimeoutPart(part) => {
                    self.cx.timeout_part(part, &mut parts.delivery);
                }
                ast::RequestPart::RetryPart(part) => {
                    self.cx.retry_part(part, &mut parts.delivery);
                }
                ast::RequestPart::LimitPart(part) => {
                    self.cx.limit_part(part, &mut parts.delivery);
                }
            }
        }
        let Some(line) = line else {
            let range = action.name().map_or_else(|| action.range(), |name| name.range());
            let message = "this action does not say what it requests";
            let finding = Finding::new(Code::BAD_REQUEST, range, message);
            self.cx.structural(finding.note(
                "begin its body with a method and a URL: `post \"https://api.example.com/send\"`; a \
                 destination that only writes a line is of the kind `log`",
            ));
            return None;
        };
        let url = self.cx.url(line.expr(), "a request");
        let method = self.cx.method(line.http_method())?;
        self.cx.no_body(method, &parts);
        let delivery = parts.delivery.finish();
        let body = parts.body.map(|(body, _)| body);
        Some(HttpRequest { method, url, headers: parts.headers, body, delivery })
    }

    fn no_mail(&mut self, part: ast::MailPart<'_>) {
        self.cx.untyped(part.expr());
        let name = part.mail_field().map_or("", |field| field.source());
        let message = format!("a request has no `{name}`");
        let finding = Finding::new(Code::BAD_REQUEST, part.range(), message);
        self.cx.report(finding.note(
            "this is a part of a mail, which a destination of the kind `smtp` sends; a request has \
             `header`s and a `body`",
        ));
    }

    fn mail(&mut self, action: ast::ActionDecl<'_>) -> Option<Mail> {
        let mut delivery = DeliveryParts::default();
        let mut fields: Vec<(&str, crate::thir::Expr, TextRange)> = Vec::new();
        let syntax = action.action_body().into_iter().flat_map(|body| body.request_parts());
        for part in syntax {
            match part {
                ast::RequestPart::MailPart(part) => {
                    let Some(name) = part.mail_field().map(|field| field.source()) else {
                        continue;
                    };
                    let needed = matches!(name, "from" | "to" | "subject");
                    let ty = if needed { Type::Text } else { Type::Text.optional() };
                    let what = format!("`{name}`");
                    let value = self.cx.typed(part.expr(), &ty, Role::new(&what));
                    match fields.iter().find(|(known, ..)| *known == name) {
                        Some((.., first)) => self.cx.part_twice(&what, part.range(), *first),
                        None => fields.push((name, value, part.range())),
                    }
                }
                ast::RequestPart::TimeoutPart(part) => self.cx.timeout_part(part, &mut delivery),
                ast::RequestPart::RetryPart(part) => self.cx.retry_part(part, &mut delivery),
                ast::RequestPart::LimitPart(part) => self.cx.limit_part(part, &mut delivery),
                ast::RequestPart::RequestLine(part) => self.no_request(part.range(), "URL"),
                ast::RequestPart::HeaderPart(part) => self.no_request(part.range(), "header"),
                ast::RequestPart::BodyPart(part) => self.no_request(part.range(), "body"),
            }
        }
        let has = |name: &str| fields.iter().any(|(known, ..)| *known == name);
        let mut missing: Vec<&str> =
            ["from", "to", "subject"].into_iter().filter(|name| !has(name)).collect();
        if !has("text") && !has("html") {
            missing.push("text");
        }
        if !missing.is_empty() {
            let range = action.name().map_or_else(|| action.range(), |name| name.range());
            let names = crate::suggest::list_all(&missing);
            let message = format!("this mail lacks {names}");
            let finding = Finding::new(Code::BAD_REQUEST, range, message);
            self.cx.structural(
                finding.note("a mail has `from`, `to`, `subject`, and `text`, `html` or both"),
            );
        }
        let mut take = |name: &str| {
            let at = fields.iter().position(|(known, ..)| *known == name)?;
            Some(fields.swap_remove(at).1)
        };
        let (from, to, subject) = (take("from"), take("to"), take("subject"));
        let (reply_to, text, html) = (take("reply_to"), take("text"), take("html"));
        let delivery = delivery.finish();
        Some(Mail { from: from?, to: to?, reply_to, subject: subject?, text, html, delivery })
    }

    fn no_request(&mut self, range: TextRange, what: &str) {
        let message = format!("a mail has no {what}");
        let finding = Finding::new(Code::BAD_REQUEST, range, message);
        self.cx.report(finding.note(
            "it has `from`, `to`, `reply_to`, `subject`, `text` and `html`; requests are made by a \
             destination without a kind",
        ));
    }

    /// What concerns the destination as a whole.
    fn whole(&mut self, decl: ast::DestinationDecl<'_>, kind: DestinationKind) {
        let names = std::mem::take(&mut self.names);
        if kind == DestinationKind::Smtp {
            self.mail_server(decl, &names);
        }
        for name in &names {
            let own = kind == DestinationKind::Smtp
                && (MAIL_SETTINGS.contains(&&*name.name) || *name.name == *PASSWORD);
            if kind == DestinationKind::Log {
                let message = format!("{} `{}` is of no use to a log", name.part.noun(), name.name);
                let finding = Finding::new(Code::BAD_REQUEST, name.range, message);
                self.cx.structural(finding.note("a log only writes the arguments of its actions"));
            } else if !own && !self.used.contains(&name.name) {
                self.unused(name);
            }
        }
    }

    /// Where mail is handed in: settings with names and types that every mail destination shares.
    fn mail_server(&mut self, decl: ast::DestinationDecl<'_>, names: &[RequestName]) {
        let at = decl.name().map_or_else(|| decl.range(), |name| name.range());
        let find = |name: &str, part: Part| {
            names.iter().find(|known| *known.name == *name && known.part == part)
        };
        if find("host", Part::Setting).is_none() {
            let message = "a mail destination says which server takes its mail";
            let finding = Finding::new(Code::BAD_REQUEST, at, message);
            let brace = decl.l_brace_token().map_or(at.end, |token| token.range().end);
            self.cx.structural(finding.guess(
                "add a setting for it",
                TextRange::empty(brace),
                "\n  setting host: text = \"smtp.example.com\"",
            ));
        }
        let tls: Type = Type::Enum(["starttls", "implicit", "none"].map(Arc::from).into());
        for (name, wanted) in
            [("host", Type::Text), ("port", Type::Int), ("tls", tls), ("username", Type::Text)]
        {
            let Some(setting) = find(name, Part::Setting) else { continue };
            let same = match (&setting.ty.required(), &wanted) {
                (Type::Enum(found), Type::Enum(known)) => {
                    found.iter().all(|member| known.contains(member))
                }
                (found, wanted) => found == wanted || *found == Type::Error,
            };
            if !same {
                let message = format!(
                    "the setting `{name}` of a mail destination is {}, and this is {}",
                    wanted.with_article(),
                    setting.ty.with_article()
                );
                self.cx.report(Finding::new(Code::TYPE_MISMATCH, setting.range, message));
            }
        }
        match (find("username", Part::Setting), find(PASSWORD, Part::Secret)) {
            (Some(user), None) => {
                let message = "a `username` goes with a `secret password`";
                self.cx.structural(Finding::new(Code::BAD_REQUEST, user.range, message));
            }
            (None, Some(password)) => {
                let message = "a `password` goes with a `setting username: text`";
                self.cx.structural(Finding::new(Code::BAD_REQUEST, password.range, message));
            }
            _ => {}
        }
    }
}

impl Cx<'_> {
    /// A `get` asks and brings nothing along.
    pub(crate) fn no_body(&mut self, method: crate::thir::Method, parts: &HttpParts) {
        if let (crate::thir::Method::Get, Some((_, range))) = (method, &parts.body) {
            let message = "a `get` has no body";
            let finding = Finding::new(Code::BAD_REQUEST, *range, message);
            self.report(finding.note("put values into the URL, or `post` them"));
        }
    }

    /// Says that a name is a secret, if it is one of some destination.
    pub(crate) fn is_secret(&mut self, name: &str, range: TextRange) -> bool {
        let db = self.db;
        let holds =
            |full: &Candidate| full.name.split_once('.').is_some_and(|(_, secret)| secret == name);
        let known = table::candidates(db, NameKind::Secret);
        let Some(found) = known.iter().find(|known| holds(known)) else { return false };
        self.secret(&found.name, range);
        true
    }

    /// The same for `destination.secret`.
    pub(crate) fn is_secret_of(&mut self, destination: &str, name: &str, range: TextRange) -> bool {
        if !self.exists(NameKind::Destination, destination) {
            return false;
        }
        let full = format!("{destination}.{name}");
        let found = self.exists(NameKind::Secret, &full);
        if found {
            self.secret(&full, range);
        }
        found
    }

    /// Says that a secret, called `destination.secret`, cannot stand here.
    pub(crate) fn secret(&mut self, full: &str, range: TextRange) {
        let message = format!("the secret `{full}` cannot stand here");
        let finding = Finding::new(Code::SECRET, range, message);
        let place = crate::cx::declaration_of(NameKind::Secret, full);
        self.report(finding.at(place, "the secret is declared here").note(
            "a secret leaves only in the URL, a header or the body of a request of its own \
             destination",
        ));
    }
}
