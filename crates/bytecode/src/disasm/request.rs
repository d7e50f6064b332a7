//! Destinations, and what their actions send.

use std::fmt::{self, Write};

use super::value::Millis;
use super::{Id, Listing, policy_name};
use crate::{Action, Delivery, Destination, DestinationKind, HttpRequest, Mail, Request};

impl Listing<'_> {
    pub(super) fn destination(&mut self, destination: &Destination) -> fmt::Result {
        let Destination { name, kind, settings, secrets } = destination;
        let kind = match kind {
            DestinationKind::Log => "log",
            DestinationKind::Http => "http",
            DestinationKind::Smtp => "smtp",
        };
        self.slots(&format!("\ndestination {name}, {kind}"), settings)?;
        secrets.iter().try_for_each(|name| writeln!(self, "        secret {name}"))
    }

    pub(super) fn action(&mut self, action: &Action) -> fmt::Result {
        let Action { name, destination, params, policy, request } = action;
        let destination = self.program.destinations.get(usize::from(*destination));
        let destination = destination.map_or("?", |destination| &destination.name);
        let policy = policy.map(|policy| format!(", under {}", policy_name(self.program, policy)));
        let policy = policy.unwrap_or_default();
        self.slots(&format!("\naction {name}, of {destination}{policy}"), params)?;
        match request {
            Request::Log => Ok(()),
            Request::Http(request) => self.http(request, "        "),
            Request::Mail(mail) => self.mail(mail),
        }
    }

    /// An HTTP request, one part a line.
    pub(super) fn http(&mut self, request: &HttpRequest, indent: &str) -> fmt::Result {
        let HttpRequest { method, url, headers, body, delivery } = request;
        writeln!(self, "{indent}{} {}", method.name().to_lowercase(), Id(*url))?;
        for (name, value) in headers {
            writeln!(self, "{indent}header {name:?}: {}", Id(*value))?;
        }
        if let Some(body) = body {
            writeln!(self, "{indent}body {}", Id(*body))?;
        }
        self.delivery(delivery, indent)
    }

    fn mail(&mut self, mail: &Mail) -> fmt::Result {
        let Mail { from, to, reply_to, subject, text, html, delivery } = mail;
        for (name, part) in [
            ("from", Some(*from)),
            ("to", Some(*to)),
            ("reply_to", *reply_to),
            ("subject", Some(*subject)),
            ("text", *text),
            ("html", *html),
        ] {
            if let Some(part) = part {
                writeln!(self, "        {name} {}", Id(part))?;
            }
        }
        self.delivery(delivery, "        ")
    }

    fn delivery(&mut self, delivery: &Delivery, indent: &str) -> fmt::Result {
        let Delivery { timeout, retry, limit } = delivery;
        let (from, to) = (Millis(retry.from), Millis(retry.to));
        write!(self, "{indent}timeout {}", Millis(*timeout))?;
        write!(self, ", retry {} times from {from} to {to}", retry.times)?;
        match limit {
            Some(limit) => writeln!(self, ", limit {} per {}", limit.count, Millis(limit.per)),
            None => writeln!(self),
        }
    }
}
