//! The fields of a message that mean something to us.

use super::message::Bad;
use super::{Anonymous, Kind, Terms, Times};
use crate::decode::Desk;
use crate::id;
use crate::iso;
use crate::json::{Cursor, Kind as Json, Text};
use crate::reason::{Place, Reason, describe};
use crate::schema::Schema;

/// The fields of a message. What is empty counts as left out.
#[derive(Default)]
pub(super) struct Fields<'l> {
    kind: Option<Text<'l>>,
    user: Option<Text<'l>>,
    anonymous: Option<Text<'l>>,
    /// The name of an event.
    pub(super) event: Option<Text<'l>>,
    /// The id of the message.
    pub(super) id: Option<Text<'l>>,
    timestamp: Option<Text<'l>>,
    original: Option<Text<'l>>,
    sent: Option<Text<'l>>,
    /// What a page or screen is called, as it stands there: texts with their quotes.
    name: Option<&'l str>,
    category: Option<&'l str>,
    /// An object.
    pub(super) properties: Option<&'l str>,
    /// An object.
    pub(super) traits: Option<&'l str>,
}

impl<'l> Fields<'l> {
    pub(super) fn read(text: &'l str, desk: &mut Desk) -> Result<Fields<'l>, Bad> {
        let mut fields = Fields::default();
        let mut cursor = Cursor::new(text);
        let mut fresh = true;
        while let Some(key) = cursor.key(&mut fresh)? {
            fields.field(key.resolve(&mut desk.room.text).unwrap_or(key.raw), &mut cursor)?;
        }
        cursor.end()?;
        Ok(fields)
    }

    fn field(&mut self, name: &str, cursor: &mut Cursor<'l>) -> Result<(), Bad> {
        match name {
            "type" => once(&mut self.kind, text(cursor, "type")?, "type"),
            "userId" => once(&mut self.user, text(cursor, "userId")?, "userId"),
            "anonymousId" => once(&mut self.anonymous, text(cursor, "anonymousId")?, "anonymousId"),
            "event" => once(&mut self.event, text(cursor, "event")?, "event"),
            "messageId" => once(&mut self.id, text(cursor, "messageId")?, "messageId"),
            "timestamp" => once(&mut self.timestamp, text(cursor, "timestamp")?, "timestamp"),
            "originalTimestamp" => {
                once(&mut self.original, text(cursor, "originalTimestamp")?, "originalTimestamp")
            }
            "sentAt" => once(&mut self.sent, text(cursor, "sentAt")?, "sentAt"),
            "properties" => once(&mut self.properties, object(cursor, "properties")?, "properties"),
            "traits" => once(&mut self.traits, object(cursor, "traits")?, "traits"),
            "name" => once(&mut self.name, title(cursor)?, "name"),
            "category" => once(&mut self.category, title(cursor)?, "category"),
            _ => cursor.skip().map_err(Into::into),
        }
    }

    /// What the message says it is.
    pub(super) fn kind(&self, desk: &mut Desk) -> Result<Kind, Reason> {
        let kind = self.kind.ok_or(missing("type"))?;
        let name = kind.resolve(&mut desk.room.text).unwrap_or(kind.raw);
        Kind::of(name).ok_or_else(|| {
            let names: Vec<String> =
                Kind::ALL.iter().map(|kind| format!("\"{}\"", kind.name())).collect();
            mismatch("type", kind, &format!("one of {}", names.join(", ")))
        })
    }

    /// Whom it is about; nothing if such messages are passed over.
    pub(super) fn customer(
        &self,
        terms: &Terms<'_>,
        desk: &mut Desk,
    ) -> Result<Option<Text<'l>>, Reason> {
        let (name, customer) = match (self.user, self.anonymous) {
            (Some(user), _) => ("userId", user),
            (None, Some(_)) if terms.anonymous == Anonymous::Ignore => return Ok(None),
            (None, Some(anonymous)) => ("anonymousId", anonymous),
            (None, None) => return Err(missing("userId")),
        };
        match customer.resolve(&mut desk.customer) {
            Some(id) => match id::unfit(id) {
                None => Ok(Some(customer)),
                Some(wanted) => Err(mismatch(name, customer, &wanted)),
            },
            None => Err(mismatch(name, customer, "a text without half a surrogate pair")),
        }
    }

    /// When it happened, by our clock.
    pub(super) fn at(&self, times: Times, room: &mut String) -> Result<i64, Reason> {
        let timestamp = self.timestamp.map(|text| instant("timestamp", text, room)).transpose()?;
        let original = self.original.map(|text| instant("originalTimestamp", text, room));
        let original = original.transpose()?;
        // A time of sending that cannot be read corrects nothing.
        let sent = self.sent.and_then(|text| instant("sentAt", text, room).ok());
        let ahead = |sent: i64| sent.saturating_sub(times.received);
        let ahead = sent.or(times.sent).map_or(0, ahead);
        Ok(match (timestamp, original) {
            // Who passed it on has corrected it.
            (Some(at), Some(_)) => at,
            (Some(at), None) | (None, Some(at)) => at.saturating_sub(ahead),
            (None, None) => times.received,
        })
    }

