//! Bodies of requests.

use super::Endpoint;
use crate::body::{Elements, Form, Limits, text};
use crate::iso;
use crate::json::Cursor;
use crate::reason::{Place, Reason, describe, shortened};
use crate::scan;

/// A body, opened.
#[derive(Debug, Clone)]
pub struct Body<'b> {
    /// The key in it, which the browser's library sends.
    pub write_key: Option<String>,
    /// When it left, by the clock of who sent it.
    pub sent: Option<i64>,
    /// The messages, not read yet.
    pub messages: Elements<'b>,
}

/// Opens a body. What is wrong with a message is told when that is read; an error is one of the body.
pub fn body(endpoint: Endpoint, bytes: &[u8], limits: Limits) -> Result<Body<'_>, Reason> {
    let messages = match endpoint {
        Endpoint::Message(_) => Elements::new(bytes, Form::One, limits),
        Endpoint::Batch => Elements::new(&[], Form::Array, limits),
        Endpoint::Metrics => Elements::new(&[], Form::Lines, limits),
    };
    let mut body = Body { write_key: None, sent: None, messages };
    let mut batch = None;
    let walked = members(bytes, |key, value| match key {
        b"writeKey" => body.write_key = string(value),
        b"sentAt" => body.sent = string(value).and_then(|text| iso::instant(&text)),
        b"batch" => batch = Some(value),
        _ => {}
    });
    if endpoint == Endpoint::Batch {
        walked?;
        let batch = batch.ok_or(Reason::MissingField { field: "batch" })?;
        if batch.first() != Some(&b'[') {
            return Err(no_array(batch));
        }
        body.messages = Elements::new(batch, Form::Array, limits);
    }
    // Of a message alone its reader says what is wrong.
    Ok(body)
}

/// Goes through the members of an object by quotes and brackets alone.
fn members<'b>(bytes: &'b [u8], mut take: impl FnMut(&[u8], &'b [u8])) -> Result<(), Reason> {
    let broken = |at: usize, wanted| Reason::Broken { at: at + 1, wanted };
    let (mut at, mut closed) = match scan::look(bytes, 0) {
        (at, Some(b'{')) => (at + 1, false),
        (at, _) => return Err(broken(at, "an object")),
    };
    if let (end, Some(b'}')) = scan::look(bytes, at) {
        (at, closed) = (end + 1, true);
    }
    while !closed {
        let (start, _) = scan::look(bytes, at);
        let (key, behind) =
            scan::quoted(bytes, start).ok_or_else(|| broken(start, "a key in quotes"))?;
        let (colon, byte) = scan::look(bytes, behind);
        if byte != Some(b':') {
            return Err(broken(colon, "`:`"));
        }
        let (start, _) = scan::look(bytes, colon + 1);
        let end = scan::value(bytes, start, b'}').end;
        take(key, bytes.get(start..end).unwrap_or_default().trim_ascii_end());
        closed = match bytes.get(end) {
            Some(b',') => false,
            Some(_) => true,
            None => return Err(broken(end, "`,` or `}`")),
        };
        at = end + 1;
    }
    match scan::look(bytes, at) {
        (_, None) => Ok(()),
        (at, Some(_)) => Err(broken(at, "the end of the body")),
    }
}

fn no_array(value: &[u8]) -> Reason {
    let value = String::from_utf8_lossy(value);
    let kind = Cursor::new(&value).kind();
    Reason::Mismatch {
        what: Place::field("batch"),
        found: kind.map_or_else(|_| shortened(&value), |kind| describe(kind, &value)),
        wanted: "an array".to_owned(),
    }
}

/// A text in quotes, resolved.
fn string(value: &[u8]) -> Option<String> {
    let mut room = String::new();
    let text = Cursor::new(text(value).ok()?).text().ok()?;
    text.resolve(&mut room).map(str::to_owned)
}
