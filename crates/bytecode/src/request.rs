//! Destinations and what their actions send: requests, mails, lines of a log.
//!
//! A request is made when it is delivered, not when the journey asks for it, so its expressions see
//! nothing of the customer: a row of the action's parameters, then the settings and then the secrets
//! of its destination is all they can load. They load it as they load the locals of an instance.

use crate::{Const, ExprId, Program, Slot, Type};

/// What kind of destination an action belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DestinationKind {
    /// Writes a structured line.
    Log,
    /// Makes HTTP requests.
    Http,
    /// Sends mail by SMTP.
    Smtp,
}

/// Where messages go.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// The name in source.
    pub name: String,
    /// Its kind.
    pub kind: DestinationKind,
    /// What can be set from outside. One without a default must be.
    pub settings: Vec<Slot>,
    /// Names of texts that are known outside only.
    pub secrets: Vec<String>,
}

/// An action of a destination.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// `destination.action`.
    pub name: String,
    /// Index into [`Program::destinations`].
    pub destination: u16,
    /// Parameters in declaration order.
    pub params: Vec<Slot>,
    /// The policy it is under: an index into [`Program::policies`].
    pub policy: Option<u16>,
    /// What is sent.
    pub request: Request,
}

/// What an action sends, of the kind of its destination.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// A line with the arguments.
    Log,
    /// An HTTP request.
    Http(HttpRequest),
    /// A mail.
    Mail(Mail),
}

/// Methods of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// An HTTP request, of an action or of a webhook tile.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The URL, a text. What is put into it is percent-encoded by the expression.
    pub url: ExprId,
    /// Headers by name, each a text. One that is unset is left out.
    pub headers: Vec<(String, ExprId)>,
    /// What is sent along: a text as it is, anything else as JSON.
    pub body: Option<ExprId>,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// A mail, its parts texts. One that is unset is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    /// Whom it is from.
    pub from: ExprId,
    /// Whom it is to.
    pub to: ExprId,
    /// Where answers go.
    pub reply_to: Option<ExprId>,
    /// The subject.
    pub subject: ExprId,
    /// The mail as plain text. Either this or `html` is there.
    pub text: Option<ExprId>,
    /// The mail as HTML.
    pub html: Option<ExprId>,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// How a message is delivered. Lengths of time are in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Delivery {
    /// How long one attempt may take.
    pub timeout: i64,
    /// Further attempts after one that failed.
    pub retry: Retry,
    /// How many messages may be sent.
    pub limit: Option<Limit>,
}

/// Further attempts, each after a longer pause than the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Retry {
    /// How many at most.
    pub times: u32,
    /// The first pause.
    pub from: i64,
    /// The longest.
    pub to: i64,
}

/// So many messages in so long a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Limit {
    /// How many.
    pub count: u32,
    /// In how long a time.
    pub per: i64,
}

impl Method {
    /// The method as a request has it.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

impl Request {
    /// The kind of destination that sends it.
    pub fn kind(&self) -> DestinationKind {
        match self {
            Request::Log => DestinationKind::Log,
            Request::Http(_) => DestinationKind::Http,
            Request::Mail(_) => DestinationKind::Smtp,
        }
    }
}

impl Destination {
    /// A secret as a slot of the request.
    fn secret_slot(name: &str) -> Slot {
        Slot {
            name: name.to_owned(),
            wire: name.to_owned(),
            ty: Type::Text,
            optional: false,
            default: None::<Const>,
            pii: false,
        }
    }
}

impl Program {
    /// What the request of an action can load: the parameters, then the settings and then the secrets
    /// of its destination.
    pub fn request_slots(&self, action: u16) -> Option<Vec<Slot>> {
        let action = self.actions.get(usize::from(action))?;
        let destination = self.destinations.get(usize::from(action.destination))?;
        let secrets = destination.secrets.iter().map(|name| Destination::secret_slot(name));
        let declared = action.params.iter().chain(&destination.settings).cloned();
        Some(declared.chain(secrets).collect())
    }
}
