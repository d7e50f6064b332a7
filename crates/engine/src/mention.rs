//! Whether a text names a customer: an event that was not taken, or the answer to a request.
//!
//! JSON is looked at as what it says, not as it is spelled: `"zo\u00eb"` is `zoë`, and a `1` that counts something
//! is not the customer `1`. A text that is no JSON, maybe cut off, is searched as it stands.

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

/// The fields in which events have customers. Only there a number can be meant as an id.
const FIELDS: [&str; 3] = ["customer_id", "userId", "anonymousId"];

/// What stands before an answer that is kept: the instant at which it is forgotten.
const STAMP: usize = 8;

/// Whether some text in JSON is exactly an id; nothing if it is no JSON.
pub(crate) fn is_said(json: &str, id: &str) -> Option<bool> {
    search(json.as_bytes(), id, &|said| said == id)
}

/// Whether an event has an id in it, be it within a longer text. Within one a number is no id: there are numbers
/// in all dates.
pub(crate) fn event_mentions(text: &str, id: &str) -> bool {
    let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
    let fits = |said: &str| said == id || (!is_number && holds(said.as_bytes(), id));
    search(text.as_bytes(), id, &fits).unwrap_or_else(|| text_holds(text.as_bytes(), id))
}

/// Whether an answer that is kept has an id in it: in its headers, which are a line of JSON, or behind.
pub(crate) fn answer_mentions(kept: &[u8], id: &str) -> bool {
    let mut parts = kept.get(STAMP..).unwrap_or_default().splitn(2, |byte| *byte == b'\n');
    parts.any(|part| {
        let fits = |said: &str| holds(said.as_bytes(), id);
        search(part, id, &fits).unwrap_or_else(|| text_holds(part, id))
    })
}

/// Whether a text that is no JSON holds an id, as it stands or with JSON's escapes.
pub(crate) fn text_holds(text: &[u8], id: &str) -> bool {
    holds(text, id) || (text.contains(&b'\\') && holds(&unescaped(text), id))
}

/// Whether a text holds an id, with nothing around it that could be part of a longer one.
fn holds(text: &[u8], id: &str) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let id = id.as_bytes();
    let mut starts = (0..text.len())
        .filter(|start| !id.is_empty() && text.get(*start..).is_some_and(|it| it.starts_with(id)));
    starts.any(|start| {
        let before = start.checked_sub(1).and_then(|it| text.get(it));
        !is_part(before) && !is_part(text.get(start + id.len()))
    })
}

/// A text without JSON's escapes, as far as they are some.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    // Units of UTF-16 that follow each other: a character may take two.
    let mut units: Vec<u16> = Vec::new();
    loop {
        if let Some((unit, behind)) = unit(rest) {
            units.push(unit);
            rest = behind;
            continue;
        }
        for character in char::decode_utf16(units.drain(..)) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        let (byte, behind) = match rest {
            [b'\\', escape @ (b'"' | b'\\' | b'/'), behind @ ..] => (*escape, behind),
            [b'\\', b'n' | b't' | b'r' | b'b' | b'f', behind @ ..] => (b' ', behind),
            [byte, behind @ ..] => (*byte, behind),
            [] => return plain,
        };
        plain.push(byte);
        rest = behind;
    }
}

/// The unit that a text begins with, if it begins with `\u`, and what follows.
fn unit(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, behind) = text.strip_prefix(b"\\u")?.split_at_checked(4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let digits = std::str::from_utf8(digits).ok()?;
    Some((u16::from_str_radix(digits, 16).ok()?, behind))
}

/// Whether some text of a value fits, the names of fields among them; nothing if it is no JSON.
fn search(json: &[u8], id: &str, fits: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut json = serde_json::Deserializer::from_slice(json);
    let found = Search { id, fits, is_field: false }.deserialize(&mut json).ok()?;
    json.end().ok()?;
    Some(found)
}

