//! What an error is called.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use journey_engine::deploy::Line;
use journey_engine::outbox::MessageId;
use journey_engine::trouble::TroubleId;

/// Names an error of a journey: `outbox-0-17`, `undelivered-0-4`, `member-1-YW5u`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ErrorId {
    /// A message that is still tried.
    Outbox { shard: u16, number: u64 },
    /// A message that was given up.
    Undelivered { shard: u16, number: u64 },
    /// A member that cannot go on.
    Member { membership: u32, customer: String },
}

impl ErrorId {
    /// The error of a name, if it is one.
    pub(super) fn read(text: &str) -> Option<ErrorId> {
        let mut parts = text.splitn(3, '-');
        let (kind, first, second) = (parts.next()?, parts.next()?, parts.next()?);
        Some(match kind {
            "outbox" => {
                ErrorId::Outbox { shard: first.parse().ok()?, number: second.parse().ok()? }
            }
            "undelivered" => {
                ErrorId::Undelivered { shard: first.parse().ok()?, number: second.parse().ok()? }
            }
            "member" => {
                let customer = BASE64URL_NOPAD.decode(second.as_bytes()).ok()?;
                let customer = String::from_utf8(customer).ok()?;
                ErrorId::Member { membership: first.parse().ok()?, customer }
            }
            _ => return None,
        })
    }

    /// What the engine calls it.
    pub(super) fn trouble(&self, line: Line) -> TroubleId {
        match *self {
            ErrorId::Outbox { shard, number } => TroubleId::Trying(MessageId { shard, number }),
            ErrorId::Undelivered { shard, number } => TroubleId::Message { shard, number },
            ErrorId::Member { membership, .. } => TroubleId::Member { line, membership },
        }
    }
}

impl fmt::Display for ErrorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorId::Outbox { shard, number } => write!(f, "outbox-{shard}-{number}"),
            ErrorId::Undelivered { shard, number } => write!(f, "undelivered-{shard}-{number}"),
            ErrorId::Member { membership, customer } => {
                write!(f, "member-{membership}-{}", BASE64URL_NOPAD.encode(customer.as_bytes()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorId;

    #[test]
    fn an_id_is_read_as_it_was_written_and_nothing_else_is_one() {
        let member = |customer: &str| ErrorId::Member { membership: 3, customer: customer.into() };
        for id in [
            ErrorId::Outbox { shard: 1, number: 700 },
            ErrorId::Undelivered { shard: 0, number: 0 },
            member("ann"),
            member("a/b?c=zoë-1"),
            member("-"),
        ] {
            let text = id.to_string();
            assert!(
                text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
                "{text}"
            );
            assert_eq!(ErrorId::read(&text), Some(id));
        }
        for wrong in ["", "outbox-1", "outbox--1", "outbox-1-x", "member-1-?", "else-1-2"] {
            assert_eq!(ErrorId::read(wrong), None, "{wrong}");
        }
    }
}
