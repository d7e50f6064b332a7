//! A mail as it is written on the wire (RFC 5322, MIME).

use journey_vm::MailMessage;
use lettre::message::{Mailbox, MessageBuilder, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message};

use crate::clock::system_time;
use crate::problem::{MailProblem, Problem};

/// A mail, ready to be handed in.
pub(super) struct Composed {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) content: Vec<u8>,
}

impl Composed {
    /// Whether an address or a header needs more than ASCII.
    pub(super) fn needs_utf8(&self) -> bool {
        let addresses = AsRef::<str>::as_ref(&self.from).is_ascii()
            && AsRef::<str>::as_ref(&self.to).is_ascii();
        !addresses || !self.content.is_ascii()
    }
}

/// Writes a mail down. The same message gives the same bytes: its id and the line between its parts come
/// from the idempotency key, and its date is when the journey asked for it.
pub(super) fn compose(message: &MailMessage, key: &str, at: i64) -> Result<Composed, Problem> {
    let from = mailbox(&message.from, "from")?;
    let to = mailbox(&message.to, "to")?;
    let mut builder = Message::builder()
        .message_id(Some(format!("<{key}@{}>", from.email.domain())))
        .date(system_time(at))
        .from(from.clone())
        .to(to.clone())
        .subject(one_line(&message.subject));
    if let Some(reply_to) = &message.reply_to {
        builder = builder.reply_to(mailbox(reply_to, "reply_to")?);
    }
    let mut content = body(builder, message, key)?.formatted();
    // The line that ends the mail on the wire begins with an end of line of its own.
    if content.ends_with(b"\r\n") {
        content.truncate(content.len() - 2);
    }
    Ok(Composed { from: from.email, to: to.email, content })
}

fn body(builder: MessageBuilder, message: &MailMessage, key: &str) -> Result<Message, Problem> {
    let written = match (&message.text, &message.html) {
        (Some(text), Some(html)) => builder.multipart(
            MultiPart::builder()
                .kind(MultiPartKind::Alternative)
                .boundary(boundary(key))
                .singlepart(SinglePart::plain(text.clone()))
                .singlepart(SinglePart::html(html.clone())),
        ),
        (Some(text), None) => builder.singlepart(SinglePart::plain(text.clone())),
        (None, Some(html)) => builder.singlepart(SinglePart::html(html.clone())),
        (None, None) => return Err(MailProblem::Empty.into()),
    };
    written.map_err(|_| MailProblem::Unwritable.into())
}

/// What stands between the parts. It is a hash, so that no part holds it by chance, nor because the key
/// was written into it.
fn boundary(key: &str) -> String {
    let hash = blake3::Hasher::new_derive_key("journey mail boundary")
        .update(key.as_bytes())
        .finalize()
        .to_hex();
    format!("part_{}", hash.get(..32).unwrap_or_default())
}

/// One address, with a name or without. More than one would let a value add recipients.
fn mailbox(text: &str, part: &'static str) -> Result<Mailbox, Problem> {
    let bad = || Problem::from(MailProblem::Address(part));
    if text.chars().any(char::is_control) {
        return Err(bad());
    }
    let mailbox: Mailbox = text.trim().parse().map_err(|_| bad())?;
    Ok(Mailbox::new(mailbox.name, ascii_domain(mailbox.email).ok_or_else(bad)?))
}

/// An address whose domain is written in ASCII, as all servers know it.
fn ascii_domain(address: Address) -> Option<Address> {
    if address.domain().is_ascii() {
        return Some(address);
    }
    match url::Host::parse(address.domain()).ok()? {
        url::Host::Domain(domain) => Address::new(address.user(), &domain).ok(),
        _ => None,
    }
}

/// What would end a header becomes a blank.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use journey_bytecode::{Delivery, Retry};
    use journey_vm::MailServer;

    use super::*;

    fn mail() -> MailMessage {
        let server =
            MailServer { host: String::new(), port: 25, tls: "none".to_owned(), login: None };
        let retry = Retry { times: 0, from: 1, to: 1 };
        MailMessage {
            server,
            from: "Shop <hello@shop.example>".to_owned(),
            to: "ada@example.com".to_owned(),
            reply_to: None,
            subject: "Welcome".to_owned(),
            text: Some("Good to have you.".to_owned()),
            html: None,
            delivery: Delivery { timeout: 1_000, retry, limit: None },
        }
    }

    fn written(mail: &MailMessage) -> String {
        String::from_utf8(compose(mail, "k1", 1_445_412_480_000).unwrap().content).unwrap()
    }

    fn head(mail: &MailMessage) -> Vec<String> {
        let written = written(mail);
        let (head, _) = written.split_once("\r\n\r\n").unwrap();
        head.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_mail_has_an_id_and_a_date_that_stay_the_same() {
        let head = head(&mail());
        assert!(head.contains(&"Message-ID: <k1@shop.example>".to_owned()), "{head:?}");
        assert!(head.contains(&"Date: Wed, 21 Oct 2015 07:28:00 +0000".to_owned()), "{head:?}");
        assert!(head.contains(&"From: Shop <hello@shop.example>".to_owned()), "{head:?}");
        let both = MailMessage { html: Some("<p>Good.</p>".to_owned()), ..mail() };
        assert_eq!(written(&both), written(&both));
        assert!(written(&both).contains("multipart/alternative"));
    }

    #[test]
    fn a_subject_beyond_ascii_is_encoded() {
        let subject = "Schön, dass du da bist – ようこそ".to_owned();
        let head = head(&MailMessage { subject, ..mail() });
        let line = head.iter().find(|line| line.starts_with("Subject:")).unwrap();
        assert!(line.is_ascii() && line.contains("=?utf-8?"), "{line}");
    }

    #[test]
    fn no_value_adds_a_header_a_part_or_a_recipient() {
        let injected = "Hi\r\nBcc: eve@evil.example\r\n\r\nbody";
        let mail_with = MailMessage { subject: injected.to_owned(), ..mail() };
        let head = head(&mail_with);
        assert!(!head.iter().any(|line| line.starts_with("Bcc")), "{head:?}");
        for bad in [
            "ada@example.com\r\nBcc: eve@evil.example",
            "ada@example.com, eve@evil.example",
            "ada@example.com>, <eve@evil.example",
            "<ada@example.com> <eve@evil.example>",
            "ada@example.com> SIZE=1",
            "ada",
            "",
            "@",
        ] {
            let to = MailMessage { to: bad.to_owned(), ..mail() };
            let refused = compose(&to, "k1", 0).err();
            assert_eq!(refused, Some(MailProblem::Address("to").into()), "{bad:?}");
            let reply = MailMessage { reply_to: Some(bad.to_owned()), ..mail() };
            let refused = compose(&reply, "k1", 0).err();
            assert_eq!(refused, Some(MailProblem::Address("reply_to").into()), "{bad:?}");
        }
    }

    #[test]
    fn a_domain_beyond_ascii_is_written_in_ascii() {
        let to = "ada@bücher.example".to_owned();
        let composed = compose(&MailMessage { to, ..mail() }, "k1", 0).unwrap();
        assert_eq!(AsRef::<str>::as_ref(&composed.to), "ada@xn--bcher-kva.example");
        assert!(!composed.needs_utf8());
        let to = "jürgen@example.com".to_owned();
        assert!(compose(&MailMessage { to, ..mail() }, "k1", 0).unwrap().needs_utf8());
    }

    #[test]
    fn a_mail_without_content_is_refused() {
        let refused = compose(&MailMessage { text: None, ..mail() }, "k1", 0).err();
        assert_eq!(refused, Some(MailProblem::Empty.into()));
    }
}
