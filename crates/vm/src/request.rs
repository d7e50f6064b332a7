//! What leaves: requests, mails and lines, made of an action and its arguments.
//!
//! A message is made when it is delivered. What its destination is told from outside, settings and
//! secrets, is asked for then, by name, and never kept.

use std::fmt;

use journey_bytecode::{Action, Const, Delivery, Destination, HttpRequest, Mail, Method};
use journey_bytecode::{ExprId, Request, Slot, Type};

use crate::eval::{Eval, eval};
use crate::history::History;
use crate::{Bits, Fault, ProgramSet, Row, Scratch, Val, json};

/// What a destination is told from outside.
pub trait Outside {
    /// The value of a setting; none means its default.
    fn setting(&self, destination: &str, setting: &Slot) -> Option<Const>;

    /// A secret.
    fn secret(&self, destination: &str, name: &str) -> Option<String>;
}

/// Knows no secret, and leaves every setting at its default.
impl Outside for () {
    fn setting(&self, _: &str, _: &Slot) -> Option<Const> {
        None
    }

    fn secret(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

/// A message, ready to leave.
#[derive(Debug, Clone, PartialEq)]
pub enum Rendered {
    /// A line of a log: one JSON object. Personal data is left out of it.
    Line(String),
    /// An HTTP request.
    Http(HttpMessage),
    /// A mail.
    Mail(MailMessage),
}

/// An HTTP request, ready to leave. It may hold secrets and personal data, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpMessage {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: String,
    /// Headers in order. There is a `Content-Type` if there is a body.
    pub headers: Vec<(String, String)>,
    /// What is sent along.
    pub body: Option<String>,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// A mail, ready to leave. It holds personal data, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct MailMessage {
    /// Where it is handed in.
    pub server: MailServer,
    /// Whom it is from.
    pub from: String,
    /// Whom it is to.
    pub to: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The subject.
    pub subject: String,
    /// The mail as plain text.
    pub text: Option<String>,
    /// The mail as HTML.
    pub html: Option<String>,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// A server that takes mail. `Debug` does not show user and password.
#[derive(Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `starttls`, `implicit` or `none`.
    pub tls: String,
    /// User and password, if it asks for them.
    pub login: Option<(String, String)>,
}

impl fmt::Debug for HttpMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("HttpMessage")
            .field("method", &self.method)
            .field("headers", &names)
            .field("body", &self.body.as_ref().map(String::len))
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for MailMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailMessage")
            .field("server", &self.server)
            .field("text", &self.text.as_ref().map(String::len))
            .field("html", &self.html.as_ref().map(String::len))
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("login", &self.login.is_some())
            .finish()
    }
}

/// Why a message cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// No such action.
    #[error("there is no such action")]
    UnknownAction,
    /// A setting without a default was not set.
    #[error("the setting `{destination}.{name}` is not set")]
    MissingSetting {
        /// Of which destination.
        destination: String,
        /// Which.
        name: String,
    },
    /// A setting of another type.
    #[error("the setting `{destination}.{name}` is of another type")]
    WrongSetting {
        /// Of which destination.
        destination: String,
        /// Which.
        name: String,
    },
    /// A secret that nobody knows.
    #[error("the secret `{destination}.{name}` is not known")]
    MissingSecret {
        /// Of which destination.
        destination: String,
        /// Which.
        name: String,
    },
    /// Not the URL of a request.
    #[error("the URL does not begin with http:// or https://")]
    Url,
    /// A part could not be computed.
    #[error("{0}")]
    Fault(#[from] Fault),
}

/// An HTTP request with all its values.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: &'a str,
    /// Headers in order. There is a `Content-Type` if there is a body.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is sent along, with its type.
    pub body: Option<(&'a Type, Val<'a>)>,
    /// How it is delivered.
    pub delivery: Delivery,
}

impl Call<'_> {
    /// What is sent along: a text as it is, anything else as JSON.
    pub fn body_text(&self) -> Option<String> {
        let (ty, value) = self.body?;
        let mut out = String::new();
        match value {
            Val::Text(text) => out.push_str(text),
            value => json::write(&mut out, ty, value, json::Form::Wire),
        }
        Some(out)
    }
}