    /// The properties of a page or screen with what it is called among them, where the event has such
    /// properties and they are not there yet.
    pub(super) fn titled(
        &self,
        schema: &Schema,
        event: u16,
        room: &mut String,
    ) -> Result<Option<String>, Bad> {
        let Some(event) = schema.events.get(usize::from(event)) else { return Ok(None) };
        let properties = self.properties.unwrap_or("{}");
        let mut added = String::new();
        for (key, title) in [("name", self.name), ("category", self.category)] {
            let Some(title) = title.filter(|_| event.properties.find(key).is_some()) else {
                continue;
            };
            if !has(properties, key, room)? {
                added.push_str(&format!("\"{key}\":{title},"));
            }
        }
        let inside = properties.strip_prefix('{').unwrap_or_default().trim_start();
        Ok(match (added.as_str(), inside) {
            ("", _) => None,
            (added, "}") => Some(format!("{{{}}}", added.trim_end_matches(','))),
            (added, inside) => Some(format!("{{{added}{inside}")),
        })
    }
}

/// A field that is not there.
pub(super) fn missing(field: &'static str) -> Reason {
    Reason::MissingField { field }
}

fn mismatch(name: &str, text: Text<'_>, wanted: &str) -> Reason {
    let found = describe(Json::Text, &format!("\"{}\"", text.raw));
    Reason::Mismatch { what: Place::field(name), found, wanted: wanted.to_owned() }
}

fn once<T>(field: &mut Option<T>, value: Option<T>, name: &'static str) -> Result<(), Bad> {
    if field.is_some() {
        return Err(Reason::Twice { what: Place::field(name) }.into());
    }
    *field = value;
    Ok(())
}

/// A text; nothing for `null` and for an empty one. Whole numbers stand for their digits: some libraries
/// send the ids of a database as they are.
fn text<'l>(cursor: &mut Cursor<'l>, name: &str) -> Result<Option<Text<'l>>, Bad> {
    let (kind, start) = (cursor.kind()?, cursor.at());
    match kind {
        Json::Text => Ok(Some(cursor.text()?).filter(|text| !text.raw.is_empty())),
        Json::Null => Ok(cursor.null().map(|()| None)?),
        Json::Number => {
            let number = cursor.number()?;
            match number.integral {
                true => Ok(Some(Text { raw: number.raw, escaped: false })),
                false => Err(unfit(name, kind, number.raw, "a text").into()),
            }
        }
        _ => {
            cursor.skip()?;
            Err(unfit(name, kind, cursor.since(start), "a text").into())
        }
    }
}

/// An object as it stands there; nothing for `null`.
fn object<'l>(cursor: &mut Cursor<'l>, name: &str) -> Result<Option<&'l str>, Bad> {
    let (kind, start) = (cursor.kind()?, cursor.at());
    cursor.skip()?;
    match kind {
        Json::Object => Ok(Some(cursor.since(start))),
        Json::Null => Ok(None),
        _ => Err(unfit(name, kind, cursor.since(start), "an object").into()),
    }
}

/// A text with its quotes; what else a page is called is passed over.
fn title<'l>(cursor: &mut Cursor<'l>) -> Result<Option<&'l str>, Bad> {
    let (kind, start) = (cursor.kind()?, cursor.at());
    cursor.skip()?;
    Ok((kind == Json::Text).then(|| cursor.since(start)))
}

fn unfit(name: &str, kind: Json, raw: &str, wanted: &str) -> Reason {
    let (what, found) = (Place::field(name), describe(kind, raw));
    Reason::Mismatch { what, found, wanted: wanted.to_owned() }
}

fn instant(name: &str, text: Text<'_>, room: &mut String) -> Result<i64, Reason> {
    let resolved = text.resolve(room).unwrap_or_default();
    iso::instant(resolved).ok_or_else(|| {
        let wanted = "a time with its offset, such as \"2026-12-01T09:00:30Z\",";
        mismatch(name, text, wanted)
    })
}

/// Whether an object has a key.
fn has(object: &str, wanted: &str, room: &mut String) -> Result<bool, Bad> {
    let mut cursor = Cursor::new(object);
    let mut fresh = true;
    while let Some(key) = cursor.key(&mut fresh)? {
        if key.resolve(room).unwrap_or(key.raw) == wanted {
            return Ok(true);
        }
        cursor.skip()?;
    }
    Ok(false)
}