/// Looks through one value.
#[derive(Clone, Copy)]
struct Search<'s> {
    id: &'s str,
    fits: &'s dyn Fn(&str) -> bool,
    /// Whether it is that of a field which has a customer.
    is_field: bool,
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, value: D) -> Result<bool, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<bool, E> {
        Ok(self.is_field && number.to_string() == self.id)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<bool, E> {
        Ok(self.is_field && number.to_string() == self.id)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<bool, E> {
        Ok(self.is_field && number.to_string() == self.id)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        Ok((self.fits)(text))
    }

    // To the end, so that what is no JSON further on is found out.
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(it) = items.next_element_seed(self)? {
            found |= it;
        }
        Ok(found)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(name) = fields.next_key::<String>()? {
            found |= (self.fits)(&name);
            let is_field = FIELDS.contains(&&*name);
            found |= fields.next_value_seed(Search { is_field, ..self })?;
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::{answer_mentions, event_mentions, is_said, text_holds};

    fn kept(answer: &str) -> Vec<u8> {
        // Bytes of the instant may look like anything.
        [b"\n\"{\\1}\"\n", answer.as_bytes()].concat()
    }

    #[test]
    fn an_id_is_found_however_json_spells_it() {
        for (json, id) in [
            (r#"{"customer_id":"zo\u00eb"}"#, "zoë"),
            (r#"{"customer_id":"a\/b"}"#, "a/b"),
            (r#"{"customer_id":"\"q\" \\"}"#, "\"q\" \\"),
            (r#"{"deep":[{"friend":"\ud83d\ude00"}]}"#, "😀"),
            (r#"{"\u0061nn":1}"#, "ann"),
        ] {
            assert_eq!(is_said(json, id), Some(true), "{json}");
            assert!(event_mentions(json, id), "{json}");
            assert!(answer_mentions(&kept(&format!("{{}}\n{json}")), id), "{json}");
            let cut_off = &json[..json.len() - 1];
            assert_eq!(is_said(cut_off, id), None, "{cut_off}");
            assert!(event_mentions(cut_off, id), "{cut_off}");
        }
    }

    #[test]
    fn a_number_is_an_id_only_where_customers_are() {
        let other = r#"{"customer_id":"2","ts":"2026-1-1","properties":{"n":1,"of":[1]},"v":1}"#;
        assert_eq!(is_said(other, "1"), Some(false));
        assert!(!event_mentions(other, "1"));
        for field in ["customer_id", "userId", "anonymousId"] {
            let own = format!("{{\"{field}\":1}}");
            assert_eq!(is_said(&own, "1"), Some(true), "{own}");
            assert!(event_mentions(&own, "1"), "{own}");
        }
        assert_eq!(is_said(r#"{"friend":"1"}"#, "1"), Some(true));
    }

    #[test]
    fn an_id_within_a_longer_text_is_mentioned_but_not_said() {
        let letter = r#"{"customer_id":"bob","to":"dear ann, …"}"#;
        assert_eq!(is_said(letter, "ann"), Some(false));
        assert!(event_mentions(letter, "ann"));
        assert!(!event_mentions(r#"{"to":"annabel joanne"}"#, "ann"));
    }

    #[test]
    fn what_is_no_json_is_searched_as_it_stands() {
        assert!(text_holds(b"{\"id\":\"ann\"", "ann"));
        assert!(text_holds(b"annabel, ann", "ann"));
        assert!(!text_holds(b"annabel joanne", "ann"));
        assert!(!text_holds(b"anything", ""));
        assert!(text_holds(br#"{"id":"zo\u00eb", "#, "zoë"));
        assert!(!text_holds(br"\u00e \uzzzz \", "e"));
        assert!(text_holds(br"tab\tann", "ann"));
    }

    #[test]
    fn an_id_of_digits_is_no_count_in_an_answer() {
        let counts = r#"{"accepted":1,"errors":[1],"duplicates":1}"#;
        assert!(!answer_mentions(&kept(&format!("{{\"status\":1}}\n{counts}")), "1"));
        assert!(answer_mentions(&kept("{}\n{\"accepted\":1,\"customer\":\"1\"}"), "1"));
        assert!(answer_mentions(&kept("{}\n{\"message\":\"there is no customer `1`\"}"), "1"));
        let location = r#"{"headers":[["location","/api/v1/customers/1"]]}"#;
        assert!(answer_mentions(&kept(&format!("{location}\n")), "1"));
        assert!(!answer_mentions(&kept("{}\n{\"customer\":\"12\"}"), "1"));
    }
}
