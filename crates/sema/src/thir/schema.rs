//! Declarations that stand outside of journeys: requests, audiences, policies.

use std::sync::Arc;

use super::{Condition, Expr};

/// What an action sends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    /// `destination.action`
    pub action: Arc<str>,
    /// What it is.
    pub kind: RequestKind,
}

/// What an action sends. Its expressions speak of parameters only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// An HTTP request.
    Http(Box<HttpRequest>),
    /// A mail.
    Mail(Box<Mail>),
}

/// Methods of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// An HTTP request, of an action or of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The URL: a text, what is put into it encoded.
    pub url: Expr,
    /// Headers: texts, optional ones left out where they are unset.
    pub headers: Vec<(Arc<str>, Expr)>,
    /// What is sent along.
    pub body: Option<Expr>,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// A mail: texts. Either `text` or `html` is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mail {
    /// `from`
    pub from: Expr,
    /// `to`
    pub to: Expr,
    /// `reply_to`, optional
    pub reply_to: Option<Expr>,
    /// `subject`
    pub subject: Expr,
    /// `text`, optional
    pub text: Option<Expr>,
    /// `html`, optional
    pub html: Option<Expr>,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// How a message is delivered, lengths of time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Delivery {
    /// How long one attempt may take.
    pub timeout: i64,
    /// How many attempts after the first, the first pause before one, and the longest.
    pub retry: (u32, i64, i64),
    /// How many messages in how long a time.
    pub limit: Option<(u32, i64)>,
}

/// An audience that checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Audience {
    /// The name in source.
    pub name: Arc<str>,
    /// The display name; the name where none was given.
    pub title: Arc<str>,
    /// Who is a member. Without one, membership is set from outside and by tiles.
    pub condition: Option<Condition>,
}

/// A policy that checked: what must hold before a message leaves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The name in source.
    pub name: Arc<str>,
    /// `require COND`: a bool over the customer, asked when the message is about to leave.
    pub require: Option<Expr>,
    /// `quiet A..B …`
    pub quiet: Option<Quiet>,
    /// `cap N per D …`, in source order.
    pub caps: Vec<Cap>,
}

/// Hours at which no message leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quiet {
    /// When they begin, in milliseconds since midnight.
    pub from: i32,
    /// When they end; before `from` where midnight lies between. Never equal to it.
    pub to: i32,
    /// What becomes of a message meanwhile. The length of a hold is that of its `spread`.
    pub otherwise: Otherwise,
}

/// How many messages a customer gets at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cap {
    /// So many.
    pub count: u32,
    /// In so many milliseconds.
    pub per: i64,
    /// What becomes of a message beyond that. The length of a hold is that of its `up to`.
    pub otherwise: Otherwise,
}

/// What becomes of a message that a rule does not let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Otherwise {
    /// It is never sent.
    Skip,
    /// It waits; with a length in milliseconds.
    Hold(Option<i64>),
}

impl Policy {
    /// Whether a message can wait for it.
    pub fn holds(&self) -> bool {
        let caps = self.caps.iter().map(|cap| cap.otherwise);
        let mut rules = self.quiet.iter().map(|quiet| quiet.otherwise).chain(caps);
        rules.any(|otherwise| otherwise != Otherwise::Skip)
    }
}
