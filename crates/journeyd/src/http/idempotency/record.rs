//! The form in which an answer is kept: a line of JSON, and the body as it was.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::Fingerprint;
use crate::http::reply::Reply;

/// A kept answer, and the request it answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Remembered {
    pub(super) fingerprint: Fingerprint,
    pub(super) reply: Reply,
}

/// What is kept of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Its answer.
    Answer(Remembered),
    /// That what it asks for was done, and by whom: nobody knows whether it was answered.
    Note(Fingerprint),
}

/// What a note begins with; an answer begins with a brace.
const NOTE: &[u8] = b"done";

impl Kept {
    /// A note.
    pub(super) fn note(fingerprint: &Fingerprint) -> Vec<u8> {
        [NOTE, fingerprint].concat()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Kept> {
        match bytes.strip_prefix(NOTE) {
            Some(fingerprint) => Some(Kept::Note(fingerprint.try_into().ok()?)),
            None => Remembered::decode(bytes).map(Kept::Answer),
        }
    }

    pub(super) fn fingerprint(&self) -> &Fingerprint {
        match self {
            Kept::Answer(remembered) => &remembered.fingerprint,
            Kept::Note(fingerprint) => fingerprint,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Head {
    request: String,
    status: u16,
    headers: Vec<(String, String)>,
}

impl Remembered {
    pub(super) fn encode(fingerprint: &Fingerprint, reply: &Reply) -> Vec<u8> {
        let headers = reply.headers.iter().filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        });
        let head = Head {
            request: HEXLOWER.encode(fingerprint),
            status: reply.status.as_u16(),
            headers: headers.collect(),
        };
        // Texts and numbers: there is nothing in it that JSON cannot hold.
        let mut bytes = serde_json::to_vec(&head).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend_from_slice(&reply.body);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Remembered> {
        let line = bytes.iter().position(|byte| *byte == b'\n')?;
        let (head, body) = bytes.split_at_checked(line)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        let headers = head.headers.iter().map(|(name, value)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
        });
        Some(Remembered {
            fingerprint: HEXLOWER.decode(head.request.as_bytes()).ok()?.try_into().ok()?,
            reply: Reply {
                status: StatusCode::from_u16(head.status).ok()?,
                headers: headers.collect::<Option<_>>()?,
                body: Bytes::copy_from_slice(body.get(1..)?),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::{Kept, Remembered, Reply};
    use crate::http::ETag;

    #[test]
    fn an_answer_is_read_back_as_it_was_kept() {
        let reply = Reply::json(StatusCode::CREATED, &["a\nline"]).unwrap();
        let reply = reply.etag(&ETag::version(1)).unwrap().location("/api/v1/journeys/1").unwrap();
        let bytes = Remembered::encode(&[9; 32], &reply);
        assert_eq!(Remembered::decode(&bytes), Some(Remembered { fingerprint: [9; 32], reply }));
        let note = Kept::note(&[9; 32]);
        assert_eq!(Kept::decode(&note), Some(Kept::Note([9; 32])));
        assert_eq!(Remembered::decode(b"{}\n"), None);
        assert_eq!(Remembered::decode(b""), None);
    }
}