/// Makes the message of an action. `args` are by parameter, as [`Effect::Sent`](crate::Effect)
/// gives them.
pub fn render(
    set: &ProgramSet,
    action: u16,
    args: &[(u16, Val<'_>)],
    outside: &dyn Outside,
    scratch: &Scratch,
) -> Result<Rendered, RenderError> {
    let program = set.program();
    let declared = program.actions.get(usize::from(action)).ok_or(RenderError::UnknownAction)?;
    let destination = program.destinations.get(usize::from(declared.destination));
    let destination = destination.ok_or(RenderError::UnknownAction)?;
    if declared.request == Request::Log {
        return Ok(Rendered::Line(line(destination, declared, args)));
    }
    let row = row(destination, declared, args, outside)?;
    let (traits, audiences) = (Row::nothing(), Bits::default());
    let ctx = Eval {
        arena: scratch.arena(),
        now: 0,
        customer: "",
        traits: &traits,
        audiences: &audiences,
        event: None,
        locals: Some(&row),
        entered: None,
        history: History { windows: &[], tallies: &[] },
    };
    match &declared.request {
        Request::Http(request) => {
            let call = call(set, request, &ctx)?;
            if !call.url.starts_with("https://") && !call.url.starts_with("http://") {
                return Err(RenderError::Url);
            }
            Ok(Rendered::Http(HttpMessage {
                method: call.method,
                url: call.url.to_owned(),
                headers: owned(call.headers),
                body: call.body_text(),
                delivery: call.delivery,
            }))
        }
        Request::Mail(mail) => {
            let server = server(destination, outside)?;
            Ok(Rendered::Mail(message(set, mail, server, &ctx)?))
        }
        Request::Log => Err(RenderError::UnknownAction),
    }
}

/// The parameters, then the settings and the secrets of the destination.
fn row(
    destination: &Destination,
    action: &Action,
    args: &[(u16, Val<'_>)],
    outside: &dyn Outside,
) -> Result<Row, RenderError> {
    let (params, settings) = (action.params.len(), destination.settings.len());
    let mut row = Row::new(params + settings + destination.secrets.len());
    for (param, value) in args.iter().filter(|(param, _)| usize::from(*param) < params) {
        row.set(*param, *value);
    }
    let slots = (0..=u16::MAX).skip(params);
    for (slot, setting) in slots.zip(&destination.settings) {
        match self::setting(destination, setting, outside)? {
            Some(value) => row.set_const(slot, &value),
            None => row.clear_slot(slot),
        }
    }
    for (slot, name) in (0..=u16::MAX).skip(params + settings).zip(&destination.secrets) {
        row.set_text(slot, &secret(destination, name, outside)?);
    }
    Ok(row)
}

/// The value of a setting: the one from outside, or its default.
fn setting(
    destination: &Destination,
    setting: &Slot,
    outside: &dyn Outside,
) -> Result<Option<Const>, RenderError> {
    let (destination, name) = (destination.name.clone(), setting.name.clone());
    match outside.setting(&destination, setting).or_else(|| setting.default.clone()) {
        None | Some(Const::Unset) if setting.optional => Ok(None),
        None | Some(Const::Unset) => Err(RenderError::MissingSetting { destination, name }),
        Some(value) if fits(&value, &setting.ty) => Ok(Some(value)),
        Some(_) => Err(RenderError::WrongSetting { destination, name }),
    }
}

/// Whether a value from outside is of a type.
fn fits(value: &Const, ty: &Type) -> bool {
    let arena = bumpalo::Bump::new();
    Val::from_const(value, &arena).is_a(ty)
}

fn secret(
    destination: &Destination,
    name: &str,
    outside: &dyn Outside,
) -> Result<String, RenderError> {
    outside.secret(&destination.name, name).ok_or_else(|| RenderError::MissingSecret {
        destination: destination.name.clone(),
        name: name.to_owned(),
    })
}

/// A request with its values.
pub(crate) fn call<'a>(
    set: &'a ProgramSet,
    request: &'a HttpRequest,
    ctx: &Eval<'a>,
) -> Result<Call<'a>, Fault> {
    let url = text(set, request.url, ctx)?.ok_or(Fault::Unset)?;
    let body = match request.body {
        Some(id) => {
            let ty = set.program().exprs.get(id.0 as usize).map(|expr| &expr.ty);
            Some((ty.ok_or(Fault::Program)?, eval(set, id, ctx)?))
        }
        None => None,
    };
    // A body that is unset is none.
    let body = body.filter(|(_, value)| value.is_set());
    let mut headers: bumpalo::collections::Vec<'a, (&'a str, &'a str)> =
        bumpalo::collections::Vec::with_capacity_in(request.headers.len() + 1, ctx.arena);
    for (name, value) in &request.headers {
        if let Some(value) = text(set, *value, ctx)? {
            headers.push((name.as_str(), one_line(value, ctx)));
        }
    }
    let typed = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let Some((_, value)) = body.filter(|_| !typed) {
        let text = matches!(value, Val::Text(_));
        let kind = if text { "text/plain; charset=utf-8" } else { "application/json" };
        headers.push(("Content-Type", kind));
    }
    let headers = headers.into_bump_slice();
    Ok(Call { method: request.method, url, headers, body, delivery: request.delivery })
}

/// A header has one line: what would end it becomes a blank.
fn one_line<'a>(value: &'a str, ctx: &Eval<'a>) -> &'a str {
    if !value.chars().any(char::is_control) {
        return value.trim();
    }
    let clean = value.chars().map(|c| if c.is_control() { ' ' } else { c });
    bumpalo::collections::String::from_iter_in(clean, ctx.arena).into_bump_str().trim()
}

fn text<'a>(set: &'a ProgramSet, id: ExprId, ctx: &Eval<'a>) -> Result<Option<&'a str>, Fault> {
    match eval(set, id, ctx)? {
        Val::Text(text) => Ok(Some(text)),
        Val::Unset => Ok(None),
        _ => Err(Fault::Program),
    }
}

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn message<'a>(
    set: &'a ProgramSet,
    mail: &Mail,
    server: MailServer,
    ctx: &Eval<'a>,
) -> Result<MailMessage, Fault> {
    let part = |id: Option<ExprId>| match id {
        Some(id) => text(set, id, ctx),
        None => Ok(None),
    };
    let line = |id: ExprId| text(set, id, ctx)?.ok_or(Fault::Unset).map(|it| one_line(it, ctx));
    Ok(MailMessage {
        server,
        from: line(mail.from)?.to_owned(),
        to: line(mail.to)?.to_owned(),
        reply_to: part(mail.reply_to)?.map(|address| one_line(address, ctx).to_owned()),
        subject: line(mail.subject)?.to_owned(),
        text: part(mail.text)?.map(str::to_owned),
        html: part(mail.html)?.map(str::to_owned),
        delivery: mail.delivery,
    })
}

/// The server that a destination hands its mail to, by the settings that all of this kind have.
fn server(destination: &Destination, outside: &dyn Outside) -> Result<MailServer, RenderError> {
    let value = |name: &str| {
        let declared = destination.settings.iter().find(|setting| setting.name == name);
        declared.map_or(Ok(None), |declared| setting(destination, declared, outside))
    };
    let text = |name: &str| {
        Ok::<_, RenderError>(match value(name)? {
            Some(Const::Text(text)) => Some(text),
            _ => None,
        })
    };
    let port = match value("port")? {
        Some(Const::Int(port)) => match u16::try_from(port) {
            Ok(port) => port,
            Err(_) => {
                let destination = destination.name.clone();
                return Err(RenderError::WrongSetting { destination, name: "port".to_owned() });
            }
        },
        _ => 587,
    };
    let login = match text("username")? {
        Some(name) => Some((name, secret(destination, "password", outside)?)),
        None => None,
    };
    let missing = || RenderError::MissingSetting {
        destination: destination.name.clone(),
        name: "host".to_owned(),
    };
    Ok(MailServer {
        host: text("host")?.ok_or_else(missing)?,
        port,
        tls: text("tls")?.unwrap_or_else(|| "starttls".to_owned()),
        login,
    })
}

/// What a log destination writes.
fn line(destination: &Destination, action: &Action, args: &[(u16, Val<'_>)]) -> String {
    let mut out = String::from("{");
    let mut first = true;
    json::member(&mut out, &mut first, "action");
    json::quoted(&mut out, &action.name);
    json::member(&mut out, &mut first, "destination");
    json::quoted(&mut out, &destination.name);
    json::member(&mut out, &mut first, "args");
    out.push('{');
    let mut first = true;
    for (param, value) in args.iter().filter(|(_, value)| value.is_set()) {
        let Some(declared) = action.params.get(usize::from(*param)) else { continue };
        json::member(&mut out, &mut first, &declared.name);
        match declared.pii {
            true => json::quoted(&mut out, "[pii]"),
            false => json::write(&mut out, &declared.ty, *value, json::Form::Wire),
        }
    }
    out.push_str("}}");
    out
}
