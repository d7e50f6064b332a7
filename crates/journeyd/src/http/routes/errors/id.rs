//! What an error is called.

use std::fmt;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use journey_engine::deploy::Line;
use journey_engine::outbox::MessageId;
use journey_engine::trouble::TroubleId;
use journey_vm::Key;

/// Names an error of a journey: `outbox-0-17-KEY`, `undelivered-0-4-KEY`, `member-1-YW5u`. The key of a message
/// makes sure that it is the one that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ErrorId {
    /// A message that is still tried.
    Outbox { id: MessageId, key: Key },
    /// A message that was given up.
    Undelivered { id: MessageId, key: Key },
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
                let (id, key) = message(first, second)?;
                ErrorId::Outbox { id, key }
            }
            "undelivered" => {
                let (id, key) = message(first, second)?;
                ErrorId::Undelivered { id, key }
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
            ErrorId::Outbox { id, key } => TroubleId::Trying { id, key },
            ErrorId::Undelivered { id: MessageId { shard, number }, key } => {
                TroubleId::Message { shard, number, key }
            }
            ErrorId::Member { membership, .. } => TroubleId::Member { line, membership },
        }
    }
}

/// A message by shard, number and key.
fn message(shard: &str, rest: &str) -> Option<(MessageId, Key)> {
    let (number, key) = rest.split_once('-')?;
    let key = HEXLOWER.decode(key.as_bytes()).ok()?.try_into().ok()?;
    Some((MessageId { shard: shard.parse().ok()?, number: number.parse().ok()? }, Key(key)))
}

impl fmt::Display for ErrorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorId::Outbox { id: MessageId { shard, number }, key } => {
                write!(f, "outbox-{shard}-{number}-{key}")
            }
            ErrorId::Undelivered { id: MessageId { shard, number }, key } => {
                write!(f, "undelivered-{shard}-{number}-{key}")
            }
            ErrorId::Member { membership, customer } => {
                write!(f, "member-{membership}-{}", BASE64URL_NOPAD.encode(customer.as_bytes()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use journey_engine::outbox::MessageId;
    use journey_vm::Key;

    use super::ErrorId;

    #[test]
    fn an_id_is_read_as_it_was_written_and_nothing_else_is_one() {
        let member = |customer: &str| ErrorId::Member { membership: 3, customer: customer.into() };
        for id in [
            ErrorId::Outbox { id: MessageId { shard: 1, number: 700 }, key: Key([7; 16]) },
            ErrorId::Undelivered { id: MessageId { shard: 0, number: 0 }, key: Key([0; 16]) },
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
        for wrong in [
            "",
            "outbox-1",
            "outbox--1",
            "outbox-1-x",
            "outbox-1-2",
            "outbox-1-2-3f",
            "member-1-?",
            "else-1-2",
        ] {
            assert_eq!(ErrorId::read(wrong), None, "{wrong}");
        }
    }
}
